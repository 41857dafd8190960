"""The answer to `!check`, put together from the parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from bot.model import Candidate, Incident, Requester, Stage, Standing, Task, Tie
from bot.storage.codec import load
from bot.storage.incidents import Incidents
from bot.storage.links import Links
from bot.storage.names import Names
from bot.storage.tables import batches, names, posts, reports, requesters, sources

MOST_TASKS = 5
LOOKED_AT = 5


class Standings(Names, Incidents, Links):
    """Where a requester stands."""

    def standing(self, requester_id: int, incidents: int = 10) -> Standing:
        """A requester with its newest incidents and work, and how fresh our knowledge is. NotFoundError if unknown."""
        requester_id = self.whole(requester_id)
        troubled = select(sources.c.source, sources.c.last_success_at).where(sources.c.trouble.is_not(None))
        return Standing(
            requester=self.get_requester(requester_id),
            incidents=self.incidents_of(requester_id, incidents),
            tasks=self._tasks(requester_id),
            read_at=self._read_at(),
            linked=tuple(self.linked(requester_id)),
            blind=tuple((row.source, row.last_success_at) for row in self.rows(troubled.order_by(sources.c.source))),
        )

    def find_tasks(self, title: str, limit: int = 6) -> tuple[Requester, ...]:
        """Whose study or batch bears that title (in its canonical form), newest first."""
        newest = func.max(batches.c.at)
        bearing = select(batches.c.requester_id).where(batches.c.title == title).group_by(batches.c.requester_id)
        rows = self.rows(bearing.order_by(newest.desc(), batches.c.requester_id).limit(limit))
        return tuple(self.get_requester(row.requester_id) for row in rows)

    def told_apart(self, requester_ids: Sequence[int]) -> dict[int, Candidate]:
        """What tells requesters apart, by id: platform, an account, when last seen, a title. Few statements for many.

        Whoever was merged is not among them; `probability` is 0.
        """
        account = self._each(names, requester_ids, func.min(names.c.account_key))
        said = self._each(reports, requester_ids, func.max(reports.c.at), reports.c.removed_at.is_(None))
        shown = self._each(batches, requester_ids, func.max(batches.c.at))
        newest = self._each(batches, requester_ids, func.max(batches.c.batch_id), batches.c.title.is_not(None))
        work = select(batches.c.batch_id, batches.c.task).where(batches.c.batch_id.in_(newest.values()))
        titles = {row.batch_id: load(Task, row.task).title for row in self.rows(work)} if newest else {}
        there = select(requesters).where(
            requesters.c.requester_id.in_(requester_ids), requesters.c.merged_into.is_(None)
        )
        return {
            row.requester_id: Candidate(
                owner=str(row.requester_id),
                name=row.name,
                probability=0.0,
                platform=row.platform,
                account_key=account.get(row.requester_id),
                seen_at=max((at[row.requester_id] for at in (said, shown) if row.requester_id in at), default=None),
                task=titles.get(newest.get(row.requester_id, 0)),
            )
            for row in self.rows(there)
        }

    def _each(
        self, table: Table, requester_ids: Sequence[int], what: ColumnElement[Any], *where: ColumnElement[bool]
    ) -> dict[int, Any]:
        """One aggregate for each of some requesters, where there is one."""
        theirs = select(table.c.requester_id, what.label("what")).where(table.c.requester_id.in_(requester_ids), *where)
        rows = self.rows(theirs.group_by(table.c.requester_id))
        return {row.requester_id: row.what for row in rows if row.what is not None}

    def linked(self, requester_id: int) -> Iterator[tuple[Requester, Incident | None]]:
        """Whom a person linked to a requester, each with the newest incident that somebody was told of."""
        for link in self.links_of(requester_id, Tie.LINKED):
            other_id = link.other_id if link.one_id == requester_id else link.one_id
            told = (each for each in self.incidents_of(other_id, LOOKED_AT) if each.stage is not Stage.WATCHED)
            yield self.get_requester(other_id), next(told, None)

    def first_seen_at(self, requester_id: int) -> datetime | None:
        """When we first knew of a requester; None if there is none. What is told late keeps its own date."""
        made = select(requesters.c.at).where(requesters.c.requester_id == requester_id)
        said = select(func.min(reports.c.at)).where(reports.c.requester_id == requester_id)
        shown = select(func.min(batches.c.at)).where(batches.c.requester_id == requester_id)
        moments = (self.value(made), self.value(said), self.value(shown))
        return min((at for at in moments if at is not None), default=None)

    def n_voices(self, requester_id: int) -> int:
        """How many people we heard speak of a requester, whatever they said."""
        about = (reports.c.requester_id == requester_id, reports.c.removed_at.is_(None))
        return int(self.value(select(func.count(reports.c.voice_key.distinct())).where(*about)))

    def _tasks(self, requester_id: int) -> tuple[tuple[datetime, Task], ...]:
        ours = select(batches.c.at, batches.c.task).where(batches.c.requester_id == requester_id)
        rows = self.rows(ours.order_by(batches.c.at.desc(), batches.c.batch_id.desc()).limit(MOST_TASKS))
        return tuple((row.at, load(Task, row.task)) for row in rows)

    def _read_at(self) -> datetime | None:
        """When we last heard from anybody: a source that was read, or the last post that was stored."""
        polled = self.value(select(func.max(sources.c.last_success_at)))
        stored = self.value(select(posts.c.seen_at).order_by(posts.c.post_id.desc()).limit(1))
        return max((at for at in (polled, stored) if at is not None), default=None)
