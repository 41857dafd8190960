"""Copies of the file while the bot runs, and the way back. A server's own tools do that for PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, NullPool, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreBroken, StoreError
from bot.storage import schema
from bot.storage.engine import normal_url
from bot.storage.faults import broken, told
from bot.storage.part import CHUNK
from bot.storage.sqlite import examine, lock
from bot.storage.transaction import Transaction

# What may lie beside a file in WAL mode: https://sqlite.org/walformat.html
BESIDE = ("-wal", "-shm")
STAMP = "%Y%m%dT%H%M%S%fZ"
FOLDER = "backups"


def back_up(url: str, to: Path | None, now: datetime) -> Path:
    """Copy the database to a new file, as it is at one moment, while others may read and write it; gives the file.

    The words of posts are left out: nobody would go through old copies to drop them in time. Without `to` the file
    lies in the folder `backups` beside the database, named by `now`. It is there only once it was found to be whole.
    StoreError and its kinds say in a sentence why there is none.
    """
    path = file_of(url)
    examine(path, exclusive=False)
    target = to if to is not None else path.parent / FOLDER / f"{path.stem}-{now:{STAMP}}{path.suffix}"
    with _draft(target) as draft:
        _copy(path, draft)
        _verify(draft, path)
        _drop_words(draft, path, now)
        try:
            os.link(draft, target)
        except FileExistsError as error:
            raise StoreError(f"{target} is there already and was left as it is. Name another file.") from error
    _sync(target.parent)
    return target


def restore(url: str, copy: Path, now: datetime) -> Path | None:
    """Put a copy in the database's place; gives where the replaced one lies now, None if there was none.

    Nothing is touched before the copy was found to be whole and of a version that we know. StoreLocked while a bot is
    at work, StoreTooNew, StoreBroken or StoreError otherwise.
    """
    path = file_of(url)
    if copy.exists() and path.exists() and copy.samefile(path):
        raise StoreError(f"{copy} is the database itself. Give the file that 'rejection-watch backup' made.")
    if not copy.exists():
        raise StoreError(f"There is no file {copy}. Give the one that 'rejection-watch backup' made.")
    examine(copy, exclusive=False)
    release = lock(path)
    try:
        with _draft(path) as draft:
            _copy(copy, draft)
            _verify(draft, copy)
            aside = _put_aside(path, path.with_name(f"{path.name}.replaced-{now:{STAMP}}"))
            draft.replace(path)
        _sync(path.parent)
    finally:
        release()
    return aside


def file_of(url: str) -> Path:
    """The file behind an address. StoreError for a server: it has better tools than ours."""
    address = make_url(normal_url(url))
    if address.get_backend_name() != "sqlite":
        raise StoreError("The database is on a PostgreSQL server: use pg_dump and pg_restore, see docs/operating.md.")
    return Path(address.database or "")


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A file of the owner's own beside `target`, gone again unless it was moved."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".copy-")
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}. Check the path and its rights.") from error
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for each in (name, *(f"{name}{suffix}" for suffix in (*BESIDE, "-journal"))):
            Path(each).unlink(missing_ok=True)


def _copy(path: Path, draft: Path) -> None:
    """All pages in one step: a snapshot, however much is written meanwhile. https://sqlite.org/backup.html"""
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=5)) as source,
            closing(sqlite3.connect(draft)) as made,
        ):
            source.backup(made)
            # One file without companions, so that it can be carried anywhere.
            made.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.Error as error:
        raise told(error, str(path)) from error


def _verify(draft: Path, origin: Path) -> None:
    """Refuse what is damaged, not ours, or from the future; `origin` is what people know it as."""
    try:
        with closing(sqlite3.connect(draft)) as made:
            (verdict,) = made.execute("PRAGMA integrity_check(1)").fetchone()
            orphan = made.execute("PRAGMA foreign_key_check").fetchone()
            found = made.execute(f"SELECT version_num FROM {schema.VERSION_TABLE}").fetchone()  # noqa: S608 - our constant
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise StoreBroken(
                f"{origin} holds nothing of ours. Give a file that 'rejection-watch backup' made."
            ) from error
        raise told(error, str(origin)) from error
    except sqlite3.Error as error:
        raise told(error, str(origin)) from error
    if verdict != "ok" or orphan is not None:
        raise broken(str(origin), verdict if verdict != "ok" else f"table {orphan[0]} points to what is not there")
    if found is None or found[0] > schema.HEAD:
        raise schema.too_new("unknown" if found is None else found[0], str(origin))


def _drop_words(draft: Path, origin: Path, now: datetime) -> None:
    """Take the words of all posts out of a copy, to the last byte."""
    engine = create_engine(URL.create("sqlite", database=str(draft)), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            tx = Transaction(connection, now)
            while tx.drop_texts(datetime.max.replace(tzinfo=UTC), CHUNK):
                pass
        with closing(sqlite3.connect(draft)) as made:
            made.execute("VACUUM")
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise told(error, str(origin)) from error


def _put_aside(path: Path, aside: Path) -> Path | None:
    """Keep the present file under another name. At no moment is there none: the copy replaces it in one step."""
    if not path.exists():
        return None
    # What it has in its -wal goes into it first, if it is well enough; a damaged one is kept with what lay beside it.
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=5)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    os.link(path, aside)
    for suffix in BESIDE:
        beside = path.with_name(f"{path.name}{suffix}")
        if beside.exists():
            beside.rename(aside.with_name(f"{aside.name}{suffix}"))
    return aside


def _sync(folder: Path) -> None:
    """The new name, too, has to outlive a power cut. SQLite itself synced what is in the file."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
