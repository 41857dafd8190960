"""Names and ids by how they begin: what autocompletion asks at every letter."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from bot.model import Name
from bot.naming.canonical import canonical

# So many entries are looked at for one question; more of them begin so than anybody reads.
_MOST = 400


class Beginnings:
    """Entries in order: many at once are put in order by `sort`, one at a time at its place.

    What was removed since stays: whoever asks knows who is still there.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[str, str]] = []
        self._sorted = True

    def add(self, name: Name, *, many: bool = False) -> None:
        """Make a name and its account findable, by the whole and by each further word; `many`: `sort` comes after."""
        canon = canonical(name.name)
        starts = [0, *(place + 1 for place, char in enumerate(canon) if char == " ")]
        entries = [(canon[start:], name.owner) for start in starts]
        if name.account_key:
            entries.append((name.account_key.lower(), name.owner))
        if many:
            self._entries += entries
            self._sorted = False
            return
        for entry in entries:
            place = bisect_left(self._entries, entry)
            if self._entries[place : place + 1] != [entry]:
                self._entries.insert(place, entry)

    def sort(self) -> None:
        """Put in order what was added as one of many."""
        if not self._sorted:
            self._entries.sort()
            self._sorted = True

    def starting(self, typed: str) -> Iterator[str]:
        """Owners with a name or id that begins so, in the order of the names; the same owner may come twice."""
        start = canonical(typed) or typed.strip().lower()
        if not start:
            return
        first = bisect_left(self._entries, (start, ""))
        for text, owner in self._entries[first : first + _MOST]:
            if not text.startswith(start):
                return
            yield owner
