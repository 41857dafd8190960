"""Says which platform a post is about: by its links, its words and the place it was posted in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.platforms.links import Link
from bot.platforms.profile import Platform, Platforms

LINK_WEIGHT = 5.0  # an address of the platform's own says it all but outright
SOURCE_WEIGHT = 2.0  # people in one place talk about the others too
ENOUGH = 1.0  # below it nothing is said
LEAD = 0.5  # by which the best must be ahead of the second

_WORD = re.compile(r"[^\W_]{1,64}")
_SUBREDDIT = re.compile(r"/r/(\w{2,21})")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


def scores(text: str, platforms: Platforms, source: str | None = None, links: Iterable[Link] = ()) -> dict[str, float]:
    """How strongly `text` (title and body), its `source` (`kind:address`) and its `links` speak for each platform."""
    exact = frozenset(_WORD.findall(text))
    lower = text.lower()
    folded = frozenset(_WORD.findall(lower))
    linked = {link.platform for link in links}

    def score(platform: Platform) -> float:
        said = sum(
            cue.weight
            for cue in platform.cues
            if cue.text in ((text if cue.exact else lower) if cue.phrase else (exact if cue.exact else folded))
        )
        return said + LINK_WEIGHT * (platform.key in linked) + SOURCE_WEIGHT * is_home(platform, source)

    return {platform.key: score(platform) for platform in platforms}


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
