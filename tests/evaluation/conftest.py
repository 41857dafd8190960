"""What the evaluation's tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # making_examples.py stands beside the tests

from making_examples import CORPUS_FILE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small corpus: one theme to learn from, the same one blind under other keys."""
    for part, prefix in (("training", ""), ("blind", "blind-")):
        (tmp_path / part).mkdir()
        text = CORPUS_FILE.replace("=== ", f"=== {prefix}").replace("parent: ", f"parent: {prefix}")
        (tmp_path / part / f"{prefix}lines.txt").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def large(folder: Path) -> Path:
    """A corpus from which something can be learnt."""
    lines = {
        "mass": "They rejected my whole batch",
        "single": "One of mine was rejected",
        "reversal": "They reversed every rejection",
        "talk": "Would they ever reject it?",
        "other": "My bank rejected the card",
    }
    posts = [
        f"=== more-{n}\nkind: {kind}\nreportable: no\n---\n{words} {'so ' * (n % 4)}\n"
        for n, (kind, words) in enumerate(list(lines.items()) * 12)
    ]
    (folder / "training" / "more.txt").write_text("# About.\n" + "\n".join(posts), encoding="utf-8")
    return folder
