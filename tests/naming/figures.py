"""What a list of answers is worth: accuracy, recall at a precision, unknown recognised, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Match, Result


@dataclass(frozen=True)
class Row:
    """One answer: who was meant (None: nobody known), whom the first candidate names, and how surely.

    `same` says that the first candidate has the very name of the one that was meant.
    """

    owner: str | None
    first: str | None
    same: bool
    probability: float
    result: Result | None = None
    kind: str = ""


def row(owner: str | None, match: Match, names: dict[str, str], kind: str = "") -> Row:
    """The row of a match. `names`: owner to canonical name."""
    first = match.candidates[0].owner if match.candidates else None
    same = owner is not None and first is not None and names[first] == names[owner]
    return Row(owner, first, same, match.probability, match.result, kind)


def accuracy(rows: Sequence[Row], *, by_owner: bool = False) -> float:
    """How often the first candidate is right, among questions about somebody known."""
    known = [one for one in rows if one.owner is not None]
    return sum(one.first == one.owner if by_owner else one.same for one in known) / len(known)


def recall_at(rows: Sequence[Row], precision: float, *, by_owner: bool = False) -> float:
    """The largest share of the known that can be linked while `precision` of all links are right."""
    ranked = sorted((one for one in rows if one.first is not None), key=lambda one: -one.probability)
    right = best = 0
    for place, one in enumerate(ranked, 1):
        right += one.first == one.owner if by_owner else one.same
        # Equal probabilities cannot be told apart: a cut is only possible where they differ.
        last = place == len(ranked) or ranked[place].probability < one.probability
        if last and right / place >= precision:
            best = right
    return best / sum(one.owner is not None for one in rows)


def unknown(rows: Sequence[Row]) -> tuple[float, float]:
    """Recall and precision of the answer "unknown"."""
    said = [one.owner is None for one in rows if one.result is Result.UNKNOWN]
    return sum(said) / max(1, sum(one.owner is None for one in rows)), sum(said) / max(1, len(said))


def unknown_at(rows: Sequence[Row], precision: float) -> float:
    """The largest share of strangers recognised by a low probability alone while `precision` of those called so are."""
    ranked = sorted(rows, key=lambda one: one.probability)
    right = best = 0
    for place, one in enumerate(ranked, 1):
        right += one.owner is None
        last = place == len(ranked) or ranked[place].probability > one.probability
        if last and right / place >= precision:
            best = right
    return best / max(1, sum(one.owner is None for one in rows))


def found(rows: Sequence[Row], *, by_owner: bool = True) -> tuple[float, float, int]:
    """Precision of the answer "found", the share of the known it covers, and how often it was wrong."""
    said = [one.first == one.owner if by_owner else one.same for one in rows if one.result is Result.FOUND]
    known = sum(one.owner is not None for one in rows)
    return sum(said) / max(1, len(said)), sum(said) / known, len(said) - sum(said)


def calibration_error(rows: Sequence[Row], *, by_owner: bool = True) -> float:
    """Expected calibration error over ten bins of the first candidate's probability; nobody named counts as 0."""
    bins: dict[int, list[float]] = {}
    for one in rows:
        right = one.first is not None and (one.first == one.owner if by_owner else one.same)
        bins.setdefault(min(9, int(one.probability * 10)), []).append(one.probability - right)
    return sum(abs(sum(each)) for each in bins.values()) / len(rows)


def percentile(times: Sequence[float], share: float) -> float:
    """The time that a share of all stays below, in milliseconds."""
    ranked = sorted(times)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1e3
