"""What outlives a process of a simulated day: the fake, the database, the troubles, and the plan of all of it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fakediscord import Channel, FakeDiscord
from sqlalchemy import text

from bot import cards
from bot.errors import SettingsError
from bot.model import Card, Delivery, Guild, Incident, Mode, Shape, Slot
from bot.rules import Rules
from bot.storage import Transaction
from bot.storage.incidents import new_ref
from bot.storage.tables import incidents
from bot.telling import nonce
from tests.harness.chaos import Chaos
from tests.harness.quick import QuickStore
from tests.harness.virtual import BEGAN

SETTLED = "SELECT due_at, message_key, channel_key FROM outbox WHERE message_key IS NOT NULL"
COPIED = ", ".join(column.name for column in incidents.columns if column.name not in ("incident_id", "ref"))
ANOTHER = text(
    f"INSERT INTO incidents (ref, {COPIED}) SELECT :ref, {COPIED} FROM incidents LIMIT 1 RETURNING incident_id"
)
WANTING = """
    SELECT channel_key, state, next_at, leased_until FROM outbox
    WHERE next_at IS NOT NULL AND state != 'parked' ORDER BY due_at, delivery_id
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is made of; with its seed it is the whole run."""

    seed: int
    hours: float = 24.0
    alerts: int = 200
    guilds: int = 10
    channels: int = 2
    errors: float = 0.0
    errors_after: float = 0.3
    silences: float = 0.0
    late: float = 0.0
    breaks: float = 0.0
    limits: float = 0.0
    deaths: int = 0
    outage: float = 0.0
    storm: str = ""
    hanging: bool = False
    lag: float = 0.0
    window: float = 120.0
    unreadable: float = 0.0
    changes: int = 0
    notices: int = 0
    removals: int = 0
    deafness: float = 0.0
    refuse_token_at: float = 0.0
    at_once: bool = False
    bots: int = 1
    protocol: str = "right"


@dataclass
class World:
    """Everything that outlives a process."""

    plan: Plan
    fake: FakeDiscord
    chaos: Chaos
    rules: Rules
    dice: random.Random
    store: QuickStore
    news: asyncio.Event = field(default_factory=asyncio.Event)
    deaths: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    refused: SettingsError | None = None
    channels: list[tuple[str, Channel]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number in range(self.plan.guilds):
            guild = self.fake.add_guild(f"Invented workers {number}")
            made = [guild.add_channel(f"alerts-{n}") for n in range(self.plan.channels)]
            for channel in made:
                if self.dice.random() < self.plan.unreadable:
                    channel.deny(guild.me, "read_message_history")
            self.channels += [(f"discord:{guild.id}", channel) for channel in made]
            if self.dice.random() < 0.9 and self.plan.unreadable:
                moderators = guild.add_channel("moderators")
                self._save(
                    Guild(
                        guild_key=f"discord:{guild.id}",
                        name=guild.name,
                        mode=Mode.ON,
                        moderator_channel=str(moderators.id),
                    )
                )

    def _save(self, guild: Guild) -> None:
        self.store._do(lambda tx: tx.save_guild(guild))

    def soonest(self) -> datetime | None:
        """When the outbox wants work next: edits, and of each channel the oldest new message that is not parked."""
        rows = self.store._do(lambda tx: tx.connection.execute(text(WANTING)).all())
        heads: dict[str, int] = {}
        for channel, state, next_at, leased_until in rows:
            at = max(next_at, leased_until or 0)
            if state == "sent":
                heads[f"{channel} edits"] = min(at, heads.get(f"{channel} edits", at))
            else:
                heads.setdefault(channel, at)
        return moment(min(heads.values())) if heads else None

    def _settled(self) -> Sequence[Any]:
        with self.store.engine.begin() as base:
            return base.execute(text(SETTLED)).all()

    def states(self) -> Counter[str]:
        """How many rows of the outbox are in which state."""
        with self.store.engine.begin() as base:
            return Counter(state for (state,) in base.execute(text("SELECT state FROM outbox")))

    def waits_of(self, chosen: Callable[[str], bool]) -> list[float]:
        """From due to visible, in seconds, in the chosen channels."""
        rows = self._settled()
        return [wait for _, channel, wait in visible(self.fake, rows) if chosen(channel)]

    def waiting_after(self, back: datetime) -> float:
        """How long what was due before this moment and not yet visible had to wait after it, in seconds."""
        rows = self._settled()
        late = [due + timedelta(seconds=wait) for due, _, wait in visible(self.fake, rows) if due < back]
        return max((at - back).total_seconds() for at in late)

    def queue(self, number: int, guild_key: str, channel: Channel) -> None:
        """An alert falls due."""
        self.store._do(lambda tx: _queue(tx, self.rules, number, guild_key, str(channel.id)))
        self.news.set()

    def change(self, number: int) -> None:
        """Some incident has grown: its card wants other words."""

        def work(tx: Transaction) -> None:
            there = "SELECT incident_id, channel_key FROM outbox WHERE slot = 'public' ORDER BY delivery_id"
            rows = tx.connection.execute(text(there)).all()
            if rows:
                tx.want(*self.dice.choice(rows), cards.to_json(_card(f"Grown: {number}")))

        self.store._do(work)
        self.news.set()

    def remove(self) -> None:
        """A moderator takes one of our messages away."""
        seen = [one for _, channel in self.channels for one in self.fake.posted(channel)]
        if seen:
            self.fake.delete(self.dice.choice(seen))


def _card(title: str) -> Card:
    return Card(
        title=title,
        lines=("Fewer than 5 workers report it.", "Unverified."),
        fields=(("Platform", "Prolific"),),
        footer="ref X",
    )


def _opened(tx: Transaction) -> int:
    """One more incident. It is the way out that is tested: all but the first are copies of the first."""
    copied = tx.connection.execute(ANOTHER, {"ref": new_ref()}).scalar()
    if copied is None:
        requester = tx.add_requester("prolific", "Example Lab", "example lab", None, "test")
        opened = Incident(platform="prolific", rules_version=1, opened_at=tx.now, requester_id=requester.requester_id)
        copied = tx.save_incident(opened).incident_id or 0
    return int(copied)


def _queue(tx: Transaction, rules: Rules, number: int, guild_key: str, channel: str) -> None:
    incident_id = _opened(tx)
    row = Delivery(
        incident_id=incident_id,
        guild_key=guild_key,
        channel_key=channel,
        slot=Slot.PUBLIC,
        shape=Shape.CARD,
        generation=0,
        nonce=nonce(rules, str(incident_id), channel, Shape.CARD, 0),
        marker=tx.ref(incident_id),
        payload=cards.to_json(_card(f"Unverified: rejections by Example Lab {number}")),
        due_at=tx.now,
    )
    assert tx.queue(row) is not None


def moment(microseconds: int) -> datetime:
    """A moment as the database has it."""
    return datetime.fromtimestamp(0, BEGAN.tzinfo) + timedelta(microseconds=microseconds)


def visible(fake: FakeDiscord, rows: Sequence[Any]) -> list[tuple[datetime, str, float]]:
    """Of each row that is visible: when it fell due, its channel, and the seconds until it was there."""
    seen = []
    for due_at, key, channel in rows:
        message, due = fake.channels[int(channel)].messages.get(int(key)), moment(due_at)
        if message is not None:
            seen.append((due, channel, (message.created_at - due).total_seconds()))
    return seen
