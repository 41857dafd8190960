"""Composition: opens the store, the rules, the sources and the client, runs them, and closes them in order."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot import following, forgetting, intake, outbox, sweeper, watcher
from bot.budget import Budget
from bot.clock import SteadyClock, utc_now
from bot.commands import Desk
from bot.config import Settings, secret_key
from bot.errors import SettingsError, StoreError, WatchError
from bot.model import Page, Watch
from bot.platforms import load as load_platforms
from bot.policies import SHIPPED
from bot.rules import Rules
from bot.storage import Clock, Store, Transaction, open_store

if TYPE_CHECKING:
    from bot.client import Client
    from bot.outbox import Announcer
    from bot.sources import Source

log = structlog.stdlib.get_logger(__name__)

PUMP_EVERY = 1.0
WATCH_EVERY = 5.0
SWEEP_EVERY = 30.0
FOLLOW_EVERY = 60.0
FORGET_EVERY = 600.0
# In the data folder: our time after every round of the outbox that went through. The image's health check looks when
# that was written.
HEARTBEAT = "heartbeat"
DRY = "dry-run.sqlite3"
# Between two tries to reach Discord at all; once connected, discord.py reconnects by itself.
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0
LEAD_EVERY = 5.0


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


def lived_until(data: Path) -> datetime | None:
    """The last moment at which a bot was at work in `data`, by its own clock; None if nobody knows."""
    try:
        at = datetime.fromisoformat((data / HEARTBEAT).read_text())
    except (OSError, ValueError):
        return None
    return at if at.tzinfo is not None else None


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
        url = settings.database_url if dry is None else str(settings.data / DRY)
        clock = SteadyClock(since=lived_until(settings.data))
        store = await stack.enter_async_context(opened(url, clock))
        if not await _to_lead(store, stop):
            return
        await _add_sources(store, settings)
        await outbox.recover(store)
        if again := await intake.read_again(store, rules):
            log.info("posts that were put aside can be read now", posts=again)
        connection = Connection(settings, Desk(store, rules), stop, dry)
        stack.push_async_callback(connection.close)
        await connection.open()
        await _tick(stack, settings, store, rules, connection)
        # Outside of the database, so that nobody can write the whole audit anew unnoticed.
        entries, last = await store.read(lambda tx: tx.audit_head())
        told = {"database": store.where, "sources": len(settings.sources), "dry": dry is not None}
        log.info("running", **told, audit=f"{entries} {last}")
        await stop.wait()
        log.info("stopping")
    if connection.refused is not None:
        raise connection.refused


@dataclass(slots=True)
class Connection:
    """Keeps one Discord client running: again after an outage, without the content intent if that is refused.

    What cannot be mended by trying again (a wrong token) is kept in `refused`, and everything is stopped.
    """

    settings: Settings
    desk: Desk
    stop: asyncio.Event
    dry: Announcer | None = None
    refused: WatchError | None = None
    client: Client | None = None
    running: asyncio.Task[None] | None = None
    budget: Budget = field(default_factory=Budget)

    @property
    def announcer(self) -> Announcer:
        """Who speaks at this moment."""
        if self.dry is not None:
            return self.dry
        assert self.client is not None
        return self.client.announcer

    @property
    def ready(self) -> bool:
        """Whether anybody could hear us at this moment."""
        return self.dry is not None or (self.client is not None and self.client.is_ready())

    async def open(self) -> None:
        """Begin to connect; the first answer of Discord is not waited for. In a dry run one guild is the screen."""
        if self.dry is not None:
            from bot.console import GUILD

            await self.desk.store.write(lambda tx: tx.save_guild(GUILD))
            return
        self.client = self._new(content_intent=True)
        self.running = asyncio.create_task(self._keep_running(), name="discord")

    async def close(self) -> None:
        """Close the client and wait for it."""
        if self.client is not None:
            await self.client.close()
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)

    def _new(self, *, content_intent: bool) -> Client:
        from bot.client import Client, point_at

        if self.settings.discord_api is not None:
            point_at(self.settings.discord_api, self.settings.discord_gateway)
        return Client(self.desk, content_intent=content_intent, budget=self.budget)

    async def _keep_running(self) -> None:
        from bot.client import IntentRefused

        assert self.settings.discord_token is not None
        content_intent, pause = True, FIRST_PAUSE
        while not self.stop.is_set():
            assert self.client is not None
            try:
                await self.client.start(self.settings.discord_token.get_secret_value())
            except IntentRefused as error:
                log.warning("intent refused", why=str(error))
                content_intent = False
            except SettingsError as error:
                self.refused = error
                self.stop.set()
                return
            except Exception as error:  # noqa: BLE001  an outage has many faces; the next try will tell
                log.warning("not connected", why=f"{type(error).__name__}: {error}", again_in=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE
            await self.client.close()
            self.client = self._new(content_intent=content_intent)


async def _to_lead(store: Store, stop: asyncio.Event) -> bool:
    """Stand by while another process speaks for this database; False if we were stopped meanwhile."""
    told = False
    while not await store.lead():
        if not told:
            log.info("standing by: another bot is at work on this database", database=store.where)
            told = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAD_EVERY):
                await stop.wait()
                return False
    return True


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop


async def _add_sources(store: Store, settings: Settings) -> None:
    """Poll what the settings name, and nothing else. A wrong one stops the start: an error must not look like peace."""
    from bot.sources import KINDS, normal_source

    named = [normal_source(source, allow_private=settings.allow_private_addresses) for source in settings.sources]
    sources = _merged(named, apart=settings.reddit_login is not None)

    def change(tx: Transaction) -> None:
        for watch in tx.sources():
            if watch.source.partition(":")[0] in KINDS and watch.source not in sources:
                tx.drop_source(watch.source)
        for source in sources:
            tx.add_source(source)
        tx.wake_sources()

    await store.write(change)


def _merged(sources: Sequence[str], *, apart: bool) -> list[str]:
    """Without credentials Reddit is asked once in 90 seconds in all, so all subreddits are read as one."""
    if apart:
        return list(sources)
    reddit = sorted({name for source in sources if source.startswith("reddit:") for name in source[7:].split("+")})
    others = [source for source in sources if not source.startswith("reddit:")]
    return [*others, f"reddit:{'+'.join(reddit)}"] if reddit else others


async def _tick(stack: AsyncExitStack, settings: Settings, store: Store, rules: Rules, connection: Connection) -> None:
    """Start the ticks; at the end they stop first, then what they use."""
    from bot.schedule import Schedule

    open_source, looks = await _sources(stack, settings)
    blind = _blind(looks)
    await store.write(lambda tx: tx.set_note(sweeper.BLIND_NOTE, " ".join(blind)))

    async def pump() -> object:
        # Before the guilds are known every try would fail, and each counts.
        worked_on = await outbox.pump(store, connection.announcer) if connection.ready else 0
        (settings.data / HEARTBEAT).write_text((await store.read(lambda tx: tx.now)).isoformat())
        return worked_on

    async def lead() -> None:
        # Whoever took the lead meanwhile speaks now; beginning anew, we stand by.
        if not await store.lead():
            connection.refused = StoreError(
                f"Another bot has taken the lead on {store.where}. Started again, this one stands by."
            )
            connection.stop.set()

    async def take(page: Page, watch: Watch, next_at: datetime) -> object:
        return await intake.take(store, rules, page, settled=intake.Settled(watch=watch, next_at=next_at))

    ticks = Schedule(
        (
            ("lead", LEAD_EVERY, lead),
            ("pump", PUMP_EVERY, pump),
            ("watch", WATCH_EVERY, partial(watcher.poll_due, store, open_source, take, random=random.random)),
            ("sweep", SWEEP_EVERY, partial(sweeper.sweep, store, rules)),
            ("drop words", SWEEP_EVERY, partial(sweeper.drop_words, store, blind)),
            ("forget communities", FORGET_EVERY, partial(forgetting.forget_guilds, store)),
            ("follow", FOLLOW_EVERY, partial(following.follow_due, store, rules, looks)),
        )
    )
    ticks.start()
    stack.push_async_callback(ticks.stop)


def _blind(looks: Mapping[str, following.Look]) -> tuple[str, ...]:
    """The kinds of sources that do not tell of edits and deletions: feeds, and Reddit where it is read as one."""
    return tuple(kind for kind in sweeper.BLIND if kind not in looks)


async def _sources(
    stack: AsyncExitStack, settings: Settings
) -> tuple[Callable[[str], Source], dict[str, following.Look]]:
    """How a source is opened, and how posts are looked at again: one HTTP session, one Reddit client for all."""
    from bot.sources import open_source
    from bot.sources.http import Http

    http = Http(allow_private=settings.allow_private_addresses)
    stack.push_async_callback(http.close)
    login = settings.reddit_login
    if login is None:
        return partial(open_source, http=http, reddit=None), {}
    from bot.sources.reddit import RedditClient, look

    reddit = RedditClient(login)
    stack.push_async_callback(reddit.close)
    return partial(open_source, http=http, reddit=reddit), {"reddit": partial(look, reddit)}
