"""Mass rejections: who did the work and when, when it was rejected, who noticed, and who said so."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from bot.model import Facts, Stance
from bot.simulation import wording
from bot.simulation.chance import poisson, spread, stream, unequal
from bot.simulation.people import Person, person
from bot.simulation.scribe import Scribe
from bot.simulation.world import World

_PARTS = 4  # a worker's work is done in so many goes at most
_SESSION = 6.0  # within so many hours


@dataclass(slots=True)
class Affair:
    """A mass rejection as it really was. `work` is (hour, tasks) in order of time; `posts` its true reports' hours.

    `heard` are those of the posts that reached the right account; `noticed` when each of the workers noticed.
    """

    account: str
    began_at: float = 0.0
    work: list[tuple[float, int]] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    noticed: list[float] = field(default_factory=list)
    _left: list[int] = field(default_factory=list)

    def left(self, at: float) -> int:
        """Tasks done after that hour: what a warning then would have saved."""
        if not self._left:
            self._left = [*reversed(list(accumulate(n for _, n in reversed(self.work)))), 0]
        return self._left[bisect_right(self.work, (at, 1 << 60))]


@dataclass(frozen=True, slots=True)
class _Hit:
    """One victim: when the first of theirs was rejected, how many were in the end, and when they noticed."""

    who: Person
    rejected_at: float
    noticed_at: float
    n: int


class Affairs:
    """Makes the mass rejections of a year and writes down what is said of them."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe, self.world = scribe, scribe.world

    def happen(self, number: int, at: float) -> Affair:
        """One mass rejection of work that goes up at hour `at`."""
        rng = stream("affair", self.scribe.seed, self.world.by_person, number)
        is_new = rng.random() < self.world.new_offenders
        affair = Affair(f"N{number}" if is_new else self.scribe.community.requester(rng))
        accident = rng.random() < self.world.accidents
        hits = self._hits(rng, affair, at, accident=accident)
        affair.work.sort()
        affair.noticed = [hit.noticed_at for hit in hits]
        affair.began_at = min((hit.rejected_at for hit in hits), default=at)
        self._tell(rng, affair, hits, topic=f"affair{number}", accident=accident)
        self._turn(rng, affair, hits, topic=f"affair{number}", accident=accident)
        return affair

    def _hits(self, rng: Random, affair: Affair, at: float, *, accident: bool) -> list[_Hit]:
        world, workers = self.world, self.scribe.community.workers
        n = min(len(workers), max(2, round(spread(rng, world.victims, world.victims_spread))))
        up = spread(rng, world.batch_hours, world.batch_spread)
        how = rng.random()
        waved = at + up * rng.uniform(0.2, 0.6) if world.rolling <= how < world.rolling + world.wave else None
        ended = at + up + spread(rng, world.end_after, 0.5)
        at_end = accident or how >= world.rolling + world.wave
        found: list[_Hit] = []
        for who in rng.sample(workers, n):
            notice = spread(rng, world.notice, world.notice_spread)
            parts = self._parts(rng, at, up)
            if at_end:
                rejected = [ended + rng.random() * 0.1 for _ in parts]
            else:
                rejected = [self._rejected(rng, done_at, waved) for done_at, _ in parts]
            noticed = min(rejected) + notice
            # Who has noticed does no more of it.
            done = [part for part in parts if part[0] <= noticed]
            affair.work += done
            found.append(_Hit(who, min(rejected), noticed, sum(tasks for _, tasks in done)))
        return sorted(found, key=lambda hit: hit.noticed_at)

    def _parts(self, rng: Random, at: float, up: float) -> list[tuple[float, int]]:
        total = max(1, round(spread(rng, self.world.work, self.world.work_spread)))
        began = at + up * rng.betavariate(1.0, 1.5)
        n = min(_PARTS, total)
        times = sorted(began + rng.random() * _SESSION for _ in range(n))
        return [(time, total // n + (place < total % n)) for place, time in enumerate(times)]

    def _rejected(self, rng: Random, done_at: float, waved: float | None) -> float:
        if waved is not None and done_at < waved:
            return waved + rng.random() * 0.2
        return done_at + spread(rng, self.world.reject_after, self.world.reject_spread)

    def _tell(self, rng: Random, affair: Affair, hits: list[_Hit], *, topic: str, accident: bool) -> None:
        world = self.world
        talkative = 1.0 if world.by_person else unequal(rng, world.affair_spread)
        first: float | None = None
        for hit in hits:
            joined = world.joining if first is not None and hit.noticed_at > first else 1.0
            if rng.random() >= min(0.9, world.posting * talkative * hit.who.tendency * joined):
                continue
            at = hit.noticed_at + spread(rng, world.write, 1.0)
            first = at if first is None else min(first, at)
            affair.posts.append(at)
            self._post(rng, affair, hit, at, topic=topic, accident=accident)
        affair.posts.sort()
        affair.heard.sort()

    def _post(self, rng: Random, affair: Affair, hit: _Hit, at: float, *, topic: str, accident: bool) -> None:
        """The post, its author's repetition elsewhere, others who pass it on, and who tells it weeks later."""
        world, scribe = self.world, self.scribe
        account = scribe.resolve(rng, affair.account)
        key = None
        if account is not None:
            facts = wording.mass(rng, hit.n, world, accident=accident)
            key = scribe.say(rng, at, account, hit.who.voice(), world.mass, topic=topic, facts=facts)
            if account == affair.account:
                affair.heard.append(at)
            if rng.random() < world.cross_posts:
                copied = None if rng.random() < world.own_words else key
                later = at + spread(rng, 0.5, 1.0)
                there = hit.who.voice(elsewhere=True)
                scribe.say(rng, later, account, there, world.mass, topic=topic, facts=facts, same_text_as=copied)
        for _ in range(poisson(rng, world.echoes)):
            self._pass_on(rng, affair.account, at + spread(rng, 1.0, 1.0), topic, key, world)
        for _ in range(poisson(rng, world.retold)):
            who, account = scribe.community.poster(rng), scribe.resolve(rng, affair.account)
            if account is not None:
                later = at + spread(rng, 24 * 21, 0.4)
                scribe.say(rng, later, account, who.voice(), world.old, topic=topic, facts=wording.hearsay(rng))

    def _pass_on(self, rng: Random, account: str, at: float, topic: str, key: str | None, world: World) -> None:
        found, who = self.scribe.resolve(rng, account), self.scribe.community.poster(rng)
        if found is None:
            return
        quoted = key if rng.random() < world.quoted else None
        facts = wording.hearsay(rng)
        self.scribe.say(rng, at, found, who.voice(), world.hearsay, topic=topic, facts=facts, same_text_as=quoted)

    def _turn(self, rng: Random, affair: Affair, hits: list[_Hit], *, topic: str, accident: bool) -> None:
        """What comes after: the requester's friends who praise, and the reversal."""
        world, scribe = self.world, self.scribe
        if rng.random() < world.shills:
            for number in range(rng.randint(2, 6)):
                friend = person(rng, f"{topic}f{number}", world, fresh=world.shills_fresh, young=0.3)
                at = affair.began_at + spread(rng, 18, 0.8)
                facts, stance = Facts(first_hand=True), Stance.CONTRARY
                scribe.say(rng, at, affair.account, friend.voice(), world.talk, topic=topic, facts=facts, stance=stance)
        if accident or rng.random() < world.reversed:
            after = spread(rng, 8 if accident else world.reversed_after, 0.8)
            back = max((hit.rejected_at for hit in hits), default=0.0) + after
            for hit in hits:
                if rng.random() < world.reversed_said * hit.who.tendency:
                    n = hit.n if rng.random() < world.stated else None
                    facts = Facts(n_reversed=n)
                    at = back + spread(rng, 6, 1.0)
                    voice, stance = hit.who.voice(), Stance.REVERSAL
                    scribe.say(rng, at, affair.account, voice, world.talk, topic=topic, facts=facts, stance=stance)
