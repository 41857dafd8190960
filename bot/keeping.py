"""The terminal's commands that look after the database: backup and restore."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot import config
from bot.app import utc_now
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
