"""What the steps hand to the rules: profiles, policies, the installation's key, and the index of names."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.model import Name
from bot.model.policy import Policy
from bot.naming.index import NameIndex
from bot.platforms import Platforms


class NamesSince(Protocol):
    """The part of a transaction from which an index can be brought up to date."""

    def names_since(self, name_id: int) -> tuple[tuple[int, Name], ...]:
        """Names with an id above `name_id`, oldest first."""
        ...


@dataclass
class Names:
    """The index of names, kept with what each transaction can see.

    A transaction that fails takes its new names with it: then the newest name of the index is not where it was,
    and the index starts over.
    """

    index: NameIndex = field(default_factory=NameIndex)
    newest: tuple[int, Name] | None = None

    def up_to_date(self, tx: NamesSince) -> NameIndex:
        """The index with everything in it that `tx` can see, and nothing else."""
        newest = self.newest
        rows = tx.names_since(newest[0] - 1 if newest else 0)
        # Asking the database lets other transactions run, and they may have been here too.
        if newest is not self.newest or (newest is not None and not _begin_with(rows, newest)):
            rows = tx.names_since(0)
            self.index, newest = NameIndex(), None
        for _, name in rows if newest is None else rows[1:]:
            _learn(self.index, name)
        self.newest = rows[-1] if rows else None
        return self.index


def _begin_with(rows: Sequence[tuple[int, Name]], newest: tuple[int, Name]) -> bool:
    (name_id, known), (first_id, first) = newest, rows[0] if rows else (None, None)
    return first is not None and (name_id, known.owner, known.name) == (first_id, first.owner, first.name)


def _learn(index: NameIndex, name: Name) -> None:
    """Add a name. Where a requester was placed on a platform all their names come again, with it."""
    if name.platform is not None and any(known.platform is None for known in index.names_of(name.owner)):
        index.remove(name.owner)
    index.add(name)


@dataclass(frozen=True)
class Rules:
    """Everything the steps need beside the store. Handed in at the edge; nothing here is global."""

    platforms: Platforms
    policies: Mapping[str, Policy]
    secret: bytes
    names: Names = field(default_factory=Names)

    def policy(self, name: str) -> Policy:
        """The policy of that name, else the cautious one: a guild is never told more than it chose."""
        return self.policies.get(name) or self.policies["cautious"]

    def voice_key(self, site: str, author: str) -> str:
        """A name for one person on one site that leads nowhere without the installation's key."""
        return self.sign(f"voice|{site}|{author}")[:32]

    def sign(self, text: str) -> str:
        """Hex HMAC-SHA256 of `text` under the installation's key."""
        return hmac.new(self.secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
