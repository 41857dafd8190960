"""JSON in and out: posts that people write by hand, and readings that come back equal."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_lines import LINES

from bot.errors import InputError
from bot.model import Format, Kind, Post
from bot.platforms import Platforms, load
from bot.reading import read
from bot.reading.wire import post_from, reading_from, reading_kept, reading_to

GIVEN = {"source": "reddit:mturk", "key": "k1", "text": "hello"}
POST = Post(
    source="x:1",
    key="1",
    text="Oakpine rejected 30 of my 40 hits and reversed 2, lost $3.50",
    posted_at=datetime(2026, 11, 1, tzinfo=UTC),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_the_three_needed_fields_are_enough():
    post = post_from(GIVEN)

    assert (post.source, post.key, post.text, post.title, post.posted_at, post.format) == (
        "reddit:mturk",
        "k1",
        "hello",
        None,
        None,
        None,
    )


def test_all_fields_are_taken_and_unknown_ones_ignored():
    more = {
        "title": "t",
        "author_key": "a",
        "posted_at": "2026-11-21T18:00:00Z",
        "parent_key": "p",
        "url": "u",
        "platform": "prolific",
        "format": "html",
    }

    post = post_from({**GIVEN, **more, "label": "mass", "kind": 7})

    assert post == Post(
        **GIVEN,
        title="t",
        author_key="a",
        posted_at=datetime(2026, 11, 21, 18, tzinfo=UTC),
        parent_key="p",
        url="u",
        platform="prolific",
        format=Format.HTML,
    )


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"source": None}, '"source"'),
        ({"key": ""}, '"key"'),
        ({"key": 7}, '"key"'),
        ({"text": None}, '"text"'),
        ({"text": ["a"]}, '"text"'),
        ({"title": 3}, '"title"'),
        ({"posted_at": "yesterday"}, '"posted_at"'),
        ({"posted_at": "2026-11-21T18:00:00"}, "offset"),
        ({"posted_at": 17}, '"posted_at"'),
        ({"format": "word"}, "markdown"),
    ],
)
def test_what_is_wrong_is_named_in_a_sentence(wrong: dict[str, object], named: str):
    with pytest.raises(InputError, match=named):
        post_from({**GIVEN, **wrong})


@pytest.mark.parametrize("given", [None, [], "text", 3])
def test_what_is_no_object_is_refused(given: object):
    with pytest.raises(InputError, match="JSON object"):
        post_from(given)


@pytest.mark.long
@given(st.dictionaries(st.sampled_from([*GIVEN, "title", "posted_at", "format", "platform"]), JSON))
def test_any_object_is_a_post_or_an_input_error(given: dict[str, object]):
    try:
        outcome = post_from(given)
    except InputError as error:
        outcome = str(error)

    assert isinstance(outcome, Post) or outcome.endswith(".")


def test_the_output_has_the_promised_fields_in_their_order(platforms: Platforms):
    out = reading_to("k", read(POST, platforms))

    assert list(out) == [
        "key",
        "kind",
        "probability",
        "reportable",
        "facts",
        "platform",
        "mentions",
        "claims",
        "signals",
    ]
    assert list(out["probability"]) == ["mass", "single", "reversal", "talk", "other"]
    assert list(out["facts"]) == [
        "n_rejected",
        "n_submitted",
        "share",
        "amount",
        "first_hand",
        "reversal",
        "cause",
        "happened_at",
    ]
    assert [list(m) for m in out["mentions"]] == [["text", "account_key", "origin"]]
    assert [list(c) for c in out["claims"]] == [["mention", "kind", "probability", "facts"]]
    assert list(out["signals"][0]) == ["name", "quote", "weight"]
    assert out["facts"]["amount"] == {"value": 3.5, "currency": "USD"}
    json.dumps(out, allow_nan=False)


def test_unexplained_output_has_no_signals(platforms: Platforms):
    assert reading_to("k", read(POST, platforms), explain=False)["signals"] == []


@pytest.mark.parametrize("text", [POST.text, *(line.text for line in LINES[::7])])
def test_a_kept_reading_comes_back_equal(text: str, platforms: Platforms):
    reading = read(Post(source="reddit:mturk", key="1", text=text, posted_at=POST.posted_at), platforms)

    assert reading_from(json.loads(json.dumps(reading_kept(reading)))) == reading


def test_an_export_comes_back_equal(platforms: Platforms):
    page = "https://worker.mturk.com/projects/3EXAMPLEGROUP1D00000000000SYN0/tasks"
    text = f"Title: Tag • {page}\nRequester: Oakpine\nReward: 0.50\nAvailable: 3"

    reading = read(Post(source="x:1", key="1", text=text), platforms)

    assert reading.tasks
    assert reading_from(json.loads(json.dumps(reading_kept(reading)))) == reading


@given(st.text(max_size=400))
def test_probabilities_sum_to_one_whatever_is_written(text: str):
    reading = read(Post(source="reddit:mturk", key="1", text=text + " rejected"), load())

    assert abs(sum(reading.probability.values()) - 1) < 1e-9
    assert set(reading.probability) == set(Kind)
    assert reading.probability[reading.kind] == max(reading.probability.values())
