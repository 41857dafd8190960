"""The log of requesters: each entry keeps the cells it changed, so that it can be undone exactly."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Row, Table, delete, func, insert, select, text, update
from sqlalchemy.types import TypeDecorator

from bot.errors import NotFoundError, StoreError
from bot.model import Act, Edit
from bot.storage import chain, tables
from bot.storage.audit import Audit
from bot.storage.incidents import new_ref, typed_ref
from bot.storage.part import Part, chunks
from bot.storage.tables import edits

# Any number of ours; whoever adds a name on PostgreSQL holds it until the end of the transaction.
NAMES_LOCK = 7_252_001
# One letter before a reference says that it is an entry of the log and not an incident.
MARK = "E"
Cells = dict[str, Any]


def _raw(table: Table) -> Table:
    """The table as the engine sees it: cells come and go as they are stored."""
    columns = (
        Column(
            each.name,
            each.type.impl if isinstance(each.type, TypeDecorator) else each.type,
            primary_key=each.primary_key,
        )
        for each in table.columns
    )
    return Table(table.name, MetaData(), *columns)


RAW = {
    table.name: _raw(table)
    for table in (
        tables.requesters,
        tables.names,
        tables.sightings,
        tables.links,
        tables.reports,
        tables.incidents,
        tables.batches,
    )
}


def _id(table: Table) -> ColumnElement[Any]:
    return next(iter(table.primary_key.columns))


class Journal:
    """Changes rows and remembers how they were. Pass it through one edit, then hand it to `Edits.add_edit`."""

    def __init__(self, part: Part) -> None:
        self._part = part
        # What had been told when it began: undo lets that hold again.
        self.told_until = int(part.value(select(func.coalesce(func.max(tables.alerts.c.alert_id), 0))))
        self._kept: dict[tuple[str, int], Cells] = {}
        self.changes: list[list[Any]] = []

    def update(self, table: Table, where: Sequence[ColumnElement[bool]], **new: Any) -> tuple[int, ...]:
        """Change cells of the rows where all of `where` is so; gives the ids of the rows."""
        found = self._part.rows(select(_id(table)).where(*where).order_by(_id(table)))
        ids = tuple(int(row[0]) for row in found)
        for some in chunks(ids):
            self._remember(table, some)
            self._part.connection.execute(update(table).where(_id(table).in_(some)).values(new))
        return ids

    def insert(self, table: Table, **cells: Any) -> int:
        """A new row; gives its id."""
        row_id = int(self._part.value(insert(table).values(cells).returning(_id(table))))
        self.changes.append(["new", table.name, row_id])
        return row_id

    def delete(self, table: Table, row_id: int) -> None:
        """Take a row away; undo brings it back under the same id."""
        raw = RAW[table.name]
        row = self._part.row(select(raw).where(_id(raw) == row_id))
        if row is not None:
            was = self._kept.pop((table.name, row_id), row._asdict())
            self.changes.append(["gone", table.name, row_id, was])
            self._part.connection.execute(delete(raw).where(_id(raw) == row_id))

    def keep(self, table: Table, row_id: int) -> None:
        """Remember a row as it is now, because somebody else is about to change it."""
        self._remember(table, [row_id])

    def _remember(self, table: Table, ids: Sequence[int]) -> None:
        new = [row_id for row_id in ids if (table.name, row_id) not in self._kept]
        for row_id, cells in self._rows(table.name, new).items():
            self._kept[table.name, row_id] = cells

    def _rows(self, name: str, ids: Sequence[int]) -> dict[int, Cells]:
        raw = RAW[name]
        rows = (row for some in chunks(ids) for row in self._part.rows(select(raw).where(_id(raw).in_(some))))
        return {row[0]: row._asdict() for row in rows}

    def sealed(self) -> list[list[Any]]:
        """All that was changed, each row once."""
        for name in RAW:
            kept = {row_id: was for (table, row_id), was in self._kept.items() if table == name}
            for row_id, is_now in self._rows(name, list(kept)).items():
                cells = {cell: value for cell, value in kept[row_id].items() if value != is_now[cell]}
                if cells:
                    self.changes.append(["set", name, row_id, cells])
        self._kept = {}
        return self.changes


def edit_says(edit_id: int, ref: str, act: str, says: str, touched: str) -> dict[str, Any]:
    """What the audit keeps of an edit for good."""
    return {"edit": edit_id, "ref": ref, "act": str(act), "of": chain.digest(says, touched)}


def _edit(row: Row[Any]) -> Edit:
    told = row._asdict()
    for ours in ("changes", "told_until"):
        del told[ours]
    return Edit(**{**told, "touched": tuple(json.loads(row.touched))})


class Edits(Audit):
    """What people said about who is who."""

    def hold_names(self) -> None:
        """On PostgreSQL ids are drawn before they are seen: a follower could miss a lower id committed later."""
        if self.dialect == "postgresql":
            self.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": NAMES_LOCK})

    def journal(self) -> Journal:
        """Where the changes of one edit are remembered."""
        return Journal(self)

    def add_edit(
        self,
        act: Act,
        says: str,
        journal: Journal,
        touched: Collection[int],
        *,
        by: str | None = None,
        guild_key: str | None = None,
    ) -> Edit:
        """Close a journal into an entry of the log."""
        self.hold_names()
        cells = {
            "at": self.now,
            "act": act,
            "by": by,
            "guild_key": guild_key,
            "says": says,
            "touched": json.dumps(sorted(set(touched))),
            "told_until": journal.told_until,
            "changes": json.dumps(journal.sealed(), separators=(",", ":")),
            "undone": False,
        }
        for _ in range(20):
            new = self.insert(edits).values(**cells, ref=f"{MARK}{new_ref()}").on_conflict_do_nothing()
            row = self.row(new.returning(edits))
            if row is not None:
                self._witness(row)
                return _edit(row)
        raise StoreError("There is no free reference for an entry of the log; tell the developers, this cannot be.")

    def _witness(self, row: Row[Any]) -> None:
        """What a person said goes into the audit; what the machine placed by itself does not."""
        if row.act is not Act.PLACED:
            says = edit_says(row.edit_id, row.ref, row.act, row.says, row.touched)
            self.record(chain.Deed.EDIT, says, by=row.by, guild_key=row.guild_key, why=chain.digest(row.changes))

    def find_edit(self, ref: str) -> Edit | None:
        """By its reference as people type it."""
        letters = "".join(letter for letter in ref.upper() if letter.isalnum())
        if not letters.startswith(MARK):
            return None
        row = self.row(select(edits).where(edits.c.ref == MARK + typed_ref(letters.removeprefix(MARK))))
        return _edit(row) if row else None

    def edits(self, limit: int) -> tuple[Edit, ...]:
        """The newest entries that a person made, newest first."""
        theirs = select(edits).where(edits.c.act != Act.PLACED).order_by(edits.c.edit_id.desc())
        return tuple(_edit(row) for row in self.rows(theirs.limit(limit)))

    def edits_since(self, edit_id: int) -> tuple[Edit, ...]:
        """Every entry after `edit_id`, in their order: for whoever keeps an index of names."""
        return tuple(
            _edit(row) for row in self.rows(select(edits).where(edits.c.edit_id > edit_id).order_by(edits.c.edit_id))
        )

    def newest_edit(self) -> Edit | None:
        """The last entry of all."""
        last = select(func.max(edits.c.edit_id)).scalar_subquery()
        row = self.row(select(edits).where(edits.c.edit_id == last))
        return _edit(row) if row else None

    def in_the_way(self, edit: Edit) -> tuple[Edit, ...]:
        """Later entries about the same requesters that have to be undone first, newest first."""
        later = [
            each
            for each in self.edits_since(edit.edit_id)
            if not each.undone and each.act not in (Act.PLACED, Act.UNDONE) and set(each.touched) & set(edit.touched)
        ]
        return tuple(reversed(later))

    def take_back(self, edit: Edit, heir_id: int) -> tuple[dict[str, set[int]], int]:
        """Put every cell that `edit` changed back as it was, and mark it undone.

        What came to a requester made by it since then goes to `heir_id`, and what came to an incident since then goes
        where the incident goes: nobody can say of whom of the two it was meant. Gives the ids of the rows, by table,
        and the id of the last alert that was told before it.
        """
        row = self.row(select(edits.c.changes, edits.c.told_until).where(edits.c.edit_id == edit.edit_id))
        if row is None:
            raise NotFoundError(f"There is no entry {edit.ref}.")
        rows: dict[str, set[int]] = {name: set() for name in RAW}
        for change in reversed(json.loads(row.changes)):
            kind, name, row_id, *cells = change
            rows[name].add(row_id)
            if kind == "new" and name == "requesters":
                rows["incidents"] |= self._bequeath(row_id, heir_id)
            self._put_back(kind, RAW[name], row_id, cells[0] if cells else {})
        self._follow(rows["incidents"])
        self.connection.execute(update(edits).where(edits.c.edit_id == edit.edit_id).values(undone=True))
        return rows, row.told_until

    def _put_back(self, kind: str, raw: Table, row_id: int, cells: Mapping[str, Any]) -> None:
        mine = _id(raw) == row_id
        if kind == "new":
            self.connection.execute(delete(raw).where(mine))
        elif kind == "gone":
            self.connection.execute(insert(raw).values(dict(cells)))
        else:
            self.connection.execute(update(raw).where(mine).values(dict(cells)))

    def _follow(self, incident_ids: Collection[int]) -> None:
        """Every report is of whom its incident is of."""
        told, known = RAW["reports"], RAW["incidents"]
        of = select(known.c.requester_id).where(known.c.incident_id == told.c.incident_id).scalar_subquery()
        for some in chunks(sorted(incident_ids)):
            self.connection.execute(update(told).where(told.c.incident_id.in_(some)).values(requester_id=of))

    def _bequeath(self, gone_id: int, heir_id: int) -> set[int]:
        """Whatever reached a requester that is about to go: to its heir. Gives the incidents among it."""
        moved: set[int] = set()
        for name in ("reports", "incidents", "batches", "names"):
            table = RAW[name]
            late = table.c.requester_id == gone_id
            if name == "incidents":
                moved = {each[0] for each in self.rows(select(_id(table)).where(late))}
            self.connection.execute(update(table).where(late).values(requester_id=heir_id))
        for table, theirs in (
            (RAW["sightings"], RAW["sightings"].c.requester_id == gone_id),
            (RAW["links"], (RAW["links"].c.one_id == gone_id) | (RAW["links"].c.other_id == gone_id)),
        ):
            self.connection.execute(delete(table).where(theirs))
        return moved
