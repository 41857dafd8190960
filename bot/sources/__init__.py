"""The places we read: `open_source` turns `kind:address` into a Source. Heavy libraries load when one is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.sources.address import checked_url, leads_inside, subreddits
from bot.sources.base import RedditLogin, Source

if TYPE_CHECKING:
    from bot.sources.http import Http
    from bot.sources.reddit import RedditClient

KINDS = ("feed", "reddit")
"""What the watcher polls. `discord` is a kind too, but its posts come through the Discord client."""

__all__ = ["KINDS", "RedditLogin", "Source", "normal_source", "open_source"]


def normal_source(spec: str, *, allow_private: bool = True) -> str:
    """Give the one spelling of a source: `reddit:MTurk+ProlificAc` → `reddit:mturk+prolificac`.

    Raises SettingsError, in one sentence, for an unknown kind or an address that cannot be right; unless
    `allow_private`, also for one that is plainly not of the open internet.
    """
    kind, _, address = spec.strip().partition(":")
    if kind == "reddit":
        return f"reddit:{'+'.join(subreddits(address))}"
    if kind == "feed":
        return f"feed:{_checked_feed(address, allow_private)}"
    if kind == "discord":
        raise SettingsError(
            f"{spec!r} is a Discord channel: it is not polled but watched live; use /watch-channel in that channel."
        )
    raise SettingsError(
        f"{spec!r} is not a source this bot can read; write reddit:<subreddit>[+<subreddit>…] or "
        "feed:<address of an RSS or Atom feed>."
    )


def _checked_feed(address: str, allow_private: bool) -> str:
    host = urlsplit(checked_url(address, allow_private=allow_private)).hostname or ""
    if not allow_private and leads_inside(host):
        raise SettingsError(
            f"{host} leads into your own network or back to this machine, which is refused; if it is meant, set "
            "allow_private_addresses."
        )
    return address


def open_source(spec: str, http: Http, reddit: RedditClient | None = None) -> Source:
    """Make the Source that reads `spec`; costs nothing, keeps nothing open, so it may be made anew for each poll.

    Subreddits go through Reddit's API where a `reddit` client is given, else through their public feeds.
    Raises SettingsError as `normal_source` does.
    """
    kind, _, address = normal_source(spec).partition(":")
    if kind == "feed":
        from bot.sources.feed import Feed

        return Feed(address, http)
    if reddit is None:
        from bot.sources.reddit_rss import RedditFeed

        return RedditFeed(address, http)
    from bot.sources.reddit import Reddit

    return Reddit(address, reddit)
