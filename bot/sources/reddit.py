"""Subreddits through Reddit's API: praw, which blocks and sleeps, on one daemon thread. Nobody else imports it."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

import praw
import prawcore
from praw.models import Comment, Listing, Submission

from bot.errors import SourceBusy, SourceError, SourceGone
from bot.model import Format, Page, Post
from bot.sources.base import RedditLogin
from bot.sources.listing import LISTINGS, gap_after, newest, remembered

T = TypeVar("T")

EVERY = timedelta(seconds=60)
# Reddit gives 100 things a request and at most 1,000 a listing.
_PAGE = 100
_MOST_PAGES = 10
# One known id may be an old post that came up again; so many together are where we stopped reading. A place that had
# fewer is read to its end, which is near.
_OVERLAP = 10
# Requests left to others who use the same app; at 0 prawcore would sleep inside the call, for minutes.
_RESERVE = 5
_WINDOW = timedelta(minutes=10)
_TIMEOUT = 10
_CLOSE_WITHIN = 2.0
# So many things are not deleted all at once; an answer without any of them is not believed.
_TOO_MANY_GONE = 20
# Reddit's ids are numbers in base 36.
_LONGEST_ID = 20
_REMOVED = ("[deleted]", "[removed]", "[ Removed by Reddit ]")


class _Requestor(prawcore.Requestor):
    """Notes when the rate-limit window ends: praw reads that header and does not tell. `made` gets each one made."""

    def __init__(self, *, made: list[_Requestor], **options: Any) -> None:
        super().__init__(**options)
        self.window_ends = 0.0
        made.append(self)

    def request(self, *args: Any, **kwargs: Any) -> Any:
        """Make one request, as prawcore does."""
        response = super().request(*args, **kwargs)
        with suppress(KeyError, ValueError):
            seconds = float(response.headers["x-ratelimit-reset"])
            self.window_ends = time.monotonic() + min(max(seconds, 0.0), _WINDOW.total_seconds())
        return response


class Line:
    """praw as Reddit's thread holds it: connected at the first use, never asked beyond the rate limit."""

    def __init__(self, login: RedditLogin, timeout: int) -> None:
        self._login = login
        self._timeout = timeout
        self._requestors: list[_Requestor] = []

    @cached_property
    def reddit(self) -> praw.Reddit:
        """The one instance."""
        login = self._login
        return praw.Reddit(
            client_id=login.client_id,
            client_secret=login.client_secret,
            user_agent=login.user_agent,
            username=login.username,
            password=login.password,
            reddit_url=login.reddit_url,
            oauth_url=login.oauth_url,
            check_for_updates=False,
            requestor_class=_Requestor,
            requestor_kwargs={"made": self._requestors},
            timeout=self._timeout,
        )

    def listing(self, path: str, params: dict[str, str | int]) -> Listing:
        """Get one page of a listing. Raises SourceBusy rather than sleep through a used-up window."""
        remaining = self.reddit.auth.limits["remaining"]
        left = max(requestor.window_ends for requestor in self._requestors) - time.monotonic()
        if isinstance(remaining, int) and remaining <= _RESERVE and left > 0:
            raise SourceBusy("Reddit's limit of requests is used up for the moment.", timedelta(seconds=left + 1))
        page = self.reddit.get(path, params=params)
        if not isinstance(page, Listing):
            raise SourceError(f"Reddit answered something that is not a listing for {path}.")
        return page

    def close(self) -> None:
        """Close its connections."""
        for requestor in self._requestors:
            requestor.close()


class RedditClient:
    """One login to Reddit, used by one thread only: praw is not made for more."""

    def __init__(self, login: RedditLogin, *, timeout: int = _TIMEOUT) -> None:
        self._login = login
        self._timeout = timeout
        self._work: queue.SimpleQueue[tuple[Callable[[Any], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._ended: Future[None] = Future()
        self._thread: threading.Thread | None = None

    async def ask(self, work: Callable[[Line], T]) -> T:
        """Run `work` on Reddit's thread. Raises SourceError; a caller that is cancelled leaves the queue."""
        if self._ended.done():
            raise SourceError("Reddit is no longer asked: the bot is stopping.")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="reddit", daemon=True)
            self._thread.start()
        answer: Future[T] = Future()
        self._work.put((work, answer))
        return await asyncio.wrap_future(answer)

    async def close(self) -> None:
        """Let the thread end and its connections be closed; a thread that hangs is left behind, it is a daemon."""
        if self._thread is None:
            return
        self._work.put(None)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._ended)), _CLOSE_WITHIN)

    def _run(self) -> None:
        line = Line(self._login, self._timeout)
        try:
            while (job := self._work.get()) is not None:
                _answer(line, *job)
        finally:
            line.close()
            self._ended.set_result(None)


def _answer(line: Line, work: Callable[[Line], T], answer: Future[T]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(work(line))
    except SourceError as error:
        answer.set_exception(error)
    except Exception as error:  # noqa: BLE001  praw lets through whatever it stumbles over in an answer
        answer.set_exception(_as_source_error(error))


async def look(client: RedditClient, keys: Sequence[str]) -> dict[str, Post]:
    """How things stand now, by fullname, at most 100 at once; what was deleted or removed is not among them.

    Raises SourceError, also where many are asked for and none is there: that is a fault rather than so many deletions.
    """
    page = await client.ask(lambda line: line.listing("api/info", {"id": ",".join(keys), "limit": _PAGE}))
    found = {post.key: post for post in _posts(list(page.children))}
    if not list(page.children) and len(keys) >= _TOO_MANY_GONE:
        raise SourceError(f"Reddit shows none of {len(keys)} posts that were there.")
    return found


class Reddit:
    """The newest posts and comments of some subreddits, both at once."""

    kind = "reddit"

    def __init__(self, address: str, client: RedditClient, *, every: timedelta = EVERY) -> None:
        self.address = address
        self.every = every
        self._client = client

    async def read(self, cursor: str | None, validators: Mapping[str, str]) -> Page:
        """Page back through both listings until the ids in `cursor` are met again."""
        return await self._client.ask(lambda line: _read(line, self.address, cursor))


def _read(line: Line, address: str, cursor: str | None) -> Page:
    known = remembered(cursor)
    things: list[Any] = []
    ids = dict(known.ids)
    gaps = []
    for listing in LISTINGS:
        before = known.ids[listing]
        found, gap = _listing(line, f"r/{address}/{listing}", before)
        ids[listing] = newest([_fullname(thing) for thing in found], before)
        things += found
        gaps += [gap] if gap else []
    return Page(
        source=f"reddit:{address}",
        posts=tuple(sorted(_posts(things), key=lambda post: post.posted_at or datetime.min.replace(tzinfo=UTC))),
        cursor=replace(known, ids=ids).text(),
        gap=" ".join(gaps) or None,
    )


def _listing(line: Line, path: str, known: tuple[str, ...] | None) -> tuple[list[Any], str | None]:
    """Read a listing, newest first, until it overlaps with `known`: what it held, and what may be missing."""
    found: list[Any] = []
    params: dict[str, str | int] = {"limit": _PAGE}
    for _ in range(_MOST_PAGES):
        page = line.listing(path, params)
        found += filter(_has_id, page.children)
        met = len(set(known or ()).intersection(map(_fullname, found)))
        if known is None or met >= _OVERLAP or not page.after:
            return found, gap_after(path, known, [_fullname(thing) for thing in found])
        params["after"] = page.after
    return found, f"{path}: more than {len(found)} were new, and Reddit shows no more; older ones are missed."


def _has_id(thing: Any) -> bool:
    """What has none cannot be told apart from anything; it must not stop what stands beside it."""
    key = vars(thing).get("id")
    return isinstance(key, str) and 0 < len(key) <= _LONGEST_ID


def _fullname(thing: Any) -> str:
    return str(thing.fullname)


def _posts(things: list[Any]) -> Iterator[Post]:
    seen = set()
    for thing in things:
        if _fullname(thing) in seen:
            continue
        seen.add(_fullname(thing))
        # `vars` and never the attribute: praw would ask Reddit once more for one that the listing did not give.
        given = vars(thing)
        if isinstance(thing, Submission):
            post = _post(thing, given, given.get("selftext") or _told_elsewhere(given), given.get("title"), None)
        elif isinstance(thing, Comment):
            post = _post(thing, given, given.get("body"), given.get("link_title"), given.get("parent_id"))
        else:
            continue
        if post.text not in _REMOVED:
            yield post


def _told_elsewhere(given: Mapping[str, Any]) -> str:
    """A link post has no text: what it links to, or the text of the post that it shares."""
    shared = given.get("crosspost_parent_list")
    original = shared[0] if isinstance(shared, list) and shared and isinstance(shared[0], dict) else {}
    return str(original.get("selftext") or ("" if given.get("is_self") else given.get("url")) or "")


def _post(thing: Any, given: Mapping[str, Any], text: object, title: object, parent: object) -> Post:
    author = _named(given.get("author"), "name")
    return Post(
        source=f"reddit:{(_named(given.get('subreddit'), 'display_name') or '').lower()}",
        key=_fullname(thing),
        text=str(text or ""),
        title=str(title) if title else None,
        author_key=author,
        posted_at=_instant(given.get("created_utc")),
        parent_key=str(parent) if parent else None,
        url=f"https://www.reddit.com{given['permalink']}" if given.get("permalink") else None,
        format=Format.MARKDOWN,
    )


def _named(thing: object, field: str) -> str | None:
    """What praw made an object of, as Reddit wrote it."""
    name = thing if isinstance(thing, str) else getattr(thing, "__dict__", {}).get(field)
    return name if isinstance(name, str) and name else None


def _instant(seconds: object) -> datetime | None:
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
    return None


_MEANINGS: tuple[tuple[tuple[type[Exception], ...], type[SourceError], str], ...] = (
    (
        (prawcore.OAuthException, prawcore.InvalidToken),
        SourceGone,
        "Reddit refuses the login; check REDDIT_CLIENT_ID, REDDIT_CLIENT_SECRET and the account.",
    ),
    ((prawcore.Forbidden,), SourceGone, "A subreddit is private, or Reddit refuses this app (HTTP 403)."),
    (
        (prawcore.NotFound, prawcore.Redirect, prawcore.UnavailableForLegalReasons),
        SourceGone,
        "A subreddit is not there: banned, or its name is misspelt.",
    ),
    ((prawcore.RequestException,), SourceError, "Reddit cannot be reached, or did not answer in time."),
)


def _as_source_error(error: Exception) -> SourceError:
    """Say what praw means, for a person."""
    if isinstance(error, prawcore.TooManyRequests):
        return SourceBusy("Reddit asked us to slow down (HTTP 429).", _asked_wait(error.response.headers))
    if _status(error) == 401:
        error = prawcore.InvalidToken(error.response)  # type: ignore[attr-defined]  # a status means a response
    for kinds, meaning, text in _MEANINGS:
        if isinstance(error, kinds):
            return meaning(text)
    if (status := _status(error)) not in (None, 200):
        return SourceError(f"Reddit answered HTTP {status} instead of a listing.")
    return SourceError(f"Reddit answered something that cannot be read ({type(error).__name__}).")


def _status(error: Exception) -> int | None:
    response = getattr(error, "response", None)
    return getattr(response, "status_code", None)


def _asked_wait(headers: Mapping[str, str]) -> timedelta:
    """The wait that came with a 429, in seconds; a minute where none came."""
    for name in ("retry-after", "x-ratelimit-reset"):
        with suppress(KeyError, ValueError):
            return timedelta(seconds=min(max(float(headers[name]), 1.0), 3600.0))
    return timedelta(minutes=1)
