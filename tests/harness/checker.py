"""What must hold when all is at rest, whatever happened before: over the source's log, the database and the fake's log.

I1 a post is stored once · I2 a report belongs to one incident · I3 at most one visible message a key · I4 every row of
the outbox is at rest · I5 what is visible is the newest wording · I6 nobody is mentioned · I7 no secret, no worker's id
· I8 one audit row a change · I9 every change by somebody who may · I10 no report comes or goes · I11 budgets · I12 a
sound database · I13 no cursor beyond a hole
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fakediscord import FakeDiscord, Message
from sqlalchemy import Connection, text

from bot import cards
from bot.rules import Rules
from bot.storage import Transaction
from bot.storage.auditing import faults
from cogs.announce import TAG_LENGTH
from cogs.embeds import BETWEEN, embed

AT_REST = {"sent", "suppressed", "dead", "parked"}
REQUESTS_A_SECOND, REFUSED_IN_TEN_MINUTES, SESSIONS_A_DAY = 25, 100, 200
TWICE = """
    SELECT post_id, requester_id, count(*) FROM reports
    WHERE post_id IS NOT NULL AND removed_at IS NULL GROUP BY 1, 2, stance HAVING count(*) > 1
"""
ALONE = """
    SELECT count(*) FROM reports LEFT JOIN incidents USING (incident_id)
    WHERE reports.incident_id IS NOT NULL AND incidents.incident_id IS NULL
"""

ENTERED_TWICE = """
    SELECT deed, json_extract(says, '$.' || deed) AS row_id FROM audit
    WHERE deed IN ('verdict', 'edit') AND by IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1
"""
ASTRAY = """
    SELECT report_id, reports.requester_id, incidents.requester_id FROM reports JOIN incidents USING (incident_id)
    WHERE reports.requester_id <> incidents.requester_id
"""
LEFT_BEHIND = """
    SELECT report_id, merged_into FROM reports JOIN requesters USING (requester_id)
    WHERE merged_into IS NOT NULL
"""
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Found:
    """What a run showed: messages lost and doubled, and `violations` as sentences that begin with I<number>."""

    sends: int = 0
    lost: int = 0
    duplicate: int = 0
    parked: int = 0
    violations: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def wrong(self, number: int, what: object) -> None:
        self.violations.append(f"I{number}: {what}")

    def add(self, other: Found) -> None:
        """Put another run's findings to these."""
        for name in ("sends", "lost", "duplicate", "parked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.violations += other.violations
        self.waits += other.waits

    @property
    def clean(self) -> bool:
        return not (self.lost or self.duplicate or self.violations)


def check_outbox(found: Found, base: Connection, fake: FakeDiscord, rules: Rules) -> None:
    """I3, I4, I5: the rows against what people see."""
    shown = _by_tag(fake)
    rows = base.execute(text("SELECT * FROM outbox ORDER BY delivery_id")).mappings().all()
    found.sends += len(rows)
    for row in rows:
        tag = rules.sign(f"tag|{row['nonce']}")[:TAG_LENGTH]
        seen = [one for one in shown.pop((row["channel_key"], tag), []) if not one.deleted]
        _check_row(found, row, tag, seen, fake)
    for (channel, tag), messages in shown.items():
        found.wrong(3, f"{len(messages)} messages with the tag {tag} in {channel}, and no row")


def _by_tag(fake: FakeDiscord) -> dict[tuple[str, str], list[Message]]:
    shown: dict[tuple[str, str], list[Message]] = {}
    for channel in fake.channels.values():
        for message in channel.messages.values():
            if message.author is fake.me and message.embeds:
                tag = message.embeds[0].get("footer", {}).get("text", "").split(BETWEEN)[-1]
                shown.setdefault((str(channel.id), tag), []).append(message)
    return shown


def _check_row(found: Found, row: object, tag: str, seen: Sequence[Message], fake: FakeDiscord) -> None:
    what = f"delivery {row['delivery_id']} ({row['state']}, {row['attempts']} attempts)"
    if len(seen) > 1:
        found.duplicate += len(seen) - 1
        found.wrong(3, f"{what} is visible {len(seen)} times")
    if row["state"] == "parked":
        found.parked += 1
    if row["state"] not in AT_REST or (row["state"] == "sent" and row["sent_rev"] < row["rev"]):
        found.lost += not seen
        found.wrong(4, f"{what} is not at rest: rev {row['sent_rev']} of {row['rev']}, {row['reason']}")
    elif row["state"] == "suppressed" and seen:
        found.wrong(3, f"{what} was removed by a moderator and is visible again")
    elif row["state"] == "sent":
        _check_sent(found, row, what, tag, seen, fake)


def _check_sent(found: Found, row: object, what: str, tag: str, seen: Sequence[Message], fake: FakeDiscord) -> None:
    if not seen:
        removed = any(
            str(one.id) == row["message_key"] and one.deleted
            for one in fake.channels[int(row["channel_key"])].messages.values()
        )
        if not removed:
            found.lost += 1
            found.wrong(4, f"{what} is nowhere to be seen")
        return
    words = embed(cards.from_json(row["wanted"] or row["payload"]), tag).to_dict()
    if any(seen[-1].embeds[0].get(part) != words.get(part) for part in ("title", "description", "fields", "footer")):
        found.wrong(5, f"{what} shows {seen[-1].embeds[0].get('title')!r} and not {words.get('title')!r}")
    if row["message_key"] != str(seen[-1].id):
        found.wrong(5, f"{what} thinks it is another message")


def check_words(found: Found, fake: FakeDiscord, secrets: Collection[str] = ()) -> None:
    """I6, I7: every body that was ever sent, every message that is there."""
    for line in fake.requests:
        if line.body is None or line.route not in ("create_message", "edit_message"):
            continue
        if (line.body.get("allowed_mentions") or {}).get("parse") != []:
            found.wrong(6, f"{line.route} may mention {line.body.get('allowed_mentions')}")
        for secret in secrets:
            if secret in str(line.body):
                found.wrong(7, f"{line.route} says {secret!r}")
    for channel in fake.channels.values():
        pinged = [one.pings for one in channel.messages.values() if one.author is fake.me and one.pings]
        if pinged:
            found.wrong(6, pinged)


def check_budgets(found: Found, fake: FakeDiscord, *, sessions_at_most: int = SESSIONS_A_DAY) -> None:
    """I11: never too many requests, never too many that were refused, none after the token was."""
    times = [line.at for line in fake.requests]
    _most(found, times, timedelta(seconds=0.99), REQUESTS_A_SECOND, "requests in a second")
    refused = [line.at for line in fake.requests if line.status in (401, 403, 429)]
    _most(found, refused, timedelta(minutes=10), REFUSED_IN_TEN_MINUTES, "refused requests in ten minutes")
    unknown = [number for number, line in enumerate(fake.requests) if line.status == 401]
    if unknown and len(times) > unknown[0] + 1:
        found.wrong(11, f"{len(times) - unknown[0] - 1} requests after a 401")
    if fake.gateway.identifies > sessions_at_most:
        found.wrong(11, f"{fake.gateway.identifies} sessions")


def _most(found: Found, times: Sequence[object], span: timedelta, most: int, what: str) -> None:
    first = 0
    for last, at in enumerate(times):
        while at - times[first] > span:
            first += 1
        if last - first + 1 > most:
            found.wrong(11, f"{last - first + 1} {what}")
            return


def check_evidence(
    found: Found, base: Connection, posts: Collection[tuple[str, str]], moderators: Collection[str] | None = None
) -> None:
    """I1, I2, I9, I10: `posts` is what the sources have shown, `moderators` who may judge."""
    stored = Counter(tuple(row) for row in base.execute(text("SELECT source, key FROM posts")))
    found.lost += len(set(posts) - set(stored))
    for post in set(posts) - set(stored):
        found.wrong(1, f"{post} was shown and never stored")
    for post, times in stored.items():
        if times > 1 or post not in posts:
            found.wrong(1, f"{post} is stored {times} times")
    for row in base.execute(text(TWICE)):
        found.wrong(2, f"post {row[0]} counts {row[2]} times for requester {row[1]}")
    for row in base.execute(text("SELECT incident_id, guild_key, by FROM verdicts")):
        if moderators is not None and row[2] not in moderators:
            found.wrong(9, f"incident {row[0]} was judged by {row[2]}")
    if base.execute(text(ALONE)).scalar():
        found.wrong(10, "a report belongs to an incident that is not there")


def check_audit(found: Found, base: Connection) -> None:
    """I8: the chain holds, the tables say what it says, and each change has one entry."""
    for fault in faults(Transaction(base, NEVER)):
        found.wrong(8, fault)
    for deed, row_id in base.execute(text(ENTERED_TWICE)):
        found.wrong(8, f"the {deed} {row_id} has more than one entry")


def check_reports(found: Found, base: Connection) -> None:
    """I10: whatever was merged, split and undone, each report is there once and where its requester is."""
    count, last = base.execute(text("SELECT count(*), coalesce(max(report_id), 0) FROM reports")).one()
    if count != last:
        found.lost += last - count
        found.wrong(10, f"{last - count} of {last} reports are gone")
    for report_id, of, its in base.execute(text(ASTRAY)):
        found.wrong(10, f"report {report_id} is of requester {of}, its incident of {its}")
    for report_id, into in base.execute(text(LEFT_BEHIND)):
        found.wrong(10, f"report {report_id} stayed with a requester who became {into}")


def check_cursors(found: Found, base: Connection, passed: Callable[[str, str], Collection[str]]) -> None:
    """I13: `passed` gives what a source's cursor says was read; each of these must be stored, or told of as a gap."""
    gaps = {source for (source,) in base.execute(text("SELECT source FROM gaps"))}
    for source, cursor in base.execute(text("SELECT source, cursor FROM sources WHERE cursor IS NOT NULL")).all():
        stored = {key for (key,) in base.execute(text("SELECT key FROM posts WHERE source = :s"), {"s": source})}
        hole = set(passed(source, cursor)) - stored
        if hole and source not in gaps:
            found.wrong(13, f"the cursor {cursor} of {source} is beyond {len(hole)} posts that were never stored")


def check_database(found: Found, base: Connection) -> None:
    """I12: SQLite's own opinion of its file."""
    verdict = base.execute(text("PRAGMA integrity_check")).scalar()
    if verdict != "ok":
        found.wrong(12, verdict)
    if strangers := base.execute(text("PRAGMA foreign_key_check")).all():
        found.wrong(12, f"{len(strangers)} rows point at nothing")


def canary(words: str) -> bool:
    """Whether a text looks like a worker's id of the platforms we know (14 letters and digits beginning with A)."""
    return re.search(r"\bA[0-9A-Z]{12,20}\b", words) is not None
