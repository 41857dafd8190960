"""Before the first rejection: a huge easy batch of somebody new is advised about, and nobody is accused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot import cards, intake, lookup
from bot.model import Found, Guild, Incident, Mode, Page, Post, Reason, Slot, Stage
from bot.rules import Rules
from bot.storage import Store
from bot.sweeper import sweep
from tests.making import DAY, HOUR, MINUTE, NOW, guild
from tests.storage.build import Clock

MTURK = """Title: Tag one image
Requester: {name} [A1EXAMPLE2REQ3]
TV: {reviews}
Reward: {reward}
Duration: 10 minutes
HITs Available: {n}
Task approval rate: {rate}%
Qualifications: HIT approval rate (%) GreaterThan 98"""
CONNECT = """Pick the blue one
Hosted by {name}
{reward} • $9.00/hr • 1 min • {n} places"""
NAME = "Brightlane Labelling"
CLAIMS = (
    f"{NAME} rejected all 40 of mine this morning, no reason given.",
    f"Same requester here. {NAME} rejected 52 of my 52 tasks an hour ago.",
    f"{NAME} just mass rejected me, 120 gone, every single one.",
)
GOOD = {"name": NAME, "reviews": "No Reviews", "reward": "$0.01", "n": "70,000", "rate": 99}


@pytest.fixture
def guilds() -> tuple[Guild, ...]:
    return (guild(),)


@pytest.fixture
def hear(store: Store, by: Rules, clock: Clock):
    async def post(text: str, at: datetime = NOW, key: str = "p", author: str = "ann", **told: Any) -> intake.Taken:
        clock.now = max(clock.now, at)
        written = Post(source="reddit:x", key=key, text=text, posted_at=at, author_key=author, **told)
        return await intake.take(store, by, Page(source="reddit:x", posts=(written,)))

    return post


async def known(store: Store) -> list[Incident]:
    found = await store.read(lambda tx: tx.incidents_of(1, 10))
    return list(found)


def shown(taken: intake.Taken) -> list[tuple[Reason, bool]]:
    return [(each.alert.reason, each.alert.public) for each in taken.told]


@pytest.mark.parametrize(("export", "n"), [(MTURK, "70,000"), (CONNECT, "9000")])
async def test_moderators_see_the_batch_once_and_members_see_nothing(hear, store, export: str, n: str) -> None:
    first = await hear(export.format(**{**GOOD, "n": n}))
    again = await hear(export.format(**{**GOOD, "n": n}), NOW + HOUR, "q", "ben")

    assert shown(first) == [(Reason.UNPROVEN, False)]
    assert shown(again) == []
    (incident,) = await known(store)
    assert (incident.stage, incident.unproven, incident.n_voices) == (Stage.WATCHED, True, 0)
    rows = await store.read(lambda tx: tx.outbox())
    assert {row.slot for row in rows} == {Slot.MODERATORS}


async def test_the_words_are_advice_and_accuse_nobody(hear, store, by) -> None:
    taken = await hear(MTURK.format(**GOOD), platform="mturk")

    said = cards.as_text(cards.for_moderators(taken.told[0].alert, _about(taken), trial=False))

    assert "unproven; do a few and wait" in said.lower()
    assert "Nobody has reported anything" in said
    assert "First report" not in said
    assert "70,000 available when seen" in said


def _about(taken: intake.Taken) -> cards.About:
    told = taken.told[0]
    return cards.About(requester=told.requester, incident=told.incident, ref=told.ref)


async def test_check_says_it_too_and_recommends_nobody(hear, store, by) -> None:
    await hear(MTURK.format(**GOOD))

    found = await lookup.find(store, by, NAME)

    assert isinstance(found, Found)
    said = cards.as_text(cards.answer(found, by.platforms, NOW))
    assert "unproven; do a few and wait" in said.lower()
    assert "not a recommendation" in said


@pytest.mark.parametrize(
    "other",
    [
        {"n": "900"},
        {"reward": "$0.50"},
        {"reviews": "[Hrly=$5.20] [Pay=2.1] [Rej=0]"},
        {"reviews": "[Rate: No Data] [Reviews: 3]"},
    ],
)
async def test_a_small_or_paid_or_reviewed_batch_is_nothing(hear, store, other: dict[str, str]) -> None:
    taken = await hear(MTURK.format(**{**GOOD, **other}))

    assert shown(taken) == []
    assert await known(store) == []


@pytest.mark.parametrize(
    "text", ["No rejections from {}, all 40 of mine were approved", "{} rejected one of mine, fair enough"]
)
async def test_whom_somebody_spoke_of_is_not_unproven(hear, store, text: str) -> None:
    await hear(MTURK.format(**{**GOOD, "n": "10"}), NOW - 3 * DAY, "a", "zoe")
    await hear(text.format(NAME) + " today", NOW - 2 * DAY, "b", "cy", platform="mturk")

    taken = await hear(CONNECT.format(**GOOD).replace("Pick", f"Requester: {NAME}\nPick"), NOW, "c", platform="mturk")
    exported = await hear("\n".join(line for line in MTURK.format(**GOOD).split("\n") if "TV" not in line), NOW, "d")

    assert shown(taken) + shown(exported) == []


async def test_whose_work_we_have_seen_for_long_is_not_new(hear, store) -> None:
    await hear(MTURK.format(**{**GOOD, "n": "10"}), NOW - 20 * DAY, "a")

    taken = await hear(MTURK.format(**GOOD), NOW, "b")

    assert shown(taken) == []


async def test_reports_that_follow_join_it_and_begin_the_incident(hear, store) -> None:
    await hear(MTURK.format(**GOOD), NOW - 13 * DAY, "a", platform="mturk")
    told = []
    for n, text in enumerate(CLAIMS):
        taken = await hear(text, NOW + n * 2 * DAY, f"r{n}", f"w{n}", platform="mturk")
        told += shown(taken)

    (incident,) = await known(store)
    assert (incident.opened_at, incident.n_voices) == (NOW, 3)
    assert incident.closed_at is None
    assert Reason.SUSPECTED in [reason for reason, _ in told]
    assert "unproven_batch" in {term.term for term in incident.why}


async def test_who_reports_beside_the_export_is_heard_as_a_reporter(hear, store) -> None:
    taken = await hear(f"{MTURK.format(**GOOD)}\n\nThey rejected all 40 of mine this morning.")

    assert Reason.UNPROVEN not in [reason for reason, _ in shown(taken)]


async def test_its_card_says_when_it_is_past(hear, store, by, clock) -> None:
    await hear(MTURK.format(**GOOD))
    clock.now = NOW + 15 * DAY

    told = await sweep(store, by)

    assert [(each.alert.reason, each.alert.public) for each in told] == [(Reason.EXPIRED, False)]
    assert await sweep(store, by) == ()
    (incident,) = await known(store)
    assert incident.closed_at is not None
    (shown,) = await store.read(lambda tx: tx.deliveries_of(incident.incident_id))
    said = cards.as_text(cards.from_json(shown.wanted or shown.payload))
    assert "Past: a large easy batch by" in said
    assert "Nobody here has reported anything about it" in said


async def test_in_trial_it_is_for_moderators_as_well(hear, store) -> None:
    await store.write(lambda tx: tx.save_guild(guild(mode=Mode.TRIAL)))

    assert shown(await hear(MTURK.format(**GOOD))) == [(Reason.UNPROVEN, False)]


async def test_the_fall_of_the_shown_rate_is_said_with_its_dates(hear, store, by) -> None:
    for day, rate in ((0, 99), (5, 5), (5, 5), (41, 9)):
        await hear(MTURK.format(**{**GOOD, "rate": rate}), NOW + day * DAY + rate * MINUTE, f"d{day}{rate}{MINUTE}")

    found = await lookup.find(store, by, NAME)

    said = cards.as_text(cards.answer(found, by.platforms, NOW))
    assert "Approval rate shown: 99 % (3 Nov 2026), then 5 % (8 Nov 2026), then 9 % (14 Dec 2026)" in said
