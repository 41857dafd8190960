"""Reads the profiles from TOML, strictly: a profile with a fault stops the start with file, key and reason."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.errors import ProfileError
from bot.platforms.profile import (
    Cue,
    Fact,
    IdShape,
    LinkShape,
    Marks,
    Noun,
    Pages,
    Platform,
    Platforms,
    RatingRule,
    Reversal,
    Review,
    Step,
    Words,
)
from bot.platforms.table import Table

MOST_DAYS = 3650
COUNTED_FROM = ("submission", "rejection", "review", "unknown")
NAMES = ("account", "task")

# Patterns of a profile run on hostile text: every quantifier has an upper bound, and none stands on a group but `?`.
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\]){0,200}\]")
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}|\)\{\d")


def _noun(table: Table, key: str) -> Noun:
    values = table.texts(key)
    if len(values) != 2:
        raise table.wrong(key, "must be two words: one, and many.")
    return Noun(*values)


def _words(table: Table) -> Words:
    return Words(_noun(table, "requester"), _noun(table, "task"), _noun(table, "worker"))


def _cues(table: Table) -> tuple[Cue, ...]:
    cues = tuple(Cue(text, table.take(text, float)) for text in list(table.raw))
    for cue in cues:
        if not (math.isfinite(cue.weight) and 0 < cue.weight <= 10):
            raise table.wrong(cue.text, "must be a weight above 0, up to 10.")
    return cues


def _pattern(table: Table, key: str) -> str:
    pattern = table.text(key)
    bare = re.sub(r"\\.", "x", _CLASS.sub("x", pattern))
    if _UNBOUNDED.search(bare):
        raise table.wrong(key, "must have an upper bound at every quantifier, and none on a group but `?`.")
    try:
        re.compile(pattern.replace("{account}", "").replace("{task}", ""))
    except re.error as error:
        raise table.wrong(key, f"is not a regular expression: {error}.") from None
    return pattern


def _id_shape(table: Table) -> IdShape:
    return IdShape(
        names=table.text("names", one_of=NAMES),
        pattern=_pattern(table, "pattern"),
        upper=table.text("case", one_of=("upper", "lower")) == "upper",
        bare=table.take("bare", bool),
        may_be=table.texts("may_be"),
        source=table.text("source"),
    )


def _link_shape(table: Table, ids: tuple[IdShape, ...]) -> LinkShape:
    hosts = table.texts("hosts")
    path = _pattern(table, "path")
    for shape in ids:
        group = f"(?P<{shape.names}>{shape.pattern})(?![0-9A-Za-z])"
        path = path.replace("{" + shape.names + "}", group)
    # A host counts as a whole only: no sandbox, no `notmturk.com`, no `mturk.com.example.org`.
    host = "|".join(re.escape(host) for host in hosts)
    regex = re.compile(rf"(?:https?://|(?<![\w.@-]))(?:{host})(?::\d{{1,5}})?{path}", re.IGNORECASE | re.ASCII)
    if not regex.groupindex:
        raise table.wrong("path", "must hold {account} or {task}, and an [[ids]] table must describe it.")
    if not regex.match(table.text("example")):
        raise table.wrong("example", "is not an address of this shape.")
    return LinkShape(name=table.text("name"), hosts=hosts, regex=regex)


def _marks(table: Table) -> Marks:
    return Marks(worker=table.texts("worker", []), requester=table.texts("requester", []))


def _page(table: Table, key: str, slot: str) -> str | None:
    page = table.text(key) if key in table.raw else None
    if page and not (page.startswith("https://") and page.count(slot) == 1):
        raise table.wrong(key, f"must be an https address with {slot} in it once.")
    return page


def _pages(table: Table) -> Pages:
    return Pages(_page(table, "requester", "{account}"), _page(table, "task", "{task}"))


def _closed(table: Table) -> tuple[date, str]:
    return table.take("on", date), table.text("source")


def _rating(table: Table) -> RatingRule:
    gates: list[object] = table.take("gates", list)
    whole = [gate for gate in gates if type(gate) is int and 1 <= gate <= 99]
    if not gates or gates != sorted(set(whole), reverse=True):
        raise table.wrong("gates", "must be whole per cents from 99 to 1, falling.")
    full_below = table.number("full_below", 0, 1_000_000)
    return RatingRule(full_below=full_below, gates=tuple(whole), text=table.text("text"), source=table.text("source"))


def _days(table: Table, key: str) -> timedelta:
    return timedelta(days=table.number(key, 0, MOST_DAYS))


def _reversal(table: Table) -> Reversal:
    return Reversal(
        open_for=_days(table, "days") if "days" in table.raw else None,
        counted_from=table.text("counted_from", one_of=COUNTED_FROM),
        by=table.text("by"),
        text=table.text("text"),
        source=table.text("source"),
    )


def _review(table: Table) -> Review:
    least, most = _days(table, "min_days"), _days(table, "max_days")
    if least > most:
        raise table.wrong("min_days", "must not be above max_days.")
    return Review(least_for=least, most_for=most, text=table.text("text"), source=table.text("source"))


def _step(table: Table) -> Step:
    return Step(table.text("text"), table.text("source"), table.take("open_only", bool, default=False))


def _fact(table: Table) -> Fact:
    return Fact(table.text("key"), table.text("text"), table.text("source"))


def _sources(table: Table) -> tuple[frozenset[str], tuple[str, ...]]:
    subreddits = frozenset(name.lower() for name in table.texts("subreddits"))
    return subreddits, tuple(host.lower() for host in table.texts("hosts"))


def _platform(table: Table, stem: str) -> Platform:
    key = table.text("key")
    if key != stem or not re.fullmatch(r"[a-z][a-z0-9-]{1,31}", key):
        raise table.wrong("key", "must be the file's name without .toml: lower-case letters, digits and dashes.")
    ids = table.tables("ids", _id_shape)
    closed_on, closed_source = table.maybe("closed", _closed) or (None, None)
    subreddits, hosts = table.table("sources", _sources)
    recourse = table.tables("recourse", _step)
    if not recourse:
        raise table.wrong("recourse", "is missing: a worker must be told what to do.")
    return Platform(
        key=key,
        name=table.text("name"),
        shows_account_id=table.take("shows_account_id", bool),
        words=table.table("words", _words),
        cues=table.table("cues", _cues),
        ids=ids,
        links=table.tables("links", lambda row: _link_shape(row, ids)),
        subreddits=subreddits,
        hosts=hosts,
        recourse=recourse,
        facts=table.tables("facts", _fact),
        marks=table.maybe("marks", _marks) or Marks(),
        pages=table.maybe("pages", _pages) or Pages(),
        closed_on=closed_on,
        closed_source=closed_source,
        rating=table.maybe("rating", _rating),
        reversal=table.maybe("reversal", _reversal),
        review=table.maybe("review", _review),
    )


def read_profile(text: str, file: str) -> Platform:
    """The profile in `text` (TOML); `file` is its name, for messages. Raises ProfileError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{file}: is not TOML: {error}.") from None
    table = Table(raw, file)
    platform = _platform(table, file.removesuffix(".toml"))
    table.close()
    return platform


def _read_file(file: Traversable) -> Platform:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{file.name}: cannot be read: {error}.") from None
    return read_profile(text, file.name)


def _load(folder: Traversable) -> Platforms:
    try:
        found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    except OSError as error:
        raise ProfileError(f"{folder}: the folder of platform profiles cannot be read: {error}.") from None
    if not found:
        raise ProfileError(f"{folder}: there is no platform profile (*.toml) here.")
    return Platforms(tuple(_read_file(file) for file in found))


@cache
def _packaged() -> Platforms:
    return _load(files(__package__))


def load(folder: Traversable | Path | None = None) -> Platforms:
    """All profiles (`*.toml`) of `folder`, by default those of the package. Raises ProfileError."""
    return _packaged() if folder is None else _load(folder)
