"""`dev.py bench deciding [YEARS [WORLD ...]]`: the rules in every simulated world, beside simple rules and the oracle.

Seeds are those of reports, which never set a weight. Twenty years a world and both structures take about half an
hour on two idle cores. The simple rules are tuned to the rate of false alerts that ours has, in the same run.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from bot.policies import EARLY
from bot.simulation.command import Task, simulate, tasks
from bot.simulation.worlds import REPORT_SEEDS, WORLDS

YEARS = 20
ATTENDED = replace(EARLY, name="early, told of every strong report", suspected_voices=1)
"""For a guild whose moderators answer: they also hear of what a single worker reports. Members do not."""


def main(arguments: list[str]) -> None:
    """Every world; then, if it is among them, the base with moderators, and with workers who are asked."""
    years = int(arguments[0]) if arguments else YEARS
    worlds = arguments[1:] or list(WORLDS)
    plain = Task(world="base", structure="incident", seed=REPORT_SEEDS.start, years=years, policy=EARLY)
    simulate(tasks(worlds, ["both"], plain), sys.stdout, as_json=False)
    if "base" not in worlds:
        return
    for more in (
        replace(plain, moderators=True, rivals=False),
        replace(plain, moderators=True, rivals=False, policy=ATTENDED),
        replace(plain, asking=True, rivals=False),
    ):
        simulate(tasks(["base"], ["both"], more), sys.stdout, as_json=False)
