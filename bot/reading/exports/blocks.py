"""Exports of several lines, a field each: MTurk Suite, HIT Scraper, Mturk Engine and what users make of them by hand.

brandonhellman/mturk-suite, parseHex/hit-scraper, Anveio/mturk-engine and what JohnnyRS/PandaCrazy-Max reads from
forums: the same few fields in different order and markup. So a block is what has enough of the fields, in any order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.reading.exports.exported import CUT, Exports
from bot.reading.exports.fields import MARK, Field, Fields, field_of

_LEAST = 3  # fields of a block that names somebody; two, if a link or id says who it is
_LEAST_NAMELESS = 4
_MOST_BLANK = 4  # empty lines inside a block: paragraphs of HTML
_LONGEST_DESCRIPTION = 4  # lines
_INLINE_NAMES = (
    r"hit title|title|requester|req|researcher|hosted by|reward|pay|duration|time|hits available|available|avail"
    r"|description|qualifications?|requirements|group id|avg hourly|panda|preview|accept|qual description|turkerview"
    r"|tv|to ?[12]?|limit|hit|contact|auto approval|places|number of reviews|tos flags"
)
_INLINE = re.compile(
    rf"(?<=[^\s|•·])(?<!\bhit)(?<!\bhits)(?<!\bqual)[ \t|•·]{{1,6}}(?=(?:{_INLINE_NAMES}):\s?)", re.IGNORECASE
)
_LEAST_INLINE = 2  # breaks in a line that holds a whole export
_FOLLOWS = frozenset(("title", "requester", "host", "reward", "available", "duration"))  # value on the next line
_QUALIFIED = re.compile(r"EqualTo|approval rate|approved HITs|^\s{0,3}None\b|Masters|Location|has been granted")
_REFUSED = re.compile(r"\brej|denied|refus|not approved", re.IGNORECASE)
_COMMENT = re.compile(r" [—–-] |[,;:!—]\s|\s\(|\.\s|\s(?=(?:mass|has|just|rejected|is|are|have|they)\b)")
_LINKS_ONLY = re.compile(
    r"(?:\ue000\d{1,5}\ue001|[0-9A-Z]{20,40}\b|\[[^\]\n]{0,60}\]|(?:no reviews|unavailable|not available|no data)\b"
    r"|[A-Za-z]{2,8}=\S{1,20}|[•|*\s,.·-]){0,40}+",
    re.IGNORECASE,
)
_NUMBER_ONLY = re.compile(
    r"[\s$£€~]{0,4}+[\d.,]{0,12}+(?:\s?(?:usd|gbp|eur|each|/hit|per hit|hits?|/hr|per hour|places|left|[•|*.])){0,4}+",
    re.IGNORECASE,
)
_ONLY = dict.fromkeys(("accept", "group", "to", "tv"), _LINKS_ONLY) | dict.fromkeys(
    ("reward", "available", "hourly"), _NUMBER_ONLY
)


def cut_blocks(lines: list[str], exports: Exports) -> list[str]:
    """The lines with each block replaced by its mark, and what somebody added to its last field behind that."""
    lines = [part for line in lines for part in _apart(line)]
    given = [field_of(line) for line in lines]
    kept, i = list[str](), 0
    while i < len(lines):
        block = _block(lines, given, i)
        if block.end > i and _enough(block, lines, i, exports):
            added = _added(block)
            kept.append(exports.keep(block.fields, "\n".join(lines[i : block.end])) + added)
        else:
            kept += lines[i : max(block.end, i + 1)]
        i = max(block.end, i + 1)
    return kept


def _apart(line: str) -> list[str]:
    """A line that holds a whole export, as many lines; any other as it is."""
    if line.count(":") <= _LEAST_INLINE or ("req" not in (low := line.lower()) and "hosted" not in low):
        return [line]
    parts = _INLINE.split(line)
    return [part for part in parts if part.strip(" •") != "MASTERS"] if len(parts) > _LEAST_INLINE else [line]


@dataclass(slots=True)
class _Block:
    """A run of fields: what they say, where the run ends, which field was last, who is added to the requester."""

    end: int
    fields: Fields = field(default_factory=dict)
    last: Field = Field("", "")  # noqa: RUF009 - a tuple does not change


def _block(lines: list[str], given: list[Field | None], start: int) -> _Block:
    """The run of fields that begins at `start`; it ends there if none does."""
    block, i = _Block(start), start
    while i < len(lines):
        found = given[i]
        if found is None:
            if not block.fields or not _goes_on(lines, given, i, block.last.name):
                break
        elif found.name in block.fields and found.name in ("title", "requester", "host"):
            break
        else:
            if not found.value and _value_below(found.name, lines, given, i):
                i += 1
                found = Field(found.name, lines[i].strip())
            if found.value or found.name not in block.fields:
                block.fields.setdefault(*found)
            block.last, block.end = found, i + 1
        i += 1
    return block


def _value_below(name: str, lines: list[str], given: list[Field | None], at: int) -> bool:
    """Whether the next line is the value of a field that stands alone, as in a table: another field follows it."""
    if at + 1 >= len(lines) or given[at + 1] is not None or not lines[at + 1].strip():
        return False
    if name == "qualification":
        return _QUALIFIED.search(lines[at + 1]) is not None
    return name in _FOLLOWS and at + 2 < len(lines) and given[at + 2] is not None


def _goes_on(lines: list[str], given: list[Field | None], at: int, last: str) -> bool:
    """Whether the block goes on behind a line that is no field: an empty one, or more of a description."""
    reach = _LONGEST_DESCRIPTION if last == "description" else 0
    if not lines[at].strip() and CUT not in lines[at]:
        reach = max(reach, _MOST_BLANK)
    for there in range(at + 1, min(at + 1 + reach, len(lines))):
        found = given[there]
        if found is not None:
            return found.name != "title" or last != "description"
        if last != "description" and lines[there].strip():
            return False
    return False


def _enough(block: _Block, lines: list[str], start: int, exports: Exports) -> bool:
    """Whether a run of fields is an export: it has so many of them, fewer if it says who it is by a link or id."""
    n = len(block.fields)
    named = "requester" in block.fields or "host" in block.fields
    if n >= (_LEAST if named else _LEAST_NAMELESS) and (named or {"title", "reward"} <= block.fields.keys()):
        return True
    return n >= _LEAST - named and exports.account("\n".join(lines[start : block.end])) is not None


def _added(block: _Block) -> str:
    """What somebody wrote behind the last field, or behind the requester's name: it is theirs, not the export's."""
    added = list[str]()
    who = block.fields.get("requester", block.fields.get("host", ""))
    if _REFUSED.search(who):
        cut = _COMMENT.search(who)
        if cut:
            key = "requester" if "requester" in block.fields else "host"
            block.fields[key] = who[: cut.start()]
            added.append(who[cut.end() :])
    only = _ONLY.get(block.last.name)
    if only and (match := only.match(block.last.value)):
        added.append(block.last.value[match.end() :])
    said = " ".join(part.strip(" •|*-") for part in added)
    return f" {said}" if " " in said.strip() and ":" not in said and not MARK.search(said) else ""
