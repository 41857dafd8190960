"""A moderator's word: recorded, applied, and told, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import cards, evidence, incidents
from bot.errors import NotFoundError, UsageError
from bot.model import Decision, Guild, Verdict
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.telling import Told, about_of, tell

LONGEST_WHY = 300
# So much one person may decide alone, verdicts and edits together: more than a bad day takes, and little enough to be
# taken back by hand if it was not they who sat at their account.
ALONE = ((timedelta(minutes=10), 10), (timedelta(days=1), 40))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the verdict made of the incident, as the moderator's own guild sees it, and what is told because of it."""

    about: cards.About
    told: tuple[Told, ...]


def hold_back(tx: Transaction, by: str) -> None:
    """Raise UsageError if `by` (a voice key) has decided so much just now that another person has to go on."""
    for span, most in ALONE:
        if tx.count_deeds_by(by, tx.now - span) >= most:
            hours = span >= timedelta(hours=1)
            within = f"{span // timedelta(hours=1)} hours" if hours else f"{span // timedelta(minutes=1)} minutes"
            raise UsageError(
                f"You have decided {most} things within {within}. In case it is not you who sits at your account, "
                "another moderator decides this one; or wait."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What moderator `by` (a voice key) of a guild decides."""

    decision: Decision
    by: str
    guild: Guild
    why: str | None = None

    def at(self, now: datetime) -> Verdict:
        """The word as it is recorded."""
        why = self.why[:LONGEST_WHY] if self.why else None
        return Verdict(key="", at=now, decision=self.decision, by=self.by, guild_key=self.guild.guild_key, why=why)


async def judge(store: Store, rules: Rules, ref: str, word: Word) -> Judged:
    """Record the word about the incident with this `ref`, apply it, and tell.

    Raises NotFoundError if there is no such incident, UsageError if another person has to decide it.
    """
    return await store.write(lambda tx: _judge(tx, rules, ref, word))


async def press(store: Store, rules: Rules, key: str, ref: str, word: Word) -> Judged | None:
    """The same by the press `key` of a button, in one transaction with it. None for a press that was heard already."""
    return await store.write(lambda tx: _judge(tx, rules, ref, word) if tx.interaction(key) else None)


def _judge(tx: Transaction, rules: Rules, ref: str, word: Word) -> Judged:
    hold_back(tx, word.by)
    incident = tx.find_incident(ref)
    if incident is None or incident.incident_id is None or incident.requester_id is None:
        raise NotFoundError(f"There is no incident with the ref {ref[:12]}. The ref stands at the foot of the card.")
    verdict = tx.add_verdict(incident.incident_id, word.at(tx.now))
    judged = evidence.save(tx, rules, incidents.judge(incident, verdict, rules.policies["early"], tx.now))
    told = tell(tx, rules, judged, tx.now)
    view = incidents.assess(judged, rules.policy(word.guild.policy), tx.now, word.guild.guild_key)
    return Judged(about_of(tx, rules, view), tuple(told))
