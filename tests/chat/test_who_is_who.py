"""Moderators say who is who in Discord: by slash, typed, and by the buttons under previews and questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from making import hear, report, voice
from town import Town, acme, incident, pump, read

from bot.client import Client
from bot.model import Requester, Term
from bot.telling import ask
from bot.whom import NAMESAKE, SAME_NAME


async def pair(town: Town) -> tuple[Requester, Requester]:
    await incident(town)
    known = await town.client.desk.store.read(lambda tx: tx.get_requester(1))
    return known, await acme(town, "Birchmere Audio")


async def now_is(town: Town, requester: Requester) -> int:
    found = await town.client.desk.store.read(lambda tx: tx.get_requester(requester.requester_id))
    return found.requester_id


async def test_a_merge_is_previewed_for_the_moderator_alone_and_done_by_a_button(town: Town) -> None:
    gone, into = await pair(town)

    shown = await town.mo.slash(town.talk, "merge", requester="Acme Labs", other=f"#{into.requester_id}")
    before = await now_is(town, gone)
    done = await town.mo.click(shown.response, label="Do it")
    again = await town.mo.click(shown.response, label="Do it")

    assert shown.ephemeral
    assert "3 reports, 1 incident" in read(shown.response)
    assert before == gone.requester_id
    assert "Done" in read(done.response)
    assert await now_is(town, gone) == into.requester_id
    assert "too old" in read(again.response)


async def test_what_was_left_is_not_done(town: Town) -> None:
    gone, into = await pair(town)
    shown = await town.mo.slash(town.talk, "merge", requester="Acme Labs", other=f"#{into.requester_id}")

    left = await town.mo.click(shown.response, label="Leave it")

    assert "Nothing was changed" in read(left.response)
    assert await now_is(town, gone) == gone.requester_id


async def test_a_worker_may_not_and_a_moderator_who_was_one_may_not_any_more(town: Town) -> None:
    gone, into = await pair(town)
    line = {"requester": "Acme Labs", "other": f"#{into.requester_id}"}

    refused = await town.ann.slash(town.talk, "merge", **line)
    shown = await town.mo.slash(town.talk, "merge", **line)
    others = replace(await town.guild_now(), moderator_role="1")
    await town.write(lambda tx: tx.save_guild(others))
    late = await town.mo.click(shown.response, label="Do it")

    assert "Only moderators" in read(refused.response)
    assert "Only moderators" in read(late.response)
    assert await now_is(town, gone) == gone.requester_id


async def test_typed_before_everybody_it_is_answered_in_private(town: Town) -> None:
    gone, into = await pair(town)

    shown = await town.type(town.mo, f"!merge Acme Labs = #{into.requester_id}")
    preview = read(town.whispered(town.mo))
    key = preview.rpartition("do ")[2].split()[0]
    await town.type(town.mo, f"!do {key}")

    assert shown == []
    assert "3 reports" in preview
    assert "Done" in read(town.whispered(town.mo))
    assert await now_is(town, gone) == into.requester_id


async def question(town: Town) -> tuple[Requester, Requester, Any]:
    """Moderators are asked whether a newly reported Acme is the one that is known."""
    await incident(town)
    rules = town.client.desk.rules
    new = await acme(town)

    def work(tx: Any) -> Requester:
        tx.suggest_link(1, new.requester_id, NAMESAKE, (Term(SAME_NAME, 0.0),))
        ask(tx, rules, hear(tx, rules, report(9, tx.now, voice=voice(9)), new))
        return tx.get_requester(1)

    known = await town.write(work)
    await pump(town)
    asked = next(message for message in town.back.history() if "Which" in read(message))
    return known, new, asked


async def test_moderators_are_asked_who_it_is_and_the_answer_counts_after_a_restart(town: Town) -> None:
    known, new, asked = await question(town)

    await town.env.restart_bot(Client(town.client.desk))
    result = await town.mo.click(asked, label="The same as 1")

    assert "Done" in read(result.response)
    assert await now_is(town, new) == known.requester_id


async def test_an_answered_question_says_so_and_a_second_answer_changes_nothing(town: Town, clock: Any) -> None:
    _, new, asked = await question(town)

    await town.mo.click(asked, label="Somebody else")
    late = await town.olga.click(asked, label="The same as 1")
    clock.ahead += timedelta(minutes=1)
    await pump(town)

    assert "answered already" in read(late.response)
    assert await now_is(town, new) == new.requester_id
    shown = next(message for message in town.back.history() if message.id == asked.id)
    assert "Answered" in read(shown)
    assert shown.components == []


async def test_members_do_not_see_the_question(town: Town) -> None:
    await question(town)

    assert not any("Which" in read(message) for message in town.alerts.history())


async def test_names_are_suggested_by_beginning_alias_and_id_and_the_pick_is_exact(town: Town) -> None:
    await acme(town, "Birchmere Audio", "connect")
    twin = await acme(town, "Birchmere Audio", "prolific")
    await acme(town, "Cedar House", "mturk", "A1EXAMPLE2REQ3")

    by_name = await town.ann.autocomplete(town.talk, "check", "requester", "birch")
    by_id = await town.ann.autocomplete(town.talk, "check", "requester", "a1exam")
    value = next(one["value"] for one in by_name if "Prolific" in one["name"])
    answer = await town.ann.slash(town.talk, "check", requester=value)

    assert len(by_name) == 2
    assert [one["value"] for one in by_id] == ["A1EXAMPLE2REQ3"]
    assert value == f"#{twin.requester_id}"
    assert "Platform: Prolific" in read(answer.response)
