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


XENFORO_2 = """<blockquote class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote js-expandWatch">
<div class="bbCodeBlock-title"><a href="/goto/post?id=1">fern_hill said:</a></div>
<div class="bbCodeBlock-content"><div class="bbCodeBlock-expandContent">{0}</div>
<div class="bbCodeBlock-expandLink js-expandLink"><a>Click to expand...</a></div></div></blockquote>{1}"""
XENFORO_1 = """<div class="bbCodeBlock bbCodeQuote" data-author="fern_hill"><aside>
<div class="attribution type">fern_hill said: <a href="goto/post?id=1" class="AttributionLink">&uarr;</a></div>
<blockquote class="quoteContainer"><div class="quote">{0}</div><div class="quoteExpand">Click to expand...</div>
</blockquote></aside></div>{1}"""
VBULLETIN = """<div class="bbcode_container"><div class="bbcode_quote"><div class="quote_container">
<div class="bbcode_postedby">Originally Posted by <strong>fern_hill</strong></div>
<div class="message">{0}</div></div></div></div>{1}"""
PHPBB = """<blockquote><div><cite>fern_hill wrote:</cite>{0}</div></blockquote>{1}"""
PHPBB_2 = """<div class="quote"><cite>fern_hill wrote:</cite>{0}</div><p>{1}</p>"""
DISCOURSE = """<aside class="quote no-group" data-username="fern_hill" data-post="1"><div class="title">
<div class="quote-controls"></div> fern_hill:</div><blockquote><p>{0}</p></blockquote></aside><p>{1}</p>"""
REDDIT = (
    """<!-- SC_OFF --><div class="md"><blockquote>\n<p>{0}</p>\n</blockquote>\n\n<p>{1}</p>\n</div><!-- SC_ON -->"""
)
QUOTES = {
    "XenForo 2": ("xenforo:f", XENFORO_2),
    "XenForo 1": ("feed:f", XENFORO_1),
    "vBulletin": ("feed:f", VBULLETIN),
    "phpBB": ("feed:f", PHPBB),
    "phpBB 2": ("forum:f", PHPBB_2),
    "Discourse": ("discourse:f", DISCOURSE),
    "Reddit's feed": ("feed:f", REDDIT),
    "XenForo BBCode": ("xenforo:f", '[QUOTE="fern_hill, post: 12, member: 3"]{0}[/QUOTE]{1}'),
    "vBulletin BBCode": ("x:1", "[quote=fern_hill;12]{0}[/quote]{1}"),
    "phpBB BBCode": ("x:1", "[quote=fern_hill post_id=12 time=1 user_id=3]{0}[/quote]{1}"),
    "Discourse's source": ("discourse:f", '[quote="fern_hill, post:1, topic:2"]\n{0}\n[/quote]\n\n{1}'),
    "Reddit": ("reddit:a", "> {0}\n\n{1}"),
    "Reddit escaped": ("reddit:a", "&gt; {0}\n\n{1}"),
    "escaped in plain text": ("x:1", "&gt; {0}\n\n{1}"),
    "Discord": ("discord:1", "> {0}\n{1}"),
    "pasted, with an end": ("x:1", "fern_hill said:\n{0}\nClick to expand...\n{1}"),
    "pasted, to the gap": ("x:1", "Originally Posted by fern_hill\n{0}\n\n{1}"),
    "pasted from a mail": ("x:1", "fern_hill wrote:\n\n{0}\n\n{1}"),
}


@pytest.mark.parametrize("shape", QUOTES)
def test_every_forum_s_quote_is_one_deep_and_says_nothing_of_who_wrote_it(shape: str):
    source, template = QUOTES[shape]

    assert parts(template.format("their words", "my words"), source) == [
        ("quote", 1, "their words"),
        ("text", 0, "my words"),
    ]


NESTED = [
    shape for shape in QUOTES if not shape.startswith(("Reddit", "Discord", "escaped", "pasted")) or "feed" in shape
]


@pytest.mark.parametrize("shape", NESTED)
def test_a_quote_in_a_quote_is_two_deep(shape: str):
    source, template = QUOTES[shape]

    assert parts(template.format(template.format("first", "second"), "third"), source) == [
        ("quote", 2, "first"),
        ("quote", 1, "second"),
        ("text", 0, "third"),
    ]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("reddit:a", ">>> three deep\n\nmine", [("quote", 3, "three deep"), ("text", 0, "mine")]),
        ("discord:1", "what >>> is that", [("text", 0, "what >>> is that")]),
        ("discord:1", "**so**\n>>> > a\nb", [("text", 0, "so"), ("quote", 2, "a"), ("quote", 1, "b")]),
        ("x:1", "Acme said:\nall mine rejected", [("text", 0, "all mine rejected")]),
        ("feed:f", "</aside></blockquote></div>a<blockquote>b", [("text", 0, "a"), ("quote", 1, "b")]),
        ("feed:f", "<blockquote><div>a</blockquote>b</div>", [("quote", 1, "a"), ("text", 0, "b")]),
        ("feed:f", '<aside class="onebox"><h3>a</h3><blockquote>b</blockquote></aside>c', [("text", 0, "c")]),
        ("feed:f", '<div class="bbCodeBlock bbCodeBlock--unfurl">a</div><p>c</p>', [("text", 0, "c")]),
        ("feed:f", '<p>c</p><div id="sig9" class="message-signature">me</div>', [("text", 0, "c")]),
        ("feed:f", "<p>a <s>never closed", [("text", 0, "a never closed")]),
        ("feed:f", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", [("text", 0, "a | b c")]),
        ("xenforo:f", "a [s]never closed [size=2]b[/size]", [("text", 0, "a never closed b")]),
        ("xenforo:f", "a [code]x[b]y[/b][/code] b [media=video]1[/media]", [("text", 0, "a b")]),
        ("xenforo:f", "[tr][td]a[/td][td]b[/td][/tr]", [("text", 0, "a | b")]),
        ("xenforo:f", "a\n[sig]me[/sig]", [("text", 0, "a")]),
        ("discord:1", "a ```b", [("text", 0, "a b")]),
        ("discord:1", "a ```py\nb\n``` c", [("text", 0, "a c")]),
        ("discord:1", "```\nStudy | Acme | Rejected\n```", [("text", 0, "Study | Acme | Rejected")]),
        ("feed:f", "<pre><code>Requester: Acme &amp; Co</code></pre>", [("text", 0, "Requester: Acme & Co")]),
        ("xenforo:f", "[code]Requester: Acme[/code]", [("text", 0, "Requester: Acme")]),
        ("reddit:a", "vela\\_tags \\[a\\] \\> b *all* _of_ it", [("text", 0, "vela_tags [a] > b all of it")]),
        ("reddit:a", "## Big\nwords\n\n-----\nEDIT: more", [("text", 0, "Big words ----- EDIT: more")]),
        ("x:1", "words\n-----\nEDIT: more", [("text", 0, "words ----- EDIT: more")]),
        ("x:1", "words\nLast edited: Nov 3, 2026\nClick to expand...", [("text", 0, "words")]),
        ("discord:1", "seen <t:1700000000:R> by <@!12>", [("text", 0, "seen by")]),
    ],
)
def test_the_corners_of_each_markup(source: str, text: str, expected: list[tuple[str, int, str]]):
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
        (Format.MARKDOWN, "[Lab](<https://example.org/a>)", "https://example.org/a"),
        (Format.MARKDOWN, '[Lab](https://example.org/a "a title")', "https://example.org/a"),
        (Format.MARKDOWN, "[Lab](https://example.org/a\\_b)", "https://example.org/a_b"),
        (Format.MARKDOWN, "Lab <https://example.org/a>", "https://example.org/a"),
        (Format.PLAIN, "Lab https://example.org/a\\_b", "https://example.org/a_b"),
        (Format.BBCODE, "Lab [url]https://example.org/a[/url]", "https://example.org/a"),
        (Format.BBCODE, "[url='https://example.org/a']Lab[/url]", "https://example.org/a"),
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


@pytest.mark.parametrize("end", ["com", "net", "INFO", "\u0131nfo", "edu", "org", "co"])
def test_addresses_without_a_scheme_are_known_by_their_end_in_any_letters(end: str):
    urls = take_apart(Post(source="x:1", key="1", text=f"and/or Sample.{end}/a, not £9/hr")).urls

    assert urls == (f"Sample.{end}/a",)


def test_what_is_longer_than_can_be_read_is_cut_and_said_so():
    body = take_apart(Post(source="x:1", key="1", text="word " * 5000))

    assert body.truncated
    assert sum(len(p.text) for p in body.passages) <= MOST_READ


def test_characters_that_are_none_become_spaces():
    (passage,) = take_apart(Post(source="x:1", key="1", text="a\x00b\ud800c\u202ed\r\ne\ue000f")).passages

    assert passage.text == "a b c d\ne f"
    assert passage.origin is Origin.TEXT
