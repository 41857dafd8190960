"""Which forms stand under a key, in little memory: one number, or an array of them once there are more."""

from __future__ import annotations

from array import array
from collections.abc import Iterable


class Postings:
    """Key -> form numbers. A form is listed once under a key."""

    def __init__(self) -> None:
        self._at: dict[str, int | array[int]] = {}

    def __len__(self) -> int:
        return len(self._at)

    def add(self, key: str, form: int) -> None:
        """List `form` under `key`. The caller adds a pair once."""
        there = self._at.get(key)
        if there is None:
            self._at[key] = form
        elif isinstance(there, int):
            self._at[key] = array("I", (there, form))
        else:
            there.append(form)

    def remove(self, key: str, form: int) -> None:
        """Take `form` from under `key`."""
        there = self._at[key]
        if isinstance(there, int) or len(there) == 1:
            del self._at[key]
        else:
            there.remove(form)

    def get(self, key: str) -> Iterable[int]:
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
