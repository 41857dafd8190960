"""The whole rule: who is meant, when it was, several claims, the thread around a post, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.model import Amount, Cause, Kind, Mention, Origin, Post, Reading, Reversal, Share
from bot.platforms import Platforms
from bot.reading import Parent, read
from bot.reading.score import shipped

PAGE = "https://worker.mturk.com/requesters/A1EXAMPLE2REQ3/projects"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def reading_of(text: str, platforms: Platforms, parent: Parent | None = None, **more: object) -> Reading:
    given = {"source": "discord:1", "key": "1", "posted_at": AT} | more
    return read(Post(text=text, **given), platforms, parent)


@pytest.mark.parametrize(
    ("text", "origin", "name", "key"),
    [
        ("Oakpine Labs rejected all 40 of mine", Origin.TEXT, "Oakpine Labs", None),
        (f"[Oakpine Labs]({PAGE}) rejected all 40", Origin.LINK, "Oakpine Labs", "A1EXAMPLE2REQ3"),
        (f"all 40 rejected {PAGE}", Origin.LINK, "A1EXAMPLE2REQ3", "A1EXAMPLE2REQ3"),
        ("Oakpine Labs [A1EXAMPLE2REQ3] rejected all 40", Origin.TEXT, "Oakpine Labs", "A1EXAMPLE2REQ3"),
        ("A1EXAMPLE2REQ3 rejected all 40 of my hits", Origin.TEXT, "A1EXAMPLE2REQ3", "A1EXAMPLE2REQ3"),
        ("> Oakpine Labs has a new batch up\nmass rej", Origin.QUOTE, "Oakpine Labs", None),
        pytest.param(
            "rejected all 40 of my hits, from The Oakpine Group for Research",
            Origin.TEXT,
            "Oakpine Group for Research",
            None,
            marks=pytest.mark.xfail(strict=True, reason="the namer ends a name before its 'for'"),
        ),
        ("ÖAKPINE rejected all 40 of mine", Origin.TEXT, "ÖAKPINE", None),
        ("Oakpine’s survey: all 40 rejected", Origin.TEXT, "Oakpine", None),
    ],
)
def test_the_requester_is_named_as_the_post_writes_it(
    text: str, origin: Origin, name: str, key: str | None, platforms: Platforms
):
    reading = reading_of(text, platforms)

    assert reading.kind is Kind.MASS
    if name is not None:
        assert (reading.mentions[0].origin, reading.mentions[0].text, reading.mentions[0].account_key) == (
            origin,
            name,
            key,
        )


@pytest.mark.parametrize(
    "text",
    [
        "Woke up to all 40 of my hits rejected",
        "MTurk rejected all 40 of my hits",
        "Prolific mass rejected me",
        "Everyone got mass rejected on Monday",
        "This morning all 40 of mine were rejected. Unbelievable.",
        "My worker id is A1EXAMPLE2WORK and all 40 were rejected",
        "Rejected by mistake, all 40 of them",
        "They rejected all 40 hits in November, see Turkopticon",
        "all 40 of my hits were rejected by the requester for no reason",
        "EDIT: all 40 rejected now",
        "I used Chrome, all 40 rejected",
        "all 40 rejected while I was recovering from surgery",
    ],
)
def test_ordinary_words_platforms_sites_months_and_own_ids_are_no_requesters(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert reading.mentions == ()
    assert not reading.reportable


def test_the_title_counts_as_the_authors_words(platforms: Platforms):
    reading = reading_of(
        "No answer to my mails so far.", platforms, title="Oakpine Labs - all 40 rejected", source="reddit:mturk"
    )

    assert reading.reportable
    assert reading.mentions[0].origin is Origin.TITLE


def test_several_requesters_give_several_claims(platforms: Platforms):
    reading = reading_of(
        "Oakpine rejected all 40 of mine. Fernhill rejected one hit, my fault. Quillmark reversed everything.",
        platforms,
    )

    kinds = {claim.mention.text: claim.kind for claim in reading.claims}
    assert kinds == {"Oakpine": Kind.MASS, "Fernhill": Kind.SINGLE, "Quillmark": Kind.REVERSAL}
    assert reading.mentions[0].text == "Oakpine"
    assert len(reading.mentions) == 3
    assert reading.facts == reading.claims[0].facts


def test_an_answer_is_about_the_requester_of_its_thread(platforms: Platforms):
    opener = reading_of("Oakpine rejected all 40 of mine", platforms)

    answer = reading_of("38 of 41 rejected for me", platforms, Parent(reading=opener))

    assert answer.reportable
    assert answer.claims[0].mention.origin is Origin.PARENT
    assert answer.facts.n_rejected == 38


@pytest.mark.parametrize("text", ["same here", "me too, 60", "same, all 20", "ditto"])
def test_assent_under_a_report_is_a_report(text: str, platforms: Platforms):
    opener = reading_of("Oakpine rejected all 40 of mine", platforms)

    assert reading_of(text, platforms, Parent(reading=opener)).kind is Kind.MASS
    assert reading_of("> Oakpine rejected all 40 of mine\n" + text, platforms).kind is Kind.MASS
    assert reading_of(text, platforms).kind is not Kind.MASS


def test_the_number_beside_an_assent_is_its_count(platforms: Platforms):
    opener = reading_of("Oakpine rejected all 40 of mine", platforms)

    assert reading_of("me too. 310", platforms, Parent(reading=opener)).facts.n_rejected == 310
    assert reading_of("same here", platforms, Parent(reading=opener)).facts.n_rejected is None


@pytest.mark.parametrize("text", ["Dispute it the same day.", "I sent the same mail", "is it the same here?"])
def test_the_word_same_is_not_yet_an_assent(text: str, platforms: Platforms):
    opener = reading_of("Oakpine rejected all 40 of mine", platforms)

    assert reading_of(text, platforms, Parent(reading=opener)).kind is not Kind.MASS


def test_assent_under_a_question_is_none(platforms: Platforms):
    opener = reading_of("Is anyone getting rejected by Oakpine?", platforms)

    assert reading_of("same here", platforms, Parent(reading=opener)).kind is not Kind.MASS


@pytest.mark.parametrize(
    "text",
    [
        "no rejections from Oakpine here",
        "all mine were approved by Oakpine",
        "Oakpine never rejects",
        "Oakpine paid fine, no rejections",
    ],
)
def test_who_says_the_opposite_is_a_contrary_voice(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert any(claim.contrary for claim in reading.claims)
    assert reading.kind is Kind.TALK


@pytest.mark.parametrize(
    "text", ["are all yours approved by Oakpine?", "hope all mine approved soon", "Oakpine rejected all 40"]
)
def test_a_question_a_hope_or_a_report_is_no_contrary_voice(text: str, platforms: Platforms):
    assert not any(claim.contrary for claim in reading_of(text, platforms).claims)


@pytest.mark.parametrize(
    ("when", "days", "reportable"),
    [
        ("yesterday", 1, True),
        ("today", 0, True),
        ("3 days ago", 3, True),
        ("three weeks ago", 21, True),
        ("2 months ago", 61, False),
        ("last year", 365, False),
        ("on 11/17", 3, True),
        ("on 2026-09-01", 80, False),
        ("in March", 267, False),
        ("in 2022", 1452, False),
    ],
)
def test_the_time_is_measured_from_the_writing(when: str, days: int, reportable: bool, platforms: Platforms):
    reading = reading_of(f"Oakpine rejected all 40 of my hits {when}", platforms)

    assert reading.kind is Kind.MASS
    assert reading.reportable is reportable
    assert abs(reading.facts.happened_at - (AT - timedelta(days=days))) < timedelta(days=max(2.0, days / 8))


@pytest.mark.parametrize(
    "text",
    [
        "Remember when Oakpine rejected all 40 of my hits?",
        "Back in 2022 Oakpine mass rejected me",
        "Years ago Oakpine rejected all 90 of mine",
    ],
)
def test_an_old_story_is_not_reportable_even_without_a_time_of_writing(text: str, platforms: Platforms):
    assert not reading_of(text, platforms, posted_at=None).reportable


def test_how_long_somebody_has_been_there_makes_no_history(platforms: Platforms):
    assert reading_of("I started 3 years ago. Oakpine rejected all 40 of my hits.", platforms).reportable


def test_the_facts_of_a_reversal(platforms: Platforms):
    facts = reading_of("12 of my 40 came back from Oakpine", platforms).facts

    assert (facts.n_reversed, facts.n_submitted, facts.reversal) == (12, 40, Reversal.PARTLY)


@pytest.mark.parametrize(
    ("text", "reversal"),
    [
        ("Oakpine reversed all my rejections", Reversal.DONE),
        ("Oakpine reversed half of my rejections", Reversal.PARTLY),
        ("Oakpine said they'll reverse the rejections", Reversal.PROMISED),
        ("Oakpine rejected all 40 of mine, I asked them to reverse", Reversal.ASKED),
    ],
)
def test_how_far_a_reversal_is(text: str, reversal: Reversal, platforms: Platforms):
    assert reading_of(text, platforms).facts.reversal is reversal


def test_a_bonus_is_no_reversal(platforms: Platforms):
    reading = reading_of("Oakpine rejected all 40 of mine, then bonused us but left the rejections", platforms)

    assert reading.kind is Kind.MASS
    assert reading.facts.reversal is Reversal.COMPENSATED


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$12 down the drain, Oakpine rejected all of mine", Amount(Decimal(12), "USD")),
        ("lost £13.20, Oakpine rejected all of mine", Amount(Decimal("13.20"), "GBP")),
        ("Oakpine rejected all of mine, that is 40 bucks lost", Amount(Decimal(40), "USD")),
        ("Oakpine rejected all of my $0.50 hits", None),
    ],
)
def test_money_is_a_fact_only_where_it_was_lost(text: str, amount: Amount | None, platforms: Platforms):
    assert reading_of(text, platforms).facts.amount == amount


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("for no reason", Cause.NO_REASON),
        ("all with the same copy paste feedback", Cause.IDENTICAL_FEEDBACK),
        ("they say wrong completion code", Cause.WRONG_CODE),
        ("because of an attention check", Cause.ATTENTION_CHECK),
        ("for low quality", Cause.QUALITY),
        ("by mistake", Cause.TECHNICAL),
        ("my own fault", Cause.OWN_FAULT),
    ],
)
def test_the_cause_is_told(words: str, cause: Cause, platforms: Platforms):
    assert reading_of(f"Oakpine rejected all 40 of my hits, {words}", platforms).facts.cause is cause


def test_hearsay_is_not_first_hand(platforms: Platforms):
    assert reading_of("Apparently Oakpine is mass rejecting people today", platforms).facts.first_hand is False
    assert reading_of("Oakpine rejected all 40 of my hits", platforms).facts.first_hand is True


@pytest.mark.parametrize(
    ("more", "text", "platform"),
    [
        ({"platform": "toloka"}, "Oakpine rejected all 40", "toloka"),
        ({"platform": "nosuch", "source": "reddit:ProlificAc"}, "Oakpine rejected all 40", "prolific"),
        ({}, "Oakpine rejected all 40 of my studies on Prolific", "prolific"),
        ({}, "rejected all 40 https://worker.mturk.com/requesters/A1EXAMPLE2REQ3/projects", "mturk"),
        ({"source": "reddit:ProlificAc"}, "nice weather", "prolific"),
        ({}, "rejected all 40", None),
    ],
)  # fmt: skip
def test_the_platform_is_recognised(more: dict[str, str], text: str, platform: str | None, platforms: Platforms):
    assert reading_of(text, platforms, **more).platform == platform


@pytest.mark.parametrize(
    "text",
    [
        "Did Oakpine just mass reject all 400 of my hits for no reason, avoid?",
        "If Oakpine mass rejected all 400 of my hits for no reason just now I would cry",
    ],
)
def test_however_much_is_said_a_question_or_an_if_is_not_reportable(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert reading.kind is Kind.TALK
    assert not reading.reportable


def test_each_reason_quotes_the_post(platforms: Platforms):
    text = "Oakpine just mass rejected all 40 of my hits, no reason given"

    signals = reading_of(text, platforms).signals

    assert {"mass_words", "all_of_it", "ten_or_more", "just_now", "no_reason"} <= {s.name for s in signals}
    assert all(s.quote in text for s in signals)
    assert all(s.weight == shipped().weight_of(s.name) for s in signals)


def test_every_feature_has_a_weight_for_each_kind():
    assert all(len(row) == len(Kind) for row in shipped().rows.values())


def test_a_doubt_never_makes_a_mass_claim_likelier():
    base = ["start_rejection", "mass_words", "all_of_it", "mine"]
    # "joking", "hedged" and "in_general" weigh next to nothing: who is angry jokes, and says "you" of what befell them.
    # What is said in general is no report all the same (test_plain: what is told in general is no report).
    for doubt in ("negated", "asked", "feared", "hypothetical", "own_fault"):
        assert shipped().probabilities([*base, doubt])[Kind.MASS] < shipped().probabilities(base)[Kind.MASS]


def test_what_is_not_about_work_speaks_for_something_else():
    base, elsewhere = ["start_rejection"], ["start_rejection", "not_about_work"]

    assert shipped().probabilities(elsewhere)[Kind.OTHER] > shipped().probabilities(base)[Kind.OTHER]


def test_the_parents_mention_is_used_only_where_the_post_names_nobody(platforms: Platforms):
    parent = Parent(mentions=(Mention(text="Fernhill"),))

    assert reading_of("Oakpine rejected all 40 of mine", platforms, parent).mentions[0].text == "Oakpine"
    assert reading_of("rejected all 40 of mine", platforms, parent).mentions[0].text == "Fernhill"


def test_share_follows_from_the_numbers(platforms: Platforms):
    assert reading_of("Oakpine rejected 30 of my 40 hits", platforms).facts.share is Share.MOST
    assert reading_of("Oakpine rejected 12 of my 400 hits", platforms).facts.share is Share.SOME
    assert reading_of("Oakpine rejected 40 of my 40 hits", platforms).facts.share is Share.ALL
