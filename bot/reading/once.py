"""A value that is worked out when it is first asked for, and kept: functools.cached_property without its lock.

The lock (gone in Python 3.12) takes longer than most of what is worked out here. Two threads may work it out twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - used like property
    """Marks a method whose value is kept in the object's __dict__, where it is found before the method is."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work, self._name = work, work.__name__
        self.__doc__ = work.__doc__

    def __get__(self, of: Any, owner: type) -> T:
        """The value: asked for here only the first time."""
        value = of.__dict__[self._name] = self._work(of)
        return value
