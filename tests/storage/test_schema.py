"""Migrations: from nothing to exactly the tables that the code speaks of, and no further."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage import normal_url, open_store, sqlite
from bot.storage.schema import HEAD, MIGRATIONS, _config, bring_up, stored_revision
from bot.storage.tables import metadata
from tests.storage.build import Clock

CATALOGS = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"],
    "postgresql": [
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns "
        "WHERE table_schema = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    ],
}


def catalog(connection: Connection) -> set[tuple[str, ...]]:
    """Everything the database knows of our tables, but for the version's own."""
    rows = [row for question in CATALOGS[connection.dialect.name] for row in connection.execute(text(question))]
    told = {tuple(" ".join(str(part).split()) for part in row) for row in rows}
    return {row for row in told if not any("watch_schema" in part for part in row)}


async def catalogs_of(engine: AsyncEngine) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    async with engine.begin() as connection:
        await connection.run_sync(bring_up, "here")
        migrated = await connection.run_sync(catalog)
        await connection.run_sync(metadata.drop_all)
        assert await connection.run_sync(catalog) == set()
        await connection.run_sync(metadata.create_all)
        declared = await connection.run_sync(catalog)
    await engine.dispose()
    return migrated, declared


def by_line(rows: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """SQLite keeps statements as they were written, so the order of their lines may differ."""
    return {(*row[:-1], *sorted(row[-1].removesuffix(" STRICT").removesuffix(")").strip().split(", "))) for row in rows}


async def test_on_sqlite_the_migrations_add_up_to_the_tables(tmp_path: Path) -> None:
    migrated, declared = await catalogs_of(create_async_engine(normal_url(tmp_path / "watch.sqlite3")))

    assert by_line(migrated) == by_line(declared)
    assert len(migrated) > len(metadata.tables)


@pytest.mark.xdist_group("postgres")
async def test_on_postgresql_the_migrations_add_up_to_the_tables(empty_postgres: str) -> None:
    migrated, declared = await catalogs_of(create_async_engine(normal_url(empty_postgres)))

    assert migrated == declared
    assert len(migrated) > len(metadata.tables)


def test_there_is_one_way_and_it_ends_at_head() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))

    assert scripts.get_heads() == [HEAD]
    assert len(scripts.get_bases()) == 1
    assert [script.revision for script in scripts.walk_revisions()] == sorted(
        (script.revision for script in scripts.walk_revisions()), reverse=True
    ), "revisions are numbered upwards: schema.check compares them"


async def test_a_migration_that_fails_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "watch.sqlite3"
    engines = await sqlite.open_engines(make_url(normal_url(path)), exclusive=True)
    assert engines.writer is not None

    with pytest.raises(ZeroDivisionError):
        async with engines.writer.begin() as connection:
            await connection.run_sync(bring_up, "here")
            raise ZeroDivisionError

    async with engines.reader.begin() as connection:
        assert await connection.run_sync(catalog) == set()
        assert await connection.run_sync(stored_revision) is None
    await engines.dispose()
    await (await open_store(str(path), clock=Clock())).close()


async def test_a_database_from_before_keeps_its_rows_and_takes_the_new_words(tmp_path: Path) -> None:
    engines = await sqlite.open_engines(make_url(normal_url(tmp_path / "watch.sqlite3")), exclusive=True)
    assert engines.writer is not None
    new = "INSERT INTO verdicts (at, decision, by, incident_id) VALUES (1, '{}', 'mo', 1)"
    incident = (
        "INSERT INTO incidents (rules_version, ref, opened_at, volume, again, stage, outcome, disputed, unproven, "
        "score, why, n_voices, n_sites, n_contrary) "
        "VALUES (1, 'AAA-AAA', 1, 0, 0, 'watched', 'open', 0, 0, 0, '[]', 0, 0, 0)"
    )
    async with engines.writer.begin() as connection:
        await connection.run_sync(lambda base: command.upgrade(_config(base), "0004"))
        await connection.execute(text(incident))
        await connection.execute(text(new.format("confirm")))

    async with engines.writer.begin() as connection:
        await connection.run_sync(bring_up, "here")
    async with engines.writer.begin() as connection:
        await connection.execute(text(new.format("compensated")))
        with pytest.raises(IntegrityError):
            await connection.execute(text(new.format("nonsense")))
        kept = (await connection.execute(text("SELECT decision FROM verdicts ORDER BY verdict_id"))).scalars().all()
        sound = (await connection.execute(text("PRAGMA integrity_check"))).scalar()
    await engines.dispose()

    assert kept == ["confirm", "compensated"]
    assert sound == "ok"


LOADED = """
import asyncio, sys
from datetime import UTC, datetime
from bot.storage import open_store

async def main():
    store = await open_store(sys.argv[1], clock=lambda: datetime.now(UTC), exclusive=False)
    await store.read(lambda tx: tx.sources())
    await store.close()

asyncio.run(main())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


async def test_an_up_to_date_database_is_read_without_alembic_or_the_other_driver(tmp_path: Path) -> None:
    path = str(tmp_path / "watch.sqlite3")
    await (await open_store(path, clock=Clock())).close()

    done = subprocess.run([sys.executable, "-c", LOADED, path], capture_output=True, text=True, check=True, timeout=60)

    assert not {"alembic", "mako", "asyncpg", "discord", "praw", "aiohttp"} & set(done.stdout.split())
    assert "aiosqlite" in done.stdout.split()
