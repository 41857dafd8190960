"""The soak: simulated days and real deaths over many seeds, with wrong protocols beside them as controls.

python3 dev.py soak --seeds 1:200 [--minutes 90]   both ends included; stops by itself after so many minutes
python3 dev.py soak --plan '{"seed": 3, …}'        one simulated day again, request for request
python3 dev.py soak --hour [MINUTES [OUTAGE]]      an hour of the real program against loopback fakes (tests/soak.py)

Of every seed: five days of different trouble, a death at every named point, three deaths during recovery, and 10,000
hostile posts for the reader. The last line is {"summary": {…}}; it ends with 1 if anything was lost, doubled or
violated, or if a wrong protocol was not noticed. What it found goes to
docs/reliability-report.md, written by nobody else.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import multiprocessing
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.platforms import load as load_platforms
from tests.harness import crash, days
from tests.harness.checker import Found
from tests.harness.days import PROTOCOLS, Plan
from tests.reading import hostile

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reliability-report.md"
JOBS = 2
DAY = Plan(seed=0, errors=0.20, silences=0.05, deaths=10, outage=30, changes=60, deafness=0.5)
TROUBLES: dict[str, Plan] = {
    "20 % errors, 5 % silences, deaths, an outage": DAY,
    "60 % errors, history lags, late commits": replace(DAY, errors=0.60, late=40.0),
    "10 % of the channels without history": replace(DAY, unreadable=0.10, deafness=1.0),
    "broken answers, limits, removals": replace(DAY, breaks=0.05, limits=0.05, removals=20, changes=200),
    "a global limit for a minute": replace(DAY, hours=6, alerts=100, storm="global", outage=0),
}
CONTROL = Plan(
    seed=0, hours=12, errors=0.3, errors_after=0.6, silences=0.15, deaths=40, lag=5.0, window=60.0, deafness=1.0
)
CONTROL_SEEDS = 3
HOSTILE = 10_000  # posts a seed
NOT_HERE = """The state machine of the whole product (G1), the write load for half an hour
(C8), the real-time soak (G2: `dev.py soak --hour`) and mutation testing (G4)."""
EXTRACTOR = f"{HOSTILE:,} hostile posts read"
WINDOWS = (60.0, 120.0, 180.0, 300.0)


@dataclass
class Unit:
    """One piece of work: a simulated day, or a story with deaths."""

    kind: str
    seed: int
    plan: Plan | None = None
    deaths: tuple[tuple[str, int], ...] = ()
    always: bool = False


@dataclass
class Came:
    """What a unit came to."""

    unit: Unit
    found: Found = field(default_factory=Found)
    kills: int = 0
    days: float = 0.0
    ran: bool = True


def units(first: int, last: int) -> Iterator[Unit]:
    """All work of these seeds: controls, then seed after seed."""
    for seed, protocol in itertools.product(range(first, first + CONTROL_SEEDS), PROTOCOLS[1:]):
        plan = replace(CONTROL, seed=seed, protocol=protocol)
        yield Unit(f"control: {protocol}", seed, plan, always=seed == first)
    for seed in range(first, last + 1):
        for name, plan in TROUBLES.items():
            yield Unit(name, seed, replace(plan, seed=seed, lag=float(seed % 11), window=WINDOWS[seed % 4]))
        dice = random.Random(f"soak {seed}")
        for name in crash.names():
            time_of = 1 if seed == first else dice.randint(1, 3)
            yield Unit("a death at every point", seed, deaths=crash.deaths(name, time_of))
        for _ in range(3):
            pair = tuple((dice.choice(crash.names()), dice.randint(1, 3)) for _ in range(2))
            yield Unit("a death during recovery", seed, deaths=pair)
        yield Unit(EXTRACTOR, seed)


def done(unit: Unit, until: float) -> Came:
    """Do a unit, unless time is up. One seed of each control is always done: without it a run proves nothing."""
    if time.monotonic() > until and not unit.always:
        return Came(unit, ran=False)
    if unit.kind == EXTRACTOR:
        platforms = load_platforms()
        problems = [each for post in hostile.posts(unit.seed, HOSTILE) for each in hostile.wrong(post, platforms)]
        return Came(unit, Found(violations=problems))
    if unit.plan is not None:
        found, world = days.run(unit.plan)
        found.violations = [f"{days.story_of(unit.plan)}: {each}" for each in found.violations]
        return Came(unit, found, len(world.deaths), unit.plan.hours / 24)
    found, _, died = crash.story(unit.seed, *unit.deaths)
    found.violations = [f"seed {unit.seed}, deaths {unit.deaths}: {each}" for each in found.violations]
    return Came(unit, found, died)


def _done(work: tuple[Unit, float]) -> Came:
    return done(*work)


def _quiet() -> None:
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@dataclass
class Tally:
    """The sum of a run, by kind of work."""

    seeds: str
    kinds: dict[str, Found] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    controls: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    simulated_days: float = 0.0
    skipped: int = 0
    reached: set[str] = field(default_factory=set)

    def add(self, came: Came) -> None:
        """Take one result in."""
        kind = came.unit.kind
        if not came.ran:
            self.skipped += 1
        elif kind.startswith("control"):
            shown = came.found.lost + came.found.duplicate
            self.controls[kind] = self.controls.get(kind, 0) + shown
        else:
            self.kinds.setdefault(kind, Found()).add(came.found)
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.kills += came.kills
            self.simulated_days += came.days

    @property
    def violations(self) -> list[str]:
        """Everything that should not be, an unnoticed wrong protocol among it."""
        blind = [f"{name}: the same seeds show nothing wrong" for name, shown in self.controls.items() if not shown]
        return [each for found in self.kinds.values() for each in found.violations] + blind

    def summary(self) -> dict[str, object]:
        """The last line."""
        whole = Found()
        for found in self.kinds.values():
            whole.add(found)
        return {
            "seeds": self.seeds,
            "kills": self.kills,
            "simulated_days": round(self.simulated_days, 1),
            "sends": whole.sends,
            "lost": whole.lost,
            "duplicate": whole.duplicate,
            "violations": len(self.violations),
        }


def report(tally: Tally, took: float) -> str:
    """The figures as a page."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPORT.parent, capture_output=True, text=True, check=False
    )
    summary = tally.summary()
    lines = [
        "# Reliability report",
        "",
        "Written by `python3 dev.py soak`; do not edit. Another run replaces it.",
        "",
        f"* date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"* commit: {commit.stdout.strip() or 'unknown'}",
        f"* seeds: {tally.seeds}; {took / 60:.1f} minutes on {JOBS} processes; {tally.skipped} units left out for time",
        "",
        "| | " + " | ".join(summary) + " |",
        "|---" * (len(summary) + 1) + "|",
        "| all | " + " | ".join(map(str, summary.values())) + " |",
        "",
        "## What was run",
        "",
        "| work | runs | messages | lost | doubled | parked | violations | due to visible, p50 / p99 / max (s) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, found in tally.kinds.items():
        waits = sorted(found.waits) or [0.0]
        spread = " / ".join(f"{waits[min(int(len(waits) * at), len(waits) - 1)]:.1f}" for at in (0.5, 0.99, 1.0))
        parts = (tally.counts[kind], found.sends, found.lost, found.duplicate, found.parked, len(found.violations))
        lines.append(f"| {kind} | {' | '.join(map(str, parts))} | {spread if found.waits else '-'} |")
    lines += ["", "Waits count the time in which the process was dead: a restart comes after 1 s to 15 minutes.", ""]
    lines += ["## Controls: wrong protocols on the same harness", "", "| protocol | lost or doubled |", "|---|---|"]
    lines += [f"| {name.removeprefix('control: ')} | {shown} |" for name, shown in tally.controls.items()]
    lines += ["", "## Violations", "", *([f"* {each}" for each in tally.violations[:50]] or ["None."]), ""]
    lines += ["## Not in this run", "", NOT_HERE]
    return "\n".join(lines) + "\n"


def replay(text: str) -> int:
    """One plan again."""
    plan = Plan(**json.loads(text))
    found, world = days.run(plan)
    print("\n".join(found.violations) or "nothing wrong")
    print(json.dumps({"requests": len(world.trace), "trace": days.digest(world), "deaths": len(world.deaths)}))
    return 0 if found.clean else 1


def soak(first: int, last: int, minutes: float, where: Path) -> int:
    """Everything; gives the exit code."""
    began = time.monotonic()
    until = began + minutes * 60
    tally = Tally(f"{first}:{last}")
    context = multiprocessing.get_context("fork")
    with context.Pool(JOBS, initializer=_quiet, maxtasksperchild=50) as pool:
        for number, came in enumerate(pool.imap_unordered(_done, ((unit, until) for unit in units(first, last)))):
            tally.add(came)
            control = came.unit.kind.startswith("control")
            if came.ran and (number % 50 == 0 or not (control or came.found.clean)):
                said = {"kind": came.unit.kind, "seed": came.unit.seed, "deaths": came.unit.deaths}
                wrong = [] if control else came.found.violations[:3]
                print(json.dumps({"unit": number, **said, "violations": wrong}), flush=True)
    where.write_text(report(tally, time.monotonic() - began), "utf-8")
    summary = tally.summary()
    print(json.dumps({"summary": summary}), flush=True)
    return 1 if summary["lost"] or summary["duplicate"] or summary["violations"] else 0


def main(given: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="dev.py soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", default="1:200", help="first and last seed, A:B (default 1:200)")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop by itself after so many minutes")
    parser.add_argument("--plan", help="replay the one simulated day that this line of JSON describes")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the figures go")
    chosen = parser.parse_args(given)
    _quiet()
    if chosen.plan:
        return replay(chosen.plan)
    first, _, last = chosen.seeds.partition(":")
    if not first.isdecimal() or not (last or first).isdecimal() or int(last or first) < int(first):
        parser.error(f"--seeds takes two whole numbers A:B with A <= B, and not '{chosen.seeds}'")
    return soak(int(first), int(last or first), chosen.minutes, chosen.report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
