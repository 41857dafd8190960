"""The golden replays through the real rules, as the page that workers read: `python tests/timelines.py` writes it."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "data" / "golden"
PAGE = ROOT / "docs" / "timelines.md"
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from bot.alerts.stream import decide  # noqa: E402 - the checkout is put on the path where this is run as a script
from bot.alerts.wire import event_from  # noqa: E402
from bot.cards.telling import TITLE  # noqa: E402
from bot.model import Alert  # noqa: E402
from bot.policies import SHIPPED  # noqa: E402

TOP = """# Timelines: when you would have heard

What the bot would have told, and when, in six stories. Names, ids, hours and words are invented; where a case was
public, its dates and figures are the published ones. Times are UTC. **Members** get the first word and every rise of
it as a new message; all else changes the message that is there. *early* and *cautious* are the two policies that a
community can choose between (`/policy` explains them).

This page is made from `data/golden` by the rules themselves: `python tests/timelines.py`.
"""
NOBODY = "Nobody is told anything."


def stories() -> list[dict[str, str]]:
    """What each file tells, in the order of the page."""
    told: list[dict[str, str]] = tomllib.loads((GOLDEN / "stories.toml").read_text(encoding="utf-8"))["story"]
    return told


def events(file: str) -> list[dict[str, Any]]:
    """The events of a story, as they stand in its file."""
    return [json.loads(line) for line in (GOLDEN / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()]


def alerts(file: str, policy: str) -> list[Alert]:
    """What the rules tell, by date."""
    return [alert for alert, _ in decide(map(event_from, events(file)), SHIPPED[policy])]


def page() -> str:
    """The whole page."""
    return "\n".join([TOP, *(line for story in stories() for line in _story(story))])


def _story(story: dict[str, str]) -> Iterator[str]:
    yield f"## {story['title']}\n"
    yield story["about"]
    if "source" in story:
        yield f"\nSource of dates and figures: {story['source']}."
    yield "\n| when | what happens | what is told under *early* |\n|---|---|---|"
    seen = [each for each in events(story["file"]) if each["says"]]
    happened = [(datetime.fromisoformat(each["at"]), 0, each["says"], "") for each in seen]
    early = [(alert.at, 1, "", f"{_who(alert)}: {_words(alert)}") for alert in alerts(story["file"], "early")]
    for at, _, seen_by_workers, told in sorted([*happened, *early], key=lambda row: row[:2]):
        yield f"| {at.day} {at:%b %Y, %H:%M} | {seen_by_workers} | {told} |"
    if not early:
        yield f"\n{NOBODY}"
    public = next((alert for alert in alerts(story["file"], "cautious") if alert.public), None)
    when = f"members first hear on {public.at.day} {public.at:%b, %H:%M}" if public else "members hear nothing"
    yield f"\nUnder *cautious* {when}.\n"


def _who(alert: Alert) -> str:
    if alert.public:
        return "**Members**, a new message"
    return "The message changes" if alert.seen else "Moderators only"


def _words(alert: Alert) -> str:
    counted = f"; {alert.n_voices} workers" if alert.n_voices > 1 else ""
    back = f"; {alert.n_reversed} counted as reversed" if alert.n_reversed else ""
    return f"“{TITLE[alert.reason].format(name='…')}” (`{alert.reason.value}`{counted}{back})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
