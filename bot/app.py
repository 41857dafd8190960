"""Composition: opens the store, the rules, the sources and the client, runs them, and closes them in order."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot import intake, outbox, sweeper, watcher
from bot.commands import Desk
from bot.config import Settings, secret_key
from bot.errors import SettingsError
from bot.model import Page, Watch
from bot.platforms import load as load_platforms
from bot.policies import SHIPPED
from bot.rules import Rules
from bot.storage import Clock, Store, Transaction, open_store

if TYPE_CHECKING:
    from bot.outbox import Announcer
    from bot.sources import Source

log = structlog.stdlib.get_logger(__name__)

PUMP_EVERY = 1.0
WATCH_EVERY = 5.0
SWEEP_EVERY = 30.0


def utc_now() -> datetime:
    """The wall clock: the only reading of it."""
    return datetime.now(UTC)


def rules_for(data: Path) -> Rules:
    """The rules of the installation in `data`; makes its key at the first start."""
    return Rules(platforms=load_platforms(), policies=SHIPPED, secret=secret_key(data))


@asynccontextmanager
async def opened(url: str, clock: Clock = utc_now, *, exclusive: bool = True) -> AsyncIterator[Store]:
    """The store, closed again whatever happens: an open connection would keep the process from ending."""
    store = await open_store(url, clock=clock, exclusive=exclusive)
    try:
        yield store
    finally:
        await store.close()


async def run(settings: Settings, *, dry: Announcer | None = None, stop: asyncio.Event | None = None) -> None:
    """Run the bot until `stop` is set or SIGTERM or SIGINT comes; then end within ten seconds, losing nothing.

    With `dry` nothing is sent to Discord: a database of its own is used, and `dry` shows what would be posted.
    Raises SettingsError for what has to be set right first, StoreError for a database that cannot be used.
    """
    if dry is None and settings.discord_token is None:
        raise SettingsError(
            "There is no Discord token: set REJECTION_WATCH_DISCORD_TOKEN, or the key discord_token in "
            f"{settings.data / 'config.toml'}. `run --dry` works without one."
        )
    stop = stop or _stopped_by_signal()
    async with AsyncExitStack() as stack:
        rules = rules_for(settings.data)
        url = settings.database_url if dry is None else str(settings.data / "dry-run.sqlite3")
        store = await stack.enter_async_context(opened(url))
        await _add_sources(store, settings)
        await outbox.recover(store)
        announcer = dry or await _discord(stack, settings, Desk(store, rules), stop)
        await _tick(stack, settings, store, rules, announcer)
        log.info("running", database=store.where, sources=len(settings.sources), dry=dry is not None)
        await stop.wait()
        log.info("stopping")


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop


async def _add_sources(store: Store, settings: Settings) -> None:
    """What the settings name is polled. A wrong one stops the start: a typing error must not look like peace."""
    from bot.sources import normal_source

    sources = [normal_source(source) for source in settings.sources]

    def add(tx: Transaction) -> None:
        for source in sources:
            tx.add_source(source)

    await store.write(add)


async def _discord(stack: AsyncExitStack, settings: Settings, desk: Desk, stop: asyncio.Event) -> Announcer:
    raise NotImplementedError


async def _tick(stack: AsyncExitStack, settings: Settings, store: Store, rules: Rules, announcer: Announcer) -> None:
    """Start the ticks; at the end they stop first, then what they use."""
    from bot.schedule import Schedule

    open_source = await _sources(stack, settings)

    async def take(page: Page, watch: Watch, next_at: datetime) -> object:
        return await intake.take(store, rules, page, settled=intake.Settled(watch=watch, next_at=next_at))

    ticks = Schedule(
        (
            ("pump", PUMP_EVERY, partial(outbox.pump, store, announcer)),
            ("watch", WATCH_EVERY, partial(watcher.poll_due, store, open_source, take, random=random.random)),
            ("sweep", SWEEP_EVERY, partial(sweeper.sweep, store, rules)),
        )
    )
    ticks.start()
    stack.push_async_callback(ticks.stop)


async def _sources(stack: AsyncExitStack, settings: Settings) -> Callable[[str], Source]:
    """How a source is opened: one HTTP session and one Reddit client for all of them."""
    from bot.sources import open_source
    from bot.sources.http import Http

    http = Http(allow_private=settings.allow_private_addresses)
    stack.push_async_callback(http.close)
    reddit = None
    login = settings.reddit_login
    if login is not None:
        from bot.sources.reddit import RedditClient

        reddit = RedditClient(login)
        stack.push_async_callback(reddit.close)
    return partial(open_source, http=http, reddit=reddit)
