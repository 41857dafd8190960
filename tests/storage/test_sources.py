"""Sources: added once, claimed by one, settled only by who holds them."""

from __future__ import annotations

from bot.storage import Store, open_store
from tests.storage.build import DAY, HOUR, MINUTE, NOW, Clock

SOURCE = "reddit:example"


async def test_a_source_is_added_once(store: Store) -> None:
    first = await store.write(lambda tx: tx.add_source(SOURCE))
    again = await store.write(lambda tx: tx.add_source(SOURCE))

    assert (first, again) == (True, False)
    assert [watch.source for watch in await store.read(lambda tx: tx.sources())] == [SOURCE]


async def test_a_dropped_source_is_gone_and_its_gaps_stay(store: Store) -> None:
    await store.write(lambda tx: (tx.add_source(SOURCE), tx.add_gap(SOURCE, "40 posts may be missing")))

    dropped = await store.write(lambda tx: tx.drop_source(SOURCE))
    again = await store.write(lambda tx: tx.drop_source(SOURCE))

    assert (dropped, again) == (True, False)
    assert await store.read(lambda tx: tx.find_source(SOURCE)) is None
    assert await store.read(lambda tx: tx.gaps(10)) == ((SOURCE, NOW, "40 posts may be missing"),)


async def test_gaps_come_newest_first_and_no_more_than_asked(store: Store) -> None:
    for n in range(3):
        await store.write(lambda tx, n=n: tx.add_gap(SOURCE, f"gap {n}"))

    gaps = await store.read(lambda tx: tx.gaps(2))

    assert [why for _, _, why in gaps] == ["gap 2", "gap 1"]


async def test_a_claimed_source_is_nobody_elses_until_its_lease_runs_out(store: Store, clock: Clock) -> None:
    await store.write(lambda tx: tx.add_source(SOURCE))

    first = await store.write(lambda tx: tx.claim_sources(None, 10, MINUTE))
    meanwhile = await store.write(lambda tx: tx.claim_sources(None, 10, MINUTE))
    clock.pass_by(MINUTE)
    later = await store.write(lambda tx: tx.claim_sources(None, 10, MINUTE))

    assert [len(claimed) for claimed in (first, meanwhile, later)] == [1, 0, 1]
    assert later[0].fence == first[0].fence + 1


async def test_who_lost_its_lease_is_refused(store: Store, clock: Clock) -> None:
    await store.write(lambda tx: tx.add_source(SOURCE))
    (slow,) = await store.write(lambda tx: tx.claim_sources(None, 10, MINUTE))
    clock.pass_by(HOUR)
    (fast,) = await store.write(lambda tx: tx.claim_sources(None, 10, MINUTE))

    fast_settled = await store.write(lambda tx: tx.settle_source(fast, next_at=NOW + DAY, cursor="fast"))
    slow_settled = await store.write(lambda tx: tx.settle_source(slow, next_at=NOW, cursor="slow"))

    watch = await store.read(lambda tx: tx.find_source(SOURCE))
    assert (fast_settled, slow_settled) == (True, False)
    assert watch is not None
    assert (watch.cursor, watch.next_at) == ("fast", NOW + DAY)


async def test_claims_take_what_is_longest_due_and_only_the_kinds_asked_for(store: Store, clock: Clock) -> None:
    def settled(tx, source, next_at):
        tx.add_source(source)
        (watch,) = (watch for watch in tx.claim_sources(None, 10, MINUTE) if watch.source == source)
        tx.settle_source(watch, next_at=next_at)

    await store.write(lambda tx: settled(tx, "feed:late", NOW + 2 * MINUTE))
    await store.write(lambda tx: settled(tx, "reddit:early", NOW + MINUTE))
    await store.write(lambda tx: settled(tx, "feed:future", NOW + DAY))
    await store.write(lambda tx: tx.add_source("discord:7"))
    clock.pass_by(HOUR)

    none = await store.write(lambda tx: tx.claim_sources([], 10, MINUTE))
    two = await store.write(lambda tx: tx.claim_sources(["feed", "reddit"], 10, MINUTE))
    rest = await store.write(lambda tx: tx.claim_sources(None, 10, MINUTE))

    assert none == ()
    assert [watch.source for watch in two] == ["reddit:early", "feed:late"]
    assert [watch.source for watch in rest] == ["discord:7"]


async def test_claims_give_no_more_than_asked(store: Store) -> None:
    await store.write(lambda tx: [tx.add_source(f"feed:{n}") for n in range(5)])

    claimed = await store.write(lambda tx: tx.claim_sources(None, 2, MINUTE))

    assert [watch.source for watch in claimed] == ["feed:0", "feed:1"]


async def test_success_and_trouble_are_told_apart(store: Store, clock: Clock) -> None:
    async def settle(**told):
        clock.pass_by(HOUR)
        (watch,) = await store.write(lambda tx: tx.claim_sources(None, 1, MINUTE))
        assert await store.write(lambda tx: tx.settle_source(watch, next_at=clock(), **told))
        settled = await store.read(lambda tx: tx.find_source(SOURCE))
        assert settled is not None
        return settled

    await store.write(lambda tx: tx.add_source(SOURCE))
    well = await settle(cursor="c1", validators={"ETag": 'W/"1"'}, last_post_at=NOW)
    ill = await settle(trouble="403")
    worse = await settle(trouble="still 403")
    again = await settle(last_post_at=NOW - DAY)

    assert (well.cursor, well.validators, well.failures) == ("c1", (("ETag", 'W/"1"'),), 0)
    assert (well.last_success_at, well.baseline_at, well.last_post_at) == (NOW + HOUR, NOW + HOUR, NOW)
    assert (ill.failures, ill.trouble, ill.last_success_at) == (1, "403", NOW + HOUR)
    assert (worse.failures, worse.trouble) == (2, "still 403")
    assert (again.failures, again.trouble, again.last_success_at) == (0, None, NOW + 4 * HOUR)
    assert (again.cursor, again.validators) == ("c1", (("ETag", 'W/"1"'),)), "what is not told stays"
    assert (again.baseline_at, again.last_post_at) == (NOW + HOUR, NOW), "set once; never back"


async def test_two_claimers_at_once_never_share_a_source(url: str, clock: Clock, store: Store) -> None:
    import asyncio

    await store.write(lambda tx: [tx.add_source(f"feed:{n}") for n in range(40)])
    other = store if store.dialect == "sqlite" else await open_store(url, clock=clock)

    async def claim(by: Store) -> list[str]:
        mine: list[str] = []
        while claimed := await by.write(lambda tx: tx.claim_sources(None, 3, HOUR)):
            mine += [watch.source for watch in claimed]
        return mine

    first, second = await asyncio.gather(claim(store), claim(other))
    await other.close()

    assert len(first) + len(second) == 40
    assert not set(first) & set(second)


async def test_a_source_that_a_clock_far_ahead_let_wait_is_read_again_after_the_next_start(
    store: Store, clock: Clock
) -> None:
    await store.write(lambda tx: [tx.add_source(place) for place in (SOURCE, "reddit:near")])
    for place, at in ((SOURCE, NOW + 3650 * DAY), ("reddit:near", NOW + HOUR)):
        (watch,) = await store.write(lambda tx: tx.claim_sources(None, 1, MINUTE))
        assert watch.source == place
        await store.write(lambda tx, watch=watch, at=at: tx.settle_source(watch, next_at=at))

    before = await store.write(lambda tx: tx.claim_sources(None, 10, MINUTE))
    woken = await store.write(lambda tx: tx.wake_sources())
    after = await store.write(lambda tx: tx.claim_sources(None, 10, MINUTE))

    assert (before, woken, [watch.source for watch in after]) == ((), 1, [SOURCE])
