"""Requesters: their names and accounts, followed by a growing id."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.util import await_only

from bot.errors import NotFoundError, StoreError
from bot.model import Name, Requester
from bot.storage import Store, open_store
from tests.storage.build import Clock, add_requester, report

KEY = "A1EXAMPLE2REQ3"


async def test_a_requester_comes_back_with_all_it_is_known_by(store: Store) -> None:
    def meet(tx):
        requester_id = tx.add_requester("mturk", "Example Labs", "example labs", KEY, "export").requester_id
        tx.add_alias(requester_id, "ExLabs", "exlabs", "moderator")
        tx.add_account(requester_id, "mturk", "A9EXAMPLE9REQ9")
        return requester_id

    requester_id = await store.write(meet)

    assert await store.read(lambda tx: tx.get_requester(requester_id)) == Requester(
        requester_id=requester_id,
        platform="mturk",
        name="Example Labs",
        account_keys=(KEY, "A9EXAMPLE9REQ9"),
        aliases=("ExLabs",),
    )


async def test_what_is_known_already_is_not_added_again(store: Store) -> None:
    def meet(tx):
        one = tx.add_requester("mturk", "Example Labs", "example labs", KEY, "export").requester_id
        two = add_requester(tx, "Other Labs")
        return (
            tx.add_alias(one, "ExLabs", "exlabs", "post"),
            tx.add_alias(one, "ExLabs", "exlabs", "post"),
            tx.add_alias(one, "Example Labs", "example labs", "post"),
            tx.add_account(two, "mturk", KEY),
            tx.add_account(two, "prolific", KEY),
        )

    assert await store.write(meet) == (True, False, False, False, True)


async def test_an_account_belongs_to_one_requester(store: Store) -> None:
    for platform in ("mturk", None):
        await store.write(lambda tx, on=platform: tx.add_requester(on, "Example Labs", "example labs", KEY, "post"))

        with pytest.raises(StoreError):
            await store.write(lambda tx, on=platform: tx.add_requester(on, "Other", "other", KEY, "post"))


async def test_an_account_is_found_by_platform_and_without_one_only_if_it_is_clear(store: Store) -> None:
    def meet(tx, platform):
        return tx.add_requester(platform, f"On {platform}", "on", KEY, "post")

    mturk = await store.write(lambda tx: meet(tx, "mturk"))
    alone = await store.read(lambda tx: tx.find_account(None, KEY))
    await store.write(lambda tx: meet(tx, "toloka"))
    unclear = await store.read(lambda tx: tx.find_account(None, KEY))

    assert alone == mturk
    assert unclear is None
    assert await store.read(lambda tx: tx.find_account("mturk", KEY)) == mturk
    assert await store.read(lambda tx: tx.find_account("prolific", KEY)) is None
    assert await store.read(lambda tx: tx.find_account("mturk", "A0NOBODY0REQ0")) is None


async def test_whoever_asks_for_nobody_is_told_so(store: Store) -> None:
    for ask in (
        lambda tx: tx.get_requester(7),
        lambda tx: tx.add_account(7, None, KEY),
        lambda tx: tx.add_alias(7, "a", "a", "p"),
    ):
        with pytest.raises(NotFoundError, match="no requester 7"):
            await store.write(ask)


async def test_names_are_followed_by_id_with_how_often_they_are_met(store: Store) -> None:
    def meet(tx):
        one = tx.add_requester("mturk", "Example Labs", "example labs", KEY, "export").requester_id
        two = tx.add_requester(None, "Other", "other", None, "post").requester_id
        tx.add_report(report(), requester_id=two)
        tx.add_report(report(), requester_id=two)
        return one, two

    one, two = await store.write(meet)
    first = await store.read(lambda tx: tx.names_since(0))
    await store.write(
        lambda tx: (tx.add_alias(one, "ExLabs", "exlabs", "post"), tx.add_account(two, None, "A7EXAMPLE7"))
    )
    more = await store.read(lambda tx: tx.names_since(first[-1][0]))

    assert [name for _, name in first] == [
        Name(owner=str(one), name="Example Labs", platform="mturk", account_key=KEY, activity=1.0),
        Name(owner=str(two), name="Other", activity=3.0),
    ]
    assert [name for _, name in more] == [
        Name(owner=str(one), name="ExLabs", platform="mturk", activity=1.0),
        Name(owner=str(two), name="Other", account_key="A7EXAMPLE7", activity=3.0),
    ]
    ids = [name_id for name_id, _ in first + more]
    assert ids == sorted(set(ids))


@pytest.mark.xdist_group("postgres")
async def test_a_follower_never_sees_a_later_name_before_an_earlier_one(empty_postgres: str, clock: Clock) -> None:
    slow, fast = [await open_store(empty_postgres, clock=clock) for _ in range(2)]
    drawn = asyncio.Event()

    def name_slowly(tx) -> None:
        add_requester(tx, "First")
        drawn.set()
        # Time enough for the other to overtake, were it let.
        await_only(asyncio.sleep(0.3))

    async def name_fast() -> list[str]:
        await drawn.wait()
        await fast.write(lambda tx: add_requester(tx, "Second"))
        return [name.name for _, name in await fast.read(lambda tx: tx.names_since(0))]

    _, seen = await asyncio.gather(slow.write(name_slowly), name_fast())
    await slow.close()
    await fast.close()

    assert seen == ["First", "Second"]


async def test_a_platform_is_adopted_once_and_by_every_name(store: Store) -> None:
    requester = await store.write(lambda tx: tx.add_requester(None, "Example Lab", "example lab", None, "text"))

    first = await store.write(lambda tx: tx.adopt_platform(requester.requester_id, "prolific"))
    second = await store.write(lambda tx: tx.adopt_platform(requester.requester_id, "connect"))

    names = await store.read(lambda tx: tx.names_since(0))
    assert (first, second) == (True, False)
    assert [name.platform for _, name in names] == ["prolific"]


async def test_a_renamed_requester_keeps_the_name_it_had(store: Store) -> None:
    requester = await store.write(lambda tx: tx.add_requester("connect", "example", "example", None, "text"))

    await store.write(lambda tx: tx.rename(requester.requester_id, "Example Lab", "example lab", "text"))
    again = await store.write(lambda tx: tx.rename(requester.requester_id, "Example Lab", "example lab", "text"))

    known = await store.read(lambda tx: tx.get_requester(requester.requester_id))
    assert (known.name, known.aliases, again) == ("Example Lab", ("example",), False)
