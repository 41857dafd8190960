"""What the linear model sees of a sentence, and that looking for the known part of it finds the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Origin
from bot.reading.clauses import sentences
from bot.reading.grams import grams
from bot.reading.score import shipped

TEXTS = (
    "They rejected all 40 of my hits today, no reason given!",
    "not a single one approved… is that fair? 3 of my 5, $2.50, 97% now",
    "Quillmarsh Labs rejected everything of mine. Same here. got a rejection on 11/02",
)
WORDS = ("rejected", "all", "of", "my", "hits", "40", "not", "a", "single", "one", "approved", "?", ",", "mass", "came",
         "back", "quillmarsh", "today", "they", "the", "whole", "batch", "97%", "no", "reason")  # fmt: skip


def names(text: str, named: tuple[tuple[int, int], ...] = ()) -> list[str]:
    return [name for sentence in sentences(text, Origin.TEXT) for name, _, _ in grams(sentence, named)]


def test_words_stand_for_what_they_mean_and_numbers_for_their_sort():
    found = names("rejected 40 hits")

    assert {"~rejected", "~<rej>", "~reje*", "~#num", "~<rej> #num", "~<rej> … <work>"} <= set(found)


def test_a_name_is_one_word_whatever_it_is_called():
    found = names("Quillmarsh Labs rejected it", ((0, 15),))

    assert "~#name <rej>" in found
    assert not any("quill" in name for name in found)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_known_grams_are_the_known_ones_of_all(text: str):
    model, known = shipped(), shipped().known
    assert known is not None

    for each in (text, *TEXTS):
        for sentence in sentences(each, Origin.TEXT):
            named = ((0, 9),) if each.startswith(("Quill", "quill")) else ()
            found, wanted = dict[str, str](), dict[str, str]()
            for name, first, last in grams(sentence, named):
                if name in model.rows:
                    wanted.setdefault(name, sentence.text[first.start : last.end])
            known.hear(found, sentence, named)
            assert list(found.items()) == list(wanted.items())
