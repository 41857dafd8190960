"""The service levels that no test measures: `python3 dev.py bench levels`, five minutes; figures for the README.

`… levels PART` measures one of: check, acknowledge, lag, child, restart, disk, followed. Nothing here is asserted.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import resource
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fakediscord import FakeDiscord
from fakeforum import fake_forum
from fakereddit import fake_reddit

from bot import cards, intake, lookup
from bot.app import opened, rules_for
from bot.clock import utc_now
from bot.model import Card, Delivery, Facts, Guild, Incident, Mode, Page, Post, Report, Shape, Slot, Voice
from bot.naming.canonical import canonical
from bot.sources.feedparse import MEMORY_BYTES
from bot.storage import Transaction
from bot.storage.backup import back_up, restore
from bot.storage.posts import next_look
from bot.telling import nonce
from tests import soak
from tests.naming.invented import World
from tests.reading import hostile

MIB = 2**20
INCIDENTS, CHECKS = 100_000, 1_000
ASKED, WAITING, LOOKS = 1_000, 50, 100_000
BIG = 200 * MIB
TEXT = "They rejected all 40 of mine this morning and gave no reason at all, I am done with it. " * 20
BASE = "rejection-watch.sqlite3"


def say(level: str, what: str, figure: str) -> None:
    print(f"{level:<4} {what:<62} {figure}", flush=True)


def spread(seconds: list[float], *shares: float) -> str:
    ordered = sorted(seconds)
    told = (f"p{100 * share:g} {1000 * ordered[int(len(ordered) * share)]:.1f} ms" for share in shares)
    return ", ".join((*told, f"max {1000 * ordered[-1]:.1f} ms"))


# --- L6


def _fill(tx: Transaction, names: list[str]) -> None:
    """So many requesters with an incident and a report each; ten times as many posts. One by hand, the rest like it."""
    voice = Voice(key="v", site="reddit")
    known = tx.add_requester("prolific", names[0], canonical(names[0]), None, "text")
    made = tx.save_incident(
        Incident(platform="prolific", rules_version=1, opened_at=tx.now, requester_id=known.requester_id)
    )
    told = Report(key="", at=tx.now, voice=voice, probability=0.9, facts=Facts())
    tx.add_report(told, requester_id=known.requester_id, incident_id=made.incident_id, post_id=None, sketch=b"x" * 64)
    tx.add_posts([(Post(source="reddit:exampleturkers", key="t3_0", text="Lovely weather."), "v", None)])
    began, step = tx.now - timedelta(days=300), timedelta(minutes=4)
    ats = [int((began + number * step).timestamp() * 1e6) for number in range(len(names))]
    more = range(2, len(names) + 1)
    _more(tx, "requesters", ({"requester_id": n, "name": names[n - 1], "at": ats[n - 1]} for n in more))
    named = (
        {"name_id": n, "requester_id": n, "name": names[n - 1], "canonical": canonical(names[n - 1])} for n in more
    )
    _more(tx, "names", named)
    opened = ({"incident_id": n, "requester_id": n, "ref": f"X{n}", "opened_at": ats[n - 1]} for n in more)
    _more(tx, "incidents", opened)
    ours = ({"report_id": n, "requester_id": n, "incident_id": n, "at": ats[n - 1], "voice_key": f"v{n}"} for n in more)
    _more(tx, "reports", ours)
    _more(tx, "posts", ({"post_id": n, "key": f"t3_{n}"} for n in range(2, 10 * len(names))))


def _more(tx: Transaction, table: str, changes: Iterable[dict[str, object]]) -> None:
    """Rows like the first of a table, but for what each says."""
    first = dict(tx.connection.exec_driver_sql(f"SELECT * FROM {table} LIMIT 1").mappings().one())
    insert = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({', '.join('?' * len(first))})"
    for some in _batches(changes, 20_000):
        tx.connection.exec_driver_sql(insert, [tuple({**first, **each}.values()) for each in some])


def _batches(changes: Iterable[dict[str, object]], size: int) -> Iterator[list[dict[str, object]]]:
    given = iter(changes)
    while some := list(itertools.islice(given, size)):
        yield some


async def check(folder: Path) -> None:
    """`!check` where a million posts were read."""
    names = sorted({name.name for name in World(INCIDENTS * 6 // 5, seed=7).names})[:INCIDENTS]
    dice = random.Random(7)
    async with opened(str(folder / "check.sqlite3")) as store:
        await store.write(lambda tx: _fill(tx, names))
        rules = rules_for(folder)
        await lookup.find(store, rules, names[0])
        took = [await _timed(lookup.find(store, rules, dice.choice(names))) for _ in range(CHECKS)]
    say("L6", f"!check: {len(names) * 10:,} posts, {len(names):,} incidents", spread(took, 0.5, 0.99))


async def _timed(work: Awaitable[object]) -> float:
    """In processor time: what else the machine does is not counted."""
    began = time.process_time()
    await work
    return time.process_time() - began


async def acknowledge(folder: Path) -> None:
    """From the gateway's event to the callback, in the running program."""
    async with FakeDiscord() as discord, fake_reddit() as reddit, fake_forum() as forum:
        guild = discord.add_guild("Invented workers")
        boss, chat = guild.add_member("boss", permissions=["manage_guild"]), guild.add_channel("chat")
        bot = await soak.start(folder, discord, reddit, forum)
        took: list[float] = []
        try:
            await discord.until(lambda: bool(discord.commands.get(0)), timeout=60)
            await asyncio.sleep(3)
            for number in range(ASKED):
                began = time.perf_counter()
                await discord.slash(chat, boss, "check", requester=f"Example Lab {number}")
                took.append(time.perf_counter() - began)
        finally:
            bot.send_signal(signal.SIGTERM)
            await bot.wait()
    say("L6", f"an interaction answered, {ASKED:,} asked one by one", spread(took, 0.5, 0.99, 0.999))


# --- L7, L8


async def lag(folder: Path) -> None:
    """How long others wait for their turn while hostile posts are taken in, fifty a page.

    In processor time: what else the machine does is not counted.
    """
    late: list[float] = []

    async def watch() -> None:
        while True:
            before = time.process_time()
            await asyncio.sleep(0.005)
            late.append(time.process_time() - before)

    async with opened(str(folder / "lag.sqlite3")) as store:
        rules = rules_for(folder)
        posts = list(hostile.posts(1, 2_000))
        await intake.take(store, rules, Page(source="x", posts=tuple(posts[:50])))
        watching = asyncio.create_task(watch())
        for start in range(50, len(posts), 50):
            await intake.take(store, rules, Page(source="x", posts=tuple(posts[start : start + 50])))
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    say("L7", "lag of the event loop while 2,000 hostile posts are taken in", spread(late, 0.99, 0.999))


async def child(_: Path) -> None:
    """What the process takes that parses a feed of the greatest size allowed."""
    item = (
        "<item><title>t</title><guid>{n}</guid><description>"
        + "word &amp;lt;b&amp;gt; " * 200
        + "</description></item>"
    )
    body = "<rss version='2.0'><channel><title>x</title>" + "".join(item.replace("{n}", str(n)) for n in range(2_000))
    body = body[: 2 * MIB - 100].rpartition("</item>")[0] + "</item></channel></rss>"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    command = [sys.executable, "-m", "bot.sources.feedparse"]
    done = subprocess.run(command, input=body.encode(), capture_output=True, check=False)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    note = "" if most > before else " at most"
    told = f"{most / 1024:.0f} MiB{note}, exit {done.returncode} (limit {MEMORY_BYTES // MIB})"
    say("L8", f"the child that parses a feed of {len(body) / MIB:.1f} MiB", told)


# --- L4, L11, L12


def _queue(tx: Transaction, guild: Guild, number: int, by: object) -> None:
    known = tx.add_requester("prolific", f"Example Lab {number}", f"example lab {number}", None, "text")
    made = Incident(platform="prolific", rules_version=1, opened_at=tx.now, requester_id=known.requester_id)
    incident_id = tx.save_incident(made).incident_id or 0
    card = Card(title=f"Rejections by Example Lab {number}", lines=("Unverified.",), footer="ref X")
    tx.queue(
        Delivery(
            incident_id=incident_id,
            guild_key=guild.guild_key,
            channel_key=guild.alert_channel or "",
            slot=Slot.PUBLIC,
            shape=Shape.CARD,
            generation=0,
            nonce=nonce(by, str(incident_id), guild.alert_channel or "", Shape.CARD, 0),  # type: ignore[arg-type]
            marker=tx.ref(incident_id),
            payload=cards.to_json(card),
            due_at=tx.now,
        )
    )


def _grow(path: Path) -> None:
    """Posts with words, until the file is as large as that."""
    base, now = sqlite3.connect(path), int(time.time() * 1e6)
    number = 0
    while path.stat().st_size < BIG:
        rows = [("reddit:other", f"t3_{number + n}", TEXT, "{}", now) for n in range(5_000)]
        base.executemany("INSERT INTO posts (source, key, text, reading, seen_at) VALUES (?, ?, ?, ?, ?)", rows)
        base.commit()
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        number += len(rows)
    base.close()


async def restart(folder: Path) -> None:
    """A bot is killed, with much in its database and alerts due; how long until the next one reads and has told all."""
    async with FakeDiscord() as discord, fake_reddit() as reddit, fake_forum() as forum:
        made = [discord.add_guild(f"Invented workers {n}") for n in range(10)]
        channels = [each.add_channel(f"alerts-{n}") for each in made for n in range(WAITING // 10)]
        bot = await soak.start(folder, discord, reddit, forum)
        await discord.until(lambda: len(reddit.requests) > 0, timeout=60)
        await asyncio.sleep(3)
        bot.kill()
        await bot.wait()
        _grow(folder / BASE)
        rules = rules_for(folder)
        async with opened(str(folder / BASE)) as store:
            for number, channel in enumerate(channels):
                home = Guild(
                    guild_key=f"discord:{channel.guild.id}", name="x", mode=Mode.ON, alert_channel=str(channel.id)
                )
                await store.write(lambda tx, home=home, number=number: _queue(tx, home, number, rules))
        base = sqlite3.connect(folder / BASE)
        base.execute("UPDATE sources SET next_at = 0, leased_until = NULL")
        base.commit()
        base.close()
        asked, began = len(reddit.requests), time.perf_counter()
        bot = await soak.start(folder, discord, reddit, forum)
        try:
            await discord.until(lambda: len(reddit.requests) > asked, timeout=120)
            first = time.perf_counter() - began
            await discord.until(lambda: all(discord.posted(each) for each in channels), timeout=300)
            told = time.perf_counter() - began
        finally:
            bot.send_signal(signal.SIGTERM)
            await bot.wait()
    size = (folder / BASE).stat().st_size / MIB
    say("L11", f"after a kill with {size:.0f} MiB: until the first poll", f"{first:.1f} s")
    say("L4", f"after a kill: until {WAITING} waiting alerts are visible", f"{told:.1f} s")


async def disk(folder: Path) -> None:
    """The disk is gone: a copy of much is put back."""
    async with opened(str(folder / BASE)):
        pass
    _grow(folder / BASE)
    began = time.perf_counter()
    copy = await asyncio.to_thread(back_up, str(folder / BASE), None, utc_now())
    copied = time.perf_counter() - began
    (folder / BASE).unlink()
    began = time.perf_counter()
    await asyncio.to_thread(restore, str(folder / BASE), copy, utc_now())
    async with opened(str(folder / BASE)):
        took = time.perf_counter() - began
    say("L12", f"backup of {BIG // MIB} MiB / restore and open", f"{copied:.1f} s / {took:.1f} s")


# --- L14


async def followed(_: Path) -> None:
    """From a deletion at its place to the next look, for posts of the two days in which their words are kept."""
    dice, written = random.Random(14), datetime(2026, 11, 1, tzinfo=UTC)
    waits = []
    for _ in range(LOOKS):
        gone, at = written + timedelta(hours=48) * dice.random(), written
        while at < gone:
            at = next_look(written, at)
        waits.append((at - gone).total_seconds() / 3600)
    told = f"p50 {statistics.median(waits):.1f} h, max {max(waits):.1f} h"
    say("L14", "a deletion at the source until it is looked at (rule, by chance)", told)


PARTS: dict[str, Callable[[Path], Awaitable[None]]] = {
    "check": check,
    "acknowledge": acknowledge,
    "lag": lag,
    "child": child,
    "restart": restart,
    "disk": disk,
    "followed": followed,
}


def main(chosen: list[str]) -> None:
    """All parts, or those that are named."""
    for name in chosen or PARTS:
        with tempfile.TemporaryDirectory() as place:
            asyncio.run(PARTS[name](Path(place)))
