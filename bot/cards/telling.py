"""The cards that come by themselves: an alert in public, for moderators, and as a short notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.cards import words
from bot.model import Alert, Button, Card, Incident, Outcome, Reason, Requester, Stage, Tap, Task, Tone
from bot.naming.canonical import display
from bot.platforms import Noun, Platform

BUTTONS = (
    Button("confirm", "Confirm"),
    Button("dismiss", "Dismiss"),
    Button("other", "Not the same requester"),
)

TITLE = {
    Reason.SUSPECTED: "Early, unverified: rejections reported for {name}",
    Reason.CORROBORATED: "Unverified: workers report mass rejections by {name}",
    Reason.CONFIRMED: "Confirmed by moderators: mass rejections by {name}",
    Reason.AGAIN: "Again: new reports of mass rejections by {name}",
    Reason.GROWN: "More reports of rejections by {name}",
    Reason.DISPUTED: "Disputed: reports about {name}",
    Reason.PARTLY_REVERSED: "Some rejections by {name} are reported as reversed",
    Reason.REVERSED: "Rejections by {name} are reported as reversed",
    Reason.COMPENSATED: "{name}: payment reported, rejections stay",
    Reason.WITHDRAWN: "Withdrawn: our warning about {name}",
    Reason.DISMISSED: "Dismissed by moderators: reports about {name}",
    Reason.EXPIRED: "Quiet: no new reports about {name}",
    Reason.MERGED: "Joined with another incident: {name}",
    Reason.UNPROVEN: "Unproven: a large easy batch by {name}",
    Reason.ASKED: "A question about {name}",
    Reason.LONE: "Not enough to suspect: rejections by {name} are reported",
}
TONE = {
    Stage.WATCHED: Tone.WATCH,
    Stage.SUSPECTED: Tone.WARN,
    Stage.CORROBORATED: Tone.WARN,
    Stage.CONFIRMED: Tone.ALARM,
    Stage.DISMISSED: Tone.GONE,
}
OVER = frozenset({Reason.WITHDRAWN, Reason.DISMISSED, Reason.EXPIRED, Reason.MERGED})
BACK = frozenset({Reason.PARTLY_REVERSED, Reason.REVERSED, Reason.COMPENSATED})
TERM = {
    "prior": "nearly all requesters reject next to nothing",
    "reports": "what the reports say",
    "facts": "their numbers, and whether it happened to the writers",
    "ordinary_volume": "this requester is often talked of anyway",
    "trust": "how well the voices are known",
    "time_between": "time between the reports",
    "further_sites": "second sites, and many unknown voices on one, count for less",
    "contrary": "workers whose work was approved",
    "again": "it happened before",
    "spoken_of": "spoken of before: most of these did nothing wrong",
    "unproven_batch": "a large easy batch without reviews",
}
LONE = (
    "For moderators only; members have not been told, and `check` shows no stage. You know more than one report says? "
    "Your word is what tells the others."
)
# Points below this are noise to a reader.
LEAST = 0.05
# How many terms of a score a person reads before the rest is a blur.
TERMS_SHOWN = 6
REST = Noun("more incident is", "more incidents are")
SMALLER = Noun("smaller term", "smaller terms")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom and what a card is about."""

    requester: Requester
    incident: Incident
    ref: str
    platform: Platform | None = None

    @property
    def name(self) -> str:
        """The requester's name, harmless to show."""
        return display(self.requester.name)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The work it is about, newest first, each once."""
        seen: dict[str | None, Task] = {}
        for batch in sorted(self.incident.batches, key=lambda batch: batch.at, reverse=True):
            # Work known by its link alone says nothing to a reader.
            if batch.task.title or batch.task.n_tasks:
                seen.setdefault(batch.task.title, batch.task)
        return tuple(seen.values())


def tone(alert: Alert) -> Tone:
    """How the card looks: good news is green, what is over is grey, else by stage."""
    if alert.reason in OVER:
        return Tone.GONE
    if alert.outcome in (Outcome.REVERSED, Outcome.PARTLY_REVERSED):
        return Tone.GOOD
    return TONE[alert.stage]


def alert(alert: Alert, about: About) -> Card:
    """The living card in a members' channel. It says what workers report, how sure that is, and what to do."""
    return Card(
        title=title(alert, about),
        tone=tone(alert),
        lines=_sentences(alert, about, public=True),
        fields=_fields(about, public=True),
        footer=f"ref {about.ref} · {words.NOT_A_FINDING} The requester may answer: give the ref to a moderator.",
    )


def for_moderators(alert: Alert, about: About, *, trial: bool, answers: Mapping[Tap, int] | None = None) -> Card:
    """The same for moderators: exact numbers, why the score is what it is, and the buttons.

    `answers` are those to a question that is closed.
    """
    lines = _sentences(alert, about, public=False)
    if alert.reason is Reason.ASKED:
        lines = (_asked(answers, trial=trial), *lines)
    elif trial and alert.seen:
        lines = ("TRIAL: members would have been told this. Nothing was posted in public.", *lines)
    elif alert.reason is Reason.LONE:
        lines = (LONE, *lines)
    elif not alert.seen:
        lines = ("For moderators only; members have not been told.", *lines)
    fields = (*_fields(about, public=False), ("Why", receipt(alert)))
    return Card(
        title=title(alert, about),
        tone=tone(alert),
        lines=lines,
        fields=fields,
        buttons=() if alert.reason in OVER else BUTTONS,
        footer=f"ref {about.ref} · {alert.stage} · Your word counts for this community.",
    )


def _asked(answers: Mapping[Tap, int] | None, *, trial: bool) -> str:
    """For moderators: that members are asked, or what they answered."""
    if trial:
        return "TRIAL: members would have been asked whether their work was decided. Nothing was posted in public."
    if answers is None:
        return "Members are asked whether their work was decided. They are told of no report."
    counted = ", ".join(f"{words.TAP[tap].lower()}: {answers.get(tap, 0)}" for tap in (*Tap,)[:-1])
    return f"The question to members is closed. Of those whose voice counts: {counted}."


def notice(alert: Alert, about: About) -> Card:
    """The short new message beside the living card: one sentence, about what is new."""
    back = words.reversal(about.incident) if alert.reason in BACK else None
    return Card(
        title=title(alert, about),
        tone=tone(alert),
        lines=(back or _sentences(alert, about, public=True)[0],),
        footer=f"ref {about.ref}",
    )


def with_rest(card: Card, n: int) -> Card:
    """The card with a line at its end that says that `n` more incidents are open."""
    rest = REST.counted(n)
    return replace(card, lines=(*card.lines, f"{rest} open now: /recent lists what is open, /check tells of one."))


def title(alert: Alert, about: About) -> str:
    """What happened, in one line."""
    if alert.reason is Reason.EXPIRED and not about.incident.reports:
        return f"Past: a large easy batch by {about.name}"
    return TITLE[alert.reason].format(name=about.name)


def receipt(alert: Alert) -> str:
    """The score as a sum that a person can follow, the heaviest terms first."""
    terms = sorted((term for term in alert.why if abs(term.points) >= LEAST), key=lambda term: -abs(term.points))
    shown = [f"{term.points:+.1f} {TERM.get(term.term, term.term)}" for term in terms[:TERMS_SHOWN]]
    rest = sum(term.points for term in terms[TERMS_SHOWN:])
    if len(terms) > TERMS_SHOWN:
        shown.append(f"{rest:+.1f} {SMALLER.counted(len(terms) - TERMS_SHOWN)}")
    return "\n".join([*shown, f"= {alert.score:.1f}"])


def _sentences(alert: Alert, about: About, *, public: bool) -> tuple[str, ...]:
    incident = about.incident
    if alert.reason is Reason.UNPROVEN:
        return (words.unproven(about.platform),)
    lines = [_first(alert, about, public=public)]
    if alert.reason in OVER:
        return tuple(lines)
    said = (
        words.numbers(incident, public=public),
        words.reversal(incident, public=public),
        words.accident(incident, about.platform, alert.at),
    )
    lines += [line for line in said if line]
    if incident.n_contrary:
        lines.append(words.contrary(incident, public=public))
    if incident.disputed:
        lines.append(words.DISPUTED)
    sure = alert.stage in (Stage.CORROBORATED, Stage.CONFIRMED)
    what = words.what_to_do(about.platform, alert.at, sure=sure, outcome=incident.outcome)
    lines.append(f"What to do: {what}")
    return tuple(lines)


def _first(alert: Alert, about: About, *, public: bool) -> str:
    who = words.voices(about.incident, public=public)
    if alert.reason in OVER:
        return _end(alert, about)
    how = {
        Stage.CONFIRMED: "confirmed by moderators of this community",
        Stage.CORROBORATED: "unverified",
        Stage.SUSPECTED: "early and unverified: it may be a mistake",
    }.get(alert.stage, "unverified")
    if not about.incident.n_voices:
        return f"Mass rejections by {about.name} ({how})."
    verb = "reports" if about.incident.n_voices == 1 and not public else "report"
    return f"{who[0].upper()}{who[1:]} {verb} mass rejections by {about.name} ({how})."


def _end(alert: Alert, about: About) -> str:
    reported = bool(about.incident.reports)
    if alert.reason is Reason.WITHDRAWN:
        return "What we posted is no longer supported by the reports we have. Please treat it as not said."
    if alert.reason is Reason.DISMISSED:
        seen = "the reports" if reported else "it"
        return f"Moderators of this community looked at {seen} and do not see a mass rejection."
    if alert.reason is Reason.MERGED:
        return "These reports belong to another incident, which goes on."
    if not reported:
        return "Nobody here has reported anything about it, and we look no longer. That is not a recommendation."
    return f"No new report since {words.day(about.incident.last_at)}. That is not a recommendation."


def _fields(about: About, *, public: bool) -> tuple[tuple[str, str], ...]:
    incident = about.incident
    when = words.day if public else words.minute
    fields = [("Platform", about.platform.name if about.platform else "not known")]
    if incident.reports:
        fields += [("First report", when(incident.opened_at)), ("Last report", when(incident.last_at))]
    else:
        fields.append(("Seen", when(incident.opened_at)))
    if about.requester.account_keys:
        fields.append(("Account", ", ".join(about.requester.account_keys[:3])))
    fell = words.approvals((batch.at, batch.task) for batch in incident.batches)
    if fell:
        fields.append(("Approval rate shown", fell))
    if about.tasks:
        fields.append(("About", "\n".join(words.task(seen) for seen in about.tasks[:3])))
    return tuple(fields)
