"""Guilds, what they were told, and small facts."""

from __future__ import annotations

import pytest

from bot.errors import NotFoundError
from bot.model import Alert, Batch, Guild, Mode, Outcome, Reason, Stage, Standing, Task, Term
from bot.storage import Store
from tests.storage.build import DAY, HOUR, MINUTE, NOW, Clock, add_incident, add_requester, incident, post, report

GUILD = Guild(
    guild_key="discord:1",
    name="An example guild",
    mode=Mode.ON,
    policy="eager",
    alert_channel="discord:100",
    moderator_channel="discord:200",
    moderator_role="discord:300",
    platforms=("mturk", "prolific"),
)


def alert(incident_id: int, **told) -> Alert:
    return Alert(
        **{
            "reason": Reason.SUSPECTED,
            "stage": Stage.SUSPECTED,
            "outcome": Outcome.OPEN,
            "public": True,
            "seen": False,
            "at": NOW,
            "score": 1.5,
            "why": (Term("voices", 1.5),),
            "n_voices": 3,
            "n_rejected": 50,
            "incident_id": incident_id,
            "guild_key": "discord:1",
            **told,
        }
    )


async def test_a_guild_comes_back_as_saved_and_is_saved_once(store: Store) -> None:
    await store.write(lambda tx: tx.save_guild(Guild(guild_key="discord:1", name="Before")))
    await store.write(lambda tx: tx.save_guild(GUILD))
    await store.write(lambda tx: tx.save_guild(Guild(guild_key="discord:0", name="Another")))

    assert await store.read(lambda tx: tx.find_guild("discord:1")) == GUILD
    assert await store.read(lambda tx: tx.guilds()) == (Guild(guild_key="discord:0", name="Another"), GUILD)


async def test_a_dropped_guild_is_gone(store: Store) -> None:
    await store.write(lambda tx: tx.save_guild(GUILD))

    assert await store.write(lambda tx: tx.drop_guild("discord:1"))
    assert not await store.write(lambda tx: tx.drop_guild("discord:1"))
    assert await store.read(lambda tx: tx.find_guild("discord:1")) is None


async def test_the_last_alert_is_the_newest_to_that_guild_of_that_incident(store: Store) -> None:
    one, two = await store.write(lambda tx: (add_incident(tx), add_incident(tx, "Other")))
    grown = alert(one, reason=Reason.GROWN, n_reversed=3, seen=True, public=False)
    nobody = alert(one, guild_key=None, reason=Reason.EXPIRED)
    told = [alert(one), grown, alert(one, guild_key="discord:2"), nobody, alert(two)]

    ids = await store.write(lambda tx: [tx.add_alert(each, "words", history=each is nobody) for each in told])

    assert len(set(ids)) == 5
    assert await store.read(lambda tx: tx.last_alert(one, "discord:1")) == grown
    assert await store.read(lambda tx: tx.last_alert(one, None)) == nobody
    assert await store.read(lambda tx: tx.last_alert(one, "discord:9")) is None


async def test_an_interaction_is_new_once(store: Store) -> None:
    assert await store.write(lambda tx: tx.interaction("click-1")) is True
    assert await store.write(lambda tx: tx.interaction("click-1")) is False
    assert await store.write(lambda tx: tx.interaction("click-2")) is True


async def test_notes_are_kept_and_overwritten(store: Store) -> None:
    before = await store.read(lambda tx: tx.note("replay"))
    await store.write(lambda tx: (tx.set_note("replay", "1"), tx.set_note("replay", "2")))

    assert before is None
    assert await store.read(lambda tx: tx.note("replay")) == "2"


async def test_a_standing_tells_all_there_is_and_how_fresh_it_is(store: Store, clock: Clock) -> None:
    def tell(tx):
        requester = tx.add_requester("prolific", "Example Labs", "example labs", None, "post")
        for day in (0, 1, 2):
            tx.save_incident(incident(requester.requester_id, opened_at=NOW + day * DAY))
        for day in range(7):
            tx.add_batch(requester.requester_id, Batch(key="", at=NOW + day * DAY, task=Task(title=f"study {day}")))
        for source in ("feed:well", "feed:ill", "feed:never"):
            tx.add_source(source)
        tx.add_posts([(post(), None, None)])
        return requester

    async def settle(source: str, trouble: str | None) -> None:
        def one(tx):
            for watch in tx.claim_sources(None, 10, MINUTE):
                told = trouble if watch.source in (source, "feed:never") else None
                tx.settle_source(watch, next_at=clock(), trouble=told)

        clock.pass_by(HOUR)
        await store.write(one)

    requester = await store.write(tell)
    await settle("feed:none", "403")
    await settle("feed:ill", "403")

    standing = await store.read(lambda tx: tx.standing(requester.requester_id, incidents=2))
    assert standing.requester == requester
    assert [each.opened_at for each in standing.incidents] == [NOW + 2 * DAY, NOW + DAY]
    assert [task.title for _, task in standing.tasks] == [f"study {day}" for day in (6, 5, 4, 3, 2)]
    assert standing.tasks[0][0] == NOW + 6 * DAY
    assert standing.read_at == NOW + 2 * HOUR
    assert standing.blind == (("feed:ill", NOW + HOUR), ("feed:never", None))


async def test_without_sources_the_newest_post_says_how_fresh_we_are(store: Store) -> None:
    requester_id = await store.write(add_requester)
    fresh = await store.read(lambda tx: tx.standing(requester_id))
    await store.write(lambda tx: tx.add_posts([(post(), None, None)]))

    assert fresh == Standing(requester=fresh.requester)
    assert (await store.read(lambda tx: tx.standing(requester_id))).read_at == NOW


async def test_work_leads_to_who_posted_it_newest_first(store: Store) -> None:
    def tell(tx):
        one, two = add_requester(tx), add_requester(tx, "Other")
        for about, title, day in [
            (one, "A Study!", 0),
            (two, "a study", 1),
            (one, "Else", 2),
            (one, None, 3),
            (one, "…", 4),
        ]:
            tx.add_batch(about, Batch(key="", at=NOW + day * DAY, task=Task(title=title)))
        return one, two

    one, two = await store.write(tell)

    assert [each.requester_id for each in await store.read(lambda tx: tx.find_tasks("a study"))] == [two, one]
    assert [each.requester_id for each in await store.read(lambda tx: tx.find_tasks("a study", limit=1))] == [two]
    assert await store.read(lambda tx: tx.find_tasks("")) == ()


async def test_a_standing_of_nobody_is_not_found(store: Store) -> None:
    await store.write(lambda tx: tx.add_report(report(), requester_id=add_requester(tx)))

    with pytest.raises(NotFoundError):
        await store.read(lambda tx: tx.standing(99))
