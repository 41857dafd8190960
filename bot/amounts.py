"""`!report acme 27 of 30`: the requester and how much was rejected, from one line."""

from __future__ import annotations

import re

from bot.model import Facts, Share

MOST = 10**6
# At the end of the line: "27", "27/30", "27 of 30", "27 out of my 30", "all", "all 40", "all of my 40", "rejected 27".
_OF = r"(?:of|out of)\s?(?:(?:my|the)\s)?"
_TAIL = re.compile(
    rf"(?:^|\s)(?:rejected\s)?(?:(?P<all>all|everything)(?:\s(?:{_OF})?(?P<every>[0-9]{{1,7}}))?"
    rf"|(?P<n>[0-9]{{1,7}})(?:\s?(?:/|{_OF})\s?(?P<m>[0-9]{{1,7}}))?)\s?(?:rejected|rejections|hits|studies|tasks)?$",
    re.IGNORECASE,
)
# A claim is 'mass' from ten on, or from five that are most of one worker's work (docs/decisions.md).
MASS = 10
MASS_IF_MOST = 5
LIKELY = 0.9
POSSIBLE = 0.6
UNLIKELY = 0.2


def split(line: str) -> tuple[str, Facts]:
    """The requester, as typed, and what is said of the amount. Without a number at the end all of it is the name."""
    text = " ".join(line.split())
    found = _TAIL.search(text)
    if found is None:
        return text, Facts(first_hand=True)
    name = text[: found.start()].strip()
    if found["all"]:
        n = _bounded(found["every"])
        return name, Facts(n_rejected=n, n_submitted=n, share=Share.ALL, first_hand=True)
    n, m = _bounded(found["n"]), _bounded(found["m"])
    if n is not None and m is not None and m < n:
        n, m = m, n
    return name, Facts(n_rejected=n, n_submitted=m, share=_share(n, m), first_hand=True)


def probability(facts: Facts) -> float:
    """How surely such a report is one of a mass rejection, from its numbers alone."""
    if facts.n_rejected is None:
        return LIKELY if facts.share is Share.ALL else POSSIBLE
    mostly = facts.share in (Share.ALL, Share.MOST)
    if facts.n_rejected >= MASS or (facts.n_rejected >= MASS_IF_MOST and mostly):
        return LIKELY
    return UNLIKELY


def _bounded(digits: str | None) -> int | None:
    return None if digits is None else min(int(digits), MOST)


def _share(n: int | None, m: int | None) -> Share | None:
    if n is None or not m:
        return None
    if n == m:
        return Share.ALL
    return Share.MOST if 2 * n > m else Share.SOME
