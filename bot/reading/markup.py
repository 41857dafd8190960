"""Markdown, BBCode, HTML or plain text into stretches of plain text with a quote depth, links as numbered marks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.model import Format
from bot.reading.words import LINK_CLOSE, LINK_OPEN, word_set

_URL = re.compile(
    r"https?://[^\s<>\"|•\ue000]{1,800}|www\.[^\s<>\"|•\ue000]{3,600}"
    r"|(?<![\w.@/-])(?:[a-z0-9-]{1,30}\.){1,3}(?:com|net|info|edu|org|co)/[^\s<>\"|•\ue000]{1,600}",
    re.IGNORECASE,
)
_MD_LINK = re.compile(r"!?\[([^\[\]\n]{1,300})\] ?\(((?:https?://|www\.|/)[^\s()]{1,800})\)")
_MD_NOISE = re.compile(r"\*{2,3}|__|\|\||`{1,2}|<a?:(\w{1,32}):\d{1,20}>|<[@#][!&]?\d{1,20}>")
_MD_EXPORT = re.compile(r"^> ?(?=\*{0,2}title:[^\n]{0,1500}\n(?!>))", re.IGNORECASE | re.MULTILINE)
_MD_STRUCK = re.compile(r"~~[^~\n]{1,500}~~")
_QUOTE_MARK = re.compile(r" {0,3}((?:> ?){1,9})")
_BB_TAG = re.compile(
    r"\[(/?)(quote|url|b|i|u|s|color|colour|size|font|table|tr|td|th|center|left|right|code|img|media|spoiler|list|\*"
    r"|email|user|attach|hr|heading|indent|php|html|sig|signature|icode|plain|ispoiler|highlight|sub|sup|justify|strike)"
    r"(?:[= ](\"[^\"\n]{0,900}\"|(?:[^\[\]\n]|\[\w{0,40}\]){0,600}))?\]",
    re.IGNORECASE,
)
_HTML_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})((?:\s|/)[^<>]{0,2000})?>")
_HREF = re.compile(r"href\s{0,2}=\s{0,2}[\"']?([^\"'\s>]{1,1000})", re.IGNORECASE)
_LOOKS_HTML = re.compile(
    r"</?(?:p|br|div|a|blockquote|span|li|ul|table|td|b|i|strong|em)\b[^<>]{0,2000}>", re.IGNORECASE
)
_LOOKS_BBCODE = re.compile(r"\[/(?:quote|url|b|i|table|td|color|size|code|spoiler)\]", re.IGNORECASE)

_BLOCKS = word_set("p div br li tr table ul ol h1 h2 h3 h4 h5 h6 article section td th hr dd dt")
_UNREAD = word_set("script style pre svg del s strike iframe noscript template")
_BB_UNREAD = word_set("code img media attach php html sig signature s strike")
_BB_LINES = word_set("table tr list * hr heading center indent")
_DEEPEST = 9


@dataclass(slots=True)
class Flat:
    """What becomes of marked-up text: stretches of (quote depth, text), and the addresses its marks stand for."""

    urls: list[str] = field(default_factory=list)
    parts: list[tuple[int, str]] = field(default_factory=list)

    def mark(self, url: str) -> str:
        """Keeps an address; the mark that stands for it in the text."""
        self.urls.append(url)
        return f"{LINK_OPEN}{len(self.urls) - 1}{LINK_CLOSE}"

    def add(self, depth: int, text: str) -> None:
        """Appends text, joined to the stretch before if that has the same depth."""
        if not text:
            return
        if self.parts and self.parts[-1][0] == depth:
            self.parts[-1] = (depth, self.parts[-1][1] + text)
        else:
            self.parts.append((depth, text))


def guess(format_: Format | None, kind: str, text: str) -> Format:
    """The format of a text: as said, else by the source's kind, else by its looks."""
    if format_ is not None:
        return format_
    if kind in ("reddit", "discord"):
        return Format.MARKDOWN
    if kind in ("feed", "xenforo", "discourse") and _LOOKS_HTML.search(text):
        return Format.HTML
    return Format.BBCODE if kind == "xenforo" or _LOOKS_BBCODE.search(text) else Format.PLAIN


def flatten(text: str, format_: Format) -> Flat:
    """Takes the markup off `text`. Never raises, time linear in its length."""
    flat = Flat()
    for depth, part in _FLATTENERS[format_](text, flat):
        _lines(flat, depth, part)
    return flat


def _lines(flat: Flat, depth: int, text: str) -> None:
    """Adds text of one depth; lines that begin with `>` are deeper by as many."""
    if ">" not in text:
        flat.add(depth, _bare(text, flat))
        return
    for line in text.splitlines(keepends=True):
        mark = _QUOTE_MARK.match(line)
        more = mark[1].count(">") if mark else 0
        flat.add(min(depth + more, _DEEPEST), _bare(line[mark.end() :] if mark else line, flat))


def _bare(text: str, flat: Flat) -> str:
    """`text` with its bare addresses turned into marks."""
    if "/" not in text and "www." not in text:
        return text
    return _URL.sub(lambda match: _with_tail(match[0], flat), text)


def _with_tail(url: str, flat: Flat) -> str:
    kept = url.rstrip(").,;:!?'*]")
    return flat.mark(kept) + url[len(kept) :]


def _plain(text: str, _flat: Flat) -> Iterator[tuple[int, str]]:
    yield 0, text


def _markdown(text: str, flat: Flat) -> Iterator[tuple[int, str]]:
    text = html.unescape(text) if "&" in text else text
    if "```" in text:
        text = "\n".join(text.split("```")[::2])
    if "](" in text or "] (" in text:
        text = _MD_LINK.sub(lambda match: match[1] + " " + flat.mark(match[2]), text)
    if "~~" in text:
        text = _MD_STRUCK.sub(" ", text)
    if any(mark in text for mark in "*_|`<"):
        text = _MD_NOISE.sub("", text)
    if ">" in text and "itle:" in text:
        text = _MD_EXPORT.sub("", text)  # MTurk Suite quotes the first line of its export only
    before, triple, after = text.partition(">>> ")  # Discord: quotes all that follows
    yield 0, before
    if triple:
        yield 1, after


def _bbcode(text: str, flat: Flat) -> Iterator[tuple[int, str]]:
    text = html.unescape(text) if "&" in text else text
    depth, at, unread, address = 0, 0, "", ""
    for match in _BB_TAG.finditer(text):
        name, closing = match[2].lower(), bool(match[1])
        if not unread:
            yield depth, text[at : match.start()]
        at = match.end()
        if unread:
            unread = "" if closing and name == unread else unread
        elif name in _BB_UNREAD:
            unread = "" if closing else name
        elif name == "quote":
            depth = max(0, depth - 1) if closing else min(depth + 1, _DEEPEST)
            yield depth, "\n"
        elif name == "url":
            if closing and address:
                yield depth, " " + flat.mark(address) + " "
            address = "" if closing else (match[3] or "").strip('"')
        elif name in _BB_LINES:
            yield depth, "\n"
    if not unread:
        yield depth, text[at:]


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start)
        at = len(text) if end < 0 else end + 3
    kept.append(text[at:])
    return "".join(kept)


def _unread(name: str, attributes: str) -> bool:
    return name in _UNREAD or "signature" in attributes or "expandLink" in attributes


def _html(text: str, flat: Flat) -> Iterator[tuple[int, str]]:
    text = _without_comments(text)
    depth, at, unread, inside, address = 0, 0, "", 0, ""
    for match in _HTML_TAG.finditer(text):
        name, closing, attributes = match[2].lower(), bool(match[1]), match[3] or ""
        if not unread:
            yield depth, html.unescape(text[at : match.start()])
        at = match.end()
        if unread:
            inside += (-1 if closing else 1) if name == unread else 0
            unread = unread if inside > 0 else ""
        elif not closing and _unread(name, attributes):
            unread, inside = name, 1
        elif name == "blockquote" or (name == "aside" and (closing or "quote" in attributes)):
            depth = max(0, depth - 1) if closing else min(depth + 1, _DEEPEST)
            yield depth, "\n"
        elif name == "a":
            if closing and address:
                yield depth, " " + flat.mark(address) + " "
            href = None if closing else _HREF.search(attributes)
            address = html.unescape(href[1]) if href else ""
        elif name in _BLOCKS:
            yield depth, "\n"
    if not unread:
        yield depth, html.unescape(text[at:])


_FLATTENERS: dict[Format, Callable[[str, Flat], Iterator[tuple[int, str]]]] = {
    Format.PLAIN: _plain,
    Format.MARKDOWN: _markdown,
    Format.BBCODE: _bbcode,
    Format.HTML: _html,
}
