"""Takes HTML entities, percent-encoding and backslashes out of a text, and remembers where everything stood."""

from __future__ import annotations

import html
import re
from bisect import bisect_right

# A semicolon is asked for: `&requester_id=` must not become `®uester_id=`. Percents only where they give ASCII.
# Markdown editors write `requester\_id`, JSON `https:\/\/`; careful people `mturk[.]com`, and some pages put invisible
# characters where a line may break.
_ESCAPE = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});|%[2-7][0-9a-fA-F]|\\[][_/.&=?*~()-]|\[\.\]"
    r"|[\u00ad\u200b-\u200d\u2060\ufeff]"
)
PASSES = 2  # forum editors encode twice


class Decoded:
    """`text` is the decoded text; `origin` tells where a place of it stood in the original."""

    def __init__(self, original: str) -> None:
        """Decodes `original`, in linear time."""
        self.text = original
        self._maps: list[tuple[list[int], list[int]]] = []
        for _ in range(PASSES):
            if _may_be_escaped(self.text):
                self._once()

    def _once(self) -> None:
        ours, theirs, parts = [0], [0], []
        position = end = 0
        for match in _ESCAPE.finditer(self.text):
            plain = self.text[end : match.start()]
            decoded = _decode(match[0])
            parts += [plain, decoded]
            position += len(plain) + len(decoded)
            end = match.end()
            ours.append(position)
            theirs.append(end)
        self.text = "".join([*parts, self.text[end:]])
        self._maps.append((ours, theirs))

    def origin(self, position: int) -> int:
        """Where `position` of the decoded text stands in the original; right for both ends of a span."""
        for ours, theirs in reversed(self._maps):
            i = bisect_right(ours, position) - 1
            position = theirs[i] + position - ours[i]
        return position


def _may_be_escaped(text: str) -> bool:
    return "&" in text or "%" in text or "\\" in text or "[.]" in text or not text.isascii()


def _decode(escape: str) -> str:
    match escape[0]:
        case "%":
            return chr(int(escape[1:], 16))
        case "&":
            return html.unescape(escape)
        case "\\" | "[":
            return escape[1]
        case _:
            return ""
