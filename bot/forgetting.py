"""Forgetting somebody who asks for it: out of every table, out of what is shown, out of the files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import UsageError
from bot.evidence import site_of
from bot.model import Guild
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.sweeper import AHEAD, settle

# A community that sent us away may have done so by mistake; after this long its data are gone.
LEFT_FOR = timedelta(days=7)
LEFT = "guild.left:"
"""Before the key of a community that sent us away: a note with the moment and its watched channels."""
SENT_AWAY = "the community sent the bot away"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much there was of a voice, and whether its bytes are gone from the files too (else: try again later)."""

    known: int
    clean: bool


async def forget(store: Store, rules: Rules, source: str, author_key: str, *, anyway: bool = True) -> Forgotten:
    """Forget the voice behind an author's name or id at a source, as that site writes it.

    `source` is `reddit`, `discord`, or a place's whole address, like `feed:https://forum.example.org/rss`. Its reports
    count no more, and whoever was told of them sees that. The files are written anew, with `anyway` also where nothing
    was known: an earlier try may have been in the way of a reader. UsageError if no voice can be meant.
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
    return Forgotten(known, await store.scrub(whole=anyway or known > 0))


def leave(tx: Transaction, guild_key: str, channels: Collection[str]) -> None:
    """A community sent us away: nothing more is told or read there. `channels` are its channels, as sources."""
    watched = [watch.source for watch in tx.sources() if watch.source in channels]
    for source in watched:
        tx.drop_source(source, guild_key=guild_key)
    tx.drop_guild(guild_key)
    tx.give_up_on(guild_key, SENT_AWAY)
    tx.set_note(f"{LEFT}{guild_key}", " ".join((tx.now.isoformat(), *watched)))


def come_back(tx: Transaction, guild: Guild) -> None:
    """A community that is new, or came back in time."""
    tx.drop_note(f"{LEFT}{guild.guild_key}")
    tx.save_guild(guild)


async def forget_guilds(store: Store) -> int:
    """Forget the communities that sent us away long enough ago; gives how many. Called by the schedule."""

    def work(tx: Transaction) -> int:
        n = 0
        for guild_key, told in tx.notes(LEFT).items():
            at, *sources = told.split(" ")
            if tx.now - datetime.fromisoformat(at) + AHEAD < LEFT_FOR:
                continue
            tx.forget_guild(guild_key, sources)
            tx.drop_note(f"{LEFT}{guild_key}")
            n += 1
        return n

    if not await store.read(lambda tx: tx.notes(LEFT)):
        return 0
    n = await store.write(work)
    if n:
        await store.scrub(whole=True)
    return n
