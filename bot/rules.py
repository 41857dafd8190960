"""What the steps hand to the rules: profiles, policies, the installation's key, and the index of names."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot import incidents
from bot.incidents.course import Courses
from bot.model import Edit, Incident, Name, Task
from bot.model.policy import Policy
from bot.naming.beginnings import Beginnings
from bot.naming.index import NameIndex
from bot.platforms import Platforms


class NamesSince(Protocol):
    """The part of a transaction from which an index can be brought up to date."""

    def names_since(self, name_id: int) -> tuple[tuple[int, Name], ...]:
        """Names with an id above `name_id`, oldest first."""
        ...

    def names_of(self, requester_id: int) -> tuple[Name, ...]:
        """All names of one requester."""
        ...

    def edits_since(self, edit_id: int) -> tuple[Edit, ...]:
        """What people said about requesters after `edit_id`, oldest first."""
        ...

    def newest_edit(self) -> Edit | None:
        """The last of them."""
        ...

    def tasks_since(self, batch_id: int) -> tuple[tuple[int, str, Task], ...]:
        """(id, owner, task) of work after `batch_id`, oldest first; of very much the newest."""
        ...

    def tasks_of(self, requester_id: int) -> tuple[Task, ...]:
        """The work of one requester."""
        ...


# So many new names are put in order at once, fewer one by one.
MANY = 100
Row = tuple[int, Name]
Shown = tuple[int, str, Task]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The newest of each kind that the index has."""

    name: Row | None = None
    edit: Edit | None = None
    task: Shown | None = None


@dataclass(frozen=True, slots=True)
class _News:
    """What a transaction can see beyond that; `moved` are all names and work of requesters that edits touched."""

    names: tuple[Row, ...]
    tasks: tuple[Shown, ...]
    newest: _Seen
    moved: dict[str, tuple[tuple[Name, ...], tuple[Task, ...]]] = field(default_factory=dict)


@dataclass
class Names:
    """The index of names and work, kept with what each transaction can see.

    A transaction that fails takes its new names with it: then the newest of the index is not where it was, and the
    index starts over.
    """

    index: NameIndex = field(default_factory=NameIndex)
    beginnings: Beginnings = field(default_factory=Beginnings)
    seen: _Seen = field(default_factory=_Seen)

    def up_to_date(self, tx: NamesSince) -> NameIndex:
        """The index with everything in it that `tx` can see, and nothing else."""
        seen = self.seen
        news = _news(tx, seen)
        # Asking the database lets other transactions run, and they may have been here too.
        if news is None or seen is not self.seen:
            news, seen = _all(tx), _Seen()
            self.index, self.beginnings = NameIndex(), Beginnings()
        for _, name in news.names:
            self.index.add(name)
            self.beginnings.add(name, many=len(news.names) > MANY)
        self.beginnings.sort()
        if len(news.names) > MANY:
            self.index.settle()
        for _, owner, task in news.tasks:
            self.index.add_task(owner, task)
        for owner, (names, tasks) in news.moved.items():
            self.index.remove(owner)
            for name in names:
                self.index.add(name)
                self.beginnings.add(name)
            for task in tasks:
                self.index.add_task(owner, task)
        self.seen = news.newest
        return self.index

    def starting(self, typed: str, limit: int) -> tuple[str, ...]:
        """Owners with a name or id that begins with what was typed, the most active first, as of `up_to_date`."""
        found = {owner: self.index.names_of(owner) for owner in self.beginnings.starting(typed)}
        there = [(-names[0].activity, owner) for owner, names in found.items() if names]
        return tuple(owner for _, owner in sorted(there)[:limit])


def _news(tx: NamesSince, seen: _Seen) -> _News | None:
    """What is new beyond `seen`; None if something of it is not there (any more)."""
    names = tx.names_since(seen.name[0] - 1 if seen.name else 0)
    tasks = tx.tasks_since(seen.task[0] - 1 if seen.task else 0)
    edits = tx.edits_since(seen.edit.edit_id - 1 if seen.edit else 0)
    newest = _Seen(names[-1] if names else None, edits[-1] if edits else None, tasks[-1] if tasks else None)
    if seen.edit is not None:
        if newest.edit is None or edits[0].ref != seen.edit.ref:
            return None
        edits = edits[1:]
    touched = {str(requester_id) for edit in edits for requester_id in edit.touched}
    if seen.name is not None:
        if not names or (names[0][0], names[0][1].name) != (seen.name[0], seen.name[1].name):
            return None
        if names[0][1].owner != seen.name[1].owner and seen.name[1].owner not in touched:
            return None
    if seen.task is not None:
        if not tasks or (tasks[0][0], tasks[0][2]) != (seen.task[0], seen.task[2]):
            return None
        if tasks[0][1] != seen.task[1] and seen.task[1] not in touched:
            return None
    moved = {owner: (tx.names_of(int(owner)), tx.tasks_of(int(owner))) for owner in sorted(touched)}
    return _News(names[seen.name is not None :], tasks[seen.task is not None :], newest, moved)


def _all(tx: NamesSince) -> _News:
    names, tasks, edit = tx.names_since(0), tx.tasks_since(0), tx.newest_edit()
    return _News(names, tasks, _Seen(names[-1] if names else None, edit, tasks[-1] if tasks else None))


@dataclass(frozen=True)
class Rules:
    """Everything the steps need beside the store. Handed in at the edge; nothing here is global."""

    platforms: Platforms
    policies: Mapping[str, Policy]
    secret: bytes
    names: Names = field(default_factory=Names)
    courses: Courses = field(default_factory=Courses)

    def assess(
        self, incident: Incident, policy: Policy, now: datetime, guild_key: str | None = incidents.ALL
    ) -> Incident:
        """What `incidents.assess` says; of an incident that has only grown the new reports alone are gone through."""
        return incidents.assess(incident, policy, now, guild_key, self.courses.of(incident, policy))

    def policy(self, name: str) -> Policy:
        """The policy of that name, else the cautious one: a guild is never told more than it chose."""
        return self.policies.get(name) or self.policies["cautious"]

    def voice_key(self, site: str, author: str) -> str:
        """A name for one person on one site that leads nowhere without the installation's key."""
        return self.sign(f"voice|{site}|{author}")[:32]

    def sign(self, text: str) -> str:
        """Hex HMAC-SHA256 of `text` under the installation's key."""
        return hmac.new(self.secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
