"""G1 in small: stories of the whole product, drawn by seed; after every step the judge and a model must agree.

Steps: posts, reports, verdicts, merges, what is taken back, edits and deletions at the source, people and communities
that are forgotten, time, and transactions that die half way.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from bot import cards, following, intake, sweeper
from bot.commands import Answer, Desk, Person, answer
from bot.forgetting import come_back, forget, forget_guilds, leave
from bot.model import Guild, Page, Post
from bot.rules import Rules
from bot.storage import Transaction
from tests.harness import checker
from tests.harness.checker import Found
from tests.harness.memory import Memory
from tests.making import DAY, HOUR, MINUTE, NOW, guild, rules
from tests.storage.build import Clock

STORIES, STEPS = 12, 25
SOURCE = "reddit:exampleturkers"
NAMES = ("Quillmere Vision Group", "Birchmere Audio Lab", "Tarnbrook Surveys")
SAYS = (
    "{name} just rejected all {n} of my studies on Prolific, every single one. {own}",
    "{name} rejected {n} out of {n} for me today. {own}",
    "My work for {name} was approved within the hour, all {n}. {own}",
    "Update: {name} reversed all of my {n} rejections and paid. {own}",
    "Lovely weather, I did {n} surveys for {name}. {own}",
)


class World:
    """What is done, and a model of what must be so because of it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = Clock()
        self.clock.now = NOW
        self.store: Any = Memory(self.clock)
        self.by: Rules = rules()
        self.desk = Desk(self.store, self.by)
        self.guilds = (guild(), guild(guild_key="discord:2", alert_channel="20", moderator_channel="21"))
        self.shown: dict[tuple[str, str], Post] = {}
        self.gone: set[tuple[str, str]] = set()
        self.verdicts: list[str] = []
        self.forgotten: set[str] = set()
        self.edits: list[str] = []

    async def step(self) -> str:
        acts = (*(self.posts,) * 4, *(self.report,) * 2, *(self.judge,) * 2, self.merge, self.take_back, self.edit)
        acts += (self.delete, self.forget, self.time, self.time, self.leave, self.come_back, self.die)
        act = self.dice.choice(acts)
        await act()
        return act.__name__

    def _post(self) -> Post:
        number, author = len(self.shown), f"worker_{self.dice.randint(0, 9)}"
        name = self.dice.choice(NAMES)
        own = " ".join(f"{self.dice.getrandbits(32):x}" for _ in range(20))
        said = self.dice.choice(SAYS).format(name=name, n=self.dice.randint(12, 90), own=own)
        return Post(
            source=SOURCE,
            key=f"t3_{number}",
            text=said,
            author_key=author,
            posted_at=self.clock.now,
            platform="prolific",
        )

    async def posts(self) -> None:
        for _ in range(self.dice.randint(1, 3)):
            new = self._post()
            self.shown[SOURCE, new.key] = new
            self.forgotten.discard(self.by.voice_key("reddit", new.author_key or ""))
        page = Page(source=SOURCE, posts=tuple(self.dice.sample(list(self.shown.values()), k=len(self.shown))))
        await intake.take(self.store, self.by, page)

    async def _say(self, line: str, *, moderator: bool = True, key: str = "") -> Answer:
        community = self.dice.choice(self.guilds)
        # One person alone may not decide so much in so little time.
        key = key or str(self.dice.randint(7, 40))
        return await answer(self.desk, Person(key=key, site="discord", guild=community, moderator=moderator), line)

    async def report(self) -> None:
        key = str(self.dice.randint(100, 105))
        self.forgotten.discard(self.by.voice_key("discord", key))
        await self._say(f"report {self.dice.choice(NAMES)} {self.dice.randint(3, 60)}", moderator=False, key=key)

    async def judge(self) -> None:
        refs = await self.store.read(
            lambda tx: [tx.ref(each.incident_id) for each in tx.recent_incidents(tx.now - 30 * DAY, 9)]
        )
        if refs:
            word = self.dice.choice(("confirm", "dismiss", "reversed", "undo"))
            ref = self.dice.choice(refs)
            said = await self._say(f"{word} {ref} because", moderator=(may := self.dice.random() < 0.8))
            assert ("Only moderators" in said.card.title) is not may, said.card
            self.verdicts += [ref] if may else []

    async def merge(self) -> None:
        one, other = self.dice.sample(NAMES, k=2)
        shown = await self._say(f"merge {one} = {other}")
        if shown.plan is not None:
            done = await self._say(f"do {shown.plan}")
            self.edits += [word for word in cards.as_text(done.card).split() if word.startswith("E") and "-" in word]

    async def take_back(self) -> None:
        if self.edits:
            await self._say(f"undo {self.edits.pop().strip('.,')}")

    async def edit(self) -> None:
        await self._correct(lambda post: replace(post, text=self._post().text))

    async def delete(self) -> None:
        await self._correct(lambda post: None)

    async def _correct(self, change: Callable[[Post], Post | None]) -> None:
        there = [place for place in self.shown if place not in self.gone]
        if not there:
            return
        place = self.dice.choice(there)
        now_is = change(self.shown[place])
        await following.correct(self.store, self.by, {place: now_is})
        if now_is is None:
            self.gone.add(place)
        else:
            self.shown[place] = now_is

    async def forget(self) -> None:
        author = f"worker_{self.dice.randint(0, 9)}"
        await forget(self.store, self.by, "reddit", author)
        self.forgotten.add(self.by.voice_key("reddit", author))

    async def time(self) -> None:
        self.clock.pass_by(self.dice.choice((MINUTE, 20 * MINUTE, 5 * HOUR, 2 * DAY, 8 * DAY)))
        await sweeper.sweep(self.store, self.by)
        await sweeper.drop_words(self.store)
        await forget_guilds(self.store)

    async def leave(self) -> None:
        community = self.dice.choice(self.guilds)
        await self.store.write(lambda tx: leave(tx, community.guild_key, ()))

    async def come_back(self) -> None:
        for community in self.guilds:
            await self.store.write(lambda tx, community=community: self._known(tx, community))

    def _known(self, tx: Transaction, community: Guild) -> None:
        if tx.find_guild(community.guild_key) is None:
            come_back(tx, community)

    async def die(self) -> None:
        """The machine stops within a transaction: all of it, or nothing."""
        with pytest.raises(ZeroDivisionError):
            await self.store.write(lambda tx: (tx.drop_guild(guild().guild_key), tx.add_source("feed:x"), 1 // 0))

    def found(self) -> Found:
        found = Found()
        with self.store.engine.begin() as base:
            checker.check_evidence(found, base, set(self.shown))
            checker.check_audit(found, base)
            checker.check_reports(found, base)
            checker.check_database(found, base)
            self._model(found, base)
        return found

    def _model(self, found: Found, base: Any) -> None:
        told = base.execute(text("SELECT source, key, text, seen_at, voice_key FROM posts")).all()
        for source, key, words, seen_at, voice in told:
            if (source, key) in self.gone and (words is not None or voice is not None):
                found.wrong(1, f"{key} is gone at its place and not here")
            if words is not None and self.clock.now.timestamp() * 1e6 - seen_at > 48 * 3_600e6:
                found.wrong(1, f"{key} still has its words after two days")
        voices = {row[0] for row in base.execute(text("SELECT voice_key FROM reports UNION SELECT key FROM voices"))}
        for key in self.forgotten & voices:
            found.wrong(10, f"{key} was forgotten and is there")
        entries = base.execute(text("SELECT count(*) FROM audit WHERE deed = 'verdict'")).scalar()
        if entries != len(self.verdicts):
            found.wrong(8, f"{entries} entries for {len(self.verdicts)} verdicts")
        late = base.execute(
            text("SELECT count(*) FROM outbox WHERE guild_key NOT IN ('discord:1', 'discord:2')")
        ).scalar()
        if late:
            found.wrong(9, f"{late} messages to nobody")


async def lived(world: World, steps: int) -> list[str]:
    """Live so many steps; what was wrong after the first step that went wrong, and what had been done until then."""
    done: list[str] = []
    await world.come_back()
    for _ in range(steps):
        done.append(await world.step())
        if violations := world.found().violations:
            return [*violations, f"after {done}"]
    return []


@pytest.mark.parametrize("shard", range(3))
async def test_whatever_happens_in_whatever_order_the_judge_and_the_model_agree(shard: int) -> None:
    for seed in range(shard, STORIES, 3):
        world = World(seed)

        assert await lived(world, STEPS) == [], seed
        assert world.shown
