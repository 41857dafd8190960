"""Invented nouns for the store's tests, and a clock that stands until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import Delivery, Incident, Post, Report, Shape, Slot, Voice
from bot.storage import Transaction

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLATFORM = "prolific"


class Clock:
    """A clock of our own."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span


def post(key: str = "p1", **told: Any) -> Post:
    return Post(**{"source": "reddit:example", "key": key, "text": "all of mine were rejected", **told})


def voice(key: str = "voice-1", **told: Any) -> Voice:
    return Voice(**{"key": key, "site": "reddit", "age_days": 12.5, "n_posts": 3, **told})


def report(at: datetime = NOW, **told: Any) -> Report:
    return Report(**{"key": "ignored", "at": at, "voice": voice(), "source": "reddit:example", **told})


def incident(requester_id: int | None, **told: Any) -> Incident:
    return Incident(
        **{
            "requester_id": requester_id,
            "platform": PLATFORM,
            "rules_version": 1,
            "opened_at": NOW,
            "last_at": NOW,
            **told,
        }
    )


def delivery(incident_id: int, channel: str = "discord:100", **told: Any) -> Delivery:
    return Delivery(
        **{
            "incident_id": incident_id,
            "guild_key": "discord:1",
            "channel_key": channel,
            "slot": Slot.PUBLIC,
            "shape": Shape.CARD,
            "generation": 1,
            "nonce": "N" * 25,
            "marker": "ref 222-333",
            "payload": "first words",
            "due_at": NOW,
            **told,
        }
    )


def add_requester(tx: Transaction, name: str = "Example Labs", account_key: str | None = None) -> int:
    return tx.add_requester(PLATFORM, name, name.casefold(), account_key, "post").requester_id


def add_incident(tx: Transaction, name: str = "Example Labs", **told: Any) -> int:
    saved = tx.save_incident(incident(add_requester(tx, name), **told))
    assert saved.incident_id is not None
    return saved.incident_id
