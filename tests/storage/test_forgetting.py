"""What is not kept: after its time no word of a post is in any table, and what was read of it still counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Kind, Mention, Signal
from bot.storage import Store
from tests.storage.build import DAY, HOUR, NOW, PLATFORM, Clock, add_requester, post, report
from tests.storage.test_posts import READING

WORDS = ("Zaunkoenig", "Title", "forum.example.org", "voice-1", "all of mine", "A study")
WORDY = post(text="Zaunkoenig rejected all of mine", title="A Title", url="https://forum.example.org/p1/zaunkoenig")


async def told(store: Store, key: str = "p1"):
    found = await store.read(lambda tx: tx.find_post("reddit:example", key))
    assert found is not None
    return found


async def everything(store: Store, *tables: str) -> str:
    """All cells of some tables, as one text."""

    def work(tx):
        return [tuple(row) for name in tables for row in tx.connection.exec_driver_sql(f"SELECT * FROM {name}")]

    return repr(await store.read(work))


async def test_the_words_go_and_what_was_read_stays(store: Store) -> None:
    await store.write(lambda tx: tx.add_posts([(WORDY, "voice-1", READING)]))
    before = await everything(store, "posts")
    assert [word for word in WORDS if word not in before] == []

    assert await store.write(lambda tx: tx.drop_texts(NOW, 10)) == 1

    left = await everything(store, "posts")
    assert [word for word in WORDS if word in left] == []
    _, kept, reading = await told(store)
    assert (kept.text, kept.title, kept.url) == ("", None, None)
    assert reading.signals == (Signal("rejected_all", "", 2.5), Signal("asked", "", -0.1))
    assert replace(reading, mentions=(), claims=(), signals=()) == replace(
        READING, mentions=(), claims=(), signals=(), tasks=()
    )
    assert [(claim.kind, claim.facts, claim.probability, claim.contrary) for claim in reading.claims] == [
        (claim.kind, claim.facts, claim.probability, claim.contrary) for claim in READING.claims
    ]


async def test_whom_it_was_about_is_said_by_their_own_name_and_id(store: Store) -> None:
    def work(tx):
        (post_id,) = tx.add_posts([(WORDY, "voice-1", READING)])
        theirs = add_requester(tx, "Example Labs", "A1EXAMPLE2REQ3")
        tx.add_report(report(), requester_id=theirs, post_id=post_id, sketch=b"\x01")
        tx.drop_texts(NOW, 10)

    await store.write(work)

    _, _, reading = await told(store)
    theirs = Mention(text="Example Labs", account_key="A1EXAMPLE2REQ3", platform=PLATFORM)
    assert reading.mentions == (theirs,)
    assert [claim.mention for claim in reading.claims] == [theirs, None]


async def test_of_several_requesters_no_claim_is_given_to_one(store: Store) -> None:
    def work(tx):
        (post_id,) = tx.add_posts([(WORDY, "voice-1", READING)])
        for name in ("Example Labs", "Another Lab"):
            for _ in range(2):
                tx.add_report(report(), requester_id=add_requester(tx, name), post_id=post_id)
        tx.drop_texts(NOW, 10)

    await store.write(work)

    _, _, reading = await told(store)
    assert {mention.text for mention in reading.mentions} == {"Example Labs", "Another Lab"}
    assert [claim.mention for claim in reading.claims] == [None, None]


async def test_a_post_keeps_being_known_and_is_dropped_once(store: Store) -> None:
    await store.write(lambda tx: tx.add_posts([(WORDY, "voice-1", READING), (post("p2"), None, None)]))

    dropped = [await store.write(lambda tx: tx.drop_texts(NOW, 10)) for _ in range(2)]

    assert dropped == [2, 0]
    assert await store.read(lambda tx: tx.unseen([WORDY, post("p2"), post("p3")])) == (post("p3"),)
    assert (await told(store, "p2"))[2] is None


async def test_the_oldest_go_first_and_no_more_than_asked(store: Store, clock: Clock) -> None:
    for key in "cab":
        await store.write(lambda tx, key=key: tx.add_posts([(post(key), None, None)]))
        clock.pass_by(HOUR)

    assert await store.write(lambda tx: tx.drop_texts(NOW + DAY, 2)) == 2

    assert [bool((await told(store, key))[1].text) for key in "cab"] == [False, False, True]


@pytest.mark.parametrize(
    ("age", "kind", "gone"),
    [
        (23 * HOUR, "feed", False),
        (24 * HOUR, "feed", True),
        (24 * HOUR, "discord", False),
        (24 * HOUR, "feedback", False),
        (47 * HOUR, "discord", False),
        (48 * HOUR, "discord", True),
        (48 * HOUR, "feed", True),
    ],
)
async def test_each_kind_of_source_has_its_time(store: Store, age, kind: str, gone: bool) -> None:
    await store.write(lambda tx: tx.add_posts([(post(source=f"{kind}:example"), None, None)]))
    now = NOW + age

    dropped = await store.write(
        lambda tx: tx.drop_texts(now - 48 * HOUR, 10, blind=("feed",), blind_before=now - 24 * HOUR)
    )

    assert dropped == gone


async def test_reports_count_as_before(store: Store) -> None:
    def work(tx):
        (post_id,) = tx.add_posts([(WORDY, "voice-1", READING)])
        theirs = add_requester(tx)
        key = tx.add_report(report(), requester_id=theirs, post_id=post_id, sketch=b"\x01")
        before = (tx.find_report(key), tx.sketches(theirs, NOW - DAY), tx.volume(theirs, NOW + DAY))
        tx.drop_texts(NOW, 10)
        return before, (tx.find_report(key), tx.sketches(theirs, NOW - DAY), tx.volume(theirs, NOW + DAY))

    before, after = await store.write(work)

    assert before == after
    assert Kind.MASS is (await told(store))[2].kind
