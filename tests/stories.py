"""Made-up evidence for the deciding rules: reports, verdicts and batches about invented requesters."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot import incidents
from bot.model import Amount, Batch, Decision, Facts, Incident, Report, Stance, Task, Verdict, Voice
from bot.policies import EARLY

T0 = datetime(2026, 5, 1, 12, tzinfo=UTC)


def after(*, days=0.0, hours=0.0, minutes=0.0):
    return T0 + timedelta(days=days, hours=hours, minutes=minutes)


def voice(name="ann", site="reddit", age=900.0, posts=400, **more):
    return Voice(key=f"{site}:{name}", site=site, age_days=age, n_posts=posts, **more)


def report(key="r1", at=T0, name=None, *, p=0.95, facts=Facts(), **more):
    who = more.pop("voice", None) or voice(name or f"by-{key}", more.pop("site", "reddit"))
    return Report(key=key, at=at, voice=who, probability=p, facts=facts, **more)


def contrary(key, at=T0, name=None):
    return report(key, at, name, stance=Stance.CONTRARY)


def reversal(key, at=T0, name=None, **facts):
    return report(key, at, name, stance=Stance.REVERSAL, facts=Facts(**facts))


def verdict(decision, at=T0, key=None, by="mod", guild=None):
    return Verdict(key=key or f"{decision}@{at}", at=at, decision=Decision(decision), by=by, guild_key=guild)


def batch(n_tasks=70_000, reward="0.01", reviews=0, at=T0):
    return Batch(key="b1", at=at, task=Task(n_tasks=n_tasks, reward=Amount(Decimal(reward), "USD")), reviews=reviews)


def crowd(n, *, minutes=30.0, first="r", **more):
    """So many reports by different people on one site, the given minutes apart."""
    return [report(f"{first}{i}", after(minutes=i * minutes), **more) for i in range(n)]


def incident(*reports, now=None, policy=EARLY, verdicts=(), batches=(), **more):
    """An incident of that evidence, assessed when the newest of it was there."""
    known = Incident(
        platform="mturk",
        rules_version=1,
        opened_at=T0,
        reports=reports,
        verdicts=tuple(verdicts),
        batches=tuple(batches),
        **more,
    )
    dates = [each.at for each in (*reports, *verdicts, *batches)]
    return incidents.assess(known, policy, now or max(dates, default=T0))
