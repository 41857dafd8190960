"""What moderators say about who is who: typed, previewed, carried out and taken back, the same on every front."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import cards, lookup
from bot.answers import Answer, Person
from bot.cards.editing import ACCOUNT, INCIDENT, REPORT, Suggestion
from bot.editing import Editing, Effect
from bot.errors import NotFoundError, UsageError
from bot.model import Ambiguous, Card, Found, Link, Tie, Unknown
from bot.platforms import Noun
from bot.review import hold_back
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.storage.codec import dump, load
from bot.whom import candidate

EDITS_SHOWN = 10
# A preview older than this is forgotten: too much has happened since.
PLAN_FOR = timedelta(hours=1)
PLAN_LENGTH = 8
BETWEEN = re.compile(r"\s=\s|\s=$|^=\s", re.ASCII)
TWO_NUMBERS = re.compile(r"(#\d{1,18})\s{1,9}(#\d{1,18})", re.ASCII)
LONGEST_NAME = 120
HOW = "Put “ = ” between the two, such as: #12 = #15."
NOT_YOURS = "Only moderators can decide that."


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One word of a moderator, understood but not yet carried out. `kind` is a method of `Editing`."""

    kind: str
    one_id: int
    at: datetime
    other_id: int | None = None
    name: str | None = None
    incident_id: int | None = None

    def carry_out(self, editing: Editing) -> Effect:
        """Do it, in the editing's transaction."""
        acts: dict[str, Callable[[], Effect]] = {
            "add_alias": lambda: editing.add_alias(self.one_id, self.name or ""),
            "remove_alias": lambda: editing.remove_alias(self.one_id, self.name or ""),
            "rename": lambda: editing.rename(self.one_id, self.name or ""),
            "link": lambda: editing.link(self.one_id, self.other_id or 0),
            "unlink": lambda: editing.unlink(self.one_id, self.other_id or 0),
            "merge": lambda: editing.merge(self.one_id, self.other_id or 0),
            "split": lambda: editing.split(self.one_id, self.incident_id, self.name or "", self.other_id),
        }
        return acts[self.kind]()


class _NotYet(Exception):
    """Ends the transaction of a preview, so that nothing of it is kept."""

    def __init__(self, effect: Effect) -> None:
        super().__init__()
        self.effect = effect


class _Which(Exception):
    """Who was named is several, or nobody."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Registry:
    """The desk's part for moderators. Whether one is, is asked at every step: rights may have gone in between."""

    store: Store
    rules: Rules

    async def preview(self, person: Person, kind: str, line: str) -> Answer:
        """Understand a line such as `#12 = #15` and show what it would change."""
        _moderators_only(person)
        try:
            plan = await self.store.read(lambda tx: self._plan(tx, kind, line))
        except _Which as which:
            return which.answer
        effect = await self._try(person, plan)
        key = secrets.token_hex(PLAN_LENGTH // 2)
        await self.store.write(lambda tx: tx.set_note(f"plan:{key}", dump(plan)))
        card = cards.preview(key, effect.edit.says, _moved(effect), *_audience(effect))
        return _whispered(card, plan=key)

    async def do(self, person: Person, key: str) -> Answer:
        """Carry a previewed plan out, once."""
        _moderators_only(person)

        def work(tx: Transaction) -> Effect:
            plan = self._kept(tx, key)
            tx.drop_note(f"plan:{key}")
            return plan.carry_out(self._editing(tx, person))

        return _done(await self.store.write(work))

    async def leave(self, person: Person, key: str) -> Answer:
        """Forget a previewed plan."""
        _moderators_only(person)
        await self.store.write(lambda tx: tx.drop_note(f"plan:{key}"))
        return _whispered(cards.left())

    async def undo(self, person: Person, ref: str) -> Answer:
        """Take an entry of the log back."""
        _moderators_only(person)

        def work(tx: Transaction) -> Effect:
            edit = tx.find_edit(ref)
            if edit is None:
                raise NotFoundError(f"There is no entry {ref[:12]}. `edits` lists them.")
            return self._editing(tx, person).undo(edit)

        return _done(await self.store.write(work))

    async def same(self, person: Person, link_id: int, *, merge: bool) -> Answer:
        """A question's answer: the two are one (`merge`), or run by the same people."""
        _moderators_only(person)

        def work(tx: Transaction) -> Effect:
            link = tx.get_link(link_id)
            if link is None or link.tie is not Tie.SUGGESTED:
                raise UsageError("That was answered already. `edits` lists what was said.")
            editing = self._editing(tx, person)
            # The younger one was made for the reports that nobody could place.
            return editing.merge(link.other_id, link.one_id) if merge else editing.link(link.one_id, link.other_id)

        return _done(await self.store.write(work))

    async def apart(self, person: Person, requester_id: int) -> Answer:
        """A question's answer: none of these. Each is an entry of its own."""
        _moderators_only(person)

        def work(tx: Transaction) -> Effect:
            effect = None
            for link in tx.links_of(requester_id, Tie.SUGGESTED):
                effect = self._editing(tx, person).unlink(link.one_id, link.other_id)
            if effect is None:
                raise UsageError("That was answered already. `edits` lists what was said.")
            return effect

        return _done(await self.store.write(work))

    async def edits(self, person: Person) -> Answer:
        """The last entries of the log."""
        _moderators_only(person)
        return await self.store.read(lambda tx: _whispered(cards.edits(tx.edits(EDITS_SHOWN), tx.now)))

    async def names(self, person: Person, line: str) -> Answer:
        """All that one requester is known by, and who may belong to them."""
        _moderators_only(person)

        def work(tx: Transaction) -> Answer:
            requester = tx.get_requester(self._named(tx, line))
            ties = [_beside(tx, requester.requester_id, link) for link in tx.links_of(requester.requester_id)]
            history = tx.name_history(requester.requester_id)
            return _whispered(cards.names(requester, history, ties, self.rules.platforms))

        try:
            return await self.store.read(work)
        except _Which as which:
            return which.answer

    async def _try(self, person: Person, plan: Plan) -> Effect:
        """What the plan would do, by doing it and keeping nothing."""

        def work(tx: Transaction) -> Effect:
            raise _NotYet(plan.carry_out(self._editing(tx, person)))

        try:
            return await self.store.write(work)
        except _NotYet as tried:
            return tried.effect

    def _editing(self, tx: Transaction, person: Person) -> Editing:
        by = self.rules.voice_key(person.site, person.key)
        hold_back(tx, by)
        return Editing(tx, self.rules, by, person.guild.guild_key)

    def _kept(self, tx: Transaction, key: str) -> Plan:
        kept = tx.note(f"plan:{key}")
        plan: Plan | None = load(Plan, kept) if kept is not None else None
        if plan is None or tx.now - plan.at > PLAN_FOR:
            raise UsageError("That preview is done with or too old. Say it again to see what it would change now.")
        return plan

    def _plan(self, tx: Transaction, kind: str, line: str) -> Plan:
        one, other = _halves(line)
        if kind == "split":
            return self._split(tx, one, other)
        one_id = self._named(tx, one)
        if kind in ("link", "unlink", "merge"):
            return Plan(kind=kind, one_id=one_id, other_id=self._named(tx, other), at=tx.now)
        return Plan(kind=kind, one_id=one_id, name=other[:LONGEST_NAME], at=tx.now)

    def _split(self, tx: Transaction, one: str, other: str) -> Plan:
        """From a requester, or from an incident named by its ref; to somebody known by a number, or by a new name."""
        incident = tx.find_incident(one)
        from_id = incident.requester_id if incident is not None else self._named(tx, one)
        number = lookup.number_in(other)
        to_id = tx.get_requester(number).requester_id if number is not None else None
        incident_id = incident.incident_id if incident is not None else None
        name = other[:LONGEST_NAME]
        return Plan(kind="split", one_id=from_id or 0, other_id=to_id, name=name, incident_id=incident_id, at=tx.now)

    def _named(self, tx: Transaction, asked: str) -> int:
        """Whom a moderator names: by number, by id, or by a name that is only theirs."""
        found = lookup.find_in(tx, self.rules, asked, None)
        if isinstance(found, Found):
            return found.standing.requester.requester_id
        candidates = found.candidates if isinstance(found, Ambiguous) else found.near
        raise _Which(_whispered(cards.which(_safe(found, asked), candidates, self.rules.platforms)))


def _safe(found: lookup.Answer, asked: str) -> str:
    return "…" if isinstance(found, Unknown) and found.private else asked


def _whispered(card: Card, plan: str | None = None) -> Answer:
    """For moderators' eyes: it counts what in public is "fewer than 5 workers"."""
    return Answer(card=card, private=True, secret=True, instead=cards.not_here(), plan=plan)


def _moderators_only(person: Person) -> None:
    if not person.moderator:
        raise UsageError(NOT_YOURS)


def _halves(line: str) -> tuple[str, str]:
    numbers = TWO_NUMBERS.fullmatch(line.strip())
    parts = list(numbers.groups()) if numbers else BETWEEN.split(line.strip(), maxsplit=1)
    if len(parts) != 2 or not all(part.strip() for part in parts):
        raise UsageError(HOW)
    return parts[0].strip(), parts[1].strip()


def _beside(tx: Transaction, requester_id: int, link: Link) -> Suggestion:
    other_id = link.other_id if link.one_id == requester_id else link.one_id
    return link, candidate(tx, other_id, link.score)


def _moved(effect: Effect) -> list[tuple[Noun, int]]:
    return [(REPORT, effect.reports), (INCIDENT, effect.incidents), (ACCOUNT, effect.accounts)]


def _audience(effect: Effect) -> tuple[int, int]:
    """In how many communities members and moderators hear of it."""
    members = {told.guild.guild_key for told in effect.told if told.alert.seen and told.guild.alert_channel}
    moderators = {told.guild.guild_key for told in effect.told if told.guild.moderator_channel}
    return len(members), len(moderators)


def _done(effect: Effect) -> Answer:
    return _whispered(cards.done(effect.edit, _moved(effect), *_audience(effect)))
