"""An answer to the bot's own question, by one tap: a voice like any other, heard and told in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot import cards, evidence, incidents
from bot.alerts import questions
from bot.answers import Answer, Person
from bot.model import Card, Delivery, Policy, Report, Requester, Tap
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.sweeper import settle
from bot.telling import takes_answers, tell
from bot.trust import ANSWER

ENOUGH = "You have reported and answered a lot just now. Try again later."


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Which button, under which message: `key` is this one press, `generation` which question about the incident."""

    key: str
    ref: str
    generation: int
    tap: Tap
    channel_key: str
    message_key: str


async def tap(store: Store, rules: Rules, person: Person, press: Press) -> Answer | None:
    """Take the answer; of one person about one requester the latest counts. None for a press that was heard already."""

    def work(tx: Transaction) -> Answer | None:
        if not tx.interaction(press.key):
            return None
        return Answer(card=_Tapping(tx, rules, person, press).take(), private=True)

    return await store.write(work)


@dataclass(frozen=True, slots=True)
class _Tapping:
    """One press, inside its transaction."""

    tx: Transaction
    rules: Rules
    person: Person
    press: Press

    @property
    def policy(self) -> Policy:
        return self.rules.policy(self.person.guild.policy)

    def take(self) -> Card:
        tx, tap = self.tx, self.press.tap
        requester = self._asked_about()
        if requester is None:
            return cards.not_reported(cards.CLOSED)
        voice = evidence.speaker(tx, self.rules, self.person)
        before = tx.said_by(voice.key, requester.requester_id, ANSWER, tx.now - self.policy.ask_every)
        if tap is Tap.PENDING:
            self._take_back(before)
        elif [questions.tapped(each) for each in before] != [tap]:
            if evidence.has_said_a_lot(tx, voice):
                return cards.not_reported(ENOUGH)
            self._take_back(before)
            # The medium and no channel: nothing tells where somebody answered.
            said = questions.answer("", tx.now, voice, tap, self.person.site)
            _, incident = evidence.add(tx, self.rules, said, requester, "", None)
            if incident is not None:
                tell(tx, self.rules, incident, tx.now)
        return cards.tapped(tap, requester.name)

    def _asked_about(self) -> Requester | None:
        """Whom the question is about, if it is this guild's, stands in this very message and takes answers."""
        tx, guild = self.tx, self.tx.find_guild(self.person.guild.guild_key)
        incident = tx.find_incident(self.press.ref)
        if guild is None or incident is None or incident.incident_id is None or incident.requester_id is None:
            return None
        asked = self._asked(incident.incident_id)
        view = incidents.assess(incident, self.policy, tx.now, guild.guild_key)
        if asked is None or asked.guild_key != guild.guild_key:
            return None
        is_open = takes_answers(asked, guild, view, self.policy, tx.now)
        return tx.get_requester(incident.requester_id) if is_open else None

    def _asked(self, incident_id: int) -> Delivery | None:
        """The question under whose message it was pressed.

        Where we died before we knew that the message arrived, the press is the proof of it.
        """
        press = self.press
        for asked in self.tx.questions_to_members(incident_id):
            if (asked.channel_key, asked.generation) == (press.channel_key, press.generation):
                known = asked.message_key == press.message_key
                return asked if known or self._proves(asked) else None
        return None

    def _proves(self, asked: Delivery) -> bool:
        press = self.press
        return asked.message_key is None and self.tx.witness(press.channel_key, asked.nonce, press.message_key)

    def _take_back(self, before: Iterable[Report]) -> None:
        changed = {self.tx.remove_report(each.key) for each in before}
        for incident_id in changed - {None}:
            settle(self.tx, self.rules, incident_id or 0, self.tx.guilds())
