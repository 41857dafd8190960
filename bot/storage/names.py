"""Requesters, and every name and account they are known by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, union, update

from bot.errors import NotFoundError
from bot.model import Act, AliasOrigin, Name, Named, Requester, Task
from bot.storage.codec import load
from bot.storage.edits import Edits
from bot.storage.tables import batches, names, reports, requesters, sightings

# A name is believed to be somebody's when so many voices saw it together with an id of theirs.
BELIEVED_FROM = 2
# Work that the index of names knows its requesters by: so many batches in all, and of one who was merged.
MOST_WORK = 50_000
MOST_OF_ONE = 1_000
# Merged into one who was merged into one …: undone in the same order, so never in a circle.
LONGEST_CHAIN = 100

_about = reports.c.requester_id == names.c.requester_id
_activity = select(func.count()).where(_about).correlate(names).scalar_subquery().label("activity")
_known = select(names, _activity)


def _requester(requester_id: int, rows: Sequence[Row[Any]]) -> Requester:
    return Requester(
        requester_id=requester_id,
        platform=rows[0].of_platform,
        name=rows[0].of_name,
        account_keys=tuple(row.account_key for row in rows if row.account_key is not None),
        aliases=tuple(dict.fromkeys(row.name for row in rows if row.name != row.of_name)),
    )


class Names(Edits):
    """Who is meant by which name."""

    def names_since(self, name_id: int) -> tuple[tuple[int, Name], ...]:
        """Every name, alias and account after `name_id`, in the order of their ids. `owner` is the requester's id.

        `activity` is 1 and the number of reports about the requester.
        """
        rows = self.rows(_known.where(names.c.name_id > name_id).order_by(names.c.name_id))
        return tuple((row.name_id, self._name(row)) for row in rows)

    def names_of(self, requester_id: int) -> tuple[Name, ...]:
        """All that one requester is known by, as the index has it."""
        rows = self.rows(_known.where(names.c.requester_id == requester_id).order_by(names.c.name_id))
        return tuple(self._name(row) for row in rows)

    def tasks_since(self, batch_id: int) -> tuple[tuple[int, str, Task], ...]:
        """(batch id, owner, task) of work stored after `batch_id`, in the order of the ids; of much the newest."""
        since = batch_id
        if batch_id == 0:
            newest = int(self.value(select(func.coalesce(func.max(batches.c.batch_id), 0))))
            since = max(0, newest - MOST_WORK)
        seen = select(batches.c.batch_id, batches.c.requester_id, batches.c.task).where(batches.c.batch_id > since)
        rows = self.rows(seen.order_by(batches.c.batch_id))
        return tuple((row.batch_id, str(row.requester_id), load(Task, row.task)) for row in rows)

    def tasks_of(self, requester_id: int) -> tuple[Task, ...]:
        """The work seen for a requester, newest first; of much the newest."""
        theirs = select(batches.c.task).where(batches.c.requester_id == requester_id)
        rows = self.rows(theirs.order_by(batches.c.at.desc(), batches.c.batch_id.desc()).limit(MOST_OF_ONE))
        return tuple(load(Task, row.task) for row in rows)

    def add_requester(
        self, platform: str | None, name: str, canonical: str, account_key: str | None, origin: str
    ) -> Requester:
        """A new requester. StoreError if the account is somebody's already: ask `find_account` first."""
        new = insert(requesters).values(platform=platform, name=name, at=self.now).returning(requesters.c.requester_id)
        requester_id = int(self.value(new))
        self._add(
            requester_id,
            kind="name",
            name=name,
            canonical=canonical,
            platform=platform,
            account_key=account_key,
            origin=origin,
        )
        return self.get_requester(requester_id)

    def add_account(self, requester_id: int, platform: str | None, account_key: str) -> bool:
        """A further account of a requester. False if it is somebody's already."""
        main = select(names).where(names.c.requester_id == requester_id, names.c.kind == "name")
        row = self.row(main)
        if row is None:
            raise NotFoundError(f"There is no requester {requester_id}.")
        return self._add(
            requester_id,
            kind="account",
            name=row.name,
            canonical=row.canonical,
            platform=platform,
            account_key=account_key,
            origin=row.origin,
        )

    def adopt_platform(self, requester_id: int, platform: str) -> bool:
        """Say on which platform a requester is of whom that was not known; the log has it. False if it was."""
        ours = (requesters.c.requester_id == requester_id, requesters.c.platform.is_(None))
        if self.row(select(requesters.c.requester_id).where(*ours)) is None:
            return False
        journal = self.journal()
        journal.update(requesters, ours, platform=platform)
        theirs = (names.c.requester_id == requester_id, names.c.platform.is_(None))
        for name_id in [row.name_id for row in self.rows(select(names.c.name_id).where(*theirs))]:
            journal.update(names, [names.c.name_id == name_id], platform=platform)
        self.add_edit(Act.PLACED, f"on {platform}", journal, [requester_id])
        return True

    def talked_about(self, since: datetime) -> tuple[Requester, ...]:
        """Requesters with a report since then who are known by name only, under the name they are shown by."""
        lately = select(reports.c.requester_id).where(reports.c.at >= since, reports.c.removed_at.is_(None))
        account = select(names.c.name_id).where(
            names.c.requester_id == requesters.c.requester_id, names.c.account_key.is_not(None)
        )
        shown = select(requesters).where(requesters.c.requester_id.in_(lately), ~account.exists())
        return tuple(
            Requester(requester_id=row.requester_id, platform=row.platform, name=row.name)
            for row in self.rows(shown.order_by(requesters.c.requester_id))
        )

    def rename(self, requester_id: int, name: str, canonical: str, origin: str) -> bool:
        """Show a requester by another name from now on; the old one stays theirs. False if it is that already."""
        ours = update(requesters).where(requesters.c.requester_id == requester_id, requesters.c.name != name)
        renamed = self.changed(ours.values(name=name)) == 1
        return renamed and self.add_alias(requester_id, name, canonical, origin)

    def add_alias(self, requester_id: int, name: str, canonical: str, origin: str) -> bool:
        """Another name of a requester. False if it had that name already."""
        requester = self.get_requester(requester_id)
        known = select(names.c.name_id).where(names.c.requester_id == requester_id, names.c.name == name)
        if self.row(known) is not None:
            return False
        return self._add(
            requester_id, kind="alias", name=name, canonical=canonical, platform=requester.platform, origin=origin
        )

    def sight(
        self, requester_id: int, name: str, canonical: str, voice_key: str, account_key: str | None = None
    ) -> bool:
        """A voice saw this name together with an id; with the second voice both are theirs.

        True when the name has just become theirs. One voice alone can give nobody a name or an id: an export is easily
        made up.
        """
        new = self.insert(sightings).values(
            requester_id=requester_id,
            canonical=canonical,
            name=name,
            voice_key=voice_key,
            account_key=account_key,
            first_at=self.now,
            last_at=self.now,
        )
        place = [sightings.c.requester_id, sightings.c.canonical, sightings.c.voice_key]
        told = {"last_at": self.now, "name": name, "account_key": func.coalesce(sightings.c.account_key, account_key)}
        self.connection.execute(new.on_conflict_do_update(index_elements=place, set_=told))
        if account_key is not None and self._seen_by_two(requester_id, sightings.c.account_key == account_key):
            self.add_account(requester_id, self.get_requester(requester_id).platform, account_key)
        if not self._seen_by_two(requester_id, sightings.c.canonical == canonical):
            return False
        known = select(names.c.name_id).where(names.c.requester_id == requester_id, names.c.canonical == canonical)
        return self.row(known) is None and self.add_alias(requester_id, name, canonical, AliasOrigin.SEEN)

    def _seen_by_two(self, requester_id: int, what: ColumnElement[bool]) -> bool:
        voices = select(func.count(sightings.c.voice_key.distinct()))
        return int(self.value(voices.where(sightings.c.requester_id == requester_id, what))) >= BELIEVED_FROM

    def ids_said_of(self, requester_id: int) -> frozenset[str]:
        """The account ids of a requester, and those that anybody has said of them."""
        held = (select(each.c.account_key).where(each.c.requester_id == requester_id) for each in (names, sightings))
        return frozenset(row.account_key for row in self.rows(union(*held)) if row.account_key is not None)

    def ids_of_nobody(self, requester_id: int) -> tuple[str, ...]:
        """The ids that were said of a requester and are nobody's account."""
        said = select(sightings.c.account_key).where(sightings.c.requester_id == requester_id)
        held = select(names.c.name_id).where(names.c.account_key == sightings.c.account_key)
        free = said.where(sightings.c.account_key.is_not(None), ~held.exists()).distinct()
        return tuple(row.account_key for row in self.rows(free.order_by(sightings.c.account_key)))

    def name_history(self, requester_id: int) -> tuple[Named, ...]:
        """The names of a requester, oldest first: those they are known by, and those seen once with an id of theirs."""
        kept = select(names).where(names.c.requester_id == requester_id, names.c.kind != "account")
        found = {
            row.canonical: Named(name=row.name, origin=row.origin, first_at=row.at, last_at=row.at)
            for row in self.rows(kept.order_by(names.c.name_id.desc()))
        }
        for row in self.rows(select(sightings).where(sightings.c.requester_id == requester_id)):
            told = found.get(row.canonical)
            found[row.canonical] = Named(
                name=told.name if told else row.name,
                origin=told.origin if told else AliasOrigin.SEEN,
                first_at=min(row.first_at, told.first_at) if told else row.first_at,
                last_at=max(row.last_at, told.last_at) if told else row.last_at,
            )
        return tuple(sorted(found.values(), key=lambda named: (named.first_at, named.name)))

    def seen_at(self, requester_id: int) -> datetime | None:
        """When somebody last reported them or showed work of theirs."""
        said = select(func.max(reports.c.at)).where(
            reports.c.requester_id == requester_id, reports.c.removed_at.is_(None)
        )
        shown = select(func.max(batches.c.at)).where(batches.c.requester_id == requester_id)
        moments = (self.value(said), self.value(shown))
        return max((at for at in moments if at is not None), default=None)

    def was_reported(self, requester_id: int) -> bool:
        """Whether there is any report about them that was not taken back."""
        about = (reports.c.requester_id == requester_id, reports.c.removed_at.is_(None))
        return self.row(select(reports.c.report_id).where(*about).limit(1)) is not None

    def whole(self, requester_id: int) -> int:
        """The id under which a requester lives on who may have been merged. NotFoundError if there is none."""
        for _ in range(LONGEST_CHAIN):
            row = self.row(select(requesters.c.merged_into).where(requesters.c.requester_id == requester_id))
            if row is None:
                break
            if row.merged_into is None:
                return requester_id
            requester_id = row.merged_into
        raise NotFoundError(f"There is no requester {requester_id}.")

    def get_requester(self, requester_id: int) -> Requester:
        """Whoever lives on under that id. NotFoundError if there is none."""
        about = select(names, requesters.c.platform.label("of_platform"), requesters.c.name.label("of_name"))
        rows = self.rows(about.join(requesters).where(names.c.requester_id == requester_id).order_by(names.c.name_id))
        if not rows:
            whole = self.whole(requester_id)
            if whole == requester_id:
                raise NotFoundError(f"There is no requester {requester_id}.")
            return self.get_requester(whole)
        return _requester(requester_id, rows)

    def find_account(self, platform: str | None, account_key: str) -> Requester | None:
        """Whose account it is. With `platform` None only if one requester alone has such an account anywhere."""
        owners = select(names.c.requester_id).where(names.c.account_key == account_key).distinct().limit(2)
        rows = self.rows(owners if platform is None else owners.where(names.c.platform == platform))
        return self.get_requester(rows[0].requester_id) if len(rows) == 1 else None

    def _add(self, requester_id: int, **told: str | None) -> bool:
        self.hold_names()
        new = self.insert(names).values(requester_id=requester_id, at=self.now, **told)
        if told["kind"] == "account":
            new = new.on_conflict_do_nothing()
        return self.changed(new) == 1

    def _name(self, row: Row[Any]) -> Name:
        return Name(
            owner=str(row.requester_id),
            name=row.name,
            platform=row.platform,
            account_key=row.account_key,
            activity=1.0 + row.activity,
        )
