"""The door to the web against a loopback server: conditional, patient, bounded, and closed to private addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from fakeforum import FakeForum, bomb, breaks_off, drip, fake_forum, moved, says

from bot.errors import SourceBusy, SourceError, SourceGone
from bot.sources.http import BODY_CAP, USER_AGENT, Http, Limits

SOON = timedelta(milliseconds=200)
QUICK = Limits(pace=timedelta(milliseconds=1), retry_after=timedelta(0), total=timedelta(seconds=3), read=SOON)


@pytest.fixture
async def forum() -> AsyncIterator[FakeForum]:
    async with fake_forum() as forum:
        forum.publish(1, 2)
        yield forum


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http(allow_private=True, limits=QUICK)
    yield http
    await http.close()


async def test_what_has_not_changed_is_not_sent_again(forum: FakeForum, http: Http):
    first = await http.get(forum.url)

    second = await http.get(forum.url, first.validators)

    assert (first.fresh, second.fresh) == (True, False)
    assert second.body == b""
    assert second.validators == first.validators


async def test_last_modified_serves_where_there_is_no_etag(forum: FakeForum, http: Http):
    forum.use_etag = False
    first = await http.get(forum.url)

    second = await http.get(forum.url, first.validators)

    assert set(first.validators) == {"last_modified"}
    assert not second.fresh


async def test_a_change_is_sent_with_new_validators(forum: FakeForum, http: Http):
    first = await http.get(forum.url)
    forum.publish(3)

    second = await http.get(forum.url, first.validators)

    assert second.fresh
    assert second.validators != first.validators


async def test_we_say_who_we_are_and_take_no_cookies(forum: FakeForum, http: Http):
    forum.replies.append(says("<rss/>", set_cookie="session=1"))
    await http.get(forum.url)
    await http.get(forum.url)

    headers = forum.requests[-1].headers

    assert headers["User-Agent"] == USER_AGENT
    assert "rejection-watch" in USER_AGENT
    assert headers["Accept-Encoding"] == "gzip"
    assert "Cookie" not in headers


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        ("120", 120, 120),
        ("999999999999", 3600, 3600),
        ("0", 1, 1),
        ("in five minutes", 200, 300),
        ("Sat, 21 Nov 1998 10:00:00 GMT", 1, 1),
    ],
)
async def test_a_busy_server_says_how_long_to_stay_away(
    forum: FakeForum, http: Http, status: int, told: str, least: int, most: int
):
    # Not in the table: that is made when the tests are collected, minutes before some of them run.
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    forum.replies.append(says("later", status, retry_after=date if told == "in five minutes" else told))

    with pytest.raises(SourceBusy) as caught:
        await http.get(forum.url)

    assert least <= caught.value.retry_after.total_seconds() <= most


@pytest.mark.parametrize("told", ["", "soon", "-5", "1.5e3", "Sat, 99 Foo 2026"])
async def test_a_busy_server_that_says_nothing_is_an_ordinary_failure(forum: FakeForum, http: Http, told: str):
    forum.replies.append(says("later", 429, retry_after=told))

    with pytest.raises(SourceError, match="HTTP 429") as caught:
        await http.get(forum.url)

    assert not isinstance(caught.value, SourceBusy)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
async def test_a_place_that_refuses_us_is_gone_and_not_asked_twice(forum: FakeForum, http: Http, status: int):
    forum.replies.append(says("no", status))

    with pytest.raises(SourceGone, match=f"HTTP {status}"):
        await http.get(forum.url)

    assert len(forum.requests) == 1


async def test_a_hiccup_is_tried_again(forum: FakeForum, http: Http):
    forum.replies.extend([says("oops", 502), breaks_off()])

    answer = await http.get(forum.url)

    assert answer.fresh
    assert len(forum.requests) == 3


async def test_a_server_that_stays_broken_is_left_after_three_tries(forum: FakeForum, http: Http):
    forum.replies.extend([says("oops", 500)] * 9)

    with pytest.raises(SourceError, match="HTTP 500"):
        await http.get(forum.url)

    assert len(forum.requests) == 3


async def test_redirects_are_followed(forum: FakeForum, http: Http):
    forum.replies.extend([moved("/a", 301), moved("b", 308), moved("/index.rss?c", 307)])

    answer = await http.get(forum.url)

    assert answer.fresh
    assert answer.url.endswith("/index.rss?c")
    assert [request.path_qs for request in forum.requests] == ["/index.rss", "/a", "/b", "/index.rss?c"]


@pytest.mark.parametrize("target", ["/index.rss", ""])
async def test_circles_of_redirects_end(forum: FakeForum, http: Http, target: str):
    forum.replies.extend([moved(target)] * 9)

    with pytest.raises(SourceError, match="redirects in circles"):
        await http.get(forum.url)

    assert len(forum.requests) == 4


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "https://u:p@forum.example.org/"])
async def test_a_redirect_out_of_the_web_is_not_followed(forum: FakeForum, http: Http, target: str):
    forum.replies.append(moved(target))

    with pytest.raises(SourceError, match="an address that is not read"):
        await http.get(forum.url)


async def test_a_redirect_that_is_no_address_is_an_error(forum: FakeForum, http: Http):
    forum.replies.extend([moved("http://[::1")] * 3)

    with pytest.raises(SourceError):
        await http.get(forum.url)


async def test_a_bomb_is_not_unpacked(forum: FakeForum, http: Http):
    forum.replies.append(bomb(64))

    with pytest.raises(SourceError, match="more than 2 MiB"):
        await http.get(forum.url)

    assert len(forum.requests) == 1


@pytest.mark.parametrize(("size", "fits"), [(BODY_CAP, True), (BODY_CAP + 1, False)])
async def test_the_cap_is_exact(forum: FakeForum, http: Http, size: int, fits: bool):
    forum.replies.append(says("x" * size))

    try:
        answer = await http.get(forum.url)
    except SourceError:
        assert not fits
    else:
        assert (len(answer.body), fits) == (size, True)


async def test_a_server_that_says_nothing_for_long_is_hung_up_on(forum: FakeForum):
    http = Http(allow_private=True, limits=Limits(total=timedelta(seconds=60), read=SOON, attempts=1))
    forum.replies.append(drip(every=30))

    with pytest.raises(SourceError, match="did not answer in time"):
        await asyncio.wait_for(http.get(forum.url), 10)

    await http.close()


async def test_a_drip_feed_is_ended_by_the_total_limit(forum: FakeForum):
    http = Http(allow_private=True, limits=Limits(total=SOON, attempts=1))
    forum.replies.append(drip(every=0.02, chunks=500))

    with pytest.raises(SourceError, match="did not answer in time"):
        await http.get(forum.url)

    await http.close()


async def test_something_that_is_not_http_is_an_error(http: Http):
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)

    with pytest.raises(SourceError, match="not HTTP"):
        await http.get(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    server.close()
    await server.wait_closed()


async def test_two_requests_to_a_host_keep_their_distance(forum: FakeForum):
    http = Http(allow_private=True, limits=Limits(pace=SOON))
    loop = asyncio.get_running_loop()
    start = loop.time()

    await http.get(forum.url)
    await http.get(forum.url)

    assert loop.time() - start >= SOON.total_seconds() * 0.9
    await http.close()


async def test_a_turn_that_is_far_off_is_refused_instead_of_slept_for(forum: FakeForum, http: Http):
    slow = timedelta(seconds=90)
    await http.get(forum.url, pace=slow)

    with pytest.raises(SourceBusy, match="at most once in 90 seconds") as caught:
        await http.get(forum.url, pace=slow)

    assert timedelta(seconds=60) < caught.value.retry_after <= slow
    assert len(forum.requests) == 1


async def test_a_turn_that_is_nearly_due_is_waited_for(forum: FakeForum, http: Http):
    nearly = timedelta(seconds=0.5)

    answers = [await http.get(forum.url, pace=nearly) for _ in range(2)]

    assert [answer.fresh for answer in answers] == [True, True]


SPELLINGS = [
    *("http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/"),
    *("http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://0.0.0.0/", "http://127.1/", "http://0x7f.1/"),
    *("http://①②⑦.0.0.1/", "http://169.254.169.254/latest/", "http://10.0.0.1/", "http://[fe80::1%25lo]/"),
]


@pytest.mark.parametrize("url", SPELLINGS)
async def test_no_private_address_is_ever_connected_to(url: str):
    made: list[object] = []
    http = Http(limits=QUICK)

    class Watched(socket.socket):
        def connect(self, address: object) -> None:
            made.append(address)
            super().connect(address)

    plain, socket.socket = socket.socket, Watched  # type: ignore[misc]
    try:
        with pytest.raises(SourceError):
            await http.get(url)
    finally:
        socket.socket = plain  # type: ignore[misc]
        await http.close()

    assert made == []


async def test_a_private_server_is_not_read_and_the_text_does_not_tell_whether_it_is_there(forum: FakeForum):
    http = Http(limits=QUICK)
    port = forum.url.split(":")[2].split("/")[0]

    with pytest.raises(SourceError) as odd_port:
        await http.get(forum.url)
    with pytest.raises(SourceError) as inside:
        await http.get("http://localhost/")

    assert "ports 80 and 443" in str(odd_port.value)
    assert "no answer, or an address that is not public" in str(inside.value)
    assert forum.requests == []
    assert port not in str(inside.value)
    await http.close()


async def test_a_name_that_leads_inside_is_caught_at_the_socket(forum: FakeForum):
    http = Http(limits=QUICK)

    with pytest.raises(PermissionError, match="not a public address"):
        http._socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))

    await http.close()


async def test_a_key_in_an_address_is_not_repeated_in_an_error(forum: FakeForum, http: Http):
    forum.replies.append(says("no", 404))

    with pytest.raises(SourceGone) as caught:
        await http.get(f"{forum.url}?feed=privatekey&user=somebody")

    assert "privatekey" not in str(caught.value)


async def test_closing_twice_or_unused_is_harmless():
    http = Http()

    await http.close()
    await http.close()
