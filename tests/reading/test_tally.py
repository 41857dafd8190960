"""How many were rejected, of how many, and how much that is: from the sentences of a claim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Facts, Origin, Share
from bot.reading.clauses import sentences
from bot.reading.facts import facts_of
from bot.reading.signals import atoms

ALL, MOST, SOME = Share.ALL, Share.MOST, Share.SOME


def facts(text: str) -> Facts:
    around = sentences(text, Origin.TEXT)
    return facts_of([atom for sentence in around for atom in atoms(sentence)], around, None, None)


@pytest.mark.parametrize(
    ("text", "n", "of"),
    [
        # stated
        ("Oakpine rejected 44 of mine", 44, None),
        ("all 300 of mine rejected by Oakpine", 300, 300),
        ("every one of my forty came back rejected", 40, 40),
        ("Oakpine: 17 refused, no reason", 17, None),
        ("stopped counting at 60 rejections", 60, None),
        ("a couple hundred of mine got rejected", 200, None),
        ("rejected two hundred and twelve of my tasks", 212, None),
        ("roughly 1 204 tasks rejected", 1204, None),
        ("me rechazaron 61.480 tareas", 61480, None),
        ("5 farrowick headlines rejected", 5, None),
        ("another 30-odd rejected overnight", 30, None),
        ("my history says rejected 12 times today", 12, None),
        # of a whole
        ("27 of 30 rejected", 27, 30),
        ("they has reject 90 from 96 task", 90, 96),
        ("58 of my 61 gone", 58, 61),
        ("3 rejections from Oakpine Survey Group out of about 90", 3, 90),
        ("1 refused from Oakpine here out of 200", 1, 200),
        ("of my 600, 250 came back rejected", 250, 600),
        ("57 for me, out of 57. All turned down", 57, 57),
        # following
        ("did 90 for Oakpine, 8 approved", 82, 90),
        ("70 in, 66 of them thrown out", 66, None),
        ("Of 45 sent, Oakpine accepted 3. The rest says rejected", 42, 45),
        ("0 of 45 approved", 45, 45),
        ("1,499 of 1,500 accepted", 1, 1500),
        ("Oakpine rejected 40% of my 50", 20, 50),
        ("We had 120 submissions on Tuesday and we rejected half", 60, 120),
        ("did 800, four out of five got rejected", 640, 800),
        ("did sixty, all but two rejected", 58, 60),
        ("Five sets of twenty, every set refused", 100, None),
        ("It was 133 suites. Three were taken, the rest rejected", 130, None),
        ("all of my 40 except three rejected", 37, 40),
        ("95 percent of 400 rejected", 380, 400),
        ("three quarters of my 80 rejected", 60, 80),
        ("50 mein se 48 reject", 48, 50),
        ("de 50 me aceptaron 2", 48, 50),
        ("3 out of my last 4 by Oakpine rejected", 3, 4),
        ("I sent 140, they kept 12", 128, 140),
        ("from 250 tasks only 15 accepted", 235, 250),
        ("rejected 9/10", 9, 10),
        ("did 340 of them, the whole lot rejected. Half an hour of my life each", 340, None),
        ("did a little over 60 and one of them shows as rejected", 1, None),
        ("did five dozen, all of them rejected", 60, None),
        # of the nearest whole, whatever else is counted
        ("They had 50 clips and I did the lot. Forty percent of mine are rejected. Before that 611 studies", 20, None),
        ("I handed in 34 of them. 5 are approved, the others rejected. 2,870 approvals before", 29, None),
        ("2,304 decided, 1,795 approved, the rest rejected in one quarter of an hour", 509, None),
        ("Two thirds of my 90 rejected. The other 7 of us had theirs paid", 60, 90),
        ("3/4 of my 200 rejected. I had 11 of 12 checks correct", 150, 200),
        ("212 of them are rejected. Four of the six reviews were mine. I did 9,800 so far", 212, None),
        ("18 rejected on Friday, 24 more on Saturday", 42, None),
        # tables
        ("0 approved 41 rejected", 41, None),
        ("accepted 0 / rejected 85", 85, None),
        ("approved 0, rejected 41, pending 7", 41, None),
        ("55 pictures checked: accepted 3. Not accepted 52.", 52, 55),
        ("898 ok, 2 no", 2, None),
        # without the word
        ("64 of 64 in the bin", 64, 64),
        ("133 here. Every last one turned down", 133, None),
        ("20 reds from Oakpine", 20, None),
        # other tongues
        ("me rechazaron cuarenta tareas", 40, None),
        ("recusaram 48 de 50", 48, 50),
        ("pachas task reject ho gaye", 50, None),
        # several numbers: the largest number of rejections, and no other
        ("41 tasks, 41 rejected. 11 kilometres on foot, appeal sent at 12:15, 14 days to answer", 41, None),
        ("120 rejections, went from 99 to 97", 120, None),
        ("212 rejections. I've been here since 2013 and had 17 rejections out of about 41k", 212, None),
        ("Oakpine rejected 22 and I'm 19 so this hurts", 22, None),
    ],
)
def test_the_count_is_what_the_post_states_or_what_follows(text: str, n: int, of: int | None):
    read = facts(text)

    assert read.n_rejected == n
    if of is not None:
        assert read.n_submitted == of


@pytest.mark.parametrize(
    "text",
    [
        "Oakpine rejected everything, 1,900 approved before that",
        "Oakpine threw out all my work after 2,300 approved elsewhere",
        "all of it rejected at 5:15 on 11/17",
        "my rate went from 99 to 92, all Oakpine",
        "everything rejected after 6 days, 3 emails, 2 tickets",
        "everything of batch 7 rejected",
        "all rejected, pays $12 for 40 minutes",
        "all rejected, I'm 43 and never saw this",
        "both of us lost the lot, red crosses everywhere",
        "they rejected everything, 0,30 € each",
        "they rejected everything of number seven",
        "all of it rejected, I read the page 12 times",
        "97 on the board this morning because yesterday Oakpine binned all of it",
        "a 20-part study, everything rejected",
        "all of it turned down past 6",
        "all my work rejected, from 96 to 41 it went",
        "all my work rejected for the 2nd time",
        "everything rejected by jj-22",
        "they all got rejected, Tres Hermanas never answers",
        "Oakpine rejected all the sessions of wave 3",
        "needs 98% approval and then rejects everything of mine",
        "all my work rejected by Studio 54, again",
        "everything in the bin, score 4/5 on the survey",
        "all of it rejected on 14 and 15 November",
        "everything rejected between 8 and 8:05",
        "all rejected, the margin was 2 px",
    ],
)
def test_other_numbers_beside_a_claim_are_no_count(text: str):
    assert facts(text).n_rejected is None


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("rejected every last one", ALL),
        ("they failed the lot", ALL),
        ("not one survived, all rejected", ALL),
        ("nothing accepted by Oakpine", ALL),
        ("they accepted nothing", ALL),
        ("red from top to bottom", ALL),
        ("Oakpine rejected my entire saturday", ALL),
        ("100% of mine rejected", ALL),
        ("15 done, 15 rejected", ALL),
        ("0 approved, 41 rejected", ALL),
        ("all but two of mine rejected", MOST),
        ("almost everything came back rejected", MOST),
        ("nearly my whole list turned down", MOST),
        ("the majority got rejected", MOST),
        ("everything but one rejected", MOST),
        ("all except three rejected", MOST),
        ("practically all of it was thrown out", MOST),
        ("Oakpine took everything I did and rejected it", ALL),
        ("approved 1, rejected 15", MOST),
        ("27 of 30 rejected", MOST),
        ("rejected half of mine", SOME),
        ("a few of mine were rejected", SOME),
        ("Oakpine rejected 40% of my 50", SOME),
        ("rechazaron todo", ALL),
        ("recusaram quase tudo", MOST),
        ("sab reject kar diya", ALL),
    ],
)
def test_the_share_is_in_the_words_or_in_the_numbers(text: str, share: Share):
    assert facts(text).share is share


@pytest.mark.parametrize(
    "text",
    [
        "Oakpine rejected 300ish",
        "one rejection, everything else was paid",
        "Oakpine rejected my whole study",
        "everything of the rest was approved, 30 rejected",
        "18 rejections in one go",
        "20 rejected every day",
        "thanks all, 20 rejections here",
    ],
)
def test_where_nothing_says_how_much_of_it_there_is_no_share(text: str):
    assert facts(text).share is None


@given(st.integers(2, 900), st.integers(2, 900))
def test_a_part_is_all_of_it_only_if_it_is_the_whole(a: int, b: int):
    part, whole = min(a, b), max(a, b)

    read = facts(f"{part} of my {whole} hits were rejected")

    assert (read.n_rejected, read.n_submitted) == (part, whole)
    assert (read.share is ALL) == (part == whole)


@given(st.lists(st.integers(2, 9000), min_size=1, max_size=4))
def test_the_largest_of_several_stated_numbers_is_the_count(numbers: list[int]):
    text = ". ".join(f"{n:,} hits were rejected" for n in numbers)

    assert facts(text).n_rejected == max(numbers)
