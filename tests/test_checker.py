"""The judge notices: a rule that cannot fail would make every run look clean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.harness import checker, mutants, soak
from tests.harness.checker import Found
from tests.harness.days import Plan, World, run

PLAN = Plan(seed=1, hours=1, alerts=6, guilds=2)


def again(world: World, secrets: tuple[str, ...] = ()) -> Found:
    found = Found()
    with world.store.engine.begin() as base:
        checker.check_outbox(found, base, world.fake, world.rules)
        checker.check_database(found, base)
        checker.check_evidence(found, base, {("reddit:example", "p1")} if secrets else set(), set())
    checker.check_words(found, world.fake, secrets)
    checker.check_budgets(found, world.fake)
    return found


def sql(world: World, statement: str) -> None:
    with world.store.engine.begin() as base:
        base.execute(text("PRAGMA defer_foreign_keys = ON"))
        base.execute(text(statement))


def twice(world: World) -> None:
    channel = next(channel for _, channel in world.channels if world.fake.posted(channel))
    first = world.fake.posted(channel)[0]
    world.fake.clock = lambda: first.created_at
    body = {"embeds": first.embeds, "allowed_mentions": {"parse": []}}
    made = world.fake._make(channel, world.fake.me, body, {})
    channel.messages[made.id] = made


def gone(world: World) -> None:
    channel = next(channel for _, channel in world.channels if world.fake.posted(channel))
    channel.messages.clear()


def other_words(world: World) -> None:
    channel = next(channel for _, channel in world.channels if world.fake.posted(channel))
    message = world.fake.posted(channel)[0]
    message.embeds = [{**message.embeds[0], "title": "Something else"}]


def loud(world: World) -> None:
    line = next(line for line in world.fake.requests if line.route == "create_message")
    line.body = {**line.body, "allowed_mentions": {"parse": ["everyone"]}}


def hurried(world: World) -> None:
    for line in world.fake.requests[:1] * 30:
        world.fake.requests.append(replace(line))


def refused(world: World) -> None:
    first = world.fake.requests[0]
    world.fake.requests.insert(1, replace(first, status=401, at=first.at + timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("story", "number"),
    [
        (twice, 3),
        (gone, 4),
        (other_words, 5),
        (loud, 6),
        (hurried, 11),
        (refused, 11),
        (lambda world: sql(world, "UPDATE outbox SET state = 'uncertain' WHERE delivery_id = 1"), 4),
        (lambda world: sql(world, "UPDATE outbox SET rev = 2 WHERE delivery_id = 1"), 4),
        (lambda world: sql(world, "UPDATE outbox SET state = 'suppressed' WHERE delivery_id = 1"), 3),
        (lambda world: sql(world, "INSERT INTO interactions (key, at) VALUES ('x', 1)"), None),
    ],
)
def test_what_is_wrong_is_found(story: Callable[[World], None], number: int | None) -> None:
    _, world = run(PLAN)
    before = again(world)

    story(world)
    found = again(world)

    assert before.clean, before.violations
    assert [each for each in found.violations if each.startswith(f"I{number}:")] or number is None
    assert found.clean is (number is None)


def test_a_post_that_was_never_stored_and_a_secret_that_was_said_are_found() -> None:
    _, world = run(PLAN)

    found = again(world, secrets=("Unverified",))

    assert found.lost == 1
    assert {each[:3] for each in found.violations} == {"I1:", "I7:"}


def test_a_soak_that_finds_something_or_is_blind_says_so() -> None:
    good, lost, blind = soak.Tally("1:1"), soak.Tally("1:1"), soak.Tally("1:1")

    good.add(soak.Came(soak.Unit("day", 1), Found(sends=5), kills=2, days=1.0))
    lost.add(soak.Came(soak.Unit("day", 1), Found(lost=1)))
    blind.add(soak.Came(soak.Unit("control: nonce ignored", 1), Found()))

    told = good.summary()
    shares = told.pop("percent_of_the_whole")
    assert told == {
        "seeds": "1:1", "kills": 2, "simulated_days": 1.0, "sends": 5, "lost": 0, "duplicate": 0, "violations": 0,
    }  # fmt: skip
    assert shares["simulated days"] == 0.1
    assert lost.summary()["lost"] == 1
    assert blind.summary()["violations"] == 1
    assert "nothing wrong" in soak.report(blind, 60.0)


def test_a_soak_covers_every_point_and_every_trouble_of_a_seed() -> None:
    work = [*soak.units(1, 2), *soak.real_time(1, 90.0)]

    assert {unit.kind for unit in work} >= set(soak.TROUBLES)
    points = {unit.deaths[-1][0] for unit in work if unit.kind == soak.POINTS and unit.seed == 2}
    assert points == set(soak.points.names())
    assert sum(unit.always for unit in work) == len(soak.PROTOCOLS) - 1 + 2, "controls and what real time takes"
    assert {unit.kind for unit in work} >= set(soak.KINDS)


def test_two_hundred_seeds_are_all_that_is_asked_for() -> None:
    seeds = 200

    (one,) = {sum(unit.kind == next(iter(soak.TROUBLES)) for unit in soak.units(n, n)) for n in (1, 9)}
    assert seeds * one == 1_000
    assert seeds * soak.HOSTILE == 10_000_000
    assert seeds * soak.STORIES == seeds * soak.HISTORIES == 20_000
    assert seeds * soak.DOUBLE == 12_000
    assert {soak.PARTS * (amount // soak.PARTS) for amount in (soak.HOSTILE, soak.STORIES)} == {50_000, 100}


def test_a_run_is_a_row_beside_the_rows_of_the_runs_before_and_a_seed_counts_once() -> None:
    page = ""
    for seeds in ((1, 2), (3,), (2,)):
        tally = soak.Tally("1:9")
        for seed in seeds:
            tally.add(soak.Came(soak.Unit(soak.POINTS, seed), Found(sends=3), kills=1, amount=60))
        page = soak.report(tally, 60.0, page)

    seeds, together = (
        [line.split(" | ")[n] for line in page.splitlines() if "2" in line[:4] or "**" in line[:4]] for n in (2, 4)
    )
    assert seeds == ["1:2", "3:3", "2:2", "2 seeds"]
    assert together == ["120", "60", "60", "120"]
    assert "| share |  | 1 % |  | 1 % |" in page


def test_a_mutant_is_one_change_that_can_be_loaded() -> None:
    made = list(mutants.mutants("x.py", "def f(a):\n    if a < 2 and not a:\n        g()\n    return a + 1\n"))

    assert len({each.code for each in made}) == len(made) == 8
    assert {"Lt is LtE", "And is Or", "Add is Sub", "a call is left out"} < {each.what for each in made}
    for each in made:
        compile(each.code, each.path, "exec")


def test_what_survived_stands_in_the_report() -> None:
    tally = soak.Tally("1:1")
    unit = soak.Unit(soak.MUTATION, 1)

    tally.add(soak.Came(unit, mutants=[("bot/x.py", 7, "Lt is LtE", False), ("bot/x.py", 8, "Eq is NotEq", True)]))

    page = soak.report(tally, 60.0)
    assert "| bot/x.py | 2 | 1 | 50% |" in page
    assert "bot/x.py, line 7: Lt is LtE" in page
