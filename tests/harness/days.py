"""Simulated days: alerts fall due in many channels, Discord fails by seed, the process dies again and again.

The real outbox, the real announcer and the real discord.py run; virtual are time, sockets and the disk. `protocol`
names a wrong variant of the protocol: with it the same days must show what the right one prevents.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from fakediscord import Channel, FakeDiscord
from sqlalchemy import Connection, text

from bot import cards, outbox
from bot.budget import Budget
from bot.client import Client
from bot.commands import Desk
from bot.errors import SettingsError
from bot.model import Card, Delivery, Guild, Incident, Mode, Shape, Slot, State
from bot.outbox import Attempt, Look, Result, Sight
from bot.platforms import load
from bot.policies import SHIPPED
from bot.rules import Rules
from bot.storage import Transaction
from bot.telling import nonce
from cogs import announce
from tests.harness import checker
from tests.harness.chaos import Chaos
from tests.harness.checker import Found
from tests.harness.quick import QuickStore, disk
from tests.harness.virtual import BEGAN, now, virtual
from tests.harness.wire import Life, Line, connect

PROTOCOLS = ("right", "nonce ignored", "history off", "send before commit", "delete before send")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# After the chaos all that waits must come to rest within this time; the longest wait that Discord asks for is shorter.
DRAIN = timedelta(minutes=100)
PLATFORMS = load()
SETTLED = "SELECT due_at, message_key, channel_key FROM outbox WHERE message_key IS NOT NULL"
WANTING = """
    SELECT channel_key, state, next_at, leased_until FROM outbox
    WHERE next_at IS NOT NULL ORDER BY due_at, delivery_id
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
        """When the outbox wants work next: edits, and of each channel the oldest new message."""
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
        return [wait for _, channel, wait in _seen(self.fake, rows) if chosen(channel)]

    def waiting_after(self, back: datetime) -> float:
        """How long what was due before this moment and not yet visible had to wait after it, in seconds."""
        rows = self._settled()
        late = [due + timedelta(seconds=wait) for due, _, wait in _seen(self.fake, rows) if due < back]
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


def _queue(tx: Transaction, rules: Rules, number: int, guild_key: str, channel: str) -> None:
    requester = tx.add_requester("prolific", f"Example Lab {number}", f"example lab {number}", None, "test")
    opened = Incident(platform="prolific", rules_version=1, opened_at=tx.now, requester_id=requester.requester_id)
    incident_id = tx.save_incident(opened).incident_id or 0
    row = Delivery(
        incident_id=incident_id,
        guild_key=guild_key,
        channel_key=channel,
        slot=Slot.PUBLIC,
        shape=Shape.CARD,
        generation=0,
        nonce=nonce(rules, incident_id, channel, Shape.CARD, 0),
        marker=tx.ref(incident_id),
        payload=cards.to_json(_card(f"Unverified: rejections by Example Lab {number}")),
        due_at=tx.now,
    )
    assert tx.queue(row) is not None


def moment(microseconds: int) -> datetime:
    """A moment as the database has it."""
    return datetime.fromtimestamp(0, BEGAN.tzinfo) + timedelta(microseconds=microseconds)


def run(plan: Plan) -> tuple[Found, World]:
    """The whole story of a plan; the same plan gives the same story."""
    return virtual(_story(plan))


async def _story(plan: Plan) -> tuple[Found, World]:
    dice = random.Random(f"{plan.seed} story")
    fake = FakeDiscord(
        clock=now, nonce_window=timedelta(seconds=0 if plan.protocol == "nonce ignored" else plan.window)
    )
    fake.history_lag = timedelta(seconds=plan.lag)
    rules = Rules(platforms=PLATFORMS, policies=SHIPPED, secret=b"an invented secret of 32 bytes..")
    end = now() + timedelta(hours=plan.hours)
    chaos = _chaos(plan, dice, end)
    world = World(plan, fake, chaos, rules, dice, QuickStore(disk()))
    if plan.hanging:
        chaos.hanging = frozenset({str(world.channels[0][1].id)})
    running = [asyncio.create_task(_bot(world, end, number)) for number in range(plan.bots)]
    await _happen(world, end)
    chaos.calm_from = now()
    await asyncio.sleep((end + DRAIN - now()).total_seconds())
    for bot in running:
        bot.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return _judge(world), world


def _chaos(plan: Plan, dice: random.Random, end: datetime) -> Chaos:
    chaos = Chaos(
        random.Random(f"{plan.seed} chaos"),
        plan.errors,
        plan.errors_after,
        plan.silences,
        plan.late,
        plan.breaks,
        plan.limits,
    )
    middle = now() + (end - now()) * dice.uniform(0.2, 0.7)
    if plan.outage:
        chaos.outages = ((middle, middle + plan.outage * MINUTE),)
    if plan.storm:
        chaos.storms = ((middle, middle + MINUTE, plan.storm),)
    return chaos


async def _happen(world: World, end: datetime) -> None:
    """Alerts, changes and removals at their moments."""
    plan, dice, events = world.plan, world.dice, []
    began = now()
    for number in range(plan.alerts):
        at = 60.0 if plan.at_once else dice.uniform(0, plan.hours * 3600)
        guild_key, channel = (
            world.channels[number % len(world.channels)] if plan.at_once else dice.choice(world.channels)
        )
        events.append((at, number, lambda n=number, g=guild_key, c=channel: world.queue(n, g, c)))
    span = plan.hours * 3600
    events += [(dice.uniform(0, span), 1_000 + n, lambda n=n: world.change(n)) for n in range(plan.changes)]
    events += [(dice.uniform(0, span), 10_000 + n, world.remove) for n in range(plan.removals)]
    if plan.refuse_token_at:
        events.append((plan.refuse_token_at * 3600, 20_000, lambda: setattr(world.fake, "token", "another")))
    for at, _, happen in sorted(events, key=lambda each: each[:2]):
        await asyncio.sleep(max(0.0, at - (now() - began).total_seconds()))
        happen()
    await asyncio.sleep(max(0.0, (end - now()).total_seconds()))


async def _bot(world: World, end: datetime, number: int) -> None:
    """One process after the other, as a supervisor starts them; with a number above 0 beside another bot's."""
    dice = random.Random(f"{world.plan.seed} death{number or ''}")
    # Steps of a day are a few thousand; each may be the last one.
    odds = world.plan.deaths / max(1.0, world.plan.alerts * 8.0)

    while world.refused is None:
        life = Life()

        def step(name: str, life: Life = life) -> None:
            if now() < end and len(world.deaths) < world.plan.deaths and dice.random() < odds:
                world.deaths.append(name)
                life.end()

        life.moment = step
        working = asyncio.create_task(_process(world, life))
        dying = asyncio.create_task(life.ended.wait())
        try:
            await asyncio.wait([working, dying], return_when=asyncio.FIRST_COMPLETED)
        finally:
            life.end()
            for task in (working, dying):
                task.cancel()
            await asyncio.gather(working, dying, return_exceptions=True)
        await asyncio.sleep(dice.choice((1.0, 5.0, 30.0, 200.0, 900.0)))


async def _process(world: World, life: Life) -> None:
    store = QuickStore(world.store.engine, life)
    client = Client(
        Desk(store, world.rules),
        extensions=(),
        budget=Budget(clock=asyncio.get_running_loop().time),
        guild_ready_timeout=0.05,
    )
    try:
        await outbox.recover(store)
        line = await connect(client, world.fake, world.chaos, life)
        await announce.setup(client)
        deafness = asyncio.create_task(_go_deaf(world, line))
        medium = CONTROLS.get(world.plan.protocol, lambda announcer: announcer)(client.announcer)
        while True:
            world.news.clear()
            await COURIERS.get(world.plan.protocol, outbox.pump)(store, medium)
            await _until_due(world)
    except* SettingsError as refused:
        world.refused = refused.exceptions[0]
    finally:
        with suppress(UnboundLocalError):
            deafness.cancel()


async def _go_deaf(world: World, line: Line) -> None:
    """The gateway is gone for a while, now and then; what happened meanwhile is heard when it resumes."""
    dice = random.Random(f"{world.plan.seed} deaf {now()}")
    while True:
        await asyncio.sleep(dice.expovariate(1 / 3600))
        if dice.random() < world.plan.deafness:
            line.deaf = True
            await asyncio.sleep(dice.uniform(5, 600))
            line.hear_again()


async def _until_due(world: World) -> None:
    """Until the next tick at which something is due; the ticks are a second apart, as in the schedule."""
    soonest = world.soonest()
    with suppress(TimeoutError):
        wait = None if soonest is None else max((soonest - now()).total_seconds(), 0.0)
        async with asyncio.timeout(wait):
            await world.news.wait()
    await asyncio.sleep(1.0 - asyncio.get_running_loop().time() % 1.0)


def _judge(world: World) -> Found:
    found = Found()
    with world.store.engine.begin() as base:
        checker.check_outbox(found, base, world.fake, world.rules)
        checker.check_audit(found, base)
        checker.check_database(found, base)
        found.waits = _waits(world, base)
    checker.check_words(found, world.fake)
    checker.check_budgets(found, world.fake)
    world.trace = [f"{line.at.isoformat()} {line.method} {line.path} {line.status}" for line in world.fake.requests]
    return found


def _seen(fake: FakeDiscord, rows: Sequence[Any]) -> list[tuple[datetime, str, float]]:
    """Of each row that is visible: when it fell due, its channel, and the seconds until it was there."""
    seen = []
    for due_at, key, channel in rows:
        message, due = fake.channels[int(channel)].messages.get(int(key)), moment(due_at)
        if message is not None:
            seen.append((due, channel, (message.created_at - due).total_seconds()))
    return seen


def _waits(world: World, base: Connection) -> list[float]:
    """From due to visible, in seconds, of what fell due while Discord was up."""
    seen = _seen(world.fake, base.execute(text(SETTLED)).all())
    down = [(begin - 30 * MINUTE, over + MINUTE) for begin, over in world.chaos.outages]
    return [wait for due, _, wait in seen if not any(begin <= due < over for begin, over in down)]


def digest(world: World) -> str:
    """What a run was, in one word: every request with its time and answer."""
    return hashlib.sha256("\n".join(world.trace).encode()).hexdigest()


# --- wrong protocols, for the positive controls


class Blind:
    """History is not asked: whatever it would say, nothing of ours is there."""

    def __init__(self, announcer: outbox.Announcer) -> None:
        self.announce, self.edit = announcer.announce, announcer.edit

    async def find(self, delivery: Delivery) -> Sight:
        return Sight(Look.ABSENT)


async def _hasty(store: QuickStore, announcer: outbox.Announcer, *, gone_first: bool) -> None:
    """Send, then write down that it was sent (`gone_first`: the other way round, as simple bots do)."""
    while rows := await store.write(lambda tx: tx.claim_deliveries(10, outbox.LEASE_FOR)):
        for row in rows:
            await _hasty_row(store, announcer, row, gone_first=gone_first)


async def _hasty_row(store: QuickStore, announcer: outbox.Announcer, row: Delivery, *, gone_first: bool) -> None:
    if gone_first:
        await store.write(lambda tx: tx.settle_delivery(row, state=State.SENT, sent_rev=row.rev))
    attempt = Attempt(Result.UNCERTAIN)
    with suppress(TimeoutError):
        async with asyncio.timeout(20):
            attempt = await announcer.announce(replace(row, first_attempt_at=now()), cards.from_json(row.payload))
    done = attempt.result is Result.DONE
    state = State.SENT if done else row.state
    if not gone_first:
        await store.write(
            lambda tx: tx.settle_delivery(
                row,
                state=state,
                message_key=attempt.message_key,
                sent_rev=row.rev if done else None,
                next_at=tx.now + 30 * SECOND,
            )
        )


async def _send_first(store: QuickStore, announcer: outbox.Announcer) -> None:
    await _hasty(store, announcer, gone_first=False)


async def _delete_first(store: QuickStore, announcer: outbox.Announcer) -> None:
    await _hasty(store, announcer, gone_first=True)


CONTROLS: dict[str, Callable[[outbox.Announcer], outbox.Announcer]] = {"history off": Blind}
COURIERS = {"send before commit": _send_first, "delete before send": _delete_first}


def controls(plan: Plan, seeds: range) -> dict[str, int]:
    """For each wrong protocol how many messages were lost or doubled over these seeds: none of them may be 0."""
    shown = {}
    for protocol in PROTOCOLS[1:]:
        found = Found()
        for seed in seeds:
            found.add(run(replace(plan, seed=seed, protocol=protocol))[0])
            gc.collect()
        shown[protocol] = found.lost + found.duplicate
    return shown


def story_of(plan: Plan) -> str:
    """The plan as one line that replays it."""
    told = {name: value for name, value in plan.__dict__.items() if value != Plan.__dataclass_fields__[name].default}
    return json.dumps(told)
