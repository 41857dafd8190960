"""C6: from every version that there was, with what people had written: killed at any step, it is done again whole."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, event, text

from bot.storage import Transaction, schema
from bot.storage.auditing import faults
from bot.storage.schema import HEAD, bring_up, stored_revision
from bot.storage.sqlite import PRAGMAS, WRITER_PRAGMAS
from tests.harness import warm
from tests.storage.build import NOW
from tests.storage.test_auditing import OLD

pytestmark = pytest.mark.long

VERSIONS = (None, "0001", "0002", "0003")
# What differs from run to run: the salt of an entry and what is made with it.
BY_CHANCE = {"salt", "seal", "hash"}
WRITING = ("CREATE", "ALTER", "INSERT", "UPDATE", "DELETE", "DROP")


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """A transaction as the writer's are."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in (*PRAGMAS, *WRITER_PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "begin", lambda base: base.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as base:
            yield base
    finally:
        engine.dispose()


def old(path: Path, version: str | None) -> None:
    """A file as that version left it, with words in it."""
    if version is not None:
        with opened(path) as base:
            command.upgrade(schema._config(base), min(version, "0002"))
            for each in OLD:
                if version >= "0002" or "edits" not in each:
                    base.execute(text(each))
            command.upgrade(schema._config(base), version)


def told(base: Connection) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables and the tables themselves, but for what is drawn by chance."""
    names = [name for (name,) in base.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"))]
    rows = {name: base.execute(text(f"SELECT * FROM {name}")).mappings().all() for name in [*names, "sqlite_master"]}
    return {
        name: [{part: each[part] for part in each if part not in BY_CHANCE | {"rootpage"}} for each in found]
        for name, found in rows.items()
        if name != "notes"
    }


def dies(path: Path, at: int) -> int:
    """Bring a file up to date in a process that is killed at the n-th thing it writes, or at its end; how it ended."""
    pid = os.fork()
    if pid == 0:
        try:
            with opened(path) as base:
                event.listen(base, "before_cursor_execute", _killer(at))
                bring_up(base, "here")
                _killer_of_the_end(at)
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _killer(at: int) -> Callable[..., None]:
    done = iter(range(at))

    def step(_base: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(WRITING) and next(done, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def _killer_of_the_end(at: int) -> None:
    """All is written and nothing is committed."""
    if at == BEFORE_COMMIT:
        os.kill(os.getpid(), signal.SIGKILL)


BEFORE_COMMIT = 10_000


@functools.cache
def steps(version: str | None) -> int:
    """How many things it writes on the way up."""
    count = 0
    with tempfile.TemporaryDirectory(dir=warm.MEMORY) as place:
        path = Path(place) / "watch.sqlite3"
        old(path, version)
        with opened(path) as base:

            def step(_base: Any, _cursor: Any, statement: str, *_: Any) -> None:
                nonlocal count
                count += statement.lstrip().upper().startswith(WRITING)

            event.listen(base, "before_cursor_execute", step)
            bring_up(base, "here")
    return count


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_that_is_killed_at_any_step_leaves_the_old_whole_and_is_done_again(version: str | None) -> None:
    place = Path(tempfile.mkdtemp(dir=warm.MEMORY))
    first, calm, path = (place / name for name in ("first", "calm", "watch.sqlite3"))
    old(first, version)
    shutil.copy(first, calm) if version else None
    with opened(calm) as base:
        before = told(base)
        bring_up(base, "here")
        wanted = told(base)
    wrong = []

    # The steps that a later version has too are its own.
    later = steps("0001") if version is None else 0
    for at in (*range(steps(version) - later), BEFORE_COMMIT):
        for each in place.glob("watch.sqlite3*"):
            each.unlink()
        shutil.copy(first, path) if version else None
        if dies(path, at) != -signal.SIGKILL:
            wrong.append(f"it did not die at {at}")
        with opened(path) as base:
            wrong += [f"after {at} it was not as before"] * (told(base) != before)
            bring_up(base, "here")
            wrong += [f"after {at} it was not as without a death"] * (told(base) != wanted)
            wrong += faults(Transaction(base, NOW))
            wrong += [f"revision {stored_revision(base)}"] * (stored_revision(base) != HEAD)
    shutil.rmtree(place)

    assert wrong == []
    assert steps(version) > 2
    assert before != wanted
