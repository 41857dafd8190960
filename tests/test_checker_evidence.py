"""The judge of evidence notices: I8 (audit), I10 (no report comes or goes) and I13 (no cursor beyond a hole)."""

from __future__ import annotations

import json
import random

import pytest
from sqlalchemy import Connection, text

from bot.editing import Editing
from bot.model import Decision, Post, Requester, Verdict
from bot.storage import Transaction
from bot.storage.chain import Deed
from tests.harness import checker
from tests.harness.checker import Found
from tests.harness.quick import disk
from tests.making import NOW, guild, hear, report, rules, voice

SOURCE = "reddit:example"


def world() -> Connection:
    """Two requesters reported, one merged into the other and taken back, one judged; a source read to its end."""
    base, by = disk().connect(), rules()
    tx = Transaction(base, NOW)
    tx.save_guild(guild())
    tx.add_source(SOURCE)
    theirs = [tx.add_requester("prolific", f"Example Lab {n}", f"example lab {n}", None, "test") for n in range(3)]
    for n, who in enumerate(theirs * 2):
        _reported(tx, by, n, who)
    incident = tx.open_incident(theirs[0].requester_id)
    word = Verdict(key="", at=NOW, decision=Decision.CONFIRM, by="m1", guild_key=guild().guild_key)
    tx.add_verdict(incident.incident_id, word)
    editing = Editing(tx, by, "m1", guild().guild_key)
    made = editing.merge(theirs[1].requester_id, theirs[2].requester_id)
    editing.undo(tx.find_edit(made.edit.ref))
    editing.merge(theirs[1].requester_id, theirs[2].requester_id)
    tx.add_posts([(Post(source=SOURCE, key=str(n), text="x"), "v", None) for n in range(5)])
    base.execute(text("UPDATE sources SET cursor = '5'"))
    return base


def _reported(tx: Transaction, by, n: int, who: Requester) -> None:
    hear(tx, by, report(n, NOW, voice=voice(n)), who)


def judged(base: Connection) -> Found:
    found = Found()
    checker.check_audit(found, base)
    checker.check_reports(found, base)
    checker.check_cursors(found, base, lambda _, cursor: [str(n) for n in range(int(cursor))])
    return found


def test_what_was_merged_split_taken_back_and_judged_by_the_rules_is_clean() -> None:
    found = judged(world())

    assert found.clean, found.violations


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE audit SET says = '{}' WHERE audit_id = 3", 8),
        ("DELETE FROM audit WHERE audit_id = (SELECT max(audit_id) FROM audit)", 8),
        ("DELETE FROM verdicts", 8),
        ("INSERT INTO verdicts (verdict_id, incident_id, at, decision, by) VALUES (9, 1, 1, 'dismiss', 'm1')", 8),
        ("UPDATE edits SET by = 'm2'", 8),
        ("UPDATE guilds SET policy = 'cautious'", 8),
        ("DELETE FROM reports WHERE report_id = 2", 10),
        ("UPDATE reports SET requester_id = 1 WHERE requester_id = 3", 10),
        ("UPDATE reports SET requester_id = 2, incident_id = NULL WHERE report_id = 3", 10),
        ("DELETE FROM posts WHERE key = '3'", 13),
        ("UPDATE sources SET cursor = '7'", 13),
    ],
)
def test_what_is_wrong_is_found(statement: str, number: int) -> None:
    base = world()

    base.execute(text(statement))
    found = judged(base)

    assert {each.partition(":")[0] for each in found.violations} == {f"I{number}"}


def test_a_second_entry_for_one_change_is_found() -> None:
    base = world()
    tx = Transaction(base, NOW)

    says = base.execute(text("SELECT says FROM audit WHERE deed = 'verdict'")).scalar()
    tx.record(Deed.VERDICT, json.loads(says), by="m1", guild_key=guild().guild_key)

    assert "more than one entry" in str(judged(base).violations)


def test_a_hole_that_the_owner_was_told_of_is_none() -> None:
    base = world()
    base.execute(text("DELETE FROM posts WHERE key = '3'"))

    Transaction(base, NOW).add_gap(SOURCE, "a listing without overlap")

    assert judged(base).clean


def test_random_merges_splits_and_undos_conserve_every_report() -> None:
    """I10 over six seeded stories of the real editing."""
    for seed in range(6):
        dice, base, by = random.Random(seed), disk().connect(), rules()
        tx = Transaction(base, NOW)
        theirs = [tx.add_requester("prolific", f"Lab {n}", f"lab {n}", None, "test").requester_id for n in range(4)]
        for n in range(8):
            _reported(tx, by, n, tx.get_requester(dice.choice(theirs)))
        editing, made = Editing(tx, by, "m1", None), []
        for turn in range(6):
            live = sorted({tx.get_requester(each).requester_id for each in theirs})
            if made and dice.random() < 0.4:
                editing = Editing(tx, by, "m1", None)
                editing.undo(tx.find_edit(made.pop()))
            elif len(live) > 1:
                editing = Editing(tx, by, "m1", None)
                gone, into = dice.sample(live, 2)
                made.append(editing.merge(gone, into).edit.ref)
            found = judged(base)
            assert found.clean, (seed, turn, found.violations)
