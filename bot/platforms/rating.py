"""What rejections do to an approval rate, and how much work it takes to climb back. Exact arithmetic, no floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import NamedTuple

from bot.platforms.profile import RatingRule

# "Only the first 10" a day should count: https://www.coworker.org/petitions/end-the-harm-of-mass-rejections
PETITION_CAP = 10
MOST = 10**9  # no worker has decided work beyond this; more is a slip of the finger


class Case(NamedTuple):
    """A worker's numbers: approved and rejected until now, and how many more may be rejected."""

    approved: int
    rejected: int
    at_risk: int


# 99.5 % before, 76.6 % after, 29,195 approvals to 99 %; with the petition's cap 98.5 % and 485.
EXAMPLE = Case(approved=1_000, rejected=5, at_risk=300)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as it is (`exact`, 0 to 1) and as the platform shows it (whole per cents)."""

    exact: Fraction
    shown: int

    def percent(self) -> Decimal:
        """In per cent with one decimal, cut off as platforms do: 76.6."""
        return (Decimal(self.exact.numerator * 100) / self.exact.denominator).quantize(Decimal("0.1"), ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Climb:
    """A gate in per cent, how many approvals in a row reach it by the exact rate, and whether the damage lost it."""

    gate: int
    approvals: int
    lost: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What `counted` more rejections do. `climbs` has one entry a gate, in the rule's order, from the state after."""

    case: Case
    counted: int
    before: Rate
    after: Rate
    climbs: tuple[Climb, ...]

    @property
    def lost(self) -> tuple[int, ...]:
        """The gates that were passed before and are not after."""
        return tuple(climb.gate for climb in self.climbs if climb.lost)


def _check(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"The number {name} must be a whole number.")
    if not 0 <= value <= MOST:
        raise ValueError(f"The number {name} must be from 0 to {MOST:,}.")


def rate(approved: int, rejected: int) -> Fraction:
    """Approved out of all decided work, 0 to 1; 1 while nothing is decided. Raises ValueError on bad numbers."""
    _check("approved", approved)
    _check("rejected", rejected)
    return Fraction(approved, approved + rejected) if approved + rejected else Fraction(1)


def shown(rule: RatingRule, approved: int, rejected: int) -> int:
    """The whole per cent that the platform shows: cut off, and 100 below `rule.full_below` decided."""
    exact = rate(approved, rejected)
    return 100 if approved + rejected < rule.full_below else int(exact * 100)


def approvals_needed(approved: int, rejected: int, gate: int) -> int:
    """The fewest approvals in a row after which the exact rate is at least `gate` per cent (1 to 99)."""
    rate(approved, rejected)
    if not 1 <= gate <= 99:
        raise ValueError("A gate must be from 1 to 99 per cent.")
    # (A + n) / (A + n + R) >= g/100, solved for n, rounded up: Damage does not forget what is spent already.
    short = gate * rejected - (100 - gate) * approved
    return max(0, -(-short // (100 - gate)))


def damage(rule: RatingRule, approved: int, rejected: int, at_risk: int, cap: int | None = None) -> Damage:
    """What `at_risk` rejections more would do; with `cap` only so many of them count (all taken to be of one day).

    Below `rule.full_below` the platform shows 100 whatever happens; `climbs` is about the exact rate even then.
    Raises ValueError on a negative number, or on one above `MOST`.
    """
    _check("at risk", at_risk)
    if cap is not None:
        _check("that the cap lets through", cap)
    counted = at_risk if cap is None else min(at_risk, cap)
    before = Rate(rate(approved, rejected), shown(rule, approved, rejected))
    after_rejected = rejected + counted
    _check("rejected afterwards", after_rejected)
    after = Rate(rate(approved, after_rejected), shown(rule, approved, after_rejected))
    climbs = tuple(
        Climb(gate, approvals_needed(approved, after_rejected, gate), after.shown < gate <= before.shown)
        for gate in rule.gates
    )
    return Damage(case=Case(approved, rejected, at_risk), counted=counted, before=before, after=after, climbs=climbs)
