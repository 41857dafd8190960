"""D7: who may do what. Every word and button of the bot, for every role, place and state of what it is about."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from pressing import ELSEWHERE, HERE, Asked, client, member

from bot.answers import Person
from bot.client import EXTENSIONS, Client
from bot.commands import COMMANDS, answer
from bot.model import Guild, Mode, Term
from bot.sweeper import sweep
from bot.whom import NAMESAKE, SAME_NAME
from cogs import buttons
from cogs.admin import Admin
from cogs.guards import person_of
from cogs.watch import WatchChannel
from tests.making import ACCOUNT, DAY, hear, report, tell_all

P = discord.Permissions
CHOSEN = 7
NOBODY, ALL_BUT = P.none(), P(kick_members=True, ban_members=True, manage_messages=True, manage_roles=True)
TIMES_OUT, MANAGES = P(moderate_members=True), P(manage_guild=True)
# Role: the rights that Discord sends, the roles they have, whether the community chose a role in /setup.
ROLES: dict[str, tuple[P, tuple[int, ...], bool]] = {
    "a member": (NOBODY, (), False),
    "a member, and a role is chosen": (NOBODY, (), True),
    "who kicks, bans and deletes": (ALL_BUT, (CHOSEN + 1,), False),
    "who times out": (TIMES_OUT, (), False),
    "who times out, and a role is chosen": (TIMES_OUT, (CHOSEN + 1,), True),
    "who has the chosen role": (NOBODY, (CHOSEN,), True),
    "who manages the server": (MANAGES, (), True),
    "an administrator": (P.all(), (), False),
}
MODERATES = {"who times out", "who has the chosen role", "who manages the server", "an administrator"}
MANAGES_IT = {"who manages the server", "an administrator"}
PLACES = ("told here", "told elsewhere", "never set up", "in private")
STATES = ("watched", "suspected", "confirmed", "dismissed", "reversed", "compensated", "closed")

# The table. A command, a button or a setting that is not in it fails the first test.
EVERYBODY = {"check", "report", "forget-me", "recent", "policy", "rating", "help", "pick", "undo-report", "tap"}
MODERATORS = {
    *("confirm", "dismiss", "reversed", "compensated", "undo", "alias", "rename", "link", "unlink", "merge", "split"),
    *("do", "names", "edits", "status", "watch-channel", "unwatch-channel"),
    *(
        "press confirm",
        "press dismiss",
        "press other",
        "press do",
        "press leave",
        "press same",
        "press kin",
        "press apart",
    ),
}
MANAGERS = {"setup"}
LINES = {
    "check": "#1", "report": "Quillmere 30", "forget-me": "yes", "rating": "90 5 5", "policy": "99",
    "alias": "add #1 = Quill", "rename": "#1 = Quill", "link": "#1 = #2", "unlink": "#1 = #2", "merge": "#1 = #2",
    "split": "{ref} = Somebody Else", "do": "{plan}", "names": "#1", "recent": "", "help": "", "edits": "",
    "status": "",
}  # fmt: skip
REFUSALS = ("Only moderators", "for the moderators of this community", "takes the permission Manage Server")
ACTS = {"confirm": buttons.Judge, "dismiss": buttons.Judge, "other": buttons.Judge}
KINDS = (buttons.Judge, buttons.Pick, buttons.Plan, buttons.Question, buttons.Tapped, buttons.Undo)


class World:
    """Two communities, two requesters, an incident in one of its states; nothing that is tried is kept."""

    def __init__(self) -> None:
        self.client = client()
        self.store, self.desk = self.client.store, self.client.desk
        self.ref = self.plan = ""
        self.given: dict[tuple[Any, str], tuple[str, int]] = {}

    async def settle(self, place: str, state: str) -> World:
        told = ELSEWHERE if place == "told elsewhere" else HERE
        setups = (ELSEWHERE,) if place == "never set up" else (HERE, ELSEWHERE)
        for number in setups:
            await self.store.write(lambda tx, number=number: tx.save_guild(_guild(number, told)))
        self.ref = await self.store.write(partial(self._reported, state=state))
        moderator = Person(key="an earlier one", site="discord", guild=_guild(told, told), moderator=True)
        for word in {"confirmed": ["confirm"], "dismissed": ["dismiss"]}.get(state, [state]):
            if word in {one.name for one in COMMANDS}:
                await answer(self.desk, moderator, f"{word} {self.ref}")
        if state == "closed":
            self.client.clock.now += 40 * DAY
            await sweep(self.store, self.desk.rules)
        self.plan = (await answer(self.desk, moderator, "merge #1 = #2")).plan or ""
        self.store.forgetful = True
        return self

    def _reported(self, tx: Any, state: str) -> str:
        one = tx.add_requester("mturk", "Quillmere Vision", "quillmere vision", ACCOUNT, "text")
        tx.add_requester("mturk", "Birchmere Audio", "birchmere audio", None, "text")
        for number in range(1 if state == "watched" else 4):
            changed = hear(tx, self.desk.rules, report(number, tx.now), one)
        tell_all(tx, self.desk.rules, changed)
        tx.suggest_link(1, 2, NAMESAKE, (Term(SAME_NAME, 0.0),))
        return tx.ref(changed.incident_id)

    async def does(self, what: str, asked: Asked) -> None:
        """One act by whoever it is."""
        if what == "setup":
            await Admin.setup.callback(Admin(self.client), asked, policy="cautious")
        elif what in ("watch-channel", "unwatch-channel"):
            cog = WatchChannel(self.client)
            await getattr(cog, what.partition("-")[0]).callback(cog, asked)
        elif what.startswith("press ") or what in ("pick", "undo-report", "tap"):
            await asked.press(*self._button(what.removeprefix("press "), asked))
        else:
            line = f"{what} {LINES.get(what, '{ref}').format(ref=self.ref, plan=self.plan)}"
            asked.said.append(await self._answer(await person_of(self.client, asked), line))

    async def _answer(self, person: Person, line: str) -> str:
        """What the desk says. It sees a person and a line, no role: two who are the same to it are answered once."""
        if (person, line) not in self.given:
            before = self.store.changes
            given = await answer(self.desk, person, line)
            said = f"{given.card.title} {' '.join(given.card.lines)}"
            self.given[person, line] = said, self.store.changes - before
            self.store.changes = before
        said, changes = self.given[person, line]
        self.store.changes += changes
        return said

    def _button(self, act: str, asked: Asked) -> tuple[Any, str]:
        """A genuine one, as this community's cards carry it."""
        sign, where = partial(buttons.mac, self.desk.rules), f"discord:{asked.guild_id or 0}"
        if act in ("do", "leave"):
            return buttons.Plan, f"v1|plan|{act}|{self.plan}|{sign('plan', act, self.plan, where)}"
        if act in ("same", "kin", "apart"):
            number = "1" if act != "apart" else "2"
            return buttons.Question, f"v1|who|{act}|{number}|{sign('who', act, number, where)}"
        if act == "pick":
            return buttons.Pick, "v1|pick|1"
        if act == "undo-report":
            return buttons.Undo, f"v1|undo|1|{sign('undo', '1')}"
        if act == "tap":
            asked.message = SimpleNamespace(id=99)
            proof = sign("tap", "all_rejected", self.ref, "1", where, str(asked.channel_id))
            return buttons.Tapped, f"v1|tap|all_rejected|{self.ref}|1|{proof}"
        return buttons.Judge, f"v1|{act}|{self.ref}|{sign(act, self.ref, where)}"


def _guild(number: int, told: int) -> Guild:
    channels = {"alert_channel": f"{number}0", "moderator_channel": f"{number}1"} if number == told else {}
    return Guild(guild_key=f"discord:{number}", name="Example workers", mode=Mode.ON, policy="early", **channels)


async def _chosen(world: World, *, chosen: bool) -> None:
    """The community has chosen a role, or none."""
    world.store.forgetful = False
    known = await world.store.read(lambda tx: tx.find_guild(f"discord:{HERE}"))
    if known is not None:
        role = str(CHOSEN) if chosen else None
        await world.store.write(lambda tx: tx.save_guild(replace(known, moderator_role=role)))
    world.store.forgetful = True


def may(what: str, role: str, place: str) -> bool:
    """What the table says."""
    if what in EVERYBODY:
        return True
    if place == "in private":
        return False
    if place == "never set up":
        # No role was chosen there, so who times out speaks for it.
        moderates = {*MODERATES - {"who has the chosen role"}, "who times out, and a role is chosen"}
    else:
        moderates = MODERATES
    return role in (MANAGES_IT if what in MANAGERS else moderates)


def test_every_word_and_every_button_has_its_row(desk: Any) -> None:
    table = EVERYBODY | MODERATORS | MANAGERS
    acts = {act.removeprefix("press ") for act in table if act.startswith("press ")} | {"pick", "tap", "undo"}

    assert {command.name for command in COMMANDS} == {one for one in table if "press" not in one} - {
        *("setup", "watch-channel", "unwatch-channel", "pick", "undo-report", "tap")
    }
    assert {command.name for command in COMMANDS if command.moderators} <= MODERATORS
    told = {word for kind in KINDS for word in _acts(kind.__discord_ui_compiled_template__.pattern)}
    assert told == acts
    assert {kind.__name__ for kind in KINDS} == {
        name
        for name, one in vars(buttons).items()
        if isinstance(one, type) and discord.ui.DynamicItem in one.__mro__[1:]
    }


def _acts(template: str) -> set[str]:
    """The acts that a button's name can hold: those it may choose from, or the word it begins with."""
    chosen = template.partition("(?P<act>")[2].partition(")")[0]
    return set(chosen.split("|")) if chosen else {template.split(r"\|")[1]}


async def test_what_discord_is_told_of_is_in_the_table(desk: Any) -> None:
    bot = Client(desk, extensions=EXTENSIONS)
    for name in EXTENSIONS:
        await bot.load_extension(name)
    words = {one.qualified_name for one in (*bot.walk_commands(), *bot.tree.walk_commands())}
    await bot.close()

    assert words == {one for one in EVERYBODY | MODERATORS | MANAGERS if not one.startswith("press")} - {
        *("pick", "undo-report", "tap")
    }


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("state", STATES)
async def test_each_may_what_the_table_says_and_who_may_not_changes_nothing(place: str, state: str) -> None:
    world = await World().settle(place, state)
    wrong = []

    for role, (permissions, roles, chosen) in ROLES.items():
        await _chosen(world, chosen=chosen)
        for what in sorted(EVERYBODY | MODERATORS | MANAGERS):
            where = None if place == "in private" else HERE
            asked = Asked(world.client, member(5, *roles), NOBODY if where is None else permissions, where)
            world.store.changes = 0
            await world.does(what, asked)

            refused = any(sign in said for said in asked.said for sign in REFUSALS)
            if refused is may(what, role, place) or (refused and world.store.changes):
                wrong.append((what, role, asked.said, world.store.changes))

    assert wrong == []


async def test_the_table_is_of_acts_that_do_something() -> None:
    world, idle = await World().settle("told here", "suspected"), []
    await _chosen(world, chosen=False)

    for what in sorted(MODERATORS | MANAGERS | {"report"}):
        asked = Asked(world.client, member(5), P.all(), HERE)
        world.store.changes = 0
        await world.does(what, asked)
        if not world.store.changes:
            idle.append(what)

    assert idle == ["edits", "names", "status", "unwatch-channel", "watch-channel"]
