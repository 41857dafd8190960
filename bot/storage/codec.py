"""Nouns that we store whole, as JSON: written by what they hold, read by their type hints."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

Decode = Callable[[Any], Any]


def dump(value: object) -> str:
    """One noun, or a tuple or mapping of them, as ASCII JSON: it holds any text, NUL and lone surrogates too."""
    return json.dumps(plain(value), separators=(",", ":"))


def load(kind: Any, text: str) -> Any:
    """What `dump` wrote, as `kind` (a type, or a form like `tuple[Term, ...]`). Fields we do not know are left out."""
    return decoder(kind)(json.loads(text))


def plain(value: object) -> Any:
    """As JSON knows it. What says nothing (None, an empty tuple) is left out of a noun."""
    if is_dataclass(value):
        held = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: plain(part) for name, part in held if part is not None and part != ()}
    if isinstance(value, Mapping):
        return {plain(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@cache
def decoder(kind: Any) -> Decode:
    """The function that makes a `kind` of plain JSON; built once a type."""
    origin, of = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        inner = decoder(next(part for part in of if part is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple(of)
    if origin is not None and issubclass(origin, Mapping):
        name, part = decoder(of[0]), decoder(of[1])
        return lambda value: {name(key): part(held) for key, held in value.items()}
    if is_dataclass(kind):
        return _noun(cast(type, kind))
    if kind is datetime:
        return datetime.fromisoformat
    return cast(Decode, kind) if kind in (Decimal, float) or _is_word(kind) else lambda value: value


def _is_word(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _tuple(of: tuple[Any, ...]) -> Decode:
    if of[-1] is Ellipsis:
        part = decoder(of[0])
        return lambda value: tuple(part(held) for held in value)
    parts = [decoder(kind) for kind in of]
    return lambda value: tuple(part(held) for part, held in zip(parts, value, strict=True))


def _noun(kind: type) -> Decode:
    hints = get_type_hints(kind)
    parts = {field.name: decoder(hints[field.name]) for field in fields(kind)}
    # A field without a default that was left out was None or an empty tuple.
    needed = {
        field.name: () if get_origin(hints[field.name]) is tuple else None
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    }

    def decode(value: Any) -> Any:
        told = {name: part(value[name]) for name, part in parts.items() if name in value}
        return kind(**{**needed, **told})

    return decode
