"""Markdown, BBCode, HTML or plain text into stretches of plain text with a quote depth, links as numbered marks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from bot.model import Format
from bot.reading.text.bbcode import read_bbcode
from bot.reading.text.flat import DEEPEST, Flat
from bot.reading.text.hypertext import read_html
from bot.reading.text.tags import is_pasted

_MD_LINK = re.compile(
    r"!?\[((?:[^\[\]\n]|\[[^\[\]\n]{0,80}\]){1,300})\] ?"
    r"\(<?((?:https?://|www\.|/)[^\s()<>]{1,800})>?(?: \"[^\"\n]{0,200}\")?\)"
)
_MD_NOISE = re.compile(
    r"\*{2,3}|__|\|\||`{1,2}|<a?:(\w{1,32}):\d{1,20}>|<[@#][!&]?\d{1,20}>|<t:-?\d{1,14}(?::[a-zA-Z])?>"
    r"|(?<![\w\\])[*_](?=\w)|(?<=[\w.!?)])[*_](?!\w)",
)
_MD_EXPORT = re.compile(
    r"^> ?(?=(?:title|requester|hit|study|reward)[ \t]?:[^\n]{0,1500}\n(?!>))", re.IGNORECASE | re.MULTILINE
)
_MD_STRUCK = re.compile(r"~~[^~\n]{1,500}~~")
_MD_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|~>-])")
_MD_NO_QUOTE = re.compile(r"^ {0,3}\\>", re.MULTILINE)
_MD_HASHES = re.compile(r"^#{1,6} ", re.MULTILINE)
_CHAT_QUOTE = re.compile(r"^>>> ", re.MULTILINE)  # Discord: quotes all that follows
_LOOKS_HTML = re.compile(
    r"</?(?:p|br|div|a|pre|blockquote|span|li|ul|table|td|b|i|strong|em)\b[^<>]{0,2000}>", re.IGNORECASE
)
_LOOKS_BBCODE = re.compile(r"\[/(?:quote|url|b|i|table|td|color|size|code|spoiler)\]", re.IGNORECASE)


def guess(format_: Format | None, kind: str, text: str) -> Format:
    """The format of a text: as said, else by the source's kind, else by its looks."""
    if format_ is not None:
        return format_
    if kind in ("reddit", "discord"):
        return Format.MARKDOWN
    if kind in ("feed", "xenforo", "discourse", "forum") and "<" in text and _LOOKS_HTML.search(text):
        return Format.HTML
    if kind == "discourse":
        return Format.MARKDOWN
    return Format.BBCODE if kind == "xenforo" or _tagged(text) else Format.PLAIN


def flatten(text: str, format_: Format, *, chat: bool = False) -> Flat:
    """Takes the markup off `text`; `chat`: as Discord understands Markdown. Never raises, time linear in its length."""
    flat = Flat()
    depth_before = 0
    if chat and (begin := _CHAT_QUOTE.search(text)):
        for depth, part in _FLATTENERS[format_](text[: begin.start()], flat):
            flat.add_lines(depth, part)
        text, depth_before = text[begin.end() :], 1
    for depth, part in _FLATTENERS[format_](text, flat):
        flat.add_lines(min(depth + depth_before, DEEPEST), part)
    return flat


def _tagged(text: str) -> bool:
    return "[/" in text and _LOOKS_BBCODE.search(text) is not None


def _plain(text: str, flat: Flat) -> Iterator[tuple[int, str]]:
    text = html.unescape(text) if "&" in text else text
    if _tagged(text):
        yield from read_bbcode(text, flat)
    else:
        yield 0, text


def _fenced(text: str) -> str:
    """`text` without its blocks of code, but with the exports and tables in them."""
    pieces = text.split("```")
    if len(pieces) % 2 == 0:  # the last is never closed
        pieces[-2:] = [pieces[-2] + "\n" + pieces[-1]]
    return "\n".join(piece for i, piece in enumerate(pieces) if i % 2 == 0 or is_pasted(piece))


def _markdown(text: str, flat: Flat) -> Iterator[tuple[int, str]]:
    text = html.unescape(text) if "&" in text else text
    text = _fenced(text) if "```" in text else text
    if "](" in text or "] (" in text:
        text = _MD_LINK.sub(lambda match: match[1] + " " + flat.mark(match[2]), text)
    if "~~" in text:
        text = _MD_STRUCK.sub(" ", text)
    if "*" in text or "_" in text or "|" in text or "`" in text or "<" in text:
        text = _MD_NOISE.sub("", text)
    if "# " in text:
        text = _MD_HASHES.sub("", text)
    if ">" in text and ":" in text:
        text = _MD_EXPORT.sub("", text)  # MTurk Suite quotes the first line of its export only
    if "\\" in text:
        text = _MD_NO_QUOTE.sub(" ", text)
        text = _MD_ESCAPED.sub(r"\1", text)
    if _tagged(text):  # Discourse writes quotes so
        yield from read_bbcode(text, flat)
    else:
        yield 0, text


_FLATTENERS: dict[Format, Callable[[str, Flat], Iterator[tuple[int, str]]]] = {
    Format.PLAIN: _plain,
    Format.MARKDOWN: _markdown,
    Format.BBCODE: read_bbcode,
    Format.HTML: read_html,
}
