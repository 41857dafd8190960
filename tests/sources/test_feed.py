"""Feeds of a loopback forum: each post once, whatever the publisher does to it, and no web page taken for one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fakeforum import FakeForum, Item, fake_forum, says

from bot.errors import SourceError, SourceGone
from bot.model import Format, Page, Post
from bot.sources.feed import Feed, entries_of
from bot.sources.http import Answer, Http, Limits


@pytest.fixture
async def forum() -> AsyncIterator[FakeForum]:
    async with fake_forum() as forum:
        forum.publish(1, 2, 3)
        yield forum


@pytest.fixture
async def feed(forum: FakeForum) -> AsyncIterator[Feed]:
    http = Http(allow_private=True, limits=Limits(pace=timedelta(milliseconds=1), attempts=1))
    yield Feed(forum.url, http)
    await http.close()


async def read_on(feed: Feed, page: Page) -> Page:
    return await feed.read(page.cursor, page.validators)


async def test_a_post_is_read_as_it_stands(forum: FakeForum, feed: Feed):
    page = await feed.read(None, {})

    assert page.source == f"feed:{forum.url}"
    assert page.posts[-1] == Post(
        source=f"feed:{forum.url}",
        key="guid-3",
        title="Mass rejection",
        text="<p>All 40 rejected by <b>Example Research</b></p>",
        author_key="ExampleWorker",
        posted_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        url="https://forum.example.org/threads/3/",
        format=Format.HTML,
    )


async def test_posts_come_oldest_first(feed: Feed):
    page = await feed.read(None, {})

    assert [post.key for post in page.posts] == ["guid-1", "guid-2", "guid-3"]


async def test_a_feed_that_has_not_changed_gives_an_empty_page_and_keeps_its_cursor(forum: FakeForum, feed: Feed):
    first = await feed.read(None, {})

    second = await read_on(feed, first)

    assert second == Page(source=first.source, posts=(), cursor=first.cursor, validators=first.validators)


async def test_without_a_cursor_nothing_is_asked_conditionally(forum: FakeForum, feed: Feed):
    first = await feed.read(None, {})

    again = await feed.read(None, first.validators)

    assert again.posts == first.posts


async def test_the_same_cursor_gives_the_same_posts_or_more(forum: FakeForum, feed: Feed):
    first = await feed.read(None, {})
    forum.publish(4)

    pages = [await read_on(feed, first), await read_on(feed, first)]

    assert pages[0] == pages[1]
    assert {post.key for post in first.posts} < {post.key for post in pages[0].posts}


async def test_new_guids_for_old_posts_make_no_new_posts(forum: FakeForum, feed: Feed):
    first = await feed.read(None, {})
    for number in (1, 2, 3):
        forum.change(number, guid=f"https://moved.example.org/{number}")
    forum.publish(4)

    second = await read_on(feed, first)
    third = await read_on(feed, second)

    assert [post.key for post in second.posts] == ["guid-1", "guid-2", "guid-3", "guid-4"]
    assert third.posts == ()


async def test_flips_between_two_guids_make_no_new_posts(forum: FakeForum, feed: Feed):
    page = await feed.read(None, {})
    for turn in range(4):
        forum.change(2, guid=f"other-{turn}")
        page = await read_on(feed, page)

        assert [post.key for post in page.posts] == ["guid-1", "guid-2", "guid-3"]


async def test_posts_without_guids_are_told_apart_by_address_and_title(forum: FakeForum, feed: Feed):
    forum.items = [Item(1, guid=None), Item(2, guid=None), Item(3, guid=None, link=None), Item(4, guid=None, link=None)]
    forum.change(4, text="Another text")

    first = await feed.read(None, {})
    forum.publish(5)
    second = await read_on(feed, first)

    assert len({post.key for post in first.posts}) == 4
    assert {post.key for post in first.posts} < {post.key for post in second.posts}


async def test_one_guid_for_all_posts_loses_none(forum: FakeForum, feed: Feed):
    for number in (1, 2, 3):
        forum.change(number, guid="the-same")

    page = await feed.read(None, {})

    assert len({post.key for post in page.posts}) == 3
    assert {post.url for post in page.posts} == {item.rss().split("<link>")[1].split("<")[0] for item in forum.items}


async def test_replies_shown_under_the_name_of_their_thread_are_all_read(forum: FakeForum, feed: Feed):
    forum.items = [Item(1, text="The first", link="https://forum.example.org/threads/1/")]
    first = await feed.read(None, {})
    forum.items = [Item(2, text="All mine too", link="https://forum.example.org/threads/1/")]

    second = await read_on(feed, first)

    assert [post.key for post in second.posts] == ["guid-2"]


async def test_an_edited_post_keeps_its_key(forum: FakeForum, feed: Feed):
    first = await feed.read(None, {})
    forum.change(2, text="Edit: all reversed", title="Mass rejection [solved]")

    second = await read_on(feed, first)

    assert [post.key for post in second.posts] == [post.key for post in first.posts]


async def test_a_feed_that_shows_nothing_known_tells_of_a_gap(forum: FakeForum, feed: Feed):
    first = await feed.read(None, {})
    forum.publish(*range(10, 40))

    second = await read_on(feed, first)
    third = await read_on(feed, second)

    assert first.gap is None
    assert "may have been missed" in (second.gap or "")
    assert third.gap is None


async def test_an_overlap_of_one_post_is_no_gap(forum: FakeForum, feed: Feed):
    first = await feed.read(None, {})
    forum.publish(*range(10, 10 + forum.shown - 1))

    assert (await read_on(feed, first)).gap is None


async def test_an_empty_feed_is_read_and_makes_no_gap_later(forum: FakeForum, feed: Feed):
    forum.items.clear()
    first = await feed.read(None, {})
    forum.publish(1)

    second = await read_on(feed, first)

    assert (first.posts, first.gap) == ((), None)
    assert ([post.key for post in second.posts], second.gap) == (["guid-1"], None)


@pytest.mark.parametrize("date", [None, "yesterday", "Sat, 99 Foo 0000 09:30:00"])
async def test_a_date_that_cannot_be_read_is_none(forum: FakeForum, feed: Feed, date: str | None):
    forum.change(3, date=date)

    page = await feed.read(None, {})

    assert [post.posted_at is None for post in page.posts] == [False, False, True]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<html><head><title>Error</title></head><body>Please log in</body></html>", "a web page, not a feed"),
        ('{"error": "not found"}', "a web page, not a feed"),
        ("", "nothing at all"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0"/>', "declares entities"),
        ("<rss>" * 100, "nested too deeply"),
    ],
)
async def test_what_is_not_a_feed_is_said_so(forum: FakeForum, feed: Feed, body: str, sentence: str):
    forum.replies.append(says(body))

    with pytest.raises(SourceError, match=sentence):
        await feed.read(None, {})


async def test_a_key_in_an_address_is_repeated_neither_in_an_error_nor_in_a_gap(forum: FakeForum):
    http = Http(allow_private=True, limits=Limits(pace=timedelta(milliseconds=1), attempts=1))
    feed = Feed(f"{forum.url}?feed=privatekey", http)
    forum.replies.append(says("<html></html>"))
    with pytest.raises(SourceError) as caught:
        await feed.read(None, {})
    first = await feed.read(None, {})
    forum.publish(*range(10, 40))

    second = await read_on(feed, first)

    assert "privatekey" not in f"{caught.value} {second.gap}"
    assert "index.rss" in str(caught.value)
    await http.close()


async def test_a_broken_feed_gives_what_can_be_read(forum: FakeForum, feed: Feed):
    forum.replies.append(says(forum.body().replace("</channel></rss>", "<item><title>cut off & gone")))

    page = await feed.read(None, {})

    assert {"guid-1", "guid-2", "guid-3"} <= {post.key for post in page.posts}


async def test_of_a_feed_that_breaks_off_no_post_is_stored_in_part_and_the_next_read_brings_all_of_it(
    forum: FakeForum, feed: Feed
):
    first = await feed.read(None, {})
    forum.publish(4, 5, 6)
    forum.change(5, text="Small talk. And then: all 40 of mine were rejected by Example Research.")
    forum.replies.append(says(forum.body().partition(" And then")[0], etag='"half"'))

    half = await read_on(feed, first)
    rest = await read_on(feed, half)

    assert [post.key for post in half.posts] == ["guid-6"]
    assert (half.cursor, half.validators, half.gap) == (first.cursor, {}, None)
    assert {post.key for post in rest.posts} >= {"guid-4", "guid-5", "guid-6"}
    assert [post.text for post in rest.posts if post.key == "guid-5"] == [
        "Small talk. And then: all 40 of mine were rejected by Example Research."
    ]
    assert rest.gap is None


async def test_a_feed_that_is_gone_is_said_so(forum: FakeForum, feed: Feed):
    forum.replies.append(says("no such board", 404))

    with pytest.raises(SourceGone):
        await feed.read(None, {})


async def test_a_document_that_would_take_for_ever_ends_as_an_error():
    body = f'<rss version="2.0"><channel><item><author>{"a." * 200_000}</author></item></channel></rss>'
    parsing = asyncio.ensure_future(
        entries_of(Answer(url="https://forum.example.org/", fresh=True, body=body.encode()))
    )

    turns = 0
    while not parsing.done():
        await asyncio.sleep(0.01)
        turns += 1

    with pytest.raises(SourceError, match="could not be parsed in reasonable time"):
        await parsing
    # Two seconds of the child's, in which whoever else had something to do could do it.
    assert turns > 20


async def test_a_child_that_is_late_is_ended():
    answer = Answer(url="https://forum.example.org/", fresh=True, body=b"<rss/>")

    with pytest.raises(SourceError, match="could not be parsed in reasonable time"):
        await entries_of(answer, within=timedelta(0))


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", "7", '{"a": 1}', "null"])
async def test_a_cursor_that_cannot_be_read_loses_no_post(forum: FakeForum, feed: Feed, cursor: str):
    page = await feed.read(cursor, {})

    assert len(page.posts) == 3


@pytest.mark.long
async def test_a_cursor_does_not_grow_for_ever(forum: FakeForum, feed: Feed):
    page = await feed.read(None, {})
    for start in range(100, 500, 50):
        forum.publish(*range(start, start + 50))
        page = await read_on(feed, page)

    assert len(json.loads(page.cursor or "")) == 200
