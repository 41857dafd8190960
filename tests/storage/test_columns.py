"""Columns: what goes in comes out, on both engines, whatever it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Stage, State
from bot.storage import Store
from bot.storage.columns import LARGEST, Choice, Flag, Instant, Whole, Words, storable
from tests.storage.build import NOW, incident, post

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001 - hypothesis adds them


@given(MOMENTS)
def test_a_moment_comes_back_to_the_microsecond_in_utc(moment: datetime) -> None:
    stored = Instant().process_bind_param(moment, None)

    back = Instant().process_result_value(stored, None)

    assert back == moment
    assert back.tzinfo is UTC


@given(MOMENTS, MOMENTS)
def test_moments_are_ordered_in_the_database_as_in_time(one: datetime, other: datetime) -> None:
    stored = [Instant().process_bind_param(moment, None) for moment in (one, other)]

    assert (stored[0] < stored[1]) == (one < other)


@pytest.mark.parametrize("edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
async def test_the_first_and_the_last_moment_are_stored(store: Store, edge: datetime) -> None:
    await store.write(lambda tx: tx.add_posts([(post(posted_at=edge), None, None)]))

    found = await store.read(lambda tx: tx.find_post("reddit:example", "p1"))

    assert found is not None
    assert found[1].posted_at == edge


async def test_a_moment_of_another_zone_comes_back_in_utc(store: Store) -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-7)))
    await store.write(lambda tx: tx.add_posts([(post(posted_at=there), None, None)]))

    found = await store.read(lambda tx: tx.find_post("reddit:example", "p1"))

    assert found is not None
    assert found[1].posted_at == NOW
    assert found[1].posted_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), None)  # noqa: DTZ001 - the point of the test


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_storable_and_keeps_its_length(text: str) -> None:
    mended = storable(text)

    mended.encode()
    assert "\x00" not in mended
    assert len(mended) == len(text)
    assert storable(mended) == mended


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")))
def test_text_that_can_be_stored_is_not_touched(text: str) -> None:
    assert Words().process_bind_param(text, None) == text


@pytest.mark.parametrize(("told", "kept"), [(0, 0), (10**40, LARGEST), (LARGEST, LARGEST)])
async def test_numbers_beyond_any_sense_are_clamped(store: Store, told: int, kept: int) -> None:
    saved = await store.write(lambda tx: tx.save_incident(incident(None, n_rejected=told)))

    assert (await store.read(lambda tx: tx.get_incident(saved.incident_id))).n_rejected == kept


def test_nothing_stays_nothing() -> None:
    for column in (Instant(), Words(), Whole(), Flag(), Choice(Stage)):
        assert column.process_bind_param(None, None) is None
    for column in (Instant(), Flag(), Choice(Stage)):
        assert column.process_result_value(None, None) is None


@pytest.mark.parametrize("word", list(State))
def test_words_come_back_as_themselves(word: State) -> None:
    assert Choice(State).process_result_value(Choice(State).process_bind_param(word, None), None) is word
