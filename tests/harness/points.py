"""Named points at which a process kills itself.

Nothing of this is in the bot: `arm` wraps its functions from outside, before and after each.
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot import evidence, intake, outbox, review, sweeper, telling, watcher
from bot.storage import Store, Transaction

# What is wrapped: each gives a point before and one after.
STEPS: tuple[tuple[Any, str], ...] = (
    (watcher, "_read"),
    (intake, "take"),
    (intake, "read_all"),
    (intake, "_settle"),
    (evidence, "findings"),
    (evidence, "add"),
    (evidence, "save"),
    (telling, "_record"),
    (sweeper, "pass_time"),
    (review, "judge"),
    (outbox, "recover"),
    (outbox._Courier, "_may_send"),
    (outbox._Courier, "_send"),
    (outbox._Courier, "_edit"),
    (outbox._Courier, "_look"),
    (Transaction, "claim_sources"),
    (Transaction, "add_posts"),
    (Transaction, "settle_source"),
    (Transaction, "add_report"),
    (Transaction, "save_incident"),
    (Transaction, "add_alert"),
    (Transaction, "add_verdict"),
    (Transaction, "queue"),
    (Transaction, "want"),
    (Transaction, "claim_deliveries"),
    (Transaction, "begin_attempt"),
    (Transaction, "settle_delivery"),
    (Transaction, "unsettle"),
    (Transaction, "witness"),
    (Store, "close"),
)
# These are passed by name, so that a wrapper in their own module would not be seen by who imported them.
ALSO = {"pass_time": (intake,), "_record": (), "add": (), "save": ()}


@dataclass
class Points:
    """Counts how often each point is reached; dies at the one that was chosen."""

    name: str | None = None
    time: int = 1
    reached: Counter[str] = field(default_factory=Counter)

    def reach(self, name: str) -> None:
        self.reached[name] += 1
        if name == self.name and self.reached[name] == self.time:
            os.kill(os.getpid(), signal.SIGKILL)


def _wrapped(points: Points, name: str, function: Any) -> Any:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def later(*given: Any, **named: Any) -> Any:
            points.reach(f"before {name}")
            result = await function(*given, **named)
            points.reach(f"after {name}")
            return result

        return later

    @functools.wraps(function)
    def at_once(*given: Any, **named: Any) -> Any:
        points.reach(f"before {name}")
        result = function(*given, **named)
        points.reach(f"after {name}")
        return result

    return at_once


def arm(points: Points) -> None:
    """Wrap everything, in this process for good: it is a child that was forked to die."""
    for owner, name in STEPS:
        function = inspect.getattr_static(owner, name)
        where = f"{getattr(owner, '__name__', '').rpartition('.')[2]}.{name}"
        wrapped = _wrapped(points, where, function)
        for place in (owner, *ALSO.get(name, ())):
            setattr(place, name, wrapped)
    event.listen(Engine, "begin", lambda _: points.reach("begin of a transaction"))
    event.listen(Engine, "commit", lambda _: points.reach("before commit"))
    event.listen(Engine, "rollback", lambda _: points.reach("rollback"))


def names() -> list[str]:
    """Every point that a story must reach."""
    wrapped = [f"{getattr(owner, '__name__', '').rpartition('.')[2]}.{name}" for owner, name in STEPS]
    asked = [f"{when} {method}" for when in ("before", "after", "heard") for method in ("GET", "POST", "PATCH")]
    both = [f"{when} {name}" for name in wrapped for when in ("before", "after")]
    return [*both, *asked, "begin of a transaction", "before commit"]


# Reached only where somebody died before: these want a first death.
LATER = tuple(
    [f"{when} _Courier.{name}" for when in ("before", "after") for name in ("_may_send", "_look")]
    + [f"{when} GET" for when in ("before", "after", "heard")]
)
FIRST = ("after POST", 1)


def deaths(name: str, time: int = 1) -> tuple[tuple[str, int], ...]:
    """The deaths that lead to this point for the given time."""
    return (FIRST, (name, time)) if name in LATER else ((name, time),)
