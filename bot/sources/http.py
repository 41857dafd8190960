"""The only door to the web: polite, bounded GET requests. Nobody else imports aiohttp."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import stamina
from aiolimiter import AsyncLimiter

from bot import __version__
from bot.errors import SettingsError, SourceBusy, SourceError, SourceGone
from bot.sources.address import checked_url, is_public

USER_AGENT = f"rejection-watch/{__version__} (reads public feeds a few times an hour to warn crowd workers)"
# More than any feed of 500 posts needs; a body that unpacks to more is a mistake or a gzip bomb.
BODY_CAP = 2 * 1024 * 1024
_REDIRECTS = 3
_LONGEST_VALIDATOR = 512
# However long a site asks us to stay away: somebody may have mended it after an hour.
_LONGEST_WAIT = timedelta(hours=1)
# What we wait for a turn inside a request; beyond that the caller should come back later.
_PATIENCE = timedelta(seconds=5)

_REDIRECTING = (301, 302, 303, 307, 308)
_BUSY = (429, 503)
_GONE = {
    401: "wants a login",
    403: "refuses to be read by this bot",
    404: "is not there",
    410: "is gone for good",
    451: "is blocked for legal reasons",
}


class _Transient(SourceError):
    """Went wrong in a way that may be over in a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said. `fresh` is False for 304: nothing new, no body. `validators` are for the next request."""

    url: str
    fresh: bool
    body: bytes = b""
    content_type: str = ""
    validators: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it came from, to be said in a sentence."""
        return place(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how often: `total`, `connect` and `read` (between two chunks) bound one request."""

    total: timedelta = timedelta(seconds=20)
    connect: timedelta = timedelta(seconds=5)
    read: timedelta = timedelta(seconds=10)
    pace: timedelta = timedelta(seconds=1)
    attempts: int = 3
    retry_after: timedelta = timedelta(seconds=1)


class Http:
    """One session for all sources. `allow_private` lifts the address rules: for tests and forums in one's own house."""

    def __init__(
        self, *, user_agent: str = USER_AGENT, allow_private: bool = False, limits: Limits | None = None
    ) -> None:
        self._user_agent = user_agent
        self._allow_private = allow_private
        self._limits = limits or Limits()
        self._paces: dict[str, AsyncLimiter] = {}
        self._turns: dict[str, float] = {}
        self._session: aiohttp.ClientSession | None = None

    async def get(
        self, url: str, validators: Mapping[str, str] | None = None, *, pace: timedelta | None = None
    ) -> Answer:
        """Ask for `url`, conditionally where `validators` of an earlier answer are given.

        `pace` is the least time between two requests to that host, if it is another than ours.
        Raises SourceBusy (with the wait the server asked for), SourceGone (401, 403, 404, 410, 451), SourceError.
        """
        await self._await_turn(urlsplit(url).hostname or "", pace or self._limits.pace)
        limits = self._limits
        async for attempt in stamina.retry_context(
            on=_Transient,
            attempts=limits.attempts,
            timeout=limits.total,
            wait_initial=limits.retry_after,
            wait_jitter=limits.retry_after,
        ):
            with attempt:
                return await self._follow(url, validators or {})
        raise AssertionError("a retry either returns or raises")

    async def close(self) -> None:
        """Let go of all connections; harmless to call twice."""
        if self._session is not None:
            await self._session.close()

    async def _await_turn(self, host: str, pace: timedelta) -> None:
        """Keep `pace` with one host; a turn that is far off is refused rather than slept for."""
        now = asyncio.get_running_loop().time
        limiter = self._paces.setdefault(host, AsyncLimiter(1, pace.total_seconds()))
        left = timedelta(seconds=limiter.time_period + self._turns.get(host, -limiter.time_period) - now())
        if not limiter.has_capacity() and left > _PATIENCE:
            raise SourceBusy(f"{host} is read at most once in {limiter.time_period:.0f} seconds.", left)
        await limiter.acquire()
        self._turns[host] = now()

    async def _follow(self, url: str, validators: Mapping[str, str]) -> Answer:
        """Follow redirects by hand, so that each address is checked as the first one was."""
        for _ in range(_REDIRECTS + 1):
            self._check(url)
            answer, target = await self._ask(url, validators)
            if answer is not None:
                return answer
            url = target
        raise SourceError(f"{place(url)} redirects in circles: more than {_REDIRECTS} times.")

    def _check(self, url: str) -> None:
        try:
            checked_url(url, allow_private=self._allow_private)
        except SettingsError as error:
            raise SourceError(f"It leads to an address that is not read. {error}") from None

    async def _ask(self, url: str, validators: Mapping[str, str]) -> tuple[Answer | None, str]:
        """Make one request: the answer, or None and where to ask instead."""
        headers = _conditions(validators)
        try:
            async with self._opened().get(url, headers=headers, allow_redirects=False) as response:
                if response.status in _REDIRECTING:
                    return None, urljoin(url, response.headers.get("Location", ""))
                return await _answer(response, url, validators), ""
        except TimeoutError:
            raise _Transient(f"{place(url)} did not answer in time.") from None
        except aiohttp.ClientConnectorError as error:
            # One sentence for all of it: who may add a source must not learn from us what our network holds.
            raise _Transient(f"{place(url)} cannot be reached: no answer, or an address that is not public.") from error
        except (aiohttp.ClientError, ValueError, OSError) as error:
            raise _Transient(f"{place(url)} broke off or answered something that is not HTTP.") from error

    def _opened(self) -> aiohttp.ClientSession:
        """The session is made at the first request: it belongs to the running loop."""
        if self._session is None:
            limits = self._limits
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(socket_factory=self._socket),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip"},
                timeout=aiohttp.ClientTimeout(
                    total=limits.total.total_seconds(),
                    sock_connect=limits.connect.total_seconds(),
                    sock_read=limits.read.total_seconds(),
                ),
            )
        return self._session

    def _socket(self, addr_info: aiohttp.AddrInfoType) -> socket.socket:
        """Refuse at the very address that would be connected: names, redirects and odd spellings all end here."""
        family, kind, proto, _, address = addr_info
        if not self._allow_private and not is_public(ipaddress.ip_address(str(address[0]).partition("%")[0])):
            raise PermissionError(f"{address[0]} is not a public address")
        return socket.socket(family, kind, proto)


async def _answer(response: aiohttp.ClientResponse, url: str, validators: Mapping[str, str]) -> Answer:
    if response.status == 304:
        return Answer(url=url, fresh=False, validators=dict(validators))
    if response.status != 200:
        raise _refusal(response, url)
    return Answer(
        url=url,
        fresh=True,
        body=await _body(response, url),
        content_type=response.headers.get("Content-Type", "")[:200],
        validators=_validators(response.headers),
    )


async def _body(response: aiohttp.ClientResponse, url: str) -> bytes:
    """Read what is unpacked from the line, and hang up as soon as it is too much."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > BODY_CAP:
            response.close()
            raise SourceError(f"{place(url)} answered with more than {BODY_CAP // 2**20} MiB, which is not read.")
    return bytes(body)


def _refusal(response: aiohttp.ClientResponse, url: str) -> SourceError:
    """Say what a status means for us."""
    status = response.status
    wait = _retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC)) if status in _BUSY else None
    if wait is not None:
        return SourceBusy(f"{place(url)} is busy (HTTP {status}) and asked us to come back later.", wait)
    if status in _GONE:
        return SourceGone(f"{place(url)} {_GONE[status]} (HTTP {status}).")
    text = f"{place(url)} answered HTTP {status} instead of a page."
    return _Transient(text) if status in (500, 502, 504) else SourceError(text)


def _retry_after(text: str, now: datetime) -> timedelta | None:
    """Read Retry-After, seconds or a date (RFC 9110 §10.2.3), between a second and an hour; None if it says nothing."""
    text = text.strip()
    try:
        if text.isascii() and text.isdigit():
            wait = timedelta(seconds=int(text[:9]))
        else:
            at = parsedate_to_datetime(text)
            wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
    return min(max(wait, timedelta(seconds=1)), _LONGEST_WAIT)


def _conditions(validators: Mapping[str, str]) -> dict[str, str]:
    names = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}
    return {header: validators[name] for name, header in names.items() if name in validators}


def _validators(headers: Mapping[str, Any]) -> dict[str, str]:
    names = {"etag": "ETag", "last_modified": "Last-Modified"}
    found = {name: str(headers.get(header, "")) for name, header in names.items()}
    return {name: value for name, value in found.items() if 0 < len(value) <= _LONGEST_VALIDATOR}


def place(url: str) -> str:
    """Name a URL in a sentence: without its query, which may hold somebody's key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"[:200]
