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
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from fakediscord import FakeDiscord
from sqlalchemy import Connection, text

from bot import outbox
from bot.budget import Budget
from bot.client import Client
from bot.commands import Desk
from bot.errors import SettingsError
from bot.platforms import load
from bot.policies import SHIPPED
from bot.rules import Rules
from cogs import announce
from tests.harness import checker
from tests.harness.chaos import Chaos
from tests.harness.checker import Found
from tests.harness.quick import QuickStore, disk
from tests.harness.virtual import now, virtual
from tests.harness.wire import Life, Line, connect
from tests.harness.world import SETTLED, Plan, World, visible
from tests.harness.wrong import CONTROLS, COURIERS

PROTOCOLS = ("right", "nonce ignored", "history off", "send before commit", "delete before send")
MINUTE = timedelta(minutes=1)
# After the chaos all that waits must come to rest within this time; the longest wait that Discord asks for is shorter.
DRAIN = timedelta(minutes=100)
PLATFORMS = load()


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


def _waits(world: World, base: Connection) -> list[float]:
    """From due to visible, in seconds, of what fell due while Discord was up."""
    seen = visible(world.fake, base.execute(text(SETTLED)).all())
    down = [(begin - 30 * MINUTE, over + MINUTE) for begin, over in world.chaos.outages]
    return [wait for due, _, wait in seen if not any(begin <= due < over for begin, over in down)]


def digest(world: World) -> str:
    """What a run was, in one word: every request with its time and answer."""
    return hashlib.sha256("\n".join(world.trace).encode()).hexdigest()


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
