"""One rule for telling: who hears what, in which channel, once."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bot import cards, evidence, incidents, telling
from bot.model import (
    Decision,
    Delivery,
    Facts,
    Guild,
    Incident,
    Mode,
    Reason,
    Requester,
    Shape,
    Share,
    Slot,
    Stage,
    State,
    Verdict,
)
from bot.rules import Rules
from bot.storage import Store, Transaction
from tests.making import ACCOUNT, DAY, HOUR, MINUTE, NAME, guild, hear, report, rules, tell_all
from tests.storage.build import Clock

ON = guild()
TRIAL = guild(guild_key="discord:2", mode=Mode.TRIAL, alert_channel="discord:20", moderator_channel="discord:21")


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def serve(store: Store, *guilds: Guild) -> None:
    def work(tx: Transaction) -> None:
        for each in guilds:
            tx.save_guild(each)

    await store.write(work)


async def heard(store: Store, by: Rules, *numbers: int, platform: str = "prolific", **facts) -> list[telling.Told]:
    """So many workers report, and all is told that follows."""
    told = {"n_rejected": 40, "n_submitted": 40, "share": Share.ALL, "first_hand": True, **facts}

    def work(tx: Transaction) -> list[telling.Told]:
        who = requester_of(tx, platform)
        said: list[telling.Told] = []
        for n in numbers:
            said += tell_all(tx, by, hear(tx, by, report(n, tx.now, facts=Facts(**told)), who))
        return said

    return await store.write(work)


def requester_of(tx: Transaction, platform: str) -> Requester:
    known = tx.names_since(0)
    if known:
        return tx.get_requester(int(known[0][1].owner))
    return tx.add_requester(platform, NAME, "example research lab", None, "text")


async def time_passes(store: Store, by: Rules, clock: Clock, span) -> list[telling.Told]:
    clock.pass_by(span)
    return await store.write(lambda tx: tell_all(tx, by, evidence.save(tx, by, _now_is(tx, by, 1))))


def _now_is(tx: Transaction, by: Rules, incident_id: int) -> Incident:
    return incidents.assess(tx.get_incident(incident_id), by.policies["early"], tx.now)


async def judged(store: Store, by: Rules, decision: Decision, guild_key: str = ON.guild_key) -> list[telling.Told]:
    def work(tx: Transaction) -> list[telling.Told]:
        given = Verdict(key="", at=tx.now, decision=decision, by="moderator", guild_key=guild_key)
        tx.add_verdict(1, given)
        return tell_all(tx, by, evidence.save(tx, by, _now_is(tx, by, 1)))

    return await store.write(work)


async def queued(store: Store, channel: str | None = None) -> list[Delivery]:
    rows = await store.read(lambda tx: tx.deliveries_of(1))
    return [row for row in rows if channel in (None, row.channel_key)]


async def sent(store: Store) -> None:
    """Everything that is due is announced and settled."""

    def work(tx: Transaction) -> None:
        for row in tx.claim_deliveries(100, MINUTE):
            begun = row if row.state is State.SENT else tx.begin_attempt(row)
            assert begun is not None
            tx.settle_delivery(begun, state=State.SENT, message_key=f"m{row.delivery_id}", sent_rev=row.rev)

    await store.write(work)


def shown(row: Delivery) -> str:
    return cards.as_text(cards.from_json(row.wanted or row.payload))


async def test_members_and_moderators_each_get_a_living_card_once_enough_workers_report(
    store: Store, by: Rules, clock: Clock
) -> None:
    await serve(store, ON)

    first = await heard(store, by, 1)
    told = await heard(store, by, 2, 3, n_rejected=150, n_submitted=150)
    rows = await queued(store)

    assert [(each.alert.reason, each.alert.public) for each in first] == [(Reason.LONE, False)]
    assert [each.alert.public for each in told][:1] == [True]
    assert {(row.channel_key, row.slot, row.shape) for row in rows} == {
        ("discord:10", Slot.PUBLIC, Shape.CARD),
        ("discord:11", Slot.MODERATORS, Shape.CARD),
    }
    assert all(NAME in shown(row) for row in rows)


async def test_moderators_hear_of_a_lone_report_and_the_same_card_goes_on(store: Store, by: Rules) -> None:
    await serve(store, ON)

    told = await heard(store, by, 1)
    (alone,) = await queued(store)
    await sent(store)
    again = await heard(store, by, 1)
    await heard(store, by, 2)
    living = await queued(store, "discord:11")

    assert [(each.alert.reason, each.alert.stage, each.alert.public, each.alert.seen) for each in told] == [
        (Reason.LONE, Stage.WATCHED, False, False)
    ]
    assert (alone.slot, alone.shape) == (Slot.MODERATORS, Shape.CARD)
    assert "Not enough to suspect" in shown(alone)
    assert "1 worker reports" in shown(alone)
    assert again == []
    assert [row.delivery_id for row in living] == [alone.delivery_id]
    assert "Early, unverified" in shown(living[0])


async def test_of_lone_reports_moderators_hear_of_three_a_day(store: Store, by: Rules, clock: Clock) -> None:
    await serve(store, ON)

    def about(number: int):
        def work(tx: Transaction) -> list[telling.Told]:
            who = tx.add_requester("prolific", f"Lab {number}", f"lab {number}", None, "text")
            return tell_all(tx, by, hear(tx, by, report(number, tx.now), who))

        return work

    today = [await store.write(about(number)) for number in range(5)]
    clock.pass_by(DAY)
    tomorrow = await store.write(about(9))

    assert [len(told) for told in today] == [1, 1, 1, 0, 0]
    assert [each.alert.reason for each in tomorrow] == [Reason.LONE]


async def test_without_a_channel_for_moderators_nobody_hears_of_a_lone_report(store: Store, by: Rules) -> None:
    await serve(store, replace(ON, moderator_channel=None))

    assert await heard(store, by, 1) == []


async def test_before_the_public_delay_only_moderators_hear(store: Store, by: Rules, clock: Clock) -> None:
    await serve(store, ON)

    await heard(store, by, 1, 2)
    before = await queued(store)
    told = await time_passes(store, by, clock, 11 * MINUTE)
    after = await queued(store)

    assert [row.slot for row in before] == [Slot.MODERATORS]
    assert "members have not been told" in shown(before[0])
    assert [each.alert.public for each in told] == [True]
    assert {row.slot for row in after} == {Slot.MODERATORS, Slot.PUBLIC}


async def test_telling_the_same_state_twice_queues_nothing_twice(store: Store, by: Rules) -> None:
    await serve(store, ON, TRIAL)
    await heard(store, by, 1, 2, 3, n_rejected=150)
    once = await queued(store)

    again = await store.write(lambda tx: tell_all(tx, by, tx.get_incident(1)))

    assert again == []
    assert await queued(store) == once


async def test_a_guild_in_trial_tells_its_moderators_only_and_says_so(store: Store, by: Rules) -> None:
    await serve(store, TRIAL)

    told = await heard(store, by, 1, 2, 3, n_rejected=150)
    (row,) = await queued(store)

    assert any(each.alert.public for each in told)
    assert (row.channel_key, row.slot) == (TRIAL.moderator_channel, Slot.MODERATORS)
    assert "TRIAL: members would have been told this" in shown(row)


async def test_a_guild_that_is_on_is_not_marked_as_trial(store: Store, by: Rules) -> None:
    await serve(store, ON)

    await heard(store, by, 1, 2, 3, n_rejected=150)

    assert not any("TRIAL" in shown(row) for row in await queued(store))


@pytest.mark.parametrize(
    ("platforms", "hears"),
    [((), True), (("prolific",), True), (("connect", "prolific"), True), (("connect",), False)],
)
async def test_a_guild_hears_of_its_own_platforms(
    store: Store, by: Rules, platforms: tuple[str, ...], hears: bool
) -> None:
    await serve(store, replace(ON, platforms=platforms))

    told = await heard(store, by, 1, 2, 3, n_rejected=150)

    assert bool(told) is hears
    assert bool(await queued(store)) is hears


async def test_a_guild_with_no_channel_is_decided_for_and_nothing_is_queued(store: Store, by: Rules) -> None:
    await serve(store, replace(ON, alert_channel=None, moderator_channel=None))

    told = await heard(store, by, 1, 2, 3, n_rejected=150)

    assert told
    assert await queued(store) == []


async def test_the_cautious_policy_waits_where_the_early_one_speaks(store: Store, by: Rules) -> None:
    await serve(store, ON, guild(guild_key="discord:3", policy="cautious", alert_channel="discord:30"))

    told = await heard(store, by, 1, 2, n_rejected=150)

    assert {each.guild.guild_key for each in told if each.alert.public} == {"discord:1"}
    assert await queued(store, "discord:30") == []


async def test_an_unknown_policy_means_the_cautious_one(store: Store, by: Rules) -> None:
    await serve(store, replace(ON, policy="gone with an update"))

    told = await heard(store, by, 1, 2, n_rejected=150)

    assert not any(each.alert.public for each in told)


async def test_growth_edits_the_card_and_adds_no_message(store: Store, by: Rules, clock: Clock) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)
    await sent(store)

    clock.pass_by(MINUTE)
    told = await heard(store, by, 3, 4, n_rejected=150)
    public = await queued(store, "discord:10")

    assert [each.alert.reason for each in told] == [Reason.GROWN]
    assert len(public) == 1
    assert public[0].rev == 2
    assert "fewer than 5 workers" in shown(public[0]).lower()


async def test_a_rise_of_stage_edits_the_card_and_adds_one_short_message(store: Store, by: Rules, clock: Clock) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)
    await sent(store)

    clock.pass_by(MINUTE)
    told = await judged(store, by, Decision.CONFIRM)
    public = await queued(store, "discord:10")

    assert [each.alert.reason for each in told] == [Reason.CONFIRMED]
    assert [row.shape for row in public] == [Shape.CARD, Shape.NOTICE]
    assert "Confirmed by moderators" in shown(public[0])
    assert "Confirmed by moderators" in shown(public[1])


async def test_the_first_card_needs_no_short_message_beside_it(store: Store, by: Rules) -> None:
    await serve(store, ON)

    await heard(store, by, 1, 2, 3, 4, 5, 6, n_rejected=150)

    public = await queued(store, "discord:10")
    assert [row.shape for row in public if row.alert_id == public[0].alert_id] == [Shape.CARD]


async def test_short_messages_come_at_most_every_six_hours(store: Store, by: Rules, clock: Clock) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)
    await judged(store, by, Decision.CONFIRM)
    clock.pass_by(HOUR)

    await judged(store, by, Decision.REVERSED)
    within = await queued(store, "discord:10")
    clock.pass_by(6 * HOUR)
    await judged(store, by, Decision.UNDO)
    await judged(store, by, Decision.REVERSED)
    later = await queued(store, "discord:10")

    assert [row.shape for row in within].count(Shape.NOTICE) == 1
    assert "reversed" in shown(within[0])
    assert [row.shape for row in later].count(Shape.NOTICE) == 2


async def test_a_withdrawal_never_waits_for_the_six_hours(store: Store, by: Rules, clock: Clock) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)
    await judged(store, by, Decision.CONFIRM)
    clock.pass_by(MINUTE)

    await judged(store, by, Decision.DISMISS)
    notices = [row for row in await queued(store, "discord:10") if row.shape is Shape.NOTICE]

    assert [row.generation for row in notices] == [1, 2]
    assert "Dismissed by moderators" in shown(notices[1])
    assert len({row.nonce for row in notices}) == 2


async def test_what_members_never_saw_is_not_taken_back_in_public(store: Store, by: Rules) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2)

    await judged(store, by, Decision.DISMISS)

    assert await queued(store, "discord:10") == []
    assert "Dismissed" in shown((await queued(store, "discord:11"))[0])


async def test_a_verdict_of_one_guild_confirms_nothing_for_another(store: Store, by: Rules) -> None:
    other = guild(guild_key="discord:9", alert_channel="discord:90", moderator_channel="discord:91")
    await serve(store, ON, other)
    await heard(store, by, 1, 2, n_rejected=150)

    told = await judged(store, by, Decision.CONFIRM)

    assert {each.guild.guild_key for each in told} == {ON.guild_key}
    assert not any("onfirmed" in shown(row) for row in await queued(store, "discord:90"))


async def test_history_is_told_in_print_and_to_no_channel(store: Store, by: Rules) -> None:
    def work(tx: Transaction) -> list[telling.Told]:
        who = tx.add_requester("prolific", NAME, "example research lab", None, "text")
        changed = [hear(tx, by, report(n, tx.now), who) for n in (1, 2, 3)][-1]
        return telling.tell(tx, by, changed, tx.now, (telling.HISTORY,))

    told = await store.write(work)

    assert [each.guild for each in told] == [telling.HISTORY]
    assert await queued(store) == []


async def test_each_alert_as_a_line_names_requester_account_and_words(store: Store, by: Rules) -> None:
    import json

    await serve(store, ON)

    def work(tx: Transaction) -> list[telling.Told]:
        who = tx.add_requester("mturk", "Exämple Lab", "example lab", ACCOUNT, "link")
        return [told for n in (1, 2) for told in tell_all(tx, by, hear(tx, by, report(n, tx.now), who))]

    _, told = await store.write(work)
    line = telling.as_json(told)
    found = json.loads(line)

    assert "\n" not in line
    assert (found["account_key"], found["requester"], found["incident"]) == (ACCOUNT, "Exämple Lab", told.ref)
    assert (found["reason"], found["stage"], found["public"]) == ("suspected", "suspected", False)
    assert found["text"].startswith("Early, unverified: rejections reported for Exämple Lab")
    assert sum(term["points"] for term in found["why"]) == pytest.approx(found["score"])


async def test_a_message_that_a_moderator_removed_is_not_posted_again_but_a_correction_is(
    store: Store, by: Rules, clock: Clock
) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)

    def removed(tx: Transaction) -> None:
        for row in tx.claim_deliveries(100, MINUTE, ["discord:10"]):
            tx.settle_delivery(row, state=State.SUPPRESSED)

    await store.write(removed)
    clock.pass_by(DAY)
    await heard(store, by, 3, 4, n_rejected=150)
    grown = await queued(store, "discord:10")
    await judged(store, by, Decision.DISMISS)
    corrected = await queued(store, "discord:10")

    assert [row.state for row in grown] == [State.SUPPRESSED]
    assert [row.shape for row in corrected] == [Shape.CARD, Shape.NOTICE]


async def test_corroboration_after_the_first_public_word_edits_the_card_only(
    store: Store, by: Rules, clock: Clock
) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)
    await sent(store)
    clock.pass_by(7 * HOUR)

    told = await heard(store, by, 3, 4, 5, 6, 7, 8, n_rejected=150)

    assert Reason.CORROBORATED in [each.alert.reason for each in told]
    assert [row.shape for row in await queued(store, "discord:10")] == [Shape.CARD]


async def test_a_withdrawal_reaches_the_channel_that_was_told_before_the_guild_moved(
    store: Store, by: Rules, clock: Clock
) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)
    await sent(store)
    await serve(store, replace(ON, alert_channel="discord:12", platforms=("connect",)))

    await judged(store, by, Decision.DISMISS)
    rows = await queued(store, "discord:10")

    assert [row.shape for row in rows] == [Shape.CARD, Shape.NOTICE]
    assert all("Dismissed by moderators" in shown(row) for row in rows)


async def test_a_withdrawal_reaches_members_of_a_guild_that_went_back_to_trial(store: Store, by: Rules) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)
    await sent(store)
    await serve(store, replace(ON, mode=Mode.TRIAL))

    await judged(store, by, Decision.DISMISS)

    assert [row.shape for row in await queued(store, "discord:10")] == [Shape.CARD, Shape.NOTICE]


async def test_where_no_card_could_be_posted_nothing_is_said_beside_it(store: Store, by: Rules) -> None:
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)

    def dead(tx: Transaction) -> None:
        for row in tx.claim_deliveries(100, MINUTE, ["discord:10"]):
            tx.settle_delivery(row, state=State.DEAD)

    await store.write(dead)
    await judged(store, by, Decision.DISMISS)

    assert [row.shape for row in await queued(store, "discord:10")] == [Shape.CARD]


def test_a_nonce_is_short_plain_and_the_same_after_a_restart() -> None:
    first = telling.nonce(rules(), "7K2Q9F", "discord:10", Shape.CARD, 0)

    assert first == telling.nonce(rules(), "7K2Q9F", "discord:10", Shape.CARD, 0)
    assert len(first) == 25
    assert first.isalnum()
    assert first.isascii()


@pytest.mark.parametrize(
    "other",
    [
        ("7K2Q9G", "discord:10", Shape.CARD, 0),
        ("7K2Q9F", "discord:1", Shape.CARD, 0),
        ("7K2Q9F", "discord:10", Shape.NOTICE, 0),
        ("7K2Q9F", "discord:10", Shape.CARD, 1),
        ("7K2Q9F1", "discord:0", Shape.CARD, 0),
    ],
)
def test_a_nonce_differs_by_incident_channel_shape_and_generation(other: tuple[str, str, Shape, int]) -> None:
    assert telling.nonce(rules(), "7K2Q9F", "discord:10", Shape.CARD, 0) != telling.nonce(rules(), *other)


def test_a_nonce_cannot_be_foretold_without_the_installations_key() -> None:
    ours = telling.nonce(rules(), "7K2Q9F", "discord:10", Shape.CARD, 0)

    assert ours != telling.nonce(rules(b"somebody else's key of 32 bytes."), "7K2Q9F", "discord:10", Shape.CARD, 0)


def test_a_hundred_thousand_nonces_are_a_hundred_thousand() -> None:
    by, places = rules(), itertools.product(range(500 * 2 // len(Shape)), range(50), Shape, range(2))

    made = {telling.nonce(by, str(incident), f"discord:{channel}", *rest) for incident, channel, *rest in places}

    assert len(made) >= 99_000
    assert {len(nonce) for nonce in made} == {25}
