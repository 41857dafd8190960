"""E6: a hundred thousand hostile texts through the escaper, and as many to a name's form; E4: as many on cards."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from fakediscord.checks import message_faults
from marks import live

from bot import cards
from bot.model import Act, Candidate, Card, Edit, Named
from bot.naming.canonical import canonical
from cogs.embeds import embed
from cogs.escape import escaped, units
from tests.making import NOW, PLATFORMS, incident, requester

MANY = 100_000
A_CARD = 10  # names
PIECES = [
    *"*_~`|[]()<>@#&:/\\-+.1 \n", "http://", "discord.gg/x", "@everyone", "<@1>", "\u202e", "\u200b", "\ud800", "\x00",
    "[x](http://e.example.org)", "\n# ", "\n> ", "\n1. ", "\n- ", "||", "```", "<t:0:R>",
    "</a:1>", ":100:", "9", "discord.com/invite/a",
    "é", "😀", "ﷺ", "İ", "ß", "a\u0301\u0301\u0301", "\ue000", "Quillmere Vision", "LLC", "Dr ", "$ale",
]  # fmt: skip
pytestmark = pytest.mark.long


def test_every_text_is_escaped_within_its_bounds_and_can_be_sent() -> None:
    dice = random.Random("escaped")
    for _ in range(MANY):
        typed, most = "".join(dice.choices(PIECES, k=dice.randrange(9))), dice.randrange(4, 90)

        source = escaped(typed, most)

        assert units(source) <= most, typed
        assert source.encode("utf-8") is not None
        assert "@everyone" not in source
        assert "<@1>" not in source


def test_the_form_for_matching_is_its_own_form() -> None:
    dice = random.Random("canonical")
    for _ in range(MANY):
        typed = "".join(dice.choices(PIECES, k=dice.randrange(9)))

        form = canonical(typed)

        assert canonical(form) == form, typed
        assert form.isascii()
        assert len(form) <= 120


def on_cards(names: list[str]) -> list[Callable[[], Card]]:
    """The names where cards show names: of requesters, of their work, in moderators' words, and as they were asked."""
    one, *others = names
    near = tuple(Candidate(owner="7", name=name, probability=0.5, task=other) for name, other in pairwise(others))
    told = [cards.About(requester=requester(name=name), incident=KNOWN, ref="7K2-Q9F") for name in names]
    known = [Named(name=name, origin="text", first_at=NOW, last_at=NOW) for name in others]
    edits = [Edit(edit_id=1, ref="a", at=NOW, act=Act.RENAMED, touched=(1,), says=name) for name in names]
    return [
        lambda: cards.which(one, near[::2], PLATFORMS),
        lambda: cards.recent(told, NOW),
        lambda: cards.names(requester(name=one), known, (), PLATFORMS),
        lambda: cards.edits(edits, NOW),
    ]


KNOWN = incident()


def test_no_card_shows_anything_but_the_letters_of_a_name() -> None:
    dice = random.Random("on cards")
    for turn in range(MANY // A_CARD):
        names = ["".join(dice.choices(PIECES, k=dice.randrange(1, 9))) for _ in range(A_CARD)]
        made = on_cards(names)

        shown = embed(made[turn % len(made)](), "0a1b2c3d").to_dict()

        texts = [shown["title"], shown.get("description", "")]
        texts += [text for field in shown.get("fields", ()) for text in (field["name"], field["value"])]
        assert [(text, live(text)) for text in texts if live(text)] == []
        assert message_faults({"embeds": [shown], "allowed_mentions": {"parse": []}}) == []
