"""Who is meant where nothing but a name is shown: more than the name agrees, or a person is asked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot import intake, lookup, whom
from bot.cards import from_json
from bot.commands import Desk, Person
from bot.kin import look_for_kin
from bot.model import Ambiguous, Amount, Batch, Mention, Page, Post, Requester, Shape, Task, Tie
from bot.naming.canonical import canonical
from bot.registry import Registry
from bot.rules import Rules
from bot.storage import Store, Transaction
from tests.making import ACCOUNT, DAY, HOUR, NOW, guild, hear, report, tell_all

NAME = "Quillmere Vision"
STUDY = "0000000000000000000e1a3b"
LINK = f"https://app.prolific.com/studies/{STUDY}"
TASK = Task(title="Outline the tree crowns", reward=Amount(Decimal("1.20"), "GBP"), task_key=STUDY)
NAMELESS = ("prolific", "connect", "toloka", "clickworker")
SHORT = {"meets": True}


@pytest.fixture
def old(store: Store, by: Rules, clock: Any):
    """Somebody whom members were warned of months ago, with the work they showed then."""

    async def make(name: str = NAME, platform: str | None = "prolific", account: str | None = None) -> Requester:
        def work(tx: Transaction) -> Requester:
            tx.save_guild(guild())
            made = tx.add_requester(platform, name, canonical(name), account, "text")
            tx.add_batch(made.requester_id, Batch(key="", at=tx.now, task=TASK))
            for number in range(6):
                tell_all(tx, by, hear(tx, by, report(number, tx.now), made))
            return made

        made = await store.write(work)
        clock.pass_by(100 * DAY)
        await close(store, made)
        return made

    return make


async def close(store: Store, about: Requester) -> None:
    def work(tx: Transaction) -> None:
        live = tx.open_incident(about.requester_id)
        tx.save_incident(replace(live, closed_at=tx.now, next_at=None))

    await store.write(work)


@pytest.fixture
def who(store: Store, by: Rules):
    async def ask(text: str = NAME, platform: str | None = "prolific", *, beside: dict[str, Any] = SHORT, **told: Any):
        mention = Mention(text=text, **told)
        near = whom.Beside(**beside)
        return await store.write(lambda tx: whom.who(tx, by, mention, worth=True, platform=platform, beside=near))

    return ask


async def suggested(store: Store, about: Requester) -> list[int]:
    found = await store.read(lambda tx: tx.links_of(about.requester_id, Tie.SUGGESTED))
    return [each.one_id if each.other_id == about.requester_id else each.other_id for each in found]


# --- a name alone


@pytest.mark.parametrize("platform", NAMELESS)
async def test_without_ids_a_name_alone_does_not_meet_an_old_story(old, who, store, platform) -> None:
    theirs = await old(platform=platform)

    found = await who(platform=platform)

    assert found.requester_id != theirs.requester_id
    assert (found.name, found.platform) == (NAME, platform)
    assert await suggested(store, found) == [theirs.requester_id]


async def test_where_ids_are_shown_the_exact_name_is_enough(old, who) -> None:
    theirs = await old(platform="mturk", account=ACCOUNT)

    assert (await who(platform="mturk")).requester_id == theirs.requester_id


async def test_a_name_that_no_warning_was_ever_told_of_has_nothing_to_be_met(store, who) -> None:
    theirs = await store.write(lambda tx: tx.add_requester("prolific", NAME, canonical(NAME), None, "text"))
    await store.write(lambda tx: tx.add_report(report(at=NOW - 90 * DAY), requester_id=theirs.requester_id))

    assert await who() == theirs


@pytest.mark.parametrize(("theirs", "asked"), [(None, "connect"), ("connect", None), ("connect", "connect")])
async def test_the_first_word_of_who_is_talked_of_just_now_means_them(store, who, theirs, asked) -> None:
    def known(tx: Transaction) -> Requester:
        tx.add_requester(asked, "Brightlane Foods", "brightlane foods", None, "text")
        meant = tx.add_requester(theirs, "Brightlane Labelling", "brightlane labelling", None, "text")
        tx.add_report(report(at=NOW), requester_id=meant.requester_id)
        return meant

    meant = await store.write(known)

    assert (await who("brightlane", asked)).requester_id == meant.requester_id


async def test_the_first_word_of_who_is_talked_of_elsewhere_means_somebody_else(store, who) -> None:
    def known(tx: Transaction) -> Requester:
        elsewhere = tx.add_requester("connect", "Brightlane Labelling", "brightlane labelling", None, "text")
        tx.add_report(report(at=NOW), requester_id=elsewhere.requester_id)
        return elsewhere

    elsewhere = await store.write(known)

    assert (await who("brightlane", "toloka")).requester_id != elsewhere.requester_id


async def test_what_meets_no_report_goes_to_the_name_as_ever(old, who, store) -> None:
    theirs = await old()

    found = await who(beside={})

    assert found.requester_id == theirs.requester_id
    assert await suggested(store, found) == []


async def test_a_live_incident_of_that_name_agrees(store, by, who) -> None:
    theirs = await store.write(lambda tx: tx.add_requester("prolific", NAME, canonical(NAME), None, "text"))
    for number in range(6):
        await store.write(lambda tx, number=number: hear(tx, by, report(number, tx.now), theirs))

    assert (await who()).requester_id == theirs.requester_id
    assert (await who("quillmere vision")).requester_id == theirs.requester_id


# --- what agrees beside it


@pytest.mark.parametrize(
    "beside",
    [
        {"task": Task(task_key=STUDY)},
        {"task": Task(title="outline the TREE crowns")},
        {"task": Task(reward=Amount(Decimal("1.2"), "GBP"))},
        {"text": "They rejected all 40 of mine in Outline the tree crowns, no reason."},
    ],
    ids=["link", "title", "reward", "title in the words"],
)
async def test_the_study_its_link_or_its_reward_agree(old, who, beside) -> None:
    theirs = await old()

    assert (await who(beside={**SHORT, **beside})).requester_id == theirs.requester_id


@pytest.mark.parametrize(
    "beside",
    [
        {"task": Task(task_key="0000000000000000000e1aff")},
        {"task": Task(title="Name the bird you hear")},
        {"task": Task(reward=Amount(Decimal("9.99"), "GBP"))},
        {"text": "They rejected all 40 of mine in a study about crowns of trees."},
    ],
)
async def test_other_work_does_not_agree(old, who, beside) -> None:
    theirs = await old()

    assert (await who(beside={**SHORT, **beside})).requester_id != theirs.requester_id


async def test_a_burst_about_a_namesake_stays_together_and_is_asked_about_once(old, who, store) -> None:
    theirs = await old()

    first, second, third = [await who() for _ in range(3)]

    assert first.requester_id not in (theirs.requester_id,)
    assert {first.requester_id} == {second.requester_id, third.requester_id}


async def test_where_nothing_says_the_platform_the_known_one_decides(old, who) -> None:
    theirs = await old()

    assert (await who(platform=None)).requester_id != theirs.requester_id


def test_a_link_to_one_study_is_a_clue_and_to_two_is_none(by) -> None:
    two = f"{LINK} and https://app.prolific.com/studies/0000000000000000000e1a99"

    assert whom.linked_task(f"see {LINK}", by) == Task(task_key=STUDY)
    assert whom.linked_task(two, by) is None
    assert whom.linked_task("no link at all", by) is None


# --- names seen with an id


async def test_two_voices_give_a_name_and_one_does_not(old, who, store) -> None:
    theirs = await old(platform="mturk", account=ACCOUNT)
    seen = {"text": "Quillmere Renamed", "platform": "mturk", "account_key": ACCOUNT}

    await who(**seen, beside={"voice_key": "v1"})
    await who(**seen, beside={"voice_key": "v1"})
    one = await store.read(lambda tx: tx.get_requester(theirs.requester_id))
    await who(**seen, beside={"voice_key": "v2"})
    two = await store.read(lambda tx: tx.get_requester(theirs.requester_id))

    assert (one.aliases, two.aliases) == ((), ("Quillmere Renamed",))
    assert two.name == NAME
    history = await store.read(lambda tx: tx.name_history(theirs.requester_id))
    assert [(named.name, named.origin) for named in history] == [(NAME, "text"), ("Quillmere Renamed", "seen")]
    assert (await who("Quillmere Renamed", "mturk")).requester_id == theirs.requester_id


# --- somebody known by name alone, and the ids that are said with the name

ONE, OTHER = "A2EXAMPLE3REQ4", "A5EXAMPLE6REQ7"


@pytest.fixture
def said(who, store: Store):
    """What a voice says: the name, with an id or without."""

    async def say(voice_key: str, account_key: str | None = None, name: str = NAME) -> Requester:
        return await who(name, "mturk", account_key=account_key, beside={"meets": True, "voice_key": voice_key})

    return say


async def accounts(store: Store, about: Requester) -> tuple[str, ...]:
    return (await store.read(lambda tx: tx.get_requester(about.requester_id))).account_keys


async def test_the_first_id_said_with_a_name_joins_it_and_another_id_is_somebody_else(said, store) -> None:
    theirs = await said("v1")

    first, second = await said("v2", ONE), await said("v3", OTHER)

    assert first.requester_id == theirs.requester_id
    assert second.requester_id != theirs.requester_id
    assert (await accounts(store, theirs), await accounts(store, second)) == ((), (OTHER,))


@pytest.mark.parametrize("meets", [True, False])
async def test_another_id_never_joins_whether_there_are_reports_to_meet_or_not(said, who, meets) -> None:
    theirs = await said("v1")
    await said("v2", ONE.lower())
    near = {"meets": meets, "voice_key": "v3"}

    assert (await who(platform="mturk", account_key=OTHER, beside=near)).requester_id != theirs.requester_id
    assert (await who(platform="mturk", account_key=ONE, beside=near)).requester_id == theirs.requester_id


async def test_one_voice_gives_nobody_an_id_and_the_second_does(said, store) -> None:
    theirs = await said("v1")

    before = [await said("v2", ONE), await said("v2", ONE)]
    held = await accounts(store, theirs)
    await said("v3", ONE)

    assert {each.requester_id for each in before} == {theirs.requester_id}
    assert (held, await accounts(store, theirs)) == ((), (ONE,))
    assert (await said("v4", ONE, "Birchmere Studies")).requester_id == theirs.requester_id


async def test_a_forged_line_makes_no_lab_of_whoever_owns_the_id(said) -> None:
    lab = await said("v1", name="Birchmere Studies")
    await said("forger", ONE, "Birchmere Studies")

    assert (await said("v2", ONE)).requester_id != lab.requester_id


async def test_a_name_alone_joins_neither_of_two_who_have_it_with_an_id_each(said, store) -> None:
    theirs, *_ = [await said("v1"), await said("v2", ONE), await said("v3", ONE)]
    other = await said("v4", OTHER)

    alone = await said("v5")

    assert alone.requester_id not in (theirs.requester_id, other.requester_id)
    assert await accounts(store, alone) == ()


@pytest.mark.parametrize("merge", [True, False])
async def test_a_lab_with_two_accounts_is_one_by_a_persons_word_and_two_again_without_it(
    said, store, by, merge
) -> None:
    mo = Person(key="mo", site="discord", guild=guild(), moderator=True)
    theirs, _, second = await said("v1"), await said("v2", ONE), await said("v3", OTHER)
    line = f"#{second.requester_id} = #{theirs.requester_id}"
    registry = Registry(store, by)

    preview = await registry.preview(mo, "merge" if merge else "link", line)
    await registry.do(mo, preview.plan or "")
    together = [(await said("v4", key)).requester_id for key in (ONE, OTHER)]
    (edit, *_) = await store.read(lambda tx: tx.edits(5))
    await registry.undo(mo, edit.ref)
    apart = [(await said("v5", key)).requester_id for key in (ONE, OTHER)]

    assert together == [theirs.requester_id, theirs.requester_id if merge else second.requester_id]
    assert apart == [theirs.requester_id, second.requester_id]


async def test_who_asks_with_another_id_is_asked_back_and_not_told_of_them(said, store, by) -> None:
    theirs = await said("v1")
    await said("v2", ONE)

    asked = [await lookup.find(store, by, f"{NAME} [{key}]") for key in (ONE, OTHER)]

    assert asked[0].standing.requester.requester_id == theirs.requester_id
    assert isinstance(asked[1], Ambiguous)
    assert [int(one.owner) for one in asked[1].candidates] == [theirs.requester_id]


async def test_an_id_said_in_a_members_report_is_kept_like_one_in_a_post(said, store, by) -> None:
    theirs = await said("v1")
    desk = Desk(store, by)
    for key, account in (("ann", ONE), ("bo", OTHER)):
        person = Person(key=key, site="discord", guild=guild(), moderator=False)
        await desk.report(person, f"{NAME} [{account}] 60")

    assert await store.read(lambda tx: tx.ids_said_of(theirs.requester_id)) == {ONE}


# --- through the river, to the moderators and back


def posts(at, *, words: str = "") -> tuple[Post, ...]:
    said = (
        "Quillmere Vision on Prolific rejected all 40 of mine this morning, no reason given.",
        "Same. Quillmere Vision rejected 52 of my 52 submissions an hour ago.",
        "Quillmere Vision just mass rejected me, 120 gone, every single one.",
    )
    return tuple(
        Post(
            source="reddit:exampleturkers",
            key=f"{at:%j}-{number}",
            text=f"{text} {words}",
            author_key=f"{at:%j} {number}",
            posted_at=at,
            platform="prolific",
        )
        for number, text in enumerate(said)
    )


@pytest.fixture
def take(store: Store, by: Rules):
    async def page(*told: Post) -> None:
        await intake.take(store, by, Page(source="reddit:exampleturkers", posts=told))

    return page


async def questions(store: Store):
    def work(tx: Transaction):
        return [row for row in tx.outbox() if row.shape is Shape.QUESTION]

    return [(row, from_json(row.wanted or row.payload)) for row in await store.read(work)]


async def test_moderators_are_asked_who_it_is_with_a_choice(old, take, store, clock) -> None:
    theirs = await old()

    await take(*posts(clock.now - HOUR))

    ((row, card),) = await questions(store)
    assert row.channel_key == guild().moderator_channel
    assert f"Which “{NAME}” is it?" in card.title
    assert f"#{theirs.requester_id}" in " ".join(card.lines)
    assert "Outline the tree crowns" in " ".join(card.lines)
    assert [button.label for button in card.buttons] == ["The same as 1", "Somebody else"]
    fresh = await store.read(lambda tx: tx.incidents_of(theirs.requester_id, 5))
    assert [len(each.reports) for each in fresh] == [6]


@pytest.mark.parametrize("is_same", [True, False])
async def test_the_answer_joins_them_or_keeps_them_apart_and_can_be_taken_back(
    old, take, store, by, clock, is_same
) -> None:
    theirs = await old()
    await take(*posts(clock.now - HOUR))
    ((_, card),) = await questions(store)
    registry, mo = Registry(store, by), Person(key="mo", site="discord", guild=guild(), moderator=True)
    number = int(card.buttons[0].action.partition(":")[2])
    asked = int(card.buttons[-1].action.partition(":")[2])

    await (registry.same(mo, number, merge=True) if is_same else registry.apart(mo, asked))

    known = await store.read(lambda tx: tx.get_requester(asked))
    assert (known.requester_id == theirs.requester_id) is is_same
    ((_, now_shown),) = await questions(store)
    assert now_shown.title == "Answered"
    (edit, *_) = await store.read(lambda tx: tx.edits(5))
    await registry.undo(mo, edit.ref)
    ((_, again),) = await questions(store)
    assert again == card
    assert (await store.read(lambda tx: tx.get_requester(asked))).requester_id == asked


async def test_reports_that_link_to_the_known_study_need_no_question(old, take, store, clock) -> None:
    theirs = await old()

    await take(*posts(clock.now - HOUR, words=f"It was {LINK}"))

    assert await questions(store) == []
    assert await store.read(lambda tx: tx.open_incident(theirs.requester_id).n_voices) == 3


async def test_a_report_that_links_to_a_study_makes_the_link_a_clue(take, store, by, clock) -> None:
    await take(*posts(clock.now - HOUR, words=LINK)[:1])

    index = await store.read(by.names.up_to_date)

    assert index.clues_of("1") == frozenset({f"link {STUDY}"})


# --- a lab that changes its account


@pytest.fixture
def lab(old, store, by, clock):
    """A lab was reported under its old account; months later its work is shown under another one."""

    async def move() -> tuple[Requester, Requester]:
        before = await old("Ashgrove Lab", "mturk", ACCOUNT)

        def work(tx: Transaction) -> Requester:
            made = tx.add_requester("mturk", "Birchmere Studies", "birchmere studies", "A2EXAMPLE5REQ7", "export")
            tx.add_batch(made.requester_id, Batch(key="", at=tx.now, task=TASK))
            look_for_kin(tx, by, [Mention(text=made.name, task=TASK)])
            return made

        return before, await store.write(work)

    return move


async def test_a_lab_with_a_new_account_is_suggested_with_evidence_and_score(lab, store) -> None:
    before, after = await lab()

    (link,) = await store.read(lambda tx: tx.links_of(after.requester_id))

    assert {link.one_id, link.other_id} == {before.requester_id, after.requester_id}
    assert link.tie is Tie.SUGGESTED
    assert 0.5 <= link.score < 1
    assert "same title and reward" in {term.term for term in link.why}
    ((_, card),) = await questions(store)
    assert "people and labs change accounts for honest reasons" in " ".join(card.lines)


async def test_without_a_persons_word_nothing_of_the_old_account_is_thrown_at_the_new_one(lab, store, by) -> None:
    before, after = await lab()

    standing = await store.read(lambda tx: tx.standing(after.requester_id))
    opened = await store.write(lambda tx: hear(tx, by, report(90, tx.now), after))

    assert (standing.incidents, standing.linked) == ((), ())
    assert (opened.again, opened.n_voices, opened.volume) == (False, 1, 0)
    assert await store.read(lambda tx: tx.open_incident(before.requester_id)) is None


async def test_with_a_persons_word_the_new_account_is_again(lab, store, by) -> None:
    before, after = await lab()
    mo = Person(key="mo", site="discord", guild=guild(), moderator=True)
    (link,) = await store.read(lambda tx: tx.links_of(after.requester_id))

    await Registry(store, by).same(mo, link.link_id, merge=False)

    standing = await store.read(lambda tx: tx.standing(after.requester_id))
    opened = await store.write(lambda tx: hear(tx, by, report(90, tx.now), after))
    assert [other.requester_id for other, _ in standing.linked] == [before.requester_id]
    assert standing.incidents == ()
    assert opened.again


async def test_what_a_person_refused_is_not_suggested_again(lab, store, by) -> None:
    _, after = await lab()
    mo = Person(key="mo", site="discord", guild=guild(), moderator=True)
    await Registry(store, by).apart(mo, after.requester_id)

    again = await store.write(lambda tx: look_for_kin(tx, by, [Mention(text="x", task=TASK)]))

    assert again == 0
    assert await suggested(store, after) == []
