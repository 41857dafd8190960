"""What goes on anyway: rejections for cause, questions, praise, old stories, trolls, and brigades that lie together."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bot.model import Facts, Stance
from bot.simulation import wording
from bot.simulation.chance import poisson, spread, stream, unequal
from bot.simulation.people import Person, person
from bot.simulation.scribe import Scribe
from bot.simulation.world import HOURS_A_YEAR

_TASKS, _TASKS_SPREAD = 10.0, 1.0  # work of a worker in an honest batch, as elsewhere


@dataclass(frozen=True, slots=True)
class Cause:
    """What lies behind talk about somebody who did nothing: 'brigade' or 'partial', from this hour on."""

    account: str
    kind: str
    at: float


class Background:
    """Writes down what is said of requesters who did not reject in bulk. `causes` are its larger stories."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe, self.world = scribe, scribe.world
        self.causes: list[Cause] = []

    def daily(self, begins: float, ends: float) -> None:
        """Posts of every day between two hours."""
        world, days = self.world, (ends - begins) / 24
        for name, a_day in (
            ("singles", world.singles),
            ("questions", world.questions),
            ("approvals", world.approvals),
            ("old", world.old_stories),
            ("trolls", world.trolls),
        ):
            rng = stream(name, self.scribe.seed, world.by_person)
            for _ in range(poisson(rng, a_day * days)):
                self._daily(rng, name, rng.uniform(begins, ends))

    def _daily(self, rng: Random, name: str, at: float) -> None:
        world, community = self.world, self.scribe.community
        account, who, stance = community.requester(rng), community.poster(rng), Stance.REPORT
        law, facts = world.talk, Facts()
        if name == "singles":
            law, facts = world.single, wording.single(rng, world)
        elif name == "approvals":
            stance, facts = Stance.CONTRARY, Facts(first_hand=True)
        elif name == "old":
            law, facts = world.old, wording.hearsay(rng)
        elif name == "trolls":
            law, facts = world.mass, wording.mass(rng, round(spread(rng, 30, 1.0)), world)
        self.scribe.say(rng, at, account, who.voice(), law, topic=account, facts=facts, stance=stance)

    def partials(self, begins: float, ends: float) -> None:
        """Honest batches in which some workers have something rejected for cause."""
        rng = stream("partials", self.scribe.seed, self.world.by_person)
        for number in range(poisson(rng, self.world.partials * (ends - begins) / HOURS_A_YEAR)):
            self._partial(stream("partial", self.scribe.seed, number), number, rng.uniform(begins, ends))

    def _partial(self, rng: Random, number: int, at: float) -> None:
        world, community = self.world, self.scribe.community
        account = f"H{number}" if rng.random() < world.partials_new else community.requester(rng)
        self.causes.append(Cause(account, "partial", at))
        n = min(len(community.workers), max(5, round(spread(rng, world.partial_workers, world.partial_spread))))
        share = rng.uniform(world.partial_least, world.partial_most)
        talkative = 1.0 if world.by_person else unequal(rng, world.affair_spread)
        first = True
        for who in rng.sample(community.workers, n):
            tends = talkative * who.tendency
            if rng.random() >= share:
                if rng.random() < world.content * tends:
                    self._content(rng, account, who, at + spread(rng, 12, 1.0))
            elif rng.random() < world.posting * tends * (1.0 if first else world.joining):
                first = False
                self._complain(rng, account, who, at, f"partial{number}")

    def _content(self, rng: Random, account: str, who: Person, at: float) -> None:
        facts, stance = Facts(first_hand=True), Stance.CONTRARY
        found = self.scribe.resolve(rng, account)
        if found is not None:
            self.scribe.say(rng, at, found, who.voice(), self.world.talk, topic=account, facts=facts, stance=stance)

    def _complain(self, rng: Random, account: str, who: Person, at: float, topic: str) -> None:
        world = self.world
        found = self.scribe.resolve(rng, account)
        if found is None:
            return
        of = max(1, round(spread(rng, _TASKS, _TASKS_SPREAD)))
        n = max(1, round(of * rng.uniform(0.05, 0.5)))
        law = world.mass if rng.random() < world.partial_angry else world.single
        noticed = at + rng.random() * 12 + spread(rng, world.notice, world.notice_spread)
        facts = wording.partial(rng, n, of, world)
        key = self.scribe.say(rng, noticed, found, who.voice(), law, topic=topic, facts=facts)
        if rng.random() < world.cross_posts:
            copied = None if rng.random() < world.own_words else key
            there = who.voice(elsewhere=True)
            self.scribe.say(rng, noticed + 0.5, found, there, law, topic=topic, facts=facts, same_text_as=copied)

    def brigades(self, begins: float, ends: float) -> None:
        """Accounts that lie together about somebody honest."""
        rng = stream("brigades", self.scribe.seed, self.world.by_person)
        n = poisson(rng, self.world.brigades * (ends - begins) / HOURS_A_YEAR)
        groups = max(1, round(n / self.world.brigade_attacks)) if self.world.by_person else 0
        for number in range(n):
            group = f"g{number % groups}" if groups else f"b{number}"
            self._attack(stream("brigade", self.scribe.seed, number), group, rng.uniform(begins, ends), number)

    def _attack(self, rng: Random, group: str, at: float, number: int) -> None:
        world, scribe = self.world, self.scribe
        account = scribe.community.famous(rng)
        self.causes.append(Cause(account, "brigade", at))
        within = spread(rng, world.brigade_hours, world.brigade_spread)
        first: str | None = None
        liars = self._liars(rng, group)
        times = sorted(at + rng.random() * within for _ in liars)
        for liar, said_at in zip(liars, times, strict=True):
            copied = first if first is not None and rng.random() < world.brigade_copied else None
            facts = wording.mass(rng, round(spread(rng, 30, 1.0)), world)
            key = scribe.say(
                rng,
                said_at,
                account,
                liar.voice(),
                world.mass,
                topic=f"brigade{number}",
                facts=facts,
                same_text_as=copied,
            )
            first = first or key

    def _liars(self, rng: Random, group: str) -> list[Person]:
        """The accounts of a group; each attack uses some of them."""
        own, world = stream("group", self.scribe.seed, group), self.world
        accounts = [
            person(own, f"{group}a{number}", world, fresh=world.brigade_fresh, young=world.young)
            for number in range(world.brigade_most)
        ]
        return rng.sample(accounts, rng.randint(world.brigade_least, world.brigade_most))
