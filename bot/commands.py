"""What a person can ask or tell: one list, one set of texts, one piece of code for chat and terminal alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import amounts, cards, evidence, incidents, lookup, review, tapping
from bot.answers import Answer, Command, Person
from bot.errors import NotFoundError, UsageError
from bot.forgetting import forget
from bot.model import (
    Ambiguous,
    Card,
    Decision,
    Facts,
    Report,
    Stage,
    Unknown,
)
from bot.model.policy import ATTENDED
from bot.naming.canonical import canonical
from bot.platforms.rating import Case
from bot.registry import Registry
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.sweeper import BLIND, BLIND_NOTE, settle
from bot.tapping import Press
from bot.telling import about_of, ask, tell
from bot.whom import Beside, who

__all__ = ["COMMANDS", "Answer", "Command", "Desk", "Person", "answer", "numbers"]

UNDO_FOR = timedelta(minutes=5)
OPEN_FOR = timedelta(days=14)
OPEN_AT_MOST = 200
LONGEST_NAME = 120
# A reader may hold on to old pages of the file for a moment.
SCRUBS, SCRUB_AGAIN = 5, 0.2
UNKNOWN = "I do not know that command. These I know:"
NO_NAME = "I cannot make out a name in that. Write the requester's name, and a number after it."
PERSONAL = (
    "I know nobody by that, and it may be a worker's own id. Give the requester's name, or the link to their page."
)
# Before a command that is typed, and before one that is picked in Discord, where only the asker sees the answer.
TYPED, PICKED = "!", "/"
TOLD = (Stage.SUSPECTED, Stage.CORROBORATED, Stage.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where questions are answered: the store and the rules."""

    store: Store
    rules: Rules

    @property
    def registry(self) -> Registry:
        """What moderators say about who is who."""
        return Registry(self.store, self.rules)

    async def check(self, person: Person, asked: str, case: Case | None = None) -> Answer:
        """Where the requester stands, which ones are meant, or that nobody is known by that name."""
        if not asked.strip():
            raise UsageError("Whom should I look up?")
        return await self._shown(await lookup.find(self.store, self.rules, asked, person.guild), case)

    async def pick(self, person: Person, owner: str, case: Case | None = None) -> Answer:
        """The same for one of the choices of an earlier answer."""
        return await self._shown(await lookup.pick(self.store, self.rules, owner, person.guild), case)

    async def _shown(self, found: lookup.Answer, case: Case | None) -> Answer:
        now = await self.store.read(lambda tx: tx.now)
        return Answer(
            card=cards.answer(found, self.rules.platforms, now, case),
            private=isinstance(found, Unknown) and found.private,
            secret=isinstance(found, Unknown) and found.private,
            choices=found.candidates if isinstance(found, Ambiguous) else (),
        )

    async def report(self, person: Person, line: str) -> Answer:
        """Take `<requester> [n | n of m | all]` as this person's own claim; answer what was understood."""
        name, facts = amounts.split(line)
        name, facts = await self.store.read(lambda tx: self._known_whole(tx, line, name, facts))
        if not name:
            raise UsageError("Who rejected your work? Name the requester before the number.")
        return await self.store.write(lambda tx: self._report(tx, person, name, facts))

    def _known_whole(self, tx: Transaction, line: str, name: str, facts: Facts) -> tuple[str, Facts]:
        """A number may be part of a name that we know."""
        whole = " ".join(line.split())
        known = self.rules.names.up_to_date(tx).named(canonical(whole))
        return (whole, Facts(first_hand=True)) if known else (name, facts)

    def _report(self, tx: Transaction, person: Person, name: str, facts: Facts) -> Answer:
        voice = evidence.speaker(tx, self.rules, person)
        if evidence.has_said_a_lot(tx, voice):
            return Answer(card=cards.not_reported("You have reported a lot just now. Try again later."), private=True)
        mention = lookup.meant(name, self.rules)
        personal = lookup.may_be_a_person(mention, self.rules)
        readable = not personal and len(mention.text) <= LONGEST_NAME
        probability = amounts.probability(facts)
        meets = probability >= self.rules.policies["early"].claim_floor
        beside = Beside(meets=meets, voice_key=voice.key)
        requester = who(tx, self.rules, mention, worth=readable, platform=None, beside=beside)
        if requester is None:
            raise UsageError(PERSONAL if personal else NO_NAME)
        report = Report(
            key="",
            at=tx.now,
            voice=voice,
            probability=probability,
            facts=facts,
            source=f"{person.site}:report",
        )
        key, incident = evidence.add(tx, self.rules, report, requester, "", None)
        if incident is not None:
            tell(tx, self.rules, incident, tx.now)
            ask(tx, self.rules, incident)
        first = incident is None or incident.n_voices <= 1
        return Answer(card=cards.reported(requester.name, facts, first=first), private=True, report_key=key)

    async def undo(self, person: Person, report_key: str) -> Answer:
        """Take the person's own report back, for five minutes after it was made."""

        def work(tx: Transaction) -> Answer:
            found = tx.find_report(report_key)
            mine = self.rules.voice_key(person.site, person.key)
            if found is None or found.report.voice.key != mine or tx.now - found.report.at > UNDO_FOR:
                return Answer(
                    card=cards.not_reported("There is no report of yours to take back any more."), private=True
                )
            incident_id = tx.remove_report(report_key)
            if incident_id is not None:
                settle(tx, self.rules, incident_id, tx.guilds())
            return Answer(card=cards.undone(), private=True)

        return await self.store.write(work)

    async def tap(self, person: Person, press: Press) -> Answer | None:
        """An answer to the bot's question; None for a press that was heard already."""
        return await tapping.tap(self.store, self.rules, person, press)

    async def forget_me(self, person: Person, line: str) -> Answer:
        """Forget whoever asks, once they are sure."""
        if line.strip().lower() != "yes":
            return _for_one(cards.forget_me())
        done = await forget(self.store, self.rules, person.site, person.key, anyway=False)
        for _ in range(SCRUBS):
            if done.clean:
                break
            # Our own readers are done in no time; a stranger's may not be.
            await asyncio.sleep(SCRUB_AGAIN)
            done = replace(done, clean=await self.store.scrub())
        return _for_one(cards.forgotten(clean=done.clean))

    async def recent(self, person: Person) -> Answer:
        """What is open now, as this guild sees it, newest first."""

        def work(tx: Transaction) -> Answer:
            policy = self.rules.policy(person.guild.policy)
            views = (
                incidents.assess(incident, policy, tx.now, person.guild.guild_key)
                for incident in tx.recent_incidents(tx.now - OPEN_FOR, OPEN_AT_MOST)
            )
            shown = [about_of(tx, self.rules, view) for view in views if view.stage in TOLD and view.closed_at is None]
            return Answer(card=cards.recent(shown, tx.now))

        return await self.store.read(work)

    async def judge(self, person: Person, ref: str, decision: Decision, why: str | None = None) -> Answer:
        """A moderator's word about an incident."""
        if not ref.strip():
            raise UsageError("Which one? The ref stands at the foot of the card.")
        judged = await review.judge(self.store, self.rules, ref, self._word(person, decision, why))
        return Answer(card=cards.judged(decision, judged.about))

    async def press(
        self, person: Person, key: str, ref: str, decision: Decision, why: str | None = None
    ) -> Answer | None:
        """The same by a button; `key` is this one press. None for a press that was heard already."""
        judged = await review.press(self.store, self.rules, key, ref, self._word(person, decision, why))
        return None if judged is None else Answer(card=cards.judged(decision, judged.about))

    def _word(self, person: Person, decision: Decision, why: str | None) -> review.Word:
        if not person.moderator:
            raise UsageError("Only moderators can decide that.")
        by = self.rules.voice_key(person.site, person.key)
        return review.Word(decision=decision, by=by, guild=person.guild, why=why)

    async def rating(self, person: Person, case: Case | None, platform: str | None = None) -> Answer:
        """What more rejections would do to a rating."""
        now = await self.store.read(lambda tx: tx.now)
        return Answer(card=cards.rating(self.rules.platforms.find(platform), case, now), private=case is not None)

    async def status(self, person: Person) -> Answer:
        """How the bot is doing."""

        def work(tx: Transaction) -> Answer:
            noted = tx.note(BLIND_NOTE)
            blind = BLIND if noted is None else noted.split()
            return Answer(card=cards.status(tx.sources(), tx.outbox(), tx.gaps(8), tx.now, blind), private=True)

        return await self.store.read(work)


def _for_one(card: Card) -> Answer:
    """For the asker alone, wherever it was typed."""
    return Answer(card=card, private=True, secret=True, instead=cards.not_before_others())


async def _policy(desk: Desk, person: Person, line: str) -> Answer:
    page = line.strip() or "1"
    if not page.isdecimal() or len(page) > 2 or not 1 <= int(page) <= cards.PAGES:
        raise UsageError(f"There are the pages 1 to {cards.PAGES}.")
    here = replace(desk.rules.policy(person.guild.policy), asks=person.guild.asks)
    here = replace(here, lone_a_day=ATTENDED if person.guild.moderator_channel else 0)
    return Answer(card=cards.policy(here, int(page)))


def numbers(line: str) -> Case | None:
    """`APPROVED REJECTED AT-RISK` as a case; None for nothing. Raises UsageError for anything else."""
    parts = line.replace(",", "").split()
    if not parts:
        return None
    if len(parts) != 3 or not all(part.isdecimal() and len(part) <= 8 for part in parts):
        raise UsageError("I need three whole numbers below a hundred million: approved, rejected so far, now at risk.")
    return Case(*(int(part) for part in parts))


def _judge(decision: Decision) -> Callable[[Desk, Person, str], Awaitable[Answer]]:
    async def run(desk: Desk, person: Person, line: str) -> Answer:
        ref, _, why = line.strip().partition(" ")
        return await desk.judge(person, ref, decision, why.strip() or None)

    return run


async def _help(_desk: Desk, person: Person, _line: str, sign: str = TYPED) -> Answer:
    shown = [command for command in COMMANDS if person.moderator or not command.moderators]
    here = _IN_DISCORD if person.moderator and person.site == "discord" else ()
    return Answer(card=cards.commands([*((f"{sign}{command.usage}", command.sentence) for command in shown), *here]))


async def _rating(desk: Desk, person: Person, line: str) -> Answer:
    return await desk.rating(person, numbers(line))


async def _undo(desk: Desk, person: Person, line: str) -> Answer:
    ref = line.strip().partition(" ")[0]
    if await desk.store.read(lambda tx: tx.find_edit(ref)) is not None:
        return await desk.registry.undo(person, ref)
    return await _judge(Decision.UNDO)(desk, person, line)


async def _alias(desk: Desk, person: Person, line: str) -> Answer:
    verb, _, rest = line.strip().partition(" ")
    if verb not in ("add", "remove"):
        raise UsageError("Add or remove?")
    return await desk.registry.preview(person, f"{verb}_alias", rest)


def _preview(kind: str) -> Callable[[Desk, Person, str], Awaitable[Answer]]:
    async def run(desk: Desk, person: Person, line: str) -> Answer:
        return await desk.registry.preview(person, kind, line)

    return run


async def _do(desk: Desk, person: Person, line: str) -> Answer:
    return await desk.registry.do(person, line.strip())


async def _names(desk: Desk, person: Person, line: str) -> Answer:
    if not line.strip():
        raise UsageError("Whose?")
    return await desk.registry.names(person, line)


async def _log(desk: Desk, person: Person, _line: str) -> Answer:
    return await desk.registry.edits(person)


def _editing(name: str, usage: str, sentence: str) -> Command[Desk]:
    return Command(name, f"{name} {usage}", sentence, _alias if name == "alias" else _preview(name), moderators=True)


# Each shows first what it would change.
_EDITS = (
    _editing("alias", "add|remove <requester> = <name>", "Another name of theirs."),
    _editing("rename", "<requester> = <name>", "Show them by another name; the old one stays theirs."),
    _editing("link", "<requester> = <requester>", "The same people run both; no report moves."),
    _editing("unlink", "<requester> = <requester>", "They have nothing to do with each other."),
    _editing("merge", "<requester> = <requester>", "The first is the second: its reports and names go there."),
    _editing("split", "<ref or requester> = <name, id or #number>", "That incident, name or account is somebody else."),
    Command("do", "do <key>", "Carry out what was previewed.", _do, moderators=True),
    Command("names", "names <requester>", "All they are known by, with dates.", _names, moderators=True),
    Command("edits", "edits", "What was said about who is who.", _log, moderators=True),
)

# What is picked there and never typed.
_IN_DISCORD = (
    ("/setup", "Where and of what this community is told. Takes Manage Server."),
    ("/watch-channel, /unwatch-channel", "Read a channel for reports, or stop reading it."),
)

COMMANDS: tuple[Command[Desk], ...] = (
    Command(
        "check", "check <requester>", "What is known about a requester: name, id, link or pasted export.", Desk.check
    ),
    Command(
        "report",
        "report <requester> [27 | 27 of 30 | all]",
        "They rejected your work: tell the others. Nobody sees who reported.",
        Desk.report,
    ),
    Command("forget-me", "forget-me [yes]", "Everything I hold of you is deleted.", Desk.forget_me),
    Command("recent", "recent", "What is open now.", lambda desk, person, _line: desk.recent(person)),
    Command("policy", "policy [page]", "What decides here: the two policies, and every number of the rules.", _policy),
    Command("rating", "rating [approved rejected at-risk]", "What more rejections would do to your rating.", _rating),
    Command(
        "confirm", "confirm <ref> [why]", "You looked at it, and it is so.", _judge(Decision.CONFIRM), moderators=True
    ),
    Command(
        "dismiss", "dismiss <ref> [why]", "You looked at it, and it is not.", _judge(Decision.DISMISS), moderators=True
    ),
    Command(
        "reversed",
        "reversed <ref> [why]",
        "The rejections were taken back.",
        _judge(Decision.REVERSED),
        moderators=True,
    ),
    Command(
        "compensated",
        "compensated <ref> [why]",
        "They were paid another way; the rejections stay.",
        _judge(Decision.COMPENSATED),
        moderators=True,
    ),
    Command(
        "undo",
        "undo <ref>",
        "Take back your community's last word on it, or an entry of `edits`.",
        _undo,
        moderators=True,
    ),
    *_EDITS,
    Command(
        "status", "status", "How the bot is doing.", lambda desk, person, _line: desk.status(person), moderators=True
    ),
    Command("help", "help", "This list.", _help),
)


async def answer(desk: Desk, person: Person, line: str, sign: str = TYPED) -> Answer:
    """Answer one line, with or without the leading `!`. What is not understood is answered with the right way.

    `sign` stands before each command that the answer names: as they asked, so they are told to ask.
    """
    name, _, rest = line.strip().removeprefix(TYPED).partition(" ")
    command = next((command for command in COMMANDS if command.name == name.lower()), None)
    if command is None or command.name == "help":
        told = await _help(desk, person, "", sign)
        return told if command else replace(told, card=replace(told.card, lines=(UNKNOWN,)))
    if command.moderators and not person.moderator:
        return Answer(card=cards.moderators_only(), private=True)
    try:
        return await command.run(desk, person, rest)
    except (UsageError, NotFoundError) as error:
        return Answer(card=cards.misused(f"{sign}{command.usage}", str(error)), private=True)
