"""What BBCode and HTML have in common: how their elements change the text, and which hide what they hold."""

from __future__ import annotations

import re

from bot.reading.words import word_set

CELLS = word_set("td th")

# What people paste into a block of code to keep its lines: not code, but an export or a table of their work.
_PASTED = re.compile(
    r"request[eo]r(?:[_ ]?name)?[\"*\]\[/b]{0,6}[ \t]{0,2}[:|]|AssignmentStatus|researcher[\"*]{0,3}[ \t]{0,2}[:|,]"
    r"|hosted by|[|\t,–-][ \t]{0,2}(?:not approved|rejected)\b",
    re.IGNORECASE,
)


def is_pasted(code: str) -> bool:
    """Whether a block of code holds an export or a table of somebody's work, to be read like any text."""
    return _PASTED.search(code) is not None


class Row:
    """The cells of a table's row: a bar between two of them."""

    def __init__(self) -> None:
        self._begun = False

    def put(self, name: str, closing: bool) -> str:
        """What the tag of a row or cell puts in its place."""
        if name not in CELLS:
            self._begun = False
            return "\n"
        bar = self._begun and not closing
        self._begun = True
        return " | " if bar else ""


class Ends:
    """Where the last closing tag of each name stands: what is never closed hides nothing."""

    def __init__(self, text: str, before: str, behind: str) -> None:
        self._text, self._before, self._behind = text.lower(), before, behind
        self._known = dict[str, int]()

    def after(self, name: str, place: int) -> bool:
        """Whether the element is closed somewhere behind a place."""
        if name not in self._known:
            self._known[name] = self._text.rfind(self._before + name + self._behind)
        return self._known[name] >= place
