"""Which forms stand under a key, in little memory: one number, or an array of them once there are more."""

from __future__ import annotations

from array import array
from collections.abc import Sequence


class Postings:
    """Key -> form numbers. A form is listed once under a key."""

    def __init__(self) -> None:
        self._at: dict[str, int | array[int]] = {}

    def __len__(self) -> int:
        return len(self._at)

    def add(self, keys: set[str], form: int) -> None:
        """List `form` under each key. The caller adds a form once."""
        at = self._at
        for key in keys:
            there = at.get(key)
            if there is None:
                at[key] = form
            elif isinstance(there, int):
                at[key] = array("I", (there, form))
            else:
                there.append(form)

    def remove(self, keys: set[str], form: int) -> None:
        """Take `form` from under each key."""
        for key in keys:
            there = self._at[key]
            if isinstance(there, int) or len(there) == 1:
                del self._at[key]
            else:
                there.remove(form)

    def get(self, key: str) -> Sequence[int]:
        """The forms under `key`, in no order to rely on."""
        there = self._at.get(key)
        if there is None:
            return ()
        return (there,) if isinstance(there, int) else there

    def count(self, key: str) -> int:
        """How many forms stand under `key`."""
        there = self._at.get(key)
        if there is None:
            return 0
        return 1 if isinstance(there, int) else len(there)
