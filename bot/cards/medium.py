"""A card as JSON for the outbox, and as plain text for whatever has no better way to show one."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.model import Button, Card, Tone


def to_json(card: Card) -> str:
    """The card as one line of JSON, the same for the same card."""
    return json.dumps(
        {
            "title": card.title,
            "tone": card.tone,
            "lines": card.lines,
            "fields": card.fields,
            "links": card.links,
            "buttons": [(button.action, button.label) for button in card.buttons],
            "footer": card.footer,
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def from_json(text: str) -> Card:
    """What `to_json` made, as a card again."""
    found = json.loads(text)
    return Card(
        title=found["title"],
        tone=Tone(found["tone"]),
        lines=tuple(found["lines"]),
        fields=tuple((name, value) for name, value in found["fields"]),
        links=tuple((label, url) for label, url in found["links"]),
        buttons=tuple(Button(action, label) for action, label in found["buttons"]),
        footer=found["footer"],
    )


def plainer(text: str) -> str | None:
    """A card of JSON in the fewest words: title, first sentence and footer. None if it is as plain as that already."""
    card = from_json(text)
    plain = replace(card, lines=card.lines[:1], fields=(), links=())
    return None if plain == card else to_json(plain)


def as_text(card: Card) -> str:
    """The card in plain lines."""
    fields = [f"{name}: {value}" for name, value in card.fields]
    links = [f"{label}: {url}" for label, url in card.links]
    return "\n".join([card.title, *card.lines, *fields, *links, *([card.footer] if card.footer else [])])
