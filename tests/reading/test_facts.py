"""Money lost, whose it was, one or more: what else a claim states."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.model import Amount, Facts, Origin
from bot.reading.clauses import sentences
from bot.reading.facts import facts_of
from bot.reading.signals import atoms


def facts(text: str) -> Facts:
    around = sentences(text, Origin.TEXT)
    return facts_of([atom for sentence in around for atom in atoms(sentence)], around, None, None)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("lost $37.50 to Oakpine", "37.50", "USD"),
        ("£12 down the drain", "12", "GBP"),
        ("that cost me 40 euros", "40", "EUR"),
        ("lost $1,200 in one night", "1200", "USD"),
        ("out $1.2k", "1200", "USD"),
    ],
)
def test_the_money_that_was_lost_is_kept_as_written(text: str, value: str, currency: str):
    assert facts(text).amount == Amount(Decimal(value), currency)


@pytest.mark.parametrize("text", ["pays $12 for 40 minutes", "a bonus of $5", "lost my patience", "lost 12 minutes"])
def test_pay_and_bonuses_are_no_loss(text: str):
    assert facts(text).amount is None


@pytest.mark.parametrize(
    "text",
    [
        "got a rejection from Oakpine",
        "Oakpine rejected me",
        "Oakpine rejected my whole study",
        "one of my Oakpine hits got rejected",
        "one rejection, 340 projects before that",
        "My first rejection after 1,900 approvals",
    ],
)
def test_where_one_is_spoken_of_and_no_more_it_is_one(text: str):
    assert facts(text).n_rejected == 1


@pytest.mark.parametrize(
    "text", ["Oakpine rejected them", "rechazaron todo", "they failed the lot", "Oakpine mass rejected", "rejections"]
)
def test_where_more_than_one_may_be_meant_it_is_not_one(text: str):
    assert facts(text).n_rejected is None


@pytest.mark.parametrize(
    ("text", "first_hand"),
    [
        ("Oakpine rejected all of mine", True),
        ("my friend says Oakpine rejected everybody", False),
        ("Oakpine rejected everything", None),
        ("all of mine came back approved", None),
    ],
)
def test_whose_it_was_is_known_only_if_it_is_said(text: str, *, first_hand: bool | None):
    assert facts(text).first_hand is first_hand
