"""What was read: the seen-set that cursors are only hints for, and the texts it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select

from bot.model import Format, Post, Reading
from bot.storage.codec import dump, load
from bot.storage.columns import storable
from bot.storage.part import Part, chunks
from bot.storage.tables import posts

Place = tuple[str, str]
# Kinds of sources where a post can be looked at again.
FOLLOWED = ("reddit",)
# So long after it was written a post is looked at again, and from then on often enough that what is deleted at its
# place is gone here within a day.
LOOK_AFTER = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=47))
LOOK_EVERY = timedelta(hours=23)


def next_look(written_at: datetime, now: datetime) -> datetime:
    """When to look next at a post that was written then and looked at now."""
    # A date in the future, maybe the last there is, is a fault of the site.
    written_at = min(written_at, now)
    ahead = [written_at + span for span in LOOK_AFTER if written_at + span > now]
    return min([*ahead, now + LOOK_EVERY])


def _place(post: Post) -> Place:
    """Where a post is unique, as the database writes it."""
    return storable(post.source), storable(post.key)


def _post(row: Row[Any]) -> Post:
    return Post(
        source=row.source,
        key=row.key,
        text=row.text or "",
        title=row.title,
        posted_at=row.posted_at,
        parent_key=row.parent_key,
        url=row.url,
        platform=row.platform,
        format=Format(row.format) if row.format else None,
    )


class Posts(Part):
    """Posts, each stored once."""

    def unseen(self, asked: Sequence[Post]) -> tuple[Post, ...]:
        """Those that are not stored, in their order; of two with one (source, key) the first."""
        new = {_place(post): post for post in reversed(asked)}
        known = self._ids(list(new))
        return tuple(post for post in asked if new.get(_place(post)) is post and _place(post) not in known)

    def add_posts(self, new: Sequence[tuple[Post, str | None, Reading | None]]) -> tuple[int, ...]:
        """Store (post, voice_key, reading) each; gives their ids in order. `author_key` itself is not stored.

        StoreError if one of them is stored already: ask `unseen` first.
        """
        if not new:
            return ()
        self.connection.execute(insert(posts), [self._values(*each) for each in new])
        ids = self._ids([_place(post) for post, _, _ in new])
        return tuple(ids[_place(post)] for post, _, _ in new)

    def find_post(self, source: str, key: str) -> tuple[int, Post, Reading | None] | None:
        """One post with its id and reading; its words may be dropped already."""
        row = self.row(select(posts).where(posts.c.source == source, posts.c.key == key))
        if row is None:
            return None
        return row.post_id, _post(row), load(Reading, row.reading) if row.reading else None

    def aside(self, limit: int) -> tuple[Post, ...]:
        """Up to `limit` posts that could not be read and have their words still, oldest first."""
        unread = select(posts).where(posts.c.text.is_not(None), posts.c.reading.is_(None))
        return tuple(_post(row) for row in self.rows(unread.order_by(posts.c.seen_at, posts.c.post_id).limit(limit)))

    def count_posts(self) -> int:
        """How many posts are stored."""
        return int(self.value(select(func.count()).select_from(posts)))

    def _ids(self, places: Sequence[Place]) -> dict[Place, int]:
        known: dict[Place, int] = {}
        for some in chunks(places):
            in_sources = posts.c.source.in_({source for source, _ in some})
            rows = self.rows(
                select(posts.c.source, posts.c.key, posts.c.post_id)
                .where(in_sources)
                .where(posts.c.key.in_([key for _, key in some]))
            )
            known |= {(row.source, row.key): row.post_id for row in rows}
        return known

    def _values(self, post: Post, voice_key: str | None, reading: Reading | None) -> dict[str, object]:
        return {
            "source": post.source,
            "key": post.key,
            "title": post.title,
            "text": post.text,
            "posted_at": post.posted_at,
            "parent_key": post.parent_key,
            "url": post.url,
            "platform": post.platform,
            "format": post.format,
            "voice_key": voice_key,
            "reading": None if reading is None else dump(reading),
            "seen_at": self.now,
            "look_at": next_look(post.posted_at or self.now, self.now) if post.kind in FOLLOWED else None,
        }
