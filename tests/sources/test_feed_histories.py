"""B4: three hundred feeds that get guids, dates and order wrong: each post has one key for ever, no two the same."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Format
from bot.sources.keys import Entry, give_keys, recall, remember
from tests.making import DAY, NOW

FEEDS, READS, SHOWN = 300, 8, 25


class Feed:
    """A forum's newest posts, and how it spoils them."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.guids = dice.choice(("sound", "missing", "equal", "flipping", "empty"))
        self.dates = dice.choice(("sound", "missing", "odd"))
        self.written: list[Entry] = []

    def write(self) -> None:
        for _ in range(self.dice.randrange(6)):
            number = len(self.written)
            link = f"https://forum.example.org/t/{number if self.dice.random() < 0.7 else number // 3}"
            self.written.append(Entry(
                guid=f"guid {number}", link=link, title=f"Thread {link[-2:]}", author="ann",
                text=f"What was said {number}", format=Format.PLAIN, posted_at=NOW + number * timedelta(minutes=1),
            ))  # fmt: skip

    def shown(self) -> list[Entry]:
        """The newest, as this feed shows them at this moment."""
        found = [self._spoilt(each) for each in self.written[-SHOWN:]]
        if self.dice.random() < 0.3:
            self.dice.shuffle(found)
        return found

    def _spoilt(self, entry: Entry) -> Entry:
        guid = {"sound": entry.guid, "missing": None, "equal": "the same", "empty": ""}.get(
            self.guids, f"{entry.guid} {self.dice.getrandbits(32)}"
        )
        years = self.dice.choice((-10, 10)) * 365 * DAY
        at = {"sound": entry.posted_at, "missing": None}.get(self.dates, NOW + years)
        return replace(entry, guid=guid, posted_at=at)


@pytest.mark.parametrize("part", range(3))
def test_a_post_keeps_its_key_whatever_the_feed_does_and_shares_it_with_none(part: int) -> None:
    for seed in range(part, FEEDS, 3):
        feed, cursor, keys = Feed(random.Random(f"feed {seed}")), None, dict[str, set[str]]()
        for _ in range(READS):
            feed.write()
            keyed = give_keys(feed.shown(), recall(cursor))
            cursor = remember(keyed, recall(cursor))
            for key, entry in keyed:
                keys.setdefault(entry.text, set()).add(key)

        told = (seed, feed.guids)
        assert keys.keys() == {entry.text for entry in feed.written}, told
        assert all(len(each) == 1 for each in keys.values()), told
        assert len(set.union(set(), *keys.values())) == len(keys), told
