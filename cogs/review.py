"""A moderator's word by command; the buttons under the cards say the same."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.client import Client
from cogs import replies
from cogs.buttons import Judge
from cogs.guards import Ctx

REF = "It stands at the foot of the card"
WHY = "In a few words, for the other moderators"


class Review(commands.Cog):
    """Hears moderators. Whether one is, the desk checks at each word."""

    @replies.hybrid("confirm", "Moderators: you looked at it, and it is so")
    @app_commands.describe(ref=REF, why=WHY)
    async def confirm(self, ctx: Ctx, ref: str, *, why: str = "") -> None:
        """It is so."""
        await replies.serve(ctx, "confirm", f"{ref} {why}")

    @replies.hybrid("dismiss", "Moderators: you looked at it, and it is not")
    @app_commands.describe(ref=REF, why=WHY)
    async def dismiss(self, ctx: Ctx, ref: str, *, why: str = "") -> None:
        """It is not."""
        await replies.serve(ctx, "dismiss", f"{ref} {why}")

    @replies.hybrid("reversed", "Moderators: the rejections were taken back")
    @app_commands.describe(ref=REF, why=WHY)
    async def reversed(self, ctx: Ctx, ref: str, *, why: str = "") -> None:
        """The rejections were taken back."""
        await replies.serve(ctx, "reversed", f"{ref} {why}")

    @replies.hybrid("compensated", "Moderators: they were paid another way; the rejections stay")
    @app_commands.describe(ref=REF, why=WHY)
    async def compensated(self, ctx: Ctx, ref: str, *, why: str = "") -> None:
        """Money came, the rejections stay."""
        await replies.serve(ctx, "compensated", f"{ref} {why}")

    @replies.hybrid("undo", "Moderators: take back your community's last word")
    @app_commands.describe(ref=REF)
    async def undo(self, ctx: Ctx, ref: str) -> None:
        """Never mind."""
        await replies.serve(ctx, "undo", ref)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    client.add_dynamic_items(Judge)
    await client.add_cog(Review())
