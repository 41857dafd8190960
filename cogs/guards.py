"""Who is asking, and what they may: from a message or an interaction to a Person, with the rights of this moment."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.client import Client
from bot.commands import Person
from bot.model import Guild

SITE = "discord"
Ctx = commands.Context[Client]
Interaction = discord.Interaction[Client]
# A person with no guild around them is served by the cautious policy and moderates nothing.
NO_GUILD = Guild(guild_key="discord:private", name="private messages")


def guild_key(guild: discord.Guild | int) -> str:
    """Our key of a guild."""
    return f"{SITE}:{guild if isinstance(guild, int) else guild.id}"


def source_of(channel_id: int) -> str:
    """A channel as a source."""
    return f"{SITE}:{channel_id}"


async def guild_of(client: Client, guild: discord.Guild | None) -> Guild:
    """The guild's settings; those of a guild nobody has set up yet are a trial."""
    if guild is None:
        return NO_GUILD
    key = guild_key(guild)
    found = await client.desk.store.read(lambda tx: tx.find_guild(key))
    return found or Guild(guild_key=key, name=guild.name)


async def person_of(client: Client, asking: Ctx | Interaction) -> Person:
    """Who is asking. Rights and roles are those that came with this very message or interaction."""
    if isinstance(asking, commands.Context):
        user, at = asking.author, asking.message.created_at
    else:
        user, at = asking.user, asking.created_at
    guild = await guild_of(client, asking.guild)
    return Person(
        key=str(user.id),
        site=SITE,
        guild=guild,
        moderator=asking.guild is not None and is_moderator(user, asking.permissions, guild),
        age_days=max(0.0, (at - user.created_at).total_seconds() / 86_400),
    )


def is_moderator(user: discord.abc.User, permissions: discord.Permissions, guild: Guild) -> bool:
    """Whether they speak for the community: Manage Server; the role chosen in /setup, else Time out members."""
    if permissions.administrator or permissions.manage_guild:
        return True
    if guild.moderator_role is None:
        return permissions.moderate_members
    return isinstance(user, discord.Member) and any(str(role.id) == guild.moderator_role for role in user.roles)


def voice_of(client: Client, user: discord.abc.User) -> str:
    """The keyed hash by which we know them."""
    return client.desk.rules.voice_key(SITE, str(user.id))
