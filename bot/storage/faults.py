"""What the databases complain of, as sentences for people."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from bot.errors import StoreBroken, StoreError

# Primary result codes: https://sqlite.org/rescode.html
BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
ADVICE = {
    sqlite3.SQLITE_BUSY: "is held by another program for too long. Close what else has it open and try again.",
    sqlite3.SQLITE_LOCKED: "is held by another program for too long. Close what else has it open and try again.",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full. Nothing of this step was kept; make room and try again.",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error. Look at the disk first.",
    sqlite3.SQLITE_READONLY: "cannot be written. Check the rights of the file and its folder.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that its folder is there and what rights it has.",
    sqlite3.SQLITE_PERM: "cannot be opened. Check the rights of the file and its folder.",
    sqlite3.SQLITE_AUTH: "cannot be opened. Check the rights of the file and its folder.",
}


def told(error: BaseException, where: str) -> StoreError:
    """The error to raise in place of a driver's, naming the database and what to do."""
    cause = _driver_error(error)
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in BROKEN:
        return broken(where, str(cause))
    if code in ADVICE:
        return StoreError(f"The database {where} {ADVICE[code]}")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return StoreError(f"The connection to the database {where} broke. What was in flight may or may not be kept.")
    return StoreError(f"The database {where} refused: {_short(cause)}")


def broken(where: str, why: str) -> StoreBroken:
    """A damaged file is left as it is, for whoever can still read it."""
    return StoreBroken(
        f"The database {where} is damaged ({' '.join(why.split())[:200]}). It was left as it is: "
        "move it aside and put a backup in its place, or start with a new one."
    )


def _driver_error(error: BaseException) -> BaseException:
    """The driver's own error under SQLAlchemy's."""
    found = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    # SQLAlchemy's shim of asyncpg keeps the real one as its cause.
    return found.__cause__ if hasattr(found, "sqlstate") and found.__cause__ is not None else found


def _short(error: BaseException) -> str:
    """The first line only: what follows may hold what people wrote."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
