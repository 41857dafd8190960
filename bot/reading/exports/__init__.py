"""Exports and pasted tables of work: read into mentions with their task, and cut out of the text.

Words in an export ("[Rej=3]", "approval rate > 98") report nothing, so they go; what somebody wrote around it stays,
with a mark in the export's place. A pasted table of somebody's submissions becomes the sentence that it says.
"""

from __future__ import annotations

import re

from bot.reading.exports.blocks import cut_blocks
from bot.reading.exports.exported import CUT, Exports
from bot.reading.exports.oneline import cut_lines, from_headline
from bot.reading.exports.studies import cut_studies
from bot.reading.exports.tables import cut_tables

__all__ = ["Exports", "cut", "from_headline"]

_RATED = re.compile(
    rf"\[(?:hrly|pay|approval|comm|rej|blk|fast|fair|reviews|tos|pen|res|rec|brk|rate)\s?[=:][^\[\]\n{CUT}]{{0,60}}\]",
    re.IGNORECASE,
)

# What a text must have for each sort to be worth a look.
_ANY = ("\n", ":", "[", "|", "•", " - ", " – ")
_TABLES = ("rejected", "not approved", "status", "requester_", "approval_rate")
_ROWS = ("\n", "|", "{", ",,", "PST", "PDT")
_PEOPLE = ("req", "research", "reward", "hosted", "client", "customer")
_ONE_LINE = ("•", "PANDA", " - $", " - £", " - €", " - ₹", "TurkerView!")
_MONEY = ("$", "£", "€")
_STUDIES = ("/hr", "/h", "per h", " min", "place", "spot", "per task", "hour", "client", "open", "left")


def cut(text: str, exports: Exports) -> str:
    """`text` with each export in it replaced by a mark; what they say is in `exports.shown`. Cut again, it stays.

    Never raises; time linear in the text; a text without the signs of any export is only looked through for them.
    """
    if not _says(_ANY, text):
        return text
    low = text.lower()
    if _says(_TABLES, low) and _says(_ROWS, text):
        text = cut_tables(text, exports)
    lines = [text]
    if _says(_PEOPLE, low) and (":" in text or "\n" in text):
        lines = cut_blocks(text.split("\n"), exports)
    if _says(_ONE_LINE, text):
        lines = cut_lines("\n".join(lines).split("\n"), exports)
    if _says(_MONEY, text) and _says(_STUDIES, low):
        lines = cut_studies("\n".join(lines).split("\n"), exports)
    text = "\n".join(lines) if len(lines) > 1 else lines[0]
    bare = _RATED.sub(CUT, text) if "[" in text else text
    # A rating may have stood inside of what is an export without it: once more.
    return text if bare == text else cut(bare, exports)


def _says(signs: tuple[str, ...], text: str) -> bool:
    return any(map(text.__contains__, signs))
