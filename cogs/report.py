"""`/report`, private, and `!report`, in the open: the easiest thing there is. Nothing ever shows who reported."""

from __future__ import annotations

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot import cards
from bot import commands as asked
from bot.client import Client
from bot.commands import Answer, Person
from cogs import replies
from cogs.buttons import Tapped, Undo
from cogs.check import suggested
from cogs.embeds import embed
from cogs.guards import Ctx, Interaction, person_of

log = structlog.stdlib.get_logger(__name__)

TAKEN, NOT_TAKEN = "✅", "❔"


class Report(commands.Cog):
    """Takes reports, and answers to the bot's own questions."""

    @app_commands.command(name="report", description="They rejected your work: tell the others. Nobody sees who.")
    @app_commands.describe(requester="Name, id or link", how_many="27, or 27 of 30, or all")
    async def private(self, interaction: Interaction, requester: str, how_many: str = "") -> None:
        """Take a report that nobody else sees."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        person = await person_of(interaction.client, interaction)
        line = f"report {requester} {how_many}"
        await replies.whisper(interaction, await asked.answer(interaction.client.desk, person, line, asked.PICKED))

    @private.autocomplete("requester")
    async def near(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Requesters that what is typed so far may mean."""
        return await suggested(interaction.client.desk, typed)

    @commands.command(name="report")
    async def typed(self, ctx: Ctx, *, line: str = "") -> None:
        """Take a report made before everybody: only a sign is given, and once the hint that there is a quieter way."""
        if ctx.guild is None:
            await replies.serve(ctx, "report", line)
            return
        person = await person_of(ctx.bot, ctx)
        answer = await asked.answer(ctx.bot.desk, person, f"report {line}")
        shown = await _sign(ctx, answer)
        if await _first_time(ctx.bot, person) or not shown:
            await ctx.send(embed=embed(cards.quieter_way(taken=answer.report_key is not None)))


async def _sign(ctx: Ctx, answer: Answer) -> bool:
    """React to the message; False where the bot may not."""
    try:
        await ctx.message.add_reaction(NOT_TAKEN if answer.report_key is None else TAKEN)
    except discord.HTTPException as error:
        log.info("no reaction", channel=ctx.channel.id, why=str(error))
        return False
    return True


async def _first_time(client: Client, person: Person) -> bool:
    """Whether this person is told of `/report` for the first time, be it that one was taken or not."""
    key = f"discord.told-of-report:{client.desk.rules.voice_key(person.site, person.key)}"
    if await client.desk.store.read(lambda tx: tx.note(key)) is not None:
        return False
    await client.desk.store.write(lambda tx: tx.set_note(key, "yes"))
    return True


async def setup(client: Client) -> None:
    """Called by discord.py."""
    client.add_dynamic_items(Tapped, Undo)
    await client.add_cog(Report())
