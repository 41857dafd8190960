"""Posts that are looked at again at their place: when, what stands there now, and what falls away with them."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from bot.model import Facts, Post, Reading, Stance
from bot.storage.codec import dump
from bot.storage.part import Part, chunks, number
from bot.storage.posts import Place, next_look
from bot.storage.reports import Kept, report
from bot.storage.tables import batches, posts, reports


@dataclass(frozen=True, slots=True)
class Stored:
    """A post as it is stored, its words still there."""

    post_id: int
    voice_key: str | None
    title: str | None
    text: str


class Following(Part):
    """What was edited or deleted after we read it."""

    def looks_due(self, kinds: Collection[str], limit: int) -> tuple[Place, ...]:
        """Up to `limit` posts that are to be looked at again by now, longest due first."""
        ours = or_(*(posts.c.source.startswith(f"{kind}:", autoescape=True) for kind in kinds))
        due = select(posts.c.source, posts.c.key).where(posts.c.look_at <= self.now, ours)
        rows = self.rows(due.order_by(posts.c.look_at, posts.c.post_id).limit(limit))
        return tuple((row.source, row.key) for row in rows)

    def put_off_looks(self, places: Sequence[Place], until: datetime) -> None:
        """Look at these later: their place did not answer."""
        for source, key in places:
            ours = update(posts).where(posts.c.source == source, posts.c.key == key, posts.c.look_at.is_not(None))
            self.connection.execute(ours.values(look_at=until))

    def stored(self, place: Place) -> Stored | None:
        """A post whose words are still there."""
        row = self.row(select(posts).where(posts.c.source == place[0], posts.c.key == place[1]))
        if row is None or row.text is None:
            return None
        return Stored(row.post_id, row.voice_key, row.title, row.text)

    def keys_with_words(self, source: str) -> tuple[str, ...]:
        """The posts of a source whose words are still there."""
        ours = select(posts.c.key).where(posts.c.source == source, posts.c.text.is_not(None))
        return tuple(row.key for row in self.rows(ours))

    def saw_again(self, post_id: int) -> None:
        """It was looked at just now; when next follows from when it was written."""
        row = self.row(select(posts.c.posted_at, posts.c.seen_at).where(posts.c.post_id == post_id))
        if row is not None:
            look_at = next_look(row.posted_at or row.seen_at, self.now)
            self.connection.execute(update(posts).where(posts.c.post_id == post_id).values(look_at=look_at))

    def replace_words(self, post_id: int, post: Post, reading: Reading) -> None:
        """It was edited: what it said before is kept nowhere. Work that it showed before is not its work any more."""
        self._drop_work([post_id])
        told = {"title": post.title, "text": post.text, "url": post.url, "reading": dump(reading)}
        self.connection.execute(update(posts).where(posts.c.post_id == post_id).values(told))

    def drop_posts(self, post_ids: Sequence[int]) -> tuple[int, ...]:
        """These are gone at their place: so are their words, their authors and what they showed, and their reports
        count no more. Only that they were read stays. Gives the incidents that their reports were in.
        """
        touched: set[int] = set()
        nothing = dict.fromkeys(("title", "text", "url", "voice_key", "reading", "look_at"))
        for some in chunks(post_ids):
            self.connection.execute(update(posts).where(posts.c.post_id.in_(some)).values(nothing))
            self._drop_work(some)
        for kept in self.reports_of(post_ids):
            touched |= {kept.incident_id} if kept.incident_id is not None else set()
            nobody = secrets.token_hex(len(kept.report.voice.key) // 2)
            ours = update(reports).where(reports.c.report_id == number(kept.report.key, "report"))
            self.connection.execute(ours.values(removed_at=self.now, voice_key=nobody, sketch=None))
        return tuple(sorted(touched))

    def reports_of(self, post_ids: Sequence[int]) -> tuple[Kept, ...]:
        """The reports that came from these posts and count."""
        found: list[Kept] = []
        for some in chunks(post_ids):
            ours = select(reports).where(reports.c.post_id.in_(some), reports.c.removed_at.is_(None))
            found += [
                Kept(report(row), row.requester_id, row.incident_id)
                for row in self.rows(ours.order_by(reports.c.report_id))
            ]
        return tuple(found)

    def amend_report(self, key: str, *, stance: Stance, probability: float, facts: Facts, sketch: bytes) -> None:
        """The same voice says it in other words: date, voice and whose copy it is stay."""
        ours = update(reports).where(reports.c.report_id == number(key, "report"))
        told = {"stance": stance, "probability": probability, "facts": dump(facts), "sketch": sketch}
        self.connection.execute(ours.values(told))

    def _drop_work(self, post_ids: Sequence[int]) -> None:
        self.connection.execute(delete(batches).where(batches.c.post_id.in_(post_ids)))
