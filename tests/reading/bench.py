"""`dev.py bench reading`: how fast the reader reads, how its time grows, and what memory it takes; baselines beside it.

Posts are those of data/corpus/training, of two sorts: chat lines (about 120 characters) and posts (median about 400).
Times are of this thread on its core (CPU time): neighbours on the machine do not count.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.evaluation import baselines, corpus, default_corpus, tfidf
from bot.evaluation.examples import Example, Reader
from bot.model import Kind, Post
from bot.platforms import load
from bot.reading import passes_gate, read

SEED = 4_711
CHAT = (60, 200, 120)  # shortest, longest, wanted median, in characters
LONG = (200, 1_200, 400)
PASSES = 5
LENGTHS = (120, 400, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 40_000)
TIMED = 3_000  # readings of each length up to 1,000 characters; fewer of longer ones
MOST = 2_000_000  # characters read of one length


def main(arguments: Sequence[str] = ()) -> None:
    """Everything; "memory" only measures this process."""
    if arguments[:1] == ["memory"]:
        memory_here()
        return
    examples = corpus.load(default_corpus() / "training")
    platforms = load()
    ours = partial(read, platforms=platforms)
    readers = with_baselines(lambda post, parent: ours(post, parent=parent), examples)
    posts = [each.post for each in examples]
    idle = [each.post for each in examples if each.expected.kind is Kind.OTHER]
    open_gate = passes_gate
    long_idle = joined([post for post in idle if not open_gate(post)], LONG[2])
    sets = {
        "full, chat lines": near([post for post in posts if open_gate(post)], CHAT),
        "full, posts": near([post for post in posts if open_gate(post)], LONG),
        "irrelevant, chat lines": near([post for post in idle if not open_gate(post)], CHAT),
        "irrelevant, posts": near([post for post in long_idle if not open_gate(post)], LONG),
        "all, as they come": posts,
    }
    for name, chosen in sets.items():
        compare(name, chosen, readers)
    spread_by_length(readers["reader"], posts)
    subprocess.run([sys.executable, "-m", "tests.bench", "reading", "memory"], check=True)


def with_baselines(reader: Reader, examples: Sequence[Example]) -> dict[str, Reader]:
    """The reader first, then what it is compared with."""
    readers: dict[str, Reader] = {"reader": reader, "keyword": baselines.keyword, "rule": baselines.rule}
    if tfidf.there():
        readers["TF-IDF + LR"] = tfidf.learn(examples)
    return readers


def near(posts: Sequence[Post], lengths: tuple[int, int, int]) -> list[Post]:
    """Those within the lengths, less the longest or shortest until their median is the wanted one."""
    least, most, wanted = lengths
    chosen = sorted((post for post in posts if least <= len(post.text) <= most), key=lambda post: len(post.text))
    while len(chosen) > 2 and abs(middle(chosen) - wanted) > wanted / 20:
        chosen.pop(-1 if middle(chosen) > wanted else 0)
    random.Random(SEED).shuffle(chosen)
    return chosen


def middle(posts: Sequence[Post]) -> float:
    return statistics.median(len(post.text) for post in posts)


def joined(posts: Sequence[Post], length: int) -> Iterator[Post]:
    """Short posts put together until they are about so long."""
    dice = random.Random(SEED)
    for number in range(len(posts)):
        text = ""
        while len(text) < length * dice.uniform(0.7, 1.3):
            text += dice.choice(posts).text.replace("\n", " ") + " "
        yield replace(posts[number], text=text)


def compare(name: str, posts: Sequence[Post], readers: dict[str, Reader]) -> None:
    """Readings a second of each reader: the best of some passes, and the very first, when nothing is remembered yet."""
    if len(posts) < 2:
        print(f"{name}: too few posts", flush=True)
        return
    print(f"\n{name}: {len(posts)} posts, median {middle(posts):.0f} characters", flush=True)
    for reader_name, reader in readers.items():
        slow = reader_name.startswith("TF-IDF")
        took = [seconds(partial(all_of, reader, posts)) for _ in range(1 if slow else PASSES)]
        rates = f"{len(posts) / min(took):>10,.0f}/s   first pass {len(posts) / took[0]:>10,.0f}/s"
        print(f"  {reader_name:<14} {rates}", flush=True)


def all_of(reader: Reader, posts: Sequence[Post]) -> None:
    for post in posts:
        reader(post, None)


def seconds(work: Callable[[], object]) -> float:
    began = time.thread_time_ns()
    work()
    return max(1, time.thread_time_ns() - began) / 1e9


def spread_by_length(reader: Reader, posts: Sequence[Post]) -> None:
    """Milliseconds a reading, and microseconds for each 100 characters: equal figures mean that time is linear."""
    print("\nby length: characters, readings, p50, p99, p99.9, most (ms), p50 for 100 characters (µs)", flush=True)
    for length in LENGTHS:
        texts = made(posts, length, max(30, min(TIMED, MOST // length)))
        gc.collect()
        gc.freeze()  # the bench's own heap, the learnt baseline above all, is not the reader's to collect
        took = sorted(seconds(partial(reader, text, None)) * 1e3 for text in texts)
        cuts = [took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.99, 0.999)]
        shown = "".join(f"{cut:>9.2f}" for cut in (*cuts, took[-1]))
        # What is longer than 20,000 characters is not read to its end.
        print(f"  {length:>6,} {len(texts):>6,}{shown}{cuts[0] * 1e5 / min(length, 20_000):>9.1f}", flush=True)


def made(posts: Sequence[Post], length: int, n: int) -> list[Post]:
    """Posts of exactly this length, put together from others, all different."""
    dice = random.Random(SEED + length)
    found = []
    for _ in range(n):
        text = ""
        while len(text) < length:
            text += dice.choice(posts).text + "\n"
        found.append(replace(dice.choice(posts), text=text[:length]))
    return found


def memory_here() -> None:
    """What the reader takes: its modules and tables, in a process of its own, and what it keeps after many posts."""
    bare, used = (
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
        for code in (BARE, USED)
    )
    posts = [each.post for each in corpus.load(default_corpus() / "training")]
    platforms = load()
    read(posts[0], platforms)  # the tables are loaded by this: they stand in the first figure, and are not kept twice
    gc.collect()
    before = resident()
    for _ in range(PASSES):
        for post in posts:
            read(post, platforms)
    gc.collect()
    print(f"\nmemory: Python alone {bare:.0f} MiB; the reader, loaded and used once, +{used - bare:.0f} MiB; ", end="")
    print(f"kept after {PASSES * len(posts):,} posts {resident() - before:+.1f} MiB", flush=True)


RESIDENT = "int(open('/proc/self/statm').read().split()[1]) * __import__('os').sysconf('SC_PAGE_SIZE') / 2**20"
BARE = f"print({RESIDENT})"
USED = (
    "from bot.platforms import load; from bot.reading import read; from bot.model import Post;"
    "read(Post(source='x:y', key='1', text='They rejected all 40 of it.'), load());"
    f"print({RESIDENT})"
)


def resident() -> float:
    """MiB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
