"""Exports of HITs by the workers' scripts: read into mentions with their task, and cut out of the text.

MTurk Suite 1.x and 2.x, HIT Scraper, Mturk Engine and Panda Crazy write the same few fields in different order and
markup (brandonhellman/mturk-suite, parseHex/hit-scraper, Anveio/mturk-engine, JohnnyRS/PandaCrazy-Max). Users edit
the templates, so a block is what has enough of the fields, in any order. Words in it ("[Rej=3]") report nothing.
"""

from __future__ import annotations

import re
from decimal import Decimal

from bot.model import Amount, Mention, Origin, Task
from bot.platforms import Link, Platforms, find_links
from bot.reading.words import LINK_CLOSE, LINK_OPEN

_PLATFORM = "mturk"  # all these scripts are for it

_FIELD = re.compile(
    r"[\s>*_|•-]{0,12}(?P<name>title|requester|req|worker|tv|turkerview|to ?ratings|to ?1|to ?2|to|reward|pay|price"
    r"|duration|time|available|avail|hits available|description|qualifications?|requirements|auto approval|approval"
    r"|hit|preview|panda|accept|number of reviews|group id|limit|submit a new to review|hit exported from"
    r"|hourly|qual description)(?P<end>[*_ \t]{0,6}(?:\ue000\d{1,5}\ue001[*_ \t]{0,4})?:"
    r"|[*_ \t]{0,3}(?=\[|no reviews)|(?<=from)|(?<=review))",
    re.IGNORECASE,
)
_RATING = re.compile(
    r"\[{0,2}(?:hrly|pay|fast|rate|comm|fair|pen)\s?[=:]\s?\S|\b(?:communicativity|generosity|fairness|promptness)\b",
    re.I,
)
_RATED = re.compile(
    r"\[(?:hrly|pay|approval|comm|rej|blk|fast|fair|reviews|tos|pen|res|rec|brk|rate)\s?[=:][^\[\]\n]{0,60}\]", re.I
)
_INLINE = re.compile(
    r"(?<=\S)[ \t]{1,4}(?=(?:title|requester|pay|reward|group id|available|description"
    r"|duration|time|qualifications?):\s)",
    re.I,
)
_MARK = re.compile(rf"{LINK_OPEN}(\d{{1,5}}){LINK_CLOSE}")
_BRACKET_ID = re.compile(r"\[\s?(A[0-9A-Z]{9,20})\s?\]")
_REWARD = re.compile(r"\$?\s?(\d{0,6}\.\d{1,4}|\d{1,6})")
_COUNT = re.compile(r"\d{1,3}(?:,\d{3}){1,3}|\d{1,7}")
_HWTF = re.compile(r"^(?:US|ICA)\s{1,3}-\s{1,3}(?=\S)", re.IGNORECASE)
_LEAST_FIELDS = 3
_LONGEST_DESCRIPTION = 4  # lines

Fields = dict[str, str]


class Exports:
    """The exports found in one post so far. `keep` gives the mark that stands for one in the text."""

    def __init__(self, urls: tuple[str, ...], platforms: Platforms) -> None:
        self.urls, self.platforms, self.shown = urls, platforms, list[Mention]()

    def keep(self, fields: Fields, block: str) -> str:
        """Remembers the export with these fields; "" where it names nobody."""
        mention = self._mention(fields, block)
        if mention is None:
            return ""
        self.shown.append(mention)
        return f" {LINK_OPEN}{len(self.urls) + len(self.shown) - 1}{LINK_CLOSE}"

    def links(self, block: str) -> tuple[Link, ...]:
        """What the addresses in a block of text point to."""
        urls = [self.urls[int(n)] for n in _MARK.findall(block) if int(n) < len(self.urls)]
        return find_links(" ".join(urls), self.platforms)

    def _mention(self, fields: Fields, block: str) -> Mention | None:
        links = self.links(block)
        bracket = _BRACKET_ID.search(block)
        account = next((link.account_key for link in links if link.account_key), bracket[1] if bracket else None)
        name = _label(_BRACKET_ID.split(fields.get("requester", ""))[0])
        if not name and not account:
            return None
        platform = links[0].platform if links else _PLATFORM
        known = platform if self.platforms.known(platform) else None
        return Mention(text=name or account or "", account_key=account, origin=Origin.EXPORT, platform=known,
                       task=_task(fields, links))  # fmt: skip


def _label(value: str) -> str:
    """What a field says before its first link or bullet."""
    return re.split(r"\ue000| • | \| ", value.lstrip(" |*•"), maxsplit=1)[0].strip(" |*•[](")


def _task(fields: Fields, links: tuple[Link, ...]) -> Task:
    page = next((link for link in links if link.task_key), None)
    reward = _REWARD.search(fields.get("reward", ""))
    count = _COUNT.search(fields.get("available", ""))
    title = _label(fields.get("title", ""))
    return Task(
        title=title or None,
        reward=Amount(Decimal(reward[1]), "USD") if reward else None,
        n_tasks=int(count[0].replace(",", "")) if count else None,
        task_key=page.task_key if page else None,
        url=page.text if page else None,
    )


_SAME = {"req": "requester", "hit": "title", "pay": "reward", "price": "reward", "avail": "available",
         "hits available": "available", "qualifications": "qualification"}  # fmt: skip


def _field(line: str) -> tuple[str, str] | None:
    """The field that a line gives: its name, and its value without marks. A line of ratings is the field `to`."""
    match = _FIELD.match(line)
    if match:
        name = match["name"].lower()
        return _SAME.get(name, name), line[match.end() :].strip(" *_|\t")
    return ("to", "") if _RATING.search(line) else None


def cut(text: str, exports: Exports) -> str:
    """`text` with each export in it replaced by a mark; what they say is in `exports.shown`."""
    low = text.lower()
    if "req" in low and ":" in text:
        text = _cut_blocks(_INLINE.sub("\n", text) if low.count(": ") > 2 and "group id" in low else text, exports)
    text = _cut_lines(text, exports) if text.count("•") >= 2 else text
    return _RATED.sub(" ", text) if "[" in text else text


def _cut_blocks(text: str, exports: Exports) -> str:
    lines, kept, i = text.split("\n"), list[str](), 0
    while i < len(lines):
        fields, end = _block(lines, i)
        if "requester" in fields and len(fields) >= _LEAST_FIELDS:
            kept.append(exports.keep(fields, "\n".join(lines[i:end])))
            i = end
        else:
            kept.append(lines[i])
            i += 1
    return "\n".join(kept)


def _block(lines: list[str], start: int) -> tuple[Fields, int]:
    """The run of field lines from `start` on: their fields, and where it ends. No fields if none begins there."""
    fields, end, i, last = Fields(), start, start, ""
    while i < len(lines):
        field = _field(lines[i])
        if field is None:
            if not fields or not _goes_on(lines, i, last):
                break
        elif field[0] == "title" and "title" in fields:
            break
        else:
            fields.setdefault(*field)
            last, end = field[0], i + 1
        i += 1
    return fields, end


def _goes_on(lines: list[str], at: int, last: str) -> bool:
    """Whether the block goes on behind a line that is no field: an empty one, or more of a description."""
    reach = _LONGEST_DESCRIPTION if last == "description" else 1 if not lines[at].strip() else 0
    ahead = [_field(line) for line in lines[at + 1 : at + 1 + reach]]
    return any(field is not None and field[0] != "title" for field in ahead)


def _cut_lines(text: str, exports: Exports) -> str:
    """Exports of one line, fields between bullets: Short and IRC."""
    return "\n".join(_cut_line(line, exports) if line.count("•") >= 2 else line for line in text.split("\n"))


def _cut_line(line: str, exports: Exports) -> str:
    fields, loose = Fields(), list[str]()
    for part in line.split("•"):
        field = _field(part.strip())
        if field:
            fields.setdefault(*field)
        else:
            loose.append(part.strip())
    loose = [part for part in loose if part.upper() != "MASTERS"]
    if "requester" not in fields and loose and _links_out(line):
        fields["requester"] = loose[0]
        fields.setdefault("title", loose[1] if len(loose) > 1 else "")
        fields.setdefault("reward", next((part for part in loose[2:] if _REWARD.fullmatch(part)), ""))
    return exports.keep(fields, line) if "requester" in fields else line


def _links_out(line: str) -> bool:
    return "accept:" in line.lower() or len(_MARK.findall(line)) >= 2


def from_headline(title: str, body: str, exports: Exports) -> str:
    """A title of the r/HITsWorthTurkingFor shape, `US - task - requester - $0.50/2:10 - (…)`, becomes a mark.

    Titles and names may hold " - ", so it is taken apart from the right.
    """
    start = _HWTF.match(title)
    parts = title[start.end() :].split(" - ") if start else []
    pay = next((i for i in range(len(parts) - 1, 1, -1) if _REWARD.match(parts[i].strip())), None)
    if pay is None:
        return title
    fields = {"requester": parts[pay - 1].strip(), "title": " - ".join(parts[: pay - 1]).strip(), "reward": parts[pay]}
    lines = [line for line in body.split("\n") if (_field(line) or ("",))[0] in ("requester", "preview", "panda", "to")]
    return exports.keep(fields, "\n".join(lines)) or title
