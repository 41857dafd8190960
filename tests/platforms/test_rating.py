"""The arithmetic of approval rates: exact, as the platforms show it, and never better than it is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms import RatingRule, load
from bot.platforms.rating import EXAMPLE, MOST, PETITION_CAP, approvals_needed, damage, rate, shown

RULE = RatingRule(full_below=100, gates=(99, 98, 95), text="As on mturk.", source="https://example.org/rule")

small = st.integers(min_value=0, max_value=400)
any_count = st.integers(min_value=0, max_value=MOST)
gates = st.integers(min_value=1, max_value=99)


def climbed(approved, rejected, gate):
    """The slow way to `approvals_needed`: one approval after the other."""
    n = 0
    while approved + rejected + n and Fraction(approved + n, approved + rejected + n) < Fraction(gate, 100):
        n += 1
    return n


@pytest.mark.parametrize(
    ("approved", "rejected", "expected"),
    [
        (0, 0, 100),
        (0, 1, 100),
        (50, 49, 100),  # 99 decided: still the system's 100
        (50, 50, 50),  # the hundredth one uncovers it
        (99, 1, 99),
        (989, 11, 98),  # 98.9 is cut off, not rounded
        (13_084, 519, 96),
        (999, 1, 99),
        (10**9, 0, 100),
        (10**9, 1, 99),
    ],
)
def test_a_rate_is_shown_cut_off_and_as_100_below_100_decided(approved, rejected, expected):
    assert shown(RULE, approved, rejected) == expected


def test_a_rate_is_exact_and_full_while_nothing_is_decided():
    assert rate(0, 0) == 1
    assert rate(1_000, 305) == Fraction(1_000, 1_305)
    assert rate(0, 5) == 0


def test_the_worked_example_is_right_to_the_digit():
    hurt = damage(RULE, *EXAMPLE)

    assert EXAMPLE == (1_000, 5, 300)
    assert (hurt.before.shown, hurt.before.percent()) == (99, Decimal("99.5"))
    assert (hurt.after.shown, hurt.after.percent()) == (76, Decimal("76.6"))
    assert [(climb.gate, climb.approvals) for climb in hurt.climbs] == [(99, 29_195), (98, 13_945), (95, 4_795)]
    assert hurt.lost == (99, 98, 95)


def test_the_worked_example_with_the_cap_of_the_petition_is_right_to_the_digit():
    capped = damage(RULE, *EXAMPLE, cap=PETITION_CAP)

    assert capped.counted == PETITION_CAP == 10
    assert (capped.after.shown, capped.after.percent()) == (98, Decimal("98.5"))
    assert [(climb.gate, climb.approvals) for climb in capped.climbs] == [(99, 485), (98, 0), (95, 0)]
    assert capped.lost == (99,)


def test_one_rejection_costs_99_approvals_at_the_gate_of_99():
    assert approvals_needed(990, 10, 99) == 0
    assert approvals_needed(990, 11, 99) == 99


def test_75_rejections_are_paid_off_at_7500_decided():
    assert approvals_needed(0, 75, 99) + 75 == 7_500


@given(approved=small, rejected=st.integers(min_value=0, max_value=12), gate=gates)
def test_the_way_back_is_the_same_as_by_trying_one_approval_after_the_other(approved, rejected, gate):
    assert approvals_needed(approved, rejected, gate) == climbed(approved, rejected, gate)


@given(approved=any_count, rejected=any_count, gate=gates)
def test_the_way_back_is_long_enough_and_not_one_too_long(approved, rejected, gate):
    n = approvals_needed(approved, rejected, gate)

    assert approved + n + rejected == 0 or Fraction(approved + n, approved + n + rejected) >= Fraction(gate, 100)
    assert n == 0 or Fraction(approved + n - 1, approved + n - 1 + rejected) < Fraction(gate, 100)


@given(approved=any_count, rejected=small, at_risk=small)
def test_rejections_never_raise_a_rate_and_the_display_never_flatters_above_the_hidden_range(
    approved, rejected, at_risk
):
    hurt = damage(RULE, approved, rejected, at_risk)

    assert hurt.after.exact <= hurt.before.exact
    assert 0 <= hurt.after.shown <= hurt.before.shown <= 100
    if approved + rejected >= RULE.full_below:
        assert hurt.before.shown <= hurt.before.exact * 100 < hurt.before.shown + 1


@given(approved=any_count, rejected=small, at_risk=small, cap=small)
def test_a_cap_never_makes_it_worse_and_no_cap_is_needed_when_less_is_at_risk(approved, rejected, at_risk, cap):
    free = damage(RULE, approved, rejected, at_risk)
    capped = damage(RULE, approved, rejected, at_risk, cap=cap)

    assert capped.counted == min(at_risk, cap)
    assert capped.after.exact >= free.after.exact
    assert all(c.approvals <= f.approvals for c, f in zip(capped.climbs, free.climbs, strict=True))
    if at_risk <= cap:
        assert capped == free


@given(approved=any_count, rejected=small, at_risk=small)
def test_a_gate_is_lost_only_if_it_was_passed_and_is_not_any_more(approved, rejected, at_risk):
    hurt = damage(RULE, approved, rejected, at_risk)

    expected = tuple(g for g in RULE.gates if hurt.before.shown >= g > hurt.after.shown)
    assert hurt.lost == expected
    assert all(climb.approvals > 0 for climb in hurt.climbs if climb.lost)


def test_below_100_decided_nothing_is_lost_yet_but_the_way_back_is_told():
    hurt = damage(RULE, 20, 0, 5)

    assert (hurt.after.shown, hurt.lost) == (100, ())
    assert hurt.after.percent() == Decimal("80.0")
    assert hurt.climbs[0].approvals == 475


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1, 0, 0), "number approved must be from 0"),
        ((0, -1, 0), "number rejected must be from 0"),
        ((0, 0, -1), "number at risk must be from 0"),
        ((MOST + 1, 0, 0), "1,000,000,000"),
        ((0, 0, 10**30), "at risk"),
        ((0, MOST, MOST), "rejected afterwards"),
        ((True, 0, 0), "whole number"),
        ((1.5, 0, 0), "whole number"),
    ],
)
def test_bad_numbers_get_a_clear_sentence(arguments, words):
    with pytest.raises(ValueError, match=words):
        damage(RULE, *arguments)


def test_a_negative_cap_and_an_unreachable_gate_get_a_clear_sentence():
    with pytest.raises(ValueError, match="cap"):
        damage(RULE, 1, 1, 1, cap=-1)
    with pytest.raises(ValueError, match="from 1 to 99"):
        approvals_needed(1, 1, 100)


def test_the_numbers_of_a_whole_life_of_work_stay_exact():
    hurt = damage(RULE, MOST, 1, 1)

    assert hurt.after.exact == Fraction(MOST, MOST + 2)
    assert hurt.after.percent() == Decimal("99.9")


def test_only_mturk_has_a_rating_rule_and_it_is_this_one():
    ruled = {platform.key: platform.rating for platform in load() if platform.rating}

    assert list(ruled) == ["mturk"]
    assert (ruled["mturk"].full_below, ruled["mturk"].gates) == (RULE.full_below, RULE.gates)
