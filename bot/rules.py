"""What the steps hand to the rules: profiles, policies, the installation's key, and the index of names."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.model import Name, Policy
from bot.naming.index import NameIndex
from bot.platforms import Platforms


class NamesSince(Protocol):
    """The part of a transaction from which an index can be brought up to date."""

    def names_since(self, name_id: int) -> tuple[tuple[int, Name], ...]:
        """Names with an id above `name_id`, oldest first."""
        ...


@dataclass
class Names:
    """The index of names as of one transaction: whoever asks first brings it up to date.

    A transaction that fails takes its new names with it; `forget` then makes the next one start over.
    """

    index: NameIndex = field(default_factory=NameIndex)
    newest: int = 0

    def up_to_date(self, tx: NamesSince) -> NameIndex:
        """The index with everything in it that `tx` can see."""
        for name_id, name in tx.names_since(self.newest):
            self.index.add(name)
            self.newest = name_id
        return self.index

    def forget(self) -> None:
        """Start over: what was read may never have been committed."""
        self.index = NameIndex()
        self.newest = 0


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
