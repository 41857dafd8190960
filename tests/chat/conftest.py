"""A desk with a store of its own, and Discords to stand it in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import simcord
from staging import Clock, Stage, on_stage
from town import Town, settle_in

from bot.client import Client
from bot.commands import Desk
from bot.platforms import load
from bot.policies import SHIPPED
from bot.rules import Rules
from tests.harness import warm

SECRET = b"an invented secret of 32 bytes.."


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rules() -> Rules:
    return Rules(platforms=load(), policies=SHIPPED, secret=SECRET)


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock, rules: Rules) -> AsyncIterator[Desk]:
    store = await warm.opened(tmp_path / "watch.sqlite3", clock)
    yield Desk(store, rules)
    await store.close()


@pytest.fixture
async def stage(desk: Desk, clock: Clock) -> AsyncIterator[Stage]:
    """The bot with nothing but its announcer."""
    async with on_stage(desk, clock, "cogs.announce") as made:
        yield made


@pytest.fixture
def simcord_bot(desk: Desk) -> Client:
    """The bot that simcord lets into its Discord."""
    return Client(desk)


@pytest.fixture
async def town(simcord_bot: Client, simcord_env: simcord.Env) -> Town:
    """The bot in a community of people."""
    made = settle_in(simcord_bot, simcord_env)
    await simcord_env.settle()
    return made
