"""How an answer is given: to a slash command for the asker's eyes only, to a typed one where it was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import discord
import structlog
from discord.ext import commands

from bot import commands as asked
from bot.commands import Answer
from bot.model import Card
from cogs import buttons
from cogs.embeds import embed
from cogs.guards import Ctx, Interaction, guild_key, person_of

log = structlog.stdlib.get_logger(__name__)


def hybrid(name: str, description: str) -> Callable[[Any], commands.HybridCommand[Any, ..., Any]]:
    """Declare a command that can be typed and picked; discord.py's own decorator says nothing to a type checker."""
    made: Callable[[Any], commands.HybridCommand[Any, ..., Any]]
    made = commands.hybrid_command(name=name, description=description)
    return made


async def serve(ctx: Ctx, name: str, line: str = "") -> None:
    """Answer the command `name` with the rest of its line, as the terminal would."""
    if ctx.interaction is not None:
        await ctx.defer(ephemeral=True)
    person = await person_of(ctx.bot, ctx)
    sign = asked.TYPED if ctx.interaction is None else asked.PICKED
    answer = await asked.answer(ctx.bot.desk, person, f"{name} {line}", sign)
    if answer.secret and _before_others(ctx):
        if await _privately(ctx, answer.card):
            return
        answer = replace(answer, card=answer.instead or answer.card, plan=None)
    below = view(ctx.bot.desk, answer, ctx.guild.id if ctx.guild else 0)
    shown: dict[str, Any] = {"embed": embed(answer.card), "view": below, "ephemeral": True}
    if _may_point(ctx):
        shown["reference"] = ctx.message.to_reference(fail_if_not_exists=False)
    await ctx.send(**shown)


async def answer(interaction: Interaction, name: str, line: str = "") -> None:
    """Answer the slash command `name`, for the one eyes that asked, as the terminal would."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    person = await person_of(interaction.client, interaction)
    await whisper(interaction, await asked.answer(interaction.client.desk, person, f"{name} {line}", asked.PICKED))


async def whisper(interaction: Interaction, answer: Answer) -> None:
    """Answer an interaction, deferred before or not, for the one eyes that started it."""
    shown, below = embed(answer.card), view(interaction.client.desk, answer, interaction.guild_id or 0)
    if interaction.response.is_done():
        await interaction.followup.send(embed=shown, view=below, ephemeral=True)
    else:
        await interaction.response.send_message(embed=shown, view=below, ephemeral=True)


async def say(interaction: Interaction, title: str, *lines: str) -> None:
    """A few plain words for the one who started the interaction."""
    await whisper(interaction, Answer(card=Card(title=title, lines=lines)))


def _before_others(ctx: Ctx) -> bool:
    return ctx.interaction is None and ctx.guild is not None


async def _privately(ctx: Ctx, card: Card) -> bool:
    """Answer by a private message, without buttons: those belong to a community. False where it cannot be sent."""
    try:
        await ctx.author.send(embed=embed(card))
    except discord.HTTPException as error:
        log.info("no private message", why=str(error))
        return False
    return True


def view(desk: asked.Desk, answer: Answer, guild_id: int) -> discord.ui.View:
    """The buttons of an answer: one a choice, one that takes the report back, or those that do what was previewed."""
    shown = discord.ui.View(timeout=None)
    for number, candidate in enumerate(answer.choices, 1):
        shown.add_item(buttons.Pick(candidate.owner, str(number)))
    if answer.report_key is not None:
        shown.add_item(buttons.Undo(desk.rules, answer.report_key))
    if answer.plan is not None:
        acts = tuple((button.action, button.label) for button in answer.card.buttons)
        for button in buttons.of_plan(desk.rules, guild_key(guild_id), answer.plan, acts):
            shown.add_item(button)
    return buttons.at_rest(shown)


def _may_point(ctx: Ctx) -> bool:
    """Whether the answer can be shown as one to the typed message."""
    return ctx.interaction is None and ctx.bot_permissions.read_message_history
