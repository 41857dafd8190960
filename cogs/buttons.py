"""The buttons: each carries in its custom_id all it needs, so that it works after any number of restarts."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any, Self

import discord

from bot.answers import Answer, Person
from bot.client import Client
from bot.errors import NotFoundError, UsageError
from bot.model import Decision, Delivery, Tap
from bot.rules import Rules
from bot.tapping import Press
from cogs import replies
from cogs.guards import guild_key, person_of

ACTS = {
    "confirm": (Decision.CONFIRM, None),
    "dismiss": (Decision.DISMISS, None),
    "other": (Decision.DISMISS, "not the same requester"),
}
STYLES = {"confirm": discord.ButtonStyle.danger, "dismiss": discord.ButtonStyle.secondary}
# 64 bits of an HMAC: more than anybody can try out on a live bot, and short enough for Discord's 100 characters.
MAC_LENGTH = 16

Button = discord.ui.Button[Any]


def mac(rules: Rules, *parts: str) -> str:
    """Proof that we made a button about exactly these parts."""
    return rules.sign("|".join(("button", *parts)))[:MAC_LENGTH]


class Pick(discord.ui.DynamicItem[Button], template=r"v1\|pick\|(?P<owner>[0-9]{1,18})"):
    """One requester of an ambiguous answer. Anybody may press it: each sees the answer alone."""

    def __init__(self, owner: str, label: str) -> None:
        self.owner = owner
        super().__init__(discord.ui.Button(label=label, custom_id=f"v1|pick|{owner}"))

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str], /) -> Self:
        """The button as it was sent."""
        return cls(match["owner"], "?")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show where that requester stands."""
        client: Client = interaction.client
        await interaction.response.defer(ephemeral=True, thinking=True)
        person = await person_of(client, interaction)
        await replies.whisper(interaction, await client.desk.pick(person, self.owner))


class Undo(discord.ui.DynamicItem[Button], template=r"v1\|undo\|(?P<number>[0-9]{1,18})\|(?P<mac>[0-9a-f]{16})"):
    """Takes a report back. Whose it is and how old, the desk checks."""

    def __init__(self, rules: Rules, report_key: str) -> None:
        number = report_key.rpartition(":")[2]
        self.number, self.mac = number, mac(rules, "undo", number)
        super().__init__(discord.ui.Button(label="Undo", custom_id=f"v1|undo|{number}|{self.mac}"))

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str], /) -> Self:
        """The button as it was sent; its proof is what the message carries."""
        button = cls(interaction.client.desk.rules, match["number"])
        button.mac = match["mac"]
        return button

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take the report back, if all of it is right."""
        client: Client = interaction.client
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not hmac.compare_digest(self.mac, mac(client.desk.rules, "undo", self.number)):
            await replies.say(interaction, "Not one of mine", NOT_OURS)
            return
        person = await person_of(client, interaction)
        await replies.whisper(interaction, await client.desk.undo(person, f"report:{self.number}"))


class Judge(
    discord.ui.DynamicItem[Button],
    template=r"v1\|(?P<act>confirm|dismiss|other)\|(?P<ref>[0-9A-Za-z-]{1,16})\|(?P<mac>[0-9a-f]{16})",
):
    """A moderator's word under the card. The proof binds act, incident and guild; rights are checked at each press."""

    def __init__(self, act: str, ref: str, proof: str, label: str = "?") -> None:
        self.act, self.ref, self.proof = act, ref, proof
        style = STYLES.get(act, discord.ButtonStyle.secondary)
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"v1|{act}|{ref}|{proof}"))

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str], /) -> Self:
        """The button as it was sent."""
        return cls(match["act"], match["ref"], match["mac"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Record the word; the desk asks whether they moderate, and hears the press once."""
        client: Client = interaction.client
        key, (decision, why) = f"discord:{interaction.id}", ACTS[self.act]

        def act(person: Person) -> Awaitable[Answer | None]:
            return client.desk.press(person, key, self.ref, decision, why)

        await _answered(interaction, self.proof, (self.act, self.ref), act)


class Plan(
    discord.ui.DynamicItem[Button],
    template=r"v1\|plan\|(?P<act>do|leave)\|(?P<key>[0-9a-f]{8})\|(?P<mac>[0-9a-f]{16})",
):
    """Carries out a moderator's previewed word about who is who, or leaves it."""

    def __init__(self, act: str, key: str, proof: str, label: str = "?") -> None:
        self.act, self.key, self.proof = act, key, proof
        style = discord.ButtonStyle.primary if act == "do" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"v1|plan|{act}|{key}|{proof}"))

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str], /) -> Self:
        """The button as it was sent."""
        return cls(match["act"], match["key"], match["mac"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it or leave it; the desk asks whether they still moderate, and does it once."""
        registry = interaction.client.desk.registry
        act = registry.do if self.act == "do" else registry.leave
        await _answered(interaction, self.proof, ("plan", self.act, self.key), lambda person: act(person, self.key))


class Question(
    discord.ui.DynamicItem[Button],
    template=r"v1\|who\|(?P<act>same|kin|apart)\|(?P<number>[0-9]{1,18})\|(?P<mac>[0-9a-f]{16})",
):
    """A moderator's answer to a question who somebody is. The proof binds it to the guild that was asked."""

    def __init__(self, act: str, number: str, proof: str, label: str = "?") -> None:
        self.act, self.number, self.proof = act, number, proof
        super().__init__(discord.ui.Button(label=label, custom_id=f"v1|who|{act}|{number}|{proof}"))

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str], /) -> Self:
        """The button as it was sent."""
        return cls(match["act"], match["number"], match["mac"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Record the answer; the first one counts."""
        client: Client = interaction.client
        registry, number = client.desk.registry, int(self.number)

        def act(person: Person) -> Awaitable[Answer | None]:
            if self.act == "apart":
                return registry.apart(person, number)
            return registry.same(person, number, merge=self.act == "same")

        await _answered(interaction, self.proof, ("who", self.act, self.number), act)


class Tapped(
    discord.ui.DynamicItem[Button],
    template=r"v1\|tap\|(?P<tap>[a-z_]{1,16})\|(?P<ref>[0-9A-Za-z-]{1,16})\|(?P<number>[0-9]{1,9})\|(?P<mac>[0-9a-f]{16})",
):
    """An answer to a question to members. The proof binds it to the question, its guild and its channel."""

    def __init__(self, tap: str, ref: str, number: str, proof: str, label: str = "?") -> None:
        self.tap, self.ref, self.number, self.proof = tap, ref, number, proof
        super().__init__(discord.ui.Button(label=label, custom_id=f"v1|tap|{tap}|{ref}|{number}|{proof}"))

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], item: Any, match: re.Match[str], /) -> Self:
        """The button as it was sent."""
        return cls(match["tap"], match["ref"], match["number"], match["mac"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take the answer; the desk asks whether the question is open and this is its message, and hears it once."""
        client: Client = interaction.client
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild, channel = guild_key(interaction.guild_id or 0), str(interaction.channel_id)
        proof = mac(client.desk.rules, "tap", self.tap, self.ref, self.number, guild, channel)
        if interaction.message is None or not hmac.compare_digest(self.proof, proof):
            await replies.say(interaction, "Not one of mine", NOT_OURS)
            return
        press = Press(
            key=f"discord:{interaction.id}",
            ref=self.ref,
            generation=int(self.number),
            tap=Tap(self.tap),
            channel_key=channel,
            message_key=str(interaction.message.id),
        )
        answer = await client.desk.tap(await person_of(client, interaction), press)
        if answer is not None:
            await replies.whisper(interaction, answer)


async def _answered(
    interaction: discord.Interaction[Any],
    proof: str,
    parts: tuple[str, ...],
    act: Callable[[Person], Awaitable[Answer | None]],
) -> None:
    """Check the proof, act as whoever presses, and say what came of it; None: they have their answer already."""
    client: Client = interaction.client
    await interaction.response.defer(ephemeral=True, thinking=True)
    if not hmac.compare_digest(proof, mac(client.desk.rules, *parts, guild_key(interaction.guild_id or 0))):
        await replies.say(interaction, "Not one of mine", NOT_OURS)
        return
    try:
        answer = await act(await person_of(client, interaction))
    except (UsageError, NotFoundError) as error:
        await replies.say(interaction, "Nothing changed", str(error))
    else:
        if answer is not None:
            await replies.whisper(interaction, answer)


NOT_OURS = "This button was not made for this community by this bot. Use the command with the ref instead."


def of_delivery(rules: Rules, delivery: Delivery, buttons: tuple[tuple[str, str], ...]) -> discord.ui.View:
    """The buttons of a card in a moderators' channel, or of a question to members: (act, label) each."""
    shown = discord.ui.View(timeout=None)
    for act, label in buttons:
        kind, _, number = act.partition(":")
        if kind == "tap":
            parts = (number, delivery.marker, str(delivery.generation))
            proof = mac(rules, "tap", *parts, delivery.guild_key, delivery.channel_key)
            shown.add_item(Tapped(*parts, proof, label))
        elif act in ACTS:
            proof = mac(rules, act, delivery.marker, delivery.guild_key)
            shown.add_item(Judge(act, delivery.marker, proof, label))
        elif number:
            proof = mac(rules, "who", kind, number, delivery.guild_key)
            shown.add_item(Question(kind, number, proof, label))
    return at_rest(shown)


def of_plan(rules: Rules, guild: str, key: str, buttons: tuple[tuple[str, str], ...]) -> list[Plan]:
    """The buttons under a preview: (act, label) each."""
    return [Plan(act, key, mac(rules, "plan", act, key, guild), label) for act, label in buttons]


def at_rest(view: discord.ui.View) -> discord.ui.View:
    """Tells discord.py not to keep the view in memory: every press finds its way by the custom_id alone."""
    view.stop()
    return view
