"""`dev.py bench deciding [YEARS [WORLD ...]]`: the rules in every simulated world, beside simple rules and the oracle.

Seeds are those of reports, which never set a weight. Twenty years a world and both structures take about half an
hour on two idle cores. The simple rules are tuned to the rate of false alerts that ours has, in the same run.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from random import Random

from bot import incidents
from bot.incidents.stages import RANK
from bot.model import Incident, Report, Voice
from bot.policies import EARLY
from bot.simulation.chance import spread, stream
from bot.simulation.command import Task, simulate, tasks
from bot.simulation.scribe import Scribe
from bot.simulation.wording import mass
from bot.simulation.worlds import BASE, REPORT_SEEDS, WORLDS

YEARS = 20
CASES = 1_000
ATTENDED = replace(EARLY, name="early, told of every strong report", suspected_voices=1, suspected=-1.0)
"""For a guild whose moderators answer: what a single worker reports is called suspected. Members do not hear it."""
UNTOLD = replace(EARLY, name="early, told of no lone report", lone=50.0)
"""As it was before moderators heard of lone reports."""


def main(arguments: list[str]) -> None:
    """Every world; then, if it is among them, the base with moderators, and with workers who are asked."""
    years = int(arguments[0]) if arguments else YEARS
    worlds = arguments[1:] or list(WORLDS)
    plain = Task(world="base", structure="incident", seed=REPORT_SEEDS.start, years=years, policy=EARLY)
    simulate(tasks(worlds, ["both"], plain), sys.stdout, as_json=False)
    if "base" not in worlds:
        return
    residuals()
    for more in (
        replace(plain, moderators=True, rivals=False, policy=UNTOLD),
        replace(plain, moderators=True, rivals=False),
        replace(plain, moderators=True, rivals=False, policy=ATTENDED),
        replace(plain, asking=True, rivals=False),
        replace(plain, asking=True, moderators=True, rivals=False),
    ):
        simulate(tasks(["base"], ["both"], more), sys.stdout, as_json=False)


def residuals() -> None:
    """What cannot be 0: how often aged liars, or one person with varied words on many sites, get how far."""
    for known, before in (("nobody knew", {}), ("many know", {"volume": 6, "praise": 9})):
        for k in (2, 3, 4, 5, 8):
            far = [_lied(stream("liars", k, known, n), k, 1, before) for n in range(CASES)]
            print(f"{k} aged liars within hours on a requester whom {known}: {_shares(far)}", flush=True)
        for n_sites in (2, 5, 10):
            far = [_lied(stream("one", n_sites, known, n), n_sites, n_sites, before) for n in range(CASES)]
            print(f"one liar on {n_sites} sites in varied words, {known} them: {_shares(far)}", flush=True)


def _lied(rng: Random, n: int, n_sites: int, before: dict[str, int]) -> tuple[bool, bool, bool]:
    scribe = Scribe(BASE, rng.randrange(10**9), None)  # type: ignore[arg-type]
    for number in range(n):
        voice = Voice(
            key=f"site{number % n_sites}:l{number}", site=f"site{number % n_sites}", age_days=900, n_posts=400
        )
        facts = mass(rng, 30, BASE)
        scribe.say(rng, rng.random() * spread(rng, 4, 1), "A1", voice, BASE.mass, topic="lie", facts=facts)
    opened_at = min(event.at for event in scribe.events)
    reports = tuple(event.what for event in scribe.events if isinstance(event.what, Report))
    told = Incident(platform=None, rules_version=1, opened_at=opened_at, reports=reports, **before)
    found = incidents.assess(told, EARLY, opened_at + timedelta(days=3))
    return RANK[found.stage] >= 1, found.public_after is not None, RANK[found.stage] >= 2


def _shares(far: list[tuple[bool, bool, bool]]) -> str:
    suspected, public, sure = (sum(column) / len(far) for column in zip(*far, strict=True))
    return f"suspected {suspected:.2f}, public under `early` {public:.2f}, corroborated {sure:.3f}"
