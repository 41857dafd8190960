"""The answer to `!check`: where a requester stands, or why we cannot say."""

from __future__ import annotations

from datetime import datetime

from bot.cards import words
from bot.cards.damage import damage_line
from bot.cards.telling import TONE
from bot.model import Ambiguous, Button, Candidate, Card, Found, Incident, Outcome, Stage, Standing, Tone, Unknown
from bot.naming.canonical import display
from bot.platforms import Noun, Platform, Platforms, mask_ids
from bot.platforms.rating import Case

NO_RECOMMENDATION = "no reports known to this bot; that is not a recommendation"
MASKED = "A…"
PLACE = Noun("place", "places")
CANDIDATES_SHOWN = 5
OLDER_SHOWN = 3
TASKS_SHOWN = 3
STEPS_SHOWN = 4


def answer(found: Found | Ambiguous | Unknown, platforms: Platforms, now: datetime, mine: Case | None = None) -> Card:
    """The card for whatever a look-up gave."""
    match found:
        case Found():
            return standing(found, platforms, now, mine)
        case Ambiguous():
            return ambiguous(found, platforms)
        case Unknown():
            return unknown(found, platforms)


def standing(found: Found, platforms: Platforms, now: datetime, case: Case | None = None) -> Card:
    """Where the requester stands. `case`: the worker's own numbers for the rating line, else one example."""
    known = found.standing
    platform = platforms.find(known.requester.platform)
    name = display(known.requester.name)
    newest = next(iter(known.incidents), None)
    if newest is None or newest.stage is Stage.WATCHED:
        return _quiet(known, newest, platform, now)
    return Card(
        title=f"{name}: {words.STAGE[newest.stage]}",
        tone=Tone.GOOD if newest.outcome is Outcome.REVERSED else TONE[newest.stage],
        lines=_sentences(newest, platform, now, case),
        fields=(
            *_who(known, platform),
            *_when(newest),
            *_work(known),
            *_older(known),
            *_linked(known),
            *_steps(platform, now),
        ),
        links=_links(known, platform, now),
        footer=f"{_age(known, now)} {words.NOT_A_FINDING}",
    )


def _quiet(known: Standing, newest: Incident | None, platform: Platform | None, now: datetime) -> Card:
    name = display(known.requester.name)
    first = f"{name}: {NO_RECOMMENDATION}."
    if newest is not None and newest.n_voices:
        first = f"{words.voices(newest).capitalize()} spoke of rejections by {name}; {words.STAGE[newest.stage]}."
    lines = [first]
    if newest is not None and newest.unproven and not newest.n_voices and newest.closed_at is None:
        lines.append(words.unproven(platform))
    if platform is not None and platform.closed(now):
        lines.append(f"{platform.name} closed on {words.day(platform.closed_at)}.")
    return Card(
        title=name,
        lines=tuple(lines),
        fields=(*_who(known, platform), *_work(known), *_older(known), *_linked(known)),
        links=_links(known, platform, now),
        footer=_age(known, now),
    )


def _sentences(newest: Incident, platform: Platform | None, now: datetime, case: Case | None) -> tuple[str, ...]:
    lines = [f"No report that counts is left ({words.STAGE[newest.stage]})."]
    if newest.n_voices:
        who = words.voices(newest)
        lines = [f"{who[0].upper()}{who[1:]} reported mass rejections ({words.STAGE[newest.stage]})."]
    if newest.stage is Stage.DISMISSED:
        lines = ["Workers reported rejections; moderators looked at it and do not see a mass rejection."]
    said = (words.numbers(newest), words.reversal(newest), words.accident(newest, platform, now))
    lines += [line for line in said if line]
    if newest.n_contrary:
        lines.append(words.contrary(newest))
    if newest.disputed:
        lines.append(words.DISPUTED)
    sure = newest.stage in (Stage.CORROBORATED, Stage.CONFIRMED)
    if newest.stage is not Stage.DISMISSED:
        what = words.what_to_do(platform, now, sure=sure, outcome=newest.outcome)
        lines.append(f"What to do now: {what}")
    if platform is not None and platform.rating is not None and not platform.closed(now):
        lines.append(damage_line(platform.rating, case))
    return tuple(lines)


def _who(known: Standing, platform: Platform | None) -> tuple[tuple[str, str], ...]:
    fields = [("Platform", platform.name if platform else "not known")]
    if known.requester.account_keys:
        fields.append(("Account", ", ".join(known.requester.account_keys[:3])))
    if known.requester.aliases:
        fields.append(("Also known as", ", ".join(display(alias) for alias in known.requester.aliases[:3])))
    return tuple(fields)


def _when(newest: Incident) -> tuple[tuple[str, str], ...]:
    return ("First report", words.day(newest.opened_at)), ("Last report", words.day(newest.last_at))


def _work(known: Standing) -> tuple[tuple[str, str], ...]:
    """The work that was seen, and how the approval rate shown with it fell."""
    fell = words.approvals(known.tasks)
    rates = (("Approval rate shown", fell),) if fell else ()
    seen = [f"{words.task(task)} (seen {words.day(at)})" for at, task in known.tasks if task.title][:TASKS_SHOWN]
    return (*rates, ("About", "\n".join(seen))) if seen else rates


def _older(known: Standing) -> tuple[tuple[str, str], ...]:
    older = [
        f"{words.day(incident.opened_at)}: {words.STAGE[incident.stage]}"
        for incident in known.incidents[1:]
        if incident.stage is not Stage.WATCHED
    ]
    return (("Before that", "\n".join(older[:OLDER_SHOWN])),) if older else ()


def _linked(known: Standing) -> tuple[tuple[str, str], ...]:
    """Whom moderators linked to them: a fact about who posts, not about this account's work."""
    lines = []
    for other, newest in known.linked[:OLDER_SHOWN]:
        is_told = newest is not None and newest.stage is not Stage.WATCHED
        how = f"{words.STAGE[newest.stage]}, {words.day(newest.opened_at)}" if newest and is_told else "no reports"
        lines.append(f"{display(other.name)} #{other.requester_id}: {how}")
    return (("Moderators link them to", "\n".join(lines)),) if lines else ()


def _steps(platform: Platform | None, now: datetime) -> tuple[tuple[str, str], ...]:
    steps = platform.steps(now)[:STEPS_SHOWN] if platform else ()
    text = "\n".join(f"{n}. {step.text}" for n, step in enumerate(steps, 1))
    return (("If your work was rejected", text),) if text else ()


def _links(known: Standing, platform: Platform | None, now: datetime) -> tuple[tuple[str, str], ...]:
    pages = (platform.requester_page(key, now) for key in known.requester.account_keys[:1]) if platform else ()
    return tuple(("Their page", page) for page in pages if page)


def _age(known: Standing, now: datetime) -> str:
    if known.read_at is None:
        return "This bot has not read any source yet."
    text = f"Sources last read {words.ago(known.read_at, now)}."
    if not known.blind:
        return text
    # Never which ones: a channel that is watched is nobody's business outside of it.
    since = min((at for _, at in known.blind if at is not None), default=None)
    first = ", the first" if len(known.blind) > 1 else ""
    began = f"{first} since {words.day(since)}" if since else ""
    return f"{text} {PLACE.counted(len(known.blind))} cannot be read now{began}."


def ambiguous(answer: Ambiguous, platforms: Platforms) -> Card:
    """Which of these is meant? Numbers for the terminal, and buttons where there are some."""
    candidates = answer.candidates[:CANDIDATES_SHOWN]
    return Card(
        title=f"Which “{_echo(answer.asked)}” do you mean?",
        lines=tuple(f"{n}. {_one(candidate, platforms)}" for n, candidate in enumerate(candidates, 1)),
        buttons=tuple(Button(f"pick:{candidate.owner}", str(n)) for n, candidate in enumerate(candidates, 1)),
        footer="Names are not unique: pick one, or ask again with the id or a link.",
    )


def unknown(answer: Unknown, platforms: Platforms) -> Card:
    """Nobody by that name. What may be a person's own id is never repeated."""
    if answer.private:
        return Card(
            title=f"{MASKED}: {NO_RECOMMENDATION}",
            lines=("If this is your own worker id, delete your message: requesters could recognise you by it.",),
        )
    near = tuple(_one(candidate, platforms) for candidate in answer.near[:CANDIDATES_SHOWN])
    return Card(
        title=f"{_echo(answer.asked)}: {NO_RECOMMENDATION}",
        lines=(("Did you mean one of these?", *near) if near else ()),
        footer="Have you been rejected by them? A report takes ten seconds and warns the others.",
    )


def _echo(asked: str) -> str:
    """What was asked, said back: an id in it may be the asker's own, which nobody else should learn."""
    return display(mask_ids(asked))


def _one(candidate: Candidate, platforms: Platforms) -> str:
    return words.candidate(candidate, platforms)
