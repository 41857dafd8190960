"""A clause's statement about rejected work, with the signals found in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.model import Reversal
from bot.reading.clauses import Clause, Sentence
from bot.reading.numbers import Count
from bot.reading.words import Word

# Said of a statement that tells no fact.
UNASSERTED = frozenset(
    ("negated", "asked", "feared", "hypothetical", "in_general", "joking", "not_about_work", "own_choice")
)
CLAIMS = frozenset(("start_rejection", "start_verdict"))


@dataclass(slots=True)
class Atom:
    """One clause's statement: what it is about, which signals it gives, with the words, and the counts beside it."""

    sentence: Sentence
    clause: Clause
    anchor: Word
    start: str
    names: dict[str, str] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()
    reversal: Reversal | None = None
    contrary: bool = False

    @property
    def claims(self) -> bool:
        """Whether it says that work was rejected, in whichever words."""
        return self.start in CLAIMS

    @property
    def asserts(self) -> bool:
        """Whether it says as a fact that work was rejected."""
        return self.claims and not UNASSERTED & self.names.keys()

    def give(self, name: str, *words: Word) -> None:
        """Adds a signal with the words from the first to the last of `words`."""
        spot = words or (self.anchor,)
        self.names.setdefault(name, self.sentence.quote(spot[0], spot[-1]))
