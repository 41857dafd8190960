"""A card as a Discord embed: capped, escaped, coloured. Pure: nothing is sent and nobody is asked."""

from __future__ import annotations

import re

import discord

from bot.model import Card, Tone
from cogs.escape import escaped, plain, units

# Discord's documentation, "Embed Limits".
TITLE, DESCRIPTION, FIELDS, NAME, VALUE, FOOTER, TOTAL = 256, 4096, 25, 256, 1024, 2048, 6000
# So much stays for the fields, whatever the sentences are.
FOR_FIELDS = 1500
NOTHING = "–"
COLOUR = {
    Tone.NEUTRAL: 0x5B6B7B,
    Tone.WATCH: 0x4C78A8,
    Tone.WARN: 0xE0A100,
    Tone.ALARM: 0xC8372D,
    Tone.GOOD: 0x3C8D4F,
    Tone.GONE: 0x8A8A8A,
}
# A link is ours or it is left out: a scheme, and nothing that ends a link or begins another thing.
LINK = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&'+,;=%]{1,500}")
BETWEEN = " · "


def embed(card: Card, tag: str | None = None) -> discord.Embed:
    """The card within all limits. `tag` ends the footer: by it we know our own message again."""
    shown = discord.Embed(title=escaped(card.title, TITLE) or NOTHING, colour=COLOUR[card.tone])
    footer = _footer(card.footer, tag)
    if footer:
        shown.set_footer(text=footer)
    left = TOTAL - units(shown.title or "") - units(footer)
    shown.description = escaped("\n".join(card.lines), min(DESCRIPTION, left - FOR_FIELDS)) or None
    left -= units(shown.description or "")
    for name, value in _fields(card):
        left -= units(name) + units(value)
        if left < 0 or len(shown.fields) == FIELDS:
            break
        shown.add_field(name=name, value=value, inline=len(value) <= 40)
    return shown


def ends_with(footer: str | None, tag: str) -> bool:
    """Whether an embed with this footer is the one that was made with this tag."""
    return (footer or "").split(BETWEEN)[-1] == tag


def _footer(text: str | None, tag: str | None) -> str:
    said = plain(text or "", FOOTER - units(f"{BETWEEN}{tag}"))
    return BETWEEN.join(part for part in (said, tag) if part)


def _fields(card: Card) -> list[tuple[str, str]]:
    told = [(escaped(name, NAME) or NOTHING, escaped(value, VALUE) or NOTHING) for name, value in card.fields]
    return told + [(escaped(label, NAME) or NOTHING, url) for label, url in card.links if LINK.fullmatch(url)]
