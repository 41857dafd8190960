"""What tells the entries of a feed apart, so that no post is lost and none counts twice."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import Format

# Entries remembered from read to read: more than a forum's feed shows at once.
_MEMORY = 200
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed as it stands there. `guid` is the feed's own key; None is what the feed does not tell."""

    guid: str | None
    link: str | None
    title: str | None
    author: str | None
    text: str
    format: Format
    posted_at: datetime | None

    @property
    def own_key(self) -> str:
        """A key for an entry that has no guid of its own: from its address and title, else from what it says."""
        return digest("address", self.link, self.title) if self.link else digest("text", self.title, self.text)

    @property
    def look(self) -> str:
        """What stays the same when a publisher gives an old entry a new guid.

        The text is part of it: some forums show each reply under the address and title of its thread.
        """
        return digest("look", self.link, self.title, self.text)


def give_keys(entries: Sequence[Entry], known: Mapping[str, str]) -> list[tuple[str, Entry]]:
    """Give each entry a key that lasts, each key once: the guid; publishers often get guids wrong, so

    - a missing guid, or one shared by several entries, is replaced by `own_key`,
    - an entry that looks like a known one (`known`: look → key) keeps that key, unless that one stands beside it,
    - of several that would have one key, such as replies under their thread's address, all but one go by their look.
    """
    counts = Counter(entry.guid for entry in entries)
    sound = {guid for guid, n in counts.items() if guid and n == 1}
    keyed: dict[str, Entry] = {}
    # Who had a key before chooses first.
    for entry in sorted(entries, key=lambda entry: entry.look not in known):
        guid = entry.guid if entry.guid in sound else None
        old = known.get(entry.look)
        key = old if old and old not in sound else guid or entry.own_key
        if key in keyed and keyed[key].look != entry.look:
            key = entry.look
        keyed.setdefault(key, entry)
    places = {id(entry): place for place, entry in enumerate(entries)}
    return sorted(keyed.items(), key=lambda pair: places[id(pair[1])])


def recall(cursor: str | None) -> dict[str, str]:
    """The cursor as look → key; one that cannot be read is forgotten, for the store knows what was seen."""
    try:
        pairs = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return {str(look): str(key) for look, key in pairs.items()} if isinstance(pairs, dict) else {}


def remember(keyed: Sequence[tuple[str, Entry]], known: Mapping[str, str]) -> str:
    """The cursor after a read: the entries of this page first, then older ones while there is room."""
    looks: dict[str, str] = {}
    for look, key in (*((entry.look, key) for key, entry in keyed), *known.items()):
        looks.setdefault(look, key)
    return json.dumps(dict(list(looks.items())[:_MEMORY]))


def gap_after(place: str, keys: Sequence[str], known: Mapping[str, str]) -> str | None:
    """A feed shows only its newest entries: when none of them was there last time, some may have come and gone.

    After a first read that found nothing there is nothing to compare with: then a feed is taken to have begun.
    """
    if not keys or not known or not set(keys).isdisjoint(known.values()):
        return None
    return f"None of the {len(keys)} entries of {place} was there at the last read; older ones may have been missed."


def short(guid: str | None) -> str | None:
    """A guid that fits into a column: a longer one is replaced by its hash."""
    return digest("guid", guid) if guid and len(guid) > _LONGEST_KEY else guid


def digest(*parts: str | None) -> str:
    """A hash of some texts, 32 characters."""
    return hashlib.sha256("\0".join(part or "" for part in parts).encode("utf-8", "replace")).hexdigest()[:32]
