"""Polling with a real store: what is due is read, what fails waits its turn, and nobody stops anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakeforum import fake_forum, says
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError, SourceBusy, SourceError, SourceGone
from bot.model import Page, Post, Watch
from bot.sources import Source, open_source
from bot.sources.http import Http, Limits
from bot.storage import Store
from bot.watcher import GONE_WAIT, LONGEST_BUSY, LONGEST_WAIT, SHORTEST_WAIT, Polling, poll_due, wait_after
from tests.harness import warm

EVERY = timedelta(minutes=5)
QUICK = Polling(within=timedelta(seconds=0.3))


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 21, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


class Place:
    """A source that tells a story: each read takes the next of `answers`, the last one again and again."""

    kind = "feed"
    every = EVERY

    def __init__(self, address: str, answers: list[object]) -> None:
        self.address = address
        self.answers = answers
        self.asked: list[tuple[str | None, dict[str, str]]] = []

    async def read(self, cursor: str | None, validators: Mapping[str, str]) -> Page:
        self.asked.append((cursor, dict(validators)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        if isinstance(answer, Exception):
            raise answer
        number = len(self.asked)
        post = Post(source=f"feed:{self.address}", key=f"post-{number}", text="All rejected")
        cursor = f"cursor-{number}"
        return Page(source=f"feed:{self.address}", posts=(post,), cursor=cursor, validators={"etag": f"etag-{number}"})


@dataclass
class World:
    """A store, its clock, the places behind the sources, and what was taken in."""

    store: Store
    clock: Clock
    places: dict[str, Place] = field(default_factory=dict)
    taken: list[Page] = field(default_factory=list)
    spoilt: Exception | None = None

    async def watch(self, name: str, *answers: object) -> Place:
        place = self.places[f"feed:{name}"] = Place(name, list(answers) or [None])
        await self.store.write(lambda tx: tx.add_source(f"feed:{name}"))
        return place

    def open(self, spec: str) -> Source:
        if spec not in self.places:
            raise SettingsError(f"{spec!r} is not a source this bot can read.")
        return self.places[spec]

    async def take(self, page: Page, watch: Watch, next_at: datetime) -> None:
        if self.spoilt is not None:
            raise self.spoilt
        self.taken.append(page)
        await self.store.write(
            lambda tx: tx.settle_source(watch, next_at=next_at, cursor=page.cursor, validators=page.validators)
        )

    async def poll(self, chance: float = 0.5, polling: Polling = QUICK) -> int:
        return await poll_due(self.store, self.open, self.take, random=lambda: chance, polling=polling)

    async def state(self, name: str) -> Watch:
        watch = await self.store.read(lambda tx: tx.find_source(f"feed:{name}"))
        assert watch is not None
        return watch


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = Clock()
    store = await warm.opened(tmp_path / "watch.sqlite3", clock)
    yield World(store, clock)
    await store.close()


async def test_a_new_source_is_read_at_once_and_then_in_its_own_time(world: World):
    place = await world.watch("a")

    polled = [await world.poll(), await world.poll()]
    world.clock.forward(EVERY)
    polled.append(await world.poll())

    assert polled == [1, 0, 1]
    assert place.asked == [(None, {}), ("cursor-1", {"etag": "etag-1"})]
    assert [page.posts[0].key for page in world.taken] == ["post-1", "post-2"]


async def test_the_rhythm_is_kept_from_when_it_was_due_to_be_read(world: World):
    await world.watch("a", 0.05)

    await world.poll()

    assert (await world.state("a")).next_at == world.clock.now + EVERY


async def test_a_failure_waits_longer_each_time_and_keeps_the_cursor(world: World):
    place = await world.watch("a", None, SourceError("It answered HTTP 500."), SourceError("Again."), None)
    await world.poll()
    waits = []
    for _ in range(2):
        world.clock.now = (await world.state("a")).next_at
        assert await world.poll(chance=0.999) == 0
        waits.append((await world.state("a")).next_at - world.clock.now)

    failed = await world.state("a")
    world.clock.now = failed.next_at
    await world.poll()
    mended = await world.state("a")

    assert SHORTEST_WAIT <= waits[0] < waits[1] <= LONGEST_WAIT
    assert (failed.failures, failed.trouble, failed.cursor) == (2, "Again.", "cursor-1")
    assert (mended.failures, mended.trouble) == (0, None)
    assert place.asked[-1] == ("cursor-1", {"etag": "etag-1"})


async def test_a_busy_source_is_left_in_peace_as_long_as_it_asked(world: World):
    await world.watch("a", SourceBusy("Later.", timedelta(minutes=7)))

    await world.poll()

    assert (await world.state("a")).next_at == world.clock.now + timedelta(minutes=7)
    assert (await world.state("a")).trouble == "Later."


async def test_a_place_that_stays_gone_is_asked_once_an_hour_and_the_owner_told(world: World):
    await world.watch("a", SourceGone("https://a/ is not there (HTTP 404)."))
    told = []
    for _ in range(4):
        await world.poll(chance=0.0)
        state = await world.state("a")
        told.append((state.next_at - world.clock.now, "once an hour" in (state.trouble or "")))
        world.clock.now = state.next_at

    assert told == [(SHORTEST_WAIT, False), (SHORTEST_WAIT, False), (GONE_WAIT, True), (GONE_WAIT, True)]


async def test_a_place_that_comes_back_is_read_on(world: World):
    await world.watch("a", *[SourceGone("Gone.")] * 3, None)
    for _ in range(4):
        await world.poll()
        world.clock.now = (await world.state("a")).next_at

    assert len(world.taken) == 1
    assert (await world.state("a")).trouble is None


async def test_a_source_that_hangs_stops_no_other_and_is_ended(world: World):
    await world.watch("hangs", 30.0)
    for name in "abc":
        await world.watch(name)

    polled = await asyncio.wait_for(world.poll(), 10)

    assert polled == 3
    assert {page.source for page in world.taken} == {"feed:a", "feed:b", "feed:c"}
    assert "did not answer within" in ((await world.state("hangs")).trouble or "")


async def test_sources_are_read_side_by_side(world: World):
    for number in range(6):
        await world.watch(f"slow-{number}", 0.2)
    loop = asyncio.get_running_loop()
    start = loop.time()

    await world.poll()

    assert loop.time() - start < 6 * 0.2
    assert len(world.taken) == 6


async def test_never_more_at_once_than_asked_for(world: World):
    active = most = 0

    class Counting(Place):
        async def read(self, cursor: str | None, validators: Mapping[str, str]) -> Page:
            nonlocal active, most
            active += 1
            most = max(most, active)
            await asyncio.sleep(0.01)
            active -= 1
            return await super().read(cursor, validators)

    for number in range(7):
        await world.watch(f"{number}")
        world.places[f"feed:{number}"] = Counting(f"{number}", [None])

    polled = await world.poll(polling=Polling(limit=6, at_once=2))

    assert (polled, most) == (6, 2)


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyError("another"), RuntimeError("secret words")])
async def test_a_bug_in_one_source_stops_no_other_and_shows_no_details(world: World, error: Exception):
    await world.watch("broken", error)
    await world.watch("a")

    polled = await world.poll()

    trouble = (await world.state("broken")).trouble or ""
    assert polled == 1
    assert "could not be taken in" in trouble
    assert str(error) not in trouble


async def test_a_page_that_cannot_be_stored_is_read_again_from_the_same_cursor(world: World):
    place = await world.watch("a")
    world.spoilt = RuntimeError("disk full")
    await world.poll()
    world.spoilt = None
    world.clock.now = (await world.state("a")).next_at

    await world.poll()

    assert [cursor for cursor, _ in place.asked] == [None, None]
    assert len(world.taken) == 1


async def test_a_source_that_makes_no_sense_is_told_and_not_asked_all_the_time(world: World):
    await world.store.write(lambda tx: tx.add_source("feed:unknown"))
    await world.watch("a")

    polled = await world.poll()

    assert polled == 1
    assert "not a source" in ((await world.state("unknown")).trouble or "")
    assert (await world.state("unknown")).next_at == world.clock.now + GONE_WAIT


async def test_kinds_that_others_read_are_left_to_them(world: World):
    await world.store.write(lambda tx: tx.add_source("discord:123456"))

    await world.poll()

    watch = await world.store.read(lambda tx: tx.find_source("discord:123456"))
    assert (watch.next_at, watch.trouble) == (None, None)


async def test_two_watchers_on_one_store_read_a_source_once(world: World):
    place = await world.watch("a", 0.1)

    polled = await asyncio.gather(world.poll(), world.poll())

    assert sorted(polled) == [0, 1]
    assert len(place.asked) == 1


async def test_a_watcher_that_died_gives_its_sources_back_after_a_while(world: World):
    place = await world.watch("a", 0.2, None)
    dying = asyncio.ensure_future(world.poll())
    await asyncio.sleep(0.1)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)

    at_once = await world.poll()
    world.clock.forward(timedelta(minutes=10))
    later = await world.poll()

    assert (at_once, later) == (0, 1)
    assert len(place.asked) == 2


async def test_an_interrupted_read_that_took_too_long_does_not_undo_a_later_one(world: World):
    await world.watch("a", 0.2, None)
    slow = asyncio.ensure_future(world.poll())
    await asyncio.sleep(0.05)
    world.clock.forward(timedelta(minutes=10))
    await world.poll()
    after_fast = await world.state("a")

    await slow

    assert await world.state("a") == after_fast


async def test_with_a_real_feed_the_posts_come_once_and_an_outage_loses_none(world: World):
    http = Http(allow_private=True, limits=Limits(pace=timedelta(milliseconds=1), attempts=1))
    seen: list[str] = []

    async def take(page: Page, watch: Watch, next_at: datetime) -> None:
        def work(tx) -> None:
            new = tx.unseen(page.posts)
            tx.add_posts([(post, None, None) for post in new])
            tx.settle_source(watch, next_at=next_at, cursor=page.cursor, validators=page.validators)
            seen.extend(post.key for post in new)

        await world.store.write(work)

    async with fake_forum() as forum:
        await world.store.write(lambda tx: tx.add_source(f"feed:{forum.url}"))
        for number in range(1, 6):
            forum.publish(number)
            if number in (2, 3):
                forum.replies.append(says("<html>maintenance</html>", 503))
            await poll_due(world.store, lambda spec: open_source(spec, http), take, random=lambda: 0.5)
            world.clock.forward(timedelta(hours=1))

    await http.close()
    assert seen == ["guid-1", "guid-2", "guid-3", "guid-4", "guid-5"]


ERRORS: st.SearchStrategy[Exception] = st.one_of(
    st.builds(SourceError, st.just("x")),
    st.builds(SourceGone, st.just("x")),
    st.builds(SourceBusy, st.just("x"), st.timedeltas(timedelta(days=-1), timedelta(days=9))),
    st.builds(SettingsError, st.just("x")),
    st.builds(ValueError, st.just("x")),
)


@given(ERRORS, st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_no_wait_is_shorter_than_a_second_or_longer_than_an_hour(error: Exception, failures: int, chance: float):
    wait = wait_after(error, failures, chance)

    assert timedelta(seconds=1) <= wait <= LONGEST_BUSY


@pytest.mark.parametrize(
    ("error", "failures", "least", "most"),
    [
        (SourceError("x"), 1, 30, 60),
        (SourceError("x"), 2, 30, 120),
        (SourceError("x"), 5, 30, 960),
        (SourceError("x"), 6, 30, 1800),
        (SourceError("x"), 99, 30, 1800),
        (SourceGone("x"), 2, 30, 120),
        (SourceGone("x"), 3, 3600, 3600),
        (SettingsError("x"), 1, 3600, 3600),
        (SourceBusy("x", timedelta(seconds=90)), 9, 90, 90),
        (SourceBusy("x", timedelta(days=1)), 1, 3600, 3600),
        (SourceBusy("x", timedelta(0)), 1, 1, 1),
    ],
)
def test_how_long_a_source_is_left_in_peace(error: Exception, failures: int, least: int, most: int):
    shortest, longest = (wait_after(error, failures, chance).total_seconds() for chance in (0.0, 0.999999))

    assert shortest == least
    assert most - 1 <= longest <= most
