"""HTML into stretches of text: quotes deepen, blocks give lines, code, signatures, previews and scripts go."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from bot.reading.text.flat import DEEPEST, Flat
from bot.reading.text.tags import CELLS, Ends, Row, is_pasted
from bot.reading.words import word_set

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})((?:\s|/)[^<>]{0,2000})?>")
_HREF = re.compile(r"href\s{0,2}=\s{0,2}[\"']?([^\"'\s>]{1,1000})", re.IGNORECASE)
_CLASS = re.compile(r"\b(?:class|id)\s{0,2}=\s{0,2}(?:\"([^\"<>]{0,300})|'([^'<>]{0,300})|([\w-]{1,60}))")

_BLOCKS = word_set("p br li tr table ul ol h1 h2 h3 h4 h5 h6 article section hr dd dt cite details")
_UNREAD = word_set("script style pre svg del s strike iframe noscript template object embed video")
_BOXES = word_set("div aside blockquote")
_QUOTING = word_set("quote bbcode_quote bbCodeQuote quotebox quote_box")
_WHO = word_set(
    "title attribution quoteTitle bbCodeBlock-title bbcode_postedby quote-controls quoteExpand quote-author "
    "bbCodeBlock-expandLink bbCodeBlock-shrinkLink js-expandLink"
)
_OTHERS = ("signature", "expandLink", "onebox", "unfurl", "bbCodeSpoiler-button", "lastEdit")


def read_html(text: str, flat: Flat) -> Iterator[tuple[int, str]]:
    """The stretches of an HTML text with their depths. Never raises, whatever is not closed."""
    text = _without_comments(text) if "<!--" in text else text
    tags, at = _Tags(text, flat), 0
    for match in _TAG.finditer(text):
        name, closing = match[2].lower(), bool(match[1])
        if tags.unread:
            if tags.still_unread(name, closing):
                continue
            before = _TAG.sub("", text[at : match.start()])
            if tags.unread == "pre" and is_pasted(before):
                yield tags.boxes.depth, "\n" + html.unescape(before) + "\n"
            tags.unread = ""
        else:
            yield tags.boxes.depth, html.unescape(text[at : match.start()])
            put = tags.take(name, closing, match[3] or "", match.end())
            yield tags.boxes.depth, put
        at = match.end()
    yield tags.boxes.depth, html.unescape(text[at:])


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start)
        at = len(text) if end < 0 else end + 3
    kept.append(text[at:])
    return "".join(kept)


class _Tags:
    """What the tags so far have opened: boxes that quote, an unread element with how many in it, an address."""

    def __init__(self, text: str, flat: Flat) -> None:
        self.flat, self.ends, self.boxes = flat, Ends(text, "</", ">"), _Boxes()
        self.row = Row()
        self.unread, self.inside, self.address = "", 0, ""

    def still_unread(self, name: str, closing: bool) -> bool:
        """Whether what follows a tag inside an unread element is unread too."""
        if name == self.unread:
            self.inside += -1 if closing else 1
        return self.inside > 0

    def take(self, name: str, closing: bool, attributes: str, at: int) -> str:
        """What a tag that ends at `at` puts in its place."""
        classes = _classes(attributes) if "=" in attributes else frozenset[str]()
        if not closing and self._hides(name, attributes, classes) and self.ends.after(name, at):
            self.unread, self.inside = name, 1
            return ""
        if name in _BOXES:
            self.boxes.take(name, closing, classes)
            return "\n"
        if name == "a":
            return self._link(closing, attributes)
        if name in CELLS or name == "tr":
            return self.row.put(name, closing)
        return "\n" if name in _BLOCKS else ""

    def _hides(self, name: str, attributes: str, classes: frozenset[str]) -> bool:
        if name in _UNREAD or (self.boxes.depth and not classes.isdisjoint(_WHO)):
            return True
        return any(other in attributes for other in _OTHERS)

    def _link(self, closing: bool, attributes: str) -> str:
        href = None if closing else _HREF.search(attributes)
        before, self.address = self.address, html.unescape(href[1]) if href else ""
        return f" {self.flat.mark(before)} " if closing and before else ""


def _classes(attributes: str) -> frozenset[str]:
    return frozenset(name for found in _CLASS.findall(attributes) for part in found for name in part.split())


class _Boxes:
    """The open elements that may be quotes. Forums put two or three of them around one quote: those count as one."""

    def __init__(self) -> None:
        self.depth = 0
        self._open = list[tuple[str, int, bool]]()  # name, by how much it deepens, whether it is of a quote
        self._waiting = [""]  # of each open quote: the element that is only its inner wall
        self._counts = dict.fromkeys(_BOXES, 0)

    def take(self, name: str, closing: bool, classes: frozenset[str]) -> None:
        """One opening or closing tag. Amortised constant time."""
        if closing:
            self._close(name)
            return
        quote = name == "blockquote" or not classes.isdisjoint(_QUOTING)
        wall = quote and self._waiting[-1] == name
        if wall:
            self._waiting[-1] = ""
        if quote:
            self._waiting.append(_inner(name, classes))
        deeper = int(quote and not wall and self.depth < DEEPEST)
        self.depth += deeper
        self._counts[name] += 1
        self._open.append((name, deeper, quote))

    def _close(self, name: str) -> None:
        while self._counts[name]:
            last, deeper, quote = self._open.pop()
            self._counts[last] -= 1
            self.depth -= deeper
            if quote:
                self._waiting.pop()
            if last == name:
                return


def _inner(name: str, classes: frozenset[str]) -> str:
    """The element inside a quote that is only its inner wall."""
    if name == "blockquote":
        return "div" if "quoteContainer" in classes else ""
    return "blockquote" if name == "aside" or "bbCodeQuote" in classes else ""
