"""Slash commands, buttons and forms: what a person starts, and what the bot answers to it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .checks import choice_faults, over
from .faults import LINE, Refused
from .rest import Answer
from .world import LOADING, Channel, Member, Message, Role, User, walk

if TYPE_CHECKING:
    from .server import FakeDiscord

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5  # what a person does
REPLY, DEFER, DEFER_EDIT, EDIT, CHOICES, FORM = 4, 5, 6, 7, 8, 9  # what the bot answers
SUBCOMMANDS = (1, 2)
BUTTON = 2
ROUTES = (
    ("interaction_callback", "POST", "/interactions/{interaction}/{token}/callback"),
    ("follow_up", "POST", "/webhooks/{app}/{token}"),
    ("get_reply", "GET", "/webhooks/{app}/{token}/messages/{message}"),
    ("edit_reply", "PATCH", "/webhooks/{app}/{token}/messages/{message}"),
    ("delete_reply", "DELETE", "/webhooks/{app}/{token}/messages/{message}"),
)


@dataclass(eq=False)
class Interaction:
    """What somebody started. `answer` is the callback's type (None: nothing came), `replies` what he sees of it."""

    id: int
    token: str
    kind: int
    channel: Channel
    user: User
    data: dict[str, Any]
    message: Message | None = None
    born: float = field(default_factory=time.monotonic)
    answer: int | None = None
    original: Message | None = None
    sent: list[Message] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    form: dict[str, Any] | None = None

    @property
    def replies(self) -> list[Message]:
        return [message for message in self.sent if not message.deleted and not message.loading]

    @property
    def reply(self) -> Message:
        """The first answer; IndexError when there is none."""
        return self.replies[0]

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.replies)

    @property
    def ephemeral(self) -> bool:
        return bool(self.sent) and all(message.ephemeral for message in self.sent)

    @property
    def settled(self) -> bool:
        """Answered, and not only deferred."""
        return self.answer is not None and (self.answer != DEFER or bool(self.replies))


class Interactions:
    """Starts interactions on the gateway and takes their answers over REST."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.all: dict[str, Interaction] = {}
        self.answer_within = 3.0

    # a person starts one

    def start(
        self, kind: int, channel: Channel, who: Member, data: dict[str, Any], message: Message | None = None
    ) -> Interaction:
        new = self.fake.new_id()
        user = self.fake.user_of(who)
        started = self.all[f"token{new}"] = Interaction(new, f"token{new}", kind, channel, user, data, message)
        self.fake.emit("INTERACTION_CREATE", self._payload(started))
        return started

    def _payload(self, started: Interaction) -> dict[str, Any]:
        channel, me = started.channel, str(self.fake.me.id)
        data = {
            "id": str(started.id),
            "token": started.token,
            "type": started.kind,
            "version": 1,
            "application_id": me,
            "channel_id": str(channel.id),
            "channel": channel.payload(),
            "data": started.data,
            "locale": "en-US",
            "app_permissions": str(channel.permissions(self.fake.me)),
            "attachment_size_limit": 10 << 20,
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(channel.guild.id)} if channel.guild else {},
            "context": 0 if channel.guild else 1,
        }
        if started.message is not None:
            data["message"] = started.message.payload()
        return data | self._starter(started)

    def _starter(self, started: Interaction) -> dict[str, Any]:
        channel = started.channel
        if channel.guild is None:
            return {"user": started.user.payload()}
        member = channel.guild.members[started.user.id]
        live = member.payload() | {"permissions": str(channel.permissions(member))}
        return {"member": live, "guild_id": str(channel.guild.id), "guild_locale": "en-US"}

    def command(
        self, channel: Channel, name: str, values: dict[str, Any], *, who: Member | None, focused: str = ""
    ) -> dict[str, Any]:
        """The data of a slash command as registered. LookupError: no such thing; PermissionError: hidden from `who`."""
        first, *below = name.split()
        known = {
            **self.fake.commands.get(0, {}),
            **self.fake.commands.get(channel.guild.id if channel.guild else 0, {}),
        }
        if first not in known:
            raise LookupError(f"/{first} is not registered; there are {sorted(known)}")
        command = known[first]
        self._shown(command, channel, who)
        resolved: dict[str, dict[str, Any]] = {}
        options = self._options(command, below, dict(values), focused, resolved)
        data = {"id": command["id"], "name": first, "type": 1, "options": options, "resolved": resolved}
        return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})

    def _shown(self, command: dict[str, Any], channel: Channel, who: Member | None) -> None:
        if channel.guild is None and command.get("dm_permission") is False:
            raise PermissionError(f"/{command['name']} is not for private messages")
        wanted = command.get("default_member_permissions")
        if who is None or channel.guild is None or wanted is None:
            return
        if channel.permissions(who) & int(wanted) != int(wanted) or int(wanted) == 0:
            raise PermissionError(f"/{command['name']} is hidden from {who.name}")

    def _options(
        self, command: dict[str, Any], below: list[str], values: dict[str, Any], focused: str, resolved: dict[str, Any]
    ) -> list[dict[str, Any]]:
        known = {option["name"]: option for option in command.get("options", [])}
        if below or any(option["type"] in SUBCOMMANDS for option in known.values()):
            if not below or below[0] not in known:
                raise LookupError(f"{command['name']}: choose one of {sorted(known)}")
            inner = known[below[0]]
            options = self._options(inner, below[1:], values, focused, resolved)
            return [{"type": inner["type"], "name": inner["name"], "options": options}]
        missing = [name for name, option in known.items() if option.get("required") and name not in values]
        unknown = sorted(set(values) - set(known))
        if unknown or (missing and not focused):
            raise LookupError(f"/{command['name']}: missing {missing}, unknown {unknown}")
        return [self._value(known[name], value, name == focused, resolved) for name, value in values.items()]

    def _value(self, option: dict[str, Any], value: Any, focused: bool, resolved: dict[str, Any]) -> dict[str, Any]:
        if isinstance(value, Member | User | Channel | Role):
            value = self._resolve(value, resolved)
        allowed = [choice["value"] for choice in option.get("choices", [])]
        if allowed and value not in allowed:
            raise LookupError(f"{option['name']}: {value!r} is none of {allowed}")
        data = {"name": option["name"], "type": option["type"], "value": value}
        return data | ({"focused": True} if focused else {})

    def _resolve(self, value: Any, resolved: dict[str, Any]) -> str:
        key = str(value.id)
        if isinstance(value, Member | User):
            resolved.setdefault("users", {})[key] = self.fake.user_of(value).payload()
        if isinstance(value, Member):
            rights = {"permissions": str(value.permissions)}
            resolved.setdefault("members", {})[key] = value.payload(user=False) | rights
        if isinstance(value, Role):
            resolved.setdefault("roles", {})[key] = value.payload()
        if isinstance(value, Channel):
            rights = {"permissions": str(value.permissions(self.fake.me))}
            resolved.setdefault("channels", {})[key] = value.payload() | rights
        return key

    def pressed(self, message: Message, what: str, values: tuple[Any, ...], *, forged: bool) -> dict[str, Any]:
        """The data of a press on the control whose custom_id or label is `what`; forged: whether it is there or not."""
        found = [part for part in message.controls if what in (part["custom_id"], part.get("label"))]
        if forged and not found:
            found = [{"custom_id": what, "type": BUTTON}]
        if not found or (found[0].get("disabled") and not forged):
            there = [(part.get("label"), part["custom_id"]) for part in message.controls if not part.get("disabled")]
            raise LookupError(f"nothing to press called {what!r}; there are {there}")
        data = {"custom_id": found[0]["custom_id"], "component_type": found[0]["type"]}
        if data["component_type"] == BUTTON:
            return data
        resolved: dict[str, Any] = {}
        chosen = [value if isinstance(value, str) else self._resolve(value, resolved) for value in values]
        return data | {"values": chosen} | ({"resolved": resolved} if resolved else {})

    def filled(self, form: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
        """The data of a submitted form: the given texts by custom_id, or by label."""
        known = {one for row in form["components"] for one in self._names(row)}
        if set(values) - known:
            raise LookupError(f"the form has {sorted(known)}")
        return {"custom_id": form["custom_id"], "components": [self._fill(row, values) for row in form["components"]]}

    def _names(self, row: dict[str, Any]) -> set[str]:
        inner = walk([row])
        return {str(one[key]) for one in inner for key in ("custom_id", "label") if one.get(key)}

    def _fill(self, row: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
        fields = [part for part in walk([row]) if "custom_id" in part]
        names = {name: text for name, text in values.items() if name in self._names(row)}
        text = next(iter(names.values()), "")
        filled = [{"type": part["type"], "id": 1, "custom_id": part["custom_id"], "value": text} for part in fields]
        if row["type"] == 1:
            return {"type": 1, "id": 1, "components": filled}
        return {"type": row["type"], "id": 1} | ({"component": filled[0]} if filled else {})

    # the bot answers

    async def interaction_callback(self, request: web.Request) -> Answer:
        started = self._known(request)
        if started.answer is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if time.monotonic() - started.born > self.answer_within:
            raise Refused(404, 10062, "Unknown interaction")
        body, files = request[LINE].body, request[LINE].files
        self._take(started, body["type"], body.get("data") or {}, files)
        started.answer = body["type"]
        if "with_response" not in request[LINE].query:
            return 204, None
        return 200, self._callback(started)

    def _take(self, started: Interaction, kind: int, data: dict[str, Any], files: dict[str, bytes]) -> None:
        if kind == REPLY:
            started.original = self._reply(started, data, files)
        elif kind == DEFER:
            flags = data.get("flags", 0) | LOADING
            started.original = self.fake.place(started.channel, {"flags": flags}, {})
            started.sent.append(started.original)
        elif kind == EDIT and started.message is not None:
            self.fake.rest.change(started.message, data)
        elif kind == CHOICES:
            self.fake.forbid(choice_faults(data["choices"]))
            started.choices = data["choices"]
        elif kind == FORM:
            self.fake.forbid(list(over("modal title", data["title"])))
            started.form = data
        if kind in (EDIT, DEFER_EDIT):
            started.original = started.message

    def _reply(self, started: Interaction, body: dict[str, Any], files: dict[str, bytes]) -> Message:
        self.fake.rest.accept(started.channel, body, files)
        message = self.fake.place(started.channel, body, files)
        started.sent.append(message)
        return message

    def _callback(self, started: Interaction) -> dict[str, Any]:
        about: dict[str, Any] = {"id": str(started.id), "type": started.kind}
        answer: dict[str, Any] = {"interaction": about}
        if started.answer in (REPLY, DEFER, EDIT) and started.original is not None:
            original = started.original
            about["response_message_id"] = str(original.id)
            about |= {"response_message_loading": original.loading, "response_message_ephemeral": original.ephemeral}
            answer["resource"] = {"type": started.answer, "message": original.payload()}
        return answer

    async def follow_up(self, request: web.Request) -> Answer:
        started, line = self._known(request), request[LINE]
        original = started.original
        if original is not None and original.loading:
            self._complete(original, line.body)
            return 200, original.payload()
        return 200, self._reply(started, line.body, line.files).payload()

    async def get_reply(self, request: web.Request) -> Answer:
        return 200, self._message(request).payload()

    async def edit_reply(self, request: web.Request) -> Answer:
        message = self._message(request)
        if message.loading:
            self._complete(message, request[LINE].body)
        else:
            self.fake.rest.change(message, request[LINE].body)
        return 200, message.payload()

    def _complete(self, message: Message, body: dict[str, Any]) -> None:
        """A deferred answer gets its words; whether it is private was settled by the deferral."""
        self.fake.rest.accept(message.channel, body, {})
        self.fake.complete(message, body)

    async def delete_reply(self, request: web.Request) -> Answer:
        self.fake.delete(self._message(request))
        return 204, None

    def _known(self, request: web.Request) -> Interaction:
        started = self.all.get(request.match_info["token"])
        if started is None:
            raise Refused(404, 10015, "Unknown Webhook")
        return started

    def _message(self, request: web.Request) -> Message:
        started, wanted = self._known(request), request.match_info["message"]
        ours = {str(one.id): one for one in started.sent} | {"@original": started.original}
        message = ours.get(wanted)
        if message is None or message.deleted:
            raise Refused(404, 10008, "Unknown Message")
        return message

    async def settled(self, started: Interaction, timeout: float) -> Interaction:
        """Waits until the bot has answered, at most `timeout` seconds; silence is seen by `answer` None."""
        end = time.monotonic() + timeout
        while not started.settled and time.monotonic() < end:
            await asyncio.sleep(0.005)
        return started
