"""Two hundred invented names of the kinds that real ones are, and whom a fair person takes for what workers write.

The answers were written down before anything was run. Each mention says: "found" (one is meant), "first" (one is meant
first, and asking back is as fair), "several" (asking back is all that is fair), "nobody" (nobody known is meant).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.model import Match, Mention, Result
from bot.naming import NameIndex, resolve
from bot.naming.wire import names_from_tsv

HERE = Path(__file__).parent
INDEX = NameIndex(names_from_tsv((HERE / "outside_names.tsv").read_text("utf-8").splitlines()))


def answers() -> Iterator[tuple[str, str, str, Match]]:
    """Mention, what a fair person would do, whom he would take, and the match."""
    for line in (HERE / "outside_mentions.tsv").read_text("utf-8").splitlines():
        text, platform, fair, owner = line.split("\t")
        yield text, fair, owner, resolve(Mention(text=text), INDEX, platform or None)


ANSWERS = list(answers())


def test_nobody_is_named_whom_a_fair_person_would_not_name() -> None:
    wrong = [
        (text, match.owner)
        for text, _, owner, match in ANSWERS
        if match.result is Result.FOUND and match.owner != owner
    ]

    assert wrong == []


def test_most_are_answered_as_a_fair_person_would() -> None:
    as_fair = Counter(fair for _, fair, owner, match in ANSWERS if is_fair(fair, owner, match))
    first = sum(fair in ("found", "first") and named_first(owner, match) for _, fair, owner, match in ANSWERS)

    assert as_fair["found"] >= 95
    assert as_fair["first"] >= 41
    assert as_fair["several"] >= 35
    assert as_fair["nobody"] >= 23
    assert first >= 164


def is_fair(fair: str, owner: str, match: Match) -> bool:
    if fair in ("found", "first"):
        asked = fair == "first" and match.result is Result.AMBIGUOUS
        return named_first(owner, match) and (asked or match.result is Result.FOUND)
    return match.result is (Result.AMBIGUOUS if fair == "several" else Result.UNKNOWN)


def named_first(owner: str, match: Match) -> bool:
    return match.result is not Result.UNKNOWN and match.candidates[0].owner == owner
