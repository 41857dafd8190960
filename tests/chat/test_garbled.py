"""E13: whatever field of Discord's answers is missing, empty, of another kind or huge: one message, no stumbling."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from staging import Stage
from test_announce import CARD, blinded, first_try, queue, row_of

from bot import outbox
from bot.model import State
from bot.outbox import Look, Result

GONE = object()
ODD = (GONE, None, 7, -1, "x", [], {}, [None], "9" * 5_000)


def places(answer: Any, deep: int = 3) -> Iterator[tuple[Any, ...]]:
    """Every field of an answer, by the way to it."""
    inside = answer.items() if isinstance(answer, dict) else enumerate(answer) if isinstance(answer, list) else ()
    for key, value in inside:
        yield (key,)
        if deep > 1:
            yield from ((key, *further) for further in places(value, deep - 1))


def garbled(answer: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """The answer with that at this place."""
    spoilt = copy.deepcopy(answer)
    inside = spoilt
    for key in place[:-1]:
        inside = inside[key]
    if odd is GONE:
        del inside[place[-1]]
    else:
        inside[place[-1]] = odd
    return spoilt


async def said(stage: Stage) -> dict[str, Any]:
    """What Discord answers when our card is posted."""
    (message,) = stage.fake.posted(stage.alerts)
    return message.payload()


async def test_whatever_is_wrong_with_the_answer_to_a_message_it_is_done_or_uncertain_and_there_once(
    stage: Stage,
) -> None:
    row = await first_try(stage)
    await stage.announcer().announce(row, CARD)
    answer = await said(stage)
    came: set[Result] = set()

    for place in places(answer):
        for odd in ODD:
            stage.clock.ahead += timedelta(seconds=0.05)
            stage.fake.fault("create_message", "garbled", garble=lambda _, p=place, o=odd: garbled(answer, p, o))
            attempt = await stage.announcer().announce(row, CARD)
            came.add(attempt.result)
            assert attempt.result in (Result.DONE, Result.UNCERTAIN), (place, odd, attempt)
            if attempt.result is Result.DONE:
                assert str(attempt.message_key).isdecimal(), (place, odd)

    assert came == {Result.DONE, Result.UNCERTAIN}
    assert len(stage.fake.posted(stage.alerts)) == 1


async def test_whatever_is_wrong_with_a_message_of_the_history_ours_is_found_or_nothing_is_concluded(
    stage: Stage,
) -> None:
    row = await first_try(stage)
    ann = stage.guild.add_member("ann")
    stage.fake.say(stage.alerts, ann, "a quiet morning")
    await stage.announcer().announce(row, CARD)
    stage.fake.say(stage.alerts, ann, "a busy noon")
    answer = [message.payload() for message in reversed(stage.alerts.messages.values())]
    key = answer[1]["id"]
    looks: set[Look] = set()

    for place in places(answer):
        for odd in ODD:
            stage.clock.ahead += timedelta(seconds=0.05)
            stage.fake.fault("get_history", "garbled", garble=lambda _, p=place, o=odd: garbled(answer, p, o))
            sight = await stage.announcer().find(row)
            looks.add(sight.look)
            if place[0] != 1:
                assert (sight.look, sight.message_key) == (Look.FOUND, key), (place, odd)
            else:
                assert sight.message_key in (None, key), (place, odd)

    assert {Look.FOUND, Look.CANNOT_TELL} <= looks


@pytest.mark.parametrize("answer", [None, 7, "x", {}, {"messages": []}])
async def test_a_history_that_is_none_proves_nothing(stage: Stage, answer: Any) -> None:
    row = await first_try(stage)
    stage.fake.fault("get_history", "garbled", garble=lambda _: answer)

    assert (await stage.announcer().find(row)).look is Look.UNREACHABLE


async def test_one_message_that_nobody_can_read_leaves_no_alert_stuck_and_holds_up_no_other(stage: Stage) -> None:
    """discord.py raises for a whole page in which one message is of a kind it does not know."""
    first = await queue(stage)
    stage.fake.fault("create_message", status=503, after_commit=True)
    await blinded(stage)
    await outbox.pump(stage.desk.store, stage.announcer())
    stage.fake.say(stage.alerts, stage.guild.add_member("ann"), "something new")
    newest = list(stage.alerts.messages.values())[-1].payload()
    spoilt = {name: newest[name] for name in ("id", "author")}
    stage.fake.fault("get_history", "garbled", times=None, garble=lambda page: [spoilt, *page[1:]])

    stage.clock.ahead += timedelta(seconds=30)
    await outbox.pump(stage.desk.store, stage.announcer())

    assert (await row_of(stage, first)).state is State.SENT
    assert len(stage.fake.posted(stage.alerts)) == 1
