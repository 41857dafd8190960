"""Posts made to hurt the reader: piles of marks and odd letters, piles of the very words it knows, lines with holes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from functools import cache

from bot.model import Format, Kind, Post
from bot.platforms import Platforms
from bot.reading import Parent, read
from bot.reading.lexicon import Node, shipped
from bot.reading.mentions.pieces import slots
from tests.reading.invented_lines import LINES

PIECES = [
    "[quote]",
    "[/quote]",
    "> ",
    "<blockquote>",
    "</p>",
    "<!--",
    "-->",
    "```",
    "**",
    "~~",
    "](http://",
    "[",
    "]",
    "(",
    "•",
    "Requester: ",
    "Title: ",
    "Reward: $0.",
    "\x00",
    "\ud83d",
    "\ue0000\ue001",
    "\ue0009999\ue001",
    "İ",
    "ẞ",
    "\u202e",
    "𝔯𝔢𝔧",
    "rejected",
    " all ",
    " 40 ",
    " of my ",
    "27/30",
    "$",
    "½",
    "٣٤",
    "%",
    "1e9",
    "99999999999999999999",
    "0/0",
    "\r\n",
    "&gt;",
    "&#x110000;",
    "https://worker.mturk.com/requesters/A1EXAMPLE2REQ3",
    "Oakpine",
    "in 2022",
    "on 13/45/99999",
    "2026-99-99",
    " ago",
    "?",
    "!",
]
SOURCES = ("reddit:a", "discord:1", "feed:f", "xenforo:f", "x:y", "")
MOST = 0x110000  # letters that there are


def posts(seed: int, count: int) -> Iterator[Post]:
    """So many posts; the same for the same seed."""
    dice = random.Random(f"hostile {seed}")
    for number in range(count):
        text = dice.choice((_pile, _known, _torn, _any))(dice)
        title = _pile(dice) if dice.random() < 0.2 else None
        yield Post(
            source=dice.choice(SOURCES), key=f"{seed}-{number}", text=text, title=title, format=dice.choice(_FORMATS)
        )


def wrong(post: Post, platforms: Platforms) -> Iterator[str]:
    """What is wrong with how a post is read (some also as an answer to itself), with the post; or nothing."""
    try:
        readings = [read(post, platforms)]
        if post.key.endswith(("0", "4", "8")):
            readings.append(read(post, platforms, Parent.of(post, readings[0])))
    except Exception as error:
        yield f"{post!r}: {error!r}"
        return
    for reading in readings:
        whole = math.fsum(reading.probability.values())
        if reading.probability.keys() != set(Kind) or not math.isclose(whole, 1, abs_tol=1e-9):
            yield f"{post!r}: probabilities {reading.probability}"
        if reading.reportable and (reading.kind is not Kind.MASS or not reading.mentions):
            yield f"{post!r}: reportable, and {reading.kind} of {reading.mentions}"


_FORMATS = (None, *Format)
_BETWEEN = (
    "Oakpine",
    "Tern & Vale",
    "qx9",
    "A1EXAMPLE2REQ3",
    "7",
    "40",
    "0",
    "1,204",
    "1/2",
    "50%",
    "$3",
    "12/11",
    "one",
    "Y",
    "À",
)
_GLUE = (" ", " ", " ", " ", ", ", ". ", "! ", "? ", "'s ", "\n", "", ": ", " - ", "/", ")", "(")


def _pile(dice: random.Random) -> str:
    return "".join(dice.choices(PIECES, k=dice.randrange(1, dice.choice((6, 12, 30)))))


def _known(dice: random.Random) -> str:
    """Words that the reader has a meaning for, in any order and dress, with names, numbers and stops among them."""
    words = []
    for word in dice.choices(_words(), k=dice.randrange(1, 25)):
        words.append(dice.choice((str, str, str.title, str.upper, str.capitalize))(word))
        if dice.random() < 0.3:
            words.append(dice.choice(_BETWEEN))
    return "".join(f"{word}{dice.choice(_GLUE)}" for word in words)


@cache
def _words() -> tuple[str, ...]:
    placed = (word for table in slots().values() for words in table.values() for word in words)
    return tuple(sorted({*placed, *_phrases(shipped())}))


def _phrases(node: Node) -> Iterator[str]:
    """The phrases that lead on from a step, and the words that only begin one."""
    for word, step in node.onward.items():
        yield word
        yield from (f"{word} {rest}" for rest in _phrases(step))


def _torn(dice: random.Random) -> str:
    """An invented line or a piece of it, or a few times, some of its letters gone or turned into something else."""
    text = dice.choice(LINES).text
    if dice.random() < 0.7:
        begin = dice.randrange(len(text))
        text = text[begin : begin + dice.randrange(10, 80)]
    letters = list(text * dice.choice((1, 1, 3)))
    for _ in range(dice.randrange(1, 12)):
        letters[dice.randrange(len(letters))] = dice.choice([*PIECES, ""])
    return "".join(letters)


def _any(dice: random.Random) -> str:
    """Letters of all scripts, and some that are none, around a word that opens the gate."""
    letters = [chr(dice.randrange(MOST) if dice.random() < 0.5 else dice.randrange(0x3000)) for _ in range(40)]
    return "".join(letters[:20]) + " rejected " + "".join(letters[20:])
