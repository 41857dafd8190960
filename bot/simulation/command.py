"""The command simulate: years of an invented community through the real rules, on all cores."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TextIO

from bot.errors import UsageError
from bot.model.policy import ATTENDED, Policy
from bot.simulation.events import record_of
from bot.simulation.figures import YearFigures, figures
from bot.simulation.tables import lines, summary
from bot.simulation.world import givens
from bot.simulation.worlds import FIT_SEEDS, STRUCTURES, WORLDS, world
from bot.simulation.years import year


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Years to simulate: of which world, in which structure, from which seed on, and who takes part."""

    world: str
    structure: str
    seed: int
    years: int
    policy: Policy
    moderators: bool = False
    asking: bool = False
    rivals: bool = True

    @property
    def title(self) -> str:
        """What is simulated, for a person."""
        more = [word for word, so in (("moderators", self.moderators), ("asking", self.asking)) if so]
        return f"{self.world}, by {self.structure}, policy {self.policy.name}" + "".join(f", with {w}" for w in more)


def tasks(worlds: Sequence[str], structures: Sequence[str], base: Task) -> list[Task]:
    """One task for each of these worlds in each of these structures; `all` means all. Raises UsageError."""
    names = list(WORLDS) if "all" in worlds else list(worlds)
    shapes = list(STRUCTURES) if "both" in structures else list(structures)
    if base.seed < FIT_SEEDS.stop and base.seed + base.years > FIT_SEEDS.start:
        raise UsageError(
            f"Seeds {FIT_SEEDS.start} to {FIT_SEEDS.stop - 1} set the weights and are never reported; use 5000 and up."
        )
    for name in names:
        for shape in shapes:
            world(name, shape)
    return [
        Task(
            world=name,
            structure=shape,
            seed=base.seed,
            years=base.years,
            policy=base.policy,
            moderators=base.moderators,
            asking=base.asking,
            rivals=base.rivals,
        )
        for name in names
        for shape in shapes
    ]


def one_year(task: Task, seed: int) -> YearFigures:
    """One year of the task, whatever process it runs in."""
    made = year(world(task.world, task.structure), seed)
    policy = replace(task.policy, asks=True) if task.asking else task.policy
    if task.moderators:
        policy = replace(policy, lone_a_day=policy.lone_a_day or ATTENDED)
    return figures(made, policy, moderators=task.moderators, asking=task.asking, rivals=task.rivals)


def simulated(found: Sequence[Task]) -> Iterator[tuple[Task, list[YearFigures]]]:
    """Each task with its years, computed on all cores."""
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for task in found:
            seeds = range(task.seed, task.seed + task.years)
            yield task, list(pool.map(one_year, [task] * task.years, seeds))


def simulate(found: Sequence[Task], out: TextIO, *, as_json: bool) -> int:
    """Writes the figures of each task: for a person, or one JSON object a line."""
    for task, years in simulated(found):
        numbers = summary(years)
        if as_json:
            about: dict[str, Any] = {"world": task.world, "structure": task.structure, "policy": task.policy.name}
            about |= {"seed": task.seed, "moderators": task.moderators, "asking": task.asking}
            out.write(json.dumps(about | numbers) + "\n")
        else:
            out.write("\n".join(lines(task.title, numbers)) + "\n")
        out.flush()
    return 0


def write_events(task: Task, out: TextIO) -> int:
    """Writes the events of the task's first year as `decide` reads them, in order of time."""
    for event in year(world(task.world, task.structure), task.seed).events:
        out.write(json.dumps(record_of(event)) + "\n")
    return 0


def describe(name: str, structure: str, out: TextIO) -> int:
    """Writes every number of a world with what it means and where it comes from."""
    made = world(name, structure)
    for key, given in givens().items():
        out.write(f"{key} = {getattr(made, key)}\n    {given.says}\n    Source: {given.source}.\n")
    return 0
