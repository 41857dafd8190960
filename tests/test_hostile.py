"""E3, E15: no pattern of ours can be made slow, and nothing of ours speaks to a network when it is imported."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import bot
import cogs

# Each is repeated; the sign at the end keeps an anchored pattern from matching.
UNITS = (
    *("a", "A", "1", " ", "\n", ".", "-", "[", "<", "@", "(", "/", "é"),
    *("a ", "1 ", "A1", "a.", "1,", "[a](", "rejected ", "all of my ", "https://a.b/", "> ", "&amp;", "@a", "a@a."),
)
SHORT, LONG = 1_000, 8_000
# Eight times the text takes eight times as long, on a busy machine thrice that; a square takes 64 times.
MOST = 24
NOISE = 0.002


def modules() -> Iterator[str]:
    for package in (bot, cogs):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__") and ".migrations" not in found.name:
                yield found.name


def patterns() -> dict[str, re.Pattern[str]]:
    """Every compiled pattern that a module keeps, by itself or in a list, tuple or mapping; those of the reading have
    a test of their own (reading/test_robust.py).
    """
    found: dict[str, re.Pattern[str]] = {}
    for name in (each for each in modules() if not each.startswith("bot.reading.")):
        for attribute, held in vars(importlib.import_module(name)).items():
            for number, one in enumerate(_within(held)):
                if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                    found.setdefault(one.pattern, one)
                    found[f"{name}.{attribute}[{number}]"] = found.pop(one.pattern)
    return found


def _within(held: object) -> Iterator[object]:
    yield held
    if isinstance(held, dict):
        held = tuple(held.values())
    if isinstance(held, list | tuple | set | frozenset):
        for one in held:
            yield from _within(one) if isinstance(one, list | tuple) else (one,)


def spent(pattern: re.Pattern[str], text: str) -> float:
    """Seconds of this process for all places of a text, the best of two."""
    took = []
    for _ in range(2):
        began = time.process_time()
        for _ in pattern.finditer(text):
            pass
        took.append(time.process_time() - began)
    return min(took)


def test_eight_times_the_text_takes_no_pattern_much_longer_than_eight_times() -> None:
    slow, looked = [], patterns()

    for name, pattern in looked.items():
        for unit in UNITS:
            longer = spent(pattern, (unit * LONG)[:LONG] + "!")
            if longer < NOISE:
                continue
            if longer > MOST * spent(pattern, (unit * SHORT)[:SHORT] + "!"):
                slow.append((name, unit, longer))

    assert len(looked) > 20
    assert slow == []


def test_a_slow_pattern_would_be_found() -> None:
    bad = re.compile(r"(?:a+)+$")

    assert spent(bad, "a" * 22 + "!") > 8 * spent(bad, "a" * 14 + "!")


QUIET = """
import importlib, pkgutil, sys

said = []
sys.addaudithook(lambda name, given: said.append(name) if name in ("socket.connect", "socket.getaddrinfo") else None)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(said)
"""


def test_nothing_is_asked_of_a_network_when_all_of_it_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", QUIET, *modules()], capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stdout.strip() == "[]"
