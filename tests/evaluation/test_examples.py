"""Threads and parents; cross-validation that never learns from what it reads."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from making_examples import example, reading

from bot.evaluation.examples import Example, Reader, parents, read_all, threads
from bot.evaluation.folds import cross_read, split
from bot.model import Kind, Post, Reading
from bot.reading import Parent

THREAD = [example("a"), example("b", parent="a"), example("c"), example("d", parent="b"), example("e", parent="gone")]


def test_a_thread_is_a_post_with_all_that_answer_it() -> None:
    assert threads(THREAD) == [[0, 1, 3], [2], [4]]


def test_an_answer_is_read_with_its_parents_reading() -> None:
    heard: dict[str, Parent | None] = {}

    def reader(post: Post, parent: Parent | None) -> Reading:
        heard[post.key] = parent
        return reading(Kind.MASS, who=(f"by {post.key}",))

    found = read_all(reader, THREAD)

    assert heard["a"] is None
    assert heard["c"] is None
    assert heard["e"] is None
    assert heard["b"] is not None
    assert heard["b"].reading is found[0]
    assert heard["d"] is not None
    assert [mention.text for mention in heard["d"].mentions] == ["by b"]


def test_a_post_of_another_source_is_no_parent() -> None:
    other = example("b", parent="a")
    stray = Example(
        post=Post(source="forum:other", key="b", text="x", parent_key="a"),
        expected=other.expected,
        theme="t",
        where="w",
    )

    assert threads([example("a"), stray]) == [[0], [1]]
    assert parents([example("a"), stray], [reading(), reading()]) == [None, None]


def test_parents_are_found_again_for_readings_that_are_there() -> None:
    found = [reading(who=(each.post.key,)) for each in THREAD]

    above = parents(THREAD, found)

    assert [parent.reading if parent else None for parent in above] == [None, found[0], None, found[1], None]


def test_an_example_shows_itself_without_its_text() -> None:
    shown = repr(example("k", text="Nobody may read this."))

    assert "k" in shown
    assert "Nobody" not in shown


posts = st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=1, max_size=40).map(
    lambda up: [example(f"k{i}", parent=None if j is None else f"k{min(i, j)}") for i, j in enumerate(up)]
)


@given(posts, st.integers(1, 6))
def test_every_post_is_in_one_fold_together_with_its_thread(examples: list[Example], n: int) -> None:
    parts = split(examples, n)

    assert sorted(place for part in parts for place in part) == list(range(len(examples)))
    for thread in threads(examples):
        assert sum(bool(set(thread) & set(part)) for part in parts) == 1


def test_the_kinds_of_each_theme_are_spread_over_the_folds() -> None:
    kinds = list(Kind)
    themes = [example(f"{theme}{n}", kinds[n % 5], theme=theme) for theme in ("a", "b") for n in range(50)]

    parts = split(themes, 5)

    found = [{(themes[place].theme, themes[place].expected.kind) for place in part} for part in parts]
    assert all(len(part) == 10 for part in found)


def test_nothing_is_read_by_a_reader_that_has_learnt_from_it() -> None:
    seen: list[tuple[set[str], str]] = []

    def learn(examples: Sequence[Example]) -> Reader:
        known = {each.post.key for each in examples}

        def reader(post: Post, _parent: Parent | None) -> Reading:
            seen.append((known, post.key))
            return reading(who=(post.key,))

        return reader

    found = cross_read(learn, THREAD, 3)

    assert [each.mentions[0].text for each in found] == ["a", "b", "c", "d", "e"]
    assert all(key not in known for known, key in seen)
    assert all(not {"a", "b", "d"} & known for known, key in seen if key in "abd")
