"""When it happened: "yesterday", "3 weeks ago", "back in 2022", "on 11/17", measured from when it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PAST_AFTER = timedelta(days=30)  # told later than this, a rejection is history (docs/decisions.md)

_DAYS = {"minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24, "day": 1, "night": 1, "week": 7, "wk": 7,
         "month": 30.4, "year": 365.25, "yr": 365.25}  # fmt: skip
_SMALL = {"a": 1, "an": 1, "one": 1, "two": 2, "couple": 2, "couple of": 2, "three": 3, "few": 3, "several": 4,
          "four": 4,
          "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}  # fmt: skip
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

_AGO = re.compile(
    r"\b(\d{1,3}|a|an|one|two|couple of|couple|three|few|several|four|five|six|seven|eight|ten)\+? "
    r"(minute|min|hour|hr|day|night|week|wk|month|year|yr)s? (?:ago|back|earlier)\b"
)
_LAST = re.compile(
    r"\blast (night|week|month|year|summer|winter|spring|fall|autumn|christmas)\b(?! of\b)"
    r"|\bthe (year|summer|winter|spring|fall|autumn) before\b"
)
_TODAY = re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening)|just now|right now)\b")
_YESTERDAY = re.compile(r"\byesterday\b|\bday before\b")
_YEAR = re.compile(
    r"\b(?:in|back in|since|of|summer|early|late|mid|fall|spring|winter|"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6},?)"
    r" ?(19\d\d|20[0-3]\d)\b(?! (?:hit|task|rej|of|stud|subm))"
)
_MONTH = re.compile(
    r"\b(?:in|back in|last|since|early|late|mid|(?:week|weeks|days|end|start|beginning|middle) of) "
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b"
)
_ISO = re.compile(r"\b(20[0-3]\d)-(\d\d)-(\d\d)\b")
_SLASHED = re.compile(r"\bon (\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?\b|\b(\d{1,2})/(\d{1,2})/(\d{2,4})\b")
_VAGUE = re.compile(
    r"\b(?:years|months|ages) (?:ago|back)\b|\bback when\b|\bway back\b|\blong (?:time )?ago\b|\bremember when\b"
    r"|\bwhen i (?:first )?started\b|\bback then\b|\bold days\b|\bhace (?:\w{1,10} )?(?:a[nñ]os|meses)\b"
    r"|\bel a[nñ]o pasado\b"
    r"|\bano passado\b|\b(?:anos|meses) atr[aá]s\b"
)
_CLUES = (
    "ago", "last", "back", "before", "today", "tonight", "this ", "just", "right now", "yesterday", "day before",
    "19", "20", "/", " in ", "early", "late ", "mid ", "week", "end of", "start of", "middle of", "since", "earlier",
    "remember", "started", "old days", "hace", "pasado", "passado", "atr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class When:
    """How long before the writing it happened, where in the text that is said, and the words."""

    age: timedelta
    start: int
    quote: str
    vague: bool = False

    @property
    def past(self) -> bool:
        """Whether that is too long ago to be news."""
        return self.age > PAST_AFTER

    def at(self, posted_at: datetime | None) -> datetime | None:
        """The instant, if it is known when the post was written and the words say more than "long ago"."""
        if posted_at is None or self.vague:
            return None
        try:
            return posted_at - self.age
        except OverflowError:
            return None


def whens(low: str, posted_at: datetime | None) -> list[When]:
    """The times named in a sentence (small letters), in the order of the text."""
    if not any(map(low.__contains__, _CLUES)):
        return []
    found = [
        *(_when(m, _DAYS[m[2]] * (_SMALL.get(m[1]) or int(m[1]))) for m in _AGO.finditer(low)),
        *(_when(m, _DAYS.get(m[1] or m[2], 200)) for m in _LAST.finditer(low)),
        *(_when(m, 0.0) for m in _TODAY.finditer(low)),
        *(_when(m, 1.0) for m in _YESTERDAY.finditer(low)),
        *(When(timedelta(days=400), m.start(), m[0], vague=True) for m in _VAGUE.finditer(low)),
        *_dated(low, posted_at),
    ]
    return sorted(found, key=lambda when: when.start)


def _when(match: re.Match[str], days: float) -> When:
    return When(timedelta(days=days), match.start(), match[0])


def _dated(low: str, posted_at: datetime | None) -> list[When]:
    """Calendar dates. Without the day of writing a bare year is a retelling, and a day and month say nothing."""
    found = []
    for m in _YEAR.finditer(low):
        month = _MONTHS.index(m[1]) + 1 if m[1] else 12
        found += _since(m, posted_at, int(m[2]), month, 28) or (
            [When(timedelta(days=400), m.start(), m[0], vague=True)] if posted_at is None else []
        )
    for m in _ISO.finditer(low):
        found += _since(m, posted_at, int(m[1]), int(m[2]), int(m[3]))
    for m in _MONTH.finditer(low) if posted_at else ():
        month = _MONTHS.index(m[1]) + 1
        found += _since(m, posted_at, posted_at.year - (month > posted_at.month), month, 28) if posted_at else []
    for m in _SLASHED.finditer(low) if posted_at else ():
        month, day = int(m[1] or m[4]), int(m[2] or m[5])
        found += _slashed(m, posted_at, month, day, m[3] or m[6])
    return found


def _slashed(match: re.Match[str], posted_at: datetime | None, month: int, day: int, year: str | None) -> list[When]:
    if posted_at is None:
        return []
    if month > 12:
        month, day = day, month
    full = (
        int(year) + (2000 if len(year) == 2 else 0)
        if year
        else posted_at.year - ((month, day) > (posted_at.month, posted_at.day))
    )
    return _since(match, posted_at, full, month, day)


def _since(match: re.Match[str], posted_at: datetime | None, year: int, month: int, day: int) -> list[When]:
    """The time from that day to the writing; a month or year still running counts from the day of writing."""
    if posted_at is None:
        return []
    try:
        then = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return []
    age = max(posted_at - then, timedelta())
    return [When(age, match.start(), match[0])]
