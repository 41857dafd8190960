"""One simulated year: everything that happens, in order, and the truth about it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from bot.alerts.wire import Event
from bot.simulation.affairs import Affair, Affairs
from bot.simulation.background import Background, Cause
from bot.simulation.chance import poisson, stream
from bot.simulation.people import Community
from bot.simulation.scribe import Scribe
from bot.simulation.world import HOURS_A_YEAR, World

WARM_UP = 90 * 24.0
"""Hours before the year: ordinary volume is counted over as long. Nothing of it is measured."""
TRUE_FOR = 60 * 24.0
"""So long after it began a warning about a mass rejection is true."""
CAUSED_FOR = 14 * 24.0


@dataclass(slots=True)
class Year:
    """Events in order of time, the mass rejections that really were, and what lay behind other talk."""

    world: World
    seed: int
    community: Community
    events: list[Event]
    affairs: list[Affair]
    causes: list[Cause]
    by_account: dict[str, list[Affair]] = field(default_factory=dict)

    def affair(self, account: str, at: float) -> Affair | None:
        """The mass rejection that a warning about this account at this hour is about, None if it is false."""
        past = [each for each in self.by_account.get(account, ()) if each.began_at <= at < each.began_at + TRUE_FOR]
        return past[-1] if past else None

    def blame(self, account: str, at: float) -> str:
        """What a false warning comes from: brigade, partial, or the everyday noise."""
        near = [each for each in self.causes if each.account == account and 0 <= at - each.at <= CAUSED_FOR]
        return near[-1].kind if near else "noise"


def year(world: World, seed: int) -> Year:
    """The year of that seed. The same world and seed give the same events in every process."""
    community = Community(world, seed)
    scribe = Scribe(world, seed, community)
    affairs, background = Affairs(scribe), Background(scribe)
    rng = stream("affairs", seed)
    n = poisson(rng, world.incidents * (HOURS_A_YEAR + WARM_UP) / HOURS_A_YEAR)
    begins = sorted(rng.uniform(-WARM_UP, HOURS_A_YEAR) for _ in range(n))
    happened = [affairs.happen(number, at) for number, at in enumerate(begins)]
    background.partials(-WARM_UP, HOURS_A_YEAR)
    background.brigades(-WARM_UP, HOURS_A_YEAR)
    background.daily(-WARM_UP, HOURS_A_YEAR)
    events = sorted(scribe.events, key=lambda event: event.at)
    found = Year(world, seed, community, events, happened, sorted(background.causes, key=lambda cause: cause.at))
    for each in sorted(happened, key=lambda affair: affair.began_at):
        found.by_account.setdefault(each.account, []).append(each)
    return found


def savable(affairs: list[Affair]) -> list[Affair]:
    """The mass rejections of the year itself that anybody wrote about."""
    return [each for each in affairs if each.posts and each.began_at >= 0]


def nth_heard(affair: Affair, n: int) -> float | None:
    """The hour of the n-th true report that reached the right account."""
    return affair.heard[n - 1] if len(affair.heard) >= n else None


def heard_by(affair: Affair, at: float) -> int:
    """True reports that had reached the right account by then."""
    return bisect_right(affair.heard, at)
