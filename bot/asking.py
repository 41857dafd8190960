"""The short commands of the terminal that open the store: check and migrate."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console

from bot import cards, config, lookup
from bot.app import opened, rules_for
from bot.console import panel
from bot.model import Ambiguous
from bot.platforms.rating import Case


async def check(
    name: str, *, data: Path | None, case: tuple[int, int, int] | None, choice: int | None, as_json: bool
) -> int:
    """Answer for a requester from the database, as `!check` does in chat. `choice` picks of an ambiguous answer."""
    settings = config.load(data)
    async with opened(settings.database_url, exclusive=False) as store:
        rules = rules_for(settings.data)
        found = await lookup.find(store, rules, name)
        if isinstance(found, Ambiguous) and choice is not None and choice <= len(found.candidates):
            found = await lookup.pick(store, rules, found.candidates[choice - 1].owner)
        now = await store.read(lambda tx: tx.now)
    card = cards.answer(found, rules.platforms, now, Case(*case) if case else None)
    if as_json:
        line = {"asked": name, "result": type(found).__name__.lower(), **json.loads(cards.to_json(card))}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    else:
        Console().print(panel(card))
    return 0


async def migrate(data: Path | None) -> None:
    """Bring the database up to this version's tables, or make it."""
    settings = config.load(data)
    config.secret_key(settings.data)
    async with opened(settings.database_url) as store:
        sys.stderr.write(f"The database {store.where} is up to date.\n")
