"""What a post without any word for rejected work is looked through for: cheap, and of a long post only the spots."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model import Origin, Post
from bot.platforms import Platforms
from bot.reading import passes_gate, read
from bot.reading.glance import _END, _NAME, may_name, near_names, shows
from bot.reading.text import Passage


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("nice bonus by Quillmarsh Labs", True),
        ("Quillmarsh Labs is up again", True),
        ("slow day\nQuillmarsh & Vane has a new one", True),
        ("**Quillmarsh Labs** is up", True),
        ("the Quillmarsh-Vane one is fun", True),
        ("ask Dr. Vell about it", True),
        ("ask J. Vell about it", True),
        ("good morning all, slow day today", False),
        ("It was Thursday. Payday is near", False),
        ("What I do on Mondays", False),
        ("quillmarsh labs is up again", False),
    ],
)
def test_names_are_likely_where_two_words_have_capitals(text: str, named: bool):
    assert may_name(text) is named


@pytest.mark.parametrize(
    ("post", "looked"),
    [
        (Post(source="discord:1", key="1", text="a bonus by Quillmarsh Labs"), False),
        (Post(source="reddit:mturk", key="1", text="a bonus by Quillmarsh Labs"), True),
        (Post(source="forum:a", key="1", text="a bonus", title="About Quillmarsh Labs"), True),
        (Post(source="forum:a", key="1", text="a bonus", title="slow day"), False),
        (Post(source="discord:1", key="1", text="see https://example.org/x"), True),
        (Post(source="discord:1", key="1", text="Requester: quill"), True),
    ],
)
def test_only_posts_that_may_show_something_are_taken_apart(post: Post, looked: bool):
    assert shows(post) is looked


def test_of_a_long_post_only_the_sentences_near_names_are_read():
    text = "slow day here. I like tea. a nice one by Quillmarsh Labs today! off to lunch. went to Dr. Vell then\nbye"

    (kept,) = near_names([Passage("good morning", Origin.TITLE), Passage(text, Origin.TEXT)])

    assert kept.origin is Origin.TEXT
    assert all(said in kept.text for said in ("Quillmarsh Labs", "Dr. Vell then"))
    assert not any(said in kept.text for said in ("tea", "lunch", "bye"))


SAID = ["Quill", "Vane", "Dr. ", "Prof.", "A. ", "_B", " & ", "-", ". ", ".", "! ", "\n", " ", "tea", ", ", "(", "’s "]


@given(st.lists(st.sampled_from(SAID), max_size=14).map("".join))
@example("tea _B. Vane tea! Quill Vane")
def test_the_sentences_that_are_read_are_those_that_hold_a_likely_name(text: str):
    ends = [match.end() for match in _END.finditer(text)]
    holding = [text[a:b] for a, b in pairwise([0, *ends, len(text)]) if _NAME.search(text, a, b)]

    kept = near_names([Passage(text, Origin.TEXT)])

    assert [passage.text for passage in kept] == ["".join(holding)] * bool(holding)


def test_whom_an_irrelevant_post_names_is_known(platforms: Platforms):
    post = Post(
        source="reddit:mturk", key="1", text="Cat pictures today. Nice bonus by Quillmarsh Labs, tea time. Sunny."
    )

    assert not passes_gate(post)
    assert [mention.text for mention in read(post, platforms).mentions] == ["Quillmarsh Labs"]
