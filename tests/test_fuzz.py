"""E2: what coverage-guided fuzzing found once is never wrong again, and a short search finds nothing new."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import fuzzed

ROOT = Path(__file__).resolve().parents[1]
RUNS = 1_500
# Inputs as `dev.py fuzz` prints them, the newest last.
FOUND = [
    # ":100:" between digits was left as it was typed, and Discord makes an emoji of it.
    b";`\x04<feed xmlnp='http://www.w5.org/2005/At2026-11-21T09:29:00Z</up\x00Oakpine redaedA></entry><\xff\xffs://w",
    b"\x03\xff9:100: > 9:100:9",
]


@pytest.mark.parametrize("given", FOUND)
def test_what_was_found_once_is_right_now(given: bytes) -> None:
    fuzzed.one(given)


def test_every_reader_begins_with_something_and_stands_it() -> None:
    begun = [*fuzzed.seeds()]

    for given in begun:
        fuzzed.one(given)

    assert {given[0] for given in begun} == {*range(len(fuzzed.READERS))}


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")
def test_a_short_search_finds_nothing() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--runs", str(RUNS)]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, (ended.stdout + ended.stderr)[-2_000:]
    tried = re.search(r"number_of_executed_units: (\d+)", ended.stderr)
    assert tried is not None
    assert int(tried[1]) >= RUNS
