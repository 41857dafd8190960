"""Requesters, and every name and account they are known by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, text, update

from bot.errors import NotFoundError
from bot.model import Name, Requester
from bot.storage.part import Part
from bot.storage.tables import names, reports, requesters

# Any number of ours; whoever adds a name on PostgreSQL holds it until the end of the transaction.
NAMES_LOCK = 7_252_001


def _requester(requester_id: int, rows: Sequence[Row[Any]]) -> Requester:
    return Requester(
        requester_id=requester_id,
        platform=rows[0].of_platform,
        name=rows[0].of_name,
        account_keys=tuple(row.account_key for row in rows if row.account_key is not None),
        aliases=tuple(dict.fromkeys(row.name for row in rows if row.name != row.of_name)),
    )


class Names(Part):
    """Who is meant by which name."""

    def names_since(self, name_id: int) -> tuple[tuple[int, Name], ...]:
        """Every name, alias and account after `name_id`, in the order of their ids. `owner` is the requester's id.

        `activity` is 1 and the number of reports about the requester.
        """
        about = reports.c.requester_id == names.c.requester_id
        activity = select(func.count()).where(about).correlate(names).scalar_subquery().label("activity")
        rows = self.rows(select(names, activity).where(names.c.name_id > name_id).order_by(names.c.name_id))
        return tuple((row.name_id, self._name(row)) for row in rows)

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
        """Say on which platform a requester is of whom that was not known. False if it was.

        Their names get new ids, so that whoever follows names by id hears of it.
        """
        ours = update(requesters).where(requesters.c.requester_id == requester_id, requesters.c.platform.is_(None))
        if self.changed(ours.values(platform=platform)) == 0:
            return False
        theirs = names.c.requester_id == requester_id
        rows = self.rows(select(names).where(theirs).order_by(names.c.name_id))
        self.connection.execute(delete(names).where(theirs))
        for row in rows:
            told = {part: getattr(row, part) for part in ("kind", "name", "canonical", "account_key", "origin")}
            self._add(requester_id, **told, platform=row.platform or platform)
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

    def get_requester(self, requester_id: int) -> Requester:
        """NotFoundError if there is none."""
        about = select(names, requesters.c.platform.label("of_platform"), requesters.c.name.label("of_name"))
        rows = self.rows(about.join(requesters).where(names.c.requester_id == requester_id).order_by(names.c.name_id))
        if not rows:
            raise NotFoundError(f"There is no requester {requester_id}.")
        return _requester(requester_id, rows)

    def find_account(self, platform: str | None, account_key: str) -> Requester | None:
        """Whose account it is. With `platform` None only if one requester alone has such an account anywhere."""
        owners = select(names.c.requester_id).where(names.c.account_key == account_key).distinct().limit(2)
        rows = self.rows(owners if platform is None else owners.where(names.c.platform == platform))
        return self.get_requester(rows[0].requester_id) if len(rows) == 1 else None

    def _add(self, requester_id: int, **told: str | None) -> bool:
        if self.dialect == "postgresql":
            # Ids are drawn before they are seen: without this, a follower could miss a lower id committed later.
            self.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": NAMES_LOCK})
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
