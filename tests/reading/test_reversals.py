"""Whether rejections came back: done, partly, promised, asked for; and why they were made."""

from __future__ import annotations

import pytest

from bot.model import Cause, Facts, Kind, Origin, Post, Reversal
from bot.platforms import load
from bot.reading import read
from bot.reading.clauses import sentences
from bot.reading.facts import facts_of
from bot.reading.score import Model
from bot.reading.signals import atoms

DONE, PARTLY, PROMISED, ASKED = Reversal.DONE, Reversal.PARTLY, Reversal.PROMISED, Reversal.ASKED


def facts(text: str) -> Facts:
    around = sentences(text, Origin.TEXT)
    return facts_of([atom for sentence in around for atom in atoms(sentence)], around, None, None)


@pytest.mark.parametrize(
    ("text", "reversal"),
    [
        ("Oakpine reversed all of mine", DONE),
        ("overturned!", DONE),
        ("all 60 have been set to approved this morning", DONE),
        ("mine are green again", DONE),
        ("Oakpine accepted them all now", DONE),
        ("my status went from red to paid", DONE),
        ("rejected, then Oakpine turned my 41 around", DONE),
        ("they put them all back", DONE),
        ("Oakpine made it good, the rejections are gone", DONE),
        ("they accepted 31 of mine after appeal", DONE),
        ("appeal accepted, all six", DONE),
        ("by evening Oakpine had overturned the lot", DONE),
        ("me las han dado por buenas", DONE),
        ("22 of my 60 came back overnight", PARTLY),
        ("I had 80 rejections. 31 of those have been overturned", PARTLY),
        ("they reversed about half of mine", PARTLY),
        ("Oakpine overturned mine. The rest is still red", PARTLY),
        ("they will reverse it by Friday", PROMISED),
        ("Oakpine says all rejections will be overturned", PROMISED),
        ("they're undoing theirs this week", PROMISED),
        ("everybody is going to be reinstated", PROMISED),
        ("asked them to reverse it", ASKED),
        ("anyone get these overturned?", ASKED),
        ("hoping they reverse mine", ASKED),
        ("has anybody had theirs reversed?", ASKED),
        ("Oakpine bonused everybody but the rejections stay", Reversal.COMPENSATED),
        ("Oakpine compensated us for the rejected work", Reversal.COMPENSATED),
        ("got a bonus to make up for the rejections, they are still there", Reversal.COMPENSATED),
        ("Oakpine overturned all of mine and sent a bonus on top", DONE),
    ],
)
def test_how_far_a_reversal_has_come_is_read_from_what_is_said_of_it(text: str, reversal: Reversal):
    assert facts(text).reversal is reversal


@pytest.mark.parametrize(
    "text",
    [
        "Oakpine rejected all 40 of mine",
        "they won't reverse it",
        "nothing was overturned",
        "8 approved, the others rejected",
        "they never reversed mine",
        "anybody get a bonus for the rejected work?",
        "they won't pay a bonus for the rejections",
        "Oakpine promised all of us a bonus but the rejections stay",
        "we'd rather have a bonus than rejections",
    ],
)
def test_what_did_not_come_back_is_no_reversal(text: str):
    assert facts(text).reversal is None


@pytest.mark.parametrize(
    ("text", "n", "back"),
    [
        ("12 of my 40 came back", 40, 12),
        ("my 52 from Oakpine, 9 came back", 52, 9),
        ("All 60 overturned", 60, 60),
        ("Oakpine overturned 30 from my 83", 83, 30),
        ("of my 2,000 from Oakpine about 1,250 have flipped to approved", 2000, 1250),
    ],
)
def test_what_came_back_had_been_rejected(text: str, n: int, back: int):
    read = facts(text)

    assert (read.n_rejected, read.n_reversed) == (n, back)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("rejected for a failed attention check", Cause.ATTENTION_CHECK),
        ("rejected, I failed the attention check, my fault", Cause.ATTENTION_CHECK),
        ("all rejected for a wrong code", Cause.WRONG_CODE),
        ("all rejected over the completion code", Cause.WRONG_CODE),
        ("rejected and rightly so, I was careless", Cause.OWN_FAULT),
        ("rejected all my work for no reason", Cause.NO_REASON),
        ("all rejected, reason left blank", Cause.NO_REASON),
        ("all rejected, same message on all of them", Cause.IDENTICAL_FEEDBACK),
        ("rejected after the survey crashed", Cause.TECHNICAL),
        ("they uploaded the wrong csv and rejected us", Cause.TECHNICAL),
        ("rejected for low quality", Cause.QUALITY),
        ('all rejected with the remark "not round at the edges"', Cause.QUALITY),
        ('all rejected, feedback: "x"', Cause.NO_REASON),
        ("rechazado sin motivo", Cause.NO_REASON),
        ("rejeitado por baixa qualidade", Cause.QUALITY),
    ],
)
def test_the_cause_is_what_the_post_names_the_most_particular_first(text: str, cause: Cause):
    assert facts(text).cause is cause


def test_a_cause_far_from_what_tells_of_the_rejection_is_of_something_else():
    beside = "Oakpine rejected all my work. I like rain. I like tea. I like bread. My phone is old. The survey crashed."

    assert facts(beside).cause is None
    assert facts("I like rain. I like tea. I like bread. The survey crashed. Oakpine rejected it.").cause


@pytest.mark.parametrize("text", ['they call it "fair"', '"Oakpine" rejected all of mine', "rejected all of mine"])
def test_a_quotation_that_is_no_reason_is_no_cause(text: str):
    assert facts(text).cause is None


def test_how_far_a_reversal_has_come_is_what_its_features_weigh_together():
    stages = {"always": (0.5, 0.0, 0.0, 0.0), "stage_promised": (0.0, 0.0, 1.0, 0.0), "~some": (0.0, 2.0, 0.0, 0.0)}
    model = Model({}, stages=stages)

    assert model.stage([]) is Reversal.DONE
    assert model.stage(["stage_promised", "~unknown"]) is Reversal.PROMISED
    assert model.stage(["stage_promised", "~some"]) is Reversal.PARTLY
    assert Model({}).stage(["stage_promised"]) is None


def test_what_is_read_as_a_reversal_has_the_stage_that_was_learnt_and_nothing_else_has():
    post = Post(source="forum:x", key="1", text="Oakpine wrote about the rejections: they need till Tuesday")
    stages = {"always": (0.0, 0.0, 1.0, 0.0)}

    reversal = read(post, load(), None, Model({"always": (0.0, 0.0, 5.0, 0.0, 0.0)}, stages=stages))
    mass = read(post, load(), None, Model({"always": (5.0, 0.0, 0.0, 0.0, 0.0)}, stages=stages))

    assert (reversal.kind, reversal.facts.reversal) == (Kind.REVERSAL, Reversal.PROMISED)
    assert (mass.kind, mass.facts.reversal) == (Kind.MASS, None)
