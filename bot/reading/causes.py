"""Why it was rejected, as the post says it: a check, a code, own fault, no reason, an error, one text for all."""

from __future__ import annotations

from bot.model import Cause
from bot.reading.clauses import Sentence
from bot.reading.words import Word, word_set

_CAUSES = (
    ("attention", Cause.ATTENTION_CHECK), ("code", Cause.WRONG_CODE), ("own", Cause.OWN_FAULT),
    ("noreason", Cause.NO_REASON), ("technical", Cause.TECHNICAL), ("identical", Cause.IDENTICAL_FEEDBACK),
    ("quality", Cause.QUALITY),
)  # fmt: skip
_TELLING = frozenset(("rej", "verdict", "reverse", "promise", "assent"))
_QUOTES = frozenset('"“”«»')
_REASONS = word_set(
    "reason reasons feedback because for with message note comment saying says said remark motivo razón razão cause why "
    "stated cited response explanation rejected as marked"
)
_BEFORE = 6  # words before a quotation that may say it is the reason
_SHORT = 4  # sentences of a claim that are all about the rejection
_BESIDE = 1  # sentences from one that tells of a rejection in which its cause may stand


def cause_of(around: list[Sentence]) -> Cause | None:
    """The cause that the sentences of a claim name, the most particular first; only in or beside what tells of it."""
    near = _near(around)
    for tag, cause in _CAUSES:
        if any(_names(sentence, tag) for sentence in near):
            return cause
    if any("code" in sentence.meanings for sentence in near):
        return Cause.WRONG_CODE
    return Cause.QUALITY if any(_quoted(sentence.words) for sentence in near) else None


def _names(sentence: Sentence, tag: str) -> bool:
    return tag in sentence.meanings and any(tag in word.tags and "weak" not in word.tags for word in sentence.words)


def _quoted(words: list[Word]) -> bool:
    """Whether words are quoted behind one for a reason: 'feedback: "not loose enough"' finds fault with the work."""
    opened = next((i for i, word in enumerate(words) if word.text in _QUOTES), None)
    if opened is None or opened + 2 >= len(words) or words[opened + 2].text in _QUOTES:
        return False
    return any(word.low in _REASONS for word in words[max(0, opened - _BEFORE) : opened])


def _near(around: list[Sentence]) -> list[Sentence]:
    if len(around) <= _SHORT:
        return around
    telling = [bool(sentence.meanings & _TELLING) for sentence in around]
    return [s for i, s in enumerate(around) if any(telling[max(0, i - _BESIDE) : i + _BESIDE + 1])]
