"""Processes that are forked to die at a named point (points.py), the how-maniest time it is reached.

The fake Discord lives in the parent and outlives every death; a child asks it over a socket pair, one line of JSON each
way. Waiting is virtual in parent and child alike.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import os
import random
import shutil
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fakediscord import FakeDiscord
from sqlalchemy import create_engine

from bot import intake, outbox, review, sweeper, watcher
from bot.budget import Budget
from bot.client import Client
from bot.commands import Desk
from bot.model import Decision, Guild, Mode, Page
from bot.platforms import load
from bot.policies import SHIPPED
from bot.rules import Rules
from bot.storage import Store, Transaction, open_store
from cogs import announce
from tests.harness import checker, virtual, warm
from tests.harness.chaos import Chaos, Fate
from tests.harness.checker import Found
from tests.harness.forum import SOURCE, Forum, posts
from tests.harness.points import LATER, Points, arm, deaths, names
from tests.harness.wire import Exchange, Life, Line, Wire

GUILD_NAME = "Invented workers"
PLATFORMS = load()
EVERYTHING = (1 << 16) - 1
TICK = 300.0
LASTS, CONFIRMED_FROM = 4_500.0, 3_000.0
# As many deaths as one story may have; each costs a start, and each story a life besides.
A_STORY = 8
# What is reached more often than this in a story is reached three times whoever dies.
OFTEN = 10
SECRET = b"an invented secret of 32 bytes.."


# --- the parent's side: Discord, and what the source has to show


@dataclass
class Ground:
    """What outlives the processes: the fake, the folder with the database, the virtual time that has passed."""

    folder: Path
    seed: int
    passed: float = 0.0
    fake: FakeDiscord = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "crash.sqlite3").write_bytes(warm.empty())
        self.fake = FakeDiscord(clock=self.now)
        self.guild = self.fake.add_guild(GUILD_NAME)
        self.alerts = self.guild.add_channel("alerts")
        self.moderators = self.guild.add_channel("moderators")
        self.guild_key = f"discord:{self.guild.id}"

    def now(self) -> datetime:
        return virtual.BEGAN + timedelta(seconds=self.passed)

    def serve(self, end: socket.socket) -> None:
        """Answer a child until it is gone."""
        with end, end.makefile("rwb") as stream:
            for line in stream:
                asked = json.loads(line)
                self.passed = max(self.passed, asked["at"])
                told = self._told(asked)
                with suppress(OSError):
                    stream.write(json.dumps(told).encode() + b"\n")
                    stream.flush()

    def _told(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "ask" not in asked:
            return {"time": self.passed}
        heard: list[tuple[str, Any]] = []
        self.fake.gateway.sessions = {"line": _Ear(heard)}
        wire = Wire(self.fake, Chaos(None), Life(), None)  # type: ignore[arg-type]
        exchange = Exchange(wire, asked["ask"], asked["url"], asked["how"])
        line = exchange._noted()
        done = exchange._committed(Fate(), line)
        assert done is not None
        answer = exchange._answered(Fate(), done, line)
        return {
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer._body.decode(),
            "events": [[name, data] for name, data in heard],
        }

    def opening(self) -> list[tuple[str, Any]]:
        """What the gateway tells a new session."""
        ready = self.fake.gateway._ready(_Ear([]))  # type: ignore[arg-type]
        return [("READY", ready), ("GUILD_CREATE", self.guild.payload(everybody=False))]


class _Ear(Line):
    """Notes events instead of handing them on."""

    def __init__(self, heard: list[tuple[str, Any]]) -> None:
        super().__init__(None, Life(), EVERYTHING)
        self.heard = heard

    def add(self, event: str, data: Any) -> None:
        self.heard.append((event, data))


# --- the child's side


class Far:
    """An aiohttp session whose server is in the parent."""

    closed = False

    def __init__(self, end: socket.socket, points: Points, trace: Any, hear: Callable[[str, Any], None]) -> None:
        self.stream, self.points, self.trace, self.hear = end.makefile("rwb"), points, trace, hear

    def request(self, method: str, url: str, **how: Any) -> _FarExchange:
        told = {"params": how.get("params"), "data": how.get("data"), "headers": how.get("headers")}
        return _FarExchange(self, method, url, told)

    async def close(self) -> None:
        self.closed = True

    def ask(self, what: dict[str, Any]) -> dict[str, Any]:
        self.stream.write(json.dumps({"at": asyncio.get_running_loop().time(), **what}).encode() + b"\n")
        self.stream.flush()
        found: dict[str, Any] = json.loads(self.stream.readline())
        return found


class _FarExchange:
    def __init__(self, far: Far, method: str, url: str, how: dict[str, Any]) -> None:
        self.far, self.method, self.url, self.how = far, method, str(url), how

    async def __aenter__(self) -> Any:
        from tests.harness.wire import Answer

        far = self.far
        for hook in far.trace.on_request_start:
            await hook(far, None, None)
        far.points.reach(f"before {self.method}")
        told = far.ask({"ask": self.method, "url": self.url, "how": self.how})
        far.points.reach(f"after {self.method}")
        await asyncio.sleep(0.1)
        far.points.reach(f"heard {self.method}")
        for name, data in told["events"]:
            asyncio.get_running_loop().call_later(0.1, far.hear, name, data)
        return Answer(told["status"], told["headers"], told["body"].encode())

    async def __aexit__(self, *_: object) -> None:
        return None


async def _live(ground: Ground, end: socket.socket, points: Points, passed: float) -> None:
    """One process: what `run` does, from opening the store to closing it, for as long as the story lasts."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, virtual.VirtualLoop)
    rules = Rules(platforms=PLATFORMS, policies=SHIPPED, secret=SECRET)
    store = await open_store(str(ground.folder / "crash.sqlite3"), clock=loop.now)
    warm.compiled_once_in(store)
    loop.outside = lambda: bool(store._running)
    try:
        await store.write(lambda tx: _set_up(tx, ground))
        await outbox.recover(store)
        client = Client(Desk(store, rules), extensions=(), budget=Budget(clock=loop.time), guild_ready_timeout=0.01)
        far = Far(end, points, client.http.http_trace, lambda name, data: client._connection.parsers[name](data))
        await client._async_setup_hook()
        client.http._HTTPClient__session = far
        client.http._global_over = asyncio.Event()
        client.http._global_over.set()
        client.http.token = ground.fake.token
        for name, data in ground.opening():
            client._connection.parsers[name](json.loads(json.dumps(data)))
        await client.wait_until_ready()
        await announce.setup(client)
        await _ticks(store, rules, client, loop, ground)
        far.ask({})
    finally:
        loop.outside = lambda: True
        await store.close()


def _set_up(tx: Transaction, ground: Ground) -> None:
    tx.add_source(SOURCE)
    tx.save_guild(
        Guild(
            guild_key=ground.guild_key,
            name=GUILD_NAME,
            mode=Mode.ON,
            policy="early",
            alert_channel=str(ground.alerts.id),
            moderator_channel=str(ground.moderators.id),
        )
    )


async def _ticks(store: Store, rules: Rules, client: Client, loop: virtual.VirtualLoop, ground: Ground) -> None:
    """Poll, sweep, pump; after 50 minutes a moderator confirms; it lasts for an hour and a quarter."""
    forum = Forum(posts(ground.seed), loop.now)

    async def take(page: Page, watch: Any, next_at: datetime) -> object:
        return await intake.take(store, rules, page, settled=intake.Settled(watch=watch, next_at=next_at))

    while loop.time() < LASTS:
        await watcher.poll_due(store, lambda _: forum, take, random=lambda: 0.5)
        await sweeper.sweep(store, rules)
        await outbox.pump(store, client.announcer)
        if loop.time() > CONFIRMED_FROM:
            await _confirm(store, rules, ground)
        await asyncio.sleep(TICK)


async def _confirm(store: Store, rules: Rules, ground: Ground) -> None:
    def open_one(tx: Transaction) -> str | None:
        found = [each for each in tx.recent_incidents(tx.now - timedelta(days=1), 5) if not each.verdicts]
        return tx.ref(found[0].incident_id or 0) if found else None

    ref = await store.read(open_one)
    guild = await store.read(lambda tx: tx.find_guild(ground.guild_key))
    if ref is not None and guild is not None:
        await review.judge(store, rules, ref, review.Word(decision=Decision.CONFIRM, by="moderator-1", guild=guild))


def _child(ground: Ground, end: socket.socket, points: Points, *, thread: bool) -> None:
    arm(points)
    if not thread:
        warm.without_thread()
    loop = virtual.VirtualLoop(lambda: True)
    loop.jump(ground.passed)
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_live(ground, end, points, ground.passed))
    (ground.folder / "reached").write_text(json.dumps(points.reached))


def forked(ground: Ground, points: Points, *, thread: bool = True) -> int:
    """One process from start to end; how it ended, as `waitpid` says it."""
    rehearse()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            _child(ground, theirs, points, thread=thread)
            os._exit(0)
        except BaseException as error:
            import traceback

            traceback.print_exception(error, file=sys.stderr)
            os._exit(1)
    theirs.close()
    ground.serve(ours)
    return os.waitpid(pid, 0)[1]


@functools.cache
def rehearse() -> None:
    """Live a life in this process, its server in a fork: what is loaded on the way is then there in every fork."""
    with ground_of(0) as ground:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            ground.serve(theirs)
            os._exit(0)
        theirs.close()
        loop = virtual.VirtualLoop(lambda: True)
        try:
            loop.run_until_complete(_live(ground, ours, Points(), 0.0))
        finally:
            loop.close()
            ours.shutdown(socket.SHUT_RDWR)
            ours.close()
            os.waitpid(pid, 0)


@contextmanager
def ground_of(seed: int) -> Iterator[Ground]:
    """A folder in memory where there is one: it is the order of the steps that is tested, thousands of times."""
    place = Path(tempfile.mkdtemp(dir=warm.MEMORY))
    try:
        yield Ground(place, seed)
    finally:
        shutil.rmtree(place)


def story(seed: int, *deaths: tuple[str, int], thread: bool = True) -> tuple[Found, Counter[str], int]:
    """Live, die at each of the points in turn, live on to the end; what was wrong, what was reached, how many died.

    Without `thread` the database is asked in the loop's own thread, in half the time; a death comes where it came.
    """
    found, died = Found(), 0
    with ground_of(seed) as ground:
        for name, time in deaths:
            ended = forked(ground, Points(name, time), thread=thread)
            died += os.WIFSIGNALED(ended)
            if not os.WIFSIGNALED(ended):
                break
            ground.passed += 5.0
        if not died or os.WIFSIGNALED(ended):
            ended = forked(ground, Points(), thread=thread)
        if ended != 0:
            found.wrong(12, f"it ended with {ended}")
        reached = Counter(json.loads((ground.folder / "reached").read_text())) if ended == 0 else Counter()
        _judge(found, ground)
    return found, reached, died


@dataclass
class Toll:
    """What came of every death of a seed: how many died, and of them how many while they recovered from another."""

    found: Found = field(default_factory=Found)
    died: int = 0
    recovering: int = 0
    survived: list[str] = field(default_factory=list)


@functools.cache
def _calm() -> Counter[str]:
    """How often each point is reached where nobody dies, in the order in which they are reached first."""
    return story(0, thread=False)[1]


def every_death(seed: int, *, thread: bool = False) -> Toll:
    """Die at each point once, several times a story and by chance which: all but a story's first hit who recovers.

    Where a point was not reached as often as chosen, once will do in a story of its own; else it is `survived`.
    """
    dice, toll = random.Random(f"every death {seed}"), Toll()
    reached, order = _calm(), [*_calm(), *LATER]
    left = [(name, dice.randint(1, 3) if reached[name] > OFTEN else 1) for name in dice.sample(names(), len(names()))]
    while left:
        # In the order of a story, so that none waits for what is over.
        left[:A_STORY] = sorted(left[:A_STORY], key=lambda each: order.index(each[0]))
        some = [deaths(*each) for each in left[:A_STORY]]
        found, _, died = story(seed, *itertools.chain(*some), thread=thread)
        toll.found.add(found)
        toll.died += died
        toll.recovering += max(0, died - 1)
        done = sum(ended <= died for ended in itertools.accumulate(map(len, some)))
        if not done:
            name, time = left[0]
            left[0] = (name, 1)
            toll.survived += [name] if time == 1 else []
            done = time == 1
        left = left[done:]
    return toll


def _judge(found: Found, ground: Ground) -> None:
    rules = Rules(platforms=PLATFORMS, policies=SHIPPED, secret=SECRET)
    engine = create_engine(f"sqlite:///{ground.folder / 'crash.sqlite3'}")
    warm.compiled_once(engine)
    try:
        with engine.connect() as base:
            checker.check_outbox(found, base, ground.fake, rules)
            shown = [post.key for post in sorted(posts(ground.seed), key=lambda post: post.posted_at)]
            told = {(SOURCE, key) for key in shown}
            checker.check_evidence(found, base, told, {"moderator-1"})
            checker.check_audit(found, base)
            checker.check_reports(found, base)
            checker.check_cursors(found, base, lambda _, cursor: shown[: int(cursor)])
            checker.check_database(found, base)
            judged = base.exec_driver_sql("SELECT count(*) FROM verdicts").scalar()
            if judged != 1:
                found.wrong(8, f"{judged} verdicts for one decision")
    finally:
        engine.dispose()
    checker.check_words(found, ground.fake)
    checker.check_budgets(found, ground.fake)
