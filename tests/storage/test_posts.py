"""Posts: the seen-set, and texts that come back as they were."""

from __future__ import annotations

from datetime import timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import event

from bot.errors import StoreError
from bot.model import Amount, Cause, Claim, Facts, Format, Kind, Mention, Origin, Reading, Share, Signal, Task
from bot.storage import Store
from tests.storage.build import NOW, post

ODD = dict.fromkeys(Kind, 0.0) | {Kind.MASS: 0.75, Kind.TALK: 0.25}
FACTS = Facts(
    n_rejected=10**30,
    share=Share.MOST,
    amount=Amount(Decimal("12.50"), "USD"),
    first_hand=False,
    cause=Cause.NO_REASON,
    happened_at=NOW.astimezone(timezone(timedelta(hours=5, minutes=45))),
)
MENTION = Mention(text="Example\x00 Labs\ud800", origin=Origin.TITLE, task=Task(title="A study", n_tasks=3))
READING = Reading(
    kind=Kind.MASS,
    probability=ODD,
    reportable=True,
    facts=FACTS,
    platform="prolific",
    mentions=(MENTION,),
    claims=(
        Claim(mention=MENTION, kind=Kind.MASS, probability=ODD, facts=FACTS),
        Claim(mention=None, kind=Kind.TALK, probability=ODD, facts=Facts(), contrary=True),
    ),
    signals=(Signal("rejected_all", "all of mine", 2.5), Signal("asked", "?", -0.1)),
    tasks=(),
    truncated=True,
)


async def test_a_post_comes_back_as_it_was_but_for_its_author(store: Store) -> None:
    whole = post(
        title="A title",
        author_key="somebody",
        posted_at=NOW,
        parent_key="p0",
        url="https://forum.example.org/p1",
        platform="prolific",
        format=Format.BBCODE,
    )

    (post_id,) = await store.write(lambda tx: tx.add_posts([(whole, "voice-1", READING)]))
    found = await store.read(lambda tx: tx.find_post("reddit:example", "p1"))

    anonymous = {name: getattr(whole, name) for name in whole.__slots__} | {"author_key": None}
    assert found == (post_id, type(whole)(**anonymous), READING)


async def test_a_post_without_anything_but_text_comes_back(store: Store) -> None:
    (post_id,) = await store.write(lambda tx: tx.add_posts([(post(), None, None)]))

    assert await store.read(lambda tx: tx.find_post("reddit:example", "p1")) == (post_id, post(), None)
    assert await store.read(lambda tx: tx.find_post("reddit:example", "p2")) is None
    assert await store.read(lambda tx: tx.find_post("feed:example", "p1")) is None


async def test_unseen_keeps_the_order_and_drops_what_is_known_or_twice(store: Store) -> None:
    page = [post("c"), post("a"), post("b"), post("a", text="again"), post("a", source="feed:example")]
    await store.write(lambda tx: tx.add_posts([(post("b"), None, None)]))

    unseen = await store.read(lambda tx: tx.unseen(page))

    assert unseen == (page[0], page[1], page[4])


async def test_ids_come_in_the_order_of_the_posts(store: Store) -> None:
    page = [(post(key), None, None) for key in "zyxabc"]

    ids = await store.write(lambda tx: tx.add_posts(page))

    found = [await store.read(lambda tx, key=key: tx.find_post("reddit:example", key)) for key in "zyxabc"]
    assert list(ids) == [post_id for post_id, _, _ in found]


async def test_a_post_is_stored_once_whatever_the_caller_does(store: Store) -> None:
    await store.write(lambda tx: tx.add_posts([(post(), None, None)]))

    with pytest.raises(StoreError, match="refused"):
        await store.write(lambda tx: tx.add_posts([(post("p2"), None, None), (post(), None, None)]))

    assert await store.read(lambda tx: tx.count_posts()) == 1


async def test_nothing_to_store_is_no_error(store: Store) -> None:
    assert await store.write(lambda tx: (tx.add_posts([]), tx.unseen([]))) == ((), ())


@pytest.mark.parametrize("odd", ["a\x00b", "lone \ud800 half", "\udfff", "tail \x00"])
async def test_text_that_a_database_refuses_is_mended_and_no_post_is_lost(store: Store, odd: str) -> None:
    told = post(odd, source=f"feed:{odd}", text=odd, title=odd, url=odd, parent_key=odd)

    await store.write(lambda tx: tx.add_posts([(told, odd, READING)]))

    found = await store.read(lambda tx: tx.find_post(told.source, told.key))
    assert found is not None
    assert "\ufffd" in found[1].text
    assert found[1].text == odd.replace("\x00", "\ufffd").replace("\ud800", "\ufffd").replace("\udfff", "\ufffd")
    assert found[2] == READING, "what is JSON holds even these"
    assert await store.read(lambda tx: tx.unseen([told])) == ()


async def test_emoji_and_zalgo_and_right_to_left_are_kept(store: Store) -> None:
    text = "Z͑ͫa̴l̡g̕o 🧪 \u202eabc עברית"
    await store.write(lambda tx: tx.add_posts([(post(text=text), None, None)]))

    found = await store.read(lambda tx: tx.find_post("reddit:example", "p1"))

    assert found is not None
    assert found[1].text == text


@pytest.mark.parametrize("n_sources", [1, 40])
async def test_a_page_of_a_thousand_takes_a_handful_of_statements(store: Store, n_sources: int) -> None:
    page = [post(f"p{n}", source=f"feed:{n % n_sources}") for n in range(1_000)]
    statements: list[str] = []

    def count(connection, cursor, statement, *_):
        statements.append(statement)

    def take(tx):
        event.listen(tx.connection, "before_cursor_execute", count)
        return tx.add_posts([(each, None, None) for each in tx.unseen(page)])

    ids = await store.write(take)

    assert len(ids) == len(set(ids)) == 1_000
    assert len(statements) <= 4
    assert await store.read(lambda tx: tx.unseen(page)) == ()
