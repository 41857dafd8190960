"""`/setup` and `/status`, and what happens when the bot comes to a new community."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot import cards
from bot.client import TO_ANNOUNCE, TO_POST, Client, missing_permissions
from bot.commands import Answer
from bot.forgetting import come_back, leave
from bot.model import Card, Guild, Mode
from bot.moving import set_anew
from bot.storage import Transaction
from cogs import replies
from cogs.check import ASKS, ASKS_WITHIN
from cogs.embeds import embed
from cogs.guards import SITE, Ctx, Interaction, guild_key, source_of, voice_of

log = structlog.stdlib.get_logger(__name__)

GREETING = Card(
    title="Hello. I warn of mass rejections",
    lines=(
        "Until you switch me on I say nothing in public: moderators see what members would be told.",
        "Who manages this server types /setup and chooses a channel for alerts and one for moderators.",
        "Everybody can type /check and /report right away; reports are private.",
    ),
)
NOT_YOURS = "This takes the permission Manage Server."
ONE_CHANNEL = "Alerts and moderators need two channels: moderators see more than members should."
NO_PUBLIC_CHANNEL = "Public alerts need a channel: /setup alerts:#channel public:on"


class Admin(commands.Cog):
    """Settings of a community."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(name="setup", description="Where and of what this community is told; shows what is set")
    @app_commands.describe(
        alerts="Where members are told",
        moderators="Where moderators see everything first, with buttons",
        role="Who may confirm and dismiss, besides who manages the server",
        platforms="For example: prolific, connect. Or: all",
        policy="early: two workers are enough. cautious: only when several independent workers agree",
        public="on: members are told. off: only moderators are (trial)",
        questions="on: where little is known members may be asked, neutrally and by one tap, what became of their work",
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def setup(  # noqa: PLR0913, PLR0917 - each is an option of the command
        self,
        interaction: Interaction,
        alerts: discord.TextChannel | None = None,
        moderators: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        platforms: str | None = None,
        policy: Literal["early", "cautious"] | None = None,
        public: Literal["on", "off"] | None = None,
        questions: Literal["on", "off"] | None = None,
    ) -> None:
        """Change what is given, show all of it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if interaction.guild is None or not interaction.permissions.manage_guild:
            await replies.say(interaction, NOT_YOURS)
            return
        wanted, unknown = self._platforms(platforms)
        if unknown:
            known = ", ".join(sorted(platform.key for platform in self.client.desk.rules.platforms))
            await replies.say(interaction, "Nothing changed", f"I do not know {unknown}. I know: {known}.")
            return
        chosen = {
            "alert_channel": str(alerts.id) if alerts else None,
            "moderator_channel": str(moderators.id) if moderators else None,
            "moderator_role": str(role.id) if role else None,
            "platforms": wanted,
            "policy": policy,
            "mode": None if public is None else Mode.ON if public == "on" else Mode.TRIAL,
            "asks": None if questions is None else questions == "on",
        }
        await self._save(interaction, interaction.guild, {name: to for name, to in chosen.items() if to is not None})

    async def _save(self, interaction: Interaction, here: discord.Guild, chosen: Mapping[str, Any]) -> None:
        """Set what was chosen, and leave what somebody else chose at the same time."""
        new, rules = Guild(guild_key=guild_key(here), name=here.name), self.client.desk.rules
        by = voice_of(self.client, interaction.user)

        def work(tx: Transaction) -> tuple[Guild, str | None]:
            settings = replace(tx.find_guild(new.guild_key) or new, name=here.name, **chosen)
            why = _refusal(settings)
            if why is None:
                set_anew(tx, rules, settings, by=by)
            return settings, why

        settings, why = await self.client.desk.store.write(work)
        if why is not None:
            await replies.say(interaction, "Nothing changed", why)
            return
        await replies.whisper(interaction, Answer(card=_shown(here, settings)))

    def _platforms(self, typed: str | None) -> tuple[tuple[str, ...] | None, str]:
        """The platforms as typed (empty: all; None: nothing typed), and those we do not know."""
        if typed is None:
            return None, ""
        words = typed.lower().replace(",", " ").split()
        if words == ["all"]:
            return (), ""
        unknown = [word for word in words if self.client.desk.rules.platforms.find(word) is None]
        return tuple(dict.fromkeys(words)), ", ".join(unknown)

    @replies.hybrid("status", "Moderators: how the bot is doing")
    async def status(self, ctx: Ctx) -> None:
        """How the bot is doing."""
        await replies.serve(ctx, "status")

    @replies.hybrid("policy", "What decides here: the two policies, and every number of the rules")
    @app_commands.describe(page="Which page of the numbers")
    @commands.cooldown(ASKS, ASKS_WITHIN, commands.BucketType.user)
    async def policy(self, ctx: Ctx, *, page: str = "") -> None:
        """The rules of this community."""
        await replies.serve(ctx, "policy", page)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Communities that were joined or left while we were away."""
        for guild in self.client.guilds:
            await self._known(guild)
        here = {guild_key(guild) for guild in self.client.guilds}
        for known in await self.client.desk.store.read(lambda tx: tx.guilds()):
            # One that Discord cannot show us just now is among them all the same.
            if known.guild_key.startswith(f"{SITE}:") and known.guild_key not in here:
                await self._left(known.guild_key, set())

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A community that Discord could not show us for a while."""
        await self._known(guild)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A new community: it is in trial, and hears what to do."""
        await self._known(guild)
        place = guild.system_channel
        if place is None or missing_permissions(place, TO_POST):
            return
        try:
            await place.send(embed=embed(GREETING))
        except discord.HTTPException as error:
            log.info("no greeting", guild=guild.id, why=str(error))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """We were sent away: nothing more is told or read there, and in a week nothing of it is kept."""
        channels = {source_of(channel.id) for channel in (*guild.channels, *guild.threads)}
        await self._left(guild_key(guild), channels)

    async def _left(self, key: str, channels: set[str]) -> None:
        await self.client.desk.store.write(lambda tx: leave(tx, key, channels))

    async def _known(self, guild: discord.Guild) -> None:
        new = Guild(guild_key=guild_key(guild), name=guild.name)

        def work(tx: Transaction) -> None:
            # Somebody may have typed /setup since we looked.
            if tx.find_guild(new.guild_key) is None:
                come_back(tx, new)

        if await self.client.desk.store.read(lambda tx: tx.find_guild(new.guild_key)) is None:
            await self.client.desk.store.write(work)


def _refusal(settings: Guild) -> str | None:
    """Why a community cannot be set so."""
    if settings.mode is Mode.ON and settings.alert_channel is None:
        return NO_PUBLIC_CHANNEL
    if settings.alert_channel is not None and settings.alert_channel == settings.moderator_channel:
        return ONE_CHANNEL
    return None


def _shown(here: discord.Guild, settings: Guild) -> Card:
    """The settings in the words of this server, and what is still missing for them to work."""
    named = replace(
        settings,
        alert_channel=_named(here, settings.alert_channel),
        moderator_channel=_named(here, settings.moderator_channel),
    )
    card = cards.guild(named)
    role = here.get_role(int(settings.moderator_role)) if settings.moderator_role else None
    speak = f"@{role.name}" if role else "who may time out members"
    fields = (*card.fields, ("Moderators are", f"{speak}, and who manages the server"))
    missing = tuple(
        f"I cannot post in {_named(here, key)}: give me there {lacking}."
        for key in dict.fromkeys((settings.alert_channel, settings.moderator_channel))
        if (lacking := _lacking(here, key))
    )
    return replace(card, lines=(*card.lines, *missing), fields=fields)


def _named(here: discord.Guild, key: str | None) -> str | None:
    if key is None:
        return None
    channel = here.get_channel(int(key))
    return f"#{channel.name}" if channel else "a channel that is gone"


def _lacking(here: discord.Guild, key: str | None) -> str:
    channel = here.get_channel(int(key)) if key else None
    return missing_permissions(channel, TO_ANNOUNCE) if channel else ""


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(Admin(client))
