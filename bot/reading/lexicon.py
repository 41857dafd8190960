"""The words the reader knows, as data (words.toml), and how they are found among tokens: longest phrase first."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from bot.reading.words import WORD, Word, tokens

_TENS = frozenset(f"={n}" for n in range(20, 100, 10))
_UNITS = frozenset(f"={n}" for n in range(2, 10))
NO_TAGS: frozenset[str] = frozenset()


@dataclass(slots=True)
class Node:
    """One step of a phrase: where the next word leads, and what the phrase means if it ends here."""

    onward: dict[str, Node] = field(default_factory=dict)
    tags: frozenset[str] = NO_TAGS


def _add(root: Node, phrase: str, tags: frozenset[str]) -> None:
    node = root
    for word in tokens(phrase):
        if word.text != "-":
            node = node.onward.setdefault(word.low, Node())
    node.tags |= tags


def build(table: Mapping[str, Mapping[str, list[str]]]) -> Node:
    """The tree of all phrases of a table {"tag tag": {language: [phrase, …]}}."""
    root = Node()
    for key, languages in table.items():
        for phrases in languages.values():
            for phrase in phrases:
                _add(root, phrase, frozenset(key.split()))
    return root


@cache
def shipped() -> Node:
    """The tree of words.toml, built once."""
    return build(tomllib.loads(files("bot.reading").joinpath("words.toml").read_text("utf-8")))


def _longest(words: list[Word], at: int, root: Node) -> tuple[int, frozenset[str]]:
    """How many tokens from `at` on make the longest known phrase, and its tags; (0, ∅) if none does."""
    node, best, i = root, (0, NO_TAGS), at
    while i < len(words):
        word = words[i]
        step = node.onward.get(word.low)
        if step is None:
            if word.text == "-" and i > at and words[i - 1].end == word.start:
                i += 1
                continue
            break
        node, i = step, i + 1
        if node.tags:
            best = (i - at, node.tags)
    return best


def _units(words: list[Word], at: int, root: Node, tags: frozenset[str]) -> tuple[int, frozenset[str]]:
    """How many tokens behind "sixty" belong to it ("sixty two", "sixty-two"), and what all of it means."""
    tens = next((int(tag[1:]) for tag in tags if tag in _TENS), 0)
    if not tens or at >= len(words):
        return 0, tags
    hyphen = int(words[at].text == "-")
    if at + hyphen >= len(words):
        return 0, tags
    found = root.onward.get(words[at + hyphen].low)
    unit = next((int(tag[1:]) for tag in (found.tags if found else ()) if tag in _UNITS), 0)
    return (hyphen + 1, frozenset((f"={tens + unit}",))) if unit else (0, tags)


def tagged(text: str, root: Node | None = None) -> Iterator[Word]:
    """The tokens of a text, known phrases joined to one word each and marked with their tags."""
    root, words, i = root or shipped(), tokens(text), 0
    while i < len(words):
        word = words[i]
        if word.low not in root.onward:
            yield word
            i += 1
            continue
        length, tags = _longest(words, i, root)
        if length:
            last = words[i + length - 1]
            kind = word.kind if length == 1 else WORD
            more, tags = _units(words, i + length, root, tags)
            last, length = words[i + length + more - 1], length + more
            yield Word(
                text[word.start : last.end],
                " ".join(w.low for w in words[i : i + length]),
                word.start,
                last.end,
                kind,
                tags,
            )
            i += length
        else:
            yield word
            i += 1
