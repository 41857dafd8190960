"""The gate: which words it looks at, the same whether a text is plain ASCII or not, and what lets a post in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.gate import SURE, Gate, _by_pattern, words
from bot.reading.words import folded


def test_a_number_counts_by_how_long_it_is():
    assert words("40 or 87 of the 120 gone") == {"00", "or", "of", "the", "000", "gone"}


def test_an_apostrophe_belongs_to_its_word_and_other_signs_part_words():
    assert words("They've (mine/yours) half_done…") == {"they've", "mine", "yours", "half", "done"}


def test_a_face_is_a_word_of_its_own():
    assert words("gone😡😡all") == {"gone", "😡", "all"}


LONG = "x" * 70
ANY = st.lists(st.text(max_size=6) | st.sampled_from([LONG, "£5", "a_1", "don’t", "\xa0", "रिजेक्ट😡"]), max_size=9).map(
    " ".join
)


@given(st.text(st.characters(max_codepoint=127), max_size=60) | ANY.map(lambda text: text + " é"))
def test_a_text_is_split_into_the_words_of_the_pattern_whatever_it_is_made_of(text: str):
    assert words(text) == set(_by_pattern(folded(text)))


@pytest.mark.parametrize("part", SURE)
def test_parts_of_words_that_say_it_all_let_a_post_in_whatever_else_it_says(part: str):
    gate = Gate({"garden": -9.0}, 0.0)

    assert gate.passes(f"garden X{part.upper()}x garden")
    assert not gate.passes("garden")


def test_each_word_counts_once_and_the_threshold_itself_lets_in():
    gate = Gate({"gone": 1.0, "tea": -0.5}, 0.5)

    assert gate.passes("gone, gone. tea tea tea")
    assert not gate.passes("tea tea")
