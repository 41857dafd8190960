"""Exports of one line: Short and IRC with bullets, a Reddit title of the HWTF shape, a TurkerView review's headline."""

from __future__ import annotations

import re

from bot.reading.exports.exported import Exports
from bot.reading.exports.fields import BRACKET_ID, MARK, Fields, field_of, label

_HWTF = re.compile(
    r"\s{0,3}(?:[\[(]?(?:US|ICA|CA|UK|IN|INTL?)(?:[/,](?:US|CA|UK|IN))?[\])]?\s{1,3}[-–]"
    r"|[\[(]?(?i:prolific|connect|toloka|clickworker|mturk)[\])]?(?:\s{1,3}[-–]|:))\s{1,3}(?=\S)"
)
_PAY = re.compile(r"\s{0,3}(?:[$£€]\s?\d{0,6}[.,]?\d{0,4}|\d{0,4}\.\d{1,4}\s?/\s?\d)")
_PARTING = re.compile(r"[ \t]{1,3}[-–][ \t]{1,3}")
_REVIEW = re.compile(r"- ?\$[ \d.]{1,8}[^|\n]{0,80}\|[ \t]{0,3}PANDA", re.IGNORECASE)
_REVIEWED = "full profile check out turkerview"
_GROUP = re.compile(r"\s?[0-9A-Z]{30}\s?")
_PRICE = re.compile(r"\$?\s?(?:\d{0,6}\.\d{1,4}|\d{1,6})")
_QUALS = re.compile(r"[$£€>(\[]|\d|none\b", re.IGNORECASE)  # the headline ends without a bracket
_BODY = frozenset(("requester", "accept", "to"))


def cut_lines(lines: list[str], exports: Exports) -> list[str]:
    """The lines, those that are an export of one line replaced by its mark."""
    return [_cut(line, exports) for line in lines]


def _cut(line: str, exports: Exports) -> str:
    if line.count("•") >= 2:
        return _bullets(line, exports)
    if " - " in line and "/" in line and _HWTF.match(line):
        return from_headline(line, "", exports)
    if "PANDA" in line and _REVIEW.search(line):
        return _review(line, exports)
    return "" if "TurkerView!" in line and _REVIEWED in line.lower() else line


def _bullets(line: str, exports: Exports) -> str:
    fields, loose = Fields(), list[str]()
    for part in line.split("•"):
        found = field_of(part.strip())
        if found:
            fields.setdefault(*found)
        elif part.strip().upper() != "MASTERS":
            loose.append(part.strip())
    if "requester" not in fields and loose and _links_out(line):
        fields["requester"] = loose[0]
        fields.setdefault("title", loose[1] if len(loose) > 1 else "")
        fields.setdefault("reward", next((part for part in loose[2:] if _PRICE.fullmatch(part)), ""))
        fields.setdefault("group", next((part for part in loose[2:] if _GROUP.fullmatch(part)), ""))
    return exports.keep(fields, line) if label(fields.get("requester", "")) else line


def _links_out(line: str) -> bool:
    low = line.lower()
    return "accept:" in low or "preview:" in low or "panda:" in low or len(MARK.findall(line)) >= 2


def _review(line: str, exports: Exports) -> str:
    """A review posted to a forum: `name [id] task - $0.50 | PANDA`."""
    who = BRACKET_ID.search(line)
    if who is None:
        return line
    what, _, reward = line[who.end() :].rpartition(" - $")
    fields = {
        "requester": line[: who.start()],
        "title": MARK.sub("", what).strip(),
        "reward": "$" + reward[:8],
        "tv": "",
    }
    return exports.keep(fields, line)


def from_headline(title: str, body: str, exports: Exports) -> str:
    """A title of the r/HITsWorthTurkingFor shape, `US - task - requester - $0.50/2:10 - (…)`, becomes a mark.

    Titles and names may hold " - ", so it is taken apart from the right. The links under it say whose it is.
    """
    start = _HWTF.match(title)
    parts = _PARTING.split(title[start.end() :]) if start else []
    pay = next((i for i in range(len(parts) - 1, 1, -1) if _PAY.match(parts[i])), None)
    if pay is None:
        return title
    fields = {"requester": parts[pay - 1].strip(), "title": " - ".join(parts[: pay - 1]).strip(), "reward": parts[pay],
              "tv": ""}  # fmt: skip
    lines = [line for line in body.split("\n") if (found := field_of(line)) and found.name in _BODY]
    return exports.keep(fields, title + "\n" + "\n".join(lines)) + _behind(" - ".join(parts[pay:]))


def _behind(quals: str) -> str:
    """What somebody wrote behind the pay and the bracketed qualifications of a headline."""
    said = quals[max(quals.rfind(")"), quals.rfind("]")) + 1 :].strip(" .,*|-")
    ours = _QUALS.match(said) is None and " " in said and _HWTF.search(said) is None
    return f" {said}" if ours else ""
