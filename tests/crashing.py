"""Kills a process at the n-th step of intake and pump, for many n, and lets another one finish the work.

Run by tests/test_crash.py as a program of its own: it forks after everything is imported, so that a hundred deaths
take seconds. Prints one JSON line: how many steps there were, at how many of them it died, and what was wrong then.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot import intake, outbox, sweeper
from bot.app import rules_for
from bot.model import Card, Delivery, Guild, Mode, Page, Post
from bot.outbox import Attempt, Look, Result, Sight
from bot.storage import Store, open_store
from tests.harness import warm
from tests.harness.forum import TEXTS

BEGAN = datetime(2026, 11, 7, 13, 0, tzinfo=UTC)
GUILD = Guild(
    guild_key="g",
    name="Invented workers",
    mode=Mode.ON,
    policy="early",
    alert_channel="alerts",
    moderator_channel="moderators",
)
AUTHORS = ("ada", "bela", "chidi", "dora", "emre", "fay")


def posts() -> tuple[Post, ...]:
    """Six invented workers tell of one invented requester; a seventh talks of the weather."""
    told = [
        Post(
            source="reddit:exampleturkers",
            key=f"t3_{number}",
            text=text,
            author_key=AUTHORS[number],
            posted_at=BEGAN + timedelta(minutes=5 * number),
            platform="connect",
        )
        for number, text in enumerate(TEXTS[:6])
    ]
    return (*told, Post(source="reddit:exampleturkers", key="t3_x", text="Lovely weather.", author_key="gus"))


@dataclass
class Clock:
    """A clock that the story moves."""

    now: datetime = BEGAN + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Death:
    """Counts steps, and kills this process without a word at the one that was chosen."""

    at: int | None
    steps: int = 0
    names: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        self.steps += 1
        self.names.append(name)
        if self.steps == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Wall:
    """A channel as a file: what stands there is visible, whoever died afterwards."""

    path: Path
    death: Death

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        self.death.step("before the request")
        self._put({"nonce": delivery.nonce, "channel": delivery.channel_key, "title": card.title})
        self.death.step("after the request")
        return Attempt(Result.DONE, message_key=delivery.nonce)

    async def edit(self, delivery: Delivery, card: Card) -> Attempt:
        self.death.step("before the edit")
        self._put({"edit": delivery.message_key, "title": card.title})
        self.death.step("after the edit")
        return Attempt(Result.DONE)

    async def find(self, delivery: Delivery) -> Sight:
        there = [line["nonce"] for line in self.lines() if "nonce" in line]
        return Sight(Look.FOUND, delivery.nonce) if delivery.nonce in there else Sight(Look.ABSENT)

    def lines(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def _put(self, line: dict[str, str]) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def work(folder: Path, at: int | None) -> Death:
    """Take the page in, let the delays pass, and pump until nothing is left; die at step `at`."""
    death = Death(at)
    asyncio.run(_work(folder, death))
    return death


async def _work(folder: Path, death: Death) -> None:
    clock = Clock()
    store = await open_store(str(folder / "crash.sqlite3"), clock=clock)
    warm.compiled_once_in(store)
    event.listen(Engine, "before_cursor_execute", lambda _c, _cur, statement, *_: death.step(statement[:40]))
    event.listen(Engine, "commit", lambda _c: death.step("COMMIT"))
    try:
        await _story(store, folder, clock, Wall(folder / "wall.jsonl", death))
    finally:
        await store.close()


async def _story(store: Store, folder: Path, clock: Clock, wall: Wall) -> None:
    rules = rules_for(folder)
    await store.write(lambda tx: tx.save_guild(GUILD))
    await outbox.recover(store)
    everything = posts()
    for page in (everything[:3], everything):
        await intake.take(store, rules, Page(source="reddit:exampleturkers", posts=page))
        for _ in range(3):
            clock.now += timedelta(minutes=15)
            await sweeper.sweep(store, rules)
            await outbox.pump(store, wall)


def forked(folder: Path, at: int | None) -> int:
    """The work in a process of its own; how it ended, as `waitpid` says it."""
    pid = os.fork()
    if pid == 0:
        # The child must not run what the parent has registered for its exit.
        try:
            warm.without_thread()
            work(folder, at)
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
    return os.waitpid(pid, 0)[1]


def seen(folder: Path) -> dict[str, object]:
    """What is there at the end: how much is stored, what is not at rest, and each message as often as it stands."""
    base = sqlite3.connect(folder / "crash.sqlite3")
    stored = {
        table: base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("posts", "reports", "incidents", "requesters", "outbox")
    }
    waiting = base.execute("SELECT state FROM outbox WHERE state != 'sent' OR sent_rev < rev").fetchall()
    base.close()
    messages = [line["channel"] for line in Wall(folder / "wall.jsonl", Death(None)).lines() if "nonce" in line]
    return {"stored": stored, "waiting": waiting, "messages": sorted(messages)}


async def _made(folder: Path) -> None:
    """A database without rows: making its tables takes longer than the story, and dies in tests of its own."""
    await (await open_store(str(folder / "crash.sqlite3"), clock=Clock())).close()


def chosen(steps: list[str]) -> list[int]:
    """Every commit and every request, and what comes right before and after; of the rest every fourth step.

    Until the next commit one statement is the same to the file as another.
    """
    ends = [at for at, name in enumerate(steps, 1) if name == "COMMIT" or name.startswith(("before the", "after the"))]
    near = {at + by for at in ends for by in (-1, 0, 1)}
    return [at for at in range(1, len(steps) + 1) if at in near or at % 4 == 0]


def main(folder: Path) -> None:
    """Each chosen point once, compared with a run in which nobody died."""
    empty, calm = folder / "empty", folder / "calm"
    empty.mkdir()
    asyncio.run(_made(empty))
    shutil.copytree(empty, calm)
    # In this process: what is loaded at the first reading is then there in every fork.
    steps = work(calm, None).names
    warm.still()
    expected = seen(calm)
    problems: dict[int, object] = {}
    points = chosen(steps)
    for at in points:
        place = folder / str(at)
        shutil.copytree(empty, place)
        ended = forked(place, at)
        if not os.WIFSIGNALED(ended) or forked(place, None) != 0:
            problems[at] = f"after {steps[at - 1]} it did not end as it should"
        elif seen(place) != expected:
            problems[at] = seen(place)
        shutil.rmtree(place)
    told = {"steps": len(steps), "points": len(points), "expected": expected, "problems": problems}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
