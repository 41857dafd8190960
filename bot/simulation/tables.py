"""Figures in words and in JSON: a block of lines for each world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bot.simulation.figures import Score, YearFigures, interval, matched, median, share
from bot.simulation.rivals import RIVALS


def _false(years: Sequence[YearFigures], of: Callable[[YearFigures], Score]) -> float:
    return sum(of(each).n_false for each in years) / len(years)


def early(each: YearFigures) -> Score:
    """What the policy tells in public."""
    return each.early


def cautious(each: YearFigures) -> Score:
    """What of it is told in public under `cautious`: from corroborated on."""
    return each.cautious


def summary(years: Sequence[YearFigures]) -> dict[str, Any]:
    """All figures of some years of one world. Shares are of what the oracle saves, who warns at the first report."""
    false = _false(years, early)
    sure = sum(each.corroborated_true + each.corroborated_false for each in years)
    low, high = interval(years, lambda some: share(some, lambda each: each.early.saved))
    kinds = sum((each.early.false for each in years), Counter[str]())
    return {
        "years": len(years),
        "incidents_a_year": sum(each.affairs for each in years) / len(years),
        "reported": sum(each.reported for each in years) / max(1, sum(each.affairs for each in years)),
        "oracle_of_savable": sum(each.oracle for each in years) / max(1, sum(each.savable for each in years)),
        "knowing_the_truth_at_the_second": share(years, lambda each: each.second),
        "false_a_year": false,
        "false_by_cause": {kind: n / len(years) for kind, n in sorted(kinds.items())},
        "saved": share(years, lambda each: each.early.saved),
        "saved_interval": (low, high),
        "warned": sum(each.early.warned for each in years) / max(1, sum(each.reported for each in years)),
        "reports_needed": median(n for each in years for n in each.early.reports),
        "hours_needed": median(n for each in years for n in each.early.hours),
        "cautious_false_a_year": _false(years, cautious),
        "cautious_saved": share(years, lambda each: each.cautious.saved),
        "precision_of_corroborated": sum(each.corroborated_true for each in years) / max(1, sure),
        "shown_to_moderators_a_week": sum(each.shown for each in years) / len(years) / 52,
        "questions_a_week": sum(each.asked for each in years) / len(years) / 52,
        "questions_about_honest": sum(each.asked_in_vain for each in years) / max(1, sum(each.asked for each in years)),
        "rivals_at_the_same_rate": _rivals(years, false),
    }


def _rivals(years: Sequence[YearFigures], false: float) -> dict[str, Any]:
    if not years[0].rivals:
        return {}
    found = {name: matched(years, name, false) for name in RIVALS}
    return {
        name: {"saved": each.share, "warned": each.warned, "reports_needed": each.reports, "hours_needed": each.hours}
        for name, each in found.items()
    }


def lines(title: str, found: dict[str, Any]) -> list[str]:
    """The summary for a person."""
    causes = ", ".join(f"{kind} {n:.1f}" for kind, n in found["false_by_cause"].items())
    low, high = found["saved_interval"]
    told = [
        title,
        f"  false public alerts a year   {found['false_a_year']:.1f} ({causes or 'none'})",
        f"  saved, of the oracle's       {found['saved']:.2f} [{low:.2f}-{high:.2f}]"
        f"   (who knows the truth, at the second report: {found['knowing_the_truth_at_the_second']:.2f})",
        f"  warned, of those reported    {found['warned']:.2f}, after {found['reports_needed']:.0f} reports and "
        f"{found['hours_needed']:.1f} hours (medians)",
        f"  under `cautious`             {found['cautious_false_a_year']:.1f} false a year, "
        f"{found['cautious_saved']:.2f} saved; corroborated is right in {found['precision_of_corroborated']:.3f}",
        f"  moderators see               {found['shown_to_moderators_a_week']:.1f} a week; "
        f"questions {found['questions_a_week']:.1f} a week, "
        f"{found['questions_about_honest']:.0%} of them about somebody honest",
    ]
    for name, each in found["rivals_at_the_same_rate"].items():
        told.append(
            f"  {name:<28} {each['saved']:.2f} saved at the same rate of false alerts, "
            f"after {each['reports_needed']:.0f} reports"
        )
    return told
