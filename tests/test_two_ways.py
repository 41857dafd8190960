"""The bot and `decide` are one rule: the same posts make the same of a requester, stored or streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot import evidence, sweeper
from bot.alerts.stream import Stream
from bot.alerts.wire import Event
from bot.model import Facts, Incident, Report, Stance
from bot.policies import EARLY
from bot.rules import Rules
from bot.storage import Store
from tests.making import DAY, HOUR, NOW, contrary, report, voice
from tests.storage.build import Clock

EVERYDAY = Facts(first_hand=True)


def said_of_one(dice: Random) -> Iterator[Report]:
    """Half a year about one requester: questions, praise, fresh accounts, and now and then people who were hit."""
    at, n = NOW, 0
    for _ in range(dice.randrange(2, 5)):
        for _ in range(dice.randrange(6)):
            n, at = n + 1, at + dice.random() * 12 * DAY
            who = dice.choice([voice(n), voice(n, age_days=3.0), voice(dice.randrange(4), site="forum", age_days=None)])
            glad = dice.random() < 0.5
            yield replace(contrary(n, at), voice=who) if glad else report(n, at, voice=who, probability=0.05)
        for _ in range(dice.randrange(1, 6)):
            n, at = n + 1, at + dice.random() * 20 * HOUR
            hit = report(n, at, probability=dice.choice([0.1, 0.8, 0.95]), facts=dice.choice([EVERYDAY, Facts()]))
            yield contrary(n, at) if dice.random() < 0.2 else hit
        at += dice.choice([1, 20, 60]) * DAY


def in_disorder(said: Iterable[Report], dice: Random) -> list[Report]:
    """Now and then we hear of a post only after the next one."""
    heard = list(said)
    for n in range(1, len(heard)):
        if heard[n].at - heard[n - 1].at < DAY and dice.random() < 0.2:
            heard[n - 1 : n + 1] = heard[n], heard[n - 1]
    return heard


def seen(incident: Incident | None) -> tuple[object, ...] | None:
    """What became of it, whoever remembers it."""
    if incident is None or incident.closed_at is not None:
        return None
    before = (incident.opened_at, incident.volume, incident.praise, incident.again)
    return (*before, incident.stage, incident.n_voices, incident.n_contrary, round(incident.score, 9))


@pytest.mark.parametrize("seed", range(6))
async def test_the_same_posts_make_the_same_of_a_requester_stored_or_streamed(
    store: Store, by: Rules, clock: Clock, seed: int
) -> None:
    theirs = await store.write(lambda tx: tx.add_requester("prolific", "Example Lab", "example lab", None, "text"))
    stream, stored, streamed = Stream(EARLY), [], []

    for one in in_disorder(said_of_one(Random(seed)), Random(seed)):
        clock.now = max(clock.now, one.at)
        await sweeper.sweep(store, by)
        await store.write(lambda tx, one=one: evidence.add(tx, by, one, theirs, "", None))
        stored.append(seen(await store.read(lambda tx: tx.open_incident(theirs.requester_id))))
        list(stream.let_pass(clock.now))
        list(stream.hear(Event(one.at, "it", "prolific", one), clock.now))
        streamed.append(seen(stream.accounts["it"].incident))

    assert stored == streamed
    assert any(each is not None for each in stored)


async def test_who_praised_is_known_and_contradicts_only_what_came_within_days(store: Store, by: Rules) -> None:
    theirs = await store.write(lambda tx: tx.add_requester("prolific", "Example Lab", "example lab", None, "text"))
    of_old = [contrary(n, NOW - (10 + n) * DAY) for n in range(5)]
    just_before = contrary(9, NOW - timedelta(hours=30))

    for one in (*of_old, just_before, report(20)):
        _, incident = await store.write(lambda tx, one=one: evidence.add(tx, by, one, theirs, "", None))

    kept = await store.read(lambda tx: tx.open_incident(theirs.requester_id))
    assert incident is not None
    assert (kept.praise, kept.volume, kept.n_contrary) == (5, 0, 1)
    assert [each.stance for each in kept.reports] == [Stance.CONTRARY, Stance.REPORT]
