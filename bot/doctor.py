"""The command doctor: everything that is missing or wrong, one sentence each, with what to do."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot import config
from bot.app import opened
from bot.errors import SettingsError, WatchError
from bot.platforms import load as load_platforms
from bot.sources import normal_source
from bot.storage import Transaction
from bot.storage.auditing import faults

FAULTS_SHOWN = 5
# Enough of a hash to compare by eye with one that was noted elsewhere.
SHOWN_OF_HASH = 16
AFTER_A_BREAK = (
    "Somebody or something other than the bot changed the database. Keep a copy of it to look into, and restore the "
    "newest backup from before ('rejection-watch restore')."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `wrong`: the bot does not run, or not fully, until it is mended."""

    text: str
    wrong: bool = False


async def examine(data: Path | None) -> int:
    """Look at everything and print what was found. Gives the exit code: 78 if anything has to be mended."""
    screen = Console(highlight=False, soft_wrap=True)
    try:
        settings = config.load(data)
    except SettingsError as error:
        findings = [Finding(line, wrong=True) for line in str(error).splitlines()]
    else:
        findings = [*_settings(settings), *await _database(settings), *await _discord(settings)]
    for finding in findings:
        mark, style = ("wrong", "bold red") if finding.wrong else ("ok", "green")
        screen.print(Text.assemble((f"{mark:<7}", style), finding.text))
    return SettingsError.exit_code if any(finding.wrong for finding in findings) else 0


def _settings(settings: config.Settings) -> Iterable[Finding]:
    yield _folder(settings.data)
    yield _said(lambda: f"{len(load_platforms())} platform profiles are in order.")
    if not settings.sources:
        yield Finding("No sources are set: only watched Discord channels and reports are read (key sources).")
    for source in settings.sources:
        yield _source(source, settings)
    if settings.reddit_login is None and any(source.startswith("reddit:") for source in settings.sources):
        yield Finding("No Reddit credentials: subreddits are read through their public feeds, at a slower pace.")


def _source(told: str, settings: config.Settings) -> Finding:
    return _said(lambda: f"Source {normal_source(told, allow_private=settings.allow_private_addresses)}.")


def _said(look: Callable[[], str]) -> Finding:
    try:
        return Finding(look())
    except WatchError as error:
        return Finding(str(error), wrong=True)


def _folder(data: Path) -> Finding:
    place = data if data.exists() else data.absolute().parent
    if not os.access(place, os.W_OK):
        return Finding(
            f"{place} cannot be written to; give another folder with --data or REJECTION_WATCH_DATA.", wrong=True
        )
    return Finding(f"Everything is written to {data.absolute()}.")


async def _database(settings: config.Settings) -> list[Finding]:
    if settings.database is None and not (settings.data / config.DATABASE).exists():
        return [Finding("There is no database yet; the first start makes it.")]
    try:
        async with opened(settings.database_url, exclusive=False) as store:
            count = await store.read(lambda tx: tx.count_posts())
            audit = await store.read(_audit)
            return [Finding(f"The database {store.where} can be read; it has {count:,} posts."), *audit]
    except WatchError as error:
        return [Finding(str(error), wrong=True)]


def _audit(tx: Transaction) -> list[Finding]:
    """Whether what moderators said and who set what is as it was written."""
    broken = faults(tx)
    if not broken:
        number, last = tx.audit_head()
        return [Finding(f"The audit holds: {number:,} entries, the last one {last[:SHOWN_OF_HASH]}.")]
    more = f" and {len(broken) - FAULTS_SHOWN} more" if len(broken) > FAULTS_SHOWN else ""
    text = f"The audit is broken: {'; '.join(broken[:FAULTS_SHOWN])}{more}. {AFTER_A_BREAK}"
    return [Finding(text, wrong=True)]


async def _discord(settings: config.Settings) -> Iterable[Finding]:
    if settings.discord_token is None:
        text = "There is no Discord token: set REJECTION_WATCH_DISCORD_TOKEN (or …_FILE), or the key discord_token."
        return [Finding(text, wrong=True)]
    from bot.client import examine as look

    looked: Awaitable[Iterable[tuple[str, bool]]] = look(settings)
    return [Finding(text, wrong=wrong) for text, wrong in await looked]
