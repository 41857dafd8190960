"""Which names stand under a key, in eight bytes each: sorted numbers, found by halving."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable
from zlib import crc32

# So few rows that all their ends fit into a processor's cache while names are added, so many that each is soon sorted.
_ROW = (1 << 10) - 1
# Up to so many that came since are put into a sorted row one by one.
_FEW = 32
_NUMBER = (1 << 32) - 1
# Odd, and far from a power of two (Knuth's multiplicative hashing).
_MIX = 2_654_435_761


def key_of(text: str) -> int:
    """A text as a key: 32 bits, the same in every process."""
    return crc32(text.encode("utf-8", "surrogatepass") if not text.isascii() else text.encode())


def pair_of(left: int, right: int) -> int:
    """Two keys as one; which comes first does not matter."""
    return (left + right) * _MIX + 1 & _NUMBER


class Postings:
    """Key -> numbers. Two texts may share a key by chance (once in 4·10⁹): whoever asks looks again."""

    def __init__(self) -> None:
        self._rows = [array("Q") for _ in range(_ROW + 1)]
        # How many of each row were there when it was last put in order.
        self._sorted = [0] * (_ROW + 1)

    def add(self, keys: Iterable[int], number: int) -> None:
        """List `number` under each key. The caller adds it once."""
        rows = self._rows
        for key in keys:
            rows[key & _ROW].append(key << 32 | number)

    def remove(self, keys: Iterable[int], number: int) -> None:
        """Take `number` from under each key."""
        for key in keys:
            place = key & _ROW
            row, entry = self._rows[place], key << 32 | number
            if self._sorted[place] == len(row):
                del row[bisect_left(row, entry)]
                self._sorted[place] = len(row)
            else:
                row.remove(entry)
                self._sorted[place] = 0

    def get(self, key: int, most: int = _NUMBER) -> list[int]:
        """The numbers under `key`, in ascending order; none if there are more than `most`."""
        place = key & _ROW
        row = self._rows[place]
        if self._sorted[place] != len(row):
            row = self._sort(place)
        low = key << 32
        at = bisect_left(row, low)
        if at == len(row) or row[at] >> 32 != key:
            return []
        end = bisect_left(row, low + _NUMBER + 1, at)
        return [entry & _NUMBER for entry in row[at:end]] if end - at <= most else []

    def settle(self) -> None:
        """Sort what has to be sorted before it can be read, all at once."""
        for place, row in enumerate(self._rows):
            if self._sorted[place] != len(row):
                self._sort(place)

    def _sort(self, place: int) -> array[int]:
        row, ready = self._rows[place], self._sorted[place]
        if ready and len(row) - ready <= _FEW:
            came = [row.pop() for _ in range(len(row) - ready)]
            for entry in came:
                insort(row, entry)
        else:
            row = self._rows[place] = array("Q", sorted(row))
        self._sorted[place] = len(row)
        return row
