"""Which database an address means, and the pair of engines a store works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StoreError

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


class Lead(Protocol):
    """Asks whether this process leads among several on one database."""

    async def __call__(self) -> bool:
        """Whether it does; it tries to."""

    async def close(self) -> None:
        """Lead no longer."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Two doors to one database. `writer` is None where only reading is allowed; `release` gives up the process lock.

    `where` names the database for people, without a password. `conflict` says whether to try a transaction again.
    `scrub` makes what was deleted vanish from the files, see `Store.scrub`; `lead` is for `Store.lead`.
    """

    where: str
    reader: AsyncEngine
    writer: AsyncEngine | None
    conflict: Callable[[BaseException], bool] = lambda _: False
    release: Callable[[], None] = lambda: None
    scrub: Callable[[AsyncEngine, bool], Awaitable[bool]] | None = None
    lead: Lead | None = None

    async def dispose(self) -> None:
        """Close every connection (SQLite's are threads), then the lock."""
        try:
            if self.lead is not None:
                await self.lead.close()
            await self.reader.dispose()
            if self.writer is not None:
                await self.writer.dispose()
        finally:
            self.release()


def normal_url(url_or_path: str | Path) -> str:
    """A file's path, or an sqlite: or postgresql: URL, as the URL that SQLAlchemy takes.

    StoreError, with what would do, for anything else and for a database in memory: it would not outlive the bot.
    """
    given = str(url_or_path)
    if "://" not in given:
        return _of_file(given)
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise StoreError(f"'{_hidden(given)}' is not the address of a database.{ADVICE}") from error
    if url.drivername not in DRIVERS:
        raise StoreError(f"The bot cannot keep its data in '{url.drivername}'.{ADVICE}")
    url = url.set(drivername=DRIVERS[url.drivername])
    if url.get_backend_name() == "sqlite":
        return _of_file(url.database or "")
    return url.render_as_string(hide_password=False)


ADVICE = " Give the path of a file, sqlite:///<path> or postgresql://<user>:<password>@<host>/<database>."


def _of_file(path: str) -> str:
    if path in ("", ":memory:") or path.startswith("file:"):
        raise StoreError(f"The database must be an ordinary file, and '{path}' is none.{ADVICE}")
    absolute = Path(path).expanduser().absolute()
    return URL.create("sqlite+aiosqlite", database=str(absolute)).render_as_string()


def _hidden(url: str) -> str:
    """An address we cannot parse, without what may be a password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://…@{rest.rpartition('@')[2]}" if "@" in rest else url
