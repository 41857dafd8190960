"""Forgetting somebody who asks for it: out of every table, out of what is shown, out of the files."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import UsageError
from bot.evidence import site_of
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.sweeper import settle


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much there was of a voice, and whether its bytes are gone from the files too (else: try again later)."""

    known: int
    clean: bool


async def forget(store: Store, rules: Rules, source: str, author_key: str) -> Forgotten:
    """Forget the voice behind an author's name or id at a source, as that site writes it.

    `source` is `reddit`, `discord`, or a place's whole address, like `feed:https://forum.example.org/rss`. Its reports
    count no more, and whoever was told of them sees that. UsageError if no voice can be meant.
    """
    site, author = site_of(source.strip()), author_key.strip()
    if site.endswith(":") or not author:
        raise UsageError("Say whom: --source reddit, discord or feed:<address>, and --author as that site writes it.")
    if site == "reddit":
        author = author.removeprefix("/").removeprefix("u/")
    key = rules.voice_key(site, author)

    def work(tx: Transaction) -> int:
        known, incident_ids = tx.forget_voice(key)
        for incident_id in incident_ids:
            if tx.get_incident(incident_id).closed_at is None:
                settle(tx, rules, incident_id, tx.guilds())
        return known

    known = await store.write(work)
    return Forgotten(known, await store.scrub(whole=True))
