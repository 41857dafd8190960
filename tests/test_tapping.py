"""Questions to members and their answers as the store keeps them: who is asked, whose tap counts, what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import cards, telling
from bot.answers import Person
from bot.cards.words import TAP
from bot.commands import Desk, answer
from bot.forgetting import forget
from bot.model import AliasOrigin, Card, Decision, Delivery, Guild, Incident, Mode, Reason, Slot, Stage, State, Tap
from bot.review import Word, judge
from bot.rules import Rules
from bot.storage import Store
from bot.sweeper import sweep
from bot.tapping import ENOUGH, Press, tap
from tests.making import DAY, HOUR, NAME, contrary, guild, hear, report, rules, tell_all
from tests.storage.build import Clock

ASKS = guild(asks=True, alert_channel="10", moderator_channel="11")
OTHER = guild(guild_key="discord:2", asks=True, alert_channel="20", moderator_channel="21")


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def serve(store: Store, *guilds: Guild) -> None:
    def work(tx: Any) -> None:
        for each in guilds:
            tx.save_guild(each)

    await store.write(work)


async def heard(store: Store, by: Rules, n: int = 1, platform: str = "prolific", **told: Any) -> list[Reason]:
    """One worker reports; the reasons for which anybody is told, beside the note to moderators that they did."""

    def work(tx: Any) -> list[Reason]:
        known = tx.names_since(0)
        if known:
            who = tx.get_requester(int(known[0][1].owner))
        else:
            who = tx.add_requester(platform, NAME, NAME.lower(), None, "text")
        said = report(n, **{"at": tx.now, **told})
        told_of = [each.alert.reason for each in tell_all(tx, by, hear(tx, by, said, who))]
        return [reason for reason in told_of if reason is not Reason.LONE]

    return await store.write(work)


async def asked(store: Store, by: Rules, *guilds: Guild, **told: Any) -> Delivery:
    """The question, as it stands in its channel."""
    await serve(store, *(guilds or (ASKS,)))
    assert Reason.ASKED in await heard(store, by, **told)
    (row, *_) = await questions(store)
    begun = await store.write(lambda tx: tx.begin_attempt(row))
    await store.write(lambda tx: tx.settle_delivery(begun, state="sent", message_key="m1", sent_rev=1))
    return (await questions(store))[0]


async def questions(store: Store) -> tuple[Delivery, ...]:
    return await store.read(lambda tx: tx.questions_to_members(1))


def worker(n: int = 1, age_days: float = 900, where: Guild = ASKS) -> Person:
    return Person(key=f"{n}", site="discord", guild=where, age_days=age_days)


def press(row: Delivery, what: Tap, key: str, **told: Any) -> Press:
    place = {"channel_key": row.channel_key, "message_key": row.message_key or "m1"}
    return Press(**{"key": key, "ref": row.marker, "generation": row.generation, "tap": what, **place, **told})


Answering = Callable[..., Any]


@pytest.fixture
def answering(store: Store) -> Answering:
    """Somebody taps; what they are told. Each press is one of its own."""
    keys = iter(range(1000))

    async def tapped(by: Rules, row: Delivery, what: Tap, who: Person | None = None, **told: Any) -> str:
        given = await tap(store, by, who or worker(), press(row, what, f"press:{next(keys)}", **told))
        assert given is not None
        assert given.private
        return cards.as_text(given.card)

    return tapped


async def now_is(store: Store) -> Incident:
    return await store.read(lambda tx: tx.get_incident(1))


async def shown(store: Store, slot: Slot = Slot.PUBLIC) -> Card:
    """What the question's message (or the moderators' card) is to show now."""
    rows = await store.read(lambda tx: [row for row in tx.deliveries_of(1) if row.slot is slot])
    return cards.from_json(rows[0].wanted or rows[0].payload)


# who is asked


async def test_who_is_asked(store: Store) -> None:
    wanting = {
        "wants it": {},
        "never said so": {"asks": False},
        "has no channel for it": {"alert_channel": None},
        "is in trial": {"mode": Mode.TRIAL},
        "does not care for the platform": {"platforms": ("connect",)},
    }
    await serve(
        store,
        *(
            replace(ASKS, **{"guild_key": name, "moderator_channel": name, **changed})
            for name, changed in wanting.items()
        ),
    )

    told = await heard(store, rules())

    assert [row.guild_key for row in await questions(store)] == ["wants it"]
    # In trial moderators see that members would be asked.
    assert told == [Reason.ASKED] * 2
    trial = await store.read(lambda tx: [row for row in tx.deliveries_of(1) if row.guild_key == "is in trial"])
    assert ["TRIAL: members would have been asked" in row.payload for row in trial] == [True]


@pytest.mark.parametrize("told", [{"platform": "mturk"}, {"probability": 0.3}], ids=["closed platform", "doubtful"])
async def test_what_nobody_is_asked_about(store: Store, clock: Clock, told: dict[str, Any]) -> None:
    clock.pass_by(365 * DAY)
    at = await store.read(lambda tx: tx.now)
    await serve(store, ASKS)

    assert await heard(store, rules(), at=at, **told) == []


async def test_a_question_is_asked_once_however_often_it_is_looked_at(store: Store, clock: Clock) -> None:
    by = rules()
    await asked(store, by)

    for n in range(5):
        clock.pass_by(HOUR)
        await heard(store, by, probability=0.9 - n / 100)
        await sweep(store, rules())

    assert len(await questions(store)) == 1


@pytest.mark.parametrize(("ago", "expected"), [(6.9, []), (7.0, [Reason.ASKED])])
async def test_not_within_a_week_whichever_incident_it_was_about(store: Store, ago: float, expected: list) -> None:
    by = rules()
    await asked(store, by)

    def earlier(tx: Any) -> None:
        """The first question lies so far back, and its incident is over."""
        first = tx.last_alert(1, ASKS.guild_key)
        tx.connection.exec_driver_sql("DELETE FROM outbox")
        tx.connection.exec_driver_sql("DELETE FROM alerts")
        tx.add_alert(replace(first, at=tx.now - timedelta(days=ago)), "words")
        tx.save_incident(replace(tx.get_incident(1), closed_at=tx.now, next_at=None))

    await store.write(earlier)

    assert await heard(store, by, 2) == expected


async def test_who_was_warned_is_not_asked(store: Store, clock: Clock) -> None:
    by = rules()
    await serve(store, replace(ASKS, asks=False))
    await heard(store, by)
    clock.pass_by(HOUR)
    await heard(store, by, 2)

    await serve(store, ASKS)
    told = await heard(store, by, 3)

    assert Reason.ASKED not in told
    assert await questions(store) == ()


async def test_each_community_that_wants_it_is_asked_and_one_person_has_one_answer_in_both(
    store: Store, answering: Answering
) -> None:
    by = rules()
    row = await asked(store, by, ASKS, OTHER)
    (_, second) = await questions(store)
    there = {"message_key": "m2"}
    begun = await store.write(lambda tx: tx.begin_attempt(second))
    await store.write(lambda tx: tx.settle_delivery(begun, state="sent", message_key="m2", sent_rev=1))

    await answering(by, row, Tap.ALL_REJECTED)
    await answering(by, second, Tap.ALL_APPROVED, worker(where=OTHER), **there)

    incident = await now_is(store)
    assert (incident.n_voices, incident.n_contrary, len(incident.reports)) == (1, 1, 2)


@pytest.mark.parametrize(("asks", "said"), [(True, "yes"), (False, "no")])
async def test_the_rules_and_settings_shown_say_whether_members_are_asked(store: Store, asks: bool, said: str) -> None:
    here = replace(ASKS, asks=asks)

    pages = [
        await answer(Desk(store, rules()), worker(where=here), f"policy {page + 1}") for page in range(cards.PAGES)
    ]

    assert f"asks = {said}" in "\n".join(cards.as_text(page.card) for page in pages)
    assert ("wrong warnings a year" in cards.as_text(cards.guild(here))) is asks


# whose tap counts


async def test_the_last_answer_counts_and_pending_takes_it_back(store: Store, answering: Answering) -> None:
    by = rules()
    row = await asked(store, by)
    seen = []

    for what in (Tap.ALL_REJECTED, Tap.ALL_REJECTED, Tap.ALL_APPROVED, Tap.PENDING, Tap.PENDING):
        answer = await answering(by, row, what)
        incident = await now_is(store)
        seen.append((incident.n_voices, incident.n_contrary, len(incident.reports)))

        assert TAP[what].lower() in answer.lower()
    assert seen == [(2, 0, 2), (2, 0, 2), (1, 1, 2), (1, 0, 1), (1, 0, 1)]


async def test_an_answer_tells_nothing_of_where_it_was_given(store: Store, answering: Answering) -> None:
    by = rules()

    await answering(by, await asked(store, by), Tap.SOME_REJECTED)

    said = (await now_is(store)).reports[-1]
    assert (said.source, said.voice.site, said.voice.age_days) == ("question:discord", "discord", 900)


async def test_any_number_of_fresh_accounts_changes_nothing(store: Store, answering: Answering, clock: Clock) -> None:
    by = rules()
    row = await asked(store, by)
    before = await now_is(store)

    for n in range(6):
        await answering(by, row, [Tap.ALL_REJECTED, Tap.ALL_APPROVED][n % 2], worker(n, age_days=29))
    clock.pass_by(HOUR)
    await sweep(store, by)

    after = await now_is(store)
    assert (after.stage, after.score, after.n_voices, after.n_contrary) == (Stage.WATCHED, before.score, 1, 0)


async def test_established_members_lead_to_a_warning_and_the_question_points_at_it(
    store: Store, answering: Answering, clock: Clock
) -> None:
    by = rules()
    row = await asked(store, by)

    await answering(by, row, Tap.ALL_REJECTED)
    at_once = await store.read(lambda tx: tx.last_alert(1, ASKS.guild_key))
    clock.pass_by(HOUR)
    await sweep(store, by)

    assert (at_once.reason, at_once.public) == (Reason.SUSPECTED, False)
    last = await store.read(lambda tx: tx.last_alert(1, ASKS.guild_key))
    assert (last.reason, last.public) == (Reason.SUSPECTED, True)
    card = await shown(store)
    assert "There is a warning with the same ref now." in cards.as_text(card)
    assert len(card.buttons) == 4


async def test_who_changes_their_mind_all_the_time_is_asked_to_wait_but_may_always_take_it_back(
    store: Store, answering: Answering
) -> None:
    by = rules()
    row = await asked(store, by)

    for _ in range(5):
        assert ENOUGH not in await answering(by, row, Tap.ALL_APPROVED)
    answers = [await answering(by, row, [Tap.ALL_REJECTED, Tap.ALL_APPROVED][n % 2]) for n in range(3)]
    await answering(by, row, Tap.PENDING)

    assert [ENOUGH in each for each in answers] == [False, False, True]
    assert len((await now_is(store)).reports) == 1


async def test_one_press_counts_once(store: Store) -> None:
    by = rules()
    row = await asked(store, by)

    first = await tap(store, by, worker(), press(row, Tap.ALL_REJECTED, "press"))
    second = await tap(store, by, worker(), press(row, Tap.ALL_APPROVED, "press"))

    assert first is not None
    assert second is None
    assert (await now_is(store)).n_voices == 2


async def test_what_is_not_bound_to_the_question_is_refused(store: Store, answering: Answering) -> None:
    by = rules()
    row = await asked(store, by, ASKS, OTHER)
    wrong = [
        ("another message", worker(), {"message_key": "m9"}),
        ("another channel", worker(), {"channel_key": "12"}),
        ("another question", worker(), {"generation": 2}),
        ("another incident", worker(), {"ref": "222-222"}),
        ("another community", worker(where=OTHER), {}),
        ("a community that we do not know", worker(where=Guild(guild_key="discord:9", name="Gone")), {}),
    ]

    answers = {what: await answering(by, row, Tap.ALL_REJECTED, who, **told) for what, who, told in wrong}

    assert [what for what, answer in answers.items() if cards.CLOSED not in answer] == []
    assert len((await now_is(store)).reports) == 1


async def test_a_message_that_never_went_out_takes_no_answer(store: Store, answering: Answering) -> None:
    by = rules()
    await serve(store, ASKS)
    await heard(store, by)
    (row,) = await questions(store)

    answer = await answering(by, row, Tap.ALL_REJECTED)

    assert cards.CLOSED in answer
    assert (await questions(store))[0].message_key is None


# what comes of it


async def closes_by_time(store: Store, by: Rules, clock: Clock) -> None:
    clock.pass_by(DAY)
    await sweep(store, by)


async def closes_by_word(store: Store, by: Rules, clock: Clock) -> None:
    row = (await questions(store))[0]
    await judge(store, by, row.marker, Word(decision=Decision.DISMISS, by="moderator", guild=ASKS))


async def closes_in_trial(store: Store, by: Rules, clock: Clock) -> None:
    def work(tx: Any) -> None:
        tx.save_guild(replace(ASKS, mode=Mode.TRIAL))
        telling.end_questions(tx, by, replace(ASKS, mode=Mode.TRIAL))

    await store.write(work)


@pytest.mark.parametrize("end", [closes_by_time, closes_by_word, closes_in_trial])
async def test_it_closes_by_itself_and_takes_no_answers(
    store: Store, answering: Answering, clock: Clock, end: Callable
) -> None:
    by = rules()
    row = await asked(store, by)

    await end(store, by, clock)

    card = await shown(store)
    assert (card.title, card.buttons) == (f"Closed: has anybody had work for {NAME} decided?", ())
    assert "dismiss" not in cards.as_text(card).lower()
    assert cards.CLOSED in await answering(by, row, Tap.ALL_REJECTED)


async def test_what_could_not_be_asked_in_time_is_never_asked(store: Store, clock: Clock) -> None:
    by = rules()
    await serve(store, ASKS)
    await heard(store, by)
    (held, *_) = await store.write(lambda tx: tx.claim_deliveries(9, HOUR, [ASKS.alert_channel]))

    await closes_by_time(store, by, clock)

    (row,) = await questions(store)
    assert (row.state, row.attempts) == (State.SUPPRESSED, 0)
    assert await store.write(lambda tx: tx.begin_attempt(held)) is None


async def test_moderators_who_dismiss_what_was_asked_about_see_it_and_members_hear_nothing_new(store: Store) -> None:
    by = rules()
    await asked(store, by)
    await serve(store, replace(ASKS, alert_channel="12"))

    await closes_by_word(store, by, Clock())

    assert "Dismissed by moderators" in (await shown(store, Slot.MODERATORS)).title
    rows = await store.read(lambda tx: tx.deliveries_of(1))
    assert [row.channel_key for row in rows if row.slot is Slot.PUBLIC] == ["10"]


@pytest.mark.parametrize(
    ("what", "taps", "says"),
    [
        ("nobody answered", [], "Nothing came of it that could be told."),
        ("few approve", [Tap.ALL_APPROVED] * 2, "Fewer than 5 workers answered that all of theirs was approved."),
        ("many approve", [Tap.ALL_APPROVED] * 5, "5 workers answered that all of theirs was approved."),
        ("they differ", [Tap.ALL_APPROVED] * 2 + [Tap.SOME_REJECTED], "Nothing came of it that could be told."),
    ],
)
async def test_what_came_of_it_accuses_nobody(
    store: Store, answering: Answering, clock: Clock, what: str, taps: list[Tap], says: str
) -> None:
    by = rules()
    row = await asked(store, by, probability=0.8)
    for n, each in enumerate(taps):
        await answering(by, row, each, worker(n))

    await closes_by_time(store, by, clock)

    told = cards.as_text(await shown(store))
    assert says in told, what
    assert "reject" not in told.lower()
    assert "all approved: " + str(taps.count(Tap.ALL_APPROVED)) in cards.as_text(await shown(store, Slot.MODERATORS))


async def test_the_moment_it_closes_is_kept_over_whatever_happens_in_between(store: Store, clock: Clock) -> None:
    by = rules()
    row = await asked(store, by)
    clock.pass_by(HOUR)
    await heard(store, by)

    assert (await now_is(store)).next_at == row.due_at + by.policy(ASKS.policy).ask_for


async def test_whoever_is_forgotten_takes_the_answer_along(store: Store, answering: Answering, clock: Clock) -> None:
    by = rules()
    row = await asked(store, by)
    await answering(by, row, Tap.ALL_APPROVED)

    await forget(store, by, "discord", "1", anyway=False)

    assert [each.source for each in (await now_is(store)).reports] == ["reddit:exampleturkers"]
    await closes_by_time(store, by, clock)
    assert "Nothing came of it" in cards.as_text(await shown(store))


async def test_praise_that_nobody_asked_for_is_no_answer(store: Store, clock: Clock) -> None:
    by = rules()
    await asked(store, by)

    def praised(tx: Any) -> None:
        who = tx.get_requester(1)
        for n in (5, 6, 7):
            tell_all(tx, by, hear(tx, by, contrary(n, tx.now), who))

    await store.write(praised)
    await closes_by_time(store, by, clock)

    assert (await now_is(store)).n_contrary == 3
    assert "Nothing came of it" in cards.as_text(await shown(store))


async def test_a_requester_who_is_renamed_is_asked_about_under_the_new_name(store: Store) -> None:
    by = rules()
    await asked(store, by)

    def renamed(tx: Any) -> None:
        tx.rename(1, "Quillmere Vision Group", "quillmere vision group", AliasOrigin.MODERATOR)
        telling.refresh(tx, by, tx.get_incident(1))

    await store.write(renamed)

    assert "Quillmere Vision Group" in (await shown(store)).title
    assert json.loads((await questions(store))[0].payload)["title"].count(NAME) == 1
