"""The one exit: whatever the medium does, every message is visible once, in its newest words."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import cards, outbox
from bot.errors import SettingsError, StoreError
from bot.model import Card, Delivery, Guild, Slot, State
from bot.outbox import Attempt, pump, recover
from bot.schedule import TICK_WITHIN
from bot.storage import Store, open_store
from tests.fakemedium import FakeMedium
from tests.storage.build import HOUR, MINUTE, NOW, Clock, add_incident, delivery

CHANNEL = "discord:100"
SECOND = timedelta(seconds=1)
SOON = timedelta(milliseconds=50)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def medium(clock: Clock) -> FakeMedium:
    return FakeMedium(clock)


def words(title: str) -> str:
    return cards.to_json(Card(title=title))


async def queued(store: Store, title: str = "first words", channel: str = CHANNEL, **told) -> Delivery:
    def put(tx):
        incident_id = add_incident(tx, f"Labs {channel} {title}")
        nonce = f"nonce-{incident_id}"
        return tx.queue(delivery(incident_id, channel, nonce=nonce, payload=words(title), **told))

    row = await store.write(put)
    assert row is not None
    return row


async def row_now(store: Store, row: Delivery) -> Delivery:
    (found,) = await store.read(lambda tx: tx.deliveries_of(row.incident_id))
    return found


async def pumped(store: Store, medium: FakeMedium, clock: Clock, after: timedelta = timedelta(0)) -> int:
    clock.pass_by(after)
    return await pump(store, medium, within=SOON)


async def until(so: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def test_a_message_arrives_and_is_settled_with_its_key(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)

    worked_on = await pumped(store, medium, clock)
    again = await pumped(store, medium, clock, HOUR)
    now = await row_now(store, row)

    assert (worked_on, again) == (1, 0)
    assert medium.seen(CHANNEL) == ["first words"]
    assert (now.state, now.message_key, now.sent_rev) == (State.SENT, "m0-discord:100", 1)
    assert medium.tries == [(CHANNEL, "announce")]


@pytest.mark.parametrize("story", ["silent", "hangs", "raises"])
async def test_what_arrived_without_an_answer_is_found_and_not_sent_again(
    store: Store, medium: FakeMedium, clock: Clock, story: str
) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, story)

    await pumped(store, medium, clock)
    uncertain = await row_now(store, row)
    await pumped(store, medium, clock, 10 * MINUTE)
    settled = await row_now(store, row)

    assert uncertain.state is State.UNCERTAIN
    assert (settled.state, settled.message_key) == (State.SENT, "m0-discord:100")
    assert medium.seen(CHANNEL) == ["first words"]
    assert [what for _, what in medium.tries] == ["announce", "find"]


async def test_what_did_not_arrive_is_sent_again_with_the_same_nonce(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "vanishes")

    await pumped(store, medium, clock)
    await pumped(store, medium, clock, 10 * MINUTE)

    assert medium.seen(CHANNEL) == ["first words"]
    assert medium.channels[CHANNEL][0].nonce == row.nonce
    assert (await row_now(store, row)).attempts == 2


async def test_the_first_second_try_comes_while_the_medium_still_knows_the_nonce(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    await queued(store)
    medium.plan(CHANNEL, "vanishes")

    await pumped(store, medium, clock)
    at_once = await pumped(store, medium, clock, SECOND)
    soon = await pumped(store, medium, clock, SECOND)

    assert (at_once, soon) == (0, 1)


async def test_a_young_message_is_sent_again_blindly_under_the_guard_of_its_nonce(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.unreadable.add(CHANNEL)
    medium.plan(CHANNEL, "silent")

    await pumped(store, medium, clock)
    await pumped(store, medium, clock, 20 * SECOND)

    assert medium.seen(CHANNEL) == ["first words"]
    assert (await row_now(store, row)).state is State.SENT


async def test_an_old_message_that_nobody_can_look_for_is_parked_for_a_person(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.unreadable.add(CHANNEL)
    medium.plan(CHANNEL, "vanishes")

    await pumped(store, medium, clock)
    await pumped(store, medium, clock, 21 * SECOND)
    left = await row_now(store, row)
    await pumped(store, medium, clock, 48 * HOUR)

    assert left.state is State.PARKED
    assert "Read Message History" in (left.reason or "")
    assert medium.seen(CHANNEL) == []


async def parked(store: Store, medium: FakeMedium, clock: Clock, story: str) -> Delivery:
    """A message of which nobody can know whether it arrived."""
    row = await queued(store, due_at=NOW - HOUR)
    medium.unreadable.add(CHANNEL)
    medium.plan(CHANNEL, story)
    await pumped(store, medium, clock)
    await pumped(store, medium, clock, 21 * SECOND)
    (left, *_) = await store.read(lambda tx: tx.deliveries_of(row.incident_id))
    assert left.state is State.PARKED
    return row


@pytest.mark.parametrize("story", ["vanishes", "silent"])
async def test_once_the_channel_can_be_read_what_is_parked_is_found_or_posted_by_itself(
    store: Store, medium: FakeMedium, clock: Clock, story: str
) -> None:
    row = await parked(store, medium, clock, story)
    medium.unreadable.clear()

    await pumped(store, medium, clock, HOUR)
    await pumped(store, medium, clock, HOUR)

    assert medium.seen(CHANNEL) == ["first words"]
    assert (await row_now(store, row)).state is State.SENT


async def test_what_is_parked_is_looked_for_hourly_and_told_of_once(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    guild = Guild(guild_key="discord:1", name="Invented workers", moderator_channel="discord:900")
    await store.write(lambda tx: tx.save_guild(guild))
    row = await parked(store, medium, clock, "silent")

    for _ in range(4 * 6):
        await pumped(store, medium, clock, 10 * MINUTE)

    assert [channel for channel, what in medium.tries if what == "find"] == [CHANNEL] * 5
    assert len(medium.seen("discord:900")) == 1
    assert (await store.read(lambda tx: tx.deliveries_of(row.incident_id)))[0].state is State.PARKED


async def test_what_is_parked_holds_up_no_later_message_of_its_channel(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    await parked(store, medium, clock, "vanishes")
    await queued(store, "later words", due_at=clock())

    await pumped(store, medium, clock)

    assert medium.seen(CHANNEL) == ["later words"]


async def test_a_channel_that_is_out_of_reach_leaves_what_is_parked_parked(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await parked(store, medium, clock, "silent")
    medium.unreachable.add(CHANNEL)

    await pumped(store, medium, clock, HOUR)

    assert (await row_now(store, row)).state is State.PARKED


async def test_a_clock_that_was_set_back_makes_no_old_try_young_again(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.unreadable.add(CHANNEL)
    medium.plan(CHANNEL, "silent")
    await pumped(store, medium, clock)
    clock.pass_by(10 * MINUTE)
    for message in medium.channels[CHANNEL]:
        message.at -= 10 * MINUTE  # by the medium's own clock, which nobody sets back

    clock.pass_by(-11 * MINUTE)
    await store.write(lambda tx: tx.settle_delivery(row_at_once(tx, row), state=State.UNCERTAIN))
    await pumped(store, medium, clock)

    assert medium.seen(CHANNEL) == ["first words"]
    assert (await row_now(store, row)).state is State.PARKED


def row_at_once(tx, row: Delivery) -> Delivery:
    (found,) = tx.deliveries_of(row.incident_id)
    return found


async def test_the_age_counts_from_the_first_try_whose_message_may_be_there(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.unreadable.add(CHANNEL)
    medium.plan(CHANNEL, *["vanishes"] * 9)

    for _ in range(4):
        await pumped(store, medium, clock, 10 * SECOND)

    assert (await row_now(store, row)).state is State.PARKED
    assert [what for _, what in medium.tries].count("announce") == 3


async def test_an_outage_parks_nothing_and_loses_nothing(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "down")
    medium.unreachable.add(CHANNEL)

    for _ in range(40):
        await pumped(store, medium, clock, 3 * MINUTE)
    during = await row_now(store, row)
    medium.unreachable.clear()
    await pumped(store, medium, clock, 10 * MINUTE)

    assert during.state is State.UNCERTAIN
    assert medium.seen(CHANNEL) == ["first words"]


async def test_the_pauses_of_an_outage_grow_to_two_minutes(store: Store, medium: FakeMedium, clock: Clock) -> None:
    await queued(store)
    medium.plan(CHANNEL, "down")
    medium.unreachable.add(CHANNEL)

    asked_at = [second for second in range(0, 1800, 2) if await pumped(store, medium, clock, 2 * SECOND)]
    pauses = [later - earlier for earlier, later in itertools.pairwise(asked_at)]

    assert pauses[:5] == [2, 4, 8, 16, 32]
    assert max(pauses) == 120
    assert len(asked_at) < 24


async def test_a_channel_that_is_not_there_is_tried_once_an_hour(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "gone", "gone")

    await pumped(store, medium, clock)
    early = await pumped(store, medium, clock, 59 * MINUTE)
    on_time = await pumped(store, medium, clock, MINUTE)
    again_early = await pumped(store, medium, clock, 59 * MINUTE)
    await pumped(store, medium, clock, MINUTE)

    assert (early, on_time, again_early) == (0, 1, 0)
    assert (await row_now(store, row)).state is State.SENT


async def test_a_medium_that_asks_for_time_gets_it(store: Store, medium: FakeMedium, clock: Clock) -> None:
    await queued(store)
    medium.plan(CHANNEL, "busy")

    await pumped(store, medium, clock)
    early = await pumped(store, medium, clock, 4 * MINUTE)
    on_time = await pumped(store, medium, clock, MINUTE)

    assert (early, on_time) == (0, 1)


LONG = cards.to_json(
    Card(title="title", lines=("first", "second"), fields=(("a", "b"),), links=(("c", "https://example.org"),))
)


async def test_what_was_refused_is_tried_once_more_in_the_plainest_words(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, LONG))
    medium.plan(CHANNEL, "refused")

    await pumped(store, medium, clock)
    await pumped(store, medium, clock, MINUTE)
    now = await row_now(store, row)

    assert now.state is State.SENT
    assert cards.from_json(now.payload) == Card(title="title", lines=("first",))
    assert medium.channels[CHANNEL][0].nonce == row.nonce


async def test_what_is_refused_in_the_plainest_words_too_is_dead(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, LONG))
    medium.plan(CHANNEL, "refused", "refused", "refused")

    for _ in range(5):
        await pumped(store, medium, clock, 10 * MINUTE)

    assert (await row_now(store, row)).state is State.DEAD
    assert [what for _, what in medium.tries].count("announce") == 2


async def test_a_refused_edit_is_made_in_the_plainest_words(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)
    await pumped(store, medium, clock)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, LONG))
    medium.plan(CHANNEL, "refused")

    await pumped(store, medium, clock, MINUTE)
    await pumped(store, medium, clock, MINUTE)
    now = await row_now(store, row)

    assert (now.state, now.sent_rev) == (State.SENT, 2)
    assert cards.from_json(now.wanted or "") == Card(title="title", lines=("first",))


async def test_a_refusal_that_nobody_can_check_is_parked_and_not_called_dead(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.unreadable.add(CHANNEL)
    medium.plan(CHANNEL, "refused-yet-posted")

    await pumped(store, medium, clock)

    assert (await row_now(store, row)).state is State.PARKED


@pytest.mark.parametrize("story", ["refused", "vanishes", "gone"])
async def test_moderators_are_told_once_of_what_members_may_not_see(
    store: Store, medium: FakeMedium, clock: Clock, story: str
) -> None:
    guild = Guild(guild_key="discord:1", name="Example workers", moderator_channel="discord:private")
    await store.write(lambda tx: tx.save_guild(guild))
    row = await queued(store)
    medium.unreadable.update({CHANNEL} if story == "vanishes" else ())
    medium.plan(CHANNEL, story, *["gone"] * 3 * (story == "gone"))

    for _ in range(4):
        await pumped(store, medium, clock, HOUR)
    rows = await store.read(lambda tx: tx.deliveries_of(row.incident_id))

    assert len(rows) == 2
    assert medium.seen("discord:private") == ["A message may not have reached members"]
    assert len({each.nonce for each in rows}) == 2


async def test_of_a_moderators_own_channel_nobody_is_told(store: Store, medium: FakeMedium, clock: Clock) -> None:
    guild = Guild(guild_key="discord:1", name="Example workers", moderator_channel=CHANNEL)
    await store.write(lambda tx: tx.save_guild(guild))
    row = await queued(store, slot=Slot.MODERATORS)
    medium.plan(CHANNEL, "refused")

    await pumped(store, medium, clock)

    assert len(await store.read(lambda tx: tx.deliveries_of(row.incident_id))) == 1


async def test_a_try_that_never_left_the_house_is_none(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "closed", "closed")
    medium.unreadable.add(CHANNEL)

    for _ in range(2):
        await pumped(store, medium, clock, HOUR)
    waiting = await row_now(store, row)
    await pumped(store, medium, clock, HOUR)

    assert (waiting.state, waiting.attempts, waiting.first_attempt_at) == (State.DUE, 0, None)
    assert medium.seen(CHANNEL) == ["first words"]
    assert "find" not in [what for _, what in medium.tries]


async def test_a_closed_channel_is_asked_once_and_not_once_for_each_message(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    first = await queued(store, "one", due_at=NOW - HOUR)
    await pumped(store, medium, clock)
    await store.write(lambda tx: tx.want(first.incident_id, CHANNEL, words("newer")))
    for n in range(5):
        await queued(store, f"words {n}")
    clock.pass_by(MINUTE)
    medium.plan(CHANNEL, *["gone"] * 20)

    await pumped(store, medium, clock)
    await pumped(store, medium, clock, 59 * MINUTE)

    assert len(medium.tries) == 2


async def test_a_pump_that_has_looked_long_enough_takes_up_only_what_is_new(
    store: Store, medium: FakeMedium, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LOOKS", 0)
    await queued(store, channel="discord:old")
    medium.plan("discord:old", "vanishes")

    await pumped(store, medium, clock)
    await queued(store, channel="discord:new")
    worked_on = await pumped(store, medium, clock, HOUR)

    assert worked_on == 1
    assert len(medium.seen("discord:new")) == 1


async def test_a_pump_that_never_ran_dry_ends_before_the_schedule_ends_it(
    store: Store, medium: FakeMedium, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PUMP_WITHIN", timedelta())
    row = await queued(store)

    cut_short = await pumped(store, medium, clock)
    monkeypatch.undo()
    then = await pumped(store, medium, clock)

    assert (cut_short, then) == (0, 1)
    assert (await row_now(store, row)).state is State.SENT
    assert outbox.PUMP_WITHIN + 3 * outbox.SEND_WITHIN < TICK_WITHIN


async def test_a_refusal_is_final_and_says_why(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "refused")

    await pumped(store, medium, clock)
    dead = await row_now(store, row)
    later = await pumped(store, medium, clock, HOUR)

    assert (dead.state, dead.reason) == (State.DEAD, "invalid body")
    assert later == 0


async def test_a_refusal_of_what_was_posted_all_the_same_is_a_success(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "refused-yet-posted")

    await pumped(store, medium, clock)
    now = await row_now(store, row)

    assert (now.state, now.message_key) == (State.SENT, "m0-discord:100")


async def test_a_refusal_with_nobody_to_ask_is_asked_about_later(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "refused-yet-posted")
    medium.unreachable.add(CHANNEL)

    await pumped(store, medium, clock)
    waiting = await row_now(store, row)
    medium.unreachable.clear()
    await pumped(store, medium, clock, MINUTE)

    assert waiting.state is State.UNCERTAIN
    assert (await row_now(store, row)).state is State.SENT
    assert len(medium.seen(CHANNEL)) == 1


async def test_what_a_moderator_removed_is_never_posted_again(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "removed")

    await pumped(store, medium, clock)
    later = await pumped(store, medium, clock, HOUR)

    assert (await row_now(store, row)).state is State.SUPPRESSED
    assert later == 0
    assert medium.seen(CHANNEL) == []


async def test_several_changes_before_an_edit_become_one_edit_to_the_newest(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    await pumped(store, medium, clock)
    for title in ("second words", "third words", "fourth words"):
        await store.write(lambda tx, title=title: tx.want(row.incident_id, CHANNEL, words(title)))

    early = await pumped(store, medium, clock, 29 * SECOND)
    await pumped(store, medium, clock, SECOND)

    assert early == 0
    assert medium.seen(CHANNEL) == ["fourth words"]
    assert medium.channels[CHANNEL][0].edits == 1
    assert (await row_now(store, row)).sent_rev == 4


async def test_a_change_before_the_first_attempt_is_simply_what_is_sent(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, words("newer words")))

    await pumped(store, medium, clock)

    assert medium.seen(CHANNEL) == ["newer words"]
    assert medium.channels[CHANNEL][0].edits == 0


async def test_a_change_during_an_uncertain_send_is_an_edit_once_the_message_is_found(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "silent")
    await pumped(store, medium, clock)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, words("newer words")))

    await pumped(store, medium, clock, MINUTE)
    await pumped(store, medium, clock, MINUTE)

    assert medium.seen(CHANNEL) == ["newer words"]
    assert [what for _, what in medium.tries] == ["announce", "find", "edit"]


@pytest.mark.parametrize("story", ["vanishes", "silent", "down", "hangs", "raises", "busy"])
async def test_an_edit_that_failed_is_made_later(store: Store, medium: FakeMedium, clock: Clock, story: str) -> None:
    row = await queued(store)
    await pumped(store, medium, clock)
    medium.plan(CHANNEL, story)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, words("newer words")))

    await pumped(store, medium, clock, MINUTE)
    failed = await row_now(store, row)
    await pumped(store, medium, clock, 5 * MINUTE)

    assert (failed.state, failed.sent_rev) == (State.SENT, 1)
    assert medium.seen(CHANNEL) == ["newer words"]
    assert (await row_now(store, row)).sent_rev == 2


async def test_the_pauses_of_a_failing_edit_grow_too_however_often_the_card_was_edited_before(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    row = await queued(store)
    for n in range(8):
        await pumped(store, medium, clock, MINUTE)
        await store.write(lambda tx, n=n: tx.want(row.incident_id, CHANNEL, words(f"words {n}")))
    medium.plan(CHANNEL, *["down"] * 100)

    asked_at = [second for second in range(0, 600, 2) if await pumped(store, medium, clock, 2 * SECOND)]

    # Nobody edits a message twice within half a minute, not even one that did not take the first edit.
    assert [later - earlier for earlier, later in itertools.pairwise(asked_at)][:7] == [30, 30, 30, 30, 32, 64, 120]


@pytest.mark.parametrize(("story", "state"), [("removed", State.SUPPRESSED), ("refused", State.SENT)])
async def test_an_edit_that_cannot_be_made_is_not_tried_for_ever(
    store: Store, medium: FakeMedium, clock: Clock, story: str, state: State
) -> None:
    row = await queued(store)
    await pumped(store, medium, clock)
    medium.plan(CHANNEL, story)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, words("newer words")))

    await pumped(store, medium, clock, MINUTE)
    later = await pumped(store, medium, clock, HOUR)

    assert (await row_now(store, row)).state is state
    assert later == 0


async def test_messages_of_one_channel_go_out_in_their_order(store: Store, medium: FakeMedium, clock: Clock) -> None:
    for n in range(5):
        await queued(store, f"words {n}", due_at=NOW - (5 - n) * SECOND)

    worked_on = await pumped(store, medium, clock)

    assert worked_on == 5
    assert medium.seen(CHANNEL) == [f"words {n}" for n in range(5)]


async def test_more_channels_than_can_be_served_at_once_are_all_served(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    for n in range(25):
        await queued(store, channel=f"discord:{n}")

    await pumped(store, medium, clock)

    assert [len(medium.seen(f"discord:{n}")) for n in range(25)] == [1] * 25


async def test_a_channel_that_does_not_answer_holds_nobody_else(store: Store, medium: FakeMedium, clock: Clock) -> None:
    await queued(store, channel="discord:slow")
    await queued(store, "one", channel="discord:quick")
    medium.plan("discord:slow", "hangs")

    pumping = asyncio.create_task(pump(store, medium, within=MINUTE))
    await until(lambda: len(medium.seen("discord:quick")) == 1)
    await queued(store, "two", channel="discord:quick")
    await until(lambda: len(medium.seen("discord:quick")) == 2)
    still_at_it = not pumping.done()
    medium.let_go.set()

    assert still_at_it
    assert await pumping == 3


async def test_a_history_that_does_not_answer_is_given_up_too(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "vanishes")
    medium.hanging_history.add(CHANNEL)
    await pumped(store, medium, clock)

    await pumped(store, medium, clock, MINUTE)
    waiting = await row_now(store, row)
    medium.hanging_history.clear()
    await pumped(store, medium, clock, 10 * MINUTE)

    assert waiting.state is State.UNCERTAIN
    assert medium.seen(CHANNEL) == ["first words"]


async def test_a_pump_of_some_channels_leaves_the_others(store: Store, medium: FakeMedium) -> None:
    await queued(store, channel="discord:1")
    await queued(store, channel="discord:2")

    await pump(store, medium, ["discord:2"])

    assert (medium.seen("discord:1"), medium.seen("discord:2")) == ([], ["first words"])


async def test_two_pumps_at_once_send_nothing_twice(store: Store, medium: FakeMedium) -> None:
    for n in range(6):
        await queued(store, f"words {n}", channel=f"discord:{n % 2}")

    await asyncio.gather(*(pump(store, medium) for _ in range(4)))

    assert sorted(medium.seen("discord:0") + medium.seen("discord:1")) == [f"words {n}" for n in range(6)]


async def test_who_lost_the_row_to_another_sends_nothing(store: Store, medium: FakeMedium, clock: Clock) -> None:
    await queued(store)
    (held,) = await store.write(lambda tx: tx.claim_deliveries(1, MINUTE))
    clock.pass_by(2 * MINUTE)
    await pumped(store, medium, clock)

    courier = outbox._Courier(store, medium, SOON)
    await courier.deliver(held)

    assert medium.seen(CHANNEL) == ["first words"]
    assert [what for _, what in medium.tries] == ["announce"]


class Stopping(FakeMedium):
    """A medium whose token was taken away: the bot has to stop."""

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        raise SettingsError("the token is no good")


async def test_an_error_that_must_stop_the_bot_comes_through_and_loses_nothing(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    await queued(store)

    with pytest.raises(ExceptionGroup) as stopped:
        await pump(store, Stopping(clock))
    await recover(store)
    await pumped(store, medium, clock)

    assert stopped.group_contains(SettingsError)
    assert medium.seen(CHANNEL) == ["first words"]


class Refusing:
    """A store that refuses what the story says, and else is the one behind it."""

    def __init__(self, store: Store, *refused: int) -> None:
        self.read, self._store, self._refused, self.writes = store.read, store, refused, 0

    async def write(self, work):
        self.writes += 1
        if self.writes in self._refused:
            raise StoreError("The disk is full.")
        return await self._store.write(work)


@pytest.mark.parametrize("refused", [2, 3, 4, 5, 6])
async def test_where_the_database_refuses_one_write_no_other_send_is_cut_off(
    store: Store, medium: FakeMedium, clock: Clock, refused: int
) -> None:
    """Writes: 1 claims both, 2 and 3 begin them; then who arrives first is settled, and the rest is claimed."""
    rows = [await queued(store, channel=f"discord:{n}") for n in (1, 2)]
    medium.plan("discord:2", "silent")

    with contextlib.suppress(StoreError):
        await pump(Refusing(store, refused), medium, within=SECOND)
    states = [(await row_now(store, row)).state for row in rows]
    for _ in range(2):
        await pumped(store, medium, clock, 2 * MINUTE)

    assert [medium.seen(f"discord:{n}") for n in (1, 2)] == [["first words"]] * 2
    assert [(await row_now(store, row)).state for row in rows] == [State.SENT] * 2
    assert states != [State.SENDING] * 2, "one of them came to its end"


async def test_what_the_database_refused_is_said_after_all_has_come_to_its_end(
    store: Store, medium: FakeMedium, clock: Clock
) -> None:
    slow = await queued(store, channel="discord:1")
    await queued(store, channel="discord:2")
    medium.plan("discord:1", "takes-time")
    clock.pass_by(SECOND)

    with pytest.raises(StoreError, match="full"):
        await pump(Refusing(store, 4), medium, within=SECOND)

    assert (await row_now(store, slow)).state is State.SENT


async def test_a_cancelled_pump_is_made_good_by_the_next(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)
    medium.plan(CHANNEL, "hangs")
    pumping = asyncio.create_task(pump(store, medium, within=MINUTE))
    await until(lambda: bool(medium.seen(CHANNEL)))

    pumping.cancel()
    await asyncio.gather(pumping, return_exceptions=True)
    within_lease = await pumped(store, medium, clock, MINUTE)
    after_lease = await pumped(store, medium, clock, MINUTE)

    assert (within_lease, after_lease) == (0, 1)
    assert (await row_now(store, row)).state is State.SENT
    assert medium.seen(CHANNEL) == ["first words"]


async def test_recover_makes_what_was_being_sent_uncertain(store: Store, medium: FakeMedium, clock: Clock) -> None:
    row = await queued(store)
    (held,) = await store.write(lambda tx: tx.claim_deliveries(1, MINUTE))
    await store.write(lambda tx: tx.begin_attempt(held))

    lost = await recover(store)
    await pumped(store, medium, clock)

    assert lost == 1
    assert [what for _, what in medium.tries] == ["find", "announce"]
    assert (await row_now(store, row)).state is State.SENT


class Board:
    """A channel in a file: what stands there outlives the process that wrote it. The process is killed on the way."""

    def __init__(self, path: Path, *, dies: str | None) -> None:
        self.path, self.dies = path, dies

    def _die(self, moment: str) -> None:
        if self.dies == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def posted(self) -> list[str]:
        return self.path.read_text().split() if self.path.exists() else []

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        self._die("before the post")
        with self.path.open("a") as board:
            board.write(delivery.nonce + "\n")
        self._die("after the post")
        return Attempt(outbox.Result.DONE, message_key=delivery.nonce)

    async def edit(self, delivery: Delivery, card: Card) -> Attempt:
        raise AssertionError

    async def find(self, delivery: Delivery) -> outbox.Sight:
        if delivery.nonce in self.posted():
            return outbox.Sight(outbox.Look.FOUND, delivery.nonce)
        return outbox.Sight(outbox.Look.ABSENT)


def run_and_die(folder: Path, dies: str) -> None:
    """In a process of its own: queue, pump, be killed."""

    async def work() -> None:
        store = await open_store(str(folder / "watch.sqlite3"), clock=Clock())
        await queued(store)
        if dies == "before the pump":
            os.kill(os.getpid(), signal.SIGKILL)
        await pump(store, Board(folder / "board", dies=dies))
        os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(work())


@pytest.mark.parametrize("dies", ["before the pump", "before the post", "after the post", "after settling"])
async def test_a_process_killed_at_any_moment_leaves_exactly_one_message(tmp_path: Path, dies: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=run_and_die, args=(tmp_path, dies))
    process.start()
    process.join(60)
    board, clock = Board(tmp_path / "board", dies=None), Clock()
    store = await open_store(str(tmp_path / "watch.sqlite3"), clock=clock)

    await recover(store)
    await pump(store, board)
    clock.pass_by(HOUR)
    await pump(store, board)
    left = await store.read(lambda tx: tx.outbox())
    await store.close()

    assert process.exitcode == -signal.SIGKILL
    assert len(board.posted()) == 1
    assert left == ()


def test_a_delivery_that_never_failed_waits_the_shortest_pause() -> None:
    row = replace(delivery(1), fence=1, attempts=1)

    assert outbox._pause(row, Attempt(outbox.Result.UNCERTAIN)) == outbox.FIRST_RETRY
