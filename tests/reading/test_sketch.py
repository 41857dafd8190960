"""Copies of a text are told from other texts about the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.sketch import SIZE, alike, sketch

REPORT = (
    "Heads up, Oakpine rejected all forty of my tagging tasks this morning with one and the "
    "same sentence about quality. "
    "I wrote to them and to support and I will tell you what they say."
)
COPIES = [
    REPORT.upper(),
    "Crossposting from the other place: " + REPORT,
    REPORT.replace("forty", "40").replace("this morning", "today"),
    REPORT + " Edit: no answer yet. Edit 2: still none, but thanks for all the kind words here.",
    "  ".join(REPORT.split()),
    REPORT[: len(REPORT) * 2 // 3],
]
OTHERS = [
    "Oakpine got me too. 22 tasks gone overnight, copy-paste reason, nobody answers the mails I sent them.",
    "Does anyone know how long support takes when all of your work was rejected for quality? Asking about Oakpine.",
    "Oakpine reversed everything this afternoon. Forty green ticks, one short apology. Check your pages.",
]


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_is_alike(copy: str):
    assert alike(sketch(REPORT), sketch(copy))


@pytest.mark.parametrize("other", OTHERS)
def test_an_independent_report_is_not(other: str):
    assert not alike(sketch(REPORT), sketch(other))


@pytest.mark.parametrize("text", ["", "mass rej", "all 40 rejected", "x" * 29, "https://example.org/" + "a" * 90])
def test_short_texts_are_never_alike(text: str):
    assert not alike(sketch(text), sketch(text))


def test_a_sketch_is_bounded_and_the_same_every_time():
    long = " ".join(f"word{i} rejected" for i in range(9000))

    assert len(sketch(long)) == 4 + 4 * SIZE
    assert sketch(REPORT) == sketch(REPORT)
    assert sketch(REPORT)[:8].hex() == sketch(REPORT.upper())[:8].hex()


def test_a_long_copy_inside_a_longer_text_is_found():
    long = " ".join(f"sentence number {i * 7919 % 1013} of a very long story" for i in range(120))

    assert alike(sketch(long), sketch(long + " and then " + REPORT))


@given(st.text(), st.text())
def test_order_never_matters(one: str, other: str):
    assert alike(sketch(one), sketch(other)) == alike(sketch(other), sketch(one))
