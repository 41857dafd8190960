"""What Discord would make of a text: a reader of its markdown that shares nothing with our escaper, written from
Discord's own account of it ("Markdown Text 101", "Message Formatting"). One pass, each character looked at once."""

from __future__ import annotations

import re

# A backslash shows the next character as it is, unless that is a letter, a digit or white space.
_ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
_LIVE = {
    "mention": r"@(?:everyone|here)|<(?:@[!&]?|#)[0-9]|</[^<>]|<id:|<t:-?[0-9]|<a?:\w",
    "masked link": r"\[",
    "link": r"(?i:https?|ftp|steam|mailto|discord)://?[^\s]|://\S",
    "invitation": r"(?i:discord(?:app)?\.com/invite/\w|discord\.(?:gg|io|me|li)/\w|dsc\.gg/\w)",
    "emphasis": r"[*_~]",
    "code": r"`",
    "spoiler": r"\|",
    "heading, quote or list": r"(?m:^[ \t]*(?:#{1,3}|-#|>{1,3}|[-+*]|[0-9]{1,9}\.)(?:\s|$))|(?m:^[ \t]*[#>])",
    "emoji": r":[a-zA-Z0-9_~+-]{2,}:",
    "turned around": r"[\u202a-\u202e\u2066-\u2069\u200e\u200f]",
}
_SOMETHING = re.compile("|".join(f"(?P<w{number}>{pattern})" for number, pattern in enumerate(_LIVE.values())))
_NAMES = tuple(_LIVE)


def live(text: str) -> set[str]:
    """The names of what in a text would be more than letters."""
    # An escaped character is a letter like any other; a private one stands for it, for nothing above knows that.
    bare = _ESCAPED.sub("\ue000", text)
    return {_NAMES[int(found.lastgroup[1:])] for found in _SOMETHING.finditer(bare) if found.lastgroup}
