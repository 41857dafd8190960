"""`!check`, `/check`, `@bot check`: where does a requester stand?"""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot import lookup
from bot.cards import words
from bot.client import Client
from bot.commands import Desk
from cogs import replies
from cogs.buttons import Pick
from cogs.escape import plain
from cogs.guards import Ctx, Interaction

# Discord's documentation, "Application Command Option Choice".
CHOICES, CHOICE = 25, 100
# How often one person may ask, in seconds.
ASKS, ASKS_WITHIN = 5, 30.0


class Check(commands.Cog):
    """Looks requesters up."""

    @replies.hybrid("check", "What is known about a requester?")
    @app_commands.describe(requester="A name, id, link, title of a study or task, or a pasted export")
    @commands.cooldown(ASKS, ASKS_WITHIN, commands.BucketType.user)
    async def check(self, ctx: Ctx, *, requester: str) -> None:
        """Answer what is known."""
        await replies.serve(ctx, "check", requester)

    @check.autocomplete("requester")
    async def near(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Requesters that what is typed so far may mean."""
        return await suggested(interaction.client.desk, typed)


async def suggested(desk: Desk, typed: str) -> list[app_commands.Choice[str]]:
    """Choices for a requester: shown by name, platform and id, sent as what surely finds them again."""
    choices = {}
    for near in await lookup.suggest(desk.store, desk.rules, typed[: lookup.LONGEST]):
        platform = desk.rules.platforms.find(near.platform)
        seen = f"seen {words.day(near.seen_at)}" if near.seen_at else None
        parts = (platform.name if platform else None, near.account_key, seen, near.task)
        about = ", ".join(part for part in parts if part)
        label = plain(f"{near.name} ({about})" if about else near.name, CHOICE)
        # Names are not keys: our number finds exactly the one that was picked.
        value = plain(near.account_key or f"#{near.owner}", CHOICE)
        if label and value:
            choices[label] = app_commands.Choice(name=label, value=value)
    return list(choices.values())[:CHOICES]


async def setup(client: Client) -> None:
    """Called by discord.py."""
    client.add_dynamic_items(Pick)
    await client.add_cog(Check())
