"""D10: every message that members can be told, for every reason, stage, outcome, platform and count.

No word of ours accuses, whatever they call themselves, and each says how sure, since when, which ref, and who answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice, product

import pytest

from bot import cards
from bot.cards.telling import OVER
from bot.model import Alert, Card, Outcome, Reason, Stage
from bot.naming.canonical import display
from tests.making import DAY, NOW, PLATFORMS, incident, requester

REF, AT = "7K2-Q9F", NOW + DAY
ACCUSING = re.compile(
    r"scam|fraud|thie[fv]|steal|stole|theft|criminal|crime|fake|illegal|blacklist|liar|cheat|guilty|\bsafe\b|trustworthy",
    re.I,
)
NAMES = (
    "Scam Fraud Research",
    "[Thieves](https://x.example.org)",
    "@everyone fake",
    "Nobody\n# Guilty",
    "ﷺ Cheat",
    "{name}",
)
SHOWN = {name: display(name) for name in NAMES}
# How sure it is: one of these stands in each; and of what is over, that nothing is asserted any more.
SURE = re.compile(r"unverified|confirmed by moderators|unproven|reported as reversed|report(?:s|ed)? a payment", re.I)
ENDED = re.compile(r"no longer supported|do not see a mass rejection|another incident|not a recommendation")
COUNTS = (0, 1, 4, 5, 40)
# Each combination under so many names: 100,800 messages in all.
NAMES_EACH = 3
ASKED = Reason.ASKED, Reason.LONE  # moderators alone are told of these


def told(shown: Card, name: str) -> str:
    """Our own voice: what is said, without the name that somebody gave themselves."""
    return cards.as_text(shown).replace(SHOWN[name], "…")


def messages(reason: Reason, stage: Stage) -> Iterator[tuple[Card, Card, str, int]]:
    """The living card and the short message for all that is left: (card, message, name, how many workers)."""
    names = cycle(NAMES)
    known = {n: replace(incident(max(n, 1)), n_voices=n) for n in COUNTS}
    platforms = (None, *PLATFORMS)
    for outcome, platform, n, disputed in product(Outcome, platforms, COUNTS, (False, True)):
        one = replace(known[n], stage=stage, outcome=outcome, disputed=disputed, platform=platform and platform.key)
        alert = Alert(
            reason=reason, stage=stage, outcome=outcome, public=True, seen=True, at=AT, score=3.0, why=(), n_voices=n
        )
        for name in islice(names, NAMES_EACH):
            about = cards.About(requester=requester(name=name), incident=one, ref=REF, platform=platform)
            yield cards.alert(alert, about), cards.notice(alert, about), name, n


@pytest.mark.long
@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in ASKED])
def test_no_message_accuses_and_each_says_how_sure_since_when_and_who_answers(reason: Reason) -> None:
    made = 0
    for stage in Stage:
        for card, message, name, n in messages(reason, stage):
            made += 2
            living, short = told(card, name), told(message, name)

            for said in (living, short):
                assert not ACCUSING.search(said), said
                assert REF in said
                assert (ENDED if reason in OVER else SURE).search(said), said
            assert "not findings of this bot" in living
            assert "The requester may answer: give the ref to a moderator." in living
            assert re.search(r"\b\d{1,2} [A-Z][a-z]{2} 20\d\d\b", living), living
            if 0 < n < 5:
                assert not re.search(r"\b[1-4] workers?\b", f"{living}{short}"), living
            if reason not in OVER and n and reason is not Reason.UNPROVEN:
                assert re.search(r"(?i)fewer than 5 workers|\b\d+ workers", living), living

    assert made == 2 * NAMES_EACH * len(Stage) * len(Outcome) * (len(tuple(PLATFORMS)) + 1) * len(COUNTS) * 2
