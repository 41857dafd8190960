"""Archives through the real pipeline: the posts' own times are the clock, and nothing stops it."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import archives, telling
from bot.archives import Line
from bot.model import Post
from bot.replay import AFTERWARDS, BAD_SHOWN, PostsClock, Replay, Summary, pages
from bot.storage import Store
from tests.making import rules

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EPOCH = datetime.fromtimestamp(0, UTC)


def record(n: int, text: str | None = None, **told: Any) -> dict[str, Any]:
    at = (START + timedelta(minutes=7 * n)).isoformat()
    said = text or f"Example Research Lab rejected all {30 + n} of my studies, no reason given. {spoken(n)}"
    made = {"key": f"p{n}", "source": "reddit:exampleturkers", "text": said, "posted_at": at}
    return {**made, "author_key": f"worker-{n}", "platform": "prolific", **told}


def spoken(n: int) -> str:
    """Words that no other worker of the test uses."""
    letters = random.Random(n)
    return " ".join("".join(letters.choices("abcdefghiklmnoprstuvw", k=7)) for _ in range(12))


@pytest.fixture
def clock() -> PostsClock:
    return PostsClock(EPOCH)


@pytest.fixture
def replay(store: Store, clock: PostsClock) -> Replay:
    return Replay(store, rules(), clock, (telling.HISTORY,))


def written(path: Path, *records: dict[str, Any] | str) -> Path:
    path.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in records))
    return path


async def replayed(replay: Replay, *paths: Path) -> list[telling.Told]:
    told: list[telling.Told] = []
    for page in pages(archives.lines(paths), replay.summary):
        told += (await replay.take([line.post for line in page if line.post is not None])).told
    return told + await replay.afterwards(replay.clock.at + timedelta(days=30))


async def test_a_mass_rejection_of_long_ago_is_found_at_its_own_time(replay: Replay, tmp_path: Path) -> None:
    told = await replayed(replay, written(tmp_path / "a.jsonl", *(record(n) for n in range(8))))

    assert told
    assert START < told[0].alert.at < START + timedelta(hours=2)
    assert told[0].requester.name == "Example Research Lab"
    assert replay.summary.as_dict() == {"read": 8, "new": 8, "seen": 0, "bad": 0, "reports": 8, "alerts": len(told)}


async def test_what_is_found_in_archives_goes_to_no_channel(replay: Replay, store: Store, tmp_path: Path) -> None:
    await replayed(replay, written(tmp_path / "a.jsonl", *(record(n) for n in range(8))))

    assert await store.read(lambda tx: tx.outbox()) == ()


async def test_the_same_file_twice_gives_nothing_new_and_no_alert(replay: Replay, store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", *(record(n) for n in range(8)))
    await replayed(replay, path)

    again = Replay(store, replay.rules, replay.clock, replay.guilds)
    told = await replayed(again, path)

    assert told == []
    assert again.summary.as_dict() == {"read": 8, "new": 0, "seen": 8, "bad": 0, "reports": 0, "alerts": 0}


async def test_the_order_in_the_file_does_not_matter(replay: Replay, store: Store, tmp_path: Path) -> None:
    records = [record(n) for n in range(8)]
    random.Random(3).shuffle(records)

    told = await replayed(replay, written(tmp_path / "a.jsonl", *records))

    moments = [each.alert.at for each in told]
    assert moments == sorted(moments)
    assert told[0].alert.reason == "suspected"


async def test_ugly_lines_stop_nothing_and_are_counted(replay: Replay, store: Store, tmp_path: Path) -> None:
    ugly = [
        record(1, text="x\ud800y\x00z"),
        "{oops",
        record(2, text="", title="\udfff\x00", author_key="\ud800", url="\x00"),
        record(3, text="rejected " * 300_000),
        record(4, key="\ud800", source="\udfff:\x00"),
        record(5, posted_at=None),
        record(6, posted_at="1990-01-01T00:00:00Z", text="Example Research Lab rejected all 40 of mine"),
        record(7, posted_at="2199-12-31T23:00:00Z", text="Example Research Lab rejected all 41 of mine"),
        record(8, parent_key="p8"),
        record(9, parent_key="nobody"),
        '{"key": "p9"}',
    ]

    await replayed(replay, written(tmp_path / "a.jsonl", *ugly))

    assert replay.summary.read == 11
    assert (replay.summary.new, replay.summary.bad) == (9, 2)
    assert await store.read(lambda tx: tx.count_posts()) == 9
    assert [line.split(": ")[0].split(":")[-1] for line in replay.summary.bad_lines] == ["2", "11"]


async def test_the_clock_follows_the_posts_and_never_goes_back(replay: Replay, clock: PostsClock) -> None:
    later, earlier = START + timedelta(days=1), START

    await replay.take([Post(source="a:b", key="1", text="x", posted_at=later)])
    await replay.take([Post(source="a:b", key="2", text="x", posted_at=earlier), Post(source="a:b", key="3", text="x")])

    assert clock() == later


async def test_time_passes_after_the_last_post_but_no_more_than_a_week(replay: Replay, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", *(record(n, source=f"reddit:s{n}") for n in range(2)))

    told = await replayed(replay, path)

    assert told
    assert all(each.alert.at <= replay.clock.at + AFTERWARDS for each in told)
    assert any(each.alert.public for each in told)


def test_a_clock_that_is_let_run_goes_on_by_itself(clock: PostsClock) -> None:
    clock.at = START
    standing = clock()

    clock.run()
    running = [clock() for _ in range(1_000)]

    assert standing == START
    assert START <= running[0] <= running[-1] < START + timedelta(hours=1)
    assert running == sorted(running)
    assert running[-1] > START


def some(n: int, bad: str | None = None) -> Line:
    post = None if bad else Post(source="a:b", key=str(n), text="x")
    return Line(Path("file.jsonl"), n, post=post, bad=bad, size=1)


@pytest.mark.parametrize(("n", "sizes"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_lines_come_in_pages(n: int, sizes: list[int]) -> None:
    summary = Summary()

    found = list(pages((some(each) for each in range(n)), summary, most=3))

    assert [len(page) for page in found] == sizes
    assert [line.number for page in found for line in page] == list(range(n))


def test_bad_lines_are_counted_and_the_first_are_named() -> None:
    summary = Summary()

    found = list(pages((some(n, "not JSON" if n % 2 else None) for n in range(1, 60)), summary))

    assert summary.bad == summary.read == 30
    assert len(summary.bad_lines) == BAD_SHOWN
    assert summary.bad_lines[:2] == ["file.jsonl:1: not JSON", "file.jsonl:3: not JSON"]
    assert sum(len(page) for page in found) == 29


def test_blank_lines_are_neither_posts_nor_bad() -> None:
    summary = Summary()

    assert list(pages([Line(Path("f"), 1)], summary)) == []
    assert summary == Summary()
