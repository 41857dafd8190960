"""C7: every constraint of every table refuses what it is there for, on both engines, whoever writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Column, LargeBinary, Table, UniqueConstraint, text
from sqlalchemy.exc import DBAPIError

from bot.storage import Store, Transaction
from bot.storage.columns import Choice, Flag, Words
from bot.storage.tables import metadata

TABLES = metadata.sorted_tables
# What no type says of a column.
SPECIAL: dict[str, Any] = {"names.kind": "name", "outbox.rev": 1}
# What breaks a CHECK that is not of one flag, count or closed list.
BREAKING: dict[str, dict[str, Any]] = {
    "ck_links_order": {"one_id": 3, "other_id": 2},
    "ck_links_score": {"score": 1.5},
    "ck_reports_probability": {"probability": -0.1},
    "ck_names_kind": {"kind": "nonsense"},
    "ck_outbox_nonce": {"nonce": "n" * 26},
    "ck_outbox_revisions": {"rev": 1, "sent_rev": 2},
    "ck_outbox_rev": {"rev": -1, "sent_rev": -1},
}
Row = dict[str, Any]


def row_of(table: Table, number: int) -> Row:
    """A row that nothing is wrong with; other numbers give other rows."""
    return {column.name: value_of(column, number) for column in table.columns}


def value_of(column: Column[Any], number: int) -> Any:
    special = SPECIAL.get(f"{column.table.name}.{column.name}")
    if special is not None:
        return special
    if column.foreign_keys:
        return 1 if column.name != "other_id" else 2 if number == 1 else 3
    if isinstance(column.type, Choice):
        return next(iter(column.type.words)).value
    if isinstance(column.type, Words):
        return f"{column.name} {number}"
    if isinstance(column.type, LargeBinary):
        return b"sketch"
    if column.type.python_type is float:
        return 0.5
    return number if column.primary_key else 0


def checks_of(table: Table) -> dict[str, Column[Any] | None]:
    """The CHECKs by name, and of those that came with a column which one it is."""
    of_columns = {str(one.name): column for column in table.columns for one in column.constraints}
    whole = [str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)]
    return {**dict.fromkeys(whole), **of_columns}


def breaking(name: str, column: Column[Any] | None) -> Row:
    if name in BREAKING or column is None:
        return BREAKING[name]
    return {column.name: "nonsense" if isinstance(column.type, Choice) else 2 if isinstance(column.type, Flag) else -1}


def wrong_rows(table: Table) -> Iterator[tuple[str, Row]]:
    """What must be refused, and for which constraint's sake."""
    good = row_of(table, 9)
    first = row_of(table, 1)
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        if not column.nullable and not column.primary_key:
            yield f"not null {name}", good | {column.name: None}
        if column.foreign_keys:
            yield f"foreign key {name}", good | {column.name: 999}
        if not isinstance(column.type, Words | Choice | LargeBinary):
            yield f"strict {name}", good | {column.name: "no number"}
    yield f"primary key {table.name}", good | {each.name: first[each.name] for each in table.primary_key}
    alike = [[*one.columns] for one in table.constraints if isinstance(one, UniqueConstraint)]
    alike += [[table.c.account_key, table.c.platform] for one in table.indexes if one.unique]
    for columns in alike:
        names = [each.name for each in columns]
        yield f"unique {table.name} {names}", good | {name: first[name] for name in names}
    for name, column in checks_of(table).items():
        yield name, good | breaking(name, column)


def insert(tx: Transaction, table: Table, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join(f":{name}" for name in row)
    tx.connection.execute(text(f"INSERT INTO {table.name} ({names}) VALUES ({places})"), row)


def surprises(tx: Transaction) -> list[str]:
    """What was taken although it is wrong, or refused although it is not, or for another reason than its CHECK."""
    for table in TABLES:
        for number in (1, 2, 3) if table.name == "requesters" else (1,):
            insert(tx, table, row_of(table, number))
    found = []
    for table in TABLES:
        if refused := refusal(tx, table, row_of(table, 9)):
            found.append(f"{table.name}: {refused}")
        for why, row in wrong_rows(table):
            refused = refusal(tx, table, row)
            if refused is None or (why.startswith("ck_") and why not in refused):
                found.append(f"{why}: {refused}")
    return found


def refusal(tx: Transaction, table: Table, row: Row) -> str | None:
    part = tx.connection.begin_nested()
    try:
        insert(tx, table, row)
    except DBAPIError as error:
        part.rollback()
        return str(error.orig)
    part.rollback()
    return None


async def test_every_constraint_of_every_table_refuses(store: Store) -> None:
    assert await store.write(surprises) == []


def test_there_is_something_to_try_for_each_kind_of_constraint() -> None:
    whys = [why.partition(" ")[0] for table in TABLES for why, _ in wrong_rows(table)]
    checks = [why for why in whys if why.startswith("ck_")]

    assert set(BREAKING) <= set(checks)
    assert len(checks) == len(set(checks)) > 40
    assert {"not", "foreign", "strict", "primary", "unique"} <= set(whys)
    assert len(whys) > 300
