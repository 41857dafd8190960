"""BBCode into stretches of text: quotes deepen, tables give lines and cells, code, pictures and signatures go."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from bot.reading.text.flat import DEEPEST, Flat
from bot.reading.text.tags import CELLS, Ends, Row, is_pasted
from bot.reading.words import word_set

_TAG = re.compile(
    r"\[(/?)(quote|url|b|i|u|s|color|colour|size|font|table|tr|td|th|center|left|right|code|img|media|spoiler|list|\*"
    r"|email|user|attach|hr|heading|indent|php|html|sig|signature|icode|plain|ispoiler|highlight|sub|sup|justify|strike"
    r"|video|youtube|embed|offtopic|hide|details|member|mention|post)"
    r"(?:[= ](\"[^\"\n]{0,900}\"|(?:[^\[\]\n]|\[\w{0,40}\]){0,600}))?\]",
    re.IGNORECASE,
)
_UNREAD = word_set("code img media attach php html sig signature s strike video youtube embed")
_LINES = word_set("table tr list * hr heading center indent")


def read_bbcode(text: str, flat: Flat) -> Iterator[tuple[int, str]]:
    """The stretches of a BBCode text with their depths. Unknown tags stay as they are. Never raises."""
    text = html.unescape(text) if "&" in text else text
    tags, at = _Tags(text, flat), 0
    for match in _TAG.finditer(text):
        name, closing = match[2].lower(), bool(match[1])
        if tags.unread and not (closing and name == tags.unread):
            continue
        before = text[at : match.start()]
        at = match.end()
        if not tags.unread or is_pasted(before):
            yield tags.depth, before
        put = tags.take(name, closing, match[3] or "", before, at)
        if put:
            yield tags.depth, put
    yield tags.depth, text[at:]


class _Tags:
    """What the tags so far have opened: how deep in quotes, inside which unread element, under which address."""

    def __init__(self, text: str, flat: Flat) -> None:
        self.flat, self.ends = flat, Ends(text, "[/", "]")
        self.row = Row()
        self.depth, self.unread, self.address = 0, "", ""

    def take(self, name: str, closing: bool, value: str, before: str, at: int) -> str:
        """What a tag that ends at `at` puts in its place; `before` is the text between the tag before and it."""
        if name in _UNREAD:
            hides = not closing and not self.unread and self.ends.after(name, at)
            self.unread = name if hides else ""
            return ""
        if name == "quote":
            self.depth = max(0, self.depth - 1) if closing else min(self.depth + 1, DEEPEST)
            return "\n"
        if name == "url":
            return self._url(closing, value.strip("\"' "), before)
        if name in CELLS or name == "tr":
            return self.row.put(name, closing)
        return "\n" if name in _LINES else ""

    def _url(self, closing: bool, value: str, before: str) -> str:
        address, self.address = self.address, "" if closing else value
        if not closing:
            return ""
        return f" {self.flat.mark(address)} " if address else " " if "://" in before[:12] else ""
