"""The workers of a world, the accounts they speak with, and the requesters they speak of."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bot.model import Voice
from bot.simulation.chance import Lot, spread, stream, unequal
from bot.simulation.world import World

SITES = ("reddit", "chat", "forum")
_FRESH_DAYS, _YOUNG_DAYS, _OLDEST_DAYS = 30, 180, 3_000
_POSTS, _POSTS_SPREAD = 150.0, 1.5  # posts of an old account, median and spread: most people write little (Nielsen)


@dataclass(frozen=True, slots=True)
class Person:
    """A worker or a liar: where they are at home and since when; `tendency` to post is 1 on average."""

    name: str
    site: str
    age_days: float
    n_posts: int
    tendency: float = 1.0

    def voice(self, *, elsewhere: bool = False) -> Voice:
        """The account at home, or one on another site that nobody can tell is theirs."""
        site = SITES[(SITES.index(self.site) + 1) % len(SITES)] if elsewhere else self.site
        return Voice(
            key=f"{site}:{self.name}{'-too' if elsewhere else ''}",
            site=site,
            age_days=None if site == "forum" else self.age_days,
            n_posts=self.n_posts if site == "reddit" else None,
        )


def person(rng: Random, name: str, world: World, *, fresh: float, young: float, tendency: float = 1.0) -> Person:
    """Somebody with an account: fresh, young or old by these shares."""
    place, age = rng.random(), rng.random()
    site = "chat" if place < world.chat else "forum" if place < world.chat + world.forum else "reddit"
    n_posts = round(spread(rng, _POSTS, _POSTS_SPREAD))
    if age < fresh:
        return Person(name, site, rng.uniform(0, _FRESH_DAYS), n_posts // 10, tendency)
    if age < fresh + young:
        return Person(name, site, rng.uniform(_FRESH_DAYS, _YOUNG_DAYS), n_posts // 3, tendency)
    return Person(name, site, rng.uniform(_YOUNG_DAYS, _OLDEST_DAYS), n_posts, tendency)


class Community:
    """Who is there: workers by their tendency to post, and requesters by how much they are talked about."""

    def __init__(self, world: World, seed: int) -> None:
        rng = stream("people", world.by_person, seed)
        self.workers = [
            person(
                rng,
                f"w{number}",
                world,
                fresh=world.fresh,
                young=world.young,
                tendency=unequal(rng, world.tendency_spread) if world.by_person else 1.0,
            )
            for number in range(world.workers)
        ]
        self._posters = Lot([each.tendency for each in self.workers])
        known = [1 / (rank + 1) ** world.popularity for rank in range(world.requesters)]
        self._requesters, self._famous = Lot(known), Lot(known[: world.brigade_targets])

    def poster(self, rng: Random) -> Person:
        """Somebody who writes."""
        return self.workers[self._posters.draw(rng)]

    def requester(self, rng: Random) -> str:
        """The account of a requester that is there already: much talked about more often."""
        return f"A{self._requesters.draw(rng)}"

    def famous(self, rng: Random) -> str:
        """One of the best-known requesters, at whom brigades aim."""
        return f"A{self._famous.draw(rng)}"
