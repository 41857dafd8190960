"""Reports and voices: what counts, and for how long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import NotFoundError, StoreError
from bot.model import Facts, Stage, Stance, Voice
from bot.storage import Store
from bot.storage.reports import Kept
from tests.storage.build import DAY, HOUR, NOW, Clock, add_incident, add_requester, incident, report, voice


async def add(store: Store, requester_id: int, *told, **more) -> list[str]:
    return await store.write(lambda tx: [tx.add_report(each, requester_id=requester_id, **more) for each in told])


async def test_a_report_has_a_key_of_its_own_and_keeps_its_voice(store: Store) -> None:
    incident_id = await store.write(add_incident)
    requester_id = (await store.read(lambda tx: tx.get_incident(incident_id))).requester_id
    told = report(
        voice=voice(age_days=None, n_posts=None, n_true=2, n_false=1),
        stance=Stance.REVERSAL,
        probability=0.01,
        facts=Facts(n_rejected=7),
        same_text_as="report:1",
    )

    (key,) = await add(store, requester_id, told, incident_id=incident_id)

    kept = (await store.read(lambda tx: tx.get_incident(incident_id))).reports
    assert key.startswith("report:")
    assert kept == (type(told)(**{name: getattr(told, name) for name in told.__slots__} | {"key": key}),)


@pytest.mark.parametrize("probability", [-0.1, 1.1])
async def test_no_probability_beyond_its_range_is_stored(store: Store, probability: float) -> None:
    requester_id = await store.write(add_requester)

    with pytest.raises(StoreError):
        await add(store, requester_id, report(probability=probability))


async def test_a_report_about_nobody_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        await add(store, 99, report())


async def test_a_report_taken_back_counts_nowhere_but_for_limits(store: Store) -> None:
    incident_id = await store.write(add_incident)
    requester_id = (await store.read(lambda tx: tx.get_incident(incident_id))).requester_id
    kept, taken = await add(store, requester_id, report(), report(), incident_id=incident_id, sketch=b"\x00\x01")

    of = await store.write(lambda tx: tx.remove_report(taken))
    again = await store.write(lambda tx: tx.remove_report(taken))

    assert (of, again) == (incident_id, None)
    found = await store.read(lambda tx: tx.get_incident(incident_id))
    assert [each.key for each in found.reports] == [kept]
    assert len(await store.read(lambda tx: tx.said_before(requester_id, NOW, NOW + DAY))) == 1
    assert await store.read(lambda tx: tx.sketches(requester_id, NOW)) == ((kept, "voice-1", b"\x00\x01"),)
    assert await store.read(lambda tx: tx.count_reports_by("voice-1", NOW)) == 2


async def test_a_report_is_found_with_what_it_belongs_to_until_it_is_taken_back(store: Store) -> None:
    incident_id = await store.write(add_incident)
    requester_id = (await store.read(lambda tx: tx.get_incident(incident_id))).requester_id
    (key,) = await add(store, requester_id, report(), incident_id=incident_id)

    found = await store.read(lambda tx: tx.find_report(key))
    await store.write(lambda tx: tx.remove_report(key))

    assert found == Kept(replace(report(), key=key), requester_id, incident_id)
    assert await store.read(lambda tx: tx.find_report(key)) is None
    assert await store.read(lambda tx: tx.find_report("report:999")) is None


async def test_reports_move_into_an_incident_and_out(store: Store) -> None:
    incident_id = await store.write(add_incident)
    requester_id = (await store.read(lambda tx: tx.get_incident(incident_id))).requester_id
    keys = await add(store, requester_id, report(NOW), report(NOW + HOUR))

    await store.write(lambda tx: tx.assign(keys, incident_id))
    inside = await store.read(lambda tx: tx.get_incident(incident_id))
    await store.write(lambda tx: tx.assign(keys[:1], None))
    left = await store.read(lambda tx: tx.get_incident(incident_id))

    assert [each.key for each in inside.reports] == keys
    assert [each.key for each in left.reports] == keys[1:]


@pytest.mark.parametrize("key", ["verdict:1", "report:", "report:x", "1", "report:1; DROP TABLE reports"])
async def test_what_is_no_report_key_is_said_so(store: Store, key: str) -> None:
    with pytest.raises(NotFoundError, match="not the key of a report"):
        await store.write(lambda tx: tx.remove_report(key))


async def test_what_was_said_before_is_of_the_span_and_tells_its_story(store: Store) -> None:
    def told(tx):
        incident_id = add_incident(tx, stage=Stage.SUSPECTED, closed_at=NOW)
        requester_id = tx.get_incident(incident_id).requester_id
        inside = tx.add_report(report(NOW - DAY), requester_id=requester_id, incident_id=incident_id)
        alone = tx.add_report(report(NOW - 9 * DAY, stance=Stance.CONTRARY), requester_id=requester_id)
        taken_back = tx.add_report(report(NOW - DAY), requester_id=requester_id)
        tx.remove_report(taken_back)
        for at in (NOW, NOW - 9 * DAY - HOUR):
            tx.add_report(report(at), requester_id=requester_id)
        return requester_id, inside, alone

    requester_id, inside, alone = await store.write(told)
    found = await store.read(lambda tx: tx.said_before(requester_id, NOW - 9 * DAY, NOW))

    assert [(each.report.key, each.stage, each.closed_at) for each in found] == [
        (inside, Stage.SUSPECTED, NOW),
        (alone, None, None),
    ]
    assert await store.read(lambda tx: tx.said_before(99, NOW - 9 * DAY, NOW)) == ()


async def test_an_incident_takes_up_the_praise_of_its_requester_that_belongs_to_none(store: Store) -> None:
    def told(tx):
        incident_id, other_id = add_incident(tx), add_incident(tx)
        requester_id, other = (tx.get_incident(each).requester_id for each in (incident_id, other_id))
        praise = report(NOW - DAY, stance=Stance.CONTRARY)
        taken = tx.add_report(praise, requester_id=requester_id)
        tx.add_report(praise, requester_id=requester_id, incident_id=other_id)
        tx.add_report(praise, requester_id=other)
        tx.add_report(replace(praise, at=NOW - 3 * DAY), requester_id=requester_id)
        tx.add_report(report(NOW - DAY), requester_id=requester_id)
        tx.take_up_praise(incident_id, requester_id, NOW - 2 * DAY)
        return taken, tx.get_incident(incident_id)

    taken, found = await store.write(told)

    assert [each.key for each in found.reports] == [taken]


async def test_whom_people_talk_of_lately_and_of_whom_they_were_told(store: Store) -> None:
    def talk(tx):
        known = add_requester(tx, "Known By Id", "A1EXAMPLE2REQ3")
        named, old = add_requester(tx, "Example Panels"), add_requester(tx, "Old Story")
        for requester_id, at in ((known, NOW), (named, NOW - HOUR), (old, NOW - 3 * DAY)):
            tx.add_report(report(at), requester_id=requester_id)
        return named, add_incident(tx, "Warned Of", stage=Stage.SUSPECTED), add_incident(tx, "Watched")

    named, warned, _ = await store.write(talk)

    lately = await store.read(lambda tx: tx.talked_about(NOW - DAY))
    owner = await store.read(lambda tx: tx.get_incident(warned).requester_id)
    assert [one.requester_id for one in lately] == [named]
    assert await store.read(lambda tx: tx.live_owners()) == {str(owner)}


async def test_sketches_are_those_since_then_oldest_first(store: Store) -> None:
    requester_id = await store.write(add_requester)
    old, late, early = await add(store, requester_id, report(NOW - DAY), report(NOW + HOUR), report(NOW), sketch=b"s")
    await add(store, requester_id, report(NOW))

    sketches = await store.read(lambda tx: tx.sketches(requester_id, NOW))

    assert [key for key, _, _ in sketches] == [early, late]
    assert old not in dict.fromkeys(key for key, _, _ in sketches)


async def test_a_voice_never_met_has_no_age(store: Store) -> None:
    assert await store.read(lambda tx: tx.voice("voice-1", "reddit")) == Voice(key="voice-1", site="reddit", n_posts=0)


async def test_a_voice_grows_older_from_when_it_was_first_met(store: Store, clock: Clock) -> None:
    await store.write(lambda tx: tx.meet_voice("voice-1", "reddit", NOW))
    await store.write(lambda tx: tx.meet_voice("voice-1", "reddit", NOW - 2 * DAY, n=4))
    await store.write(lambda tx: tx.meet_voice("voice-1", "reddit", NOW - DAY))
    clock.pass_by(DAY / 2)

    known = await store.read(lambda tx: tx.voice("voice-1", "reddit"))

    assert known == Voice(key="voice-1", site="reddit", age_days=2.5, n_posts=6)


async def test_a_voice_from_the_future_is_not_below_nought_days_old(store: Store) -> None:
    await store.write(lambda tx: tx.meet_voice("voice-1", "reddit", NOW + DAY))

    assert (await store.read(lambda tx: tx.voice("voice-1", "reddit"))).age_days == 0.0


async def test_a_voice_is_known_by_the_incidents_it_was_right_and_wrong_about(store: Store) -> None:
    def tell(tx):
        requester_id = add_requester(tx)
        tx.meet_voice("voice-1", "reddit", NOW)
        for stage in (Stage.CONFIRMED, Stage.CONFIRMED, Stage.DISMISSED, Stage.SUSPECTED):
            saved = tx.save_incident(incident(requester_id, stage=stage))
            for _ in range(3):
                tx.add_report(report(), requester_id=requester_id, incident_id=saved.incident_id)

    await store.write(tell)

    known = await store.read(lambda tx: tx.voice("voice-1", "reddit"))
    assert (known.n_true, known.n_false) == (2, 1)


async def test_limits_count_a_voices_reports_since_then(store: Store) -> None:
    requester_id = await store.write(add_requester)
    await add(store, requester_id, report(NOW - DAY), report(NOW), report(NOW + HOUR), report(voice=voice("voice-2")))

    assert await store.read(lambda tx: tx.count_reports_by("voice-1", NOW)) == 2
