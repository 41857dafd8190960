"""`/forget-me`: whoever asks is forgotten, and nobody else sees that they asked."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.client import Client
from cogs import replies
from cogs.guards import Ctx


class Forget(commands.Cog):
    """Forgets people."""

    @replies.hybrid("forget-me", "Delete everything I hold of you; only you see the answer")
    @app_commands.describe(sure="yes, once you have read what it means")
    async def forget_me(self, ctx: Ctx, sure: str = "") -> None:
        """Explain first; forget who is sure."""
        await replies.serve(ctx, "forget-me", sure)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(Forget())
