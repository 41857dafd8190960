"""The `resolve` command's lines: names from a table, a mention from JSON, a match to JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from bot.errors import InputError
from bot.model import Candidate, Match, Mention, Name, Result

_MOST_COLUMNS = 4
_COLUMNS = "account_key, name[, platform[, activity]], separated by tabs"


def names_from_tsv(lines: Iterable[str | bytes]) -> Iterator[Name]:
    """The names of a table: UTF-8, no header, no quoting; blank lines are skipped. Owner is the account key.

    An id that comes again has one more name. Tabs at the end of a line and the case of a platform do not matter.

    Raises InputError naming the line and the reason at the first bad line.
    """
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8") if isinstance(line, bytes) else line
        except UnicodeDecodeError:
            raise InputError(f"line {number} of the names: not UTF-8") from None
        text = text.removeprefix("\ufeff").rstrip("\r\n") if number == 1 else text.rstrip("\r\n")
        if text.strip():
            yield _name(text.split("\t"), number)


def _name(columns: list[str], number: int) -> Name:
    while len(columns) > _MOST_COLUMNS and not columns[-1].strip():
        columns.pop()
    if not 2 <= len(columns) <= _MOST_COLUMNS:
        raise InputError(f"line {number} of the names: {len(columns)} columns, wanted {_COLUMNS}")
    account_key, name, platform, activity = [*[column.strip() for column in columns], "", ""][:_MOST_COLUMNS]
    if not account_key or not name:
        raise InputError(f"line {number} of the names: the {'name' if account_key else 'account key'} is empty")
    return Name(
        owner=account_key,
        account_key=account_key,
        name=name,
        platform=platform.lower() or None,
        activity=_activity(activity, number),
    )


def _activity(text: str, number: int) -> float:
    try:
        activity = float(text or 1)
    except ValueError:
        activity = math.nan
    if not 0 <= activity < math.inf:
        raise InputError(f"line {number} of the names: activity is {text[:40]!r}, wanted a number from 0 up")
    return activity


def mention_from(obj: object) -> tuple[str | int, Mention, str | None]:
    """Key, mention and platform of `{"key","mention"[,"platform"]}`; raises InputError for anything else."""
    if not isinstance(obj, Mapping):
        raise InputError("not an object with key and mention")
    key, text, platform = obj.get("key"), obj.get("mention"), obj.get("platform")
    if not isinstance(key, str | int) or isinstance(key, bool):
        raise InputError("key is missing, or neither text nor a whole number")
    if not isinstance(text, str):
        raise InputError("mention is missing or no text")
    if platform is not None and not isinstance(platform, str):
        raise InputError("platform is no text")
    where = (platform or "").strip().lower() or None
    return key, Mention(text=text, platform=where), where


def match_to(key: str | int, match: Match) -> dict[str, object]:
    """One line of the answer. `account_key` is set for found only: here an owner is an account key."""
    return {
        "key": key,
        "result": match.result.value,
        "account_key": match.owner if match.result is Result.FOUND else None,
        "probability": match.probability,
        "how": match.how,
        "candidates": [_candidate_to(candidate) for candidate in match.candidates],
    }


def _candidate_to(candidate: Candidate) -> dict[str, object]:
    return {"account_key": candidate.owner, "name": candidate.name, "probability": candidate.probability}
