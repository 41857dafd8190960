"""What is not kept: the words of posts after a while, and whoever asks to be forgotten."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, and_, bindparam, delete, func, or_, select, union, update

from bot.model import Mention, Reading, Signal
from bot.storage import chain
from bot.storage.audit import Audit
from bot.storage.codec import dump, load
from bot.storage.part import chunks
from bot.storage.tables import (
    alerts,
    batches,
    edits,
    gaps,
    names,
    notes,
    outbox,
    posts,
    reports,
    requesters,
    sightings,
    verdicts,
    voices,
)

# Bytes of a name for nobody.
NOBODY = 16


def bare(reading: Reading, about: Sequence[Mention]) -> Reading:
    """A reading without a word of the post: kind, chances, facts, signals by name and weight, and whom it is about."""
    only = about[0] if len(about) == 1 else None
    return replace(
        reading,
        mentions=tuple(about),
        tasks=(),
        claims=tuple(replace(claim, mention=claim.mention and only) for claim in reading.claims),
        signals=tuple(Signal(signal.name, "", signal.weight) for signal in reading.signals),
    )


class Forgetting(Audit):
    """Takes out what must not stay."""

    def drop_texts(
        self, before: datetime, limit: int, *, blind: Collection[str] = (), blind_before: datetime | None = None
    ) -> int:
        """Of up to `limit` posts stored until `before` drop title, text, link and author; gives how many.

        Of the kinds of sources in `blind` those stored until `blind_before`. What was read stays as `bare` has it: of
        whom it speaks only the requesters that became known by it, under their own names.
        """
        old = posts.c.seen_at <= before
        if blind_before is not None:
            from_blind = or_(*(posts.c.source.startswith(f"{kind}:", autoescape=True) for kind in blind))
            # The first half is what the index is for.
            old = and_(posts.c.seen_at <= max(before, blind_before), or_(old, from_blind))
        theirs = select(posts.c.post_id, posts.c.reading).where(posts.c.text.is_not(None), old)
        rows = self.rows(theirs.order_by(posts.c.seen_at).limit(limit))
        self._strip(rows)
        return len(rows)

    def forget_voice(self, key: str) -> tuple[int, tuple[int, ...]]:
        """Take a voice out of every table: how many of its posts, reports and words there were, and what to look at.

        Its reports count no more: who could forget and report again would be as many voices as they like. So the
        incidents they were in have to be assessed again; their ids come second. A moderator's words stay, as nobody's.
        """
        nobody = secrets.token_hex(len(key) // 2)
        told = reports.c.voice_key == key
        incident_ids = {row.incident_id for row in self.rows(select(reports.c.incident_id).where(told)) if row[0]}
        theirs = or_(posts.c.voice_key == key, posts.c.post_id.in_(select(reports.c.post_id).where(told)))
        rows = self.rows(select(posts.c.post_id, posts.c.reading).where(theirs))
        for some in chunks(rows):
            self._strip(some)
        gone = func.coalesce(reports.c.removed_at, self.moment(self.now))
        changes: list[Executable] = [
            update(reports).where(told).values(voice_key=nobody, sketch=None, removed_at=gone),
            update(verdicts).where(verdicts.c.by == key).values(by=nobody, why=None),
            update(edits).where(edits.c.by == key).values(by=nobody),
            delete(sightings).where(sightings.c.voice_key == key),
            delete(voices).where(voices.c.key == key),
            delete(notes).where(notes.c.key.contains(key, autoescape=True)),
        ]
        known = len(rows) + sum(self.changed(each) for each in changes)
        remembered = edits.c.changes.contains(key, autoescape=True)
        rewritten = update(edits).where(remembered).values(changes=func.replace(edits.c.changes, key, nobody))
        changed = {row.edit_id: chain.digest(row.changes) for row in self.rows(rewritten.returning(edits))}
        known += self.forget_in_audit(key, nobody, changed)
        return known, tuple(sorted(incident_ids))

    def forget_guild(self, guild_key: str, sources: Collection[str] = ()) -> None:
        """Take a community out of every table: what was told there, what its moderators judged, where its channels are.

        `sources` are its watched channels. What its moderators said about who is who is in force for all, and stays;
        so do the reports, from nowhere in particular.
        """
        nobody = secrets.token_hex(NOBODY)
        nowhere = f"discord:{nobody}"
        changes: list[Executable] = [
            delete(outbox).where(outbox.c.guild_key == guild_key),
            delete(alerts).where(alerts.c.guild_key == guild_key),
            delete(verdicts).where(verdicts.c.guild_key == guild_key),
            update(edits).where(edits.c.guild_key == guild_key).values(guild_key=nobody),
            update(reports).where(reports.c.source.in_(sources)).values(source=nowhere),
            update(posts).where(posts.c.source.in_(sources)).values(source=nowhere),
            delete(gaps).where(gaps.c.source.in_(sources)),
        ]
        for each in changes:
            self.changed(each)
        self.forget_in_audit(guild_key, nobody, {})

    def _strip(self, rows: Sequence[Row[Any]]) -> None:
        """Take the words out of these posts (`post_id`, `reading`)."""
        if not rows:
            return
        about = self._about([row.post_id for row in rows])
        told = [{"of": row.post_id, "kept": _kept(row.reading, about.get(row.post_id, []))} for row in rows]
        nothing = dict.fromkeys(("title", "text", "url", "voice_key", "look_at"))
        emptied = update(posts).where(posts.c.post_id == bindparam("of"))
        self.connection.execute(emptied.values(**nothing, reading=bindparam("kept")), told)

    def _about(self, post_ids: Sequence[int]) -> dict[int, list[Mention]]:
        """The requesters that the reports and the work in these posts belong to, as mentions, by post."""
        said = union(
            *(
                select(table.c.post_id, table.c.requester_id).where(table.c.post_id.in_(post_ids))
                for table in (reports, batches)
            )
        ).subquery()
        account = (
            select(func.min(names.c.account_key)).where(names.c.requester_id == requesters.c.requester_id)
        ).scalar_subquery()
        found: dict[int, list[Mention]] = {}
        whom = select(said.c.post_id, requesters.c.name, requesters.c.platform, account.label("account_key"))
        joined = whom.join(requesters, requesters.c.requester_id == said.c.requester_id)
        for row in self.rows(joined.order_by(said.c.post_id, requesters.c.requester_id)):
            mention = Mention(text=row.name, account_key=row.account_key, platform=row.platform)
            found.setdefault(row.post_id, []).append(mention)
        return found


def _kept(reading: str | None, about: Sequence[Mention]) -> str | None:
    return None if reading is None else dump(bare(load(Reading, reading), about))
