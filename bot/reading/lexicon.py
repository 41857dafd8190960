"""The words the reader knows, as data (words.toml), and how they are found among tokens: longest phrase first."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from bot.reading.words import NO_TAGS, WORD, Word, tokens

_TENS = frozenset(f"={n}" for n in range(20, 100, 10))
_UNITS = frozenset(f"={n}" for n in range(2, 10))


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


def _longest(words: list[Word], at: int, node: Node) -> tuple[int, frozenset[str]]:
    """How many tokens make the longest known phrase, and its tags; (1, ∅) if none does. `node`: of the one at `at`."""
    best, i = (1, node.tags), at + 1
    onward = node.onward
    while onward and i < len(words):
        word = words[i]
        step = onward.get(word.low)
        i += 1
        if step is None:
            if word.text == "-" and words[i - 2].end == word.start:
                continue
            break
        onward = step.onward
        if step.tags:
            best = (i - at, step.tags)
    return best


def _units(words: list[Word], at: int, root: Node, tags: frozenset[str]) -> tuple[int, frozenset[str]]:
    """How many tokens behind "sixty" belong to it ("sixty two", "sixty-two"), and what all of it means."""
    if at >= len(words):
        return 0, tags
    tens = next(int(tag[1:]) for tag in tags if tag in _TENS)
    hyphen = int(words[at].text == "-")
    if at + hyphen >= len(words):
        return 0, tags
    found = root.onward.get(words[at + hyphen].low)
    unit = next((int(tag[1:]) for tag in (found.tags if found else ()) if tag in _UNITS), 0)
    return (hyphen + 1, frozenset((f"={tens + unit}",))) if unit else (0, tags)


def tagged(text: str, root: Node | None = None) -> list[Word]:
    """The tokens of a text, known phrases joined to one word each and marked with their tags."""
    root, words, found, i = root or shipped(), tokens(text), list[Word](), 0
    first, n = root.onward.get, len(words)
    while i < n:
        word = words[i]
        node = first(word.low)
        length, tags = (1, NO_TAGS) if node is None else _longest(words, i, node) if node.onward else (1, node.tags)
        if tags & _TENS:
            more, tags = _units(words, i + length, root, tags)
            length += more
        if tags:
            word = _meaning(word, tags) if length == 1 else _joined(text, words[i : i + length], tags)
        found.append(word)
        i += length
    return found


def _meaning(word: Word, tags: frozenset[str]) -> Word:
    # What word._replace(tags=tags) does, at a fifth of the price.
    return tuple.__new__(Word, (*word[:5], tags))


def _joined(text: str, words: list[Word], tags: frozenset[str]) -> Word:
    """The words of a known phrase as one."""
    start, end = words[0].start, words[-1].end
    return Word(text[start:end], " ".join([word.low for word in words]), start, end, WORD, tags)
