"""What a short answer takes over from the report above it: "same here", "yep, all 22 for me", "just one of mine"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Kind, Reading
from bot.reading.atoms import Atom
from bot.reading.clauses import Sentence
from bot.reading.line import Line
from bot.reading.measures import tier
from bot.reading.numbers import Count, Role
from bot.reading.signals import atoms
from bot.reading.words import FRACTION, NUM, STOP, WORD, Word, word_set

_LONGEST = 25  # words of an answer that does no more than agree
_MEASURES = frozenset(("all", "most", "mine", "work", "assent", "now", "attention", "code", "identical"))
_REST = word_set("rest others other")
_GOOD = word_set("approved accepted paid fine ok okay")
_OTHERWISE = (Role.APPROVED, Role.SUBMITTED)
_ASKING = frozenset(("asked", "asks"))
# What may stand around "how much of mine" in an answer that tells nothing of its own.
_FRAME = word_set(
    "yes yep yeah yup ya aye indeed of for me by from here too also as well so far just only them it those these i "
    "got had lost and at least like about around roughly another on my end side account have today yesterday "
    "tonight there over times gone both but out the maybe brother wife husband sister roommate this week weekend "
    "month second minute hour"
)


def assent(lines: Sequence[Line], answered: Reading | None) -> None:
    """Gives the author's lines the claim that they only agree to: of a report they quote, or of the `answered` one."""
    own = [line for line in lines if line.own]
    words = sum(len(line.sentence.words) for line in own)
    if not own or words > _LONGEST or any(line.atoms for line in own):
        return
    reported = is_report(answered) or any(a.asserts for q in lines if not q.own for a in atoms(q.sentence))
    one = answered is not None and answered.kind is Kind.SINGLE
    # "Same here" wants a report; "all 22 of mine" also answers who asks of rejections, or tells of one.
    ways = (agrees, measures) if reported else (measures,) if one or asks_of_rejections(answered) else ()
    found = ((line, word) for way in ways for line in own if (word := way(line.sentence)))
    line, word = next(found, (own[0], None))
    if word is not None and not line.sentence.question:
        line.atoms.append(_taken_over(line.sentence, word, [c for each in own for c in each.sentence.counts]))


def is_report(answered: Reading | None) -> bool:
    """Whether a post that is answered claims a mass rejection."""
    return answered is not None and answered.kind is Kind.MASS


def asks_of_rejections(answered: Reading | None) -> bool:
    """Whether a post that is answered asks for rejections: "anyone rejected by Example?"."""
    said = {signal.name for signal in answered.signals} if answered and answered.kind is Kind.TALK else set()
    return "start_rejection" in said and not said.isdisjoint(_ASKING)


def _taken_over(sentence: Sentence, word: Word, found: Sequence[Count]) -> Atom:
    """The report as the answer's own, with how much of it the answer says."""
    atom = Atom(sentence, sentence.clauses[0], word, "start_rejection")
    atom.give("mine")
    few = measure(atom, found) == 1
    if "assent" in word.tags or not few:
        atom.give("assent")
        atom.names.pop("a_single_one", None)  # "I confirm, they left me one": the one is not what was rejected
        if all_of := sentence.find("all"):
            atom.give("all_of_it", all_of)
    return atom


def measure(atom: Atom, found: Sequence[Count]) -> int:
    """Gives an atom how much is told of in numbers, and says how many that is."""
    count = max((c.n for c in found if c.role not in _OTHERWISE), default=0)
    if count:
        atom.give("a_single_one" if count == 1 else tier(count))
    return count


def agrees(sentence: Sentence) -> Word | None:
    """The "same here" that a sentence begins with; "same" alone only before a stop, a number or "all"."""
    for i, word in enumerate(sentence.words[:3]):
        after = sentence.words[i + 1 : i + 2]
        bare = not after or after[0].kind in (STOP, NUM, FRACTION) or "all" in after[0].tags
        if "assent" in word.tags and (word.low != "same" or bare):
            return word
    return None


def measures(sentence: Sentence) -> Word | None:
    """The number or "all" of a sentence that says no more than how much: "all 22 for me", "just 1 of mine so far"."""
    said = [word for word in sentence.words if word.kind == WORD]
    if not all(
        word.tags & _MEASURES or word.tags & _number(word) or word.low in _FRAME | _REST | _GOOD for word in said
    ):
        return None
    spared = not sentence.lows.isdisjoint(_REST)  # "just one, the rest got approved"
    if sentence.meanings & {"neg", "reverse", "waiting"} or ("approve" in sentence.meanings and not spared):
        return None
    if any(c.n == 0 for c in sentence.counts):
        return None  # "0 of 400"
    counted = next((c.word for c in sentence.counts if c.role in (Role.LOOSE, Role.WORK, Role.REJECTED)), None)
    return counted or sentence.find("all")


def _number(word: Word) -> frozenset[str]:
    """What a word means that is a number in words."""
    return frozenset(tag for tag in word.tags if tag[0] == "=")
