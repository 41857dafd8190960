"""The sample stream is what its README says: well-formed, invented, varied, and a fortnight long."""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
FILES = sorted(SAMPLE.glob("*.jsonl"))
FIELDS = {"key", "source", "text", "title", "author_key", "posted_at", "parent_key", "url", "platform", "format"}
PLATFORM_WORDS = {
    "mturk": r"\bmturk\b",
    "prolific": r"\bprolific\b",
    "connect": r"\bconnect\b",
    "toloka": r"\btoloka\b",
    "clickworker": r"\bclickworker\b",
}
INVENTED = ("example.org", "example.com")
PLATFORM_HOSTS = {
    "worker.mturk.com",
    "turkerview.com",
    "turkopticon.ucsd.edu",
    "mturksuite.com",
    "app.prolific.com",
    "connect.cloudresearch.com",
}
QUOTE = re.compile(r"^> |\[QUOTE|<blockquote", re.MULTILINE)
Post = dict[str, Any]


def load(path: Path) -> list[Post]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def written_at(post: Post) -> datetime:
    return datetime.fromisoformat(post["posted_at"])


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(zip(*(words[i:] for i in range(5)), strict=False))


def overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return [post for path in FILES for post in load(path)]


def test_holds_enough_posts_from_enough_people_and_places(posts: list[Post]) -> None:
    people = {post["author_key"] for post in posts}
    sources = {post["source"] for post in posts}

    assert len(posts) >= 230
    assert len(people) >= 60
    assert len(sources) >= 4
    assert {source.split(":")[0] for source in sources} == {"reddit", "feed", "discord"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_is_one_source_in_order_of_time(path: Path) -> None:
    stream = load(path)

    moments = [written_at(post) for post in stream]

    assert len({post["source"] for post in stream}) == 1
    assert moments == sorted(moments)


def test_every_post_has_only_known_fields_and_says_something(posts: list[Post]) -> None:
    for post in posts:
        assert post.keys() <= FIELDS, post["key"]
        assert {"key", "source", "text", "author_key", "posted_at"} <= post.keys()
        assert all(isinstance(value, str) and value.strip() for value in post.values()), post["key"]


def test_times_carry_utc_and_span_a_fortnight(posts: list[Post]) -> None:
    moments = [written_at(post) for post in posts]

    assert all(moment.utcoffset() == timedelta(0) for moment in moments)
    assert timedelta(days=13) < max(moments) - min(moments) <= timedelta(days=15)


def test_keys_are_unique_within_a_source(posts: list[Post]) -> None:
    keys = Counter((post["source"], post["key"]) for post in posts)

    assert [key for key, times in keys.items() if times > 1] == []


def test_a_parent_is_an_earlier_post_of_the_same_source(posts: list[Post]) -> None:
    by_key = {(post["source"], post["key"]): post for post in posts}
    replies = [post for post in posts if "parent_key" in post]

    assert len(replies) >= 80
    for reply in replies:
        parent = by_key[reply["source"], reply["parent_key"]]
        assert written_at(parent) < written_at(reply), reply["key"]


@pytest.mark.parametrize("platform", ["prolific", "connect", "mturk"])
def test_a_platform_is_recognisable_in_several_posts(posts: list[Post], platform: str) -> None:
    word = re.compile(PLATFORM_WORDS[platform], re.IGNORECASE)

    naming = [post for post in posts if word.search(post.get("title", "") + " " + post["text"])]

    assert len(naming) >= 5


def test_platform_and_format_are_given_rarely_and_from_the_known_words(posts: list[Post]) -> None:
    given = [post for post in posts if "platform" in post]
    formats = {post["format"] for post in posts if "format" in post}

    assert {post["platform"] for post in given} <= PLATFORM_WORDS.keys()
    assert 0 < len(given) < len(posts) / 10
    assert formats == {"bbcode", "html", "markdown"}


def test_links_lead_nowhere_but_to_invented_sites_and_the_platforms(posts: list[Post]) -> None:
    link = re.compile(r"https?://([^/\s\"\])]+)")

    hosts = {host for post in posts for host in link.findall(post["text"] + " " + post.get("url", ""))}

    assert {host for host in hosts if not host.endswith(INVENTED)} <= PLATFORM_HOSTS
    assert len(hosts) >= 4


def test_ids_say_that_they_are_invented(posts: list[Post]) -> None:
    amazon = re.compile(r"\b(?:A[0-9A-Z]{9,20}|[23][0-9A-Z]{29})\b")
    studies = re.compile(r"\b[0-9a-f]{24}\b")
    texts = [post["text"] for post in posts]

    ids = {found for text in texts for found in amazon.findall(text) if re.search(r"\d", found)}
    study_ids = {found for text in texts for found in studies.findall(text)}

    assert ids
    assert all("EXAMPLE" in found for found in ids)
    assert study_ids
    assert all("0000000000" in found for found in study_ids)


def test_no_two_people_write_from_one_template(posts: list[Post]) -> None:
    own_words = [(post, shingles(post["text"])) for post in posts if not QUOTE.search(post["text"])]

    alike = [
        (one["key"], other["key"])
        for (one, mine), (other, theirs) in combinations(own_words, 2)
        if one["author_key"] != other["author_key"] and overlap(mine, theirs) > 0.5
    ]

    assert alike == []


def test_holds_a_word_for_word_cross_post_and_a_reworded_one(posts: list[Post]) -> None:
    by_author: dict[str, list[Post]] = {}
    for post in posts:
        by_author.setdefault(post["author_key"], []).append(post)

    shares = [
        overlap(shingles(one["text"]), shingles(other["text"]))
        for written in by_author.values()
        for one, other in combinations(written, 2)
        if one["source"] != other["source"]
    ]

    assert max(shares) == 1.0
    assert any(0.3 < share < 1.0 for share in shares)
