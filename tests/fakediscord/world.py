"""The people, rooms and messages of the fake, and what they look like on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from .server import FakeDiscord

ALL = discord.Permissions.all().value
EVERYBODY = (
    "view_channel",
    "send_messages",
    "read_message_history",
    "add_reactions",
    "embed_links",
    "attach_files",
    "use_application_commands",
)
MODERATOR = ("manage_messages", "moderate_members", "kick_members", "ban_members", "manage_threads")
EPHEMERAL, LOADING = 1 << 6, 1 << 7
TEXT, DM = 0, 1


def bits(names: Iterable[str]) -> int:
    return discord.Permissions(**dict.fromkeys(names, True)).value


@dataclass(eq=False)
class User:
    id: int
    name: str
    bot: bool = False

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": None,
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": 0,
            "permissions": str(self.permissions),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }


@dataclass(eq=False, repr=False)
class Member:
    """A user in a guild; what he may do follows from his roles at this moment."""

    user: User
    guild: Guild
    joined_at: datetime
    roles: list[Role] = field(default_factory=list)

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return self.user.mention

    @property
    def permissions(self) -> int:
        if self.guild.owner is self:
            return ALL
        granted = self.guild.everyone.permissions
        for role in self.roles:
            granted |= role.permissions
        return ALL if granted & bits(["administrator"]) else granted

    def grant(self, role: Role) -> None:
        self.roles.append(role)
        self.guild.fake.emit("GUILD_MEMBER_UPDATE", self.payload(guild_id=True))

    def demote(self) -> None:
        """Takes every role away, at once."""
        self.roles.clear()
        self.guild.fake.emit("GUILD_MEMBER_UPDATE", self.payload(guild_id=True))

    def payload(self, *, user: bool = True, guild_id: bool = False) -> dict[str, Any]:
        data: dict[str, Any] = {
            "roles": [str(role.id) for role in self.roles],
            "joined_at": self.joined_at.isoformat(),
            "deaf": False,
            "mute": False,
            "pending": False,
            "nick": None,
            "avatar": None,
            "premium_since": None,
            "communication_disabled_until": None,
            "flags": 0,
        }
        if user:
            data["user"] = self.user.payload()
        if guild_id:
            data["guild_id"] = str(self.guild.id)
        return data


@dataclass(eq=False, repr=False)
class Message:
    """One message as people see it. `edits` counts edits, `pings` is whom it notified."""

    id: int
    channel: Channel
    author: User
    created_at: datetime
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    flags: int = 0
    reference: int | None = None
    edits: int = 0
    edited_at: datetime | None = None
    deleted: bool = False
    reactions: dict[str, list[int]] = field(default_factory=dict)
    allowed_mentions: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"<{self.author.name}: {self.text!r}>"

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """All words a reader sees: content and embeds, one after the other."""
        return "\n".join([self.content, *(part for embed in self.embeds for part in words(embed))]).strip()

    @property
    def controls(self) -> list[dict[str, Any]]:
        """Every button and select of the message, in order."""
        return [part for part in walk(self.components) if "custom_id" in part]

    @property
    def mentioned(self) -> list[int]:
        return [int(found) for found in re.findall(r"<@!?(\d{15,20})>", self.content)]

    @property
    def pings(self) -> list[str]:
        """Whom the message notifies, with regard to its allowed_mentions."""
        allowed = self.allowed_mentions if self.allowed_mentions is not None else {"parse": ["everyone", "users"]}
        parse, users = allowed.get("parse", []), [int(user) for user in allowed.get("users", [])]
        everyone = re.findall(r"@(?:everyone|here)", self.content) if "everyone" in parse else []
        return everyone + [str(user) for user in self.mentioned if "users" in parse or user in users]

    def payload(self) -> dict[str, Any]:
        channel, fake = self.channel, self.channel.fake
        data: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(channel.id),
            "type": 19 if self.reference else 0,
            "author": self.author.payload(),
            "content": self.content,
            "embeds": [{"type": "rich", **embed} for embed in self.embeds],
            "components": self.components,
            "attachments": [attachment(name, body) for name, body in self.files.items()],
            "timestamp": self.created_at.isoformat(),
            "edited_timestamp": self.edited_at.isoformat() if self.edited_at else None,
            "flags": self.flags,
            "tts": False,
            "pinned": False,
            "mention_everyone": False,
            "mention_roles": [],
            "mentions": [fake.users[user].payload() for user in self.mentioned if user in fake.users],
            "reactions": [self._reaction(emoji, users) for emoji, users in self.reactions.items()],
        }
        if self.reference:
            where = {"message_id": str(self.reference), "channel_id": str(channel.id), "type": 0}
            data["message_reference"] = where | ({"guild_id": str(channel.guild.id)} if channel.guild else {})
        return data

    def _reaction(self, emoji: str, users: list[int]) -> dict[str, Any]:
        mine = self.channel.fake.me.id in users
        return {"emoji": {"id": None, "name": emoji}, "count": len(users), "me": mine}

    def event(self) -> dict[str, Any]:
        """The payload with what only gateway events carry: guild and member."""
        data, guild = self.payload(), self.channel.guild
        if guild:
            data["guild_id"] = str(guild.id)
            member = guild.members.get(self.author.id)
            if member:
                data["member"] = member.payload(user=False)
        return data


def attachment(name: str, body: bytes) -> dict[str, Any]:
    url = f"https://cdn.example.org/{name}"
    return {"id": "1", "filename": name, "size": len(body), "url": url, "proxy_url": url}


def words(embed: dict[str, Any]) -> list[str]:
    found = [embed.get("author", {}).get("name"), embed.get("title"), embed.get("description")]
    for one in embed.get("fields", []):
        found += [one.get("name"), one.get("value")]
    return [word for word in [*found, embed.get("footer", {}).get("text")] if word]


def walk(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All components, those inside rows, labels and containers too."""
    found = []
    for part in components:
        inner = part.get("components", []) + [part[key] for key in ("component", "accessory") if key in part]
        found += [part, *walk(inner)]
    return found


@dataclass(eq=False, repr=False)
class Channel:
    """A room. The permissions of one member in it are computed as Discord documents it."""

    id: int
    fake: FakeDiscord
    guild: Guild | None
    name: str = ""
    kind: int = TEXT
    recipient: User | None = None
    overwrites: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)

    def allow(self, who: Role | Member, *names: str) -> None:
        self._overwrite(who, bits(names), 0)

    def deny(self, who: Role | Member, *names: str) -> None:
        self._overwrite(who, 0, bits(names))

    def _overwrite(self, who: Role | Member, allow: int, deny: int) -> None:
        _, allowed, denied = self.overwrites.get(who.id, (0, 0, 0))
        kind = 0 if isinstance(who, Role) else 1
        self.overwrites[who.id] = (kind, (allowed | allow) & ~deny, (denied | deny) & ~allow)
        self.fake.emit("CHANNEL_UPDATE", self.payload())

    def permissions(self, who: Member | User) -> int:
        if self.guild is None:
            return bits(EVERYBODY)
        member = self.guild.members[who.id]
        granted = member.permissions
        if granted == ALL:
            return ALL
        granted = self._apply(granted, [self.guild.everyone.id])
        granted = self._apply(granted, [role.id for role in member.roles])
        return self._apply(granted, [member.id])

    def _apply(self, granted: int, ids: list[int]) -> int:
        rules = [self.overwrites[one] for one in ids if one in self.overwrites]
        for _, _, deny in rules:
            granted &= ~deny
        for _, allow, _ in rules:
            granted |= allow
        return granted

    def may(self, who: Member | User, *names: str) -> bool:
        wanted = bits(names)
        return self.permissions(who) & wanted == wanted

    def payload(self) -> dict[str, Any]:
        data: dict[str, Any] = {"id": str(self.id), "type": self.kind, "flags": 0, "last_message_id": None}
        if self.recipient:
            return data | {"recipients": [self.recipient.payload()]}
        rules = self.overwrites.items()
        return data | {
            "guild_id": str(self.guild.id) if self.guild else None,
            "name": self.name,
            "position": 0,
            "parent_id": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "topic": None,
            "permission_overwrites": [
                {"id": str(who), "type": kind, "allow": str(allow), "deny": str(deny)}
                for who, (kind, allow, deny) in rules
            ],
        }


@dataclass(eq=False, repr=False)
class Guild:
    """A community the bot is in."""

    id: int
    fake: FakeDiscord
    name: str
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    owner: Member | None = None

    def __post_init__(self) -> None:
        self.roles[self.id] = Role(self.id, "@everyone", bits(EVERYBODY))
        self.owner = self.add_member("owner")
        self.me = self._join(self.fake.me)
        self.moderators = self.add_role("Moderators", *MODERATOR)

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]

    def add_role(self, name: str, *permissions: str) -> Role:
        role = Role(self.fake.new_id(), name, bits(permissions))
        self.roles[role.id] = role
        self.fake.emit("GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": role.payload()})
        return role

    def add_member(self, name: str, *, moderator: bool = False, permissions: Iterable[str] = ()) -> Member:
        """A new person, or somebody of another guild (`add_member(other.user)`), with a moderator's or own rights."""
        member = self._join(name if isinstance(name, User) else self.fake.add_user(name))
        own = [self.add_role(f"{member.name}'s", *permissions)] if permissions else []
        member.roles += [*([self.moderators] if moderator else []), *own]
        self.fake.emit("GUILD_MEMBER_ADD", member.payload(guild_id=True))
        return member

    def _join(self, user: User) -> Member:
        member = self.members[user.id] = Member(user, self, self.fake.clock())
        return member

    def add_channel(self, name: str, *, private: bool = False, deny: Iterable[str] = (), kind: int = TEXT) -> Channel:
        """A channel; `private`: moderators and the bot only; `deny`: permissions the bot lacks here."""
        channel = self.fake.add_channel(self, name, kind)
        if private:
            channel.deny(self.everyone, "view_channel")
            for who in (self.moderators, self.me):
                channel.allow(who, "view_channel")
        if deny:
            channel.deny(self.me, *deny)
        self.fake.emit("CHANNEL_CREATE", channel.payload())
        return channel

    def payload(self, *, everybody: bool = True) -> dict[str, Any]:
        people = self.members.values() if everybody else [self.me]
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id) if self.owner else None,
            "member_count": len(self.members),
            "roles": [role.payload() for role in self.roles.values()],
            "channels": [channel.payload() for channel in self.channels.values()],
            "members": [member.payload() for member in people],
            "emojis": [],
            "stickers": [],
            "threads": [],
            "presences": [],
            "voice_states": [],
            "features": [],
            "unavailable": False,
            "large": False,
            "preferred_locale": "en-US",
            "joined_at": self.me.joined_at.isoformat(),
        }
