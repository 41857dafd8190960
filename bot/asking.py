"""The short commands of the terminal that open the store: check and migrate."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bot import cards, config, lookup
from bot.app import opened, rules_for
from bot.console import panel
from bot.errors import UsageError
from bot.lines import write
from bot.model import Ambiguous, Candidate, Found
from bot.platforms.rating import Case

# Of an incident what a program may need. Small counts stay exact here: whoever has the database has them anyway.
SHOWN = (
    *("stage", "outcome", "disputed", "opened_at", "last_at", "closed_at"),
    *("n_voices", "n_sites", "n_contrary", "n_rejected", "n_reversed"),
)


async def check(
    name: str, *, data: Path | None, case: tuple[int, int, int] | None, choice: int | None, as_json: bool
) -> int:
    """Answer for a requester from the database, as `!check` does in chat. `choice` picks of an ambiguous answer."""
    if not name.strip():
        raise UsageError("Whom should I look up? Give a name, an id, a link, the title of a study or an export.")
    settings = config.load(data)
    async with opened(settings.database_url, exclusive=False) as store:
        rules = rules_for(settings.data)
        found = await lookup.find(store, rules, name)
        if isinstance(found, Ambiguous) and choice is not None and choice <= len(found.candidates):
            found = await lookup.pick(store, rules, found.candidates[choice - 1].owner)
        now = await store.read(lambda tx: tx.now)
    card = cards.answer(found, rules.platforms, now, Case(*case) if case else None)
    if as_json:
        line = {
            "asked": name,
            "result": type(found).__name__.lower(),
            **_facts(found),
            "card": json.loads(cards.to_json(card)),
        }
        write(sys.stdout, line)
    else:
        Console().print(panel(card))
    return 0


def _candidate(candidate: Candidate) -> dict[str, Any]:
    seen = candidate.seen_at
    return {**asdict(candidate), "seen_at": seen.isoformat() if seen else None}


def _facts(found: lookup.Answer) -> dict[str, Any]:
    """What the card says, for a program: whoever is found with the newest incident, or the candidates."""
    if not isinstance(found, Found):
        near = found.candidates if isinstance(found, Ambiguous) else found.near
        return {"candidates": [_candidate(candidate) for candidate in near]}
    who, known = found.standing.requester, found.standing.incidents
    return {
        "how": found.how,
        "requester": who.name,
        "platform": who.platform,
        "account_keys": who.account_keys,
        "aliases": who.aliases,
        "incidents": [{name: _plain(getattr(incident, name)) for name in SHOWN} for incident in known],
        "read_at": _plain(found.standing.read_at),
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


async def migrate(data: Path | None) -> None:
    """Bring the database up to this version's tables, or make it."""
    settings = config.load(data)
    config.secret_key(settings.data)
    async with opened(settings.database_url) as store:
        sys.stderr.write(f"The database {store.where} is up to date.\n")
