"""The named worlds: the base, and one thing wrong at a time. Each comes in two structures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.errors import UsageError
from bot.simulation.world import Law, World

BASE = World(by_person=False, correlated=False)

WORLDS: Final[Mapping[str, World]] = {
    each.name: each
    for each in (
        BASE,
        replace(BASE, name="busy", incidents=2_500),
        replace(BASE, name="few-posters", posting=0.01),
        replace(BASE, name="many-posters", posting=0.08),
        # A weak reader: claims missed in a quarter of cases, four in ten single rejections taken for more.
        replace(
            BASE,
            name="noisy-reader",
            mass=Law(1.5, 2.0),
            hearsay=Law(0.5, 2.0),
            single=Law(-0.5, 2.0),
            talk=Law(-2.5, 1.8),
            old=Law(-1.0, 2.0),
        ),
        replace(BASE, name="noisy-resolver", resolved=0.70, misresolved=0.12),
        replace(BASE, name="brigades", brigades=210),
        # What no guard can tell: brigades against anybody, also whom nobody knew.
        replace(BASE, name="brigades-anywhere", brigade_targets=20_000),
        replace(BASE, name="partials", partials=1_800),
        replace(BASE, name="noise", singles=75, questions=75, approvals=180, old_stories=18, trolls=3),
        replace(BASE, name="slow-noticing", notice=12),
    )
}
"""By name, the base first. 'busy' has 2,500 mass rejections a year; the petition's figure taken for incidents."""

STRUCTURES: Final[Mapping[str, tuple[bool, bool]]] = {"incident": (False, False), "person": (True, True)}
"""Who posts and how errors fall: by incident and each on its own, or by person and correlated in a requester."""

FIT_SEEDS: Final = range(1_000, 2_000)
"""Years on which weights may be set. They never appear in a report."""
REPORT_SEEDS: Final = range(5_000, 6_000)
"""Years that are reported. Nothing is ever set by them."""


def world(name: str, structure: str) -> World:
    """The world of that name in that structure. Raises UsageError if there is none."""
    if name not in WORLDS:
        raise UsageError(f"There is no world {name!r}; there are {', '.join(WORLDS)}.")
    if structure not in STRUCTURES:
        raise UsageError(f"There is no structure {structure!r}; there are {', '.join(STRUCTURES)}.")
    by_person, correlated = STRUCTURES[structure]
    return replace(WORLDS[name], by_person=by_person, correlated=correlated)
