"""A page becomes reports, incidents and alerts in one transaction with its cursor, whatever is in it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import following, intake
from bot.model import Format, Guild, Incident, Page, Post, Stage, Watch
from bot.naming import canonical
from bot.reading import read
from bot.rules import Rules
from bot.storage import Store, Transaction, open_store
from tests.harness import warm
from tests.harness.forum import TEXTS
from tests.making import DAY, HOUR, MINUTE, NOW, guild, rules

SOURCE = "reddit:exampleturkers"
NAME = "Brightlane Labelling"
TWO = ("A1EXAMPLE2REQ3", "A2EXAMPLE3REQ4")
CLAIMS = TEXTS[:6]


@pytest.fixture
def guilds() -> tuple[Guild, ...]:
    return (guild(),)


@pytest.fixture
def take(store: Store, by: Rules):
    async def page(*posts: Post, **told: Any) -> intake.Taken:
        return await intake.take(store, by, Page(source=SOURCE, posts=posts), **told)

    return page


def post(key: str = "p1", text: str = CLAIMS[0], at: datetime | None = NOW, **told: Any) -> Post:
    made = {"source": SOURCE, "author_key": f"author of {key}", "platform": "connect"}
    return Post(**{**made, "key": key, "text": text, "posted_at": at, **told})


def crowd() -> list[Post]:
    return [post(f"c{n}", text, NOW - HOUR + n * MINUTE) for n, text in enumerate(CLAIMS)]


async def everything(store: Store) -> tuple[Incident, ...]:
    return await store.read(lambda tx: tx.recent_incidents(NOW - 400 * DAY, 50))


async def named(store: Store) -> set[str]:
    return {name.name for _, name in await store.read(lambda tx: tx.names_since(0))}


# --- a thread


async def test_an_answer_means_whom_the_post_above_it_on_the_page_named(take, store) -> None:
    opener = post("o", "They took all 40 of mine.", title=f"{NAME} rejected everybody")
    answer = post("a", "Same here, all 52 of mine rejected.", NOW + MINUTE, parent_key="o")

    await take(answer, opener)

    (incident,) = await everything(store)
    assert incident.n_voices == 2


async def test_an_answer_means_whom_the_stored_post_above_it_named(take, store) -> None:
    await take(post("o", "They took all 40 of mine.", title=f"{NAME} rejected everybody"))

    await take(post("a", "Same here, all 52 of mine rejected.", parent_key="o"))

    (incident,) = await everything(store)
    assert incident.n_voices == 2


@pytest.mark.parametrize("parent_key", ["nobody", "a", "", "\ud800", "x\x00y"])
async def test_an_answer_to_a_post_that_is_not_there_stands_for_itself(take, store, parent_key) -> None:
    taken = await take(post("a", "Same here, all 52 of mine rejected.", parent_key=parent_key))

    assert taken.new == 1
    assert await everything(store) == ()


async def test_a_post_of_the_same_key_elsewhere_is_not_the_one_above(take, store) -> None:
    await take(post("o", "They took all 40.", title=f"{NAME} rejected everybody", source="reddit:examplestudies"))

    await take(post("a", "Same here, all 52 of mine rejected.", parent_key="o"))

    (incident,) = await everything(store)
    assert incident.n_voices == 1


@pytest.fixture
async def namesakes(store: Store) -> dict[str, int]:
    def work(tx: Transaction) -> dict[str, int]:
        name = "Quillmere Vision Lab"
        made = [tx.add_requester("mturk", name, canonical(name), key, "text") for key in TWO]
        return {key: one.requester_id for key, one in zip(TWO, made, strict=True)}

    return await store.write(work)


async def told_of(store: Store) -> set[int]:
    return {incident.requester_id for incident in await everything(store)}


@pytest.mark.parametrize("key", TWO)
@pytest.mark.parametrize("together", [True, False])
async def test_the_same_name_means_another_requester_in_another_thread(take, store, namesakes, key, together) -> None:
    opener = post("o", f"Anyone else doing these? Quillmere Vision Lab [{key}]", platform="mturk")
    answer = "Quillmere Vision Lab just mass rejected me, 120 gone, every single one."
    answers = [post("a", answer, NOW + MINUTE, parent_key="o", platform="mturk")]

    for page in [[opener, *answers]] if together else [[opener], answers]:
        await take(*page)

    assert await told_of(store) == {namesakes[key]}


@pytest.mark.parametrize("key", TWO)
async def test_an_answer_that_is_edited_into_a_claim_means_whom_its_thread_means(
    take, store, by, namesakes, key
) -> None:
    opener = post("o", f"Anyone else doing these? Quillmere Vision Lab [{key}]", platform="mturk")
    answer = post("a", "Still waiting here.", NOW + MINUTE, parent_key="o", platform="mturk")
    await take(opener, answer)

    claim = "Quillmere Vision Lab just mass rejected me, 120 gone, every single one."
    await following.correct(store, by, {(answer.source, answer.key): replace(answer, text=claim)})

    assert await told_of(store) == {namesakes[key]}


@pytest.mark.parametrize("key", TWO)
async def test_an_id_beside_the_name_tells_namesakes_apart(take, store, namesakes, key) -> None:
    text = f"https://worker.mturk.com/requesters/{key}/projects\n\nQuillmere Vision Lab rejected all 80 of mine today."

    await take(post("a", text, platform="mturk"))

    assert await told_of(store) == {namesakes[key]}


async def test_namesakes_without_a_thread_are_not_accused(take, store, namesakes) -> None:
    answer = "Quillmere Vision Lab just mass rejected me, 120 gone, every single one."

    await take(post("a", answer, platform="mturk"))

    assert not await told_of(store) & {*namesakes.values()}


# --- posts without this or that


async def test_posts_without_authors_are_a_voice_each(take, store) -> None:
    await take(*(replace(each, author_key=None) for each in crowd()))

    (incident,) = await everything(store)
    assert incident.n_voices == len(CLAIMS)


async def test_one_author_is_one_voice_however_often_they_write(take, store) -> None:
    await take(*(replace(each, author_key="ada") for each in crowd()))

    (incident,) = await everything(store)
    assert incident.n_voices == 1
    assert incident.stage is Stage.WATCHED


async def test_a_post_without_a_time_is_taken_as_of_now(take, store) -> None:
    await take(post(at=None))

    (incident,) = await everything(store)
    assert (incident.opened_at, incident.reports[0].at) == (NOW, NOW)


@pytest.mark.parametrize("ahead", [MINUTE, DAY, 60_000 * DAY])
async def test_a_post_from_the_future_is_taken_as_of_now(take, store, ahead) -> None:
    await take(post(at=NOW + ahead))

    (incident,) = await everything(store)
    assert (incident.opened_at, incident.last_at, incident.reports[0].at) == (NOW, NOW, NOW)


async def test_posts_from_the_future_do_not_keep_an_incident_open(take, store, clock) -> None:
    await take(*(replace(each, posted_at=NOW + 300 * DAY) for each in crowd()))

    (incident,) = await everything(store)
    assert incident.next_at is not None
    assert incident.next_at <= NOW + 15 * DAY


# --- one text, several people


LONG = (
    "Careful with Brightlane Labelling on Connect, people. I did forty of their image tasks over the weekend, every "
    "one of them checked twice, and this morning all 40 were rejected without a word. My rating is gone."
)


async def test_a_text_that_two_people_post_is_one_voice(take, store) -> None:
    await take(post("1", LONG), post("2", f"cross-posting this: {LONG}", NOW + MINUTE, source="reddit:examplestudies"))

    (incident,) = await everything(store)
    assert len(incident.reports) == 2
    assert incident.n_voices == 1


async def test_a_quote_does_not_make_who_answers_a_copy(take, store) -> None:
    answer = "Mine as well, Brightlane Labelling rejected all 61 last night and the support desk only shrugs at me."
    quoted = "\n".join(f"> {line}" for line in LONG.split(". "))

    await take(post("1", LONG), post("2", f"{quoted}\n\n{answer}", NOW + MINUTE))

    (incident,) = await everything(store)
    assert incident.n_voices == 2


EXPORT = """[table][tr][td][b]Title:[/b] [url="https://worker.mturk.com/projects/3EXAMPLEGROUPID00000000000SYN9/tasks"]\
Mark the lanes in one street photo[/url]
[b]Requester:[/b] [url="https://worker.mturk.com/requesters/A1EXAMPLE2REQ3/projects"]Brightlane Labelling[/url] \
[A1EXAMPLE2REQ3]
[b]Reward:[/b] 0.05
[b]Duration:[/b] 20:00
[b]Available:[/b] 2210
[b]Description:[/b] Draw a line along each lane you can see.
[b]Qualifications:[/b] HIT approval rate (%) GreaterThanOrEqualTo 97[/td][/tr]
[tr][td][center][size=2]HIT exported from [url=http://mturksuite.com/]Mturk Suite[/url] v2.6.13[/size][/center]\
[/td][/tr][/table]"""


async def test_the_same_pasted_export_does_not_make_two_people_one(take, store) -> None:
    texts = ("all 40 of mine rejected by these, avoid!", "they rejected 63 of 63 for me, not a word of explanation")

    await take(
        *(
            post(str(n), f"{EXPORT}\n\n{text}", NOW + n * MINUTE, format=Format.BBCODE, platform="mturk")
            for n, text in enumerate(texts)
        )
    )

    (incident,) = await everything(store)
    assert incident.n_voices == 2


async def test_short_reports_are_not_copies_because_all_of_them_name_the_requester(take, store) -> None:
    texts = (f"{NAME} rejected 30 of my 30", f"{NAME} rejected all 44 of mine", f"{NAME.upper()} rejected 51 of 51!!")

    await take(*(post(str(n), text, NOW + n * MINUTE) for n, text in enumerate(texts)))

    (incident,) = await everything(store)
    assert incident.n_voices == 3


# --- poison


@pytest.mark.parametrize(
    "told",
    [
        {"text": "x\ud800y\x00z", "title": "\udfff\x00", "author_key": "\ud800", "url": "\x00", "parent_key": "\x00"},
        {"source": "\udfff:\x00"},
        {"source": ""},
        {"text": "\x00" * 50_000 + CLAIMS[0]},
        {"text": f"{NAME} rejected all 40 " + "rejected " * 200_000},
        {"text": "> " * 100_000 + "rejected all 40 by Brightlane Labelling"},
        {"text": "<div>" * 50_000 + "rejected", "format": "html"},
        {"text": "[quote]" * 50_000 + "rejected", "format": "bbcode"},
        {"text": "Z\u0301\u0302\u0303" * 5_000 + " rejected all 40 of mine"},
        {"text": "\u202eBrightlane Labelling\u202c rejected all 40 of mine"},
        {"text": "", "title": ""},
        {"text": f"{NAME} rejected {'9' * 5_000} of mine"},
        {"at": datetime.min.replace(tzinfo=NOW.tzinfo)},
        {"at": datetime.max.replace(tzinfo=NOW.tzinfo)},
        {"platform": "no such platform"},
    ],
    ids=range(15),
)
async def test_one_ugly_post_stops_none_of_the_others(take, store, told) -> None:
    before, *others = crowd()

    taken = await take(before, post("ugly", **told), *others)
    again = await take(before, post("ugly", **told), *others)

    assert (taken.new, again.new) == (7, 0)
    stages = [each.stage for each in await everything(store)]
    assert Stage.CORROBORATED in stages or Stage.SUSPECTED in stages


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=20), st.datetimes()), max_size=4))
async def test_any_posts_can_be_taken_in_and_are_then_known(tmp_path_factory, ugly) -> None:
    place = tmp_path_factory.mktemp("any") / "watch.sqlite3"
    posts = [
        post(str(n), f"rejected {text}", at.replace(tzinfo=NOW.tzinfo), title=title, author_key=title)
        for n, (text, title, at) in enumerate(ugly)
    ]
    store, by = await warm.opened(place, lambda: NOW), rules()
    page = Page(source=SOURCE, posts=tuple(posts))

    first, second = await intake.take(store, by, page), await intake.take(store, by, page)
    await store.close()

    assert (first.new, second.new, second.reports) == (len(posts), 0, 0)


# --- one transaction


async def claimed(store: Store) -> Watch:
    def claim(tx):
        tx.add_source(SOURCE)
        return tx.claim_sources(None, 1, 5 * MINUTE)

    (watch,) = await store.write(claim)
    return watch


async def test_posts_cursor_and_marks_are_stored_together(store, by) -> None:
    watch = await claimed(store)
    page = Page(source=SOURCE, posts=tuple(crowd()), cursor="c2", validators={"ETag": "x"}, gap="an hour is missing")

    await intake.take(store, by, page, settled=intake.Settled(watch=watch, next_at=NOW + MINUTE))

    now = await store.read(lambda tx: tx.find_source(SOURCE))
    assert (now.cursor, now.validators, now.next_at) == ("c2", (("ETag", "x"),), NOW + MINUTE)
    assert now.last_post_at == NOW - HOUR + 5 * MINUTE
    assert await store.read(lambda tx: tx.gaps(5)) == ((SOURCE, NOW, "an hour is missing"),)


async def test_without_a_gap_none_is_noted(store, by) -> None:
    watch = await claimed(store)

    await intake.take(store, by, Page(source=SOURCE, posts=()), settled=intake.Settled(watch=watch, next_at=NOW))

    assert await store.read(lambda tx: tx.gaps(5)) == ()


async def test_the_newest_post_of_a_source_is_never_in_the_future(store, by) -> None:
    watch = await claimed(store)
    page = Page(source=SOURCE, posts=(post(at=NOW + 60_000 * DAY),))

    await intake.take(store, by, page, settled=intake.Settled(watch=watch, next_at=NOW))

    assert (await store.read(lambda tx: tx.find_source(SOURCE))).last_post_at == NOW


async def test_where_settling_fails_nothing_is_kept_and_the_next_try_takes_it_all(store, by) -> None:
    watch = await claimed(store)
    page = Page(source=SOURCE, posts=tuple(crowd()), cursor="c2")
    broken = intake.Settled(watch=watch, next_at="no time at all")  # type: ignore[arg-type]

    with pytest.raises(Exception, match=r"."):
        await intake.take(store, by, page, settled=broken)
    kept = (
        await store.read(lambda tx: tx.count_posts()),
        await named(store),
        await everything(store),
        await store.read(lambda tx: tx.outbox()),
        (await store.read(lambda tx: tx.find_source(SOURCE))).cursor,
    )
    taken = await intake.take(store, by, page, settled=intake.Settled(watch=watch, next_at=NOW + MINUTE))

    assert kept == (0, set(), (), (), None)
    assert taken.new == len(CLAIMS)
    (incident,) = await everything(store)
    assert incident.n_voices == len(CLAIMS)
    assert await named(store) == {NAME}


async def test_a_source_that_somebody_else_has_claimed_since_keeps_its_cursor(store, by, clock) -> None:
    late = await claimed(store)
    clock.pass_by(6 * MINUTE)
    await claimed(store)

    await intake.take(
        store,
        by,
        Page(source=SOURCE, posts=tuple(crowd()), cursor="old"),
        settled=intake.Settled(watch=late, next_at=NOW),
    )

    assert (await store.read(lambda tx: tx.find_source(SOURCE))).cursor is None
    assert await store.read(lambda tx: tx.count_posts()) == len(CLAIMS)


async def test_two_pages_at_once_store_each_post_once(store, by) -> None:
    pages = [Page(source=SOURCE, posts=tuple(crowd()[n:])) for n in range(4)]

    taken = await asyncio.gather(*(intake.take(store, by, page) for page in pages))

    assert sum(each.new for each in taken) == len(CLAIMS)
    (incident,) = await everything(store)
    assert len(incident.reports) == len(CLAIMS)


async def test_a_post_twice_on_one_page_is_one(take, store) -> None:
    taken = await take(post(), post(), replace(post(), text="edited since"))

    assert (taken.read, taken.new, taken.seen) == (3, 1, 2)
    assert len((await everything(store))[0].reports) == 1


# --- the order of arrival


def stories() -> Sequence[Post]:
    """Two requesters, one of them under a clipped name too, on two sites, over some hours."""
    other = ("Thistledown Captions rejected 30 of my 30.", "Well. Thistledown Captions rejected all 44 of mine today.")
    praise = "Brightlane Labelling approved all 25 of mine within the hour, no complaints."
    told = [
        *crowd(),
        post("clipped", "so brightlane rejected all 71 of mine as well, lovely", NOW - 20 * MINUTE),
        post("praise", praise, NOW - 10 * MINUTE),
        *(post(f"o{n}", text, NOW - 30 * MINUTE + n * MINUTE) for n, text in enumerate(other)),
        post("talk", "How do you all deal with rejections?", NOW - 5 * MINUTE),
    ]
    return [replace(each, source="reddit:examplestudies") if n % 3 == 0 else each for n, each in enumerate(told)]


async def ends(folder: Path, pages: Sequence[Sequence[Post]]) -> list[tuple[Any, ...]]:
    """How it all stands after the pages: the story of each requester, whatever its ids are."""
    store, by = await open_store(str(folder / "watch.sqlite3"), clock=lambda: NOW), rules()
    for page in pages:
        await intake.take(store, by, Page(source=SOURCE, posts=tuple(page)))

    def seen(tx):
        found = tx.recent_incidents(NOW - 30 * DAY, 50)
        return sorted((tx.get_requester(each.requester_id).name, each.stage, each.n_voices) for each in found)

    found = await store.read(seen)
    await store.close()
    return found


@pytest.mark.long
async def test_the_order_of_pages_does_not_change_what_becomes_of_it(tmp_path) -> None:
    posts, dice, found = list(stories()), random.Random(5), []
    for number in range(6):
        folder = tmp_path / str(number)
        folder.mkdir()
        size = (len(posts), 1, 2, 3, 4, 5)[number]
        found.append(await ends(folder, [posts[n : n + size] for n in range(0, len(posts), size)]))
        dice.shuffle(posts)

    assert found[0] == [("Brightlane Labelling", Stage.CORROBORATED, 7), ("Thistledown Captions", Stage.SUSPECTED, 2)]
    assert [each for each in found if each != found[0]] == []


async def test_an_old_page_that_comes_late_does_not_take_back_what_is_known(take, store) -> None:
    await take(*crowd())
    (before,) = await everything(store)

    await take(post("late", f"{NAME} rejected all 33 of mine.", NOW - 3 * HOUR))

    (after,) = await everything(store)
    assert after.n_voices == before.n_voices + 1
    assert after.stage is before.stage


# --- what was made of it


async def test_what_was_read_is_stored_with_the_post(take, store, by) -> None:
    await take(post())

    _, stored, reading = await store.read(lambda tx: tx.find_post(SOURCE, "p1"))
    assert stored.author_key is None
    assert reading == read(post(), by.platforms)


async def test_each_post_is_weighed_when_it_was_written_in_a_replay(take, store, clock) -> None:
    long_ago = timedelta(days=300)
    clock.now = NOW - long_ago - DAY

    taken = await take(*(replace(each, posted_at=each.posted_at - long_ago) for each in crowd()), own_time=True)

    assert taken.told
    assert all(NOW - long_ago - HOUR <= told.alert.at <= NOW - long_ago for told in taken.told)


async def test_counts_are_of_the_page(take) -> None:
    posts = crowd()
    await take(*posts[:2])

    taken = await take(*posts, post("talk", "Lovely weather."))

    assert (taken.read, taken.new, taken.seen, taken.reports) == (7, 5, 2, 4)
