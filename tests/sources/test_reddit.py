"""The real praw against a Reddit on loopback: every post once, no anchor trusted, no sleep inside a call."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fakereddit import START, Answer, FakeReddit, fake_reddit

from bot.errors import SourceBusy, SourceError, SourceGone
from bot.model import Format, Page, Post
from bot.sources.reddit import Reddit, RedditClient


@pytest.fixture
async def reddit() -> AsyncIterator[FakeReddit]:
    async with fake_reddit() as reddit:
        yield reddit


@pytest.fixture
async def source(reddit: FakeReddit) -> AsyncIterator[Reddit]:
    client = RedditClient(reddit.login(), timeout=1)
    yield Reddit("mturk+prolificac", client)
    await client.close()


async def read_on(source: Reddit, page: Page) -> Page:
    return await source.read(page.cursor, page.validators)


def keys(page: Page) -> list[str]:
    return [post.key for post in page.posts]


async def test_a_post_is_read_as_it_stands(reddit: FakeReddit, source: Reddit):
    key = reddit.post("MTurk", title="Mass rejection", text="**40** rejected by Example Research")

    page = await source.read(None, {})

    assert page.source == "reddit:mturk+prolificac"
    assert page.posts == (
        Post(
            source="reddit:mturk",
            key=key,
            title="Mass rejection",
            text="**40** rejected by Example Research",
            author_key="ExampleWorker",
            posted_at=datetime.fromtimestamp(START, UTC),
            url=f"https://www.reddit.com/r/MTurk/comments/{key[3:]}/x/",
            format=Format.MARKDOWN,
        ),
    )


async def test_a_comment_knows_its_parent_and_its_thread(reddit: FakeReddit, source: Reddit):
    thread = reddit.post("mturk")
    first = reddit.comment("mturk", thread)
    second = reddit.comment("mturk", first, text="Mine too")

    page = await source.read(None, {})

    by_key = {post.key: post for post in page.posts}
    assert (by_key[first].parent_key, by_key[second].parent_key) == (thread, first)
    assert (by_key[second].title, by_key[second].text) == ("Mass rejection?", "Mine too")


async def test_only_the_watched_subreddits_are_read(reddit: FakeReddit, source: Reddit):
    reddit.post("elsewhere")
    wanted = [reddit.post("mturk"), reddit.post("ProlificAc")]

    page = await source.read(None, {})

    assert keys(page) == wanted
    assert [post.source for post in page.posts] == ["reddit:mturk", "reddit:prolificac"]


async def test_a_link_post_says_where_it_leads_and_a_shared_post_what_was_shared(reddit: FakeReddit, source: Reddit):
    reddit.post("mturk", text="", is_self=False, url="https://worker.example.com/projects/1")
    reddit.post("mturk", text="", is_self=False, crosspost_parent_list=[{"selftext": "All rejected"}])

    page = await source.read(None, {})

    assert [post.text for post in page.posts] == ["https://worker.example.com/projects/1", "All rejected"]


@pytest.mark.parametrize("removed", ["[deleted]", "[removed]"])
async def test_what_was_removed_is_not_a_post(reddit: FakeReddit, source: Reddit, removed: str):
    thread = reddit.post("mturk", text=removed, author="[deleted]")
    reddit.comment("mturk", thread, text=removed)
    kept = reddit.comment("mturk", thread, author="[deleted]")

    page = await source.read(None, {})

    assert [(post.key, post.author_key) for post in page.posts] == [(kept, None)]


async def test_the_first_read_is_one_page_of_each_listing(reddit: FakeReddit, source: Reddit):
    posts = [reddit.post("mturk") for _ in range(150)]

    page = await source.read(None, {})

    assert keys(page) == posts[-100:]
    assert page.gap is None
    assert len(reddit.requests) == 2


async def test_a_quiet_poll_is_one_request_a_listing(reddit: FakeReddit, source: Reddit):
    for _ in range(150):
        reddit.post("mturk")
    first = await source.read(None, {})
    reddit.requests.clear()
    new = reddit.post("mturk")

    second = await read_on(source, first)

    assert keys(second)[-1] == new
    assert [request.split("?")[0] for request in reddit.requests] == [
        "/r/mturk+prolificac/new",
        "/r/mturk+prolificac/comments",
    ]
    assert all("limit=100" in request and "before" not in request for request in reddit.requests)


@pytest.mark.parametrize("new", [1, 99, 100, 101, 150, 450, 900])
async def test_after_a_silence_every_post_is_read(reddit: FakeReddit, source: Reddit, new: int):
    for _ in range(60):
        reddit.post("mturk")
    first = await source.read(None, {})
    posted = [reddit.post("mturk") for _ in range(new)]

    second = await read_on(source, first)

    assert set(posted) <= set(keys(second))
    assert second.gap is None
    assert (await read_on(source, second)).gap is None


async def test_anchors_that_vanish_lose_no_post(reddit: FakeReddit, source: Reddit):
    old = [reddit.post("mturk") for _ in range(60)]
    first = await source.read(None, {})
    reddit.vanish(*old[-45:])
    posted = [reddit.post("mturk") for _ in range(120)]

    second = await read_on(source, first)

    assert set(posted) <= set(keys(second))
    assert second.gap is None


async def test_an_old_post_that_comes_up_again_is_not_taken_for_the_overlap(reddit: FakeReddit, source: Reddit):
    old = [reddit.post("mturk") for _ in range(60)]
    first = await source.read(None, {})
    posted = [reddit.post("mturk") for _ in range(250)]
    reddit.things.append(reddit[old[-1]])

    second = await read_on(source, first)

    assert set(posted) <= set(keys(second))


async def test_more_than_reddit_shows_is_told_as_a_gap(reddit: FakeReddit, source: Reddit):
    for _ in range(60):
        reddit.post("mturk")
    first = await source.read(None, {})
    posted = [reddit.post("mturk") for _ in range(1100)]

    second = await read_on(source, first)

    assert set(posted[100:]) <= set(keys(second))
    assert "older ones" in (second.gap or "")
    assert (await read_on(source, second)).gap is None


async def test_a_subreddit_emptied_of_all_we_knew_is_told_as_a_gap(reddit: FakeReddit, source: Reddit):
    old = [reddit.post("mturk") for _ in range(20)]
    first = await source.read(None, {})
    reddit.vanish(*old)
    posted = reddit.post("mturk")

    second = await read_on(source, first)

    assert keys(second) == [posted]
    assert "may have been missed" in (second.gap or "")


async def test_the_first_posts_of_an_empty_subreddit_are_no_gap(reddit: FakeReddit, source: Reddit):
    first = await source.read(None, {})
    posted = reddit.post("mturk")

    second = await read_on(source, first)

    assert (keys(first), first.gap) == ([], None)
    assert (keys(second), second.gap) == ([posted], None)


async def test_the_same_cursor_gives_the_same_posts_or_more(reddit: FakeReddit, source: Reddit):
    for _ in range(20):
        reddit.post("mturk")
    first = await source.read(None, {})
    reddit.post("mturk")

    again = [await read_on(source, first), await read_on(source, first)]

    assert again[0].posts == again[1].posts


async def test_an_edited_post_keeps_its_key_and_shows_its_new_text(reddit: FakeReddit, source: Reddit):
    key = reddit.post("mturk")
    first = await source.read(None, {})
    reddit.edit(key, "Edit: all reversed")

    second = await read_on(source, first)

    assert [(post.key, post.text) for post in second.posts] == [(key, "Edit: all reversed")]


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (Answer(429, headers={"Retry-After": "77"}), SourceBusy, "slow down"),
        (Answer(403), SourceGone, "private"),
        (Answer(404), SourceGone, "not there"),
        (Answer(451), SourceGone, "not there"),
        (Answer(302, headers={"Location": "/subreddits/search?q=mturk"}), SourceGone, "not there"),
        (Answer(418), SourceError, "HTTP 418"),
        (Answer(200, "<html>maintenance</html>"), SourceError, "cannot be read"),
        (Answer(200, "[1, 2, 3]", content_type="application/json"), SourceError, "Reddit answered something"),
        (Answer(200, '{"kind": "Listing"}', content_type="application/json"), SourceError, "Reddit answered something"),
        (Answer(200, "{}", content_type="application/json"), SourceError, "not a listing"),
        (Answer(200, "", content_type="application/json"), SourceError, "Reddit answered something"),
    ],
)
async def test_what_reddit_answers_is_said_in_a_sentence_and_the_next_read_goes_well(
    reddit: FakeReddit, source: Reddit, answer: Answer, error: type[SourceError], sentence: str
):
    key = reddit.post("mturk")
    reddit.answers.append(answer)

    with pytest.raises(SourceError, match=sentence) as caught:
        await source.read(None, {})

    assert type(caught.value) is error
    assert keys(await source.read(None, {})) == [key]


async def test_the_wait_that_reddit_asks_for_is_passed_on(reddit: FakeReddit, source: Reddit):
    reddit.answers.append(Answer(429, headers={"Retry-After": "77"}))

    with pytest.raises(SourceBusy) as caught:
        await source.read(None, {})

    assert caught.value.retry_after == timedelta(seconds=77)


@pytest.mark.parametrize("status", [401, 500, 502, 503])
async def test_a_hiccup_is_got_over(reddit: FakeReddit, source: Reddit, status: int):
    key = reddit.post("mturk")
    reddit.answers.append(Answer(status))

    assert keys(await source.read(None, {})) == [key]


async def test_a_wrong_login_names_the_settings(reddit: FakeReddit, source: Reddit):
    reddit.refuse_login = True

    with pytest.raises(SourceGone, match="REDDIT_CLIENT_ID"):
        await source.read(None, {})


async def test_a_reddit_that_cannot_be_reached_is_said_so(reddit: FakeReddit):
    client = RedditClient(reddit.login(reddit_url="http://127.0.0.1:9", oauth_url="http://127.0.0.1:9"), timeout=1)

    with pytest.raises(SourceError, match="cannot be reached"):
        await Reddit("mturk", client).read(None, {})

    await client.close()


async def test_an_app_that_cannot_be_set_up_is_an_error_and_not_a_hang(reddit: FakeReddit):
    client = RedditClient(reddit.login(user_agent=""), timeout=1)

    with pytest.raises(SourceError):
        await asyncio.wait_for(Reddit("mturk", client).read(None, {}), 10)

    await client.close()


async def test_a_used_up_window_is_waited_for_outside_of_the_call(reddit: FakeReddit, source: Reddit):
    reddit.remaining, reddit.reset = 6, 120
    start = time.monotonic()

    with pytest.raises(SourceBusy) as caught:
        await source.read(None, {})

    assert 60 < caught.value.retry_after.total_seconds() <= 122
    assert time.monotonic() - start < 60
    assert len(reddit.requests) == 1


async def test_after_the_window_reading_goes_on(reddit: FakeReddit, source: Reddit):
    key = reddit.post("mturk")
    reddit.remaining, reddit.reset = 6, 1
    with pytest.raises(SourceBusy) as caught:
        await source.read(None, {})
    reddit.remaining = 600

    await asyncio.sleep(min(caught.value.retry_after.total_seconds(), 3))

    assert keys(await source.read(None, {})) == [key]


async def test_without_a_password_the_app_reads_as_nobody(reddit: FakeReddit, source: Reddit):
    await source.read(None, {})

    assert reddit.grants == ["client_credentials"]
    assert all(agent.startswith("test:examplebot:v0") for agent in reddit.agents)


async def test_with_a_password_the_app_reads_as_the_account(reddit: FakeReddit):
    client = RedditClient(reddit.login(username="examplebot", password="not-a-password"), timeout=1)

    await Reddit("mturk", client).read(None, {})

    assert reddit.grants == ["password"]
    await client.close()


async def test_the_loop_goes_on_while_reddit_is_slow(reddit: FakeReddit, source: Reddit):
    reddit.answers.append(Answer(after=0.5))
    reading = asyncio.ensure_future(source.read(None, {}))
    turns = 0

    while not reading.done():
        await asyncio.sleep(0.01)
        turns += 1

    assert turns > 10


async def test_all_sources_share_one_thread_one_login_and_no_call_overlaps(reddit: FakeReddit):
    client = RedditClient(reddit.login(), timeout=1)
    active = most = 0

    def work(line: object) -> None:
        nonlocal active, most
        active += 1
        most = max(most, active)
        time.sleep(0.01)
        active -= 1

    await asyncio.gather(*(client.ask(work) for _ in range(10)))
    await asyncio.gather(*(Reddit(name, client).read(None, {}) for name in ("mturk", "prolificac")))

    assert most == 1
    assert len(reddit.grants) == 1
    await client.close()


async def test_whoever_gives_up_leaves_the_queue(reddit: FakeReddit):
    client = RedditClient(reddit.login(), timeout=1)
    done: list[str] = []
    first = asyncio.ensure_future(client.ask(lambda line: time.sleep(0.2)))
    await asyncio.sleep(0.05)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.ask(lambda line: done.append("given up")), 0.05)
    await client.ask(lambda line: done.append("wanted"))

    assert done == ["wanted"]
    await first
    await client.close()


async def test_closing_does_not_wait_for_a_thread_that_hangs(reddit: FakeReddit):
    client = RedditClient(reddit.login(), timeout=1)
    hanging = asyncio.ensure_future(client.ask(lambda line: time.sleep(4)))
    await asyncio.sleep(0.05)
    start = time.monotonic()

    await client.close()

    assert time.monotonic() - start < 3.5
    hanging.cancel()


async def test_closing_lets_go_of_the_connections(reddit: FakeReddit):
    client = RedditClient(reddit.login(), timeout=1)
    await Reddit("mturk", client).read(None, {})
    before = reddit.connections()

    await client.close()
    for _ in range(200):
        if not reddit.connections():
            break
        await asyncio.sleep(0.01)

    assert (before > 0, reddit.connections()) == (True, 0)


def test_a_thread_that_hangs_does_not_keep_the_process_alive():
    story = (
        "import asyncio, time\n"
        "from bot.sources import RedditLogin\n"
        "from bot.sources.reddit import RedditClient\n"
        "async def main():\n"
        "    client = RedditClient(RedditLogin(client_id='x', client_secret='x', user_agent='x'))\n"
        "    await asyncio.wait_for(client.ask(lambda line: time.sleep(60)), 0.1)\n"
        "asyncio.run(main())\n"
    )

    ended = subprocess.run([sys.executable, "-c", story], capture_output=True, check=False, timeout=30)

    assert b"TimeoutError" in ended.stderr


async def test_after_closing_nothing_is_asked(reddit: FakeReddit):
    client = RedditClient(reddit.login(), timeout=1)
    await client.ask(lambda line: None)
    await client.close()

    with pytest.raises(SourceError, match="stopping"):
        await client.ask(lambda line: None)


def test_the_secret_is_not_shown():
    assert "not-a-secret" not in repr(FakeReddit().login())
