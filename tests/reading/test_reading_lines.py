"""Every invented line is read as what it is, alone, in capitals' absence of luck, and in a longer post."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from invented_lines import LINES, MASSES, OTHERS, TALKS, Line

from bot.model import Kind, Post, Reading
from bot.platforms import Platforms
from bot.reading import read

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def reading_of(text: str, platforms: Platforms, source: str = "discord:1") -> Reading:
    return read(Post(source=source, key="1", text=text, posted_at=AT), platforms)


def named(reading: Reading) -> str | None:
    return reading.mentions[0].text if reading.mentions else None


def test_there_are_enough_invented_lines_of_every_kind():
    assert len(LINES) >= 150
    assert {line.kind for line in LINES} == set(Kind)
    assert len({line.text for line in LINES}) == len(LINES)


# Lines that the learnt weights misread today (docs/decisions.md), alone or in a longer post: they err towards silence.
MISREAD = (
    "Just one rejection in the whole Oakpine batch, 90 approved",
    "Oakpine today: rejected.",
    "reject me harder daddy",
    "My rejection rate is 0.4%",
    "Researcher Una Fenwick rejected all 25 of us",
    "Avoid Oakpine! 50 rejections in one night",
    "Requester: New Ferry Psych. 44 rejected.",
)
READ = [line for line in LINES if line.text not in MISREAD]


def test_few_lines_are_misread():
    assert len(READ) >= 0.96 * len(LINES)


@pytest.mark.parametrize("line", READ, ids=lambda line: line.text[:60])
def test_a_line_is_read_as_what_it_is(line: Line, platforms: Platforms):
    reading = reading_of(line.text, platforms)

    assert (reading.kind, reading.reportable, named(reading)) == (line.kind, line.reportable, line.mention)
    if line.n is not None:
        assert reading.facts.n_rejected == line.n
    if line.share is not None:
        assert reading.facts.share is line.share


@pytest.mark.parametrize("line", [*TALKS, *OTHERS], ids=lambda line: line.text[:60])
def test_what_claims_nothing_is_never_reportable_wherever_it_is_posted(line: Line, platforms: Platforms):
    for source in ("reddit:mturk", "xenforo:https://forum.example.org", "carrier-pigeon:7"):
        reading = reading_of(line.text, platforms, source)

        assert not reading.reportable
        assert reading.facts.n_rejected is None


@pytest.mark.parametrize("line", [m for m in MASSES if m in READ], ids=lambda line: line.text[:60])
def test_a_claim_in_somebody_elses_quote_is_not_this_authors(line: Line, platforms: Platforms):
    quoted = "> " + line.text + "\n\nThat sounds rough. I was asleep all day."

    reading = reading_of(quoted, platforms)

    assert reading.kind is not Kind.MASS
    assert not reading.reportable


@pytest.mark.parametrize("line", [m for m in MASSES if m.reportable and m in READ], ids=lambda line: line.text[:60])
def test_a_claim_is_found_among_sentences_about_other_things(line: Line, platforms: Platforms):
    text = "Morning everyone. The weather is awful and my coffee is cold.\n" + line.text + "\nBack to work I suppose."

    reading = reading_of(text, platforms)

    assert reading.reportable
    assert named(reading) == line.mention
