"""Events and alerts as JSON objects: what `decide` reads and writes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, TypeVar

from bot.errors import InputError
from bot.model import (
    Alert,
    Amount,
    Batch,
    Cause,
    Decision,
    Facts,
    Report,
    Reversal,
    Share,
    Stance,
    Task,
    Verdict,
    Voice,
)

_Choice = TypeVar("_Choice", bound=StrEnum)

UNNAMED: Final = "post:"
"""The key of a voice that gave no name begins so: it speaks once."""
_YEARS = range(1990, 2200)  # what lies outside is no date of a post, and arithmetic on it may overflow
_SHOWN = 80  # characters of what was given, in an error
_CENT = 4  # decimals of points in an alert: the receipt is for people, and its lines still sum to its score


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one account: a report (of any stance), a verdict, or a batch."""

    at: datetime
    account_key: str
    platform: str | None
    what: Report | Verdict | Batch


def event_from(record: object) -> Event:
    """One event of the stream. Raises InputError with the field and what is wrong with it."""
    if not isinstance(record, Mapping):
        raise InputError("an event must be a JSON object")
    key, at, kind = _text(record, "key"), _at(record), _text(record, "type")
    if kind == "verdict":
        what: Report | Verdict | Batch = _verdict(record, key, at)
    elif kind == "batch":
        what = _batch(record, key, at)
    elif kind in tuple(Stance):
        what = _report(record, key, at, Stance(kind))
    else:
        raise InputError(f"type is {_shown(kind)}; it must be report, contrary, reversal, verdict or batch")
    return Event(at, _text(record, "account_key"), _maybe_text(record, "platform"), what)


def alert_to(alert: Alert, account_key: str) -> dict[str, object]:
    """The alert as one line of output. Its rounded terms sum to its rounded score."""
    why = [{"term": term.term, "points": round(term.points, _CENT)} for term in alert.why]
    return {
        "at": alert.at.isoformat(),
        "account_key": account_key,
        "reason": alert.reason.value,
        "stage": alert.stage.value,
        "public": alert.public,
        "score": round(math.fsum(round(term.points, _CENT) for term in alert.why), _CENT),
        "why": why,
    }


def _report(record: Mapping[str, object], key: str, at: datetime, stance: Stance) -> Report:
    probability = _number(record, "probability", high=1)
    source = _maybe_text(record, "source")
    return Report(
        key=key,
        at=at,
        voice=_voice(record, key, source),
        stance=stance,
        probability=0.5 if probability is None else probability,
        facts=_facts(record),
        source=source,
        same_text_as=_maybe_text(record, "same_text_as"),
    )


def _voice(record: Mapping[str, object], key: str, source: str | None) -> Voice:
    """Who speaks. The site stands before the first colon of the reporter, else of the source.

    Without a reporter the post is a voice of its own, and what is said of its age belongs to nobody.
    """
    reporter = _maybe_text(record, "reporter")
    if reporter is None:
        return Voice(key=f"{UNNAMED}{key}", site=(source or "").partition(":")[0])
    origin = reporter if ":" in reporter else source or ""
    return Voice(
        key=reporter,
        site=origin.partition(":")[0],
        age_days=_number(record, "reporter_age_days"),
        n_posts=_count(record, "reporter_posts"),
    )


def _facts(record: Mapping[str, object]) -> Facts:
    first_hand = record.get("first_hand")
    if first_hand is not None and not isinstance(first_hand, bool):
        raise InputError(f"first_hand is {first_hand!r}; it must be true, false or null")
    return Facts(
        n_rejected=_count(record, "n_rejected"),
        n_submitted=_count(record, "n_submitted"),
        n_reversed=_count(record, "n_reversed"),
        share=_choice(record, "share", Share),
        reversal=_choice(record, "reversal", Reversal),
        cause=_choice(record, "cause", Cause),
        first_hand=first_hand,
    )


def _verdict(record: Mapping[str, object], key: str, at: datetime) -> Verdict:
    decision = _choice(record, "verdict", Decision)
    if decision is None:
        raise InputError(f"verdict is missing; it must be one of {', '.join(Decision)}")
    return Verdict(key=key, at=at, decision=decision, by=_maybe_text(record, "by") or "")


def _batch(record: Mapping[str, object], key: str, at: datetime) -> Batch:
    approval = _number(record, "approval_rate", high=100)
    task = Task(
        n_tasks=_count(record, "n_tasks"), reward=_reward(record), approval=None if approval is None else int(approval)
    )
    return Batch(key=key, at=at, task=task, reviews=_count(record, "reviews"))


def _reward(record: Mapping[str, object]) -> Amount | None:
    """The reward of one task: a number (dollars), or an amount as `read` writes it."""
    given = record.get("reward")
    if given is None:
        return None
    value, currency = (given.get("value"), given.get("currency")) if isinstance(given, Mapping) else (given, "USD")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(value, bool) or not amount.is_finite() or amount < 0:
        raise InputError(f"reward is {_shown(given)}; it must be a number from 0, or an object with value and currency")
    return Amount(amount, currency if isinstance(currency, str) else "USD")


def _at(record: Mapping[str, object]) -> datetime:
    given = _text(record, "at")
    try:
        at = datetime.fromisoformat(given.upper())
    except ValueError as error:
        raise InputError(f"at is {_shown(given)}; it must be a time in ISO 8601") from error
    if at.tzinfo is None or at.utcoffset() is None:
        raise InputError(f"at is {_shown(given)}; it must have an offset, like 2026-05-01T12:00:00+00:00")
    if at.year not in _YEARS:
        raise InputError(f"at is {_shown(given)}; its year must be from {_YEARS.start} to {_YEARS.stop - 1}")
    return at.astimezone(UTC)


def _shown(given: object) -> str:
    """What was given, as far as anybody wants to read it."""
    text = repr(given)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _text(record: Mapping[str, object], field: str) -> str:
    text = _maybe_text(record, field)
    if text is None:
        raise InputError(f"{field} is missing")
    return text


def _maybe_text(record: Mapping[str, object], field: str) -> str | None:
    """Text, None for null and for nothing but space. A whole number is taken as its digits: ids often are."""
    given = record.get(field)
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if given is not None and not isinstance(given, str):
        raise InputError(f"{field} is {_shown(given)}; it must be text")
    return given if given and given.strip() else None


def _number(record: Mapping[str, object], field: str, high: float = math.inf) -> float | None:
    given = record.get(field)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= high or math.isinf(given):
        limit = f" to {high:g}" if math.isfinite(high) else ""
        raise InputError(f"{field} is {_shown(given)}; it must be a number from 0{limit}")
    return float(given)


def _count(record: Mapping[str, object], field: str) -> int | None:
    number = _number(record, field)
    if number is not None and number % 1:
        raise InputError(f"{field} is {_shown(number)}; it must be a whole number")
    return None if number is None else int(number)


def _choice(record: Mapping[str, object], field: str, choices: type[_Choice]) -> _Choice | None:
    given = record.get(field)
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    try:
        return choices(str(given))
    except ValueError as error:
        raise InputError(f"{field} is {_shown(given)}; it must be one of {', '.join(choices)}") from error
