"""What every part of a transaction shares: the connection, the moment, and how this engine inserts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Executable, Row, Table, literal
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import NotFoundError
from bot.storage.columns import Instant

T = TypeVar("T")
# SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535.
CHUNK = 1_000


# No message and no place is left waiting for longer. What is was told so while the clock was ahead.
LONGEST_WAIT = timedelta(days=1)


class Part:
    """One open transaction. `now` is its only clock, read once when it began; replay may set it forward."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.dialect = connection.dialect.name

    def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows of a statement."""
        return self.connection.execute(statement).all()

    def row(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return self.connection.execute(statement).first()

    def value(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return self.connection.execute(statement).scalar()

    def changed(self, statement: Executable) -> int:
        """How many rows an UPDATE or DELETE touched."""
        return int(self.connection.execute(statement).rowcount)

    def moment(self, at: datetime) -> BindParameter[datetime]:
        """A moment inside an expression, where the column's type would not reach it."""
        return literal(at, Instant())

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows ON CONFLICT, in the words of this engine."""
        return postgresql.insert(table) if self.dialect == "postgresql" else sqlite.insert(table)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values in pieces that fit into one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))


def number(key: str, kind: str) -> int:
    """The id in a key such as "report:12". NotFoundError if it is no key of that kind."""
    noun, _, digits = key.partition(":")
    if noun != kind or not digits.isdecimal():
        raise NotFoundError(f"'{key}' is not the key of a {kind}.")
    return int(digits)
