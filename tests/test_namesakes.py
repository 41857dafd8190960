"""D13: many requesters with few names, who change them: an id leads to one of them for ever, a name joins no two."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from bot import whom
from bot.model import Mention, Requester
from bot.rules import Rules
from bot.storage import Transaction
from tests.harness.memory import Memory
from tests.making import DAY, NOW, rules
from tests.storage.build import Clock

CASES, WORLDS = 1_000, 4
# Before anybody says an id.
NAMES_ALONE = 12
NAMES = (
    *(
        "Quillmere Vision",
        "QUILLMERE VISION",
        "Quillmere Vision Inc",
        "Quillmere  Vison",
        "Quillmere",
        "Vision Quillmere",
    ),
    *("Research", "Research Lab", "Dr Ann Example", "Ann Example", "Ann Exampel", "QV", "Vision Quillmere"),
)
IDS = tuple(f"A1EXAMPLE{n}REQ{n + 3}" for n in range(8))
# Where workers see an id, and where they see a name alone.
SHOWN, NAMELESS = "mturk", ("prolific", "connect", "toloka")


def _who(by: Rules, mention: Mention, beside: whom.Beside, tx: Transaction) -> Requester | None:
    return whom.who(tx, by, mention, worth=True, platform=mention.platform, beside=beside)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(WORLDS))
async def test_an_account_leads_to_one_requester_whatever_they_are_called_and_two_ids_never_to_one(seed: int) -> None:
    clock, dice, by = Clock(), random.Random(f"namesakes {seed}"), rules()
    clock.now = NOW
    store: Any = Memory(clock)
    holder: dict[str, int] = {}
    ids_of: dict[int, set[str]] = {}

    for number in range(CASES // WORLDS):
        account = dice.choice(IDS) if number >= NAMES_ALONE and dice.random() < 0.6 else None
        platform = SHOWN if account else dice.choice((SHOWN, *NAMELESS))
        mention = Mention(text=dice.choice(NAMES), account_key=account, platform=platform)
        clock.pass_by(DAY * dice.random())

        beside = whom.Beside(meets=dice.random() < 0.5, voice_key=f"v{dice.randrange(4)}")

        found = await store.write(partial(_who, by, mention, beside))

        assert found is None or found.platform == platform
        if account is not None:
            assert found is not None
            ids_of.setdefault(found.requester_id, set()).add(account)
            if account in holder or found.account_keys:
                assert holder.setdefault(account, found.requester_id) == found.requester_id, mention
        elif found is not None and platform in NAMELESS:
            assert found.account_keys == (), mention
    assert all(len(said) == 1 for said in ids_of.values())
    assert len(set(holder.values())) == len(holder) == len(IDS)
