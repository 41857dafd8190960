"""The table of what is proved by what: every row is there once, and no file that it names is missing."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROWS = {"A": 18, "B": 12, "C": 9, "D": 13, "E": 16, "F": 6, "G": 6}


def table() -> list[list[str]]:
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"][2:]


def test_every_row_is_there_once_in_its_order_with_its_state() -> None:
    rows = table()

    assert [row[0] for row in rows] == [f"{part}{n}" for part, many in ROWS.items() for n in range(1, many + 1)]
    assert {row[2] for row in rows} <= {"yes", "part", "no"}


def test_every_file_that_proves_something_exists_and_a_row_that_is_proved_names_one() -> None:
    missing = [
        (row[0], name)
        for row in table()
        for name in re.findall(r"`(tests/[\w/.]+)`", row[3])
        if not (ROOT / name).exists()
    ]

    assert missing == []
    assert all("`" in row[3] for row in table() if row[2] == "yes")
