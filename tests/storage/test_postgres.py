"""What only a server can be: shared, away, somebody else's."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from bot.errors import StoreBroken, StoreError, StoreTooNew
from bot.storage import Store, Transaction, open_store
from tests.storage.build import Clock, post

pytestmark = pytest.mark.xdist_group("postgres")


async def ask(address: str, question: str) -> None:
    connection = await asyncpg.connect(address)
    await connection.execute(question)
    await connection.close()


async def refused(address: str, kind: type[StoreError], **told) -> str:
    with pytest.raises(kind) as caught:
        await open_store(address, clock=Clock(), **told)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_two_bots_start_at_once_on_an_empty_database(empty_postgres: str) -> None:
    stores = await asyncio.gather(*(open_store(empty_postgres, clock=Clock()) for _ in range(3)))

    for n, store in enumerate(stores):
        await store.write(lambda tx, n=n: tx.add_source(f"feed:{n}"))

    assert len(await stores[0].read(lambda tx: tx.sources())) == 3
    for store in stores:
        await store.close()


async def test_read_then_write_of_two_bots_loses_nothing(empty_postgres: str) -> None:
    stores = [await open_store(empty_postgres, clock=Clock()) for _ in range(2)]

    def count_up(tx: Transaction) -> None:
        tx.set_note("count", str(int(tx.note("count") or 0) + 1))

    async def write(by: Store) -> None:
        for _ in range(25):
            await by.write(count_up)

    await asyncio.gather(*(write(by) for by in stores))

    assert await stores[0].read(lambda tx: tx.note("count")) == "50"
    for store in stores:
        await store.close()


async def test_one_page_taken_by_two_bots_is_stored_once(empty_postgres: str) -> None:
    stores = [await open_store(empty_postgres, clock=Clock()) for _ in range(2)]
    page = [post(f"p{n}") for n in range(50)]

    def take(tx: Transaction) -> int:
        return len(tx.add_posts([(each, None, None) for each in tx.unseen(page)]))

    taken = await asyncio.gather(*(store.write(take) for store in stores))

    assert sorted(taken) == [0, 50]
    for store in stores:
        await store.close()


@pytest.mark.parametrize("exclusive", [True, False])
async def test_a_newer_schema_is_left_for_the_newer_version(empty_postgres: str, exclusive: bool) -> None:
    await (await open_store(empty_postgres, clock=Clock())).close()
    await ask(empty_postgres, "UPDATE watch_schema SET version_num = '9999'")

    assert "newer version" in await refused(empty_postgres, StoreTooNew, exclusive=exclusive)


async def test_tables_of_another_program_are_left_alone(empty_postgres: str) -> None:
    await ask(empty_postgres, "CREATE TABLE posts (mine TEXT); CREATE TABLE alembic_version (version_num TEXT)")

    assert "another program (posts)" in await refused(empty_postgres, StoreBroken)


@pytest.mark.parametrize("told", [{"exclusive": False}, {"migrate": False}])
async def test_an_empty_database_is_not_set_up_by_who_only_reads(empty_postgres: str, told: dict[str, bool]) -> None:
    assert "Start the bot once" in await refused(empty_postgres, StoreError, **told)
    assert "Start the bot once" in await refused(empty_postgres, StoreError, **told)


async def test_a_database_that_is_not_there_is_told_with_its_name(empty_postgres: str) -> None:
    assert "watch_nowhere" in await refused(empty_postgres.replace("/watch_", "/watch_nowhere_"), StoreError)


async def test_a_server_that_is_away_is_told_without_the_password() -> None:
    sentence = await refused("postgresql://somebody:hunter2@127.0.0.1:9/watch", StoreError)

    assert "127.0.0.1" in sentence
    assert "hunter2" not in sentence


async def test_a_connection_that_breaks_is_told_and_the_next_one_works(empty_postgres: str) -> None:
    store = await open_store(empty_postgres, clock=Clock())

    def cut(tx: Transaction) -> None:
        tx.set_note("a", "b")
        tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreError):
        await store.write(cut)

    assert await store.read(lambda tx: tx.note("a")) is None
    await store.write(lambda tx: tx.set_note("a", "c"))
    assert await store.read(lambda tx: tx.note("a")) == "c"
    await store.close()


async def leaders(address: str) -> list[int]:
    """The connections that hold the leader's lock."""
    connection = await asyncpg.connect(address)
    rows = await connection.fetch("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")
    await connection.close()
    return [row["pid"] for row in rows]


async def test_of_several_bots_one_leads_and_when_it_ends_another_does(empty_postgres: str) -> None:
    stores = [await open_store(empty_postgres, clock=Clock()) for _ in range(3)]

    first = [await store.lead() for store in stores]
    again = [await store.lead() for store in stores]
    await stores[0].close()
    after = [await store.lead() for store in stores[1:]]

    assert first == again == [True, False, False]
    assert after == [True, False]
    for store in stores[1:]:
        await store.close()
    assert await leaders(empty_postgres) == []


async def test_whose_connection_broke_leads_no_more_once_another_does(empty_postgres: str) -> None:
    one, other = [await open_store(empty_postgres, clock=Clock()) for _ in range(2)]
    await one.lead()
    (pid,) = await leaders(empty_postgres)

    await ask(empty_postgres, f"SELECT pg_terminate_backend({pid}, 5000)")
    taken = await other.lead()
    with pytest.raises(StoreError, match="connection"):
        await one.lead()

    assert (taken, await one.lead(), await other.lead()) == (True, False, True)
    for store in (one, other):
        await store.close()
