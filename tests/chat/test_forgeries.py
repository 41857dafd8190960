"""E11: names of buttons that nobody of ours wrote, and genuine ones pressed again, elsewhere, or by who may not."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from pressing import ELSEWHERE, HERE, Asked, client, member

from bot.model import Guild, Mode
from bot.whom import NAMESAKE
from cogs import buttons
from tests.making import ACCOUNT, hear, report, tell_all

FORGED, TRUE, TWICE = 100_000, 1_000, 50
EVERYTHING = discord.Permissions.all()
KINDS = (buttons.Judge, buttons.Plan, buttons.Question, buttons.Tapped, buttons.Undo)
LETTERS = "0123456789abcdef"


async def stage() -> tuple[Any, str]:
    """A community with one incident; and its ref."""
    bot = client()

    def work(tx: Any) -> str:
        for number in (HERE, ELSEWHERE):
            channels = {"alert_channel": f"{number}0", "moderator_channel": f"{number}1"}
            tx.save_guild(
                Guild(guild_key=f"discord:{number}", name="Workers", mode=Mode.ON, policy="early", **channels)
            )
        one = tx.add_requester("mturk", "Quillmere Vision", "quillmere vision", ACCOUNT, "text")
        tx.add_requester("mturk", "Birchmere Audio", "birchmere audio", None, "text")
        for number in range(4):
            changed = hear(tx, bot.desk.rules, report(number, tx.now), one)
        tell_all(tx, bot.desk.rules, changed)
        tx.suggest_link(1, 2, NAMESAKE, ())
        return tx.ref(changed.incident_id)

    ref = await bot.store.write(work)
    bot.store.changes = 0
    return bot, ref


def genuine(bot: Any, ref: str, where: str = f"discord:{HERE}") -> list[str]:
    """One of each kind, as it would stand under a message of ours in that community."""

    def signed(*parts: str, bound: tuple[str, ...] = (where,), shown: int | None = None) -> str:
        return "|".join(("v1", *parts[shown or 0 :], buttons.mac(bot.desk.rules, *parts, *bound)))

    return [
        *(signed(act, ref) for act in ("confirm", "dismiss", "other")),
        *(signed("plan", act, "0a1b2c3d") for act in ("do", "leave")),
        *(signed("who", act, "1") for act in ("same", "kin", "apart")),
        signed("tap", "all_rejected", ref, "1", bound=(where, "10")),
        signed("undo", "1", bound=()),
    ]


def forgeries(dice: random.Random, real: list[str], foreign: list[str]) -> Iterator[str]:
    """Names of the right shape for which there is no proof: other acts, other things, other proofs, other places."""
    while True:
        name = dice.choice(real)
        head, _, proof = name.rpartition("|")
        other = dice.choice(real).rpartition("|")
        at = dice.randrange(len(proof))
        yield f"{head}|{proof[:at]}{dice.choice(LETTERS)}{proof[at + 1 :]}"
        yield f"{head}|{''.join(dice.choices(LETTERS, k=16))}"
        yield f"{head}|{other[2]}"
        yield dice.choice(foreign)
        yield re.sub(r"\d+", lambda found: str(int(found[0]) + 1), head, count=2) + f"|{proof}"
        yield f"{head[:-1]}{dice.choice('23456789ABC')}|{proof}"


def kind_of(name: str) -> Any:
    """Who would hear a press of it; None: nobody."""
    return next((kind for kind in KINDS if kind.__discord_ui_compiled_template__.fullmatch(name)), None)


@pytest.mark.long
async def test_of_many_forged_buttons_none_changes_anything() -> None:
    bot, ref = await stage()
    dice, real = random.Random("forged"), genuine(bot, ref)
    foreign = [name for name in genuine(bot, ref, f"discord:{ELSEWHERE}") if "|undo|" not in name]
    somebody, message = member(5), SimpleNamespace(id=99)
    pressed, made = 0, forgeries(dice, real, foreign)

    while pressed < FORGED:
        name = next(made)
        kind = kind_of(name)
        if name not in real and kind is not None:
            asked = Asked(bot, somebody, EVERYTHING, message=message)
            await asked.press(kind, name)
            pressed += 1
            assert [said.partition("\n")[0] for said in asked.said] == ["Not one of mine"], name

    assert bot.store.changes == 0


@pytest.mark.long
async def test_of_many_true_presses_each_counts_once_and_only_if_they_may() -> None:
    bot, ref = await stage()
    dice = random.Random("true")
    judging = [name for name in genuine(bot, ref) if "|confirm|" in name or "|dismiss|" in name]
    counted = 0

    for number in range(TRUE):
        # Another person each time: what one may decide alone is another test's.
        may = dice.random() < 0.5
        rights = EVERYTHING if may else discord.Permissions(kick_members=True)
        place = HERE if dice.random() < 0.8 else dice.choice((ELSEWHERE, None))
        asked = Asked(bot, member(number), rights, guild_id=place)
        name = dice.choice(judging)
        bot.store.forgetful = number >= TWICE
        await asked.press(kind_of(name), name)
        once = bot.store.changes
        if number < TWICE:
            await asked.press(kind_of(name), name)

        effect = once > 0
        assert effect is (may and place == HERE), (may, place, asked.said)
        assert number >= TWICE or bot.store.changes == once
        counted += effect
        bot.store.changes = 0

    assert counted > TRUE // 4
