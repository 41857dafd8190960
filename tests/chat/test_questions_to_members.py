"""The bot asks, members tap: the whole story through discord.py, from the setting to what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakediscord import Message
from fakediscord.world import Member, User
from making import hear, report, voice
from sqlalchemy import text
from staging import Clock, Stage, on_stage
from test_escape import shown

from bot import outbox
from bot.client import EXTENSIONS
from bot.commands import Desk
from bot.model import Incident, State
from bot.sweeper import sweep
from bot.telling import tell
from cogs.buttons import mac

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
ASKED = "Has anybody had work for Acme Labs decided this week?"
LABELS = ["All approved", "Some rejected", "All rejected", "Still pending"]
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)


@pytest.fixture
async def front(desk: Desk, clock: Clock) -> AsyncIterator[Stage]:
    async with on_stage(desk, clock, *EXTENSIONS) as made:
        yield made


def member(stage: Stage, n: int = 1, days: float = 900) -> Member:
    """Somebody whose account is so old: Discord's ids tell."""
    at = stage.clock() - timedelta(days=days) - EPOCH
    user = User((int(at.total_seconds() * 1000) << 22) + n, f"worker{n}")
    stage.fake.users[user.id] = user
    return stage.guild.add_member(user)


async def reported(stage: Stage, n: int = 1) -> None:
    """One worker elsewhere says that Acme rejected all of theirs: too little to warn."""

    def work(tx: Any) -> None:
        known = tx.names_since(0)
        if known:
            who = tx.get_requester(int(known[0][1].owner))
        else:
            who = tx.add_requester("prolific", "Acme Labs", "acme labs", None, "test")
        changed = hear(tx, stage.desk.rules, report(n, tx.now, voice=voice(n)), who)
        tell(tx, stage.desk.rules, changed, tx.now)

    await stage.desk.store.write(work)
    await passes(stage, timedelta())


async def passes(stage: Stage, span: timedelta) -> None:
    stage.clock.ahead += span
    await sweep(stage.desk.store, stage.desk.rules)
    await outbox.pump(stage.desk.store, stage.client.announcer)


async def question(stage: Stage) -> Message:
    """The community asks; one report elsewhere is worth a question."""
    await stage.save(asks=True)
    await reported(stage)
    (asked,) = stage.fake.posted(stage.alerts)
    return asked


async def tap(stage: Stage, who: Member, message: Message, label: str) -> str:
    pressed = await stage.fake.click(stage.alerts, who, message, label)
    assert pressed.ephemeral
    return shown(pressed.text)


async def now_is(stage: Stage) -> Incident:
    return await stage.desk.store.read(lambda tx: tx.get_incident(1))


def said(stage: Stage) -> str:
    return "\n".join(shown(message.text) for message in stage.fake.posted(stage.alerts))


async def test_who_switches_it_on_is_asked_once_by_a_message_that_accuses_nobody(front: Stage) -> None:
    olga = front.guild.add_member("olga", permissions=["manage_guild"])
    await front.save()
    await reported(front)
    before = front.fake.posted(front.alerts)

    answer = await front.fake.slash(front.alerts, olga, "setup", questions="on")
    for _ in range(3):
        await reported(front)
        await passes(front, QUARTER)

    assert before == []
    assert "members may be asked" in shown(answer.text)
    (asked,) = front.fake.posted(front.alerts)
    assert ASKED in shown(asked.text)
    assert [control["label"] for control in asked.controls] == LABELS
    assert asked.pings == []
    assert "reject" not in shown(asked.text).lower()
    (entry,) = await front.desk.store.read(lambda tx: tx.audit(1))
    assert (entry.deed, entry.says["changed"]) == ("setting", ["asks"])
    (card,) = front.fake.posted(front.moderators)
    assert "Members are asked whether their work was decided." in shown(card.text)


async def test_one_person_has_one_voice_fresh_accounts_have_none_and_an_established_one_warns(front: Stage) -> None:
    asked, ann = await question(front), member(front, 9)

    for n in range(20, 23):
        await tap(front, member(front, n, days=3), asked, "All rejected")
    await passes(front, QUARTER)
    quiet, count = said(front), (await now_is(front)).n_voices
    for _ in range(2):
        answer = await tap(front, ann, asked, "All rejected")
    await passes(front, QUARTER)

    assert (count, "Early" in quiet) == (1, False)
    assert "Noted: all rejected at Acme Labs" in answer
    assert ((await now_is(front)).n_voices, len((await now_is(front)).reports)) == (2, 5)
    assert "Early, unverified: rejections reported for Acme Labs" in said(front)
    assert "There is a warning with the same ref now." in said(front)


async def test_approvals_calm_it_and_the_closed_question_says_so(front: Stage) -> None:
    asked = await question(front)
    before = (await now_is(front)).score

    for n in range(1, 6):
        await tap(front, member(front, n), asked, "All approved")
    await tap(front, member(front, 7), asked, "Some rejected")
    await passes(front, QUARTER)
    await passes(front, DAY)

    assert (await now_is(front)).score < before
    assert "Early" not in said(front)
    assert "5 workers answered that all of theirs was approved. No warning came of it" in said(front)
    (closed,) = front.fake.posted(front.alerts)
    assert (closed.id, closed.controls) == (asked.id, [])
    (card,) = front.fake.posted(front.moderators)
    assert "Of those whose voice counts: all approved: 5, some rejected: 1, all rejected: 0." in shown(card.text)


async def test_the_bot_dies_after_posting_and_the_tap_proves_the_message(front: Stage) -> None:
    asked = await question(front)
    # As the row was when the process ended: sent, and no answer heard.
    died = text("UPDATE outbox SET state = 'sending', message_key = NULL WHERE shape = 'question'")
    await front.desk.store.write(lambda tx: tx.connection.execute(died))
    await outbox.recover(front.desk.store)

    answer = await tap(front, member(front), asked, "All rejected")
    await passes(front, QUARTER)

    assert "Noted" in answer
    (row,) = await front.desk.store.read(lambda tx: tx.questions_to_members(1))
    assert (row.state, row.message_key) == (State.SENT, str(asked.id))
    assert said(front).count(ASKED) == 1


async def test_what_is_not_this_question_in_this_message_is_refused(front: Stage) -> None:
    asked, ann = await question(front), member(front)
    talk, control = front.guild.add_channel("talk"), asked.controls[2]
    real = control["custom_id"]
    *told, _ = real.split("|")
    there = mac(front.desk.rules, *told[1:], front.guild_key, str(talk.id))
    copy = replace(asked, id=front.fake.new_id())
    forged = [
        ("|".join((*told, "0" * 16)), front.alerts, asked, "Not one of mine"),
        (real.replace("all_", "some_"), front.alerts, asked, "Not one of mine"),
        (real, talk, asked, "Not one of mine"),
        ("|".join((*told, there)), talk, asked, "no answers any more"),
        (real, front.alerts, copy, "no answers any more"),
    ]

    for custom_id, place, message, expected in forged:
        control["custom_id"] = custom_id
        refused = await front.fake.click(place, ann, message, custom_id)

        assert expected in shown(refused.text)
    assert len((await now_is(front)).reports) == 1


async def test_who_switches_it_off_closes_the_question_at_once(front: Stage) -> None:
    asked, ann = await question(front), member(front)
    olga = front.guild.add_member("olga", permissions=["manage_guild"])

    await front.fake.slash(front.alerts, olga, "setup", questions="off")
    late = await tap(front, ann, asked, "All rejected")
    await passes(front, timedelta(minutes=1))

    assert "takes no answers any more" in late
    assert len((await now_is(front)).reports) == 1
    (closed,) = front.fake.posted(front.alerts)
    assert (closed.id, closed.controls) == (asked.id, [])
