"""F5: members cannot tell from what the bot posts whether one more person reported, nor who, where or when exactly."""

from __future__ import annotations

import random

import pytest

from bot import alerts, cards, incidents
from bot.model import Alert, Facts, Incident, Requester
from bot.policies import EARLY
from tests.making import HOUR, NOW, PLATFORMS, incident, report, requester, voice

PAIRS = 400


def posted(known: Incident, who: Requester) -> list[str]:
    """Every public text about the incident."""
    told = alerts.due(None, known, EARLY, NOW + HOUR)
    assert isinstance(told, Alert)
    about = cards.About(requester=who, incident=known, ref="7K2-Q9F", platform=PLATFORMS.find("prolific"))
    return [cards.as_text(cards.alert(told, about)), cards.as_text(cards.notice(told, about))]


def of(numbers: list[int], silent: list[int] | None = None, count: int | None = None) -> Incident:
    """What so many workers' reports make; the silent ones give no number (or all of them `count`), and their site is
    among the others'.
    """
    facts = Facts(n_rejected=count, first_hand=True) if count else report().facts
    made = [report(n, NOW, voice=voice(n, site=f"site-{n % 3}"), facts=facts) for n in numbers]
    made += [
        report(n, NOW, voice=voice(n, site=made[0].voice.site), facts=Facts(first_hand=True)) for n in silent or ()
    ]
    known = Incident(platform="prolific", rules_version=1, opened_at=NOW, incident_id=7, reports=tuple(made))
    return incidents.assess(known, EARLY, NOW + HOUR)


@pytest.mark.parametrize("shard", range(2))
def test_one_reporter_more_is_invisible_below_five(shard: int) -> None:
    dice, compared = random.Random(shard), 0

    for _ in range(PAIRS // 2):
        numbers = dice.sample(range(1, 1_000), dice.randint(2, 3))
        without, with_one = of(numbers), of(numbers, [1_000])
        if without.stage is with_one.stage:
            compared += 1
            assert posted(without, requester()) == posted(with_one, requester())
    assert compared > PAIRS // 10


def test_the_number_of_one_more_cannot_be_taken_from_the_sum() -> None:
    """F5: below five workers the same incident with and without X, who counts too, reads the same in public."""
    dice, compared = random.Random(9), 0

    for _ in range(PAIRS // 2):
        count, numbers = dice.randint(35, 240), dice.sample(range(3, 900, 3), 4)
        without, with_one = of(numbers[:3], count=count), of(numbers, count=count)
        assert with_one.n_rejected != without.n_rejected
        if without.stage is with_one.stage and len(str(without.n_rejected)) == len(str(with_one.n_rejected)):
            compared += 1
            assert posted(without, requester()) == posted(with_one, requester())
    assert compared > PAIRS // 10


def test_who_reports_where_changes_no_public_word() -> None:
    dice = random.Random(5)

    for _ in range(PAIRS // 4):
        first, second = (of(dice.sample(range(3, 900, 3), 3)) for _ in range(2))
        assert posted(first, requester()) == posted(second, requester())


def test_no_public_text_holds_anything_of_a_reporter() -> None:
    known = incident(4)

    text = "\n".join(posted(known, requester()))

    for one in known.reports:
        assert one.voice.key not in text
        assert (one.source or "-") not in text
    assert f"{NOW:%H:%M}" not in text
