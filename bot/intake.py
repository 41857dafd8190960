"""From a page of posts to evidence, incidents and queued alerts, in one transaction with the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot import evidence
from bot.kin import look_for_kin
from bot.model import Guild, Incident, Page, Post, Reading, Watch
from bot.reading import Parent, own_words, read
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.sweeper import pass_time
from bot.telling import Told, ask, tell
from bot.whom import Beside, beside_claims

# Reading is pure computing: after so many posts the loop gets its turn, so that buttons are answered in time.
BREATHE_EVERY = 20


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
    readings: dict[tuple[str, str], Reading]
    guilds: Sequence[Guild]
    own_time: bool
    due_at: datetime | None = None
    reports: int = 0
    told: list[Told] = field(default_factory=list)

    def store(self, posts: Sequence[Post]) -> None:
        """Store the posts, oldest first, and weigh each at its own moment."""
        rows = [(post, evidence.voice_key_of(self.rules, post), self.readings[post.source, post.key]) for post in posts]
        self.tx.meet_voices(
            (voice_key, evidence.site_of(post.source), post.posted_at or self.tx.now) for post, voice_key, _ in rows
        )
        self.due_at = self.tx.next_due() if self.own_time else None
        for (post, voice_key, _), post_id in zip(rows, self.tx.add_posts(rows), strict=True):
            self.pass_time(post.posted_at)
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
        voice = evidence.voice_of(tx, voice_key, evidence.site_of(post.source))
        words = own_words(post, rules.platforms)
        beside = beside_claims(tx, rules, post, reading, words, voice_key)
        findings = evidence.findings(tx, rules, reading, beside)
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
) -> Taken:
    """Take a page in: what is new of it is read, resolved, grouped and queued; all of it or nothing.

    With `own_time` the posts' own times are the clock (a replay): time passes between them. Without `guilds` those
    of the store are told; a replay of archives names `telling.HISTORY`, which has no channel.
    Idempotent: a post that is stored already changes nothing.
    """
    fresh = await store.read(lambda tx: tx.unseen(page.posts))
    readings = await read_all(store, rules, fresh)

    def work(tx: Transaction) -> Taken:
        new = [post for post in tx.unseen(page.posts) if (post.source, post.key) in readings]
        done = _Work(tx, rules, readings, tx.guilds() if guilds is None else guilds, own_time)
        done.store(sorted(new, key=lambda post: post.posted_at or tx.now))
        if settled is not None:
            _settle(tx, page, settled)
        return Taken(read=len(page.posts), new=len(new), reports=done.reports, told=tuple(done.told))

    return await store.write(work)


async def read_all(store: Store, rules: Rules, posts: Sequence[Post]) -> dict[tuple[str, str], Reading]:
    """The reading of each post, with what its thread's opener says: from this page, else from the store."""
    here = {(post.source, post.key): post for post in posts}
    readings: dict[tuple[str, str], Reading] = {}
    for number, post in enumerate(sorted(posts, key=lambda post: post.parent_key is not None)):
        parent = await _parent(store, post, here, readings) if post.parent_key else None
        readings[post.source, post.key] = read(post, rules.platforms, parent)
        if number % BREATHE_EVERY == BREATHE_EVERY - 1:
            await asyncio.sleep(0)
    return readings


async def _parent(
    store: Store, post: Post, here: dict[tuple[str, str], Post], readings: dict[tuple[str, str], Reading]
) -> Parent | None:
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
