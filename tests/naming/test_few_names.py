"""Who is meant where few are known: the first weeks of every bot."""

from __future__ import annotations

import pytest

from bot.model import Match, Mention, Name, Result
from bot.naming import Context, NameIndex, resolve
from bot.naming.resolve import asked_of

FOUND, AMBIGUOUS, UNKNOWN = Result.FOUND, Result.AMBIGUOUS, Result.UNKNOWN
# Invented, and of the kinds that real ones are.
THIRTY = """
    Brightlane Labelling/Quillmere Vision Group/Nettlebrook Memory Lab/Calder & Wren Panels/Dr. Imre Fennimore
    Ashgrove Consumer Lab/Lumen Oak Data/Hollow Pines Research/Pinecrest/Thistledown Captions/Marta Vexholm
    University of Eastmarch Psychology/Dovetail Insights, Inc./Jon Abernathwaite/Ravensworth Transcripts LLC
    The Copperfield Study/SLQ Behavior Lab/Tobias Grunewell/Survey/Research Team/Osmund Karlqvist/Pebble & Ink
    Northgate Attention Lab/Max/Yarrow Street Media/Ivo Tancredhill/Mossbank Receipts/Ottilie Sandgren/Fernhollow AI
    Data Collective 7
"""
NAMES = [name.strip() for line in THIRTY.strip().splitlines() for name in line.split("/")]


def index_of(names: list[str], platform: str | None = "connect", **more: str | None) -> NameIndex:
    known = [Name(owner=name, name=name, platform=platform) for name in names]
    return NameIndex([*known, *(Name(owner=name, name=name, platform=place) for name, place in more.items())])


INDEX = index_of(NAMES)


def ask(text: str, index: NameIndex = INDEX, platform: str | None = "connect", **around: object) -> Match:
    return resolve(Mention(text=text), index, platform, Context(**around))


@pytest.mark.parametrize("platform", ["connect", None])
@pytest.mark.parametrize("size", [1, 4, len(NAMES)])
def test_the_first_word_that_one_alone_has_is_enough(size: int, platform: str | None) -> None:
    index = index_of(NAMES[:size])

    match = ask("brightlane", index, platform)

    assert (match.result, match.owner, match.how) == (FOUND, "Brightlane Labelling", "beginning of the name")


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Nettlebrook", "Nettlebrook Memory Lab"),
        ("nettlebrook memory", "Nettlebrook Memory Lab"),
        ("thistledown", "Thistledown Captions"),
        ("Ravensworth Transcripts", "Ravensworth Transcripts LLC"),
        ("the Brightlane Labelling", "Brightlane Labelling"),
        ("the brightlane", "Brightlane Labelling"),
        ("Brightlane Labeling", "Brightlane Labelling"),
        ("Brigthlane Labelling", "Brightlane Labelling"),
        ("Copperfield Study", "The Copperfield Study"),
        ("Fennimore Imre", "Dr. Imre Fennimore"),
        ("BRIGHTLANELABELLING", "Brightlane Labelling"),
        ("calder and wren panels", "Calder & Wren Panels"),
        ("dovetail insights", "Dovetail Insights, Inc."),
        ("Psychology, University of Eastmarch", "University of Eastmarch Psychology"),
        ("Eastmarch University Psych", "University of Eastmarch Psychology"),
        ("Calder Wren Panels", "Calder & Wren Panels"),
        ("Northgate Attention Laboratory", "Northgate Attention Lab"),
        ("requester Thistledown Captions", "Thistledown Captions"),
    ],
)
def test_few_names_are_found_by_what_people_make_of_them(text: str, owner: str) -> None:
    match = ask(text)

    assert (match.result, match.owner) == (FOUND, owner)


@pytest.mark.parametrize(
    "text", ["survey", "research", "Max", "data", "lab", "the study", "Slightlane", "Frightlane Labelling", "light"]
)
def test_general_names_and_neighbours_are_not_found_among_few_either(text: str) -> None:
    assert ask(text).result is not FOUND


@pytest.mark.parametrize(
    "text", ["Greywater Annotations", "Helga Brandtwick", "Moonrise Polls", "Westmarch Polls", "KPW Group"]
)
def test_who_is_not_there_is_not_known_among_few(text: str) -> None:
    assert ask(text).result is UNKNOWN


@pytest.mark.parametrize("text", ["task123wren4", "task124wren", "task23wren", "task123wren"])
def test_another_number_inside_a_name_is_another_name(text: str) -> None:
    index = index_of([*NAMES, "task123wren"])

    assert (ask(text, index).result is FOUND) is (text == "task123wren")


def test_a_name_without_the_word_it_begins_with_is_not_found_though_they_are_the_only_one() -> None:
    index = index_of(["Quillmere Vision Group"])

    match = ask("Vision Group", index, live=frozenset({"Quillmere Vision Group"}))

    assert (match.result, match.candidates[0].owner) == (AMBIGUOUS, "Quillmere Vision Group")


def test_a_university_that_two_departments_are_of_is_a_question() -> None:
    index = index_of([*NAMES, "Policy Lab, Univ. of Eastmarch"])

    assert ask("University of Eastmarch", index).result is AMBIGUOUS


def test_a_first_word_that_two_have_here_is_a_question() -> None:
    index = index_of([*NAMES, "Brightlane Foods"])

    match = ask("brightlane", index)

    assert (match.result, {one.owner for one in match.candidates[:2]}) == (
        AMBIGUOUS,
        {"Brightlane Labelling", "Brightlane Foods"},
    )


def test_a_first_word_that_two_have_on_two_platforms_means_the_one_who_is_here() -> None:
    index = index_of(NAMES, **{"Brightlane Foods": "mturk"})

    assert ask("brightlane", index, "connect").owner == "Brightlane Labelling"
    assert ask("brightlane", index, "mturk").owner == "Brightlane Foods"
    assert ask("brightlane", index, None).result is AMBIGUOUS


def test_somebody_who_is_called_by_the_first_word_alone_is_meant_by_it() -> None:
    index = index_of([*NAMES, "Brightlane"])

    assert ask("brightlane", index).owner in ("Brightlane", None)


def test_an_open_incident_decides_for_the_longer_name() -> None:
    index = index_of([*NAMES, "Brightlane Foods"])

    assert ask("brightlane", index, live=frozenset({"Brightlane Foods"})).owner == "Brightlane Foods"


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("that quillmere lab", "quillmere lab"),
        ("Quillmere's", "quillmere"),
        ("Dr Vexholm’s", "vexholm"),
        ("that", "that"),
        ("this", "this"),
        ("my mrs", "mrs"),
        ("the Copperfield Study", "copperfield study"),
        ("requester Marta Vexholm", "marta vexholm"),
        ("hits by those Quillmere people again", "quillmere"),
        ("Hit Requester", "requester"),
    ],
)
def test_what_talk_puts_around_a_name_is_no_part_of_it(written: str, asked: str) -> None:
    assert asked_of(written, INDEX) == asked


def test_a_name_that_begins_as_talk_does_stays_whole() -> None:
    assert asked_of("This Lab's", index_of(["This Labs"])) == "this labs"


def test_the_name_to_the_letter_is_among_the_near_beside_the_same_letters_in_two_words() -> None:
    index = index_of([*NAMES, "LinguaBrook"], **{"Lingua Brook Transcription": "mturk"})

    assert ask("LinguaBrook", index).owner == "LinguaBrook"


def test_anonymous_is_nobodys_name() -> None:
    index = index_of([*NAMES, "Anonymous Requester"])

    assert ask("anonymous", index).result is not FOUND


@pytest.mark.parametrize("text", ["Quillmere VG", "Quilmeer Vishion Group", "Qllmr Vsn Grp", "Quillmere Vis Grp"])
def test_short_for_it_and_as_it_sounds_names_it_first(text: str) -> None:
    match = ask(text)

    assert (match.result is not UNKNOWN, match.candidates[0].owner) == (True, "Quillmere Vision Group")
