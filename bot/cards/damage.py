"""What rejections do to a worker's rating, in one sentence and as a card."""

from __future__ import annotations

from datetime import datetime

from bot.cards import words
from bot.model import Card
from bot.platforms import Platform, RatingRule
from bot.platforms.rating import EXAMPLE, PETITION_CAP, Case, Damage, damage

PLAIN = RatingRule(
    full_below=0,
    gates=(99, 98, 95),
    text="Approved out of approved and rejected. Your platform may count otherwise.",
    source="plain arithmetic",
)


def damage_line(rule: RatingRule, case: Case | None) -> str:
    """The worker's own numbers, or one example that says it is one; with and without the petition's cap."""
    mine = case or EXAMPLE
    whose = "Your rating" if case else f"Example, a worker with {mine.approved:,} approved and {mine.rejected} rejected"
    plain = damage(rule, *mine)
    capped = damage(rule, *mine, cap=PETITION_CAP)
    return (
        f"{whose}: {mine.at_risk:,} more rejections make {_rate(plain)}{_climb(plain)}; "
        f"if only {PETITION_CAP} a day counted, as workers petition for, {_rate(capped)}{_climb(capped)}."
    )


def rating(platform: Platform | None, case: Case | None, now: datetime) -> Card:
    """The answer to `rating`. Where we know no rule of an open platform it is plain arithmetic, and says so."""
    rule = platform.rating if platform is not None and not platform.closed(now) and platform.rating else PLAIN
    where = f" on {platform.name}" if platform is not None and rule is not PLAIN else ""
    lines = [damage_line(rule, case), rule.text]
    if platform is not None and platform.closed(now):
        lines.append(f"{platform.name} closed on {words.day(platform.closed_at)}; its ratings matter no more.")
    return Card(title=f"What rejections do to a rating{where}", lines=tuple(lines), footer=f"Rule: {rule.source}")


def _rate(made: Damage) -> str:
    return f"{made.before.percent()} % into {made.after.percent()} % (shown as {made.after.shown} %)"


def _climb(made: Damage) -> str:
    lost = [climb for climb in made.climbs if climb.lost]
    if not lost:
        return ", and no gate is lost"
    first = lost[0]
    return f", and {first.approvals:,} approvals in a row lead back to {first.gate} %"
