"""The soak: simulated days and real deaths over many seeds, with wrong protocols beside them as controls.

python3 dev.py soak --seeds 1:200 [--minutes 90]   both ends included; stops by itself after so many minutes
python3 dev.py soak --plan '{"seed": 3, …}'        one simulated day again, request for request
python3 dev.py soak --hour [MINUTES [OUTAGE]]      an hour of the real program against loopback fakes (tests/soak.py)

Of every seed: five days of 20 % errors and four of other trouble, a death at every named point, sixty deaths during
recovery, 50,000 hostile posts for the reader, 5,000 cases of the deciding rules, 100 stories of the whole product, 100
histories of a source and one mutant of the code; 200 seeds are the whole of it. Beside them, of every run: the real
program in real time for up to two hours, and up to half an hour of writing. The last line is {"summary": {…}}; it ends
with 1 if anything was lost, doubled or violated, or if a wrong protocol was not noticed. What it found goes to
docs/reliability-report.md, written by nobody else: a row for each run.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import logging
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.platforms import load as load_platforms
from tests.harness import crash, days, deciding, points, warm
from tests.harness.checker import Found
from tests.harness.days import PROTOCOLS, Plan
from tests.harness.report import (
    DECIDING,
    EXTRACTOR,
    JOBS,
    LISTINGS,
    MUTATION,
    PAIRS,
    POINTS,
    PRODUCT,
    REAL,
    REPORT,
    WRITING,
    Came,
    Tally,
    Unit,
    report,
)
from tests.harness.writes import A_SECOND, MIB, write_for
from tests.reading import hostile
from tests.sources.test_histories import told_wrong
from tests.test_product import World, lived

ROOT = Path(__file__).resolve().parents[2]
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
DAYS, DOUBLE = 5, 60  # a seed
HOSTILE, HISTORIES, STORIES, STEPS, MUTANTS = 50_000, 100, 100, 100, 1  # a seed
DECIDED = 5_000  # cases a seed
PARTS = 20  # so many pieces are hostile posts and stories done in, that a run ends in time
LONGEST_HOUR, LONGEST_WRITING = 120.0, 30.0  # minutes
SHORTEST_HOUR, SHORTEST_WRITING, LAST_READS = 0.75, 0.3, 8.0
# A mutant is tried by whole files of tests: none is begun so late that the run would wait for it.
LONGEST_MUTANT = 90.0
LONGEST_LOG = 64 * MIB
# In every fourth seed the database has its thread, as in the real program; in the others a life takes half the time.
THREADED = 4
WINDOWS = (60.0, 120.0, 180.0, 300.0)


def units(first: int, last: int) -> Iterator[Unit]:
    """All work of these seeds that virtual time is made of: controls, then seed after seed."""
    for seed, protocol in itertools.product(range(first, first + CONTROL_SEEDS), PROTOCOLS[1:]):
        plan = replace(CONTROL, seed=seed, protocol=protocol)
        yield Unit(f"control: {protocol}", seed, plan, always=seed == first)
    for seed in range(first, last + 1):
        yield from _of_seed(seed, sure=seed == first)


def real_time(seed: int, minutes: float) -> Iterator[Unit]:
    """What takes its time whatever the machine; it is done beside the rest and mostly waits."""
    # Such a run waits at its end until every source was read once more.
    if minutes - LAST_READS >= SHORTEST_HOUR:
        yield Unit(REAL, seed, minutes=min(LONGEST_HOUR, minutes - LAST_READS), always=True)
    yield Unit(WRITING, seed, minutes=max(SHORTEST_WRITING, min(LONGEST_WRITING, minutes * 0.75)), always=True)


def _of_seed(seed: int, *, sure: bool) -> Iterator[Unit]:
    """The work of one seed, its kinds mixed; `sure`: every point is met the first time that it is reached."""
    every = [*_days(seed), *_deaths(seed, sure=sure), Unit(LISTINGS, seed), Unit(MUTATION, seed)]
    for part in range(PARTS):
        every += (Unit(kind, seed, part=part) for kind in (EXTRACTOR, DECIDING, PRODUCT))
    random.Random(f"mixed {seed}").shuffle(every)
    yield from every


def _days(seed: int) -> Iterator[Unit]:
    for name, plan in TROUBLES.items():
        for part in range(DAYS if plan is DAY else 1):
            number = seed + 1_000 * part
            yield Unit(name, seed, replace(plan, seed=number, lag=float(number % 11), window=WINDOWS[number % 4]))


def _deaths(seed: int, *, sure: bool) -> Iterator[Unit]:
    dice = random.Random(f"soak {seed}")
    thread = sure or seed % THREADED == 0
    for name in points.names():
        yield Unit(POINTS, seed, deaths=points.deaths(name, 1 if sure else dice.randint(1, 3)), thread=thread)
    for _ in range(DOUBLE):
        pair = tuple((dice.choice(points.names()), dice.randint(1, 3)) for _ in range(2))
        yield Unit(PAIRS, seed, deaths=pair, thread=thread)


def done(unit: Unit, until: float) -> Came:
    """Do a unit, unless time is up. One seed of each control is always done: without it a run proves nothing."""
    late = time.monotonic() + (LONGEST_MUTANT if unit.kind == MUTATION else 0.0) > until
    if late and not unit.always:
        return Came(unit, ran=False)
    if unit.kind in KINDS:
        return KINDS[unit.kind](unit)
    if unit.plan is not None:
        found, world = days.run(unit.plan)
        found.violations = [f"{days.story_of(unit.plan)}: {each}" for each in found.violations]
        return Came(unit, found, len(world.deaths), unit.plan.hours / 24)
    found, _, died = crash.story(unit.seed, *unit.deaths, thread=unit.thread)
    found.violations = [f"seed {unit.seed}, deaths {unit.deaths}: {each}" for each in found.violations]
    # A point that was not reached so often is no death there.
    return Came(unit, found, died, amount=died == len(unit.deaths))


def _read(unit: Unit) -> Came:
    platforms, count = load_platforms(), HOSTILE // PARTS
    posts = hostile.posts(unit.seed * PARTS + unit.part, count)
    found = Found(violations=[each for post in posts for each in hostile.wrong(post, platforms)])
    return Came(unit, found, amount=count)


def _decide(unit: Unit) -> Came:
    count = DECIDED // PARTS
    found = Found(violations=[*deciding.wrong(unit.seed * PARTS + unit.part, count)])
    return Came(unit, found, amount=count)


def _tell(unit: Unit) -> Came:
    count = STORIES // PARTS
    came, first = Came(unit, amount=count), (unit.seed * PARTS + unit.part) * count
    for seed in range(first, first + count):
        try:
            wrong = asyncio.run(lived(World(seed), STEPS))
        except AssertionError:
            wrong = [" | ".join(traceback.format_exc(limit=-2).splitlines())]
        came.found.violations += [f"story {seed}: {each}" for each in wrong]
    return came


def _poll(unit: Unit) -> Came:
    wrong = asyncio.run(told_wrong(range(unit.seed * HISTORIES, (unit.seed + 1) * HISTORIES)))
    return Came(unit, Found(violations=wrong), amount=HISTORIES)


def _write(unit: Unit) -> Came:
    with tempfile.TemporaryDirectory() as place:
        written = asyncio.run(write_for(Path(place), int(unit.minutes * 60 * A_SECOND), paced=True))
    spread = " / ".join(f"{1000 * written.within(share):.1f}" for share in (0.5, 0.99, 1.0))
    count, log = len(written.times), written.wal / MIB
    told = f"{count:,} transactions in {unit.minutes:.0f} minutes: {spread} ms (p50 / p99 / max), log {log:.1f} MiB"
    violations = [f"C8: {each}" for each in written.errors[:5]]
    violations += [f"C8: {written.kept} of {count} are there"] if written.kept != count else []
    violations += [f"C8: {told}"] if written.wal > LONGEST_LOG else []
    return Came(unit, Found(violations=violations), amount=unit.minutes, figures=[told])


def _live(unit: Unit) -> Came:
    """The real program beside its fakes, in a process of its own: tests/soak.py."""
    given = [f"{unit.minutes:.2f}", f"{min(5.0, unit.minutes / 6):.2f}"]
    command = [sys.executable, "-m", "tests.soak", *given]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wrong = [line for line in ended.stdout.splitlines() if line.startswith("WRONG")]
    if ended.returncode and not wrong:
        wrong = [f"G2: ended with {ended.returncode}: {ended.stderr[-300:]}"]
    told = [line for line in ended.stdout.splitlines() if line.startswith(('{"figures"', "stored", "gateway"))]
    return Came(unit, Found(violations=wrong), amount=unit.minutes, figures=[f"{unit.minutes:.0f} minutes", *told])


def _mutate(unit: Unit) -> Came:
    command = [sys.executable, "-m", "tests.harness.mutants", str(unit.seed), str(MUTANTS)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    tried = [tuple(json.loads(line)) for line in ended.stdout.splitlines() if line[:1] == "["]
    came = Came(unit, amount=len(tried), mutants=tried)
    if ended.returncode:
        came.found.violations.append(f"G4: ended with {ended.returncode}: {ended.stderr[-300:]}")
    return came


KINDS: dict[str, Callable[[Unit], Came]] = {
    EXTRACTOR: _read,
    DECIDING: _decide,
    PRODUCT: _tell,
    LISTINGS: _poll,
    WRITING: _write,
    REAL: _live,
    MUTATION: _mutate,
}


def _done(work: tuple[Unit, float]) -> Came:
    """What a unit stumbles over is a finding, and the others go on."""
    unit, until = work
    try:
        return done(unit, until)
    except Exception:
        told = f"{unit.kind}, seed {unit.seed}, part {unit.part}: {traceback.format_exc(limit=-3)}"
        return Came(unit, Found(violations=[" | ".join(told.splitlines())]), amount=0)


def _quiet() -> None:
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _polite() -> None:
    """A worker makes way for what is measured in real time beside it."""
    os.nice(5)


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
    # What every worker needs is made once, before it is forked.
    crash.rehearse()
    warm.still()
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as beside, context.Pool(JOBS, initializer=_polite, maxtasksperchild=200) as pool:
        clocked = [beside.apply_async(_done, ((unit, until),)) for unit in real_time(first, minutes)]
        work = _in_time(units(first, last), until, tally)
        for number, came in enumerate(pool.imap_unordered(_done, work)):
            _taken(tally, number, came)
        for waiting in clocked:
            _taken(tally, 0, waiting.get())
    before = where.read_text("utf-8") if where.exists() else ""
    where.write_text(report(tally, time.monotonic() - began, before), "utf-8")
    summary = tally.summary()
    print(json.dumps({"summary": summary}), flush=True)
    return 1 if summary["lost"] or summary["duplicate"] or summary["violations"] else 0


def _in_time(every: Iterator[Unit], until: float, tally: Tally) -> Iterator[tuple[Unit, float]]:
    """Each unit with the moment at which time is up; from then on they are only counted."""
    for unit in every:
        yield unit, until
        if time.monotonic() > until:
            tally.skipped += sum(1 for _ in every)


def _taken(tally: Tally, number: int, came: Came) -> None:
    tally.add(came)
    control = came.unit.kind.startswith("control")
    if came.ran and (number % 50 == 0 or not (control or came.found.clean)):
        said = {"kind": came.unit.kind, "seed": came.unit.seed, "deaths": came.unit.deaths}
        wrong = [] if control else came.found.violations[:3]
        print(json.dumps({"unit": number, **said, "violations": wrong}), flush=True)


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
