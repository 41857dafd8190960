"""How an entry of the audit is sealed and linked to the one before it. Never changed: old entries must still verify."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from enum import StrEnum

# What the first entry is linked to.
BEGINNING = hashlib.sha256(b"rejection-watch audit 1").hexdigest()
HEAD = "audit.head"
"""The note that says how many entries there are, and the last one's hash."""


class Deed(StrEnum):
    """What an entry of the audit is about."""

    VERDICT = "verdict"
    EDIT = "edit"
    SETTING = "setting"
    SOURCE = "source"
    FORGOTTEN = "forgotten"


Private = tuple[str | None, str | None, str | None]
"""By whom, in which guild, and in which words: what can be taken out of an entry, leaving its seal."""


def seal(salt: str, private: Private) -> str:
    """A commitment to what is private: it can be checked while the salt is there, and tells nothing without it."""
    return _hash(salt, *private)


def link(before: str, audit_id: int, at: int, deed: str, says: str, sealed: str) -> str:
    """An entry's hash (`at` in microseconds since 1970): over the entry before it and all of its own that stays."""
    return _hash(before, audit_id, at, deed, says, sealed)


def digest(*parts: object) -> str:
    """A long text as a short one."""
    return _hash(*parts)


def written(told: object) -> str:
    """A value as text that is the same every time."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def head(number: int, last: str) -> str:
    """The note HEAD."""
    return f"{number} {last}"


def _hash(*parts: object) -> str:
    listed: Sequence[object] = parts
    return hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode("ascii")).hexdigest()
