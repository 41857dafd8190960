"""The gate: a post of whose words none speaks for rejected work is done with at once, before it is taken apart.

Its weights are learnt like the others (bot/evaluation/learning.py): one a word, summed over the words of a post. The
threshold is as low as it has to be so that of the claims of the training part next to none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import repeat

from bot.reading.words import folded

THRESHOLD = "<threshold>"  # the row that holds it; no word of a post looks like that
# Parts of words that let a post in whatever else it says: slips and endings that no list of words holds.
SURE = (
    "rej",
    "regect",
    "r3j",
    "unapprov",
    "overturn",
    "revers",
    "rescind",
    "rechaz",
    "refus",
    "not accepted",
    "not approv",
    "abgelehn",
    "रिजेक्ट",
    "अस्वीक",
)
# A number counts by how long it is: "00" is one of two digits.
_WORD = re.compile(r"[\w'\u0900-\u0963]{1,20000}|[\u2600-\u27bf\U0001f300-\U0001faff]")
_DIGIT = re.compile(r"\d")
# The same in ASCII, which is split ten times as fast: what stands in no word is a space.
_SPACED = bytes(ord(sign if sign.isalpha() or sign == "'" else "0" if sign.isdigit() else " ")
                for sign in map(chr, range(128))).ljust(256)  # fmt: skip
_COINS = ("£", "€")  # stand in no word either, and are most of what is no ASCII


@dataclass(frozen=True, slots=True)
class Gate:
    """For each word how much it speaks for rejected work (log-odds), and the sum from which on a post is read."""

    weights: Mapping[str, float]
    threshold: float

    def passes(self, text: str) -> bool:
        """Whether a text may speak of rejected work. Linear in its length."""
        low = folded(text)
        if any(map(low.__contains__, SURE)):
            return True
        once = dict.fromkeys(_found(low))  # in the order of the text: a sum of fractions depends on it
        return sum(map(self.weights.get, once, repeat(0.0))) >= self.threshold


def words(text: str) -> frozenset[str]:
    """The words of a text that the gate looks at."""
    return frozenset(_found(folded(text)))


def _found(low: str) -> list[str]:
    if low.isascii():
        return _in_ascii(low)
    for coin in _COINS:
        low = low.replace(coin, " ")
    if low.isascii():
        return _in_ascii(low)
    plain, odd = list[str](), list[str]()
    for stretch in low.split():
        (plain if stretch.isascii() else odd).append(stretch)
    return _in_ascii(" ".join(plain)) + _by_pattern(" ".join(odd))


def _in_ascii(low: str) -> list[str]:
    return low.encode().translate(_SPACED).decode().split()


def _by_pattern(low: str) -> list[str]:
    return _WORD.findall(_DIGIT.sub("0", low.replace("_", " ")))


def parse(text: str) -> Gate:
    """The gate that a table describes: a word, a tab and a number a line."""
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    weights = {word: float(weight) for word, weight in rows}
    threshold = weights.pop(THRESHOLD, 0.0)
    return Gate(weights, threshold)


def shipped_text() -> str:
    """The text of gate.tsv."""
    return files("bot.reading").joinpath("gate.tsv").read_text("utf-8")


OPEN = Gate({}, float("-inf"))  # lets everything in
