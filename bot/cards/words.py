"""Small turns of phrase that every card shares, so that the same thing is said in the same words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.model import Candidate, Incident, Outcome, Stage, Tap, Task
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
TAP = {
    Tap.ALL_APPROVED: "All approved",
    Tap.SOME_REJECTED: "Some rejected",
    Tap.ALL_REJECTED: "All rejected",
    Tap.PENDING: "Still pending",
}
# So much of a title tells work apart.
TITLE_SHOWN = 60
# The first reading of a rate and the newest ones: a row of numbers is soon a blur.
RATES_SHOWN = 4
DISPUTED = "Disputed: other workers say that theirs was approved."
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


def contrary(incident: Incident, *, public: bool = True) -> str:
    """That others had their work approved: "1 worker says theirs was approved."."""
    who = people(incident.n_contrary, public=public)
    verb = "says" if incident.n_contrary == 1 and not public else "say"
    return f"{who[0].upper()}{who[1:]} {verb} theirs was approved."


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
    """What is reported of a reversal: who says so, and x of y where somebody counts and enough do for all to see."""
    text = OUTCOME.get(incident.outcome)
    if text is None:
        return None
    text = text[0].upper() + text[1:]
    if incident.outcome is Outcome.COMPENSATED:
        return f"{text}."
    text += f" by {people(incident.n_reversing, public=public)}" if incident.n_reversing else " by moderators"
    if not incident.n_reversed or (public and incident.n_voices < SMALL):
        return f"{text}."
    whole = f" of {incident.reversed_of:,}" if incident.reversed_of else ""
    return f"{text}: {incident.n_reversed:,}{whole} by their own count."


def unproven(platform: Platform | None) -> str:
    """What is said of a huge easy batch by somebody new: advice, and nothing about anybody."""
    many = platform.words.task.many if platform else "tasks"
    return (
        f"Unproven; do a few and wait. It is a large batch of easy {many} by somebody new here, of whom we know no "
        "reviews. Nobody has reported anything: most who are new pay."
    )


def accident(incident: Incident, platform: Platform | None, now: datetime) -> str | None:
    """That it may be a mistake, and how a requester undoes one; None if nothing sounds like it or it is undone."""
    if not incident.accident or incident.outcome is Outcome.REVERSED:
        return None
    text = "It may be an accident: workers were given one identical text, a wrong code or a technical fault as reason."
    if platform is None or platform.closed(now):
        return text
    if platform.reversal is None:
        return f"{text} To the {platform.words.requester.one}: ask {platform.name} how to undo a rejection."
    return f"{text} It can be put right. {platform.reversal.text}"


def approvals(seen: Iterable[tuple[datetime, Task]]) -> str | None:
    """How the approval rate that the platform shows of a requester fell: "99 % (19 Aug 2022), 5 % (24 Aug 2022)".

    From dated pastes, oldest first; None unless a later one is lower than the first. One reading alone says nothing.
    """
    dated = sorted(((at, task.approval) for at, task in seen if task.approval is not None), key=lambda each: each[0])
    rates = [each for before, each in zip((None, *dated), dated, strict=False) if not before or before[1] != each[1]]
    if not rates or min(rate for _, rate in rates) >= rates[0][1]:
        return None
    shown = rates if len(rates) <= RATES_SHOWN else [rates[0], *rates[1 - RATES_SHOWN :]]
    return ", then ".join(f"{rate} % ({day(at)})" for at, rate in shown)


def task(seen: Task) -> str:
    """A batch or study in one line: title, reward, how many."""
    parts = [display(seen.title) if seen.title else "no title"]
    if seen.reward is not None:
        parts.append(f"{seen.reward.value} {seen.reward.currency} each")
    if seen.n_tasks:
        parts.append(f"{seen.n_tasks:,} available when seen")
    return " · ".join(parts)


def what_to_do(platform: Platform | None, now: datetime, *, sure: bool, outcome: Outcome = Outcome.OPEN) -> str:
    """What a worker should do now, in a sentence or two; nothing that needs a platform which has closed."""
    if platform is not None and platform.closed(now):
        return (
            f"{platform.name} closed on {day(platform.closed_at)}: this can only be about old work. "
            "Save proof of yours (titles, dates, messages)."
        )
    many = platform.words.task.many if platform else "tasks"
    if outcome is Outcome.REVERSED:
        return f"See whether yours were taken back, too. Then do a few {many} and wait until they are decided."
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
