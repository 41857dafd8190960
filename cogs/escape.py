"""Plain text as Discord shows it: nothing in it becomes bold, a link, a list, an emoji or a mention. Pure, linear."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Discord shows a backslash's next character as it is, unless that is a letter, a digit or white space.
ACTIVE = frozenset("\\*_~`|[")
# These begin a heading, a quote or a list, at the start of a line only.
LEADING = frozenset("#>-+")
BREAK = "\u200b"
ELLIPSIS = "…"
# Categories that show nothing or cannot be sent: controls, formats (direction marks among them), lone surrogates,
# private use, unassigned.
UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def units(text: str) -> int:
    """How long Discord takes a text to be: in UTF-16 code units, the longer of the two ways to count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str, most: int) -> str:
    """The text without anything invisible, at most `most` units long; for places where Discord reads no markdown."""
    return _joined([_shown(character) for character in _bounded(text, most)], most)


@lru_cache(maxsize=256)  # one card goes to hundreds of channels
def escaped(text: str, most: int) -> str:
    """The text so that Discord shows it letter by letter, at most `most` units of source; lines are kept."""
    pieces: list[str] = []
    at_start, number, timed, before = True, False, False, " "
    shown = [character for character in map(_shown, _bounded(text, most)) if character]
    for place, character in enumerate(shown):
        following = shown[place + 1] if place + 1 < len(shown) else "\n"
        # An invitation needs no "https:" before it to be one.
        invited = character == "/" and before.isalpha() and following.isalnum()
        listed = (at_start and character in LEADING) or (number and character == ".")
        # An emoji's name stands between colons, "https:" before a link; "12:30" is neither, but "1:100:1" holds one.
        time = before.isdigit() and following.isdigit()
        named = character == ":" and (timed or not (time or following.isspace()))
        pieces.append(f"\\{character}" if invited or listed or named else _piece(character))
        number = (at_start or number) and character.isdigit()
        timed = (character == ":" and not named) or (timed and character.isdigit())
        at_start, before = character == "\n" or (at_start and character.isspace()), character
    return _joined(pieces, most)


def _piece(character: str) -> str:
    if character in "@<":
        return f"{'' if character == '@' else chr(92)}{character}{BREAK}"
    return f"\\{character}" if character in ACTIVE else character


def _shown(character: str) -> str:
    if character == "\n":
        return character
    if character in "\t\r\v\f\u2028\u2029\x85":
        return " "
    return "" if unicodedata.category(character) in UNSHOWN else character


def _bounded(text: str, most: int) -> str:
    """What can matter of a text: nothing invisible makes the work on it long."""
    return text[: 4 * most + 64]


def _joined(pieces: list[str], most: int) -> str:
    """As many whole pieces as fit, with a sign that there was more."""
    whole = "".join(pieces)
    if units(whole) <= most:
        return whole.strip()
    kept: list[str] = []
    left = most - len(ELLIPSIS)
    for piece in pieces:
        left -= units(piece)
        if left < 0:
            break
        kept.append(piece)
    return "".join(kept).strip() + (ELLIPSIS if most > 0 else "")
