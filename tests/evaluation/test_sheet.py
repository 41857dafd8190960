"""What is counted as what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from making_examples import example, reading

from bot.evaluation.figures import Estimate, Ratio
from bot.evaluation.sheet import measure, passed, quiet
from bot.model import Claim, Kind, Mention, Post, Reading, Reversal, Share

MASS, SINGLE, TALK, OTHER = Kind.MASS, Kind.SINGLE, Kind.TALK, Kind.OTHER


def figure(name: str, *pairs: tuple[Any, Reading]) -> Any:
    return measure([one for one, _ in pairs], [other for _, other in pairs]).figures[name]


def test_mass_is_counted_among_those_called_so_and_those_that_are() -> None:
    pairs = (
        (example("a", MASS), reading(MASS)),
        (example("b", MASS), reading(TALK)),
        (example("c", TALK), reading(MASS)),
        (example("d", OTHER), reading(OTHER)),
    )

    assert figure("precision of mass", *pairs) == Ratio(1, 2)
    assert figure("recall of mass", *pairs) == Ratio(1, 2)
    assert figure("F1 of mass", *pairs).value == 0.5
    assert figure("kind right", *pairs) == Ratio(2, 4)


def test_the_area_goes_by_probability() -> None:
    pairs = ((example("a", MASS), reading(MASS, 0.9)), (example("b", TALK), reading(MASS, 0.6)))

    assert figure("AUPRC of mass", *pairs).value == 1.0


def test_what_is_reported_of_talk_and_other_is_counted_by_itself() -> None:
    pairs = (
        (example("a", TALK), reading(MASS, reportable=True)),
        (example("b", OTHER), reading(OTHER)),
        (example("c", SINGLE), reading(MASS, reportable=True)),
    )

    assert figure("reportable on talk + other", *pairs) == Ratio(1, 2)


def test_reportable_is_measured_where_it_was_judged() -> None:
    pairs = (
        (example("a", MASS, reportable=True), reading(MASS, reportable=True)),
        (example("b", MASS, reportable=True), reading(MASS)),
        (example("c", MASS, reportable=False), reading(MASS, reportable=True)),
        (example("d", MASS), reading(MASS, reportable=True)),
    )

    assert figure("precision of reportable", *pairs) == Ratio(1, 2)
    assert figure("recall of reportable", *pairs) == Ratio(1, 2)


@pytest.mark.parametrize(
    ("expected", "who", "found"),
    [
        (("Larkspur Panels",), ("Larkspur Panels",), 1),
        (("Larkspur Panels",), ("larkspur  panels",), 1),
        (("Larkspur Panels",), ("Larkspur",), 0),
        (("Larkspur Panels",), (), 0),
        (("Larkspur", "Quince"), ("Quince",), 1),
        (("Larkspur",), ("Quince", "Larkspur"), 0),
    ],
)
def test_a_requester_is_found_if_named_first_and_whole(expected, who, found: int) -> None:
    pair = (example("a", MASS, requesters=expected), reading(MASS, who=who))

    assert figure("requester found", pair) == Ratio(found, 1)
    assert figure("requester found on mass", pair) == Ratio(found, 1)


def test_a_requester_named_later_is_at_least_among_all() -> None:
    pair = (example("a", requesters=("Larkspur",)), reading(who=("Quince", "Larkspur")))

    assert figure("requester among all named", pair) == Ratio(1, 1)


def test_an_id_is_as_good_as_a_name() -> None:
    mention = Mention(text="Larkspur P.", account_key="A1EXAMPLE2REQ3")
    shown = Reading(kind=TALK, probability=reading(TALK).probability, reportable=False, facts=reading().facts,
                    mentions=(mention,))  # fmt: skip

    assert figure("requester found", (example("a", account_keys=("A1EXAMPLE2REQ3",)), shown)) == Ratio(1, 1)
    assert figure("requester found", (example("a", account_keys=("A2EXAMPLE2REQ3",)), shown)) == Ratio(0, 1)


def test_a_requester_where_none_is_named_is_invented() -> None:
    mentioned = Reading(kind=OTHER, probability=reading().probability, reportable=False, facts=reading().facts,
                        mentions=(Mention(text="Tuesday"),))  # fmt: skip
    pairs = (
        (example("a"), reading(who=("Tuesday",))),
        (example("b"), mentioned),
        (example("c"), reading()),
        (example("d", requesters=("Quince",)), reading(who=("Quince",))),
    )

    nobody = Claim(mention=None, kind=SINGLE, probability=reading(SINGLE).probability, facts=reading().facts)
    pairs += ((example("e"), replace(reading(SINGLE), claims=(nobody,))),)

    assert figure("requester invented", *pairs) == Ratio(2, 4)
    assert figure("requester invented in a claim", *pairs) == Ratio(1, 4)


def test_facts_are_right_missed_or_invented() -> None:
    given = {"n_rejected": 40, "share": "all", "reversal": None}
    none = {"n_rejected": None, "share": None, "reversal": "done"}
    pairs = (
        (example("a", facts=given), reading(n_rejected=40, share=Share.MOST)),
        (example("b", facts=none), reading(n_rejected=3, reversal=Reversal.DONE)),
        (example("c", facts={}), reading(n_rejected=9, share=Share.ALL)),
    )

    assert figure("count right where given", *pairs) == Ratio(1, 1)
    assert figure("count invented where not", *pairs) == Ratio(1, 1)
    assert figure("count right where said", *pairs) == Ratio(1, 2)
    assert figure("share right where given", *pairs) == Ratio(0, 1)
    assert figure("share invented where not", *pairs) == Ratio(0, 1)
    assert figure("reversal right where given", *pairs) == Ratio(1, 1)
    assert figure("reversal invented where not", *pairs) == Ratio(0, 1)


def test_the_platform_is_a_fact_too() -> None:
    known = Reading(kind=TALK, probability=reading(TALK).probability, reportable=False, facts=reading().facts,
                    platform="toloka")  # fmt: skip

    assert figure("platform right where given", (example(facts={"platform": "toloka"}), known)) == Ratio(1, 1)
    assert figure("platform right where given", (example(facts={"platform": "connect"}), known)) == Ratio(0, 1)


def test_calibration_is_measured_of_mass_and_of_the_kind() -> None:
    pairs = ((example("a", MASS), reading(MASS, 0.8)), (example("b", TALK), reading(OTHER, 0.8)))

    assert figure("calibration error of mass", *pairs) == Estimate(pytest.approx((0.2 + 0.05) / 2))
    assert figure("calibration error of the kind", *pairs) == Estimate(pytest.approx(0.3))


def test_the_gate_is_measured_on_mass_and_on_other() -> None:
    examples = [example("a", MASS), example("b", MASS), example("c", OTHER), example("d", TALK)]

    sheet = measure(examples, [reading()] * 4, [True, False, True, False])

    assert sheet.figures["gate recall on mass"] == Ratio(1, 2)
    assert sheet.figures["gate lets pass of other"] == Ratio(1, 1)


def test_a_baseline_has_no_gate() -> None:
    assert not [name for name in measure([example()], [reading()]).figures if "gate" in name]


def test_kinds_stand_against_kinds_and_themes_apart() -> None:
    examples = [example("a", MASS, theme="x"), example("b", TALK, theme="x"), example("c", TALK, theme="y")]

    sheet = measure(examples, [reading(MASS), reading(SINGLE), reading(MASS)])

    assert sheet.confusion == {(MASS, MASS): 1, (TALK, SINGLE): 1, (TALK, MASS): 1}
    assert sheet.themes == {"x": Ratio(2, 2), "y": Ratio(0, 1)}


@pytest.mark.parametrize(
    ("kind", "may", "said", "reported", "good"),
    [
        (MASS, True, MASS, True, True),
        (MASS, True, MASS, False, True),
        (MASS, True, SINGLE, False, False),
        (MASS, False, MASS, True, False),
        (MASS, None, MASS, True, True),
        (TALK, False, TALK, False, True),
        (TALK, False, OTHER, False, True),
        (TALK, False, MASS, False, False),
        (TALK, None, TALK, True, False),
    ],
)
def test_a_post_is_passed_if_no_harm_was_done(kind, may, said, reported, good) -> None:
    assert passed(example("a", kind, reportable=may), reading(said, reportable=reported)) is good


@pytest.mark.parametrize(
    ("text", "title", "is_quiet"),
    [
        ("The entire batch came back red, thanks Larkspur.", None, True),
        ("They rejected it", None, False),
        ("All red", "Rejections!", False),
        ("me rechazaron todo", None, False),
        ("40 gone", None, False),
        ("forty gone", None, False),
        ("dozens gone", None, False),
        ("one of my two cats", None, True),
        ("often weighty", None, True),
    ],
)
def test_a_post_is_quiet_without_the_word_and_a_number(text: str, title: str | None, is_quiet: bool) -> None:
    assert quiet(Post(source="x:", key="k", text=text, title=title)) is is_quiet


def test_mass_is_measured_where_neither_word_nor_number_helps() -> None:
    pairs = (
        (example("a", MASS, text="every batch red"), reading(MASS)),
        (example("b", MASS, text="all 40 red"), reading(MASS)),
        (example("c", TALK, text="is it often red"), reading(MASS)),
        (example("d", OTHER, text="tea"), reading(OTHER)),
    )

    assert figure("recall of quiet mass", *pairs) == Ratio(1, 1)
    assert figure("mass seen in other quiet posts", *pairs) == Ratio(1, 2)


def test_nothing_is_measured_of_nothing() -> None:
    sheet = measure([], [])

    assert all(figure.value is None for figure in sheet.figures.values())
    assert sheet.themes == {}
