"""Copies while others write, and the drill: what was lost comes back as it was, and nothing is lost by trying."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreBroken, StoreError, StoreLocked, StoreTooNew
from bot.storage import open_store
from bot.storage.backup import back_up, restore
from tests.storage.build import NOW, SECOND, Clock, add_incident, delivery, post, report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "watch.sqlite3"


async def fill(path: Path, n: int = 20) -> None:
    store = await open_store(str(path), clock=Clock())

    def work(tx):
        ids = tx.add_posts([(post(f"p{number}"), "voice-1", None) for number in range(n)])
        incident_id = add_incident(tx)
        requester_id = tx.get_incident(incident_id).requester_id
        for post_id in ids:
            tx.add_report(report(), requester_id=requester_id, incident_id=incident_id, post_id=post_id, sketch=b"\x01")
        tx.queue(delivery(incident_id))

    await store.write(work)
    await store.close()


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as base:
        return list(base.iterdump())


def leftovers(folder: Path) -> list[str]:
    return [each.name for each in folder.rglob(".copy-*")]


def refused(kind: type[StoreError], work, *arguments) -> str:
    with pytest.raises(kind) as caught:
        work(*arguments)

    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_the_drill_after_a_loss_all_is_as_it_was_but_for_the_words_of_posts(path: Path, tmp_path: Path) -> None:
    await fill(path)
    store = await open_store(str(path), clock=Clock())
    await store.write(lambda tx: tx.drop_texts(NOW, 100))
    await store.close()
    before = dump(path)
    copy = back_up(str(path), tmp_path / "copy.sqlite3", NOW)
    path.unlink()

    aside = restore(str(path), copy, NOW)

    assert aside is None
    assert dump(path) == before
    store = await open_store(str(path), clock=Clock())
    assert await store.read(lambda tx: tx.count_posts()) == 20
    assert len(await store.read(lambda tx: tx.outbox())) == 1
    await store.close()


async def test_a_copy_of_a_running_bot_is_one_moment_of_it(path: Path, tmp_path: Path) -> None:
    """Each write adds a post and a note that says how many there are: in no copy do they differ."""
    store = await open_store(str(path), clock=Clock())
    done = asyncio.Event()

    async def write() -> int:
        n = 0
        while not done.is_set():
            n += 1

            def work(tx, n=n):
                tx.add_posts([(post(f"p{n}", text="x" * 3_000), None, None)])
                tx.set_note("posts", str(n))

            await store.write(work)
        return n

    writing = asyncio.create_task(write())
    copies = []
    for number in range(8):
        await asyncio.sleep(0.02)
        copies.append(await asyncio.to_thread(back_up, str(path), tmp_path / f"{number}.sqlite3", NOW))
    done.set()
    written = await writing
    await store.close()

    told = []
    for copy in copies:
        with closing(sqlite3.connect(copy)) as base:
            (posts,) = base.execute("SELECT count(*) FROM posts").fetchone()
            notes = base.execute("SELECT value FROM notes WHERE key = 'posts'").fetchall()
        assert [(str(posts),)] == notes or (posts, notes) == (0, [])
        told.append(posts)
    assert told == sorted(told)
    assert 0 < told[-1] <= written


async def test_a_copy_is_one_file_that_only_its_owner_reads_and_the_key_is_not_in_it(path: Path) -> None:
    await fill(path)
    key = "5ec2e7" * 10
    (path.parent / "secret.key").write_text(key)

    copy = back_up(str(path), None, NOW)

    assert copy.parent == path.parent / "backups"
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]
    assert copy.stat().st_mode & 0o077 == 0
    assert key.encode() not in copy.read_bytes()
    assert bytes.fromhex(key) not in copy.read_bytes()


async def test_no_word_of_a_post_is_in_a_copy(path: Path) -> None:
    await fill(path)

    copy = back_up(str(path), None, NOW)

    assert b"all of mine were rejected" in path.read_bytes()
    assert b"all of mine" not in copy.read_bytes()
    assert b"all of mine" in path.read_bytes(), "the bot's own file is only read"


async def test_two_copies_have_two_names(path: Path) -> None:
    await fill(path)

    assert back_up(str(path), None, NOW) != back_up(str(path), None, NOW + SECOND)


async def test_a_file_that_is_there_is_not_written_over(path: Path, tmp_path: Path) -> None:
    await fill(path)
    (tmp_path / "taken").write_text("a letter")

    assert "is there already" in refused(StoreError, back_up, str(path), tmp_path / "taken", NOW)

    assert (tmp_path / "taken").read_text() == "a letter"
    assert leftovers(tmp_path) == []


async def test_what_is_damaged_inside_is_not_copied(path: Path, tmp_path: Path) -> None:
    await fill(path, 300)
    whole = bytearray(path.read_bytes())
    whole[8192:] = bytes(byte ^ 0x5A for byte in whole[8192:])
    path.write_bytes(whole)

    refused(StoreBroken, back_up, str(path), tmp_path / "copy", NOW)

    assert not (tmp_path / "copy").exists()
    assert leftovers(tmp_path) == []


async def test_while_a_bot_is_at_work_nothing_is_replaced(path: Path, tmp_path: Path) -> None:
    await fill(path)
    copy = back_up(str(path), tmp_path / "copy", NOW)
    store = await open_store(str(path), clock=Clock())
    await store.write(lambda tx: tx.set_note("still", "here"))

    assert "Stop it first" in refused(StoreLocked, restore, str(path), copy, NOW)

    assert await store.read(lambda tx: tx.note("still")) == "here"
    await store.close()


def truncated(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])


def garbled(copy: Path) -> None:
    whole = copy.read_bytes()
    copy.write_bytes(whole[:8192] + bytes(byte ^ 0x5A for byte in whole[8192:]))


def a_letter(copy: Path) -> None:
    copy.write_text("a letter to my aunt, and quite a long one")


def empty(copy: Path) -> None:
    copy.write_bytes(b"")


def of_another(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as base, base:
        base.execute("CREATE TABLE posts (id INTEGER)")


def bare(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as base, base:
        base.execute("PRAGMA application_id = 0x526A5774")


def orphaned(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as base, base:
        base.execute("DELETE FROM incidents")


def newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as base, base:
        base.execute("UPDATE watch_schema SET version_num = '9999'")


def gone(copy: Path) -> None:
    copy.unlink()


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (truncated, StoreBroken),
        (garbled, StoreBroken),
        (a_letter, StoreBroken),
        (empty, StoreBroken),
        (of_another, StoreBroken),
        (bare, StoreBroken),
        (orphaned, StoreBroken),
        (newer, StoreTooNew),
        (gone, StoreError),
    ],
)
async def test_a_copy_that_is_no_good_is_refused_and_the_database_stays(
    path: Path, tmp_path: Path, spoil, kind
) -> None:
    await fill(path, 300)
    copy = back_up(str(path), tmp_path / "copy", NOW)
    spoil(copy)
    before = path.read_bytes()

    said = refused(kind, restore, str(path), copy, NOW)

    assert str(copy) in said
    assert path.read_bytes() == before
    assert leftovers(tmp_path) == []
    assert list(path.parent.glob("*.replaced-*")) == []
    await (await open_store(str(path), clock=Clock())).close()


async def test_the_replaced_database_is_kept_with_its_newest_words(path: Path, tmp_path: Path) -> None:
    await fill(path)
    copy = back_up(str(path), tmp_path / "copy", NOW)
    store = await open_store(str(path), clock=Clock())
    await store.write(lambda tx: tx.set_note("later", "word"))
    await store.close()
    later = dump(path)

    aside = restore(str(path), copy, NOW)

    assert aside is not None
    assert dump(aside) == later
    assert dump(path) == dump(copy)


async def test_a_damaged_database_is_replaced_too_and_nothing_of_it_gets_into_the_new_one(
    path: Path, tmp_path: Path
) -> None:
    await fill(path)
    copy = back_up(str(path), tmp_path / "copy", NOW)
    path.write_bytes(b"rubbish" * 5_000)
    for suffix in ("-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").write_bytes(b"old" * 999)

    aside = restore(str(path), copy, NOW)

    assert aside is not None
    assert aside.read_bytes() == b"rubbish" * 5_000
    assert dump(path) == dump(copy)
    assert not path.with_name(f"{path.name}-wal").exists()


async def test_a_copy_survives_being_restored_and_its_own_name_is_refused(path: Path, tmp_path: Path) -> None:
    await fill(path)
    copy = back_up(str(path), tmp_path / "copy", NOW)
    before = copy.read_bytes()

    restore(str(path), copy, NOW)

    assert copy.read_bytes() == before
    assert "is the database itself" in refused(StoreError, restore, str(path), path, NOW)


@pytest.mark.parametrize("work", [back_up, restore])
def test_a_server_is_left_to_its_own_tools(tmp_path: Path, work) -> None:
    assert "pg_dump" in refused(StoreError, work, "postgresql://watch@db.example.org/watch", tmp_path / "x", NOW)
