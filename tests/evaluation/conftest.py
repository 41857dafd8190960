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
    posts = [
        f"=== more-{n}\nkind: {kind}\nreportable: no\n---\n{words} {'so ' * (n % 4)}\n"
        for n, (kind, words) in enumerate(
            [("mass", "Every batch came back red"), ("talk", "How long is a review")] * 30
        )
    ]
    (folder / "training" / "more.txt").write_text("# About.\n" + "\n".join(posts), encoding="utf-8")
    return folder
