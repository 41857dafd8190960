"""Who speaks for a community, in every combination of permissions and roles."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.model import Guild
from cogs.guards import is_moderator

NOTHING = discord.Permissions.none()
MANAGES = discord.Permissions(manage_guild=True)
OWNS = discord.Permissions(administrator=True)
TIMES_OUT = discord.Permissions(moderate_members=True)
OTHER = discord.Permissions(kick_members=True, ban_members=True, manage_messages=True, manage_roles=True)


@dataclass(order=True)
class Role:
    id: int


def member(*roles: int) -> Any:
    """Somebody with these roles, as far as it matters here."""
    somebody = discord.Member.__new__(discord.Member)
    guild: Any = SimpleNamespace(get_role=Role, default_role=Role(1))
    somebody.guild = guild
    somebody._roles = discord.utils.SnowflakeList(roles)
    return somebody


@pytest.mark.parametrize(
    ("permissions", "chosen", "roles", "moderates"),
    [
        (NOTHING, None, (), False),
        (OTHER, None, (), False),
        (MANAGES, None, (), True),
        (OWNS, None, (), True),
        (TIMES_OUT, None, (), True),
        (TIMES_OUT, "7", (), False),
        (TIMES_OUT, "7", (7,), True),
        (NOTHING, "7", (7,), True),
        (NOTHING, "7", (8,), False),
        (NOTHING, None, (7,), False),
        (MANAGES, "7", (), True),
        (OWNS, "7", (), True),
    ],
)
def test_who_moderates(
    permissions: discord.Permissions, chosen: str | None, roles: tuple[int, ...], moderates: bool
) -> None:
    guild = Guild(guild_key="discord:1", name="Example workers", moderator_role=chosen)

    assert is_moderator(member(*roles), permissions, guild) is moderates


def test_somebody_outside_of_a_guild_has_no_roles() -> None:
    guild = Guild(guild_key="discord:1", name="Example workers", moderator_role="7")
    user: Any = SimpleNamespace(id=5)

    assert is_moderator(user, NOTHING, guild) is False
