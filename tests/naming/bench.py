"""Measures naming on invented names: `python tests/naming/bench.py [SIZE…]`. Seeds differ from those of fit.py."""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections import Counter

from invented import World

from bot.model import Match, Mention, Result
from bot.naming import NameIndex, canonical, resolve

SEEDS = (71, 72)


def measure(n: int, seed: int, *, alike: bool, questions: int) -> None:
    world = World(n, seed, alike=alike)
    started = time.perf_counter()
    index = NameIndex(world.names)
    built = time.perf_counter() - started
    asked = world.questions(questions)
    times: list[float] = []
    rows: list[tuple[str | None, str, Match]] = []
    names = {name.owner: canonical(name.name) for name in world.names}
    for question in asked:
        started = time.perf_counter()
        match = resolve(Mention(text=question.text), index)
        times.append(time.perf_counter() - started)
        rows.append((question.owner, question.kind, match))
    times.sort()
    print(f"\n{n} names, seed {seed}, {'all alike' if alike else 'with activity'}: built {built:.2f} s, ", end="")
    print(f"p50 {times[len(times) // 2] * 1e3:.2f} ms, p99 {times[len(times) * 99 // 100] * 1e3:.2f} ms")
    report(rows, names)


def report(rows: list[tuple[str | None, str, Match]], names: dict[str, str]) -> None:
    known = [(owner, match) for owner, _, match in rows if owner]
    first = [(owner, match.candidates[0].owner if match.candidates else "") for owner, match in known]
    by_name = sum(names.get(got) == names[owner] for owner, got in first) / len(known)
    by_owner = sum(got == owner for owner, got in first) / len(known)
    listed = sum(any(c.owner == owner for c in match.candidates) for owner, match in known) / len(known)
    found = [(owner, match) for owner, _, match in rows if match.result is Result.FOUND]
    right = sum(match.owner == owner for owner, match in found)
    nobody = [match for owner, _, match in rows if owner is None]
    unknown = [owner for owner, _, match in rows if match.result is Result.UNKNOWN]
    nil_found = sum(match.result is Result.FOUND for match in nobody)
    print(f"  acc@1 {by_owner:.3f} (by name {by_name:.3f}, among five {listed:.3f})", end="; ")
    print(f"found: precision {right / max(1, len(found)):.4f} of {len(found)}, coverage {right / len(known):.3f}")
    print(f"  unknown: recall {sum(m.result is Result.UNKNOWN for m in nobody) / len(nobody):.3f}", end=", ")
    print(
        f"precision {sum(o is None for o in unknown) / max(1, len(unknown)):.3f}; nobody taken for somebody {nil_found}"
    )
    print("  ", curve(rows), calibration(rows))
    wrong = Counter(
        (kind, match.how) for owner, kind, match in rows if match.result is Result.FOUND and match.owner != owner
    )
    print("  wrong found:", dict(wrong.most_common(8)))


def curve(rows: list[tuple[str | None, str, Match]]) -> str:
    """Recall of right links at link precision 0.95 and 0.99, ranked by probability."""
    ranked = sorted(
        ((m.probability, bool(m.candidates) and m.candidates[0].owner == o) for o, _, m in rows), reverse=True
    )
    known = sum(owner is not None for owner, _, _ in rows)
    best = {0.95: 0.0, 0.99: 0.0}
    right = 0
    for place, (_, ok) in enumerate(ranked, 1):
        right += ok
        for wanted in best:
            if right / place >= wanted:
                best[wanted] = right / known
    return f"recall at precision 0.95: {best[0.95]:.3f}, at 0.99: {best[0.99]:.3f};"


def calibration(rows: list[tuple[str | None, str, Match]]) -> str:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for owner, _, match in rows:
        if match.candidates:
            ok = match.candidates[0].owner == owner
            bins.setdefault(min(9, int(match.probability * 10)), []).append((match.probability, ok))
    total = sum(map(len, bins.values()))
    error = sum(abs(sum(p - ok for p, ok in each)) for each in bins.values()) / total
    return f"calibration error {error:.3f}"


def memory(n: int) -> None:
    world = World(n, SEEDS[0])
    tracemalloc.start()
    index = NameIndex(world.names)
    print(f"\n{len(index)} names: {tracemalloc.get_traced_memory()[0] / 1e6:.0f} MB beside the names themselves")
    tracemalloc.stop()


if __name__ == "__main__":
    for size in [int(text) for text in sys.argv[1:]] or [1_000, 10_000, 100_000]:
        for seed in SEEDS:
            measure(size, seed, alike=seed % 2 == 0, questions=2_000)
        memory(size)
