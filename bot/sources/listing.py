"""The cursor of a Reddit source: the newest ids of its two listings, whichever way they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LISTINGS = ("new", "comments")
# So many that they are never all deleted between two reads.
_MEMORY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What a cursor says: newest ids a listing (None: never read), and the listing that a slow reader takes next."""

    ids: Mapping[str, tuple[str, ...] | None] = field(default_factory=lambda: dict.fromkeys(LISTINGS))
    turn: str = LISTINGS[0]

    def text(self) -> str:
        """The cursor again."""
        return json.dumps({**self.ids, "turn": self.turn})


def remembered(cursor: str | None) -> Remembered:
    """Read a cursor; one that cannot be read counts as none, for the store knows what was seen."""
    try:
        told = json.loads(cursor or "{}")
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        return Remembered()
    ids = {name: _ids(told.get(name)) for name in LISTINGS}
    return Remembered(ids=ids, turn="comments" if told.get("turn") == "comments" else "new")


def _ids(told: object) -> tuple[str, ...] | None:
    return tuple(str(key) for key in told[:_MEMORY]) if isinstance(told, list) else None


def newest(keys: Sequence[str], known: Sequence[str] | None) -> tuple[str, ...]:
    """What to remember after a read: the newest ids, and older ones while there is room."""
    return tuple(dict.fromkeys((*keys, *(known or ()))))[:_MEMORY]


def gap_after(place: str, known: Sequence[str] | None, keys: Sequence[str]) -> str | None:
    """Say what may have been missed: a read that met nothing of what was known did not reach back far enough."""
    if not known or not set(known).isdisjoint(keys):
        return None
    return f"{place}: none of the {len(keys)} newest was there at the last read; older ones may have been missed."
