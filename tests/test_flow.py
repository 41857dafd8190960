"""The whole river, on every front: posts become an alert, a check becomes a card, a verdict changes the alert."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from crashing import BEGAN, GUILD, Clock, posts
from fakediscord import FakeDiscord, point_at, running
from fakemedium import FakeMedium
from rich.console import Console

from bot import intake, outbox, sweeper, telling
from bot.app import rules_for
from bot.cards import as_text
from bot.client import Client
from bot.commands import Answer, Desk, Person, answer
from bot.console import Prompt
from bot.model import Decision, Mode, Page, Reason, Stage
from bot.replay import PostsClock, Replay
from bot.storage import open_store
from tests.harness import warm

NAME = "Brightlane Labelling"
WORKER = Person(key="wanda", site="discord", guild=GUILD, age_days=400.0)
MODERATOR = replace(WORKER, key="mo", moderator=True)


@pytest.fixture
def clock() -> Clock:
    return Clock(BEGAN + timedelta(minutes=40))


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    store = await warm.opened(tmp_path / "flow.sqlite3", clock)
    await store.write(lambda tx: tx.save_guild(GUILD))
    yield Desk(store, rules_for(tmp_path))
    await store.close()


async def take_all(desk: Desk) -> intake.Taken:
    return await intake.take(desk.store, desk.rules, Page(source="reddit:exampleturkers", posts=posts()))


async def pump_all(desk: Desk, medium: outbox.Announcer) -> None:
    while await outbox.pump(desk.store, medium):
        pass


async def ref(desk: Desk) -> str:
    rows = await desk.store.read(lambda tx: tx.recent_incidents(BEGAN, 5))
    return await desk.store.read(lambda tx: tx.ref(rows[0].incident_id or 0))


async def verdict_given(desk: Desk) -> None:
    """Wait, at most ten seconds, until a moderator's word is stored."""
    for _ in range(500):
        rows = await desk.store.read(lambda tx: tx.recent_incidents(BEGAN, 5))
        if rows[0].verdicts:
            return
        await asyncio.sleep(0.02)


async def test_posts_become_one_living_alert_for_members_and_one_for_moderators(desk: Desk, clock: Clock) -> None:
    medium = FakeMedium(clock)

    taken = await take_all(desk)
    await pump_all(desk, medium)

    assert taken.new == len(posts())
    assert {told.requester.name for told in taken.told} == {NAME}
    assert len(medium.channels["moderators"]) == 1
    public = medium.channels["alerts"]
    assert public
    assert all(NAME in message.title for message in public)
    assert len({message.nonce for message in public}) == len(public)


async def test_the_same_page_twice_stores_and_tells_nothing_new(desk: Desk, clock: Clock) -> None:
    medium = FakeMedium(clock)
    await take_all(desk)
    await pump_all(desk, medium)
    before = {channel: medium.seen(channel) for channel in ("alerts", "moderators")}

    again = await take_all(desk)
    await pump_all(desk, medium)

    assert (again.new, again.seen, again.told) == (0, len(posts()), ())
    assert {channel: medium.seen(channel) for channel in ("alerts", "moderators")} == before


async def test_a_check_in_chat_answers_with_what_was_reported(desk: Desk) -> None:
    await take_all(desk)

    found = await answer(desk, WORKER, f"!check {NAME.lower()}")

    text = as_text(found.card)
    assert NAME in text
    assert "CloudResearch Connect" in text
    assert "What to do now" in text
    assert "ada" not in text


async def test_a_confirmation_is_told_and_changes_the_living_card(desk: Desk, clock: Clock) -> None:
    medium = FakeMedium(clock)
    await take_all(desk)
    await pump_all(desk, medium)
    edits = medium.channels["alerts"][0].edits

    await answer(desk, MODERATOR, f"!confirm {await ref(desk)} I saw the dashboards")
    clock.now += timedelta(minutes=1)
    await pump_all(desk, medium)

    shown = medium.channels["alerts"]
    assert shown[0].edits > edits
    assert "Confirmed by moderators" in shown[0].title
    standing = await answer(desk, WORKER, f"check {NAME}")
    assert "confirmed by moderators" in standing.card.title


async def test_a_dismissal_reaches_those_who_saw_the_warning_at_once(desk: Desk, clock: Clock) -> None:
    medium = FakeMedium(clock)
    await take_all(desk)
    await pump_all(desk, medium)

    await answer(desk, MODERATOR, f"!dismiss {await ref(desk)} it was a test of ours")
    clock.now += timedelta(minutes=1)
    await pump_all(desk, medium)

    assert "Dismissed" in medium.channels["alerts"][0].title
    assert any("Dismissed" in title for title in medium.seen("alerts")[1:])


async def test_a_worker_may_not_judge(desk: Desk) -> None:
    await take_all(desk)

    refused = await answer(desk, WORKER, f"!confirm {await ref(desk)}")

    assert "Only moderators" in as_text(refused.card)


async def test_one_guilds_verdict_is_not_anothers(desk: Desk) -> None:
    other = replace(GUILD, guild_key="other", name="Others", alert_channel="o-alerts", moderator_channel="o-mods")
    await desk.store.write(lambda tx: tx.save_guild(other))
    await take_all(desk)

    await answer(desk, MODERATOR, f"!dismiss {await ref(desk)}")

    theirs = await answer(desk, replace(WORKER, guild=other), f"!check {NAME}")
    ours = await answer(desk, WORKER, f"!check {NAME}")
    assert "dismissed" in ours.card.title
    assert "dismissed" not in theirs.card.title


async def test_a_guild_in_trial_hears_it_from_its_moderators_channel_only(desk: Desk, clock: Clock) -> None:
    await desk.store.write(lambda tx: tx.save_guild(replace(GUILD, mode=Mode.TRIAL)))
    medium = FakeMedium(clock)

    await take_all(desk)
    await pump_all(desk, medium)

    assert medium.channels["alerts"] == []
    assert len(medium.channels["moderators"]) == 1


async def test_reports_by_command_make_an_alert_and_an_undone_one_does_not_count(desk: Desk) -> None:
    people = [replace(WORKER, key=f"worker {number}") for number in range(6)]
    answers: list[Answer] = [await answer(desk, person, "!report Thistledown Captions 27 of 30") for person in people]
    assert all(given.private and given.report_key for given in answers)
    before = await desk.store.read(lambda tx: tx.recent_incidents(BEGAN, 5))

    await desk.undo(people[0], answers[0].report_key or "")
    after = await desk.store.read(lambda tx: tx.recent_incidents(BEGAN, 5))

    assert (before[0].stage, before[0].n_voices) == (Stage.CORROBORATED, 6)
    assert after[0].n_voices == 5


async def test_nobody_can_undo_the_report_of_somebody_else_or_after_five_minutes(desk: Desk, clock: Clock) -> None:
    given = await answer(desk, WORKER, "!report Thistledown Captions 27 of 30")
    other = await desk.undo(replace(WORKER, key="somebody else"), given.report_key or "")
    clock.now += timedelta(minutes=6)

    late = await desk.undo(WORKER, given.report_key or "")

    assert "no report of yours" in as_text(other.card)
    assert "no report of yours" in as_text(late.card)


async def test_a_flood_of_reports_by_one_person_is_stopped_politely(desk: Desk) -> None:
    given = [await answer(desk, WORKER, f"!report Invented Lab Number{number}x 30") for number in range(4)]

    assert [one.report_key is not None for one in given] == [True, True, True, False]
    assert "Try again later" in as_text(given[3].card)


async def test_what_is_older_than_two_days_is_history_and_nobody_is_told(desk: Desk, clock: Clock) -> None:
    clock.now = BEGAN + timedelta(days=4)
    medium = FakeMedium(clock)

    taken = await take_all(desk)
    await sweeper.sweep(desk.store, desk.rules)
    await pump_all(desk, medium)

    assert taken.reports >= 5
    assert taken.told == ()
    assert not medium.channels
    assert "reported mass rejections" in as_text((await answer(desk, WORKER, f"!check {NAME}")).card)


async def test_a_quiet_incident_ends_by_itself_and_the_card_says_so(desk: Desk, clock: Clock) -> None:
    medium = FakeMedium(clock)
    await take_all(desk)
    await pump_all(desk, medium)

    for _ in range(30):
        clock.now += timedelta(days=1)
        await sweeper.sweep(desk.store, desk.rules)
        await pump_all(desk, medium)

    assert medium.channels["alerts"][0].title.startswith("Quiet")
    assert await desk.store.read(lambda tx: tx.incidents_due(clock.now, 5)) == ()


async def test_a_replay_tells_what_happened_to_nobody_but_whoever_replays(tmp_path: Path) -> None:
    clock = PostsClock(BEGAN)
    store = await open_store(str(tmp_path / "history.sqlite3"), clock=clock)
    await store.write(lambda tx: tx.save_guild(GUILD))
    replay = Replay(store, rules_for(tmp_path), clock, (telling.HISTORY,))

    taken = await replay.take(posts())
    waiting = await store.read(lambda tx: tx.outbox())
    await store.close()

    assert Reason.SUSPECTED in {told.alert.reason for told in taken.told}
    assert waiting == ()
    line = json.loads(telling.as_json(taken.told[0]))
    assert {"at", "account_key", "reason", "stage", "public", "score", "why", "incident", "requester", "text"} == set(
        line
    )


async def test_the_terminal_answers_and_judges_with_the_same_words(desk: Desk) -> None:
    await take_all(desk)
    screen = Console(record=True, width=120)
    prompt = Prompt(desk, screen, MODERATOR)

    for line in (f"!check {NAME}", f"!confirm {await ref(desk)}", "!recent", "!help", "nonsense"):
        await prompt.answer(line)

    text = screen.export_text()
    assert "What to do now" in text
    assert "Confirmed" in text
    assert "Open now" in text
    assert text.count("!report <requester>") == 2


async def test_on_discord_a_post_is_an_alert_a_check_a_card_and_a_button_a_verdict(desk: Desk, clock: Clock) -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Example workers")
        alerts, private = guild.add_channel("alerts"), guild.add_channel("moderators", private=True)
        mo, wanda = guild.add_member("mo", moderator=True), guild.add_member("wanda")
        ours = replace(
            GUILD,
            guild_key=f"discord:{guild.id}",
            alert_channel=str(alerts.id),
            moderator_channel=str(private.id),
        )
        await desk.store.write(lambda tx: tx.drop_guild(GUILD.guild_key))
        await desk.store.write(lambda tx: tx.save_guild(ours))
        with point_at(fake, pace=0.01):
            client = Client(desk, guild_ready_timeout=0.05)
            async with running(fake, client):
                await take_all(desk)
                await pump_all(desk, client.announcer)
                first = fake.posted(alerts)

                shown = await fake.slash(alerts, wanda, "check", requester=NAME)
                await fake.until(lambda: bool(shown.replies and shown.reply.embeds))
                await fake.click(private, mo, fake.posted(private)[0], "Confirm")
                await verdict_given(desk)
                clock.now += timedelta(minutes=1)
                await pump_all(desk, client.announcer)

                told = fake.posted(alerts)
        assert len(first) >= 1
        assert NAME in str(shown.reply.embeds)
        assert "Confirmed by moderators" in str(told[0].embeds)
        assert fake.violations == []
    rows = await desk.store.read(lambda tx: tx.recent_incidents(BEGAN, 5))
    assert [verdict.decision for verdict in rows[0].verdicts] == [Decision.CONFIRM]
