"""D8: whoever takes a moderator's account can do little before another person is needed, and all can be undone."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from bot.commands import Answer, Desk, Person, answer
from bot.errors import UsageError
from bot.model import Outcome, Report, Stage
from bot.naming.canonical import canonical
from bot.review import ALONE, hold_back
from bot.storage import Transaction
from bot.storage.chain import Deed
from tests.harness.memory import Memory
from tests.making import DAY, HOUR, NOW, guild, hear, report, rules, tell_all, voice
from tests.storage.build import Clock

SCRIPTS, STORIES = 200, 4
NAMES = tuple(f"{word} Vision Group" for word in ("Quillmere", "Birchmere", "Tarnbrook", "Oakpine", "Ashlade"))
SOON, MOST = ALONE[0]
BAD = ("confirm", "dismiss", "reversed", "undo", "merge", "alias add", "rename", "split")


class Town:
    """A community with five incidents, a moderator gone bad and one who is not."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.now = NOW
        self.memory: Any = Memory(self.clock)
        self.by = rules()
        self.desk = Desk(self.memory, self.by)
        self.guild = guild()
        self.refs: list[str] = []

    async def settle(self) -> Town:
        await self.memory.write(self._fill)
        return self

    def _fill(self, tx: Transaction) -> None:
        tx.save_guild(self.guild)
        for number, name in enumerate(NAMES):
            theirs = tx.add_requester("prolific", name, canonical(name), None, "text")
            for n in range(2):
                said: Report = report(10 * number + n, voice=voice(10 * number + n))
                changed = hear(tx, self.by, said, theirs)
            tell_all(tx, self.by, changed)
            self.refs.append(tx.ref(changed.incident_id))

    async def say(self, line: str, who: str = "bad") -> Answer:
        return await answer(self.desk, Person(key=who, site="discord", guild=self.guild, moderator=True), line)

    async def act(self, dice: random.Random) -> Answer:
        """Whatever harm one line can do."""
        kind = dice.choice(BAD)
        one, other = dice.sample(NAMES, k=2)
        if kind in ("confirm", "dismiss", "reversed", "undo"):
            return await self.say(f"{kind} {dice.choice(self.refs)}")
        if kind == "split":
            return await self._through(f"split {dice.choice(self.refs)} = Nobody {dice.randrange(99)} Surveys")
        return await self._through(f"{kind} {one} = {other if kind == 'merge' else f'Slur {dice.randrange(99)}'}")

    async def _through(self, line: str) -> Answer:
        shown = await self.say(line)
        return await self.say(f"do {shown.plan}") if shown.plan else shown

    async def effects(self) -> int:
        count = "SELECT count(*) FROM audit WHERE deed IN ('verdict', 'edit')"
        return await self.memory.read(lambda tx: tx.connection.execute(text(count)).scalar())

    async def stages(self) -> list[tuple[Stage, Outcome]]:
        found = await self.memory.read(lambda tx: tx.recent_incidents(NOW - DAY, 99))
        return sorted((each.stage, each.outcome) for each in found)


async def test_whatever_they_try_no_more_than_ten_effects_come_before_another_person_is_needed() -> None:
    for seed in range(STORIES):
        town, dice = await Town().settle(), random.Random(f"gone bad {seed}")
        for _ in range(16):
            await town.act(dice)

        assert MOST - 3 <= await town.effects() <= MOST, seed


async def test_of_any_script_in_time_no_window_holds_more_than_one_person_may_decide() -> None:
    town = Town()
    for seed in range(SCRIPTS):
        dice, who, done = random.Random(f"script {seed}"), f"bad {seed}", list[datetime]()
        for _ in range(14):
            town.clock.pass_by(SOON * dice.choice((0.01, 0.02, 0.3)))
            with suppress(UsageError):
                await town.memory.write(lambda tx, who=who: (hold_back(tx, who), tx.record(Deed.EDIT, {}, by=who)))
                done.append(town.clock.now)

        assert len(done) >= MOST
        assert all(sum(at - SOON < each <= at for each in done) <= MOST for at in done), seed


async def test_the_next_one_is_refused_and_another_person_may_decide_it() -> None:
    town = await Town().settle()
    for turn in range(MOST):
        await town.say(f"{('confirm', 'dismiss')[turn % 2]} {town.refs[turn % 5]}")

    refused = await town.say(f"confirm {town.refs[0]}")
    preview = await town.say(f"rename {NAMES[0]} = Something Else Labs")
    other = await town.say(f"dismiss {town.refs[0]}", "good")

    assert "another moderator" in refused.card.lines[0]
    assert "another moderator" in preview.card.lines[0]
    assert "Only moderators" not in other.card.title
    assert await town.effects() == MOST + 1


async def test_after_a_while_they_may_go_on_but_not_the_whole_day() -> None:
    town = await Town().settle()
    _, a_day = ALONE[1]
    for turn in range(60):
        if turn % MOST == 0:
            town.clock.pass_by(SOON)
        await town.say(f"{('confirm', 'dismiss')[turn % 2]} {town.refs[turn % 5]}")
    assert await town.effects() == a_day

    town.clock.pass_by(DAY)
    await town.say(f"confirm {town.refs[0]}")
    assert await town.effects() == a_day + 1


@pytest.mark.parametrize("word", ["confirm", "dismiss", "reversed"])
async def test_what_they_decided_is_taken_back_by_one_word_each(word: str) -> None:
    town = await Town().settle()
    before = await town.stages()
    for ref in town.refs:
        await town.say(f"{word} {ref}")
    assert await town.stages() != before
    town.clock.pass_by(HOUR)

    for ref in town.refs:
        await town.say(f"undo {ref}", "good")

    assert await town.stages() == before
