"""Whatever moderators say about who is who: taken back, the whole store is as it was, on both engines."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from bot import evidence, incidents
from bot.editing import Editing, Effect
from bot.errors import UsageError
from bot.model import Amount, Batch, Decision, Stance, Task, Term, Tie, Verdict
from bot.naming.canonical import canonical
from bot.rules import Rules
from bot.storage import Store, Transaction
from bot.storage.chain import HEAD
from bot.storage.tables import metadata
from tests.making import DAY, HOUR, guild, hear, report, rules, tell_all
from tests.storage.build import Clock

WORDS = ("Quillmere", "Vision", "Bramblewick", "Audio", "Thistledown", "Captions", "Lab", "Group")
TITLES = ("Outline the tree crowns", "Name the bird you hear", "Two minutes about breakfast")
LOG = {"edits", "audit"}
# What was said cannot be unsaid: these only grow.
SAID = {"alerts", "outbox"}


class Over(Exception):
    """The end of a story; nothing of it is kept."""


@contextmanager
def story() -> Iterator[None]:
    with suppress(Over):
        yield


def everything(tx: Transaction, but: set[str] = LOG) -> dict[str, list[Any]]:
    """All rows of all tables as the engine holds them."""
    found = {}
    for table in metadata.tables.values():
        if table.name not in but:
            # The audit only grows, and its head is a note.
            but_its_head = f" WHERE key <> '{HEAD}'" if table.name == "notes" else ""
            rows = tx.connection.execute(text(f"SELECT * FROM {table.name}{but_its_head}")).all()
            found[table.name] = sorted(map(tuple, rows), key=repr)
    return found


class World:
    """A few requesters with all that can hang on one, drawn by dice."""

    def __init__(self, tx: Transaction, by: Rules, dice: random.Random, platforms: tuple[str | None, ...]) -> None:
        self.tx, self.by, self.dice = tx, by, dice
        began = tx.now
        self.ids = [self._requester(number, platforms) for number in range(4)]
        for number in range(14):
            self._report(number)
        tx.suggest_link(self.ids[0], self.ids[1], 0.7, (Term("same title", 2.0),))
        tx.suggest_link(self.ids[1], self.ids[2], 0.6, (Term("same title", 2.0),))
        for requester_id in self.ids[:2]:
            for voice in ("v1", "v2"):
                tx.sight(requester_id, "Seen Under This", "seen under this", voice, f"A{requester_id}EXAMPLE{voice}")
        tx.now = began + 10 * DAY

    def _requester(self, number: int, platforms: tuple[str | None, ...]) -> int:
        name = " ".join(self.dice.sample(WORDS, 2)) + f" {number}"
        account = f"A{number}EXAMPLE{number}REQ{number}" if self.dice.random() < 0.5 else None
        made = self.tx.add_requester(self.dice.choice(platforms), name, canonical(name), account, "text")
        if self.dice.random() < 0.5:
            self.tx.add_alias(made.requester_id, f"{name} too", canonical(f"{name} too"), "learnt")
        task = Task(title=self.dice.choice(TITLES), reward=Amount(Decimal("0.50"), "USD"))
        self.tx.add_batch(made.requester_id, Batch(key="", at=self.tx.now, task=task))
        return made.requester_id

    def _report(self, number: int) -> None:
        self.tx.now += timedelta(hours=self.dice.choice((1, 3, 40)))
        who = self.tx.get_requester(self.dice.choice(self.ids))
        stance = self.dice.choice((Stance.REPORT, Stance.REPORT, Stance.REPORT, Stance.CONTRARY))
        told = report(number % 9, self.tx.now, stance=stance, probability=self.dice.choice((0.95, 0.1)))
        words = f"They took all of mine this morning, number {number % 5}, and gave no reason whatsoever for it."
        _, changed = evidence.add(self.tx, self.by, told, who, words, None)
        if changed is not None and self.dice.random() < 0.15:
            word = Verdict(key="", at=self.tx.now, decision=self.dice.choice(list(Decision)), by="m", guild_key="g")
            verdict = self.tx.add_verdict(changed.incident_id, word)
            judged = incidents.judge(changed, verdict, self.by.policies["early"], self.tx.now)
            evidence.save(self.tx, self.by, judged)

    def editing(self) -> Editing:
        return Editing(self.tx, self.by, by="moderator", guild_key="g")

    def edit(self, which: int | None = None) -> Effect | None:
        """Anything a moderator may say; None where it makes no sense."""
        one, other = self.dice.sample(self.ids, 2)
        known = self.tx.get_requester(one)
        of_one = [each.incident_id for each in self.tx.incidents_of(one, 50)]
        incident = self.dice.choice(of_one or [None])
        said: list[Callable[[Editing], Effect]] = [
            lambda each: each.merge(one, other),
            lambda each: each.merge(one, other),
            lambda each: each.link(one, other),
            lambda each: each.unlink(one, other),
            lambda each: each.rename(one, "Another Invented Name"),
            lambda each: each.add_alias(one, "A Further Name"),
            lambda each: each.remove_alias(one, self.dice.choice([*known.aliases, "x"])),
            lambda each: each.split(one, incident, self.dice.choice([*known.aliases, "Somebody New"]), None),
            lambda each: each.split(one, None, self.dice.choice([*known.account_keys, known.name]), None),
            lambda each: each.split(one, incident, "Somebody", other),
        ]
        point = self.tx.connection.begin_nested()
        try:
            say = self.dice.choice(said) if which is None else said[which % len(said)]
            made = say(self.editing())
        except UsageError:
            point.rollback()
            return None
        point.commit()
        return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def by() -> Rules:
    return rules()


@pytest.mark.parametrize("platforms", [("prolific",), ("mturk",), (None, "connect")])
async def test_taken_back_every_word_leaves_every_table_as_it_was(store: Store, by: Rules, platforms) -> None:
    acts: set[str] = set()

    def work(tx: Transaction, seed: int) -> None:
        world = World(tx, by, random.Random(seed), platforms)
        before = everything(tx)
        made = world.edit(seed)
        if made is not None:
            acts.add(made.edit.act)
            during = everything(tx)
            assert during != before
            world.editing().undo(tx.find_edit(made.edit.ref))
        assert everything(tx) == before
        raise Over

    for seed in range(20 if store.dialect == "sqlite" else 10):
        with story():
            await store.write(lambda tx, seed=seed: work(tx, seed))

    assert {"merged", "linked", "unlinked", "renamed", "alias_added", "split"} <= acts


@pytest.mark.long
async def test_a_chain_of_words_unwinds_in_its_order_and_in_no_other(store: Store, by: Rules) -> None:
    def work(tx: Transaction, seed: int) -> None:
        world = World(tx, by, random.Random(seed), ("prolific",))
        states, done = [everything(tx)], []
        for _ in range(12):
            made = world.edit()
            if made is not None:
                done.append(made.edit)
                states.append(everything(tx))
        assert len(done) >= 4
        for edit, before in zip(reversed(done), reversed(states[:-1]), strict=True):
            blocking = [later for later in tx.in_the_way(edit) if not later.undone]
            assert blocking == []
            world.editing().undo(tx.find_edit(edit.ref))
            assert everything(tx) == before
        raise Over

    for seed in range(8 if store.dialect == "sqlite" else 3):
        with story():
            await store.write(lambda tx, seed=seed: work(tx, seed))


def seen(index: Any, ids: list[int]) -> dict[str, Any]:
    """What an index of names says of these requesters, without how often each is talked of."""
    return {
        str(each): (
            sorted((name.name, name.platform or "", name.account_key or "") for name in index.names_of(str(each))),
            index.clues_of(str(each)),
            index.accounts_of(str(each)),
        )
        for each in ids
    }


async def test_the_index_of_names_follows_every_word_and_every_undo(store: Store) -> None:
    def work(tx: Transaction, seed: int) -> None:
        by = rules()
        world = World(tx, by, random.Random(seed), ("prolific", None))
        everybody = list(range(1, 60))
        for _ in range(8):
            made = world.edit()
            assert seen(by.names.up_to_date(tx), everybody) == seen(rules().names.up_to_date(tx), everybody)
            if made is not None and world.dice.random() < 0.5:
                world.editing().undo(tx.find_edit(made.edit.ref))
                assert seen(by.names.up_to_date(tx), everybody) == seen(rules().names.up_to_date(tx), everybody)
        raise Over

    for seed in range(6 if store.dialect == "sqlite" else 2):
        with story():
            await store.write(lambda tx, seed=seed: work(tx, seed))


async def test_the_index_forgets_a_word_that_was_rolled_back(store: Store, by: Rules) -> None:
    made: list[int] = []

    def meet(tx: Transaction) -> None:
        made.extend(tx.add_requester("prolific", n, n.lower(), None, "text").requester_id for n in ("Ash Lab", "Birch"))

    def merge(tx: Transaction) -> None:
        Editing(tx, by, "m", "g").merge(*made)
        assert by.names.up_to_date(tx).names_of(str(made[0])) == ()
        raise Over

    await store.write(meet)
    with story():
        await store.write(merge)

    index = await store.read(by.names.up_to_date)
    assert [name.name for name in index.names_of(str(made[0]))] == ["Ash Lab"]
    assert [name.name for name in index.names_of(str(made[1]))] == ["Birch"]


async def test_what_communities_were_told_reads_again_as_it_did(store: Store, by: Rules) -> None:
    def shown(tx: Transaction) -> dict[int, str]:
        rows = tx.connection.execute(text("SELECT delivery_id, payload, wanted FROM outbox WHERE shape = 'card'"))
        return {row.delivery_id: row.wanted or row.payload for row in rows}

    def work(tx: Transaction) -> None:
        tx.save_guild(guild())
        made = [tx.add_requester("prolific", name, canonical(name), None, "text") for name in ("Ash Lab", "Birch Co")]
        for number, one in enumerate((made[0], made[0], made[0], made[1], made[1], made[1])):
            tell_all(tx, by, hear(tx, by, report(number, tx.now), one))
        before, was = shown(tx), everything(tx, LOG | SAID)

        merged = Editing(tx, by, "m", "discord:1").merge(made[0].requester_id, made[1].requester_id)
        during = shown(tx)
        Editing(tx, by, "m", "discord:1").undo(tx.find_edit(merged.edit.ref))

        assert len(before) == 4
        assert sum("Joined with another incident" in card for card in during.values()) == 2
        assert sum("6 workers" in card for card in during.values()) == 2
        assert sum("several" in card for card in before.values()) == 0
        assert {key: shown(tx)[key] for key in before} == before
        assert everything(tx, LOG | SAID) == was
        raise Over

    with story():
        await store.write(work)


async def test_one_text_told_of_two_who_are_one_is_one_voice(store: Store, by: Rules) -> None:
    words = "They took all forty of mine this morning and gave no reason whatsoever, what a start into the week."

    def work(tx: Transaction) -> None:
        made = [tx.add_requester("prolific", name, canonical(name), None, "text") for name in ("Ash Lab", "Birch Co")]
        for number, one in enumerate(made):
            evidence.add(tx, by, report(number, tx.now), one, words, None)

        merged = Editing(tx, by, "m", "g").merge(made[0].requester_id, made[1].requester_id)

        whole = tx.open_incident(merged.requester.requester_id)
        assert (len(whole.reports), whole.n_voices) == (2, 1)
        raise Over

    with story():
        await store.write(work)


async def test_what_a_moderator_judged_is_not_joined_with_anything(store: Store, by: Rules) -> None:
    def work(tx: Transaction) -> None:
        made = [tx.add_requester("prolific", name, canonical(name), None, "text") for name in ("Ash Lab", "Birch Co")]
        first, second = [hear(tx, by, report(number, tx.now), one) for number, one in enumerate(made)]
        word = Verdict(key="", at=tx.now, decision=Decision.DISMISS, by="m", guild_key="g")
        tx.add_verdict(first.incident_id, word)

        Editing(tx, by, "m", "g").merge(made[0].requester_id, made[1].requester_id)

        kept = [tx.get_incident(each.incident_id) for each in (first, second)]
        assert [(len(each.reports), each.requester_id) for each in kept] == [(1, made[1].requester_id)] * 2
        raise Over

    with story():
        await store.write(work)


async def test_reports_that_came_meanwhile_are_lost_to_nobody(store: Store, by: Rules, clock: Clock) -> None:
    def work(tx: Transaction) -> None:
        old = tx.add_requester("prolific", "Ash Lab", "ash lab", None, "text")
        first = hear(tx, by, report(1, tx.now), old)
        split = Editing(tx, by, "m", "g").split(old.requester_id, first.incident_id, "Ash Lab Two", None)
        late = hear(tx, by, report(2, tx.now + HOUR), split.requester)

        Editing(tx, by, "m", "g").undo(tx.find_edit(split.edit.ref))

        whole = tx.get_incident(first.incident_id)
        assert (whole.requester_id, late.incident_id, len(whole.reports)) == (old.requester_id, first.incident_id, 2)
        assert whole.n_voices == 2
        raise Over

    with story():
        await store.write(work)


async def test_a_merge_under_a_later_word_is_not_taken_back_before_it(store: Store, by: Rules) -> None:
    def work(tx: Transaction) -> None:
        ids = [tx.add_requester("prolific", name, name.lower(), None, "text").requester_id for name in ("Ash", "Birch")]
        merged = Editing(tx, by, "m", "g").merge(*ids)
        renamed = Editing(tx, by, "m", "g").rename(ids[1], "Cedar")

        with pytest.raises(UsageError, match=renamed.edit.ref):
            Editing(tx, by, "m", "g").undo(merged.edit)
        Editing(tx, by, "m", "g").undo(renamed.edit)
        Editing(tx, by, "m", "g").undo(merged.edit)
        with pytest.raises(UsageError, match="already"):
            Editing(tx, by, "m", "g").undo(tx.find_edit(merged.edit.ref))
        raise Over

    with story():
        await store.write(work)


async def test_two_platforms_are_linked_and_never_merged(store: Store, by: Rules) -> None:
    def work(tx: Transaction) -> None:
        ids = [tx.add_requester(on, "Ash Lab", "ash lab", None, "text").requester_id for on in ("prolific", "connect")]

        with pytest.raises(UsageError, match="link them instead"):
            Editing(tx, by, "m", "g").merge(*ids)
        Editing(tx, by, "m", "g").link(*ids)

        assert tx.find_link(*ids).tie is Tie.LINKED
        raise Over

    with story():
        await store.write(work)
