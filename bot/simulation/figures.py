"""Figures of a year: false warnings, work saved, how long it took. Years are added up and drawn again for intervals."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.model import Reason, Stage
from bot.model.policy import Policy
from bot.simulation.affairs import Affair
from bot.simulation.chance import stream
from bot.simulation.rivals import RIVALS, tracks, warnings
from bot.simulation.runs import run
from bot.simulation.years import Year, heard_by, nth_heard, savable

_DRAWS = 400
_SURE = (Stage.CORROBORATED, Stage.CONFIRMED)


@dataclass(slots=True)
class Score:
    """How one rule fared in a year: false warnings by what they came from, and the true ones."""

    false: Counter[str] = field(default_factory=Counter)
    saved: int = 0
    warned: int = 0
    reports: list[int] = field(default_factory=list)
    hours: list[float] = field(default_factory=list)

    @property
    def n_false(self) -> int:
        """False warnings of all kinds."""
        return self.false.total()


@dataclass(slots=True)
class YearFigures:
    """One year: what there was to save, what our rules made of it, and the rivals at every threshold."""

    seed: int
    affairs: int
    reported: int
    savable: int
    oracle: int
    second: int
    early: Score
    cautious: Score
    corroborated_true: int
    corroborated_false: int
    shown: int
    asked: int
    asked_in_vain: int
    rivals: dict[str, list[Score]] = field(default_factory=dict)


def figures(
    year: Year, policy: Policy, *, moderators: bool = False, asking: bool = False, rivals: bool = True
) -> YearFigures:
    """Everything that is counted of one year. `shown` is how many stories moderators get to see."""
    told = run(year, policy, moderators=moderators, asking=asking)
    known = savable(year.affairs)
    asked = [each for each in told if each.reason is Reason.ASKED]
    sure = [each for each in told if each.stage in _SURE and each.reason is not Reason.CONFIRMED and each.public]
    true = sum(year.affair(each.account, each.at) is not None for each in sure)
    return YearFigures(
        seed=year.seed,
        affairs=sum(each.began_at >= 0 for each in year.affairs),
        reported=len(known),
        savable=sum(each.left(each.posts[0]) for each in known),
        oracle=_known_at(known, 1),
        second=_known_at(known, 2),
        early=score(year, [(each.at, each.account) for each in told if each.public]),
        cautious=score(year, [(each.at, each.account) for each in told if each.public and each.stage in _SURE]),
        corroborated_true=true,
        corroborated_false=len(sure) - true,
        shown=len(
            {
                (each.account, each.at // (24 * 14))
                for each in told
                if each.stage is not Stage.WATCHED or each.reason is Reason.LONE
            }
        ),
        asked=len(asked),
        asked_in_vain=sum(year.affair(each.account, each.at) is None for each in asked),
        rivals={name: _swept(year, name) for name in RIVALS} if rivals else {},
    )


def _swept(year: Year, name: str) -> list[Score]:
    rule, thresholds = RIVALS[name]
    found = tracks(year.events, rule)
    return [score(year, warnings(found, threshold)) for threshold in thresholds]


def _known_at(known: Iterable[Affair], n: int) -> int:
    """What somebody would save who knows the truth and warns at the n-th report."""
    times = ((each, nth_heard(each, n)) for each in known)
    return sum(each.left(at) for each, at in times if at is not None)


def score(year: Year, told: Iterable[tuple[float, str]]) -> Score:
    """What public words at these hours about these accounts are worth. Each one about somebody honest is false."""
    found = Score()
    first: dict[int, tuple[Affair, float]] = {}
    for at, account in told:
        affair = year.affair(account, at)
        if affair is None:
            found.false[year.blame(account, at)] += 1
        else:
            first.setdefault(id(affair), (affair, at))
    for affair, at in first.values():
        if affair.began_at < 0:
            continue
        found.warned += 1
        if affair.posts:
            found.saved += affair.left(max(at, affair.posts[0]))
        if affair.heard:
            found.reports.append(heard_by(affair, at))
            found.hours.append(max(0.0, at - affair.heard[0]))
    return found


def median(numbers: Iterable[float]) -> float:
    """The middle one; 0 of nothing."""
    return statistics.median([*numbers] or [0.0])


def share(years: Sequence[YearFigures], saved: Callable[[YearFigures], float]) -> float:
    """Work saved in all the years, as a share of what the oracle saves."""
    return sum(map(saved, years)) / max(1, sum(each.oracle for each in years))


def interval(years: Sequence[YearFigures], of: Callable[[Sequence[YearFigures]], float]) -> tuple[float, float]:
    """Within what a figure lies in 95 of 100 cases, by drawing years again with replacement."""
    rng = stream("bootstrap", len(years))
    drawn = sorted(of(rng.choices(years, k=len(years))) for _ in range(_DRAWS))
    return drawn[round(0.025 * _DRAWS)], drawn[round(0.975 * _DRAWS) - 1]


@dataclass(frozen=True, slots=True)
class Matched:
    """A rival at the false-warning rate of ours: share of the oracle's savings, reports needed, hours."""

    share: float
    warned: float
    reports: float
    hours: float


def matched(years: Sequence[YearFigures], name: str, false_a_year: float) -> Matched:
    """The rival between the two thresholds next to that many false warnings a year."""
    found = []
    for place in range(len(RIVALS[name][1])):
        scores = [each.rivals[name][place] for each in years]
        found.append((sum(s.n_false for s in scores) / len(years), scores))
    strict = next((place for place, (false, _) in enumerate(found) if false <= false_a_year), len(found) - 1)
    loose = max(0, strict - 1)
    high, low = found[loose][0], found[strict][0]
    near = min(1.0, (false_a_year - low) / (high - low)) if high > low else 0.0
    shares = [sum(s.saved for s in found[place][1]) / max(1, sum(y.oracle for y in years)) for place in (loose, strict)]
    warned = [
        sum(s.warned for s in found[place][1]) / max(1, sum(y.reported for y in years)) for place in (loose, strict)
    ]
    best = found[loose if near > 0.5 else strict][1]
    return Matched(
        share=near * shares[0] + (1 - near) * shares[1],
        warned=near * warned[0] + (1 - near) * warned[1],
        reports=median(n for s in best for n in s.reports),
        hours=median(h for s in best for h in s.hours),
    )
