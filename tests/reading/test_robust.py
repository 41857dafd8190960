"""Whatever is sent in, something comes out, and the time grows no faster than the text."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest
from hostile import PIECES, posts, wrong
from hypothesis import example, given, settings
from hypothesis import strategies as st

import bot.reading
from bot.model import Format, Kind, Post
from bot.platforms import Platforms, load
from bot.reading import read
from bot.reading.text import MOST_READ

pytestmark = pytest.mark.long

PLATFORMS = load()
HOSTILE, SHARDS = 100_000, 8
ATTACKS = [
    "a",
    "(",
    "[",
    "[[",
    "<",
    "<a ",
    "<!--",
    ">",
    "> > ",
    "*",
    "~~",
    "`",
    "1",
    "1/",
    "1,",
    "$1",
    "0 ",
    "\n",
    " ",
    "\t ",
    "A",
    "Aa ",
    "a.",
    "www.",
    "http://",
    "https://a](",
    "[a](http://(",
    "[quote",
    "[url=",
    "[url=[a]",
    '[url="',
    "•",
    "req:\n",
    "Title:\n",
    "Requester: a\n",
    "-",
    "_",
    "Us - ",
    "\ue000",
    "in 20",
    "1 year",
    "rejected ",
    "all 40 of my ",
    "not ",
    "A1",
    "&amp;",
    "a said:\n",
    "\n---------",
    "  - x",
    "href='",
]


def compiled() -> Iterator[tuple[str, re.Pattern[str]]]:
    for info in pkgutil.walk_packages(bot.reading.__path__, "bot.reading."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{info.name.removeprefix('bot.reading.')}.{name}", value


PATTERNS = dict(compiled())


def seconds(pattern: re.Pattern[str], text: str, tries: int = 3) -> float:
    best = 9.0
    for _ in range(tries):
        start = time.process_time()
        for _ in pattern.finditer(text):
            pass
        best = min(best, time.process_time() - start)
    return best


def growth(pattern: re.Pattern[str], text: str) -> float:
    """How much longer the whole takes than a quarter of it: 4 is linear, 16 is quadratic; the best of three tries."""
    return min(seconds(pattern, text) / max(seconds(pattern, text[: MOST_READ // 4]), 1e-6) for _ in range(3))


def test_every_module_with_patterns_is_found():
    assert len(PATTERNS) >= 25
    assert {"words._TOKEN", "text.flat._URL", "exports.fields.FIELD", "facts.times._AGO"} <= PATTERNS.keys()


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_takes_more_than_linear_time(name: str):
    for attack in ATTACKS:
        text = (attack * MOST_READ)[:MOST_READ]
        if seconds(PATTERNS[name], text, tries=1) > 0.004:  # below that a ratio says nothing
            assert growth(PATTERNS[name], text) < 8, attack


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("format_", Format)
def test_no_long_repetition_breaks_the_reader(attack: str, format_: Format):
    reading = read(
        Post(source="x:1", key="1", text="rejected " + attack * (4000 // len(attack)), format=format_), PLATFORMS
    )

    assert reading.kind in Kind


def test_ten_megabytes_are_read_no_further_than_said(platforms: Platforms):
    text = "Oakpine rejected all 40 of my hits. " * 280_000

    reading = read(Post(source="reddit:mturk", key="1", text=text), platforms)

    assert reading.truncated
    assert reading.reportable


@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=60),
    st.sampled_from(["reddit:a", "discord:1", "feed:f", "xenforo:f", "x:y", ""]),
)
@settings(max_examples=400, deadline=None)
def test_any_pile_of_pieces_is_read(pieces: list[str], source: str):
    reading = read(Post(source=source, key="1", text="".join(pieces), title=pieces[0] if pieces else None), PLATFORMS)

    assert reading.kind in Kind


@given(st.text(), st.sampled_from(Format))
@example("À Y", Format.MARKDOWN)  # a name that ends in a word which parts two
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text: str, format_: Format):
    assert read(Post(source="x:1", key="1", text=text + " rejected " + text, format=format_), PLATFORMS).kind in Kind


@pytest.mark.parametrize("seed", range(SHARDS))
def test_of_100_000_hostile_posts_each_is_read(seed: int):
    found = [problem for post in posts(seed, HOSTILE // SHARDS) for problem in wrong(post, PLATFORMS)]

    assert found == []


@given(st.text(max_size=200))
@settings(deadline=None)
def test_reading_twice_gives_the_same(text: str):
    post = Post(source="discord:1", key="1", text="Oakpine rejected all 40 of mine " + text)

    assert read(post, PLATFORMS) == read(post, PLATFORMS)
