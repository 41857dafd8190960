from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import World

from bot.model import Amount, Name, Task
from bot.naming import NameIndex
from bot.naming.find import RATED, near
from bot.naming.keys import spelt

JANE = Name(owner="1", name="Jane Korvanta", platform="mturk", account_key="A1EXAMPLE2REQ3", activity=3.0)
LAB = Name(owner="2", name="Dovrel Memory Lab", platform="prolific")
NAMES = st.lists(
    st.builds(
        Name,
        owner=st.sampled_from("abcd"),
        name=st.sampled_from(
            ["Jane Dovrel", "J Dovrel", "Dovrel Lab", "DL", "Dovrel Jane", "Research", "jane_dovrel", "dovrel_27", "!!"]
        ),
        platform=st.sampled_from([None, "mturk", "prolific"]),
        account_key=st.sampled_from([None, "A1EXAMPLE2REQ3", "A2EXAMPLE2REQ4"]),
        activity=st.floats(0, 1e9),
    ),
    max_size=12,
)


def forms_near(index: NameIndex, text: str) -> set[str]:
    return {index.canon(number) for number in near(index, text)}


def names_near(index: NameIndex, text: str) -> list[Name]:
    return sorted(map(index.name, near(index, text)), key=repr)


def whole(index: NameIndex) -> object:
    """All that can be asked of an index made of NAMES."""
    asked = ["jane dovrel", "dovrel", "dl", "j dovrel", "research", "janedovrel", "jane dovrle", "dovrel2q7", ""]
    return (
        len(index),
        index.size,
        [names_near(index, text) for text in asked],
        [index.rarity(word) for word in ("dovrel", "jane", "lab")],
        [(index.names_of(owner), index.accounts_of(owner), index.clues_of(owner)) for owner in "abcd"],
        [index.owners_of(key) for key in ("A1EXAMPLE2REQ3", "A2EXAMPLE2REQ4")],
        [index.weight(name) for owner in "abcd" for name in index.names_of(owner)],
    )


@pytest.mark.parametrize(
    "asked",
    [
        "dovrel memory lab",
        "dovrelmemorylab",
        "lab dovrel memory",
        "dml",
        "d lab",
        "dovrel l",
        "dovrel",
        "dovrel memroy lab",
        "dovrell memmory lba",
        "d0vr31 m3m0ry lab",
        "dovrel mem",
        "the dovrel memory lab group",
    ],
)
def test_a_name_is_near_in_all_its_short_forms(asked: str) -> None:
    index = NameIndex([JANE, LAB])

    assert "dovrel memory lab" in forms_near(index, asked)


def test_what_shares_nothing_is_not_near() -> None:
    assert forms_near(NameIndex([JANE, LAB]), "wuthip") == set()


def test_ids_are_found_in_any_case() -> None:
    index = NameIndex([JANE, LAB])

    assert index.owners_of(" a1example2req3 ") == ("1",)
    assert index.owners_of("A9EXAMPLE") == ()


def test_several_names_and_ids_of_one_owner() -> None:
    alias = Name(owner="1", name="JK Studies", account_key="A2EXAMPLE2REQ4")

    index = NameIndex([JANE, alias])

    assert index.names_of("1") == (JANE, alias)
    assert index.accounts_of("1") == {"A1EXAMPLE2REQ3", "A2EXAMPLE2REQ4"}
    assert [index.name(*index.named(canon)).owner for canon in ("jane korvanta", "jk studies")] == ["1", "1"]


def test_the_most_active_of_many_namesakes_come_first_and_not_all() -> None:
    index = NameIndex(Name(owner=f"{number:03}", name="Survey Lab", activity=number) for number in range(100))

    assert {index.name(number).owner for number in near(index, "survey lab")} == {
        f"{n:03}" for n in range(100 - RATED, 100)
    }


def test_the_most_active_of_many_who_share_a_word_are_near() -> None:
    crowd = [
        Name(owner=f"{n:03}", name=f"Quon {chr(97 + n % 26)}{chr(97 + n // 26)}vixt", activity=n) for n in range(200)
    ]

    assert crowd[-1] in names_near(NameIndex(crowd), "quon")


def test_work_seen_is_remembered_until_the_owner_goes() -> None:
    index = NameIndex([JANE])
    index.add_task("1", Task(title="Rate 40 Doves", reward=Amount(Decimal("0.50"), "USD"), task_key="3GROUP"))

    assert index.clues_of("1") == {"title rate 40 doves", "reward 0.5 USD", "link 3GROUP"}
    index.remove("1")
    assert index.clues_of("1") == frozenset()


@given(NAMES, st.randoms(use_true_random=False))
def test_the_order_of_adding_does_not_matter(names: list[Name], dice: object) -> None:
    mixed = list(names)
    dice.shuffle(mixed)

    assert whole(NameIndex(mixed)) == whole(NameIndex(names))


@given(NAMES, st.sampled_from("abcd"))
def test_removing_is_as_if_it_had_never_been_added(names: list[Name], gone: str) -> None:
    index = NameIndex(names)

    index.remove(gone)

    assert whole(index) == whole(NameIndex(name for name in names if name.owner != gone))


def test_removing_somebody_unknown_is_no_error() -> None:
    index = NameIndex([JANE])

    index.remove("nobody")

    assert whole(index) == whole(NameIndex([JANE]))


def test_adding_twice_is_adding_once() -> None:
    assert whole(NameIndex([JANE, JANE])) == whole(NameIndex([JANE]))


def test_a_name_is_findable_as_soon_as_it_is_added() -> None:
    index = NameIndex(World(500, 3).names)

    index.add(LAB)

    assert [index.name(number) for number in index.named("dovrel memory lab")] == [LAB]
    assert "dovrel memory lab" in forms_near(index, "dovrel memry lab")


def test_whichever_of_many_equal_namesakes_came_first_the_same_ones_are_near() -> None:
    crowd = [Name(owner=f"{number:03}", name="Survey Lab") for number in range(100)]

    straight, mixed = NameIndex(crowd), NameIndex(crowd[::-1])

    assert names_near(straight, "survey lab") == names_near(mixed, "survey lab")


def test_a_flood_of_one_name_is_taken_in_its_stride() -> None:
    index = NameIndex(Name(owner=str(number), name="Survey Lab") for number in range(20_000))

    assert len(near(index, "survey lab")) == RATED


def test_words_undo_leet_and_set_a_number_at_the_end_apart() -> None:
    assert spelt("d0vr3i lab42 7") == ["dovrel", "lab", "42", "7"]


def test_an_index_that_got_ready_at_once_answers_as_one_that_did_not() -> None:
    ready, later = NameIndex(), NameIndex()
    for name in World(200, 4).names:
        ready.add(name)
        later.add(name)

    ready.settle()

    assert whole(ready) == whole(later)
    assert names_near(ready, "dovrell memmory lab") == names_near(later, "dovrell memmory lab")
