"""A bound on computing that should end by itself: what does not is ended, so that one post cannot stop the bot."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooLong(Exception):
    """It took more time than it was given."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """End what is done here after so many seconds of processor time (not of waiting), by TooLong.

    Only Python's main thread can be interrupted, and only where the system has the timer (not on Windows); elsewhere
    nothing is bounded.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise TooLong
