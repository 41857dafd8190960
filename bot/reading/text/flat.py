"""What marked-up text is brought into: stretches of plain text with a quote depth, and links as numbered marks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.reading.words import LINK_CLOSE, LINK_OPEN

DEEPEST = 9  # quotes in quotes

_URL = re.compile(
    r"<?https?://[^\s<>\"|•\ue000]{1,800}>?|www\.[^\s<>\"|•\ue000]{3,600}"
    r"|(?<![\w.@/-])(?:[a-z0-9-]{1,30}\.){1,3}(?:com|net|info|edu|org|co)/[^\s<>\"|•\ue000]{1,600}",
    re.IGNORECASE,
)
_SIGNS = ("://", "www.", "com/", "net/", "nfo/", "edu/", "org/", "co/")  # an address has one of them
_ESCAPED = re.compile(r"\\([_*~\[\]()&=?.-])")
_QUOTE_MARK = re.compile(r" {0,3}((?:> ?){1,9})")


@dataclass(slots=True)
class Flat:
    """Stretches of (quote depth, text), and the addresses that the marks in them stand for."""

    urls: list[str] = field(default_factory=list)
    _parts: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def parts(self) -> list[tuple[int, str]]:
        """The stretches, each of another depth than the one before it."""
        return [(depth, "".join(texts)) for depth, texts in self._parts]

    def mark(self, url: str) -> str:
        """Keeps an address; the mark that stands for it in the text. Markdown's backslashes in it are undone."""
        self.urls.append(_ESCAPED.sub(r"\1", url) if "\\" in url else url)
        return f"{LINK_OPEN}{len(self.urls) - 1}{LINK_CLOSE}"

    def add(self, depth: int, text: str) -> None:
        """Appends text, joined to the stretch before if that has the same depth."""
        if not text:
            return
        if self._parts and self._parts[-1][0] == depth:
            self._parts[-1][1].append(text)
        else:
            self._parts.append((depth, [text]))

    def add_lines(self, depth: int, text: str) -> None:
        """Appends text of one depth; lines that begin with `>` are deeper by as many. Bare addresses become marks."""
        if ">" not in text:
            self.add(depth, self._bare(text))
            return
        for line in text.splitlines(keepends=True):
            mark = _QUOTE_MARK.match(line)
            more = mark[1].count(">") if mark else 0
            self.add(min(depth + more, DEEPEST), self._bare(line[mark.end() :] if mark else line))

    def _bare(self, text: str) -> str:
        if "/" not in text and "www." not in text:
            return text
        if not any(map(text.lower().__contains__, _SIGNS)):  # "and/or", "£9/hr"
            return text
        return _URL.sub(lambda match: self._with_tail(match[0]), text)

    def _with_tail(self, url: str) -> str:
        url = url[1:].removesuffix(">") if url[0] == "<" else url
        kept = url.rstrip(").,;:!?'*]}>\\")
        return self.mark(kept) + url[len(kept) :]
