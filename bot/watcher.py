"""Polls the sources that are due, each on its own: what one of them does or fails to do never stops another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.errors import SettingsError, SourceBusy, SourceError, SourceGone, WatchError
from bot.model import Page, Watch
from bot.sources import KINDS, Source
from bot.storage import Store, Transaction

log = structlog.stdlib.get_logger(__name__)

Take = Callable[[Page, Watch, datetime], Awaitable[object]]
"""What becomes of a page: posts, cursor and the time of the next read are stored in one transaction."""

SHORTEST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)
# A site may be mended after an hour, whatever it asked for.
LONGEST_BUSY = timedelta(hours=1)
# A place that is gone is looked after once an hour: forums come back, subreddits are opened again.
GONE_WAIT = timedelta(hours=1)
# A single 403 or 404 may be a hiccup of the site; from the third in a row on it is believed.
GONE_AFTER = 3
# So much longer than a read may take is a claim held: storing what was read takes time too.
_LEASE_SLACK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """How sources are polled: which kinds, how many a tick and at once, how long one may take."""

    kinds: Collection[str] = KINDS
    limit: int = 16
    at_once: int = 8
    within: timedelta = timedelta(seconds=60)


async def poll_due(
    store: Store,
    open_source: Callable[[str], Source],
    take: Take,
    *,
    random: Callable[[], float],
    polling: Polling | None = None,
) -> int:
    """Read each source that is due and hand its page on; gives how many went well.

    `random` gives numbers in [0, 1) for the waits after failures. Raises StoreError only if nothing can be claimed.
    """
    polling = polling or Polling()
    turns = asyncio.Semaphore(polling.at_once)
    rounds = -(-polling.limit // polling.at_once)

    def claim(tx: Transaction) -> tuple[datetime, tuple[Watch, ...]]:
        return tx.now, tx.claim_sources(polling.kinds, polling.limit, rounds * polling.within + _LEASE_SLACK)

    async def poll(watch: Watch) -> bool:
        async with turns:
            try:
                source = open_source(watch.source)
                page = await _read(source, watch, polling.within)
                await take(page, watch, now + source.every)
            except Exception as error:  # noqa: BLE001  the others must go on, whatever this was
                await _note(store, watch, error, random())
                return False
            return True

    now, watches = await store.write(claim)
    return sum(await asyncio.gather(*(poll(watch) for watch in watches)))


async def _read(source: Source, watch: Watch, within: timedelta) -> Page:
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await source.read(watch.cursor, dict(watch.validators))
    except TimeoutError:
        raise SourceError(f"{watch.source} did not answer within {within.total_seconds():.0f} seconds.") from None


async def _note(store: Store, watch: Watch, error: Exception, chance: float) -> None:
    """Store a failure and when to try again; a store that refuses this too lets the claim run out instead."""
    failures = watch.failures + 1
    trouble = sentence(watch.source, error, failures)
    wait = wait_after(error, failures, chance)
    log.warning("source failed", source=watch.source, trouble=trouble, failures=failures, wait=wait.total_seconds())
    if not isinstance(error, WatchError):
        log.error("unexpected failure while polling", source=watch.source, exc_info=error)
    try:
        await store.write(lambda tx: tx.settle_source(watch, next_at=tx.now + wait, trouble=trouble))
    except Exception as refused:
        log.error("cannot store how a source is doing", source=watch.source, exc_info=refused)


def wait_after(error: Exception, failures: int, chance: float) -> timedelta:
    """How long to leave a source in peace after its `failures`-th failure in a row.

    What it asked for (at most an hour); an hour when it is gone; else by full jitter: `chance` in [0, 1) picks a
    point between 30 s and a bound that doubles from a minute to 30 minutes.
    """
    if isinstance(error, SourceBusy):
        return min(max(error.retry_after, timedelta(seconds=1)), LONGEST_BUSY)
    if _is_gone(error, failures):
        return GONE_WAIT
    bound = min(SHORTEST_WAIT * (1 << min(failures, 16)), LONGEST_WAIT)
    return SHORTEST_WAIT + (bound - SHORTEST_WAIT) * chance


def sentence(source: str, error: Exception, failures: int) -> str:
    """Say to the owner what is wrong with a source and what happens next."""
    if not isinstance(error, WatchError):
        return f"{source} could not be taken in ({type(error).__name__}); it is tried again, the log has the details."
    if _is_gone(error, failures):
        return f"{error} {source} is asked once an hour from now on; remove it if it will not come back."
    return str(error)


def _is_gone(error: Exception, failures: int) -> bool:
    return isinstance(error, SettingsError) or (isinstance(error, SourceGone) and failures >= GONE_AFTER)
