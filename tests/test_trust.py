"""Whose voice counts how much, and who is one person."""

import pytest
from stories import after, report, voice

from bot import trust
from bot.policies import EARLY


@pytest.mark.parametrize(
    ("age", "posts", "weight"),
    [
        (900, 400, 1.0),
        (180, 50, 1.0),
        (179, 400, 0.5),
        (900, 19, 0.5),
        (900, 20, 1.0),
        (29, 400, 0.0),
        (900, 9, 0.0),
        (None, None, 0.4),
        (900, None, 1.0),
        (None, 400, 1.0),
        (29, None, 0.0),
        (None, 9, 0.0),
        (100, None, 0.5),
    ],
)
def test_a_voice_weighs_by_the_age_and_posts_of_its_account(age, posts, weight):
    assert trust.weight(voice(age=age, posts=posts), EARLY) == weight


@pytest.mark.parametrize(
    ("n_true", "n_false", "weight"), [(0, 0, 1.0), (1, 0, 1.2), (9, 0, 1.2), (0, 1, 0.5), (5, 2, 0.5), (5, 3, 0.0)]
)
def test_a_voice_weighs_by_how_its_earlier_reports_fared(n_true, n_false, weight):
    assert trust.weight(voice(n_true=n_true, n_false=n_false), EARLY) == weight


def test_a_fresh_account_does_not_count_even_if_it_was_right_before():
    assert trust.weight(voice(age=3, n_true=5), EARLY) == 0.0


def test_a_copy_is_no_voice_also_when_its_original_is_gone():
    original, copy = report("r1"), report("r2", after(hours=1), same_text_as="r1")

    assert trust.in_own_words([copy, original]) == (original,)
    assert trust.in_own_words([copy]) == ()


def test_who_copied_may_still_speak_in_words_of_their_own():
    copy = report("r2", name="ann", same_text_as="r1")
    own = report("r3", after(hours=2), name="ann")

    assert trust.in_own_words([copy, own]) == (own,)


def test_words_are_taken_in_the_order_of_their_dates():
    late, early = report("r1", after(hours=5)), report("r2", after(hours=1))

    assert trust.in_own_words([late, early]) == (early, late)


def test_a_voice_counts_by_the_best_that_any_of_its_reports_shows():
    young = report("r1", voice=voice("ann", age=100))
    unknown = report("r2", voice=voice("ann", age=None, posts=None))
    older = report("r3", voice=voice("ann", age=200))

    voices = trust.by_voice([young, unknown, older], EARLY)

    assert voices == {"reddit:ann": trust.Credit(weight=1.0, known=True, site="reddit")}


def test_a_site_that_tells_nothing_makes_an_unknown_voice():
    voices = trust.by_voice([report(voice=voice("bo", "chat", None, None))], EARLY)

    assert voices["chat:bo"] == trust.Credit(weight=0.4, known=False, site="chat")


@pytest.mark.parametrize(
    ("age", "posts", "met", "weight"),
    [
        (None, None, None, 0.4),
        (None, None, 29, 0.4),
        (None, None, 30, 0.5),
        (None, None, 180, 1.0),
        (5, None, 400, 0.0),
        (None, 3, 400, 0.0),
        (100, 400, 400, 0.5),
    ],
)
def test_since_when_we_know_a_voice_counts_where_its_site_tells_nothing(age, posts, met, weight):
    assert trust.weight(trust.as_met(voice(age=age, posts=posts), met, EARLY), EARLY) == weight
