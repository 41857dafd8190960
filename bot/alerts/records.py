"""How the reports of each voice fared before: whose incidents moderators confirmed, and whose they dismissed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bot.incidents.stages import last_word, standing_verdicts
from bot.model import Decision, Incident, Stance, Voice


@dataclass(slots=True)
class Records:
    """True and false reports by voice. A verdict that is undone or turned round is undone here as well."""

    true: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    _held: dict[tuple[str, str], tuple[Decision, frozenset[str]]] = field(default_factory=dict)

    def known(self, voice: Voice) -> Voice:
        """The voice with its record so far."""
        n_true, n_false = self.true[voice.key], self.false[voice.key]
        return replace(voice, n_true=n_true, n_false=n_false) if n_true or n_false else voice

    def judged(self, account: str, incident: Incident) -> None:
        """Moderators have spoken on the incident: its reporters were right, wrong, or it is open again."""
        key = (account, incident.opened_at.isoformat())
        word = last_word(standing_verdicts(incident.verdicts))
        before = self._held.pop(key, None)
        if before is not None:
            self._count(before[0], before[1], -1)
        if word is not None:
            voices = frozenset(r.voice.key for r in incident.reports if r.stance is Stance.REPORT)
            self._held[key] = (word.decision, voices)
            self._count(word.decision, voices, 1)

    def _count(self, decision: Decision, voices: Iterable[str], by: int) -> None:
        counter = self.true if decision is Decision.CONFIRM else self.false
        for voice in voices:
            counter[voice] += by
