"""What anybody typed is shown letter by letter: nothing becomes bold, a link, a list, an emoji or a mention."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marks import live

from cogs.escape import BREAK, ELLIPSIS, escaped, plain, units

# The characters that Discord's markdown is made of, over and over.
NASTY = st.text(alphabet="*_~`|[]()<>@#&:/\\-+.1 \nhtpsdiscord.gg!\u202e\u200b\ud800\x00é😀", max_size=400)


def shown(source: str) -> str:
    """What a reader sees: escapes are taken away as Discord does, breaks are invisible."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", source).replace(BREAK, "")


@pytest.mark.parametrize(
    "typed",
    [
        "**bold** __under__ ~~gone~~ `code` ||secret||",
        "[a link](https://evil.example.org)",
        "@everyone @here <@123456789012345678> <@&1> <#2> </check:3> <t:0:R> <id:browse> <a:x:4>",
        "# heading\n## heading\n> quote\n>>> quote\n-# small\n- list\n* list\n+ list\n12. list",
        "discord.gg/abc discord.com/invite/abc https://discord.gg/abc",
        ":heart: :thumbsup: 1:100:1 1:100: 2",
    ],
)
def test_what_was_typed_is_seen_and_nothing_of_it_is_active(typed: str) -> None:
    source = escaped(typed, 4096)

    assert shown(source) == typed
    assert live(source) == set()


@pytest.mark.parametrize(
    "typed",
    ["Acme Labs (Prolific)", "What to do now: do a few", "27 of 30 on 3 Oct 2026, 12:30 UTC", "$0.01 each, 1,000 left"],
)
def test_ordinary_words_are_left_alone_but_for_what_must_be(typed: str) -> None:
    assert escaped(typed, 4096) == typed


@given(NASTY, st.integers(0, 200))
def test_no_text_is_longer_than_allowed_or_ends_in_half_an_escape(typed: str, most: int) -> None:
    source = escaped(typed, most)

    assert units(source) <= most
    assert not re.search(r"(?<!\\)(?:\\\\)*\\$", source.removesuffix(ELLIPSIS))
    source.encode()


@given(NASTY)
def test_no_text_at_all_has_anything_active_in_it(typed: str) -> None:
    assert live(escaped(typed, 4096)) == set()


@pytest.mark.parametrize(
    ("typed", "would_be"),
    [
        ("@everyone", "mention"),
        ("<@!1>", "mention"),
        ("<a:x:4>", "mention"),
        ("[a](https://example.org)", "masked link"),
        ("see https://example.org", "link"),
        ("discord.gg/abc", "invitation"),
        ("*a*", "emphasis"),
        ("`a`", "code"),
        ("||a||", "spoiler"),
        ("a\n## b", "heading, quote or list"),
        ("1. a", "heading, quote or list"),
        ("1:100:1", "emoji"),
        ("\u202ea", "turned around"),
    ],
)
def test_the_reader_of_markdown_sees_what_is_not_escaped(typed: str, would_be: str) -> None:
    assert would_be in live(typed)


@given(NASTY, st.integers(0, 200))
def test_plain_text_is_bounded_visible_and_can_be_sent(typed: str, most: int) -> None:
    text = plain(typed, most)

    assert units(text) <= most
    assert not set(text) & set("\u202e\u200b\x00")
    text.encode()


def test_what_does_not_fit_ends_with_a_sign() -> None:
    assert escaped("a" * 50, 10) == "a" * 9 + ELLIPSIS
    assert escaped("a" * 10, 10) == "a" * 10
    assert units(escaped("😀" * 50, 11)) == 11


def test_a_name_that_reads_backwards_does_not_turn_the_line_around() -> None:
    assert escaped("\u202eevil", 100) == "evil"


@pytest.mark.parametrize("unit", ["[a](", "@", "*", "\\", "1.\n", "://", "a"])
def test_eight_times_the_text_takes_about_eight_times_as_long(unit: str) -> None:
    def seconds(n: int) -> float:
        text = (unit * n)[:n]
        tries = []
        for _ in range(5):
            begin = time.process_time()
            escaped.__wrapped__(text, 10**9)
            tries.append(time.process_time() - begin)
        return min(tries)

    # Linear is 8 times, quadratic 64.
    assert seconds(80_000) < 24 * seconds(10_000)
