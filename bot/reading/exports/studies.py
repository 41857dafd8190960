"""Study and project cards as workers of Prolific, Connect, Toloka and Clickworker paste them, with or without labels.

"Title / Hosted by somebody / £2.10 • £8.40/hr / 15 mins / 240 places", on lines of their own or on one with bullets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.reading.exports.exported import CUT, Exports
from bot.reading.exports.fields import MARK, Fields

_LONGEST_LINE = 240
_LONGEST_CARD = 10  # lines
_LEAST_SAID = 2  # of pay, hourly pay, time and places, beside who it is by
_APART = re.compile(r"[ \t]{0,4}[•·|\t]{1,3}[ \t]{0,4}")
_SUM = r"(?:(?:US\$|[$£€])[ ]?\d{1,4}(?:[.,]\d{1,3})?|\d{1,4}+[.,]\d\d[ ]?[€£])"
_SPAN = r"\d{1,3}+(?:[.:]\d{1,2})?(?:[ ]?[-–][ ]?\d{1,3})?[ ]?(?:mins?|minutes?|hours?|hrs?|h|m|seconds?|secs?|s)\b"
_BITS = re.compile(
    rf"""(?=[a-z\d$£€~])(?:
      (?P<hourly>(?:avg\.?|average|rate|reward\ per\ hour|hourly\ rate)?:?[ ]?
        \(?{_SUM}[ ]?(?:/|per|an)[ ]?(?:hr|h|hour)\)?)
    | (?P<reward>(?:reward|pays?|payment|price|fixed)?:?[ ]?{_SUM}
        (?:[ ](?:per|each|/)[ ]?[a-z ]{{0,20}})?(?:[ ]reward)?)
    | (?P<duration>(?:est\.?|estimated|approx\.?|avg\.?|average|about|around|~|time|length)?:?[ ]?(?:time:?[ ])?
        ~?{_SPAN}(?:[ ]\d{{1,2}}[ ]?(?:mins?|m|s|secs?))?(?:[ ](?:to[ ]complete|average|est\.?|completion[ ]time))?)
    | (?P<available>(?:places|spots|slots)?:?[ ]?\d{{1,3}}(?:,?\d{{3}})?(?:[ ]?(?:/|of)[ ]?\d{{1,6}})?[ ]?
        (?:places?|spots?|slots?|openings?|participants|tasks?|task[ ]suites|assignments|left|available)
        (?:[ ](?:left|remaining|available|open|taken))?)
    | (?P<other>requires?[ ].{{1,60}}|accepts?[ ].{{0,4}}\d{{1,3}}[ ]?%|(?:requester[ ])?rating[ :]{{1,2}}\d.{{0,10}}
        |new!?|deadline[ :].{{1,30}}|published[ ].{{1,30}}|(?:desktop|mobile|tablet)s?|speed[ ]of[ ]acceptance.{{1,20}}
        |\d{{1,3}}[ ]?%[ ](?:approval|acceptance).{{0,10}}|job[ ]\#?\d{{1,9}})
    )[.,]?""",
    re.IGNORECASE | re.VERBOSE,
)
_HOST = re.compile(
    r"(?:(?:study |project )?(?:hosted|posted|created|offered)?[ ]?by:?|(?:researcher|requester|client|customer):?)"
    r"[ \t]{1,3}(?P<name>[^\s\d£$€].{0,80})",
    re.IGNORECASE,
)
_HOST_ABOVE = re.compile(r"(?:hosted by|researcher|requester|client|posted by):?", re.IGNORECASE)
_CLAIM = re.compile(r"\brej|denied|refus|approved", re.IGNORECASE)
_NEW = re.compile(r"(?:new|fyi|study|project|title|name|up now)\s?[:!]\s{0,3}", re.IGNORECASE)
_QUOTES = "\"'“”‘’ *"


@dataclass(slots=True)
class _Line:
    """What a line of a card says: its fields, and the bits that are none."""

    fields: Fields = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)

    @property
    def said(self) -> int:
        """How many of pay, hourly pay, time and places it gives."""
        return len(self.fields.keys() & {"hourly", "reward", "duration", "available"})


def cut_studies(lines: list[str], exports: Exports) -> list[str]:
    """The lines, each card replaced by its mark."""
    read = [_line(line) for line in lines]
    kept, i = list[str](), 0
    while i < len(lines):
        card = _card(lines, read, i) if read[i] is not None else None
        if card is None:
            kept.append(lines[i])
            i += 1
            continue
        fields, above, end = card
        del kept[len(kept) - above :]
        kept.append(exports.keep(fields, "\n".join(lines[i - above : end])))
        i = end
    return kept


def _line(text: str) -> _Line | None:
    """The line as one of a card; None if it cannot be."""
    if not text.strip() or len(text) > _LONGEST_LINE or CUT in text:
        return None
    line = _Line()
    for bit in _APART.split(MARK.sub("", text).strip(" \t•·|*-")):
        found, host = _BITS.fullmatch(bit), _HOST.fullmatch(bit)
        if found:
            line.fields.setdefault(found.lastgroup or "other", bit)
        elif host and not _CLAIM.search(bit):
            line.fields.setdefault("host", host["name"].strip(_QUOTES))
        elif bit:
            line.loose.append(bit)
    return line if line.fields else None


def _card(lines: list[str], read: list[_Line | None], start: int) -> tuple[Fields, int, int] | None:
    """The card whose first telling line is `start`: its fields, how many lines above belong to it, where it ends."""
    first = read[start]
    if first is None or first.loose:
        alone = _one_line(first) if first else None
        return (alone, 0, start + 1) if alone else None
    fields, end, at = Fields(), start, start
    while at < min(len(lines), start + _LONGEST_CARD):
        line = read[at]
        if line is None or line.loose or _again(fields, line):
            if lines[at].strip() or CUT in lines[at]:
                break
        else:
            fields, end = line.fields | fields, at + 1
        at += 1
    said = _Line(fields).said
    above = _above(lines, read, start) if said >= _LEAST_SAID else []
    known = _headed(fields, [text for _, text in above], sure=said > _LEAST_SAID) if said >= _LEAST_SAID else None
    if known is None:
        return None
    fields, taken = known
    return fields, start - above[-taken][0] if taken else 0, end


def _headed(fields: Fields, above: list[str], *, sure: bool) -> tuple[Fields, int] | None:
    """The card with its title and host, and how many of the lines above it these took; None without a host."""
    if "host" in fields:
        return fields | {"title": above[-1] if above else ""}, min(len(above), 1)
    if len(above) == 3 and _HOST_ABOVE.fullmatch(above[1].strip()):
        return fields | {"host": above[2], "title": above[0]}, 3
    if len(above) == 2 and sure:
        return fields | {"host": above[1], "title": above[0]}, 2
    return None


def _again(fields: Fields, line: _Line) -> bool:
    """Whether a line begins another card: it says what has been said."""
    return not (fields.keys() - {"other"}).isdisjoint(line.fields)


def _above(lines: list[str], read: list[_Line | None], start: int) -> list[tuple[int, str]]:
    """The paragraph above a card's first telling line, at most three lines of it, if they may belong to it."""
    found = list[tuple[int, str]]()
    spaced = start + 1 < len(lines) and not lines[start + 1].strip()  # a card with empty lines between
    for at in range(start - 1, max(-1, start - 5), -1):
        text = lines[at].strip(" \t*#")
        if not text and not found and spaced and CUT not in lines[at]:
            continue
        if not text or read[at] is not None:
            break
        if len(text) > _LONGEST_LINE or CUT in text or MARK.sub("", text) != text:
            return []
        found.insert(0, (at, text.strip(_QUOTES)))
    return found if len(found) <= 3 and not any(_CLAIM.search(text) for _, text in found[1:]) else found[-1:]


def _one_line(line: _Line) -> Fields | None:
    """The card that stands on one line: its title and who it is by are what says nothing else."""
    if line.said < _LEAST_SAID or len(line.loose) > 2 or _CLAIM.search(line.loose[-1]):
        return None
    title, host = line.loose[0], line.fields.get("host") or ("" if len(line.loose) == 1 else line.loose[1])
    if not host:
        title, _, host = title.rpartition(" by ")
    if not host or not title:
        return None
    clean = _NEW.sub("", title, count=1).strip(_QUOTES)
    return line.fields | {"host": host.strip(_QUOTES), "title": clean}
