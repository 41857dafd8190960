"""What a source is: somewhere posts are read from, page by page, raising nothing but SourceError.

Discord channels are sources too, but nobody polls them from here: the Discord client hears their messages (and
catches up from the channel's history after a break), makes Pages with the source `discord:<channel id>` of them and
hands those to intake by the same door that the watcher uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.model import Page


class Source(Protocol):
    """One place that is polled. `every` is how long to leave it in peace after a read that went well."""

    kind: str
    address: str
    every: timedelta

    async def read(self, cursor: str | None, validators: Mapping[str, str]) -> Page:
        """Read what is new since `cursor`, oldest post first; None is the first read: one page, the baseline.

        The same cursor again gives the same posts or more: the cursor is a hint, and who stores the posts knows
        which of them were seen. `validators` are those of the last page (what makes a conditional request).
        An end that does not overlap with what was read before is told as `Page.gap`. Raises SourceError only.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RedditLogin:
    """What Reddit's API asks of an app. The addresses are only ever changed by tests.

    Without `username` and `password` the app reads as nobody ("application only"), which is enough.
    """

    client_id: str
    client_secret: str
    user_agent: str
    username: str | None = None
    password: str | None = None
    reddit_url: str = "https://www.reddit.com"
    oauth_url: str = "https://oauth.reddit.com"

    def __repr__(self) -> str:
        return f"RedditLogin(client_id={self.client_id!r}, …)"
