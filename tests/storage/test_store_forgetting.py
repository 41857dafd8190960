"""What is not kept: after its time no word of a post is in any table, and what was read of it still counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Act, Decision, Kind, Mention, Signal, Verdict
from bot.storage import Store, tables
from bot.storage.tables import metadata
from tests.storage.build import DAY, HOUR, NOW, PLATFORM, Clock, add_incident, add_requester, post, report, voice
from tests.storage.test_posts import READING

WORDS = ("Zaunkoenig", "Title", "forum.example.org", "voice-1", "all of mine", "A study")
WORDY = post(text="Zaunkoenig rejected all of mine", title="A Title", url="https://forum.example.org/p1/zaunkoenig")


def verdict(by: str, why: str) -> Verdict:
    return Verdict(key="", at=NOW, decision=Decision.CONFIRM, by=by, guild_key="discord:1", why=why)


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
        before = (tx.find_report(key), tx.sketches(theirs, NOW - DAY), tx.said_before(theirs, NOW, NOW + DAY))
        tx.drop_texts(NOW, 10)
        return before, (tx.find_report(key), tx.sketches(theirs, NOW - DAY), tx.said_before(theirs, NOW, NOW + DAY))

    before, after = await store.write(work)

    assert before == after
    assert Kind.MASS is (await told(store))[2].kind


KEY = "0f" * 16


async def test_a_voice_is_in_no_cell_any_more_and_the_others_are_untouched(store: Store) -> None:
    other = "ab" * 16

    def fill(tx):
        theirs = add_requester(tx)
        incident_id = add_incident(tx, "Another Lab")
        for key, name in ((KEY, "p1"), (other, "p2")):
            (post_id,) = tx.add_posts([(replace(WORDY, key=name), key, READING)])
            told_by = report(voice=voice(key))
            tx.add_report(told_by, requester_id=theirs, incident_id=incident_id, post_id=post_id, sketch=b"\x01")
            tx.meet_voice(key, "reddit", NOW)
            tx.sight(theirs, "Lab", "lab", key)
            tx.set_note(f"discord.told-of-report:{key}", "yes")
            tx.add_verdict(incident_id, verdict(by=key, why=f"said by {name}"))
            journal = tx.journal()
            tx.sight(theirs, f"Lab {name}", f"lab {name}", key)
            for row in tx.connection.exec_driver_sql(f"SELECT sighting_id FROM sightings WHERE name = 'Lab {name}'"):
                journal.delete(tables.sightings, row[0])
            tx.add_edit(Act.RENAMED, "renamed", journal, [theirs], by=key)
        return incident_id

    incident_id = await store.write(fill)
    every = [name for name in metadata.tables if name != "watch_schema"]
    before = await everything(store, *every)
    assert before.count(KEY) == before.count(other) >= 7

    known, incident_ids = await store.write(lambda tx: tx.forget_voice(KEY))

    after = await everything(store, *every)
    assert KEY not in after
    assert after.count(other) == before.count(other)
    assert "said by p1" not in after
    assert "said by p2" in after
    assert known >= 6
    assert incident_ids == (incident_id,)
    assert (await told(store))[1].text == ""
    assert (await told(store, "p2"))[1].text == WORDY.text
    assert [each.voice.key for each in (await store.read(lambda tx: tx.get_incident(incident_id))).reports] == [other]


async def test_whoever_is_not_known_changes_nothing(store: Store) -> None:
    await store.write(lambda tx: tx.add_posts([(WORDY, "voice-1", READING)]))
    before = await everything(store, "posts")

    assert await store.write(lambda tx: tx.forget_voice(KEY)) == (0, ())
    assert await everything(store, "posts") == before


async def test_forgetting_twice_and_after_the_words_went_does_no_harm(store: Store) -> None:
    def work(tx):
        (post_id,) = tx.add_posts([(WORDY, KEY, READING)])
        tx.add_report(report(voice=voice(KEY)), requester_id=add_requester(tx), post_id=post_id)
        tx.drop_texts(NOW, 10)
        return tx.forget_voice(KEY)[0], tx.forget_voice(KEY)[0]

    first, second = await store.write(work)

    assert (first > 0, second) == (True, 0)


async def test_the_files_are_written_anew_and_work_goes_on(store: Store) -> None:
    await store.write(lambda tx: tx.add_posts([(WORDY, KEY, READING)]))

    assert await store.scrub(whole=True) is True

    assert (await told(store))[1].text == WORDY.text
