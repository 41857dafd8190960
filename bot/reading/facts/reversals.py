"""Whether rejections were taken back: done, partly, promised, only asked for, or paid for while they stay."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, takewhile

from bot.model import Kind, Reversal
from bot.reading.clauses import Sentence
from bot.reading.facts.tally import Tally
from bot.reading.numbers.roles import Role
from bot.reading.words import STOP, Word, word_set

_TURNS = ("promise", "askrev", "reverse")
_TURNING = frozenset((*_TURNS, "approve", "taken"))
_AGAIN = word_set("now again back finally set changed turned put switched flipped into pushed since ahora agora") | {
    "after all",
    "turned back",
}
_FUTURE = word_set(
    "will they'll he'll she'll it'll we'll you'll gonna would intend intends plan plans promised promise promises once "
    "shortly soon should vão van vai until eventually restoring they'd he'd she'd"
) | {"going to", "about to", "to be", "are to", "is to", "waiting on", "want to", "at the latest"}
_ASKED = word_set(
    "ask asked asking asks hope hoping hopefully please appeal appealed appealing appeals ticket contest request "
    "requested petition letter trying try ever anyone anybody somebody if how can could logró alguien alguno consegue "
    "wish pls want whether reconsider encourage"
) | {"any word", "any of you", "is there", "do you", "did you", "put in for", "asking if", "has anyone", "did anyone"}
_NOT = word_set(
    "not never won't wont didn't don't doesn't isn't aren't haven't hasn't couldn't can't cannot wouldn't refuse "
    "refused refuses no nobody none nothing without"
)
_UNSENT = _NOT | word_set(
    "will they'll he'll she'll we'll gonna would i'd they'd could should promised promise promises wish hope hoping "
    "rather ask asked asking want deserve owe owes if whether anyone anybody somebody please"
)
_SOME = word_set("still part some half few third started starting except partly partially partial parte mitad metade")
_REST = word_set("rest remaining remainder still resto restante")
_BEFORE = 7  # words before the turn that may say how it is meant
_NEAR_PART = 6  # words between a reversal and the "some" that it is of
_PARTED = dict.fromkeys(("gave", "given", "flipped", "switched", "moved"), ("back",)) | {
    "turned": ("around", "round", "back", "right"),
    "put": ("back", "right", "straight"),
    "set": ("right",),
    "made": ("good",),
}
# Verbs that undo rejections if those are their object: "took the rejection back", "changed my 2 rejections to
# accepted", "cleared all 16 rejections"; the last also of "my rejections have been lifted".
_BROUGHT = word_set("took taken got pulled brought")
_CHANGED = word_set("changed switched flipped moved turned set converted amended corrected")
_CLEARING = word_set(
    "cleared removed lifted withdrew withdrawn cancelled canceled restored undid undone erased deleted dropped "
    "expunged wiped scrapped annulled voided retracted"
)
_BEEN = word_set("been was were is are got have has")
_KNOWN = frozenset(("mine", "all"))
_THE = word_set("the those these our his her their")
_INTO = frozenset(("to", "into"))
_UPON = frozenset(("on", "upon", "at"))
_GOOD = frozenset(("approve", "taken"))
_OBJECT = 6  # words from a verb to its object, or back
_BETWEEN = 5  # words between such a verb and its part
_WORKED = word_set("worked works succeeded won granted upheld successful")
_NEAR = 3  # words between "approved" and "again"
_ORDER = (Reversal.PARTLY, Reversal.DONE, Reversal.PROMISED, Reversal.ASKED)


def reversal_of(around: list[Sentence], told: Tally) -> Reversal | None:
    """The furthest that the sentences of a claim say its rejections have come back; `told`: how many of them did."""
    said = set[Reversal]()
    for i, sentence in enumerate(around):
        found = _of_sentence(sentence)
        if found is Reversal.DONE and _partly(sentence, around[i + 1 : i + 2]):
            found = Reversal.PARTLY
        if found is not None:
            said.add(found)
    if Reversal.DONE in said and told.reversed and told.rejected and told.reversed < told.rejected:
        return Reversal.PARTLY
    if not said and any(_compensated(sentence) for sentence in around):
        return Reversal.COMPENSATED
    return next((reversal for reversal in _ORDER if reversal in said), None)


def told_with(reversal: Reversal | None, kind: Kind) -> Reversal | None:
    """The reversal that a post of this kind tells: of one rejection, or of something else, it is not said that it was
    asked for; a bonus is in place of pay only where work was rejected."""
    if reversal is Reversal.ASKED and kind in (Kind.SINGLE, Kind.OTHER):
        return None
    return None if reversal is Reversal.COMPENSATED and kind in (Kind.TALK, Kind.OTHER) else reversal


def came_back(sentence: Sentence) -> bool:
    """Whether a sentence says that rejections are undone."""
    return _of_sentence(sentence) is Reversal.DONE


def _compensated(sentence: Sentence) -> bool:
    """Whether money came in place of a reversal: a bonus that was sent, not one that is wished for or to come."""
    paid = sentence.find("compensated")
    if paid is None or sentence.question:
        return False
    at = sentence.words.index(paid)
    before = {part for word in sentence.words[max(0, at - _NEAR) : at] for part in word.low.split()}
    return not before & _UNSENT


def _of_sentence(sentence: Sentence) -> Reversal | None:
    turn = _turn(sentence)
    if turn is None:
        return None
    words = sentence.words
    at = words.index(turn)
    before = words[max(0, at - _BEFORE) : at]
    lows = {word.low for word in before}
    if "promise" in turn.tags:
        return Reversal.PROMISED
    if "askrev" not in turn.tags and any(word.low in _NOT for word in before[-3:]):
        return None
    if not sentence.question and (lows & _FUTURE or "now" in turn.tags):
        return Reversal.PROMISED
    if not sentence.question and (turn in _parted(words) or turn is undone_by(words) or _came_of_it(words)):
        return Reversal.DONE
    asked = sentence.question or lows & _ASKED or turn.tags & {"askrev", "base"}
    return Reversal.ASKED if asked else Reversal.DONE


def _parted(words: list[Word]) -> Iterator[Word]:
    """The verbs that a part behind their object makes a reversal: "turned my 41 around", "put them all back"."""
    for i, word in enumerate(words):
        if word.low in _PARTED:
            ahead = takewhile(lambda each: each.kind != STOP, words[i + 1 : i + 2 + _BETWEEN])
            if any(each.low in _PARTED[word.low] for each in ahead):
                yield word


def undone_by(words: list[Word]) -> Word | None:
    """The verb in these words that undoes the rejections they speak of, "withdrew", "changed … to accepted"."""
    at = next((i for i, word in enumerate(words) if {"rej", "noun"} <= word.tags and "mass" not in word.tags), None)
    if at is None:
        return None
    before = words[max(0, at - _OBJECT) : at]
    behind = list(takewhile(lambda word: word.kind != STOP, words[at + 1 : at + 2 + _OBJECT]))
    if behind and behind[0].low in _UPON:
        return None  # "dropped 30 rejections on me"
    changed = any(b.low in _INTO and a.tags & _GOOD for b, a in pairwise(behind))
    back = any(word.low == "back" for word in behind)
    for i, word in enumerate(before):
        theirs = any(w.tags & _KNOWN or w.low in _THE for w in before[i + 1 :])  # "got 30 rejections back" got them
        if word.low in _CLEARING or (back and theirs and word.low in _BROUGHT) or (changed and word.low in _CHANGED):
            return word
    return next((a for b, a in pairwise(behind) if b.low in _BEEN and a.low in _CLEARING), None)


def _came_of_it(words: list[Word]) -> bool:
    """Whether an appeal is told to have worked: "accepted 31 after appeal", "appeal accepted"."""
    for before, word, after in zip([None, *words], words, [*words[1:], None], strict=False):
        if word.low.startswith("appeal"):
            accepted = after is not None and (after.tags & {"approve", "taken"} or after.low in _WORKED)
            if accepted or (before is not None and before.low == "after"):
                return True
    return False


def _turn(sentence: Sentence) -> Word | None:
    """The word that says that something came back: "reversed", or "approved" beside "again" or "now"."""
    meant = sentence.meanings
    if meant.isdisjoint(_TURNING):
        return next(_parted(sentence.words), None) or (undone_by(sentence.words) if "rej" in meant else None)
    for tag in _TURNS:
        found = [word for word in sentence.words if tag in word.tags]
        sure = next((word for word in found if "weak" not in word.tags), None)
        if found:
            return sure or found[0]
    return next(_parted(sentence.words), None) or undone_by(sentence.words) or _anew(sentence.words)


def _anew(words: list[Word]) -> Word | None:
    for i, word in enumerate(words):
        good = word.tags & {"approve", "taken"} and not word.tags & {"neutral", "contrary"}
        if good and any(w.low in _AGAIN for w in words[max(0, i - _NEAR) : i + _NEAR + 1]) and not _denied(words, i):
            return word
    return None


def _denied(words: list[Word], i: int) -> bool:
    before, behind = words[max(0, i - _NEAR) : i], words[i + 1 : i + 3]
    now = next((j for j, word in enumerate(before) if word.low == "now"), None)
    before = before if now is None else before[now:]  # "that they had rejected now says Approved"
    if behind and behind[0].low in _INTO and any("rej" in word.tags for word in behind):
        return True  # "changed my approvals to rejections"
    return any(w.low in _NOT or w.tags & {"rej", "verdict", "neg"} for w in before) or any(
        w.low in ("rejected", "none", "nothing") for w in behind
    )


def _partly(sentence: Sentence, after: list[Sentence]) -> bool:
    """Whether only a part came back: "31 of those", "some", "the other 49 are still there"."""
    if any(c.role is Role.REVERSED and c.of and c.n < c.of for c in sentence.counts):
        return True
    turn = _turn(sentence)
    at = sentence.words.index(turn) if turn else 0
    near = sentence.words[max(0, at - _NEAR_PART) : at + _NEAR_PART]
    if any(w.low.split(" ")[0] in _SOME | _REST or "some" in w.tags for w in near):
        return not any(w.low in ("hour", "past", "both of", "both") for w in near)
    return any(w.low in _REST for s in after for w in s.words[:6])
