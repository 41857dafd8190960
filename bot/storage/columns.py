"""Column types that mean the same on SQLite and PostgreSQL, and that no text or number from outside can break."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import REAL, BigInteger, CheckConstraint, Column, Double, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Both engines hold 64 bits; a post may claim any number.
LARGEST = 2**63 - 1
# PostgreSQL refuses NUL in text, and UTF-8 has no lone surrogates: sqlite3 refuses to encode them.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# SQLite's STRICT tables know only INTEGER, REAL, TEXT and BLOB.
Whole64 = BigInteger().with_variant(Integer(), "sqlite")
Real: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
Bytes = LargeBinary()


def storable(text: str) -> str:
    """The text with everything that a database refuses replaced by U+FFFD, so that no post is lost for it."""
    return UNSTORABLE.sub("\ufffd", text)


class Words(TypeDecorator[str]):
    """Text from outside; see `storable`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """What is stored."""
        return None if value is None else storable(value)


class Whole(TypeDecorator[int]):
    """A count from outside, clamped to 64 bits."""

    impl = Whole64
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Any) -> int | None:
        """What is stored."""
        return None if value is None else max(-LARGEST, min(LARGEST, value))


class Flag(TypeDecorator[bool]):
    """Yes or no, as 1 or 0."""

    impl = Whole64
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Any) -> int | None:
        """What is stored."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Any) -> bool | None:
        """What comes back."""
        return None if value is None else bool(value)


class Instant(TypeDecorator[datetime]):
    """An aware moment as whole microseconds since 1970 UTC: exact, and the same on both engines."""

    impl = Whole64
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """What is stored. ValueError for a moment without a time zone: it would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value}")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        """What comes back, in UTC."""
        return None if value is None else EPOCH + value * MICROSECOND


class Choice(TypeDecorator[StrEnum]):
    """One word of a closed list."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Any) -> str | None:
        """What is stored."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Any) -> StrEnum | None:
        """What comes back."""
        return None if value is None else self.words(value)


def key(name: str) -> Column[int]:
    """A table's own id."""
    return Column(name, Whole64, primary_key=True)


def words(name: str, **options: Any) -> Column[str]:
    """Text; NULL only where the caller says so."""
    return Column(name, Words, **{"nullable": False, **options})


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    """A moment."""
    return Column(name, Instant, nullable=nullable)


def flag(name: str, **options: Any) -> Column[bool]:
    """Yes or no."""
    return Column(name, Flag, CheckConstraint(f"{name} IN (0, 1)", name=name), nullable=False, **options)


def count(name: str, *, nullable: bool = False, **options: Any) -> Column[int]:
    """A number that is never below nought."""
    return Column(name, Whole, CheckConstraint(f"{name} >= 0", name=name), nullable=nullable, **options)


def choice(name: str, of: type[StrEnum], *, nullable: bool = False) -> Column[StrEnum]:
    """One word of a closed list, and the database refuses any other."""
    listed = ", ".join(f"'{word}'" for word in of)
    return Column(name, Choice(of), CheckConstraint(f"{name} IN ({listed})", name=name), nullable=nullable)
