"""What autocompletion asks at every letter: whose name, alias or id begins so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Name
from bot.naming.beginnings import Beginnings

KNOWN = (
    Name(owner="1", name="Quillmere Vision Group", account_key="A1EXAMPLE2REQ3"),
    Name(owner="2", name="Quillon Audio"),
    Name(owner="3", name="The Vision Lab"),
    Name(owner="4", name="Ünïcode Studies"),
)


@pytest.fixture
def beginnings() -> Beginnings:
    made = Beginnings()
    for name in KNOWN:
        made.add(name, many=True)
    made.sort()
    return made


@pytest.mark.parametrize(
    ("typed", "owners"),
    [
        ("quil", {"1", "2"}),
        ("QUILLM", {"1"}),
        ("vision", {"1", "3"}),
        ("vision g", {"1"}),
        ("a1ex", {"1"}),
        ("A1EXAMPLE2REQ3", {"1"}),
        ("unic", {"4"}),
        ("mere", set()),
        ("", set()),
        ("  ", set()),
        ("zzz", set()),
    ],
)
def test_names_words_and_ids_are_found_by_their_beginning(beginnings, typed: str, owners: set[str]) -> None:
    assert set(beginnings.starting(typed)) == owners


def test_what_is_added_later_is_found_too(beginnings) -> None:
    for _ in range(2):
        beginnings.add(Name(owner="9", name="Quillfern"))

    assert sorted(beginnings.starting("quil")) == ["1", "2", "9"]


@given(st.text(max_size=200))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    made = Beginnings()
    for name in KNOWN:
        made.add(name)

    assert set(made.starting(typed)) <= {"1", "2", "3", "4"}
