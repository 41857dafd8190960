"""The doctor looks at everything, says each thing in one line, and mends and makes nothing."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakediscord import FakeDiscord, point_at

from bot import doctor
from bot.config import CONFIG, DATABASE
from bot.model import Guild
from bot.storage import open_store

GOOD_SOURCE = "feed:https://forum.example.org/index.rss"


@dataclass
class Said:
    """What the doctor said, and the exit code."""

    code: int
    lines: list[str]

    def wrong(self) -> list[str]:
        return [line.removeprefix("wrong").strip() for line in self.lines if line.startswith("wrong")]

    def fine(self) -> str:
        return "\n".join(line for line in self.lines if line.startswith("ok"))


@pytest.fixture
def examine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    for name in [name for name in os.environ if name.startswith("REJECTION_WATCH_")]:
        monkeypatch.delenv(name)

    async def look(text: str = "", **environment: str) -> Said:
        for name, value in environment.items():
            monkeypatch.setenv(f"REJECTION_WATCH_{name}", value)
        if text:
            (tmp_path / CONFIG).write_text(text)
        code = await doctor.examine(tmp_path)
        return Said(code, capsys.readouterr().out.splitlines())

    return look


@pytest.fixture
def discord(examine, monkeypatch: pytest.MonkeyPatch):
    """Settings that lead to a fake Discord."""

    def point(fake: FakeDiscord, token: str | None = None) -> None:
        told = {"TOKEN": token or fake.token, "API": fake.url, "GATEWAY": fake.gateway_url}
        for name, value in told.items():
            monkeypatch.setenv(f"REJECTION_WATCH_DISCORD_{name}", value)

    return point


async def community(folder: Path, fake: FakeDiscord, **told: str | None):
    """A guild that the database knows, and the channel it chose."""
    made = fake.add_guild("Invented workers")
    channel = made.add_channel("alerts")
    guild = Guild(**{"guild_key": f"discord:{made.id}", "name": made.name, "alert_channel": str(channel.id), **told})
    store = await open_store(str(folder / DATABASE), clock=lambda: datetime.now(UTC))
    await store.write(lambda tx: tx.save_guild(guild))
    await store.close()
    return made, channel


async def test_a_new_installation_lacks_a_token_and_nothing_else(examine, tmp_path) -> None:
    said = await examine()

    assert said.code == 78
    assert [line.split(":")[0] for line in said.wrong()] == ["There is no Discord token"]
    assert "platform profiles are in order" in said.fine()
    assert "There is no database yet" in said.fine()
    assert str(tmp_path) in said.fine()


async def test_looking_makes_nothing(examine, tmp_path) -> None:
    await examine(SOURCES=GOOD_SOURCE)

    assert list(tmp_path.iterdir()) == []


async def test_all_wrong_settings_are_listed_at_once(examine) -> None:
    said = await examine('log_level = "LOUD"\nno_such_setting = 1\n')

    assert said.code == 78
    assert len(said.wrong()) == 2
    assert all(CONFIG in line for line in said.wrong())


async def test_each_source_is_looked_at_by_itself(examine) -> None:
    said = await examine(SOURCES=f"nonsense {GOOD_SOURCE} reddit:exampleturkers")

    assert any("nonsense" in line for line in said.wrong())
    assert f"Source {GOOD_SOURCE}." in said.fine()
    assert "No Reddit credentials" in said.fine()


async def test_without_sources_it_says_what_is_read_all_the_same(examine) -> None:
    assert "No sources are set" in (await examine()).fine()


async def test_with_credentials_nothing_is_said_of_a_slower_pace(examine) -> None:
    said = await examine(SOURCES="reddit:exampleturkers", REDDIT_CLIENT_ID="x", REDDIT_CLIENT_SECRET="y")

    assert "slower pace" not in said.fine()


async def test_a_database_that_can_be_read_is_fine(examine, tmp_path) -> None:
    store = await open_store(str(tmp_path / DATABASE), clock=lambda: datetime.now(UTC))
    await store.close()

    assert "can be read; it has 0 posts" in (await examine()).fine()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"not a database at all, but a long enough text", "is not a database"), (b"", "is not a database")],
)
async def test_a_foreign_database_is_named_and_left_as_it_is(examine, tmp_path, content, words) -> None:
    (tmp_path / DATABASE).write_bytes(content)

    said = await examine()

    assert any(DATABASE in line and words in line for line in said.wrong())
    assert (tmp_path / DATABASE).read_bytes() == content


async def test_a_newer_database_is_named(examine, tmp_path) -> None:
    store = await open_store(str(tmp_path / DATABASE), clock=lambda: datetime.now(UTC))
    await store.close()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as base, base:
        base.execute("UPDATE watch_schema SET version_num = '9999'")

    assert any("newer version" in line for line in (await examine()).wrong())


@pytest.mark.parametrize(("allowed", "wrong"), [("false", 1), ("true", 0)])
async def test_a_source_in_ones_own_network_is_wrong_unless_it_is_allowed(examine, allowed, wrong) -> None:
    said = await examine(SOURCES="feed:http://192.168.1.20/feed.xml", ALLOW_PRIVATE_ADDRESSES=allowed)

    assert sum("192.168.1.20 leads into your own network" in line for line in said.wrong()) == wrong
    assert said.fine().count("Source feed:http://192.168.1.20/feed.xml") == 1 - wrong


@pytest.mark.parametrize("url", ["mysql://u:hunter2@example.org/x", "nonsense://", "sqlite://"])
async def test_a_wrong_address_of_a_database_is_said_without_its_password(examine, url) -> None:
    said = await examine(DATABASE=url)

    assert any("database" in line for line in said.wrong())
    assert "hunter2" not in "\n".join(said.lines)


async def test_where_all_is_well_nothing_is_wrong(examine, tmp_path, discord) -> None:
    async with FakeDiscord() as fake:
        await community(tmp_path, fake)
        discord(fake)
        with point_at(fake):
            said = await examine(SOURCES=GOOD_SOURCE)

        assert fake.violations == []
    assert (said.code, said.wrong()) == (0, [])
    assert "Discord knows the token" in said.fine()
    assert "Invented workers, #alerts: the bot can post there." in said.fine()


async def test_a_token_that_discord_does_not_know_is_said_without_showing_it(examine, discord) -> None:
    async with FakeDiscord() as fake:
        discord(fake, "a.wrong.token")
        with point_at(fake):
            said = await examine()

    assert said.code == 78
    assert any("Discord does not accept the token" in line for line in said.wrong())
    assert "a.wrong.token" not in "\n".join(said.lines)


async def test_a_missing_intent_is_said(examine, discord) -> None:
    async with FakeDiscord(message_content=False) as fake:
        discord(fake)
        with point_at(fake):
            said = await examine()

    assert any("Message Content Intent" in line for line in said.wrong())


async def test_a_missing_permission_is_named_with_its_channel(examine, tmp_path, discord) -> None:
    async with FakeDiscord() as fake:
        made, channel = await community(tmp_path, fake)
        channel.deny(made.everyone, "send_messages", "read_message_history")
        discord(fake)
        with point_at(fake):
            said = await examine()

    (line,) = said.wrong()
    assert "#alerts: the bot lacks" in line
    assert "Send Messages" in line
    assert "Read Message History" in line


async def test_a_channel_that_is_gone_is_said(examine, tmp_path, discord) -> None:
    async with FakeDiscord() as fake:
        _, channel = await community(tmp_path, fake)
        fake.remove_channel(channel)
        discord(fake)
        with point_at(fake):
            said = await examine()

    assert any("a chosen channel is gone" in line for line in said.wrong())


async def test_a_guild_without_a_channel_is_no_fault(examine, tmp_path, discord) -> None:
    async with FakeDiscord() as fake:
        await community(tmp_path, fake, alert_channel=None)
        discord(fake)
        with point_at(fake):
            said = await examine()

    assert (said.code, "no channel is chosen yet" in said.fine()) == (0, True)


async def test_a_guild_that_does_not_know_us_any_more_is_said(examine, tmp_path, discord) -> None:
    async with FakeDiscord() as fake:
        made, _ = await community(tmp_path, fake)
        fake.remove_guild(made)
        discord(fake)
        with point_at(fake):
            said = await examine()

    assert any("Invented workers" in line for line in said.wrong())


async def test_while_discord_is_down_that_is_said_and_the_rest_is_looked_at(examine, discord) -> None:
    async with FakeDiscord() as fake:
        discord(fake)
        await fake.outage()
        with point_at(fake, pace=0.001):
            said = await examine(SOURCES=GOOD_SOURCE)

    assert any("Discord cannot be asked now" in line for line in said.wrong())
    assert f"Source {GOOD_SOURCE}." in said.fine()


async def test_each_finding_is_one_line_with_a_mark(examine) -> None:
    said = await examine('log_level = "LOUD"\n', SOURCES="nonsense")

    assert said.lines
    assert all(re.match(r"(ok|wrong) +\S", line) for line in said.lines)


async def test_a_broken_audit_is_named_and_is_wrong(examine, discord, tmp_path) -> None:
    """D12: whoever changes what moderators said or who set what is found out."""
    async with FakeDiscord() as fake:
        discord(fake)
        await community(tmp_path, fake)
        before = await examine()
        with closing(sqlite3.connect(tmp_path / DATABASE)) as other, other:
            other.execute("UPDATE audit SET says = '{}'")

        said = await examine()

    assert "The audit holds: 1 entries" in before.fine()
    assert said.code == 78
    assert any("entry 1 (setting" in line and "backup" in line for line in said.wrong())
