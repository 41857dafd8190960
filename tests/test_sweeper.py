"""Time alone: a delay is over, an incident has gone quiet; each once, at its own moment, whoever asks how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import evidence, sweeper
from bot.model import Facts, Guild, Post, Reason, Requester
from bot.naming.canonical import canonical
from bot.policies import EARLY
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.sweeper import AT_ONCE, POSTS_AT_ONCE, drop_words, pass_time, sweep
from bot.telling import HISTORY
from tests.harness.memory import Memory
from tests.making import DAY, HOUR, MINUTE, NOW, guild, hear, report, tell_all
from tests.storage.build import Clock


@pytest.fixture
def guilds() -> tuple[Guild, ...]:
    return (guild(),)


@pytest.fixture
def reported(store: Store, by: Rules, clock: Clock):
    """So many workers report a requester, a few rejections each: nothing that could not wait; the guilds are told."""

    async def crowd(n: int = 3, name: str = "Quillmere Vision Group") -> Requester:
        def work(tx: Transaction) -> Requester:
            theirs = tx.add_requester("prolific", name, canonical(name), None, "text")
            for number in range(1, n + 1):
                made = report(number, clock.now, facts=Facts(n_rejected=20, n_submitted=20, first_hand=True))
                tell_all(tx, by, hear(tx, by, made, theirs))
            return theirs

        return await store.write(work)

    return crowd


async def public(store: Store) -> int:
    rows = await store.read(lambda tx: tx.outbox())
    return sum(row.channel_key == guild().alert_channel for row in rows)


async def test_before_the_delay_is_over_nothing_is_public(store, by, clock, reported) -> None:
    await reported()
    clock.pass_by(EARLY.public_delay - timedelta(seconds=1))

    assert await sweep(store, by) == ()
    assert await public(store) == 0


async def test_when_the_delay_is_over_members_are_told_once(store, by, clock, reported) -> None:
    await reported()
    clock.pass_by(EARLY.public_delay)

    first, second = await sweep(store, by), await sweep(store, by)

    assert [(told.alert.reason, told.alert.public) for told in first] == [(Reason.SUSPECTED, True)]
    assert second == ()
    assert await public(store) > 0


async def test_a_sweep_that_comes_late_tells_all_the_same_and_dates_it_now(store, by, clock, reported) -> None:
    await reported()
    clock.pass_by(9 * HOUR)

    (told,) = await sweep(store, by)

    assert told.alert.at == NOW + 9 * HOUR


async def test_nobody_is_told_what_is_over_before_a_sweep_came(store, by, clock, reported) -> None:
    await reported()
    clock.pass_by(60 * DAY)

    told = await sweep(store, by)

    assert [each.alert.reason for each in told if each.alert.public] == []


async def test_where_nobody_reports_any_more_the_incident_ends(store, by, clock, reported) -> None:
    theirs = await reported()
    clock.pass_by(EARLY.public_delay)
    await sweep(store, by)

    clock.pass_by(EARLY.quiet_for)
    told = await sweep(store, by)

    assert [each.alert.reason for each in told] == [Reason.EXPIRED]
    assert await store.read(lambda tx: tx.open_incident(theirs.requester_id)) is None
    assert await store.read(lambda tx: tx.incidents_due(clock.now, 5)) == ()


async def test_however_often_time_is_looked_at_the_story_is_the_same(store, by, clock, reported, tmp_path) -> None:
    await reported()
    often: list[Reason] = []
    for _ in range(17 * 4):
        clock.pass_by(6 * HOUR)
        often += [told.alert.reason for told in await sweep(store, by)]

    assert often == [Reason.SUSPECTED, Reason.EXPIRED]


async def test_in_a_replay_each_change_is_dated_when_it_fell_due(store, by, reported) -> None:
    await reported()

    def work(tx: Transaction):
        return pass_time(tx, by, NOW + 30 * DAY, (HISTORY,))

    told = await store.write(work)

    moments = [(each.alert.reason, each.alert.at - NOW) for each in told]
    assert moments[0] == (Reason.SUSPECTED, EARLY.public_delay)
    assert [at for _, at in moments] == sorted(at for _, at in moments)
    assert moments[-1] == (Reason.EXPIRED, EARLY.quiet_for)


async def test_time_never_goes_back(store, by, reported) -> None:
    await reported()

    def work(tx: Transaction):
        tx.now = NOW + 5 * DAY
        pass_time(tx, by, NOW + HOUR, (HISTORY,))
        return tx.now

    assert await store.write(work) == NOW + 5 * DAY


async def test_more_than_one_handful_is_settled_in_one_go(store, by, clock, reported) -> None:
    for number in range(AT_ONCE + 5):
        await reported(2, f"Invented Lab Number {number}x")
    clock.pass_by(EARLY.public_delay)

    told = await sweep(store, by)

    assert len({each.requester.requester_id for each in told}) == AT_ONCE + 5


async def test_an_incident_that_stays_due_does_not_hold_the_others_or_the_loop(store, by, clock, reported) -> None:
    """However wrong a saved moment is, a sweep comes to its end."""
    theirs = await reported()
    await store.write(
        lambda tx: tx.save_incident(replace(tx.open_incident(theirs.requester_id), next_at=NOW - 900 * DAY))
    )

    await sweep(store, by)

    assert await store.read(lambda tx: tx.incidents_due(clock.now, 5)) == ()


async def test_a_sweep_that_fails_keeps_nothing_and_the_next_one_tells(store, by, clock, reported) -> None:
    await reported()
    clock.pass_by(EARLY.public_delay)
    broken = replace(by, platforms=None)  # type: ignore[arg-type]

    with pytest.raises(AttributeError):
        await sweep(store, broken)

    assert await public(store) == 0
    assert [told.alert.reason for told in await sweep(store, by)] == [Reason.SUSPECTED]


async def damaged(store: Store, requester: Requester) -> None:
    """What is stored of their incident cannot be read any more."""
    cell = f"UPDATE incidents SET why = 'no JSON' WHERE requester_id = {requester.requester_id}"
    await store.write(lambda tx: tx.connection.exec_driver_sql(cell))


async def test_one_incident_that_cannot_be_looked_at_holds_up_no_other_and_is_told_of(
    store, by, clock, reported
) -> None:
    await damaged(store, await reported(name="Fernhill Data"))
    await reported(name="Quillmere Vision Group")
    clock.pass_by(EARLY.public_delay)

    with pytest.raises(ValueError, match="Expecting value"):
        await sweep(store, by)

    assert await public(store) == 1
    with pytest.raises(ValueError, match="Expecting value"):
        await sweep(store, by)
    assert await public(store) == 1, "the sound one was told once"


async def test_one_that_is_settled_by_hand_is_looked_at_as_of_now(store, by, clock, reported) -> None:
    theirs = await reported()
    clock.pass_by(EARLY.public_delay + MINUTE)

    def work(tx: Transaction):
        return sweeper.settle(tx, by, tx.open_incident(theirs.requester_id).incident_id, (guild(),))

    (told,) = await store.write(work)

    assert told.alert.at == clock.now


async def test_the_next_look_is_never_in_the_past(store, by, clock, reported) -> None:
    theirs = await reported()
    clock.pass_by(3 * HOUR)

    def work(tx: Transaction):
        return evidence.save(tx, by, tx.open_incident(theirs.requester_id))

    assert (await store.write(work)).next_at > clock.now


# --- words are not kept


def posts(*keys: str, source: str = "discord:7"):
    return lambda tx: tx.add_posts(
        [(Post(source=source, key=key, text="Zaunkoenig says so"), "v", None) for key in keys]
    )


async def old_words(store: Store, clock: Clock, blind: tuple[str, ...]) -> int:
    """Posts with words that are older than they may be."""

    def work(tx: Transaction) -> int:
        rows = tx.connection.exec_driver_sql("SELECT source, seen_at FROM posts WHERE text IS NOT NULL").all()
        now = clock.now.timestamp() * 1e6
        hours = {source: 24 if source.startswith(blind) else 48 for source, _ in rows}
        return sum(now - seen_at > hours[source] * 3_600e6 for source, seen_at in rows)

    return await store.read(work)


async def test_in_ten_days_no_words_are_ever_older_than_they_may_be(store, clock) -> None:
    for turn in range(10 * 8):
        for_all = [
            posts(f"p{turn}", source=source)
            for source in ("discord:7", "feed:https://forum.example.org/rss", "reddit:example")
        ]
        await store.write(lambda tx, for_all=for_all: [each(tx) for each in for_all])
        clock.pass_by(3 * HOUR)

        await drop_words(store, blind=("feed", "reddit"))

        assert await old_words(store, clock, ("feed", "reddit")) == 0

    left = await store.read(lambda tx: tx.connection.exec_driver_sql("SELECT text FROM posts WHERE text > ''").all())
    assert len(left) == 15 + 7 + 7


async def test_in_thirty_days_at_every_hour_no_words_are_older_than_they_may_be(clock) -> None:
    """F3."""
    memory, late = Memory(clock), 0

    for hour in range(30 * 24):
        for source in ("discord:7", "feed:https://forum.example.org/rss", "reddit:example"):
            await memory.write(posts(f"p{hour}", source=source))
        clock.pass_by(HOUR)
        await drop_words(memory, blind=("feed",))
        late += await old_words(memory, clock, ("feed",))

    assert late == 0
    assert (
        len(await memory.read(lambda tx: tx.connection.exec_driver_sql("SELECT text FROM posts WHERE text > ''").all()))
        > 90
    )


async def test_where_edits_and_deletions_are_seen_words_stay_for_two_days(store, clock) -> None:
    await store.write(posts("p1", source="reddit:example"))
    clock.pass_by(47 * HOUR)

    seen = await drop_words(store, blind=("feed",))
    unseen = await drop_words(store)

    assert (seen, unseen) == (0, 1)


async def test_a_long_absence_is_made_up_for_at_once(store, clock) -> None:
    await store.write(posts(*(f"p{number}" for number in range(2 * POSTS_AT_ONCE + 1))))
    clock.pass_by(30 * DAY)

    assert [await drop_words(store), await drop_words(store)] == [2 * POSTS_AT_ONCE + 1, 0]


async def test_dropped_words_are_not_in_the_log_of_the_file_either(store, clock, tmp_path) -> None:
    await store.write(posts("p1"))
    assert b"Zaunkoenig" in (tmp_path / "watch.sqlite3-wal").read_bytes()
    clock.pass_by(3 * DAY)

    await drop_words(store)

    files = [each.read_bytes() for each in tmp_path.glob("watch.sqlite3*")]
    assert [b"Zaunkoenig" in each for each in files] == [False] * len(files)
