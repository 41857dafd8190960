"""Names and ids by how they begin: what autocompletion asks at every letter."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from bot.model import Name
from bot.naming.canonical import canonical

# So many entries are looked at for one question; more of them begin so than anybody reads.
_MOST = 400


class Beginnings:
    """Sorted once after whatever was added; what was removed since is left out by whoever knows (see `starting`)."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, str]] = []
        self._sorted = True

    def add(self, name: Name) -> None:
        """Make a name and its account findable: by its whole, and by each of its further words."""
        canon = canonical(name.name)
        words = canon.split(" ")
        self._entries += [(" ".join(words[start:]), name.owner) for start in range(len(words))]
        if name.account_key:
            self._entries.append((name.account_key.lower(), name.owner))
        self._sorted = False

    def starting(self, typed: str) -> Iterator[str]:
        """Owners with a name or id that begins so, in the order of the names; the same owner may come twice."""
        start = typed.strip().lower() if "_" in typed else canonical(typed) or typed.strip().lower()
        if not start:
            return
        if not self._sorted:
            self._entries = sorted(set(self._entries))
            self._sorted = True
        first = bisect_left(self._entries, (start, ""))
        for text, owner in self._entries[first : first + _MOST]:
            if not text.startswith(start):
                return
            yield owner
