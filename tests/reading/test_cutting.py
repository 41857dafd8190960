"""Whatever is pasted, cutting exports never fails, takes linear time, and done twice it is done once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_exports import ALL

from bot.model import Format, Post
from bot.platforms import load
from bot.reading.exports import Exports, cut, from_headline
from bot.reading.text import MOST_READ, take_apart

pytestmark = pytest.mark.long

PLATFORMS = load()
URLS = ("https://worker.mturk.com/requesters/A1EXAMPLE2REQ3/projects", "https://example.org")
PIECES = [
    "\n", "\n\n", " ", "Title: Birds", "Requester: Oakpine", "Requester:", "Researcher: Fernhill", "Reward: $0.50",
    "Available: 412", "Description: x", "Qualifications: None", "TO [Pay=4.10]", "[Rej=3]", "[pay=", "]", "[", "•",
    " | ", " – ", " - ", "\t", ",", "Rejected", "Approved", "REJECTED", "AssignmentStatus", "Status",
    "Project | Researcher | Status", "\ue0000\ue001", "\ue0001\ue001", "\ue00099\ue001", "\u2005", "£2.10",
    "£8.40/hr", "15 mins", "240 places", "Hosted by", "by Fernhill", "Tea and weather", "US - ", "$0.50/2:10",
    "PANDA", "Accept: ", "MASTERS", "{", "}", '"state":"Rejected"', '"requester_name":"Oakpine",',
    '"requester_id":"A1EXAMPLE2REQ3"', "rejected 37", "accepted 0", "all 40 of mine", "and so on",
    "3EXAMPLEGROUP1D00000000000SYN0", "[A1EXAMPLE2REQ3]", "HIT exported from", "…", "İ", "\x00", "٣", "½",
]  # fmt: skip
piles = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=50).map("".join)


@given(piles)
@settings(max_examples=1500, deadline=None)
def test_any_pile_is_cut_and_cut_again_it_stays(text: str):
    exports = Exports(URLS, PLATFORMS)

    once = cut(text, exports)

    assert cut(once, exports) == once


@given(piles, piles)
@settings(max_examples=300, deadline=None)
def test_any_title_is_taken_apart_or_stays(title: str, body: str):
    exports = Exports(URLS, PLATFORMS)

    left = from_headline("US - " + title, body, exports)

    assert left == "US - " + title or len(exports.shown) == 1


@given(piles)
@settings(max_examples=300, deadline=None)
def test_every_mark_that_is_left_stands_for_something(text: str):
    exports = Exports(URLS, PLATFORMS)
    plain = "".join(c for c in text if not "\ue000" <= c <= "\uf8ff")

    left = cut(plain, exports)

    marks = [int(part.split("\ue001")[0]) for part in left.split("\ue000")[1:]]
    assert all(len(URLS) <= mark < len(URLS) + len(exports.shown) for mark in marks)
    assert len(exports.ratings) == len(exports.shown)


@pytest.mark.parametrize("shape", ALL)
def test_each_shape_cut_twice_is_cut_once(shape: str):
    body = take_apart(Post(source=ALL[shape].source, key="1", text=f"before\n{ALL[shape].text}\n\nmass rej"))
    exports = Exports(body.urls, PLATFORMS)

    once = [cut(passage.text, exports) for passage in body.passages]

    assert [cut(text, exports) for text in once] == once


ATTACKS = [
    "Title: a\n", "Requester: a\n", "Time: a\n", "Reward: 1\nTime: a\n", "Description: a\nb\n\n",
    "req: " * 40 + "\n", "• a ", "Requester: Title: Reward: Pay: ", "a | Rejected\n", "rejected 1 | a | b\n",
    "Status | a\n", "a,b,c,Rejected\n", "new\n", "£1\n", "£1 • 5 mins\nby A\n", "by A\n\n", '{"a":',
    '{"requester_name":"a"}', '"state":"Rejected" {"', "rejected,,,,", "[Pay=", "[Rej=1]", "US - a - $1/",
    "a – b – rejected\n", "\n", "Hosted by\n", "[[TO \ue0001\ue001 / TO2", "\t", "| ", "<blockquote>",
    "<div class='quote'>", "[quote]", "[code]", "<pre>", "</div>", "a said:\n", "Click to expand\n", "```", "<td>",
    "[url]", "\\_", "_a", ">>> ", "A said:\n\n",
]  # fmt: skip


def seconds(attack: str, size: int) -> float:
    text = "rejected: requester status £ " + (attack * (size // len(attack) + 1))[:size]
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        for format_ in Format:
            body = take_apart(Post(source="discord:1", key="1", text=text, format=format_))
            exports = Exports(body.urls, PLATFORMS)
            for passage in body.passages:
                cut(passage.text, exports)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("attack", ATTACKS)
def test_four_times_the_text_takes_about_four_times_the_time(attack: str):
    quarter, whole = seconds(attack, MOST_READ // 4), seconds(attack, MOST_READ - 40)

    assert whole < 9 * max(quarter, 0.002)
