"""Moderators say who is who: aliases, links, merges, splits, names. Each word is previewed, and can be taken back."""

from __future__ import annotations

from typing import Any, Literal

from discord import app_commands
from discord.ext import commands

from bot.client import Client
from cogs import replies
from cogs.buttons import Plan, Question
from cogs.check import suggested
from cogs.guards import Ctx, Interaction

WHO = "A name, an id, or a number such as #12"
TYPED = ("alias", "rename", "link", "unlink", "merge", "split", "names", "edits", "do")


class Registry(commands.Cog):
    """Hears moderators. Whether one is, the desk checks at each word and at each button."""

    @app_commands.command(
        name="alias", description="Moderators: another name of a requester, or one that is not theirs"
    )
    @app_commands.describe(verb="Add or remove", requester=WHO, name="The name")
    @app_commands.guild_only()
    async def alias(self, interaction: Interaction, verb: Literal["add", "remove"], requester: str, name: str) -> None:
        """Another name."""
        await replies.answer(interaction, "alias", f"{verb} {requester} = {name}")

    @app_commands.command(name="rename", description="Moderators: show a requester by another name")
    @app_commands.describe(requester=WHO, name="The name from now on")
    @app_commands.guild_only()
    async def rename(self, interaction: Interaction, requester: str, name: str) -> None:
        """Another name to show."""
        await replies.answer(interaction, "rename", f"{requester} = {name}")

    @app_commands.command(name="link", description="Moderators: the same people run both; no report moves")
    @app_commands.describe(requester=WHO, other=WHO)
    @app_commands.guild_only()
    async def link(self, interaction: Interaction, requester: str, other: str) -> None:
        """They belong together."""
        await replies.answer(interaction, "link", f"{requester} = {other}")

    @app_commands.command(name="unlink", description="Moderators: these two have nothing to do with each other")
    @app_commands.describe(requester=WHO, other=WHO)
    @app_commands.guild_only()
    async def unlink(self, interaction: Interaction, requester: str, other: str) -> None:
        """They do not."""
        await replies.answer(interaction, "unlink", f"{requester} = {other}")

    @app_commands.command(name="merge", description="Moderators: the first is the second; its reports go there")
    @app_commands.describe(requester=f"Who goes. {WHO}", other=f"Who stays. {WHO}")
    @app_commands.guild_only()
    async def merge(self, interaction: Interaction, requester: str, other: str) -> None:
        """They are one."""
        await replies.answer(interaction, "merge", f"{requester} = {other}")

    @app_commands.command(name="split", description="Moderators: an incident, a name or an account is somebody else")
    @app_commands.describe(of="The ref of the incident, or the requester", to="A new name, their id, or a number")
    @app_commands.guild_only()
    async def split(self, interaction: Interaction, of: str, to: str) -> None:
        """They are two."""
        await replies.answer(interaction, "split", f"{of} = {to}")

    @app_commands.command(name="names", description="Moderators: all that a requester is known by")
    @app_commands.describe(requester=WHO)
    @app_commands.guild_only()
    async def names(self, interaction: Interaction, requester: str) -> None:
        """Names with their dates."""
        await replies.answer(interaction, "names", requester)

    @app_commands.command(name="edits", description="Moderators: what was said about who is who")
    @app_commands.guild_only()
    async def edits(self, interaction: Interaction) -> None:
        """The log."""
        await replies.answer(interaction, "edits")

    @app_commands.command(name="do", description="Moderators: carry out what was previewed")
    @app_commands.describe(key="It stands under the preview; the button there does the same")
    @app_commands.guild_only()
    async def do(self, interaction: Interaction, key: str) -> None:
        """Carry it out."""
        await replies.answer(interaction, "do", key)

    @alias.autocomplete("requester")
    @rename.autocomplete("requester")
    @link.autocomplete("requester")
    @link.autocomplete("other")
    @unlink.autocomplete("requester")
    @unlink.autocomplete("other")
    @merge.autocomplete("requester")
    @merge.autocomplete("other")
    @names.autocomplete("requester")
    async def near(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Requesters that what is typed so far may mean."""
        return await suggested(interaction.client.desk, typed)


def typed(name: str) -> commands.Command[Any, ..., Any]:
    """The same word typed, in the same form as in the terminal: `!merge #12 = #15`."""

    async def say(ctx: Ctx, *, line: str = "") -> None:
        await replies.serve(ctx, name, line)

    return commands.Command(say, name=name)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    client.add_dynamic_items(Plan, Question)
    await client.add_cog(Registry())
    for name in TYPED:
        client.add_command(typed(name))
