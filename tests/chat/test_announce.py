"""The announcer over real sockets: every way in which Discord can answer, and exactly one visible message after it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from staging import Stage, on_stage

from bot import cards, outbox
from bot.errors import SettingsError
from bot.model import Button, Card, Delivery, Incident, Shape, Slot, State
from bot.outbox import Look, Result
from bot.storage import Transaction
from bot.telling import nonce

HOUR = timedelta(hours=1)
CARD = Card(
    title="Early, unverified: rejections reported for Example Lab", lines=("fewer than 5 workers",), footer="ref X"
)
OURS = (Button("confirm", "Confirm"), Button("dismiss", "Dismiss"), Button("other", "Not the same requester"))


def queue(stage: Stage, **told: Any) -> Any:
    """A message that is due in the alerts' channel, as telling queues it."""

    def work(tx: Transaction) -> Delivery:
        requester = tx.add_requester("prolific", "Example Lab", "example lab", None, "test")
        opened = Incident(platform="prolific", rules_version=1, opened_at=tx.now, requester_id=requester.requester_id)
        incident_id = tx.save_incident(opened).incident_id or 0
        channel = str(stage.alerts.id)
        row = Delivery(
            **{
                "incident_id": incident_id,
                "guild_key": stage.guild_key,
                "channel_key": channel,
                "slot": Slot.PUBLIC,
                "shape": Shape.CARD,
                "generation": 0,
                "nonce": nonce(stage.desk.rules, tx.ref(incident_id), channel, Shape.CARD, 0),
                "marker": tx.ref(incident_id),
                "payload": cards.to_json(CARD),
                "due_at": tx.now,
                **told,
            }
        )
        queued = tx.queue(row)
        assert queued is not None
        return queued

    return stage.desk.store.write(work)


async def first_try(stage: Stage, **told: Any) -> Delivery:
    """A row whose first attempt is recorded, as it is when the request goes out."""
    row = await queue(stage, **told)

    def begin(tx: Transaction) -> Delivery | None:
        (claimed,) = tx.claim_deliveries(10, timedelta(seconds=90))
        return tx.begin_attempt(claimed)

    begun = await stage.desk.store.write(begin)
    assert begun is not None
    assert begun.delivery_id == row.delivery_id
    return begun


async def blinded(stage: Stage) -> None:
    """From now on Discord's events prove nothing: only answers and history do."""
    await stage.client.remove_cog("Witness")


async def row_of(stage: Stage, row: Delivery) -> Delivery:
    rows = await stage.desk.store.read(lambda tx: tx.deliveries_of(row.incident_id))
    return next(one for one in rows if one.delivery_id == row.delivery_id)


async def to_the_end(stage: Stage, row: Delivery, *, tries: int = 6, step: timedelta = HOUR) -> State:
    """Pumps until the row is at rest, with so much time between two rounds. Gives its state."""
    announcer = stage.announcer()
    for _ in range(tries):
        await outbox.pump(stage.desk.store, announcer)
        state = (await row_of(stage, row)).state
        if state in (State.SENT, State.PARKED, State.DEAD, State.SUPPRESSED):
            return state
        stage.clock.ahead += step
    return state


# What Discord does, how often it is asked, what is visible then, what we make of it: measured with discord.py 2.7.1.
DOES = [
    ("500 after commit", [{"status": 500, "after_commit": True}], 2, 1, Result.DONE),
    ("502 after commit", [{"status": 502, "after_commit": True}], 2, 1, Result.DONE),
    ("504 before", [{"status": 504}], 2, 1, Result.DONE),
    ("524 after commit", [{"status": 524, "after_commit": True}], 2, 1, Result.DONE),
    ("502 five times", [{"status": 502, "times": 5}], 5, 0, Result.UNCERTAIN),
    ("502 after commit five times", [{"status": 502, "times": 5, "after_commit": True}], 5, 1, Result.UNCERTAIN),
    ("503 before", [{"status": 503}], 1, 0, Result.UNCERTAIN),
    ("503 after commit", [{"status": 503, "after_commit": True}], 1, 1, Result.UNCERTAIN),
    ("520 after commit", [{"status": 520, "after_commit": True}], 1, 1, Result.UNCERTAIN),
    ("408 before", [{"status": 408}], 1, 0, Result.UNCERTAIN),
    ("408 after commit", [{"status": 408, "after_commit": True}], 1, 1, Result.UNCERTAIN),
    ("reset after commit", [{"kind": "reset", "after_commit": True}], 1, 1, Result.UNCERTAIN),
    ("reset before", [{"kind": "reset"}], 1, 0, Result.UNCERTAIN),
    ("closed after commit", [{"kind": "drop", "after_commit": True}], 1, 1, Result.UNCERTAIN),
    ("half of the JSON", [{"kind": "truncated_json"}], 1, 1, Result.UNCERTAIN),
    ("JSON by another name", [{"kind": "charset"}], 1, 1, Result.UNCERTAIN),
    ("429 three times", [{"kind": "rate_limit", "times": 3}], 4, 1, Result.DONE),
    ("429 five times", [{"kind": "rate_limit", "times": 5}], 5, 0, Result.UNCERTAIN),
    ("429 for an hour", [{"kind": "rate_limit", "retry_after": 3600}], 1, 0, Result.UNCERTAIN),
    ("429 of the shield", [{"kind": "rate_limit", "via": False}], 1, 0, Result.UNCERTAIN),
    (
        "500 after commit, then 429 for an hour",
        [{"status": 500, "after_commit": True}, {"kind": "rate_limit", "retry_after": 3600}],
        2,
        1,
        Result.UNCERTAIN,
    ),
    (
        "500 after commit, then 403",
        [{"status": 500, "after_commit": True}, {"status": 403, "code": 50013}],
        2,
        1,
        Result.NO_CHANNEL,
    ),
    (
        "500 after commit, then 400",
        [{"status": 500, "after_commit": True}, {"status": 400, "code": 50035}],
        2,
        1,
        Result.REFUSED,
    ),
    ("403 no access", [{"status": 403, "code": 50001}], 1, 0, Result.NO_CHANNEL),
    ("404 no channel", [{"status": 404, "code": 10003}], 1, 0, Result.NO_CHANNEL),
    ("400 archived thread", [{"status": 400, "code": 50083}], 1, 0, Result.NO_CHANNEL),
    ("400 slow mode", [{"status": 400, "code": 20016}], 1, 0, Result.UNCERTAIN),
    ("503 overloaded", [{"status": 503, "code": 130000}], 1, 0, Result.UNCERTAIN),
    ("403 shut out", [{"status": 403, "code": 40333}], 1, 0, Result.UNCERTAIN),
]
FINAL = [
    ("400 our mistake", {"status": 400, "code": 50035}, Result.REFUSED),
    ("400 AutoMod", {"status": 400, "code": 200000}, Result.REFUSED),
    ("403 harmful link", {"status": 403, "code": 240000}, Result.REFUSED),
]


@pytest.mark.parametrize(("faults", "asked", "visible", "result"), [row[1:] for row in DOES], ids=[r[0] for r in DOES])
async def test_one_answer_of_discord_is_one_class(
    stage: Stage, faults: list[dict[str, Any]], asked: int, visible: int, result: Result
) -> None:
    row = await first_try(stage)
    for fault in faults:
        stage.fake.fault("create_message", **fault)

    attempt = await stage.announcer().announce(row, CARD)

    assert attempt.result is result, attempt
    assert len(stage.fake.calls("create_message")) == asked
    assert len(stage.fake.posted(stage.alerts)) == visible
    assert attempt.why or attempt.message_key


@pytest.mark.parametrize(("faults", "asked", "visible", "result"), [row[1:] for row in DOES], ids=[r[0] for r in DOES])
async def test_after_every_answer_exactly_one_message_is_visible_in_the_end(
    stage: Stage, faults: list[dict[str, Any]], asked: int, visible: int, result: Result
) -> None:
    row = await queue(stage)
    for fault in faults:
        stage.fake.fault("create_message", **fault)

    state = await to_the_end(stage, row)

    assert state is State.SENT
    assert len(stage.fake.posted(stage.alerts)) == 1
    (message,) = stage.fake.posted(stage.alerts)
    assert (await row_of(stage, row)).message_key == str(message.id)


@pytest.mark.parametrize(("fault", "result"), [row[1:] for row in FINAL], ids=[row[0] for row in FINAL])
async def test_what_discord_will_never_take_is_not_tried_again(
    stage: Stage, fault: dict[str, Any], result: Result
) -> None:
    row = await queue(stage)
    stage.fake.fault("create_message", **fault)

    state = await to_the_end(stage, row)

    assert state is State.DEAD
    assert str(fault["code"]) in ((await row_of(stage, row)).reason or "")
    assert len(stage.fake.calls("create_message")) == 1


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        ({"kind": "rate_limit", "retry_after": 3600}, HOUR),
        ({"kind": "rate_limit", "via": False}, timedelta(minutes=10)),
        ({"status": 403, "code": 50013}, HOUR),
        ({"status": 400, "code": 20016}, timedelta(minutes=2)),
        ({"status": 503}, None),
    ],
)
async def test_a_second_try_waits_as_long_as_discord_wants(
    stage: Stage, fault: dict[str, Any], wait: timedelta | None
) -> None:
    row = await first_try(stage)
    stage.fake.fault("create_message", **fault)

    attempt = await stage.announcer().announce(row, CARD)

    assert attempt.retry_after == wait


async def test_a_request_that_is_given_up_may_have_arrived_and_is_found(stage: Stage) -> None:
    row = await first_try(stage)
    stage.fake.fault("create_message", "hang", after_commit=True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await stage.announcer().announce(row, CARD)
    sight = await stage.announcer().find(row)

    assert sight.look is Look.FOUND
    assert sight.message_key == str(stage.fake.posted(stage.alerts)[0].id)


async def test_what_a_moderator_removed_is_not_posted_again(stage: Stage) -> None:
    row = await queue(stage)
    stage.fake.fault("create_message", status=503, after_commit=True)
    await blinded(stage)
    await outbox.pump(stage.desk.store, stage.announcer())
    stage.fake.delete(stage.fake.posted(stage.alerts)[0])

    state = await to_the_end(stage, row, step=timedelta(seconds=10))

    assert state is State.SUPPRESSED
    assert stage.fake.posted(stage.alerts) == []


async def test_what_is_heard_of_over_the_gateway_needs_no_answer(stage: Stage) -> None:
    row = await queue(stage)
    stage.fake.fault("create_message", status=503, after_commit=True)

    await outbox.pump(stage.desk.store, stage.announcer())
    while (await row_of(stage, row)).state is not State.SENT:
        await asyncio.sleep(0.01)

    (message,) = stage.fake.posted(stage.alerts)
    assert (await row_of(stage, row)).message_key == str(message.id)
    assert stage.fake.calls("get_history") == []


async def test_what_a_moderator_removes_is_at_rest_at_once(stage: Stage) -> None:
    row = await queue(stage)
    await to_the_end(stage, row)

    stage.fake.delete(stage.fake.posted(stage.alerts)[0])
    while (await row_of(stage, row)).state is State.SENT:
        await asyncio.sleep(0.01)
    wanted = await stage.desk.store.write(lambda tx: tx.want(row.incident_id, row.channel_key, "newer"))

    assert (await row_of(stage, row)).state is State.SUPPRESSED
    assert not wanted


async def test_what_a_moderator_removes_among_much_else_is_at_rest_at_once_too(stage: Stage) -> None:
    row = await queue(stage)
    await to_the_end(stage, row)
    (message,) = stage.fake.posted(stage.alerts)
    event = discord.RawBulkMessageDeleteEvent(
        {"ids": ["1", str(message.id)], "channel_id": str(stage.alerts.id), "guild_id": str(stage.guild.id)}
    )

    await stage.client.get_cog("Witness").on_raw_bulk_message_delete(event)

    assert (await row_of(stage, row)).state is State.SUPPRESSED


async def test_a_token_that_is_refused_stops_the_bot(stage: Stage) -> None:
    row = await first_try(stage)
    stage.fake.fault("create_message", status=401)

    with pytest.raises(SettingsError, match="token"):
        await stage.announcer().announce(row, CARD)
    await stage.fake.until(stage.client.is_closed)
    n = len(stage.fake.requests)
    again = await stage.announcer().announce(row, CARD)

    assert stage.client.refused is not None
    assert again.result is Result.UNREACHABLE
    assert len(stage.fake.requests) == n


async def test_when_the_shield_shuts_us_out_nothing_is_sent_for_ten_minutes(stage: Stage) -> None:
    row = await first_try(stage)
    announcer = stage.announcer()
    stage.fake.fault("create_message", "rate_limit", via=False)
    await announcer.announce(row, CARD)
    n = len(stage.fake.requests)

    stage.clock.ahead += timedelta(minutes=9)
    early = [await announcer.announce(row, CARD), await announcer.find(row)]
    asked = len(stage.fake.requests) - n
    stage.clock.ahead += timedelta(minutes=2)
    late = await announcer.find(row)

    assert early[0].result is Result.UNREACHABLE
    assert early[1].look is Look.UNREACHABLE  # type: ignore[attr-defined]
    assert timedelta(0) < (early[0].retry_after or timedelta(0)) <= timedelta(minutes=1)
    assert late.look is Look.ABSENT
    assert asked == 0


async def test_the_request_carries_nonce_marker_and_no_mention(stage: Stage) -> None:
    row = await first_try(stage)

    await stage.announcer().announce(row, CARD)

    body = stage.fake.calls("create_message")[0].body
    assert body["nonce"] == row.nonce
    assert body["enforce_nonce"] is True
    assert body["allowed_mentions"]["parse"] == []
    assert body["embeds"][0]["footer"]["text"].endswith(stage.announcer().tag(row))


async def test_a_crash_between_request_and_settling_leaves_one_message(stage: Stage) -> None:
    row = await first_try(stage)
    await stage.announcer().announce(row, CARD)

    lost = await outbox.recover(stage.desk.store)
    state = await to_the_end(stage, row)

    assert lost == 1
    assert state is State.SENT
    assert len(stage.fake.posted(stage.alerts)) == 1
    assert len(stage.fake.calls("create_message")) == 1


async def test_a_crash_before_the_request_leaves_one_message(stage: Stage) -> None:
    row = await first_try(stage)

    await outbox.recover(stage.desk.store)
    state = await to_the_end(stage, row)

    assert state is State.SENT
    assert len(stage.fake.posted(stage.alerts)) == 1


async def test_a_message_that_only_looks_like_ours_is_not_taken_for_it(stage: Stage) -> None:
    row = await first_try(stage)
    other = replace(row, nonce="ANOTHERNONCE")
    impostor = stage.fake.add_user("Rejection Watch", bot=True)
    tag = stage.announcer().tag(row)
    copied = {"title": CARD.title, "footer": {"text": f"ref {row.marker} · {tag}"}}
    forged = stage.fake._make(stage.alerts, impostor, {"embeds": [copied], "allowed_mentions": {"parse": []}}, {})
    stage.alerts.messages[forged.id] = forged
    await stage.announcer().announce(other, CARD)

    sight = await stage.announcer().find(row)

    assert sight.look is Look.ABSENT
    assert (await stage.announcer().find(other)).look is Look.FOUND


async def test_without_read_message_history_an_empty_answer_proves_nothing(stage: Stage) -> None:
    stage.alerts.deny(stage.guild.me, "read_message_history")
    row = await queue(stage)
    stage.fake.fault("create_message", status=503, after_commit=True)
    await stage.fake.until(lambda: not _held(stage).read_message_history)
    await blinded(stage)

    await outbox.pump(stage.desk.store, stage.announcer())
    stage.clock.ahead += timedelta(seconds=30)
    await outbox.pump(stage.desk.store, stage.announcer())

    parked = await row_of(stage, row)
    assert parked.state is State.PARKED
    assert "Read Message History" in (parked.reason or "")
    assert len(stage.fake.posted(stage.alerts)) == 1


async def test_a_permission_that_was_taken_away_unheard_is_asked_for_before_an_empty_history_is_believed(
    stage: Stage,
) -> None:
    row = await first_try(stage)
    denied = discord.Permissions(read_message_history=True).value
    stage.alerts.overwrites[stage.guild.me.id] = (1, 0, denied)

    sight = await stage.announcer().find(row)

    assert _held(stage).read_message_history, "nobody told the bot"
    assert sight.look is Look.CANNOT_TELL


async def test_without_history_a_second_try_within_the_nonces_time_is_safe(stage: Stage) -> None:
    stage.alerts.deny(stage.guild.me, "read_message_history")
    row = await queue(stage)
    stage.fake.fault("create_message", status=503, after_commit=True)
    await stage.fake.until(lambda: not _held(stage).read_message_history)
    await blinded(stage)

    await outbox.pump(stage.desk.store, stage.announcer())
    stage.clock.ahead += timedelta(seconds=5)
    await outbox.pump(stage.desk.store, stage.announcer())

    assert (await row_of(stage, row)).state is State.SENT
    assert len(stage.fake.posted(stage.alerts)) == 1


def _held(stage: Stage) -> Any:
    channel = stage.client.get_channel(stage.alerts.id)
    return channel.permissions_for(channel.guild.me)  # type: ignore[union-attr]


async def test_a_missing_permission_is_named_without_asking_discord(stage: Stage) -> None:
    stage.alerts.deny(stage.guild.me, "send_messages", "embed_links")
    row = await first_try(stage)
    await stage.fake.until(lambda: not _held(stage).send_messages)

    attempt = await stage.announcer().announce(row, CARD)

    assert attempt.result is Result.NO_CHANNEL
    assert "Send Messages, Embed Links" in (attempt.why or "")
    assert stage.fake.calls("create_message") == []


async def test_an_alert_waits_for_a_permission_and_is_posted_once_it_is_there(stage: Stage) -> None:
    stage.alerts.deny(stage.guild.me, "send_messages")
    row = await queue(stage)
    await stage.fake.until(lambda: not _held(stage).send_messages)
    await outbox.pump(stage.desk.store, stage.announcer())

    stage.alerts.allow(stage.guild.me, "send_messages")
    await stage.fake.until(lambda: _held(stage).send_messages)
    state = await to_the_end(stage, row)

    assert state is State.SENT
    assert len(stage.fake.posted(stage.alerts)) == 1


async def test_a_channel_that_is_gone_costs_no_request(stage: Stage) -> None:
    row = await first_try(stage)
    stage.fake.remove_channel(stage.alerts)
    await stage.fake.until(lambda: stage.client.get_channel(stage.alerts.id) is None)

    attempt = await stage.announcer().announce(row, CARD)

    assert attempt.result is Result.NO_CHANNEL
    assert stage.fake.calls("create_message") == []


@pytest.mark.parametrize("told", [{"guild_key": "terminal:you"}, {"channel_key": "here"}, {"guild_key": "discord:1"}])
async def test_what_is_not_for_this_discord_is_not_sent(stage: Stage, told: dict[str, str]) -> None:
    row = replace(await first_try(stage), **told)  # type: ignore[arg-type]

    attempt = await stage.announcer().announce(row, CARD)

    assert attempt.result is Result.NO_CHANNEL
    assert stage.fake.calls("create_message") == []


async def test_an_outage_of_discord_loses_and_doubles_nothing(stage: Stage) -> None:
    row = await queue(stage)
    await stage.fake.outage()
    await outbox.pump(stage.desk.store, stage.announcer())
    stage.clock.ahead += timedelta(minutes=5)
    await outbox.pump(stage.desk.store, stage.announcer())
    during = (await row_of(stage, row)).state
    await stage.fake.outage(on=False)

    state = await to_the_end(stage, row, tries=20)

    assert during is State.UNCERTAIN
    assert state is State.SENT
    assert len(stage.fake.posted(stage.alerts)) == 1


async def test_a_grown_incident_edits_the_message_that_is_there(stage: Stage) -> None:
    row = await queue(stage)
    await to_the_end(stage, row)
    grown = replace(CARD, title="More reports of rejections by Example Lab")

    await stage.desk.store.write(lambda tx: tx.want(row.incident_id, row.channel_key, cards.to_json(grown)))
    stage.clock.ahead += timedelta(minutes=1)
    await outbox.pump(stage.desk.store, stage.announcer())

    (message,) = stage.fake.posted(stage.alerts)
    assert grown.title in message.text
    assert message.edits == 1
    assert stage.fake.calls("edit_message")[0].body["allowed_mentions"]["parse"] == []
    assert message.embeds[0]["footer"]["text"].endswith(stage.announcer().tag(row))


async def test_an_edit_of_a_removed_message_suppresses_it(stage: Stage) -> None:
    row = await queue(stage)
    await to_the_end(stage, row)
    stage.fake.delete(stage.fake.posted(stage.alerts)[0])

    await stage.desk.store.write(
        lambda tx: tx.want(row.incident_id, row.channel_key, cards.to_json(replace(CARD, title="x")))
    )
    stage.clock.ahead += timedelta(minutes=1)
    await outbox.pump(stage.desk.store, stage.announcer())

    assert (await row_of(stage, row)).state is State.SUPPRESSED
    assert stage.fake.posted(stage.alerts) == []


async def test_a_notice_answers_to_the_living_card(stage: Stage) -> None:
    living = await queue(stage)
    await to_the_end(stage, living)
    (card,) = stage.fake.posted(stage.alerts)
    row = replace(living, shape=Shape.NOTICE, generation=1, nonce="NOTICE1")

    attempt = await stage.announcer().announce(row, replace(CARD, lines=()))

    posted = stage.fake.posted(stage.alerts)[-1]
    assert attempt.message_key == str(posted.id)
    assert posted.reference == card.id
    assert posted.pings == []


async def test_a_notice_is_posted_without_its_card_too(stage: Stage) -> None:
    living = await queue(stage)
    await to_the_end(stage, living)
    stage.fake.delete(stage.fake.posted(stage.alerts)[0])
    row = replace(living, shape=Shape.NOTICE, generation=1, nonce="NOTICE1")

    attempt = await stage.announcer().announce(row, CARD)

    assert attempt.result is Result.DONE


async def test_card_and_notice_of_one_incident_are_told_apart(stage: Stage) -> None:
    row = await first_try(stage)
    notice = replace(row, shape=Shape.NOTICE, generation=1, nonce="NOTICE1")
    await stage.announcer().announce(notice, CARD)

    sight = await stage.announcer().find(row)

    assert sight.look is Look.ABSENT


async def test_a_moderators_card_carries_its_buttons(stage: Stage) -> None:
    row = await first_try(stage, slot=Slot.MODERATORS, channel_key=str(stage.moderators.id))

    await stage.announcer().announce(row, replace(CARD, buttons=OURS))

    (message,) = stage.fake.posted(stage.moderators)
    assert [part["label"] for part in message.controls] == [button.label for button in OURS]
    assert all(len(part["custom_id"]) <= 100 and row.marker in part["custom_id"] for part in message.controls)


@pytest.mark.parametrize("wrong_by", [timedelta(minutes=3), timedelta(days=1), timedelta(days=-1)])
async def test_a_clock_that_is_not_discords_hides_no_message_of_ours(stage: Stage, wrong_by: timedelta) -> None:
    row = await queue(stage)
    stage.fake.fault("create_message", status=503, after_commit=True)
    await blinded(stage)
    await outbox.pump(stage.desk.store, stage.announcer())
    tried = await row_of(stage, row)
    assert tried.first_attempt_at is not None

    sight = await stage.announcer().find(replace(tried, first_attempt_at=tried.first_attempt_at + wrong_by))

    assert sight.look is Look.FOUND


async def test_older_pages_than_the_newest_are_read_back_to_the_first_try_and_no_further(stage: Stage) -> None:
    worker = stage.guild.add_member("ann")

    def says(number: int) -> None:
        message = stage.fake._make(stage.alerts, worker.user, {"content": str(number)}, {})
        stage.alerts.messages[message.id] = message

    for n in range(150):
        says(n)
    stage.clock.ahead += HOUR
    row = await first_try(stage)
    for n in range(150):
        says(n)

    sight = await stage.announcer().find(row)

    assert sight.look is Look.ABSENT
    assert len(stage.fake.calls("get_history")) == 2


async def test_a_full_history_is_not_read_to_its_end(stage: Stage) -> None:
    row = await first_try(stage)
    worker = stage.guild.add_member("ann")
    for n in range(1001):
        message = stage.fake._make(stage.alerts, worker.user, {"content": str(n)}, {})
        stage.alerts.messages[message.id] = message

    sight = await stage.announcer().find(row)

    assert sight.look is Look.CANNOT_TELL
    assert len(stage.fake.calls("get_history")) <= 11


async def test_before_the_guilds_are_known_nothing_can_be_reached(desk: Any, clock: Any) -> None:
    async with on_stage(desk, clock, "cogs.announce") as stage:
        row = await first_try(stage)
    closed = await stage.announcer().announce(row, CARD)

    assert closed.result is Result.UNREACHABLE
    assert datetime.now(UTC) - row.due_at < HOUR
