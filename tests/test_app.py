"""`rejection-watch run` as a process of its own, for a few seconds, against a Discord, Reddit and forum on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from fakediscord import Channel, FakeDiscord
from fakeforum import FakeForum, Item, fake_forum, says
from fakereddit import FakeReddit, fake_reddit

from bot import app
from bot.app import DRY
from bot.config import DATABASE, Settings
from bot.errors import SettingsError
from bot.model import Guild, Mode
from bot.storage import open_store

PATIENCE = 60.0
# What the manual promises of SIGTERM.
WITHIN = 10.0
NAME = "Tallowmere Panels"
CLAIMS = (
    "{} rejected all 140 of mine on Prolific this morning. No reason, nothing.",
    "Just opened my dashboard: 212 rejections, every one of them from {}. I did those properly.",
    "Well, that is my rating gone. {} mass rejected me, 118 out of 118.",
    "Anybody else working for {}? They have refused 131 of my 131 submissions within one hour.",
    "PSA: {} is rejecting everything. I had 167 in and all 167 came back rejected today.",
)


@dataclass
class Running:
    """A bot at work, and everything it has said so far."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.said)

    async def says(self, words: str) -> None:
        await until(lambda: words in self.text or self.process.returncode is not None)
        assert words in self.text, self.text[-3000:]

    async def ends(self) -> int:
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()

    async def stop(self) -> float:
        """Tell it to stop; how long that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        await self.ends()
        return time.monotonic() - began


async def until(true: Callable[[], object]) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        if true():
            return
        await asyncio.sleep(0.05)


@asynccontextmanager
async def bot(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[Running]:
    """The bot with these settings and no others, ended with the block whatever happens."""
    given = {"DATA": str(folder), "ALLOW_PRIVATE_ADDRESSES": "true", **settings}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("REJECTION_WATCH_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run", *arguments),
        env={**inherited, **{f"REJECTION_WATCH_{name}": value for name, value in given.items()}, "COLUMNS": "160"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    running = Running(process)

    async def listen() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            running.said.append(line.decode())

    listening = asyncio.create_task(listen())
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening


def discord_of(fake: FakeDiscord) -> dict[str, str]:
    return {"DISCORD_TOKEN": fake.token, "DISCORD_API": fake.url, "DISCORD_GATEWAY": fake.gateway_url}


def reddit_of(fake: FakeReddit) -> dict[str, str]:
    return {"REDDIT_CLIENT_ID": "examplebot", "REDDIT_CLIENT_SECRET": "not-a-secret", "REDDIT_URL": fake.url}


async def set_up(folder: Path, fake: FakeDiscord) -> tuple[Channel, Channel]:
    """A community that wants to be told in public: its two channels."""
    made = fake.add_guild("Invented workers")
    alerts, private = made.add_channel("alerts"), made.add_channel("moderators", private=True)
    store = await open_store(str(folder / DATABASE), clock=lambda: datetime.now(UTC))
    guild = Guild(
        guild_key=f"discord:{made.id}",
        name=made.name,
        mode=Mode.ON,
        policy="early",
        alert_channel=str(alerts.id),
        moderator_channel=str(private.id),
    )
    await store.write(lambda tx: tx.save_guild(guild))
    await store.close()
    return alerts, private


def write_on(reddit: FakeReddit, name: str = NAME) -> None:
    for number, claim in enumerate(CLAIMS):
        text, now = claim.format(name), time.time()
        reddit.post("exampleturkers", title=text[:40], text=text, author=f"worker{number}", created_utc=now)


def write_in(forum: FakeForum, name: str = NAME) -> None:
    date = format_datetime(datetime.now(UTC))
    for number, claim in enumerate(CLAIMS):
        item = Item(number, text=f"<p>{claim.format(name)}</p>", title="Daily", author=f"worker{number}", date=date)
        forum.items.insert(0, item)


def asked(database: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as base:
        return base.execute(question).fetchall()


async def test_posts_become_alerts_and_sigterm_ends_it_in_time(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, fake_reddit() as reddit, fake_forum() as forum:
        alerts, private = await set_up(tmp_path, fake)
        write_on(reddit)
        write_in(forum, "Quillwort Vision")
        sources = f"reddit:exampleturkers feed:{forum.url}"

        async with bot(tmp_path, SOURCES=sources, **discord_of(fake), **reddit_of(reddit)) as running:
            await until(lambda: len(fake.posted(alerts)) >= 2 and len(fake.posted(private)) >= 2)
            took = await running.stop()

        titles = " ".join(message.text for message in fake.posted(alerts))
        assert NAME in titles, running.text[-3000:]
        assert "Quillwort Vision" in titles
        assert fake.violations == []
    assert (running.process.returncode, "Traceback" in running.text) == (0, False)
    assert took < WITHIN
    assert asked(tmp_path / DATABASE, "SELECT count(*), count(DISTINCT key) FROM posts") == [(10, 10)]
    assert asked(tmp_path / DATABASE, "SELECT DISTINCT state FROM outbox") == [("sent",)]


async def test_a_source_that_answers_with_a_page_does_not_stop_the_others(tmp_path: Path) -> None:
    async with fake_forum() as broken, fake_forum() as forum:
        broken.replies.extend([says("<html><body>Please log in</body></html>", content_type="text/html")] * 50)
        write_in(forum)

        async with bot(tmp_path, "--dry", SOURCES=f"feed:{broken.url} feed:{forum.url}") as running:
            await running.says(NAME)
            await until(lambda: asked(tmp_path / DRY, "SELECT 1 FROM sources WHERE trouble IS NOT NULL"))

        assert asked(tmp_path / DRY, "SELECT source FROM sources WHERE trouble IS NOT NULL") == [
            (f"feed:{broken.url}",)
        ]
    assert "source failed" in running.text


async def test_a_dry_run_needs_no_token_prints_cards_and_sends_nothing(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, fake_forum() as forum:
        await set_up(tmp_path, fake)
        write_in(forum)

        async with bot(tmp_path, "--dry", SOURCES=f"feed:{forum.url}", **discord_of(fake)) as running:
            await running.says("to moderators · new message")
            await running.stop()

        assert fake.requests == []
    assert running.process.returncode == 0
    assert NAME in running.text
    assert asked(tmp_path / DATABASE, "SELECT count(*) FROM posts") == [(0,)]


async def test_a_second_bot_on_the_same_database_does_not_start(tmp_path: Path) -> None:
    async with bot(tmp_path, "--dry") as first:
        await first.says("running")
        async with bot(tmp_path, "--dry") as second:
            code = await second.ends()
            alive = first.process.returncode is None

    assert (code, alive) == (75, True)
    assert f"Another bot (process {first.process.pid}) is at work" in second.text
    assert "Traceback" not in second.text


async def test_while_discord_is_down_it_keeps_trying_and_comes_up(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, fake_forum() as forum:
        alerts, _ = await set_up(tmp_path, fake)
        write_in(forum)
        await fake.outage()

        async with bot(tmp_path, SOURCES=f"feed:{forum.url}", **discord_of(fake)) as running:
            await running.says("running")
            await until(lambda: len(fake.requests) >= 2)
            refused = len(fake.requests)
            await fake.outage(on=False)
            await until(lambda: fake.posted(alerts))
            took = await running.stop()

        assert refused >= 2
        assert [message for message in fake.posted(alerts) if NAME in message.text], running.text[-3000:]
    assert (running.process.returncode, "Traceback" in running.text) == (0, False)
    assert took < WITHIN


async def test_it_ends_in_time_while_discord_is_down(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        await fake.outage()

        async with bot(tmp_path, **discord_of(fake)) as running:
            await running.says("running")
            await until(lambda: fake.requests)
            took = await running.stop()

    assert (running.process.returncode, took < WITHIN) == (0, True)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "There is no Discord token: set REJECTION_WATCH_DISCORD_TOKEN"),
        ({"DISCORD_TOKEN": "  "}, "token"),
        ({"SOURCES": "nonsense"}, "There is no Discord token"),
        ({"LOG_LEVEL": "LOUD"}, "log_level (REJECTION_WATCH_LOG_LEVEL"),
        ({"DISCORD_TOKEN_FILE": "/no/such/file"}, "REJECTION_WATCH_DISCORD_TOKEN_FILE names /no/such/file"),
    ],
)
async def test_settings_that_are_missing_or_wrong_stop_it_with_a_sentence(tmp_path: Path, settings, sentence) -> None:
    async with bot(tmp_path, **settings) as running:
        code = await running.ends()

    assert (code, "Traceback" in running.text) == (78, False)
    assert sentence in running.text


async def test_a_wrong_source_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    async with bot(tmp_path, "--dry", SOURCES="nonsense") as running:
        code = await running.ends()

    assert code in (2, 78)
    assert "nonsense" in running.text
    assert "Traceback" not in running.text


async def test_a_source_in_ones_own_network_stops_the_start_unless_it_is_allowed(store) -> None:
    inside = Settings(sources=("feed:http://127.0.0.1:8080/feed.xml",))

    with pytest.raises(SettingsError, match=r"127\.0\.0\.1"):
        await app._add_sources(store, inside)
    await app._add_sources(store, inside.model_copy(update={"allow_private_addresses": True}))

    assert [watch.source for watch in await store.read(lambda tx: tx.sources())] == list(inside.sources)


async def test_a_place_that_a_clock_far_ahead_put_off_is_read_after_the_start(store) -> None:
    named = Settings(sources=("feed:https://forum.example.org/feed.xml",))
    await app._add_sources(store, named)

    def put_off(tx) -> None:
        (watch,) = tx.claim_sources(None, 1, timedelta(minutes=1))
        tx.settle_source(watch, next_at=tx.now + timedelta(days=3650))

    await store.write(put_off)
    await app._add_sources(store, named)

    assert len(await store.write(lambda tx: tx.claim_sources(None, 1, timedelta(minutes=1)))) == 1


async def test_a_wrong_token_stops_it_with_one_sentence(tmp_path: Path) -> None:
    async with (
        FakeDiscord() as fake,
        bot(tmp_path, **{**discord_of(fake), "DISCORD_TOKEN": "a.wrong.token"}) as running,
    ):
        code = await running.ends()

    lines = [line for line in running.said if line.startswith("rejection-watch:")]
    assert (code, len(lines)) == (78, 1)
    assert "Discord does not accept the token" in lines[0]
    assert "a.wrong.token" not in running.text
    assert "Traceback" not in running.text
