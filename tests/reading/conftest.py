"""What the reading tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.platforms import Platforms, load

sys.path.insert(0, str(Path(__file__).parent))  # invented_lines.py stands beside the tests


@pytest.fixture(scope="session")
def platforms() -> Platforms:
    return load()
