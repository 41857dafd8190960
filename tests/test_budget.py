"""What we ask of Discord stays far below what it allows, whatever happens."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot import budget
from bot.budget import LANE, Budget, Lane, Silenced, session_wait
from tests.harness.virtual import virtual

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
VIA = {"Via": "1.1 x"}


@pytest.fixture
def seconds() -> list[float]:
    return [0.0]


@pytest.fixture
def ours(seconds: list[float]) -> Budget:
    return Budget(clock=lambda: seconds[0])


def test_no_second_sees_more_than_its_share_of_requests() -> None:
    async def story() -> list[float]:
        loop = asyncio.get_running_loop()
        ours, begun = Budget(clock=loop.time), []

        async def ask() -> None:
            await ours.turn()
            begun.append(loop.time())

        await asyncio.gather(*(ask() for _ in range(110)))
        return begun

    begun = virtual(story())

    busiest = max(sum(at <= other < at + 0.999 for other in begun) for at in begun)
    assert busiest <= budget.REQUESTS_A_SECOND
    assert begun[-1] - begun[0] < 5


def test_alerts_go_before_answers_when_there_are_too_many() -> None:
    async def story() -> list[str]:
        ours, order = Budget(clock=asyncio.get_running_loop().time), []

        async def ask(lane: Lane) -> None:
            LANE.set(lane)
            await ours.turn()
            order.append(lane.name)

        answers = [asyncio.create_task(ask(Lane.ANSWER)) for _ in range(60)]
        await asyncio.sleep(0.5)
        await asyncio.gather(*answers, *(asyncio.create_task(ask(Lane.ALERT)) for _ in range(10)))
        return order

    order = virtual(story())

    assert order[budget.REQUESTS_A_SECOND :][:10] == ["ALERT"] * 10


async def test_one_that_gives_up_waiting_holds_nobody_else(seconds: list[float], ours: Budget) -> None:
    for _ in range(budget.REQUESTS_A_SECOND):
        await ours.turn()
    waiting = asyncio.create_task(ours.turn())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    seconds[0] += 1.1
    await ours.turn()


async def test_a_hundred_refusals_in_ten_minutes_end_all_requests_for_a_while(
    seconds: list[float], ours: Budget
) -> None:
    for _ in range(99):
        seconds[0] += 1.0
        ours.heard(403, VIA)
    await ours.turn()
    ours.heard(429, VIA)

    with pytest.raises(Silenced) as silenced:
        await ours.turn()
    seconds[0] += silenced.value.retry_after.total_seconds()
    await ours.turn()

    assert timedelta(minutes=8) < silenced.value.retry_after <= timedelta(minutes=10)


async def test_what_is_refused_to_everybody_is_not_counted(ours: Budget) -> None:
    for _ in range(500):
        ours.heard(429, {**VIA, "X-RateLimit-Scope": "shared"})

    await ours.turn()


@pytest.mark.parametrize(
    ("status", "via", "silent"), [(429, {}, 600.0), (429, VIA, 0.0), (403, {}, 0.0), (200, {}, 0.0)]
)
def test_only_the_shield_makes_us_stop_at_once(ours: Budget, status: int, via: dict[str, str], silent: float) -> None:
    ours.heard(status, via)

    assert ours.silent_for.total_seconds() == silent


@pytest.mark.parametrize(("asked", "silent"), [("60", 60.0), ("-5", 1.0), ("soon", 1.0), ("9e9", 86_400.0)])
def test_a_limit_for_all_requests_holds_all_requests(ours: Budget, asked: str, silent: float) -> None:
    ours.heard(429, {**VIA, "X-RateLimit-Scope": "global", "Retry-After": asked})

    assert ours.silent_for.total_seconds() == silent


async def test_after_a_refused_token_nothing_is_asked_any_more(seconds: list[float], ours: Budget) -> None:
    ours.heard(401, VIA)
    seconds[0] += 1e7

    with pytest.raises(Silenced):
        await ours.turn()


@pytest.mark.parametrize(("begun", "wait"), [(199, 0), (200, 24 * 60 - 10), (400, 24 * 60 - 10)])
def test_sessions_are_counted_over_a_day(begun: int, wait: int) -> None:
    at = [NOW - timedelta(minutes=10)] * begun

    assert session_wait(at, NOW) == timedelta(minutes=wait)
    assert session_wait(at, NOW + timedelta(days=1)) == timedelta()
