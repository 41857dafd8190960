"""A post is taken apart: own words, quotes with their depth, links, signatures."""

from __future__ import annotations

import pytest

from bot.model import Format, Origin, Post
from bot.reading.text import MOST_READ, take_apart


def parts(text: str, source: str = "x:1", **more: object) -> list[tuple[str, int, str]]:
    body = take_apart(Post(source=source, key="1", text=text, **more))
    return [(p.origin.value, p.depth, " ".join(p.text.split())) for p in body.passages]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("discord:1", "> they said\nI say", [("quote", 1, "they said"), ("text", 0, "I say")]),
        ("discord:1", "I say\n>>> all\nthe rest", [("text", 0, "I say"), ("quote", 1, "all the rest")]),
        ("reddit:a", "> > deep\n> less\nmine", [("quote", 2, "deep"), ("quote", 1, "less"), ("text", 0, "mine")]),
        ("reddit:a", "&gt; escaped\n\nmine", [("quote", 1, "escaped"), ("text", 0, "mine")]),
        ("xenforo:f", "[QUOTE=x]a[QUOTE]b[/QUOTE][/QUOTE]c", [("quote", 1, "a"), ("quote", 2, "b"), ("text", 0, "c")]),
        ("xenforo:f", "[quote][quote]b[/quote]a[/quote]c", [("quote", 2, "b"), ("quote", 1, "a"), ("text", 0, "c")]),
        ("xenforo:f", "[quote]never closed", [("quote", 1, "never closed")]),
        ("feed:f", "<blockquote>a</blockquote><p>b</p>", [("quote", 1, "a"), ("text", 0, "b")]),
        ("feed:f", "<p>a</p><pre>code</pre><div class='signature'>me<div>x</div></div>b", [("text", 0, "a b")]),
        ("feed:f", "<p>a &amp; b<br/>c</p><!-- gone --><script>x</script>", [("text", 0, "a & b c")]),
        ("discord:1", "a ```code``` b ~~no~~ **bold** <:sad:1>", [("text", 0, "a b bold")]),
        ("x:1", "words\n-- \nmy signature", [("text", 0, "words")]),
        ("x:1", "words\n__________\nmember since 2011", [("text", 0, "words")]),
        ("x:1", "words\nSent from my phone", [("text", 0, "words")]),
        ("x:1", "", []),
    ],
)
def test_own_words_and_quotes_are_told_apart(source: str, text: str, expected: list[tuple[str, int, str]]):
    assert parts(text, source) == expected


def test_a_title_comes_first():
    assert parts("body", title="head") == [("title", 0, "head"), ("text", 0, "body")]


def test_an_archived_reddit_post_has_its_title_in_its_text():
    assert parts("head\n\nbody\n\nmore", "reddit:a") == [("title", 0, "head"), ("text", 0, "body more")]
    assert parts("head\n\nbody", "discord:a") == [("text", 0, "head body")]


@pytest.mark.parametrize(
    ("format_", "text", "url"),
    [
        (Format.MARKDOWN, "[Lab](https://example.org/a)", "https://example.org/a"),
        (Format.MARKDOWN, "[Lab] (https://example.org/a)", "https://example.org/a"),
        (Format.BBCODE, '[url="https://example.org/a"]Lab[/url]', "https://example.org/a"),
        (Format.BBCODE, "[url=https://example.org/a?x[y]=1]Lab[/url]", "https://example.org/a?x[y]=1"),
        (Format.HTML, '<a class="x" href="https://example.org/a?b&amp;c">Lab</a>', "https://example.org/a?b&c"),
        (Format.PLAIN, "Lab https://example.org/a.", "https://example.org/a"),
        (Format.PLAIN, "Lab www.example.org/a", "www.example.org/a"),
        (Format.PLAIN, "Lab example.org/a", "example.org/a"),
    ],
)
def test_links_become_marks_that_keep_their_address(format_: Format, text: str, url: str):
    body = take_apart(Post(source="x:1", key="1", text=text, format=format_))

    assert body.urls == (url,)
    assert "Lab \ue0000\ue001" in body.passages[0].text


def test_what_is_longer_than_can_be_read_is_cut_and_said_so():
    body = take_apart(Post(source="x:1", key="1", text="word " * 5000))

    assert body.truncated
    assert sum(len(p.text) for p in body.passages) <= MOST_READ


def test_characters_that_are_none_become_spaces():
    (passage,) = take_apart(Post(source="x:1", key="1", text="a\x00b\ud800c\u202ed\r\ne\ue000f")).passages

    assert passage.text == "a b c d\ne f"
    assert passage.origin is Origin.TEXT
