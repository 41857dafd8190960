from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.model import Candidate, Match, Mention, Name, Result
from bot.naming.wire import match_to, mention_from, names_from_tsv


def test_the_columns_of_a_table() -> None:
    lines = ["A1EXAMPLE\tJane Korvanta\n", "A2EXAMPLE\tDovrel, Inc.\tmturk\n", "A3EXAMPLE\tLab\tprolific\t2.5"]

    assert list(names_from_tsv(lines)) == [
        Name(owner="A1EXAMPLE", account_key="A1EXAMPLE", name="Jane Korvanta"),
        Name(owner="A2EXAMPLE", account_key="A2EXAMPLE", name="Dovrel, Inc.", platform="mturk"),
        Name(owner="A3EXAMPLE", account_key="A3EXAMPLE", name="Lab", platform="prolific", activity=2.5),
    ]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["\ufeffA1EXAMPLE\tJane\r\n", "\r\n", "A2EXAMPLE\tDovrel\r\n"], ["Jane", "Dovrel"]),
        (["\n", " \t \n", "A1EXAMPLE\tJane\n"], ["Jane"]),
        (['A1EXAMPLE\t"Jane"\n'], ['"Jane"']),
        ([b"A1EXAMPLE\tJ\xc3\xa4ne\n"], ["Jäne"]),
        (["A1EXAMPLE\tJane\t\t\n"], ["Jane"]),
        (["A1EXAMPLE\tJane\tmturk\t2\t\t \n"], ["Jane"]),
        (["A1EXAMPLE\tJane\n", "A1EXAMPLE\tJane K\n"], ["Jane", "Jane K"]),
        ([], []),
    ],
)
def test_what_a_table_may_look_like(lines: list[str | bytes], names: list[str]) -> None:
    assert [name.name for name in names_from_tsv(lines)] == names


def test_the_case_of_a_platform_does_not_matter() -> None:
    (name,) = names_from_tsv(["A1EXAMPLE\tJane\tMTurk\n"])

    assert name.platform == "mturk"
    assert mention_from({"key": 1, "mention": "Jane", "platform": " MTURK"})[2] == "mturk"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A1EXAMPLE\n", "1 columns"),
        ("a\tb\tc\t1\te\n", "5 columns"),
        ("\tJane\n", "account key is empty"),
        ("A1EXAMPLE\t \n", "name is empty"),
        ("A1EXAMPLE\tJane\tmturk\toften\n", "activity is 'often'"),
        ("A1EXAMPLE\tJane\tmturk\t-1\n", "activity is '-1'"),
        ("A1EXAMPLE\tJane\tmturk\tnan\n", "activity is 'nan'"),
        ("A1EXAMPLE\tJane\tmturk\tinf\n", "activity is 'inf'"),
        (b"A1EXAMPLE\tJ\xffne\n", "not UTF-8"),
    ],
)
def test_a_bad_line_is_named_with_its_reason(line: str | bytes, reason: str) -> None:
    with pytest.raises(InputError, match=f"line 2 of the names: .*{reason}"):
        list(names_from_tsv(["A0EXAMPLE\tfine\n", line]))


@given(st.lists(st.text() | st.binary(), max_size=4))
def test_no_table_raises_anything_else(lines: list[str | bytes]) -> None:
    names = []
    with contextlib.suppress(InputError):
        names = list(names_from_tsv(lines))

    assert all(name.owner == name.account_key and name.name for name in names)


def test_a_mention() -> None:
    asked = mention_from({"key": "q1", "mention": "Jane", "platform": "mturk", "other": 1})

    assert asked == ("q1", Mention(text="Jane", platform="mturk"), "mturk")
    assert mention_from({"key": 7, "mention": "", "platform": None}) == (7, Mention(text=""), None)


@pytest.mark.parametrize(
    ("obj", "reason"),
    [
        ([], "not an object"),
        (None, "not an object"),
        ({"mention": "x"}, "key is missing"),
        ({"key": True, "mention": "x"}, "key is missing"),
        ({"key": "a"}, "mention is missing"),
        ({"key": "a", "mention": None}, "mention is missing"),
        ({"key": "a", "mention": "x", "platform": 3}, "platform is no text"),
    ],
)
def test_a_bad_mention_says_why(obj: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        mention_from(obj)


def test_a_match_as_an_answer() -> None:
    near = (Candidate(owner="A1EXAMPLE", name="Jane", probability=0.99, platform="mturk", account_key="A1EXAMPLE"),)
    found = Match(result=Result.FOUND, probability=0.99, how="exact name", owner="A1EXAMPLE", candidates=near)

    assert match_to("q", found) == {
        "key": "q",
        "result": "found",
        "account_key": "A1EXAMPLE",
        "probability": 0.99,
        "how": "exact name",
        "candidates": [{"account_key": "A1EXAMPLE", "name": "Jane", "probability": 0.99}],
    }


@pytest.mark.parametrize("result", [Result.AMBIGUOUS, Result.UNKNOWN])
def test_only_found_names_an_account(result: Result) -> None:
    answer = match_to("q", Match(result=result, probability=0.4, how="no such name", owner="A1EXAMPLE"))

    assert (answer["result"], answer["account_key"], answer["candidates"]) == (result.value, None, [])


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert [name.owner for name in names_from_tsv(["\ufeffA1EXAMPLE\tJane\n"])] == ["A1EXAMPLE"]
