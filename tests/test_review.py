"""A moderator's word: kept with who, when and why, applied at once, told to whoever saw the warning, and taken back."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from sqlalchemy import event

from bot import review
from bot.errors import NotFoundError
from bot.model import Decision, Guild, Mode, Outcome, Reason, Stage
from bot.naming.canonical import canonical
from bot.review import LONGEST_WHY, Judged, Word
from bot.rules import Rules
from bot.storage import Store, Transaction
from tests.harness.memory import Memory
from tests.making import DAY, HOUR, MINUTE, NOW, guild, hear, report, tell_all
from tests.storage.build import Clock

NAME = "Quillmere Vision Group"
OURS = guild()
THEIRS = guild(guild_key="discord:2", name="Others", alert_channel="discord:20", moderator_channel="discord:21")


@pytest.fixture
def guilds() -> tuple[Guild, ...]:
    return OURS, THEIRS


@pytest.fixture
def reported(store: Store, by: Rules, clock: Clock):
    """So many workers report one requester and the guilds are told; gives the incident's ref."""

    async def crowd(n: int = 7, first: int = 1) -> str:
        def work(tx: Transaction) -> str:
            known = tx.talked_about(tx.now - 90 * DAY)
            theirs = known[0] if known else tx.add_requester("prolific", NAME, canonical(NAME), None, "text")
            for number in range(first, first + n):
                changed = hear(tx, by, report(number, clock.now), theirs)
                tell_all(tx, by, changed)
            return tx.ref(changed.incident_id)

        return await store.write(work)

    return crowd


@pytest.fixture
def judge(store: Store, by: Rules):
    async def say(ref: str, decision: Decision, of=OURS, **told) -> Judged:
        return await review.judge(store, by, ref, Word(**{"decision": decision, "by": "mo", "guild": of, **told}))

    return say


async def stored(store: Store):
    return (await store.read(lambda tx: tx.recent_incidents(NOW - 90 * DAY, 1)))[0]


async def waiting(store: Store, channel: str) -> int:
    return sum(row.channel_key == channel for row in await store.read(lambda tx: tx.outbox()))


def reasons(judged: Judged, of=OURS) -> list[Reason]:
    return [told.alert.reason for told in judged.told if told.guild.guild_key == of.guild_key]


async def test_a_word_is_kept_with_who_when_and_why(store, clock, reported, judge) -> None:
    ref = await reported()
    clock.pass_by(HOUR)

    await judge(ref, Decision.CONFIRM, why="I saw the dashboards")

    (kept,) = (await stored(store)).verdicts
    assert (kept.by, kept.at, kept.why, kept.decision) == ("mo", NOW + HOUR, "I saw the dashboards", Decision.CONFIRM)
    assert kept.guild_key == OURS.guild_key


@pytest.mark.parametrize("why", ["x" * 10_000, "a\x00b\ud800", "", None])
async def test_a_reason_may_be_anything_and_is_kept_short(store, reported, judge, why) -> None:
    await judge(await reported(), Decision.CONFIRM, why=why)

    (kept,) = (await stored(store)).verdicts
    assert len(kept.why or "") <= LONGEST_WHY
    assert (kept.why is None) is (not why)


@pytest.mark.parametrize(
    ("decision", "stage", "outcome", "reason"),
    [
        (Decision.CONFIRM, Stage.CONFIRMED, Outcome.OPEN, Reason.CONFIRMED),
        (Decision.DISMISS, Stage.DISMISSED, Outcome.OPEN, Reason.DISMISSED),
        (Decision.REVERSED, Stage.CORROBORATED, Outcome.REVERSED, Reason.REVERSED),
        (Decision.COMPENSATED, Stage.CORROBORATED, Outcome.COMPENSATED, Reason.COMPENSATED),
    ],
)
async def test_a_word_changes_what_the_guild_sees_and_hears(reported, judge, decision, stage, outcome, reason) -> None:
    judged = await judge(await reported(), decision)

    assert (judged.about.incident.stage, judged.about.incident.outcome) == (stage, outcome)
    assert judged.about.requester.name == NAME
    assert reasons(judged) == [reason]


async def test_a_dismissal_is_one_guilds_own(reported, judge) -> None:
    judged = await judge(await reported(), Decision.DISMISS)

    assert reasons(judged, THEIRS) == []


async def test_the_same_word_twice_is_told_once(store, reported, judge) -> None:
    ref = await reported()

    first, second = await judge(ref, Decision.CONFIRM), await judge(ref, Decision.CONFIRM, by="another")

    assert reasons(first) == [Reason.CONFIRMED]
    assert second.told == ()
    assert len((await stored(store)).verdicts) == 2


async def test_the_last_word_of_a_guild_counts_and_can_be_taken_back(reported, judge) -> None:
    ref = await reported()

    stages = [
        (await judge(ref, decision)).about.incident.stage
        for decision in (Decision.CONFIRM, Decision.DISMISS, Decision.UNDO)
    ]

    assert stages[:2] == [Stage.CONFIRMED, Stage.DISMISSED]
    assert stages[2] in (Stage.CONFIRMED, Stage.CORROBORATED)


async def test_taking_back_a_word_that_was_never_said_changes_nothing(reported, judge) -> None:
    judged = await judge(await reported(), Decision.UNDO)

    assert judged.about.incident.stage is Stage.CORROBORATED
    assert judged.told == ()


async def test_machines_never_lower_a_confirmation(store, by, clock, reported, judge) -> None:
    ref = await reported()
    await judge(ref, Decision.CONFIRM)

    clock.pass_by(MINUTE)
    await reported(1, first=50)

    assert (await stored(store)).stage is Stage.CONFIRMED


async def test_a_word_about_a_merely_watched_incident_makes_it_public(store, clock, reported, judge) -> None:
    ref = await reported(1)
    before = await waiting(store, OURS.alert_channel)
    clock.pass_by(HOUR)

    judged = await judge(ref, Decision.CONFIRM)

    assert before == 0
    assert Reason.CONFIRMED in reasons(judged)
    assert await waiting(store, OURS.alert_channel) > 0


async def test_in_a_trial_a_confirmation_goes_to_the_moderators_only(store, reported, judge) -> None:
    trial = guild(mode=Mode.TRIAL)
    await store.write(lambda tx: tx.save_guild(trial))

    await judge(await reported(), Decision.CONFIRM, trial)

    assert await waiting(store, trial.alert_channel) == 0
    assert await waiting(store, trial.moderator_channel) == 1


@pytest.mark.parametrize("ref", ["7K2-Q9F", "", "-", "\x00", "\ud800", "x" * 5_000])
async def test_an_unknown_ref_is_told_in_a_sentence_and_changes_nothing(store, reported, judge, ref) -> None:
    await reported()

    with pytest.raises(NotFoundError, match="no incident with the ref") as told:
        await judge(ref, Decision.DISMISS)

    assert len(str(told.value)) < 200
    assert (await stored(store)).verdicts == ()


async def test_who_saw_the_warning_hears_of_the_dismissal_in_the_same_transaction(store, reported, judge) -> None:
    ref = await reported()
    rows = {row.delivery_id: row.rev for row in await store.read(lambda tx: tx.outbox())}

    await judge(ref, Decision.DISMISS)

    now = await store.read(lambda tx: tx.outbox())
    changed = {row.channel_key for row in now if rows.get(row.delivery_id) != row.rev or "Dismissed" in row.payload}
    assert {OURS.alert_channel, OURS.moderator_channel} <= changed
    assert THEIRS.alert_channel not in changed


WORD = Word(decision=Decision.CONFIRM, by="mo", guild=OURS)


class Died(Exception):
    """Of a process that died between two statements."""


async def test_wherever_we_die_at_a_press_it_is_heard_with_its_word_or_can_be_pressed_again(
    by: Rules, clock: Clock
) -> None:
    memory: Any = Memory(clock)
    with memory.engine.begin() as base:
        tx = Transaction(base, clock())
        tx.save_guild(OURS)
        theirs = tx.add_requester("prolific", NAME, canonical(NAME), None, "text")
        for number in range(3):
            changed = hear(tx, by, report(number, clock.now), theirs)
        ref = tx.ref(changed.incident_id)
    left: list[int] = []

    @event.listens_for(memory.engine, "before_cursor_execute")
    def dies(*_: object) -> None:
        if left:
            left[0] -= 1
            if left[0] < 0:
                raise Died

    async def press() -> Judged | None:
        return await review.press(memory, by, "press:1", ref, WORD)

    deaths = 0
    for alive in count():
        left[:] = [alive]
        try:
            judged = await press()
            break
        except Died:
            deaths += 1
    left.clear()

    assert deaths > 10
    assert judged is not None
    assert await press() is None
    assert [each.decision for each in (await stored(memory)).verdicts] == [Decision.CONFIRM]


async def test_a_press_that_was_refused_may_be_tried_again(store: Store, by: Rules, reported) -> None:
    ref = await reported()

    with pytest.raises(NotFoundError):
        await review.press(store, by, "press:1", "nothing", WORD)

    assert await review.press(store, by, "press:1", ref, WORD) is not None
