"""Cross-validation: every post is read by a reader that has not learnt from it, nor from its thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.evaluation.examples import Example, Reader, read_all, threads
from bot.model import Reading

FOLDS = 5
# What learns: posts with their kinds in, a reader with weights learnt from these alone out.
Learn = Callable[[Sequence[Example]], Reader]


def cross_read(learn: Learn, examples: Sequence[Example], folds: int = FOLDS) -> list[Reading]:
    """A reading of every post, in order, by the reader that learnt from the other folds. Deterministic."""
    found: dict[int, Reading] = {}
    for out in split(examples, folds):
        held = set(out)
        reader = learn([each for place, each in enumerate(examples) if place not in held])
        found |= dict(zip(out, read_all(reader, [examples[place] for place in out]), strict=True))
    return [found[place] for place in range(len(examples))]


def split(examples: Sequence[Example], folds: int = FOLDS) -> list[list[int]]:
    """The places of the posts in each fold; threads stay whole, the kinds of each theme are spread over all folds."""
    parts: list[list[int]] = [[] for _ in range(folds)]
    first = [(examples[thread[0]].theme, examples[thread[0]].expected.kind, thread) for thread in threads(examples)]
    for number, (_, _, thread) in enumerate(sorted(first)):
        parts[number % folds] += thread
    return [sorted(part) for part in parts if part]
