"""A Discord on 127.0.0.1 for tests: real gateway and REST sockets, faults on demand, stories told with simple verbs."""

from .checks import LIMITS
from .faults import Fault, Refused
from .interactions import Interaction
from .pointing import point_at, running
from .server import FakeDiscord
from .world import Channel, Guild, Member, Message, Role, User

__all__ = [
    "LIMITS",
    "Channel",
    "FakeDiscord",
    "Fault",
    "Guild",
    "Interaction",
    "Member",
    "Message",
    "Refused",
    "Role",
    "User",
    "point_at",
    "running",
]
