"""`!report` in one line: who, and how much."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.amounts import LIKELY, MOST, POSSIBLE, UNLIKELY, probability, split
from bot.model import Facts, Share


@pytest.mark.parametrize(
    ("line", "name", "n", "m", "share"),
    [
        ("acme 27 of 30", "acme", 27, 30, Share.MOST),
        ("acme 27/30", "acme", 27, 30, Share.MOST),
        ("acme 27 / 30", "acme", 27, 30, Share.MOST),
        ("acme 27 out of 30", "acme", 27, 30, Share.MOST),
        ("acme 27 of my 30", "acme", 27, 30, Share.MOST),
        ("acme 3 of the 30", "acme", 3, 30, Share.SOME),
        ("acme 15 of 30", "acme", 15, 30, Share.SOME),
        ("acme 16 of 30", "acme", 16, 30, Share.MOST),
        ("acme 30 of 30", "acme", 30, 30, Share.ALL),
        ("acme 30 of 27", "acme", 27, 30, Share.MOST),
        ("acme 5 of 0", "acme", 0, 5, Share.SOME),
        ("acme 0 of 0", "acme", 0, 0, None),
        ("acme 27", "acme", 27, None, None),
        ("acme 27 rejected", "acme", 27, None, None),
        ("acme 27 of 30 hits", "acme", 27, 30, Share.MOST),
        ("acme rejected 27 of 30", "acme", 27, 30, Share.MOST),
        ("acme rejected all", "acme", None, None, Share.ALL),
        ("acme all", "acme", None, None, Share.ALL),
        ("acme ALL", "acme", None, None, Share.ALL),
        ("acme everything", "acme", None, None, Share.ALL),
        ("acme all 40", "acme", 40, 40, Share.ALL),
        ("acme all of 40", "acme", 40, 40, Share.ALL),
        ("acme all of my 40", "acme", 40, 40, Share.ALL),
        ("acme", "acme", None, None, None),
        ("  Acme   Research\tLab  12 ", "Acme Research Lab", 12, None, None),
        ("Studio 54", "Studio", 54, None, None),
        ("Studio 54 27", "Studio 54", 27, None, None),
        ("Studio54", "Studio54", None, None, None),
        ("Overall", "Overall", None, None, None),
        ("All Hands Lab", "All Hands Lab", None, None, None),
        ("A1EXAMPLE2REQ3", "A1EXAMPLE2REQ3", None, None, None),
        ("A1EXAMPLE2REQ3 27/30", "A1EXAMPLE2REQ3", 27, 30, Share.MOST),
        ("27 of 30", "", 27, 30, Share.MOST),
        ("all", "", None, None, Share.ALL),
        ("", "", None, None, None),
        (" \n\t ", "", None, None, None),
        ("acme ٢٧", "acme ٢٧", None, None, None),
        ("acme ²⁷", "acme ²⁷", None, None, None),
        ("acme -5", "acme -5", None, None, None),
        ("acme 1e5", "acme 1e5", None, None, None),
        ("acme 9999999", "acme", MOST, None, None),
        ("acme 99999999999999999999", "acme 99999999999999999999", None, None, None),
    ],
)
def test_a_line_is_a_name_and_an_amount(
    line: str, name: str, n: int | None, m: int | None, share: Share | None
) -> None:
    found, facts = split(line)

    assert found == name
    assert facts == Facts(n_rejected=n, n_submitted=m, share=share, first_hand=True)


@given(st.text(max_size=300))
def test_any_line_gives_a_name_from_it_and_sensible_numbers(line: str) -> None:
    name, facts = split(line)

    assert " ".join(line.split()).startswith(name)
    assert facts.first_hand is True
    if facts.n_rejected is not None and facts.n_submitted is not None:
        assert 0 <= facts.n_rejected <= facts.n_submitted <= MOST
    assert probability(facts) in (LIKELY, POSSIBLE, UNLIKELY)


@given(
    st.integers(0, MOST), st.integers(0, MOST), st.sampled_from(["{} of {}", "{}/{}", "{} out of {}", "{} of my {}"])
)
def test_two_numbers_are_read_in_whatever_order_they_stand(n: int, m: int, form: str) -> None:
    name, facts = split(f"Example Lab {form.format(n, m)}")

    assert name == "Example Lab"
    assert (facts.n_rejected, facts.n_submitted) == (min(n, m), max(n, m))


@given(st.text(alphabet="0123456789 of/alrejctd", max_size=2_000))
def test_a_name_is_split_off_once_and_never_falls_apart(line: str) -> None:
    name, _ = split(line)

    assert name == " ".join(name.split())


def test_a_long_line_takes_no_longer_than_its_length() -> None:
    short, long = "all of 1 " * 500, "all of 1 " * 50_000

    def took(line: str) -> float:
        start = time.perf_counter()
        split(line)
        return time.perf_counter() - start

    took(short)
    # A hundred times the text: about a hundred times the time, surely not ten thousand times.
    assert took(long) < 2_000 * max(took(short), 1e-4)


@pytest.mark.parametrize(
    ("line", "how_likely"),
    [
        ("acme 10", LIKELY),
        ("acme 9", UNLIKELY),
        ("acme 9 of 10", LIKELY),
        ("acme 5 of 5", LIKELY),
        ("acme 5 of 9", LIKELY),
        ("acme 5 of 10", UNLIKELY),
        ("acme 4 of 4", UNLIKELY),
        ("acme all 4", UNLIKELY),
        ("acme all 5", LIKELY),
        ("acme all", LIKELY),
        ("acme", POSSIBLE),
        ("acme 0", UNLIKELY),
    ],
)
def test_ten_or_five_that_are_most_make_a_mass_rejection_likely(line: str, how_likely: float) -> None:
    assert probability(split(line)[1]) == how_likely
