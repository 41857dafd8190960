"""The cursor of a Reddit source and the proof that a read reached back to the last one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.listing import LISTINGS, Remembered, gap_after, newest, remembered

KEYS = st.lists(st.from_regex(r"t[13]_[a-z0-9]{1,7}", fullmatch=True), max_size=60, unique=True)


@given(st.none() | KEYS, st.none() | KEYS, st.sampled_from(LISTINGS))
def test_a_cursor_says_what_was_put_into_it(new: list[str] | None, comments: list[str] | None, turn: str):
    ids = {name: None if keys is None else newest(keys, None) for name, keys in (("new", new), ("comments", comments))}

    assert remembered(Remembered(ids=ids, turn=turn).text()) == Remembered(ids=ids, turn=turn)


@pytest.mark.parametrize("cursor", [None, "", "nonsense", "[]", "7", "null", '{"new": 3, "turn": []}', '{"new": {}}'])
def test_a_cursor_that_cannot_be_read_counts_as_none(cursor: str | None):
    assert remembered(cursor) == Remembered()


@given(KEYS, st.none() | KEYS)
def test_the_newest_are_remembered_first_and_never_more_than_fifty(keys: list[str], known: list[str] | None):
    kept = newest(keys, known)

    assert kept[: len(keys)] == tuple(keys[:50])
    assert len(kept) == min(50, len(set(keys) | set(known or ())))


@pytest.mark.parametrize(
    ("known", "keys", "gap"),
    [
        (None, ["a"], False),
        ((), ["a"], False),
        (("a", "b"), ["c", "b"], False),
        (("a", "b"), ["c", "d"], True),
        (("a", "b"), [], True),
    ],
)
def test_a_gap_is_a_read_that_meets_nothing_known(known: tuple[str, ...] | None, keys: list[str], gap: bool):
    assert (gap_after("r/mturk/new", known, keys) is not None) == gap
