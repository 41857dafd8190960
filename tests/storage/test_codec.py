"""Nouns as JSON: whatever the reader made of a post comes back equal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Amount, Claim, Facts, Kind, Mention, Reading, Signal, Task, Term
from bot.storage.codec import dump, load, plain

MOMENTS = st.datetimes(timezones=st.just(UTC))
NUMBERS = st.floats(allow_nan=False)
TEXTS = st.text(st.characters(codec=None), max_size=20)
ODDS = st.dictionaries(st.sampled_from(Kind), NUMBERS)


def nouns(kind: type) -> st.SearchStrategy:
    """Any noun of a kind, from its type hints."""
    return st.builds(kind, **{name: strategy(hint) for name, hint in get_type_hints(kind).items()})


def strategy(hint) -> st.SearchStrategy:
    if get_origin(hint) is UnionType:
        return st.none() | strategy(next(part for part in get_args(hint) if part is not type(None)))
    if get_origin(hint) is tuple:
        return st.lists(strategy(get_args(hint)[0]), max_size=2).map(tuple)
    if hint in (Amount, Facts, Task, Mention, Signal, Claim):
        return nouns(hint)
    simple = {str: TEXTS, float: NUMBERS, datetime: MOMENTS, Decimal: st.decimals(allow_nan=False)}
    return simple[hint] if hint in simple else ODDS if get_origin(hint) is Mapping else st.from_type(hint)


@given(nouns(Reading))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_reading_comes_back_equal(reading: Reading) -> None:
    assert load(Reading, dump(reading)) == reading


@given(st.lists(st.builds(Term, TEXTS, NUMBERS)).map(tuple))
def test_any_receipt_comes_back_equal(why: tuple[Term, ...]) -> None:
    assert load(tuple[Term, ...], dump(why)) == why


@given(TEXTS)
def test_what_is_written_is_plain_ascii(text: str) -> None:
    written = dump(Signal(text, text, 0.0))

    assert written.isascii()
    assert "\x00" not in written


def test_what_says_nothing_takes_no_room() -> None:
    assert dump(Facts()) == "{}"
    assert plain(Mention(text="Example Labs")) == {"text": "Example Labs", "origin": "text"}


def test_decimals_keep_their_digits() -> None:
    amount = load(Facts, dump(Facts(amount=Amount(Decimal("0.10"), "USD")))).amount

    assert str(amount.value) == "0.10"


def test_fields_of_a_later_version_are_left_out() -> None:
    assert load(Term, json.dumps({"term": "voices", "points": 1, "colour": "red"})) == Term("voices", 1.0)


def test_pairs_are_read_by_their_places() -> None:
    assert load(tuple[tuple[str, Kind], ...], '[["a","mass"]]') == (("a", Kind.MASS),)


def test_a_word_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="gigantic"):
        load(Facts, '{"share":"gigantic"}')
