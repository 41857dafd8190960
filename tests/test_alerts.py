"""What is told, once: the table of reasons, and what must hold for any two states."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import T0, after, batch, contrary, crowd, incident, report, reversal, verdict

from bot import incidents
from bot.alerts import due
from bot.incidents.stages import RANK
from bot.model import Alert, Facts, Outcome, Reason, Reversal, Stage, Term
from bot.policies import CAUTIOUS, EARLY, policy_from

NOW = after(hours=3)
WATCHED = incident(report(), now=NOW)
SUSPECTED = incident(*crowd(3), now=NOW)
MANY = incident(*crowd(5), now=NOW)
UNPROVEN = incident(batches=[batch()], now=NOW)
CONFIRMED = incident(*crowd(3), verdicts=[verdict("confirm", NOW)], now=NOW)
DISMISSED = incident(*crowd(3), verdicts=[verdict("dismiss", NOW)], now=NOW)
CONFIRMED_MANY = incident(*crowd(5), verdicts=[verdict("confirm", NOW)], now=NOW)
PARTLY = incident(*crowd(3), reversal("v", NOW), now=NOW)
REVERSED = incident(*crowd(3), reversal("v", NOW), reversal("w", NOW), now=NOW)
REVERSED_MANY = incident(*crowd(5), reversal("v", NOW), reversal("w", NOW), now=NOW)
COMPENSATED = incident(*crowd(3), *(reversal(f"p{i}", NOW, reversal=Reversal.COMPENSATED) for i in range(2)), now=NOW)
MERGED = replace(WATCHED, merged=True)
DISPUTED = incident(*crowd(3), *(contrary(f"c{i}", NOW) for i in range(3)), now=NOW)
REPEATED = incident(*crowd(3), again=True, now=NOW)
REPEATED_MANY = incident(*crowd(5), again=True, now=NOW)
GROWN = incident(*crowd(4, minutes=10), now=NOW)
MORE_REJECTED = incident(*crowd(3, facts=Facts(n_rejected=60, first_hand=True)), now=NOW)
HURRIED = incident(*crowd(2, minutes=1), now=after(minutes=1))
OLD_NOW = after(days=3)
OLD = incidents.assess(SUSPECTED, EARLY, OLD_NOW)
CLOSED_NOW = after(days=20)
CLOSED = incidents.assess(SUSPECTED, EARLY, CLOSED_NOW)
CLOSED_REVERSED = replace(CLOSED, outcome=Outcome.REVERSED)
LONELY = replace(EARLY, lone_a_day=3)
DOUBTFUL = incident(report(p=0.4), now=NOW)
NOTHING = incident(report(p=0.1), now=NOW)
FADED = incidents.assess(WATCHED, EARLY, CLOSED_NOW)
PAST = incidents.assess(UNPROVEN, EARLY, CLOSED_NOW)
CONFIRMED_REVERSED = replace(CONFIRMED, outcome=Outcome.REVERSED)


def told(
    stage=Stage.SUSPECTED, *, seen=True, outcome=Outcome.OPEN, n_voices=3, reason=Reason.SUSPECTED, marks=(), n=None
):
    """The last alert of an audience."""
    return Alert(
        reason=reason,
        stage=stage,
        outcome=outcome,
        public=False,
        seen=seen,
        at=T0,
        score=1.0,
        why=tuple(Term(mark, 0.0) for mark in marks),
        n_voices=n_voices,
        n_rejected=n,
    )


S, C, X, D, W = Stage.SUSPECTED, Stage.CORROBORATED, Stage.CONFIRMED, Stage.DISMISSED, Stage.WATCHED
LONE_NEWS, QUIET_NEWS = (Reason.LONE, False), (Reason.EXPIRED, False)
DISMISSED_NEWS, MERGED_NEWS = (Reason.DISMISSED, False), (Reason.MERGED, False)
TABLE = [
    # what was told, how it stands now, the policy, when: what is told, and whether it is public
    ("nothing is told of what is watched", None, WATCHED, EARLY, NOW, None),
    ("members hear of what is suspected under early", None, SUSPECTED, EARLY, NOW, (Reason.SUSPECTED, True)),
    ("moderators alone hear of it under cautious", None, SUSPECTED, CAUTIOUS, NOW, (Reason.SUSPECTED, False)),
    ("members hear of what is corroborated anywhere", None, MANY, CAUTIOUS, NOW, (Reason.CORROBORATED, True)),
    ("moderators hear at once", None, HURRIED, EARLY, after(minutes=1), (Reason.SUSPECTED, False)),
    ("members hear after the delay", told(seen=False), HURRIED, EARLY, after(minutes=10), (Reason.SUSPECTED, True)),
    ("in the delay it is told once", told(seen=False, n_voices=2), HURRIED, EARLY, after(minutes=9), None),
    ("a moderator's word is told", None, CONFIRMED, EARLY, NOW, (Reason.CONFIRMED, True)),
    ("an incident after another is again", None, REPEATED, EARLY, NOW, (Reason.AGAIN, True)),
    ("again, to moderators", None, REPEATED, CAUTIOUS, NOW, (Reason.AGAIN, False)),
    ("again, when members first hear", told(seen=False), REPEATED_MANY, CAUTIOUS, NOW, (Reason.AGAIN, True)),
    ("again is said to members once", told(), REPEATED_MANY, EARLY, NOW, (Reason.CORROBORATED, True)),
    ("an unproven batch is for moderators", None, UNPROVEN, EARLY, NOW, (Reason.UNPROVEN, False)),
    ("unproven is said once", told(W, seen=False, reason=Reason.UNPROVEN), UNPROVEN, EARLY, NOW, None),
    ("after unproven it may be suspected", told(W, seen=False), SUSPECTED, EARLY, NOW, (Reason.SUSPECTED, True)),
    ("old evidence is history", None, OLD, EARLY, OLD_NOW, None),
    ("old evidence is no first public word", told(seen=False), OLD, EARLY, OLD_NOW, None),
    ("old evidence may not rise from nothing", told(W, seen=False), OLD, EARLY, OLD_NOW, None),
    ("what is over is not told the first time", None, CLOSED, EARLY, CLOSED_NOW, None),
    ("what is dismissed is not told the first time", None, DISMISSED, EARLY, NOW, None),
    ("what is reversed already is not public news", None, REVERSED, EARLY, NOW, (Reason.SUSPECTED, False)),
    ("the same again is silence", told(), SUSPECTED, EARLY, NOW, None),
    ("a rise is told", told(), MANY, EARLY, NOW, (Reason.CORROBORATED, True)),
    ("a rise above what moderators heard", told(seen=False), MANY, CAUTIOUS, NOW, (Reason.CORROBORATED, True)),
    ("confirmed after suspected", told(), CONFIRMED, EARLY, NOW, (Reason.CONFIRMED, True)),
    ("confirmed after corroborated", told(C), CONFIRMED, CAUTIOUS, NOW, (Reason.CONFIRMED, True)),
    ("confirmed is said once", told(X), CONFIRMED, EARLY, NOW, None),
    ("a rise after all was reversed is silence", told(outcome=Outcome.REVERSED), REVERSED_MANY, EARLY, NOW, None),
    ("dismissed", told(), DISMISSED, EARLY, NOW, (Reason.DISMISSED, False)),
    ("dismissed after confirmed", told(X), DISMISSED, EARLY, NOW, (Reason.DISMISSED, False)),
    ("dismissed is said once", told(D), DISMISSED, EARLY, NOW, None),
    ("nobody has to hear of dismissing what was watched", told(W), DISMISSED, EARLY, NOW, None),
    ("who was asked hears of it", told(W, seen=False, reason=Reason.ASKED), DISMISSED, EARLY, NOW, DISMISSED_NEWS),
    ("asked about, joined with another", told(W, seen=False, reason=Reason.ASKED), MERGED, EARLY, NOW, MERGED_NEWS),
    ("a dismissal undone", told(D), SUSPECTED, EARLY, NOW, (Reason.SUSPECTED, True)),
    ("nothing is left of it", told(), WATCHED, EARLY, NOW, (Reason.WITHDRAWN, False)),
    ("nothing is left, moderators hear too", told(seen=False), WATCHED, EARLY, NOW, (Reason.WITHDRAWN, False)),
    ("not enough for members any more", told(C), SUSPECTED, CAUTIOUS, NOW, (Reason.WITHDRAWN, False)),
    ("less, but still public", told(C), SUSPECTED, EARLY, NOW, None),
    ("a confirmation undone", told(X), MANY, EARLY, NOW, (Reason.WITHDRAWN, False)),
    ("withdrawn is said once", told(W, reason=Reason.WITHDRAWN), WATCHED, EARLY, NOW, None),
    ("after a withdrawal it may rise again", told(W), SUSPECTED, EARLY, NOW, (Reason.SUSPECTED, True)),
    ("partly reversed", told(), PARTLY, EARLY, NOW, (Reason.PARTLY_REVERSED, False)),
    ("partly reversed is said once", told(outcome=Outcome.PARTLY_REVERSED), PARTLY, EARLY, NOW, None),
    ("reversed", told(), REVERSED, EARLY, NOW, (Reason.REVERSED, False)),
    ("reversed after partly", told(outcome=Outcome.PARTLY_REVERSED), REVERSED, EARLY, NOW, (Reason.REVERSED, False)),
    ("compensated", told(), COMPENSATED, EARLY, NOW, (Reason.COMPENSATED, False)),
    ("a reversal taken back", told(outcome=Outcome.REVERSED), SUSPECTED, EARLY, NOW, (Reason.SUSPECTED, False)),
    ("a reversal of what nobody heard of", told(W), replace(WATCHED, outcome=Outcome.REVERSED), EARLY, NOW, None),
    ("confirmed although reversed", told(), CONFIRMED_REVERSED, EARLY, NOW, (Reason.CONFIRMED, False)),
    ("disputed", told(), DISPUTED, EARLY, NOW, (Reason.DISPUTED, False)),
    ("disputed is said once", told(marks=["disputed"]), DISPUTED, EARLY, NOW, None),
    ("twice the voices", told(n_voices=2), GROWN, EARLY, NOW, (Reason.GROWN, False)),
    ("less than twice the voices", told(n_voices=3), GROWN, EARLY, NOW, None),
    ("many more rejections", told(n=90), MORE_REJECTED, EARLY, NOW, (Reason.GROWN, False)),
    ("a few more rejections", told(n=91), MORE_REJECTED, EARLY, NOW, None),
    ("joined with another", told(), MERGED, EARLY, NOW, (Reason.MERGED, False)),
    ("joined, and moderators alone had heard", told(seen=False), MERGED, EARLY, NOW, (Reason.MERGED, False)),
    ("joined is no withdrawal", told(C), replace(MERGED, closed_at=NOW), EARLY, NOW, (Reason.MERGED, False)),
    ("joined is said once", told(W, reason=Reason.MERGED), MERGED, EARLY, NOW, None),
    ("joined, and nobody had heard", None, replace(MANY, merged=True), EARLY, NOW, None),
    ("unproven, joined with another", told(W, reason=Reason.UNPROVEN), MERGED, EARLY, NOW, (Reason.MERGED, False)),
    ("a lone report, for moderators", None, WATCHED, LONELY, NOW, (Reason.LONE, False)),
    ("nobody wants to hear of lone reports", None, WATCHED, EARLY, NOW, None),
    ("a lone report that says little", None, DOUBTFUL, LONELY, NOW, None),
    ("a lone report of long ago", None, incidents.assess(WATCHED, EARLY, OLD_NOW), LONELY, OLD_NOW, None),
    ("a lone report is said once", told(W, seen=False, reason=Reason.LONE), WATCHED, LONELY, NOW, None),
    ("a lone report beside the batch", told(W, seen=False, reason=Reason.UNPROVEN), WATCHED, LONELY, NOW, LONE_NEWS),
    ("a lone report after a warning is none", told(W, reason=Reason.WITHDRAWN), WATCHED, LONELY, NOW, None),
    (
        "a lone report whose dismissal was undone",
        told(D, seen=False, reason=Reason.DISMISSED),
        WATCHED,
        LONELY,
        NOW,
        LONE_NEWS,
    ),
    ("a dismissal undone, members had heard", told(D, reason=Reason.DISMISSED), WATCHED, LONELY, NOW, None),
    (
        "a second report after a lone one",
        told(W, seen=False, reason=Reason.LONE),
        SUSPECTED,
        LONELY,
        NOW,
        (Reason.SUSPECTED, True),
    ),
    ("a lone report dismissed", told(W, seen=False, reason=Reason.LONE), DISMISSED, LONELY, NOW, DISMISSED_NEWS),
    (
        "a lone report taken back",
        told(W, seen=False, reason=Reason.LONE),
        NOTHING,
        LONELY,
        NOW,
        (Reason.WITHDRAWN, False),
    ),
    ("a lone report stays alone", told(W, seen=False, reason=Reason.LONE), FADED, LONELY, CLOSED_NOW, QUIET_NEWS),
    ("an unproven batch of long ago", told(W, seen=False, reason=Reason.UNPROVEN), PAST, EARLY, CLOSED_NOW, QUIET_NEWS),
    ("that it is past is said once", told(W, seen=False, reason=Reason.EXPIRED), PAST, EARLY, CLOSED_NOW, None),
    ("an unproven batch dismissed", told(W, seen=False, reason=Reason.UNPROVEN), DISMISSED, EARLY, NOW, DISMISSED_NEWS),
    ("quiet", told(), CLOSED, EARLY, CLOSED_NOW, (Reason.EXPIRED, False)),
    ("quiet is said once", told(marks=["closed"]), CLOSED, EARLY, CLOSED_NOW, None),
    ("quiet, but nobody was told", told(W), CLOSED, EARLY, CLOSED_NOW, None),
    ("reversed long after", told(marks=["closed"]), CLOSED_REVERSED, EARLY, CLOSED_NOW, (Reason.REVERSED, False)),
]


@pytest.mark.parametrize(
    ("before", "now_is", "policy", "now", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_is_told(before, now_is, policy, now, expected):
    alert = due(before, now_is, policy, now)

    assert (alert and (alert.reason, alert.public)) == expected


def test_the_table_holds_the_whole_closed_list():
    reasons = {row[5][0] for row in TABLE if row[5]}

    # A question is asked by a rule of its own (`bot.alerts` never tells it).
    assert set(Reason) - reasons == {Reason.ASKED}


def test_an_alert_carries_what_it_was_made_from():
    known = replace(MORE_REJECTED, incident_id=7)

    alert = due(None, known, EARLY, NOW)

    assert (alert.incident_id, alert.at, alert.stage, alert.outcome) == (7, NOW, Stage.SUSPECTED, Outcome.OPEN)
    assert (alert.score, alert.why) == (known.score, known.why)
    assert (alert.n_voices, alert.n_rejected, alert.n_reversed) == (3, 180, None)


@pytest.mark.parametrize("seen", [True, False])
def test_who_has_seen_it_stays_one_who_has_seen_it(seen):
    assert due(told(seen=seen), WATCHED, EARLY, NOW).seen is seen


SHAPES = [
    WATCHED, SUSPECTED, MANY, UNPROVEN, CONFIRMED, CONFIRMED_MANY, DISMISSED, PARTLY, REVERSED, REVERSED_MANY,
    COMPENSATED, MERGED, DISPUTED, REPEATED, REPEATED_MANY, GROWN, MORE_REJECTED, HURRIED, OLD, CLOSED,
]  # fmt: skip
moments = st.integers(0, 500).map(lambda hours: T0 + timedelta(hours=hours))
policies = st.sampled_from([EARLY, CAUTIOUS, LONELY, policy_from({"public_from": "confirmed"})])
histories = st.lists(st.tuples(st.sampled_from(SHAPES), st.integers(0, 90)), max_size=8)


def play(history, policy):
    """The alerts of one audience while an incident changes shape."""
    before, now = None, T0
    for shape, hours in history:
        now += timedelta(hours=hours)
        now_is = replace(incidents.assess(shape, policy, now), outcome=shape.outcome)
        alert = due(before, now_is, policy, now)
        yield before, alert, now_is, now
        before = alert or before


@given(histories, policies)
@settings(deadline=None)
def test_what_was_told_is_not_told_again(history, policy):
    for before, alert, now_is, now in play(history, policy):
        assert due(alert or before, now_is, policy, now) is None


@given(histories)
@settings(deadline=None)
def test_what_moderators_hear_of_lone_reports_changes_nothing_that_members_hear(history):
    plain, more = ([alert for _, alert, _, _ in play(history, policy) if alert] for policy in (EARLY, LONELY))

    assert [alert for alert in plain if alert.public] == [alert for alert in more if alert.public]


@given(histories, policies)
@settings(deadline=None)
def test_public_means_the_first_public_word_or_a_rise(history, policy):
    for before, alert, now_is, _ in play(history, policy):
        if alert is None or not alert.public:
            continue
        first, risen = before is None or not before.seen, before and RANK[now_is.stage] > RANK[before.stage]
        assert first or risen
        assert RANK[alert.stage] >= RANK[policy.public_from]
        assert alert.seen


@given(histories, policies)
@settings(deadline=None)
def test_members_have_seen_it_exactly_when_something_public_was_told(history, policy):
    seen = False
    for _, alert, _, _ in play(history, policy):
        if alert is not None:
            seen = seen or alert.public
            assert alert.seen is seen
