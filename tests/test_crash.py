"""Whatever step a process dies at, the next one loses nothing and says nothing twice."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.timeout(600)
def test_a_death_at_any_step_of_intake_and_pump_loses_nothing_and_repeats_nothing() -> None:
    # Memory instead of a disk where there is one: it is the order of the steps that is tested, hundreds of times.
    place = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)

    done = subprocess.run(
        [sys.executable, "-m", "tests.crashing", place], cwd=ROOT, capture_output=True, text=True, check=False
    )
    shutil.rmtree(place)

    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["steps"] > 200
    assert found["points"] > 100
    assert set(found["expected"]["messages"]) == {"alerts", "moderators"}
    assert found["expected"]["waiting"] == []
    assert found["problems"] == {}
