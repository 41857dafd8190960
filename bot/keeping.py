"""The terminal's commands that look after the database: backup, restore and forget."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot import config
from bot.app import opened, rules_for
from bot.clock import utc_now
from bot.errors import SettingsError
from bot.forgetting import forget
from bot.storage.backup import back_up, restore


async def backup(to: Path | None, *, data: Path | None) -> None:
    """Copy the database of the installation in `data`, running or not; the copy's path goes to stdout."""
    settings = config.load(data)
    made = await asyncio.to_thread(back_up, settings.database_url, to, utc_now())
    sys.stdout.write(f"{made}\n")
    sys.stderr.write(f"Backed up. The copy was checked; it does not hold {config.SECRET}: keep that elsewhere.\n")


async def put_back(copy: Path, *, data: Path | None) -> None:
    """Put a copy in the place of the database of the installation in `data`."""
    settings = config.load(data)
    aside = await asyncio.to_thread(restore, settings.database_url, copy, utc_now())
    sys.stderr.write(f"Restored from {copy}.\n")
    if aside is not None:
        sys.stderr.write(f"What was there before is {aside}: delete it when you are sure.\n")
    if not (settings.data / config.SECRET).exists():
        sys.stderr.write(
            f"There is no {settings.data / config.SECRET}: put yours there before the first start, or people the bot "
            "has met are strangers to it.\n"
        )


async def forget_voice(source: str, author: str, *, data: Path | None) -> int:
    """Forget somebody in the database of the installation in `data`; 1 if bytes of them may still be in the files."""
    settings = config.load(data)
    if not (settings.data / config.SECRET).exists():
        raise SettingsError(f"Without {settings.data / config.SECRET} nobody is known by their name any more.")
    async with opened(settings.database_url) as store:
        done = await forget(store, rules_for(settings.data), source, author)
    sys.stderr.write(f"Forgotten: {done.known} entries.\n" if done.known else "There was nothing of them.\n")
    if not done.clean:
        sys.stderr.write("Another program reads the database, so old pages are still in its log. Run this again.\n")
    sys.stderr.write("Copies and archives are not touched: delete those that are older than this.\n")
    return 0 if done.clean else 1
