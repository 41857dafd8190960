"""Moderators say who is who, on any front: previewed, done once, taken back; and nobody else may."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from bot.cards import as_text
from bot.commands import Answer, Desk, Person, answer
from bot.console import Prompt
from bot.model import Act, Guild, Requester, Tie
from bot.naming.canonical import canonical
from bot.storage import Store
from tests.making import DAY, NOW, guild, hear, report, rules, tell_all

WORKER = Person(key="wanda", site="discord", guild=guild(), age_days=400.0)
MODERATOR = replace(WORKER, key="mo", moderator=True)
ASH, BIRCH = "Ashgrove Vision", "Birchmere Audio"


@pytest.fixture
def guilds() -> tuple[Guild, ...]:
    return (guild(),)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, rules())


@pytest.fixture
def known(desk: Desk):
    """A requester with so many workers' reports."""

    async def make(name: str, n: int = 0, platform: str = "prolific", account: str | None = None) -> Requester:
        def work(tx) -> Requester:
            made = tx.add_requester(platform, name, canonical(name), account, "text")
            for number in range(n):
                tell_all(tx, desk.rules, hear(tx, desk.rules, report(number, tx.now), made))
            return made

        return await desk.store.write(work)

    return make


def words(given: Answer) -> str:
    return as_text(given.card)


async def said(desk: Desk, line: str, person: Person = MODERATOR) -> Answer:
    """A line typed, and what it previewed done."""
    shown = await answer(desk, person, line)
    assert shown.plan is not None, words(shown)
    return await answer(desk, person, f"do {shown.plan}")


async def log(desk: Desk):
    return await desk.store.read(lambda tx: tx.edits(20))


# --- preview and deed


async def test_a_preview_counts_what_would_move_and_changes_nothing(desk, known) -> None:
    ash, birch = await known(ASH, 3), await known(BIRCH)

    shown = await answer(desk, MODERATOR, f"!merge {ASH} = {BIRCH}")

    assert "3 reports, 1 incident" in words(shown)
    assert "1 community" not in words(shown) or "would be told" in words(shown)
    assert [button.action for button in shown.card.buttons] == ["do", "leave"]
    assert await log(desk) == ()
    for one in (ash, birch):
        assert await desk.store.read(lambda tx, one=one: tx.get_requester(one.requester_id)) == one


async def test_what_was_previewed_is_done_once(desk, known) -> None:
    ash, birch = await known(ASH, 3), await known(BIRCH, 2)
    shown = await answer(desk, MODERATOR, f"merge #{ash.requester_id} #{birch.requester_id}")

    first = await answer(desk, MODERATOR, f"do {shown.plan}")
    second = await answer(desk, MODERATOR, f"do {shown.plan}")

    assert "Done" in words(first)
    assert "done with or too old" in words(second)
    now_is = await desk.store.read(lambda tx: tx.get_requester(ash.requester_id))
    assert (now_is.requester_id, ASH in now_is.aliases) == (birch.requester_id, True)
    assert await desk.store.read(lambda tx: tx.open_incident(birch.requester_id).n_voices) == 3


async def test_undo_by_its_ref_takes_it_back(desk, known) -> None:
    ash, birch = await known(ASH, 3), await known(BIRCH, 2)
    done = await said(desk, f"merge {ASH} = {BIRCH}")
    ref = re.search(r"undo (E\S+)", words(done))[1].strip("`")

    back = await answer(desk, MODERATOR, f"!undo {ref.lower()}")

    assert "taken back" in words(back)
    assert await desk.store.read(lambda tx: tx.get_requester(ash.requester_id)) == ash
    assert await desk.store.read(lambda tx: tx.get_requester(birch.requester_id)) == birch
    assert [edit.undone for edit in await log(desk)] == [False, True]
    assert "taken back" in words(await answer(desk, MODERATOR, "edits"))


async def test_a_preview_that_was_left_is_gone(desk, known) -> None:
    await known(ASH)
    shown = await answer(desk, MODERATOR, f"rename {ASH} = Cedar House")

    await desk.registry.leave(MODERATOR, shown.plan)

    assert "too old" in words(await answer(desk, MODERATOR, f"do {shown.plan}"))
    assert await log(desk) == ()


async def test_an_old_preview_is_not_carried_out(desk, known, clock) -> None:
    await known(ASH)
    shown = await answer(desk, MODERATOR, f"rename {ASH} = Cedar House")
    clock.pass_by(timedelta(hours=2))

    assert "too old" in words(await answer(desk, MODERATOR, f"do {shown.plan}"))


async def test_whoever_is_no_moderator_any_more_carries_out_nothing(desk, known) -> None:
    await known(ASH)
    shown = await answer(desk, MODERATOR, f"rename {ASH} = Cedar House")

    refused = await answer(desk, replace(MODERATOR, moderator=False), f"do {shown.plan}")

    assert "Only moderators" in words(refused)
    assert await log(desk) == ()


async def test_every_word_leaves_an_entry_with_who_and_where(desk, known) -> None:
    await known(ASH, account="A1EXAMPLE2REQ3", platform="mturk")
    await known(BIRCH, platform="mturk")
    lines = (
        f"alias add {ASH} = Ashy",
        f"alias remove {ASH} = Ashy",
        f"rename {ASH} = Cedar House",
        f"link {BIRCH} = A1EXAMPLE2REQ3",
        f"unlink {BIRCH} = A1EXAMPLE2REQ3",
        f"split {ASH} = A1EXAMPLE2REQ3",
    )

    for line in lines[:-1]:
        await said(desk, line)

    kept = await log(desk)
    assert [edit.act for edit in reversed(kept)] == [
        Act.ALIAS_ADDED, Act.ALIAS_REMOVED, Act.RENAMED, Act.LINKED, Act.UNLINKED,
    ]  # fmt: skip
    assert {edit.guild_key for edit in kept} == {"discord:1"}
    assert all(edit.by and edit.by != "mo" for edit in kept)


async def test_an_incident_can_be_somebody_elses(desk, known) -> None:
    ash = await known(ASH, 3)
    ref = await desk.store.read(lambda tx: tx.ref(tx.open_incident(ash.requester_id).incident_id))

    done = await said(desk, f"split {ref} = Ashgrove Vision of Exampleton")

    assert "3 reports" in words(done)
    assert await desk.store.read(lambda tx: tx.open_incident(ash.requester_id)) is None
    found = await answer(desk, WORKER, "check Ashgrove Vision of Exampleton")
    assert "reported mass rejections" in words(found)


# --- whom they name


@pytest.mark.parametrize(
    "line", ["merge", "merge x", "merge = ", "merge a = ", "rename x =", "split", "alias", "alias x"]
)
async def test_what_is_not_whole_is_answered_with_how(desk, known, line) -> None:
    await known(ASH)

    given = await answer(desk, MODERATOR, line)

    assert given.plan is None
    assert "Type: !" in words(given)


async def test_a_name_of_two_is_answered_with_numbers(desk, known) -> None:
    one, other = await known(ASH), await known(ASH, platform="connect")

    given = await answer(desk, MODERATOR, f"rename {ASH} = Cedar House")

    assert given.plan is None
    assert f"#{one.requester_id}" in words(given)
    assert f"#{other.requester_id}" in words(given)
    assert (await answer(desk, MODERATOR, f"rename {ASH} #{other.requester_id} = Cedar House")).plan is not None


async def test_an_unknown_id_is_not_said_back(desk) -> None:
    given = await answer(desk, MODERATOR, "rename A3EXAMPLE9WRK4 = Cedar House")

    assert "A3EXAMPLE9WRK4" not in words(given)


async def test_names_are_told_with_their_dates_and_ties(desk, known, clock) -> None:
    ash, birch = await known(ASH), await known(BIRCH)
    clock.pass_by(40 * DAY)
    await said(desk, f"rename {ASH} = Cedar House")
    await said(desk, f"link {BIRCH} = #{ash.requester_id}")

    given = words(await answer(desk, MODERATOR, f"names #{ash.requester_id}"))

    assert f"{ASH}: since 3 Nov 2026" in given
    assert "Cedar House: since 13 Dec 2026" in given
    assert "said by a moderator" in given
    assert f"#{birch.requester_id}" in given
    assert "linked by a moderator" in given


# --- what it means to those who look up


async def test_a_linked_account_is_shown_and_nothing_is_thrown_at_it(desk, known) -> None:
    old, new = await known(ASH, 4), await known(BIRCH)
    before = words(await answer(desk, WORKER, f"check {BIRCH}"))
    await said(desk, f"link #{old.requester_id} = #{new.requester_id}")

    after = words(await answer(desk, WORKER, f"check {BIRCH}"))

    assert ASH not in before
    assert "not a recommendation" in after
    assert ASH in after
    assert await desk.store.read(lambda tx: tx.find_link(old.requester_id, new.requester_id).tie) is Tie.LINKED
    assert await desk.store.read(lambda tx: tx.open_incident(new.requester_id)) is None


async def test_an_old_number_leads_to_whom_it_was_merged_into(desk, known) -> None:
    ash, birch = await known(ASH), await known(BIRCH, 3)
    await said(desk, f"merge {ASH} = {BIRCH}")

    picked = await desk.pick(WORKER, str(ash.requester_id))
    typed = await answer(desk, WORKER, f"check {ASH}")

    assert BIRCH in words(picked)
    assert BIRCH in words(typed)
    assert (await desk.store.read(lambda tx: tx.get_requester(ash.requester_id))).requester_id == birch.requester_id


async def test_the_terminal_previews_and_does_the_same(desk, known) -> None:
    await known(ASH, 3)
    await known(BIRCH)
    screen = Console(record=True, width=140)
    prompt = Prompt(desk, screen, MODERATOR)

    for line in (f"!merge {ASH} = {BIRCH}", "no", f"!merge {ASH} = {BIRCH}", "yes", "!edits"):
        await prompt.answer(line)

    text = screen.export_text()
    assert "Type yes to do it" in text
    assert "Left as it is" in text
    assert "Done:" in text
    assert len(await log(desk)) == 1
    assert NOW.year == 2026
