"""The places we read, and how they are doing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, delete, func, insert, or_, select, true, update

from bot.model import Watch
from bot.storage.audit import Audit
from bot.storage.chain import Deed
from bot.storage.codec import dump, load
from bot.storage.part import LONGEST_WAIT
from bot.storage.tables import gaps, sources


def _watch(row: Row[Any]) -> Watch:
    return Watch(
        source=row.source,
        cursor=row.cursor,
        validators=tuple(load(dict[str, str], row.validators).items()),
        next_at=row.next_at,
        failures=row.failures,
        trouble=row.trouble,
        last_success_at=row.last_success_at,
        last_post_at=row.last_post_at,
        baseline_at=row.baseline_at,
        fence=row.fence,
    )


class Sources(Audit):
    """Which places we read, who is at it, and where to go on."""

    def add_source(self, source: str, *, by: str | None = None, guild_key: str | None = None) -> bool:
        """Start to watch `kind:address`. False if it was there already. `by`: whose word that was, as a voice key."""
        new = {"source": source, "kind": source.partition(":")[0], "validators": "{}", "failures": 0, "fence": 0}
        statement = self.insert(sources).values(**new, added_at=self.now).on_conflict_do_nothing()
        if self.changed(statement) != 1:
            return False
        self.record(Deed.SOURCE, {"watched": True}, by=by, guild_key=guild_key, why=source)
        return True

    def drop_source(self, source: str, *, by: str | None = None, guild_key: str | None = None) -> bool:
        """Watch it no longer. False if it was not there. Its posts and gaps stay."""
        if self.changed(delete(sources).where(sources.c.source == source)) != 1:
            return False
        self.record(Deed.SOURCE, {"watched": False}, by=by, guild_key=guild_key, why=source)
        return True

    def sources(self) -> tuple[Watch, ...]:
        """All of them, in the order they were added."""
        return tuple(_watch(row) for row in self.rows(select(sources).order_by(sources.c.source_id)))

    def wake_sources(self) -> int:
        """At start: a source that waits for a moment that is too far away is due. Gives how many there were."""
        never = self.now + LONGEST_WAIT
        wrong = or_(sources.c.next_at > never, sources.c.leased_until > never)
        return self.changed(update(sources).where(wrong).values(next_at=self.now, leased_until=None))

    def find_source(self, source: str) -> Watch | None:
        """One of them."""
        row = self.row(select(sources).where(sources.c.source == source))
        return _watch(row) if row else None

    def claim_sources(self, kinds: Collection[str] | None, limit: int, lease_for: timedelta) -> tuple[Watch, ...]:
        """Up to `limit` sources that are due, longest due first, ours until the lease runs out. `kinds` None: any."""
        due = (
            select(sources.c.source_id)
            .where(or_(sources.c.next_at.is_(None), sources.c.next_at <= self.now))
            .where(or_(sources.c.leased_until.is_(None), sources.c.leased_until <= self.now))
            .where(true() if kinds is None else sources.c.kind.in_(kinds))
            .order_by(sources.c.next_at.asc().nulls_first(), sources.c.source_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = self.rows(
            update(sources)
            .where(sources.c.source_id.in_(due))
            .values(fence=sources.c.fence + 1, leased_until=self.now + lease_for)
            .returning(sources)
        )
        # RETURNING promises no order.
        claimed = sorted(claimed, key=lambda row: (row.next_at is not None, row.next_at or self.now, row.source_id))
        return tuple(_watch(row) for row in claimed)

    def settle_source(
        self,
        watch: Watch,
        *,
        next_at: datetime,
        cursor: str | None = None,
        validators: Mapping[str, str] | None = None,
        trouble: str | None = None,
        last_post_at: datetime | None = None,
    ) -> bool:
        """Give a claimed source back: read well (`trouble` None), or in trouble. False if our fence is old.

        `cursor`, `validators` and `last_post_at` None keep what was there; `last_post_at` never goes back.
        """
        told: dict[str, Any] = {"next_at": next_at, "leased_until": None, "trouble": trouble}
        if trouble is None:
            baseline = func.coalesce(sources.c.baseline_at, self.moment(self.now))
            told |= {"failures": 0, "last_success_at": self.now, "baseline_at": baseline}
        else:
            told["failures"] = sources.c.failures + 1
        if cursor is not None:
            told["cursor"] = cursor
        if validators is not None:
            told["validators"] = dump(validators)
        if last_post_at is not None:
            told["last_post_at"] = case(
                (sources.c.last_post_at > last_post_at, sources.c.last_post_at), else_=self.moment(last_post_at)
            )
        ours = (sources.c.source == watch.source) & (sources.c.fence == watch.fence)
        return self.changed(update(sources).where(ours).values(told)) == 1

    def add_gap(self, source: str, why: str) -> None:
        """Record that posts of a source may have been missed."""
        self.connection.execute(insert(gaps).values(source=source, at=self.now, why=why))

    def gaps(self, limit: int) -> tuple[tuple[str, datetime, str], ...]:
        """The newest gaps: source, when, why."""
        found = self.rows(select(gaps).order_by(gaps.c.gap_id.desc()).limit(limit))
        return tuple((row.source, row.at, row.why) for row in found)
