"""Says which platform a post is about: by its links, its words and the place it was posted in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from bot.platforms.links import Link
from bot.platforms.profile import Cue, Platform, Platforms

LINK_WEIGHT = 5.0  # an address of the platform's own says it all but outright
SOURCE_WEIGHT = 2.0  # people in one place talk about the others too
ENOUGH = 1.0  # below it nothing is said
LEAD = 0.5  # by which the best must be ahead of the second

_WORD = re.compile(r"[^\W_]{1,64}")
_SUBREDDIT = re.compile(r"/r/(\w{2,21})")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


def scores(text: str, platforms: Platforms, source: str | None = None, links: Iterable[Link] = ()) -> dict[str, float]:
    """How strongly `text` (title and body), its `source` (`kind:address`) and its `links` speak for each platform."""
    linked, home, known = {link.platform for link in links}, _at_home(source, platforms), _cues(platforms)
    found = {
        platform.key: LINK_WEIGHT * (platform.key in linked) + SOURCE_WEIGHT * (platform.key in home)
        for platform in platforms
    }
    exact, lower = frozenset(_WORD.findall(text)), text.lower()
    words = [*known.exact & exact, *known.folded.intersection(map(str.lower, exact))]
    phrases = [cue.text for cue in known.phrases if cue.text in (text if cue.exact else lower)]
    for said in sorted([*words, *phrases]):  # in one order always: sums of fractions depend on it
        for key, weight in known.weights[said]:
            found[key] += weight
    return found


class _Cues(NamedTuple):
    """The cues of all platforms: words as written and in small letters, phrases, and what each weighs for whom."""

    exact: set[str]
    folded: set[str]
    phrases: list[Cue]
    weights: dict[str, list[tuple[str, float]]]


@lru_cache(maxsize=8)
def _cues(platforms: Platforms) -> _Cues:
    found = _Cues(set(), set(), [], {})
    for platform in platforms:
        for cue in platform.cues:
            if cue.phrase and cue.text not in found.weights:
                found.phrases.append(cue)
            elif not cue.phrase:
                (found.exact if cue.exact else found.folded).add(cue.text)
            found.weights.setdefault(cue.text, []).append((platform.key, cue.weight))
    return found


@lru_cache(maxsize=1024)
def _at_home(source: str | None, platforms: Platforms) -> frozenset[str]:
    """The platforms whose workers meet at the source."""
    return frozenset([platform.key for platform in platforms if is_home(platform, source)])


def recognise(
    text: str, platforms: Platforms, source: str | None = None, links: Iterable[Link] = ()
) -> Platform | None:
    """The platform that the post is about, or None where nothing, or nothing clearly, speaks for one."""
    ranked = sorted(scores(text, platforms, source, links).items(), key=lambda item: -item[1])
    best = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return platforms.find(best[0]) if best[1] >= ENOUGH and best[1] - second >= LEAD else None


def is_home(platform: Platform, source: str | None) -> bool:
    """Whether the source (`reddit:mturk`, `feed:https://…`) is a place of this platform's workers."""
    kind, _, address = (source or "")[:500].lower().partition(":")
    if kind == "reddit":
        return address.removeprefix("/").removeprefix("r/").rstrip("/") in platform.subreddits
    host = _HOST.search(address)
    if host is None:
        return False
    if host[0].endswith("reddit.com"):  # a subreddit read through its feed
        named = _SUBREDDIT.search(address)
        return named is not None and named[1] in platform.subreddits
    return any(host[0] == home or host[0].endswith("." + home) for home in platform.hosts)
