"""Reads posts that somebody judged, as JSON lines: a post as `read` takes it, with what it means beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.errors import InputError
from bot.evaluation.corpus import NOWHERE
from bot.evaluation.examples import Example, Expected, Fact
from bot.lines import bounded, parse
from bot.model import Kind
from bot.reading.wire import post_from

_FACTS = ("n_rejected", "n_submitted", "share", "reversal", "cause")


def load(path: Path, wrong: Callable[[str], None]) -> list[Example]:
    """The posts of a file. Needed are `key`, `text` and `kind`; what is not judged is left out.

    `wrong` is told of each line that is no such post, with file, number and reason; the others count without it.
    Raises InputError for a file that cannot be read at all.
    """
    examples = []
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(bounded(file), 1):
                try:
                    if raw.strip():
                        examples.append(_example(raw, path, number))
                except InputError as error:
                    wrong(str(error))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    return examples


def _example(raw: bytes, path: Path, number: int) -> Example:
    where = f"{path}:{number}"
    try:
        found = parse(raw)
        given = {**found, "key": str(found.get("key") or number), "source": found.get("source") or NOWHERE}
        return Example(
            post=post_from(given), expected=_expected(found), theme=str(found.get("theme") or path.stem), where=where
        )
    except InputError as error:
        raise InputError(f"{where}: {str(error).rstrip('.')}.") from error


def _expected(found: dict[str, Any]) -> Expected:
    try:
        kind = Kind(str(found.get("kind")))
    except ValueError:
        raise InputError(f'The field "kind" must be one of {", ".join(Kind)}') from None
    reportable = found.get("reportable")
    if reportable is not None and not isinstance(reportable, bool):
        raise InputError('The field "reportable" must be true, false or null')
    return Expected(
        kind=kind,
        reportable=reportable,
        requesters=_several(found, "requester"),
        account_keys=_several(found, "account_key"),
        facts={name: _fact(found, name) for name in _FACTS if name in found},
    )


def _several(found: dict[str, Any], name: str) -> tuple[str, ...]:
    """One name, or several joined by "; "."""
    value = found.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f'The field "{name}" must be text or null')
    return tuple(part.strip() for part in (value or "").split("; ") if part.strip())


def _fact(found: dict[str, Any], name: str) -> Fact:
    value: object = found[name]
    wanted = int if name.startswith("n_") else str
    if value is None or (isinstance(value, int | str) and type(value) is wanted):
        return value
    raise InputError(f'The field "{name}" must be {"a whole number" if wanted is int else "text"} or null')
