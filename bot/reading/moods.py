"""Whether a statement tells a fact: what is denied, asked, feared, supposed, joked or said of something else."""

from __future__ import annotations

from itertools import pairwise

from bot.reading.atoms import Atom
from bot.reading.clauses import Sentence
from bot.reading.numbers import Role
from bot.reading.words import Word, word_set

_NEGATES = 5  # words that a "not" reaches
_DECIDES = word_set("decided chose proceeded started began managed went had dared deigned is are seems seem appears")
# "has the nerve to reject", "saw fit to": who says so tells what was done, and so does who tells what the requester
# thinks of it, "finds it funny to reject".
_BOLD = word_set("nerve audacity gall guts cheek heart decency kindness courtesy fit pleased kind enough")
_JUDGES = word_set("thinks think thought finds find found feels felt considers considered deems deemed sees")
_CROWD_WORK = word_set(
    "hit hits study studies task tasks batch batches submission submissions survey surveys assignment assignments "
    "requester requesters researcher researchers"
)
_WOULD = ("would", "wouldn't", "could have", "might have", "i'd", "i’d")
_LETTING = word_set("let letting lets have watch see make")
_PRESENT = ("rejects", "rejects everyone", "rejects everything")  # said of what is to come, beside a day
# Words that begin what a question takes for granted: "is there any point in writing after they rejected all of it?"
_GIVEN = word_set("after since because cause cuz although though once given now")
_IT = frozenset(("it", "this", "that"))
_SEVERAL = 5
_NOBODY = frozenset(("none", "nobody", "no one", "noone", "not one", "not a single", "neither", "nothing"))


def modality(atom: Atom) -> None:
    """Adds whether what a statement says is denied, asked, feared, supposed, said in general or of something else."""
    words = atom.clause.words
    at = next((i for i, w in enumerate(words) if w.start == atom.anchor.start), len(words))
    before = words[:at]
    negation = next((w for w in before[-_NEGATES:] if "neg" in w.tags), None) or next(
        (w for w in before if w.low in _NOBODY), None
    )
    denial = atom.sentence.find("deny")
    if negation is not None:
        atom.give("negated", negation, atom.anchor)
    elif denial is not None and not _of_reason(atom.sentence, denial):
        atom.give("negated", denial)
    if atom.clause.asked and not any("why" in w.tags for w in atom.sentence.words) and not _presumes(atom):
        atom.give("asked", next((w for w in words if "ask" in w.tags), atom.anchor))
    for tag, name in (("fear", "feared"), ("hypo", "hypothetical")):
        word = next((w for w in before if tag in w.tags), None)
        if word is not None:
            atom.give(name, word, atom.anchor)
    _supposed(atom, before)
    _mood(atom, before)


def _of_reason(sentence: Sentence, denial: Word) -> bool:
    """ "Rejected 12, which is nonsense", "my 130, reason wrong, it is not true": denied is that it was right."""
    at = sentence.words.index(denial)
    own = sentence.has("mine") and any(c.role is Role.REJECTED and c.n >= _SEVERAL for c in sentence.counts)
    return at > 0 and (sentence.words[at - 1].low == "which" or (own and sentence.words[at - 1].low in _IT))


def _supposed(atom: Atom, before: list[Word]) -> None:
    """What the order of words says: "had they rejected it, I would", "than let them reject", "rejects by Friday"."""
    words, tags = atom.sentence.words, atom.anchor.tags
    inverted = words[0].low == "had" and "past" in tags and any(w.low.startswith(_WOULD) for w in words)
    letting = next((w for w, after in pairwise(before) if w.low in _LETTING and after.low != "me"), None)
    foretold = atom.anchor.low.endswith(_PRESENT) and atom.sentence.find("future")
    if inverted:
        atom.give("hypothetical", words[0], atom.anchor)
    elif "base" in tags and letting is not None:
        atom.give("hypothetical", letting, atom.anchor)
    elif foretold:
        atom.give("feared", foretold)


def _presumes(atom: Atom) -> bool:
    """ "Anyone else get 20 rejections?": whoever asks with a number has got them; "after they rejected all of it?"."""
    if "past" in atom.anchor.tags and atom.clause.words[0].low in _GIVEN:
        return True
    others = next((w for w in atom.sentence.words if "ask" in w.tags), None)
    if others is None or not others.low.endswith(" else"):
        return False
    return any(c.role is Role.REJECTED and c.n >= 5 and not c.percent for c in atom.counts)


def _mood(atom: Atom, before: list[Word]) -> None:
    if "base" in atom.anchor.tags and before and before[-1].low == "to" and not _did(before[:-1]):
        atom.give("hypothetical", before[-1], atom.anchor)
    general = next((w for w in before if "generic" in w.tags), None) or (
        atom.clause.find("generic") if "past" not in atom.anchor.tags else None
    )
    many = "mass" in atom.anchor.tags and "base" not in atom.anchor.tags
    if general is not None and not many and not _own_story(atom) and not _called(atom, general):
        atom.give("in_general", general)
    joke = atom.sentence.find("joke")
    if joke is not None:
        atom.give("joking", joke)
    elsewhere = atom.sentence.find("offtopic")
    if elsewhere is not None and not (
        any(w.low in _CROWD_WORK for w in atom.sentence.words)
        if "far" in elsewhere.tags
        else atom.sentence.has("work") or {"all_of_it", "mass_words", "ten_or_more"} & atom.names.keys()
    ):
        atom.give("not_about_work", elsewhere)
        if "far" in elsewhere.tags:
            atom.give("elsewhere", elsewhere)


def _own_story(atom: Atom) -> bool:
    """Whether somebody without a name did it to the writer: "today a requester rejected all 28 of my HITs"."""
    after = [word for word in atom.clause.words if word.start > atom.anchor.start]
    mine = any("mine" in word.tags or word.low in ("us", "of us") for word in after)
    return "past" in atom.anchor.tags and mine and "asked" not in atom.names


def _called(atom: Atom, general: Word) -> bool:
    """ "A requester named Example rejected 22": no requester in general."""
    words = atom.sentence.words
    at = words.index(general)
    return any(word.low in ("named", "called") for word in words[at + 1 : at + 2])


def _did(before: list[Word]) -> bool:
    """Whether an infinitive after these words tells what was done: "decided to reject", "thinks it is fun to"."""
    if before and before[-1].low in _DECIDES | _BOLD:
        return True
    return any(
        judge.low in _JUDGES and not ("mine" in by.tags or by.low == "you")
        for by, judge in pairwise(before[-_NEGATES:])
    )
