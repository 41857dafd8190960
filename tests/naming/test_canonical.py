from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.naming.canonical import MAX_SHOWN, NOTHING_TO_SHOW, called, canonical, display

ANY_TEXT = st.text(st.characters(), max_size=300)
NASTY = st.text(
    st.sampled_from(" .'&@$aAzZ019ıİßЖаАеο\u0301\u0488\u200b\u202e\u2066\u3164\ufe0f\ud800\0\n\tﷺ🎉✌ｆ日ش֑"),
    max_size=300,
)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("Korvanta Survey Lab", "korvanta survey lab"),
        ("  KORVANTA\tsurvey   lab ", "korvanta survey lab"),
        ("Korvanta, Inc.", "korvanta"),
        ("Korvanta L.L.C.", "korvanta"),
        ("Korvanta GmbH & Co. KG", "korvanta"),
        ("Korvanta & Sons", "korvanta and sons"),
        ("Inc", "inc"),
        ("A. I. Korvanta", "ai korvanta"),
        ("R & D Korvanta", "rd korvanta"),
        ("Korvanta and D", "korvanta and d"),
        ("Dr.Korvanta", "dr korvanta"),
        ("Dr. Ilse Korvanta", "ilse korvanta"),
        ("Prof. Dr. Ilse Korvanta", "ilse korvanta"),
        ("Dr. Korvanta", "dr korvanta"),
        ("Korvanta’s Lab", "korvantas lab"),
        ("Kórvåntä", "korvanta"),
        ("Straße", "strasse"),
        ("ＫＯＲＶＡＮＴＡ", "korvanta"),
        ("𝕶𝖔𝖗𝖛𝖆𝖓𝖙𝖆", "korvanta"),
        ("Коrvаntа", "korvanta"),
        ("Κοrvαnta", "korvanta"),
        ("Ѕраrсоx", "sparcox"),
        ("Жанна", "zhanna"),
        ("Kor\u200bvan\u00adta", "korvanta"),
        ("\u202eKorvanta\u202c", "korvanta"),
        ("Kor\u3164van\ufe0fta", "korvanta"),
        ("K" + "\u0301\u0302\u0303\u0488" * 20 + "orvanta", "korvanta"),
        ("korvanta_42", "korvanta 42"),
        ("@everyone", "everyone"),
        ("k@y $urvey", "kay survey"),
        ("**Korvanta** [lab](/u)", "korvanta lab u"),
        ("Korvanta 🎉", "korvanta"),
        ("Doe, Jane", "doe jane"),
        ("!!!", ""),
        ("", ""),
        ("\ud800", ""),
    ],
)
def test_the_form_for_matching(written: str, wanted: str) -> None:
    assert canonical(written) == wanted


@given(ANY_TEXT | NASTY)
def test_the_form_for_matching_is_plain_bounded_and_stable(name: str) -> None:
    form = canonical(name)

    assert canonical(form) == form
    assert all(word.isalnum() and word.isascii() and word == word.lower() for word in form.split(" ") if form)
    assert len(form) <= 120


@given(st.text("abcdefgh ", min_size=1, max_size=60))
def test_case_and_invisible_characters_change_nothing(name: str) -> None:
    assert canonical("\u200b".join(name.upper())) == canonical(name)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("Korvanta, Inc.", "Korvanta, Inc."),
        ("Ärzte ohne Namen", "Ärzte ohne Namen"),
        ("  two\nlines\t here ", "two lines here"),
        ("@everyone **x**", "@everyone **x**"),
        ("\u202eatnavroK", "atnavroK"),
        ("K\u200bor\u3164vanta\x07", "Korvanta"),
        ("a" + "\u0301" * 9 + "b", "a\u0301\u0301b"),
        ("חברת דוגמה", "חברת דוגמה"),
        ("x" * 200, "x" * 79 + "…"),
        ("\u200b\ud800", NOTHING_TO_SHOW),
        ("", NOTHING_TO_SHOW),
    ],
)
def test_the_form_for_showing(written: str, wanted: str) -> None:
    assert display(written) == wanted


@given(ANY_TEXT | NASTY)
def test_the_form_for_showing_is_defused_bounded_and_stable(name: str) -> None:
    shown = display(name)

    assert 0 < len(shown) <= MAX_SHOWN
    assert display(shown) == shown
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} for char in shown)
    marks = "".join("m" if unicodedata.category(char)[0] == "M" else " " for char in shown)
    assert "mmm" not in marks


@pytest.mark.parametrize("flood", ["ﷺ", "a\u0301\u0316", "\u0316\u0301", "A.", "@a", "$", " ", "🎉", "日"])
def test_a_flood_costs_no_more_than_its_first_letters(flood: str) -> None:
    def cost(text: str) -> float:
        started = time.perf_counter()
        for _ in range(20):
            canonical(text), display(text)
        return time.perf_counter() - started

    small = min(cost(flood * 1_000) for _ in range(3))
    large = min(cost(flood * 100_000) for _ in range(3))

    assert large < 10 * small + 0.05


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Doe, Jane", "jane doe"),
        ("Doe, Dr. Jane A.", "jane a doe"),
        ("Quillmere, Inc.", "quillmere"),
        ("Vexley & Sons, LLC", "vexley and sons"),
        ("Quillmere Vision, Group", "quillmere vision group"),
        ("One, Two, Three", "one two three"),
        (", Jane", "jane"),
        ("Doe,", "doe"),
        ("Jane Doe", "jane doe"),
    ],
)
def test_a_surname_written_first_is_called_last(name: str, form: str) -> None:
    assert called(name) == form


@given(st.text(max_size=300))
def test_whatever_is_called_is_canonical(name: str) -> None:
    form = called(name)

    assert canonical(form) == form
    assert called(form) == form
