"""The suite notices every mistake that is kept as a patch in tests/bugs; a patch that fits no more fails too."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.harness import bugs

pytestmark = pytest.mark.long

SHARDS = 4
NAMES = [bug.name for bug in bugs.bugs()]


@pytest.mark.timeout(580)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_seeded_bug_is_caught(shard: int) -> None:
    command = [sys.executable, "-m", "tests.harness.bugs", f"{shard}/{SHARDS}"]

    done = subprocess.run(command, cwd=bugs.ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    found = dict(map(json.loads, done.stdout.splitlines()))
    assert {name: came for name, came in found.items() if came != "caught"} == {}
    assert sorted(found) == NAMES[shard::SHARDS]


def test_there_are_at_least_25_and_the_usual_bots_mistake_is_one() -> None:
    assert len(NAMES) >= 25
    assert "delete-before-send" in NAMES


def test_a_patch_that_fits_no_more_is_stale() -> None:
    bug = bugs.bugs()[0]

    with pytest.raises(bugs.Stale):
        bug.made("quite another file\n")
