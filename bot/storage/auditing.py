"""Reads the audit back: whether its chain holds, and whether the tables say what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, select

from bot.model import Act
from bot.storage import chain
from bot.storage.audit import Audit, guild_values, microseconds
from bot.storage.chain import Deed
from bot.storage.edits import edit_says
from bot.storage.guilds import SETTINGS
from bot.storage.incidents import verdict_says
from bot.storage.tables import audit, edits, guilds, sources, verdicts

Rows = Sequence[Row[Any]]


def faults(tx: Audit) -> tuple[str, ...]:
    """A sentence for each place where the audit is broken, or where the tables say otherwise; none if it is whole."""
    rows = tx.rows(select(audit).order_by(audit.c.audit_id))
    return (*_chain(tx, rows), *_seals(rows), *_verdicts(tx, rows), *_edits(tx, rows), *_settings(tx, rows))


def _chain(tx: Audit, rows: Rows) -> Iterator[str]:
    last, number = chain.BEGINNING, 0
    for row in rows:
        if row.audit_id != number + 1:
            yield f"{_entries(number + 1, row.audit_id - 1)} missing, before entry {row.audit_id} ({row.deed})"
        if chain.link(last, row.audit_id, microseconds(row.at), row.deed, row.says, row.seal) != row.hash:
            yield f"{_name(row)} is not what was written, or does not follow the one before it"
        last, number = row.hash, row.audit_id
    written, head = tx.audit_head()
    if number < written:
        yield f"{_entries(number + 1, written)} missing at the end"
    elif (number, last) != (written, head):
        yield f"entry {number} is not the last one that was written (that was entry {written})"


def _entries(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"


def _name(row: Row[Any]) -> str:
    return f"entry {row.audit_id} ({row.deed}, {row.at:%Y-%m-%d %H:%M} UTC)"


def _seals(rows: Rows) -> Iterator[str]:
    """What is private must be what was written, or what stands there since somebody was forgotten."""
    forgotten = {
        int(number): sealed for _, says in _of(rows, Deed.FORGOTTEN) for number, sealed in says.get("seals", {}).items()
    }
    for row in rows:
        if chain.seal(row.salt, (row.by, row.guild_key, row.why)) != forgotten.get(row.audit_id, row.seal):
            what = (
                "was taken out is there again, or was changed" if row.audit_id in forgotten else "it says was changed"
            )
            yield f"{_name(row)}: by whom, where or why: what {what}"


def _verdicts(tx: Audit, rows: Rows) -> Iterator[str]:
    # The later of two: where a community's verdicts are forgotten, SQLite gives their numbers again.
    told = {says.get("verdict"): (row, says) for row, says in _of(rows, Deed.VERDICT)}
    for verdict in tx.rows(select(verdicts).order_by(verdicts.c.verdict_id)):
        row, says = told.pop(verdict.verdict_id, (None, {}))
        if row is None:
            yield f"verdict {verdict.verdict_id} of incident {verdict.incident_id} stands in no entry"
            continue
        same = says == verdict_says(verdict.verdict_id, verdict.incident_id, verdict.decision, verdict.at)
        if not same or (row.by, row.guild_key, row.why) != (verdict.by, verdict.guild_key, verdict.why):
            yield f"verdict {verdict.verdict_id} of incident {verdict.incident_id} is not what {_name(row)} says"
    for number, (row, _) in told.items():
        # Without anybody who said it: its community was forgotten, and the seal says that this was so.
        if row.by is not None:
            yield f"verdict {number} of {_name(row)} is gone"


def _edits(tx: Audit, rows: Rows) -> Iterator[str]:
    told = {says.get("edit"): (row, says) for row, says in _of(rows, Deed.EDIT)}
    for edit in tx.rows(select(edits).where(edits.c.act != Act.PLACED).order_by(edits.c.edit_id)):
        row, says = told.pop(edit.edit_id, (None, {}))
        if row is None:
            yield f"the edit {edit.ref} stands in no entry"
            continue
        is_now = (edit.by, edit.guild_key, chain.digest(edit.changes))
        same = says == edit_says(edit.edit_id, edit.ref, edit.act, edit.says, edit.touched)
        if not same or is_now != (row.by, row.guild_key, row.why):
            yield f"the edit {edit.ref} is not what {_name(row)} says"
    for row, says in told.values():
        yield f"the edit {says.get('ref')} of {_name(row)} is gone"


def _settings(tx: Audit, rows: Rows) -> Iterator[str]:
    """The newest entry about a community or a source must be how it is set."""
    last = {row.guild_key: row.why for row, _ in _of(rows, Deed.SETTING) if row.guild_key is not None}
    are = {row.guild_key: guild_values(row._asdict(), SETTINGS) for row in tx.rows(select(guilds))}
    for key in sorted({*are, *(key for key, why in last.items() if why is not None)}):
        if last.get(key) != are.get(key):
            yield f"the settings of {key} were not changed by anybody the audit knows"
    watched = {row.why: says.get("watched") for row, says in _of(rows, Deed.SOURCE) if row.why is not None}
    read = {row.source for row in tx.rows(select(sources.c.source))}
    for source in sorted(read ^ {source for source, on in watched.items() if on}):
        yield f"the source {source} was {'added' if source in read else 'removed'} by nobody the audit knows"


def _of(rows: Rows, deed: Deed) -> Iterator[tuple[Row[Any], dict[str, Any]]]:
    return ((row, _says(row)) for row in rows if row.deed is deed)


def _says(row: Row[Any]) -> dict[str, Any]:
    """What an entry says; nothing where that cannot be read any more, which the chain tells of."""
    try:
        told = json.loads(row.says)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
