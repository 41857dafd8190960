"""Which names stand under a key, however they came and went."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.naming.postings import Postings
from bot.naming.words import Words

# Few enough that they meet; the first three fall into one row.
KEYS = st.sampled_from((5, 5 + (1 << 10), 5 + (1 << 31), 77))
STEPS = st.lists(st.tuples(st.sampled_from(("add", "remove", "ask")), KEYS, st.integers(0, 60)), max_size=120)


@given(STEPS)
def test_postings_are_a_set_a_key(steps: list[tuple[str, int, int]]) -> None:
    postings, kept = Postings(), {}

    for what, key, number in steps:
        there = kept.setdefault(key, set())
        if what == "add" and number not in there:
            postings.add([key], number)
            there.add(number)
        elif what == "remove" and number in there:
            postings.remove([key], number)
            there.remove(number)
        elif what == "ask":
            assert postings.get(key) == sorted(there)

    assert all(postings.get(key) == sorted(there) for key, there in kept.items())


def test_many_that_come_after_the_first_question_are_found_in_order() -> None:
    postings = Postings()
    postings.add([9], 1_000)
    assert postings.get(9) == [1_000]

    for number in range(100):
        postings.add([9], number)

    assert postings.get(9) == [*range(100), 1_000]


def test_slips_are_listed_when_the_first_is_met_and_words_that_come_or_go_around_it_are_heeded() -> None:
    words = Words()
    words.add(["dovrel", "gone"], 0)
    words.remove(["gone"], 0)

    assert words.one_slip("dovrell") == ["dovrel"]
    assert words.one_slip("gonne") == words.near("gonne") == []

    words.add(["dovrels"], 1)
    assert words.one_slip("dovrell") == words.near("dovrell") == ["dovrel", "dovrels"]
    words.remove(["dovrels"], 1)
    assert words.one_slip("dovrell") == words.near("dovrell") == ["dovrel"]


def test_settled_words_answer_as_others_do() -> None:
    ready, later = Words(), Words()
    for words in (ready, later):
        words.add(["korvanta", "dovrel", "7"], 0)

    ready.settle()

    assert [ready.near(word) for word in ("korvnta", "7", "8")] == [later.near(word) for word in ("korvnta", "7", "8")]
