"""Learns who is named in a post: the words that are ordinary and the weight of each trait of a name.

`python -m bot.evaluation.namelearn` writes both into bot/reading from data/corpus/training; with `--folds` it only
measures, every theme read with what the others taught. The model is a conditional logit: of all runs of words in a
post, and nobody, one is meant. Its weights are those that make the requesters given in the corpus likeliest, drawn
towards zero, those of single words twice as strongly. There is one such optimum, so the files can be made again.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.corpus import load
from bot.evaluation.examples import Example
from bot.model import Mention, Post
from bot.platforms import Platforms, find_links
from bot.platforms import load as load_platforms
from bot.reading import _shown, _without_exports
from bot.reading.exports import Exports
from bot.reading.mentions import Named, Namer, Names
from bot.reading.mentions.pieces import ORDINARY, Lore, known_words, small_words
from bot.reading.text import Passage, take_apart

# Weights that are drawn towards these instead of zero: what needs no corpus to be known, and is rare in ours.
BEFOREHAND = {"export": 4.0, "link": 3.0, "slot:caller": 1.5, "rejected by": 1.5, "answers for it": 1.5,
              "new work of somebody": -1.5,
              "parent names it in full": 1.5, "initials of the parent's": 2.0}  # fmt: skip
LEAST = 3  # posts in which a trait must occur to be learnt from
PULL, PULL_OF_WORDS = 0.6, 2.0  # towards zero; the second for traits that are single words, times the first
ROOT = Path(__file__).parents[2]
DIGITS = 7  # of the weights in the file
_HEAD = "# Learnt from data/corpus/training by `python -m bot.evaluation.namelearn`. Not to be changed by hand.\n"


@dataclass(frozen=True, slots=True)
class Opened:
    """A post of the corpus, ready for a namer: its passages, what its marks stand for, its words, what it answers."""

    passages: list[Passage]
    namer: Callable[[Names], Namer]
    gold: tuple[str, ...]
    parents: tuple[Mention, ...]
    words: frozenset[str]
    theme: str


def opened(examples: Sequence[Example], platforms: Platforms) -> list[Opened]:
    """The posts of the corpus without their exports. Whom a parent names the corpus says, and not a reading."""
    by_key = {(each.post.source, each.post.key): each for each in examples}
    found = []
    for example in examples:
        parent = by_key.get((example.post.source, example.post.parent_key or ""))
        known = tuple(Mention(text=name) for name in parent.expected.requesters) if parent else ()
        found.append(_opened(example.post, example, known, platforms))
    return found


def _opened(post: Post, example: Example, parents: tuple[Mention, ...], platforms: Platforms) -> Opened:
    body = take_apart(post)
    exports = Exports(body.urls, platforms)
    passages = _without_exports(body, exports)
    linked = {i: link for i, url in enumerate(body.urls) for link in find_links(url, platforms)[:1]}
    gold = tuple(name.casefold() for name in example.expected.requesters)
    of_names = {word for name in gold for word in small_words(name)}
    words = {word.partition("'")[0] for passage in passages for word in small_words(passage.text)}
    plain = frozenset(words - of_names)
    marks = _shown(body, exports)
    return Opened(passages, lambda names: Namer(platforms, linked, marks, names), gold, parents, plain, example.theme)


def ordinary(posts: Iterable[Opened]) -> Counter[str]:
    """In how many posts each word stands in small letters without being of a requester's name."""
    return Counter(word for post in posts for word in post.words)


def learn(posts: Sequence[Opened]) -> Names:
    """Words and weights. A post in training knows only the ordinary words that others use too, as a new post will."""
    counts = ordinary(posts)
    shared = dict.fromkeys((w for w, n in counts.items() if n > 1), ORDINARY) | known_words()
    unweighed = Names({}, Lore(shared))
    weights = _fit([rows for post in posts for rows in _choices(post, unweighed)])
    return Names(weights, Lore(dict.fromkeys(counts, ORDINARY) | known_words()))


Choice = tuple[list[set[str]], int]  # the traits of all that may be meant, nobody first, and which is


def _choices(post: Opened, names: Names) -> list[Choice]:
    entities, nobody = post.namer(names).weigh(post.passages, post.parents)
    texts = [entity.mention.text.casefold() for entity in entities]
    meant = [n for n, text in enumerate(texts) if text in post.gold]
    if post.gold and not meant:
        return []  # no run of words is it: nothing to learn
    others = [entity.traits for n, entity in enumerate(entities) if n not in meant]
    if not meant:
        return [([nobody, *others], 0)]
    return [([nobody, entities[n].traits, *others], 1) for n in meant]


def _fit(choices: Sequence[Choice]) -> dict[str, float]:
    import numpy as np
    from scipy import sparse
    from scipy.optimize import minimize

    seen = Counter(trait for rows, _ in choices for trait in set[str]().union(*rows))
    traits = sorted(trait for trait, n in seen.items() if n >= LEAST or trait in BEFOREHAND)
    column = {trait: n for n, trait in enumerate(traits)}
    rows = [sorted(column[t] for t in row if t in column) for options, _ in choices for row in options]
    ends = np.cumsum([0, *map(len, rows)])
    table: Any = sparse.csr_matrix(
        (np.ones(ends[-1]), [c for row in rows for c in row], ends), (len(rows), len(traits))
    )
    sizes = np.array([len(options) for options, _ in choices])
    starts = np.cumsum(sizes) - sizes
    group = np.repeat(np.arange(len(choices)), sizes)
    meant = starts + np.array([place for _, place in choices])
    pull = np.array([PULL * (PULL_OF_WORDS if "=" in trait else 1.0) for trait in traits])
    base = np.array([BEFOREHAND.get(trait, 0.0) for trait in traits])
    wanted = np.asarray(table[meant].sum(0)).ravel()

    def loss(weights: Any) -> tuple[float, Any]:
        score = table @ weights
        top = np.maximum.reduceat(score, starts)
        force = np.exp(score - top[group])
        total = np.add.reduceat(force, starts)
        value = (np.log(total) + top - score[meant]).sum() + 0.5 * (pull * (weights - base) ** 2).sum()
        return value, table.T @ (force / total[group]) - wanted + pull * (weights - base)

    found = minimize(loss, np.zeros(len(traits)), jac=True, method="L-BFGS-B",
                     options={"maxiter": 5000, "maxfun": 5000, "ftol": 1e-15, "gtol": 1e-7, "maxcor": 30})  # fmt: skip
    return {trait: round(float(w), DIGITS) for trait, w in zip(traits, found.x, strict=True)}


def written(names: Names) -> tuple[str, str]:
    """The texts of names.tsv and ordinary.txt."""
    rows = "".join(f"{weight}\t{trait}\n" for trait, weight in sorted(names.weights.items()))
    words = sorted(word for word in names.lore.known if word not in known_words())
    return _HEAD + "# weight, trait\n" + rows, _HEAD + "\n".join(_lines(words)) + "\n"


def _lines(words: Iterable[str]) -> Iterable[str]:
    line = ""
    for word in words:
        if len(line) + len(word) > 118:
            yield line
            line = ""
        line += " " * bool(line) + word
    yield line


def in_folds(posts: Sequence[Opened], say: Callable[[str], None]) -> None:
    """Says, theme by theme, how many requesters are found and invented by what the other themes taught."""
    total = Counter[str]()
    for theme in sorted({post.theme for post in posts}):
        names = learn([post for post in posts if post.theme != theme])
        held = [post for post in posts if post.theme == theme]
        found = Counter(_judged(post, post.namer(names).name(post.passages, post.parents)) for post in held)
        total += found
        say(f"{theme:<32} {_figures(found)}")
    say(f"{'all':<32} {_figures(total)}")


def _judged(post: Opened, named: Named) -> str:
    first = named.mentions[0].text.casefold() if named.mentions else None
    if post.gold:
        return "found" if first in post.gold else "missed" if first is None else "mistaken"
    return "silent" if first is None else "invented"


def _figures(found: Counter[str]) -> str:
    named, nameless = found["found"] + found["missed"] + found["mistaken"], found["silent"] + found["invented"]
    wrong = found["mistaken"]
    return (
        f"found {found['found']:>3} of {named:>3} (somebody else {wrong}), invented {found['invented']} of {nameless}"
    )


def main(arguments: Sequence[str]) -> None:
    """Learns and writes; with `--folds` measures."""
    posts = opened(load(ROOT / "data" / "corpus" / "training"), load_platforms())
    if "--folds" in arguments:
        in_folds(posts, print)
        return
    weights, words = written(learn(posts))
    (ROOT / "bot" / "reading" / "mentions" / "names.tsv").write_text(weights, "utf-8")
    (ROOT / "bot" / "reading" / "mentions" / "ordinary.txt").write_text(words, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
