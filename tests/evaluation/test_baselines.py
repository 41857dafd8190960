"""The baselines are fair: each understands what such a rule can."""

from __future__ import annotations

import time

import pytest
from making_examples import example

from bot.evaluation import baselines, tfidf
from bot.evaluation.baselines import keyword, rule
from bot.model import Kind, Post, Reversal, Share


def post(text: str, title: str | None = None) -> Post:
    return Post(source="forum:example", key="k", text=text, title=title)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mass rejection by Quince Lab!", Kind.MASS),
        ("they mass-rejected me", Kind.MASS),
        ("MASS REJ", Kind.MASS),
        ("All 40 were rejected.", Kind.TALK),
        ("Rejected once.", Kind.TALK),
        ("Nice weather.", Kind.OTHER),
    ],
)
def test_the_keyword_is_found_or_not(text: str, kind: Kind) -> None:
    found = keyword(post(text))

    assert found.kind is kind
    assert found.probability[Kind.MASS] == (kind is Kind.MASS)
    assert found.reportable is (kind is Kind.MASS)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Quince Lab rejected all of my work", Kind.MASS),
        ("Every one of them came back rejected", Kind.MASS),
        ("Quince Lab rejected 40 of my HITs", Kind.MASS),
        ("62 submissions rejected this morning", Kind.MASS),
        ("They denied my entire batch", Kind.MASS),
        ("Quince Lab rejected me today", Kind.SINGLE),
        ("I got 1 rejection", Kind.SINGLE),
        ("Would Quince Lab reject all of it?", Kind.TALK),
        ("Has anybody been rejected by them", Kind.TALK),
        ("Rejections are down this year", Kind.TALK),
        ("They reversed all 40 rejections", Kind.REVERSAL),
        ("All overturned this morning", Kind.REVERSAL),
        ("Nice weather.", Kind.OTHER),
    ],
)
def test_the_rule_tells_the_kinds_apart(text: str, kind: Kind) -> None:
    assert rule(post(text)).kind is kind


def test_the_rule_takes_count_share_and_name() -> None:
    found = rule(post("Well. Quince Lab just rejected all 40 of mine."))

    assert (found.facts.n_rejected, found.facts.share) == (40, Share.ALL)
    assert [mention.text for mention in found.mentions] == ["Quince Lab"]
    assert found.reportable


def test_the_rule_takes_a_name_behind_a_word_for_a_requester() -> None:
    found = rule(post("12 submissions rejected by Quince Lab"))

    assert [mention.text for mention in found.mentions] == ["Quince Lab"]
    assert found.facts.n_rejected == 12


def test_the_rule_reports_nobody_that_it_cannot_name() -> None:
    found = rule(post("all 40 of mine were rejected"))

    assert found.kind is Kind.MASS
    assert not found.reportable
    assert found.claims == ()


def test_the_rule_knows_a_reversal() -> None:
    assert rule(post("They overturned my rejections")).facts.reversal is Reversal.DONE


def test_titles_count() -> None:
    assert keyword(post("See above.", title="Mass rejections today")).kind is Kind.MASS
    assert rule(post("See above.", title="Quince Lab rejected all of mine")).kind is Kind.MASS


@pytest.mark.parametrize("part", ["A", "A ", "rejected ", "9 ", "by A ", "all ", "a ", "mass "])
def test_no_text_makes_the_rule_slow(part: str) -> None:
    def took(n: int) -> float:
        text = post(part * n)
        began = time.perf_counter()
        rule(text)
        return time.perf_counter() - began

    small, large = min(took(2_000) for _ in range(3)), min(took(16_000) for _ in range(3))

    assert large < 32 * small + 0.05


needs_sklearn = pytest.mark.skipif(not tfidf.there(), reason="scikit-learn is not installed")


@pytest.mark.long
@needs_sklearn
def test_what_is_learnt_is_told_apart() -> None:
    words = {
        Kind.MASS: "every batch came back red",
        Kind.OTHER: "the weather is lovely",
        Kind.TALK: "how long is review",
    }
    examples = [example(f"{kind}{n}", kind, text=text) for kind, text in words.items() for n in range(6)]

    reader = tfidf.learn(examples)

    found = {kind: reader(post(text), None) for kind, text in words.items()}
    assert {kind: reading.kind for kind, reading in found.items()} == {kind: kind for kind in words}
    assert all(sum(reading.probability.values()) == pytest.approx(1) for reading in found.values())
    assert found[Kind.MASS].probability[Kind.SINGLE] == 0


def test_from_posts_of_one_kind_it_learns_that_kind() -> None:
    reader = tfidf.learn([example("a", Kind.TALK), example("b", Kind.TALK)])

    assert reader(post("anything"), None).kind is Kind.TALK


@needs_sklearn
def test_two_lessons_from_the_same_posts_are_equal() -> None:
    examples = [
        example(f"{n}", kind, text=f"{kind} words {n % 3}") for n in range(9) for kind in (Kind.MASS, Kind.TALK)
    ]

    one, other = (tfidf.learn(examples)(post("mass words 1 or talk"), None) for _ in range(2))

    # BLAS may sum in another order when it runs on other cores: equal up to that.
    assert one.probability == pytest.approx(other.probability, abs=1e-9)


def test_a_baseline_needs_no_parent() -> None:
    assert baselines.rule(post("ok"), None).kind is Kind.OTHER
