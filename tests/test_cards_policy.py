"""The rules that decide, shown to the people for whom they decide: every number, within what Discord takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakediscord.checks import embed_faults

from bot import cards
from bot.cards.policy import CHOICE, PARTS
from bot.model.policy import Policy, rules
from bot.policies import CAUTIOUS, EARLY, SHIPPED
from cogs.embeds import FIELDS, NAME, TOTAL, embed
from cogs.escape import units

ALL_PAGES = range(1, cards.PAGES + 1)


@pytest.mark.parametrize("policy", [EARLY, CAUTIOUS], ids=lambda each: each.name)
def test_every_number_of_the_policy_is_shown_once_with_its_sentence(policy: Policy) -> None:
    shown = [field for page in ALL_PAGES for field in cards.policy(policy, page).fields]

    numbers = [(name.partition(" = ")[0], says) for name, says in shown if " = " in name]
    assert numbers == [(name, rule.says) for name, rule in rules().items()]


@pytest.mark.parametrize("page", ALL_PAGES)
@pytest.mark.parametrize("policy", [EARLY, CAUTIOUS], ids=lambda each: each.name)
def test_no_page_is_cut_by_discord(policy: Policy, page: int) -> None:
    card = cards.policy(policy, page)

    shown = embed(card)

    assert embed_faults(shown.to_dict()) == []
    assert len(card.fields) == len(shown.fields) <= FIELDS
    assert not any((each.value or "").endswith("…") or len(each.name or "") >= NAME for each in shown.fields)
    words = [shown.title, shown.description, shown.footer.text]
    words += [text for each in shown.fields for text in (each.name, each.value)]
    assert sum(units(text or "") for text in words) <= TOTAL


@pytest.mark.parametrize("chosen", SHIPPED.values(), ids=lambda each: each.name)
def test_the_first_page_says_in_a_sentence_each_what_both_gain_and_risk_and_which_counts_here(chosen: Policy) -> None:
    fields = dict(cards.policy(chosen).fields)

    told = {name: text for name, text in fields.items() if name.startswith("Policy ")}
    assert set(SHIPPED) == set(CHOICE)
    assert [name for name in told if "counts here" in name] == [f"Policy {chosen.name} (counts here)"]
    assert all(text.startswith("Gains: ") and " Risks: " in text for text in told.values())


def test_the_sentence_of_cautious_keeps_to_the_rules() -> None:
    assert (EARLY.public_voices, CAUTIOUS.corroborated_voices) == (2, 5), "say it anew in bot/cards/policy.py"


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"public_delay": timedelta(minutes=10)}, "public_delay = 10 minutes"),
        ({"asks": True}, "asks = yes"),
        ({"public_delay": timedelta(hours=1)}, "public_delay = 1 hour"),
        ({"quiet_for": timedelta(days=14)}, "quiet_for = 14 days"),
        ({"unproven_tasks": 1_000}, "unproven_tasks = 1,000"),
        ({"unproven_reward": 0.10}, "unproven_reward = 0.1"),
    ],
)
def test_a_number_is_written_as_people_write_it(changed: dict[str, object], shown: str) -> None:
    policy = replace(EARLY, **changed)

    assert shown in dict(cards.policy(policy, cards.PAGES).fields)


def test_the_last_page_does_not_go_on_and_all_others_do() -> None:
    footers = [cards.policy(EARLY, page).footer or "" for page in ALL_PAGES]

    assert [f"Next: policy {page + 1}" in footer for page, footer in enumerate(footers, 1)] == [
        *[True] * (cards.PAGES - 1),
        False,
    ]
    assert len(PARTS) == cards.PAGES + 1
