"""Subreddits without an account: Reddit's public feeds, one request in 90 seconds, with the keys the API gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.model import Format, Page, Post
from bot.sources.feed import entries_of
from bot.sources.http import Http
from bot.sources.keys import Entry
from bot.sources.listing import LISTINGS, gap_after, newest, remembered

# Since June 2026 Reddit answers an address about one feed request a minute (reports of feed readers' users).
EVERY = timedelta(seconds=90)
_SITE = "https://www.reddit.com"

_FULLNAME = re.compile(r"t[13]_[a-z0-9]{1,16}")
_LINK = re.compile(r"/r/([A-Za-z0-9_]{2,21})/comments/([a-z0-9]{1,16})/")


class RedditFeed:
    """The newest posts or comments of some subreddits, in turn: each read asks for one of the two feeds."""

    kind = "reddit"

    def __init__(self, address: str, http: Http, *, site: str = _SITE, every: timedelta = EVERY) -> None:
        self.address = address
        self.every = every
        self._http = http
        self._site = site

    async def read(self, cursor: str | None, validators: Mapping[str, str]) -> Page:
        """Read the feed whose turn it is; the cursor says which is next, and is the API's cursor otherwise."""
        known = remembered(cursor)
        listing = known.turn
        path = "new/.rss" if listing == "new" else "comments/.rss"
        answer = await self._http.get(f"{self._site}/r/{self.address}/{path}?limit=100", pace=self.every)
        entries, cut = await entries_of(answer)
        posts = [post for entry in entries if (post := _post(entry))]
        if cut:
            # The same feed once more, as if nothing had been read of it.
            return Page(source=f"reddit:{self.address}", posts=tuple(reversed(posts)), cursor=cursor)
        seen = newest([post.key for post in posts], known.ids[listing])
        turn = LISTINGS[(LISTINGS.index(listing) + 1) % len(LISTINGS)]
        return Page(
            source=f"reddit:{self.address}",
            posts=tuple(reversed(posts)),
            cursor=replace(known, ids={**known.ids, listing: seen}, turn=turn).text(),
            gap=gap_after(f"r/{self.address}/{listing}", known.ids[listing], [post.key for post in posts]),
        )


def _post(entry: Entry) -> Post | None:
    """An entry as the post the API would have given; None for what is neither a post nor a comment."""
    place = _LINK.search(entry.link or "")
    if place is None or not _FULLNAME.fullmatch(entry.guid or ""):
        return None
    is_comment = str(entry.guid).startswith("t1_")
    title = entry.title or ""
    return Post(
        source=f"reddit:{place[1].lower()}",
        key=str(entry.guid),
        # What a person wrote stands between these marks; behind them Reddit says by whom.
        text=entry.text.partition("<!-- SC_OFF -->")[2].rpartition("<!-- SC_ON -->")[0],
        # A comment's entry is called "/u/<author> on <title of the post>".
        title=(title.partition(" on ")[2] or title) if is_comment else entry.title,
        author_key=entry.author.removeprefix("/u/") if entry.author else None,
        posted_at=entry.posted_at,
        parent_key=f"t3_{place[2]}" if is_comment else None,
        url=entry.link,
        format=Format.HTML,
    )
