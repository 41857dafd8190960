"""What a sentence says of a worker's whole record ("7 rejections total", "4 in 2,700"): not of what just happened."""

from __future__ import annotations

from bot.reading.clauses import Sentence
from bot.reading.numbers import Count
from bot.reading.numbers.roles import Role
from bot.reading.words import Word, word_set

_TOTALS = word_set("lifetime career altogether") | {
    "in total", "all time", "in all", "before that", "before this", "until now", "till now", "up to now", "until then",
    "until today", "till today", "before today",
}  # fmt: skip
_SIGNS = _TOTALS | {"total"} | {words.rpartition(" ")[2] for words in _TOTALS}  # without any of them nothing is a total
_TELLING = frozenset(("rej", "verdict", "reverse", "assent"))
_LARGE = 300  # pieces of work: who was paid for so many tells of months
_SELDOM = 50  # one rejection in so many is a record, and no batch
_PROPORTION = 10  # "four out of five" is a share
_TALLIED = (Role.REJECTED, Role.LOOSE, Role.WORK)


def without_records(around: list[Sentence]) -> list[Sentence]:
    """The sentences of a claim without those that tell the writer's record, if any others tell of rejections."""
    kept = [sentence for sentence in around if not _is_record(sentence)]
    return kept if any(sentence.meanings & _TELLING for sentence in kept) else around


def _is_record(sentence: Sentence) -> bool:
    found = [count for count in sentence.counts if not count.percent]
    if not found:
        return False
    few = [count for count in found if count.role in _TALLIED and not (count.of and count.of <= _PROPORTION)]
    total = not _SIGNS.isdisjoint(sentence.lows) and any(
        _ends_a_count(sentence.words, i) for i in range(len(sentence.words))
    )
    return total or _seldom(few, found)


def _ends_a_count(words: list[Word], i: int) -> bool:
    """ "7 rejections total", "total now 4"; not "all 7 in total"."""
    both = f"{words[i].low} {words[i + 1].low}" if i + 1 < len(words) else ""
    if words[i].low in _TOTALS or both in _TOTALS:
        return not any("all" in word.tags for word in words[max(0, i - 4) : i])
    if words[i].low != "total":
        return False
    beside = words[i + 1 : i + 2] + words[max(0, i - 1) : i]
    return any("rej" in word.tags or word.low in ("now", "so", "of") for word in beside)


def _seldom(few: list[Count], found: list[Count]) -> bool:
    whole = max([*(c.n for c in found if c.role in (Role.APPROVED, Role.SUBMITTED)), *(c.of or 0 for c in found)],
                default=0)  # fmt: skip
    return whole >= _LARGE and any(0 < count.n * _SELDOM <= whole for count in few)
