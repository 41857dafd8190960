"""The invented community: the same by seed, sourced number by number, and measured as it says."""

import dataclasses
import io
import json
import math
from collections import Counter

import pytest

from bot.alerts.stream import decide
from bot.alerts.wire import event_from
from bot.errors import UsageError
from bot.model import Reason, Report, Stage, Stance
from bot.policies import EARLY
from bot.simulation import figures, rivals, runs
from bot.simulation.affairs import Affair
from bot.simulation.chance import Lot, poisson, stream, unequal
from bot.simulation.command import Task, describe, simulate, tasks, write_events
from bot.simulation.events import record_of
from bot.simulation.scribe import moment
from bot.simulation.tables import lines, summary
from bot.simulation.world import givens
from bot.simulation.worlds import BASE, FIT_SEEDS, REPORT_SEEDS, STRUCTURES, WORLDS, world
from bot.simulation.years import Year, year

SMALL = dataclasses.replace(
    BASE, workers=2_000, requesters=2_000, incidents=20, singles=2, questions=2, approvals=3, partials=40, brigades=10
)


@pytest.fixture(scope="module")
def small():
    return year(SMALL, 1)


# The worlds.


def test_every_number_says_what_it_is_and_where_it_comes_from():
    names = {each.name for each in dataclasses.fields(BASE)} - {"name"}

    assert set(givens()) == names
    assert all(given.says.endswith(".") and given.source for given in givens().values())


def test_there_are_the_worlds_that_were_asked_for_and_two_structures():
    assert {"base", "busy", "few-posters", "many-posters", "noisy-reader", "noisy-resolver"} <= set(WORLDS)
    assert {"brigades", "partials", "noise", "slow-noticing"} <= set(WORLDS)
    assert WORLDS["brigades"].brigades == 7 * BASE.brigades
    assert WORLDS["partials"].partials == 3 * BASE.partials
    assert set(STRUCTURES.values()) == {(False, False), (True, True)}


def test_a_world_differs_from_the_base_only_in_what_its_name_says():
    differ = {
        name: {f.name for f in dataclasses.fields(BASE) if getattr(made, f.name) != getattr(BASE, f.name)} - {"name"}
        for name, made in WORLDS.items()
    }

    assert differ["base"] == set()
    assert differ["busy"] == {"incidents"}
    assert differ["slow-noticing"] == {"notice"}


def test_seeds_to_fit_are_never_reported():
    assert not set(FIT_SEEDS) & set(REPORT_SEEDS)
    task = Task(world="base", structure="incident", seed=FIT_SEEDS.stop - 1, years=1, policy=EARLY)

    with pytest.raises(UsageError, match="never reported"):
        tasks(["base"], ["both"], task)


def test_an_unknown_world_or_structure_is_named():
    with pytest.raises(UsageError, match="nowhere"):
        world("nowhere", "person")
    with pytest.raises(UsageError, match="sideways"):
        world("base", "sideways")


# The year.


def test_the_same_seed_is_the_same_year_and_another_is_another(small):
    again, other = year(SMALL, 1), year(SMALL, 2)

    assert again.events == small.events
    assert other.events != small.events


def test_more_brigades_leave_everything_else_as_it_was(small):
    more = year(dataclasses.replace(SMALL, brigades=40), 1)

    def without(made):
        return [
            (event.at, event.account_key, event.what.voice.key)
            for event in made.events
            if isinstance(event.what, Report) and not event.what.voice.key.split(":")[1].startswith("b")
        ]

    assert sorted(without(more)) == sorted(without(small))


def test_events_come_in_the_order_of_time_with_keys_of_their_own(small):
    assert [event.at for event in small.events] == sorted(event.at for event in small.events)
    assert len({event.what.key for event in small.events}) == len(small.events)


def test_a_copy_comes_after_what_it_copies(small):
    at = {event.what.key: event.at for event in small.events}
    copies = [event.what for event in small.events if event.what.same_text_as]

    assert copies
    assert all(copy.at >= at[copy.same_text_as] for copy in copies)


def test_every_event_is_read_back_by_decide_as_it_was(small):
    for event in small.events:
        assert event_from(json.loads(json.dumps(record_of(event)))) == event


def test_work_left_falls_from_all_to_nothing():
    affair = Affair("N1", work=[(1.0, 10), (2.0, 5), (2.0, 5), (9.0, 1)])

    assert [affair.left(at) for at in (0.0, 1.0, 1.5, 2.0, 9.0)] == [21, 11, 11, 1, 0]


def test_who_has_noticed_does_no_more_of_it(small):
    for affair in small.affairs:
        assert all(done_at <= max(affair.noticed) for done_at, _ in affair.work)


def test_true_reports_are_heard_only_if_written(small):
    for affair in small.affairs:
        assert not Counter(affair.heard) - Counter(affair.posts)
        assert affair.heard == sorted(affair.heard)


@pytest.mark.long
def test_by_person_some_write_often_and_by_incident_nobody_stands_out():
    def share_of_the_loudest(made):
        voices = Counter(e.what.voice.key for e in made.events if e.what.stance is Stance.CONTRARY)
        loudest = sum(n for _, n in voices.most_common(len(voices) // 20 + 1))
        return loudest / voices.total()

    apart = dataclasses.replace(SMALL, approvals=40)
    by_person = dataclasses.replace(apart, by_person=True)

    assert share_of_the_loudest(year(by_person, 1)) > 1.5 * share_of_the_loudest(year(apart, 1))


@pytest.mark.long
def test_correlated_errors_go_together():
    def spread_of_means(correlated):
        made = year(dataclasses.replace(SMALL, correlated=correlated, singles=40, popularity=1.4), 3)
        by: dict[str, list[float]] = {}
        for event in made.events:
            by.setdefault(event.account_key, []).append(math.log(event.what.probability / (1 - event.what.probability)))
        means = [sum(each) / len(each) for each in by.values() if len(each) > 30]
        middle = sum(means) / len(means)
        return sum((each - middle) ** 2 for each in means) / len(means)

    assert spread_of_means(correlated=True) > 1.3 * spread_of_means(correlated=False)


# Chance.


def test_chance_is_what_it_is_called():
    rng = stream("test", 1)

    assert sum(poisson(rng, 3.0) for _ in range(4_000)) / 4_000 == pytest.approx(3.0, abs=0.15)
    assert sum(poisson(rng, 90.0) for _ in range(1_000)) / 1_000 == pytest.approx(90.0, abs=1.5)
    assert sum(unequal(rng, 0.6) for _ in range(8_000)) / 8_000 == pytest.approx(1.0, abs=0.05)
    assert Counter(Lot([1, 0, 3]).draw(rng) for _ in range(4_000))[2] == pytest.approx(3_000, abs=150)


# The run.


def test_it_is_decide_that_decides(small):
    told = runs.run(small, EARLY)
    ours = [(moment(each.at), each.account, each.reason) for each in told]

    theirs = [(alert.at, key, alert.reason) for alert, key in decide(small.events, EARLY) if alert.at >= moment(0)]

    assert [(key, reason) for _, key, reason in ours] == [(key, reason) for _, key, reason in theirs]


def test_moderators_answer_what_they_are_told_within_two_hours(small):
    told = runs.run(small, EARLY, moderators=True)

    def delays():
        audience = runs.Audience(small, True, False)
        for each in told:
            audience.hear(each)
            yield from (hour - each.at for hour, _, event in audience.waiting if event.account_key == each.account)
            audience.waiting.clear()

    answered = list(delays())
    assert len(answered) >= 5
    assert all(0 < hours <= 2 for hours in answered)


def test_only_who_is_asked_answers():
    made = year(SMALL, 1)
    affair = next(each for each in made.affairs if len(each.noticed) > 60)
    asked = runs.Told(affair.began_at + 30, affair.account, Reason.ASKED, Stage.WATCHED, False)
    silent, asking = runs.Audience(made, False, False), runs.Audience(made, False, True)

    silent.hear(asked)
    asking.hear(asked)

    assert silent.waiting == []
    assert all(
        event.what.stance is Stance.REPORT and event.account_key == affair.account for *_, event in asking.waiting
    )


# Figures.


def told(at, account="N1"):
    return (at, account)


def test_workers_are_asked_only_where_the_policy_asks_and_answer_both_ways(small):
    asks = dataclasses.replace(EARLY, asks=True)
    silent, told_of = runs.run(small, EARLY, asking=True), runs.run(small, asks, asking=True)
    questions = [each for each in told_of if each.reason is Reason.ASKED]
    audience = runs.Audience(dataclasses.replace(small, world=dataclasses.replace(SMALL, tapping=1.0)), False, True)

    for each in questions:
        audience.hear(each)

    assert questions
    assert not any(each.public for each in questions)
    assert not [each for each in silent if each.reason is Reason.ASKED]
    assert {event.what.stance for *_, event in audience.waiting} == {Stance.REPORT, Stance.CONTRARY}
    assert all(event.what.source.startswith("question:") for *_, event in audience.waiting)


def test_questions_are_counted_and_how_many_of_them_are_about_somebody_honest(small):
    asks = dataclasses.replace(EARLY, asks=True)

    found = figures.figures(small, asks, asking=True, rivals=False)

    assert 0 < found.asked_in_vain <= found.asked
    assert summary([found])["questions_about_honest"] == found.asked_in_vain / found.asked


@pytest.fixture
def known():
    """One mass rejection of 100 tasks, of which a warning at its first report would have saved 60."""
    affair = Affair("N1", began_at=4.0, work=[(1.0, 40), (10.0, 30), (20.0, 30)], posts=[5.0], heard=[5.0, 12.0])
    return Year(BASE, 1, None, [], [affair], [], {"N1": [affair]})


@pytest.mark.parametrize(("at", "saved", "reports"), [(5.0, 60, 1), (11.0, 30, 1), (12.0, 30, 2), (25.0, 0, 2)])
def test_a_true_warning_saves_what_is_done_after_it(known, at, saved, reports):
    found = figures.score(known, [told(at)])

    assert (found.saved, found.warned, found.reports, found.n_false) == (saved, 1, [reports], 0)


@pytest.mark.parametrize("wrong", [told(3.0), told(5.0, "A7"), told(4.0 + 61 * 24)])
def test_a_warning_before_or_long_after_or_about_somebody_else_is_false(known, wrong):
    assert figures.score(known, [wrong]).n_false == 1


def test_only_the_first_true_warning_counts_but_every_false_one(known):
    found = figures.score(known, [told(11.0), told(25.0), told(5.0, "A7"), told(6.0, "A7")])

    assert (found.saved, found.warned, found.n_false) == (30, 1, 2)


# The simple rules.


def claims(*hours, probability=0.9, **more):
    from bot.model import Voice

    return [
        Report(
            key=f"r{n}",
            at=moment(hour),
            voice=Voice(key=f"reddit:v{n}", site="reddit"),
            probability=probability,
            **more,
        )
        for n, hour in enumerate(hours)
    ]


def test_the_counting_rule_counts_a_day():
    assert rivals.count(claims(0, 1, 24.5, 30)) == [(0, 1), (1, 2), (24.5, 2), (30, 2)]
    assert rivals.count(claims(0, 1, probability=0.4)) == []


def test_the_points_rule_adds_people_up_and_forgets():
    (_, one), (_, two) = rivals.points(claims(0, 96))
    (_, _), (_, less), *_ = rivals.points([*claims(0, 1), *claims(2, stance=Stance.CONTRARY)])

    assert two == pytest.approx(1.5 * one)
    assert less > one


def test_c2_measures_against_the_week_before():
    quiet, busy = rivals.c2(claims(300, 301, 302))[-1][1], rivals.c2(claims(*range(0, 300, 5), 300, 301, 302))[-1][1]

    assert quiet == 6
    assert busy < quiet


def test_a_simple_rule_warns_once_in_a_fortnight():
    track = {"A1": [(-5.0, 9.0), (1.0, 2.0), (2.0, 9.0), (3.0, 9.0), (400.0, 9.0)]}

    assert rivals.warnings(track, 3.0) == [(400.0, "A1")]
    assert rivals.warnings({"A1": track["A1"][1:]}, 3.0) == [(2.0, "A1"), (400.0, "A1")]


def test_a_rival_is_compared_at_our_rate_of_false_warnings(small):
    years = [figures.figures(small, EARLY)]
    scores = years[0].rivals["k reports in 24 h"]

    exact = figures.matched(years, "k reports in 24 h", scores[2].n_false)

    least = min(place for place, score in enumerate(scores) if score.n_false <= scores[2].n_false)
    assert exact.share == pytest.approx(scores[least].saved / max(1, years[0].oracle))


def test_the_summary_has_every_figure_and_its_lines(small):
    found = summary([figures.figures(small, EARLY), figures.figures(year(SMALL, 2), EARLY)])

    assert set(found["rivals_at_the_same_rate"]) == set(rivals.RIVALS)
    assert 0 <= found["saved"] <= found["saved_interval"][1] <= 1.2
    assert found["false_a_year"] == pytest.approx(sum(found["false_by_cause"].values()))
    assert any("k reports in 24 h" in line for line in lines("small", found))


# The command.


def test_the_numbers_of_a_world_can_be_read():
    out = io.StringIO()

    describe("brigades", "person", out)

    assert "brigades = 210\n" in out.getvalue()
    assert out.getvalue().count("Source: ") == len(givens())


@pytest.mark.long
def test_a_year_can_be_given_to_decide():
    out = io.StringIO()

    write_events(Task(world="few-posters", structure="incident", seed=5_001, years=1, policy=EARLY), out)

    first = json.loads(out.getvalue().splitlines()[0])
    assert {"key", "at", "type", "account_key"} <= set(first)


@pytest.mark.long
def test_figures_are_json_lines():
    out = io.StringIO()
    task = Task(world="base", structure="incident", seed=5_000, years=1, policy=EARLY, rivals=False)

    simulate([task], out, as_json=True)

    (line,) = [json.loads(text) for text in out.getvalue().splitlines()]
    assert (line["world"], line["structure"], line["years"]) == ("base", "incident", 1)
    assert 0 < line["oracle_of_savable"] <= 1
