"""Simulated days over the whole way out: 0 lost and 0 twice, and wrong protocols that show how it would be otherwise.

A failing test names its plan; `python3 dev.py soak --plan '<that line>'` runs it again, request for request.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.harness.checker import Found
from tests.harness.days import MINUTE, PROTOCOLS, Plan, World, digest, run, story_of

pytestmark = pytest.mark.long

BAD = Plan(seed=0, errors=0.20, silences=0.05, breaks=0.01, limits=0.01, deaths=10, outage=30, changes=60, deafness=0.5)
WORSE = replace(BAD, errors=0.60, late=40.0)
WINDOWS = (60.0, 120.0, 180.0, 300.0)
UNREADABLE = replace(BAD, unreadable=0.10, deafness=1.0)
# What the wrong protocols do shows where little helps: history lags, the process dies often, the gateway is deaf.
TELLING = Plan(
    seed=0, hours=12, errors=0.3, errors_after=0.6, silences=0.15, deaths=40, lag=5.0, window=60.0, deafness=1.0
)


def clean(plan: Plan) -> tuple[Found, World]:
    found, world = run(plan)
    assert found.clean, f"{story_of(plan)}: {found.violations[:5]}"
    assert world.fake.violations == []
    assert found.sends >= plan.alerts
    return found, world


@pytest.mark.parametrize("seed", range(20))
def test_a_day_of_errors_silences_deaths_and_an_outage_loses_and_doubles_nothing(seed: int) -> None:
    found, world = clean(replace(BAD, seed=seed))

    assert found.parked == 0
    assert world.deaths
    assert world.chaos.struck["status"] > 10


@pytest.mark.parametrize("seed", range(10))
def test_nor_does_a_day_where_most_goes_wrong_and_history_lags(seed: int) -> None:
    clean(replace(WORSE, seed=seed, lag=seed % 11, window=WINDOWS[seed % 4]))


def test_where_history_cannot_be_read_nothing_is_guessed_and_little_is_left_to_people() -> None:
    whole = Found()
    for seed in range(10):
        whole.add(clean(replace(UNREADABLE, seed=seed))[0])

    assert whole.duplicate == 0
    assert 0 < whole.parked <= 0.005 * whole.sends


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_same_days_show_what_a_wrong_protocol_does(protocol: str) -> None:
    found = Found()
    for seed in range(3):
        found.add(run(replace(TELLING, seed=seed, protocol=protocol))[0])

    if protocol == PROTOCOLS[0]:
        assert found.clean, found.violations[:5]
    else:
        assert found.lost + found.duplicate > 0, "this harness would not notice"


@pytest.mark.parametrize("seed", range(4))
def test_alerts_are_visible_soon_with_errors_and_at_once_without(seed: int) -> None:
    troubled = sorted(clean(Plan(seed=seed, errors=0.20, silences=0.05))[0].waits)
    calm = sorted(clean(Plan(seed=seed, hours=6, alerts=50))[0].waits)

    assert troubled[int(len(troubled) * 0.99)] <= 60
    assert troubled[-1] <= 300
    assert calm[-1] <= 3


def test_after_an_outage_all_that_waited_is_visible_within_five_minutes() -> None:
    _, world = clean(Plan(seed=1, hours=3, alerts=120, outage=30))

    ((_, back),) = world.chaos.outages
    assert 0 < world.waiting_after(back) <= 300


def test_a_channel_that_hangs_holds_up_no_other() -> None:
    found, world = run(Plan(seed=3, hours=1, alerts=50, guilds=25, at_once=True, hanging=True))

    hanging = str(world.channels[0][1].id)
    others = sorted(world.waits_of(lambda channel: channel != hanging))
    assert found.duplicate == found.lost == 0
    assert len(others) == 49
    assert others[int(len(others) * 0.99)] <= 3


@pytest.mark.parametrize("scope", ["global", "shared", "shield"])
@pytest.mark.parametrize("tenth", range(5))
def test_a_storm_of_limits_costs_few_refused_requests_and_nothing_else(scope: str, tenth: int) -> None:
    for seed in range(10 * tenth, 10 * tenth + 10):
        found, world = clean(Plan(seed=seed, hours=0.7, alerts=60, guilds=20, storm=scope))

        refused = [line.at for line in world.fake.requests if line.status == 429]
        assert found.parked == 0
        if scope == "shield" and refused:
            quiet = [line for line in world.fake.requests if refused[0] < line.at < refused[0] + 10 * MINUTE]
            assert len(quiet) <= 10, "those that were under way"
        assert len(refused) <= 100


@pytest.mark.parametrize("tenth", range(5))
def test_two_bots_at_once_lose_and_double_nothing(tenth: int) -> None:
    troubled = Plan(seed=0, bots=2, hours=2, alerts=40, errors=0.20, silences=0.05, late=40.0, deaths=6, deafness=0.5)
    for seed in range(10 * tenth, 10 * tenth + 10):
        found, _ = clean(replace(troubled, seed=seed, window=WINDOWS[seed % 4]))

        assert found.parked == 0


def test_after_a_refused_token_nothing_is_asked_any_more() -> None:
    found, world = run(Plan(seed=1, hours=3, alerts=60, refuse_token_at=1.0))

    assert world.refused is not None
    assert world.refused.exit_code == 78
    assert [line.status for line in world.fake.requests].count(401) <= 10
    assert not [each for each in found.violations if each.startswith("I11")]
    assert found.duplicate == 0


def test_one_incident_in_five_hundred_channels_is_told_within_a_minute() -> None:
    found, _ = clean(Plan(seed=5, hours=1, alerts=500, guilds=250, at_once=True))

    assert len(found.waits) == 500
    assert max(found.waits) <= 60


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_changes_end_in_the_newest_words_with_few_edits(seed: int) -> None:
    plan = replace(BAD, seed=seed, hours=8, alerts=25, changes=1_000, deaths=4, removals=3)
    _, world = clean(plan)

    firsts: dict[str, dict[str, datetime]] = {}
    for line in world.fake.requests:
        if line.route == "edit_message":
            firsts.setdefault(line.path, {}).setdefault(str(line.body), line.at)
    apart = [later - earlier for times in firsts.values() for earlier, later in itertools.pairwise(times.values())]
    assert len(apart) > 100
    assert min(apart) >= timedelta(seconds=25)


@pytest.mark.parametrize("seed", range(3))
def test_what_moderators_remove_stays_removed(seed: int) -> None:
    _, world = clean(replace(BAD, seed=seed, hours=12, removals=100, changes=200))

    # So many different ones of 200; some fall to one that is gone already.
    assert world.states()["suppressed"] >= 67


@pytest.mark.parametrize("seed", range(4))
def test_the_same_seed_is_the_same_run_request_for_request(seed: int) -> None:
    plan = replace(WORSE, seed=seed, hours=4, alerts=40)

    (trace,) = {digest(run(plan)[1]) for _ in range(3)}
    assert digest(run(replace(plan, seed=seed + 100))[1]) != trace
