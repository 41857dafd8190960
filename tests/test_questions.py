"""When the bot asks a neutral question, what it expects of that, and what a tap is worth."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import T0, after, crowd, incident, report, verdict, voice

from bot import incidents, trust
from bot.alerts import due, questions
from bot.alerts.questions import answer
from bot.alerts.wire import event_from
from bot.model import Facts, Outcome, Reason, Share, Stage, Stance, Tap
from bot.policies import CAUTIOUS, EARLY

ASKS = replace(EARLY, asks=True)
CAREFUL = replace(CAUTIOUS, asks=True)
NOW = after(hours=1)
ONE = incident(report(facts=Facts(first_hand=True, share=Share.ALL)), now=NOW)
WEAK = incident(report(p=0.3), now=NOW)
TWO = incident(*crowd(2), now=NOW)
HELD = incident(*crowd(2), volume=2, praise=9, now=NOW)


def tap(button, key="t1", hours=1.0, who=None, **more):
    return answer(key, after(hours=hours), who or voice(f"by-{key}", "chat", posts=None, **more), button, "discord:10")


def reason(before, now_is, policy=ASKS, now=NOW):
    alert = due(before, now_is, policy, now)
    return alert and alert.reason


# When it is asked.


@pytest.mark.parametrize(
    ("what", "now_is", "policy", "expected"),
    [
        ("one credible report is worth a question", ONE, ASKS, Reason.ASKED),
        ("not where a guild does not want it", ONE, EARLY, None),
        ("not after a doubtful report", WEAK, ASKS, None),
        ("not without any report", incident(now=NOW), ASKS, None),
        ("a warning comes before a question", TWO, ASKS, Reason.SUSPECTED),
        ("what moderators alone hear is told first", TWO, CAREFUL, Reason.SUSPECTED),
        ("not what is reversed", replace(ONE, outcome=Outcome.REVERSED), ASKS, None),
        ("not what is over", replace(ONE, closed_at=NOW), ASKS, None),
        ("not what a moderator dismissed", incident(report(), verdicts=[verdict("dismiss")], now=NOW), ASKS, None),
        ("not within a week of the last question", replace(ONE, asked_at=after(days=-6.9)), ASKS, None),
        ("but after it", replace(ONE, asked_at=after(days=-7)), ASKS, Reason.ASKED),
    ],
)
def test_the_first_thing_told(what, now_is, policy, expected):
    assert reason(None, now_is, policy) is expected, what


def test_a_question_warns_nobody():
    alert = due(None, ONE, ASKS, NOW)

    assert not alert.public
    assert not alert.seen
    assert alert.stage is Stage.WATCHED


def test_who_holds_a_warning_back_may_ask_meanwhile_and_asks_once():
    suspected = due(None, HELD, ASKS, NOW)

    asked = due(suspected, HELD, ASKS, NOW)

    assert (suspected.reason, suspected.public) == (Reason.SUSPECTED, False)
    assert asked.reason is Reason.ASKED
    assert due(asked, HELD, ASKS, NOW) is None


def test_under_cautious_what_moderators_were_told_of_is_asked_about():
    suspected = due(None, TWO, CAREFUL, NOW)

    assert reason(suspected, TWO, CAREFUL) is Reason.ASKED


def test_members_who_were_warned_are_not_asked():
    warned = due(None, TWO, ASKS, NOW)
    fewer = incidents.remove_report(TWO, "r1", ASKS, NOW)
    withdrawn = due(warned, fewer, ASKS, NOW)

    assert warned.public
    assert withdrawn.reason is Reason.WITHDRAWN
    assert due(withdrawn, fewer, ASKS, NOW) is None


def test_old_evidence_is_not_asked_about():
    assert reason(None, ONE, now=after(hours=49)) is None


def test_after_a_question_the_warning_is_told_as_ever():
    asked = due(None, ONE, ASKS, NOW)
    now_is = incidents.add_report(ONE, tap(Tap.ALL_REJECTED), ASKS, NOW)

    alert = due(asked, now_is, ASKS, NOW)

    assert (alert.reason, alert.public) == (Reason.SUSPECTED, True)


@given(st.integers(1, 400), st.integers(0, 3))
@settings(deadline=None, max_examples=40)
def test_nobody_is_asked_twice_about_one_requester_within_a_week(hours, n_more):
    asked = due(None, ONE, ASKS, NOW)
    later = NOW + timedelta(hours=hours)
    more = [report(f"x{n}", later - timedelta(minutes=n), f"x{n}", p=0.3) for n in range(n_more)]
    now_is = replace(incident(*ONE.reports, *more, now=later), asked_at=NOW)

    alert = due(asked, now_is, ASKS, later)

    assert alert is None or alert.reason is not Reason.ASKED or later - NOW >= ASKS.ask_every


# What is expected of it.


def test_the_value_rises_with_the_score_and_falls_with_time():
    def worth(score, hours):
        return questions.value(replace(ONE, score=score), ASKS, after(hours=hours))

    assert worth(-9, 0) < 0 < worth(-1, 0) < worth(1, 0)
    assert worth(1, 0) > worth(1, 24) > worth(1, 48)
    assert worth(99, 0) == pytest.approx(ASKS.ask_gain - ASKS.ask_cost)
    assert worth(99, 24) == pytest.approx(ASKS.ask_gain / 2 - ASKS.ask_cost)


def test_a_dearer_question_is_asked_less():
    assert questions.value(ONE, replace(ASKS, ask_cost=0.2), NOW) < questions.value(ONE, ASKS, NOW)
    assert questions.value(WEAK, replace(ASKS, ask_harm=1.0), NOW) < questions.value(WEAK, ASKS, NOW)


# What a tap is worth.


def test_taps_count_both_ways():
    without = ONE.score

    rejected = incidents.add_report(ONE, tap(Tap.ALL_REJECTED), ASKS, NOW)
    approved = incidents.add_report(ONE, tap(Tap.ALL_APPROVED), ASKS, NOW)

    assert rejected.score > without > approved.score
    assert (rejected.n_voices, approved.n_contrary) == (2, 1)


def test_a_tap_for_weighs_less_than_a_post_and_one_against_weighs_more():
    def alone(*reports):
        return incident(*reports, now=NOW).score

    said = report("r2", NOW, voice=voice("x"), p=0.9, facts=Facts(share=Share.ALL, first_hand=True))
    praised = report("r2", NOW, voice=voice("x"), stance=Stance.CONTRARY, facts=Facts(first_hand=True))
    tapped, denied = tap(Tap.ALL_REJECTED, who=voice("x")), tap(Tap.ALL_APPROVED, who=voice("x"))

    prior = EARLY.prior
    assert alone(tapped) - prior == pytest.approx(ASKS.answer_weight * (alone(said) - prior))
    assert incident(report(), denied, now=NOW).score < incident(report(), praised, now=NOW).score


def test_some_rejected_is_worth_little():
    some = incidents.add_report(ONE, tap(Tap.SOME_REJECTED), ASKS, NOW).score
    everything = incidents.add_report(ONE, tap(Tap.ALL_REJECTED), ASKS, NOW).score

    assert ONE.score <= some < ONE.score + (everything - ONE.score) / 3


def test_some_rejected_is_no_second_worker_beside_one_strong_report():
    some, everything = tap(Tap.SOME_REJECTED), tap(Tap.ALL_REJECTED, "t2", who=voice("by-t1", "chat", posts=None))

    thin = incident(report(p=0.99, facts=Facts(first_hand=True, share=Share.ALL)), some, now=after(hours=2))
    enough = incidents.add_report(thin, everything, ASKS, after(hours=2))

    assert (thin.n_voices, thin.stage, thin.public_after) == (1, Stage.WATCHED, None)
    assert (enough.n_voices, enough.stage) == (2, Stage.SUSPECTED)


def test_who_is_still_waiting_says_nothing():
    with pytest.raises(ValueError, match="says nothing"):
        tap(Tap.PENDING)


def test_one_person_has_one_answer_whatever_they_tap():
    who = voice("indecisive", "chat", posts=None)
    taps = [tap(Tap.ALL_REJECTED, f"t{n}", 1 + n / 10, who) for n in range(5)]

    many = incident(report(), *taps, now=after(hours=2))

    assert many.n_voices == 2
    assert incidents.add_report(many, tap(Tap.ALL_APPROVED, "t9", 2, who), ASKS, after(hours=2)).n_voices == 1


def test_fresh_accounts_that_tap_count_nothing():
    fresh = [tap(Tap.ALL_REJECTED, f"t{n}", age=3.0) for n in range(30)]

    assert incident(report(), *fresh, now=NOW).score == incident(report(), now=NOW).score
    assert incident(report(), *fresh, now=NOW).n_voices == 1


def test_an_answer_is_known_by_the_kind_of_its_source():
    assert trust.is_answer(tap(Tap.ALL_REJECTED))
    assert not trust.is_answer(report(source="reddit:exampleturkers"))
    assert not trust.is_answer(report())


def test_an_event_stream_and_the_store_know_an_answer_by_the_same_word():
    told = {"key": "1", "at": NOW.isoformat(), "type": "report", "account_key": "A1EXAMPLE2REQ3"}

    event = event_from({**told, "reporter": "discord:ana", "source": "question:discord"})

    assert trust.is_answer(event.what)
    assert event.what.voice.site == "discord"


@pytest.mark.parametrize("button", [each for each in Tap if each is not Tap.PENDING])
def test_which_answer_it_was_is_known_from_what_is_stored(button):
    assert questions.tapped(tap(button)) is button


def test_the_terms_of_an_answered_incident_sum_to_its_score():
    answers = [tap(button, f"t{n}", 1 + n) for n, button in enumerate([*Tap][:3] * 3)]
    now_is = incident(report(), *answers, now=after(hours=12))

    assert sum(term.points for term in now_is.why) == pytest.approx(now_is.score)
    assert now_is.opened_at == T0
