"""Reddit's public feeds: the same posts under the same keys as through the API, one slow request at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fakeforum import fake_forum, says
from fakereddit import Answer, FakeReddit, fake_reddit

from bot.errors import SourceBusy, SourceError, SourceGone
from bot.model import Format, Page
from bot.sources import open_source
from bot.sources.http import Http, Limits
from bot.sources.reddit import Reddit, RedditClient
from bot.sources.reddit_rss import RedditFeed

AT_ONCE = timedelta(milliseconds=1)


@pytest.fixture
async def reddit() -> AsyncIterator[FakeReddit]:
    async with fake_reddit() as reddit:
        yield reddit


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http(allow_private=True, limits=Limits(attempts=1))
    yield http
    await http.close()


@pytest.fixture
def source(reddit: FakeReddit, http: Http) -> RedditFeed:
    return RedditFeed("mturk+prolificac", http, site=reddit.url, every=AT_ONCE)


async def read_both(source: RedditFeed, cursor: str | None = None) -> tuple[Page, Page]:
    first = await source.read(cursor, {})
    return first, await source.read(first.cursor, {})


async def test_posts_and_comments_are_read_in_turn(reddit: FakeReddit, source: RedditFeed):
    post = reddit.post("mturk")
    comment = reddit.comment("mturk", post)

    pages = [*await read_both(source)]
    pages += [*await read_both(source, pages[-1].cursor)]

    assert [[post.key for post in page.posts] for page in pages] == [[post], [comment], [post], [comment]]
    assert [request.split("?")[0].split("/")[3] for request in reddit.requests] == ["new", "comments"] * 2


async def test_the_feeds_and_the_api_tell_the_same_of_a_post(reddit: FakeReddit, source: RedditFeed):
    thread = reddit.post("MTurk", title="All on top of it", text="40 rejected & gone")
    reddit.comment("MTurk", thread, text="Mine < yours")
    client = RedditClient(reddit.login(), timeout=1)

    by_api = (await Reddit("mturk+prolificac", client).read(None, {})).posts
    by_feed = [post for page in await read_both(source) for post in page.posts]

    def told(post):
        return post.source, post.key, post.title, post.author_key, post.posted_at, post.parent_key, post.url

    assert [told(post) for post in by_feed] == [told(post) for post in by_api]
    assert [post.format for post in by_feed] == [Format.HTML, Format.HTML]
    await client.close()


async def test_only_what_the_person_wrote_is_the_text(reddit: FakeReddit, source: RedditFeed):
    reddit.post("mturk", text="All rejected")

    page = await source.read(None, {})

    assert page.posts[0].text == '<div class="md"><p>All rejected</p></div>'


async def test_a_switch_between_feeds_and_api_makes_no_gap_and_no_new_posts(reddit: FakeReddit, source: RedditFeed):
    for _ in range(30):
        reddit.comment("mturk", reddit.post("mturk"))
    client = RedditClient(reddit.login(), timeout=1)
    api = Reddit("mturk+prolificac", client)

    new, comments = await read_both(source)
    by_api = await api.read(comments.cursor, {})
    back = await source.read(by_api.cursor, {})

    assert {post.key for post in by_api.posts} == {post.key for page in (new, comments) for post in page.posts}
    assert (by_api.gap, back.gap) == (None, None)
    await client.close()


async def test_a_feed_that_shows_nothing_known_tells_of_a_gap(reddit: FakeReddit, source: RedditFeed):
    for _ in range(20):
        reddit.post("mturk")
    _, second = await read_both(source)
    for _ in range(120):
        reddit.post("mturk")

    third = await source.read(second.cursor, {})

    assert "may have been missed" in (third.gap or "")
    assert len(third.posts) == 100


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(403), SourceGone),
        (Answer(429, headers={"Retry-After": "60"}), SourceBusy),
        (Answer(429), SourceError),
        (Answer(200, "<html><body>whoa there, pardner!</body></html>"), SourceError),
        (Answer(200, "{}", content_type="application/json"), SourceError),
    ],
)
async def test_a_refusal_is_an_error_and_leaves_the_cursor(
    reddit: FakeReddit, source: RedditFeed, answer: Answer, error: type[SourceError]
):
    reddit.answers.append(answer)

    with pytest.raises(SourceError) as caught:
        await source.read(None, {})

    assert type(caught.value) is error


async def test_two_sources_of_one_site_keep_ninety_seconds_between_them(reddit: FakeReddit, http: Http):
    sources = [RedditFeed(name, http, site=reddit.url) for name in ("mturk", "prolificac")]
    await sources[0].read(None, {})

    with pytest.raises(SourceBusy, match="once in 90 seconds"):
        await sources[1].read(None, {})

    assert len(reddit.requests) == 1


async def test_with_a_login_subreddits_are_read_through_the_api(reddit: FakeReddit, http: Http):
    client = RedditClient(reddit.login(), timeout=1)

    assert isinstance(open_source("reddit:mturk", http, client), Reddit)
    assert isinstance(open_source("reddit:mturk", http), RedditFeed)
    await client.close()


async def test_a_feed_that_breaks_off_is_read_once_more_before_the_other(reddit: FakeReddit, http: Http):
    async with fake_forum() as forum:
        source = RedditFeed("mturk", http, site=forum.url.removesuffix("/index.rss"), every=AT_ONCE)
        entry = '<entry><id>t3_{0}</id><link href="https://www.reddit.com/r/mturk/comments/{0}/x/"/><title>x</title>'
        part = f"{entry.format('aa')}</entry>{entry.format('bb')}<content>cut o"
        forum.replies.append(says(f'<feed xmlns="http://www.w3.org/2005/Atom">{part}'))

        page = await source.read(None, {})

    assert [post.key for post in page.posts] == ["t3_aa"]
    assert page.cursor is None
