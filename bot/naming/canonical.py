"""The two forms of a name: one for matching, one for showing."""

from __future__ import annotations

import re
import unicodedata

from bot.naming.letters import latin, visible

# A name longer than this says nothing more; Unicode may make 18 characters of one, hence the second cap.
_MAX_WRITTEN = 200
_MAX_CANONICAL = 120
_MAX_WORDS = 12
MAX_SHOWN = 80
# Given names after a comma.
_MOST_GIVEN = 2
NOTHING_TO_SHOW = "(no readable name)"

# How owners of companies end their names; "co" is in it for "& Co".
_LEGAL = """
    inc incorporated llc llp lp ltd limited corp corporation co gmbh ug kg ag plc pty pvt bv nv srl sarl sas spa oy oyj
    kft doo aps
"""
LEGAL = frozenset(_LEGAL.split())
# What stands before a person's name on one page and not on the next.
_TITLES = frozenset(("dr", "prof", "professor", "mr", "mrs", "ms"))

_AT_IN_WORD = re.compile(r"(?<=[a-z])@(?=[a-z])")
_DOLLAR_IN_WORD = re.compile(r"\$(?=[a-z])")
# Any other ASCII becomes a space; an apostrophe joins what it stands between.
_WORDS_ONLY = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord(char): "" for char in "'`"}
_WORDS_ONLY |= {code: chr(code) for code in range(128) if chr(code).isalnum()}
_QUOTES = str.maketrans(dict.fromkeys("‘’´ʼ", "'"))


def canonical(name: str) -> str:
    """The form for matching: lower-case ASCII words joined by single spaces, at most 120 characters.

    Case, accents, look-alikes, invisible characters, punctuation, legal suffixes and a person's title before two names
    are gone; the order of words stays.
    Empty where nothing readable is left. Idempotent; never raises.
    """
    name = name[:_MAX_WRITTEN]
    text = (name if name.isascii() else _readable(name)).lower()
    if "&" in text:
        text = text.replace("&", " and ")
    if "@" in text or "$" in text:
        text = _DOLLAR_IN_WORD.sub("s", _AT_IN_WORD.sub("a", text))
    words = text.translate(_WORDS_ONLY)[:_MAX_CANONICAL].split()
    if len(words) < 2:
        return "".join(words)
    if min(map(len, words)) == 1:
        words = _joined_letters(words)
    words = words[:_MAX_WORDS]
    if words[-1] in LEGAL:
        words = _without_legal(words)
    return " ".join(_without_titles(words) if words[0] in _TITLES else words)


def called(name: str) -> str:
    """The canonical form of whom a name calls: as `canonical`, but "Doe, Jane" is "jane doe"."""
    last, comma, first = name[:_MAX_WRITTEN].partition(",")
    if not comma:
        return canonical(name)
    turned = canonical(first)
    alone = len(last.split()) == 1 and turned and "," not in first and len(turned.split()) <= _MOST_GIVEN
    return canonical(f"{first} {last}") if alone and turned not in LEGAL else canonical(name)


def _readable(name: str) -> str:
    text = visible(unicodedata.normalize("NFKC", name.translate(_QUOTES))[: _MAX_WRITTEN * 4])
    return latin(text).casefold()


def _joined_letters(words: list[str]) -> list[str]:
    """Single letters in a row are one word: "a i insights" is "ai insights", "l l c" is "llc", "r and d" is "rd"."""
    joined: list[str] = []
    open_run = False
    for place, word in enumerate(words):
        single = len(word) == 1 and word.isalpha()
        if word == "and" and open_run and place + 1 < len(words) and len(words[place + 1]) == 1:
            continue
        if single and open_run:
            joined[-1] += word
        else:
            joined.append(word)
        open_run = single
    return joined


def _without_legal(words: list[str]) -> list[str]:
    end = len(words)
    while end > 1 and (words[end - 1] in LEGAL or (end < len(words) and words[end - 1] == "and")):
        end -= 1
    return words[:end]


def _without_titles(words: list[str]) -> list[str]:
    start = 0
    while len(words) - start > 2 and words[start] in _TITLES:
        start += 1
    return words[start:]


def display(name: str) -> str:
    """The form for showing: as its owner writes it, on one line, at most 80 characters, nothing invisible in it.

    Markdown and mentions stay: every medium escapes all it shows. Idempotent; never raises.
    """
    text = " ".join(visible(name[: _MAX_WRITTEN * 4]).split())
    if len(text) > MAX_SHOWN:
        text = text[: MAX_SHOWN - 1].rstrip() + "…"
    return text or NOTHING_TO_SHOW
