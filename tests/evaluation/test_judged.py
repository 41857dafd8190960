"""Judged posts as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import InputError
from bot.evaluation import judged
from bot.evaluation.examples import Example
from bot.model import Kind

LINE = {"key": "k1", "source": "reddit:example", "text": "Words.", "kind": "talk"}


@pytest.fixture
def posts(tmp_path: Path):
    def write(*lines: dict[str, Any] | str) -> Path:
        path = tmp_path / "posts.jsonl"
        path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
        return path

    return write


def load(path: Path) -> tuple[list[Example], list[str]]:
    """The posts of a file, and what was said of lines that are none."""
    wrong: list[str] = []
    return judged.load(path, wrong.append), wrong


def good(path: Path) -> list[Example]:
    found, wrong = load(path)
    assert wrong == []
    return found


def test_a_line_is_a_post_with_what_it_means(posts) -> None:
    line = {
        **LINE,
        "kind": "mass",
        "requester": "Larkspur; Quince Lab",
        "account_key": "A1EXAMPLE2REQ3",
        "n_rejected": 40,
    }

    (found,) = good(posts(line))

    assert (found.post.key, found.post.source, found.post.text) == ("k1", "reddit:example", "Words.")
    assert found.expected.kind is Kind.MASS
    assert found.expected.requesters == ("Larkspur", "Quince Lab")
    assert found.expected.account_keys == ("A1EXAMPLE2REQ3",)
    assert found.expected.facts == {"n_rejected": 40}


def test_null_is_judged_and_absent_is_not(posts) -> None:
    absent, null = good(posts(LINE, {**LINE, "key": "k2", "share": None, "requester": None, "reportable": None}))

    assert absent.expected.facts == {}
    assert null.expected.facts == {"share": None}
    assert null.expected.requesters == ()
    assert null.expected.reportable is None


def test_title_parent_and_theme_are_taken(posts) -> None:
    (found,) = good(posts({**LINE, "title": "T", "parent_key": "k0", "theme": "jokes", "reportable": False}))

    assert (found.post.title, found.post.parent_key, found.theme) == ("T", "k0", "jokes")
    assert found.expected.reportable is False


def test_a_line_needs_no_key_and_no_source(posts) -> None:
    first, second = good(posts({"text": "a", "kind": "other"}, {"text": "b", "kind": "other", "key": 7}))

    assert (first.post.key, second.post.key) == ("1", "7")
    assert (first.post.source, first.theme) == ("nowhere:", "posts")


def test_empty_lines_are_no_posts(posts) -> None:
    assert len(good(posts(LINE, "", {**LINE, "key": "k2"}))) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "not JSON"),
        ({**LINE, "kind": None}, '"kind" must be one of'),
        ({**LINE, "kind": "mess"}, '"kind" must be one of'),
        ({"key": "k", "source": "x:y", "kind": "talk"}, '"text" must be there'),
        ({**LINE, "reportable": "yes"}, '"reportable" must be true, false or null'),
        ({**LINE, "requester": ["A"]}, '"requester" must be text or null'),
        ({**LINE, "n_rejected": "12"}, '"n_rejected" must be a whole number or null'),
        ({**LINE, "n_rejected": True}, '"n_rejected" must be a whole number or null'),
        ({**LINE, "n_submitted": 1.5}, '"n_submitted" must be a whole number or null'),
        ({**LINE, "share": 3}, '"share" must be text or null'),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_stops_no_other(posts, line, said: str) -> None:
    path = posts(LINE, line, {**LINE, "key": "k3"})

    found, wrong = load(path)

    assert [example.post.key for example in found] == ["k1", "k3"]
    assert [each.startswith(f"{path}:2: ") and said in each for each in wrong] == [True]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl cannot be read: No such file"):
        load(tmp_path / "nowhere.jsonl")
