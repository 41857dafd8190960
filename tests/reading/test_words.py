"""Tokens and pieces are made stretch by stretch and remembered: they are those that one pass over a line finds."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.reading.lexicon import meanings
from bot.reading.mentions import shipped
from bot.reading.mentions.pieces import segments
from bot.reading.words import _TOKEN, LINE, WORD, tokens

SAID = [
    *("$", "£ ", "5", "1,204", "3k", ".5", "/", " / ", "%", " ", "  ", "\n", "\t", "\xa0", ".", "x" * 70, "É", "İ"),
    *("rejected", "ALL", "dr", "k.m.", "o'dunn", "don’t", "2026-11-22", "8:05", "A1EXAMPLE2REQ3", "\ue0007\ue001"),
    "रिजेक्ट",
]
TEXTS = st.lists(st.sampled_from(SAID) | st.text(max_size=4), max_size=20).map("".join)


def in_one_pass(text: str) -> list[tuple[str, int, str | None]]:
    found, at = [], 0
    for line in text.split("\n"):
        found += [(match[0], at + match.start(), match.lastgroup) for match in _TOKEN.finditer(line)]
        at += len(line) + 1
        found.append(("\n", at - 1, LINE))
    return found[:-1]


@given(TEXTS)
@example("they rejected ALL\nof my  studies")
@example("$ 5 of 3 / 4, 50 % \n2 5 % 7")
def test_tokens_are_those_of_one_pass(text: str):
    assert [(word.text, word.start, word.kind) for word in tokens(text)] == in_one_pass(text)


@given(TEXTS)
@example("Dr. Example rejected ALL\nof my  studies.")
def test_pieces_are_those_of_one_pass(text: str):
    lore, at, expected = shipped().lore, 0, []
    for line in text.split("\n"):
        expected += [(at + start, piece) for start, piece in lore.split(line)]
        at += len(line) + 1

    found = [each for segment in segments(text, lore) for each in zip(segment.starts, segment.pieces, strict=True)]

    assert found == expected


def test_letters_alone_are_one_word_whichever_letters_they_are():
    letters = "".join(filter(str.isalpha, map(chr, range(0x110000))))
    stretches = [letters[i : i + 16] for i in range(0, len(letters), 16)]

    assert all(_TOKEN.fullmatch(stretch) and _TOKEN.match(stretch).lastgroup == WORD for stretch in stretches)


def test_words_that_mean_the_same_share_one_set():
    said = [*meanings().values(), *(tags for _, tags in shipped().lore.values())]

    assert len(set(map(id, said))) == len(set(said))
