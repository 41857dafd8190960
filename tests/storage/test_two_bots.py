"""Two bots on one server's database, started by mistake or on purpose: one speaks, the other is there when it dies."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakediscord import Channel, FakeDiscord
from test_app import bot, discord_of, until

from bot import cards
from bot.model import Card, Guild, Mode
from bot.storage import Store, Transaction, open_store
from tests.storage.build import add_incident, delivery

pytestmark = [pytest.mark.xdist_group("postgres"), pytest.mark.long]


async def queue(store: Store, guild_key: str, channel: Channel, *titles: str) -> None:
    """Alerts that are due at once."""

    def work(tx: Transaction) -> None:
        for title in titles:
            tx.queue(
                delivery(
                    add_incident(tx, title),
                    str(channel.id),
                    guild_key=guild_key,
                    nonce=title,
                    payload=cards.to_json(Card(title=title)),
                    due_at=tx.now,
                )
            )

    await store.write(work)


async def test_the_second_stands_by_and_goes_on_when_the_first_is_killed(empty_postgres: str, tmp_path: Path) -> None:
    before, after = [f"before {n}" for n in range(5)], [f"after {n}" for n in range(5)]
    store = await open_store(empty_postgres, clock=lambda: datetime.now(UTC))
    async with FakeDiscord() as fake:
        made = fake.add_guild("Invented workers")
        alerts, key = made.add_channel("alerts"), f"discord:{made.id}"
        guild = Guild(guild_key=key, name=made.name, mode=Mode.ON, policy="early", alert_channel=str(alerts.id))
        await store.write(lambda tx: tx.save_guild(guild))

        async with bot(tmp_path, DATABASE=empty_postgres, **discord_of(fake)) as first:
            await first.says("running")
            async with bot(tmp_path, DATABASE=empty_postgres, **discord_of(fake)) as second:
                await second.says("standing by")
                await queue(store, key, alerts, *before)
                # Whole, because what was under way would be left alone until its lease is over.
                while await store.read(lambda tx: tx.outbox()):
                    await asyncio.sleep(0.1)
                alone = fake.gateway.identifies
                first.process.send_signal(signal.SIGKILL)
                await queue(store, key, alerts, *after)
                await until(lambda: len(fake.posted(alerts)) >= len(before + after))
                await second.stop()

        assert sorted(message.embeds[0]["title"] for message in fake.posted(alerts)) == sorted(before + after)
        assert fake.violations == []
    await store.close()
    assert (alone, fake.gateway.identifies, second.process.returncode) == (1, 2, 0)
