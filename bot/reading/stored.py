"""Readings as the JSON that is kept in the database: everything, so that what is read back is equal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.model import (
    Amount,
    Cause,
    Claim,
    Facts,
    Kind,
    Mention,
    Origin,
    Reading,
    Reversal,
    Share,
    Signal,
    Task,
)

Json = dict[str, Any]


def reading_kept(reading: Reading) -> Json:
    """All of a reading as a JSON object; `reading_from` gives it back."""
    return {
        "kind": reading.kind.value,
        "probability": _chances(reading.probability),
        "reportable": reading.reportable,
        "facts": facts_kept(reading.facts),
        "platform": reading.platform,
        "mentions": [mention_kept(mention) for mention in reading.mentions],
        "claims": [_claim(claim) for claim in reading.claims],
        "signals": [[signal.name, signal.quote, signal.weight] for signal in reading.signals],
        "tasks": [mention_kept(mention) for mention in reading.tasks],
        "truncated": reading.truncated,
    }


def reading_from(kept: Mapping[str, Any]) -> Reading:
    """The reading that `reading_kept` made this of."""
    return Reading(
        kind=Kind(kept["kind"]),
        probability=_chances_from(kept["probability"]),
        reportable=kept["reportable"],
        facts=facts_from(kept["facts"]),
        platform=kept["platform"],
        mentions=tuple(mention_from(mention) for mention in kept["mentions"]),
        claims=tuple(_claim_from(claim) for claim in kept["claims"]),
        signals=tuple(Signal(name, quote, weight) for name, quote, weight in kept["signals"]),
        tasks=tuple(mention_from(mention) for mention in kept["tasks"]),
        truncated=kept["truncated"],
    )


def facts_kept(facts: Facts) -> Json:
    """Facts as a JSON object, without what is not said."""
    said = {
        "n_rejected": facts.n_rejected,
        "n_submitted": facts.n_submitted,
        "n_reversed": facts.n_reversed,
        "share": facts.share,
        "amount": _amount(facts.amount),
        "first_hand": facts.first_hand,
        "reversal": facts.reversal,
        "cause": facts.cause,
        "happened_at": facts.happened_at.isoformat() if facts.happened_at else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def facts_from(kept: Mapping[str, Any]) -> Facts:
    """The facts that `facts_kept` made this of."""
    happened = kept.get("happened_at")
    return Facts(
        n_rejected=kept.get("n_rejected"),
        n_submitted=kept.get("n_submitted"),
        n_reversed=kept.get("n_reversed"),
        share=Share(kept["share"]) if "share" in kept else None,
        amount=_amount_from(kept.get("amount")),
        first_hand=kept.get("first_hand"),
        reversal=Reversal(kept["reversal"]) if "reversal" in kept else None,
        cause=Cause(kept["cause"]) if "cause" in kept else None,
        happened_at=datetime.fromisoformat(happened) if happened else None,
    )


def mention_kept(mention: Mention) -> Json:
    """A mention as a JSON object."""
    task = mention.task
    return {
        "text": mention.text,
        "account_key": mention.account_key,
        "origin": mention.origin.value,
        "platform": mention.platform,
        "task": task and [task.title, _amount(task.reward), task.n_tasks, task.task_key, task.url],
    }


def mention_from(kept: Mapping[str, Any]) -> Mention:
    """The mention that `mention_kept` made this of."""
    task = None
    if kept["task"] is not None:
        title, reward, n_tasks, task_key, url = kept["task"]
        task = Task(title=title, reward=_amount_from(reward), n_tasks=n_tasks, task_key=task_key, url=url)
    return Mention(
        text=kept["text"],
        account_key=kept["account_key"],
        origin=Origin(kept["origin"]),
        platform=kept["platform"],
        task=task,
    )


def _claim(claim: Claim) -> Json:
    return {
        "mention": mention_kept(claim.mention) if claim.mention else None,
        "kind": claim.kind.value,
        "probability": _chances(claim.probability),
        "facts": facts_kept(claim.facts),
        "contrary": claim.contrary,
    }


def _claim_from(kept: Mapping[str, Any]) -> Claim:
    return Claim(
        mention=mention_from(kept["mention"]) if kept["mention"] else None,
        kind=Kind(kept["kind"]),
        probability=_chances_from(kept["probability"]),
        facts=facts_from(kept["facts"]),
        contrary=kept["contrary"],
    )


def _chances(probability: Mapping[Kind, float]) -> Json:
    return {kind.value: chance for kind, chance in probability.items()}


def _chances_from(kept: Mapping[str, float]) -> dict[Kind, float]:
    return {Kind(kind): chance for kind, chance in kept.items()}


def _amount(amount: Amount | None) -> list[str] | None:
    return [str(amount.value), amount.currency] if amount else None


def _amount_from(kept: list[str] | None) -> Amount | None:
    return Amount(Decimal(kept[0]), kept[1]) if kept else None
