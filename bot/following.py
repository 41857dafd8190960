"""Follows posts to their places: what was edited is read again, what was deleted counts no more, and who was told of
it hears that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from bot import evidence
from bot.errors import SourceBusy, SourceError, StoreError
from bot.intake import read_all
from bot.model import Post, Reading, Stance
from bot.reading import own_words
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.storage.following import Stored
from bot.storage.posts import Place
from bot.storage.reports import Kept
from bot.sweeper import settle
from bot.telling import Told, refresh
from bot.whom import Beside, beside_claims

log = structlog.stdlib.get_logger(__name__)

Look = Callable[[Sequence[str]], Awaitable[Mapping[str, Post]]]
"""Gives posts by key as they stand now; those that are gone are missing. Raises SourceError."""

# As many things as Reddit shows in one answer (GET /api/info).
AT_ONCE = 100
ROUNDS = 20
# A place that did not answer is asked again after this; what it asks for itself goes before.
AGAIN_AFTER = timedelta(minutes=5)
# What the rules stumbled over they may do so again.
STUMBLED_AGAIN = timedelta(hours=1)
# So many posts are not deleted all at once.
TOO_MANY_GONE = 20


@dataclass(frozen=True, slots=True)
class Followed:
    """What a round found: posts looked at, edited and gone, and what is told because of it."""

    looked: int = 0
    edited: int = 0
    gone: int = 0
    told: tuple[Told, ...] = ()

    def __add__(self, more: Followed) -> Followed:
        """Both together."""
        sums = (self.looked + more.looked, self.edited + more.edited, self.gone + more.gone)
        return Followed(*sums, self.told + more.told)


async def follow_due(store: Store, rules: Rules, looks: Mapping[str, Look]) -> Followed:
    """Look again at every post that is due. `looks` says, by kind of source, how. Called by the schedule."""
    done = Followed()
    for kind, look in looks.items():
        for _ in range(ROUNDS):
            some = await _follow_some(store, rules, kind, look)
            if some is None:
                break
            done += some
    return done


async def _follow_some(store: Store, rules: Rules, kind: str, look: Look) -> Followed | None:
    """One answer's worth of posts; None where nothing is due, or nobody answers."""
    due = await store.read(lambda tx: tx.looks_due((kind,), AT_ONCE))
    if not due:
        return None
    try:
        stands = await look([key for _, key in due])
    except SourceError as error:
        wait = max(AGAIN_AFTER, error.retry_after) if isinstance(error, SourceBusy) else AGAIN_AFTER
        log.warning("cannot look at posts again", kind=kind, trouble=str(error), wait=wait.total_seconds())
        await store.write(lambda tx: tx.put_off_looks(due, tx.now + wait))
        return None
    # A place of several subreddits may have stored a post under another name than it is shown by now.
    return await correct(store, rules, {place: _at(place, stands.get(place[1])) for place in due})


def is_believed(known: int, shown: int) -> bool:
    """Whether a place that shows `shown` posts tells the truth about `known` ones of ours that were there.

    A history without a single post is what Discord also answers where it may not be read: then nothing was deleted.
    """
    return shown > 0 or known < TOO_MANY_GONE


def _at(place: Place, post: Post | None) -> Post | None:
    return None if post is None else replace(post, source=place[0])


async def correct(store: Store, rules: Rules, seen: Mapping[Place, Post | None]) -> Followed:
    """Bring what is stored in line with how posts stand now (None: gone), in one transaction with what is told.

    A post that nobody knows, or whose words were dropped, changes nothing. Doing it twice does it once. Only if the
    rules stumble over one of the posts each gets a transaction of its own.
    """
    was = await store.read(lambda tx: {place: tx.stored(place) for place in seen})
    edited = [post for place, post in seen.items() if post is not None and _differs(was[place], post)]
    readings = await read_all(store, rules, edited)

    def work(tx: Transaction, seen: Mapping[Place, Post | None]) -> Followed:
        done = _Correction(tx, rules, readings)
        for place, post in seen.items():
            stored = tx.stored(place)
            if stored is not None:
                done.look_at(stored, post)
        return done.end()

    try:
        done = await store.write(lambda tx: work(tx, seen))
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it is the fault of single posts
        log.error("posts cannot be corrected as one", why=type(error).__name__)
        done = Followed()
        for place, post in seen.items():
            done += await _alone(store, place, post, partial(work, seen={place: post}))
    if done.gone or done.edited:
        # What was deleted at its place must not be read in our files either.
        await store.scrub()
    return done


async def _alone(store: Store, place: Place, post: Post | None, work: Callable[[Transaction], Followed]) -> Followed:
    """Correct one post. Where the rules stumble over it, what is gone is gone all the same; an edit is tried again."""
    try:
        return await store.write(work)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  the others must go on, whatever this was
        log.error("a post cannot be corrected", source=place[0], post=place[1], why=type(error).__name__)
    return await store.write(lambda tx: _leave(tx, place, post))


def _leave(tx: Transaction, place: Place, post: Post | None) -> Followed:
    stored = tx.stored(place)
    if stored is None:
        return Followed()
    if post is not None:
        tx.put_off_looks([place], tx.now + STUMBLED_AGAIN)
        return Followed(looked=1)
    for incident_id in tx.drop_posts([stored.post_id]):
        tx.wake(incident_id, tx.now)
    return Followed(looked=1, gone=1)


def _differs(stored: Stored | None, post: Post) -> bool:
    return stored is not None and (stored.title, stored.text) != (post.title, post.text)


class _Correction:
    """The transaction of one look."""

    def __init__(self, tx: Transaction, rules: Rules, readings: Mapping[Place, Reading]) -> None:
        self.tx, self.rules, self.readings = tx, rules, readings
        self.gone: list[int] = []
        self.touched: set[int] = set()
        self.looked = self.edited = 0

    def look_at(self, stored: Stored, post: Post | None) -> None:
        """What became of one post."""
        self.looked += 1
        # Whose account is deleted is nobody any more: what they said would be another voice each time.
        if post is None or evidence.voice_key_of(self.rules, post) != stored.voice_key:
            self.gone.append(stored.post_id)
            return
        if _differs(stored, post) and (post.source, post.key) in self.readings:
            self.edited += 1
            self._read_again(stored, post, self.readings[post.source, post.key])
        self.tx.saw_again(stored.post_id)

    def end(self) -> Followed:
        """Settle every incident that lost or gained something; living cards say what is left."""
        self.touched |= set(self.tx.drop_posts(self.gone))
        told: list[Told] = []
        for incident_id in sorted(self.touched):
            if self.tx.get_incident(incident_id).closed_at is None:
                told += settle(self.tx, self.rules, incident_id, self.tx.guilds())
                refresh(self.tx, self.rules, self.tx.get_incident(incident_id))
        return Followed(self.looked, self.edited, len(self.gone), tuple(told))

    def _read_again(self, stored: Stored, post: Post, reading: Reading) -> None:
        tx, rules, voice_key = self.tx, self.rules, stored.voice_key or ""
        tx.replace_words(stored.post_id, post, reading)
        words = own_words(post, rules.platforms)
        beside = beside_claims(tx, rules, post, reading, words, voice_key)
        if reading.tasks:
            for shown in evidence.work(tx, rules, reading, post, stored.post_id, Beside(voice_key=voice_key)):
                self._touch(shown.incident_id)
        before = {(kept.requester_id, kept.report.stance): kept for kept in tx.reports_of([stored.post_id])}
        said = evidence.findings(tx, rules, reading, beside) if reading.claims else []
        for finding in said:
            self._say(finding, stored, post, reading, words, before)
        # Whoever adds that it was reversed does not say that it never was.
        reversed_by = {
            each.requester.requester_id for each in said if evidence.stance_of(each.claim) is Stance.REVERSAL
        }
        for (requester_id, stance), kept in before.items():
            if stance is not Stance.REPORT or requester_id not in reversed_by:
                self._take_back(kept)

    def _say(
        self,
        finding: evidence.Finding,
        stored: Stored,
        post: Post,
        reading: Reading,
        words: str,
        before: dict[tuple[int, Stance], Kept],
    ) -> None:
        """A claim of the edited post: the same as before in other words, or a new one."""
        tx, requester = self.tx, finding.requester
        voice = evidence.voice_of(tx, self.rules, stored.voice_key or "", evidence.site_of(post.source))
        report = evidence.report_of(post, voice, finding.claim, reportable=reading.reportable, now=tx.now)
        kept = before.pop((requester.requester_id, report.stance), None)
        if kept is None:
            _, incident = evidence.add(tx, self.rules, report, requester, words, stored.post_id)
            self._touch(incident.incident_id if incident else None)
        elif (kept.report.probability, kept.report.facts) != (report.probability, report.facts):
            drawn = evidence.drawing(words, requester)
            tx.amend_report(
                kept.report.key,
                stance=report.stance,
                probability=report.probability,
                facts=report.facts,
                sketch=drawn,
            )
            self._touch(kept.incident_id)

    def _take_back(self, kept: Kept) -> None:
        self._touch(self.tx.remove_report(kept.report.key))

    def _touch(self, incident_id: int | None) -> None:
        if incident_id is not None:
            self.touched.add(incident_id)
