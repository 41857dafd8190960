"""The rules of a community as cards: what each of the two policies gains and risks, then every number, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from bot.model import Card
from bot.model.policy import Policy, rules

CHOICE = {
    "early": "Gains: members hear of two or more independent reports, so that most of the work that can be saved is. "
    "Risks: the warning is unverified, and now and then one is wrong and is withdrawn.",
    "cautious": "Gains: members hear only what five or more independent reports support, and hardly ever in vain. "
    "Risks: some warnings come after most of the work is done, and some never.",
}
# Each part begins with this number and goes on to the next part's; what is added to the policy joins where it stands.
PARTS = (
    ("public_from", "Who is told"),
    ("neutral", "What one report is worth"),
    ("prior", "What surrounds the reports"),
    ("fresh_age", "Whose voice counts how much"),
    ("suspected", "When a stage is reached"),
    ("public_delay", "When something is told"),
)
# Who is told stands on the first page, beside the choice.
PAGES = len(PARTS) - 1
_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def policy(chosen: Policy, page: int = 1) -> Card:
    """One page of the numbers that count here, from 1 to `PAGES`; the first says what the two policies mean."""
    parts = PARTS[:2] if page == 1 else PARTS[page : page + 1]
    here = [(name, "counts here") if name == chosen.name else (name, "") for name in CHOICE]
    choice = tuple((f"Policy {name}{f' ({how})' if how else ''}", CHOICE[name]) for name, how in here)
    numbers = tuple(field for first, _ in parts for field in _numbers(chosen, first))
    lead = (
        ("Who manages the server chooses with /setup. Moderators hear of everything under both.",) if page == 1 else ()
    )
    goes_on = f" Next: policy {page + 1}" if page < PAGES else ""
    return Card(
        title=f"The rules here: {chosen.name}" if page == 1 else f"The rules here: {parts[0][1].lower()}",
        lines=(*lead, "Each number with what it means. Points are log-odds; more points are more sure."),
        fields=(*(choice if page == 1 else ()), *numbers),
        footer=f"Page {page} of {PAGES}.{goes_on}",
    )


def _numbers(chosen: Policy, first: str) -> Iterator[tuple[str, str]]:
    """The numbers of the part that begins with `first`."""
    names = list(rules())
    starts = [names.index(start) for start, _ in PARTS]
    bounds = dict(zip((start for start, _ in PARTS), pairwise([*starts, len(names)]), strict=True))
    for name in names[slice(*bounds[first])]:
        yield f"{name} = {_value(getattr(chosen, name))}", rules()[name].says


def _value(value: object) -> str:
    """A number as people write it: "10 minutes", "2 days", "0.4", "1,000", "no"."""
    if isinstance(value, timedelta):
        unit, word = next(((unit, word) for unit, word in _UNITS if not value % unit), _UNITS[-1])
        n = value / unit
        return f"{n:g} {word}{'s' * (n != 1)}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:g}"
    return str(value)
