"""B12, F4: what people edit or delete in a watched channel is edited or gone here, with what followed from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from staging import Clock, Stage, on_stage

from bot.client import EXTENSIONS
from bot.commands import Desk

WORDS = "Acme Labs on Prolific just rejected all 40 of my studies, every single one"


@pytest.fixture
async def front(desk: Desk, clock: Clock) -> AsyncIterator[Stage]:
    async with on_stage(desk, clock, *EXTENSIONS) as made:
        yield made


async def watched(stage: Stage) -> Any:
    mo = stage.guild.add_member("mo", moderator=True)
    talk = stage.guild.add_channel("talk")
    await stage.fake.slash(talk, mo, "watch-channel")
    return talk


async def comes(stage: Stage, question: str, wanted: list[Any]) -> Any:
    """What the store answers, once it is what is wanted, or after ten seconds."""
    found: list[Any] = []
    for _ in range(500):
        found = await stage.desk.store.read(
            lambda tx: [row[0] for row in tx.connection.exec_driver_sql(question).all()]
        )
        if found == wanted:
            break
        await asyncio.sleep(0.02)
    return found


COUNT = "SELECT count(*) FROM reports WHERE removed_at IS NULL"
TEXTS = "SELECT text FROM posts ORDER BY post_id"


async def test_what_is_deleted_there_is_gone_here_and_counts_no_more(front: Stage) -> None:
    talk = await watched(front)
    said = [front.fake.say(talk, front.guild.add_member(name), f"{WORDS} {name}") for name in ("ann", "ben")]
    assert await comes(front, COUNT, [2]) == [2]

    front.fake.delete(said[0])

    assert await comes(front, COUNT, [1]) == [1]
    assert await comes(front, TEXTS, [None, f"{WORDS} ben"]) == [None, f"{WORDS} ben"]


async def test_what_is_edited_there_is_read_again_here(front: Stage) -> None:
    talk = await watched(front)
    said = front.fake.say(talk, front.guild.add_member("ann"), WORDS)
    assert await comes(front, COUNT, [1]) == [1]

    front.fake.edit(said, "sorry, I misread that")

    assert await comes(front, TEXTS, ["sorry, I misread that"]) == ["sorry, I misread that"]
    assert await comes(front, COUNT, [0]) == [0]


async def all_is_stored(stage: Stage) -> None:
    await stage.fake.until(lambda: "listen" not in {task.get_name() for task in asyncio.all_tasks()})


async def away(stage: Stage) -> None:
    """The connection is lost, and for so long that no session will be told of what happens now."""
    await stage.fake.drop_gateway(4000, stay_closed=True)
    stage.clock.ahead += timedelta(minutes=5)


def asked(stage: Stage) -> int:
    """How often histories were asked for."""
    return sum(line.route == "get_history" for line in stage.fake.requests)


async def test_what_was_edited_or_deleted_while_the_bot_was_away_is_edited_or_gone_when_it_is_back(
    front: Stage,
) -> None:
    talk = await watched(front)
    people = [front.guild.add_member(name) for name in ("ann", "ben", "cem")]
    said = [front.fake.say(talk, each, f"{WORDS} {each.name}") for each in people]
    assert await comes(front, COUNT, [3]) == [3]

    await away(front)
    front.fake.delete(said[0])
    front.fake.edit(said[1], "sorry, I misread that")
    front.fake.say(talk, people[0], "a quiet morning")
    front.fake.open_gateway()

    left = [None, "sorry, I misread that", f"{WORDS} cem", "a quiet morning"]
    assert await comes(front, TEXTS, left) == left
    assert await comes(front, COUNT, [1]) == [1]


@pytest.mark.parametrize("somebody_else_is_there", [True, False])
async def test_an_empty_history_is_not_believed_where_many_messages_were(
    front: Stage, somebody_else_is_there: bool
) -> None:
    talk = await watched(front)
    ann = front.guild.add_member("ann")
    texts = [f"a quiet morning {number}" for number in range(20)]
    said = [front.fake.say(talk, ann, text) for text in texts]
    assert await comes(front, TEXTS, texts) == texts

    await away(front)
    for each in said:
        front.fake.delete(each)
    if somebody_else_is_there:
        front.fake.say(talk, ann, "anybody here?")
    before = asked(front)
    front.fake.open_gateway()
    # Once for what was there, and then for what is new.
    await front.fake.until(lambda: asked(front) == before + 2)

    left = [*[None] * 20, "anybody here?"] if somebody_else_is_there else texts
    assert await comes(front, TEXTS, left) == left


async def test_what_is_edited_while_the_history_is_on_its_way_is_not_overwritten_by_it(front: Stage) -> None:
    talk = await watched(front)
    said = front.fake.say(talk, front.guild.add_member("ann"), WORDS)
    assert await comes(front, COUNT, [1]) == [1]
    # Else it reads the history while it is away, and hears of nothing meanwhile.
    await all_is_stored(front)

    await away(front)
    before = asked(front)
    late = front.fake.fault("get_history", "delay", after_commit=True, seconds=1.0)
    front.fake.open_gateway()
    await front.fake.until(lambda: late.hits == 1)
    front.fake.edit(said, "sorry, I misread that")
    # What it showed is done with before what is new is asked for.
    await front.fake.until(lambda: asked(front) == before + 2)

    assert await comes(front, TEXTS, ["sorry, I misread that"]) == ["sorry, I misread that"]
    assert await comes(front, COUNT, [0]) == [0]


def listening(stage: Stage) -> Any:
    return stage.client.get_cog("Listen")


@asynccontextmanager
async def busy_elsewhere(stage: Stage, talk: Any) -> AsyncIterator[None]:
    """Whoever stores what is said is at another channel, and that takes time."""
    elsewhere = stage.guild.add_channel("elsewhere")
    await stage.fake.slash(elsewhere, stage.guild.add_member("mia", moderator=True), "watch-channel")
    async with listening(stage).settling(elsewhere.id):
        stage.fake.say(elsewhere, stage.guild.add_member("eva"), "a busy morning")
        await stage.fake.until(lambda: listening(stage)._said.get(elsewhere.id))
        await asyncio.sleep(0.05)
        yield


async def heard(stage: Stage, talk: Any, count: int) -> None:
    await stage.fake.until(lambda: len(listening(stage)._said.get(talk.id, [])) == count)


async def test_second_thoughts_that_come_before_the_first_are_stored_are_what_is_stored(front: Stage) -> None:
    talk = await watched(front)
    ann, ben = (front.guild.add_member(name) for name in ("ann", "ben"))
    async with busy_elsewhere(front, talk):
        gone, changed = front.fake.say(talk, ann, WORDS), front.fake.say(talk, ben, f"{WORDS} too")
        await heard(front, talk, 2)
        front.fake.delete(gone)
        front.fake.edit(changed, "sorry, I misread that")
        await heard(front, talk, 1)

    left = ["a busy morning", "sorry, I misread that"]
    assert await comes(front, TEXTS, left) == left
    assert await comes(front, COUNT, [0]) == [0]


async def test_what_was_heard_before_a_break_and_deleted_during_it_is_not_stored_after_it(front: Stage) -> None:
    talk = await watched(front)
    ann = front.guild.add_member("ann")
    async with busy_elsewhere(front, talk):
        gone = front.fake.say(talk, ann, WORDS)
        await heard(front, talk, 1)
        await away(front)
        front.fake.delete(gone)
        front.fake.say(talk, ann, "a quiet morning")
        front.fake.open_gateway()
        await front.fake.until(front.client.is_ready)
    await all_is_stored(front)

    left = ["a busy morning", "a quiet morning"]
    assert sorted(await comes(front, TEXTS, left)) == left


async def test_no_lock_is_kept_of_a_channel_that_nobody_is_at(front: Stage) -> None:
    listen = listening(front)

    async with listen.settling(1):
        assert listen.settling(1).locked()
    for number in range(1000):
        async with listen.settling(number):
            pass

    assert len(listen._settling) == 0


async def test_a_channel_that_is_not_watched_is_none_of_our_business(front: Stage) -> None:
    talk = await watched(front)
    elsewhere = front.guild.add_channel("elsewhere")
    ann = front.guild.add_member("ann")
    other = front.fake.say(elsewhere, ann, WORDS)
    front.fake.say(talk, ann, WORDS)
    assert await comes(front, COUNT, [1]) == [1]

    front.fake.edit(other, "sorry")
    front.fake.delete(other)
    await asyncio.sleep(0.2)

    assert await comes(front, TEXTS, [WORDS]) == [WORDS]
