"""What tells a worker's whole record is not what just happened; what a kind of post leaves of the facts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Facts, Kind, Origin, Reversal, Share
from bot.reading.claims import Told, _fitting
from bot.reading.clauses import sentences
from bot.reading.facts import facts_of
from bot.reading.facts.records import without_records
from bot.reading.facts.reversals import told_with
from bot.reading.signals import atoms


def facts(text: str) -> Facts:
    around = sentences(text, Origin.TEXT)
    return facts_of([atom for sentence in around for atom in atoms(sentence)], around, None, None)


def kept(text: str) -> str:
    return " ".join(each.text[each.words[0].start : each.words[-1].end] for each in without_records(
        sentences(text, Origin.TEXT)))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Oakpine rejected me today. That makes 7 rejections total.", 1),
        ("Got rejected by Oakpine. Total now 4 in 2,700.", 1),
        ("14 rejections this morning. Until now I had 22 rejections.", 14),
        ("Oakpine rejected all 12. Before this I'd had 30 rejections.", 12),
        ("Rejected by Oakpine. I have 2,260 approved and 5 rejected.", 1),
        ("All 230 denied. I've had 1,450 approvals and two rejections.", 230),
    ],
)
def test_a_record_told_beside_the_claim_is_not_its_count(text: str, count: int):
    assert facts(text).n_rejected == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("212 approved and 1 rejected by Oakpine", 1),
        ("I did 800 for Oakpine and four out of five got rejected", 640),
        ("7 rejections total from Oakpine", 7),
        ("4,100 approved and 2 rejected by Oakpine", 2),
    ],
)
def test_a_record_that_stands_alone_is_the_claim(text: str, count: int):
    assert facts(text).n_rejected == count


def test_only_what_tells_a_record_goes():
    assert kept("Oakpine rejected 12. That makes 20 rejections total. It hurts.") == "Oakpine rejected 12 It hurts"
    assert kept("rejected all 7 in total. They said so.") == "rejected all 7 in total They said so"


def told(text: str) -> Told:
    around = sentences(text, Origin.TEXT)
    found = [atom for sentence in around for atom in atoms(sentence)]
    return Told(claim=None, atom=found[0], names=dict.fromkeys(found[0].names, ""), when=None)  # type: ignore[arg-type]


CERTAIN = dict.fromkeys(Kind, 0.0)
STATED = Facts(n_rejected=4, share=Share.ALL)


@pytest.mark.parametrize(
    ("kind", "given", "left"),
    [
        (Kind.SINGLE, Facts(), Facts(n_rejected=1)),
        (Kind.SINGLE, Facts(share=Share.SOME), Facts(n_rejected=1)),
        (Kind.SINGLE, Facts(n_rejected=2, n_submitted=900, share=Share.SOME), Facts(n_rejected=2)),
        (Kind.REVERSAL, Facts(n_rejected=40, share=Share.SOME), Facts(n_rejected=40)),
        (Kind.MASS, Facts(), Facts(share=Share.ALL)),
        (Kind.MASS, Facts(n_rejected=1), Facts(share=Share.ALL)),
        (Kind.MASS, Facts(n_rejected=60), Facts(n_rejected=60)),
        (Kind.REVERSAL, Facts(), Facts()),
        (Kind.SINGLE, replace(STATED, reversal=Reversal.ASKED), Facts(n_rejected=4)),
        (Kind.SINGLE, Facts(n_rejected=4_212, share=Share.ALL), Facts(n_rejected=1)),  # a lifetime's work
    ],
)
def test_a_kind_says_what_goes_without_saying(kind: Kind, given: Facts, left: Facts):
    assert _fitting(given, kind, told("Oakpine rejected 12"), CERTAIN | {kind: 1.0}) == left


def test_a_whole_that_stands_beside_its_part_stays_with_a_few():
    said = Facts(n_rejected=2, n_submitted=30, share=Share.SOME)

    left = _fitting(said, Kind.SINGLE, replace(told("2 rejected"), together=frozenset((30,))), CERTAIN)

    assert left == said


@pytest.mark.parametrize(
    ("text", "talk", "stays"),
    [
        ("Oakpine rejected 12", 0.6, True),
        ("Oakpine rejected 12", 0.8, False),
        ("what if Oakpine rejected 12", 0.6, False),
        ("did Oakpine reject 12?", 0.6, False),
    ],
)
def test_what_is_said_as_a_claim_and_may_well_be_one_keeps_its_numbers(text: str, talk: float, *, stays: bool):
    chances = CERTAIN | {Kind.TALK: talk, Kind.MASS: 1 - talk}

    assert _fitting(STATED, Kind.TALK, told(text), chances) == (STATED if stays else Facts())


@pytest.mark.parametrize(
    ("reversal", "kind", "left"),
    [
        (Reversal.ASKED, Kind.SINGLE, None),
        (Reversal.ASKED, Kind.MASS, Reversal.ASKED),
        (Reversal.ASKED, Kind.TALK, Reversal.ASKED),
        (Reversal.ASKED, Kind.REVERSAL, Reversal.ASKED),
        (Reversal.COMPENSATED, Kind.OTHER, None),
        (Reversal.COMPENSATED, Kind.MASS, Reversal.COMPENSATED),
        (Reversal.DONE, Kind.MASS, Reversal.DONE),
        (None, Kind.REVERSAL, None),
    ],
)
def test_a_reversal_is_told_by_those_who_come_to_tell_it(reversal: Reversal | None, kind: Kind, left: Reversal | None):
    assert told_with(reversal, kind) is left
