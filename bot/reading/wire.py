"""Posts and readings as JSON objects: the input of `read` and `replay`, the output of `read`, and the stored form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.errors import InputError
from bot.model import (
    Claim,
    Facts,
    Format,
    Kind,
    Mention,
    Post,
    Reading,
    Signal,
)
from bot.reading.stored import reading_from, reading_kept

__all__ = ["Json", "instant", "post_from", "reading_from", "reading_kept", "reading_to"]

Json = dict[str, Any]
_JSON = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}
_OPTIONAL = ("title", "author_key", "parent_key", "url", "platform")


def post_from(given: Mapping[str, Any]) -> Post:
    """The post that a JSON object describes; unknown fields are ignored. Raises InputError, which names the field."""
    if not isinstance(given, Mapping):
        raise InputError(f"A post must be a JSON object, not {_what(given)}.")
    texts = {name: _text(given, name) for name in _OPTIONAL}
    source, key = _needed(given, "source"), _needed(given, "key")
    text = given.get("text")
    if not isinstance(text, str):
        raise InputError(f'The field "text" must be there and be text, not {_what(text)}.')
    return Post(
        source=source, key=key, text=text, posted_at=instant(given.get("posted_at")), format=_format(given), **texts
    )


def _needed(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f'The field "{name}" must be there and be text that is not empty, not {_what(value)}.')
    return value


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f'The field "{name}" must be text or null, not {_what(value)}.')
    return value


def _what(value: object) -> str:
    """What stands there, in the words of JSON."""
    return "empty text" if value == "" else _JSON.get(type(value), "something else")


def _format(given: Mapping[str, Any]) -> Format | None:
    value = given.get("format")
    if value is None:
        return None
    try:
        return Format(value)
    except ValueError:
        raise InputError(f'The field "format" must be one of {", ".join(Format)}, not {str(value)[:40]!r}.') from None


def instant(value: object) -> datetime | None:
    """An ISO 8601 time with its offset; None stays None. Raises InputError."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InputError(
            'The field "posted_at" must be an ISO 8601 time with an offset, such as "2026-11-21T18:00:00Z", '
            f"not {str(value)[:40]!r}."
        )
    return at


def reading_to(key: str | int | None, reading: Reading, *, explain: bool = True) -> Json:
    """A reading as the line that `read` prints: fields and order are promised; `signals` only if explained."""
    return {
        "key": key,
        "kind": reading.kind.value,
        "probability": _chances(reading.probability),
        "reportable": reading.reportable,
        "facts": _facts(reading.facts),
        "platform": reading.platform,
        "mentions": [_mention(mention) for mention in reading.mentions],
        "claims": [_claim(claim) for claim in reading.claims],
        "signals": [_signal(signal) for signal in reading.signals] if explain else [],
    }


def _chances(probability: Mapping[Kind, float]) -> Json:
    return {kind.value: round(probability.get(kind, 0.0), 6) for kind in Kind}


def _facts(facts: Facts) -> Json:
    amount = facts.amount
    return {
        "n_rejected": facts.n_rejected,
        "n_submitted": facts.n_submitted,
        "share": facts.share.value if facts.share else None,
        "amount": {"value": float(amount.value), "currency": amount.currency} if amount else None,
        "first_hand": facts.first_hand,
        "reversal": facts.reversal.value if facts.reversal else None,
        "cause": facts.cause.value if facts.cause else None,
        "happened_at": facts.happened_at.isoformat() if facts.happened_at else None,
    }


def _mention(mention: Mention) -> Json:
    return {"text": mention.text, "account_key": mention.account_key, "origin": mention.origin.value}


def _claim(claim: Claim) -> Json:
    return {
        "mention": _mention(claim.mention) if claim.mention else None,
        "kind": claim.kind.value,
        "probability": _chances(claim.probability),
        "facts": _facts(claim.facts),
    }


def _signal(signal: Signal) -> Json:
    return {"name": signal.name, "quote": signal.quote, "weight": signal.weight}
