"""The verdicts of an incident as they come: which of them stand, and the last words on its stage and outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import Decision, Outcome, Verdict

_ON_STAGE = (Decision.CONFIRM, Decision.DISMISS)
_OUTCOME = {Decision.REVERSED: Outcome.REVERSED, Decision.COMPENSATED: Outcome.COMPENSATED}


@dataclass(slots=True)
class _Word:
    verdict: Verdict
    stands: bool = True


@dataclass(slots=True)
class Verdicts:
    """Those taken in by date: each undo takes back the last one of its own guild that still stood."""

    newest: tuple[datetime, str] | None = None
    by_guild: dict[str | None, list[_Word]] = field(default_factory=dict)
    on_stage: list[_Word] = field(default_factory=list)
    on_outcome: list[_Word] = field(default_factory=list)

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> Verdicts:
        """All of them, in whatever order they come."""
        found = cls()
        for verdict in sorted(verdicts, key=lambda v: (v.at, v.key)):
            found.take(verdict)
        return found

    def goes_on_with(self, verdict: Verdict) -> bool:
        """Whether it comes after all the others."""
        return self.newest is None or self.newest <= (verdict.at, verdict.key)

    def take(self, verdict: Verdict) -> None:
        """One more, not older than those before."""
        self.newest = (verdict.at, verdict.key)
        ours = self.by_guild.setdefault(verdict.guild_key, [])
        if verdict.decision is Decision.UNDO:
            if ours:
                ours.pop().stands = False
            return
        word = _Word(verdict)
        ours.append(word)
        (self.on_stage if verdict.decision in _ON_STAGE else self.on_outcome).append(word)

    @property
    def last_word(self) -> Verdict | None:
        """The last verdict on the stage that stands: confirm or dismiss."""
        return _last(self.on_stage)

    @property
    def outcome(self) -> Outcome | None:
        """What moderators say became of the work: their last word on that which stands."""
        word = _last(self.on_outcome)
        return None if word is None else _OUTCOME[word.decision]


def _last(words: list[_Word]) -> Verdict | None:
    """The last that stands; what was taken back after it is dropped for good."""
    while words and not words[-1].stands:
        words.pop()
    return words[-1].verdict if words else None
