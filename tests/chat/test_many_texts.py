"""E6: a hundred thousand hostile texts through the escaper, and as many to a name's form."""

from __future__ import annotations

import random

import pytest

from bot.naming.canonical import canonical
from cogs.escape import escaped, units

MANY = 100_000
PIECES = [
    *"*_~`|[]()<>@#&:/\\-+.1 \n", "http://", "discord.gg/x", "@everyone", "<@1>", "\u202e", "\u200b", "\ud800", "\x00",
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
