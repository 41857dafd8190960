"""What only a file can be: locked, foreign, cut in half, unwritable. It is never changed by being looked at."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import StoreBroken, StoreError, StoreLocked, StoreTooNew
from bot.storage import Transaction, open_store
from bot.storage.sqlite import APPLICATION_ID, WRITER_PRAGMAS, lock
from tests.storage.build import Clock, add_requester, post

EXCLUSIVE = [True, False]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "watch.sqlite3"


async def fill(path: Path, posts: int = 0) -> None:
    store = await open_store(str(path), clock=Clock())
    await store.write(lambda tx: tx.add_posts([(post(f"p{n}", text="x" * 2_000), None, None) for n in range(posts)]))
    await store.close()


async def refused(path: Path, kind: type[StoreError], *, exclusive: bool) -> str:
    """The sentence somebody gets; the file must be as it was."""
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(kind) as caught:
        await open_store(str(path), clock=Clock(), exclusive=exclusive)

    assert type(caught.value) is kind
    assert before is None or path.read_bytes() == before
    assert str(path.parent) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_second_bot_is_turned_away_and_the_first_goes_on(path: Path) -> None:
    first = await open_store(str(path), clock=Clock())

    with pytest.raises(StoreLocked, match=r"Another bot \(process \d+\)") as caught:
        await open_store(str(path), clock=Clock())

    assert caught.value.exit_code == 75
    assert str(path) in str(caught.value)
    await first.write(lambda tx: tx.set_note("a", "b"))
    await first.close()
    await (await open_store(str(path), clock=Clock())).close()


async def test_a_start_that_fails_gives_the_lock_back(path: Path) -> None:
    path.write_text("a letter to my aunt, and quite a long one")
    await refused(path, StoreBroken, exclusive=True)
    path.unlink()

    await (await open_store(str(path), clock=Clock())).close()


def test_a_lock_is_released_once(path: Path, tmp_path: Path) -> None:
    release = lock(path)
    release()
    with (tmp_path / "other").open("w") as other:
        release()
        other.write("still open")


@pytest.mark.parametrize("exclusive", EXCLUSIVE)
@pytest.mark.parametrize(
    "content", [b"a letter to my aunt, and quite a long one", b"x", b"SQLite format 3", b"\x00" * 9_000]
)
async def test_what_is_no_database_is_left_alone(path: Path, content: bytes, exclusive: bool) -> None:
    path.write_bytes(content)

    assert "is not a database" in await refused(path, StoreBroken, exclusive=exclusive)


@pytest.mark.parametrize("exclusive", EXCLUSIVE)
async def test_a_damaged_header_is_told(path: Path, exclusive: bool) -> None:
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 9_000)

    assert "damaged" in await refused(path, StoreBroken, exclusive=exclusive)


@pytest.mark.parametrize("exclusive", EXCLUSIVE)
@pytest.mark.parametrize("mark", [0, 77])
async def test_another_programs_database_is_left_alone(path: Path, mark: int, exclusive: bool) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA application_id = {mark}")
    connection.execute("CREATE TABLE posts (mine TEXT)")
    connection.close()

    assert "another program's" in await refused(path, StoreBroken, exclusive=exclusive)


@pytest.mark.parametrize("part", [0.3, 0.5, 0.9])
async def test_half_a_database_is_told_and_left_as_it_is(path: Path, part: float) -> None:
    await fill(path, posts=100)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])

    sentence = await refused(path, StoreBroken, exclusive=True)

    assert "damaged" in sentence
    assert "backup" in sentence


async def test_a_database_with_rotten_pages_is_told_before_the_bot_writes(path: Path) -> None:
    await fill(path, posts=400)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + b"\xff" * (len(whole) - len(whole) // 2))

    assert "damaged" in await refused(path, StoreBroken, exclusive=True)


async def test_a_database_that_breaks_while_open_is_told(path: Path) -> None:
    await fill(path, posts=400)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + b"\xff" * (len(whole) - len(whole) // 2))
    store = await open_store(str(path), clock=Clock(), exclusive=False)

    with pytest.raises(StoreBroken, match="damaged"):
        await store.read(lambda tx: [tx.find_post("reddit:example", f"p{n}") for n in range(400)])
    await store.close()


@pytest.mark.parametrize("exclusive", EXCLUSIVE)
async def test_a_newer_schema_is_left_for_the_newer_version(path: Path, exclusive: bool) -> None:
    await fill(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE watch_schema SET version_num = '9999'")
    connection.commit()
    connection.close()

    sentence = await refused(path, StoreTooNew, exclusive=exclusive)

    assert "newer version" in sentence
    assert "9999" in sentence


async def test_reading_makes_no_database(path: Path) -> None:
    assert "no database" in await refused(path, StoreError, exclusive=False)
    assert list(path.parent.iterdir()) == []


async def test_an_empty_file_becomes_a_database_and_only_for_the_bot(path: Path) -> None:
    path.touch()
    await refused(path, StoreBroken, exclusive=False)

    await fill(path)

    assert path.stat().st_size > 0


async def test_a_first_start_that_was_cut_short_is_done_again(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert path.stat().st_size > 0

    await fill(path)


@pytest.mark.parametrize("exclusive", EXCLUSIVE)
async def test_a_folder_in_the_files_place_is_told(path: Path, exclusive: bool) -> None:
    path.mkdir()

    assert "cannot be used" in await refused(path, StoreError, exclusive=exclusive)


@pytest.mark.parametrize("exclusive", EXCLUSIVE)
async def test_a_folder_that_cannot_be_is_told(tmp_path: Path, exclusive: bool) -> None:
    (tmp_path / "file").touch()

    sentence = await refused(tmp_path / "file" / "watch.sqlite3", StoreError, exclusive=exclusive)

    assert "cannot be used" in sentence


async def test_missing_folders_are_made(tmp_path: Path) -> None:
    await fill(tmp_path / "a" / "b" / "watch.sqlite3")

    assert (tmp_path / "a" / "b" / "watch.sqlite3").exists()


async def test_odd_letters_in_a_path_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "ünï %20 #1 ?mode=ro&x.sqlite3"

    await fill(path)
    store = await open_store(str(path), clock=Clock(), exclusive=False)
    await store.close()

    assert path.exists()


async def test_the_connections_are_set_as_measured(path: Path) -> None:
    def settings(tx):
        assert tx.connection.connection.driver_connection.isolation_level is None
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema", "cell_size_check")
        more = ("secure_delete", "query_only", "application_id")
        return {name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in (*asked, *more)}

    store = await open_store(str(path), clock=Clock())
    writer, reader = await store.write(settings), await store.read(settings)
    await store.close()

    both = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "trusted_schema": 0, "cell_size_check": 1}
    assert writer == both | {"synchronous": 2, "secure_delete": 1, "query_only": 0, "application_id": APPLICATION_ID}
    assert {name: reader[name] for name in both} == both
    assert reader["query_only"] == 1
    assert "synchronous = FULL" in WRITER_PRAGMAS


async def test_every_table_is_strict(path: Path) -> None:
    await fill(path)
    connection = sqlite3.connect(path)

    loose = [
        name
        for _, name, kind, _, _, strict in connection.execute("PRAGMA table_list")
        if kind == "table" and not strict and not name.startswith("sqlite_")
    ]
    connection.close()

    assert loose == ["watch_schema"]


async def test_a_name_s_id_is_never_given_twice(path: Path) -> None:
    from sqlalchemy import delete

    from bot.storage.tables import names

    store = await open_store(str(path), clock=Clock())
    await store.write(add_requester)
    ((first, _),) = await store.read(lambda tx: tx.names_since(0))
    await store.write(lambda tx: tx.connection.execute(delete(names)))
    await store.write(add_requester)
    ((second, _),) = await store.read(lambda tx: tx.names_since(0))
    await store.close()

    assert second > first


async def test_a_write_holds_the_file_from_its_first_moment(path: Path) -> None:
    store = await open_store(str(path), clock=Clock())

    def intrude(tx) -> None:
        intruder = sqlite3.connect(path, isolation_level=None, timeout=0)
        try:
            intruder.execute("BEGIN IMMEDIATE")
        finally:
            intruder.close()

    await store.read(intrude)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        await store.write(intrude)
    await store.close()


async def test_a_held_database_is_told(path: Path) -> None:
    store = await open_store(str(path), clock=Clock())
    # Five seconds of patience would be five seconds of this suite.
    await store.write(lambda tx: tx.connection.exec_driver_sql("PRAGMA busy_timeout = 1"))
    intruder = sqlite3.connect(path, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="held by another program"):
        await store.write(lambda tx: tx.set_note("a", "b"))
    intruder.execute("ROLLBACK")
    intruder.close()
    await store.write(lambda tx: tx.set_note("a", "b"))
    await store.close()


async def test_a_full_disk_loses_this_step_and_nothing_else(path: Path) -> None:
    store = await open_store(str(path), clock=Clock())
    await store.write(lambda tx: tx.set_note("before", "there"))
    await store.write(lambda tx: tx.connection.exec_driver_sql("PRAGMA max_page_count = 1"))

    with pytest.raises(StoreError, match="disk is full"):
        await store.write(lambda tx: tx.add_posts([(post(f"p{n}", text="x" * 9_000), None, None) for n in range(99)]))

    assert await store.read(lambda tx: (tx.note("before"), tx.count_posts())) == ("there", 0)
    await store.close()


async def test_a_disk_that_is_full_at_any_write_tears_nothing_and_once_there_is_room_all_goes_on(path: Path) -> None:
    store = await open_store(str(path), clock=Clock())
    (had,) = await store.write(lambda tx: tx.connection.exec_driver_sql("PRAGMA page_count").one())
    refused = 0

    def page(n: int) -> Callable[[Transaction], None]:
        def work(tx: Transaction) -> None:
            tx.add_source(f"feed:{n}")
            tx.add_posts([(post(f"p{n}-{k}", text="x" * 3_000), None, None) for k in range(n % 9 + 1)])
            tx.set_note(f"last {n}", "there")

        return work

    async def room(pages: int) -> None:
        await store.write(lambda tx: tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))

    for n in range(200):
        await room(had + 2 * n)
        (said,) = await asyncio.gather(store.write(page(n)), return_exceptions=True)
        if said is not None:
            assert "disk is full" in str(said)
            refused += 1
            await room(1_000_000)
            await store.write(page(n))

    def whole(tx: Transaction) -> int:
        found = [int(watch.source.removeprefix("feed:")) for watch in tx.sources()]
        assert all(tx.note(f"last {n}") for n in found)
        assert tx.count_posts() == sum(n % 9 + 1 for n in found)
        return len(found)

    assert await store.read(whole) == 200
    assert refused > 20
    await store.close()
