"""Which numbers count rejections, and which only look so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Origin
from bot.reading.clauses import sentences
from bot.reading.numbers import Role


def found(text: str) -> list[tuple[str, int, int | None]]:
    return [(c.role.name, c.n, c.of) for s in sentences(text, Origin.TEXT) for c in s.counts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27/30 rejected", [("REJECTED", 27, 30)]),
        ("rejected 27 of 30", [("REJECTED", 27, 30)]),
        ("27 out of my 30 hits were rejected", [("REJECTED", 27, 30)]),
        ("5 rejected of 6", [("REJECTED", 5, 6)]),
        ("one of five rejected", [("REJECTED", 1, 5)]),
        ("30+ rejections", [("REJECTED", 30, None)]),
        ("300ish rejections", [("REJECTED", 300, None)]),
        ("rejected ~300", [("REJECTED", 300, None)]),
        ("3k rejections", [("REJECTED", 3000, None)]),
        ("1,204 rejected", [("REJECTED", 1204, None)]),
        ("rejected a couple hundred of my hits", [("REJECTED", 200, None)]),
        ("two dozen rejections", [("REJECTED", 24, None)]),
        ("0 approved 41 rejected", [("APPROVED", 0, None), ("REJECTED", 41, None)]),
        ("approved 0, rejected 41", [("APPROVED", 0, None), ("REJECTED", 41, None)]),
        ("139 of my 148 from somewhere rejected", [("REJECTED", 139, 148)]),
        ("92 somewhere rejections", [("REJECTED", 92, None)]),
        ("12 of my 40 came back", [("REVERSED", 12, 40)]),
        ("did 90 hits, 8 approved", [("SUBMITTED", 90, None), ("APPROVED", 8, None)]),
        ("one rejection out of about 800", [("SUBMITTED", 800, None)]),
        ("40 people got rejected", [("WORKERS", 40, None)]),
        ("two hundred and twelve rejected", [("REJECTED", 212, None)]),
        ("4 thousand rejections", [("REJECTED", 4000, None)]),
        ("1 204 rejections", [("REJECTED", 1204, None)]),
        ("61.480 rejections", [("REJECTED", 61480, None)]),
        ("treinta y dos rechazados", [("REJECTED", 32, None)]),
        ("five sets of twenty rejected", [("REJECTED", 100, None)]),
        ("one refused", [("REJECTED", 1, None)]),
        ("rejected all but 3 of my 200 submissions", [("APPROVED", 3, 200)]),
        ("approved all but 3 of my 200 submissions", [("REJECTED", 3, 200)]),
        ("of the 118 that Oakpine refused, 70 are paid", [("REJECTED", 118, None), ("APPROVED", 70, None)]),
        ("898 ok, 2 no", [("APPROVED", 898, None), ("REJECTED", 2, None)]),
        ("accepted 1 rejected 85", [("APPROVED", 1, None), ("REJECTED", 85, None)]),
        ("They accepted 15 and turned down 45", [("APPROVED", 15, None), ("REJECTED", 45, None)]),
        ("all 26 are approved now", [("REVERSED", 26, None)]),
        ("24 entries", [("WORK", 24, None)]),
        ("2 of the 3 I did for Oakpine came back rejected", [("REJECTED", 2, 3)]),
        ("2 of the 3 I did for Oakpine yesterday", [("SUBMITTED", 2, 3)]),
        ("Oakpine didn't accept 1 from 36 of mine", [("REJECTED", 1, 36)]),
        ("Oakpine didn't accept 36 yet", [("APPROVED", 36, None)]),
        ("112 of you received a rejection", [("WORKERS", 112, None)]),
        ("2 suites rejected only from about 60", [("REJECTED", 2, 60)]),
        ("two was not accepted, eight yes", [("REJECTED", 2, None), ("APPROVED", 8, None)]),
        ("57 ok, 4 not ok", [("APPROVED", 57, None), ("REJECTED", 4, None)]),
        ("Oakpine took 64 out of my 70 back", [("REJECTED", 64, 70)]),
        ("500 tasks of mine, eight working days, rejected", [("WORK", 500, None)]),
        ("60 rejected since around 4", [("REJECTED", 60, None)]),
        ("First rejection after 1,412 approved", []),
        ("two rejections after 3 rejections", [("REJECTED", 2, None), ("REJECTED", 3, None)]),
        ("2,500 approved by now", [("APPROVED", 2500, None)]),
        ("failed 2 attention checks, rejected", []),
        ("7 € lost, 3 rejected", [("REJECTED", 3, None)]),
        ("57 for me, out of 57", [("LOOSE", 57, 57)]),
        ("the 48 rejections I had", [("REJECTED", 48, None)]),
        ("60 mein se 55 reject", [("SUBMITTED", 60, None), ("REJECTED", 55, None)]),
    ],
)
def test_a_count_is_taken_with_what_it_counts(text: str, expected: list[tuple[str, int, int | None]]):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "on 11/17 they rejected it",
        "10/31/2026 rejected",
        "the 10/31 thread",
        "a 4/5 rating",
        "we are on 24/7",
        "pays $0.50/2:10",
        "rejected after 40 minutes",
        "rejected in 2022",
        "since 2019 no rejections",
        "my rating is 99.8",
        "need >98 approval",
        "rejected on Nov 17",
        "lost 12 dollars to rejections",
        "rejected 2nd time",
        "batch 7 rejected me",
        "[Rej: 3]",
        "one researcher rejected us",
        "everything rejected by Studio 54,",
        "rejected by jj-22",
        "0,30 € and rejected",
        "a 20-part study, rejected",
        "my rate went from 96 to 41 and they rejected me",
        "I'm 43, rejected",
        "read it 12 times and filled it in",
        "both of us rejected",
        "half past 6 rejected",
    ],
)
def test_dates_ratings_times_pay_and_gates_are_no_counts_of_rejections(text: str):
    assert [c for c in found(text) if c[0] == Role.REJECTED.name] == []


@given(
    st.integers(1, 999_999),
    st.sampled_from(["{} rejections", "rejected {} of my hits", "{} hits rejected", "all {} rejected"]),
)
def test_any_stated_number_is_read_as_it_is(n: int, form: str):
    shown = f"{n:,}"

    assert ("REJECTED", n, None) in found(form.format(shown)) or 1990 <= n <= 2035


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_of_two_numbers_the_part_is_never_more_than_the_whole(a: int, b: int):
    for _, n, of in found(f"{a} of my {b} hits were rejected"):
        assert of is None or n <= of
