"""The child that parses feeds: what it refuses, what it reads, and that a hostile document cannot hold it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.feedparse import answer, is_cut, parse, refusal

RSS = '<rss version="2.0"><channel><title>x</title>%s</channel></rss>'


def child(body: bytes, content_type: str = "text/xml") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-m", "bot.sources.feedparse", content_type]
    return subprocess.run(command, check=False, input=body, capture_output=True, timeout=30, env={})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss/>', "entities"),
        (b'<!doctype rss SYSTEM "x" [ ]><rss/>', "entities"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss/>'.encode("utf-16"), "entities"),
        (RSS.encode() % (b"<a>" * 70), "nested"),
        (RSS.encode() % (b"<a " + b" ".join(b'a%d="1"' % n for n in range(4000)) + b">"), "attributes"),
        (b"<rss>\0</rss>", "NUL"),
        ("<rss/>".encode("utf-16-le"), "NUL"),
    ],
)
def test_a_hostile_document_is_refused_before_it_is_parsed(body: bytes, why: str):
    assert why in str(refusal(body))


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "x"><rss version="0.91"/>',
        RSS.encode() % b"<item><description><![CDATA[" + b"<div>" * 500 + b"]]></description></item>",
        RSS.encode() % (b"<item><title>a</title><br></item>" * 400),
        RSS.encode() % (b"<item><link href='?a=1'/></item>" * 400),
        '<?xml version="1.0" encoding="utf-16"?><rss/>'.encode("utf-16"),
        b"<![CDATA[ never ends <a><a>",
        b"",
    ],
)
def test_an_ordinary_document_is_not_refused(body: bytes):
    assert refusal(body) is None


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_parsed_without_an_error(body: bytes):
    if refusal(body) is None:
        found = parse(body, "text/xml")

        assert json.loads(json.dumps(found)) == found


@pytest.mark.long
@pytest.mark.parametrize("opening", [b"<", b"<a ", b"<a>", b"<!doctype ", b"<![CDATA[", b"</a>", b"=", b"<a='>'"])
def test_refusing_takes_time_in_proportion_to_the_document(opening: bytes):
    def seconds(size: int) -> float:
        body = opening * (size // len(opening))
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            refusal(body)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(800_000) < 30 * seconds(100_000) + 0.05


def test_an_entry_is_read_as_it_stands():
    item = (
        "<item><title>T</title><guid>g</guid><link>https://x.example.org/1</link><author>A</author>"
        "<pubDate>Sat, 21 Nov 2026 09:30:00 +0100</pubDate><category>c</category>"
        "<description><![CDATA[<p onclick='x'>All rejected</p>]]></description></item>"
    )

    found = parse((RSS % item).encode(), "text/xml")

    assert found["version"] == "rss20"
    assert found["entries"] == [
        {
            "id": "g",
            "link": "https://x.example.org/1",
            "title": "T",
            "author": "A",
            "text": "<p onclick='x'>All rejected</p>",
            "plain": False,
            "at": 1795249800,
        }
    ]


def test_what_is_not_a_feed_has_no_version():
    assert parse(b"<html><body>Please log in</body></html>", "text/html") == {"version": "", "entries": [], "cut": True}


def test_a_body_that_is_the_name_of_a_file_is_not_opened(tmp_path: Path):
    secret = tmp_path / "secret.xml"
    secret.write_text(RSS % "<item><title>secret</title></item>")

    found = parse(str(secret).encode(), "text/xml")

    assert found["entries"] == []


def test_an_external_entity_is_not_read(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    body = f'<!DOCTYPE rss [<!ENTITY e SYSTEM "file://{secret}">]>' + RSS % "<item><title>&e;</title></item>"

    found = parse(body.encode(), "text/xml")

    assert "secret" not in json.dumps(found)


def test_long_feeds_and_fields_are_cut():
    items = f"<item><title>{'t' * 5000}</title><description>{'d' * 100_000}</description></item>" + "<item/>" * 600

    entries = parse((RSS % items).encode(), "text/xml")["entries"]

    assert len(entries) == 500
    assert (len(entries[0]["title"]), len(entries[0]["text"])) == (1000, 60_000)


@pytest.mark.parametrize(
    ("body", "cut"),
    [
        (RSS % "", False),
        ("<feed></feed>", False),
        ("<rdf:RDF></rdf:RDF>\n", False),
        ("<atom:feed></atom:feed ><!-- made in 0.2 s -->", False),
        ((RSS % "").upper(), False),
        ((RSS % "")[:-1], True),
        ("<rss><channel></channel>", True),
        ("<rss></rss>" + " " * 5000, True),
        ("", True),
    ],
)
def test_a_feed_that_breaks_off_is_known_by_its_end(body: str, cut: bool):
    assert is_cut(body.encode()) is cut
    assert is_cut(body.encode("utf-16")) is cut or len(body) > 2000


def test_a_feed_that_breaks_off_is_read_without_its_last_entry():
    items = "".join(f"<item><guid>g{n}</guid><description>All rejected by Example</description></item>" for n in "12")
    whole = (RSS % items).encode()

    found = [
        parse(whole[:end], "text/xml") for end in (len(whole), whole.index(b"</description></item></channel>") - 9)
    ]

    assert [[entry["id"] for entry in each["entries"]] for each in found] == [["g1", "g2"], ["g1"]]
    assert [each["cut"] for each in found] == [False, True]


def test_the_child_answers_json():
    answer = child((RSS % "<item><guid>g</guid></item>").encode())

    assert json.loads(answer.stdout)["entries"][0]["id"] == "g"


def test_the_child_says_why_it_refuses():
    assert "entities" in json.loads(child(b"<!DOCTYPE a [").stdout)["error"]


# B6: what forums answer with the status 200 where their feed should be.
NO_FEEDS = (
    "",
    " \r\n\t",
    "Database error",
    "null",
    "[]",
    '{"error": "rate limited"}',
    "<html></html>",
    "<!doctype html><title>503 Service Unavailable</title><p>Back soon.",
    "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd'><html/>",
    "<html><body><h1>Just a moment...</h1><script>location.reload()</script></body></html>",
    "<html><head><meta http-equiv=refresh content='0; url=/login'></head></html>",
    "<?xml version='1.0'?><error><code>500</code></error>",
    "<?php echo 'hello'; ?>",
    "Warning: mysqli_connect(): (HY000/2002) in /var/www/rss.php on line 12<br />",
    "\ufeff",
    "BEGIN:VCALENDAR\r\nEND:VCALENDAR",
    "\x1f\x8b\x08 not really packed",
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "<html><item><title>no feed</title></item></html>",
    "<opml version='2.0'><body/></opml>",
)
POSTS = "".join(
    f"<item><guid>g{n}</guid><title>Title {n} &amp; more</title><link>https://x.example.org/{n}</link>"
    f"<description><![CDATA[<p>Worker {n}: {n}0 rejected</p>]]></description><pubDate>Sat, 21 Nov 2026 09:3{n}:00 +0000"
    "</pubDate></item>"
    for n in range(4)
)


@pytest.mark.parametrize("body", NO_FEEDS)
def test_whatever_stands_where_a_feed_should_be_is_no_feed_with_nothing_in_it(body: str):
    found = answer(body.encode(), "text/html")

    assert found.get("error") or not found["version"]


@pytest.mark.parametrize("part", range(30))
def test_wherever_a_feed_breaks_off_each_entry_is_whole_or_missing(part: int):
    whole = (RSS % POSTS).encode()
    entries = {entry["id"]: entry for entry in parse(whole, "text/xml")["entries"]}
    end = len(whole) * (part + 1) // 31

    found = answer(whole[:end], "text/xml")

    assert len(entries) == 4
    assert "error" in found or found["cut"]
    assert all(entry == entries[entry["id"]] for entry in found.get("entries", []))


@pytest.mark.parametrize(
    "said", ["utf-8", "ascii", "utf-16", "iso-8859-1", "windows-1252", "shift_jis", "none-such", ""]
)
@pytest.mark.parametrize("meant", ["utf-8", "windows-1252"])
def test_a_wrong_charset_costs_letters_and_no_post(said: str, meant: str):
    declared = f"<?xml version='1.0' encoding='{said}'?>" if said else ""
    body = (declared + RSS % POSTS.replace("Worker", "Wörker")).encode(meant)

    found = answer(body, f"text/xml; charset={said}" if said else "")

    assert [entry["id"] for entry in found["entries"]] == ["g0", "g1", "g2", "g3"]
