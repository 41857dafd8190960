"""`recent`, `rating` and `help`: what needs nothing but the asking."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.client import Client
from cogs import replies
from cogs.check import ASKS, ASKS_WITHIN
from cogs.guards import Ctx


class Help(commands.Cog):
    """Answers from what is known, to anybody."""

    @replies.hybrid("recent", "Which mass rejections are open now?")
    @commands.cooldown(ASKS, ASKS_WITHIN, commands.BucketType.user)
    async def recent(self, ctx: Ctx) -> None:
        """What is open now."""
        await replies.serve(ctx, "recent")

    @replies.hybrid("rating", "What would more rejections do to your rating?")
    @app_commands.describe(numbers="Three numbers: approved, rejected so far, rejected now or at risk")
    @commands.cooldown(ASKS, ASKS_WITHIN, commands.BucketType.user)
    async def rating(self, ctx: Ctx, *, numbers: str = "") -> None:
        """What rejections do to a rating."""
        await replies.serve(ctx, "rating", numbers)

    @replies.hybrid("help", "What this bot can do")
    @commands.cooldown(ASKS, ASKS_WITHIN, commands.BucketType.user)
    async def help(self, ctx: Ctx) -> None:
        """The list of commands."""
        await replies.serve(ctx, "help")


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(Help())
