"""Hides what may belong to a person before a text is shown: ids, e-mail addresses, telephone numbers."""

from __future__ import annotations

import re
import unicodedata

HIDDEN_ID = "[id hidden]"
HIDDEN_MAIL = "[e-mail hidden]"
HIDDEN_NUMBER = "[number hidden]"

# Letters of other scripts that look like the capitals and digits of an id.
_ALIKE = str.maketrans("АВСЕНІЈКМОРЅТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABCEHIJKMOPSTXYABEZHIKMNOPTYX")
_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f"

# Privacy must not depend on a profile, so the shapes stand here. Every alternative begins and ends with a letter or
# digit and stops at a boundary on both sides: that is why masking twice changes nothing. All quantifiers are bounded.
_BEGIN, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_MAIL = (
    r"[0-9A-Za-z][\w.+%-]{0,63}(?:@|\s?[\[(]\s?(?i:at)\s?[\])]\s?)"
    r"(?:[0-9A-Za-z-]{1,63}(?:\.|\s?[\[(]\s?(?i:dot)\s?[\])]\s?)){1,5}[A-Za-z]{2,24}"
)
# A worker's id: at least one digit; written small, one that a letter follows (`anthropology101` is a course).
_WORKER = (
    rf"A(?=(?:[{_UNSEEN}]?[A-Z]){{0,19}}[{_UNSEEN}]?[0-9])(?:[{_UNSEEN}]?[0-9A-Z]){{9,20}}"
    r"|[Aa](?=[A-Za-z]{0,19}[0-9]{1,19}[A-Za-z])[0-9A-Za-z]{9,20}"
)
_DASHED = r"A(?=(?:[-_.]?[A-Z]){0,19}[-_.]?[0-9])(?:[-_.]?[0-9A-Z]){9,20}"
# Any other long key: digits twice with letters between them, which no word has and keys of 22 and more always have.
_LONG = (
    r"TP_[0-9A-Za-z]{4,64}"
    rf"|(?=(?:[{_UNSEEN}]?[A-Za-z]){{0,39}}(?:[{_UNSEEN}]?[0-9]){{1,39}}(?:[{_UNSEEN}]?[A-Za-z]){{1,39}}[{_UNSEEN}]?[0-9])"
    rf"[0-9A-Za-z](?:[{_UNSEEN}]?[0-9A-Za-z]){{21,39}}"
)
_UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_PHONE = (
    r"[0-9]{9,40}"  # also the ids of people on Discord
    r"|(?<=\+)[0-9]{1,3}(?:[ .()-]{1,2}[0-9]{2,5}){2,5}"
    r"|(?:1[ .-])?[0-9]{3}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}"
)
_PRIVATE = re.compile(
    rf"{_BEGIN}(?:(?P<mail>{_MAIL})|(?P<id>{_UUID}|{_LONG}|{_WORKER}|{_DASHED})|(?P<number>{_PHONE})){_END}",
    re.ASCII,
)
_HIDDEN = {"mail": HIDDEN_MAIL, "id": HIDDEN_ID, "number": HIDDEN_NUMBER}


def mask_ids(text: str) -> str:
    """`text` with worker-shaped ids, other long ids, e-mail addresses and phone-like numbers hidden.

    Also ids with dashes, invisible characters, full-width or look-alike letters. Total, linear, and idempotent.
    A requester's id has a worker's shape and is hidden too: show known ids outside of what goes through here.
    """
    plain = _fold(text)
    parts, end = [], 0
    for match in _PRIVATE.finditer(plain):
        parts += [text[end : match.start()], _HIDDEN[match.lastgroup or "id"]]
        end = match.end()
    return "".join([*parts, text[end:]])


def _fold(text: str) -> str:
    """The text with look-alike characters made plain, each in its place."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _plain(c) for c in text.translate(_ALIKE))


def _plain(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character
