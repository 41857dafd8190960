"""The command evaluate: how well the reader reads, beside baselines that run at the same time.

examples and corpus or judged (posts with what they mean) → readers (ours and the baselines; folds for what learns)
→ sheet (figures) → printing
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from bot import lines
from bot.errors import UsageError
from bot.evaluation import baselines, corpus, judged, learning, printing, tfidf
from bot.evaluation.examples import Example, Reader, parents, read_all
from bot.evaluation.folds import cross_read
from bot.evaluation.sheet import Sheet, measure
from bot.model import Kind, Reading
from bot.platforms import Platforms
from bot.platforms import load as load_platforms
from bot.reading import passes_gate, read

__all__ = ["BLIND", "OURS", "TRAINING", "Wanted", "default_corpus", "print_hashes", "run"]

BLIND, TRAINING = "blind", "training"
OURS = "reader"
Say = Callable[[str], None]
# What learns the reader's weights; of the training part every post is read with what the others taught.
LEARN: Callable[[Platforms, Sequence[Example]], Reader] = learning.learn
LOOKED = (
    "These are single errors of the blind part. Log this look in data/corpus/README.md (date, why, what was seen); "
    "after five looks the part becomes training and a new one is written."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to evaluate: judged files beside the parts of the corpus (none named: both), and how to show it.

    Single errors of the blind part are shown only if it is among `parts`.
    """

    posts: tuple[Path, ...] = ()
    parts: tuple[str, ...] = ()
    errors: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """A set of posts to try the readers on. `errors` asks for its single errors."""

    title: str
    examples: Sequence[Example]
    errors: bool = False
    in_folds: bool = False


def default_corpus() -> Path:
    """The corpus of the checkout: it does not travel with the installed program."""
    return Path(__file__).parents[2] / "data" / "corpus"


def run(wanted: Wanted, out: TextIO, say: Say, folder: Path | None = None) -> int:
    """Evaluate the reader on judged posts and on the parts of the corpus in `folder`, each apart.

    Figures go to `out`, remarks to `say`. Returns the exit code: 1 if a judged line had to be left out.
    Raises UsageError and InputError.
    """
    place = folder or default_corpus()
    training = corpus.load(place / TRAINING)
    left_out: list[str] = []
    # Judged posts first: they take seconds, the training part in cross-validation minutes.
    trials = [Trial(str(path), judged.load(path, left_out.append), wanted.errors) for path in wanted.posts]
    trials += _parts(place, training, wanted)
    for line in left_out:
        say(f"left out: {line}")
    if not any(trial.examples for trial in trials):
        raise UsageError(
            f"There are no posts in {place}. The corpus is part of the checkout, not of the installed program: "
            "name its folder with --corpus DIR, or judged posts with --posts FILE."
        )
    if wanted.errors and not wanted.parts:
        say(f"single errors of the {BLIND} part are shown only with --part {BLIND}: each such look is logged")
    for trial in trials:
        if trial.examples:
            _try(trial, training, out, say, as_json=wanted.as_json)
    return lines.FAILED if left_out else 0


def print_hashes(out: TextIO, folder: Path | None = None) -> None:
    """The table of SHA-256 sums of the blind part's files, as data/corpus/README.md holds it."""
    found = corpus.fingerprints((folder or default_corpus()) / BLIND)
    out.write("| file | SHA-256 |\n|---|---|\n")
    out.write("".join(f"| `{name}` | `{digest}` |\n" for name, digest in found.items()))


def _parts(place: Path, training: list[Example], wanted: Wanted) -> list[Trial]:
    parts = wanted.parts or (BLIND, TRAINING)
    trials = []
    if BLIND in parts:
        trials.append(Trial(BLIND, corpus.load(place / BLIND), wanted.errors and BLIND in wanted.parts))
    if TRAINING in parts:
        trials.append(Trial(TRAINING, training, wanted.errors, in_folds=True))
    return trials


def _try(trial: Trial, training: Sequence[Example], out: TextIO, say: Say, *, as_json: bool) -> None:
    found = _readings(trial, training, say)
    gate = _gate(trial.examples, found[OURS])
    sheets = {
        name: measure(trial.examples, readings, gate if name == OURS else None) for name, readings in found.items()
    }
    _show(trial, sheets, out, as_json=as_json)
    if trial.errors:
        _show_errors(trial, found[OURS], out, as_json=as_json)
        if trial.title == BLIND:
            say(LOOKED)


def _show(trial: Trial, sheets: Mapping[str, Sheet], out: TextIO, *, as_json: bool) -> None:
    kinds = Counter(each.expected.kind for each in trial.examples)
    if as_json:
        lines.write(out, printing.as_json(trial.title, sheets, kinds))
    else:
        printing.table(out, trial.title, sheets, kinds)
        out.flush()


def _show_errors(trial: Trial, readings: Sequence[Reading], out: TextIO, *, as_json: bool) -> None:
    for error in printing.errors(trial.examples, readings):
        if as_json:
            lines.write(out, {"set": trial.title, "error": error})
        else:
            out.write(printing.error_line(error))


def _readings(trial: Trial, training: Sequence[Example], say: Say) -> dict[str, list[Reading]]:
    """What every reader makes of the posts; what learns never learns from the post it reads."""
    examples = trial.examples
    found = {OURS: _ours(trial, say)}
    fixed: dict[str, Reader] = {"keyword": baselines.keyword, "rule": baselines.rule}
    found |= {name: read_all(reader, examples) for name, reader in fixed.items()}
    why_not = _hindrance(training)
    if why_not is not None:
        say(f"{trial.title}: no TF-IDF baseline, because {why_not}")
    elif trial.in_folds:
        found["TF-IDF + LR"] = cross_read(tfidf.learn, examples)
    else:
        found["TF-IDF + LR"] = read_all(tfidf.learn(training), examples)
    return found


def _hindrance(training: Sequence[Example]) -> str | None:
    """Why nothing can be learnt here."""
    if not tfidf.there():
        return "scikit-learn is not installed (it is in the lock's dev group)"
    kinds = Counter(each.expected.kind for each in training)
    few = [kind.value for kind in Kind if kinds[kind] < tfidf.ENOUGH]
    return f"the training part has fewer than {tfidf.ENOUGH} posts of {', '.join(few)}" if few else None


def _ours(trial: Trial, say: Say) -> list[Reading]:
    platforms = load_platforms()
    why_not = _hindrance(trial.examples) if trial.in_folds else None
    if trial.in_folds and why_not is None:
        return cross_read(partial(LEARN, platforms), trial.examples)
    if why_not is not None:
        say(f"{trial.title}: read with the shipped weights, learnt from these very posts, because {why_not}")
    return read_all(lambda post, parent: read(post, platforms, parent), trial.examples)


def _gate(examples: Sequence[Example], readings: Sequence[Reading]) -> list[bool]:
    return [passes_gate(each.post, parent) for each, parent in zip(examples, parents(examples, readings), strict=True)]
