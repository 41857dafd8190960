"""Who is meant: brings what is said about rejections together with the requesters that are named, claim by claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from operator import add

from bot.model import Claim, Facts, Kind, Mention, Origin, Reversal, Share
from bot.reading.atoms import UNASSERTED, Atom
from bot.reading.clauses import Clause, Sentence
from bot.reading.facts import facts_of
from bot.reading.facts.reversals import told_with
from bot.reading.facts.shares import part, together
from bot.reading.facts.times import When, whens
from bot.reading.grams import grams
from bot.reading.line import Line
from bot.reading.meant import meant, surest
from bot.reading.score import BIAS, Model, between, chances
from bot.reading.words import folded

_OPEN = 0.25  # a chance of *mass* that is worth a large number
MASS = 10  # so many in one go are no "one or a few" (docs/decisions.md)
SEVERAL = 5  # "one or a few" are fewer
SURE = 0.75  # a claim told less surely is not reportable
SURE_PLAIN = 0.5  # of one that says in plain words that work was rejected, and that it was much
# Which of several statements a claim turns on: the one that says most.
_FORCE = {"ten_or_more": 7, "mass_words": 6, "all_of_it": 6, "several_workers": 5, "most_of_it": 5, "many": 5,
          "none_approved": 5, "assent": 5, "five_to_nine": 4, "under_five": 3, "a_single_one": 3, "some_of_it": 3,
          "bare_verdict": 2, "reversal_done": 3, "reversal_partly": 3, "reversal_promised": 3, "mine": 1,
          "start_rejection": 0.5, "start_reversal": 0.4, "start_verdict": 0.3}  # fmt: skip
_SUPPOSED = frozenset(("feared", "hypothetical", "in_general"))
# How much: of a question, a fear or a denial it says something else than of a claim.
_QUANTITIES = frozenset((
    "mass_words", "all_of_it", "most_of_it", "many", "some_of_it", "ten_or_more", "five_to_nine", "under_five",
    "a_single_one", "several_workers", "none_approved", "bare_verdict",
))  # fmt: skip
_DOUBTED = 0.7  # of the chances that a post is talk or about something else: above it, its numbers are not told
_MUCH = 4.5  # of `_FORCE`: more than a few
_RANK = {Kind.MASS: 4, Kind.REVERSAL: 3, Kind.SINGLE: 2, Kind.TALK: 1, Kind.OTHER: 0}
_BACK = 3  # sentences before a claim in which its time or its numbers may stand
_NARRATED = (
    "woke up",
    "woke up to",
    "still",
)  # said of days long gone too: "July of last year. Woke up and all was red"
_BIOGRAPHY = (
    "started",
    "joined",
    "been turking",
    "been doing",
    "been on",
    "been working",
    "signed up",
    "member",
    "since",
)


@dataclass(slots=True)
class Told:
    """One claim, with what it was made of: `names` are the features that its probabilities come from, with words.

    `together`: the wholes that are said in one breath with a part of them, "2 of my 300".
    """

    claim: Claim
    atom: Atom
    names: dict[str, str]
    when: When | None
    first: bool = False
    core: frozenset[str] = frozenset()
    together: frozenset[int] = frozenset()

    @property
    def asserted(self) -> bool:
        """Whether it is said as a fact."""
        return not UNASSERTED & self.names.keys()

    @property
    def reportable(self) -> bool:
        """Whether it is a present mass-rejection claim about somebody identifiable (docs/decisions.md)."""
        claim = self.claim
        much = _force(self.atom)[1] >= _MUCH or "stated_ten_or_more" in self.names
        plain = self.atom.start == "start_rejection" and much
        sure = claim.kind is Kind.MASS and claim.probability[Kind.MASS] >= (SURE_PLAIN if plain else SURE)
        return sure and self.asserted and claim.mention is not None and not (self.when and self.when.past)

    @property
    def strength(self) -> tuple[bool, int, float]:
        """What orders the claims of one post: strongest last."""
        return self.reportable, _RANK[self.claim.kind], self.claim.probability[self.claim.kind]


def tell(
    lines: list[Line], parents: tuple[Mention, ...], posted_at: datetime | None, model: Model, context: dict[str, str]
) -> list[Told]:
    """The claims of a post, the strongest first; of a post that claims nothing, one that says so.

    `context` are features of the post as a whole. `Told.first` marks the claim the post turns on, whatever the model
    makes of it: all that its author says is weighed for it, for any other only the sentences it stands in.
    """
    groups: dict[str, tuple[Mention | None, list[tuple[int, Atom]]]] = {}
    sure = surest(lines)
    for i, line in enumerate(lines):
        for atom in line.atoms:
            mention = meant(lines, sure, i, atom, parents)
            groups.setdefault(_key(mention), (mention, []))[1].append((i, atom))
    groups = groups or _nothing(lines, sure, parents)
    if not groups:
        return []
    first = max(groups, key=lambda key: max(_force(atom) for _, atom in groups[key][1]))
    told = []
    for key, (mention, placed) in groups.items():
        each = _told(lines, mention, placed, posted_at)
        each.names |= context
        each.first = key == first
        around = [line for line in lines if line.own] if each.first else []
        told.append(_judged(each, [lines[i] for i in sorted({i for i, _ in placed})], around, model))
    return sorted(told, key=lambda each: each.strength, reverse=True)


def _nothing(
    lines: list[Line], sure: list[Line], parents: tuple[Mention, ...]
) -> dict[str, tuple[Mention | None, list[tuple[int, Atom]]]]:
    """A claim of nothing, where no sentence has a word for a rejection: the model may know better."""
    at = next((i for i, line in enumerate(lines) if line.own and line.sentence.words), None)
    if at is None:
        return {}
    sentence = lines[at].sentence
    atom = Atom(sentence, sentence.clauses[0] if sentence.clauses else Clause([]), sentence.words[0], "start_nothing")
    mention = meant(lines, sure, at, atom, parents)
    return {_key(mention): (mention, [(at, atom)])}


def _judged(told: Told, core: list[Line], around: list[Line], model: Model) -> Told:
    """The claim with its probabilities: of the sentences it stands in, and of all that is said around it, halfway."""
    names = told.names
    _hear(names, core, model)
    told.core, heard = frozenset(names), len(names)
    sums = model.sums([BIAS, *names])
    probability = chances(sums)
    if around:
        heard_in = set(map(id, core))
        _hear(names, [line for line in around if id(line) not in heard_in], model)
        more = model.sums(islice(names, heard, None))
        probability = between(probability, chances(tuple(map(add, sums, more))))
    kind = max(probability, key=lambda k: probability[k])
    facts = told.claim.facts
    if kind is Kind.REVERSAL and facts.reversal is not Reversal.COMPENSATED:
        facts = replace(facts, reversal=model.stage(names) or facts.reversal)
    told.claim = replace(
        told.claim,
        kind=kind,
        probability=probability,
        facts=_fitting(facts, kind, told, probability),
        contrary=kind is Kind.TALK and told.claim.contrary,
    )
    return told


def _key(mention: Mention | None) -> str:
    return "" if mention is None else mention.account_key or mention.text.casefold()


def _told(
    lines: list[Line], mention: Mention | None, placed: list[tuple[int, Atom]], posted_at: datetime | None
) -> Told:
    shown = mention is not None and (mention.account_key is not None or mention.origin in (Origin.EXPORT, Origin.LINK))
    place, atom = max(placed, key=lambda each: _force(each[1]))
    sure = _force(atom)[0]
    names = {atom.start: ""}
    for name, quote in atom.names.items():
        names[name if sure or name not in _QUANTITIES else f"unsure_{name}"] = quote
    if shown:
        names["shown_work"] = mention.text if mention else ""
    when = _when(lines, place, atom, posted_at)
    around = _around(lines, placed, mention)
    facts = facts_of([a for _, a in placed], around, when, posted_at)
    names |= _stated(facts, sure=sure) | _taken_back(placed, atom, facts)
    if mention is None:
        names["about_nobody"] = ""
    if when is not None and when.past:
        names["long_past"] = when.quote
    contrary = any(a.contrary for _, a in placed)
    claim = Claim(mention=mention, kind=Kind.OTHER, probability={}, facts=facts, contrary=contrary)
    return Told(claim, atom, names, when, together=together(around))


def _stated(facts: Facts, *, sure: bool) -> dict[str, str]:
    """What the numbers of the whole claim say, in which sentence whatever; `sure`: of a rejection that is asserted."""
    names, stated = dict[str, str](), "stated" if sure else "maybe"
    n = facts.n_rejected
    if n is not None:
        tier = "one" if n == 1 else "under_five" if n < 5 else "five_to_nine" if n < 10 else "ten_or_more"
        names[f"{stated}_{tier}"] = str(n)
    if facts.share is not None:
        names[f"{stated}_{facts.share.value}"] = facts.share.value
    if facts.reversal is not None:
        names[f"stage_{facts.reversal.value}"] = facts.reversal.value
    return names


def _hear(names: dict[str, str], lines: list[Line], model: Model) -> None:
    """Adds the grams of these lines that the model knows, with their words; all, if it knows none."""
    for line in lines:
        named = [(each.start, each.end) for each in line.named]
        if model.known:
            model.known.hear(names, line.sentence, named)
            continue
        for name, first, last in grams(line.sentence, named):
            names.setdefault(name, line.sentence.text[first.start : last.end])


def _fitting(facts: Facts, kind: Kind, told: Told, probability: Mapping[Kind, float]) -> Facts:
    """A question or a fear states no facts but its time and what it says of a reversal; what may as well be a claim,
    and is said as one, keeps them."""
    doubted = not _force(told.atom)[0] or probability[Kind.TALK] + probability[Kind.OTHER] > _DOUBTED
    if kind in (Kind.TALK, Kind.OTHER) and doubted:
        return Facts(reversal=told_with(facts.reversal, kind), happened_at=facts.happened_at)
    facts = replace(facts, reversal=told_with(facts.reversal, kind))
    if kind is Kind.REVERSAL and facts.share is not Share.ALL:
        facts = replace(facts, share=None)  # "half are back": a share of what had been rejected
    if kind is Kind.SINGLE:
        facts = _few(facts, told, probability)
    if kind not in (Kind.SINGLE, Kind.REVERSAL) and facts.n_rejected == 1:
        facts = replace(facts, n_rejected=None)  # "rejected my work", "a rejection is final": one is only what is usual
    if kind is Kind.MASS and facts.n_rejected is not None and facts.n_rejected < SEVERAL:
        facts = replace(facts, n_rejected=None)  # so few are no mass: it counts something else
    if kind is Kind.MASS and facts.n_rejected is None and facts.share is None:
        return replace(facts, share=Share.ALL)  # "wiped my week": without a number, nothing else makes it a mass
    return facts


def _few(facts: Facts, told: Told, probability: Mapping[Kind, float]) -> Facts:
    """What is said of one or a few: who gives no number means one, and a whole is a lifetime's unless said of them."""
    n = facts.n_rejected
    if n is not None and n >= MASS and probability[Kind.MASS] < _OPEN:
        n = None  # a lifetime's work, and not what was rejected
    whole = facts.n_submitted if n is not None and facts.n_submitted in told.together else None
    share = part(n, whole) if n is not None and whole is not None else None
    return replace(facts, n_rejected=n or 1, n_submitted=whole, share=share)


def _force(atom: Atom) -> tuple[bool, float]:
    """What orders the statements of a claim: one asserted before any other, then by how much it says."""
    return atom.asserts, max((_FORCE.get(name, 0.0) for name in (atom.start, *atom.names)), default=0.0)


def _taken_back(placed: Iterable[tuple[int, Atom]], strongest: Atom, facts: Facts) -> dict[str, str]:
    """What other atoms of the claim say of a reversal; an aside if far fewer came back than were rejected."""
    names = {
        name: quote
        for _, atom in placed
        if atom.start == "start_reversal" and atom is not strongest
        for name, quote in atom.names.items()
        if name.startswith("reversal_") or name == "compensated"
    }
    few = facts.n_reversed and facts.n_rejected and 2 * facts.n_reversed < facts.n_rejected
    if few and strongest.claims:
        names["reversal_aside"] = f"{facts.n_reversed} of {facts.n_rejected}"
    return names


def _around(lines: list[Line], placed: list[tuple[int, Atom]], mention: Mention | None) -> list[Sentence]:
    """The sentences in which the numbers of a claim may stand: of the only claim all that the author says but what
    they say of others, else those of its statements with the silent ones beside them; what is feared, supposed or said
    of all requesters never. Of a sentence that states something of others too, the claim's own clauses."""
    mine = {i for i, _ in placed}
    doubtful = mine - {i for i, atom in placed if not _SUPPOSED & atom.names.keys()}
    if all(i in mine for i, line in enumerate(lines) if line.atoms):
        chosen = {i for i, line in enumerate(lines) if line.own and (i in mine or not _of_others(line, mention))}
    else:
        chosen = set(mine)
        for i in mine - doubtful:
            for step in (-1, 1):
                j = i + step
                while 0 <= j < len(lines) and abs(j - i) <= _BACK and lines[j].own and not lines[j].atoms:
                    chosen.add(j)
                    j += step
    kept = sorted(chosen - doubtful if mine - doubtful else chosen)
    return [_its_part(lines[i], [atom for at, atom in placed if at == i], mention) for i in kept]


def _of_others(line: Line, mention: Mention | None) -> bool:
    """Whether a sentence speaks of other requesters only."""
    return mention is not None and bool(line.named) and all(_key(c.mention) != _key(mention) for c in line.named)


def _its_part(line: Line, atoms: list[Atom], mention: Mention | None) -> Sentence:
    """A sentence without the clauses that name others or state something of them: that is no part of a claim."""
    others = {id(atom.clause) for atom in line.atoms} - (own := {id(atom.clause) for atom in atoms})
    if len({_key(c.mention) for c in line.named}) > 1:
        others |= {id(c) for c in line.sentence.clauses if id(c) not in own and _names(c, line) - {_key(mention)}}
    kept = [clause for clause in line.sentence.clauses if id(clause) not in others]
    if not atoms or not others or not kept:
        return line.sentence
    return replace(line.sentence, words=[word for clause in kept for word in clause.words], clauses=kept)


def _names(clause: Clause, line: Line) -> set[str]:
    """Whom a clause of a line names."""
    first, last = clause.words[0].start, clause.words[-1].end
    return {_key(each.mention) for each in line.named if first <= each.start < last}


def _when(lines: list[Line], at: int, atom: Atom, posted_at: datetime | None) -> When | None:
    """The time of the claim: in its sentence (news before history), else in the sentences before it."""
    here = _times(lines[at].sentence, posted_at)
    recent = [when for when in here if not when.past]
    if recent or here:
        return (recent or here)[0]
    if "just_now" in atom.names and folded(atom.names["just_now"]) not in _NARRATED:
        return None
    for line in [*reversed(lines[max(0, at - _BACK) : at]), *lines[at + 1 : at + 2]]:
        found = _times(line.sentence, posted_at) if line.own else []
        if found and not any(map(_said(line.sentence).__contains__, _BIOGRAPHY)):
            return found[0]
    return None


def _times(sentence: Sentence, posted_at: datetime | None) -> list[When]:
    return whens(_said(sentence), posted_at)


def _said(sentence: Sentence) -> str:
    return folded(sentence.text[sentence.words[0].start : sentence.words[-1].end])
