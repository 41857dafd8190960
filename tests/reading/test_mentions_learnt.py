"""The shipped weights and words are what the corpus teaches, and what is learnt is what the posts say."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest

from bot.evaluation import namelearn
from bot.evaluation.corpus import parse
from bot.evaluation.namelearn import in_folds, learn, opened, ordinary, written
from bot.platforms import Platforms
from bot.reading.mentions import Names, shipped
from bot.reading.mentions.pieces import ORDINARY, RARE

THEME = """# Invented posts for this test.
source: forum:test
=== t-1
kind: mass
reportable: yes
requester: Quillmarsh Labs
---
Quillmarsh Labs rejected all 40 of my puzzles.
=== t-2
kind: mass
reportable: yes
requester: Dunmoor & Pike
---
Just got 30 rejections from Dunmoor & Pike, the puzzles again.
=== t-3
kind: talk
reportable: no
requester: Quillmarsh Labs
parent: t-1
---
is Quillmarsh Labs safe for puzzles now?
=== t-4
kind: other
reportable: no
---
Lovely walk along the river today, no puzzles for me.
=== t-5
kind: mass
reportable: yes
requester: Brackwater Audio
---
Brackwater Audio rejected all 12 of mine.
=== t-6
kind: mass
reportable: yes
requester: Vellhaven
---
Mass rejections from Vellhaven, 60 of 60.
"""


@pytest.fixture
def posts(platforms: Platforms) -> list[namelearn.Opened]:
    return opened(parse("theme", THEME), platforms)


def test_a_parent_is_whom_the_corpus_names(posts: list[namelearn.Opened]):
    assert [mention.text for mention in posts[2].parents] == ["Quillmarsh Labs"]
    assert posts[0].parents == ()


def test_ordinary_words_are_those_in_small_letters_that_name_nobody(posts: list[namelearn.Opened]):
    counts = ordinary(posts)

    assert counts["puzzles"] == 4
    assert not counts["quillmarsh"] + counts["labs"] + counts["Lovely"]


def test_what_is_learnt_finds_the_names_it_learnt_from(posts: list[namelearn.Opened]):
    names = learn(posts)

    found = [post.namer(names).name(post.passages, post.parents).mentions for post in posts]
    assert [mentions[0].text if mentions else None for mentions in found] == [
        "Quillmarsh Labs", "Dunmoor & Pike", "Quillmarsh Labs", None, "Brackwater Audio", "Vellhaven",
    ]  # fmt: skip
    assert names.lore["puzzles"][0] == ORDINARY
    assert names.lore["vellhaven"][0] == RARE


def test_learning_the_same_twice_gives_the_same_files(posts: list[namelearn.Opened]):
    assert written(learn(posts)) == written(learn(list(posts)))


def test_folds_are_told_theme_by_theme(platforms: Platforms):
    said: list[str] = []
    examples = [*parse("one", THEME), *parse("two", THEME.replace("t-", "u-"))]

    in_folds(opened(examples, platforms), said.append)

    assert [line.split()[0] for line in said] == ["one", "two", "all"]
    assert "of  10 (" in said[-1]
    assert said[-1].endswith("of 2")


def test_the_shipped_files_are_what_the_corpus_teaches(platforms: Platforms):
    examples = namelearn.load(namelearn.ROOT / "data" / "corpus" / "training")

    learnt = learn(opened(examples, platforms))

    assert Counter(learnt.lore.known) == Counter(shipped().lore.known)
    assert dict(learnt.weights) == pytest.approx(dict(shipped().weights), abs=1e-6)


def test_what_speaks_for_a_name_sums_to_the_same_in_whichever_order_it_was_found():
    names = Names({"slot": 0.1, "capital": 0.7, "again": 1e9, "common": -1e9}, shipped().lore)

    assert len({names.score(traits) for traits in permutations(names.weights)}) == 1
