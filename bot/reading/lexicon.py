"""The words the reader knows, as data (words.toml), and how they are found among tokens: longest phrase first."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from bot.reading.words import NO_TAGS, WORD, Tokens, Word

_TENS = frozenset(f"={n}" for n in range(20, 100, 10))
_UNITS = frozenset(f"={n}" for n in range(2, 10))


@dataclass(slots=True)
class Node:
    """One step of a phrase: where the next word leads, and what the phrase means if it ends here."""

    onward: dict[str, Node] = field(default_factory=dict)
    tags: frozenset[str] = NO_TAGS


def _last(root: Node, words: list[Word]) -> Node:
    """The step at which a phrase ends, with those that lead to it."""
    node = root
    for word in words:
        if word.text != "-":
            node = node.onward.setdefault(word.low, Node())
    return node


def build(table: Mapping[str, Mapping[str, list[str]]]) -> Node:
    """The tree of all phrases of a table {"tag tag": {language: [phrase, …]}}."""
    root, plain, same = Node(), Tokens(), dict[frozenset[str], frozenset[str]]()
    for key, languages in table.items():
        for phrases in languages.values():
            for phrase in phrases:
                node = _last(root, plain.of(phrase))
                tags = node.tags.union(key.split())
                node.tags = same.setdefault(tags, tags)  # one set for all that mean the same
    return root


@cache
def shipped() -> Node:
    """The tree of words.toml, built once."""
    return build(tomllib.loads(files("bot.reading").joinpath("words.toml").read_text("utf-8")))


@cache
def meanings() -> dict[str, frozenset[str]]:
    """What single words mean that mean something by themselves."""
    return {low: node.tags for low, node in shipped().onward.items() if node.tags}


@cache
def _tokens() -> Tokens:
    return Tokens(meanings())


@cache
def _leading() -> dict[str, Node]:
    """The words that a phrase, or a number of two words, may begin with."""
    return {low: node for low, node in shipped().onward.items() if node.onward or node.tags & _TENS}


def _may_go_on(words: list[Word], at: int, node: Node) -> bool:
    return at < len(words) and (words[at].low in node.onward or words[at].text == "-")


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


def _units(words: list[Word], at: int, tags: frozenset[str]) -> tuple[int, frozenset[str]]:
    """How many tokens behind "sixty" belong to it ("sixty two", "sixty-two"), and what all of it means."""
    if at >= len(words):
        return 0, tags
    tens = next(int(tag[1:]) for tag in tags if tag in _TENS)
    hyphen = int(words[at].text == "-")
    if at + hyphen >= len(words):
        return 0, tags
    said = meanings().get(words[at + hyphen].low, NO_TAGS)
    unit = next((int(tag[1:]) for tag in said if tag in _UNITS), 0)
    return (hyphen + 1, frozenset((f"={tens + unit}",))) if unit else (0, tags)


def tagged(text: str) -> list[Word]:
    """The tokens of a text with what they mean, known phrases joined to one word each."""
    words, found, after, leads = _tokens().of(text), list[Word](), 0, _leading()
    for i, word in enumerate(words):
        if i < after:
            continue
        node = leads.get(word.low)
        if node is not None and (node.tags or _may_go_on(words, i + 1, node)):
            length, tags = _longest(words, i, node)
            if tags & _TENS:
                more, tags = _units(words, i + length, tags)
                length += more
            if length > 1:
                after = i + length
                found.append(_joined(text, words[i:after], tags))
                continue
        found.append(word)
    return found


def _joined(text: str, words: list[Word], tags: frozenset[str]) -> Word:
    """The words of a known phrase as one."""
    start, end = words[0].start, words[-1].end
    return Word(text[start:end], " ".join([word.low for word in words]), start, end, WORD, tags)
