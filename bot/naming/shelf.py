"""Many texts in one piece of memory: a text costs its letters and four bytes instead of seventy."""

from __future__ import annotations

from array import array


class Shelf:
    """Texts by number, in the order they came. Nothing is ever taken away."""

    def __init__(self) -> None:
        self._letters = bytearray()
        self._ends = array("I", (0,))

    def add(self, text: str) -> int:
        """Keep `text`: its number."""
        self._letters += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._letters))
        return len(self._ends) - 2

    def __getitem__(self, number: int) -> str:
        ends = self._ends
        return self._letters[ends[number] : ends[number + 1]].decode("utf-8", "surrogatepass")
