"""What is measured of one reader on one set of posts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.evaluation.examples import Example
from bot.evaluation.figures import Estimate, Ratio, average_precision, calibration_error, estimate, f1, ratio
from bot.model import Kind, Post, Reading

Pair = tuple[Example, Reading]
Figure = Ratio | Estimate
_LOUD = re.compile(r"rej|rechaz|recus|refus|denied|denial|\d")
_NUMBER = re.compile(
    r"\b(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    r"|hundreds?|thousands?|dozens?)\b"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All figures of a reader on a set: by name in the order of printing, kinds against kinds, and theme by theme."""

    figures: Mapping[str, Figure]
    confusion: Mapping[tuple[Kind, Kind], int]
    themes: Mapping[str, Ratio]


def measure(examples: Sequence[Example], readings: Sequence[Reading], gate: Sequence[bool] | None = None) -> Sheet:
    """The figures of these readings; with `gate` (whether each post passed it) also the gate's recall."""
    pairs = list(zip(examples, readings, strict=True))
    figures = {**_mass(pairs), **_reportable(pairs), **_requesters(pairs), **_facts(pairs), **_calibration(pairs)}
    if gate is not None:
        figures["gate recall on mass"] = ratio(
            [ok for (each, _), ok in zip(pairs, gate, strict=True) if _is_mass(each)]
        )
        figures["gate lets pass of other"] = ratio(
            [ok for (each, _), ok in zip(pairs, gate, strict=True) if each.expected.kind is Kind.OTHER]
        )
    confusion = Counter((each.expected.kind, reading.kind) for each, reading in pairs)
    return Sheet(figures, confusion, _themes(pairs))


def passed(example: Example, reading: Reading) -> bool:
    """Whether the harm was avoided: 'mass' exactly where it is, and nothing reportable that should not be."""
    right = (reading.kind is Kind.MASS) == _is_mass(example)
    may_report = example.expected.reportable if example.expected.reportable is not None else _is_mass(example)
    return right and (may_report or not reading.reportable)


def quiet(post: Post) -> bool:
    """Whether a post and its title have no word of rejection and no number (in digits, or a word from ten up)."""
    low = f"{post.title or ''}\n{post.text}".lower()
    return _LOUD.search(low) is None and _NUMBER.search(low) is None


def names(example: Example, reading: Reading) -> bool:
    """Whether the requester that the reading puts first is one of those expected, by name or id."""
    return bool(reading.mentions) and _meant(example, reading, 0)


def _meant(example: Example, reading: Reading, place: int) -> bool:
    mention = reading.mentions[place]
    expected = {_plain(name) for name in (*example.expected.requesters, *example.expected.account_keys)}
    return _plain(mention.text) in expected or (mention.account_key or "").casefold() in expected


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold().removesuffix(".")  # "Example Inc" and "Example Inc." are one name


def _is_mass(example: Example) -> bool:
    return example.expected.kind is Kind.MASS


def _mass(pairs: Sequence[Pair]) -> dict[str, Figure]:
    rows = [(_is_mass(each), reading.kind is Kind.MASS, reading.probability[Kind.MASS]) for each, reading in pairs]
    return {
        "F1 of mass": estimate(f1, rows),
        "precision of mass": ratio([is_it for is_it, called, _ in rows if called]),
        "recall of mass": ratio([called for is_it, called, _ in rows if is_it]),
        "recall of quiet mass": ratio(
            [reading.kind is Kind.MASS for each, reading in pairs if _is_mass(each) and quiet(each.post)]
        ),
        "mass seen in other quiet posts": ratio(
            [reading.kind is Kind.MASS for each, reading in pairs if not _is_mass(each) and quiet(each.post)]
        ),
        "AUPRC of mass": estimate(average_precision, rows),
        "kind right": ratio([reading.kind is each.expected.kind for each, reading in pairs]),
    }


def _reportable(pairs: Sequence[Pair]) -> dict[str, Figure]:
    idle = [reading.reportable for each, reading in pairs if each.expected.kind in (Kind.TALK, Kind.OTHER)]
    judged = [(bool(each.expected.reportable), reading.reportable) for each, reading in pairs
              if each.expected.reportable is not None]  # fmt: skip
    return {
        "reportable on talk + other": ratio(idle),
        "precision of reportable": ratio([is_it for is_it, called in judged if called]),
        "recall of reportable": ratio([called for is_it, called in judged if is_it]),
    }


def _requesters(pairs: Sequence[Pair]) -> dict[str, Figure]:
    named = [(each, reading) for each, reading in pairs if each.expected.requesters or each.expected.account_keys]
    mass = [(each, reading) for each, reading in named if _is_mass(each)]
    nameless = [reading for each, reading in pairs if not (each.expected.requesters or each.expected.account_keys)]
    return {
        "requester found": ratio([names(*pair) for pair in named]),
        "requester found on mass": ratio([names(*pair) for pair in mass]),
        "requester among all named": ratio(
            [any(_meant(each, r, place) for place in range(len(r.mentions))) for each, r in named]
        ),
        "requester invented": ratio([bool(reading.mentions) for reading in nameless]),
        "requester invented in a claim": ratio(
            [any(claim.mention is not None for claim in reading.claims) for reading in nameless]
        ),
    }


def _facts(pairs: Sequence[Pair]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for label, name in (("count", "n_rejected"), ("submitted", "n_submitted"), ("share", "share"),
                        ("reversal", "reversal"), ("cause", "cause"), ("platform", "platform")):  # fmt: skip
        judged = [(each.expected.facts[name], _said(r, name)) for each, r in pairs if name in each.expected.facts]
        figures[f"{label} right where given"] = ratio([said == given for given, said in judged if given is not None])
        figures[f"{label} invented where not"] = ratio([said is not None for given, said in judged if given is None])
        figures[f"{label} right where said"] = ratio([said == given for given, said in judged if said is not None])
    return figures


def _said(reading: Reading, name: str) -> object:
    return reading.platform if name == "platform" else getattr(reading.facts, name)


def _calibration(pairs: Sequence[Pair]) -> dict[str, Figure]:
    mass = [(_is_mass(each), reading.probability[Kind.MASS]) for each, reading in pairs]
    kind = [(reading.kind is each.expected.kind, reading.probability[reading.kind]) for each, reading in pairs]
    return {
        "calibration error of mass": Estimate(calibration_error(mass)),
        "calibration error of the kind": Estimate(calibration_error(kind)),
    }


def _themes(pairs: Sequence[Pair]) -> dict[str, Ratio]:
    by_theme: dict[str, list[bool]] = {}
    for each, reading in pairs:
        by_theme.setdefault(each.theme, []).append(passed(each, reading))
    return {theme: ratio(found) for theme, found in by_theme.items()}
