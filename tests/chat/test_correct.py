"""B12, F4: what people edit or delete in a watched channel is edited or gone here, with what followed from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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
