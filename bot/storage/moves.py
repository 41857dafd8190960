"""Names, reports and incidents going from one requester to another, each step remembered in a journal."""

from __future__ import annotations

from sqlalchemy import Table, select

from bot.model import Tie
from bot.storage.edits import Journal
from bot.storage.incidents import Incidents
from bot.storage.links import Links
from bot.storage.names import Names
from bot.storage.tables import batches, incidents, links, names, reports, requesters, sightings, verdicts


class Moves(Names, Incidents, Links):
    """What an edit of requesters is made of."""

    def new_requester(self, journal: Journal, platform: str | None, name: str) -> int:
        """A requester without any name yet: give it one with `give_name` or `move_name`."""
        return journal.insert(requesters, platform=platform, name=name, at=self.now)

    def give_name(self, journal: Journal, requester_id: int, kind: str, name: str, canonical: str, origin: str) -> None:
        """A name ("name": the first, or "alias"), not an account."""
        self.hold_names()
        platform = self.get_requester(requester_id).platform if kind == "alias" else self._platform(requester_id)
        told = {"kind": kind, "name": name, "canonical": canonical, "platform": platform, "origin": origin}
        journal.insert(names, requester_id=requester_id, at=self.now, **told)

    def give_account(self, journal: Journal, requester_id: int, account_key: str, origin: str) -> None:
        """An account that is nobody's yet: ask `find_account` first."""
        self.hold_names()
        shown = self.get_requester(requester_id)
        first = self.row(select(names).where(names.c.requester_id == requester_id, names.c.kind == "name"))
        told = {"name": shown.name, "canonical": first.canonical if first else "", "platform": shown.platform}
        journal.insert(
            names,
            requester_id=requester_id,
            kind="account",
            account_key=account_key,
            origin=origin,
            at=self.now,
            **told,
        )

    def find_names(self, requester_id: int, canonical: str) -> tuple[tuple[int, str, str], ...]:
        """(name id, kind, name) of a requester's names with that canonical form, or of the account with that key."""
        same = (names.c.canonical == canonical) & (names.c.kind != "account")
        rows = self.rows(select(names).where(names.c.requester_id == requester_id, same).order_by(names.c.name_id))
        return tuple((row.name_id, row.kind, row.name) for row in rows)

    def account_names(self, requester_id: int, account_key: str) -> tuple[int, ...]:
        """The ids of the rows that hold an account of a requester."""
        theirs = (names.c.requester_id == requester_id, names.c.account_key == account_key)
        return tuple(row.name_id for row in self.rows(select(names.c.name_id).where(*theirs)))

    def names_left(self, journal: Journal, requester_id: int) -> tuple[str, ...] | None:
        """The names left to a requester, the first of them made their first name; None if nothing is left."""
        rows = self.rows(select(names).where(names.c.requester_id == requester_id).order_by(names.c.name_id))
        if rows and all(row.kind != "name" for row in rows):
            journal.update(names, [names.c.name_id == rows[0].name_id], kind="name")
        return tuple(row.name for row in rows) or None

    def drop_name(self, journal: Journal, name_id: int) -> None:
        """A name is theirs no more."""
        journal.delete(names, name_id)

    def show_as(self, journal: Journal, requester_id: int, name: str) -> None:
        """Show a requester by a name from now on."""
        journal.update(requesters, [requesters.c.requester_id == requester_id], name=name)

    def move_name(self, journal: Journal, name_id: int, to_id: int, kind: str | None = None) -> None:
        """A name or account goes to somebody else, as another kind of name where that is said."""
        told: dict[str, object] = {"requester_id": to_id} if kind is None else {"requester_id": to_id, "kind": kind}
        journal.update(names, [names.c.name_id == name_id], **told)

    def move_all(self, journal: Journal, from_id: int, to_id: int) -> None:
        """Everything of one requester becomes another's; what is left leads there."""
        theirs = names.c.requester_id == from_id
        aliases = [theirs, names.c.kind == "name", names.c.account_key.is_(None)]
        journal.update(names, aliases, kind="alias")
        journal.update(names, [theirs, names.c.kind == "name"], kind="account")
        for table in (names, reports, incidents, batches):
            journal.update(table, [table.c.requester_id == from_id], requester_id=to_id)
        self._move_sightings(journal, from_id, to_id)
        self._move_links(journal, from_id, to_id)
        journal.update(requesters, [requesters.c.requester_id == from_id], merged_into=to_id)
        if self._platform(to_id) is None and (platform := self._platform(from_id)) is not None:
            journal.update(requesters, [requesters.c.requester_id == to_id], platform=platform)
            journal.update(names, [names.c.requester_id == to_id, names.c.platform.is_(None)], platform=platform)

    def move_incident(self, journal: Journal, incident_id: int, to_id: int) -> None:
        """An incident with its reports, and the work that those posts showed, goes to somebody else."""
        journal.update(incidents, [incidents.c.incident_id == incident_id], requester_id=to_id)
        told = reports.c.incident_id == incident_id
        shown = select(reports.c.post_id).where(told, reports.c.post_id.is_not(None))
        journal.update(batches, [batches.c.post_id.in_(shown)], requester_id=to_id)
        journal.update(reports, [told], requester_id=to_id)

    def join_incidents(self, journal: Journal, from_id: int, into_id: int) -> None:
        """The reports of one incident become another's. Both rows are remembered, for the rules to save anew."""
        for incident_id in (from_id, into_id):
            journal.keep(incidents, incident_id)
        journal.update(reports, [reports.c.incident_id == from_id], incident_id=into_id)

    def keep_incident(self, journal: Journal, incident_id: int) -> None:
        """Remember an incident before the rules save it anew."""
        journal.keep(incidents, incident_id)

    def call_copy(self, journal: Journal, report_key: str, of_key: str) -> None:
        """A report turned out to be the text of another one."""
        report_id = int(report_key.rpartition(":")[2])
        journal.update(reports, [reports.c.report_id == report_id], same_text_as=of_key)

    def is_judged(self, incident_id: int) -> bool:
        """Whether any moderator has said a word about an incident."""
        return self.row(select(verdicts.c.verdict_id).where(verdicts.c.incident_id == incident_id).limit(1)) is not None

    def counted(self, requester_id: int) -> dict[str, int]:
        """How many reports, incidents and accounts a requester has."""
        requester = self.get_requester(requester_id)
        return {
            "reports": self._count(reports, requester_id),
            "incidents": self._count(incidents, requester_id),
            "accounts": len(requester.account_keys),
        }

    def _count(self, table: Table, requester_id: int) -> int:
        return len(self.rows(select(table.c.requester_id).where(table.c.requester_id == requester_id)))

    def _platform(self, requester_id: int) -> str | None:
        found: str | None = self.value(select(requesters.c.platform).where(requesters.c.requester_id == requester_id))
        return found

    def _move_sightings(self, journal: Journal, from_id: int, to_id: int) -> None:
        for row in self.rows(select(sightings).where(sightings.c.requester_id == from_id)):
            same = (sightings.c.canonical == row.canonical, sightings.c.voice_key == row.voice_key)
            if self.row(select(sightings.c.sighting_id).where(sightings.c.requester_id == to_id, *same)) is None:
                journal.update(sightings, [sightings.c.sighting_id == row.sighting_id], requester_id=to_id)
            else:
                journal.delete(sightings, row.sighting_id)

    def _move_links(self, journal: Journal, from_id: int, to_id: int) -> None:
        for link in self.links_of(from_id):
            other_id = link.other_id if link.one_id == from_id else link.one_id
            known = None if other_id == to_id else self.find_link(to_id, other_id)
            if other_id == to_id or (known is not None and link.tie in (known.tie, Tie.SUGGESTED)):
                journal.delete(links, link.link_id)
            elif known is not None:
                journal.delete(links, link.link_id)
                journal.update(links, [links.c.link_id == known.link_id], tie=link.tie)
            else:
                low, high = sorted((to_id, other_id))
                journal.update(links, [links.c.link_id == link.link_id], one_id=low, other_id=high)
