"""Invented requesters, reports and incidents for the tests of what is told and how; every name here is made up."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import evidence, incidents
from bot.model import Facts, Guild, Incident, Mode, Report, Requester, Share, Stance, Voice
from bot.platforms import load
from bot.policies import EARLY, SHIPPED
from bot.rules import Rules
from bot.storage import Transaction
from bot.telling import Told, tell

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLATFORMS = load()
ACCOUNT = "A1EXAMPLE2REQ3"
NAME = "Example Research Lab"


def rules(secret: bytes = b"an installation's own key, tests") -> Rules:
    return Rules(platforms=PLATFORMS, policies=SHIPPED, secret=secret)


def voice(n: int = 1, site: str = "reddit", **told: Any) -> Voice:
    return Voice(**{"key": f"{site}-voice-{n}", "site": site, "age_days": 900.0, "n_posts": 900, **told})


def report(n: int = 1, at: datetime = NOW, **told: Any) -> Report:
    """One worker of old standing says that all 40 of theirs were rejected."""
    facts = Facts(n_rejected=40, n_submitted=40, share=Share.ALL, first_hand=True)
    made = {"key": f"report:{n}", "at": at, "voice": voice(n), "probability": 0.95, "facts": facts}
    return Report(**{**made, "source": "reddit:exampleturkers", **told})


def contrary(n: int, at: datetime = NOW) -> Report:
    return report(n, at, stance=Stance.CONTRARY, facts=Facts())


def requester(**told: Any) -> Requester:
    return Requester(**{"requester_id": 1, "platform": "prolific", "name": NAME, **told})


def incident(n_voices: int = 3, at: datetime = NOW, policy: Any = EARLY, **told: Any) -> Incident:
    """An incident as the rules make it of so many workers' reports."""
    reports = tuple(report(n, at) for n in range(1, n_voices + 1))
    made = Incident(
        **{"platform": "prolific", "rules_version": 1, "opened_at": at, "incident_id": 7, "reports": reports, **told}
    )
    return incidents.assess(made, policy, at)


def guild(**told: Any) -> Guild:
    """A community that is told in public, early."""
    made = {"guild_key": "discord:1", "name": "Example workers", "mode": Mode.ON, "policy": "early"}
    channels = {"alert_channel": "discord:10", "moderator_channel": "discord:11"}
    return Guild(**{**made, **channels, **told})


def hear(tx: Transaction, by: Rules, report: Report, who: Requester) -> Incident:
    """A report arrives, as it does in the running bot; each in words of its own."""
    text = " ".join(hashlib.sha256(f"{report.voice.key} {part}".encode()).hexdigest()[:8] for part in range(20))
    _, changed = evidence.add(tx, by, report, who, text, None)
    assert changed is not None
    return changed


def tell_all(tx: Transaction, by: Rules, changed: Incident) -> list[Told]:
    return tell(tx, by, changed, tx.now)
