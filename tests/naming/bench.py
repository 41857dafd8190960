"""`dev.py bench naming [SIZE…]`: who is meant, on names never used to learn; baselines and the ceiling in the same run.

The bench's names and slips are strangers.py, those of learning and validation invented.py; both are printed.
Times are those of one core alone (thread_time), whatever else the machine does.
"""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.model import Mention, Name
from bot.naming import Context, NameIndex, canonical, resolve
from tests.naming import figures
from tests.naming.baselines import Baseline, Exact, Scan, Trigrams
from tests.naming.ceiling import ceiling
from tests.naming.figures import Row
from tests.naming.invented import World
from tests.naming.strangers import Asked, Town

SIZES = (1_000, 100_000, 1_000_000)
SEED = 4_711
QUESTIONS = 2_500
# Slow ways get fewer questions, the same for each of them.
SCANNED = {1_000: 400, 100_000: 200, 1_000_000: 60}
WEIGHED = {1_000: 250, 100_000: 400, 1_000_000: 100}
HOSTILE = 200_000


def main(arguments: Sequence[str] = ()) -> None:
    """All sizes, or those that are asked for; "hostile" asks 200,000 hostile questions, "memory" measures one size."""
    if arguments[:1] == ["memory"]:
        memory_here(int(arguments[1]))
    elif arguments[:1] == ["hostile"]:
        hostile()
    else:
        for size in [int(text) for text in arguments] or SIZES:
            measure(size)
        if not arguments:
            hostile()


def measure(n: int) -> None:
    """Everything at one size."""
    for alike in (False, True):
        town = Town(n, SEED + alike, alike=alike)
        asked = town.questions(QUESTIONS)
        index = built(town.names, f"bench, {n:,} names{', activity unknown' if alike else ''}")
        print_rows("  names and activity alone", ask_names(index, asked, town.names))
        if not alike:
            baselines(town, asked, n)
            print_ceiling(town, asked[: WEIGHED.get(n, 100)], index)
        if n <= 100_000:
            for name in town.names:
                for task in town.tasks(name.owner):
                    index.add_task(name.owner, task)
            print_rows("  with platform, work, live incidents", ask_with_context(index, asked, town.names))
        del index
    validation(n)
    memory(n)


def print_ceiling(town: Town, few: Sequence[Asked], index: NameIndex) -> None:
    ours, most = figures.accuracy(ask_names(index, few, town.names)[0]), ceiling(town, few)
    print(f"  ceiling of names and activity alone: {most:.3f}, ours on the same {len(few)}: {ours:.3f}", flush=True)


def built(names: Sequence[Name], what: str) -> NameIndex:
    gc.collect()
    began = time.thread_time()
    index = NameIndex(names)
    took = time.thread_time() - began
    resolve(Mention(text="nobody at all"), index)
    print(f"\n{what}: built in {took:.2f} s, first answer after {time.thread_time() - began - took:.2f} s", flush=True)
    return index


Answered = tuple[list[Row], list[float]]


def ask_names(index: NameIndex, asked: Sequence[Asked], names: Sequence[Name]) -> Answered:
    return answered(index, [(one.text, one.owner, one.kind, None, None) for one in asked], names)


def ask_with_context(index: NameIndex, asked: Sequence[Asked], names: Sequence[Name]) -> Answered:
    return answered(index, [(one.text, one.owner, one.kind, one.platform, one.context) for one in asked], names)


Question = tuple[str, str | None, str, str | None, Context | None]


def answered(index: NameIndex, asked: Sequence[Question], names: Sequence[Name]) -> Answered:
    known = {name.owner: canonical(name.name) for name in names}
    rows, times = [], []
    for text, owner, kind, platform, context in asked:
        began = time.thread_time()
        match = resolve(Mention(text=text), index, platform, context)
        times.append(time.thread_time() - began)
        rows.append(figures.row(owner, match, known, kind))
    return rows, times


def print_rows(what: str, answers: Answered) -> None:
    rows, times = answers
    print(
        f"{what}: accuracy@1 {figures.accuracy(rows):.3f} (identity {figures.accuracy(rows, by_owner=True):.3f})",
        end="; ",
    )
    recall = {p: (figures.recall_at(rows, p), figures.recall_at(rows, p, by_owner=True)) for p in (0.95, 0.99)}
    print(", ".join(f"recall at precision {p}: {a:.3f} (identity {b:.3f})" for p, (a, b) in recall.items()))
    recognised, precision = figures.unknown(rows)
    right, covered, wrong = figures.found(rows)
    error, by_name = figures.calibration_error(rows), figures.calibration_error(rows, by_owner=False)
    print(f"    unknown recognised {recognised:.3f} at precision {precision:.3f}", end="; ")
    print(f"by probability alone {figures.unknown_at(rows, 0.8):.3f} at 0.8", end="; ")
    print(f"found: precision {right:.4f} ({wrong} wrong), coverage {covered:.3f}", end="; ")
    print(f"ECE {error:.3f} (by name {by_name:.3f})", end="; ")
    print(f"p50 {figures.percentile(times, 0.5):.2f} ms, p99 {figures.percentile(times, 0.99):.2f} ms")
    missed = Counter(one.kind for one in rows if one.owner is not None and not one.same)
    total = Counter(one.kind for one in rows if one.owner is not None)
    print("    missed:", ", ".join(f"{kind} {n}/{total[kind]}" for kind, n in missed.most_common(8)), flush=True)


def baselines(town: Town, asked: Sequence[Asked], n: int) -> None:
    few = asked[: SCANNED.get(n, 100)]
    names = {name.owner: canonical(name.name) for name in town.names}
    print_baseline("exact", Exact(town.names), asked, names)
    print_baseline("rapidfuzz ratio over everything", Scan(town.names, "ratio"), few, names)
    print_baseline("rapidfuzz WRatio over everything", Scan(town.names, "WRatio"), few, names)
    print_baseline("FTS5 trigram, bm25, likest of 50", Trigrams(town.names), few, names)


def print_baseline(what: str, way: Baseline, asked: Sequence[Asked], names: dict[str, str]) -> None:
    rows, times = [], []
    for one in asked:
        began = time.thread_time()
        form, score = way.best(one.text)
        times.append(time.thread_time() - began)
        rows.append(Row(one.owner, form or None, one.owner is not None and names[one.owner] == form, score))
    print(f"    {what} ({len(asked)}): accuracy@1 {figures.accuracy(rows):.3f}", end=", ")
    print(", ".join(f"recall at {p}: {figures.recall_at(rows, p):.3f}" for p in (0.95, 0.99)), end="; ")
    print(f"p50 {figures.percentile(times, 0.5):.2f} ms, p99 {figures.percentile(times, 0.99):.2f} ms", flush=True)


def validation(n: int) -> None:
    """The same on the kind of names that the weights were learnt on, by a seed they were not."""
    world = World(n, 1_709)
    asked = [(one.text, one.owner, one.kind, None, None) for one in world.questions(QUESTIONS, 0.2)]
    index = built(world.names, f"training's kind of names, {n:,}, other seed")
    print_rows("  names and activity alone", answered(index, asked, world.names))


def memory(n: int) -> None:
    """Resident memory that `n` names take, the names themselves included, in a process of its own."""
    command = [sys.executable, "-m", "tests.naming.bench", "memory", str(n)]
    print("  " + subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip(), flush=True)


def memory_here(n: int) -> None:
    names = Town.only_names(n, SEED)
    first = next(names)
    gc.collect()
    before = resident()
    index = NameIndex([first])
    for name in names:
        index.add(name)
    resolve(Mention(text="nobody at all"), index)
    gc.collect()
    print(
        f"memory of {len(index):,} names: {resident() - before:.0f} MB with the names, the process {resident():.0f} MB"
    )


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def hostile(n: int = HOSTILE, size: int = 20_000) -> None:
    """Hostile texts: how many raised, and the longest answer: also of those that take as long when asked again."""
    town = Town(size, SEED + 9)
    index = built(town.names, f"{n:,} hostile questions at {size:,} names")
    dice = random.Random(SEED)
    raised, longest, again = 0, 0.0, 0.0
    for _ in range(n):
        text = hostile_text(dice, town)
        took = took_for(text, index)
        raised += took is None
        longest = max(longest, took or 0.0)
        if took is not None and took > again:
            # A machine that does other things at times stops for longer than any answer takes.
            again = max(again, min(took, *(took_for(text, index) or 0.0 for _ in range(3))))
    print(f"  {raised} raised, the longest answer {longest * 1e3:.1f} ms, asked again {again * 1e3:.1f} ms", flush=True)


def took_for(text: str, index: NameIndex) -> float | None:
    """Seconds for one answer; None if it raised."""
    began = time.thread_time()
    try:
        resolve(Mention(text=text), index)
    except Exception as error:
        print(f"  {error!r} for {text[:60]!a}")
        return None
    return time.thread_time() - began


_NASTY = "\x00\u200b\u202e\u0301\u0488\ud800ﷺ🎉日אé@$'&.,-_ \t\n0123456789aAzZßİıſ\ufeff\U000e0041"


def hostile_text(dice: random.Random, town: Town) -> str:
    """One hostile text: noise, floods, known words piled up, a name with noise in it."""
    kind = dice.randrange(5)
    if kind == 0:
        return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.randrange(60)))
    if kind == 1:
        return "".join(dice.choice(_NASTY) for _ in range(dice.randrange(200)))
    if kind == 2:
        return dice.choice(_NASTY) * dice.choice((1, 40, 3_000))
    words = [word for _ in range(dice.randrange(1, 14)) for word in dice.choice(town.names).name.split()]
    if kind == 3:
        return dice.choice(("", " ", "  ", "-")).join(words)
    name = list(" ".join(words[:3]))
    for _ in range(dice.randrange(4)):
        name.insert(dice.randrange(len(name) + 1), dice.choice(_NASTY))
    return "".join(name)


if __name__ == "__main__":
    main(sys.argv[1:])
