"""Small turns of phrase that every card shares, so that the same thing is said in the same words."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import Candidate, Incident, Outcome, Stage, Task
from bot.naming.canonical import display
from bot.platforms import Noun, Platform, Platforms

# Below this many a count could tell who spoke (reliability: small counts are never shown in public).
SMALL = 5
# A smaller power of ten says nothing.
LEAST_SHOWN = 10
WORKER = Noun("worker", "workers")
SITE = Noun("site", "sites")

STAGE = {
    Stage.WATCHED: "too little to say anything",
    Stage.SUSPECTED: "early reports, unverified",
    Stage.CORROBORATED: "several independent reports, unverified",
    Stage.CONFIRMED: "confirmed by moderators",
    Stage.DISMISSED: "looked at by moderators and dismissed",
}
OUTCOME = {
    Outcome.PARTLY_REVERSED: "some rejections are reported as reversed",
    Outcome.REVERSED: "reported as reversed",
    Outcome.COMPENSATED: "workers report a payment instead of a reversal; the rejections stay",
}
# So much of a title tells work apart.
TITLE_SHOWN = 60
NOT_A_FINDING = "These are reports by workers, not findings of this bot."


def people(n: int, *, public: bool = True) -> str:
    """How many workers: exact for moderators, "fewer than 5 workers" in public when there are fewer."""
    if public and 0 < n < SMALL:
        return f"fewer than {SMALL} workers"
    return WORKER.counted(n)


def voices(incident: Incident, *, public: bool = True) -> str:
    """Who says so: "7 workers on 2 sites"."""
    where = f" on {SITE.counted(incident.n_sites)}" if incident.n_sites > 1 else ""
    return people(incident.n_voices, public=public) + where


def day(at: datetime | None) -> str:
    """A date as people write it, without an hour: in public the hour could tell who spoke."""
    return "unknown" if at is None else f"{at.day} {at:%b %Y}"


def minute(at: datetime | None) -> str:
    """A date with its time in UTC."""
    return "never" if at is None else f"{day(at)}, {at:%H:%M} UTC"


def ago(at: datetime, now: datetime) -> str:
    """How long ago in the largest unit that fits: "just now", "20 minutes ago", "3 days ago"."""
    passed = max(now - at, timedelta(0))
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        n = int(passed.total_seconds()) // unit
        if n:
            return f"{n:,} {name}{'s' if n > 1 else ''} ago"
    return "just now"


def numbers(incident: Incident, *, public: bool = True) -> str | None:
    """How many rejections there are at least, if anybody counted: the workers' own counts added up.

    In public the sum of fewer than five workers is rounded down to a power of ten: who knows all but one of the
    numbers could take them from an exact one, and learn the last.
    """
    if incident.n_rejected is None:
        return None
    if not public or incident.n_voices >= SMALL:
        return f"At least {incident.n_rejected:,} rejections, by the workers' own count."
    least = 10 ** (len(str(incident.n_rejected)) - 1)
    return f"At least {least:,} rejections, by the workers' own count, rounded down." if least >= LEAST_SHOWN else None


def reversal(incident: Incident, *, public: bool = True) -> str | None:
    """What is reported of a reversal, x of y where somebody gave numbers, and enough workers did for all to see."""
    text = OUTCOME.get(incident.outcome)
    if text is None:
        return None
    if incident.n_reversed is not None and (not public or incident.n_voices >= SMALL):
        text += f"; those who count them count {incident.n_reversed:,} in all"
    return text[0].upper() + text[1:] + "."


def task(seen: Task) -> str:
    """A batch or study in one line: title, reward, how many."""
    parts = [display(seen.title) if seen.title else "no title"]
    if seen.reward is not None:
        parts.append(f"{seen.reward.value} {seen.reward.currency} each")
    if seen.n_tasks:
        parts.append(f"{seen.n_tasks:,} available when seen")
    return " · ".join(parts)


def what_to_do(platform: Platform | None, now: datetime, *, sure: bool) -> str:
    """What a worker should do now, in one sentence; nothing that needs a platform which has closed."""
    if platform is not None and platform.closed(now):
        return (
            f"{platform.name} closed on {day(platform.closed_at)}: this can only be about old work. "
            "Save proof of yours (titles, dates, messages)."
        )
    many = platform.words.task.many if platform else "tasks"
    if sure:
        return f"Stop working for them, return open {many} rather than hand them in, and save proof of what you did."
    return f"Do a few {many} and wait until they are decided before you do more. Save proof of what you did."


def candidate(one: Candidate, platforms: Platforms) -> str:
    """A requester told apart from its namesakes: platform, id, when last seen, work of theirs, and our number."""
    platform = platforms.find(one.platform)
    about = [platform.name if platform else "platform not known"]
    if one.account_key:
        about.append(one.account_key)
    if one.seen_at is not None:
        about.append(f"last seen {day(one.seen_at)}")
    if one.task:
        about.append(f"“{display(one.task)[:TITLE_SHOWN]}”")
    return f"{display(one.name)} ({', '.join(about)}) #{one.owner}"
