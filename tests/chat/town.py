"""A community in simcord's Discord: a worker, a moderator and who manages the server, and what the bot says there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
import simcord
from making import hear, report, voice
from test_escape import shown

from bot import outbox
from bot.client import Client
from bot.model import Guild, Incident, Mode, Requester
from bot.telling import tell
from cogs.guards import guild_key

MODERATOR = discord.Permissions(moderate_members=True)
MANAGER = discord.Permissions(manage_guild=True)


@dataclass
class Town:
    """A community in which ann works, mo moderates and olga manages the server."""

    env: Any
    client: Client
    guild: Any
    talk: Any
    alerts: Any
    back: Any
    ann: Any
    mo: Any
    olga: Any

    @property
    def key(self) -> str:
        return guild_key(self.guild.id)

    async def type(self, who: Any, line: str, where: Any = None) -> list[discord.Message]:
        """Somebody writes; the bot's messages after it."""
        place = where or self.talk
        sent = await who.send(place, line)
        return [message for message in place.history() if message.id > sent.id and message.author.bot]

    def whispered(self, who: Any) -> discord.Message:
        """The last private message that somebody got."""
        return simcord.ChannelHandle(self.env, None, self.env.backend.get_dm_channel(who.id)).last_message

    async def write(self, work: Callable[[Any], Any]) -> Any:
        return await self.client.desk.store.write(work)

    async def guild_now(self) -> Guild:
        found = await self.client.desk.store.read(lambda tx: tx.find_guild(self.key))
        assert found is not None
        return found


def read(message: Any) -> str:
    """What people see of a message, content and embeds."""
    parts = [message.content]
    for one in message.embeds:
        told = one.to_dict()
        parts += [told.get("title", ""), told.get("description", "")]
        parts += [f"{field['name']}: {field['value']}" for field in told.get("fields", [])]
        parts.append(told.get("footer", {}).get("text", ""))
    return shown("\n".join(parts))


def settle_in(client: Client, env: Any) -> Town:
    guild = env.create_guild("Example workers")
    everybody = guild.default_role
    hidden = {everybody: discord.PermissionOverwrite(view_channel=False)}
    bot = {env.bot.user: discord.PermissionOverwrite(view_channel=True, send_messages=True)}
    roles = {
        name: guild.create_role(name, permissions=given) for name, given in (("mods", MODERATOR), ("heads", MANAGER))
    }
    inside = {role: discord.PermissionOverwrite(view_channel=True) for role in roles.values()}
    return Town(
        env=env,
        client=client,
        guild=guild,
        talk=guild.create_text_channel("talk"),
        alerts=guild.create_text_channel("alerts"),
        back=guild.create_text_channel("back", overwrites={**hidden, **bot, **inside}),
        ann=guild.add_member(env.create_user("ann")),
        mo=guild.add_member(env.create_user("mo"), roles=[roles["mods"]]),
        olga=guild.add_member(env.create_user("olga"), roles=[roles["heads"]]),
    )


async def acme(town: Town, name: str = "Acme Labs", platform: str = "prolific", key: str | None = None) -> Requester:
    return await town.write(lambda tx: tx.add_requester(platform, name, name.lower(), key, "test"))


async def incident(town: Town, n: int = 3, **told: Any) -> Incident:
    """So many workers report Acme; the community, set up, is told, and the messages are posted."""
    channels = {"alert_channel": str(town.alerts.id), "moderator_channel": str(town.back.id)}
    made = {"guild_key": town.key, "name": "Example workers", "mode": Mode.ON, "policy": "early"}
    await town.write(lambda tx: tx.save_guild(Guild(**{**made, **channels, **told})))
    requester = await acme(town)
    rules = town.client.desk.rules

    def work(tx: Any) -> Incident:
        for number in range(n):
            changed = hear(tx, rules, report(number, tx.now, voice=voice(number)), requester)
        tell(tx, rules, changed, tx.now)
        return changed

    changed = await town.write(work)
    await pump(town)
    return changed


async def pump(town: Town) -> None:
    for _ in range(3):
        await outbox.pump(town.client.desk.store, town.client.announcer)
    await town.env.settle()
