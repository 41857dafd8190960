"""Incidents: evidence and derived values come back as saved, under a short reference."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.errors import NotFoundError
from bot.model import Amount, Batch, Decision, Incident, Outcome, Stage, Task, Term, Verdict
from bot.storage import Store
from bot.storage.incidents import LETTERS, MOST_BATCHES, new_ref
from tests.storage.build import DAY, HOUR, MINUTE, NOW, add_incident, add_requester, incident, report

DERIVED = {
    "volume": 4,
    "again": True,
    "stage": Stage.CORROBORATED,
    "outcome": Outcome.PARTLY_REVERSED,
    "disputed": True,
    "unproven": True,
    "last_at": NOW + HOUR,
    "public_after": NOW + 2 * HOUR,
    "next_at": NOW + 3 * HOUR,
    "score": -1.25,
    "why": (Term("voices", 2.5), Term("volume", -0.75)),
    "n_voices": 3,
    "n_sites": 2,
    "n_contrary": 1,
    "n_rejected": 300,
    "n_reversed": 0,
}
TASK = Task(
    title="A study", reward=Amount(Decimal("0.01"), "USD"), n_tasks=20_000, task_key="T1", url="https://example.org/t"
)


def verdict(**told) -> Verdict:
    return Verdict(**{"key": "", "at": NOW, "decision": Decision.CONFIRM, "by": "moderator", **told})


async def test_an_incident_comes_back_as_saved(store: Store) -> None:
    def tell(tx):
        requester_id = add_requester(tx)
        saved = tx.save_incident(incident(requester_id, **DERIVED))
        late = tx.add_report(report(NOW + HOUR), requester_id=requester_id, incident_id=saved.incident_id)
        early = tx.add_report(report(NOW), requester_id=requester_id, incident_id=saved.incident_id)
        judged = tx.add_verdict(saved.incident_id, verdict(guild_key="discord:1", why="seen it"))
        work = tx.add_batch(requester_id, Batch(key="", at=NOW, task=TASK, reviews=3))
        return replace(
            saved,
            reports=(replace(report(NOW), key=early), replace(report(NOW + HOUR), key=late)),
            verdicts=(judged,),
            batches=(work,),
        )

    told: Incident = await store.write(tell)

    assert told.verdicts[0].key.startswith("verdict:")
    assert told.batches[0].key.startswith("batch:")
    assert await store.read(lambda tx: tx.get_incident(told.incident_id)) == told
    assert await store.read(lambda tx: tx.open_incident(told.requester_id)) == told


async def test_saving_again_changes_what_is_derived_and_no_evidence(store: Store) -> None:
    incident_id = await store.write(add_incident)
    before = await store.read(lambda tx: tx.get_incident(incident_id))
    ref = await store.read(lambda tx: tx.ref(incident_id))
    await store.write(lambda tx: tx.add_report(report(), requester_id=before.requester_id, incident_id=incident_id))

    await store.write(lambda tx: tx.save_incident(replace(before, **DERIVED)))

    after = await store.read(lambda tx: tx.get_incident(incident_id))
    assert replace(after, reports=()) == replace(before, **DERIVED)
    assert len(after.reports) == 1
    assert await store.read(lambda tx: tx.ref(incident_id)) == ref


async def test_an_incident_about_nobody_known_is_kept_too(store: Store) -> None:
    saved = await store.write(lambda tx: tx.save_incident(incident(None)))

    assert await store.read(lambda tx: tx.get_incident(saved.incident_id)) == saved


async def test_the_open_incident_is_the_newest_that_is_not_closed(store: Store) -> None:
    def tell(tx):
        requester_id, other = add_requester(tx), add_requester(tx, "Other")
        for about, opened_at, closed_at in [
            (requester_id, NOW, None),
            (requester_id, NOW + DAY, None),
            (requester_id, NOW + 2 * DAY, NOW + 3 * DAY),
            (other, NOW + 4 * DAY, None),
        ]:
            tx.save_incident(incident(about, opened_at=opened_at, closed_at=closed_at))
        return requester_id

    requester_id = await store.write(tell)

    found = await store.read(lambda tx: tx.open_incident(requester_id))
    assert found is not None
    assert found.opened_at == NOW + DAY
    assert await store.read(lambda tx: tx.open_incident(99)) is None


async def test_an_incident_shows_the_work_of_its_time(store: Store) -> None:
    def tell(tx):
        requester_id = add_requester(tx)
        days = {"long before": -15, "before": -13, "during": 1, "after": 3}
        for title, day in days.items():
            tx.add_batch(requester_id, Batch(key="", at=NOW + day * DAY, task=Task(title=title)))
        closed = tx.save_incident(incident(requester_id, closed_at=NOW + 2 * DAY))
        still = tx.save_incident(incident(requester_id))
        return requester_id, closed.incident_id, still.incident_id

    requester_id, closed, still = await store.write(tell)

    def titles(work):
        return [batch.task.title for batch in work]

    assert titles((await store.read(lambda tx: tx.get_incident(closed))).batches) == ["before", "during"]
    assert titles((await store.read(lambda tx: tx.get_incident(still))).batches) == ["before", "during", "after"]
    assert titles(await store.read(lambda tx: tx.batches(requester_id, NOW))) == ["during", "after"]


async def test_of_very_much_work_the_newest_is_shown(store: Store) -> None:
    def tell(tx):
        requester_id = add_requester(tx)
        for n in range(MOST_BATCHES + 5):
            tx.add_batch(requester_id, Batch(key="", at=NOW + n * MINUTE, task=Task(title=f"study {n}")))
        return requester_id

    requester_id = await store.write(tell)

    work = await store.read(lambda tx: tx.batches(requester_id, NOW))
    assert [batch.task.title for batch in work] == [f"study {n}" for n in range(5, MOST_BATCHES + 5)]


async def test_each_of_several_incidents_shows_its_own_work(store: Store) -> None:
    def tell(tx):
        one, two = add_requester(tx), add_requester(tx, "Other")
        for about, day in [(one, 0), (two, 1), (one, 40), (None, 41)]:
            tx.save_incident(
                incident(about, opened_at=NOW + day * DAY, last_at=NOW + day * DAY, closed_at=NOW + (day + 2) * DAY)
            )
        for about, day in [(one, 1), (two, 1), (one, 41), (two, 41)]:
            tx.add_batch(about, Batch(key="", at=NOW + day * DAY, task=Task(title=f"{about == one} {day}")))

    await store.write(tell)

    found = await store.read(lambda tx: tx.recent_incidents(NOW, 10))
    assert [[batch.task.title for batch in each.batches] for each in found] == [
        [],
        ["True 41"],
        ["False 1"],
        ["True 1"],
    ]


async def test_references_are_found_as_people_type_them(store: Store) -> None:
    incident_id = await store.write(add_incident)
    ref = await store.read(lambda tx: tx.ref(incident_id))

    for typed in (
        ref,
        ref.lower(),
        ref.replace("-", ""),
        f" #{ref} ",
        ref.replace("-", " "),
        ref.replace("-", "\u2013"),
    ):
        found = await store.read(lambda tx, typed=typed: tx.find_incident(typed))
        assert found is not None, typed
        assert found.incident_id == incident_id

    for wrong in ("", "-", "ZZZ", "000-000", "7K2-Q9F-7K2", "'; --", "\x00"):
        assert await store.read(lambda tx, wrong=wrong: tx.find_incident(wrong)) is None


def test_references_are_short_and_hold_no_letter_that_looks_like_another() -> None:
    drawn = {new_ref() for _ in range(2_000)}

    assert len(drawn) == 2_000
    assert all(len(ref) == 7 and ref[3] == "-" for ref in drawn)
    assert set("".join(drawn)) <= set(LETTERS) | {"-"}
    assert not set(LETTERS) & set("01OILU")


async def test_every_incident_has_a_reference_of_its_own(store: Store) -> None:
    def tell(tx):
        requester_id = add_requester(tx)
        return [tx.save_incident(incident(requester_id)).incident_id for _ in range(20)]

    ids = await store.write(tell)

    assert len({await store.read(lambda tx, one=one: tx.ref(one)) for one in ids}) == 20


async def test_what_is_due_comes_oldest_first_and_no_more_than_asked(store: Store) -> None:
    def tell(tx):
        requester_id = add_requester(tx)
        for hours in (3, 1, 2, 9, None):
            tx.save_incident(incident(requester_id, next_at=None if hours is None else NOW + hours * HOUR))

    await store.write(tell)

    due = await store.read(lambda tx: tx.incidents_due(NOW + 3 * HOUR, 10))
    first = await store.read(lambda tx: tx.incidents_due(NOW + 3 * HOUR, 1))

    assert [each.next_at for each in due] == [NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR]
    assert first == due[:1]


async def test_lists_of_incidents_are_newest_first(store: Store) -> None:
    def tell(tx):
        one, two = add_requester(tx), add_requester(tx, "Other")
        for about, day in [(one, 0), (two, 1), (one, 2)]:
            tx.save_incident(incident(about, opened_at=NOW + day * DAY, last_at=NOW + day * DAY + HOUR))
        return one

    requester_id = await store.write(tell)

    ours = await store.read(lambda tx: tx.incidents_of(requester_id, 10))
    recent = await store.read(lambda tx: tx.recent_incidents(NOW + DAY, 10))

    assert [each.opened_at for each in ours] == [NOW + 2 * DAY, NOW]
    assert [each.opened_at for each in recent] == [NOW + 2 * DAY, NOW + DAY]
    assert len(await store.read(lambda tx: tx.incidents_of(requester_id, 1))) == 1


async def test_each_incident_gets_its_own_evidence(store: Store) -> None:
    def tell(tx):
        requester_id = add_requester(tx)
        ids = [tx.save_incident(incident(requester_id, opened_at=NOW + n * DAY)).incident_id for n in range(3)]
        for n, incident_id in enumerate(ids):
            for _ in range(n):
                tx.add_report(report(), requester_id=requester_id, incident_id=incident_id)
                tx.add_verdict(incident_id, verdict())
        return requester_id

    requester_id = await store.write(tell)

    found = await store.read(lambda tx: tx.incidents_of(requester_id, 10))
    assert [(len(each.reports), len(each.verdicts)) for each in found] == [(2, 2), (1, 1), (0, 0)]


async def test_whoever_asks_for_no_incident_is_told_so(store: Store) -> None:
    gone = incident(None, incident_id=7)
    for ask in (lambda tx: tx.get_incident(7), lambda tx: tx.ref(7), lambda tx: tx.save_incident(gone)):
        with pytest.raises(NotFoundError, match="no incident 7"):
            await store.write(ask)


async def test_the_first_moment_that_is_waited_for(store: Store) -> None:
    before = await store.read(lambda tx: tx.next_due())
    for name, moment in (("One", None), ("Two", NOW + 2 * HOUR), ("Three", NOW + HOUR)):
        await store.write(lambda tx, name=name, moment=moment: add_incident(tx, name, next_at=moment))

    assert before is None
    assert await store.read(lambda tx: tx.next_due()) == NOW + HOUR
