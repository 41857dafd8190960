"""The fields that exports are made of: what a line of one says, its label without links, money, counts, ratings."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from bot.model import Amount
from bot.reading.words import word_set

_LINK = r"\ue000\d{1,5}\ue001"
MARK = re.compile(r"\ue000(\d{1,5})\ue001")
BRACKET_ID = re.compile(r"[\[(]\s?(A[0-9A-Z]{9,20})\s?[\])]")

# Spellings of each field. The scripts' own, what their users write by hand, and what other platforms call it.
_SPELLINGS = {
    "title": "title|hit title|hit name|hit|study title|study name|study|project title|project name|project|job title"
    "|task title|survey title|pool name|pool",
    "requester": "requester name|requester|requestor name|requestor|req",
    "host": "researcher name|researcher|hosted by|host|client|customer|posted by",
    "reward": "reward|pay|price|payment|payout|compensation|base pay|reward per hit|pays",
    "available": "available hits|hits available|available|avail|places available|available places|places left|places"
    "|spots left|spots|open spots|slots",
    "account": "requester id|req id|rid",
    "group": "group id|groupid|hit group|gid",
    "tv": "turkerview|tv",
    "to": "to ratings|turkopticon|to ?[12]|to",
    "qualification": "qualifications|qualification|quals|qual|requirements|qual description|qual name",
    "description": "description|desc",
    "duration": "duration|time allotted|time limit|limit|timer|time|estimated time|est\\. time|est time|average time"
    "|avg time|completion time|estimated completion time|length",
    "hourly": "avg hourly|average hourly|hourly rate|hourly|reward per hour|average reward per hour"
    "|avg reward per hour",
    "worker": "worker",
    "accept": "panda|accept|preview and accept|preview|contact|link",
    "approval": "auto approval|auto-approval|approval|aa|approves in",
    "shown": "task approval rate|requester approval rate|requester's approval rate|taskapprovalrate",
    "made by": "hit exported from|last saw|submit a new to review|number of reviews|tos flags|deadline|created|expires",
}
_CANON = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings.split("|")}
SCRIPTS_ONLY = word_set("tv to group qualification accept worker account approval")  # no study card has these
_NAMES = "|".join(sorted(_CANON, key=len, reverse=True))
_BARE = r"(?:hit exported from|(?:hit finder database )?last saw|submit a new to review)\b"
FIELD = re.compile(
    rf"(?:[\s>*_|•#\[(·–-]|{_LINK}){{0,12}}+(?=[a-z])(?:(?P<bare>{_BARE})|(?P<name>{_NAMES})"
    rf"(?:(?:[ \t*_\])]|{_LINK}|/ ?to ?2){{0,12}}+:|[ \t]{{1,3}}[|=–-](?=[ \t])"
    rf"|[*_ \t]{{0,3}}(?=\[|no reviews|not available|unavailable)))",
    re.IGNORECASE,
)
_RATING = re.compile(
    r"\[{0,2}(?:hrly|pay|fast|rate|comm|fair|pen)\s?[=:]\s?\S|\b(?:communicativity|generosity|fairness|promptness)\b",
    re.IGNORECASE,
)
_RATED = re.compile(
    r"\b(hrly|pay|approval|comm|rej|blk|fast|fair|reviews|tos|pen|res|rec|brk|rate)\s?[=:]\s?([^\[\]\s]{1,20})",
    re.IGNORECASE,
)
# The approval rate that the platform shows of a requester. "Approval rate > 98" is what they ask of workers.
_SHOWN = re.compile(
    r"\b(?:task |requester(?:'s)? )approval rate(?:[*_ ]{0,4}[:=])?[*_ ]{0,4}(\d{1,3})(?:\.\d{1,2})?[ ]?%(?!\+)",
    re.IGNORECASE,
)
_REVIEWS = re.compile(r"\b(?:reviews|number of reviews|rev)\s?[:=]\s?(\d{1,6})", re.IGNORECASE)
_NO_REVIEWS = re.compile(
    r"\bno (?:reviews|ratings|data)\b|\bunrated\b|\bnot (?:yet )?(?:reviewed|rated)\b", re.IGNORECASE
)
_ALL = 100
_SYMBOLS = re.compile(r"(\d\.\d{1,2}) (communicativity|generosity|fairness|promptness)", re.IGNORECASE)
_ALIKE = {"communicativity": "comm", "generosity": "pay", "fairness": "fair", "promptness": "fast"}

_BUTTON = re.compile(r"[ \t]{0,3}[|•][ \t]{0,3}(?:accept|panda|preview|contact)\b", re.IGNORECASE)
_BEHIND = re.compile(r"[ \t]{1,3}(?:\(?(?:to|tv|contact)\)?[ \t]{0,2}){1,3}$", re.IGNORECASE)
_MONEY = re.compile(
    r"(?P<sign>US\$|[$£€₹])?[ \t]?(?P<n>\d{1,4},\d\d(?![\d,])|\d{0,6}\.\d{1,4}|\d{1,6})"
    r"[ \t]?(?P<after>usd|gbp|eur|[€£$]|p(?!\w)|cents?(?!\w)|¢)?",
    re.IGNORECASE,
)
_CURRENCIES = {"$": "USD", "us$": "USD", "usd": "USD", "cent": "USD", "cents": "USD", "¢": "USD", "£": "GBP",
               "gbp": "GBP", "p": "GBP", "€": "EUR", "eur": "EUR", "₹": "INR"}  # fmt: skip
_SMALL = frozenset(("p", "cent", "cents", "¢"))
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3}){1,3}|\d{1,7}")

Fields = dict[str, str]


class Field(NamedTuple):
    """One field of an export: its name as we call it, and what the line says behind it."""

    name: str
    value: str


def field_of(line: str) -> Field | None:
    """The field that a line gives. A line of ratings is the field `to`."""
    match = FIELD.match(line)
    if match:
        name = _CANON.get((match["name"] or "").lower().replace("to1", "to 1")) or _numbered(match["name"])
        return Field(name, line[match.end() :].strip(" *_|\t"))
    return Field("to", line) if _RATING.search(line) else None


def _numbered(name: str | None) -> str:
    return "to" if name else "made by"  # "TO 1", "TO2"; "HIT exported from …"


def label(value: str) -> str:
    """What a field says before its first link, id, button or bullet."""
    value = value.lstrip(" |*•")
    before = MARK.split(value, maxsplit=1)[0].strip(" |*•[(")
    if not before:
        before = next((part for part in MARK.split(value)[2::2] if part.strip(" |*•[(")), "")
    before = BRACKET_ID.split(before, maxsplit=1)[0]
    before = _BUTTON.split(before, maxsplit=1)[0].split(" • ", maxsplit=1)[0]
    return _BEHIND.sub("", before.rstrip()).strip(" |*•[(\t,")


def money(value: str, currency: str | None = None) -> Amount | None:
    """The first sum of money in a field; one without a sign is in `currency`, and none without that."""
    for match in _MONEY.finditer(value):
        said = (match["sign"] or match["after"] or "").lower()
        known = _CURRENCIES.get(said, currency)
        if known:
            n = Decimal(match["n"].replace(",", "."))
            return Amount(n / 100 if said in _SMALL else n, known)
    return None


def number(value: str) -> int | None:
    """How many a field says there are: the last of "3 of 240"."""
    found = _NUMBER.findall(MARK.sub("", value))
    return int(found[-1].replace(",", "")) if found else None


def approval(lines: str) -> int | None:
    """The approval rate in whole per cent that an export shows of its requester."""
    found = [int(n) for n in _SHOWN.findall(lines)]
    return found[-1] if found and found[-1] <= _ALL else None


def reviews(lines: str) -> int | None:
    """How many reviews of the requester an export shows, at least; 0 if it says that there are none."""
    counted = [int(n) for n in _REVIEWS.findall(lines)]
    if any(counted):
        return max(counted)
    no_rating = ("reviews", "rate") if approval(lines) is not None else ("reviews",)
    rated = (value for name, value in ratings(lines).items() if name not in no_rating and "%" not in value)
    if any(value[:1].isdigit() for value in rated):
        return 1
    return 0 if counted or _NO_REVIEWS.search(lines) else None


def ratings(lines: str) -> dict[str, str]:
    """What review sites say in an export, by the names that they use, in small letters: `{"rej": "3", …}`."""
    found = {name.lower(): value.rstrip("],;") for name, value in _RATED.findall(lines)}
    return found | {_ALIKE[name.lower()]: value for value, name in _SYMBOLS.findall(lines)}
