"""History is searched for one message of ours; nothing else is taken for it, however much it looks like it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from staging import Stage
from test_announce import CARD, first_try

from bot.outbox import Look

pytestmark = pytest.mark.long

MANY = 500


def embed(footer: str, description: str = "") -> dict[str, Any]:
    return {"embeds": [{"title": CARD.title, "description": description, "footer": {"text": footer}}]}


# Whether the bot itself wrote it, and what: of our own messages only the tag at the end of the footer counts.
LOOK_ALIKES: tuple[tuple[bool, Callable[[str, str, random.Random], dict[str, Any]]], ...] = (
    (False, lambda ref, tag, _: embed(f"ref {ref} · {tag}")),
    (False, lambda ref, tag, _: {"content": f"{CARD.title} ref {ref} · {tag}"}),
    (True, lambda ref, tag, dice: embed(f"ref {ref} · {dice.randbytes(4).hex()}")),
    (True, lambda ref, tag, dice: embed(f"ref {ref} · {tag[:-1]}{'0' if tag[-1] != '0' else '1'}")),
    (True, lambda ref, tag, _: embed(f"ref {ref} · {tag} · and more")),
    (True, lambda ref, tag, _: embed(f"ref {ref}", description=f"ref {ref} · {tag}")),
    (True, lambda ref, tag, _: {"content": f"ref {ref} · {tag}"}),
)


@pytest.mark.parametrize("seed", range(2))
async def test_of_hundreds_of_look_alikes_none_is_taken_for_ours(stage: Stage, seed: int) -> None:
    dice = random.Random(seed)
    row = await first_try(stage)
    tag = stage.announcer().tag(row)
    people = [stage.fake.add_user("Rejection Watch", bot=True), stage.fake.add_user("ann")]
    for _ in range(MANY):
        ours, made = dice.choice(LOOK_ALIKES)
        who = stage.fake.me if ours else dice.choice(people)
        body = {**made(row.marker, tag, dice), "allowed_mentions": {"parse": []}}
        message = stage.fake._make(stage.alerts, who, body, {})
        stage.alerts.messages[message.id] = message

    before = await stage.announcer().find(row)
    real = await stage.announcer().announce(row, CARD)
    after = await stage.announcer().find(row)

    assert before.look is Look.ABSENT
    assert (after.look, after.message_key) == (Look.FOUND, real.message_key)
    assert (await stage.announcer().find(replace(row, nonce="ANOTHERNONCE"))).look is Look.ABSENT
