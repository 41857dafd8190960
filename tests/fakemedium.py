"""A medium that tells stories: channels with messages people see, and what goes wrong on the way there."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model import Card, Delivery
from bot.outbox import Attempt, Look, Result, Sight

# Discord compares nonces for "the past few minutes"; the bot counts on 60 s of them.
NONCE_FOR = timedelta(seconds=60)


@dataclass
class Message:
    key: str
    nonce: str
    at: datetime
    title: str
    edits: int = 0


@dataclass
class FakeMedium:
    """Say what shall happen to the next attempts in a channel with `plan`; without a plan all goes well.

    arrives     posted, and we are told
    silent      posted, but no clear answer comes back
    vanishes    not posted, and no clear answer comes back
    hangs       posted, and the answer never comes
    raises      posted, and the library stumbles over the answer
    down        nothing is reached
    closed      no request is made at all: the channel is known to be closed to us
    gone        the channel is not there or not ours
    refused     not posted, and told so
    refused-yet-posted   posted by the library's first inner try; its second was refused
    removed     a moderator has deleted it
    busy        come back in five minutes
    """

    clock: Callable[[], datetime]
    channels: defaultdict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    plans: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    unreadable: set[str] = field(default_factory=set)
    unreachable: set[str] = field(default_factory=set)
    hanging_history: set[str] = field(default_factory=set)
    tries: list[tuple[str, str]] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def plan(self, channel: str, *stories: str) -> None:
        self.plans[channel].extend(stories)

    def seen(self, channel: str) -> list[str]:
        return [message.title for message in self.channels[channel]]

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        channel, story = delivery.channel_key, self._story(delivery.channel_key)
        self.tries.append((channel, "announce"))
        if story in ("arrives", "takes-time", "silent", "hangs", "raises", "refused-yet-posted"):
            message = self._post(delivery, card)
            if story == "takes-time":
                await asyncio.sleep(0.1)
            if story in ("arrives", "takes-time"):
                return Attempt(Result.DONE, message_key=message.key)
        return await self._answer(story)

    async def edit(self, delivery: Delivery, card: Card) -> Attempt:
        channel, story = delivery.channel_key, self._story(delivery.channel_key)
        self.tries.append((channel, "edit"))
        if story in ("arrives", "silent", "hangs", "raises"):
            message = next(each for each in self.channels[channel] if each.key == delivery.message_key)
            message.title, message.edits = card.title, message.edits + 1
            if story == "arrives":
                return Attempt(Result.DONE)
        return await self._answer(story)

    async def find(self, delivery: Delivery) -> Sight:
        channel = delivery.channel_key
        self.tries.append((channel, "find"))
        if channel in self.hanging_history:
            await self.let_go.wait()
        if channel in self.unreachable:
            return Sight(Look.UNREACHABLE)
        if channel in self.unreadable:
            return Sight(Look.CANNOT_TELL)
        for message in self.channels[channel]:
            if message.nonce == delivery.nonce:
                return Sight(Look.FOUND, message.key)
        return Sight(Look.ABSENT)

    def _story(self, channel: str) -> str:
        return self.plans[channel].popleft() if self.plans[channel] else "arrives"

    def _post(self, delivery: Delivery, card: Card) -> Message:
        posted = self.channels[delivery.channel_key]
        for message in posted:
            if message.nonce == delivery.nonce and self.clock() - message.at <= NONCE_FOR:
                return message
        posted.append(Message(f"m{len(posted)}-{delivery.channel_key}", delivery.nonce, self.clock(), card.title))
        return posted[-1]

    async def _answer(self, story: str) -> Attempt:
        if story == "hangs":
            await self.let_go.wait()
        if story == "raises":
            raise ValueError("the answer was no JSON")
        return {
            "silent": Attempt(Result.UNCERTAIN, why="the server answered 503"),
            "vanishes": Attempt(Result.UNCERTAIN, why="the connection broke"),
            "down": Attempt(Result.UNREACHABLE, why="not connected"),
            "closed": Attempt(Result.NO_CHANNEL, why="closed to us", tried=False),
            "gone": Attempt(Result.NO_CHANNEL, why="no such channel"),
            "refused": Attempt(Result.REFUSED, why="invalid body"),
            "refused-yet-posted": Attempt(Result.REFUSED, why="invalid body"),
            "removed": Attempt(Result.REMOVED),
            "busy": Attempt(Result.UNCERTAIN, why="rate limited", retry_after=timedelta(minutes=5)),
            "hangs": Attempt(Result.UNCERTAIN, why="too late"),
        }[story]
