"""E12: ten thousand commands in ten seconds become no flood of answers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from discord.ext import commands
from town import Town

from bot.pace import MOST, WITHIN
from cogs.failures import Failures
from tests.making import NOW

COMMANDS, PEOPLE, SECONDS = 10_000, 100, 10.0


async def heard(cog: Failures, who: int, after: float) -> bool:
    """Whether a command is heard that this person gives so many seconds from the beginning."""
    message = SimpleNamespace(created_at=NOW + timedelta(seconds=after))
    ctx: Any = SimpleNamespace(message=message, author=SimpleNamespace(id=who))
    try:
        return await cog.bot_check(ctx)
    except commands.CommandOnCooldown:
        return False


async def test_of_a_flood_each_person_is_heard_as_often_as_they_may_and_again_when_it_is_over() -> None:
    cog = Failures(SimpleNamespace(tree=SimpleNamespace(error=lambda _: None)))  # type: ignore[arg-type]
    count: Counter[int] = Counter()

    for number in range(COMMANDS):
        who = number % PEOPLE
        count[who] += await heard(cog, who, SECONDS * number / COMMANDS)
    quiet = await heard(cog, PEOPLE, SECONDS)
    later = await heard(cog, 0, SECONDS + WITHIN.total_seconds())

    assert set(count.values()) == {MOST}
    assert quiet
    assert later


async def test_what_is_refused_is_not_answered_for_ever_either(town: Town) -> None:
    answers = [await town.type(town.ann, "!status") for _ in range(MOST + 5)]

    assert sum(map(len, answers)) == MOST
    assert all(isinstance(error, commands.CommandOnCooldown) for error in town.env.errors)
