"""Pasted tables of submissions: a batch's results, a worker's list, the site's JSON. Each becomes what it says.

`3 of my 5 rejected.` stands in the table's place, with the mark of whose work it was if a column says so.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.reading.exports.exported import CUT, Exports
from bot.reading.exports.fields import Fields
from bot.reading.words import word_set

_HEADERS = {
    "requester": word_set("requester requestername requester_name researcher client host hosted-by customer"),
    "account": word_set("requesterid requester_id"),
    "title": word_set("title study project task hit job studyname pool name"),
    "reward": word_set("reward pay amount price payment"),
    "status": word_set("status assignmentstatus state result outcome"),
    "feedback": word_set("feedback requesterfeedback requester_feedback reason"),
    "worker": word_set("workerid worker"),
    "approved": word_set("approved accepted paid"),
    "rejected": word_set("rejected notapproved notaccepted"),
}
_SUMS = frozenset(("approved", "rejected"))  # columns of a dashboard: how many of each a day
_CANON = {spelling: name for name, spellings in _HEADERS.items() for spelling in spellings}
_REJECTED = ("rejected", "not approved", "not accepted", "denied", "reject")
_APPROVED = ("approved", "paid", "accepted", "approve", "pending payment")
_OPEN = ("submitted", "pending", "awaiting review", "returned", "timed-out", "timed out", "screened out",
         "under review", "in review", "pending review", "pending approval", "active", "reserved")  # fmt: skip
_STATUS = frozenset((*_REJECTED, *_APPROVED, *_OPEN))
_SUMMARY = re.compile(r"(accepted|approved|rejected):?\s(\d{1,6})", re.IGNORECASE)
_DASH = re.compile(r" [–—-] ")
_MONEY = re.compile(r"(?:US\$|[$£€])\s?\d{1,5}(?:[.,]\d{1,3})?|\d{1,4}[.,]\d\d")
_PLAIN = re.compile(
    r"[\d\s:/.,%()-]{1,40}|(?:[A-Z][a-z]{2} ){2}\d{1,2} [\d:]{5,8} .{0,12}|A[0-9A-Z]{9,40}|[0-9A-Z]{20,40}"
)
_MORE = re.compile(
    r"[\s(*-]{0,4}+(?:and so on|and so forth|etc|it goes on|goes on|\.{2,3}|…|more of|same (?:for|all))", re.I
)
_KEY = re.compile(
    r'"(requester_id|requester_name|title|amount_in_dollars|state|requester_feedback)"\s{0,3}:\s{0,3}'
    r'(?:"([^"\n]{0,400})"|([\w.]{1,20}))'
)
_BRACE = re.compile(r'\{(?=\s{0,20}")|\}')
_JSON_KEYS = {"requester_id": "account", "requester_name": "requester", "amount_in_dollars": "reward",
              "state": "status", "requester_feedback": "feedback", "title": "title"}  # fmt: skip
_LONGEST_NAME = 80


Row = dict[str, str]


@dataclass(slots=True)
class _Table:
    """Rows that stand together, what the header calls their cells, and the lines they took."""

    columns: dict[int, str]
    rows: list[list[str]] = field(default_factory=list)
    end: int = 0


def cut_tables(text: str, exports: Exports) -> str:
    """`text` with each table of submissions replaced by what it says."""
    if '"state"' in text or "requester_name" in text or '"approval_rate"' in text:
        text = _cut_json(text, exports)
    lines, kept, i = text.split("\n"), list[str](), 0
    while i < len(lines):
        table = _table(lines, i)
        said = _say(_named(table), exports, lines[table.end : table.end + 2]) if table else None
        kept += lines[i : table.end] if table and said is None else [lines[i]] if said is None else [said]
        i = table.end if table else i + 1
    return "\n".join(kept)


def _cells(line: str) -> list[str]:
    """The cells of a line, by the sign that parts them; one if there is none."""
    if "\t" in line:
        cells = line.split("\t")
    elif line.count("|") >= 2 or " | " in line:
        cells = line.strip(" |").split("|")
    elif line.count(",") >= 2:
        cells = _comma(line)
    elif "•" in line:
        cells = line.split("•")
    else:
        cells = _DASH.split(line)
    return [cell.strip(" *`\"'") for cell in cells]


def _comma(line: str) -> list[str]:
    try:
        return next(csv.reader([line.replace("\0", " ")]), [])
    except csv.Error:
        return line.split(",")


def _header(cells: list[str]) -> dict[int, str]:
    """The columns that a header names; none if it is no header."""
    names = [_CANON.get(cell.lower().replace(" ", "")) for cell in cells]
    columns = {i: name for i, name in enumerate(names) if name}
    told = "status" in columns.values() or set(columns.values()) >= _SUMS
    return columns if told and len(cells) >= 2 else {}


def _table(lines: list[str], start: int) -> _Table | None:
    """The table that begins at a line: a header and rows, or rows that need none."""
    columns, i = _header(_cells(lines[start])), start
    if columns:
        i += 1
        if i < len(lines) and not lines[i].strip(" |-:+="):
            i += 1
    table = _Table(columns)
    while i < len(lines) and len(lines[i]) <= 2000 and _is_row(cells := _cells(lines[i]), columns):
        table.rows.append(cells)
        i += 1
    table.end = i
    sums = len(table.rows) == 1 and _summed(table.rows[0])
    return table if len(table.rows) >= (1 if columns or sums or _dated(table.rows) else 2) else None


def _dated(rows: list[list[str]]) -> bool:
    """Whether one row alone is enough: it has the times of a batch's results."""
    return any(sum(_PLAIN.fullmatch(cell) is not None and ":" in cell for cell in row) >= 2 for row in rows[:1])


def _is_row(cells: list[str], columns: dict[int, str]) -> bool:
    if len(cells) < 2:
        return False
    if columns and "status" not in columns.values():
        return all(i < len(cells) and cells[i].isdecimal() for i, name in columns.items() if name in _SUMS)
    known = [cell for cell in cells if cell.lower() in _STATUS]
    return len(known) == 1 or (columns and bool(known)) or _summed(cells)


def _summed(cells: list[str]) -> bool:
    """Whether a row gives sums: "accepted 0 | rejected 37"; one alone is prose: 'I see it, "rejected: 500", and'."""
    summed = [match[1].lower() for cell in cells if (match := _SUMMARY.fullmatch(cell))]
    return len(cells) > 2 and len(summed) > 1 and "rejected" in summed


def _named(table: _Table) -> list[Row]:
    """The rows with their cells named, by the header or by what is in them."""
    if table.columns:
        wide = [{name: cells[i] for i, name in table.columns.items() if i < len(cells)} for cells in table.rows]
        return [_day(row) if "rejected" in row else row | {"status": row.get("status", "").lower()} for row in wide]
    who = _common(table.rows)
    return [_guessed(cells, who) for cells in table.rows]


def _day(row: Row) -> Row:
    """A row of a dashboard; of a day without rejections nothing is said."""
    rejected, approved = int(row["rejected"]), int(row["approved"])
    return row | (
        {"status": "sums", "n": str(rejected), "of": str(rejected + approved)} if rejected else {"status": ""}
    )


def _guessed(cells: list[str], who: str) -> Row:
    sums = {match[1].lower(): match[2] for cell in cells if (match := _SUMMARY.fullmatch(cell))}
    row = {"requester": who} if who else {}
    row |= next(({"reward": cell} for cell in cells if _MONEY.fullmatch(cell)), {})
    titles = [cell for cell in cells if _says(cell) and cell != who]
    row |= {"title": titles[0]} if titles else {}
    if "rejected" in sums:
        return row | {"status": "sums", "n": sums["rejected"], "of": str(sum(map(int, sums.values())))}
    return row | {"status": next((cell.lower() for cell in cells if cell.lower() in _STATUS), "")}


def _says(cell: str) -> bool:
    plain = _MONEY.fullmatch(cell) or _PLAIN.fullmatch(cell) or _SUMMARY.fullmatch(cell)
    return bool(cell) and not plain and cell.lower() not in _STATUS


def _common(rows: list[list[str]]) -> str:
    """Whose work rows without a header are: the first cell that all share, else the capitals all begin with."""
    first = [cell for cell in rows[0] if _says(cell)]
    shared = [cell for cell in first if all(cell in row for row in rows)] if len(rows) > 1 or len(first) > 1 else []
    if shared:
        return shared[0][:_LONGEST_NAME]
    words = [row[0].split() for row in rows if _says(row[0])]
    same = list[str]()
    for column in zip(*words, strict=False):
        if len(set(column)) > 1 or not column[0][:1].isupper():
            break
        same.append(column[0])
    return " ".join(same)[:_LONGEST_NAME] if len(words) > 1 else ""


def _say(rows: list[Row], exports: Exports, behind: list[str]) -> str | None:
    """What the rows say, a sentence a requester; nothing of days without rejections; None where there is no telling."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.get("account") or row.get("requester") or "", []).append(row)
    more = any(_MORE.match(line) for line in behind)
    said = [sentence for group in groups.values() if (sentence := _sentence(group, exports, more=more))]
    return "\n".join(said) if said or all("approved" in row for row in rows) else None


def _sentence(rows: list[Row], exports: Exports, *, more: bool) -> str:
    mark = exports.keep(_fields(rows[0]), "") if rows[0].get("requester") or rows[0].get("account") else ""
    rejected, decided = _count(rows)
    if not rejected:
        return mark
    workers = len({row["worker"] for row in rows if row.get("worker")})
    mine = "" if workers > 1 else "my "
    if more:
        told = "all of mine rejected" if rejected == decided and not workers > 1 else "rejected"
    else:
        told = "rejected" if decided == 1 else f"{rejected} of {mine}{decided} rejected"
    return f"{mark} {told}{_reasons(rows)}."


def _count(rows: Iterable[Row]) -> tuple[int, int]:
    rejected = decided = 0
    for row in rows:
        status = row.get("status", "")
        no = int(row["n"]) if status == "sums" else int(status in _REJECTED)
        rejected += no
        decided += int(row["of"]) if status == "sums" else int(no or status in _APPROVED)
    return rejected, decided


def _reasons(rows: list[Row]) -> str:
    """What the feedback column of the rejected rows shows: that there is none, or the same each time."""
    given = [row["feedback"].strip() for row in rows if "feedback" in row and row.get("status") in _REJECTED]
    if len(given) < 2:
        return ""
    reasons = {"" if reason.lower() in ("null", "none", "n/a", "-") else reason for reason in given}
    return ", no reason given" if reasons == {""} else ", all with the same feedback" if len(reasons) == 1 else ""


def _fields(row: Row) -> Fields:
    return {name: row[name] for name in ("requester", "account", "title", "reward") if row.get(name)}


def _cut_json(text: str, exports: Exports) -> str:
    """`text` without the objects of worker.mturk.com in it: submissions are said in a sentence, a dashboard goes."""
    regions = _objects(text)
    rows = [row | {"status": row.get("status", "").lower()} for a, b in regions for row in _records(text[a:b])]
    said = _say(rows, exports, []) if rows else None
    for number, (start, end) in reversed(list(enumerate(regions))):
        put = f"\n{said}\n" if said and number == len(regions) - 1 else CUT
        text = text[:start] + put + text[end:]
    return text


def _objects(text: str) -> list[tuple[int, int]]:
    """Where objects with the site's keys stand; one that is never closed ends with its last key."""
    found, depth, start = list[tuple[int, int]](), 0, 0
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            start = start if depth else brace.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                found.append((start, brace.end()))
    if depth:
        last = max((match.end() for match in _KEY.finditer(text, start)), default=start)
        found += [(start, last)] if last > start else []
    keys = ('"requester_name"', '"requester_id"', '"approval_rate"', '"requester_feedback"')
    return [(a, b) for a, b in found if any(key in text[a:b] for key in keys)]


def _records(region: str) -> list[Row]:
    """The objects of a region as rows: a key that comes again begins the next."""
    rows = [Row()]
    for key, quoted, bare in _KEY.findall(region):
        name = _JSON_KEYS[key]
        if name in rows[-1]:
            rows.append({})
        rows[-1][name] = quoted or ("" if bare == "null" else bare)
    return [row for row in rows if row.get("requester") or row.get("account")]
