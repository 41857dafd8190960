"""What a plain sentence says: whom it means among several, what it takes back or foretells, what answers add to it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.model import Cause, Kind, Post, Reading, Reversal, Share
from bot.platforms import Platforms
from bot.reading import Parent, read

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def reading_of(text: str, platforms: Platforms, above: str | None = None) -> Reading:
    parent = None
    if above is not None:
        first = Post(source="discord:1", key="0", text=above, posted_at=AT)
        parent = Parent.of(first, read(first, platforms))
    return read(Post(source="discord:1", key="1", text=text, posted_at=AT), platforms, parent)


@pytest.mark.parametrize(
    "text",
    [
        "Fernhill Data, unlike Oakpine Lab, rejected all 22 of mine.",
        "It was Fernhill Data, not Oakpine Lab, that rejected all 22 of mine.",
        "Fernhill Data, the ones Oakpine Lab recommended, rejected all 22 of mine.",
        "Fernhill Data, not to be mixed up with Oakpine Lab, rejected all 22 of mine.",
        "Oakpine Lab is great, nothing compared to Fernhill Data who just rejected all 22 of mine.",
        "Compared to Oakpine Lab, Fernhill Data is awful. They rejected all 22 of mine.",
        "Not Oakpine Lab, it was Fernhill Data. They rejected all 22 of mine.",
        "Sorry, I wrote Oakpine Lab but I meant Fernhill Data. They rejected all 22 of mine.",
        "Oakpine Lab recommended Fernhill Data, which then rejected all 22 of mine.",
        "Oakpine Lab never rejected me, Fernhill Data rejected all 22 of mine.",
        "Did 30 for Oakpine Lab, approved in an hour. Did 22 for Fernhill Data, all rejected.",
        "Oakpine Lab rejected one of my tasks and Fernhill Data rejected 22.",
    ],
)
def test_who_is_only_compared_or_confused_with_is_not_accused(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert (reading.kind, reading.mentions[0].text) == (Kind.MASS, "Fernhill Data")
    assert reading.facts.n_rejected == 22


@pytest.mark.parametrize(
    "text",
    [
        "thought Fernhill Data rejected all 44, turns out i was looking at the wrong day",
        "almost had all 44 rejected by Fernhill Data, they caught the bug in time",
        "That screenshot of 300 rejections from Fernhill Data is photoshopped, same ids twice",
        "he claims Fernhill Data rejected all of his 500. dont believe it",
        "10 dollars says Fernhill Data rejects the whole lot by friday",
        "calling it now: Fernhill Data mass rejects by monday",
        "had Fernhill Data rejected all 90 i would have been at 93 percent, phew",
        "id rather return than let Fernhill Data reject 20 in one go",
        "Did 80 for Fernhill Data so far and not a single one rejected.",
        "Fernhill Data: 0 of 140 rejected",
        "Fernhill Data approved my 12 rejected hits",
        "I sent back 18 of my 20 hits for Fernhill Data because they paid too little",
    ],
)
def test_what_is_taken_back_foretold_or_put_right_accuses_nobody(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert not reading.reportable


@pytest.mark.parametrize(
    "text",
    [
        "Today Fernhill Data rejected 12 of mine, which is nonsense",
        "Is there any point writing to Fernhill Data after they rejected my entire batch of 85?",
        "can someone tell me why Fernhill Data rejected all 33 of mine",
        "Fernhill Data has rejected each of the 25 i handed in",
        "every single Fernhill Data one flipped to Rejected while i was asleep",
        "A requester called Fernhill Data rejected all 28 of my HITs",
        "never had a single rejection until Fernhill Data handed me 74 in one night",
        "almost had a heart attack when Fernhill Data rejected all 40 of mine",
        "I was at 99.8 before they rejected my whole batch, Fernhill Data that is",
        "This never happened to me before, Fernhill Data rejected all 40 of mine",
    ],
)
def test_what_a_sentence_takes_for_granted_is_told(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert (reading.kind, reading.mentions[0].text) == (Kind.MASS, "Fernhill Data")


REPORT, QUESTION = "Fernhill Data rejected all 60 of mine", "Anyone had trouble with Fernhill Data rejecting people?"


@pytest.mark.parametrize(
    ("above", "text", "kind", "n"),
    [
        (REPORT, "same here", Kind.MASS, None),
        (REPORT, "yep, all 22 for me", Kind.MASS, 22),
        (REPORT, "All 22 of mine too", Kind.MASS, 22),
        (REPORT, "just 1 for me so far", Kind.SINGLE, 1),
        (REPORT, "that sucks, sorry", Kind.TALK, None),
        (QUESTION, "all 26 of mine", Kind.MASS, 26),
        (QUESTION, "they rejected all 20 of mine", Kind.MASS, 20),
    ],
)
def test_a_short_answer_says_how_much_of_what_stands_above(
    above: str, text: str, kind: Kind, n: int | None, platforms: Platforms
):
    reading = reading_of(text, platforms, above)

    assert (reading.kind, reading.facts.n_rejected) == (kind, n)
    assert [mention.text for mention in reading.mentions] == ["Fernhill Data"]


def test_all_well_under_a_question_is_no_report(platforms: Platforms):
    reading = reading_of("nope, mine all went through", platforms, QUESTION)

    assert (reading.kind, reading.reportable) == (Kind.TALK, False)
    assert reading.claims[0].contrary


def test_who_asks_others_and_goes_on_with_their_own_tells_a_fact(platforms: Platforms):
    asked = reading_of("Anyone else get all of theirs rejected by Fernhill Data?", platforms)
    told = reading_of("Anyone else get all of theirs rejected by Fernhill Data? 35 here", platforms)

    assert asked.kind is Kind.TALK
    assert (told.kind, told.facts.n_rejected) == (Kind.MASS, 35)


def test_a_rate_is_no_number_of_rejections(platforms: Platforms):
    reading = reading_of("My approval was 99.8 and is now 97 because Fernhill Data rejected 75 hits.", platforms)

    assert reading.facts.n_rejected == 75


def test_a_reversal_of_all_is_of_all(platforms: Platforms):
    reading = reading_of("Fernhill Data reversed all 40 rejections", platforms)

    assert (reading.kind, reading.facts.n_rejected, reading.facts.share) == (Kind.REVERSAL, 40, Share.ALL)


def test_who_rejected_by_accident_takes_no_blame_for_the_workers(platforms: Platforms):
    reading = reading_of(
        "We accidentally rejected 1,200 assignments at Fernhill Data because of a script bug", platforms
    )

    assert reading.facts.cause is Cause.TECHNICAL


def test_a_reversal_of_some_counts_them_and_the_whole(platforms: Platforms):
    reading = reading_of("Fernhill Data reversed 12 of my 40 rejections", platforms)

    assert (reading.kind, reading.facts.n_rejected, reading.facts.n_reversed) == (Kind.REVERSAL, 40, 12)


@pytest.mark.parametrize(
    "text", ["11 of my 12 from Fernhill Data are still pending.", "I returned 90 of my 100 HITs from Fernhill Data."]
)
def test_what_is_pending_or_given_back_counts_no_rejections(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert reading.kind is not Kind.MASS
    assert reading.facts.n_rejected is None


@pytest.mark.parametrize(
    "text",
    [
        "hurray, Fernhill Data changed my 20 rejections to accepted",
        "Fernhill Data took all 20 rejections back",
        "My 20 rejections from Fernhill Data have been lifted",
        "Fernhill Data withdrew every rejection, all 20 of mine",
        "Every one of the 20 that Fernhill Data had rejected now says Approved.",
        "the requester Fernhill Data wrote to me, he has accepted all the 20 tasks he rejected",
        "Fernhill Data had refused 20 of us yesterday. They fixed it and approved everything.",
    ],
)
def test_what_was_rejected_is_told_to_be_undone_in_many_words(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert (reading.kind, reading.facts.reversal, reading.reportable) == (Kind.REVERSAL, Reversal.DONE, False)


@pytest.mark.parametrize(
    "text",
    [
        "Fernhill Data dropped 20 rejections on me this morning",
        "My 20 rejections from Fernhill Data have not been lifted yet",
        "Fernhill Data got back to me about my 20 rejections, the decision stands",
        "Two of us asked Fernhill Data to take the 20 rejections back and neither got a reply.",
        "I asked Fernhill Data to overturn the 20 rejections. Their answer: the decision is final.",
        "Fernhill Data rejected 20 of mine. Before that they always approved everything.",
        "20 of my 23 recordings for Fernhill Data came back as 'file empty'",
        "Fernhill Data rejected 20 of mine today. Oakpine approved mine within the hour.",
        "Fernhill Data rejected 20 of mine today. Yesterday they approved all of them.",
        "I got 20 rejections back from Fernhill Data this morning",
    ],
)
def test_what_only_sounds_undone_is_reported(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert reading.reportable
    assert reading.facts.n_rejected == 20


@pytest.mark.parametrize(
    "text",
    [
        "Well, Fernhill Data didn't accept my submission. First red mark in 1,900.",
        "A single refusal from Fernhill Data in 700 jobs, and it had to be the dear one.",
        "I got 2 rejections in my first 50, both from Fernhill Data",
    ],
)
def test_one_or_two_among_many_are_not_many(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert (reading.kind, reading.reportable) == (Kind.SINGLE, False)


def test_a_requester_called_by_name_is_no_requester_in_general(platforms: Platforms):
    reading = reading_of(
        "First week here. A requester named Sorrel & Co rejected 22 of the 24 tasks that I did.", platforms
    )

    assert (reading.reportable, reading.mentions[0].text) == (True, "Sorrel & Co")


def test_what_is_told_in_general_is_no_report(platforms: Platforms):
    reading = reading_of("At Fernhill Data you usually get all 40 rejected, it says so in their terms.", platforms)

    assert not reading.reportable


@pytest.mark.parametrize(
    "text",
    [
        "In the last week of September Fernhill Data rejected all 44 of my HITs.",
        "July of last year. Woke up and Fernhill Data had dumped my entire batch, all 44.",
        "Fernhill Data got me the year before, they rejected all 44.",
    ],
)
def test_what_happened_in_another_season_is_history(text: str, platforms: Platforms):
    reading = reading_of(text, platforms)

    assert (reading.kind, reading.reportable, reading.mentions[0].text) == (Kind.MASS, False, "Fernhill Data")


def test_what_stays_rejected_beside_what_came_back_is_no_claim_of_its_own(platforms: Platforms):
    reading = reading_of(
        "Fernhill Data: 25 of the 40 rejected are now accepted, the other 15 stay rejected.", platforms
    )

    assert (reading.kind, reading.reportable) == (Kind.REVERSAL, False)


def test_an_answer_under_a_question_about_work_is_of_whom_was_asked(platforms: Platforms):
    answer = reading_of(
        "yes, they tossed all 60 of mine", platforms, "anybody else done the receipts thing for Deepwell?"
    )

    assert (answer.reportable, answer.mentions[0].text) == (True, "Deepwell")


@pytest.mark.parametrize(
    "text", ["who rejected 40 of your hits?", "they rejected all 40 of yours?", "Who rejected all 40?"]
)
def test_a_question_about_somebody_else_s_rejections_is_no_report(text: str, platforms: Platforms):
    assert not reading_of(text, platforms, "Fernhill Data rejected me").reportable


def test_an_answer_of_only_a_number_counts_for_who_was_asked(platforms: Platforms):
    answer = reading_of("61 for me", platforms, "did Fernhill Data reject anyone else this morning?")

    assert (answer.reportable, answer.facts.n_rejected, answer.mentions[0].text) == (True, 61, "Fernhill Data")
