"""The short forms under which a canonical name can be met, and which names are too general to mean anybody."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from zlib import crc32

from bot.naming.nicknames import other_names
from bot.naming.postings import pair_of

# Digits that stand for letters in "l33t"; i and l look alike.
_LEET = str.maketrans("013457892i", "oleastbgzl")

# Words that say what somebody does and not who it is. A name of nothing else is too general to join anything on.
_GENERIC = """
    a academic academics account amazon an and annotation anonymous app assistant batch business client company
    consulting customer data demo department dept education experiment experimental experiments for general grad
    graduate group hit hits institute international job jobs lab laboratory labs market marketing mechanical mturk my
    name new of online opinion opinions panel phd poll polls project projects prolific psych psychology public
    quick requester requesters research researcher researchers review reviews school science sciences service services
    student students studies study survey surveys task tasks team tech test testing tests that the these thesis this
    those transcription turk uni university us user users video web work worker workers
"""
GENERIC = frozenset(_GENERIC.split())
_ARTICLE = "the "
_MAX_SHORT = 3
_GENERIC_SPELT = frozenset(word.replace("i", "l") for word in GENERIC)
# One name in so many has a given word for what people do, or a given common first name: guesses.
_COMMON_EVERYWHERE = 0.02
_GIVEN_NAME = 0.003
# Left out of "UoE", and of any name, as often as not; as they are spelt.
_SMALL = frozenset(("of", "the", "and", "for", "at", "de", "der", "ln", "on", "to", "und", "fur", "et", "del", "du"))
# Of a longer name only so many words are paired.
_PAIRED = 6
LONGEST_START = 8
_STARTS = (4, LONGEST_START)
# How a name sounds: vowels, l (which i is spelt as) and h are left out, and letters that sound alike are one.
_SOUNDS_LIKE, _UNHEARD = bytes.maketrans(b"cqzv", b"kksf"), b"aeiouylh"
_LEAST_BONES = 4
# Keys of one kind are no keys of another. A name's words are ASCII letters and digits.
_WHOLE, _INITIALS, _START, _SOUND = (crc32(kind) for kind in (b"=", b".", b"^", b"~"))
_LETTERS = [crc32(bytes((letter,))) for letter in range(128)]


def bare(canon: str) -> str:
    """Without the article before it, which one writes and the next leaves out: "the acme lab" is "acme lab"."""
    return canon.removeprefix(_ARTICLE)


def squashed(canon: str) -> str:
    """All words in one: "acme survey lab" and "AcmeSurveyLab" are the same."""
    return canon.replace(" ", "")


def handle(canon: str) -> str:
    """All of a name with a digit in it as one word, "doe 283" as "doe283"; empty for a name without."""
    one = squashed(canon)
    return "" if one.isalpha() or one.isdigit() else one


def skeleton(canon: str) -> str:
    """Squashed, with digits inside words read as the letters they look like, and i as l."""
    return "".join(spelt(canon))


def spelt(canon: str) -> list[str]:
    """The words as they are compared: "d0vr3l" is "dovrel", i is l, and a number at the end stands by itself."""
    if canon.replace(" ", "").isalpha():
        return canon.replace("i", "l").split()
    return [part for word in canon.split() for part in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    letters = word.rstrip("0123456789")
    number = word[len(letters) :]
    if letters and len(number) == 1:
        letters, number = word, ""
    if letters:
        yield letters.translate(_LEET)
    if number:
        yield number


def telling(words: list[str]) -> list[str]:
    """The spelt words of a name without those that are left out as often as not; all, if it has no others."""
    return [word for word in words if word not in _SMALL] or words


def ordered(canon: str) -> str:
    """The words in alphabetical order: "doe jane" and "jane doe" are the same."""
    return " ".join(sorted(canon.split()))


def shortened(canon: str) -> Iterator[str]:
    """How people shorten a name of several words: "BRL", "J Doe", "Jane D", "Brindle RL", "AL Doe"."""
    words = canon.split()
    if len(words) > 1:
        yield "".join(word[0] for word in words)
        yield f"{words[0][0]} {words[-1]}"
        yield f"{words[0]} {words[-1][0]}"
    if len(words) > 2:
        yield f"{words[0]} {''.join(word[0] for word in words[1:])}"
        yield f"{''.join(word[0] for word in words[:-1])} {words[-1]}"
    large = telling(words)
    if 1 < len(large) < len(words):
        yield "".join(word[0] for word in large)


def whole_key(skeleton: str) -> int:
    """The key of a name as a whole."""
    return crc32(skeleton.encode(), _WHOLE)


def initials_key(letters: str) -> int:
    """The key of a name's first letters."""
    return crc32(letters.encode(), _INITIALS)


def asked_start_keys(skeleton: str) -> list[int]:
    """The key of the longest beginning that names are listed under."""
    return [crc32(skeleton[:length].encode(), _START) for length in _STARTS[::-1] if len(skeleton) >= length][:1]


def bones_keys(skeleton: str) -> list[int]:
    """The key of how a name sounds without its vowels; none if too little is left of it."""
    bones = _bones(skeleton.encode())
    return [crc32(bones, _SOUND)] if len(bones) >= _LEAST_BONES else []


def is_without_vowels(short: str, word: str) -> bool:
    """Whether a spelt word is another one without its vowels: "grp" is "group"."""
    return len(short) >= _MAX_SHORT and _bones(short.encode()) == _bones(word.encode())


def _bones(letters: bytes) -> bytes:
    return letters[:1] + letters[1:].translate(_SOUNDS_LIKE, _UNHEARD)


def keys_of(words: list[str]) -> set[int]:
    """All keys of a name with these words.

    The whole, its beginning, how it sounds, each two words, "j doe" and "jane d", its initials.
    """
    letters = "".join(words).encode()
    found = {crc32(letters, _WHOLE)}
    for length in _STARTS:
        if len(letters) > length:
            found.add(crc32(letters[:length], _START))
    bones = _bones(letters)
    if len(bones) >= _LEAST_BONES:
        found.add(crc32(bones, _SOUND))
    if len(words) > 1:
        first, last = crc32(words[0].encode()), crc32(words[-1].encode())
        found.add(pair_of(_LETTERS[letters[0]], last))
        found.add(pair_of(first, _LETTERS[ord(words[-1][0])]))
        if len(words) == 2:
            found.add(pair_of(first, last))
        else:
            _add_of_many(words, [first, *[crc32(word.encode()) for word in words[1:-1]], last], found)
    return found


def _add_of_many(words: list[str], hashes: list[int], found: set[int]) -> None:
    for left, right in combinations(hashes[:_PAIRED], 2):
        found.add(pair_of(left, right))
    letters = "".join([word[0] for word in words])
    found.add(initials_key(letters))
    if not _SMALL.isdisjoint(words):
        found.add(initials_key("".join([word[0] for word in telling(words)])))


def commonness(word: str) -> float:
    """The share of names anywhere that a spelt word is met in, roughly: known of words that are common everywhere."""
    if is_common(word) or len(word) <= _MAX_SHORT:
        return _COMMON_EVERYWHERE
    return _GIVEN_NAME if other_names(word) else 0.0


def is_common(word: str) -> bool:
    """Whether a spelt word says what somebody does and not who it is."""
    return word in _GENERIC_SPELT


def is_general(canon: str) -> bool:
    """Whether a name is too short (three letters or fewer) or too general to mean anybody by itself."""
    return len(squashed(canon)) <= _MAX_SHORT or all(word in GENERIC or word.isdigit() for word in canon.split())


def is_whole(canon: str) -> bool:
    """Whether a name has two words or more that tell who it is, all written out: not "j doe", "doe lab", "survey"."""
    words = canon.split()
    return all(len(word) > 1 for word in words) and sum(word not in GENERIC for word in words if word.isalpha()) > 1
