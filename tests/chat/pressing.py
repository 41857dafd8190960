"""The bot's own answers to Discord without a Discord: whoever asks is made up, and what they are told is kept."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import discord

from bot.commands import Desk
from tests.harness.memory import Memory
from tests.making import NOW, rules
from tests.storage.build import Clock

HERE, ELSEWHERE = 1, 2
EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_ids = itertools.count((int((NOW - EPOCH).total_seconds() * 1000) << 22) + 1)


class Ledger(Memory):
    """A store that counts what is changed in it; while `forgetful` it keeps nothing of it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.changes, self.forgetful = 0, False

    async def write(self, work: Any) -> Any:
        if not self.forgetful:
            return await super().write(self._counted(work))
        # The database is left at the state that the test made: what is tried next finds it so.
        with self.engine.connect() as base, base.begin() as tried:
            try:
                return self._counted(work)(self.transaction(base))
            finally:
                tried.rollback()

    async def read(self, work: Any) -> Any:
        return await super().write(work)

    def _counted(self, work: Any) -> Any:
        def counted(tx: Any) -> Any:
            raw = tx.connection.connection.driver_connection
            before = raw.total_changes
            try:
                return work(tx)
            finally:
                self.changes += raw.total_changes - before

        return counted

    def transaction(self, base: Any) -> Any:
        from bot.storage import Transaction

        return Transaction(base, self.clock())


@dataclass(order=True)
class Role:
    id: int


@dataclass
class Asked:
    """One interaction: who, where, with which rights; `said` is what they read of the answer."""

    client: Any
    user: Any
    permissions: discord.Permissions
    guild_id: int | None = HERE
    channel_id: int = 10
    message: Any = None
    id: int = field(default_factory=lambda: next(_ids))
    said: list[str] = field(default_factory=list)
    created_at: datetime = NOW

    def __post_init__(self) -> None:
        self.response = SimpleNamespace(defer=self._defer, is_done=lambda: True)
        self.followup = SimpleNamespace(send=self._send)
        self.guild = None if self.guild_id is None else _guild(self.guild_id)
        self.channel = None

    async def _defer(self, **_: Any) -> None:
        return

    async def _send(self, *, embed: discord.Embed, **_: Any) -> None:
        self.said.append(f"{embed.title}\n{embed.description or ''}")

    async def press(self, kind: Any, custom_id: str) -> None:
        """What discord.py does with a press: the first kind of button whose template fits all of the name."""
        match = kind.__discord_ui_compiled_template__.fullmatch(custom_id)
        assert match is not None, custom_id
        button = await kind.from_custom_id(self, None, match)
        await button.callback(self)


def client(clock: Clock | None = None) -> Any:
    """A bot with a desk over a store in memory."""
    made = clock or Clock()
    if clock is None:
        made.now = NOW
    store: Any = Ledger(made)
    return SimpleNamespace(desk=Desk(store, rules()), store=store, clock=made)


def member(key: int = 5, *roles: int, days: int = 900) -> Any:
    """Somebody with these roles and an account that is so many days old."""
    somebody = discord.Member.__new__(discord.Member)
    guild: Any = SimpleNamespace(get_role=Role, default_role=Role(1), name="Example workers")
    at = int((NOW - EPOCH).total_seconds() * 1000) - days * 86_400_000
    somebody._user = SimpleNamespace(
        id=(at << 22) + key, created_at=datetime.fromtimestamp(at / 1000 + EPOCH.timestamp(), UTC)
    )
    somebody.guild, somebody._roles = guild, discord.utils.SnowflakeList(sorted(roles))
    return somebody


def _guild(number: int) -> Any:
    return SimpleNamespace(id=number, name="Example workers", get_channel=lambda _: None, get_role=lambda _: None)
