"""C8 in small: 800 transactions beside four readers, as fast as they go; half an hour of it is in the soak."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.harness.writes import MIB, write_for

MANY = 800


@pytest.mark.long
async def test_much_writing_keeps_nobody_out_and_the_log_small() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        done = await write_for(Path(place), MANY, paced=False)

    assert done.errors == []
    assert (len(done.times), done.kept) == (MANY, MANY)
    assert done.reads > 5
    assert 0 < done.wal <= 64 * MIB
