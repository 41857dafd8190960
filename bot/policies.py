"""The two shipped policies, and policies from a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from bot.model import Stage
from bot.model.policy import Policy, rules

EARLY = Policy(name="early", public_from=Stage.SUSPECTED)
CAUTIOUS = Policy(name="cautious", public_from=Stage.CORROBORATED)
SHIPPED: Mapping[str, Policy] = {policy.name: policy for policy in (EARLY, CAUTIOUS)}

_UNITS = {"minutes": 60, "minute": 60, "hours": 3600, "hour": 3600, "days": 86400, "day": 86400}


def policy_from(values: Mapping[str, object]) -> Policy:
    """A policy from keys and values: `base` (early or cautious, default early) and what differs from it.

    Durations are text with a unit ("10 minutes", "14 days"). Raises SettingsError naming the key and the reason.
    """
    base = values.get("base", EARLY.name)
    if not isinstance(base, str) or base not in SHIPPED:
        raise SettingsError(f"policy: base is {base!r}; it must be one of {', '.join(SHIPPED)}")
    changed = {key: _value(key, value) for key, value in values.items() if key != "base"}
    policy = Policy(**(asdict(SHIPPED[base]) | changed))
    _check_order(policy)
    return policy


def load(path: Path) -> Policy:
    """The policy in a TOML file. Raises SettingsError with file, key and reason."""
    try:
        return policy_from(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{path}: the policy cannot be read: {why}.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: the policy is not TOML: {error}") from error
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _value(key: str, value: object) -> Any:
    """`value` as the kind of thing that the policy has at `key`, within its bounds."""
    if key != "name" and key not in rules():
        raise SettingsError(f"policy: {key} is not a number of the rules; they are {', '.join(rules())}")
    sample = getattr(EARLY, key)
    if isinstance(sample, bool):
        return _switch(key, value)
    if isinstance(sample, Stage):
        return _stage(key, value)
    if isinstance(sample, str):
        return _text(key, value)
    if isinstance(sample, timedelta):
        return _duration(key, value)
    return _number(key, value, sample)


def _number(key: str, value: object, sample: float) -> float:
    whole = isinstance(sample, int)
    if isinstance(value, bool) or not isinstance(value, int | float) or (whole and value % 1):
        raise SettingsError(f"policy: {key} is {value!r}; it must be a {'whole ' * whole}number")
    _check_bounds(key, value)
    return type(sample)(value)


def _stage(key: str, value: object) -> Stage:
    allowed = (Stage.SUSPECTED, Stage.CORROBORATED, Stage.CONFIRMED)
    if value not in allowed:
        raise SettingsError(f"policy: {key} is {value!r}; it must be one of {', '.join(allowed)}")
    return Stage(str(value))


def _switch(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"policy: {key} is {value!r}; it must be true or false")
    return value


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"policy: {key} is {value!r}; it must be a word")
    return value.strip()


def _duration(key: str, value: object) -> timedelta:
    number, _, unit = str(value).strip().partition(" ")
    try:
        duration = timedelta(seconds=float(number) * _UNITS[unit.strip()])
    except (ValueError, KeyError, OverflowError) as error:
        raise SettingsError(f'policy: {key} is {value!r}; write a time like "10 minutes" or "14 days"') from error
    _check_bounds(key, duration.total_seconds() / 3600, " hours")
    return duration


def _check_bounds(key: str, value: float, unit: str = "") -> None:
    rule = rules()[key]
    if not rule.low <= value <= rule.high:
        raise SettingsError(f"policy: {key} is {value:g}{unit}; it must be from {rule.low:g} to {rule.high:g}{unit}")


def _check_order(policy: Policy) -> None:
    """Numbers that only make sense together."""
    pairs = (
        ("suspected", "corroborated"),
        ("suspected_voices", "corroborated_voices"),
        ("fresh_age", "young_age"),
        ("fresh_posts", "young_posts"),
    )
    for lower, higher in pairs:
        if getattr(policy, lower) > getattr(policy, higher):
            raise SettingsError(f"policy: {lower} must not be more than {higher}")
