"""One table of a TOML file, read strictly: wrong kinds, missing keys and keys that nobody knows are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bot.errors import ProfileError

T = TypeVar("T")

LONGEST_TEXT = 600  # characters; a card's field takes 1,024
REQUIRED: Any = object()


class Table:
    """One table of a profile: every value is asked for by name and kind, and what nobody asked for is a mistake."""

    def __init__(self, raw: dict[str, Any], file: str, path: str = "") -> None:
        """`path` is the way to the table, for messages."""
        self.raw, self.file, self.path = dict(raw), file, path

    def wrong(self, key: str, reason: str) -> ProfileError:
        """The error to raise about `key`."""
        return ProfileError(f"{self.file}: {self.path}{key}: {reason}")

    def take(self, key: str, kind: type[T], default: Any = REQUIRED) -> T:
        """The value of `key`, which must be of exactly this kind (true is not a number); `default` if absent."""
        if key not in self.raw:
            if default is REQUIRED:
                raise self.wrong(key, "is missing.")
            return default  # type: ignore[no-any-return]  # the caller chose it
        value = self.raw.pop(key)
        if type(value) is not kind:
            raise self.wrong(key, f"must be of kind {kind.__name__}, not {type(value).__name__}.")
        return value

    def text(self, key: str, one_of: tuple[str, ...] = ()) -> str:
        """A text that is not empty, on one line, of at most `LONGEST_TEXT` characters."""
        text = self.take(key, str)
        if not text.strip() or not text.isprintable() or len(text) > LONGEST_TEXT:
            raise self.wrong(key, f"must be one line of 1 to {LONGEST_TEXT} characters.")
        if one_of and text not in one_of:
            raise self.wrong(key, f"must be one of {', '.join(one_of)}.")
        return text

    def number(self, key: str, least: int, most: int) -> int:
        """A whole number within the bounds."""
        number = self.take(key, int)
        if not least <= number <= most:
            raise self.wrong(key, f"must be from {least} to {most}, not {number}.")
        return number

    def texts(self, key: str, default: Any = REQUIRED) -> tuple[str, ...]:
        """A list of texts, none twice."""
        values = self.take(key, list, default)
        if not all(isinstance(value, str) and value.strip() for value in values) or len(set(values)) < len(values):
            raise self.wrong(key, "must be a list of texts, none empty, none twice.")
        return tuple(values)

    def table(self, key: str, read: Callable[[Table], T]) -> T:
        """The table `key`, read by `read` and to the end."""
        return self._read(self.take(key, dict), f"{self.path}{key}.", read)

    def maybe(self, key: str, read: Callable[[Table], T]) -> T | None:
        """The table `key` if it is there."""
        return self.table(key, read) if key in self.raw else None

    def tables(self, key: str, read: Callable[[Table], T]) -> tuple[T, ...]:
        """The list of tables `key`, which may be absent."""
        rows = self.take(key, list, [])
        if not all(isinstance(row, dict) for row in rows):
            raise self.wrong(key, "must be a list of tables.")
        return tuple(self._read(row, f"{self.path}{key}[{i}].", read) for i, row in enumerate(rows, 1))

    def _read(self, raw: dict[str, Any], path: str, read: Callable[[Table], T]) -> T:
        table = Table(raw, self.file, path)
        value = read(table)
        table.close()
        return value

    def close(self) -> None:
        """Raises if there is a key that nobody asked for: it is misspelt."""
        for key in self.raw:
            raise self.wrong(key, "is not a key that a profile has here.")
