"""Incidents with their evidence, and the short references people call them by."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, insert, or_, select, update

from bot.errors import NotFoundError, StoreError
from bot.model import Batch, Incident, Report, Stage, Task, Term, Verdict
from bot.naming.canonical import canonical
from bot.storage.audit import Audit, microseconds
from bot.storage.chain import Deed
from bot.storage.codec import dump, load
from bot.storage.reports import report
from bot.storage.tables import batches, incidents, reports, verdicts

# No 0 and O, no 1, I and L, no U and V twice: what people read out and type. 30**6 are 729 million.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REF_LENGTH = 6
# Work seen this long before the first report may be what was rejected (as long as an incident lasts by the shipped
# policy, `quiet_for`); more of it than this is noise.
WORK_BEFORE = timedelta(days=14)
MOST_BATCHES = 100

DERIVED = (
    *("platform", "rules_version", "opened_at", "volume", "praise", "again", "stage", "outcome", "disputed"),
    *("unproven", "closed_at", "last_at", "public_after", "next_at", "score"),
    *("n_voices", "n_sites", "n_contrary", "n_rejected", "n_reversed"),
)


def new_ref() -> str:
    """A reference nobody guesses, such as "7K2-Q9F"."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(REF_LENGTH))
    return f"{drawn[:3]}-{drawn[3:]}"


def typed_ref(typed: str) -> str:
    """A reference as people type it ("7k2q9f", "#7K2 Q9F"), as it is stored."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return f"{letters[:3]}-{letters[3:]}"


def verdict_says(verdict_id: int, incident_id: int, decision: str, at: datetime) -> dict[str, Any]:
    """What the audit keeps of a verdict for good."""
    return {"verdict": verdict_id, "incident": incident_id, "decision": str(decision), "at": microseconds(at)}


def _verdict(row: Row[Any]) -> Verdict:
    return Verdict(
        key=f"verdict:{row.verdict_id}",
        at=row.at,
        decision=row.decision,
        by=row.by,
        guild_key=row.guild_key,
        why=row.why,
    )


def _batch(row: Row[Any]) -> Batch:
    return Batch(key=f"batch:{row.batch_id}", at=row.at, task=load(Task, row.task), reviews=row.reviews)


def _columns(incident: Incident) -> dict[str, object]:
    told = {name: getattr(incident, name) for name in DERIVED}
    return {**told, "requester_id": incident.requester_id, "why": dump(incident.why)}


def _incident(row: Row[Any]) -> Incident:
    """The derived half; evidence is loaded for many at once."""
    told = {name: getattr(row, name) for name in DERIVED}
    why = load(tuple[Term, ...], row.why)
    return Incident(**told, why=why, incident_id=row.incident_id, requester_id=row.requester_id)


def _in_its_time(batch: Batch, row: Row[Any]) -> bool:
    return batch.at >= row.opened_at - WORK_BEFORE and (row.closed_at is None or batch.at <= row.closed_at)


class Incidents(Audit):
    """What is known of each incident."""

    def open_incident(self, requester_id: int) -> Incident | None:
        """The newest incident of a requester that is not closed."""
        ours = select(incidents).where(incidents.c.requester_id == requester_id, incidents.c.closed_at.is_(None))
        found = self._load(ours.order_by(incidents.c.opened_at.desc(), incidents.c.incident_id.desc()).limit(1))
        return found[0] if found else None

    def get_incident(self, incident_id: int) -> Incident:
        """NotFoundError if there is none."""
        found = self._load(select(incidents).where(incidents.c.incident_id == incident_id))
        if not found:
            raise NotFoundError(f"There is no incident {incident_id}.")
        return found[0]

    def find_incident(self, ref: str) -> Incident | None:
        """By its reference as people type it: case and dashes do not matter."""
        found = self._load(select(incidents).where(incidents.c.ref == typed_ref(ref)))
        return found[0] if found else None

    def live_owners(self) -> frozenset[str]:
        """Requesters with an open incident that somebody may have been told of, as naming's owners."""
        told = incidents.c.stage.in_((Stage.SUSPECTED, Stage.CORROBORATED, Stage.CONFIRMED))
        rows = self.rows(select(incidents.c.requester_id).where(incidents.c.closed_at.is_(None), told).distinct())
        return frozenset(str(row.requester_id) for row in rows)

    def is_old_story(self, requester_id: int) -> bool:
        """Whether an incident of theirs was told of or judged, and none is open now."""
        ours = select(incidents.c.stage, incidents.c.closed_at).where(incidents.c.requester_id == requester_id)
        known = self.rows(ours)
        is_open = any(row.closed_at is None for row in known)
        return not is_open and any(row.stage is not Stage.WATCHED for row in known)

    def incidents_due(self, until: datetime, limit: int) -> tuple[Incident, ...]:
        """Those that time alone changes until then, oldest first."""
        due = select(incidents).where(incidents.c.next_at <= until)
        return self._load(due.order_by(incidents.c.next_at, incidents.c.incident_id).limit(limit))

    def due_ids(self, until: datetime) -> tuple[int, ...]:
        """The ids of all of those; of an incident that cannot be loaded too."""
        due = select(incidents.c.incident_id).where(incidents.c.next_at <= until)
        return tuple(row.incident_id for row in self.rows(due.order_by(incidents.c.next_at, incidents.c.incident_id)))

    def next_due(self) -> datetime | None:
        """The first moment at which time alone changes an incident; None if nothing waits."""
        found: datetime | None = self.value(select(func.min(incidents.c.next_at)))
        return found

    def incidents_of(self, requester_id: int, limit: int) -> tuple[Incident, ...]:
        """A requester's, newest first."""
        ours = select(incidents).where(incidents.c.requester_id == requester_id)
        return self._load(ours.order_by(incidents.c.opened_at.desc(), incidents.c.incident_id.desc()).limit(limit))

    def recent_incidents(self, since: datetime, limit: int) -> tuple[Incident, ...]:
        """Those with a report since then, newest first."""
        recent = select(incidents).where(incidents.c.last_at >= since)
        return self._load(recent.order_by(incidents.c.last_at.desc(), incidents.c.incident_id.desc()).limit(limit))

    def save_incident(self, incident: Incident) -> Incident:
        """Store what the rules made of it; a new one gets its id. Evidence is stored by add_report, add_verdict …"""
        if incident.incident_id is None:
            return self._insert(incident)
        ours = update(incidents).where(incidents.c.incident_id == incident.incident_id)
        if not self.changed(ours.values(_columns(incident))):
            raise NotFoundError(f"There is no incident {incident.incident_id}.")
        return incident

    def wake(self, incident_id: int, at: datetime) -> None:
        """Have time look at an incident then at the latest."""
        later = or_(incidents.c.next_at.is_(None), incidents.c.next_at > at)
        self.connection.execute(
            update(incidents).where(incidents.c.incident_id == incident_id, later).values(next_at=at)
        )

    def ref(self, incident_id: int) -> str:
        """What people call it, such as "7K2-Q9F". NotFoundError if there is no such incident."""
        found: str | None = self.value(select(incidents.c.ref).where(incidents.c.incident_id == incident_id))
        if found is None:
            raise NotFoundError(f"There is no incident {incident_id}.")
        return found

    def add_verdict(self, incident_id: int, verdict: Verdict) -> Verdict:
        """Store a moderator's judgement; gives it with its key, "verdict:<id>"."""
        new = insert(verdicts).values(
            incident_id=incident_id,
            at=verdict.at,
            decision=verdict.decision,
            by=verdict.by,
            guild_key=verdict.guild_key,
            why=verdict.why,
        )
        verdict_id = self.value(new.returning(verdicts.c.verdict_id))
        says = verdict_says(verdict_id, incident_id, verdict.decision, verdict.at)
        self.record(Deed.VERDICT, says, by=verdict.by, guild_key=verdict.guild_key, why=verdict.why)
        return replace(verdict, key=f"verdict:{verdict_id}")

    def add_batch(self, requester_id: int, batch: Batch, post_id: int | None = None) -> Batch:
        """Store work seen for a requester; gives it with its key, "batch:<id>"."""
        # As lookups write it; NULL where nothing readable is left.
        title = canonical(batch.task.title or "") or None
        told = {"at": batch.at, "task": dump(batch.task), "title": title, "reviews": batch.reviews}
        new = insert(batches).values(requester_id=requester_id, post_id=post_id, **told)
        return replace(batch, key=f"batch:{self.value(new.returning(batches.c.batch_id))}")

    def batches(self, requester_id: int, since: datetime) -> tuple[Batch, ...]:
        """Work seen for a requester since then, oldest first; of very much the newest."""
        return tuple(self._work({requester_id}, since)[requester_id])

    def _insert(self, incident: Incident) -> Incident:
        values = _columns(incident)
        for _ in range(20):
            new = self.insert(incidents).values(**values, ref=new_ref()).on_conflict_do_nothing()
            incident_id = self.value(new.returning(incidents.c.incident_id))
            if incident_id is not None:
                return replace(incident, incident_id=int(incident_id))
        raise StoreError("There is no free reference for a new incident; tell the developers, this cannot be.")

    def _load(self, statement: Select[Any]) -> tuple[Incident, ...]:
        """The incidents of a statement, with all their evidence in three statements more."""
        rows = self.rows(statement)
        if not rows:
            return ()
        ids = [row.incident_id for row in rows]
        said = self._reports(ids)
        judged = self._verdicts(ids)
        since = min(row.opened_at for row in rows) - WORK_BEFORE
        work = self._work({row.requester_id for row in rows if row.requester_id is not None}, since)
        return tuple(
            replace(
                _incident(row),
                reports=tuple(said[row.incident_id]),
                verdicts=tuple(judged[row.incident_id]),
                batches=tuple(batch for batch in work[row.requester_id] if _in_its_time(batch, row)),
            )
            for row in rows
        )

    def _reports(self, ids: Sequence[int]) -> dict[int, list[Report]]:
        found: dict[int, list[Report]] = defaultdict(list)
        ours = select(reports).where(reports.c.incident_id.in_(ids), reports.c.removed_at.is_(None))
        for row in self.rows(ours.order_by(reports.c.at, reports.c.report_id)):
            found[row.incident_id].append(report(row))
        return found

    def _verdicts(self, ids: Sequence[int]) -> dict[int, list[Verdict]]:
        found: dict[int, list[Verdict]] = defaultdict(list)
        ours = select(verdicts).where(verdicts.c.incident_id.in_(ids))
        for row in self.rows(ours.order_by(verdicts.c.at, verdicts.c.verdict_id)):
            found[row.incident_id].append(_verdict(row))
        return found

    def _work(self, requester_ids: Collection[int], since: datetime) -> dict[int | None, list[Batch]]:
        """The newest work of each requester, oldest first."""
        found: dict[int | None, list[Batch]] = defaultdict(list)
        newest = (batches.c.at.desc(), batches.c.batch_id.desc())
        turn = func.row_number().over(partition_by=batches.c.requester_id, order_by=newest)
        theirs = select(batches, turn.label("turn")).where(batches.c.requester_id.in_(requester_ids))
        seen = theirs.where(batches.c.at >= since).subquery()
        for row in self.rows(select(seen).where(seen.c.turn <= MOST_BATCHES).order_by(seen.c.at, seen.c.batch_id)):
            found[row.requester_id].append(_batch(row))
        return found
