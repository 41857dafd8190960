"""The whole client over real sockets: logging in, buttons and who may press them, watched channels, broken gateways."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakediscord import FakeDiscord, Message, point_at, running
from making import hear, report, voice
from sqlalchemy import text
from staging import Clock, Stage, on_stage
from test_escape import shown

from bot import outbox
from bot.client import EXTENSIONS, Client, IntentRefused, examine
from bot.commands import Desk
from bot.config import Settings
from bot.errors import SettingsError
from bot.model import Decision, Guild, Incident, Mode
from bot.telling import tell
from cogs.buttons import mac


@pytest.fixture
async def front(desk: Desk, clock: Clock) -> AsyncIterator[Stage]:
    async with on_stage(desk, clock, *EXTENSIONS) as made:
        yield made


def read(message: Message) -> str:
    return shown(message.text)


async def acme(stage: Stage) -> Any:
    return await stage.desk.store.write(lambda tx: tx.add_requester("prolific", "Acme Labs", "acme labs", None, "test"))


async def told(stage: Stage, **settings: Any) -> tuple[Incident, Message]:
    """Three workers report Acme; the moderators' card about it."""
    await stage.save(**settings)
    requester = await acme(stage)
    rules = stage.desk.rules

    def work(tx: Any) -> Incident:
        for number in range(3):
            changed = hear(tx, rules, report(number, tx.now, voice=voice(number)), requester)
        tell(tx, rules, changed, tx.now)
        return changed

    changed = await stage.desk.store.write(work)
    await outbox.pump(stage.desk.store, stage.client.announcer)
    (card,) = stage.fake.posted(stage.moderators)
    return changed, card


async def verdicts(stage: Stage, incident: Incident) -> list[Decision]:
    found = await stage.desk.store.read(lambda tx: tx.get_incident(incident.incident_id or 0))
    return [one.decision for one in found.verdicts]


async def until(stage: Stage, look: Callable[[Any], Any], wanted: Callable[[Any], bool] = bool) -> Any:
    """What the store says, once it is what is wanted, or after ten seconds."""
    for _ in range(500):
        found = await stage.desk.store.read(look)
        if wanted(found):
            break
        await asyncio.sleep(0.02)
    return found


async def n_posts(stage: Stage, n: int) -> int:
    """How many posts are stored, once there are `n` and a moment has passed in which more could come."""
    await until(stage, lambda tx: tx.count_posts(), lambda found: found >= n)
    await asyncio.sleep(0.1)
    return await stage.desk.store.read(lambda tx: tx.count_posts())


async def lose_the_session(stage: Stage) -> None:
    """The gateway goes, and for so long that nothing will be replayed when it is back."""
    await stage.fake.drop_gateway(4000, stay_closed=True)
    stage.clock.ahead += timedelta(minutes=5)


# logging in


async def count(desk: Desk, table: str) -> Any:
    return await desk.store.read(lambda tx: tx.value(text(f"SELECT count(*) FROM {table}")))


async def test_without_the_intent_the_bot_says_so_and_starts_without_it(desk: Desk, clock: Clock) -> None:
    async with FakeDiscord(clock=clock, message_content=False) as fake:
        guild = fake.add_guild("Example workers", members=["ann"])
        talk = guild.add_channel("talk")
        ann = next(one for one in guild.members.values() if one.name == "ann")
        mo = guild.add_member("mo", moderator=True)
        with point_at(fake, pace=0.01):
            wishing = Client(desk, extensions=("cogs.check",), guild_ready_timeout=0.05)
            with pytest.raises(IntentRefused, match="Message Content Intent"):
                async with running(fake, wishing):
                    pass
            content = Client(desk, content_intent=False, extensions=EXTENSIONS, guild_ready_timeout=0.05)
            async with running(fake, content):
                asked = fake.say(talk, ann, f"<@{fake.me.id}> check Acme Labs")
                answer = await fake.answer(asked)
                slash = await fake.slash(talk, ann, "check", requester="Acme Labs")
                for who in (ann, mo):
                    await fake.slash(talk, who, "report", requester="Acme Labs", how_many="40 of 40")
                watch = await fake.slash(talk, mo, "watch-channel")
                fake.say(talk, ann, "Acme Labs on Prolific just rejected all 40 of my studies")
                await asyncio.sleep(0.2)
                stored = [await count(desk, table) for table in ("reports", "posts")]

    assert "that is not a recommendation" in read(answer)
    assert slash.ephemeral
    assert "may not read messages" in read(watch)
    assert stored == [2, 0], "what was typed as a report, and nothing that was said"
    assert fake.violations == []


async def test_a_wrong_token_is_one_clear_sentence(desk: Desk) -> None:
    async with FakeDiscord() as fake:
        with point_at(fake, pace=0.01):
            client = Client(desk, extensions=())
            with pytest.raises(SettingsError, match="REJECTION_WATCH_DISCORD_TOKEN"):
                await client.start("not.the.token")
            await client.close()


async def test_the_client_can_be_closed_before_it_was_started_and_twice(desk: Desk) -> None:
    client = Client(desk)

    await client.close()
    await client.close()

    assert client.is_closed()
    assert (await client.announcer.announce(None, None)).result is outbox.Result.UNREACHABLE  # type: ignore[arg-type]


async def test_commands_are_sent_to_discord_only_when_they_changed(desk: Desk, clock: Clock) -> None:
    async with FakeDiscord(clock=clock) as fake:
        with point_at(fake, pace=0.01):
            for extensions in (EXTENSIONS, EXTENSIONS, ("cogs.check",)):
                client = Client(desk, extensions=extensions, guild_ready_timeout=0.05)
                async with running(fake, client):
                    pass

    assert len(fake.calls("put_commands")) == 2


async def test_a_new_community_is_greeted_with_what_to_do_and_forgotten_when_we_go(front: Stage) -> None:
    other = front.fake.add_guild("Other workers")
    key = f"discord:{other.id}"
    hall = other.add_channel("hall")
    known = await until(front, lambda tx: tx.find_guild(key))
    front.fake.remove_guild(other)

    assert known.mode is Mode.TRIAL
    assert await until(front, lambda tx: tx.find_guild(key), lambda found: found is None) is None
    assert front.fake.posted(hall) == []


async def test_a_new_community_is_greeted_where_it_greets(front: Stage) -> None:
    data = front.guild.payload() | {"system_channel_id": str(front.alerts.id)}
    front.fake.emit("GUILD_UPDATE", data)
    here: Any = front.client.get_guild(front.guild.id)
    await front.fake.until(lambda: here.system_channel is not None)

    front.client.dispatch("guild_join", here)
    (greeting,) = await front.fake.until(lambda: front.fake.posted(front.alerts))

    assert "/setup" in read(greeting)


async def test_a_bot_that_was_shut_out_ends_with_the_reason(desk: Desk, clock: Clock) -> None:
    async with FakeDiscord(clock=clock) as fake:
        with point_at(fake, pace=0.01):
            client = Client(desk, extensions=(), guild_ready_timeout=0.05)
            ended = asyncio.create_task(client.start(fake.token))
            await fake.until(client.is_ready)

            await client.give_up(SettingsError("the token is not taken any more"))

            with pytest.raises(SettingsError, match="not taken any more"):
                await asyncio.wait_for(ended, 5)


# buttons


async def test_a_press_by_somebody_who_is_no_moderator_any_more_changes_nothing(front: Stage) -> None:
    incident, card = await told(front)
    mo = front.guild.add_member("mo", moderator=True)
    await front.fake.click(front.moderators, mo, card, "Confirm")
    mo.demote()

    refused = await front.fake.click(front.moderators, mo, card, "Dismiss")

    assert await verdicts(front, incident) == [Decision.CONFIRM]
    assert "Only moderators can decide that" in read(refused.reply)
    assert refused.ephemeral


async def test_switched_on_it_tells_members_at_once_and_once_what_is_open(front: Stage) -> None:
    await told(front, mode=Mode.TRIAL)
    olga = front.guild.add_member("olga", permissions=("manage_guild",))
    before = front.fake.posted(front.alerts)

    for _ in range(2):
        await front.fake.slash(front.moderators, olga, "setup", public="on")
        await outbox.pump(front.desk.store, front.client.announcer)

    (card,) = front.fake.posted(front.alerts)
    assert before == []
    assert "Acme Labs" in read(card)


async def test_of_two_who_set_it_up_at_once_neither_takes_back_what_the_other_chose(front: Stage) -> None:
    await front.save(mode=Mode.TRIAL, policy="cautious")
    olga, otto = (front.guild.add_member(name, permissions=("manage_guild",)) for name in ("olga", "otto"))

    await asyncio.gather(
        front.fake.slash(front.moderators, olga, "setup", public="on"),
        front.fake.slash(front.moderators, otto, "setup", policy="early"),
        front.fake.slash(front.moderators, otto, "setup", questions="on"),
    )

    known = await front.desk.store.read(lambda tx: tx.find_guild(front.guild_key))
    assert known is not None
    assert (known.mode, known.policy, known.asks) == (Mode.ON, "early", True)


@pytest.mark.parametrize("forgery", ["no proof", "another guild's", "another act"])
async def test_a_forged_button_changes_nothing(front: Stage, forgery: str) -> None:
    incident, card = await told(front)
    mo = front.guild.add_member("mo", moderator=True)
    ref = await front.desk.store.read(lambda tx: tx.ref(incident.incident_id or 0))
    confirm = card.controls[0]
    confirm["custom_id"] = {
        "no proof": f"v1|confirm|{ref}|{'0' * 16}",
        "another guild's": f"v1|confirm|{ref}|{mac(front.desk.rules, 'confirm', ref, 'discord:1')}",
        "another act": confirm["custom_id"].replace("confirm", "other"),
    }[forgery]

    refused = await front.fake.click(front.moderators, mo, card, confirm["custom_id"])

    assert "not made for this community" in read(refused.reply)
    assert await verdicts(front, incident) == []


async def test_one_press_that_is_delivered_twice_counts_once(front: Stage) -> None:
    incident, card = await told(front)
    mo = front.guild.add_member("mo", moderator=True)
    first = await front.fake.click(front.moderators, mo, card, "Confirm")

    # Our answer to it was lost, so it comes once more.
    first.answer, first.born = None, time.monotonic()
    front.fake.emit("INTERACTION_CREATE", front.fake.interactions._payload(first))
    await front.fake.until(lambda: first.answer is not None)
    await asyncio.sleep(0.2)

    assert await verdicts(front, incident) == [Decision.CONFIRM]


async def test_a_report_can_be_undone_by_its_author_only(front: Stage) -> None:
    await acme(front)
    ann, ben = front.guild.add_member("ann"), front.guild.add_member("ben")
    made = await front.fake.slash(front.alerts, ann, "report", requester="Acme Labs", how_many="all 40")

    stranger = await front.fake.click(front.alerts, ben, made.reply, "Undo")
    author = await front.fake.click(front.alerts, ann, made.reply, "Undo")

    assert made.ephemeral
    assert "no report of yours" in read(stranger.reply)
    assert "does not count any more" in read(author.reply)


async def test_after_five_minutes_a_report_stays(front: Stage) -> None:
    await acme(front)
    ann = front.guild.add_member("ann")
    made = await front.fake.slash(front.alerts, ann, "report", requester="Acme Labs")
    front.clock.ahead += timedelta(minutes=6)

    late = await front.fake.click(front.alerts, ann, made.reply, "Undo")

    assert "no report of yours" in read(late.reply)


async def test_nothing_that_is_sent_shows_who_reported_or_where(front: Stage) -> None:
    await front.save()
    await acme(front)
    people = [front.guild.add_member(f"worker{n}") for n in range(3)]
    for who in people:
        await front.fake.slash(front.alerts, who, "report", requester="Acme Labs", how_many="all 40")
    await outbox.pump(front.desk.store, front.client.announcer)

    said = "\n".join(str(line.body) for line in front.fake.calls("create_message"))

    for who in people:
        assert who.name not in said
        assert str(who.id) not in said


# watched channels


async def watched(stage: Stage) -> Any:
    mo = stage.guild.add_member("mo", moderator=True)
    talk = stage.guild.add_channel("talk")
    answer = await stage.fake.slash(talk, mo, "watch-channel")
    assert "#talk" in read(answer.reply)
    return talk


async def test_what_is_said_while_the_bot_is_away_is_caught_up_with(front: Stage) -> None:
    talk = await watched(front)
    ann = front.guild.add_member("ann")
    front.fake.say(talk, ann, "Acme Labs rejected all 40 of mine")
    live = await n_posts(front, 1)

    await lose_the_session(front)
    for n in range(150):
        front.fake.say(talk, ann, f"good morning number {n}")
    front.fake.open_gateway()

    assert live == 1
    assert await n_posts(front, 151) == 151


async def test_what_was_missed_is_not_passed_over_by_what_is_said_before_the_bot_is_ready(front: Stage) -> None:
    talk = await watched(front)
    ann = front.guild.add_member("ann")
    front.fake.say(talk, ann, "good morning")
    await n_posts(front, 1)
    # As in life: the guilds are there and people talk, but the library still waits for more of them.
    front.client._connection.guild_ready_timeout = 0.4
    before = front.fake.gateway.identifies

    await lose_the_session(front)
    front.fake.say(talk, ann, "Acme Labs rejected all 40 of mine")
    front.fake.open_gateway()
    await front.fake.until(lambda: front.fake.gateway.identifies > before)
    await asyncio.sleep(0.2)
    front.fake.say(talk, ann, "anybody here?")

    assert await n_posts(front, 3) == 3


async def test_a_message_is_stored_once_however_often_it_is_heard(front: Stage) -> None:
    talk = await watched(front)
    ann = front.guild.add_member("ann")
    message = front.fake.say(talk, ann, "Acme Labs rejected all 40 of mine")
    front.fake.emit_message("MESSAGE_CREATE", message)

    assert await n_posts(front, 1) == 1


async def test_without_read_message_history_a_gap_is_recorded(front: Stage) -> None:
    talk = await watched(front)
    ann = front.guild.add_member("ann")
    talk.deny(front.guild.me, "read_message_history")
    await lose_the_session(front)
    front.fake.say(talk, ann, "Acme Labs rejected all 40 of mine")
    front.fake.open_gateway()

    ((source, _, why),) = await until(front, lambda tx: tx.gaps(5))
    assert source == f"discord:{talk.id}"
    assert "Read Message History" in why


async def test_a_store_that_fails_for_a_moment_loses_no_message(front: Stage) -> None:
    talk = await watched(front)
    ann = front.guild.add_member("ann")
    listen: Any = front.client.get_cog("Listen")
    take, failed = listen._take, []

    async def fail_once(channel_id: int, messages: Any) -> None:
        if not failed:
            failed.append(channel_id)
            raise OSError("the disk is full")
        await take(channel_id, messages)

    listen._take = fail_once
    front.fake.say(talk, ann, "Acme Labs rejected all 40 of mine")
    await front.fake.until(lambda: failed)
    await asyncio.sleep(0.05)
    trouble = await front.desk.store.read(lambda tx: tx.find_source(f"discord:{talk.id}").trouble)  # type: ignore[union-attr]
    front.fake.say(talk, ann, "and 3 more")
    listen._work()

    assert "could not be read" in (trouble or "")
    assert await n_posts(front, 2) == 2


async def test_an_answer_knows_what_it_answers(front: Stage) -> None:
    talk = await watched(front)
    ann = front.guild.add_member("ann")
    first = front.fake.say(talk, ann, "Acme Labs rejected all 40 of mine")
    front.fake.say(talk, ann, "they reversed it", reply_to=first)
    await n_posts(front, 2)
    (last,) = [one for one in front.fake.visible(talk) if one.reference]

    found = await front.desk.store.read(lambda tx: tx.find_post(f"discord:{talk.id}", str(last.id)))

    assert found is not None
    assert found[1].parent_key == str(first.id)
    assert found[1].url is None


async def test_a_gateway_that_stays_away_ends_the_client_so_that_a_new_one_can_begin(front: Stage) -> None:
    await front.client.on_disconnect()
    planned = front.client._dark
    await front.client.on_resumed()

    assert planned is not None
    assert planned.cancelled()
    front.client._end()
    await front.fake.until(front.client.is_closed)


# doctor


def settings(fake: FakeDiscord, path: Path, token: str | None = None) -> Settings:
    return Settings(
        data=path,
        discord_token=token or fake.token,  # type: ignore[arg-type]
        discord_api=fake.url,
        discord_gateway=fake.gateway_url,
        database=str(path / "watch.sqlite3"),
    )


async def test_doctor_names_what_is_missing_in_discord(front: Stage, tmp_path: Path) -> None:
    front.alerts.deny(front.guild.me, "send_messages", "read_message_history")
    await front.save()
    await front.desk.store.write(lambda tx: tx.save_guild(Guild(guild_key="discord:1", name="Gone", alert_channel="2")))

    found = dict(await examine(settings(front.fake, tmp_path)))

    assert found["Example workers, #alerts: the bot lacks Send Messages, Embed Links, Read Message History."] is True
    assert found["Example workers, #moderators: the bot can post there."] is False
    assert any("Gone: Discord does not show it" in text and wrong for text, wrong in found.items())
    assert any("it may read messages" in text and not wrong for text, wrong in found.items())


async def test_doctor_says_that_the_token_is_wrong_and_that_discord_is_away(front: Stage, tmp_path: Path) -> None:
    ((wrong_token, one),) = await examine(settings(front.fake, tmp_path, "not.the.token"))
    await front.fake.outage()
    ((away, two),) = await examine(settings(front.fake, tmp_path))
    await front.fake.outage(on=False)

    assert one is two is True
    assert "REJECTION_WATCH_DISCORD_TOKEN" in wrong_token
    assert "cannot be asked now" in away
