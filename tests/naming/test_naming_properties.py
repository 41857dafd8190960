"""What holds for every name and question: additions, removals, order, hostile texts."""

from __future__ import annotations

import random
import time

import pytest
from bench import hostile_text
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import World
from strangers import Town

from bot.model import Match, Mention, Name, Result
from bot.naming import Context, NameIndex, resolve

pytestmark = pytest.mark.long

WORLD = World(1_500, 23)
QUESTIONS = WORLD.questions_in_context(300) + WORLD.questions(300)
ASKED = st.sampled_from(QUESTIONS)
# Nobody in a World is called with these letters in this order.
UNRELATED = st.lists(
    st.builds(
        Name,
        owner=st.sampled_from(["new 1", "new 2", "new 3"]),
        name=st.text("0xyq ", min_size=8, max_size=30),
        platform=st.sampled_from([None, "mturk", "prolific"]),
        activity=st.floats(0, 1e4),
    ),
    min_size=1,
    max_size=6,
)
RELATED = st.lists(
    st.builds(
        Name,
        owner=st.sampled_from(["new 1", "new 2", "new 3"]),
        name=st.sampled_from([name.name for name in WORLD.names] + [one.text for one in QUESTIONS]),
        activity=st.floats(0, 1e6),
    ),
    min_size=1,
    max_size=6,
)


def fresh() -> NameIndex:
    index = NameIndex(WORLD.names)
    for name in WORLD.names:
        index.add_task(name.owner, WORLD.work(name.owner))
    return index


INDEX = fresh()


def ask(index: NameIndex, one: object) -> Match:
    return resolve(Mention(text=one.text), index, one.platform, one.context)


@given(ASKED, UNRELATED)
@settings(max_examples=200)
def test_an_unrelated_name_never_turns_one_that_is_found_into_another(one: object, names: list[Name]) -> None:
    before = ask(INDEX, one)

    try:
        for name in names:
            INDEX.add(name)
        after = ask(INDEX, one)
    finally:
        for name in names:
            INDEX.remove(name.owner)

    if before.result is Result.FOUND and after.result is Result.FOUND:
        assert after.owner == before.owner


@given(ASKED, RELATED)
@settings(max_examples=200)
def test_what_was_added_and_removed_again_leaves_no_trace(one: object, names: list[Name]) -> None:
    before = ask(INDEX, one)

    for name in names:
        INDEX.add(name)
    ask(INDEX, one)
    for name in names:
        INDEX.remove(name.owner)

    assert ask(INDEX, one) == before


def test_the_order_of_adding_changes_no_answer() -> None:
    mixed, other = list(WORLD.names), NameIndex()
    random.Random(3).shuffle(mixed)

    for name in mixed:
        other.add(name)
        other.add_task(name.owner, WORLD.work(name.owner))
        if len(other) % 400 == 0:
            ask(other, QUESTIONS[0])

    assert [ask(other, one) for one in QUESTIONS] == [ask(INDEX, one) for one in QUESTIONS]


def test_a_name_is_findable_in_an_index_that_has_been_asked_before() -> None:
    index = NameIndex(WORLD.names)
    resolve(Mention(text="Xyloquent Hallbrook Panels"), index)

    index.add(Name(owner="new", name="Xyloquent Hallbrook Panels"))

    assert resolve(Mention(text="Xyloquent Hallbrok Panels"), index).owner == "new"


def test_hostile_texts_raise_nothing_and_take_no_time() -> None:
    town, dice = Town(2_000, 31), random.Random(8)
    index = NameIndex(town.names)
    usual = sorted(cost(index, one.text) for one in town.questions(200))[100]

    slowest = max(min(cost(index, text) for _ in range(2)) for text in (hostile_text(dice, town) for _ in range(500)))

    assert slowest < 40 * usual + 0.05


def cost(index: NameIndex, text: str) -> float:
    began = time.thread_time()
    resolve(Mention(text=text), index)
    return time.thread_time() - began


# --- context: the same word means different requesters in different threads


@pytest.mark.parametrize("way", ["live", "thread", "account_keys"])
def test_a_word_means_whom_the_thread_is_about(way: str) -> None:
    crowd = [name for name in WORLD.names if "quillon" not in name.name.lower()]
    index = NameIndex(
        [
            *crowd,
            Name(owner="a", name="Mara Quillonshaw", account_key="A1EXAMPLE2REQ3", activity=200),
            Name(owner="b", name="Teodor Quillonshaw", account_key="A2EXAMPLE2REQ4", activity=200),
        ]
    )
    first, second = ("A1EXAMPLE2REQ3", "A2EXAMPLE2REQ4") if way == "account_keys" else ("a", "b")

    one = resolve(Mention(text="Quillonshaw"), index, context=Context(**{way: frozenset({first})}))
    other = resolve(Mention(text="Quillonshaw"), index, context=Context(**{way: frozenset({second})}))
    bare = resolve(Mention(text="Quillonshaw"), index)

    assert (one.candidates[0].owner, other.candidates[0].owner) == ("a", "b")
    assert bare.result is Result.AMBIGUOUS


def test_whom_the_thread_is_about_is_not_meant_by_a_name_unlike_his() -> None:
    context = Context(thread=frozenset({WORLD.names[0].owner}), live=frozenset({WORLD.names[1].owner}))

    match = resolve(Mention(text="Xyloquent Hallbrook"), INDEX, context=context)

    assert match.result is Result.UNKNOWN
