"""What may be a name: how a text falls into pieces and segments, and which runs of them are looked at."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.mentions import shipped
from bot.reading.mentions.pieces import FUNCTION, ORDINARY, OTHERS, RARE, Segment, known_words, rank_of, segments, slots
from bot.reading.mentions.spans import spans
from bot.reading.mentions.traits import place_traits, written


def segments_of(text: str) -> list[Segment]:
    return list(segments(text, shipped().lore))


def pieces_of(text: str) -> list[str]:
    return [piece.text for segment in segments_of(text) for piece in segment.pieces]


def runs_of(text: str) -> set[str]:
    return {written(segment, span, text) for segment in segments_of(text) for span in spans(segment)}


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Okonsky-Wray rejected", ["Okonsky-Wray", "rejected"]),
        ("acme_labs, q-labs.io", ["acme_labs", ",", "q-labs.io"]),
        ("k.m. o'dunn and S&F", ["k.m.", "o'dunn", "and", "S&F"]),
        ("Ottoline B.'s, Vell B.?", ["Ottoline", "B.", "'", "s", ",", "Vell", "B.", "?"]),
        ("Pell Ltd. put it back", ["Pell", "Ltd.", "put", "it", "back"]),
        ("Dr. L. Pell. All", ["Dr.", "L.", "Pell", ".", "All"]),
        ("27/30 and/or Ridge/Vell", ["27", "/", "30", "and", "/", "or", "Ridge/Vell"]),
        ("rejected.All gone", ["rejected", ".", "All", "gone"]),
        ("@ollie u/pine #general", ["@ollie", "u/pine", "#general"]),
        ("a\ue0007\ue001b", ["a", "\ue0007\ue001", "b"]),
    ],
)
def test_a_piece_keeps_what_names_are_made_of(text: str, pieces: list[str]):
    assert pieces_of(text) == pieces


def test_a_segment_ends_with_its_sentence_or_line_and_not_with_an_abbreviation():
    found = segments_of("Dr. Vell paid. J. Pell did not!\nnext line\n\nlast")

    assert [" ".join(piece.text for piece in each.pieces) for each in found] == [
        "Dr. Vell paid .", "J. Pell did not !", "next line", "last",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shouted", "titled", "plain"),
    [
        ("they rejected all of it", False, False, True),
        ("They rejected all of it", False, False, False),
        ("Vell Labs Rejected All Of It", False, True, False),
        ("THEY REJECTED EVERYTHING AGAIN TODAY", True, True, True),
    ],
)
def test_a_segment_knows_what_its_capitals_are_worth(text: str, shouted: bool, titled: bool, plain: bool):
    (segment,) = segments_of(text)

    assert (segment.shouted, segment.titled, segment.plain) == (shouted, titled, plain)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("my work for Vell Research was lost", {"Vell Research"}),
        ("it was Vell and Pell again", {"Vell and Pell", "Vell", "Pell"}),
        ("it was Vell's Trains study", {"Vell's Trains", "Vell"}),
        ("Avoid Vellhaven now", {"Vellhaven"}),
        ("by Vellhaven 88 today", {"Vellhaven 88", "Vellhaven"}),
        ("then Vellhaven 88 rejected", {"Vellhaven"}),
        ("from The Vellhaven Team", {"The Vellhaven Team", "Vellhaven Team", "The Vellhaven"}),
        ("requester moth and lantern rejected", {"moth and lantern"}),
        ("who did the moth and lantern one", {"moth and lantern"}),
        ('it was "sunny side research" again', {"sunny side research"}),
        ("by R Vellhaven today", {"R Vellhaven", "Vellhaven"}),
        ("by Vellhaven R today", {"Vellhaven R", "Vellhaven"}),
        ("a dollar from vellhaven r today", {"vellhaven r", "vellhaven"}),
        ("from 2Vells Polling today", {"2Vells Polling"}),
        ("two from the VELL panel today", {"VELL panel", "VELL"}),
        ("it is all gone now", set()),
        ("@ollie said so to u/pine", set()),
    ],
)
def test_the_runs_that_may_be_names_are_looked_at(text: str, runs: set[str]):
    found = runs_of(text)

    assert runs <= found if runs else found == runs


@pytest.mark.parametrize(
    ("text", "name"), [("by Vell's", "Vell"), ("by Vells’ pool", "Vells"), ("by Vell’s pool", "Vell"), ("Vell", "Vell")]
)
def test_a_possessive_is_no_part_of_a_name(text: str, name: str):
    assert name in runs_of(text)


def test_a_place_says_by_whom_the_work_was_rejected():
    def traits(text: str) -> set[str]:
        segment = segments_of(text)[0]
        span = next(s for s in spans(segment) if written(segment, s, text) == "Vellhaven")
        return place_traits(segment, span, "Vellhaven")

    assert "rejects" in traits("Today Vellhaven rejected all")
    assert "rejected by" in traits("all rejected by Vellhaven")
    assert "possessive" in traits("all of Vellhaven's pools")
    assert not {"rejects", "rejected by"} & traits("is Vellhaven safe")
    assert "slot:greeting" in traits("Morning Vellhaven")
    assert "slot:greeting" not in traits("rejected by Vellhaven")


def test_common_words_have_their_ranks():
    known = known_words()

    assert (known["the"], known["survey"], known["lisbon"]) == (FUNCTION, ORDINARY, OTHERS)
    assert (known["warehouse"], known["toggl"]) == (ORDINARY, OTHERS)


@pytest.mark.parametrize(
    ("word", "rank"), [("35min", ORDINARY), ("4th", ORDINARY), ("400ish", ORDINARY), ("3xq", RARE)]
)
def test_how_much_is_no_rare_word(word: str, rank: int):
    assert rank_of(word, known_words()) == rank


def test_no_word_stands_in_two_lists_behind_a_name():
    lists = list(slots()["behind"].values())

    assert sum(map(len, lists)) == len(frozenset().union(*lists))


@given(st.text(alphabet="aAb .'’\"()@#&-_/0\n\ue000\ue001ç१?!IThe", max_size=200))
def test_pieces_lie_in_order_and_runs_within_their_segments(text: str):
    for segment in segments_of(text):
        placed = list(zip(segment.pieces, segment.starts, strict=True))
        assert all(start + len(one.text) <= after for (one, start), (_, after) in pairwise(placed))
        assert all(
            text[start : start + len(piece.text)] == piece.text for piece, start in placed if piece.kind == "word"
        )
        assert all(0 <= span.first < span.stop <= len(segment.pieces) for span in spans(segment))


@pytest.mark.parametrize(
    "unit", ["Aa ", "a-", "a.", "A&", "''a", "the A ", "a and ", '"a ', "u/", "A.", "@a", "A's ", "aa_"]
)
def test_the_time_grows_with_the_text_and_no_faster(unit: str):
    def seconds(n: int) -> float:
        text = (unit * (n // len(unit)))[:n]
        began = time.process_time()
        for segment in segments_of(text):
            list(spans(segment))
        return time.process_time() - began

    short, long = min(seconds(4_000) for _ in range(3)), min(seconds(16_000) for _ in range(3))

    assert long < 12 * short + 0.02  # four times the text; sixteen times the time if it were quadratic
