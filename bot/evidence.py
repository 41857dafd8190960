"""From what a post claims to evidence in an incident: who is meant, whose voice it is, which incident it joins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot import incidents, trust
from bot.answers import Person
from bot.incidents.ordinary import before_of
from bot.model import (
    Batch,
    Claim,
    Incident,
    Kind,
    Policy,
    Post,
    Reading,
    Report,
    Requester,
    Reversal,
    Stage,
    Stance,
    Task,
    Voice,
)
from bot.reading.sketch import alike, sketch
from bot.rules import Rules
from bot.storage import Transaction
from bot.whom import Beside, who

# How often one person may report: generous to a worker with a bad day, tight for a flood (as Red's report cog has it).
REPORT_LIMITS = ((timedelta(minutes=5), 3), (timedelta(hours=1), 10), (timedelta(days=1), 24))
# A claim that is not reportable (retold, past, asked) is ordinary volume whatever words it uses.
NOT_CURRENT = 0.15
# How far back a text is compared with others about the same requester: cross-posts come within days.
ALIKE_FOR = timedelta(days=7)
# A date before any place we read is a fault of the site; it is history either way.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# An earlier incident at one of these stages makes the next one "again".
TOLD_STAGES = frozenset({Stage.SUSPECTED, Stage.CORROBORATED, Stage.CONFIRMED})

NOTHING = Beside()


def site_of(source: str) -> str:
    """The site on which one name is one person: the kind, and for anything but Reddit and Discord the host."""
    kind, _, address = source.partition(":")
    if kind in ("reddit", "discord"):
        return kind
    host = address.split("://")[-1].split("/")[0]
    return f"{kind}:{host}"


def voice_key_of(rules: Rules, post: Post) -> str:
    """Whose voice the post is, as a keyed hash. A post without an author is a voice of its own."""
    return rules.voice_key(site_of(post.source), post.author_key or f"post|{post.source}|{post.key}")


def voice_of(tx: Transaction, rules: Rules, key: str, site: str) -> Voice:
    """What we know of a voice whose site tells nothing: having met it lately says nothing, it may be old elsewhere."""
    met = tx.voice(key, site)
    return trust.as_met(replace(met, age_days=None, n_posts=None), met.age_days, rules.policies["early"])


def speaker(tx: Transaction, rules: Rules, person: Person) -> Voice:
    """Whoever reports or answers here: their medium tells how old the account is."""
    key = rules.voice_key(person.site, person.key)
    return replace(voice_of(tx, rules, key, person.site), age_days=person.age_days)


def has_said_a_lot(tx: Transaction, voice: Voice) -> bool:
    """Whether one person has reported and answered as much as anybody may for now."""
    return any(tx.count_reports_by(voice.key, tx.now - span) >= most for span, most in REPORT_LIMITS)


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim with the requester it is about."""

    claim: Claim
    requester: Requester


def findings(tx: Transaction, rules: Rules, reading: Reading, beside: Beside = NOTHING) -> list[Finding]:
    """What the reading claims about whom, each requester once, the strongest claim first."""
    floor = rules.policies["early"].claim_floor
    found: dict[int, Finding] = {}
    for claim in reading.claims:
        if claim.mention is None or claim.kind is Kind.OTHER:
            continue
        worth = reading.reportable or claim.mention.account_key is not None or claim.kind is Kind.SINGLE
        mass = reading.reportable and claim.probability.get(Kind.MASS, 0.0) >= floor
        near = replace(beside, meets=mass and stance_of(claim) is Stance.REPORT)
        requester = who(tx, rules, claim.mention, worth=worth, platform=reading.platform, beside=near)
        if requester is not None:
            found.setdefault(requester.requester_id, Finding(claim, requester))
    return list(found.values())


def stance_of(claim: Claim) -> Stance:
    """What the claim says of the requester. A reversal only asked for is not one."""
    if claim.contrary:
        return Stance.CONTRARY
    if claim.kind is Kind.REVERSAL and claim.facts.reversal is not Reversal.ASKED:
        return Stance.REVERSAL
    if claim.kind is Kind.TALK and claim.facts.reversal is Reversal.COMPENSATED:
        return Stance.REVERSAL
    return Stance.REPORT


def written_at(post: Post, now: datetime) -> datetime:
    """When a post was written, as far as one can believe it: never later than `now`."""
    return min(max(post.posted_at or now, EARLIEST), now)


def report_of(post: Post, voice: Voice, claim: Claim, *, reportable: bool, now: datetime) -> Report:
    """The claim as a report, dated by the post, never later than `now`."""
    probability = claim.probability.get(Kind.MASS, 0.0)
    if not reportable:
        probability = min(probability, NOT_CURRENT)
    stance, facts = stance_of(claim), claim.facts
    if stance is Stance.REVERSAL and facts.reversal is None and facts.n_reversed is None:
        # It is about rejections that came back, but not that they all did.
        facts = replace(facts, reversal=Reversal.PARTLY)
    return Report(
        key="",
        at=written_at(post, now),
        voice=voice,
        stance=stance,
        probability=probability,
        facts=facts,
        source=post.source,
    )


def add(
    tx: Transaction, rules: Rules, report: Report, requester: Requester, text: str, post_id: int | None
) -> tuple[str, Incident | None]:
    """Store the report and put it into the incident it belongs to: its key, and the changed incident, saved.

    A report that is too weak to open an incident is kept as the requester's ordinary volume (None).
    """
    policy = rules.policies["early"]
    drawn = drawing(text, requester)
    report = replace(report, same_text_as=_twin(tx, requester, report, drawn))
    incident = tx.open_incident(requester.requester_id)
    if incident is None or not incidents.joins(incident, report, policy):
        incident = _opened(tx, requester, report, policy) if _opens(report, policy) else None
    elif _opens(report, policy) and (report.at < incident.opened_at or incidents.is_only_work(incident)):
        incident = _begun_at(tx, incident, report.at, policy)
    key = tx.add_report(
        report,
        requester_id=requester.requester_id,
        incident_id=incident.incident_id if incident else None,
        post_id=post_id,
        sketch=drawn,
    )
    if incident is None:
        return key, None
    grown = incidents.with_report(incident, replace(report, key=key))
    return key, save(tx, rules, rules.assess(grown, policy, tx.now))


def save(tx: Transaction, rules: Rules, incident: Incident) -> Incident:
    """Save the incident, assessed by the policy `early`, to be looked at again when any policy has a reason to.

    Or any community: where one's moderators have judged, those of the others wait for the same moments as before.
    """
    views: list[str | None] = [incidents.ALL, None] if incident.verdicts else [incidents.ALL]
    others = [(name, of) for name in rules.policies for of in views if (name, of) != ("early", incidents.ALL)]
    looks = (rules.assess(incident, rules.policies[name], tx.now, of) for name, of in others)
    moments = [incident.next_at, *(look.next_at for look in looks)]
    ahead = [moment for moment in moments if moment is not None and moment > tx.now]
    return tx.save_incident(replace(incident, next_at=min(ahead, default=None)))


def _opens(report: Report, policy: Policy) -> bool:
    return report.stance is Stance.REPORT and report.probability >= policy.claim_floor


def _opened(tx: Transaction, requester: Requester, report: Report, policy: Policy) -> Incident:
    """A new incident without its report yet, saved, so that the report has something to belong to."""
    batches = tx.batches(requester.requester_id, report.at - policy.quiet_for)
    return _with_praise(tx, tx.save_incident(_begun(tx, requester, report, report.at, batches, policy)), policy)


def _begun_at(tx: Transaction, incident: Incident, at: datetime, policy: Policy) -> Incident:
    """An incident that began at another time than was known."""
    volume, praise = ordinary(tx, incident.requester_id or 0, at, policy)
    return _with_praise(tx, replace(incident, opened_at=at, volume=volume, praise=praise), policy)


def _with_praise(tx: Transaction, incident: Incident, policy: Policy) -> Incident:
    """A saved incident with those who contradicted shortly before it began."""
    assert incident.incident_id is not None
    tx.take_up_praise(incident.incident_id, incident.requester_id or 0, incident.opened_at - policy.contrary_for)
    return replace(incident, reports=tx.get_incident(incident.incident_id).reports)


def ordinary(tx: Transaction, requester_id: int, at: datetime, policy: Policy) -> tuple[int, int]:
    """How many posts and how much praise were ordinary before an incident about somebody that began then."""
    return before_of(at, tx.said_before(requester_id, at - policy.volume_for, at), policy)


def _begun(
    tx: Transaction,
    requester: Requester,
    report: Report | None,
    at: datetime,
    batches: Sequence[Batch],
    policy: Policy,
) -> Incident:
    volume, praise = ordinary(tx, requester.requester_id, at, policy)
    return incidents.open_incident(
        requester.platform,
        report,
        policy=policy,
        now=tx.now,
        volume=volume,
        praise=praise,
        again=_was_told(tx, requester),
        requester_id=requester.requester_id,
        batches=batches,
    )


def _was_told(tx: Transaction, requester: Requester) -> bool:
    """Whether members could be told of them before, or of one whom a person linked to them.

    A link is a person's word; what the machine only suggests throws nothing at anybody.
    """
    before = tx.incidents_of(requester.requester_id, limit=5)
    linked = (newest for _, newest in tx.linked(requester.requester_id) if newest is not None)
    return any(each.stage in TOLD_STAGES and each.public_after is not None for each in (*before, *linked))


def drawing(text: str, requester: Requester) -> bytes:
    """The sketch of a text by which copies of it are known."""
    return sketch(_without_names(text, requester))


def _without_names(text: str, requester: Requester) -> str:
    """The words without the name that everybody has to write: in a short text it would be most of what is compared."""
    known = sorted({requester.name, *requester.aliases}, key=len, reverse=True)
    names = "|".join(re.escape(name) for name in known if name.strip())
    return re.sub(names, " ", text, flags=re.IGNORECASE) if names else text


def _twin(tx: Transaction, requester: Requester, report: Report, drawn: bytes) -> str | None:
    """The earlier report whose text is nearly the same, if there is one."""
    for key, _voice, other in tx.sketches(requester.requester_id, report.at - ALIKE_FOR):
        if alike(drawn, other):
            return key
    return None


def work(
    tx: Transaction, rules: Rules, reading: Reading, post: Post, post_id: int, beside: Beside = NOTHING
) -> list[Incident]:
    """Keep the batches and studies the post shows with the requesters they belong to.

    Gives the incidents that hold evidence already, or that the work itself has opened: of somebody new to us whom
    nobody has reviewed, with a huge batch that is easy.
    """
    changed: dict[int, Incident] = {}
    for number, mention in enumerate(reading.tasks):
        if mention.task is None:
            continue
        near = replace(beside, task=mention.task, meets=True)
        requester = who(tx, rules, mention, worth=True, platform=reading.platform, beside=near)
        if requester is None:
            continue
        at, reviews = written_at(post, tx.now), _reviews(tx, requester, mention.task)
        batch = Batch(key=f"{post_id}:{number}", at=at, task=mention.task, reviews=reviews)
        incident = _seen(tx, rules, requester, tx.add_batch(requester.requester_id, batch, post_id))
        if incident is not None:
            changed[requester.requester_id] = incident
    return list(changed.values())


def _reviews(tx: Transaction, requester: Requester, task: Task) -> int:
    """How many independent reviews there are: those shown with the work, else the people whom we heard speak of them.

    Where a platform has no review site the communities that we read are the only ones who could have known.
    """
    return tx.n_voices(requester.requester_id) if task.reviews is None else task.reviews


def _seen(tx: Transaction, rules: Rules, requester: Requester, batch: Batch) -> Incident | None:
    """The incident that the work belongs to, looked at again; a new one if the requester is unproven."""
    policy = rules.policies["early"]
    incident = tx.open_incident(requester.requester_id)
    if incident is not None:
        return save(tx, rules, rules.assess(incident, policy, tx.now))
    known_since = tx.first_seen_at(requester.requester_id)
    if known_since is not None and batch.at - known_since > policy.quiet_for:
        return None
    opened = _begun(tx, requester, None, batch.at, (batch,), policy)
    return save(tx, rules, replace(opened, opened_at=batch.at)) if opened.unproven else None


def linked_work(tx: Transaction, requester: Requester, post: Post, post_id: int, task: Task) -> None:
    """Keep the study a report links to: whoever links to it later means the same requester."""
    tx.add_batch(requester.requester_id, Batch(key=f"{post_id}:link", at=written_at(post, tx.now), task=task), post_id)
