"""What a character is worth in a name: invisible, a mark too many, or a look-alike of a Latin letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from anyascii import anyascii

# Controls, formats, surrogates, private use, unassigned: nothing a reader can see.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Seen by no reader either, yet not of those categories: Default_Ignorable_Code_Point of Unicode's
# DerivedCoreProperties.txt, the blank Braille cell and the null note head.
_IGNORABLE = frozenset(
    chr(code)
    for first, last in (
        (0x34F, 0x34F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0x1D159, 0x1D159),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
# More marks on one letter than any living spelling needs are a flood ("zalgo").
MARKS_PER_LETTER = 2

# Cyrillic and Greek letters drawn like Latin ones (a subset of Unicode's confusables.txt, UTS 39).
_LOOKS_LIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХѴаеѕіјорсуԛԝхһӏԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧαιορν",
    "ABESIJKMHOPCTYXVaesijopcyqwxhldABEZHIKMNOPTYXaiopv",
)


def visible(text: str) -> str:
    """`text` without what cannot be seen and without marks beyond two a letter. Any blank becomes a space."""
    return "".join(_visible(text))


def _visible(text: str) -> Iterator[str]:
    marks = 0
    for char in text:
        if char.isspace():
            marks = 0
            yield " "
            continue
        kind = unicodedata.category(char)
        if kind in _UNSEEN or char in _IGNORABLE:
            continue
        marks = marks + 1 if kind[0] == "M" else 0
        if marks <= MARKS_PER_LETTER:
            yield char


def latin(text: str) -> str:
    """`text` in ASCII: a word made of Latin letters and their look-alikes by looks, any other word by sound."""
    return " ".join(_latin_word(word) for word in text.split())


def _latin_word(word: str) -> str:
    looks = word.translate(_LOOKS_LIKE)
    spelt = "".join(char for char in looks if char.isalpha())
    by_looks = looks if anyascii(spelt) == spelt or _is_latin(spelt) else word
    plain = "".join(char for char in by_looks if unicodedata.category(char) != "So")
    return anyascii(plain)


def _is_latin(letters: str) -> bool:
    return all(unicodedata.name(char, "").startswith("LATIN") for char in letters)
