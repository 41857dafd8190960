"""What must hold whatever is said: order, removal, floods, one person, colluders, sums. Ten thousand cases each.

DECIDING_CASES=1000000 makes it the long run.
"""

import math
import os
import random
import statistics
from dataclasses import replace

import pytest
from stories import T0, after, incident, report, verdict, voice

from bot import incidents
from bot.alerts import due
from bot.alerts.stream import decide
from bot.alerts.wire import Event
from bot.incidents.burst import Chain
from bot.model import Facts, Share, Stage, Stance
from bot.policies import CAUTIOUS, EARLY
from tests.harness.deciding import wrong

CASES = int(os.environ.get("DECIDING_CASES", "10000"))
NOW = after(days=14)
KNOWN = {"volume": 6, "praise": 9}


@pytest.mark.long
def test_order_never_matters_removal_never_raises_terms_sum_up_and_carrying_on_is_the_same():
    assert list(wrong(1, CASES)) == []


@pytest.mark.long
@pytest.mark.parametrize("policy", [EARLY, CAUTIOUS])
def test_no_flood_of_fresh_accounts_makes_anything_public(policy):
    """D1 of the reliability goal: ten thousand accounts on twenty requesters, beside one honest report each."""
    rng = random.Random(5)
    events = [flooding(rng, number) for number in range(10_000)]
    events += [Event(T0, f"A{n}", None, report(f"h{n}", T0, f"honest{n}")) for n in range(20)]

    alerts = list(decide(sorted(events, key=lambda event: event.at), policy))

    assert [alert for alert, _ in alerts if alert.public or alert.stage is not Stage.WATCHED] == []


def flooding(rng, number):
    fresh = voice(f"f{number}", age=rng.uniform(0, 29.9), posts=rng.randrange(500))
    at = after(hours=rng.random() * 72)
    return Event(at, f"A{number % 20}", None, report(f"s{number}", at, voice=fresh, p=0.99, facts=ALL))


ALL = Facts(share=Share.ALL, first_hand=True, n_rejected=90)


@pytest.mark.parametrize("n_sites", range(2, 11))
def test_one_person_with_varied_text_on_many_sites_corroborates_nothing(n_sites):
    """D2: nobody can tell that it is one person; what it takes is two people on one and the same site."""
    rng = random.Random(n_sites)
    for _ in range(CASES // 100):
        places = [voice("one", f"site{n}") for n in range(n_sites)]
        said = [report(f"r{n}", after(hours=rng.random() * 72), voice=v, p=0.95) for n, v in enumerate(places)]
        copied = [replace(each, same_text_as="r0") if n else each for n, each in enumerate(said)]

        assert incident(*said, now=NOW).stage is not Stage.CORROBORATED
        assert incident(*copied, now=NOW).stage is Stage.WATCHED


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("before", [{}, KNOWN])
def test_up_to_four_aged_colluders_corroborate_nothing(k, before):
    """D3."""
    rng = random.Random(k)
    for _ in range(CASES // 10):
        liars = [voice(f"liar{n}") for n in range(k)]
        said = [
            report(f"r{n}", after(hours=rng.random() * 200), voice=rng.choice(liars), p=0.99, facts=ALL)
            for n in range(rng.randrange(1, 12))
        ]

        assert incident(*said, now=NOW, **before).stage in (Stage.WATCHED, Stage.SUSPECTED)


@pytest.mark.parametrize(("n", "least"), [(8, 0.95), (15, 0.995)])
def test_what_really_happened_is_corroborated_and_told_soon_after_the_third(n, least):
    """D5: so many established workers within a day."""
    rng, sure, waits = random.Random(n), [], []
    for _ in range(CASES // 20):
        hours = sorted(rng.random() * 24 for _ in range(n))
        people = [voice(f"w{number}", rng.choice(["reddit", "forum"])) for number in range(n)]
        said = [report(f"r{i}", after(hours=hours[i]), voice=people[i], p=rng.uniform(0.6, 0.99)) for i in range(n)]
        events = [Event(each.at, "A1", None, each) for each in said]

        alerts = [alert for alert, _ in decide(events, EARLY)]

        sure.append(any(alert.stage is Stage.CORROBORATED for alert in alerts))
        told = [alert.at for alert in alerts if alert.public]
        waits.append((told[0] - said[2].at).total_seconds() / 60 if told else math.inf)
    assert sum(sure) / len(sure) >= least
    assert statistics.median(waits) <= 45


# The burst guard.


def spoken(*hours, **more):
    return [report(f"r{n}", after(hours=hour), p=0.95, **more) for n, hour in enumerate(hours)]


@pytest.mark.parametrize(
    ("hours", "before", "is_public"),
    [
        ((0, 2), {}, True),
        ((0, 2), KNOWN, False),
        ((0, 1, 2, 3, 4, 5, 6), KNOWN, False),
        ((0, 1, 2, 3, 4, 5, 6, 7), KNOWN, True),
        ((0, 1, 2, 3, 20, 60), KNOWN, True),
        ((0, 60), {"volume": 3}, True),
        ((0, 2), {"volume": 2}, True),
        ((0, 2), {"volume": 3}, False),
        ((0, 2), {"praise": 3}, False),
    ],
)
def test_a_few_people_at_once_say_nothing_in_public_about_somebody_whom_many_know(hours, before, is_public):
    known = incident(*spoken(*hours, facts=ALL), now=NOW, **before)

    assert known.stage is not Stage.WATCHED
    assert (known.public_after is not None) is is_public


def test_moderators_hear_of_a_burst_and_their_word_makes_it_public():
    said = [Event(each.at, "A1", None, each) for each in spoken(0, 1, 2, facts=ALL)]
    ordinary = [
        Event(after(days=-20, hours=n), "A1", None, report(f"q{n}", after(days=-20, hours=n), p=0.02)) for n in range(5)
    ]

    alerts = [alert for alert, _ in decide([*ordinary, *said], EARLY)]

    assert [(alert.stage, alert.public) for alert in alerts] == [(Stage.SUSPECTED, False)]


def chained(*said):
    chain = Chain()
    for hour, who in said:
        chain.add(after(hours=hour), who, 4.5, EARLY)
    return chain


def test_a_chain_needs_two_people_and_two_days():
    assert chained((0, "ann")).best == 0
    assert chained((0, "ann"), (72, "ann")).best == 0
    assert chained((0, "ann"), (47, "bo")).best == 0
    assert chained((0, "ann"), (48, "bo")).best == pytest.approx(4.5 + 4.5 * 0.5**0.5)


def test_many_people_are_many_within_two_days_only():
    assert not chained(*((n, f"v{n}") for n in range(7))).many
    assert chained(*((n, f"v{n}") for n in range(8))).many
    assert not chained(*((n, f"v{n % 7}") for n in range(30))).many
    assert not chained(*((n * 47, f"v{n}") for n in range(2))).many


# How earlier reports fared.


def judged_story(*words, n=3, account="A1", day=0):
    """An incident of the same people, and what moderators said of it."""
    said = [
        Event(after(days=day, hours=i), account, None, report(f"{account}r{i}", after(days=day, hours=i), f"p{i}"))
        for i in range(n)
    ]
    spoken_ = [verdict(word, after(days=day, hours=9 + i), key=f"{account}v{i}") for i, word in enumerate(words)]
    return [*said, *(Event(each.at, account, None, each) for each in spoken_)]


def trust_in_the_next(*stories):
    alerts = list(
        decide([*(event for story in stories for event in story), *judged_story(account="A9", day=100)], EARLY)
    )
    mine = [alert for alert, key in alerts if key == "A9"]
    return [next((term.points for term in alert.why if term.term == "trust"), 0.0) for alert in mine]


def test_a_voice_counts_for_less_after_a_report_was_judged_false_and_for_nothing_after_three():
    once = judged_story("dismiss", account="A1")
    thrice = [judged_story("dismiss", account=f"A{n}", day=20 * n) for n in range(1, 4)]

    assert trust_in_the_next() == [0.0]
    assert trust_in_the_next(once)[0] < -2
    assert trust_in_the_next(*thrice) == []


def test_a_voice_counts_for_more_after_a_report_was_confirmed_and_an_undone_verdict_leaves_no_mark():
    assert trust_in_the_next(judged_story("confirm"))[0] > 0
    assert trust_in_the_next(judged_story("dismiss", "undo")) == [0.0]
    assert trust_in_the_next(judged_story("dismiss", "confirm"))[0] > 0


# What came before.


def contrary_voice(n, at):
    return report(f"c{n}", at, f"glad{n}", stance=Stance.CONTRARY)


def test_contrary_voices_from_the_days_before_the_first_report_count():
    glad = [Event(after(hours=-n), "A1", None, contrary_voice(n, after(hours=-n))) for n in range(9, 0, -1)]
    said = [Event(each.at, "A1", None, each) for each in spoken(0, 2)]

    (told, _), *_ = decide(said, EARLY)
    after_praise = [alert for alert, _ in decide([*glad, *said], EARLY)]

    assert told.public
    assert all(any(term.term == "contrary" for term in alert.why) for alert in after_praise)
    assert after_praise == [] or after_praise[0].score < told.score


def test_praise_of_long_ago_is_no_contrary_voice_but_makes_the_requester_known():
    def glad(days):
        return [
            Event(after(days=-days, hours=n), "A1", None, contrary_voice(n, after(days=-days, hours=n)))
            for n in range(6)
        ]

    said = [Event(each.at, "A1", None, each) for each in spoken(0, 2, facts=ALL)]

    alerts = [alert for alert, _ in decide([*glad(20), *said], EARLY)]

    assert not any(term.term == "contrary" for alert in alerts for term in alert.why)
    assert [alert.public for alert in alerts] == [False]


def test_what_is_seen_late_is_counted_at_its_own_date():
    ordinary = [Event(after(days=-30 + n), "A1", None, report(f"q{n}", after(days=-30 + n), p=0.02)) for n in range(20)]
    first, second = (Event(each.at, "A1", None, each) for each in spoken(0, 5))

    in_order = list(decide([*ordinary, first, second], EARLY))
    turned = list(decide([*ordinary, second, first], EARLY))

    assert [alert.score for alert, _ in in_order] == [alert.score for alert, _ in turned]


def test_a_told_incident_that_never_was_sure_does_not_hide_ordinary_posts():
    doubtful = [Event(each.at, "A1", None, each) for each in spoken(0, 2)]
    ordinary = [Event(after(days=1 + n), "A1", None, report(f"q{n}", after(days=1 + n), p=0.02)) for n in range(10)]
    later = [
        Event(after(days=40, hours=n), "A1", None, report(f"s{n}", after(days=40, hours=n), p=0.95)) for n in range(2)
    ]

    alerts = list(decide([*doubtful, *ordinary, *later], EARLY))

    assert alerts[0][0].public
    assert not any(alert.public for alert, _ in alerts[1:])


def test_an_alert_is_due_as_before_when_the_receipt_was_left_out():
    known = incident(*spoken(0, 1), now=after(hours=2))
    bare = incidents.assess(known, EARLY, after(hours=2), receipt=False)

    full, lean = due(None, known, EARLY, after(hours=2)), due(None, bare, EARLY, after(hours=2))

    assert replace(full, why=(), score=0.0) == replace(lean, why=(), score=0.0)
