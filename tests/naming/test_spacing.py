"""Words that one writes as one and the next as two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Mention, Name, Result
from bot.naming import NameIndex, resolve
from bot.naming.spacing import spaced_as

WORDS = st.lists(st.text("abcd", min_size=1, max_size=6), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("asked", "known", "read"),
    [
        (["oak", "harbor"], ["oakharbor", "labs"], ["oak", "harbor", "labs"]),
        (["mossharbour"], ["moss", "harbour", "panel"], ["mossharbour", "panel"]),
        (["moss", "harbour"], ["mossharbor", "labs"], ["moss", "harbor", "labs"]),
        (["speach", "forge"], ["speechforge"], ["speech", "forge"]),
        (["musik", "lab", "orrance"], ["musiklab", "orrance"], ["musik", "lab", "orrance"]),
        (["mosshabrour"], ["moss", "harbour"], ["mossharbour"]),
        (["mosshrabuor"], ["moss", "harbour"], ["moss", "harbour"]),
        (["oak", "harbor"], ["oak", "harborlabs"], ["oak", "harborlabs"]),
        (["cat", "dog"], ["catfog"], ["catfog"]),
        (["oak"], ["moss", "lab"], ["moss", "lab"]),
    ],
)
def test_a_known_name_is_joined_and_cut_as_what_was_asked_for(
    asked: list[str], known: list[str], read: list[str]
) -> None:
    assert spaced_as(asked, known) == read


@given(WORDS, WORDS)
def test_no_letter_is_lost_or_moved(asked: list[str], known: list[str]) -> None:
    assert "".join(spaced_as(asked, known)) == "".join(known)


@given(WORDS)
def test_the_same_words_stay(words: list[str]) -> None:
    assert spaced_as(words, list(words)) == words


NAMES = """
    Moss Harbour Panel/BrightCove Labs/Tallow Wren Machines Team/VoiceKiln/Dorn Pike Sound Lab/SoundLab Ferrant
    NightLark Captions LLC/Xian Ruvell's Lab/David Quennimore
"""
INDEX = NameIndex(
    Name(owner=name.strip(), name=name.strip()) for line in NAMES.strip().splitlines() for name in line.split("/")
)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("MossHarbour", "Moss Harbour Panel"),
        ("bright cove", "BrightCove Labs"),
        ("bright cove lab", "BrightCove Labs"),
        ("voise kiln", "VoiceKiln"),
        ("TallowWren", "Tallow Wren Machines Team"),
        ("night lark captions", "NightLark Captions LLC"),
        ("Ferrant Sound Lab", "SoundLab Ferrant"),
        ("dquennimore", "David Quennimore"),
    ],
)
def test_a_name_is_near_though_its_words_are_spaced_otherwise(text: str, owner: str) -> None:
    match = resolve(Mention(text=text), INDEX)

    assert match.result is not Result.UNKNOWN
    assert match.candidates[0].owner == owner
