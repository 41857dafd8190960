"""A moderator's word about who is who: alias, link, merge, split, rename. Each is an entry of a log that undo reverses.

Every function runs in the caller's transaction; rolled back, it is the preview of itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot import evidence, incidents
from bot.errors import UsageError
from bot.model import Act, AliasOrigin, Edit, Incident, Report, Requester, Tie
from bot.naming.canonical import canonical, display
from bot.reading.sketch import alike
from bot.rules import Rules
from bot.storage import Transaction
from bot.storage.edits import Journal
from bot.telling import Told, recall, refresh, refresh_questions, say_merged, tell

# How far back texts are compared where two incidents become one; further apart they are not one voice's cross-posts.
ALIKE_FOR = timedelta(days=7)
MOST_INCIDENTS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an edit changes (or, rolled back, would change): the entry, how much moved, and who is told."""

    edit: Edit
    requester: Requester
    reports: int = 0
    incidents: int = 0
    accounts: int = 0
    told: tuple[Told, ...] = ()


@dataclass(slots=True)
class Editing:
    """One edit by one moderator of one guild, inside one transaction."""

    tx: Transaction
    rules: Rules
    by: str | None
    guild_key: str | None
    journal: Journal = field(init=False)
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Everything that is changed is remembered from here on."""
        self.journal = self.tx.journal()

    def add_alias(self, requester_id: int, name: str) -> Effect:
        """Another name. UsageError if it says nothing or is theirs already."""
        requester, canon = self.tx.get_requester(requester_id), canonical(name)
        if not canon:
            raise UsageError("I cannot read a name in that.")
        if self.tx.find_names(requester.requester_id, canon):
            raise UsageError(f"{display(requester.name)} has that name already.")
        self.tx.give_name(self.journal, requester.requester_id, "alias", name, canon, AliasOrigin.MODERATOR)
        return self._done(Act.ALIAS_ADDED, f"“{display(name)}” is {_who(requester)}", requester)

    def remove_alias(self, requester_id: int, name: str) -> Effect:
        """One name less. UsageError if it is not theirs, or is the one they are shown by."""
        requester, canon = self.tx.get_requester(requester_id), canonical(name)
        found = [each for each in self.tx.find_names(requester.requester_id, canon) if each[1] == "alias"]
        if not found:
            raise UsageError(f"{display(requester.name)} has no further name like that.")
        if canonical(requester.name) == canon:
            raise UsageError("They are shown by that name: rename them first.")
        for name_id, _, _ in found:
            self.tx.drop_name(self.journal, name_id)
        return self._done(Act.ALIAS_REMOVED, f"“{display(name)}” is not {_who(requester)}", requester)

    def rename(self, requester_id: int, name: str) -> Effect:
        """Show them by another name; the old one stays theirs, with its date."""
        requester, canon = self.tx.get_requester(requester_id), canonical(name)
        if not canon:
            raise UsageError("I cannot read a name in that.")
        if name == requester.name:
            raise UsageError("They are shown by that name already.")
        self.tx.show_as(self.journal, requester.requester_id, name)
        if not self.tx.find_names(requester.requester_id, canon):
            self.tx.give_name(self.journal, requester.requester_id, "alias", name, canon, AliasOrigin.MODERATOR)
        self._refresh(requester.requester_id)
        return self._done(Act.RENAMED, f"{_who(requester)} is shown as “{display(name)}”", requester)

    def link(self, one_id: int, other_id: int) -> Effect:
        """Two requesters are run by the same people. No report moves; who looks one up sees the other."""
        one, other = self._two(one_id, other_id)
        known = self.tx.find_link(one.requester_id, other.requester_id)
        if known is not None and known.tie is Tie.LINKED:
            raise UsageError("These two are linked already.")
        self.tx.say_link(self.journal, one.requester_id, other.requester_id, Tie.LINKED)
        return self._done(Act.LINKED, f"{_who(one)} and {_who(other)} belong together", one, other)

    def unlink(self, one_id: int, other_id: int) -> Effect:
        """Two requesters have nothing to do with each other; the machine does not suggest it again."""
        one, other = self._two(one_id, other_id)
        known = self.tx.find_link(one.requester_id, other.requester_id)
        if known is not None and known.tie is Tie.REFUSED:
            raise UsageError("That was said already.")
        self.tx.say_link(self.journal, one.requester_id, other.requester_id, Tie.REFUSED)
        return self._done(Act.UNLINKED, f"{_who(one)} and {_who(other)} are two", one, other)

    def merge(self, from_id: int, into_id: int) -> Effect:
        """Two requesters are one: all of the first goes to the second. UsageError on two platforms: link them."""
        gone, into = self._two(from_id, into_id)
        if None not in (gone.platform, into.platform) and gone.platform != into.platform:
            raise UsageError("They are on two platforms, where ratings and rules differ: link them instead.")
        counts = self.tx.counted(gone.requester_id)
        moved = self.tx.incidents_of(gone.requester_id, MOST_INCIDENTS)
        self.tx.move_all(self.journal, gone.requester_id, into.requester_id)
        self._believe_ids(into)
        self._settle(moved, into.requester_id)
        return self._done(Act.MERGED, f"{_who(gone)} is {_who(into)}", into, gone, **counts)

    def _believe_ids(self, of: Requester) -> None:
        """Whoever says that two are one says whose the ids are that went with their names."""
        for key in self.tx.ids_of_nobody(of.requester_id):
            self.tx.give_account(self.journal, of.requester_id, key, AliasOrigin.MODERATOR)

    def split(self, requester_id: int, incident_id: int | None, name: str, to_id: int | None) -> Effect:
        """Part of a requester is somebody else: a name or account of theirs, an incident with its reports, or both.

        They go to `to_id`, else to a new requester of that name. UsageError if there is nothing to take apart.
        """
        old = self.tx.get_requester(requester_id)
        if to_id == old.requester_id:
            to_id = None
        parts = self._parts(old, name)
        if incident_id is None and not parts:
            raise UsageError(
                f"{display(old.name)} has no such name or account; with a ref I can take an incident away."
            )
        keys = [key for key in old.account_keys if key.upper() == name.strip().upper()]
        new_id = to_id or self._new(old, name, parts)
        for number, (name_id, kind) in enumerate(parts.items()):
            self.tx.move_name(self.journal, name_id, new_id, "name" if to_id is None and number == 0 else kind)
        self._still_named(old)
        moved: tuple[Incident, ...] = ()
        if incident_id is not None:
            moved = (self.tx.get_incident(incident_id),)
            self.tx.move_incident(self.journal, incident_id, new_id)
            self._settle(moved, new_id)
        new = self.tx.get_requester(new_id)
        n_reports = sum(len(each.reports) for each in moved)
        says = f"part of {_who(old)} is {_who(new)}"
        return self._done(Act.SPLIT, says, new, old, reports=n_reports, incidents=len(moved), accounts=len(keys))

    def undo(self, edit: Edit) -> Effect:
        """Everything as it was before that entry. UsageError if later entries about the same requesters stand."""
        if edit.undone or edit.act in (Act.UNDONE, Act.PLACED):
            raise UsageError("That was taken back already." if edit.undone else "That cannot be taken back.")
        later = self.tx.in_the_way(edit)
        if later:
            raise UsageError(f"Take back {later[0].ref} first: it builds on this one.")
        told = sorted(edit.touched)
        # Only a split makes a requester, the younger of the two it is about.
        rows, told_until = self.tx.take_back(edit, heir_id=told[0])
        changed = [self.tx.get_incident(each) for each in sorted(rows["incidents"])]
        for incident in changed:
            self._look_again(incident, told_until)
        says = f"taken back: {edit.says}"
        done = self.tx.add_edit(Act.UNDONE, says, self.journal, told, by=self.by, guild_key=self.guild_key)
        refresh_questions(self.tx, self.rules, told)
        shown = self.tx.get_requester(told[0])
        counts = {"reports": len(rows["reports"]), "incidents": len(changed)}
        return Effect(edit=done, requester=shown, told=tuple(self.told), **counts)

    def _two(self, one_id: int, other_id: int) -> tuple[Requester, Requester]:
        one, other = self.tx.get_requester(one_id), self.tx.get_requester(other_id)
        if one.requester_id == other.requester_id:
            raise UsageError("That is one and the same requester.")
        return one, other

    def _parts(self, old: Requester, name: str) -> dict[int, str]:
        """The rows of a requester that hold this name or account, and what they are to somebody else."""
        accounts = [key for key in old.account_keys if key.upper() == name.strip().upper()]
        held = {each: "account" for key in accounts for each in self.tx.account_names(old.requester_id, key)}
        named = self.tx.find_names(old.requester_id, canonical(name))
        return {**{name_id: "alias" for name_id, _, _ in named}, **held}

    def _new(self, old: Requester, name: str, parts: Collection[int]) -> int:
        shown = next((each for each in (old.name, *old.aliases) if canonical(each) == canonical(name)), name.strip())
        if not canonical(shown):
            raise UsageError("I cannot read a name in that.")
        new_id = self.tx.new_requester(self.journal, old.platform, shown)
        if not parts:
            self.tx.give_name(self.journal, new_id, "name", shown, canonical(shown), AliasOrigin.MODERATOR)
        return new_id

    def _still_named(self, old: Requester) -> None:
        left = self.tx.names_left(self.journal, old.requester_id)
        if left is None:
            raise UsageError("That is all they are known by: there would be nobody left.")
        if all(canonical(each) != canonical(old.name) for each in left):
            self.tx.show_as(self.journal, old.requester_id, left[0])

    def _settle(self, moved: Sequence[Incident], to_id: int) -> None:
        """Incidents came to a requester: two that are open at once become one, the others show the new name."""
        for incident in moved:
            assert incident.incident_id is not None
            into = self._open_beside(incident, to_id)
            if into is None:
                refresh(self.tx, self.rules, self.tx.get_incident(incident.incident_id))
            else:
                self._join(incident, into)

    def _open_beside(self, incident: Incident, to_id: int) -> Incident | None:
        """The open incident that takes this one up. What a moderator has judged stays as it was judged."""
        if incident.closed_at is not None or self.tx.is_judged(incident.incident_id or 0):
            return None
        for other in self.tx.incidents_of(to_id, MOST_INCIDENTS):
            is_other = other.incident_id != incident.incident_id and other.closed_at is None
            if is_other and not self.tx.is_judged(other.incident_id or 0):
                return other
        return None

    def _join(self, gone: Incident, into: Incident) -> None:
        tx, policy = self.tx, self.rules.policies["early"]
        assert gone.incident_id is not None
        assert into.incident_id is not None
        tx.join_incidents(self.journal, gone.incident_id, into.incident_id)
        self._mark_copies(gone.reports, into)
        opened_at = min(gone.opened_at, into.opened_at)
        volume, praise = evidence.ordinary(tx, into.requester_id or 0, opened_at, policy)
        whole = replace(tx.get_incident(into.incident_id), opened_at=opened_at, volume=volume, praise=praise)
        whole = replace(whole, again=gone.again or into.again)
        saved = evidence.save(tx, self.rules, incidents.assess(whole, policy, tx.now))
        empty = incidents.assess(tx.get_incident(gone.incident_id), policy, tx.now)
        emptied = tx.save_incident(replace(empty, closed_at=tx.now, next_at=None))
        self.told += say_merged(tx, self.rules, emptied)
        self.told += tell(tx, self.rules, saved, tx.now)
        refresh(tx, self.rules, saved)

    def _mark_copies(self, moved: Sequence[Report], into: Incident) -> None:
        """One text about the two of them, told twice, is one voice as soon as they are one."""
        since = min(into.opened_at, *(each.at for each in moved)) - ALIKE_FOR if moved else into.opened_at
        drawn = self.tx.sketches(into.requester_id or 0, since)
        theirs = {each.key for each in moved}
        sketches = {key: sketch for key, _, sketch in drawn}
        ours = [(key, sketch) for key, _, sketch in drawn if key not in theirs]
        for report in moved:
            mine = sketches.get(report.key)
            if mine is None or report.same_text_as is not None:
                continue
            twin = next((key for key, sketch in ours if alike(mine, sketch)), None)
            if twin is not None:
                self.tx.call_copy(self.journal, report.key, twin)

    def _look_again(self, incident: Incident, told_until: int) -> None:
        """After an undo: what was told before holds again; where the evidence differs by now, the rules say what."""
        tx, policy = self.tx, self.rules.policies["early"]
        if incident.closed_at is None:
            now_is = incidents.assess(incident, policy, tx.now)
            if _derived(now_is) != _derived(incident):
                incident = evidence.save(tx, self.rules, now_is)
        self.told += recall(tx, self.rules, incident, told_until)
        self.told += tell(tx, self.rules, incident, tx.now)
        refresh(tx, self.rules, incident)

    def _refresh(self, requester_id: int) -> None:
        for incident in self.tx.incidents_of(requester_id, MOST_INCIDENTS):
            refresh(self.tx, self.rules, incident)

    def _done(self, act: Act, says: str, requester: Requester, *others: Requester, **counts: int) -> Effect:
        touched = [each.requester_id for each in (requester, *others)]
        edit = self.tx.add_edit(act, says, self.journal, touched, by=self.by, guild_key=self.guild_key)
        refresh_questions(self.tx, self.rules, touched)
        shown = self.tx.get_requester(requester.requester_id)
        return Effect(edit=edit, requester=shown, told=tuple(self.told), **counts)


def _derived(incident: Incident) -> tuple[object, ...]:
    """What evidence makes of an incident, without what only the moment of looking does."""
    return (
        incident.stage,
        incident.outcome,
        incident.n_voices,
        incident.n_contrary,
        incident.n_rejected,
        incident.last_at,
    )


def _who(requester: Requester) -> str:
    return f"{display(requester.name)} (#{requester.requester_id})"
