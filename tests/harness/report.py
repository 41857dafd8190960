"""What a soak came to: the sum of its units, and the page that is written of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.harness.checker import Found
from tests.harness.days import Plan

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reliability-report.md"
JOBS = 2
NOT_HERE = "Coverage-guided fuzzing (E2)."

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


@dataclass
class Came:
    """What a unit came to."""

    unit: Unit
    found: Found = field(default_factory=Found)
    kills: int = 0
    days: float = 0.0
    ran: bool = True
    figures: list[str] = field(default_factory=list)
    mutants: list[Mutated] = field(default_factory=list)


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
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.kills += came.kills
            self.figures += [f"{kind}: {each}" for each in came.figures]
            self.mutants += came.mutants
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
    lines += ["## In real time", "", *([f"* {each}" for each in tally.figures] or ["Not in this run."]), ""]
    lines += ["## Mutants", "", *_mutants(tally.mutants), ""]
    lines += ["## Not in this run", "", NOT_HERE]
    return "\n".join(lines) + "\n"


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
