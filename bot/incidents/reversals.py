"""What came back, as it is told: who says so, how much of it they count, and what that makes of the rejected work."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot import trust
from bot.model import Outcome, Report, Reversal, Share
from bot.model.policy import Policy


@dataclass(slots=True)
class _Said:
    """What one worker says. `whole` is how many rejections they had, `paid` that money came while these stay."""

    weight: float = 0.0
    reverses: bool = False
    all_of_it: bool = False
    paid: bool = False
    counted: int | None = None
    whole: int | None = None


@dataclass(slots=True)
class Reversals:
    """The reports of reversals in their writers' own words, added up as they come; a promise or a wish is none.

    `claimed` are the rejections that voices counted when they reported: they need not do it again.
    """

    policy: Policy
    claimed: dict[str, int] = field(default_factory=dict)
    said: dict[str, _Said] = field(default_factory=dict)
    n_voices: int = 0
    n_all: int = 0
    n_compensated: int = 0
    n_counting: int = 0
    n_known: int = 0
    counted: int = 0
    whole: int = 0

    def claims(self, voice: str, n: int) -> None:
        """A worker reports so many rejections."""
        if n > self.claimed.get(voice, -1):
            self._count(voice, -1)
            self.claimed[voice] = n
            self._count(voice, 1)

    def take(self, report: Report) -> None:
        """One more report of a reversal."""
        voice, facts = report.voice.key, report.facts
        self._count(voice, -1)
        said = self.said.setdefault(voice, _Said())
        said.weight = max(said.weight, trust.weight(report.voice, self.policy))
        said.paid = said.paid or facts.reversal is Reversal.COMPENSATED
        if facts.reversal in (None, Reversal.DONE, Reversal.PARTLY):
            said.reverses = True
            said.all_of_it = said.all_of_it or _says_all(report)
            said.counted = _larger(said.counted, facts.n_reversed)
            said.whole = _larger(said.whole, facts.n_rejected)
        self._count(voice, 1)

    def _count(self, voice: str, by: int) -> None:
        """What the voice says, added (1) or taken out (-1); nothing of one that counts nothing."""
        said = self.said.get(voice)
        if said is None or said.weight <= 0:
            return
        self.n_compensated += by * said.paid
        if not said.reverses:
            return
        self.n_voices += by
        self.n_all += by * said.all_of_it
        if said.counted is None:
            return
        self.n_counting += by
        self.counted += by * said.counted
        whole = self.claimed.get(voice) if said.whole is None else said.whole
        if whole is not None:
            self.n_known += by
            self.whole += by * whole

    @property
    def n_reversed(self) -> int | None:
        """So many reversals were counted by those who had them, None if nobody counts."""
        return self.counted if self.n_counting else None

    @property
    def reversed_of(self) -> int | None:
        """How many rejections those had who count their reversals; None unless each of them says so somewhere."""
        return self.whole if self.n_known and self.n_known == self.n_counting else None

    def outcome(self, n_rejected: int | None) -> Outcome:
        """What became of the rejected work. One credible voice makes it partly reversed; all takes several."""
        if not self.n_voices:
            return Outcome.COMPENSATED if self.n_compensated >= self.policy.reversed_voices else Outcome.OPEN
        if self.n_all < self.policy.reversed_voices:
            return Outcome.PARTLY_REVERSED
        counted = self.n_reversed
        short = n_rejected is not None and counted is not None and counted < self.policy.reversed_share * n_rejected
        return Outcome.PARTLY_REVERSED if short else Outcome.REVERSED


def _larger(one: int | None, other: int | None) -> int | None:
    return max((n for n in (one, other) if n is not None), default=None)


def _says_all(report: Report) -> bool:
    facts = report.facts
    if facts.reversal is not None:
        return facts.reversal is Reversal.DONE
    if facts.n_reversed is not None and facts.n_rejected is not None:
        return facts.n_reversed >= facts.n_rejected
    return facts.share in (None, Share.ALL)
