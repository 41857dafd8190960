"""The simple rules beside ours, on the same events: a number at every claim, and a threshold that is swept.

Each warns where its number reaches the threshold, at most once in a fortnight about one account.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Final

from bot.alerts.wire import Event
from bot.model import Report, Stance
from bot.simulation.scribe import BEGAN

Track = list[tuple[float, float]]
"""(hour, number) at each claim about one account."""

REST = 14 * 24.0
_CLAIM = 0.5  # what is likelier than not a claim is one
_HALF_LIFE = 96.0
_BLANK = math.log(0.2 / 0.8)  # a reading this sure says nothing (`Policy.neutral`)
_MOST = 4.0
_LEAST_DEVIATION = 0.5  # of daily counts: quiet accounts have none
_BASE_DAYS = range(3, 10)  # EARS C2: seven days, two days back


def tracks(events: Iterable[Event], number: Callable[[list[Report]], Track]) -> dict[str, Track]:
    """The rule's number at each claim, by account. Copies count nowhere."""
    by_account: dict[str, list[Report]] = {}
    for event in events:
        if isinstance(event.what, Report) and event.what.same_text_as is None:
            by_account.setdefault(event.account_key, []).append(event.what)
    return {account: track for account, reports in by_account.items() if (track := number(reports))}


def _hour(report: Report) -> float:
    return (report.at - BEGAN) / timedelta(hours=1)


def _claims(reports: list[Report]) -> list[float]:
    return [_hour(each) for each in reports if each.stance is Stance.REPORT and each.probability >= _CLAIM]


def count(reports: list[Report]) -> Track:
    """Claims in the last 24 hours."""
    hours = _claims(reports)
    return [(hour, place + 1 - bisect_left(hours, hour - 24)) for place, hour in enumerate(hours)]


def points(reports: list[Report]) -> Track:
    """Log-odds added up over people, each by their surest post, halved every four days, less contrary voices."""
    best: dict[str, tuple[float, float]] = {}
    track: Track = []
    for each in reports:
        hour, logit = _hour(each), math.log(each.probability / (1 - each.probability))
        if each.stance is Stance.REPORT:
            value = min(_MOST, logit - _BLANK)
        elif each.stance is Stance.CONTRARY:
            value = -0.7
        else:
            continue
        if each.stance is Stance.REPORT and (value <= 0 or value < best.get(each.voice.key, (0.0, 0.0))[1]):
            continue
        best[each.voice.key] = (hour, value)
        if value > 0:
            track.append((hour, sum(v * 0.5 ** ((hour - at) / _HALF_LIFE) for at, v in best.values())))
    return track


def c2(reports: list[Report]) -> Track:
    """EARS C2: claims of the last 24 hours, in standard deviations above a week that ended two days before."""
    hours = _claims(reports)
    track: Track = []
    for place, hour in enumerate(hours):
        ends = [bisect_left(hours, hour - 24 * day) for day in (*_BASE_DAYS, _BASE_DAYS.stop)]
        days = [later - earlier for later, earlier in pairwise(ends)]
        mean = sum(days) / len(days)
        deviation = math.sqrt(sum((day - mean) ** 2 for day in days) / (len(days) - 1))
        now = place + 1 - bisect_left(hours, hour - 24)
        track.append((hour, (now - mean) / max(_LEAST_DEVIATION, deviation)))
    return track


RIVALS: Final[Mapping[str, tuple[Callable[[list[Report]], Track], tuple[float, ...]]]] = {
    "k reports in 24 h": (count, tuple(float(k) for k in range(1, 41))),
    "points rule": (points, tuple(k / 2 for k in range(2, 121))),
    "EARS C2": (c2, tuple(k / 2 for k in range(2, 121))),
}
"""By name: the rule, and the thresholds that are swept."""


def warnings(found: Mapping[str, Track], threshold: float) -> list[tuple[float, str]]:
    """(hour, account) of every warning of the year at that threshold."""
    told: list[tuple[float, str]] = []
    for account, track in found.items():
        quiet_until = -math.inf
        for hour, number in track:
            if number >= threshold and hour >= quiet_until:
                quiet_until = hour + REST
                if hour >= 0:
                    told.append((hour, account))
    return sorted(told)
