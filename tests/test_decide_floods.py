"""`decide` under floods: the work stays in proportion, and the order in which things come changes nothing."""

import random
from datetime import timedelta
from itertools import permutations

import pytest
from stories import after
from streams import OLD, calls, event, run, said

from bot.alerts.stream import Stream, decide
from bot.alerts.wire import event_from
from bot.incidents.course import Course
from bot.policies import EARLY


def late_flood(n):
    """So many reports in the wrong order: the newest first."""
    return [said(f"r{i}", after(minutes=n - i)) for i in range(n)]


def test_what_comes_late_to_a_large_incident_is_worked_in_within_ten_minutes():
    crowd = [said(f"w{i}", after(minutes=i), p=0.26, reporter_posts=15) for i in range(60)]
    late = [said(f"l{i}", after(minutes=i), n_rejected=90, first_hand=True) for i in range(20)]
    now = after(minutes=60)

    alerts = run(*crowd, event("here", now, "contrary", reporter="reddit:z", **OLD), *late)

    worked_in = [each for each in alerts if each["at"] > now.isoformat()]
    assert worked_in
    assert worked_in[0]["at"] == (now + timedelta(minutes=10)).isoformat()
    assert worked_in[0]["score"] > 2 * alerts[-2]["score"]


def test_a_flood_in_the_wrong_order_ends_where_the_right_order_does():
    flood = late_flood(150)

    backwards, forwards = run(*flood), run(*sorted(flood, key=lambda e: e["at"]))

    assert backwards[-1]["stage"] == forwards[-1]["stage"] == "corroborated"


def test_a_large_incident_is_not_worked_out_anew_for_everything_that_comes_late():
    class Counting(Course):
        n = 0

        @classmethod
        def of(cls, incident, policy):
            Counting.n += 1
            return Course.of(incident, policy)

    river = Stream(EARLY, Counting)
    for each in map(event_from, late_flood(400)):
        list(river.hear(each, after(minutes=400)))

    assert Counting.n < 100


def words_about_one(n, decisions):
    opened = [said(f"r{i}", after(minutes=i)) for i in range(4)]
    return [
        *opened,
        *(
            event(f"v{i}", after(hours=1, minutes=i), "verdict", verdict=decisions[i * len(decisions) // n])
            for i in range(n)
        ),
    ]


def reversed_by_many(n):
    opened = [said(f"r{i}", after(minutes=i)) for i in range(4)]
    return [
        *opened,
        *(event(f"b{i}", after(hours=1, minutes=i), "reversal", reporter=f"reddit:b{i}") for i in range(n)),
    ]


def work_shown(n):
    shown = (event(f"b{i}", after(hours=1, minutes=i), "batch", n_tasks=5000, reward=0.01) for i in range(n // 2))
    return [*(said(f"r{i}", after(minutes=i)) for i in range(n // 2)), *shown]


def from_sites_of_their_own(n):
    return [said(f"r{i}", after(minutes=i), who=f"site{i}:a") for i in range(n)]


def words_between_reports(n):
    words = ["confirm", "dismiss"] * n
    judged = (event(f"v{i}", after(minutes=i, hours=0.01), "verdict", verdict=words[i]) for i in range(n // 2))
    reports = (said(f"r{i}", after(minutes=i)) for i in range(n // 2))
    return [each for pair in zip(reports, judged, strict=True) for each in pair]


def effort(events):
    """What time costs to decide on these events, without a clock."""
    made = [event_from(each) for each in events]
    return calls(lambda: list(decide(made, EARLY)))


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(lambda n: [said(f"r{i}", after(minutes=i)) for i in range(n)], id="reports"),
        pytest.param(lambda n: words_about_one(n, ["confirm"]), id="one word again and again"),
        pytest.param(lambda n: words_about_one(n, ["dismiss", "undo"]), id="words that are undone"),
        pytest.param(reversed_by_many, id="reversals"),
        pytest.param(work_shown, id="work"),
        pytest.param(from_sites_of_their_own, id="each from a site of its own"),
        pytest.param(words_between_reports, id="words that turn the stage, between reports"),
    ],
)
def test_the_work_for_a_flood_about_one_requester_is_in_proportion_to_it(flood):
    assert effort(flood(400)) < 5 * effort(flood(100))


def test_verdicts_in_the_wrong_order_end_where_the_right_order_does():
    words = ["confirm", "dismiss", "undo", "reversed", "undo", "confirm", "undo", "undo", "dismiss"] * 12
    opened = [said(f"r{i}", after(minutes=i)) for i in range(3)]
    given = [event(f"v{i:03}", after(hours=1, minutes=i), "verdict", verdict=word) for i, word in enumerate(words)]
    shuffled = random.Random(4).sample(given, len(given))

    forwards, turned = run(*opened, *given), run(*opened, *shuffled)

    assert forwards[-1]["stage"] == turned[-1]["stage"] == "dismissed"


def test_an_undo_takes_back_the_word_before_it_however_the_words_came():
    words = ["dismiss", "confirm", "undo"]
    given = [event(f"v{i}", after(hours=5, minutes=i), "verdict", verdict=word) for i, word in enumerate(words)]

    ends = {run(said("r1"), said("r2", after(hours=1)), *each)[-1]["stage"] for each in permutations(given)}

    assert ends == {"dismissed"}
