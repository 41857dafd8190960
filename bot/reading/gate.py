"""The gate: what has none of the words with which work is ever told to be rejected is done with at once.

Wide on purpose. The words come from words.toml: single words are looked up, of phrases only what no single word covers.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.reading.words import folded

# The meanings that let a post in.
_TAGS = frozenset(("rej", "verdict", "reverse", "promise", "askrev", "compensated", "rate", "approve", "contrary"))
# Parts of words, for slips and endings that no list holds.
_PARTS = (
    "rej",
    "regect",
    "r3j",
    "aprov",
    "aprob",
    "approv",
    "revers",
    "overturn",
    "rescind",
    "refus",
    "recus",
    "rechaz",
)
_BETWEEN_WORDS = re.compile(r"[^\w']+")


@dataclass(frozen=True, slots=True)
class Gate:
    """The words, and the parts of a text, of which one lets a post in."""

    words: frozenset[str]
    parts: tuple[str, ...]

    def passes(self, text: str) -> bool:
        """Whether a text may speak of rejected work. Linear in its length."""
        low = folded(text)
        if any(part in low for part in self.parts):
            return True
        return not self.words.isdisjoint(_BETWEEN_WORDS.split(low))


@cache
def shipped() -> Gate:
    """The gate of words.toml."""
    table = tomllib.loads(files("bot.reading").joinpath("words.toml").read_text("utf-8"))
    phrases = {
        phrase.lower()
        for key, languages in table.items()
        if _TAGS & set(key.split())
        for group in languages.values()
        for phrase in group
    }
    words = frozenset(phrase for phrase in phrases if " " not in phrase)
    parts = list(_PARTS)
    for phrase in sorted(phrases - words, key=lambda each: (len(each), each)):
        if words.isdisjoint(phrase.split()) and not any(part in phrase for part in parts):
            parts.append(phrase)
    return Gate(words, tuple(parts))
