"""From a page of posts to evidence, incidents and queued alerts, in one transaction with the cursor.

A post that the reader or the rules stumble over is put aside: stored without a reading and told of as a gap. It stops
no other, and `read_again` tries it once more at every start.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import structlog

from bot import evidence
from bot.errors import WatchError
from bot.kin import look_for_kin
from bot.model import Guild, Incident, Page, Post, Reading, Watch
from bot.patience import at_most
from bot.platforms import Platforms
from bot.reading import Parent, own_words, read
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.sweeper import pass_time
from bot.telling import Told, ask, tell
from bot.whom import Beside, beside_claims

# Reading is pure computing: after so many posts the loop gets its turn, so that buttons are answered in time.
BREATHE_EVERY = 5
# Seconds of computing for one post. The slowest that was ever seen took a twentieth of one.
LONGEST_READ = 2.0
AT_ONCE = 500
LATEST = datetime.max.replace(tzinfo=UTC)

log = structlog.stdlib.get_logger(__name__)

Place = tuple[str, str]
Reader = Callable[[Post, Platforms, Parent | None], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a page: how many posts it had, how many were new, the reports they made, what is to be told."""

    read: int = 0
    new: int = 0
    reports: int = 0
    told: tuple[Told, ...] = ()

    @property
    def seen(self) -> int:
        """Posts that were stored before."""
        return self.read - self.new


@dataclass(slots=True)
class _Work:
    """One page's transaction: what it works with, and what it has done so far."""

    tx: Transaction
    rules: Rules
    readings: dict[Place, Reading]
    guilds: Sequence[Guild]
    own_time: bool = False
    due_at: datetime | None = None
    reports: int = 0
    told: list[Told] = field(default_factory=list)

    def store(self, posts: Sequence[Post]) -> None:
        """Store the posts, oldest first, and weigh each at its own moment."""
        read = self.readings
        rows = [(post, evidence.voice_key_of(self.rules, post), read.get((post.source, post.key))) for post in posts]
        self.tx.meet_voices(
            (voice_key, evidence.site_of(post.source), post.posted_at or self.tx.now) for post, voice_key, _ in rows
        )
        self.due_at = self.tx.next_due() if self.own_time else None
        for (post, voice_key, reading), post_id in zip(rows, self.tx.add_posts(rows), strict=True):
            self.pass_time(post.posted_at)
            if reading is None:
                self.tx.add_gap(post.source, f"the post {post.key[:60]} cannot be read by this version; put aside.")
            else:
                self.weigh(post, post_id, voice_key)

    def pass_time(self, at: datetime | None) -> None:
        """In a replay the posts' own times are the clock. Most posts fall where nothing waits for its moment."""
        if not self.own_time or at is None:
            return
        if self.due_at is not None and self.due_at <= at:
            self.told += pass_time(self.tx, self.rules, at, self.guilds)
            self.due_at = self.tx.next_due()
        self.tx.now = max(self.tx.now, at)

    def weigh(self, post: Post, post_id: int, voice_key: str) -> None:
        """Keep the work it shows, turn what it claims into reports, and tell what follows from each."""
        tx, rules, reading = self.tx, self.rules, self.readings[post.source, post.key]
        shown: list[Incident] = []
        if reading.tasks:
            shown = evidence.work(tx, rules, reading, post, post_id, Beside(voice_key=voice_key))
            look_for_kin(tx, rules, reading.tasks, self.guilds)
        claimed = self._hear(post, post_id, voice_key) if reading.claims else ()
        # What is claimed of somebody beside their work was told with the claim.
        self._tell(each for each in shown if each.requester_id not in claimed)

    def _hear(self, post: Post, post_id: int, voice_key: str) -> Collection[int]:
        """The claims as reports; gives whom they are about."""
        tx, rules, reading = self.tx, self.rules, self.readings[post.source, post.key]
        words = own_words(post, rules.platforms)
        beside = beside_claims(tx, rules, post, reading, words, voice_key)
        findings = evidence.findings(tx, rules, reading, beside)
        if not findings:
            return ()
        voice = evidence.voice_of(tx, rules, voice_key, evidence.site_of(post.source))
        if beside.task is not None and len(findings) == 1:
            evidence.linked_work(tx, findings[0].requester, post, post_id, beside.task)
        for finding in findings:
            report = evidence.report_of(post, voice, finding.claim, reportable=reading.reportable, now=tx.now)
            _, incident = evidence.add(tx, rules, report, finding.requester, words, post_id)
            self.reports += 1
            if incident is not None:
                self._tell([incident])
                ask(tx, rules, incident, self.guilds)
        return {finding.requester.requester_id for finding in findings}

    def _tell(self, changed: Iterable[Incident]) -> None:
        for incident in changed:
            self.told += tell(self.tx, self.rules, incident, self.tx.now, self.guilds)
            self.due_at = self.tx.next_due() if self.own_time else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What to note of the source in the same transaction as its posts."""

    watch: Watch
    next_at: datetime


async def take(
    store: Store,
    rules: Rules,
    page: Page,
    *,
    settled: Settled | None = None,
    own_time: bool = False,
    guilds: Sequence[Guild] | None = None,
    reader: Reader = read,
) -> Taken:
    """Take a page in: what is new of it is read, resolved, grouped and queued; all of it or nothing.

    With `own_time` the posts' own times are the clock (a replay): time passes between them. Without `guilds` those
    of the store are told; a replay of archives names `telling.HISTORY`, which has no channel.
    Idempotent: a post that is stored already changes nothing. Only if something is wrong with one of the posts each
    gets a transaction of its own, and the cursor comes last.
    """
    fresh = await store.read(lambda tx: tx.unseen(page.posts))
    readings = await read_all(store, rules, fresh, reader)

    def work(tx: Transaction, posts: Sequence[Post], *, last: bool = True) -> Taken:
        new = tx.unseen(posts)
        done = _Work(tx, rules, readings, tx.guilds() if guilds is None else guilds, own_time)
        done.store(sorted(new, key=lambda post: post.posted_at or tx.now))
        if settled is not None and last:
            _settle(tx, page, settled)
        return Taken(read=len(page.posts), new=len(new), reports=done.reports, told=tuple(done.told))

    try:
        return await store.write(lambda tx: work(tx, fresh))
    except WatchError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it is the fault of single posts
        log.error("a page cannot be taken in as one", source=page.source, why=_fault(error))
    oldest_first = sorted(fresh, key=lambda post: post.posted_at or LATEST)
    parts = [await _alone(store, post, readings, partial(work, posts=[post], last=False)) for post in oldest_first]
    end = await store.write(lambda tx: work(tx, []))
    return Taken(
        read=end.read,
        new=sum(part.new for part in parts),
        reports=sum(part.reports for part in parts),
        told=tuple(told for part in parts for told in part.told),
    )


async def _alone(
    store: Store, post: Post, readings: dict[Place, Reading], work: Callable[[Transaction], Taken]
) -> Taken:
    """Take one post in; what is wrong with it is its own affair."""
    try:
        return await store.write(work)
    except WatchError:
        raise
    except Exception as error:  # noqa: BLE001  the others must go on, whatever this was
        log.error("a post is put aside", source=post.source, post=post.key, why=_fault(error))
    del readings[post.source, post.key]
    return await store.write(work)


async def read_all(store: Store, rules: Rules, posts: Sequence[Post], reader: Reader = read) -> dict[Place, Reading]:
    """The reading of each post, with what its thread's opener says: from this page, else from the store.

    A post that the reader stumbles over, or that keeps it for longer than LONGEST_READ, has none.
    """
    here = {(post.source, post.key): post for post in posts}
    readings: dict[Place, Reading] = {}
    for number, post in enumerate(sorted(posts, key=lambda post: post.parent_key is not None)):
        parent = await _parent(store, post, here, readings) if post.parent_key else None
        try:
            with at_most(LONGEST_READ):
                readings[post.source, post.key] = reader(post, rules.platforms, parent)
        except Exception as error:  # noqa: BLE001  the others must go on, whatever this was
            log.error("a post cannot be read", source=post.source, post=post.key, why=_fault(error))
        if number % BREATHE_EVERY == BREATHE_EVERY - 1:
            await asyncio.sleep(0)
    return readings


def _fault(error: Exception) -> str:
    """What went wrong and where; not the error's own words, which may be the post's."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}, line {last.lineno} of {last.filename}"


async def read_again(store: Store, rules: Rules, reader: Reader = read) -> int:
    """Read once more what was put aside and has its words still; gives how many can be read now."""
    aside = await store.read(lambda tx: tx.aside(AT_ONCE))
    readings = await read_all(store, rules, aside, reader)
    again = 0
    for post in aside:
        if (post.source, post.key) not in readings:
            continue
        try:
            again += await store.write(partial(_read_now, rules=rules, post=post, readings=readings))
        except WatchError:
            raise
        except Exception as error:  # noqa: BLE001  the others must go on, whatever this was
            log.error("a post stays aside", source=post.source, post=post.key, why=_fault(error))
    return again


def _read_now(tx: Transaction, rules: Rules, post: Post, readings: dict[Place, Reading]) -> bool:
    stored = tx.stored((post.source, post.key))
    if stored is None or stored.voice_key is None:
        return False
    tx.replace_words(stored.post_id, post, readings[post.source, post.key])
    _Work(tx, rules, readings, tx.guilds()).weigh(post, stored.post_id, stored.voice_key)
    return True


async def _parent(store: Store, post: Post, here: dict[Place, Post], readings: dict[Place, Reading]) -> Parent | None:
    key = (post.source, post.parent_key or "")
    if key in here:
        return Parent.of(here[key], readings.get(key))
    found = await store.read(lambda tx: tx.find_post(*key))
    return Parent.of(found[1], found[2]) if found else None


def _settle(tx: Transaction, page: Page, settled: Settled) -> None:
    newest = max((evidence.written_at(post, tx.now) for post in page.posts if post.posted_at), default=None)
    tx.settle_source(
        settled.watch,
        next_at=settled.next_at,
        cursor=page.cursor,
        validators=page.validators,
        last_post_at=newest,
    )
    if page.gap:
        tx.add_gap(page.source, page.gap)
