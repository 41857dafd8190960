"""F2, F6: whoever asks is forgotten to the last byte, what they said counts no more, and who was told sees that."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot import intake, review
from bot.commands import Desk, Person, answer
from bot.errors import UsageError
from bot.forgetting import come_back, forget, forget_guilds, leave
from bot.model import Decision, Guild, Page, Post
from bot.storage import Store
from bot.storage.auditing import faults
from bot.storage.backup import back_up
from bot.sweeper import drop_words
from tests.making import DAY, HOUR, NOW, guild

SOURCE = "reddit:exampleturkers"
AUTHOR = "Invented_Heron_77"
WORDS = "Zaunkoenig"


@pytest.fixture
def guilds() -> tuple[Guild, ...]:
    return (guild(),)


def said(number: int, author: str, words: str) -> Post:
    return Post(
        source=SOURCE,
        key=f"t3_{number}",
        title=f"Quillmere Vision Group rejected all my work, {words}",
        text=f"Quillmere Vision Group just rejected all {60 + number} of my studies on Prolific. {words} {own(author)}",
        author_key=author,
        posted_at=NOW,
        platform="prolific",
        url=f"https://forum.example.org/{words.lower()}/{number}",
    )


def own(author: str) -> str:
    """Words that nobody else uses, so that no post is a copy of another."""
    return " ".join(hashlib.sha256(f"{author} {part}".encode()).hexdigest()[:8] for part in range(20))


async def hear(store: Store, by, *authors: str) -> None:
    posts = tuple(said(n, author, f"{WORDS}{'xyzuvwabcdefghijklm'[n] * 3}") for n, author in enumerate(authors))
    taken = await intake.take(store, by, Page(source=SOURCE, posts=posts))
    assert taken.reports == len(authors)


def held(folder: Path, *what: str) -> list[str]:
    """Which of these is anywhere in the database's live files."""
    files = b"".join(each.read_bytes() for each in sorted(folder.glob("watch.sqlite3*")))
    return [each for each in what if each.lower().encode() in files.lower()]


async def n_reports(store: Store) -> int:
    return len((await store.read(lambda tx: tx.get_incident(1))).reports)


CROWD = (AUTHOR, *(f"worker_{number}" for number in range(11)))


async def test_not_a_byte_of_them_is_left_in_the_live_files(store, by, tmp_path) -> None:
    await hear(store, by, AUTHOR, "another_worker", "and_a_third")
    key = by.voice_key("reddit", AUTHOR)
    mine, others = f"{WORDS}xxx", f"{WORDS}yyy"
    assert held(tmp_path, key, mine, others) == [key, mine, others]

    done = await forget(store, by, "reddit", AUTHOR)

    assert done.clean
    assert done.known > 0
    assert held(tmp_path, key, AUTHOR, mine) == []
    assert held(tmp_path, others) == [others]


async def test_what_another_program_deleted_carelessly_is_gone_too(store, by, tmp_path) -> None:
    await hear(store, by, AUTHOR, "another_worker")
    with closing(sqlite3.connect(tmp_path / "watch.sqlite3")) as other, other:
        other.execute("PRAGMA secure_delete = OFF")
        other.execute("UPDATE posts SET text = '', title = NULL, url = NULL, reading = NULL")
    await store.scrub()
    assert held(tmp_path, f"{WORDS}xxx") != []

    await forget(store, by, "reddit", AUTHOR)

    assert held(tmp_path, f"{WORDS}xxx") == []


async def test_what_they_said_counts_no_more_and_is_not_counted_again(store, by) -> None:
    await hear(store, by, AUTHOR, "another_worker", "and_a_third")
    assert await n_reports(store) == 3

    await forget(store, by, SOURCE, f"u/{AUTHOR}")
    again = await intake.take(store, by, Page(source=SOURCE, posts=(said(0, AUTHOR, "again"),)))

    assert await n_reports(store) == 2
    assert again.new == 0


async def test_cards_are_brought_up_to_date(store, by) -> None:
    await hear(store, by, *CROWD)
    before = {row.channel_key: row.payload for row in await store.read(lambda tx: tx.outbox())}

    for author in CROWD:
        await forget(store, by, "reddit", author)

    rows = await store.read(lambda tx: tx.outbox())
    assert before
    assert {row.channel_key: row.wanted or row.payload for row in rows} != before
    assert await n_reports(store) == 0


async def test_a_stranger_at_another_site_is_not_meant(store, by) -> None:
    await hear(store, by, AUTHOR, "another_worker")

    done = await forget(store, by, "discord", AUTHOR)

    assert done.known == 0
    assert await n_reports(store) == 2


@pytest.mark.parametrize(("source", "author"), [("feed", "somebody"), ("feed:", "somebody"), ("reddit", "  ")])
async def test_nobody_in_particular_is_wrong_usage(store, by, source: str, author: str) -> None:
    with pytest.raises(UsageError, match="Say whom"):
        await forget(store, by, source, author)


async def test_a_reader_that_holds_old_pages_is_told_of(store, by, tmp_path) -> None:
    await hear(store, by, AUTHOR)
    with closing(sqlite3.connect(tmp_path / "watch.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM posts").fetchone()

        assert not (await forget(store, by, "reddit", AUTHOR)).clean

    assert (await forget(store, by, "reddit", AUTHOR)).clean
    assert held(tmp_path, f"{WORDS}xxx") == []


async def test_after_two_days_no_word_of_a_post_is_in_any_table_or_message(store, by, clock, tmp_path) -> None:
    await hear(store, by, *CROWD)
    assert await store.read(lambda tx: tx.outbox())
    clock.pass_by(48 * HOUR)

    await drop_words(store)

    await store.scrub(whole=True)
    assert held(tmp_path, WORDS, *own(AUTHOR).split(), *CROWD) == []
    assert await n_reports(store) == len(CROWD)


async def test_a_copy_made_at_any_time_holds_no_words(store, by, tmp_path) -> None:
    await hear(store, by, AUTHOR)

    copy = await asyncio.to_thread(back_up, str(tmp_path / "watch.sqlite3"), tmp_path / "copy", NOW)

    assert WORDS.lower().encode() not in copy.read_bytes().lower()


# --- from Discord, and whole communities


def person(key: str = "100000000000000001") -> Person:
    return Person(key=key, site="discord", guild=guild())


async def test_in_discord_one_is_forgotten_after_one_said_yes(store, by, tmp_path) -> None:
    """F2: 0 bytes in the live files, and what others said stays."""
    desk = Desk(store, by)
    for number in range(3):
        await answer(desk, person(str(number)), f"report Quillmere Vision Group {60 + number}")
    keys = [by.voice_key("discord", str(number)) for number in range(3)]
    assert held(tmp_path, *keys) == keys

    asked = await answer(desk, person("1"), "forget-me")
    assert held(tmp_path, *keys) == keys
    done = await answer(desk, person("1"), "forget-me YES")

    assert (asked.secret, done.secret) == (True, True)
    assert "Forgotten" in done.card.title
    assert held(tmp_path, *keys) == [keys[0], keys[2]]


async def test_a_copy_holds_no_key_with_which_its_hashes_could_be_read(store, by, tmp_path) -> None:
    """F2: whoever deletes the key has made every hash in every copy meaningless."""
    await hear(store, by, AUTHOR)

    copy = await asyncio.to_thread(back_up, str(tmp_path / "watch.sqlite3"), tmp_path / "copy", NOW)

    assert by.secret not in copy.read_bytes()
    assert by.secret.hex().encode() not in copy.read_bytes()


async def test_a_community_that_left_is_gone_in_a_week_and_not_before(store, by, clock, tmp_path) -> None:
    """F6: what it was told, what its moderators judged, where its channels are; and the audit holds."""
    ours, channel = guild().guild_key, "discord:4711"
    other = guild(guild_key="discord:2", alert_channel="discord:20", moderator_channel="discord:21")
    await store.write(lambda tx: (tx.save_guild(other), tx.add_source(channel, guild_key=ours)))
    await hear(store, by, *CROWD)
    said_there = replace(said(0, "somebody", "there"), source=channel, key="m1")
    await intake.take(store, by, Page(source=channel, posts=(said_there,)))
    ref = await store.read(lambda tx: tx.ref(1))
    await review.judge(
        store,
        by,
        ref,
        review.Word(decision=Decision.CONFIRM, by="mod" * 8, guild=guild(), why="Rotkehlchen says so"),
    )

    await store.write(lambda tx: leave(tx, ours, {channel}))
    clock.pass_by(7 * DAY - HOUR)
    early = await forget_guilds(store)
    there = held(tmp_path, f'"{ours}"', channel, "Rotkehlchen")
    clock.pass_by(HOUR)
    late = await forget_guilds(store)

    assert (early, late, await forget_guilds(store)) == (0, 1, 0)
    assert "Rotkehlchen" in there
    assert held(tmp_path, channel, "Rotkehlchen", "mod" * 8) == []
    rows = {row.guild_key for row in await store.read(lambda tx: tx.outbox())}
    left = await store.read(lambda tx: tx.connection.exec_driver_sql("SELECT DISTINCT guild_key FROM alerts").all())
    assert rows | {row[0] for row in left} == {other.guild_key}
    assert (await store.read(lambda tx: tx.get_incident(1))).verdicts == ()
    assert await store.read(faults) == ()
    assert await n_reports(store) == len(CROWD) + 1


async def test_a_community_that_came_back_is_not_forgotten(store, by, clock) -> None:
    await hear(store, by, *CROWD)
    await store.write(lambda tx: leave(tx, guild().guild_key, ()))
    clock.pass_by(6 * DAY)
    await store.write(lambda tx: come_back(tx, guild()))
    clock.pass_by(2 * DAY)

    assert await forget_guilds(store) == 0
    assert await store.read(lambda tx: tx.last_alert(1, guild().guild_key)) is not None
