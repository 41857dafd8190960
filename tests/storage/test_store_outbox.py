"""The outbox: queued once, claimed by one, settled only by who holds it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.model import Delivery, Shape, State
from bot.storage import Store, open_store
from bot.storage.outbox import EDIT_EVERY
from tests.storage.build import DAY, HOUR, MINUTE, NOW, Clock, add_incident, delivery

CHANNEL = "discord:100"


async def queued(store: Store, channel: str = CHANNEL, **told) -> Delivery:
    def put(tx):
        return tx.queue(delivery(add_incident(tx, f"Labs {channel}"), channel, **told))

    row = await store.write(put)
    assert row is not None
    return row


async def claim(store: Store, limit: int = 10, channels=None) -> tuple[Delivery, ...]:
    return await store.write(lambda tx: tx.claim_deliveries(limit, MINUTE, channels))


async def attempt(store: Store) -> Delivery:
    (held,) = await claim(store)
    begun = await store.write(lambda tx: tx.begin_attempt(held))
    assert begun is not None
    return begun


async def settle(store: Store, held: Delivery, state: State, **told) -> bool:
    return await store.write(lambda tx: tx.settle_delivery(held, state=state, **told))


async def now_at(store: Store, row: Delivery) -> Delivery:
    return next(
        each
        for each in await store.read(lambda tx: tx.deliveries_of(row.incident_id))
        if each.delivery_id == row.delivery_id
    )


async def test_a_message_is_queued_once(store: Store) -> None:
    first = await queued(store)

    again = await store.write(lambda tx: tx.queue(replace(first, delivery_id=None, payload="other")))
    next_one = await store.write(lambda tx: tx.queue(replace(first, delivery_id=None, generation=2)))
    beside = await store.write(lambda tx: tx.queue(replace(first, delivery_id=None, shape=Shape.NOTICE)))

    assert again is None
    assert next_one is not None
    assert beside is not None
    assert first == replace(delivery(first.incident_id), delivery_id=first.delivery_id)
    assert await store.read(lambda tx: tx.deliveries_of(first.incident_id)) == (first, next_one, beside)


async def test_a_nonce_longer_than_discord_takes_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        await queued(store, nonce="N" * 26)


async def test_what_is_due_later_is_claimed_later(store: Store, clock: Clock) -> None:
    await queued(store, due_at=NOW + HOUR)

    early = await claim(store)
    clock.pass_by(HOUR)

    assert early == ()
    assert len(await claim(store)) == 1


async def test_one_row_a_channel_at_a_time_the_oldest_first(store: Store) -> None:
    late = await queued(store, due_at=NOW - MINUTE)
    early = await store.write(lambda tx: tx.queue(replace(late, delivery_id=None, generation=2, due_at=NOW - HOUR)))
    other = await queued(store, "discord:200")

    first = await claim(store)
    meanwhile = await claim(store)
    await settle(store, first[0], State.SENT, sent_rev=1)
    then = await claim(store)

    assert [row.delivery_id for row in first] == [early.delivery_id, other.delivery_id]
    assert meanwhile == ()
    assert [row.delivery_id for row in then] == [late.delivery_id]


async def test_claims_keep_to_the_channels_and_the_limit_asked_for(store: Store) -> None:
    for n in range(4):
        await queued(store, f"discord:{n}", due_at=NOW - n * MINUTE)

    none = await claim(store, channels=[])
    one = await claim(store, channels=["discord:2"])
    two = await claim(store, limit=2)

    assert none == ()
    assert [row.channel_key for row in one] == ["discord:2"]
    assert [row.channel_key for row in two] == ["discord:3", "discord:1"]


async def test_a_guild_with_much_to_say_does_not_go_before_one_with_little(store: Store) -> None:
    for n in range(5):
        await queued(store, f"discord:{n}", due_at=NOW - HOUR, guild_key="discord:loud")
    await queued(store, "discord:9", due_at=NOW - MINUTE, guild_key="discord:quiet")

    claimed = await claim(store, limit=2)

    assert {row.guild_key for row in claimed} == {"discord:loud", "discord:quiet"}


async def test_a_new_message_waits_for_an_older_one_that_is_still_under_way(store: Store, clock: Clock) -> None:
    first = await queued(store, due_at=NOW - HOUR)
    second = await store.write(lambda tx: tx.queue(replace(first, delivery_id=None, generation=2, due_at=NOW)))
    await settle(store, await attempt(store), State.UNCERTAIN, next_at=NOW + HOUR)

    early = await claim(store)
    clock.pass_by(HOUR)
    (again,) = await claim(store)
    await settle(store, again, State.PARKED)
    (then,) = await claim(store)

    assert early == ()
    assert again.delivery_id == first.delivery_id
    assert then.delivery_id == second.delivery_id


async def test_an_edit_does_not_wait_for_new_messages(store: Store, clock: Clock) -> None:
    first = await queued(store, due_at=NOW - HOUR)
    await settle(store, await attempt(store), State.SENT, message_key="m1", sent_rev=1)
    await store.write(lambda tx: tx.queue(replace(first, delivery_id=None, shape=Shape.NOTICE, due_at=NOW)))
    await settle(store, await attempt(store), State.UNCERTAIN, next_at=NOW + HOUR)
    await store.write(lambda tx: tx.want(first.incident_id, CHANNEL, "newer words"))
    clock.pass_by(EDIT_EVERY)

    (claimed,) = await claim(store)

    assert claimed.delivery_id == first.delivery_id


async def test_fresh_rows_are_those_never_tried(store: Store, clock: Clock) -> None:
    await queued(store)
    fresh = await queued(store, "discord:200")
    await store.write(
        lambda tx: tx.settle_delivery(
            tx.begin_attempt(tx.claim_deliveries(1, MINUTE, [CHANNEL])[0]), state=State.UNCERTAIN
        )
    )
    clock.pass_by(HOUR)

    claimed = await store.write(lambda tx: tx.claim_deliveries(10, MINUTE, fresh=True))

    assert [row.delivery_id for row in claimed] == [fresh.delivery_id]


async def test_an_attempt_that_was_none_leaves_the_row_as_it_was(store: Store, clock: Clock) -> None:
    await queued(store)
    (held,) = await claim(store)
    begun = await store.write(lambda tx: tx.begin_attempt(held))

    put_back = await store.write(lambda tx: tx.unbegin(held, next_at=NOW + HOUR, reason="closed"))
    early = await claim(store)
    clock.pass_by(HOUR)
    (again,) = await claim(store)

    assert begun.attempts == 1
    assert (put_back, early) == (True, ())
    assert (again.state, again.attempts, again.first_attempt_at) == (State.DUE, 0, None)


async def test_a_suspended_channel_is_left_in_peace_and_no_other(store: Store, clock: Clock) -> None:
    await queued(store)
    await queued(store, "discord:200")

    waiting = await store.write(lambda tx: tx.suspend(CHANNEL, NOW + HOUR))
    claimed = await claim(store)
    clock.pass_by(HOUR)

    assert waiting == 1
    assert [row.channel_key for row in claimed] == ["discord:200"]
    assert [row.channel_key for row in await claim(store)] == [CHANNEL, "discord:200"]


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN, State.PARKED])
async def test_what_was_seen_to_arrive_is_sent_and_whoever_waits_for_an_answer_is_too_late(
    store: Store, state: State
) -> None:
    row = await queued(store)
    begun = await attempt(store)
    if state is not State.SENDING:
        await settle(store, begun, state, next_at=NOW + HOUR)

    seen = await store.write(lambda tx: tx.witness(CHANNEL, row.nonce, "m7"))
    again = await store.write(lambda tx: tx.witness(CHANNEL, row.nonce, "m7"))
    late = await settle(store, begun, State.UNCERTAIN)

    assert (seen, again, late) == (True, False, False)
    assert ((await now_at(store, row)).state, (await now_at(store, row)).message_key) == (State.SENT, "m7")


async def test_a_nonce_in_another_channel_proves_nothing(store: Store) -> None:
    row = await queued(store)
    await attempt(store)

    assert not await store.write(lambda tx: tx.witness("discord:200", row.nonce, "m7"))
    assert (await now_at(store, row)).state is State.SENDING


async def test_what_is_wanted_while_the_answer_is_awaited_is_edited_in_after_it_was_seen(
    store: Store, clock: Clock
) -> None:
    row = await queued(store)
    await attempt(store)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer words"))

    await store.write(lambda tx: tx.witness(CHANNEL, row.nonce, "m7"))
    clock.pass_by(EDIT_EVERY)
    (edit,) = await claim(store)

    assert (edit.state, edit.wanted, edit.sent_rev) == (State.SENT, "newer words", 1)


async def test_what_was_taken_away_is_suppressed_for_good(store: Store, clock: Clock) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), State.SENT, message_key="m1", sent_rev=1)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer words"))

    was_ours = await store.write(lambda tx: tx.removed(CHANNEL, "m1"))
    stranger = await store.write(lambda tx: tx.removed(CHANNEL, "m2"))
    clock.pass_by(DAY)

    assert (was_ours, stranger) == (True, False)
    assert await claim(store) == ()
    assert (await now_at(store, row)).state is State.SUPPRESSED


async def test_words_that_were_refused_are_replaced_unless_newer_ones_came_meanwhile(store: Store) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), State.UNCERTAIN, words="plain")
    plain = await now_at(store, row)
    await settle(store, await attempt(store), State.SENT, message_key="m1", sent_rev=1)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "second words"))
    edited = await now_at(store, row)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "third words"))

    await settle(store, edited, State.SENT, words="plain second")

    assert plain.payload == "plain"
    assert (await now_at(store, row)).wanted == "third words"


async def test_a_claim_leaves_the_state_and_raises_the_fence(store: Store) -> None:
    row = await queued(store)

    (held,) = await claim(store)

    assert held == replace(row, fence=row.fence + 1)


async def test_an_attempt_is_on_record_before_it_goes_out(store: Store, clock: Clock) -> None:
    await queued(store)

    first = await attempt(store)
    await settle(store, first, State.UNCERTAIN)
    clock.pass_by(HOUR)
    second = await attempt(store)

    assert (first.state, first.attempts, first.first_attempt_at, first.last_attempt_at) == (State.SENDING, 1, NOW, NOW)
    assert (second.attempts, second.first_attempt_at, second.last_attempt_at) == (2, NOW, NOW + HOUR)


async def test_who_lost_its_lease_can_neither_begin_nor_settle(store: Store, clock: Clock) -> None:
    row = await queued(store)
    (slow,) = await claim(store)
    clock.pass_by(HOUR)
    (fast,) = await claim(store)

    begun = await store.write(lambda tx: tx.begin_attempt(slow))
    settled = await settle(store, slow, State.SENT, message_key="slow")

    assert (begun, settled) == (None, False)
    assert await settle(store, fast, State.SENT, message_key="fast", sent_rev=1)
    assert (await now_at(store, row)).message_key == "fast"


async def test_what_was_being_sent_when_its_lease_ran_out_is_uncertain(store: Store, clock: Clock) -> None:
    await queued(store)
    await attempt(store)

    within = await claim(store)
    clock.pass_by(MINUTE)
    (after,) = await claim(store)

    assert within == ()
    assert (after.state, after.attempts) == (State.UNCERTAIN, 1)


@pytest.mark.parametrize("state", [State.DUE, State.UNCERTAIN])
async def test_what_did_not_arrive_is_tried_again_when_said(store: Store, clock: Clock, state: State) -> None:
    await queued(store)
    await settle(store, await attempt(store), state, next_at=NOW + HOUR, reason="503")

    early = await claim(store)
    clock.pass_by(HOUR)
    (again,) = await claim(store)

    assert early == ()
    assert (again.state, again.reason) == (state, "503")


@pytest.mark.parametrize("state", [State.SENT, State.SUPPRESSED, State.DEAD, State.PARKED])
async def test_what_is_at_rest_is_not_claimed(store: Store, clock: Clock, state: State) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), state, message_key="m1", sent_rev=1 if state is State.SENT else None)
    clock.pass_by(DAY)

    assert await claim(store) == ()
    left = [each.delivery_id for each in await store.read(lambda tx: tx.outbox())]
    assert left == ([row.delivery_id] if state is State.PARKED else []), "parked waits for a person"


async def test_before_the_first_attempt_a_card_is_simply_rewritten(store: Store) -> None:
    row = await queued(store)

    assert await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer words"))

    assert await now_at(store, row) == replace(row, payload="newer words")


async def test_after_the_first_attempt_the_payload_is_frozen_and_an_edit_follows(store: Store, clock: Clock) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), State.SENT, message_key="m1", sent_rev=1)

    assert await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer words"))
    waiting = await store.read(lambda tx: tx.outbox())
    at_once = await claim(store)
    clock.pass_by(EDIT_EVERY)
    (held,) = await claim(store)
    await settle(store, held, State.SENT, sent_rev=held.rev)
    clock.pass_by(DAY)

    assert [each.delivery_id for each in waiting] == [row.delivery_id]
    assert at_once == (), "an edit waits a little for what else may change"
    assert (held.payload, held.wanted, held.rev, held.sent_rev, held.state) == (
        "first words",
        "newer words",
        2,
        1,
        State.SENT,
    )
    assert await claim(store) == ()
    assert (await now_at(store, row)).message_key == "m1"


async def test_what_is_wanted_while_a_message_is_under_way_is_not_forgotten(store: Store, clock: Clock) -> None:
    row = await queued(store)
    begun = await attempt(store)

    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer words"))
    await settle(store, begun, State.SENT, message_key="m1", sent_rev=begun.rev)
    clock.pass_by(EDIT_EVERY)

    (edit,) = await claim(store)
    assert (edit.wanted, edit.rev, edit.sent_rev, edit.payload) == ("newer words", 2, 1, "first words")


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.DUE])
async def test_what_is_wanted_after_an_attempt_never_touches_the_payload(store: Store, state: State) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), state, next_at=NOW + HOUR)

    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer words"))

    after = await now_at(store, row)
    assert (after.payload, after.wanted, after.rev) == ("first words", "newer words", 2)
    assert await claim(store) == (), "and it waits as long as it was told to"


async def test_an_edit_that_failed_is_tried_again_later(store: Store, clock: Clock) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), State.SENT, message_key="m1", sent_rev=1)
    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer words"))
    clock.pass_by(EDIT_EVERY)
    (edit,) = await claim(store)

    await settle(store, edit, State.SENT, next_at=clock.now + HOUR, reason="503")
    early = await claim(store)
    clock.pass_by(HOUR)

    assert early == ()
    assert len(await claim(store)) == 1


async def test_wanting_the_same_again_is_no_edit(store: Store) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), State.SENT, message_key="m1", sent_rev=1)

    assert await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "first words"))

    assert (await now_at(store, row)).rev == 1


@pytest.mark.parametrize("state", [State.DEAD, State.SUPPRESSED])
async def test_a_card_that_was_given_up_carries_nothing_more(store: Store, state: State) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), state)

    assert not await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer words"))
    assert not await store.write(lambda tx: tx.want(row.incident_id, "discord:other", "newer words"))


async def test_the_living_card_is_the_newest_generation_and_no_notice(store: Store) -> None:
    row = await queued(store)
    second = await store.write(lambda tx: tx.queue(replace(row, delivery_id=None, generation=2)))
    await store.write(lambda tx: tx.queue(replace(row, delivery_id=None, generation=3, shape=Shape.NOTICE)))

    assert await store.read(lambda tx: tx.card_of(row.incident_id, CHANNEL)) == second
    assert await store.read(lambda tx: tx.card_of(row.incident_id, "discord:other")) is None
    assert await store.read(lambda tx: tx.next_generation(row.incident_id, CHANNEL)) == 3
    assert await store.read(lambda tx: tx.next_generation(row.incident_id, CHANNEL, Shape.NOTICE)) == 4
    assert await store.read(lambda tx: tx.next_generation(row.incident_id, "discord:other")) == 1


async def test_a_message_leads_back_to_its_row(store: Store) -> None:
    row = await queued(store)
    await settle(store, await attempt(store), State.SENT, message_key="m1", sent_rev=1)

    found = await store.read(lambda tx: tx.find_delivery_by_message(CHANNEL, "m1"))

    assert found is not None
    assert found.delivery_id == row.delivery_id
    assert await store.read(lambda tx: tx.find_delivery_by_message("discord:other", "m1")) is None
    assert await store.read(lambda tx: tx.find_delivery_by_message(CHANNEL, "m2")) is None


async def test_at_start_what_was_being_sent_is_uncertain(store: Store, clock: Clock) -> None:
    await queued(store)
    await attempt(store)
    await queued(store, "discord:200")
    await claim(store)
    if store.dialect == "postgresql":
        assert await store.write(lambda tx: tx.unsettle()) == 0, "another process may be sending it"
        clock.pass_by(HOUR)

    assert await store.write(lambda tx: tx.unsettle()) == 1

    assert [row.state for row in await claim(store)] == [State.UNCERTAIN, State.DUE]


async def test_what_a_clock_that_was_ahead_let_wait_is_due_at_the_next_start(store: Store, clock: Clock) -> None:
    await queued(store)
    clock.pass_by(3650 * DAY)
    tried = await attempt(store)
    await store.write(lambda tx: tx.settle_delivery(tried, state=State.UNCERTAIN, next_at=tx.now + MINUTE))
    await queued(store, "discord:200")
    held = await claim(store, channels=["discord:200"])
    clock.pass_by(-3650 * DAY)

    before = await claim(store)
    await store.write(lambda tx: tx.unsettle())

    assert (len(held), before) == (1, ())
    assert [row.state for row in await claim(store)] == [State.UNCERTAIN, State.DUE]


async def test_what_waits_for_a_moment_that_is_near_goes_on_waiting_over_a_start(store: Store, clock: Clock) -> None:
    await queued(store)
    tried = await attempt(store)
    await store.write(lambda tx: tx.settle_delivery(tried, state=State.UNCERTAIN, next_at=tx.now + HOUR))

    await store.write(lambda tx: tx.unsettle())

    assert await claim(store) == ()


async def test_an_edit_does_not_wait_for_a_moment_at_which_the_clock_was_ahead(store: Store, clock: Clock) -> None:
    row = await queued(store)
    clock.pass_by(3650 * DAY)
    tried = await attempt(store)
    await store.write(lambda tx: tx.settle_delivery(tried, state=State.SENT, message_key="m1", sent_rev=1))
    clock.pass_by(-3650 * DAY)

    await store.write(lambda tx: tx.want(row.incident_id, CHANNEL, "newer"))
    clock.pass_by(MINUTE)

    assert [held.wanted for held in await claim(store)] == ["newer"]


async def test_two_claimers_at_once_never_share_a_row_or_a_channel(store: Store, url: str, clock: Clock) -> None:
    channels = [f"discord:{n}" for n in range(12)]
    for channel in channels:
        row = await queued(store, channel)
        await store.write(lambda tx, row=row: [tx.queue(replace(row, delivery_id=None, generation=n)) for n in (2, 3)])
    other = store if store.dialect == "sqlite" else await open_store(url, clock=clock)
    held: set[str] = set()
    sent: list[int] = []

    async def pump(by: Store) -> None:
        while claimed := await by.write(lambda tx: tx.claim_deliveries(4, HOUR)):
            mine = {row.channel_key for row in claimed}
            assert len(mine) == len(claimed)
            assert not mine & held
            held.update(mine)
            for row in claimed:
                await asyncio.sleep(0)
                held.discard(row.channel_key)
                assert await by.write(lambda tx, row=row: tx.settle_delivery(row, state=State.SENT, sent_rev=1))
                sent.append(row.delivery_id)

    while len(sent) < 36:
        await asyncio.gather(pump(store), pump(other))
    await other.close()

    assert len(sent) == len(set(sent)) == 36
