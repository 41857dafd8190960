"""D12, C5, C9, F2: what people said and set stands in a chain; whoever changes it is found, and so is a comeback."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.model import Act, Decision, Guild, Mode, Verdict
from bot.storage import Store, Transaction, chain, normal_url, open_store, schema
from bot.storage.auditing import faults
from bot.storage.backup import back_up, restore
from bot.storage.chain import Deed
from tests.storage.build import NOW, SECOND, Clock, add_incident, add_requester, report, voice

MODERATOR, OTHER = "0f" * 16, "ab" * 16
GUILD = Guild(guild_key="discord:1", name="Invented workers", alert_channel="2", platforms=("prolific",))
WHY = "Zaunkoenig told me"


def word(by: str = MODERATOR, **told) -> Verdict:
    return Verdict(
        **{"key": "", "at": NOW, "decision": Decision.CONFIRM, "by": by, "guild_key": "discord:1", "why": WHY, **told}
    )


def fill(tx: Transaction) -> int:
    """A community, a source, two verdicts and an edit: six entries."""
    tx.save_guild(GUILD, by=MODERATOR)
    tx.add_source("discord:2", by=MODERATOR, guild_key="discord:1")
    theirs, incident_id = add_requester(tx), add_incident(tx, "Another Lab")
    tx.add_verdict(incident_id, word())
    tx.add_verdict(incident_id, word(OTHER, why=None, decision=Decision.DISMISS))
    tx.add_report(report(voice=voice(MODERATOR)), requester_id=theirs)
    journal = tx.journal()
    tx.move_all(journal, theirs, tx.get_incident(incident_id).requester_id)
    tx.add_edit(Act.MERGED, "merged", journal, [theirs], by=OTHER, guild_key="discord:1")
    tx.save_guild(Guild(**{**{n: getattr(GUILD, n) for n in GUILD.__slots__}, "mode": Mode.ON}), by=OTHER)
    return incident_id


async def broken(store: Store) -> tuple[str, ...]:
    return await store.read(faults)


async def said(store: Store, *statements: str) -> None:
    """Somebody with the database's password."""

    def work(tx: Transaction) -> None:
        for each in statements:
            tx.connection.execute(text(each))

    await store.write(work)


async def test_what_was_said_and_set_is_in_the_chain_in_its_order_and_the_chain_holds(store: Store) -> None:
    await store.write(fill)

    entries = (await store.read(lambda tx: tx.audit(20)))[::-1]

    assert await broken(store) == ()
    assert [entry.deed for entry in entries] == [
        *(Deed.SETTING, Deed.SOURCE, Deed.VERDICT, Deed.VERDICT, Deed.EDIT, Deed.SETTING),
    ]
    assert [entry.by for entry in entries] == [MODERATOR, MODERATOR, MODERATOR, OTHER, OTHER, OTHER]
    assert entries[2].why == WHY
    assert entries[5].says == {"changed": ["mode"]}
    assert await store.read(lambda tx: tx.audit_head()) == (6, (await hashes(store))[-1])


async def hashes(store: Store) -> list[str]:
    return await store.read(
        lambda tx: [row[0] for row in tx.connection.execute(text("SELECT hash FROM audit ORDER BY audit_id"))]
    )


async def test_what_changes_nothing_is_no_entry(store: Store) -> None:
    await store.write(fill)

    await store.write(lambda tx: (tx.save_guild(tx.find_guild("discord:1")), tx.add_source("discord:2")))
    gone = await store.write(lambda tx: (tx.drop_source("feed:x"), tx.drop_guild("discord:9")))

    assert gone == (False, False)
    assert len(await hashes(store)) == 6


async def test_what_was_left_and_unwatched_is_told_and_the_chain_holds(store: Store) -> None:
    await store.write(fill)

    await store.write(lambda tx: (tx.drop_source("discord:2", by=OTHER), tx.drop_guild("discord:1")))

    assert await broken(store) == ()
    assert [entry.says for entry in await store.read(lambda tx: tx.audit(2))] == [
        {"changed": ["left"]},
        {"watched": False},
    ]


TAMPERS = (
    ("UPDATE audit SET says = replace(says, 'confirm', 'dismiss') WHERE audit_id = 3", "entry 3 (verdict"),
    ("UPDATE audit SET at = at + 1 WHERE audit_id = 2", "entry 2 (source"),
    ("UPDATE audit SET by = 'somebody else' WHERE audit_id = 4", "entry 4 (verdict"),
    ("UPDATE audit SET why = 'another word' WHERE audit_id = 3", "entry 3 (verdict"),
    ("UPDATE audit SET guild_key = 'discord:7' WHERE audit_id = 5", "entry 5 (edit"),
    ("UPDATE audit SET hash = seal WHERE audit_id = 4", "entry 4 (verdict"),
    ("UPDATE audit SET seal = hash WHERE audit_id = 4", "entry 4 (verdict"),
    ("DELETE FROM audit WHERE audit_id = 4", "entry 4 is missing, before entry 5"),
    ("DELETE FROM audit WHERE audit_id IN (3, 4)", "entries 3 to 4 are missing"),
    ("DELETE FROM audit WHERE audit_id > 4", "entries 5 to 6 are missing at the end"),
    ("DELETE FROM audit", "entries 1 to 6 are missing at the end"),
    ("DELETE FROM notes WHERE key = 'audit.head'", "entry 6 is not the last one that was written"),
    (
        "UPDATE verdicts SET decision = 'dismiss' WHERE verdict_id = 1",
        "verdict 1 of incident 1 is not what",
    ),
    (
        "UPDATE verdicts SET by = 'somebody else' WHERE verdict_id = 2",
        "verdict 2 of incident 1 is not what",
    ),
    ("UPDATE verdicts SET at = at + 1 WHERE verdict_id = 2", "verdict 2 of incident 1 is not what"),
    ("DELETE FROM verdicts WHERE verdict_id = 1", "verdict 1 of entry 3"),
    ("UPDATE edits SET says = 'linked'", "is not what entry 5"),
    ("UPDATE edits SET changes = '[]'", "is not what entry 5"),
    ("DELETE FROM edits", "of entry 5"),
    ("UPDATE guilds SET alert_channel = '666'", "the settings of discord:1"),
    ("DELETE FROM guilds", "the settings of discord:1"),
    ("DELETE FROM sources", "the source discord:2 was removed"),
    ("UPDATE sources SET source = 'discord:3'", "the source discord:3 was added"),
)


def tried(tx: Transaction, statement: str) -> tuple[str, ...]:
    """What is found after a statement, which is then taken back."""
    step = tx.connection.begin_nested()
    tx.connection.execute(text(statement))
    found = faults(tx)
    step.rollback()
    return found


async def test_whatever_is_changed_is_found_and_named(store: Store) -> None:
    await store.write(fill)

    found = await store.write(lambda tx: {statement: tried(tx, statement) for statement, _ in TAMPERS})

    assert {statement: found[statement] for statement, named in TAMPERS if named not in str(found[statement])} == {}
    assert await broken(store) == ()


async def test_a_verdict_put_in_by_hand_is_found(store: Store) -> None:
    incident_id = await store.write(fill)

    forged = f"(99, {incident_id}, 1, 'confirm', 'x')"
    await said(store, f"INSERT INTO verdicts (verdict_id, incident_id, at, decision, by) VALUES {forged}")

    assert await broken(store) == (f"verdict 99 of incident {incident_id} stands in no entry",)


async def test_two_entries_that_change_places_are_found(store: Store) -> None:
    await store.write(fill)

    await said(
        store,
        "UPDATE audit SET audit_id = 100 WHERE audit_id = 3",
        "UPDATE audit SET audit_id = 3 WHERE audit_id = 4",
        "UPDATE audit SET audit_id = 4 WHERE audit_id = 100",
    )

    assert any("entry 3" in fault for fault in await broken(store))


async def test_an_entry_that_is_made_anew_with_its_hash_breaks_the_next_one(store: Store) -> None:
    await store.write(fill)
    before = (await hashes(store))[2]

    def forge(tx: Transaction) -> None:
        row = tx.connection.execute(text("SELECT * FROM audit WHERE audit_id = 4")).mappings().one()
        says = row["says"].replace("dismiss", "confirm")
        made = chain.link(before, 4, row["at"], row["deed"], says, row["seal"])
        forged = text("UPDATE audit SET says = :says, hash = :hash WHERE audit_id = 4")
        tx.connection.execute(forged, {"says": says, "hash": made})

    await store.write(forge)

    found = await broken(store)
    assert found[0].startswith("entry 5 (edit")


def tamper(dice: random.Random) -> str:
    """One thing that somebody might do to one of twelve entries."""
    number = dice.randint(1, 12)
    cell = dice.choice(("says", "by", "guild_key", "why", "salt", "seal", "hash", "at"))
    changed = "at + 1" if cell == "at" else dice.choice((f"{cell} || 'x'", f"substr({cell}, 2)", "'another'"))
    deeds = (
        *(f"UPDATE audit SET {cell} = {changed} WHERE audit_id = {number}",) * 3,
        f"DELETE FROM audit WHERE audit_id = {number}",
        f"DELETE FROM audit WHERE audit_id >= {number}",
    )
    return dice.choice(deeds)


async def test_a_thousand_tampers_on_sqlite_are_all_found(tmp_path: Path) -> None:
    """D12 at its load: a random cell of a random row of the audit, changed; or two rows swapped, or one dropped."""
    path = tmp_path / "watch.sqlite3"
    store = await open_store(str(path), clock=Clock())
    for _ in range(3):
        await store.write(lambda tx: [tx.add_verdict(add_incident(tx, f"Lab {n}"), word()) for n in range(4)])
    dice = random.Random(12)

    def try_all(tx: Transaction) -> list[str]:
        return [deed for deed in (tamper(dice) for _ in range(1_000)) if not tried(tx, deed)]

    missed = await store.write(try_all)

    assert missed == []
    assert await broken(store) == ()
    await store.close()


# --- what is forgotten stays provably removed


async def test_who_is_forgotten_is_in_no_entry_and_the_chain_holds(store: Store) -> None:
    await store.write(fill)
    before = await hashes(store)

    known, _ = await store.write(lambda tx: tx.forget_voice(MODERATOR))

    entries = await store.read(lambda tx: tx.audit(20))
    assert known >= 4
    assert MODERATOR not in str(entries)
    assert WHY not in str(entries)
    assert str(entries).count(OTHER) == 3
    assert await broken(store) == ()
    assert (await hashes(store))[:6] == before
    assert entries[0].deed is Deed.FORGOTTEN


async def test_who_is_put_back_after_that_is_found(store: Store) -> None:
    await store.write(fill)
    salts = await store.read(
        lambda tx: tx.connection.execute(text("SELECT salt FROM audit WHERE audit_id = 3")).scalar()
    )
    await store.write(lambda tx: tx.forget_voice(MODERATOR))

    await said(store, f"UPDATE audit SET by = '{MODERATOR}', why = '{WHY}', salt = '{salts}' WHERE audit_id = 3")

    assert any(fault.startswith("entry 3") and "there again" in fault for fault in await broken(store))


async def test_two_who_are_forgotten_one_after_the_other_are_both_gone(store: Store) -> None:
    await store.write(fill)

    await store.write(lambda tx: tx.forget_voice(MODERATOR))
    await store.write(lambda tx: tx.forget_voice(OTHER))
    await store.write(lambda tx: tx.forget_voice(OTHER))

    entries = await store.read(lambda tx: tx.audit(20))
    assert await broken(store) == ()
    assert MODERATOR not in str(entries)
    assert OTHER not in str(entries)
    assert len(entries) == 8


# --- it survives copies and migrations


async def test_a_copy_has_the_same_chain_and_so_has_what_was_put_back(tmp_path: Path) -> None:
    """C5: the audit's head is equal."""
    path = tmp_path / "data" / "watch.sqlite3"
    store = await open_store(str(path), clock=Clock())
    await store.write(fill)
    head = await store.read(lambda tx: tx.audit_head())
    copy = back_up(str(path), None, NOW)
    await store.write(lambda tx: tx.add_verdict(add_incident(tx), word()))
    await store.close()

    restore(str(path), copy, NOW + SECOND)

    store = await open_store(str(path), clock=Clock())
    assert await store.read(lambda tx: tx.audit_head()) == head
    assert await broken(store) == ()
    await store.close()


async def test_what_was_said_before_there_was_an_audit_begins_it(tmp_path: Path) -> None:
    """C6: a database of the revision before, with words in it."""
    await begins(str(tmp_path / "watch.sqlite3"))


@pytest.mark.xdist_group("postgres")
async def test_on_postgresql_it_begins_it_too(empty_postgres: str) -> None:
    """C9."""
    await begins(empty_postgres)


async def begins(url: str) -> None:
    engine = create_async_engine(normal_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(lambda base: command.upgrade(schema._config(base), "0002"))
        for each in OLD:
            await connection.execute(text(each))
    await engine.dispose()

    store = await open_store(url, clock=Clock())

    entries = (await store.read(lambda tx: tx.audit(20)))[::-1]
    assert await broken(store) == ()
    assert [entry.deed for entry in entries] == ["source", "verdict", "edit", "verdict", "setting", "setting"]
    assert entries[1].why == WHY
    await store.write(lambda tx: (tx.drop_guild("discord:1"), tx.forget_voice("m1")))
    assert await broken(store) == ()
    await said(store, "UPDATE verdicts SET decision = 'dismiss' WHERE verdict_id = 2")
    assert len(await broken(store)) == 1
    await store.close()


OLD = (
    "INSERT INTO sources (source_id, source, kind, validators, failures, added_at, fence) "
    "VALUES (1, 'reddit:example', 'reddit', '{}', 0, 50, 0)",
    "INSERT INTO guilds VALUES ('discord:1', 'Invented workers', 'trial', 'early', NULL, '3', NULL, '[]')",
    "INSERT INTO requesters VALUES (1, 'prolific', 'Example Labs', 10, NULL)",
    "INSERT INTO incidents (incident_id, ref, requester_id, rules_version, opened_at, volume, again, stage, outcome, "
    "disputed, unproven, score, why, n_voices, n_sites, n_contrary) VALUES "
    "(1, 'ABC-DEF', 1, 1, 60, 0, 0, 'watched', 'open', 0, 0, 0.0, '[]', 0, 0, 0)",
    f"INSERT INTO verdicts VALUES (1, 1, 100, 'confirm', 'm1', 'discord:1', '{WHY}')",
    "INSERT INTO verdicts VALUES (2, 1, 300, 'undo', 'm2', NULL, NULL)",
    "INSERT INTO edits VALUES (1, 'EABC-DEF', 200, 'renamed', 'm1', 'discord:1', 'renamed', '[1]', '[]', 0, 0)",
    "INSERT INTO edits VALUES (2, 'EABC-DEG', 210, 'placed', NULL, NULL, 'on prolific', '[1]', '[]', 0, 0)",
)


async def test_writers_of_many_processes_make_one_chain(store: Store, url: str) -> None:
    """C9: two bots on one server; on SQLite two tasks."""
    import asyncio

    others = [store] if store.dialect == "sqlite" else [store, await open_store(url, clock=Clock())]
    incident_id = await store.write(fill)

    await asyncio.gather(
        *(
            others[n % len(others)].write(lambda tx, n=n: tx.add_verdict(incident_id, word(why=f"{n}")))
            for n in range(16)
        )
    )

    assert await broken(store) == ()
    assert len(await hashes(store)) == 22
    for other in others[1:]:
        await other.close()


def test_the_chain_is_written_as_it_ever_was() -> None:
    """Old entries must verify for ever: these are what the first version wrote."""
    sealed = chain.seal("00", ("a", None, "ü"))

    assert (sealed[:16], chain.link(chain.BEGINNING, 1, 5, "verdict", "{}", sealed)[:16]) == FIRST


FIRST = ("2b661f31f59289fe", "66c63095e8411890")


async def test_a_lone_surrogate_and_a_nul_in_a_moderator_s_words_do_not_break_it(store: Store) -> None:
    incident_id = await store.write(fill)

    await store.write(lambda tx: tx.add_verdict(incident_id, word(why="odd \ud800 and \x00 and ü")))

    assert await broken(store) == ()


async def test_a_file_that_somebody_edited_with_another_program_is_found(tmp_path: Path) -> None:
    path = tmp_path / "watch.sqlite3"
    store = await open_store(str(path), clock=Clock())
    await store.write(fill)
    await store.close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE verdicts SET why = 'because' WHERE verdict_id = 1")

    store = await open_store(str(path), clock=Clock(), exclusive=False)

    assert [fault.partition(" of ")[0] for fault in await broken(store)] == ["verdict 1"]
    await store.close()
