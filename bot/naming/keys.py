"""The short forms under which a canonical name can be met: squashed, skeleton, ordered, initials, trigrams."""

from __future__ import annotations

from collections.abc import Iterator

# Digits that stand for letters in "l33t"; i and l look alike.
_LEET = str.maketrans("013457892i", "oleastbgzl")

# Words that say what somebody does and not who it is. A name of nothing else is too general to join anything on.
_GENERIC = """
    a academic academics account amazon an and annotation app assistant batch business client company consulting
    customer data demo department dept education experiment experimental experiments for general graduate group hit
    hits institute international job jobs lab laboratory labs market marketing mechanical mturk my name new of
    online opinion opinions panel poll polls project projects prolific psych psychology public quick requester
    requesters research researcher researchers review reviews school science sciences service services student
    students studies study survey surveys task tasks team tech test testing tests that the these thesis this those
    transcription turk uni university us user users video web work worker workers
"""
GENERIC = frozenset(_GENERIC.split())
_MAX_SHORT = 3


def squashed(canon: str) -> str:
    """All words in one: "acme survey lab" and "AcmeSurveyLab" are the same."""
    return canon.replace(" ", "")


def skeleton(canon: str) -> str:
    """Squashed, with digits inside words read as the letters they look like, and i as l."""
    return squashed(_spelt(canon))


def _spelt(canon: str) -> str:
    if squashed(canon).isalpha():
        return canon.replace("i", "l")
    return " ".join(word if word.isdigit() else word.translate(_LEET) for word in canon.split())


def ordered(canon: str) -> str:
    """The words in alphabetical order: "doe jane" and "jane doe" are the same."""
    return " ".join(sorted(canon.split()))


def initials(canon: str) -> str:
    """The first letters, and "" for a name of one word."""
    words = canon.split()
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def shortened(canon: str) -> Iterator[str]:
    """How people shorten a name of several words: "BRL", "J Doe", "Jane D"."""
    words = canon.split()
    if len(words) > 1:
        yield "".join(word[0] for word in words)
        yield f"{words[0][0]} {words[-1]}"
        yield f"{words[0]} {words[-1][0]}"


def trigrams(canon: str) -> set[str]:
    """Letters by three within each word, its edges marked by a blank, leet undone."""
    text = f" {_spelt(canon)} "
    return {text[i - 1 : i + 2] for i in range(1, len(text) - 1) if text[i] != " "}


def is_general(canon: str) -> bool:
    """Whether a name is too short (three letters or fewer) or too general to mean anybody by itself."""
    return len(squashed(canon)) <= _MAX_SHORT or all(word in GENERIC or word.isdigit() for word in canon.split())


def is_whole(canon: str) -> bool:
    """Whether a name has two words or more that tell who it is, all written out: not "j doe", "doe lab", "survey"."""
    words = canon.split()
    return all(len(word) > 1 for word in words) and sum(word not in GENERIC for word in words if word.isalpha()) > 1
