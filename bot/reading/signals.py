"""What each clause says about rejected work, as named signals with the words that gave them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.model import Reversal
from bot.reading.atoms import Atom
from bot.reading.clauses import Clause, Sentence
from bot.reading.facts.causes import owned_up
from bot.reading.facts.reversals import undone_by
from bot.reading.measures import how_much, tier
from bot.reading.moods import modality
from bot.reading.numbers import Count, Role, value
from bot.reading.words import Word, word_set

_I = word_set("i we i've we've i'd ive")
_BETWEEN = word_set("have just also already then now simply finally even always never once had")
_RETURNED = word_set("the those these their previously formerly wrongly earlier once of had initially first originally")
_THEY = word_set("they he she it")
_THE_REST = word_set("other others rest remaining remainder")
_WHICH = word_set("who that which")
_HAVE = word_set("have has are were")
_AHEAD = 4  # words
_UNTIL = word_set("until till til")
_ASKING = frozenset(("base", "askrev"))
_WHOM = word_set("ones person worker participant one")
_ABOUT = word_set("about against of for on over to regarding any these more")
# What a worker does with work of their own accord.
_GIVING_UP = ("sent back", "sent it", "sent them", "send back", "turned down", "turned away", "handed back",
              "gave back", "declined", "refused", "skipped", "cancelled", "canceled")  # fmt: skip
_OWN = frozenset(("my", "mine", "of my", "of mine"))  # a requester who writes refuses what is others'
_SOURCES = word_set("by from at with de do por alert warning ne")
_SIGNALS_OF_TAG = {"warn": "warning", "noreason": "no_reason", "identical": "identical_feedback", "own": "own_fault",
                   "now": "just_now", "hedge": "hedged", "reported": "told_by_others", "waiting": "still_waiting",
                   "turnedaway": "turned_away"}  # fmt: skip


_NONE = word_set("none nobody") | {
    "not one", "none of", "none of my", "none of mine", "not a single one", "not a single", "none of us", "no one",
    "none of them", "not one of us", "not one of them", "not one of mine",
}  # fmt: skip
_OPEN = frozenset(("waiting", "fear", "hypo", "ask", "generic", "offtopic"))  # nothing is decided yet, or of this
_WENT_THROUGH = frozenset(("went through", "went thru", "gone through", "came through", "got through", "cleared"))
_NOES = word_set("no nope nah not")
_REACH = 14  # words from "not one" to what did not happen to it
_SOME = 5
_UNDOING = ("promise", "askrev", "reverse", "compensated")
_TURNED_ON = frozenset(("contrary", "rej", "rate", *_UNDOING))  # what a clause may turn on
_TELLING = _TURNED_ON | {"verdict", "approve", "taken"}  # a sentence without any of these states nothing


def atoms(sentence: Sentence) -> list[Atom]:
    """The statements that a sentence makes about rejections, reversals and approvals."""
    meant = sentence.meanings
    if meant.isdisjoint(_TELLING):
        return []
    found = sentence.counts
    made = [] if meant.isdisjoint(_TURNED_ON) else [a for c in sentence.clauses for a in _of_clause(sentence, c, found)]
    made = list(_ended(sentence, made)) or [*_without_rest(made), *_shared_out(sentence, made)]
    return (
        made
        or list(_approvals(sentence, found))
        or list(_verdicts(sentence, found))
        or list(_none(sentence, found))
        or list(_let_through(sentence, found))
    )


def _ended(sentence: Sentence, made: list[Atom]) -> Iterator[Atom]:
    """ "Never one rejection until they handed me 74": what is denied of the time before is told of what came then."""
    last = made[-1] if made else None
    if last is None or not (last.contrary or "negated" in last.names):
        return
    then = next((clause for clause in sentence.clauses if clause.words[0].low in _UNTIL), None)
    number = next((c for c in last.counts if then is not None and c.word in then.words), None)
    if then is not None and number is not None and number.role in (Role.LOOSE, Role.WORK, Role.REJECTED):
        counts = (replace(number, role=Role.REJECTED),)
        yield _rejected(sentence, then, number.word, counts)


def _without_rest(made: list[Atom]) -> list[Atom]:
    """ "25 of the 40 are accepted now, the other 15 stay rejected": the rest is no claim of its own."""
    if not any(atom.reversal in (Reversal.DONE, Reversal.PARTLY) for atom in made):
        return made
    return [a for a in made if not (a.claims and any(word.low in _THE_REST for word in a.clause.words))]


def _shared_out(sentence: Sentence, made: list[Atom]) -> Iterator[Atom]:
    """The 47 of "one rejection from Example and 47 from Sample": said of somebody else, without the word again."""
    if not any(atom.claims and "noun" in atom.anchor.tags for atom in made):
        return
    for clause in sentence.clauses:
        said = clause.words[1:] if clause.words[0].low == "and" else clause.words
        number = next((c for c in sentence.counts if said and c.word is said[0]), None)
        if number is not None and len(said) > 2 and said[1].low in ("from", "by") and said[2].text[0].isupper():
            yield _rejected(sentence, clause, number.word, (replace(number, role=Role.REJECTED),))


def _of_clause(sentence: Sentence, clause: Clause, found: tuple[Count, ...]) -> Iterator[Atom]:
    contrary = clause.find("contrary")
    if contrary is not None:
        yield _contrary(sentence, clause, contrary, found)
    rejection = _rejection(clause)
    reversal = _undoing(clause)
    undone = _approved_after_all(clause, rejection) or _approved_now(clause, rejection) or undone_by(clause.words)
    if undone is not None:
        reversal, rejection = reversal or undone, None
    if rejection is not None and contrary is None and _zero(clause, found):
        yield _contrary(sentence, clause, rejection, found)
    elif rejection is not None and not _within(rejection, contrary) and not _object(clause, rejection, reversal):
        yield _rejected(sentence, clause, rejection, found)
    if reversal is not None and (rejection is None or reversal.start != rejection.start):
        yield _reversed(sentence, clause, reversal, found)


def _undoing(clause: Clause) -> Word | None:
    """The word of reversal that a clause turns on; one that means nothing else before one that may."""
    if clause.meanings.isdisjoint(_UNDOING):
        return None
    found = [w for tag in _UNDOING for w in clause.words if tag in w.tags]
    return next((word for word in found if "weak" not in word.tags), found[0] if found else None)


def _approved_after_all(clause: Clause, rejection: Word | None) -> Word | None:
    """The "approved" of "approved all the previously rejected hits": those rejections are over."""
    if rejection is None or "past" not in rejection.tags:
        return None
    whose = False
    before = clause.words[clause.words.index(rejection) - 1]
    for word in reversed(clause.words[: clause.words.index(rejection)]):
        if "approve" in word.tags:
            return word if whose or word is before else None
        passed = word.low in _RETURNED or word.tags & {"all", "mine", "work"} or value(word) is not None
        if not passed and word.low not in _THEY:
            return None
        whose = whose or value(word) is None
    return None


def _approved_now(clause: Clause, rejection: Word | None) -> Word | None:
    """The "Approved" of "every one that Example had rejected now says Approved"."""
    if rejection is None or "past" not in rejection.tags:
        return None
    at = clause.words.index(rejection)
    which = any(
        word.low in _WHICH for word in clause.words[max(0, at - _AHEAD) : at]
    )  # "all who were rejected have been"
    behind = clause.words[at + 1 :]
    since = next((i for i, word in enumerate(behind) if word.low == "now" or (which and word.low in _HAVE)), None)
    if since is None or any("neg" in word.tags for word in behind):
        return None
    return next((word for word in behind[since:] if "approve" in word.tags and "neutral" not in word.tags), None)


def _zero(clause: Clause, found: tuple[Count, ...]) -> bool:
    """ "0 of 140 rejected": none was."""
    said = [count.n for count in found if count.role is Role.REJECTED and count.word in clause.words]
    return bool(said) and not any(said)


def _within(word: Word, phrase: Word | None) -> bool:
    return phrase is not None and phrase.start <= word.start <= phrase.end


def _object(clause: Clause, rejection: Word, reversal: Word | None) -> bool:
    """ "reversed the rejections", "gave me back all 30 rejected hits": what came back, and no claim of its own; what
    is only asked back, "to overturn my 27 rejections", is there."""
    if reversal is None or (reversal.tags & _ASKING and _counted(clause, rejection)):
        return False
    after = clause.words[clause.words.index(rejection) + 1 :][:1]
    which = bool(after) and ("work" in after[0].tags or "others" in after[0].tags or after[0].low in _WHOM)
    return "noun" in rejection.tags or which


def _counted(clause: Clause, rejection: Word) -> bool:
    """ "the 27 rejections", "my one rejection": so many there are."""
    at = clause.words.index(rejection)
    return at > 0 and value(clause.words[at - 1]) is not None


def _rejection(clause: Clause) -> Word | None:
    """The word of rejection that a clause turns on: one of mass before any other."""
    if "rej" not in clause.meanings:
        return clause.find("rate")
    return (
        next((w for w in clause.words if "mass" in w.tags and "rej" in w.tags), None)
        or next((w for w in clause.words if "rej" in w.tags and "past" in w.tags and "soft" not in w.tags), None)
        or clause.find("rej")
    )


def _contrary(sentence: Sentence, clause: Clause, anchor: Word, found: tuple[Count, ...]) -> Atom:
    atom = Atom(sentence, clause, anchor, "start_contrary", counts=found)
    modality(atom)
    atom.contrary = not {"asked", "feared", "hypothetical"} & atom.names.keys()
    return atom


def _approvals(sentence: Sentence, found: tuple[Count, ...]) -> Iterator[Atom]:
    """ "0 of 45 approved" says that 45 were rejected, without the word."""
    for count in found:
        if count.role is Role.APPROVED and count.of and 2 * count.n < count.of and not sentence.has("hypo"):
            clause = next(c for c in sentence.clauses if count.word in c.words or c is sentence.clauses[-1])
            atom = Atom(sentence, clause, count.word, "start_rejection", counts=found)
            atom.give("none_approved", count.word)
            atom.give(tier(count.of - count.n))
            modality(atom)
            _whose(atom)
            yield atom


def _none(sentence: Sentence, found: tuple[Count, ...]) -> Iterator[Atom]:
    """ "Not one of the 130 got through", "none of my fifty are worth paying": rejected, without the word."""
    words = sentence.words
    at = next((i for i, word in enumerate(words) if word.low in _NONE), None)
    if at is None or sentence.question or sentence.meanings & _OPEN:
        return
    passed = next((word for word in words[at : at + _REACH] if word.tags & {"approve", "taken"}), None)
    number = max((c.n for c in found if c.role in (Role.LOOSE, Role.WORK, Role.SUBMITTED, Role.APPROVED)), default=0)
    if (
        passed is None
        or "neutral" in passed.tags
        or not (number or "workers" in words[at].tags or sentence.has("mine"))
    ):
        return
    clause = next(clause for clause in sentence.clauses if words[at] in clause.words)
    atom = Atom(sentence, clause, words[at], "start_rejection", counts=found)
    atom.give("none_approved", words[at], passed)
    if number >= _SOME:
        atom.give(tier(number))
    modality(atom)
    atom.names.pop("negated", None)  # the "none" itself
    _whose(atom)
    yield atom


def _let_through(sentence: Sentence, found: tuple[Count, ...]) -> Iterator[Atom]:
    """ "All 60 of mine were approved", "mine all went through": a voice to the contrary."""
    said = sentence.words[1:] if sentence.words[0].low in _NOES else sentence.words  # "nope, all mine are approved"
    denied = any("neg" in word.tags for word in said)
    if sentence.question or denied or sentence.meanings & _OPEN or not {"all", "mine"} <= sentence.meanings:
        return
    for clause in sentence.clauses:
        passed = next((w for w in clause.words if "approve" in w.tags and "neutral" not in w.tags), None)
        passed = passed or next((w for w in clause.words if w.low in _WENT_THROUGH), None)
        if passed is not None and {"all", "mine"} <= clause.meanings:
            yield _contrary(sentence, clause, passed, found)
            return


def _verdicts(sentence: Sentence, found: tuple[Count, ...]) -> Iterator[Atom]:
    """What became of the work in other words, "all of it went in the bin": where no word of rejection is near."""
    for clause in sentence.clauses if "verdict" in sentence.meanings else ():
        verdict = clause.find("verdict")
        if verdict is not None:
            yield _rejected(sentence, clause, verdict, found, "start_verdict")


def _rejected(
    sentence: Sentence, clause: Clause, anchor: Word, found: tuple[Count, ...], start: str = "start_rejection"
) -> Atom:
    atom = Atom(sentence, clause, anchor, start, counts=found)
    if "rate" in anchor.tags:
        atom.give("rating_fell")
    if "mass" in anchor.tags:
        atom.give("mass_words")
    if "soft" in anchor.tags:
        atom.give("soft_word")
    how_much(atom)
    modality(atom)
    for tag, name in _SIGNALS_OF_TAG.items():
        word = sentence.find(tag) if tag != "own" else owned_up(sentence)
        if word is not None:
            atom.give(name, word)
    _whose(atom)
    if _verdict(atom):
        atom.give("bare_verdict")
    return atom


def _verdict(atom: Atom) -> bool:
    """Whether a clause is the verdict alone, "rejected": what a worker writes under what happened to him."""
    return "past" in atom.anchor.tags and len(atom.clause.words) == 1 and not atom.sentence.question


def _whose(atom: Atom) -> None:
    mine = atom.sentence.find("mine")
    if mine is not None:
        atom.give("mine", mine)
    agent = next((w for w in atom.clause.words if "requester" in w.tags and w.start < atom.anchor.start), None)
    if agent is not None:
        atom.give("by_requester", agent, atom.anchor)
    writer = _writer(atom)
    if writer is not None:
        rejects = "rej" in atom.anchor.tags and "soft" not in atom.anchor.tags
        after = [word for word in atom.clause.words if word.start > atom.anchor.start]
        gave_up = atom.anchor.low.startswith(_GIVING_UP) and any(word.low in _OWN for word in after)
        atom.give("by_the_writer" if rejects else "own_choice" if gave_up else "own_doing", writer)
    quantity = {"mass_words", "all_of_it", "most_of_it", "many", "ten_or_more", "five_to_nine", "under_five",
                "a_single_one",
                "several_workers", "none_approved"}  # fmt: skip
    if "noun" not in atom.anchor.tags:
        return
    if ("mass" in atom.anchor.tags and not _happened(atom)) or not (quantity & atom.names.keys() or _got(atom)):
        atom.give("no_claim")


def _writer(atom: Atom) -> Word | None:
    """The "I" of "I declined most of them": whoever writes did it, a requester or one who sends work back."""
    before = [word for word in atom.clause.words if word.start < atom.anchor.start]
    while before and before[-1].low in _BETWEEN:
        before.pop()
    return before[-1] if before and before[-1].low in _I else None


def _happened(atom: Atom) -> bool:
    """Whether a mass rejection is told as an event: "mass rej", "another one from", "got a", not "against", "would"."""
    words = atom.sentence.words
    at = words.index(atom.anchor)
    before, after = (words[at - 1] if at else None), words[at + 1 : at + 3]
    if (before is not None and before.low in _ABOUT) or any({"hypo", "fear"} & w.tags for w in after):
        return False
    told = any(w.low in _SOURCES or w.text in "!-:" for w in after) or atom.names.keys() & {
        "just_now",
        "ten_or_more",
        "all_of_it",
    }
    return bool(told) or len(words) <= 4 or _got(atom) or at == 0


def _got(atom: Atom) -> bool:
    """ "got rejections", "gave me a rejection": the noun as something that happened."""
    return any(
        w.low in ("got", "gave", "received", "gotten", "get", "getting", "giving", "have") for w in atom.clause.words
    )


def _reversed(sentence: Sentence, clause: Clause, anchor: Word, found: tuple[Count, ...]) -> Atom:
    atom = Atom(sentence, clause, anchor, "start_reversal", counts=found)
    modality(atom)
    part = next((c.word for c in found if c.role is Role.REVERSED and c.of and c.n < c.of), None)
    partly = part or sentence.find("some") or sentence.find("most")
    if any(c.role is Role.REVERSED and c.n == 0 for c in found):
        atom.give("negated")
    if "askrev" in anchor.tags or "base" in anchor.tags or "asked" in atom.names or "hypothetical" in atom.names:
        atom.reversal = Reversal.ASKED
    elif "promise" in anchor.tags or ("now" in anchor.tags and partly is None):
        atom.reversal = Reversal.PROMISED
        atom.names.pop("feared", None)
        atom.give("reversal_promised")
    elif "compensated" in anchor.tags:
        atom.give("compensated")
    elif not {"negated", "feared"} & atom.names.keys():
        atom.reversal = Reversal.PARTLY if partly is not None else Reversal.DONE
        atom.give("reversal_partly" if atom.reversal is Reversal.PARTLY else "reversal_done", partly or anchor, anchor)
    return atom
