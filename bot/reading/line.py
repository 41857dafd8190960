"""A sentence with its place in the post, the requesters named in it, and what it states."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.model import Origin
from bot.reading.atoms import Atom
from bot.reading.clauses import Sentence
from bot.reading.mentions import Candidate


@dataclass(slots=True)
class Line:
    """A sentence with its place in the post and the requesters named in it."""

    sentence: Sentence
    passage: int
    named: list[Candidate]
    atoms: list[Atom] = field(default_factory=list)

    @property
    def own(self) -> bool:
        """Whether the author says it; else they quote it."""
        return self.sentence.origin is not Origin.QUOTE
