"""Evidence adds up, stages follow, verdicts win."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import T0, after, batch, contrary, crowd, incident, report, reversal, verdict, voice

from bot import incidents
from bot.incidents.stages import RANK
from bot.model import Cause, Facts, Outcome, Reversal, Share, Stage, Stance
from bot.policies import CAUTIOUS, EARLY, policy_from


def points(of, term):
    return next((each.points for each in of.why if each.term == term), 0.0)


# What reports are worth.


def test_one_report_is_only_watched_however_strong():
    assert incident(report(p=1.0, facts=Facts(first_hand=True, n_rejected=500, share=Share.ALL))).stage is Stage.WATCHED


def test_two_good_reports_about_a_quiet_requester_are_enough_to_suspect():
    assert incident(*crowd(2, p=0.9)).stage is Stage.SUSPECTED


def test_two_doubtful_reports_are_not():
    assert incident(*crowd(2, p=0.4)).stage is Stage.WATCHED


def test_a_policy_may_suspect_at_one_voice_but_then_nothing_may_be_public():
    policy = replace(EARLY, suspected_voices=1, suspected=-2.0)

    one = incident(report(p=0.95), policy=policy)

    assert one.stage is Stage.SUSPECTED
    assert one.public_after is None


def test_five_voices_corroborate():
    assert incident(*crowd(4, p=0.95)).stage is Stage.SUSPECTED
    assert incident(*crowd(5, p=0.95)).stage is Stage.CORROBORATED


def test_five_voices_each_on_a_site_of_its_own_may_be_one_person():
    apart = [replace(each, voice=voice(f"v{i}", f"site{i}")) for i, each in enumerate(crowd(5))]

    assert incident(*apart).stage is Stage.SUSPECTED


def test_a_chat_without_account_ages_can_corroborate_by_itself():
    chat = [replace(each, voice=voice(f"v{i}", "chat", None, None)) for i, each in enumerate(crowd(6, p=0.95))]

    assert incident(*chat).stage is Stage.CORROBORATED


def test_a_chat_without_account_ages_counts_only_so_much():
    chat = [replace(each, voice=voice(f"v{i}", "chat", None, None)) for i, each in enumerate(crowd(60, minutes=0))]

    score = incident(*chat).score

    assert score == pytest.approx(EARLY.prior + EARLY.unknown_voices * EARLY.unknown_weight * EARLY.report_cap)


def test_ordinary_volume_makes_a_report_worth_less():
    quiet, busy = incident(*crowd(2, p=0.9)), incident(*crowd(2, p=0.9), volume=90)

    assert points(quiet, "ordinary_volume") == 0
    assert points(busy, "ordinary_volume") < -2
    assert busy.stage is Stage.WATCHED


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (Facts(first_hand=True), Facts()),
        (Facts(), Facts(first_hand=False)),
        (Facts(share=Share.ALL), Facts()),
        (Facts(), Facts(share=Share.SOME)),
        (Facts(n_rejected=90, n_submitted=100), Facts(n_rejected=20, n_submitted=100)),
        (Facts(n_rejected=10), Facts(n_rejected=5)),
        (Facts(n_rejected=5), Facts(n_rejected=4)),
        (Facts(cause=Cause.IDENTICAL_FEEDBACK), Facts()),
        (Facts(cause=Cause.WRONG_CODE), Facts(cause=Cause.QUALITY)),
    ],
)
def test_facts_make_a_report_worth_more_or_less(more, less):
    assert incident(report(p=0.6, facts=more)).score > incident(report(p=0.6, facts=less)).score


def test_a_weak_report_is_no_evidence_against():
    few = Facts(n_rejected=1, share=Share.SOME, cause=Cause.QUALITY, first_hand=False)

    assert incident(report(p=0.3, facts=few)).score == pytest.approx(EARLY.prior)


def test_what_is_read_below_the_floor_counts_nothing_and_is_no_voice():
    asked = incident(*crowd(5, p=0.2))

    assert (asked.n_voices, asked.score, asked.last_at) == (0, EARLY.prior, None)


def test_reports_far_apart_add_up_to_less():
    together = incident(report("r1"), report("r2", after(minutes=5)))
    apart = incident(report("r1"), report("r2", after(days=4)))

    assert points(together, "time_between") > -0.01
    assert points(apart, "time_between") == pytest.approx(-EARLY.report_cap / 2)


def test_silence_does_not_lower_the_score():
    then, later = incident(*crowd(3)), incident(*crowd(3), now=after(days=10))

    assert later.score == then.score


def test_a_voice_from_a_further_site_counts_for_less():
    same, other = incident(report("r1"), report("r2")), incident(report("r1"), report("r2", site="forum"))

    assert points(same, "further_sites") == 0
    assert points(other, "further_sites") == pytest.approx(-EARLY.report_cap * (1 - EARLY.further_site))
    assert other.n_sites == 2


@pytest.mark.parametrize(("volume", "praise", "so"), [(0, 0, 0.0), (1, 0, 1.0), (0, 1, 1.0), (60, 9, 1.0)])
def test_whoever_was_spoken_of_before_is_believed_to_do_so_less_readily(volume, praise, so):
    assert points(incident(report(), volume=volume, praise=praise), "spoken_of") == so * EARLY.spoken_of


def test_one_who_had_an_incident_before_and_an_unproven_batch_weigh_in():
    assert points(incident(report(), again=True), "again") == EARLY.again
    assert points(incident(report(), batches=[batch()]), "unproven_batch") == EARLY.unproven


# Who is one person.


def test_one_person_is_one_voice_however_often_they_write():
    often = incident(*(report(f"r{i}", after(hours=i), "ann") for i in range(20)))

    assert (often.n_voices, often.stage) == (1, Stage.WATCHED)


@pytest.mark.parametrize("n_sites", range(2, 11))
def test_one_text_on_many_sites_is_one_voice(n_sites):
    copies = [report(f"r{i}", after(hours=i), site=f"site{i}", same_text_as=f"r{i - 1}") for i in range(1, n_sites)]

    spread = incident(report("r0", site="site0"), *copies)

    assert (spread.n_voices, spread.stage) == (1, Stage.WATCHED)


def test_a_voice_that_takes_its_report_back_does_not_count_any_more():
    taken_back = incident(*crowd(2), contrary("c", after(hours=2), "by-r0"))

    assert (taken_back.n_voices, taken_back.n_contrary, taken_back.stage) == (1, 1, Stage.WATCHED)


def test_a_voice_that_reports_after_all_counts_again():
    after_all = incident(contrary("c", after(hours=-1), "by-r0"), *crowd(2))

    assert (after_all.n_voices, after_all.n_contrary) == (2, 0)
    assert points(after_all, "contrary") == 0


def test_contrary_voices_lower_the_score_up_to_a_cap():
    crowded = [contrary(f"c{i}", after(hours=3)) for i in range(50)]

    assert points(incident(*crowd(3), crowded[0]), "contrary") == -EARLY.contrary
    assert points(incident(*crowd(3), *crowded), "contrary") == -EARLY.contrary_cap


def test_a_contrary_voice_says_less_of_one_whom_many_praise_on_any_day():
    said = (*crowd(3), contrary("c0", after(hours=3)))

    assert points(incident(*said, praise=90), "contrary") == pytest.approx(-EARLY.contrary / 8)
    assert incident(*said, praise=90).n_contrary == 1


def test_a_stage_is_lost_only_by_a_margin():
    reports = crowd(2, p=0.65)
    almost = incident(*reports, contrary("c0", after(hours=3)))
    enough = incident(*reports, *(contrary(f"c{i}", after(hours=3)) for i in range(4)))

    assert EARLY.suspected - EARLY.margin < almost.score < EARLY.suspected
    assert almost.stage is Stage.SUSPECTED
    assert enough.stage is Stage.WATCHED


def test_as_many_contrary_voices_make_it_disputed():
    against = [contrary(f"c{i}", after(hours=3)) for i in range(3)]

    assert not incident(*crowd(6), *against[:2]).disputed
    assert incident(*crowd(6), *against).disputed
    assert not incident(*crowd(7), *against).disputed


def test_praise_from_fresh_accounts_counts_nothing():
    shills = [replace(contrary(f"c{i}", after(hours=3)), voice=voice(f"s{i}", age=2)) for i in range(50)]

    praised = incident(*crowd(3), *shills)

    assert praised.score == incident(*crowd(3)).score
    assert not praised.disputed


# Numbers and reversals.


def test_rejections_are_at_least_what_the_writers_counted_of_their_own():
    mine = [Facts(n_rejected=n, first_hand=True) for n in (40, 60)]
    reports = [replace(each, facts=facts) for each, facts in zip(crowd(2), mine, strict=True)]

    assert incident(*reports).n_rejected == 100
    assert incident(*reports, report("r9", facts=Facts(n_rejected=70_000, first_hand=False))).n_rejected == 70_000
    assert incident(report()).n_rejected is None


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ([], Outcome.OPEN),
        ([{}], Outcome.PARTLY_REVERSED),
        ([{}, {}], Outcome.REVERSED),
        ([{"reversal": Reversal.DONE}, {"reversal": Reversal.DONE}], Outcome.REVERSED),
        ([{"reversal": Reversal.DONE}, {"reversal": Reversal.PARTLY}], Outcome.PARTLY_REVERSED),
        ([{"reversal": Reversal.PROMISED}, {"reversal": Reversal.ASKED}], Outcome.OPEN),
        ([{"share": Share.ALL}, {"share": Share.SOME}], Outcome.PARTLY_REVERSED),
        ([{"n_reversed": 5, "n_rejected": 9}, {"n_reversed": 9, "n_rejected": 9}], Outcome.PARTLY_REVERSED),
        ([{"n_reversed": 100}, {"n_reversed": 21}], Outcome.PARTLY_REVERSED),
        ([{"n_reversed": 100}, {"n_reversed": 40}], Outcome.REVERSED),
    ],
)
def test_the_outcome_follows_from_who_says_how_much_was_reversed(facts, outcome):
    back = [reversal(f"v{i}", after(days=1), **each) for i, each in enumerate(facts)]
    rejected = report("r0", facts=Facts(n_rejected=152))

    assert incident(rejected, *back).outcome is outcome


def test_reversals_are_counted_once_a_voice():
    back = [reversal("v1", after(days=1), "ann", n_reversed=5), reversal("v2", after(days=2), "ann", n_reversed=8)]

    assert incident(report(), *back, reversal("v3", after(days=2), n_reversed=10)).n_reversed == 18


def test_a_moderator_can_say_that_all_was_reversed_and_take_it_back():
    said, undone = verdict("reversed", after(hours=3)), verdict("undo", after(hours=4))

    assert incident(*crowd(3), verdicts=[said]).outcome is Outcome.REVERSED
    assert incident(*crowd(3), verdicts=[said, undone]).outcome is Outcome.OPEN


@pytest.mark.parametrize(
    ("claimed", "counted", "whole"),
    [
        ((40, 60), ((40, None), (30, None)), 100),
        ((None, None), ((40, 50), (30, 31)), 81),
        ((40, None), ((40, None), (30, 31)), 71),
        ((40, None), ((40, None), (30, None)), None),
        ((40, 60), ((40, None), (None, None)), 40),
        ((40, 60), ((None, None), (None, None)), None),
    ],
)
def test_reversals_are_counted_x_of_y_where_everybody_who_counts_says_of_how_many(claimed, counted, whole):
    said = [report(f"r{i}", T0, f"w{i}", facts=Facts(n_rejected=n)) for i, n in enumerate(claimed)]
    back = [reversal(f"v{i}", after(days=1), f"w{i}", n_reversed=n, n_rejected=y) for i, (n, y) in enumerate(counted)]

    known = incident(*said, *back)

    assert known.reversed_of == whole
    assert known.n_reversing == 2


def test_who_says_that_something_came_back_must_be_credible():
    fresh = reversal("v", after(days=1), n_reversed=9, n_rejected=9)

    known = incident(*crowd(3), replace(fresh, voice=voice("new", age=3.0)), reversal("w", after(days=1), n_reversed=1))

    assert (known.n_reversing, known.n_reversed) == (1, 1)


PAID = {"reversal": Reversal.COMPENSATED}


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ([PAID], Outcome.OPEN),
        ([PAID, PAID], Outcome.COMPENSATED),
        ([PAID, PAID, {"reversal": Reversal.PROMISED}], Outcome.COMPENSATED),
        ([PAID, PAID, {"reversal": Reversal.PARTLY}], Outcome.PARTLY_REVERSED),
        ([PAID, PAID, {}, {}], Outcome.REVERSED),
    ],
)
def test_a_payment_while_the_rejections_stay_is_no_reversal(said, outcome):
    back = [reversal(f"v{i}", after(days=1), **facts) for i, facts in enumerate(said)]

    known = incident(*crowd(3), *back)

    assert known.outcome is outcome


@pytest.mark.parametrize(
    ("causes", "accident"),
    [
        ([Cause.IDENTICAL_FEEDBACK, Cause.WRONG_CODE], True),
        ([Cause.IDENTICAL_FEEDBACK], False),
        ([Cause.TECHNICAL, Cause.TECHNICAL, Cause.QUALITY], True),
        ([Cause.TECHNICAL, Cause.TECHNICAL, Cause.QUALITY, Cause.OWN_FAULT], False),
        ([Cause.NO_REASON, Cause.NO_REASON, Cause.NO_REASON, Cause.WRONG_CODE, Cause.WRONG_CODE], True),
        ([Cause.NO_REASON, Cause.NO_REASON], False),
        ([None, None, None], False),
    ],
)
def test_an_accident_is_likely_when_most_reasons_given_sound_like_a_slip(causes, accident):
    said = [report(f"r{i}", facts=Facts(cause=cause)) for i, cause in enumerate(causes)]

    assert incident(*said).accident is accident


def test_one_worker_who_says_it_twice_makes_no_accident():
    said = [report(f"r{i}", after(hours=i), "ann", facts=Facts(cause=Cause.WRONG_CODE)) for i in range(3)]

    assert not incident(*said).accident


def test_what_only_work_opened_begins_with_its_first_report():
    seen = incident(batches=[batch()])

    assert incidents.is_only_work(seen)
    assert incidents.is_only_work(incidents.with_report(seen, contrary("c")))
    assert not incidents.is_only_work(incidents.with_report(seen, report()))
    assert not incidents.is_only_work(incidents.with_verdict(seen, verdict("confirm")))


# Verdicts.


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("", Stage.SUSPECTED),
        ("confirm", Stage.CONFIRMED),
        ("dismiss", Stage.DISMISSED),
        ("confirm dismiss", Stage.DISMISSED),
        ("dismiss confirm", Stage.CONFIRMED),
        ("confirm undo", Stage.SUSPECTED),
        ("confirm dismiss undo", Stage.CONFIRMED),
        ("confirm dismiss undo undo", Stage.SUSPECTED),
        ("undo", Stage.SUSPECTED),
        ("undo confirm", Stage.CONFIRMED),
        ("confirm reversed", Stage.CONFIRMED),
        ("confirm reversed undo", Stage.CONFIRMED),
        ("confirm reversed undo undo", Stage.SUSPECTED),
    ],
)
def test_the_last_standing_word_of_a_moderator_is_the_stage(words, stage):
    spoken = [verdict(word, after(hours=3 + i)) for i, word in enumerate(words.split())]

    assert incident(*crowd(3), verdicts=spoken).stage is stage


def test_a_guild_hears_its_own_moderators_and_those_who_speak_for_all():
    ours, theirs = verdict("dismiss", after(hours=3), guild="g1"), verdict("confirm", after(hours=4), guild="g2")
    known = incident(*crowd(3), verdicts=[ours, theirs])

    stages = {g: incidents.assess(known, EARLY, after(hours=5), g).stage for g in ("g1", "g2", "g3", None)}

    assert stages == {
        "g1": Stage.DISMISSED,
        "g2": Stage.CONFIRMED,
        "g3": Stage.SUSPECTED,
        None: Stage.SUSPECTED,
    }
    assert known.stage is Stage.CONFIRMED


def test_an_undo_takes_back_only_words_of_its_own_guild():
    ours, theirs = verdict("confirm", after(hours=3), guild="g1"), verdict("undo", after(hours=4), guild="g2")

    assert incident(*crowd(3), verdicts=[ours, theirs]).stage is Stage.CONFIRMED


def test_a_moderators_word_counts_without_any_report():
    assert incident(verdicts=[verdict("confirm")]).stage is Stage.CONFIRMED


def test_contrary_voices_never_take_a_verdict_away():
    crowded = [contrary(f"c{i}", after(hours=9)) for i in range(50)]

    assert incident(report(), *crowded, verdicts=[verdict("confirm", after(hours=3))]).stage is Stage.CONFIRMED


# Time.


def test_the_public_is_told_after_a_short_delay_unless_much_is_at_stake():
    many = Facts(n_rejected=EARLY.severe_rejected, first_hand=True)

    assert incident(*crowd(2, minutes=1)).public_after == after(minutes=10)
    assert incident(*crowd(2, minutes=1, facts=many)).public_after == T0
    assert incident(report()).public_after is None


def test_time_is_said_to_change_something_when_the_delay_ends_and_when_it_grows_quiet():
    young = incident(*crowd(2, minutes=1))
    old = incidents.assess(young, EARLY, after(minutes=10))
    over = incidents.assess(young, EARLY, after(days=14, minutes=1))

    assert young.next_at == after(minutes=10)
    assert (old.next_at, old.closed_at) == (after(days=14, minutes=1), None)
    assert (over.next_at, over.closed_at) == (None, after(days=14, minutes=1))


def test_what_nobody_was_told_of_ends_a_while_after_it_began():
    trickle = incident(*(report(f"r{i}", after(days=4 * i), p=0.3) for i in range(4)))

    assert trickle.stage is Stage.WATCHED
    assert incidents.ends_at(trickle, EARLY) == after(days=14)


def test_what_was_told_ends_a_while_after_it_was_strongest_however_long_doubtful_posts_go_on():
    trickle = incident(*crowd(5), *(report(f"t{i}", after(days=4 * i), p=0.3) for i in range(1, 6)))

    assert trickle.last_at == after(days=20)
    assert trickle.closed_at == incidents.ends_at(trickle, EARLY) == after(days=14, hours=2)


def test_what_was_dismissed_ends_with_its_lock():
    dismissed = incident(*crowd(5), report("r9", after(days=10)), verdicts=[verdict("dismiss", after(days=3))])

    assert incidents.ends_at(dismissed, EARLY) == after(days=17)


def test_a_verdict_on_what_is_over_brings_it_back():
    over = incident(*crowd(3), now=after(days=30))
    judged = incidents.judge(over, verdict("confirm", after(days=30)), EARLY, after(days=30))

    assert over.closed_at is not None
    assert judged.closed_at is None


@pytest.mark.parametrize(
    ("stance", "days", "belongs"),
    [
        (Stance.REPORT, 0, True),
        (Stance.REPORT, 13.9, True),
        (Stance.REPORT, 14.1, False),
        (Stance.REPORT, -13.9, True),
        (Stance.REPORT, -14.1, False),
        (Stance.CONTRARY, 14.1, False),
        (Stance.REVERSAL, 41, True),
        (Stance.REVERSAL, 91, False),
    ],
)
def test_a_report_joins_what_is_near_in_time(stance, days, belongs):
    known = incident(*crowd(3, minutes=0))

    assert incidents.joins(known, report("x", after(days=days), stance=stance), EARLY) is belongs


def test_opening_and_adding_is_the_same_as_having_it_all():
    first, second, third = crowd(3)
    now = after(hours=2)
    opened = incidents.open_incident("mturk", first, policy=EARLY, now=now, volume=3, requester_id=7)

    grown = incidents.add_report(incidents.add_report(opened, third, EARLY, now), second, EARLY, now)

    assert grown.opened_at == T0
    assert (grown.requester_id, grown.volume, grown.rules_version) == (7, 3, 1)
    assert (grown.score, grown.stage) == (incident(first, second, third, volume=3).score, Stage.SUSPECTED)


def test_an_edited_post_replaces_itself():
    opened = incidents.open_incident("mturk", report(p=0.3), policy=EARLY, now=T0)

    edited = incidents.add_report(opened, report(p=0.9), EARLY, T0)

    assert [each.probability for each in edited.reports] == [0.9]


def test_removing_what_is_not_there_changes_nothing():
    known = incident(*crowd(3), now=after(hours=2))

    assert incidents.remove_report(known, "nobody", EARLY, after(hours=2)) == known


@pytest.mark.parametrize(
    ("seen", "unproven"),
    [
        (batch(), True),
        (batch(n_tasks=999), False),
        (batch(reward="0.11"), False),
        (batch(reviews=1), False),
        (batch(reviews=None), False),
    ],
)
def test_a_huge_easy_batch_without_reviews_is_unproven_and_never_a_stage(seen, unproven):
    known = incidents.add_batch(incidents.open_incident("mturk", None, policy=EARLY, now=T0), seen, EARLY, T0)

    assert (known.unproven, known.stage) == (unproven, Stage.WATCHED)


def test_who_is_talked_about_is_not_unproven():
    assert not incident(batches=[batch()], volume=1).unproven
    assert not incident(batches=[batch()], again=True).unproven
    assert not incident(batches=[batch()], praise=1).unproven


# What must hold whatever comes.

SITES = {f"v{i}": f"site{i % 3}" for i in range(9)}


@st.composite
def voices(draw, fresh=False):
    name = draw(st.sampled_from(sorted(SITES)))
    if fresh:
        return voice(f"fresh-{name}", SITES[name], draw(st.floats(0, 29.9)), draw(st.integers(0, 500)))
    age = draw(st.sampled_from([None, 45.0, 900.0]))
    return voice(name, SITES[name], age, None if age is None else 400, n_false=draw(st.sampled_from([0, 0, 0, 1, 3])))


facts = st.builds(
    Facts,
    n_rejected=st.none() | st.integers(0, 300),
    n_submitted=st.none() | st.integers(0, 300),
    n_reversed=st.none() | st.integers(0, 300),
    share=st.none() | st.sampled_from(Share),
    first_hand=st.none() | st.booleans(),
    cause=st.none() | st.sampled_from(Cause),
    reversal=st.none() | st.sampled_from(Reversal),
)


@st.composite
def evidence(draw, least=0, most=14, fresh=False):
    reports = []
    for i in range(draw(st.integers(least, most))):
        keys = [each.key for each in reports]
        reports.append(
            report(
                f"r{i}",
                T0 + timedelta(hours=draw(st.integers(0, 24 * 13))),
                voice=draw(voices(fresh)),
                stance=draw(st.sampled_from([Stance.REPORT] * 4 + [Stance.CONTRARY, Stance.REVERSAL])),
                p=draw(st.sampled_from([0.01, 0.3, 0.6, 0.9, 0.99])),
                facts=draw(facts),
                same_text_as=draw(st.none() | st.none() | st.sampled_from(keys)) if keys else None,
            )
        )
    return reports


spoken = st.lists(
    st.builds(
        lambda decision, hours, guild: verdict(decision, after(hours=hours), guild=guild),
        st.sampled_from(["confirm", "dismiss", "reversed", "undo"]),
        st.integers(0, 400),
        st.sampled_from([None, "g1", "g2"]),
    ),
    max_size=4,
    unique_by=lambda each: each.key,
)
policies = st.sampled_from([EARLY, CAUTIOUS, policy_from({"suspected": -3, "suspected_voices": 1, "margin": 0})])
NOW = after(days=14)


def derived(of):
    return replace(of, reports=(), verdicts=())


@given(evidence(), spoken, policies, st.randoms())
@settings(deadline=None)
def test_the_order_of_arrival_never_matters(reports, verdicts, policy, chance):
    shuffled, mixed = list(reports), list(verdicts)
    chance.shuffle(shuffled)
    chance.shuffle(mixed)

    one = incident(*reports, verdicts=verdicts, policy=policy, now=NOW)
    other = incident(*shuffled, verdicts=mixed, policy=policy, now=NOW)

    assert derived(one) == derived(other)


@pytest.mark.long
@given(evidence(least=1), policies, st.data())
@settings(max_examples=200, deadline=None)
def test_removing_a_report_never_raises_stage_or_score(reports, policy, data):
    known = incident(*reports, policy=policy, now=NOW)
    gone = data.draw(st.sampled_from([each for each in reports if each.stance is Stance.REPORT] or [report("none")]))

    without = incidents.remove_report(known, gone.key, policy, NOW)

    assert RANK[without.stage] <= RANK[known.stage]
    assert without.score <= known.score + 1e-9


@pytest.mark.long
@given(evidence(), evidence(fresh=True, most=40), policies)
@settings(deadline=None)
def test_fresh_accounts_change_nothing_that_is_told(reports, fresh, policy):
    crowded = [replace(each, key=f"f{each.key}", same_text_as=None) for each in fresh]

    without, known = (incident(*each, policy=policy, now=NOW) for each in (reports, [*reports, *crowded]))

    assert (known.stage, known.score, known.public_after) == (without.stage, without.score, without.public_after)
    assert (known.n_voices, known.disputed, known.outcome) == (without.n_voices, without.disputed, without.outcome)


@pytest.mark.long
@given(evidence(), evidence(), policies)
@settings(deadline=None)
def test_the_machine_never_lowers_a_verdict(reports, more, policy):
    known = incident(*reports, verdicts=[verdict("confirm", after(hours=1))], policy=policy)
    for each in more:
        known = incidents.add_report(known, replace(each, key=f"m{each.key}"), policy, NOW)

    assert known.stage is Stage.CONFIRMED


@pytest.mark.long
@given(evidence(most=20), spoken, st.integers(0, 200), st.booleans(), policies)
@settings(deadline=None)
def test_the_terms_of_the_receipt_sum_to_the_score(reports, verdicts, volume, again, policy):
    known = incident(*reports, verdicts=verdicts, volume=volume, again=again, batches=[batch()], policy=policy)

    assert math.fsum(term.points for term in known.why) == pytest.approx(known.score, abs=1e-9)
    assert len({term.term for term in known.why}) == len(known.why)


@pytest.mark.long
@given(evidence(most=20), policies)
@settings(deadline=None)
def test_without_a_verdict_the_machine_never_confirms(reports, policy):
    assert incident(*reports, policy=policy).stage in (Stage.WATCHED, Stage.SUSPECTED, Stage.CORROBORATED)


@pytest.mark.long
@given(st.lists(voices(), max_size=4, unique_by=lambda each: each.key), evidence(most=12))
@settings(deadline=None)
def test_four_colluders_never_corroborate(four, words):
    cast = four or [voice()]
    said = [replace(each, voice=cast[i % len(cast)], probability=1.0) for i, each in enumerate(words)]

    assert incident(*said, now=NOW).stage is not Stage.CORROBORATED
