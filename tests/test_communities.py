"""D9: what the moderators of other communities say changes nothing of what a community is told."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from bot import evidence, review
from bot.errors import UsageError
from bot.model import Decision, Guild
from bot.naming.canonical import canonical
from bot.storage import Transaction
from bot.sweeper import sweep
from tests.harness.memory import Memory
from tests.making import HOUR, MINUTE, NOW, contrary, guild, report, rules, tell_all
from tests.storage.build import Clock

OURS = guild()
OTHERS = tuple(
    guild(guild_key=f"discord:{n}", name="Others", alert_channel=f"discord:{n}0", moderator_channel=f"discord:{n}1")
    for n in range(100, 103)
)
SCRIPTS, STEPS = 6, 10


@dataclass
class World:
    """A bot that serves us and others, and a script of what happens to it."""

    colluding: bool
    clock: Clock = field(default_factory=Clock)
    said: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock.now = NOW
        self.store = Memory(self.clock)
        self.by = rules()

    async def begin(self) -> None:
        def work(tx: Transaction) -> None:
            for each in (OURS, *OTHERS):
                tx.save_guild(each)
            self.who = tx.add_requester("prolific", "Quillmere Vision", canonical("Quillmere Vision"), None, "text")

        await self.store.write(work)

    async def hear(self, number: int, *, good: bool) -> None:
        def work(tx: Transaction) -> None:
            made = contrary(number, tx.now) if good else report(number, tx.now)
            text = " ".join(f"{number} {part} {number * part}" for part in range(20))
            _, changed = evidence.add(tx, self.by, made, self.who, text, None)
            if changed is not None:
                tell_all(tx, self.by, changed)

        await self.store.write(work)

    async def judge(self, decision: Decision, of: Guild, by: str) -> None:
        incident = await self.store.read(lambda tx: tx.open_incident(self.who.requester_id))
        if incident is None:
            return
        ref = await self.store.read(lambda tx: tx.ref(incident.incident_id))
        try:
            await review.judge(self.store, self.by, ref, review.Word(decision=decision, by=by, guild=of))
        except UsageError:
            return

    async def note(self) -> None:
        """What our channels show, and what we were told, whatever the refs."""

        def work(tx: Transaction) -> list[str]:
            shown = []
            for incident in reversed(tx.incidents_of(self.who.requester_id, 9)):
                ref = tx.ref(incident.incident_id)
                rows = [row for row in tx.deliveries_of(incident.incident_id) if row.guild_key == OURS.guild_key]
                shown += [
                    f"{row.channel_key} {row.shape} {(row.wanted or row.payload).replace(ref, 'REF')}" for row in rows
                ]
                shown.append(str(tx.last_alert(incident.incident_id, OURS.guild_key)))
            return shown

        self.said.append(await self.store.read(work))


async def lived(seed: int, *, colluding: bool) -> World:
    """The same story with and without what others say in it."""
    dice, others = random.Random(seed), random.Random(f"others {seed}")
    world = World(colluding)
    await world.begin()
    for step in range(STEPS):
        if dice.random() < 0.7:
            await world.hear(step, good=dice.random() < 0.15)
        elif dice.random() < 0.3:
            await world.judge(dice.choice(list(Decision)), OURS, "mo")
        if colluding:
            for _ in range(others.randrange(4)):
                who = others.choice(OTHERS)
                await world.judge(others.choice(list(Decision)), who, f"of {who.guild_key}")
        world.clock.pass_by(dice.choice((MINUTE, 6 * MINUTE, 20 * MINUTE, 3 * HOUR, timedelta(days=3))))
        await sweep(world.store, world.by)
        await world.note()
    return world


async def test_a_word_of_another_community_holds_up_nobodys_warning() -> None:
    """A moderator elsewhere judges within the minutes in which only moderators are told."""
    for decision in Decision:
        world = World(colluding=True)
        await world.begin()
        for number in range(2):
            await world.hear(number, good=False)

        await world.judge(decision, OTHERS[0], "a moderator elsewhere")
        world.clock.pass_by(rules().policies["early"].public_delay)
        await sweep(world.store, world.by)
        await world.note()

        assert any(row.startswith(f"{OURS.alert_channel} card") for row in world.said[0]), decision


async def test_whatever_other_communities_say_together_changes_nothing_of_what_one_is_told() -> None:
    for seed in range(SCRIPTS):
        alone = await lived(seed, colluding=False)
        among = await lived(seed, colluding=True)

        assert among.said == alone.said, seed
        assert any(alone.said)
