"""F4, L14: posts are looked at again where they stand, with the real praw; what is gone counts no more, and is told."""

from __future__ import annotations

import hashlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from fakereddit import START, Answer, FakeReddit, fake_reddit

from bot import following, intake, sweeper
from bot.commands import Desk, Person, answer
from bot.following import TOO_MANY_GONE, Followed, correct, follow_due, is_believed
from bot.model import Guild, Incident, Outcome, Reason, Stage
from bot.rules import Rules
from bot.sources.reddit import Reddit, RedditClient, look
from bot.storage import Store
from bot.storage.posts import LOOK_AFTER, LOOK_EVERY, next_look
from tests.making import DAY, HOUR, MINUTE, NOW, guild
from tests.storage.build import Clock

SUBREDDIT = "exampleturkers"
NAME = "Quillmere Vision Group"
BEGAN = datetime.fromtimestamp(START, UTC)


@dataclass
class World:
    """A Reddit, a bot that reads it, and a clock."""

    reddit: FakeReddit
    client: RedditClient
    store: Store
    by: Rules
    clock: Clock

    def say(self, n: int, text: str | None = None, **more: str) -> str:
        own = " ".join(hashlib.sha256(f"{n} {part}".encode()).hexdigest()[:8] for part in range(20))
        said = text or f"{NAME} just rejected all {60 + n} of my studies on Prolific. {own}"
        return self.reddit.post(SUBREDDIT, f"{NAME} rejected everything {n}", said, author=f"worker_{n}", **more)

    async def read(self) -> None:
        page = await Reddit(SUBREDDIT, self.client).read(None, {})
        await intake.take(self.store, self.by, page)

    async def follow(self) -> Followed:
        return await follow_due(self.store, self.by, {"reddit": partial(look, self.client)})

    async def after(self, span: timedelta) -> Followed:
        self.clock.pass_by(span)
        await sweeper.sweep(self.store, self.by)
        return await self.follow()

    async def incident(self) -> Incident:
        return await self.store.read(lambda tx: tx.get_incident(1))

    async def shown(self, channel: str) -> str:
        rows = await self.store.read(lambda tx: tx.outbox())
        return "\n".join(row.wanted or row.payload for row in rows if row.channel_key == channel)

    async def cells(self, question: str) -> list[object]:
        rows = await self.store.read(lambda tx: tx.connection.exec_driver_sql(question).all())
        return [row[0] for row in rows]


@pytest.fixture
async def world(store: Store, by: Rules, clock: Clock) -> AsyncIterator[World]:
    clock.now = BEGAN + 30 * MINUTE
    await store.write(lambda tx: tx.save_guild(guild()))
    async with fake_reddit() as reddit:
        client = RedditClient(reddit.login(), timeout=2)
        yield World(reddit, client, store, by, clock)
        await client.close()


def test_a_post_is_looked_at_at_its_four_hours_and_daily_while_its_words_are_there() -> None:
    at, looks = NOW, []
    while at < NOW + 4 * DAY:
        at = next_look(NOW, at)
        looks.append(at - NOW)

    assert looks[:4] == list(LOOK_AFTER) == [HOUR, 6 * HOUR, 24 * HOUR, 47 * HOUR]
    assert looks[4] == 70 * HOUR
    assert next_look(NOW - 9 * DAY, NOW) == NOW + LOOK_EVERY
    assert max(b - a for a, b in pairwise(looks)) <= DAY


async def test_nothing_is_asked_before_an_hour_has_passed_and_then_once(world: World) -> None:
    world.say(1)
    await world.read()
    asked = len(world.reddit.requests)

    early = await world.after(20 * MINUTE)
    due = await world.after(15 * MINUTE)
    again = await world.after(MINUTE)

    assert [each.looked for each in (early, due, again)] == [0, 1, 0]
    assert len(world.reddit.requests) == asked + 1


async def test_a_post_that_stays_as_it_is_changes_nothing(world: World) -> None:
    for n in range(3):
        world.say(n)
    await world.read()
    before = await world.incident()

    found = await world.after(HOUR)

    assert (found.looked, found.edited, found.gone) == (3, 0, 0)
    assert (await world.incident()).reports == before.reports


@pytest.mark.parametrize("how", ["vanish", "remove", "leave"])
async def test_what_is_deleted_removed_or_without_an_account_is_purged_and_counts_no_more(
    world: World, how: str
) -> None:
    keys = [world.say(n) for n in range(3)]
    await world.read()
    voice = world.by.voice_key("reddit", "worker_0")
    assert await world.cells(f"SELECT count(*) FROM reports WHERE voice_key = '{voice}'") == [1]

    getattr(world.reddit, how)(keys[0])
    found = await world.after(HOUR)

    assert found.gone == 1
    assert len((await world.incident()).reports) == 2
    gone = f"FROM posts WHERE key = '{keys[0]}'"
    for cell in ("title", "text", "url", "voice_key", "reading", "look_at"):
        assert await world.cells(f"SELECT {cell} {gone}") == [None]
    assert await world.cells(f"SELECT count(*) FROM reports WHERE voice_key = '{voice}'") == [0]
    assert await world.cells("SELECT count(*) FROM posts WHERE text IS NOT NULL") == [2]


async def test_what_is_gone_is_not_read_again_as_new(world: World) -> None:
    (key, *_) = [world.say(n) for n in range(2)]
    await world.read()
    thing = world.reddit[key]
    world.reddit.vanish(key)
    await world.after(HOUR)

    world.reddit.things.append(thing)
    await world.read()

    assert len((await world.incident()).reports) == 1


async def test_members_who_were_warned_hear_that_it_is_withdrawn(world: World) -> None:
    keys = [world.say(n) for n in range(3)]
    await world.read()
    assert "unverified" in await world.shown(guild().alert_channel or "")

    world.reddit.vanish(*keys)
    found = await world.after(HOUR)

    assert [each.alert.reason for each in found.told] == [Reason.WITHDRAWN]
    assert "Withdrawn: our warning" in await world.shown(guild().alert_channel or "")
    assert (await world.incident()).stage is Stage.WATCHED


async def test_where_less_is_left_the_card_says_so(world: World) -> None:
    keys = [world.say(n) for n in range(6)]
    await world.read()
    assert "5 workers" in await world.shown(guild().moderator_channel or "")

    world.reddit.vanish(*keys[:2])
    await world.after(HOUR)

    assert "4 workers" in await world.shown(guild().moderator_channel or "")
    assert "Fewer than 5 workers" in await world.shown(guild().alert_channel or "")


async def test_what_is_edited_so_that_it_claims_nothing_counts_no_more_and_the_old_words_are_gone(
    world: World, tmp_path
) -> None:
    keys = [world.say(n, f"{NAME} rejected all {60 + n} of my studies, Zaunkoenig {n * '§'}") for n in range(2)]
    await world.read()

    world.reddit.edit(keys[0], "Never mind, I misread the page. All is well.")
    world.reddit[keys[0]]["title"] = "Never mind"
    world.reddit.vanish(keys[1])
    found = await world.after(HOUR)

    assert (found.edited, found.gone) == (1, 1)
    assert (await world.incident()).reports == ()
    assert await world.cells(f"SELECT text FROM posts WHERE key = '{keys[0]}'") == [
        "Never mind, I misread the page. All is well."
    ]
    files = b"".join(each.read_bytes() for each in tmp_path.glob("watch.sqlite3*"))
    assert b"Zaunkoenig" not in files


async def test_a_corrected_number_corrects_the_report_and_is_no_second_one(world: World) -> None:
    key = world.say(1)
    world.say(2)
    await world.read()
    (first, _) = (await world.incident()).reports

    text = world.reddit[key]["selftext"].replace("all 61", "all 16")
    world.reddit.edit(key, text)
    await world.after(HOUR)

    (now_is, _) = (await world.incident()).reports
    assert (first.facts.n_rejected, now_is.facts.n_rejected) == (61, 16)
    assert (now_is.key, now_is.at, now_is.voice.key) == (first.key, first.at, first.voice.key)


async def test_who_adds_that_it_was_reversed_has_still_reported_it(world: World) -> None:
    key = world.say(1)
    world.say(2)
    await world.read()

    world.reddit.edit(key, f"UPDATE: {NAME} reversed all of my rejections, everything was overturned and paid.")
    world.reddit[key]["title"] = f"{NAME} reversed everything"
    await world.after(HOUR)

    known = await world.incident()
    assert sorted(str(report.stance) for report in known.reports) == ["report", "report", "reversal"]
    assert known.outcome is not Outcome.OPEN


async def test_what_becomes_a_report_by_an_edit_is_one(world: World) -> None:
    key = world.say(1, "Anybody here who did the studies with the birds? Asking for advice.")
    world.reddit[key]["title"] = "A question"
    world.say(2)
    await world.read()
    assert len((await world.incident()).reports) == 1

    world.reddit.edit(key, f"{NAME} just rejected all 61 of my studies on Prolific. Every single one of them.")
    await world.after(HOUR)

    assert len((await world.incident()).reports) == 2


async def test_a_place_that_does_not_answer_is_asked_again_later_and_nothing_is_lost(world: World) -> None:
    key = world.say(1)
    world.say(2)
    await world.read()
    world.reddit.vanish(key)
    world.reddit.answers.append(Answer(status=403))

    refused = await world.after(HOUR)
    waiting = await world.after(MINUTE)
    later = await world.after(following.AGAIN_AFTER)

    assert [each.looked for each in (refused, waiting)] == [0, 0]
    assert later.gone == 1


async def test_an_answer_without_any_of_many_is_not_believed(world: World) -> None:
    keys = [world.say(n) for n in range(25)]
    await world.read()
    world.reddit.vanish(*keys)

    found = await world.after(HOUR)

    assert found.looked == 0
    assert await world.cells("SELECT count(*) FROM posts WHERE text IS NOT NULL") == [25]


async def test_more_than_a_hundred_are_asked_for_in_hundreds(world: World) -> None:
    for n in range(130):
        world.reddit.post(SUBREDDIT, "Small talk", f"Nothing much {n}", author=f"worker_{n}")
    things = list(world.reddit.things)
    for part in (things[:65], things):
        world.reddit.things = part
        await world.read()
    asked = len(world.reddit.requests)

    found = await world.after(4 * HOUR)

    (stored,) = await world.cells("SELECT count(*) FROM posts")
    assert found.looked == stored > 100
    assert len(world.reddit.requests) == asked + 2


async def test_correcting_twice_does_it_once_and_a_stranger_does_nothing(world: World) -> None:
    key = world.say(1)
    world.say(2)
    await world.read()

    first = await correct(world.store, world.by, {(f"reddit:{SUBREDDIT}", key): None})
    again = await correct(world.store, world.by, {(f"reddit:{SUBREDDIT}", key): None, ("reddit:x", "t3_x"): None})

    assert (first.gone, again.gone, again.looked) == (1, 0, 0)


async def damaged(world: World, incident_id: int) -> None:
    """What is stored of an incident cannot be read any more: whatever looks at it fails."""
    cell = f"UPDATE incidents SET why = 'no JSON' WHERE incident_id = {incident_id}"
    await world.store.write(lambda tx: tx.connection.exec_driver_sql(cell))


async def test_a_post_that_cannot_be_corrected_holds_up_no_other_and_its_words_are_gone_all_the_same(
    world: World,
) -> None:
    other = "Fernhill Data just rejected all 80 of my studies on Prolific, every single one of them."
    keys = [world.say(1), world.reddit.post(SUBREDDIT, "Fernhill Data rejected all", other, author="worker_9")]
    await world.read()
    await damaged(world, 1)
    world.reddit.vanish(*keys)
    world.clock.pass_by(HOUR)

    found = await world.follow()
    again = await world.follow()

    assert (found.gone, again.looked) == (2, 0)
    assert await world.cells("SELECT count(*) FROM posts WHERE text IS NOT NULL OR voice_key IS NOT NULL") == [0]
    assert await world.cells("SELECT count(*) FROM reports WHERE removed_at IS NULL") == [0]
    assert len((await world.store.read(lambda tx: tx.get_incident(2))).reports) == 0
    assert await world.cells("SELECT count(*) FROM incidents WHERE incident_id = 1 AND next_at IS NOT NULL") == [1]


async def test_an_edit_that_cannot_be_taken_in_is_tried_again_in_an_hour(world: World) -> None:
    key = world.say(1)
    await world.read()
    await damaged(world, 1)
    world.reddit.edit(key, f"{NAME} reversed all of it, thank you.")
    world.clock.pass_by(HOUR)

    at_first = await world.follow()
    at_once = await world.follow()
    world.clock.pass_by(HOUR)
    later = await world.follow()

    assert (at_first.looked, at_once.looked, later.looked) == (1, 0, 1)


@pytest.mark.parametrize("seed", range(3))
async def test_what_goes_at_its_place_is_gone_here_within_a_day(world: World, seed: int) -> None:
    """F4 at a third of its load: deletions, removals, edits and accounts that go, at any hour; purged within 24 h."""
    dice = random.Random(seed)
    keys = [world.say(n) for n in range(30)]
    await world.read()
    pending: dict[str, datetime] = {}
    for _ in range(3 * 24):
        for key in dice.sample(keys, k=1):
            if key in pending or world.clock.now > BEGAN + 46 * HOUR:
                continue
            getattr(world.reddit, dice.choice(("vanish", "remove", "leave")))(key)
            pending[key] = world.clock.now
        await world.after(HOUR)
        await sweeper.drop_words(world.store, blind=("feed",))
        there = set(await world.cells("SELECT key FROM posts WHERE text IS NOT NULL OR voice_key IS NOT NULL"))
        late = [key for key, at in pending.items() if key in there and world.clock.now - at > DAY]
        assert late == []

    assert len(pending) > 15
    assert await world.cells("SELECT count(*) FROM posts WHERE text IS NOT NULL") == [0]


@pytest.mark.parametrize(
    ("note", "unseen"), [(None, {"feed:a", "reddit:b"}), ("feed", {"feed:a"}), ("feed reddit", {"feed:a", "reddit:b"})]
)
async def test_status_names_the_sources_whose_corrections_are_not_seen(
    store: Store, by: Rules, note: str | None, unseen: set[str]
) -> None:
    def fill(tx) -> None:
        for source in ("feed:a", "reddit:b", "discord:1"):
            tx.add_source(source)
        if note is not None:
            tx.set_note(sweeper.BLIND_NOTE, note)

    await store.write(fill)
    moderator = Person(key="1", site="discord", guild=Guild(guild_key="discord:1", name="x"), moderator=True)

    shown = dict((await answer(Desk(store, by), moderator, "status")).card.fields)["Sources"]

    lines = [line for line in shown.splitlines() if "corrections at this source are not seen" in line]
    assert {line.partition(": ")[0] for line in lines} == unseen


@pytest.mark.parametrize(
    ("known", "shown", "believed"),
    [
        (0, 0, True),
        (1, 0, True),
        (TOO_MANY_GONE - 1, 0, True),
        (TOO_MANY_GONE, 0, False),
        (10_000, 0, False),
        (TOO_MANY_GONE, 1, True),
        (10_000, 1, True),
    ],
)
def test_a_place_that_shows_nothing_at_all_is_not_believed_about_many_posts(
    known: int, shown: int, believed: bool
) -> None:
    assert is_believed(known, shown) is believed
