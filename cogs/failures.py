"""What a person hears when a command fails, or comes too fast: one polite line, and one line in the log."""

from __future__ import annotations

from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.errors import WatchError
from bot.model import Card
from bot.pace import MOST, WITHIN, Pace
from cogs import replies
from cogs.embeds import embed
from cogs.guards import Ctx, Interaction

log = structlog.stdlib.get_logger(__name__)

TROUBLE = "Something went wrong on my side, and it is noted. Please try again in a minute."


class Failures(commands.Cog):
    """Catches what commands raise."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.pace = Pace()
        client.tree.error(self.slash)

    async def bot_check(self, ctx: commands.Context[Any]) -> bool:
        """Whether whoever gives the command has not given too many just now; asked before every command."""
        wait = self.pace.wait(str(ctx.author.id), ctx.message.created_at).total_seconds()
        if wait:
            often = commands.Cooldown(MOST, WITHIN.total_seconds())
            raise commands.CommandOnCooldown(often, wait, commands.BucketType.user)
        return True

    @commands.Cog.listener("on_command_error")
    async def typed(self, ctx: Ctx, error: commands.CommandError) -> None:
        """A typed command failed, or a hybrid one in either form."""
        if isinstance(error, commands.CommandNotFound):
            await self._mentioned(ctx)
            return
        if isinstance(error, commands.UserInputError) and ctx.command is not None:
            await replies.serve(ctx, ctx.command.name)
            return
        if ctx.interaction is not None:
            await self.slash(ctx.interaction, error)
            return
        # Whoever types too fast gets no answer, or they would be answered that fast too.
        if not isinstance(error, commands.CommandOnCooldown):
            await _quietly(ctx.send(embed=embed(Card(title=sentence(error, str(ctx.command))))))

    async def slash(self, interaction: Interaction, error: Exception) -> None:
        """A slash command failed."""
        name = interaction.command.name if interaction.command else "?"
        await _quietly(replies.say(interaction, sentence(error, name)))

    async def _mentioned(self, ctx: Ctx) -> None:
        """Many bots share `!`, so an unknown command is none of ours; who speaks to us by name gets the list."""
        if ctx.prefix != "!" and ctx.invoked_with:
            await replies.serve(ctx, "help")


def sentence(error: Exception, command: str) -> str:
    """What to tell whoever gave the command; what nobody expected is logged."""
    cause = getattr(error, "original", error)
    cause = getattr(cause, "original", cause)
    if isinstance(cause, commands.CommandOnCooldown | app_commands.CommandOnCooldown):
        return f"One moment, please: try again in {cause.retry_after:.0f} seconds."
    if isinstance(cause, commands.CheckFailure | app_commands.CheckFailure):
        return "That is not for you to use here."
    if isinstance(cause, WatchError | discord.HTTPException):
        log.warning("command failed", command=command, why=str(cause))
        return TROUBLE
    log.error("command failed", command=command, exc_info=cause)
    return TROUBLE


async def _quietly(sending: Any) -> None:
    """Send, or not: where even this fails there is nobody to tell."""
    try:
        await sending
    except discord.HTTPException as error:
        log.info("could not answer", why=str(error))


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(Failures(client))
