"""The REST side, v10: what a bot asks and Discord answers. A handler gives (status, data) or raises Refused."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .checks import command_faults, house_faults, message_faults
from .faults import LINE, Refused
from .world import Channel, Guild, Message, User

if TYPE_CHECKING:
    from .server import FakeDiscord

Answer = tuple[int, Any]
EDITABLE = ("content", "embeds", "components", "allowed_mentions")
ROUTES = (
    ("get_me", "GET", "/users/@me"),
    ("get_user", "GET", "/users/{user}"),
    ("create_dm", "POST", "/users/@me/channels"),
    ("get_application", "GET", "/oauth2/applications/@me"),
    ("get_gateway", "GET", "/gateway/bot"),
    ("put_commands", "PUT", "/applications/{app}/commands"),
    ("put_commands", "PUT", "/applications/{app}/guilds/{guild}/commands"),
    ("get_commands", "GET", "/applications/{app}/commands"),
    ("get_commands", "GET", "/applications/{app}/guilds/{guild}/commands"),
    ("get_channel", "GET", "/channels/{channel}"),
    ("get_history", "GET", "/channels/{channel}/messages"),
    ("create_message", "POST", "/channels/{channel}/messages"),
    ("get_message", "GET", "/channels/{channel}/messages/{message}"),
    ("edit_message", "PATCH", "/channels/{channel}/messages/{message}"),
    ("delete_message", "DELETE", "/channels/{channel}/messages/{message}"),
    ("add_reaction", "PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me"),
    ("remove_reaction", "DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me"),
    ("typing", "POST", "/channels/{channel}/typing"),
    ("get_guild", "GET", "/guilds/{guild}"),
    ("get_guild_channels", "GET", "/guilds/{guild}/channels"),
    ("get_guild_roles", "GET", "/guilds/{guild}/roles"),
    ("get_guild_member", "GET", "/guilds/{guild}/members/{user}"),
    ("leave_guild", "DELETE", "/users/@me/guilds/{guild}"),
)


class Rest:
    """The handlers of ROUTES, by name."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.nonces: dict[tuple[int, str], tuple[Message, datetime]] = {}

    # who and where

    async def get_me(self, request: web.Request) -> Answer:
        return 200, self.fake.me.payload() | {"verified": True, "mfa_enabled": False}

    async def get_user(self, request: web.Request) -> Answer:
        return 200, self._user(request).payload()

    async def get_application(self, request: web.Request) -> Answer:
        me = self.fake.me
        about = {"id": str(me.id), "name": me.name, "icon": None, "description": "", "verify_key": "", "team": None}
        switches = {"bot_public": False, "bot_require_code_grant": False, "flags": self.fake.application_flags}
        return 200, about | switches | {"owner": self.fake.operator.payload()}

    async def get_gateway(self, request: web.Request) -> Answer:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return 200, {"url": self.fake.gateway_url, "shards": 1, "session_start_limit": limit}

    async def create_dm(self, request: web.Request) -> Answer:
        recipient = self.fake.users.get(int(request[LINE].body["recipient_id"]))
        if recipient is None or recipient.bot:
            raise Refused(400, 50033, "Invalid Recipient(s)")
        return 200, self.fake.dm(recipient).payload()

    async def get_guild(self, request: web.Request) -> Answer:
        return 200, self._guild(request).payload(everybody=False)

    async def get_guild_channels(self, request: web.Request) -> Answer:
        return 200, [channel.payload() for channel in self._guild(request).channels.values()]

    async def get_guild_roles(self, request: web.Request) -> Answer:
        return 200, [role.payload() for role in self._guild(request).roles.values()]

    async def get_guild_member(self, request: web.Request) -> Answer:
        member = self._guild(request).members.get(int(request.match_info["user"]))
        if member is None:
            raise Refused(404, 10007, "Unknown Member")
        return 200, member.payload()

    async def leave_guild(self, request: web.Request) -> Answer:
        self.fake.remove_guild(self._guild(request))
        return 204, None

    # commands

    async def put_commands(self, request: web.Request) -> Answer:
        where = int(request.match_info.get("guild", 0))
        commands = request[LINE].body
        self.fake.forbid([fault for command in commands for fault in command_faults(command)])
        about = {"application_id": str(self.fake.me.id), "version": "1"}
        if where:
            about["guild_id"] = str(where)
        new = [{"description": "", **one, **about, "id": str(self.fake.new_id())} for one in commands]
        self.fake.commands[where] = {one["name"]: one for one in new}
        return 200, new

    async def get_commands(self, request: web.Request) -> Answer:
        return 200, list(self.fake.commands.get(int(request.match_info.get("guild", 0)), {}).values())

    # messages

    async def get_channel(self, request: web.Request) -> Answer:
        return 200, self._channel(request).payload()

    async def typing(self, request: web.Request) -> Answer:
        self._must(self._channel(request), "send_messages")
        return 204, None

    async def create_message(self, request: web.Request) -> Answer:
        channel, line = self._channel(request), request[LINE]
        self._must(channel, "send_messages")
        first = self._first(line.body)
        if first is not None:
            return 200, first.payload() | {"nonce": line.body["nonce"]}
        message = self.fake.post(channel, line.body, line.files)
        return 200, message.payload() | {"nonce": line.body.get("nonce")}

    def _first(self, body: dict[str, Any]) -> Message | None:
        """The message made with this nonce lately; its deletion is answered as Discord does."""
        nonce = body.get("nonce")
        if nonce is None or not body.get("enforce_nonce"):
            return None
        message, at = self.nonces.get((self.fake.me.id, str(nonce)), (None, self.fake.clock()))
        if message is None or self.fake.clock() - at > self.fake.nonce_window:
            return None
        if message.deleted:
            raise Refused(404, 10008, "Unknown Message")
        return message

    def accept(self, channel: Channel, body: dict[str, Any], files: dict[str, bytes]) -> None:
        """Refuses a body Discord would refuse; a slip against our own rule is only noted."""
        self.fake.violations += house_faults(body)
        self.fake.forbid(message_faults(body))
        if not any(body.get(key) for key in ("content", "embeds", "components", "sticker_ids", "poll")) and not files:
            raise Refused(400, 50006, "Cannot send an empty message")
        reference = body.get("message_reference")
        if reference:
            self._answerable(channel, reference)

    def _answerable(self, channel: Channel, reference: dict[str, Any]) -> None:
        if not channel.may(self.fake.me, "read_message_history"):
            raise Refused(403, 160002, "Cannot reply without permission to read message history")
        found = channel.messages.get(int(reference["message_id"]))
        if (found is None or found.deleted) and reference.get("fail_if_not_exists", True):
            raise Refused(400, 50035, "Invalid Form Body: message_reference: Unknown message")

    async def get_history(self, request: web.Request) -> Answer:
        channel, query = self._channel(request), request[LINE].query
        limit = int(query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise Refused(400, 50035, "Invalid Form Body: limit must be between 1 and 100")
        if not channel.may(self.fake.me, "read_message_history"):
            return 200, []
        newest = self.fake.clock() - self.fake.history_lag
        seen = [message for message in self.fake.visible(channel) if message.created_at <= newest]
        return 200, [self.fake.as_read(message) for message in reversed(page(seen, query, limit))]

    async def get_message(self, request: web.Request) -> Answer:
        self._must(self._channel(request), "read_message_history", code=50001)
        return 200, self.fake.as_read(self._message(request))

    async def edit_message(self, request: web.Request) -> Answer:
        message = self._message(request)
        if message.author is not self.fake.me:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        self.change(message, request[LINE].body)
        return 200, message.payload()

    def change(self, message: Message, body: dict[str, Any]) -> None:
        """An edit by the bot: only the keys given change."""
        self.fake.violations += house_faults(body)
        self.fake.forbid(message_faults(body))
        after = {key: body[key] or type(getattr(message, key))() for key in EDITABLE[:3] if key in body}
        if not any(after.get(key, getattr(message, key)) for key in EDITABLE[:3]) and not message.files:
            raise Refused(400, 50006, "Cannot send an empty message")
        self.fake.rewrite(message, after | {"allowed_mentions": body.get("allowed_mentions")})

    async def delete_message(self, request: web.Request) -> Answer:
        message = self._message(request)
        if message.author is not self.fake.me:
            self._must(message.channel, "manage_messages")
        self.fake.delete(message)
        return 204, None

    async def add_reaction(self, request: web.Request) -> Answer:
        message = self._message(request)
        self._must(message.channel, "add_reactions", "read_message_history")
        self.fake.react(self.fake.me, message, request.match_info["emoji"])
        return 204, None

    async def remove_reaction(self, request: web.Request) -> Answer:
        self.fake.unreact(self.fake.me, self._message(request), request.match_info["emoji"])
        return 204, None

    # finding things, or Discord's words for not finding them

    def _user(self, request: web.Request) -> User:
        user = self.fake.users.get(int(request.match_info["user"]))
        if user is None:
            raise Refused(404, 10013, "Unknown User")
        return user

    def _guild(self, request: web.Request) -> Guild:
        guild = self.fake.guilds.get(int(request.match_info["guild"]))
        if guild is None:
            raise Refused(404, 10004, "Unknown Guild")
        return guild

    def _channel(self, request: web.Request) -> Channel:
        channel = self.fake.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise Refused(404, 10003, "Unknown Channel")
        self._must(channel, "view_channel", code=50001)
        return channel

    def _message(self, request: web.Request) -> Message:
        message = self._channel(request).messages.get(int(request.match_info["message"]))
        if message is None or message.deleted:
            raise Refused(404, 10008, "Unknown Message")
        return message

    def _must(self, channel: Channel, *names: str, code: int = 50013) -> None:
        if not channel.may(self.fake.me, *names):
            raise Refused(403, code, "Missing Access" if code == 50001 else "Missing Permissions")


def page(messages: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    """The part of an ordered history a query asks for: before, after or around an id, else the newest."""
    if "after" in query:
        return [one for one in messages if one.id > int(query["after"])][:limit]
    if "around" in query:
        middle = int(query["around"])
        near = sorted(messages, key=lambda one: abs(one.id - middle))[:limit]
        return sorted(near, key=lambda one: one.id)
    if "before" in query:
        messages = [one for one in messages if one.id < int(query["before"])]
    return messages[-limit:]
