"""A community is set anew while something waits for it: it reaches the channel of today, once, or nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fakemedium import FakeMedium
from test_telling import ON, TRIAL, heard, judged, queued, sent, serve, shown

from bot.forgetting import come_back, leave
from bot.model import Decision, Delivery, Mode, Reason, Shape, Slot, State
from bot.moving import CAUGHT_UP, set_anew
from bot.outbox import pump
from bot.rules import Rules
from bot.storage import Store
from tests.harness.memory import Memory
from tests.making import DAY, HOUR, MINUTE, hear, report, tell_all
from tests.storage.build import Clock

OLD, NEW = ON.alert_channel or "", "discord:12"
ELSEWHERE = replace(ON, alert_channel=NEW)
QUIET = replace(ON, mode=Mode.TRIAL)


@pytest.fixture
def medium(clock: Clock) -> FakeMedium:
    return FakeMedium(clock)


async def set_to(store: Store, by: Rules, guild) -> None:
    await store.write(lambda tx: set_anew(tx, by, guild, by="moderator"))


async def warned(store: Store, by: Rules) -> None:
    """Two workers reported, which is enough; nothing has been sent yet."""
    await serve(store, ON)
    await heard(store, by, 1, 2, n_rejected=150)


async def of(store: Store, channel: str) -> list[tuple[Shape, State]]:
    return [(row.shape, row.state) for row in await queued(store, channel)]


async def test_an_alert_for_a_channel_that_was_deleted_reaches_the_one_that_is_chosen_then(
    store: Store, by: Rules, clock: Clock, medium: FakeMedium
) -> None:
    await warned(store, by)
    medium.plan(OLD, "closed", "closed")
    await pump(store, medium)

    await set_to(store, by, ELSEWHERE)
    for _ in range(3):
        await pump(store, medium)
        clock.pass_by(HOUR)

    assert len(medium.seen(NEW)) == 1
    assert medium.seen(OLD) == []
    assert await of(store, OLD) == []
    (moved,) = await queued(store, NEW)
    assert len({row.nonce for row in await queued(store)}) == len(await queued(store))
    assert "Early, unverified" in shown(moved)


async def test_what_may_be_in_the_old_channel_is_looked_for_there_and_said_in_the_new_one(
    store: Store, by: Rules, clock: Clock, medium: FakeMedium
) -> None:
    await warned(store, by)
    medium.plan(OLD, "silent")
    await pump(store, medium)

    await set_to(store, by, ELSEWHERE)
    clock.pass_by(MINUTE)
    await pump(store, medium)

    assert [len(medium.seen(channel)) for channel in (OLD, NEW)] == [1, 1]
    assert await of(store, OLD) == [(Shape.CARD, State.SENT)]


async def test_what_members_have_seen_is_not_said_again_elsewhere(store: Store, by: Rules) -> None:
    await warned(store, by)
    await sent(store)

    await set_to(store, by, ELSEWHERE)

    assert await of(store, NEW) == []


async def test_a_community_that_goes_back_to_trial_says_nothing_in_public_that_was_waiting(
    store: Store, by: Rules, clock: Clock, medium: FakeMedium
) -> None:
    await warned(store, by)
    medium.plan(OLD, "closed")
    await pump(store, medium)

    await set_to(store, by, QUIET)
    clock.pass_by(HOUR)
    await pump(store, medium)
    told = await judged(store, by, Decision.DISMISS)
    await pump(store, medium)

    assert told
    assert medium.seen(OLD) == [], "and what members never saw is not taken back before them"


async def test_a_short_message_goes_with_the_card_that_it_stood_beside(store: Store, by: Rules) -> None:
    await warned(store, by)
    (card,) = await queued(store, OLD)
    beside = replace(card, delivery_id=None, shape=Shape.NOTICE, generation=1, nonce="beside")
    await store.write(lambda tx: tx.queue(beside))

    await set_to(store, by, ELSEWHERE)

    assert await of(store, OLD) == []
    assert await of(store, NEW) == [(Shape.CARD, State.DUE)]


async def test_moderators_who_choose_another_channel_find_there_what_they_were_asked(store: Store, by: Rules) -> None:
    await warned(store, by)
    (card,) = await queued(store, ON.moderator_channel)
    asked = replace(card, delivery_id=None, shape=Shape.QUESTION, generation=7, nonce="asked", slot=Slot.MODERATORS)
    await store.write(lambda tx: tx.queue(asked))

    await set_to(store, by, replace(ON, moderator_channel="discord:13"))

    assert await of(store, "discord:13") == [(Shape.CARD, State.DUE), (Shape.QUESTION, State.DUE)]
    assert await of(store, ON.moderator_channel or "") == []


async def test_there_and_back_again_is_said_once_where_it_ends(store: Store, by: Rules, medium: FakeMedium) -> None:
    await warned(store, by)

    for guild in (ELSEWHERE, ON, ELSEWHERE, ON):
        await set_to(store, by, guild)
    await pump(store, medium)

    assert [len(medium.seen(channel)) for channel in (OLD, NEW)] == [1, 0]


async def test_of_another_community_nothing_moves(store: Store, by: Rules) -> None:
    await serve(store, TRIAL)
    await warned(store, by)
    before = await queued(store, TRIAL.moderator_channel)

    await set_to(store, by, ELSEWHERE)

    assert await queued(store, TRIAL.moderator_channel) == before


# ----------------------------------------------------------------------------------------------------------------------
# members who hear from now on


async def about(store: Store, by: Rules, *names: str, workers: int = 3) -> None:
    """So many workers report each of them; the one named last is the strongest."""
    for n, name in enumerate(names):

        def work(tx, name=name, n=n) -> None:
            who = tx.add_requester("prolific", name, name.lower(), None, "text")
            for worker in range(workers + n):
                tell_all(tx, by, hear(tx, by, report(100 * n + worker, tx.now), who))

        await store.write(work)


async def waiting(store: Store, channel: str) -> list[str]:
    return [shown(row) for row in await store.read(lambda tx: tx.outbox()) if row.channel_key == channel]


NAMES = (
    "Ashmere Vision",
    "Birchmere Audio",
    "Cedarmere Text",
    "Duskmere Maps",
    "Elmmere Faces",
    "Fernmere Lab",
    "Gorse",
)


async def test_members_who_hear_from_now_on_hear_at_once_of_what_is_open_and_once(
    store: Store, by: Rules, clock: Clock, medium: FakeMedium
) -> None:
    await serve(store, QUIET)
    await about(store, by, *NAMES[:2])
    clock.pass_by(HOUR)
    before = await waiting(store, OLD)

    for guild in (ON, ON, QUIET, ON):
        await set_to(store, by, guild)
        await pump(store, medium)
        clock.pass_by(HOUR)

    assert before == []
    assert [name in title for name, title in zip(NAMES[1::-1], medium.seen(OLD), strict=True)] == [True, True]
    moderators = [shown(row) for row in await queued(store, ON.moderator_channel)]
    assert moderators
    assert not any("TRIAL" in card for card in moderators)


async def test_the_card_that_came_late_goes_on_like_any_other(
    store: Store, by: Rules, clock: Clock, medium: FakeMedium
) -> None:
    await serve(store, QUIET)
    await heard(store, by, 1, 2, 3)
    await set_to(store, by, ON)
    await pump(store, medium)
    clock.pass_by(HOUR)

    await judged(store, by, Decision.DISMISS)
    for _ in range(2):
        await pump(store, medium)
        clock.pass_by(MINUTE)

    assert ["Dismissed" in title for title in medium.seen(OLD)] == [True, True], "the card, and a word beside it"


async def test_of_many_the_strongest_are_told_and_the_last_of_them_says_how_many_more_there_are(
    store: Store, by: Rules
) -> None:
    await serve(store, QUIET)
    await about(store, by, *NAMES)

    await set_to(store, by, ON)

    told = await waiting(store, OLD)
    assert [name in card for name, card in zip(NAMES[::-1], told, strict=False)] == [True] * CAUGHT_UP
    assert len(told) == CAUGHT_UP
    assert ["/recent" in card for card in told] == [False] * (CAUGHT_UP - 1) + [True]
    assert f"{len(NAMES) - CAUGHT_UP} more incidents are open now" in told[-1]


async def test_of_those_that_wait_for_their_turn_members_hear_when_they_are_told_anew(
    store: Store, by: Rules, medium: FakeMedium
) -> None:
    await serve(store, QUIET)
    await about(store, by, *NAMES)
    for guild in (ON, QUIET):
        await set_to(store, by, guild)
        for _ in range(CAUGHT_UP + len(NAMES)):
            await pump(store, medium)

    await set_to(store, by, ON)

    told = await waiting(store, OLD)
    assert [name in card for name, card in zip(NAMES[1::-1], told, strict=True)] == [True, True]
    assert not any("/recent" in card for card in told)


@pytest.mark.parametrize("why", ["old story", "dismissed", "not sure enough", "another platform", "too early", "over"])
async def test_what_members_would_not_have_been_told_anyway_stays_untold(
    store: Store, by: Rules, clock: Clock, why: str
) -> None:
    await serve(store, QUIET)
    await heard(store, by, 1, *(() if why == "not sure enough" else (2, 3)))
    guild = ON
    if why == "old story":
        clock.pass_by(3 * DAY)
    elif why == "dismissed":
        await judged(store, by, Decision.DISMISS)
    elif why == "another platform":
        guild = replace(ON, platforms=("mturk",))
    elif why == "too early":
        clock.pass_by(-MINUTE)
    elif why == "over":
        await judged(store, by, Decision.REVERSED)

    await set_to(store, by, guild)

    assert await waiting(store, OLD) == []


async def test_a_policy_that_speaks_earlier_speaks_at_once_of_what_is_open(store: Store, by: Rules) -> None:
    careful = replace(ON, policy="cautious")
    await serve(store, careful)
    await heard(store, by, 1, 2, n_rejected=150)
    before = await waiting(store, OLD)

    await set_to(store, by, ON)

    assert before == []
    assert len(await waiting(store, OLD)) == 1
    said = await store.read(lambda tx: tx.count_alerts(ON.guild_key, Reason.SUSPECTED, tx.now - DAY))
    assert said == 2, "to moderators before, to members now"


async def test_whatever_else_is_set_tells_members_nothing(store: Store, by: Rules) -> None:
    await serve(store, QUIET)
    await heard(store, by, 1, 2, 3)
    await store.write(lambda tx: tx.save_guild(ON))

    await set_to(store, by, replace(ON, name="Renamed workers", moderator_role="77", alert_channel=NEW))

    assert await waiting(store, OLD) == await waiting(store, NEW) == []


async def test_what_moderators_took_away_is_not_brought_back(store: Store, by: Rules, medium: FakeMedium) -> None:
    await warned(store, by)
    await pump(store, medium)
    (card,) = await queued(store, OLD)
    await store.write(lambda tx: tx.removed(OLD, card.message_key or ""))

    await set_to(store, by, QUIET)
    await set_to(store, by, ON)

    assert await waiting(store, OLD) == []


async def rows(store: Store) -> list[Delivery]:
    return list(await store.read(lambda tx: tx.deliveries_of(1)))


async def test_who_sent_us_away_and_takes_us_back_is_not_told_what_was_waiting_then(
    store: Store, by: Rules, clock: Clock, medium: FakeMedium
) -> None:
    await warned(store, by)
    medium.plan(OLD, "silent")
    medium.plan(ON.moderator_channel or "", "closed")
    await pump(store, medium)

    await store.write(lambda tx: leave(tx, ON.guild_key, set()))
    left = [row.state for row in await rows(store)]
    await store.write(lambda tx: come_back(tx, QUIET))
    clock.pass_by(HOUR)
    await pump(store, medium)

    assert left == [State.SUPPRESSED], "what was never tried is forgotten, what may be there is left alone"
    assert [len(medium.seen(channel)) for channel in (OLD, ON.moderator_channel or "")] == [1, 0]


async def test_who_took_us_back_hears_how_it_goes_on(store: Store, by: Rules, medium: FakeMedium) -> None:
    await warned(store, by)
    await store.write(lambda tx: leave(tx, ON.guild_key, set()))
    await store.write(lambda tx: come_back(tx, ON))

    await heard(store, by, 3, 4, 5, n_rejected=150)
    await pump(store, medium)

    assert len(medium.seen(OLD)) == 1


async def test_what_was_posted_before_a_copy_was_put_back_is_not_taken_for_what_is_told_since(
    by: Rules, clock: Clock, medium: FakeMedium
) -> None:
    since_lost: Any = Memory(clock)
    await serve(since_lost, ON)
    await about(since_lost, by, "Ashmere Vision")
    await pump(since_lost, medium)
    clock.pass_by(HOUR)

    put_back: Any = Memory(clock)
    await serve(put_back, ON)
    await about(put_back, by, "Birchmere Audio")
    medium.plan(OLD, "vanishes")
    for _ in range(3):
        await pump(put_back, medium)
        clock.pass_by(MINUTE)

    assert ["Birchmere" in title for title in medium.seen(OLD)] == [False, True]
