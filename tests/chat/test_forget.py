"""F2, F6 in Discord: whoever asks is forgotten and nobody else sees it; a community that sends us away is, too."""

from __future__ import annotations

import asyncio
from pathlib import Path

from town import Town, acme, incident, read

from bot.forgetting import LEFT
from bot.model import Guild
from cogs.guards import voice_of


def held(town: Town, what: str) -> bool:
    """Whether it is anywhere in the live files."""
    path = Path(town.client.desk.store.where)
    return any(what.encode() in each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


async def test_whoever_is_sure_is_gone_from_the_live_files_and_only_they_see_it(town: Town) -> None:
    await acme(town, "Acme Labs")
    await town.ann.slash(town.talk, "report", requester="Acme Labs", how_many="27 of 30")
    key = voice_of(town.client, town.ann)
    assert held(town, key)

    asked = await town.ann.slash(town.talk, "forget-me")
    still = held(town, key)
    done = await town.ann.slash(town.talk, "forget-me", sure="yes")

    assert asked.ephemeral
    assert done.ephemeral
    assert "cannot be undone" in read(asked.response)
    assert still
    assert "Forgotten" in read(done.response)
    assert not held(town, key)


async def test_whoever_types_it_is_answered_in_private(town: Town) -> None:
    shown = await town.type(town.ann, "!forget-me yes")

    assert shown == []
    assert "Forgotten" in read(town.whispered(town.ann))


async def test_what_a_moderator_said_stays_without_them(town: Town) -> None:
    changed = await incident(town)
    ref = await town.client.desk.store.read(lambda tx: tx.ref(changed.incident_id or 0))
    await town.mo.slash(town.talk, "confirm", ref=ref, why="Zaunkoenig told me")

    await town.mo.slash(town.talk, "forget-me", sure="yes")

    (verdict,) = (await town.client.desk.store.read(lambda tx: tx.get_incident(1))).verdicts
    assert verdict.by != voice_of(town.client, town.mo)
    assert not held(town, "Zaunkoenig")


async def until(town: Town, left: list[str]) -> bool:
    """Whether the notes of communities that left come to be these, within a few seconds."""
    for _ in range(200):
        if list(await town.client.desk.store.read(lambda tx: tx.notes(LEFT))) == left:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_community_that_sends_us_away_is_read_no_more_and_may_come_back(town: Town) -> None:
    await town.mo.slash(town.talk, "watch-channel")
    (guild,) = town.client.guilds

    town.client.dispatch("guild_remove", guild)
    went = await until(town, [town.key])
    nothing = await town.client.desk.store.read(lambda tx: (tx.sources(), tx.guilds()))
    town.client.dispatch("guild_join", guild)

    assert went
    assert nothing == ((), ())
    assert await until(town, [])


async def test_a_community_that_went_while_we_were_away_is_noticed(town: Town) -> None:
    await town.write(lambda tx: tx.save_guild(Guild(guild_key="discord:5", name="Gone meanwhile")))

    town.client.dispatch("ready")

    assert await until(town, ["discord:5"])
