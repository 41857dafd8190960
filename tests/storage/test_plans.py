"""What is asked often is found by an index: on a table of 100,000 rows a scan would be seen by whoever waits."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event

from bot.model import Reason
from bot.storage import open_store
from tests.storage.build import DAY, MINUTE, NOW, Clock, add_incident, post

ASKED = {
    "open_incident": lambda tx: tx.open_incident(1),
    "incidents_of": lambda tx: tx.incidents_of(1, 10),
    "find_incident": lambda tx: tx.find_incident("7K2-Q9F"),
    "next_due": lambda tx: tx.next_due(),
    "incidents_due": lambda tx: tx.incidents_due(NOW, 10),
    "recent_incidents": lambda tx: tx.recent_incidents(NOW, 10),
    "said_before": lambda tx: tx.said_before(1, NOW - DAY, NOW),
    "take_up_praise": lambda tx: tx.take_up_praise(1, 1, NOW - DAY),
    "sketches": lambda tx: tx.sketches(1, NOW - DAY),
    "count_reports_by": lambda tx: tx.count_reports_by("voice-1", NOW),
    "voice": lambda tx: tx.voice("voice-1", "reddit"),
    "unseen": lambda tx: tx.unseen([post("a"), post("b")]),
    "find_account": lambda tx: tx.find_account(None, "A1EXAMPLE2REQ3"),
    "get_requester": lambda tx: tx.get_requester(1),
    "names_since": lambda tx: tx.names_since(5),
    "names_of": lambda tx: tx.names_of(1),
    "edits_since": lambda tx: tx.edits_since(5),
    "newest_edit": lambda tx: tx.newest_edit(),
    "tasks_since": lambda tx: tx.tasks_since(5),
    "tasks_of": lambda tx: tx.tasks_of(1),
    "find_edit": lambda tx: tx.find_edit("E7K2-Q9F"),
    "links_of": lambda tx: tx.links_of(1),
    "linked": lambda tx: list(tx.linked(1)),
    "told_apart": lambda tx: tx.told_apart([1, 2]),
    "is_old_story": lambda tx: tx.is_old_story(1),
    "sight": lambda tx: tx.sight(1, "A name", "a name", "v1"),
    "questions_about": lambda tx: tx.questions_about(1),
    "questions_to_members": lambda tx: tx.questions_to_members(1),
    "asked_at": lambda tx: tx.asked_at(1, "discord:1"),
    "said_by": lambda tx: tx.said_by("voice-1", 1, "question", NOW - DAY),
    "wake": lambda tx: tx.wake(1, NOW),
    "talked_about": lambda tx: tx.talked_about(NOW - DAY),
    "live_owners": lambda tx: tx.live_owners(),
    "find_tasks": lambda tx: tx.find_tasks("a study"),
    "claim_deliveries": lambda tx: tx.claim_deliveries(10, MINUTE),
    "card_of": lambda tx: tx.card_of(1, "discord:1"),
    "find_delivery_by_message": lambda tx: tx.find_delivery_by_message("discord:1", "m1"),
    "drop_texts": lambda tx: tx.drop_texts(NOW, 5, blind=("feed",), blind_before=NOW),
    "count_alerts": lambda tx: tx.count_alerts("discord:1", Reason.LONE, NOW),
    "last_alert": lambda tx: tx.last_alert(1, "discord:1"),
}


def plan(tx, asked) -> list[str]:
    """How SQLite would answer each statement of a question."""
    statements: list[tuple[str, tuple]] = []
    catch = lambda connection, cursor, statement, parameters, *_: statements.append((statement, parameters))  # noqa: E731
    event.listen(tx.connection, "before_cursor_execute", catch)
    asked(tx)
    event.remove(tx.connection, "before_cursor_execute", catch)
    explained = [tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", told).all() for sql, told in statements]
    return [row.detail for rows in explained for row in rows]


@pytest.mark.parametrize("name", ASKED)
async def test_no_table_is_scanned(tmp_path: Path, name: str) -> None:
    store = await open_store(str(tmp_path / "watch.sqlite3"), clock=Clock())
    await store.write(add_incident)

    steps = await store.write(lambda tx: plan(tx, ASKED[name]))
    await store.close()

    assert steps
    # What a statement made itself (a window's rows) may be walked through, and the few rows that want work.
    walked = ("subquery", "anon", "ix_outbox_wanting")
    assert [step for step in steps if step.startswith("SCAN") and not any(word in step for word in walked)] == []
