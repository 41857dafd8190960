"""What is ordinary about a requester before a story: which posts count, and whose praise."""

from dataclasses import replace

import pytest
from stories import T0, after, contrary, report, reversal, voice

from bot.incidents.ordinary import Past, before, before_of, is_ordinary
from bot.model import Stage
from bot.policies import EARLY

W, S, C, K, D = Stage.WATCHED, Stage.SUSPECTED, Stage.CORROBORATED, Stage.CONFIRMED, Stage.DISMISSED
WEAK, STRONG = 0.1, 0.9


@pytest.mark.parametrize(
    ("stage", "ended_days_later", "p", "so"),
    [
        (None, None, STRONG, True),
        (W, None, STRONG, True),
        (W, 5, STRONG, True),
        (D, 5, STRONG, True),
        (S, None, STRONG, False),
        (S, 5, STRONG, True),
        (S, 14, STRONG, False),
        (S, 14, WEAK, True),
        (S, None, WEAK, True),
        (C, 13, STRONG, True),
        (C, 14, STRONG, False),
        (C, 14, WEAK, False),
        (K, None, WEAK, False),
    ],
)
def test_a_post_is_ordinary_unless_it_is_of_a_story_that_was_told_and_made_it_stronger(stage, ended_days_later, p, so):
    closed_at = None if ended_days_later is None else after(days=ended_days_later)

    assert is_ordinary(Past(report("r", T0, p=p), stage, closed_at), EARLY) is so


@pytest.mark.parametrize("other", [contrary("c"), reversal("b")])
def test_praise_and_reversals_are_no_posts_about_rejections(other):
    assert not is_ordinary(Past(other), EARLY)


def test_posts_count_from_ninety_days_to_two_days_before():
    days = [-90.01, -90, -50, -2.01, -2, -1, 0]

    assert before(T0, [after(days=n) for n in days], [], EARLY) == (3, 0)


def test_whoever_praises_counts_once_and_in_the_same_days():
    twice = [contrary("c1", after(days=-9), "ann"), contrary("c2", after(days=-8), "ann")]
    too_late, too_old = contrary("c3", after(days=-1), "bob"), contrary("c4", after(days=-91), "cay")

    assert before(T0, [], [*twice, too_late, too_old], EARLY) == (0, 1)


def test_who_counts_nothing_makes_nothing_ordinary():
    new = voice("new", age=3.0)
    said = [report("r", after(days=-9)), contrary("c", after(days=-9), "glad")]
    fresh = [replace(each, voice=new) for each in said]

    assert before_of(T0, map(Past, said), EARLY) == (1, 1)
    assert before_of(T0, map(Past, fresh), EARLY) == (0, 0)
