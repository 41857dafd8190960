"""The cards that answer a command: what was understood, what is open, how the bot is doing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.cards import words
from bot.cards.telling import About
from bot.model import Button, Card, Decision, Delivery, Facts, Guild, Mode, Share, State, Tone, Watch
from bot.naming.canonical import display

UNDO = Button("undo", "Undo")
RECENT_SHOWN = 10
ROWS_SHOWN = 8

POLICY = {
    "early": "Policy early: members hear of two or more independent reports, early and unverified; more is saved, "
    "and now and then a warning is withdrawn.",
    "cautious": "Policy cautious: members hear only of what several independent reports support; fewer warnings are "
    "withdrawn, and some come too late.",
}
# Measured with `simulate --asking` (docs/benchmarks.md).
ASKS = (
    "Where one report stands alone, members are asked a neutral question, about one requester at most once a week. In "
    "our simulation that saves a little more and brings some five more wrong warnings a year under the policy early."
)
DONE = {
    Decision.CONFIRM: "Confirmed",
    Decision.DISMISS: "Dismissed",
    Decision.REVERSED: "Marked as reversed",
    Decision.UNDO: "Taken back",
    Decision.COMPENSATED: "Marked as compensated",
}


def amount(facts: Facts) -> str:
    """How much a report says was rejected: "27 of 30", "all 40", "all", "an unknown number"."""
    if facts.n_rejected is None:
        return "all" if facts.share is Share.ALL else "an unknown number"
    if facts.n_submitted is not None and facts.n_submitted != facts.n_rejected:
        return f"{facts.n_rejected:,} of {facts.n_submitted:,}"
    return f"all {facts.n_rejected:,}" if facts.share is Share.ALL else f"{facts.n_rejected:,}"


def reported(name: str, facts: Facts, *, first: bool) -> Card:
    """What the bot understood of a report, with an Undo. Nobody is ever shown who reported."""
    lines = ["Thank you. Nobody sees who reported, moderators included."]
    if first:
        lines.append("You are the first here to report them. With more reports the community is warned.")
    return Card(
        title=f"Understood: {display(name)} rejected {amount(facts)}",
        lines=tuple(lines),
        buttons=(UNDO,),
        footer="Wrong? Undo within five minutes.",
    )


def not_reported(why: str) -> Card:
    """A report that was not taken, and what to do instead."""
    return Card(title="Not taken", lines=(why,))


def undone() -> Card:
    """A report taken back by the one who made it."""
    return Card(title="Taken back", lines=("Your report does not count any more.",))


def forget_me() -> Card:
    """What being forgotten means, before it is done: it cannot be undone."""
    return Card(
        title="Shall I forget you?",
        lines=(
            "Your reports and posts here are deleted, and your reports count no more; cards that showed them are "
            "corrected. What you decided as a moderator stays, as nobody's. This cannot be undone.",
            "If you are sure: /forget-me sure:yes. What you wrote elsewhere (Reddit, forums) the operator takes out.",
        ),
    )


def forgotten(*, clean: bool) -> Card:
    """Done. It does not say whether there was anything."""
    still = "Copies that the operator made may hold a keyed hash of you until they are deleted."
    late = "A few bytes wait for a program that is reading the database; type it again in a minute."
    return Card(
        title="Forgotten", lines=("Nothing of you is left in the bot's database.", still) if clean else (late, still)
    )


def not_before_others() -> Card:
    """Where an answer for one person cannot be given to that person alone."""
    return Card(title="Use the slash command", lines=("I cannot write to you in private. `/forget-me` is private.",))


def judged(decision: Decision, about: About) -> Card:
    """A moderator's word was recorded."""
    back = "." if decision is Decision.UNDO else "; `undo` takes it back."
    return Card(
        title=f"{DONE[decision]}: {about.name}",
        tone=Tone.ALARM if decision is Decision.CONFIRM else Tone.GONE,
        lines=(f"Now: {words.STAGE[about.incident.stage]}{_outcome(about)}. This counts for your community{back}",),
        footer=f"ref {about.ref}",
    )


def recent(open_now: Sequence[About], now: datetime) -> Card:
    """What is open now, newest first."""
    if not open_now:
        return Card(title="Nothing open now", lines=("As far as we read, no mass rejection is reported.",))
    lines = [
        f"{about.name} ({about.platform.name if about.platform else 'platform not known'}): "
        f"{words.voices(about.incident)}, {words.STAGE[about.incident.stage]}{_outcome(about)}, "
        f"last on {words.day(about.incident.last_at)} · ref {about.ref}"
        for about in open_now[:RECENT_SHOWN]
    ]
    more = len(open_now) - RECENT_SHOWN
    return Card(
        title="Open now",
        tone=Tone.WARN,
        lines=tuple(lines),
        footer=f"and {more} more" if more > 0 else f"as of {words.minute(now)}",
    )


def _outcome(about: About) -> str:
    known = words.OUTCOME.get(about.incident.outcome)
    return f"; {known}" if known else ""


def commands(usages: Sequence[tuple[str, str]]) -> Card:
    """The list of commands: how to type each, and what it does."""
    return Card(
        title="Rejection Watch",
        lines=("I warn of mass rejections and answer what is known about a requester.",),
        fields=tuple(usages),
        footer="Reports are private. Warnings say what workers report; they are not findings.",
    )


def misused(usage: str, why: str) -> Card:
    """A command that was not understood, and how to type it."""
    return Card(title="Not understood", lines=(why, f"Type: {usage}"))


def quieter_way(*, taken: bool) -> Card:
    """Somebody reported before everybody, for the first time; `taken`: it was understood."""
    if taken:
        return Card(
            title="Taken. Next time use /report",
            lines=("/report does the same and nobody sees that it was you. I say this once.",),
        )
    return Card(
        title="Not taken. Please use /report",
        lines=("It says what is missing, and nobody sees that it was you. I say this once.",),
    )


def moderators_only() -> Card:
    """Somebody else gave a moderators' command."""
    return Card(title="Only moderators of this community can do that")


def status(
    watches: Sequence[Watch],
    rows: Sequence[Delivery],
    gaps: Sequence[tuple[str, datetime, str]],
    now: datetime,
    blind: Collection[str] = (),
) -> Card:
    """How the bot is doing: sources, what waits in the outbox and since when, and where we may have missed posts.

    `blind` are the kinds of sources where nobody tells us that a post was edited or deleted.
    """
    waiting = [row for row in rows if row.state is not State.PARKED]
    parked = [row for row in rows if row.state is State.PARKED]
    oldest = min((row.due_at for row in waiting), default=None)
    fields = [("Sources", "\n".join(_source(watch, now, blind) for watch in watches[:ROWS_SHOWN]) or "none configured")]
    fields.append(("Outbox", "empty" if oldest is None else f"{len(waiting)} waiting, oldest {words.ago(oldest, now)}"))
    if parked:
        why = "\n".join(f"ref {row.marker}: {row.reason or 'no reason noted'}" for row in parked[:ROWS_SHOWN])
        fields.append((f"Parked ({len(parked)}): look whether the message is there", why))
    if gaps:
        missed = [f"{source}, {words.minute(at)}: {why}" for source, at, why in gaps[:ROWS_SHOWN]]
        fields.append(("We may have missed posts", "\n".join(missed)))
    return Card(title="Status", fields=tuple(fields), footer=f"as of {words.minute(now)}")


def stuck(row: Delivery, why: str | None) -> Card:
    """For moderators: a message of ours that members may not see, why, and what a person can do about it."""
    return Card(
        title="A message may not have reached members",
        tone=Tone.WATCH,
        lines=(
            f"It is about the incident with the ref {row.marker}. Please look whether it stands in the channel.",
            f"Why: {why or 'no reason noted'}.",
            "`/status` lists what waits, and `/setup` chooses another channel.",
        ),
        footer=f"ref {row.marker}",
    )


def _source(watch: Watch, now: datetime, blind: Collection[str]) -> str:
    heard = words.ago(watch.last_success_at, now) if watch.last_success_at else "never"
    unseen = "; corrections at this source are not seen" if watch.source.partition(":")[0] in blind else ""
    return f"{watch.source}: read {heard}" + (f"; {watch.trouble}" if watch.trouble else "") + unseen


def _told(settings: Guild) -> tuple[str, ...]:
    """Who is told, and what to type next while something is missing for it."""
    told = "Members are told." if settings.mode is Mode.ON else "In trial: members are told nothing."
    if settings.moderator_channel is None:
        return told, "Moderators see nothing yet. Choose a channel for them: /setup moderators:#channel"
    if settings.mode is Mode.ON:
        return (told,)
    channel = "" if settings.alert_channel else "alerts:#channel "
    return (f"In trial: moderators see what members would be told. To tell members: /setup {channel}public:on",)


def guild(settings: Guild) -> Card:
    """How this community is served, in words."""
    return Card(
        title=f"Settings of {display(settings.name)}",
        lines=(*_told(settings), POLICY.get(settings.policy, POLICY["cautious"]), *((ASKS,) if settings.asks else ())),
        fields=(
            ("Alerts", settings.alert_channel or "no channel set"),
            ("Moderators", settings.moderator_channel or "no channel set"),
            ("Platforms", ", ".join(settings.platforms) or "all"),
            ("Policy", settings.policy),
            ("Questions", "members may be asked" if settings.asks else "nobody is asked"),
        ),
    )
