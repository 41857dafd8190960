"""The verdicts of an incident as they come: which of them stand, and the last word on its stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import Decision, Verdict

_ON_STAGE = (Decision.CONFIRM, Decision.DISMISS)


@dataclass(slots=True)
class _Word:
    verdict: Verdict
    stands: bool = True


@dataclass(slots=True)
class Verdicts:
    """Those taken in by date: each undo takes back the last one of its own guild that still stood."""

    newest: tuple[datetime, str] | None = None
    n_reversed: int = 0
    by_guild: dict[str | None, list[_Word]] = field(default_factory=dict)
    on_stage: list[_Word] = field(default_factory=list)

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
                undone = ours.pop()
                undone.stands = False
                self.n_reversed -= undone.verdict.decision is Decision.REVERSED
            return
        word = _Word(verdict)
        ours.append(word)
        self.n_reversed += verdict.decision is Decision.REVERSED
        if verdict.decision in _ON_STAGE:
            self.on_stage.append(word)

    @property
    def last_word(self) -> Verdict | None:
        """The last verdict on the stage that stands: confirm or dismiss."""
        while self.on_stage and not self.on_stage[-1].stands:
            self.on_stage.pop()
        return self.on_stage[-1].verdict if self.on_stage else None
