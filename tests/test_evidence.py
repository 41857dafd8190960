"""Who is meant, whose voice it is, which incident it joins: what a claim becomes in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot import evidence, whom
from bot.model import (
    Amount,
    Claim,
    Facts,
    Kind,
    Mention,
    Name,
    Origin,
    Post,
    Reading,
    Report,
    Requester,
    Reversal,
    Stage,
    Stance,
    Task,
)
from bot.naming.canonical import canonical
from bot.policies import EARLY
from bot.rules import Rules
from bot.storage import Store, Transaction
from tests.making import ACCOUNT, DAY, HOUR, MINUTE, NOW, report, rules, voice

OTHER = "A2EXAMPLE5REQ7"
FULL = "Quillmere Vision Group"


@pytest.fixture
def known(store: Store):
    """Make a requester as an earlier post left it."""

    async def make(name: str, platform: str | None = "prolific", account_key: str | None = None) -> Requester:
        return await store.write(lambda tx: tx.add_requester(platform, name, canonical(name), account_key, "text"))

    return make


@pytest.fixture
def reported(store: Store):
    """Give a requester one report."""

    async def hear(about: Requester, at: datetime = NOW) -> None:
        await store.write(lambda tx: tx.add_report(report(at=at), requester_id=about.requester_id))

    return hear


@pytest.fixture
def who(store: Store, by: Rules):
    """Ask whom a mention means, as a post on `platform` does."""

    async def ask(text: str, post: str | None = "prolific", *, worth: bool = True, **told: Any) -> Requester | None:
        mention = Mention(text=text, **told)
        return await store.write(lambda tx: whom.who(tx, by, mention, worth=worth, platform=post))

    return ask


async def names(store: Store) -> list[str]:
    return [name.name for _, name in await store.read(lambda tx: tx.names_since(0))]


# --- who is meant


async def test_an_id_decides_whatever_the_name_says(known, who) -> None:
    theirs = await known(FULL, "mturk", ACCOUNT)

    found = await who("Somebody Else Entirely", "mturk", account_key=ACCOUNT)

    assert found == theirs


async def test_a_new_id_is_a_new_requester_even_under_a_known_name(known, who) -> None:
    theirs = await known(FULL, "mturk", ACCOUNT)

    found = await who(FULL, "mturk", account_key=OTHER)

    assert found.requester_id != theirs.requester_id
    assert found.account_keys == (OTHER,)


@pytest.mark.parametrize("written", [FULL, "quillmere vision group", "QUILLMERE VISION GROUP, Inc."])
async def test_the_very_name_is_found_however_it_is_written(known, who, written) -> None:
    theirs = await known(FULL)

    assert await who(written) == theirs


async def test_the_same_name_on_another_platform_is_somebody_else(known, who) -> None:
    theirs = await known(FULL, "prolific")

    found = await who(FULL, "connect")
    again = await who(FULL, "connect")

    assert found.requester_id != theirs.requester_id
    assert found.platform == "connect"
    assert again == found


async def test_a_mentions_own_platform_counts_more_than_the_posts(known, who) -> None:
    theirs = await known(FULL, "connect")

    assert await who(FULL, "prolific", platform="connect") == theirs


async def test_of_two_with_one_name_the_one_on_the_posts_platform_is_meant(known, who) -> None:
    await known(FULL, "prolific")
    theirs = await known(FULL, "connect")

    assert await who(FULL, "connect") == theirs


async def test_where_the_platform_is_unknown_and_two_share_the_name_neither_is_accused(known, who) -> None:
    both = {(await known(FULL, platform)).requester_id for platform in ("prolific", "connect")}

    found = await who(FULL, None)
    again = await who(FULL, None)

    assert found.requester_id not in both
    assert (found.platform, again) == (None, found)


@pytest.mark.parametrize("general", ["Research", "Survey Lab", "AB", "test", "12 34", "The University"])
async def test_a_general_name_makes_no_requester_and_joins_none(known, reported, store, who, general) -> None:
    await reported(await known(f"{general} of Quillmere"))

    assert await who(general) is None
    assert await who(general, None) is None
    assert await names(store) == [f"{general} of Quillmere"]


async def test_a_general_name_with_an_id_is_a_requester(who) -> None:
    assert (await who("Research", "mturk", account_key=ACCOUNT)).account_keys == (ACCOUNT,)


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\u200b\u202e"])
async def test_a_name_of_nothing_makes_no_requester(store, who, text) -> None:
    assert await who(text) is None
    assert await names(store) == []


async def test_a_claim_that_is_not_worth_it_makes_no_requester_but_finds_one(known, store, who) -> None:
    theirs = await known(FULL)

    assert await who("Nobody Known Hereabouts", worth=False) is None
    assert await who(FULL, worth=False) == theirs
    assert await names(store) == [FULL]


# --- clipped names, in a burst of reports


async def test_a_clipped_name_joins_whom_everybody_talks_of(known, reported, who) -> None:
    theirs = await known(FULL)
    await reported(theirs)

    assert await who("Quillmere") == theirs
    assert await who("quillmere vision") == theirs


async def test_the_fuller_name_joins_the_clipped_one_and_is_shown_from_then_on(known, reported, store, who) -> None:
    theirs = await known("Quillmere")
    await reported(theirs)

    found = await who(FULL)
    now = await store.read(lambda tx: tx.get_requester(theirs.requester_id))

    assert found.requester_id == theirs.requester_id
    assert (now.name, now.aliases) == (FULL, ("Quillmere",))


async def test_a_second_requester_who_begins_so_prevents_the_join(known, reported, store, who) -> None:
    for name in (FULL, "Quillmere Audio Archive"):
        await reported(await known(name))

    found = await who("Quillmere")

    assert found.name == "Quillmere"
    assert sorted(await names(store)) == ["Quillmere", "Quillmere Audio Archive", FULL]


async def test_of_two_who_begin_so_a_clipped_name_joins_whom_people_talked_of_for_two_days(
    known, reported, clock, who
) -> None:
    theirs = await known(FULL)
    await known("Quillmere Audio Archive")
    await reported(theirs)

    within = await who("Quillmere", worth=False)
    clock.pass_by(2 * DAY + MINUTE)

    assert within == theirs
    assert (await who("Quillmere")).requester_id != theirs.requester_id


async def test_who_alone_begins_so_is_meant_whenever_they_were_reported(known, reported, clock, who) -> None:
    theirs = await known(FULL)
    await reported(theirs)
    clock.pass_by(2 * DAY + MINUTE)

    assert await who("Quillmere") == theirs


@pytest.mark.parametrize(
    ("name", "platform", "account_key", "clipped"),
    [
        (FULL, "connect", None, "Quillmere"),  # another platform
        (FULL, "prolific", None, "Quillm"),  # not a whole word
        (FULL, "prolific", None, "Vision Group"),  # not the beginning
        ("Quil Vision Group", "prolific", None, "Quil"),  # too short to tell anybody
    ],
)
async def test_a_clipped_name_joins_nobody_else(known, reported, who, name, platform, account_key, clipped) -> None:
    theirs = await known(name, platform, account_key)
    await reported(theirs)

    found = await who(clipped)

    assert found is None or found.requester_id != theirs.requester_id


async def test_an_id_is_never_joined_by_the_beginning_of_a_name(known, reported, who) -> None:
    theirs = await known(FULL, "mturk")
    await reported(theirs)

    found = await who("Quillmere", "mturk", account_key=OTHER)

    assert found.requester_id != theirs.requester_id


# --- whose platform was not known


async def test_a_post_that_shows_the_platform_tells_where_a_requester_is(known, store, who) -> None:
    theirs = await known(FULL, None)

    found = await who(FULL, "prolific")
    now = await store.read(lambda tx: tx.get_requester(theirs.requester_id))

    assert (found.requester_id, found.platform, now.platform) == (theirs.requester_id, "prolific", "prolific")


async def test_whoever_is_placed_on_one_platform_is_not_met_on_another(known, who) -> None:
    theirs = await known(FULL, None)
    await who(FULL, "prolific")

    elsewhere = await who(FULL, "connect")

    assert elsewhere.requester_id != theirs.requester_id
    assert (await who(FULL, "prolific")).requester_id == theirs.requester_id


async def test_a_placing_that_was_rolled_back_is_forgotten(known, store, by, who) -> None:
    theirs = await known(FULL, None)

    def breaks(tx: Transaction) -> None:
        whom.who(tx, by, Mention(text=FULL), worth=True, platform="prolific")
        by.names.up_to_date(tx)
        raise ValueError("the power went off")

    with pytest.raises(ValueError, match="power"):
        await store.write(breaks)

    found = await who(FULL, "connect")
    assert (found.requester_id, found.platform) == (theirs.requester_id, "connect")


# --- the index of names and transactions that fail


async def test_the_index_forgets_a_name_that_was_never_committed(store, by, who) -> None:
    def breaks(tx: Transaction) -> None:
        whom.who(tx, by, Mention(text=FULL), worth=True, platform="prolific")
        by.names.up_to_date(tx)
        raise ValueError("the power went off")

    with pytest.raises(ValueError, match="power"):
        await store.write(breaks)
    other = await who("Bramblewick Lab")

    assert await names(store) == ["Bramblewick Lab"]
    assert await who(FULL, worth=False) is None
    assert await who("Bramblewick Lab") == other


async def test_a_name_that_took_the_place_of_a_rolled_back_one_is_the_one_that_is_known(store, by, known, who) -> None:
    def breaks(tx: Transaction) -> None:
        tx.add_requester("prolific", FULL, canonical(FULL), None, "text")
        by.names.up_to_date(tx)
        raise ValueError("the power went off")

    await known("Bramblewick Lab")
    with pytest.raises(ValueError, match="power"):
        await store.write(breaks)
    theirs = await known("Thistledown Captions")

    assert await who("Thistledown Captions", worth=False) == theirs
    assert await who(FULL, worth=False) is None


class Seen:
    """A transaction that sees these names; while the database answers its n-th question, another one has its turn."""

    def __init__(self, *rows: tuple[int, Name], meanwhile: dict[int, Callable[[], object]] | None = None) -> None:
        self.rows, self.meanwhile, self.asked = rows, meanwhile or {}, 0

    def names_since(self, name_id: int) -> tuple[tuple[int, Name], ...]:
        self.asked += 1
        self.meanwhile.get(self.asked, lambda: None)()
        return tuple(row for row in self.rows if row[0] > name_id)

    def names_of(self, requester_id: int) -> tuple[Name, ...]:
        return tuple(name for _, name in self.rows if name.owner == str(requester_id))

    def edits_since(self, edit_id: int) -> tuple[()]:
        return ()

    def newest_edit(self) -> None:
        return None

    def tasks_since(self, batch_id: int) -> tuple[()]:
        return ()


@pytest.mark.parametrize("asked", [1, 2])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
@pytest.mark.parametrize(("ours", "theirs"), [(1, 2), (2, 1), (2, 3), (3, 2), (2, 2), (0, 2), (2, 0)])
def test_two_transactions_at_once_never_share_what_only_one_of_them_sees(by, asked, before, ours, theirs) -> None:
    rows = [_name(n, f"Invented Lab {word}") for n, word in enumerate(("Ash", "Birch", "Cedar"), 1)]
    by.names.up_to_date(Seen(*rows[:before]))
    found: list[int] = []
    tx = Seen(*rows[:ours], meanwhile={asked: lambda: found.append(len(by.names.up_to_date(Seen(*rows[:theirs]))))})

    assert len(by.names.up_to_date(tx)) == ours
    assert set(found) <= {theirs}
    assert len(by.names.up_to_date(Seen(*rows))) == 3


def _name(name_id: int, name: str):
    return name_id, Name(owner=str(name_id), name=name)


# --- whose voice


@pytest.mark.parametrize(
    ("source", "site"),
    [
        ("reddit:exampleturkers", "reddit"),
        ("discord:12345", "discord"),
        ("feed:https://forum.example.org/a/feed.rss", "feed:forum.example.org"),
        ("feed:forum.example.org/b", "feed:forum.example.org"),
        ("x", "x:"),
    ],
)
def test_a_site_is_where_one_name_is_one_person(source: str, site: str) -> None:
    assert evidence.site_of(source) == site


def written(**told: Any) -> Post:
    return Post(**{"source": "reddit:exampleturkers", "key": "p1", "text": "x", "author_key": "ada", **told})


@pytest.mark.parametrize(
    ("told", "same"),
    [
        ({"key": "p2"}, True),
        ({"source": "reddit:examplestudies"}, True),
        ({"author_key": "bela"}, False),
        ({"source": "feed:forum.example.org"}, False),
        ({"author_key": None}, False),
    ],
)
def test_a_voice_is_one_author_on_one_site(by: Rules, told: dict[str, Any], same: bool) -> None:
    one, other = (evidence.voice_key_of(by, post) for post in (written(), written(**told)))

    assert (one == other) is same
    assert "ada" not in one


def test_posts_without_an_author_are_voices_of_their_own(by: Rules) -> None:
    keys = {evidence.voice_key_of(by, written(author_key=None, key=key)) for key in ("p1", "p2", "p3")}

    assert len(keys) == 3


def test_a_voice_leads_nowhere_without_the_installations_key(by: Rules) -> None:
    elsewhere = rules(b"another installation's own key ...")

    assert evidence.voice_key_of(by, written()) != evidence.voice_key_of(elsewhere, written())


@pytest.mark.parametrize(
    ("days", "posts", "age"), [(1, 1, None), (29, 9, None), (30, 1, 30.0), (29, 500, None), (400, 12, 400.0)]
)
async def test_having_met_a_voice_lately_says_nothing_however_much_it_writes(store, by, clock, days, posts, age):
    await store.write(lambda tx: tx.meet_voice("v", "reddit", tx.now, posts))
    clock.pass_by(days * DAY)

    met = await store.read(lambda tx: evidence.voice_of(tx, by, "v", "reddit"))

    assert (met.age_days, met.n_posts) == (age, None)


# --- claims and reports


def claim(kind: Kind = Kind.MASS, p: float = 0.95, text: str = FULL, **told: Any) -> Claim:
    return Claim(mention=Mention(text=text), kind=kind, probability={Kind.MASS: p}, **{"facts": Facts(), **told})


@pytest.mark.parametrize(
    ("told", "stance"),
    [
        ({}, Stance.REPORT),
        ({"contrary": True}, Stance.CONTRARY),
        ({"kind": Kind.REVERSAL, "facts": Facts(reversal=Reversal.DONE)}, Stance.REVERSAL),
        ({"kind": Kind.REVERSAL, "facts": Facts(reversal=Reversal.PROMISED)}, Stance.REVERSAL),
        ({"kind": Kind.REVERSAL, "facts": Facts(reversal=Reversal.ASKED)}, Stance.REPORT),
        ({"kind": Kind.SINGLE}, Stance.REPORT),
    ],
)
def test_what_a_claim_says_of_the_requester(told: dict[str, Any], stance: Stance) -> None:
    assert evidence.stance_of(claim(**told)) is stance


@pytest.mark.parametrize(("posted", "dated"), [(-HOUR, NOW - HOUR), (HOUR, NOW), (3_000 * DAY, NOW), (None, NOW)])
def test_a_report_is_dated_by_its_post_and_never_later_than_now(posted: timedelta | None, dated: datetime) -> None:
    post = written(posted_at=None if posted is None else NOW + posted)

    made = evidence.report_of(post, voice(), claim(), reportable=True, now=NOW)

    assert made.at == dated


@pytest.mark.parametrize(("reportable", "p", "kept"), [(True, 0.9, 0.9), (False, 0.9, 0.15), (False, 0.05, 0.05)])
def test_what_is_not_reportable_is_ordinary_volume_whatever_it_says(reportable: bool, p: float, kept: float) -> None:
    made = evidence.report_of(written(), voice(), claim(p=p), reportable=reportable, now=NOW)

    assert made.probability == kept


def reading(*claims: Claim, reportable: bool = True) -> Reading:
    return Reading(
        kind=Kind.MASS, probability={}, reportable=reportable, facts=Facts(), platform="prolific", claims=claims
    )


async def test_each_requester_of_a_post_counts_once_by_its_strongest_claim(store, by) -> None:
    told = reading(claim(p=0.9), claim(p=0.4), claim(p=0.8, text="Bramblewick Lab"))

    found = await store.write(lambda tx: evidence.findings(tx, by, told))

    assert [(one.requester.name, one.claim.probability[Kind.MASS]) for one in found] == [
        (FULL, 0.9),
        ("Bramblewick Lab", 0.8),
    ]


@pytest.mark.parametrize(
    ("told", "reportable", "made"),
    [
        (claim(), True, 1),
        (claim(), False, 0),
        (claim(Kind.SINGLE), False, 1),
        (claim(Kind.TALK), False, 0),
        (claim(Kind.OTHER), True, 0),
        (replace(claim(), mention=Mention(text="Someone", account_key=ACCOUNT)), False, 1),
        (replace(claim(), mention=None), True, 0),
    ],
)
async def test_whose_name_is_new_is_remembered_only_for_a_claim_worth_it(store, by, told, reportable, made) -> None:
    found = await store.write(lambda tx: evidence.findings(tx, by, reading(told, reportable=reportable)))

    assert len(found) == made
    assert len(await names(store)) == made


# --- into incidents


@pytest.fixture
def heard(store: Store, by: Rules):
    """A report about somebody arrives: its key and what became of the incident."""

    async def hear(about: Requester, one: Report, text: str = ""):
        return await store.write(lambda tx: evidence.add(tx, by, one, about, text, None))

    return hear


async def test_a_strong_report_opens_an_incident_and_the_next_ones_join_it(known, heard) -> None:
    theirs = await known(FULL)

    _, first = await heard(theirs, report(1))
    _, second = await heard(theirs, report(2))

    assert first.incident_id == second.incident_id
    assert [len(each.reports) for each in (first, second)] == [1, 2]
    assert second.n_voices == 2


async def test_a_weak_report_is_kept_as_ordinary_volume(known, heard, store) -> None:
    theirs = await known(FULL)

    key, incident = await heard(theirs, report(1, probability=0.1))

    assert incident is None
    assert (await store.read(lambda tx: tx.find_report(key))).incident_id is None
    soon = NOW + 3 * DAY
    assert await store.read(lambda tx: evidence.ordinary(tx, theirs.requester_id, soon, EARLY)) == (1, 0)


@pytest.mark.parametrize("stance", [Stance.CONTRARY, Stance.REVERSAL])
async def test_good_news_alone_opens_no_incident(known, heard, stance) -> None:
    _, incident = await heard(await known(FULL), report(1, stance=stance))

    assert incident is None


async def test_near_equal_texts_by_two_people_are_one_voice(known, heard) -> None:
    theirs = await known(FULL)
    text = "They took all forty of mine this morning and gave no reason whatsoever, what a start into the week."

    key, _ = await heard(theirs, report(1), text)
    _, incident = await heard(theirs, report(2), f"{text} Unbelievable.")

    assert incident.reports[1].same_text_as == key
    assert incident.n_voices == 1


async def test_a_text_is_not_compared_with_what_was_said_long_before_or_of_others(known, heard, clock) -> None:
    one, other = await known(FULL), await known("Bramblewick Lab")
    text = "They took all forty of mine this morning and gave no reason whatsoever, what a start into the week."
    await heard(one, report(1), text)

    _, elsewhere = await heard(other, report(2), text)
    clock.pass_by(8 * DAY)
    _, later = await heard(one, report(3, clock.now), text)

    assert elsewhere.reports[-1].same_text_as is None
    assert later.reports[-1].same_text_as is None


async def test_after_a_told_incident_the_next_one_is_again(known, heard, store, clock) -> None:
    theirs = await known(FULL)
    for n in range(1, 8):
        _, before = await heard(theirs, report(n))
    clock.pass_by(60 * DAY)
    await store.write(lambda tx: tx.save_incident(replace(before, closed_at=tx.now)))

    _, after = await heard(theirs, report(9, clock.now))

    assert before.stage is Stage.CORROBORATED
    assert (before.again, after.again) == (False, True)
    assert after.incident_id != before.incident_id


async def test_a_story_that_no_member_could_hear_makes_the_next_one_not_again(known, heard, store, clock) -> None:
    theirs = await known(FULL)
    for n in range(1, 4):
        await heard(theirs, report(n, NOW - 10 * DAY, stance=Stance.CONTRARY))
    for n in range(4, 6):
        _, held_back = await heard(theirs, report(n))
    clock.pass_by(60 * DAY)
    await store.write(lambda tx: tx.save_incident(replace(held_back, closed_at=tx.now)))

    _, after = await heard(theirs, report(9, clock.now))

    assert (held_back.stage, held_back.public_after, after.again) == (Stage.SUSPECTED, None, False)


async def test_an_incident_is_looked_at_again_when_a_delay_of_any_policy_is_over(known, heard, store, by) -> None:
    theirs = await known(FULL)
    for n in range(1, 8):
        _, incident = await heard(theirs, report(n))

    due = await store.read(lambda tx: tx.incidents_due(incident.next_at, 5))

    assert incident.next_at > NOW
    assert [each.incident_id for each in due] == [incident.incident_id]


# --- work that is shown


async def test_the_work_a_post_shows_is_kept_with_its_requester(store, by) -> None:
    task = Task(title="Outline the tree crowns", n_tasks=70_000, reward=Amount(Decimal("0.01"), "USD"))
    shown = Mention(text=FULL, account_key=ACCOUNT, platform="mturk", origin=Origin.EXPORT, task=task)
    told = replace(reading(), tasks=(shown, Mention(text="Bramblewick Lab")), platform="mturk")

    def work(tx: Transaction):
        (post_id,) = tx.add_posts([(written(), "v", None)])
        evidence.work(tx, by, told, written(posted_at=NOW + HOUR), post_id)
        return tx.find_account("mturk", ACCOUNT)

    theirs = await store.write(work)
    kept = await store.read(lambda tx: tx.batches(theirs.requester_id, NOW - DAY))

    assert [(one.task, one.at) for one in kept] == [(task, NOW)]
    assert await names(store) == [FULL]


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        (Facts(), Reversal.PARTLY),
        (Facts(n_reversed=9), None),
        (Facts(reversal=Reversal.DONE), Reversal.DONE),
        (Facts(reversal=Reversal.COMPENSATED), Reversal.COMPENSATED),
    ],
)
def test_a_reversal_of_which_nobody_says_how_far_it_went_is_partly_one(facts: Facts, kept: Reversal | None) -> None:
    made = evidence.report_of(written(), voice(), claim(Kind.REVERSAL, facts=facts), reportable=False, now=NOW)

    assert (made.stance, made.facts.reversal) == (Stance.REVERSAL, kept)


def test_talk_of_a_payment_for_rejected_work_is_about_what_became_of_it() -> None:
    paid = claim(Kind.TALK, facts=Facts(reversal=Reversal.COMPENSATED))

    assert evidence.stance_of(paid) is Stance.REVERSAL
    assert evidence.stance_of(claim(Kind.TALK)) is Stance.REPORT
