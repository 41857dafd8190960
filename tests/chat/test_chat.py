"""Commands and buttons as people use them: typed, picked and pressed, in an invented community."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
import pytest
from town import Town, acme, incident, pump, read

from bot.client import Client
from bot.commands import COMMANDS, Desk
from bot.model import Decision, Incident, Mode


async def judged(town: Town, known: Incident) -> list[tuple[Decision, str | None]]:
    found = await town.client.desk.store.read(lambda tx: tx.get_incident(known.incident_id))
    return [(verdict.decision, verdict.why) for verdict in found.verdicts]


Ask = Callable[[Town], Awaitable[str]]


async def typed(town: Town) -> str:
    (answer,) = await town.type(town.ann, "!check Acme Labs")
    return read(answer)


async def mentioned(town: Town) -> str:
    assert town.client.user is not None
    (answer,) = await town.type(town.ann, f"<@{town.client.user.id}> check Acme Labs")
    return read(answer)


async def picked(town: Town) -> str:
    result = await town.ann.slash(town.talk, "check", requester="Acme Labs")
    assert result.ephemeral
    return read(result.response)


@pytest.mark.parametrize("ask", [typed, mentioned, picked])
async def test_check_gives_the_same_answer_however_it_is_asked(town: Town, ask: Ask) -> None:
    await acme(town)

    answer = await ask(town)

    assert "Acme Labs: no reports known to this bot; that is not a recommendation." in answer


async def test_an_answer_to_a_typed_command_points_at_it_and_mentions_nobody(town: Town) -> None:
    await acme(town)

    (answer,) = await town.type(town.ann, "!check Acme Labs")

    assert answer.reference is not None
    assert answer.mentions == []


async def test_check_without_a_name_says_how_to_ask(town: Town) -> None:
    (answer,) = await town.type(town.ann, "!check")
    assert town.env.errors

    assert "!check <requester>" in read(answer)


async def test_what_may_be_a_workers_own_id_is_not_repeated(town: Town) -> None:
    before_others = await town.type(town.ann, "!check A3EXAMPLEWORKER9")
    picked = await town.ann.slash(town.talk, "check", requester="A3EXAMPLEWORKER9")

    answer = town.whispered(town.ann)
    assert before_others == []
    for one in (answer, picked.response):
        assert "A3EXAMPLEWORKER9" not in read(one)
        assert "delete your message" in read(one)
    assert picked.ephemeral


async def test_an_unknown_name_is_shown_letter_by_letter(town: Town) -> None:
    (answer,) = await town.type(town.ann, "!check @everyone **free** https://evil.example.org")

    assert "that is not a recommendation" in read(answer)
    assert not answer.mention_everyone
    assert "](http" not in str(answer.embeds[0].to_dict())


async def test_two_of_a_name_can_be_picked_and_each_sees_it_alone(town: Town) -> None:
    await acme(town, platform="prolific")
    await acme(town, platform="connect")
    (question,) = await town.type(town.ann, "!check Acme Labs")

    result = await town.mo.click(question, label="2")

    assert "Which" in read(question)
    assert result.ephemeral
    assert "that is not a recommendation" in read(result.response or result.followups[0])


async def test_what_is_being_typed_is_completed(town: Town) -> None:
    await acme(town, key="A1EXAMPLE2REQ3", platform="mturk")

    choices = await town.ann.autocomplete(town.talk, "check", "requester", "acme l")

    assert choices == [{"name": "Acme Labs (Amazon Mechanical Turk, A1EXAMPLE2REQ3)", "value": "A1EXAMPLE2REQ3"}]


async def test_nothing_typed_offers_nothing(town: Town) -> None:
    assert await town.ann.autocomplete(town.talk, "report", "requester", "  ") == []


async def test_help_lists_what_the_asker_may_use(town: Town) -> None:
    (worker,) = await town.type(town.ann, "!help")
    (moderator,) = await town.type(town.mo, "!help")

    for command in COMMANDS:
        assert f"!{command.usage}" in read(moderator)
        assert (f"!{command.usage}" in read(worker)) is not command.moderators


async def test_every_command_of_the_list_can_be_typed_and_picked(town: Town) -> None:
    offered = town.mo.available_commands(town.talk)

    for command in COMMANDS:
        assert town.client.get_command(command.name) is not None
        assert command.name in offered


async def test_the_rules_are_shown_typed_and_picked_page_by_page(town: Town) -> None:
    (first,) = await town.type(town.ann, "!policy")
    second = await town.ann.slash(town.talk, "policy", page="2")
    (wrong,) = await town.type(town.ann, "!policy 99")

    assert "Gains:" in read(first)
    assert "claim_floor = 0.25" in read(first).replace("\\", "")
    assert "half_life" in read(second.response).replace("\\", "")
    assert "There are the pages 1 to" in read(wrong)


async def test_recent_shows_what_is_open(town: Town) -> None:
    await incident(town)

    result = await town.ann.slash(town.talk, "recent")

    assert "Acme Labs" in read(result.response)
    assert "fewer than 5 workers" in read(result.response)


async def test_rating_answers_with_the_workers_own_numbers(town: Town) -> None:
    (answer,) = await town.type(town.ann, "!rating 1000 5 20")

    assert "Your rating" in read(answer)


async def test_rating_says_how_it_wants_to_be_asked(town: Town) -> None:
    (answer,) = await town.type(town.ann, "!rating many")

    assert "three whole numbers" in read(answer)


async def test_an_unknown_command_is_left_to_other_bots_but_not_when_we_are_spoken_to(town: Town) -> None:
    assert town.client.user is not None
    silent = await town.type(town.ann, "!play a song")
    spoken = await town.type(town.ann, f"<@{town.client.user.id}> what can you do")

    assert silent == []
    assert "!check" in read(spoken[0])


async def test_who_asks_too_fast_waits_in_silence_but_a_slash_command_is_told(town: Town) -> None:
    await acme(town)
    for _ in range(5):
        await town.type(town.ann, "!check Acme Labs")

    silent = await town.type(town.ann, "!check Acme Labs")
    told = await town.ann.slash(town.talk, "check", requester="Acme Labs")
    assert town.env.errors

    assert silent == []
    assert "try again in" in read(told.response)


async def test_a_failure_is_one_polite_line(town: Town) -> None:
    await town.client.desk.store.close()

    (answer,) = await town.type(town.ann, "!recent")
    slash = await town.ann.slash(town.talk, "recent")
    errors = town.env.errors

    assert "on my side" in read(answer)
    assert "on my side" in read(slash.response)
    assert "Traceback" not in read(answer)
    assert len(errors) >= 2


async def test_where_the_bot_may_not_speak_it_is_silent_and_no_error_of_ours(town: Town, capsys: Any) -> None:
    silent = {town.env.bot.user: discord.PermissionOverwrite(send_messages=False)}
    mute = town.guild.create_text_channel("mute", overwrites=silent)

    answers = await town.type(town.ann, "!help", mute)

    assert answers == []
    assert all(isinstance(getattr(error, "original", error), discord.Forbidden) for error in town.env.errors)
    assert "Traceback" not in capsys.readouterr().out


# reports


async def test_a_report_is_private_and_can_be_undone(town: Town) -> None:
    await acme(town)
    made = await town.ann.slash(town.talk, "report", requester="Acme Labs", how_many="27 of 30")

    undone = await town.ann.click(made.response, label="Undo")

    assert made.ephemeral
    assert "Understood: Acme Labs rejected 27 of 30" in read(made.response)
    assert "does not count any more" in read(undone.response)


async def test_a_report_in_public_gets_a_sign_and_once_a_hint(town: Town) -> None:
    await acme(town)

    first = await town.type(town.ann, "!report Acme Labs all 40")
    second = await town.type(town.ann, "!report Acme Labs all 40")

    reactions = [str(one.emoji) for message in town.talk.history() for one in message.reactions]
    assert reactions == ["✅", "✅"]
    assert "/report" in read(first[0])
    assert second == []
    assert "ann" not in read(first[0])


async def test_a_report_that_is_not_understood_gets_a_question_mark_and_once_the_way_that_says_why(town: Town) -> None:
    first = await town.type(town.ann, "!report 27")
    second = await town.type(town.ann, "!report 27")

    reactions = [str(one.emoji) for message in town.talk.history() for one in message.reactions]
    assert reactions == ["❔", "❔"]
    assert "Not taken. Please use /report" in read(first[0])
    assert second == []


@pytest.mark.parametrize(("name", "told"), [("report", {"requester": "all 40"}), ("rating", {"numbers": "a few"})])
async def test_who_asks_unseen_is_never_told_to_type_it_before_all(town: Town, name: str, told: dict[str, str]) -> None:
    picked = await town.ann.slash(town.talk, name, **told)

    assert f"Type: /{name}" in read(picked.response)


async def test_help_names_commands_as_they_were_asked_and_to_moderators_also_what_only_discord_has(town: Town) -> None:
    typed = await town.type(town.ann, "!help")
    member = await town.ann.slash(town.talk, "help")
    moderator = await town.olga.slash(town.talk, "help")

    assert "!check" in read(typed[0])
    assert "/check" in read(member.response)
    assert "/setup" not in read(member.response)
    assert "/watch-channel" in read(moderator.response)


async def test_a_moderators_command_is_not_explained_to_others(town: Town) -> None:
    refused = await town.ann.slash(town.talk, "confirm", ref="7K2-Q9F")

    assert "Only moderators" in read(refused.response)
    assert "Type:" not in read(refused.response)


async def test_in_private_messages_a_report_is_answered_in_full(town: Town) -> None:
    await acme(town)
    dora = town.env.create_user("dora")

    await dora.send_dm("!report Acme Labs 27/30")

    assert "Understood: Acme Labs rejected 27 of 30" in read(dora.dm_channel.last_message)


async def test_in_private_messages_nobody_moderates(town: Town) -> None:
    dora = town.env.create_user("dora")

    await dora.send_dm("!confirm 7K2-Q9F")

    assert "Only moderators" in read(dora.dm_channel.last_message)


async def test_two_reports_by_one_person_are_one_voice(town: Town) -> None:
    requester = await acme(town)
    await town.ann.slash(town.talk, "report", requester="Acme Labs", how_many="all 40")
    await town.ann.slash(town.talk, "report", requester="Acme Labs", how_many="all 40")

    known = await town.client.desk.store.read(lambda tx: tx.open_incident(requester.requester_id))

    assert known is not None
    assert len({one.voice.key for one in known.reports}) == 1
    assert str(town.ann.id) not in repr(known)


# moderators


async def test_an_alert_comes_to_both_channels_and_each_says_what_is_for_it(town: Town) -> None:
    await incident(town)

    (public,) = town.alerts.history()
    (private,) = town.back.history()
    assert "Fewer than 5 workers" in read(public)
    assert "3 workers" in read(private)
    assert public.components == []
    assert [button.label for row in private.components for button in row.children] == [
        "Confirm",
        "Dismiss",
        "Not the same requester",
    ]


@pytest.mark.parametrize(
    ("label", "decision", "why"),
    [
        ("Confirm", Decision.CONFIRM, None),
        ("Dismiss", Decision.DISMISS, None),
        ("Not the same requester", Decision.DISMISS, "not the same requester"),
    ],
)
async def test_a_moderators_press_counts(town: Town, label: str, decision: Decision, why: str | None) -> None:
    known = await incident(town)
    (card,) = town.back.history()

    result = await town.mo.click(card, label=label)

    assert await judged(town, known) == [(decision, why)]
    assert result.ephemeral


async def test_the_cards_change_with_the_verdict(town: Town, clock: Any) -> None:
    await incident(town)
    (card,) = town.back.history()

    await town.mo.click(card, label="Confirm")
    clock.ahead += timedelta(minutes=1)
    await pump(town)

    assert "Confirmed by moderators" in read(town.back.history()[0])
    assert "Confirmed by moderators" in read(town.alerts.history()[0])


async def test_buttons_work_after_a_restart(town: Town) -> None:
    known = await incident(town)
    await town.env.restart_bot(Client(town.client.desk))
    (card,) = town.back.history()

    await town.mo.click(card, label="Confirm")

    assert await judged(town, known) == [(Decision.CONFIRM, None)]


@pytest.mark.parametrize(
    ("command", "decision"),
    [
        ("confirm", Decision.CONFIRM),
        ("dismiss", Decision.DISMISS),
        ("reversed", Decision.REVERSED),
        ("compensated", Decision.COMPENSATED),
    ],
)
async def test_moderators_can_type_what_they_could_press(town: Town, command: str, decision: Decision) -> None:
    known = await incident(town)
    ref = await town.client.desk.store.read(lambda tx: tx.ref(known.incident_id))

    (answer,) = await town.type(town.mo, f"!{command} {ref.lower()} seen it myself", town.talk)
    back = await town.mo.slash(town.talk, "undo", ref=ref)

    assert await judged(town, known) == [(decision, "seen it myself"), (Decision.UNDO, None)]
    assert "Acme Labs" in read(answer)
    assert "Taken back" in read(back.response)


async def test_nobody_else_can(town: Town) -> None:
    known = await incident(town)
    ref = await town.client.desk.store.read(lambda tx: tx.ref(known.incident_id))

    (answer,) = await town.type(town.ann, f"!confirm {ref}")

    assert "Only moderators" in read(answer)
    assert await judged(town, known) == []


async def test_a_ref_that_is_not_there_is_explained(town: Town) -> None:
    (answer,) = await town.type(town.mo, "!confirm ZZZZ-ZZ")

    assert "no incident" in read(answer)


# settings


async def test_a_new_community_is_in_trial(town: Town) -> None:
    assert (await town.guild_now()).mode is Mode.TRIAL


async def test_setup_keeps_what_is_chosen(town: Town) -> None:
    result = await town.olga.slash(
        town.talk,
        "setup",
        alerts=town.alerts,
        moderators=town.back,
        platforms="Prolific, connect",
        policy="early",
        public="on",
    )

    known = await town.guild_now()
    assert (known.alert_channel, known.moderator_channel) == (str(town.alerts.id), str(town.back.id))
    assert (known.platforms, known.policy, known.mode) == (("prolific", "connect"), "early", Mode.ON)
    assert "#alerts" in read(result.response)
    assert result.ephemeral


async def test_setup_without_a_choice_shows_and_changes_nothing(town: Town) -> None:
    before = await town.guild_now()

    result = await town.olga.slash(town.talk, "setup")

    assert await town.guild_now() == before
    assert "In trial" in read(result.response)


@pytest.mark.parametrize(
    ("choice", "said"),
    [({"public": "on"}, "need a channel"), ({"platforms": "prolific, nowhere"}, "I do not know nowhere")],
)
async def test_a_setting_that_cannot_be_changes_nothing(town: Town, choice: dict[str, str], said: str) -> None:
    before = await town.guild_now()

    result = await town.olga.slash(town.talk, "setup", **choice)

    assert await town.guild_now() == before
    assert said in read(result.response)


async def test_members_and_moderators_never_share_a_channel(town: Town) -> None:
    before = await town.guild_now()

    result = await town.olga.slash(town.talk, "setup", alerts=town.talk, moderators=town.talk)

    assert await town.guild_now() == before
    assert "two channels" in read(result.response)


async def test_all_platforms_again(town: Town) -> None:
    await town.olga.slash(town.talk, "setup", platforms="prolific")

    await town.olga.slash(town.talk, "setup", platforms="all")

    assert (await town.guild_now()).platforms == ()


async def test_setup_is_not_for_members(town: Town) -> None:
    assert "setup" not in town.ann.available_commands(town.talk)
    assert "setup" in town.olga.available_commands(town.talk)


async def test_a_chosen_role_speaks_for_the_community_and_time_out_rights_alone_do_not(town: Town) -> None:
    role = town.guild.create_role("watchers")
    wendy = town.guild.add_member(town.env.create_user("wendy"), roles=[role])
    await town.olga.slash(town.talk, "setup", role=role)

    (chosen,) = await town.type(wendy, "!status")
    (not_chosen,) = await town.type(town.mo, "!status")

    assert "Outbox" in read(chosen)
    assert "Only moderators" in read(not_chosen)


async def test_what_the_bot_lacks_in_a_chosen_channel_is_named(town: Town) -> None:
    mute = town.guild.create_text_channel(
        "mute",
        overwrites={town.guild.default_role: discord.PermissionOverwrite(send_messages=False, embed_links=False)},
    )

    result = await town.olga.slash(town.talk, "setup", alerts=mute)

    assert "Send Messages" in read(result.response)


# channels as sources


async def test_a_watched_channel_is_read_live_and_after_a_break(town: Town, desk: Desk) -> None:
    await town.ann.send(town.talk, "said before anybody asked us to read")
    answer = await town.mo.slash(town.talk, "watch-channel")
    await town.ann.send(town.talk, "Acme Labs rejected all 40 of my submissions today, no reason given")
    live = await desk.store.read(lambda tx: tx.count_posts())

    await town.env.restart_bot(Client(desk))
    await town.ann.send(town.talk, "same here, 27 of 30 rejected by Acme Labs")
    await town.env.settle()

    assert "#talk" in read(answer.response)
    assert live == 1
    assert await desk.store.read(lambda tx: tx.count_posts()) == 2


async def test_bots_commands_and_silence_are_no_posts(town: Town, desk: Desk) -> None:
    await town.mo.slash(town.talk, "watch-channel")

    await town.type(town.ann, "!help")

    assert await desk.store.read(lambda tx: tx.count_posts()) == 0


async def test_a_channel_that_is_not_watched_any_more_is_not_read(town: Town, desk: Desk) -> None:
    await town.mo.slash(town.talk, "watch-channel", channel=town.alerts)
    await town.mo.slash(town.talk, "unwatch-channel", channel=town.alerts)

    await town.ann.send(town.alerts, "Acme Labs rejected all 40 of mine")

    assert await desk.store.read(lambda tx: (tx.count_posts(), tx.sources())) == (0, ())


async def test_members_cannot_have_channels_watched(town: Town, desk: Desk) -> None:
    answer = await town.ann.slash(town.talk, "watch-channel")

    assert "Only moderators" in read(answer.response)
    assert await desk.store.read(lambda tx: tx.sources()) == ()


# starting


async def test_the_list_of_commands_is_sent_once_and_again_only_when_it_changed(town: Town, desk: Desk) -> None:
    def syncs() -> int:
        return sum("commands" in entry.path for entry in town.env.http_requests)

    first = syncs()
    await town.env.restart_bot(Client(desk))
    second = syncs()

    assert first == 1
    assert second == first
