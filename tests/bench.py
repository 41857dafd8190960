"""Benchmarks: each figure with a baseline beside it in the same run; kept in docs/benchmarks.md.

Nothing here is asserted: a machine that is busy would fail a test for no reason of ours.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import lookup, telling
from bot.app import opened, rules_for
from bot.model import Facts, Post, Report, Voice
from bot.platforms import load
from bot.reading import read
from bot.replay import PostsClock, Replay
from bot.storage import Transaction
from tests import levels
from tests.naming import bench as naming
from tests.naming.invented import World
from tests.reading import bench as reader
from tests.simulation import bench as deciding

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
REPORTS = 100_000
REQUESTERS = 10_000
CHECKS = 500
POSTS = 4_000
KEYWORD = re.compile(r"\brej|reject", re.IGNORECASE)


def say(name: str, figure: str) -> None:
    print(f"{name:<58} {figure}", flush=True)


def sample() -> list[Post]:
    """The invented fortnight, over and over under other keys, until there are enough."""
    from bot.reading.wire import post_from

    folder = Path(__file__).parent.parent / "data" / "sample"
    lines = [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]
    return [post_from(line) for line in sorted(lines, key=lambda line: line["posted_at"])]


def many(n: int) -> Iterator[Post]:
    from dataclasses import replace

    once = sample()
    for number in range(n):
        turn, place = divmod(number, len(once))
        post = once[place]
        shift = timedelta(days=15 * turn)
        yield replace(
            post,
            key=f"{post.key}-{turn}",
            parent_key=f"{post.parent_key}-{turn}" if post.parent_key else None,
            posted_at=(post.posted_at or BEGAN) + shift,
        )


def rate(work: Callable[[], object], n: int) -> float:
    began = time.perf_counter()
    work()
    return n / (time.perf_counter() - began)


def reading() -> None:
    posts, platforms = list(many(2_000)), load()
    say(
        "reading: keyword baseline",
        f"{rate(lambda: [KEYWORD.search(post.text) for post in posts], 2_000):,.0f} posts/s",
    )
    say("reading: full", f"{rate(lambda: [read(post, platforms) for post in posts], 2_000):,.0f} posts/s")


async def replaying(folder: Path) -> None:
    posts = list(many(POSTS))
    clock = PostsClock(posts[0].posted_at or BEGAN)
    async with opened(str(folder / "replay.sqlite3"), clock) as store:
        began = time.perf_counter()
        await store.write(lambda tx: tx.add_posts([(post, "voice", None) for post in posts]))
        say("replay: storing alone (baseline)", f"{POSTS / (time.perf_counter() - began):,.0f} posts/s")
    clock = PostsClock(posts[0].posted_at or BEGAN)
    async with opened(str(folder / "replay2.sqlite3"), clock) as store:
        replay = Replay(store, rules_for(folder), clock, (telling.HISTORY,))
        began = time.perf_counter()
        for start in range(0, POSTS, 200):
            await replay.take(posts[start : start + 200])
        say("replay: read, resolved, grouped, stored", f"{POSTS / (time.perf_counter() - began):,.0f} posts/s")
        say("replay: what it did", ", ".join(f"{v} {k}" for k, v in replay.summary.as_dict().items()))


def fill(tx: Transaction, names: list[str], rng: random.Random) -> None:
    for name in names:
        tx.add_requester("prolific", name, name.lower(), None, "text")
    for number in range(REPORTS):
        voice = Voice(key=f"v{number % 20_000}", site="reddit")
        report = Report(key="", at=BEGAN + timedelta(minutes=number), voice=voice, probability=0.1, facts=Facts())
        tx.add_report(report, requester_id=1 + rng.randrange(len(names)), incident_id=None, post_id=None, sketch=b"")


async def checking(folder: Path) -> None:
    rng = random.Random(7)
    names = sorted({name.name for name in World(REQUESTERS, seed=7).names})
    async with opened(str(folder / "check.sqlite3"), lambda: BEGAN + timedelta(days=100)) as store:
        await store.write(lambda tx: fill(tx, names, rng))
        rules = rules_for(folder)
        began = time.perf_counter()
        await lookup.find(store, rules, names[0])
        say(f"check: first, with the index of {len(names):,} names built", f"{time.perf_counter() - began:.2f} s")
        raw, ours = [], []
        for _ in range(CHECKS):
            name = rng.choice(names)
            raw.append(await timed(store.read(lambda tx: tx.get_requester(1))))
            ours.append(await timed(lookup.find(store, rules, name)))
        say("check: one row from the store (baseline)", spread(raw))
        say(f"check: lookup.find at {REPORTS:,} reports", spread(ours))


async def timed(work: object) -> float:
    began = time.perf_counter()
    await work  # type: ignore[misc]
    return (time.perf_counter() - began) * 1000


def spread(milliseconds: list[float]) -> str:
    cuts = statistics.quantiles(milliseconds, n=100)
    return f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms"


def starting(folder: Path) -> None:
    program = str(Path(sys.executable).parent / "rejection-watch")
    line = b'{"key":"1","source":"chat:x","text":"hello"}\n'
    for words, given in (
        ([sys.executable, "-c", "pass"], b""),
        ([program, "--help"], b""),
        ([program, "read"], line),
        ([program, "check", "nobody", "--data", str(folder)], b""),
    ):
        took = []
        for _ in range(3):
            began = time.perf_counter()
            subprocess.run(words, input=given, capture_output=True, check=False)
            took.append(time.perf_counter() - began)
        name = " ".join(Path(word).name for word in words[:2])
        say(f"start-up: {name}", f"{min(took):.2f} s")


def memory() -> None:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    now = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say("memory: after all of this, and the most it was", f"{now:.0f} MiB, {most:.0f} MiB")


def main() -> None:
    """Everything, one after the other; with "naming" who is meant, with "reading" what is said, in full.

    With "deciding" the simulated years, see tests/simulation/bench.py; with "levels" the service levels, see
    tests/levels.py.
    """
    if sys.argv[1:2] == ["deciding"]:
        deciding.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["levels"]:
        levels.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["naming"]:
        naming.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["reading"]:
        reader.main(sys.argv[2:])
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reading()
        asyncio.run(replaying(folder))
        asyncio.run(checking(folder))
        (folder / "check.sqlite3").rename(folder / "rejection-watch.sqlite3")
        starting(folder)
    memory()


if __name__ == "__main__":
    main()
