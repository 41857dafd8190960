"""What a person can ask and tell, on any front: whoever types whatever gets an answer, and nobody learns who."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards import as_text
from bot.commands import COMMANDS, UNDO_FOR, Answer, Desk, Person, answer, numbers
from bot.errors import UsageError
from bot.evidence import REPORT_LIMITS
from bot.model import Decision, Guild, Mode, Requester, Share, Stage
from bot.naming.canonical import canonical
from bot.platforms.rating import Case
from bot.storage import Store
from tests.making import ACCOUNT, DAY, NOW, guild, hear, report, rules

NAME = "Quillmere Vision Group"
OTHER = "A2EXAMPLE5REQ7"
WORKER = Person(key="wanda-the-worker", site="discord", guild=guild(), age_days=400.0)
MODERATOR = replace(WORKER, key="mo", moderator=True)


@pytest.fixture
def guilds() -> tuple[Guild, ...]:
    return (guild(),)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, rules())


@pytest.fixture
def known(store: Store):
    async def make(name: str = NAME, platform: str | None = "mturk", account_key: str | None = None) -> Requester:
        return await store.write(lambda tx: tx.add_requester(platform, name, canonical(name), account_key, "text"))

    return make


@pytest.fixture
def reported(desk: Desk, known):
    """So many workers report a requester; gives the incident's ref."""

    async def crowd(n: int = 7, name: str = NAME, at=NOW) -> str:
        theirs = await known(name, "prolific")
        for number in range(1, n + 1):
            await desk.store.write(lambda tx, number=number: hear(tx, desk.rules, report(number, at), theirs))
        return await desk.store.read(lambda tx: tx.ref(tx.open_incident(theirs.requester_id).incident_id))

    return crowd


def words(given: Answer) -> str:
    return as_text(given.card)


async def names(desk: Desk) -> set[str]:
    return {name.name for _, name in await desk.store.read(lambda tx: tx.names_since(0))}


async def kept(desk: Desk, key: str | None):
    return await desk.store.read(lambda tx: tx.find_report(key))


# --- any line


@pytest.mark.parametrize("line", ["check", "!check", "!CHECK", "  !Check  "])
@pytest.mark.parametrize("rest", ["", "   "])
async def test_a_check_of_nobody_asks_whom(desk, line, rest) -> None:
    given = await answer(desk, WORKER, f"{line}{rest}")

    assert "Whom should I look up?" in words(given)
    assert "!check <requester>" in words(given)
    assert given.private


@pytest.mark.parametrize("line", ["", "!", "!!check x", "nonsense", "!nonsense", "\ud800", "\x00", "!" * 5_000, "💥"])
async def test_what_is_not_understood_is_answered_with_the_list(desk, line) -> None:
    given = await answer(desk, WORKER, line)

    assert "!report <requester>" in words(given)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
@pytest.mark.parametrize("person", [WORKER, MODERATOR], ids=["worker", "moderator"])
async def test_every_command_answers_whatever_follows_it(desk, command, person) -> None:
    for rest in ("", "x", "\x00\ud800", "9" * 500, "- - -", "x " * 3_000, "<@123456789012345678> 3"):
        given = await answer(desk, person, f"!{command.name} {rest}")

        assert given.card.title


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.moderators], ids=lambda command: command.name)
async def test_what_is_for_moderators_is_refused_to_others_and_not_listed_for_them(desk, command) -> None:
    refused = await answer(desk, WORKER, f"!{command.name} 7K2-Q9F")
    listed = [words(await answer(desk, person, "!help")) for person in (WORKER, MODERATOR)]

    assert "Only moderators" in words(refused)
    assert [command.usage in text for text in listed] == [False, True]


async def test_no_command_is_listed_twice_and_each_says_what_it_does() -> None:
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    assert all(command.usage.startswith(command.name) and command.sentence.endswith(".") for command in COMMANDS)


# --- check


async def test_an_ambiguous_check_offers_choices_that_can_be_picked(desk, known) -> None:
    for platform in ("prolific", "connect"):
        await known(platform=platform)

    given = await answer(desk, WORKER, f"!check {NAME}")
    picked = await desk.pick(WORKER, given.choices[1].owner)

    assert [one.name for one in given.choices] == [NAME, NAME]
    assert NAME in words(picked)
    assert picked.choices == ()


async def test_a_check_of_an_unknown_id_is_for_the_askers_eyes(desk) -> None:
    given = await answer(desk, WORKER, "!check A9EXAMPLE8WRK7")

    assert given.private
    assert "A9EXAMPLE8WRK7" not in words(given)


async def test_a_check_with_ones_own_numbers_tells_ones_own_rating(desk, reported) -> None:
    await reported()

    given = await desk.check(WORKER, NAME, Case(990, 10, 40))

    assert NAME in words(given)


# --- report


@pytest.mark.parametrize(
    ("line", "n", "of", "share"),
    [
        (f"{NAME} 27", 27, None, None),
        (f"{NAME} 27 of 30", 27, 30, Share.MOST),
        (f"{NAME} 30/30", 30, 30, Share.ALL),
        (f"{NAME} all", None, None, Share.ALL),
        (f"{NAME} all 12", 12, 12, Share.ALL),
        (NAME, None, None, None),
    ],
)
@pytest.mark.parametrize("before", [True, False])
async def test_a_report_is_understood_and_kept(desk, known, before, line, n, of, share) -> None:
    if before:
        await known(platform="prolific")

    given = await answer(desk, WORKER, f"!report {line}")

    found = await kept(desk, given.report_key)
    assert (found.report.facts.n_rejected, found.report.facts.n_submitted, found.report.facts.share) == (n, of, share)
    assert NAME in words(given)
    assert given.private
    assert await names(desk) == {NAME}


async def test_a_number_that_belongs_to_a_known_name_is_no_count(desk, known) -> None:
    theirs = await known("Invented Panel 2000")

    given = await answer(desk, WORKER, "!report invented panel 2000")

    found = await kept(desk, given.report_key)
    assert (found.requester_id, found.report.facts.n_rejected) == (theirs.requester_id, None)


@pytest.mark.parametrize(
    "line", ["{} 27 of 30", "{}  27/30", "https://worker.mturk.com/requesters/{}/projects 27 of 30"]
)
async def test_a_known_id_reports_its_holder_and_the_count_is_not_lost(desk, known, line) -> None:
    theirs = await known(account_key=ACCOUNT)

    given = await answer(desk, WORKER, f"!report {line.format(ACCOUNT)}")

    found = await kept(desk, given.report_key)
    assert (found.requester_id, found.report.facts.n_rejected) == (theirs.requester_id, 27)


async def test_a_link_with_a_new_id_makes_a_requester_with_that_account(desk, store) -> None:
    given = await answer(desk, WORKER, f"!report https://worker.mturk.com/requesters/{OTHER}/projects 27")

    found = await kept(desk, given.report_key)
    theirs = await store.read(lambda tx: tx.get_requester(found.requester_id))
    assert (theirs.platform, theirs.account_keys) == ("mturk", (OTHER,))
    assert "https" not in theirs.name


@pytest.mark.parametrize("personal", ["A9EXAMPLE8WRK7", "a9example8wrk7", "me@example.com", "<@123456789012345678>"])
async def test_what_may_be_a_persons_own_id_is_never_made_a_requester(desk, personal) -> None:
    given = await answer(desk, WORKER, f"!report {personal} 30")

    assert given.report_key is None
    assert personal not in words(given)
    assert await names(desk) == set()


@pytest.mark.parametrize("line", ["", "27", "27 of 30", "all", "!!! 30", "research 30", "x" * 300, "so what " * 200])
async def test_without_a_name_nothing_is_reported_and_the_right_way_is_shown(desk, line) -> None:
    given = await answer(desk, WORKER, f"!report {line}")

    assert given.report_key is None
    assert "!report <requester>" in words(given)
    assert await names(desk) == set()


async def test_the_same_person_twice_is_one_voice(desk, store) -> None:
    for _ in range(2):
        await answer(desk, WORKER, f"!report {NAME} 30")

    (incident,) = await store.read(lambda tx: tx.recent_incidents(NOW - DAY, 5))
    assert (len(incident.reports), incident.n_voices) == (2, 1)


async def test_the_same_words_by_several_people_are_several_voices(desk, store) -> None:
    for key in ("a", "b", "c"):
        await answer(desk, replace(WORKER, key=key), f"!report {NAME} all 40")

    (incident,) = await store.read(lambda tx: tx.recent_incidents(NOW - DAY, 5))
    assert incident.n_voices == 3


async def test_what_people_report_is_told_to_the_moderators_at_once(desk, store) -> None:
    for number in range(3):
        await answer(desk, replace(WORKER, key=f"w{number}"), f"!report {NAME} 30 of 30")

    rows = await store.read(lambda tx: tx.outbox())
    assert [row.channel_key for row in rows] == [WORKER.guild.moderator_channel]


async def test_fresh_accounts_make_nothing_public(desk, store) -> None:
    for number in range(20):
        await answer(desk, replace(WORKER, key=f"new {number}", age_days=1.0), f"!report {NAME} 30 of 30")

    theirs = (await store.read(lambda tx: tx.talked_about(NOW)))[0]
    incident = await store.read(lambda tx: tx.open_incident(theirs.requester_id))
    assert (len(incident.reports), incident.stage) == (20, Stage.WATCHED)
    assert await store.read(lambda tx: tx.outbox()) == ()


@pytest.mark.parametrize(("span", "most"), REPORT_LIMITS, ids=str)
async def test_a_person_may_report_so_often_and_again_when_that_time_is_over(desk, clock, span, most) -> None:
    step = span / (most + 1)
    given = []
    for number in range(most):
        given.append(await answer(desk, WORKER, f"!report Invented Lab Number{number}x 30"))
        clock.pass_by(step)

    over = await answer(desk, WORKER, f"!report {NAME} 30")
    other = await answer(desk, replace(WORKER, key="somebody else"), f"!report {NAME} 30")
    clock.pass_by(span)
    again = await answer(desk, WORKER, f"!report {NAME} 30")

    assert all(one.report_key for one in given)
    assert over.report_key is None
    assert other.report_key is not None
    assert again.report_key is not None


async def test_undone_reports_count_for_the_limit(desk) -> None:
    for number in range(3):
        given = await answer(desk, WORKER, f"!report Invented Lab Number{number}x 30")
        await desk.undo(WORKER, given.report_key)

    assert (await answer(desk, WORKER, f"!report {NAME} 30")).report_key is None


async def test_nothing_that_is_stored_says_who_reported(desk, tmp_path) -> None:
    await answer(desk, WORKER, f"!report {NAME} 30")
    await desk.store.close()

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert NAME.encode() in stored
    assert WORKER.key.encode() not in stored


# --- undo


@pytest.mark.parametrize(("after", "gone"), [(timedelta(), True), (UNDO_FOR, True), (UNDO_FOR * 1.01, False)])
async def test_a_report_can_be_taken_back_for_five_minutes(desk, clock, after, gone) -> None:
    given = await answer(desk, WORKER, f"!report {NAME} 30")
    clock.pass_by(after)

    await desk.undo(WORKER, given.report_key)

    assert (await kept(desk, given.report_key) is None) is gone


@pytest.mark.parametrize(
    "thief",
    [replace(WORKER, key="somebody else"), replace(WORKER, site="terminal"), replace(MODERATOR, key="somebody else")],
)
async def test_nobody_takes_back_the_report_of_somebody_else(desk, thief) -> None:
    given = await answer(desk, WORKER, f"!report {NAME} 30")

    refused = await desk.undo(thief, given.report_key)

    assert "no report of yours" in words(refused)
    assert await kept(desk, given.report_key) is not None


async def test_taking_back_takes_the_stage_back_that_stood_on_it(desk, store) -> None:
    people = [replace(WORKER, key=f"w{number}") for number in range(2)]
    given = [await answer(desk, person, f"!report {NAME} 30 of 30") for person in people]
    before = (await store.read(lambda tx: tx.recent_incidents(NOW - DAY, 5)))[0]

    await desk.undo(people[0], given[0].report_key)
    after = (await store.read(lambda tx: tx.recent_incidents(NOW - DAY, 5)))[0]

    assert (before.stage, after.stage) == (Stage.SUSPECTED, Stage.WATCHED)


# --- recent


async def test_what_is_open_is_listed_and_what_is_watched_or_over_is_not(desk, clock, reported) -> None:
    await reported(7, NAME)
    await reported(1, "Bramblewick Lab")

    now = words(await answer(desk, WORKER, "!recent"))
    clock.pass_by(60 * DAY)
    later = words(await answer(desk, WORKER, "!recent"))

    assert NAME in now
    assert "Bramblewick" not in now
    assert NAME not in later
    assert "Nothing open" in later


async def test_what_has_just_ended_is_not_open(desk, clock, reported) -> None:
    await reported()
    clock.pass_by(14 * DAY)

    assert "Nothing open" in words(await answer(desk, WORKER, "!recent"))


async def test_what_a_guild_dismissed_is_not_open_to_it(desk, reported) -> None:
    ref = await reported()
    theirs = replace(WORKER, guild=guild(guild_key="discord:2", name="Others"))

    await answer(desk, MODERATOR, f"!dismiss {ref}")

    assert NAME not in words(await answer(desk, WORKER, "!recent"))
    assert NAME in words(await answer(desk, theirs, "!recent"))


# --- a moderator's word


@pytest.mark.parametrize(
    ("line", "decision", "why"),
    [
        ("!confirm {}", Decision.CONFIRM, None),
        ("!confirm  {}   I saw  the dashboards ", Decision.CONFIRM, "I saw  the dashboards"),
        ("dismiss {} no", Decision.DISMISS, "no"),
        ("!Reversed {}", Decision.REVERSED, None),
    ],
)
async def test_a_word_and_its_reason_are_kept(desk, store, reported, line, decision, why) -> None:
    ref = await reported()

    given = await answer(desk, MODERATOR, line.format(ref))

    (incident,) = await store.read(lambda tx: tx.recent_incidents(NOW - DAY, 5))
    assert [(one.decision, one.why) for one in incident.verdicts] == [(decision, why)]
    assert incident.verdicts[0].by != MODERATOR.key
    assert NAME in words(given)


@pytest.mark.parametrize("form", [str.lower, lambda ref: ref.replace("-", ""), lambda ref: f"#{ref}"])
async def test_a_ref_may_be_typed_in_any_way(desk, reported, form) -> None:
    ref = await reported()

    assert NAME in words(await answer(desk, MODERATOR, f"!confirm {form(ref)}"))


@pytest.mark.parametrize("ref", ["", "7K2-Q9F", "x" * 3_000, "\x00", "\ud800", "-", "<@1>"])
async def test_a_ref_that_is_none_is_told_so(desk, reported, ref) -> None:
    await reported()

    given = await answer(desk, MODERATOR, f"!confirm {ref}")

    assert "The ref stands at the foot of the card" in words(given)
    assert len(words(given)) < 400


async def test_the_last_word_can_be_taken_back(desk, reported) -> None:
    ref = await reported()

    for line in (f"!dismiss {ref}", f"!undo {ref}"):
        await answer(desk, MODERATOR, line)

    assert NAME in words(await answer(desk, WORKER, "!recent"))


# --- rating and status


@pytest.mark.parametrize(
    ("line", "case"),
    [("", None), ("990 10 40", Case(990, 10, 40)), ("12,345 0 1,000", Case(12345, 0, 1000)), ("0 0 0", Case(0, 0, 0))],
)
def test_three_numbers_are_a_case(line: str, case: Case | None) -> None:
    assert numbers(line) == case


@pytest.mark.parametrize(
    "line", ["1", "1 2", "1 2 3 4", "a b c", "-1 2 3", "1.5 2 3", "1 2 100000000000", "² 2 3", "٣ x 1"]
)
def test_anything_else_is_told_the_right_way(line: str) -> None:
    with pytest.raises(UsageError, match="three whole numbers"):
        numbers(line)


async def test_ones_own_numbers_are_answered_in_private_and_an_example_in_public(desk) -> None:
    mine, example = [await answer(desk, WORKER, line) for line in ("!rating 990 10 40", "!rating")]

    assert (mine.private, example.private) == (True, False)
    assert words(mine) != words(example)


async def test_the_status_says_which_source_is_in_trouble(desk, store) -> None:
    def fail(tx):
        tx.add_source("feed:forum.example.org")
        (watch,) = tx.claim_sources(None, 1, DAY)
        tx.settle_source(watch, next_at=NOW, trouble="It answers with a page, not a feed.")
        tx.add_gap("feed:forum.example.org", "an hour may be missing")

    await store.write(fail)

    text = words(await answer(desk, MODERATOR, "!status"))

    assert "It answers with a page" in text
    assert "an hour may be missing" in text


async def test_in_a_trial_the_answers_are_the_same(desk, reported) -> None:
    await reported()
    trial = replace(WORKER, guild=guild(mode=Mode.TRIAL))

    assert words(await answer(desk, trial, f"!check {NAME}")) == words(await answer(desk, WORKER, f"!check {NAME}"))
