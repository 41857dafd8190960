"""Whoever asks is answered: by id, name, address, title or export; ambiguous and unknown are answers too."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import lookup, review
from bot.lookup import LONGEST, find, pick, suggest
from bot.model import Ambiguous, Amount, Batch, Decision, Found, Guild, Post, Requester, Stage, Task, Unknown
from bot.naming.canonical import canonical
from bot.rules import Rules
from bot.storage import Store, Transaction
from tests.making import ACCOUNT, DAY, HOUR, MINUTE, NOW, guild, hear, report, rules

NAME = "Quillmere Vision Group"
FOREIGN = "A9EXAMPLE8WRK7"
EXPORT = f"""[table][tr][td][b]Title:[/b] [url="https://worker.mturk.com/projects/3EXAMPLEGROUPID00000000000SYN9/tasks"]\
Mark the lanes in one street photo[/url]
[b]Requester:[/b] [url="https://worker.mturk.com/requesters/{ACCOUNT}/projects"]{NAME}[/url] [{ACCOUNT}]
[b]Reward:[/b] 0.05
[tr][td][center][size=2]HIT exported from [url=http://mturksuite.com/]Mturk Suite[/url] v2.6.13[/size][/center]\
[/td][/tr][/table]"""


@pytest.fixture
def known(store: Store):
    async def make(name: str = NAME, platform: str | None = "mturk", account_key: str | None = None) -> Requester:
        return await store.write(lambda tx: tx.add_requester(platform, name, canonical(name), account_key, "text"))

    return make


@pytest.fixture
def showing(store: Store):
    """A post shows work of a requester."""

    async def show(who: Requester, title: str, at: timedelta = -HOUR) -> None:
        def work(tx):
            (post_id,) = tx.add_posts([(Post(source="reddit:x", key=f"{who.requester_id}{title}", text=""), "v", None)])
            task = Task(title=title, reward=Amount(Decimal("0.05"), "USD"))
            tx.add_batch(who.requester_id, Batch(key="b", at=NOW + at, task=task), post_id)

        await store.write(work)

    return show


@pytest.fixture
def ask(store: Store, by: Rules):
    async def question(asked: str, of: Guild | None = None) -> lookup.Answer:
        return await find(store, by, asked, of)

    return question


# --- who is meant


@pytest.mark.parametrize(
    "asked",
    [
        ACCOUNT,
        f"  {ACCOUNT.lower()}\n",
        f"{NAME} [{ACCOUNT}]",
        f"https://worker.mturk.com/requesters/{ACCOUNT}/projects",
        f"http://worker.mturk.com/requesters/{ACCOUNT}/projects?ref=w_pl_prvw&utm_source=x#top",
        f"<https://worker.mturk.com/requesters/{ACCOUNT}>",
        f"see https://turkerview.com/requesters/{ACCOUNT} please",
        f"https://turkopticon.ucsd.edu/{ACCOUNT}",
        EXPORT,
        NAME,
        NAME.upper(),
        f"“{NAME}”",
        "quillmere  vision\tgroup",
    ],
)
async def test_a_requester_is_found_by_whatever_names_them(known, ask, asked) -> None:
    theirs = await known(account_key=ACCOUNT)
    await known("Bramblewick Lab")

    found = await ask(asked)

    assert isinstance(found, Found)
    assert found.standing.requester == theirs
    assert found.how


async def test_an_id_says_more_than_the_name_beside_it(known, ask) -> None:
    theirs = await known(account_key=ACCOUNT)
    await known("Bramblewick Lab", account_key="A2EXAMPLE5REQ7")

    found = await ask(f"https://worker.mturk.com/requesters/{ACCOUNT}/projects Bramblewick Lab")

    assert found.standing.requester == theirs


async def test_a_link_with_an_unknown_id_is_not_the_one_of_that_name(known, ask) -> None:
    await known("Bramblewick Lab", account_key=ACCOUNT)

    found = await ask("https://worker.mturk.com/requesters/A2EXAMPLE5REQ7/projects")

    assert isinstance(found, Unknown)


async def test_the_title_of_their_study_finds_a_requester(known, showing, ask) -> None:
    theirs = await known(platform="prolific")
    await showing(theirs, "Feelings about umbrellas (15 min)")

    found = await ask("feelings about umbrellas, 15 min")

    assert isinstance(found, Found)
    assert (found.standing.requester, found.how) == (theirs, "title of their work")


async def test_a_title_of_several_requesters_is_ambiguous(known, showing, ask) -> None:
    both = [await known(name, "prolific") for name in (NAME, "Bramblewick Lab")]
    for who, at in zip(both, (-DAY, -HOUR), strict=True):
        await showing(who, "Feelings about umbrellas", at)

    found = await ask("Feelings about umbrellas")

    assert isinstance(found, Ambiguous)
    assert [one.name for one in found.candidates] == ["Bramblewick Lab", NAME]


async def test_one_name_on_two_platforms_is_ambiguous_and_either_can_be_picked(known, store, by, ask) -> None:
    both = [await known(platform=platform) for platform in ("prolific", "connect")]

    found = await ask(NAME)
    picked = [await pick(store, by, one.owner) for one in found.candidates]

    assert isinstance(found, Ambiguous)
    assert {one.platform for one in found.candidates} == {"prolific", "connect"}
    assert sorted(one.standing.requester.requester_id for one in picked) == [one.requester_id for one in both]
    assert {one.how for one in picked} == {"picked"}


async def test_at_most_five_are_offered(known, ask) -> None:
    for number in range(8):
        await known(account_key=f"A{number}EXAMPLE2REQ3")

    found = await ask(NAME)

    assert isinstance(found, Ambiguous)
    assert len(found.candidates) == 5


@pytest.mark.parametrize("asked", ["", "   ", "\n", "\x00", "???", "nobody of that name", "\u202e", "💥"])
async def test_nobody_by_that_name_is_an_answer(known, ask, asked) -> None:
    await known(account_key=ACCOUNT)

    found = await ask(asked)

    assert isinstance(found, Unknown)
    assert not found.private


async def test_who_comes_near_is_named_with_the_unknown(known, ask) -> None:
    theirs = await known("Thistledown Captions Archive")

    found = await ask("Thistledown Foods")

    assert isinstance(found, Unknown)
    assert [one.owner for one in found.near] == [str(theirs.requester_id)]


# --- what may be a person's own id


@pytest.mark.parametrize(
    "asked", [FOREIGN, FOREIGN.lower(), f"is {FOREIGN} bad?", "5f00000000000000000000ab", "me@example.com"]
)
async def test_a_bare_unknown_id_may_be_the_askers_own_and_is_not_shown_to_others(known, ask, asked) -> None:
    await known(account_key=ACCOUNT)

    found = await ask(asked)

    assert isinstance(found, Unknown)
    assert found.private


async def test_an_id_in_a_link_of_requesters_is_a_requesters(ask) -> None:
    found = await ask(f"https://worker.mturk.com/requesters/{FOREIGN}/projects")

    assert isinstance(found, Unknown)
    assert not found.private


async def test_a_name_beside_an_unknown_id_is_not_whom_the_id_means(known, ask) -> None:
    theirs = await known("Bramblewick Lab", account_key=ACCOUNT)

    found = await ask("Bramblewick Lab https://worker.mturk.com/requesters/A2EXAMPLE5REQ7/projects")

    assert isinstance(found, Unknown)
    assert [one.owner for one in found.near] == [str(theirs.requester_id)]


# --- where they stand


@pytest.fixture
def reported(store: Store, by: Rules, known):
    """So many workers report a requester."""

    async def crowd(n: int = 7, **told: Any) -> Requester:
        theirs = await known(**told)
        for number in range(1, n + 1):
            await store.write(lambda tx, number=number: hear(tx, by, report(number), theirs))
        return theirs

    return crowd


async def judged(store: Store, by: Rules, decision: Decision, of: Guild) -> None:
    ref = await store.read(lambda tx: tx.ref(tx.recent_incidents(NOW - DAY, 1)[0].incident_id))
    await review.judge(store, by, ref, review.Word(decision=decision, by="a moderator", guild=of))


async def test_the_answer_shows_the_incident_as_it_stands_now(reported, clock, ask) -> None:
    await reported()

    now = await ask(NAME)
    clock.pass_by(90 * DAY)
    later = await ask(NAME)

    assert [one.stage for one in now.standing.incidents] == [Stage.CORROBORATED]
    assert now.standing.incidents[0].closed_at is None
    assert later.standing.incidents[0].closed_at is not None


async def test_a_guild_sees_its_own_verdicts_and_not_those_of_others(reported, store, by, ask) -> None:
    ours, theirs = guild(), guild(guild_key="discord:2", name="Others")
    await reported()
    await judged(store, by, Decision.DISMISS, theirs)

    seen = [(await ask(NAME, one)).standing.incidents[0].stage for one in (ours, theirs)]

    assert seen == [Stage.CORROBORATED, Stage.DISMISSED]


async def test_a_guild_sees_it_by_its_own_policy(reported, store, by) -> None:
    wary = replace(by.policies["early"], name="wary", suspected_voices=6)
    theirs = replace(by, policies={**by.policies, "wary": wary})
    await reported(3)

    found = [await find(store, theirs, NAME, guild(policy=name)) for name in ("early", "wary")]

    assert [one.standing.incidents[0].stage for one in found] == [Stage.SUSPECTED, Stage.WATCHED]


async def test_what_was_told_comes_before_what_is_merely_watched(reported, store, by, clock, ask) -> None:
    theirs = await reported()
    first = (await ask(NAME)).standing.incidents[0]
    clock.pass_by(60 * DAY)
    await store.write(lambda tx: hear(tx, by, report(50, clock.now), theirs))

    found = (await ask(NAME)).standing.incidents

    assert [one.stage for one in found] == [Stage.CORROBORATED, Stage.WATCHED]
    assert found[0].incident_id == first.incident_id


async def test_the_work_that_was_seen_is_shown_newest_first(known, showing, ask) -> None:
    theirs = await known()
    for number in range(7):
        await showing(theirs, f"Feelings about umbrellas {number}", -number * DAY)

    found = await ask(NAME)

    assert [task.title[-1] for _, task in found.standing.tasks] == list("01234")


async def test_how_old_the_knowledge_is_and_where_it_is_blind_is_told(known, store, clock, ask) -> None:
    await known()
    never = await ask(NAME)

    def poll(tx):
        for source in ("reddit:a", "feed:b"):
            tx.add_source(source)
        for watch in tx.claim_sources(None, 5, MINUTE):
            trouble = "feed:b answers with a page, not a feed" if watch.source == "feed:b" else None
            tx.settle_source(watch, next_at=tx.now, trouble=trouble)

    await store.write(poll)
    clock.pass_by(3 * HOUR)
    found = await ask(NAME)

    assert (never.standing.read_at, never.standing.blind) == (None, ())
    assert found.standing.read_at == NOW
    assert found.standing.blind == (("feed:b", None),)


# --- whatever is typed


def nonsense(dice: random.Random) -> str:
    """What fingers, cats and attackers type."""
    letters = (
        "abcdefghijklmnopqrstuvwxyzABCDEF0123456789    -_.:/[]()<>@#!?*`|~\\\"'$€ßłÅ\u0301\u200b\u202e\x00\n\t💥\ud800"
    )
    starts = ("", "", "A1EXAMPLE", "https://", "https://worker.mturk.com/requesters/", "[b]Title:[/b] ", "<@", "> ")
    text = "".join(dice.choices(letters, k=dice.choice((0, 1, 2, 5, 10, 20, 40, 200))))
    return dice.choice(starts) + text


@pytest.mark.long
async def test_ten_thousand_random_strings_get_an_answer(known, store, by) -> None:
    for name in (NAME, "Bramblewick Lab", "A", "Research", "Δοκιμή", "101"):
        await known(name, account_key=f"A{len(name)}EXAMPLE2REQ3")
    dice = random.Random(20)
    typed = [nonsense(dice) for _ in range(10_000)]

    class Asked:
        """The transaction; names are read once, as nobody adds any."""

        def __init__(self, tx: Transaction) -> None:
            self.tx, self.names = tx, tx.names_since(0)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.tx, name)

        def names_since(self, name_id: int) -> Any:
            return tuple(row for row in self.names if row[0] > name_id)

        def edits_since(self, edit_id: int) -> Any:
            return ()

        def tasks_since(self, batch_id: int) -> Any:
            return ()

        def find_tasks(self, title: str) -> Any:
            """Asking the database for every one of them would take most of the test's time."""
            return self.tx.find_tasks(title) if len(title) % 8 == 0 else ()

    def work(tx: Transaction) -> list[lookup.Answer]:
        asked = Asked(tx)
        return [lookup.find_in(asked, by, one, None) for one in typed]  # type: ignore[arg-type]

    found = await store.read(work)

    assert len(found) == 10_000
    assert {type(one) for one in found} <= {Found, Ambiguous, Unknown}


async def test_a_book_is_cut_to_what_a_person_types(known, ask) -> None:
    await known()

    found = await ask("x " * 5_000_000 + NAME)

    assert isinstance(found, Unknown)
    assert len(found.asked) <= LONGEST


# --- while typing


async def test_names_that_may_be_meant_are_suggested_best_first(known, store, by) -> None:
    theirs = await known()
    await known("Bramblewick Lab")

    found = await suggest(store, by, "quillmere vis")

    assert found[0].owner == str(theirs.requester_id)


@pytest.mark.parametrize("typed", ["", " ", "\x00", "\ud800", "zzzz", "x" * 50_000])
async def test_nothing_is_suggested_for_nothing(known, store, by, typed) -> None:
    await known()

    assert await suggest(store, by, typed) == ()


@given(st.text(max_size=40))
def test_random_text_is_never_found_as_a_requester_that_is_not_there(text: str) -> None:
    class Empty:
        def names_since(self, _name_id: int) -> tuple[()]:
            return ()

        edits_since = tasks_since = names_since

        def find_tasks(self, _title: str) -> tuple[()]:
            return ()

    assert isinstance(lookup.find_in(Empty(), rules(), text, None), Unknown)  # type: ignore[arg-type]
