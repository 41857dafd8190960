"""An event loop whose time jumps: a day of waiting passes in the time of the work done in it.

Time moves only when nothing is ready and nobody outside is at work. A thread that will wake the loop (aiosqlite's)
is announced by `outside`; while it says True the loop waits for real.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
BEGAN = datetime(2026, 11, 7, 12, 0, tzinfo=UTC)
# How long the loop waits at once for a thread; it is woken earlier.
LOOK = 0.05


class _Jumping(selectors.SelectSelector):
    """Waits for nothing but what is ready, and moves the loop's time instead."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.loop.outside() or timeout is None:
            return super().select(LOOK)
        self.loop.jump(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`now` is its time as a date; `outside` says whether a thread is about to wake it."""

    def __init__(self, outside: Callable[[], bool] = lambda: False, began: datetime = BEGAN) -> None:
        self.outside, self.began, self._passed = outside, began, 0.0
        selector = _Jumping()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self._passed

    def jump(self, seconds: float) -> None:
        self._passed += seconds

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self._passed)


def virtual(
    story: Coroutine[Any, Any, T], *, outside: Callable[[], bool] = lambda: False, began: datetime = BEGAN
) -> T:
    """Run a story to its end in virtual time; gives what it returns."""
    loop = VirtualLoop(outside, began)
    try:
        return loop.run_until_complete(story)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def now() -> datetime:
    """The virtual moment, for whoever wants a clock."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop.now()
