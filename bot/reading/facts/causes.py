"""Why it was rejected, as the post says it: a check, a code, own fault, no reason, an error, one text for all."""

from __future__ import annotations

from itertools import takewhile

from bot.model import Cause
from bot.reading.clauses import Sentence
from bot.reading.words import Word, word_set

_CAUSES = (
    ("attention", Cause.ATTENTION_CHECK), ("code", Cause.WRONG_CODE), ("own", Cause.OWN_FAULT),
    ("noreason", Cause.NO_REASON), ("technical", Cause.TECHNICAL), ("identical", Cause.IDENTICAL_FEEDBACK),
    ("quality", Cause.QUALITY),
)  # fmt: skip
_TAGS = frozenset(tag for tag, _ in _CAUSES)
_TELLING = frozenset(("rej", "verdict", "reverse", "promise", "assent"))
_QUOTES = frozenset('"“”«»')
_REASONS = word_set(
    "reason reasons feedback because for with message note comment saying says said writes wrote remark motivo razón "
    "razão cause why stated cited response explanation rejected as marked"
)
_SAID = word_set("said says say saying claims claimed claim claiming told tells apparently supposedly allegedly")
_MARK = 3  # letters: "x", "n/a" and "." are no reasons
_BEFORE = 6  # words before a quotation that may say it is the reason
_SHORT = 4  # sentences of a claim that are all about the rejection
_BESIDE = 3  # sentences from one that tells of a rejection in which its cause may stand


def cause_of(around: list[Sentence]) -> Cause | None:
    """The cause that the sentences of a claim name, the most particular first; only in or beside what tells of it."""
    near = _near(around)
    meant = frozenset[str]().union(*[sentence.meanings for sentence in near])
    for tag, cause in _CAUSES if not meant.isdisjoint(_TAGS) else ():
        if any(_names(sentence, tag) for sentence in near):
            return cause
    if "code" in meant:
        return Cause.WRONG_CODE
    quoted = [length for s in near if not _QUOTES.isdisjoint(s.lows) and (length := _quoted(s.words))]
    return None if not quoted else Cause.NO_REASON if max(quoted) <= _MARK else Cause.QUALITY


def owned_up(sentence: Sentence) -> Word | None:
    """The words by which the author takes the blame; what the requester only says of them, or did, is no such word."""
    words = sentence.words
    for i, word in enumerate(words) if sentence.has("own") else ():
        if "own" in word.tags:
            theirs = any(before.low in _SAID for before in words[max(0, i - 4) : i])
            slip = any("rej" in after.tags for after in words[i + 1 : i + 2])  # "accidentally rejected"
            if not theirs and not slip:
                return word
    return None


def _names(sentence: Sentence, tag: str) -> bool:
    if tag == "own":
        return owned_up(sentence) is not None
    return tag in sentence.meanings and any(tag in word.tags and "weak" not in word.tags for word in sentence.words)


def _quoted(words: list[Word]) -> int:
    """How many letters are quoted behind a word for a reason: 'feedback: "not loose enough"' finds fault; 0 if none."""
    opened = next((i for i, word in enumerate(words) if word.text in _QUOTES), None)
    if opened is None or not any(word.low in _REASONS for word in words[max(0, opened - _BEFORE) : opened]):
        return 0
    said = takewhile(lambda word: word.text not in _QUOTES, words[opened + 1 :])
    return sum(len(word.text) for word in said)


def _near(around: list[Sentence]) -> list[Sentence]:
    if len(around) <= _SHORT:
        return around
    telling = [bool(sentence.meanings & _TELLING) for sentence in around]
    return [s for i, s in enumerate(around) if any(telling[max(0, i - _BESIDE) : i + _BESIDE + 1])]
