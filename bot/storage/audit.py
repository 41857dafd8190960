"""The audit: every verdict, edit and setting in a chain of hashes. What is forgotten stays provably removed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update

from bot.storage import chain
from bot.storage.chain import Deed, Private
from bot.storage.columns import EPOCH, MICROSECOND, storable
from bot.storage.part import Part
from bot.storage.tables import audit, notes

SALT_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands: `says` is for good, `by`, `guild_key` and `why` may have been taken out."""

    audit_id: int
    at: datetime
    deed: Deed
    says: Mapping[str, Any]
    by: str | None
    guild_key: str | None
    why: str | None


class Audit(Part):
    """Writes the chain; `bot.storage.auditing` reads it back and says where it is broken."""

    def record(
        self,
        deed: Deed,
        says: Mapping[str, Any],
        *,
        by: str | None = None,
        guild_key: str | None = None,
        why: str | None = None,
    ) -> int:
        """Put one entry at the end of the chain; gives its number. `says` must hold nothing about a person."""
        number, before = self.audit_head()
        private = _storable((by, guild_key, why))
        salt = secrets.token_hex(SALT_LENGTH)
        told, sealed = storable(chain.written(says)), chain.seal(salt, private)
        last = chain.link(before, number + 1, microseconds(self.now), deed, told, sealed)
        self.connection.execute(
            insert(audit).values(
                **dict(zip(("by", "guild_key", "why"), private, strict=True)),
                audit_id=number + 1,
                at=self.now,
                deed=deed,
                says=told,
                salt=salt,
                seal=sealed,
                hash=last,
            )
        )
        head = self.insert(notes).values(key=chain.HEAD, value=chain.head(number + 1, last))
        self.connection.execute(
            head.on_conflict_do_update(index_elements=[notes.c.key], set_={"value": chain.head(number + 1, last)})
        )
        return number + 1

    def audit_head(self) -> tuple[int, str]:
        """How many entries were written, and the hash of the last: note it elsewhere, and nobody can write it anew."""
        noted: str | None = self.value(select(notes.c.value).where(notes.c.key == chain.HEAD))
        if noted is None:
            return 0, chain.BEGINNING
        number, _, last = noted.partition(" ")
        return int(number), last

    def audit(self, limit: int) -> tuple[Entry, ...]:
        """The newest entries, newest first."""
        rows = self.rows(select(audit).order_by(audit.c.audit_id.desc()).limit(limit))
        return tuple(_entry(row) for row in rows)

    def count_deeds_by(self, by: str, since: datetime) -> int:
        """How many verdicts and edits this person entered after `since`."""
        theirs = select(func.count()).select_from(audit).where(audit.c.by == by, audit.c.at > since)
        return int(self.value(theirs.where(audit.c.deed.in_((Deed.VERDICT, Deed.EDIT)))))

    def last_setting(self, deed: Deed, *, guild_key: str | None = None, why: str | None = None) -> Entry | None:
        """The newest entry of that deed about a guild, or in these words."""
        ours = select(audit).where(audit.c.deed == deed)
        ours = ours.where(audit.c.guild_key == guild_key) if guild_key is not None else ours.where(audit.c.why == why)
        row = self.row(ours.order_by(audit.c.audit_id.desc()).limit(1))
        return _entry(row) if row else None

    def forget_in_audit(self, key: str, nobody: str, changed: Mapping[int, str]) -> int:
        """Take a voice (or a guild) out of every entry, and say in a new one what stands there instead.

        `changed` are the edits (by id) whose kept cells are others now, with the digest of those. Gives how many
        entries there were.
        """
        theirs = or_(audit.c.by == key, audit.c.guild_key == key, audit.c.deed == Deed.EDIT)
        resealed: dict[str, str] = {}
        for row in self.rows(select(audit).where(theirs).order_by(audit.c.audit_id)):
            was = (row.by, row.guild_key, row.why)
            now_is = _without(row, key, nobody, changed)
            if now_is != was:
                resealed[str(row.audit_id)] = self._reseal(row.audit_id, now_is)
        if resealed:
            self.record(Deed.FORGOTTEN, {"seals": resealed})
        return len(resealed)

    def _reseal(self, audit_id: int, private: Private) -> str:
        salt = secrets.token_hex(SALT_LENGTH)
        by, guild_key, why = private
        ours = update(audit).where(audit.c.audit_id == audit_id)
        self.connection.execute(ours.values(by=by, guild_key=guild_key, why=why, salt=salt))
        return chain.seal(salt, private)


def microseconds(at: datetime) -> int:
    """A moment as the chain has it."""
    return (at - EPOCH) // MICROSECOND


def _without(row: Row[Any], key: str, nobody: str, changed: Mapping[int, str]) -> Private:
    """What is left of what is private: a person's own words go with the person, all of a guild's with the guild."""
    by, guild_key, why = row.by, row.guild_key, row.why
    if row.deed is Deed.EDIT:
        # What it changed is in force for everybody, so that it was said stays.
        why = changed.get(json.loads(row.says)["edit"], why)
    elif guild_key == key:
        return None, None, None
    elif by == key and row.deed is Deed.VERDICT:
        why = None
    return nobody if by == key else by, nobody if guild_key == key else guild_key, why


def _storable(private: Private) -> Private:
    by, guild_key, why = (None if part is None else storable(part) for part in private)
    return by, guild_key, why


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.audit_id, row.at, row.deed, json.loads(row.says), row.by, row.guild_key, row.why)


def guild_values(cells: Mapping[str, Any], columns: Sequence[str]) -> str:
    """A guild's settings as the audit keeps them."""
    return chain.written({name: None if cells[name] is None else str(cells[name]) for name in columns})
