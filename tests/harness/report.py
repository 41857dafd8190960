"""What a soak came to: the sum of its units, and the page that is written of it and of the runs before."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.harness.checker import Found
from tests.harness.days import Plan

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reliability-report.md"
JOBS = len(os.sched_getaffinity(0))
NOT_HERE = "Coverage-guided fuzzing (E2)."
POINTS, PAIRS = "a death at every point", "a death during recovery"
EXTRACTOR, PRODUCT, LISTINGS = "hostile posts read", "stories of 100 steps", "histories of a subreddit"
REAL, WRITING, MUTATION = "minutes of the real program", "minutes of 200 transactions a second", "mutants of the code"
DAYS, DECIDING = "simulated days", "cases of the deciding rules"
# What the promise asks for in all: 60 points and as many pairs for each of 200 seeds, and so on.
WHOLE = {
    POINTS: 12_000,
    PAIRS: 12_000,
    DAYS: 1_000,
    EXTRACTOR: 10_000_000,
    DECIDING: 1_000_000,
    PRODUCT: 20_000,
    LISTINGS: 20_000,
    WRITING: 30,
    REAL: 120,
    MUTATION: 100,
}
RUN = re.compile(r"\| \d{4}-\d\d-\d\d \d\d:\d\d \| .* \|")
# Columns of the table of runs: when, commit, seeds, minutes; then the amounts of WHOLE; then these.
LAST = ("kills", "sends", "lost", "duplicate", "violations")

Mutated = tuple[str, int, str, bool]
"""A file, a line, what was changed, and whether a test noticed."""


@dataclass
class Unit:
    """One piece of work: a simulated day, or a story with deaths."""

    kind: str
    seed: int
    plan: Plan | None = None
    deaths: tuple[tuple[str, int], ...] = ()
    always: bool = False
    minutes: float = 0.0
    part: int = 0
    thread: bool = True


@dataclass
class Came:
    """What a unit came to; `amount` in what its kind is counted in."""

    unit: Unit
    found: Found = field(default_factory=Found)
    kills: int = 0
    days: float = 0.0
    ran: bool = True
    amount: float = 1
    figures: list[str] = field(default_factory=list)
    mutants: list[Mutated] = field(default_factory=list)


@dataclass
class Tally:
    """The sum of a run, by kind of work."""

    seeds: str
    kinds: dict[str, Found] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)
    controls: dict[str, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    kills: int = 0
    skipped: int = 0
    figures: list[str] = field(default_factory=list)
    mutants: list[Mutated] = field(default_factory=list)

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
            self._count(kind, came.amount)
            self._count(DAYS, came.days)
            self.begun.add(came.unit.seed)
            self.kills += came.kills
            self.figures += [f"{kind}: {each}" for each in came.figures]
            self.mutants += came.mutants

    def _count(self, kind: str, amount: float) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + amount

    @property
    def amounts(self) -> list[float]:
        """How much of each thing of WHOLE was done."""
        return [self.counts.get(kind, 0) for kind in WHOLE]

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
            "simulated_days": round(self.counts.get(DAYS, 0), 1),
            "sends": whole.sends,
            "lost": whole.lost,
            "duplicate": whole.duplicate,
            "violations": len(self.violations),
            "percent_of_the_whole": dict(zip(WHOLE, _shares(self.amounts), strict=True)),
        }

    def run(self, minutes: float) -> str:
        """The run as a row of the table of runs."""
        summary = self.summary()
        seeds = f"{min(self.begun, default=0)}:{max(self.begun, default=0)}"
        first = (f"{datetime.now(UTC):%Y-%m-%d %H:%M}", _commit(), seeds, f"{minutes:.1f}")
        return _row(*first, *(f"{each:g}" for each in map(_whole, self.amounts)), *(summary[each] for each in LAST))


def _shares(amounts: Sequence[float]) -> list[float]:
    return [round(100 * done / asked, 1) for done, asked in zip(amounts, WHOLE.values(), strict=True)]


def _whole(amount: float) -> float:
    return int(amount) if amount == int(amount) else round(amount, 1)


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _commit() -> str:
    ended = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPORT.parent, capture_output=True, text=True, check=False
    )
    return ended.stdout.strip() or "unknown"


def report(tally: Tally, took: float, before: str = "") -> str:
    """The figures as a page; `before` is the page as it was, from which the earlier runs are taken over."""
    runs = [*(line for line in before.splitlines() if RUN.fullmatch(line)), tally.run(took / 60)]
    summary = tally.summary()
    shares = summary.pop("percent_of_the_whole")
    lines = [
        "# Reliability report",
        "",
        "Written by `python3 dev.py soak`; do not edit. Each run adds a row to the first table; the rest is the newest",
        "run's alone.",
        "",
        *_all_runs(runs),
        "## The newest run",
        "",
        f"* seeds: {tally.seeds}, begun: {len(tally.begun)}; {took / 60:.1f} minutes on {JOBS} processes; "
        f"{tally.skipped} units left out for time",
        f"* of the whole, in percent: {', '.join(f'{kind} {share:g}' for kind, share in shares.items())}",
        "",
        _row("", *summary),
        "|---" * (len(summary) + 1) + "|",
        _row("all", *summary.values()),
        "",
        *_kinds(tally),
        "## Controls: wrong protocols on the same harness",
        "",
        "| protocol | lost or doubled |",
        "|---|---|",
    ]
    lines += [_row(name.removeprefix("control: "), shown) for name, shown in tally.controls.items()]
    lines += ["", "## Violations", "", *([f"* {each}" for each in tally.violations[:50]] or ["None."]), ""]
    lines += ["## In real time", "", *([f"* {each}" for each in tally.figures] or ["Not in this run."]), ""]
    lines += ["## Mutants", "", *_mutants(tally.mutants), ""]
    lines += ["## Not in this run", "", NOT_HERE]
    return "\n".join(lines) + "\n"


def _all_runs(runs: Sequence[str]) -> Iterator[str]:
    """The table of runs, and what they come to together: of two runs with a seed in common only the newer counts."""
    yield from ("## Runs", "")
    heads = ("date (UTC)", "commit", "seeds begun", "minutes", *WHOLE, *LAST)
    yield from (_row(*heads), "|---" * len(heads) + "|", *runs)
    taken: list[tuple[int, int]] = []
    sums = [0.0] * (len(WHOLE) + len(LAST))
    for cells in ([cell.strip() for cell in run.strip("|").split("|")] for run in reversed(runs)):
        first, last = map(int, cells[2].split(":"))
        if not any(first <= there[1] and there[0] <= last for there in taken):
            taken.append((first, last))
            sums = [done + float(cell) for done, cell in zip(sums, cells[4:], strict=True)]
    seeds = sum(last - first + 1 for first, last in taken)
    yield _row("**together**", "", f"{seeds} seeds", "", *(f"{_whole(each):g}" for each in sums))
    yield _row("asked for in all", "", "200 seeds", "", *WHOLE.values(), *("" for _ in LAST))
    shares = (f"{share:g} %" for share in _shares(sums[: len(WHOLE)]))
    yield _row("share", "", f"{seeds / 2:g} %", "", *shares, *("" for _ in LAST))
    yield from ("", "A run of another commit tries other code: together they are an amount of work, and no proof of")
    yield from ("the newest. Where two runs have a seed in common, only the newer one is counted.", "")


def _kinds(tally: Tally) -> Iterator[str]:
    yield from ("## What was run", "")
    yield "| work | amount | messages | lost | doubled | parked | violations | due to visible, p50 / p99 / max (s) |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind, found in tally.kinds.items():
        waits = sorted(found.waits) or [0.0]
        spread = " / ".join(f"{waits[min(int(len(waits) * at), len(waits) - 1)]:.1f}" for at in (0.5, 0.99, 1.0))
        wrong = (found.sends, found.lost, found.duplicate, found.parked, len(found.violations))
        yield _row(kind, f"{_whole(tally.counts[kind]):,}", *wrong, spread if found.waits else "-")
    yield from ("", "Waits count the time in which the process was dead: a restart comes after 1 s to 15 minutes.", "")


def _mutants(tried: list[Mutated]) -> Iterator[str]:
    """How many of each file's mutants were noticed, and which were not (some mean the same as the code)."""
    if not tried:
        yield "Not in this run."
        return
    yield from ("| file | mutants | killed | share |", "|---|---|---|---|")
    for path in [*sorted({each[0] for each in tried}), "all"]:
        ours = [each[3] for each in tried if path in (each[0], "all")]
        yield f"| {path} | {len(ours)} | {sum(ours)} | {sum(ours) / len(ours):.0%} |"
    alive = sorted(each for each in tried if not each[3])
    yield from ["", "Not noticed:", ""] if alive else []
    yield from (f"* {path}, line {line}: {what}" for path, line, what, _ in alive)
