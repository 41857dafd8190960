"""The question to members, what came of it, and what is said to whoever taps. None of it accuses anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.cards import words
from bot.cards.telling import About
from bot.model import Button, Card, Tap, Tone
from bot.naming.canonical import display

TAPS = tuple(Button(f"tap:{tap}", words.TAP[tap]) for tap in Tap)
CLOSED = "This question takes no answers any more. /report does at any time, and nobody sees who reported."


def question(about: About, closes_at: datetime, *, warned: bool = False) -> Card:
    """The same words about everybody, without sums: who sees what others tapped taps the same.

    `warned`: members have been told since of what is reported, and answers go on being taken, both ways.
    """
    sign = "To be asked about says nothing of anybody: the bot asks because it does not know."
    if warned:
        sign = (
            "There is a warning with the same ref now. If yours was approved, say so all the more: it can correct it."
        )
    return Card(
        title=f"Has anybody had work for {about.name} decided this week?",
        lines=("One tap. Nobody sees who answered, moderators included; another tap changes it.", sign),
        fields=_whom(about),
        buttons=TAPS,
        footer=f"ref {about.ref} · Answers are taken until {words.day(closes_at)}.",
    )


def asked(about: About, answers: Mapping[Tap, int], *, warned: bool) -> Card:
    """A question that is closed. `answers` are those that count, `warned`: members were told and it still holds.

    Who said that something was rejected is not counted here: a few taps alone would be an accusation.
    """
    approved = answers.get(Tap.ALL_APPROVED, 0)
    if warned:
        line = "There is a warning with the same ref now; it says what workers report."
    elif approved > about.incident.n_voices + answers.get(Tap.SOME_REJECTED, 0):
        line = (
            f"{_sentence(approved)} that all of theirs was approved. No warning came of it; that is no recommendation."
        )
    else:
        line = "Nothing came of it that could be told. That says neither good nor bad of them."
    return Card(
        title=f"Closed: has anybody had work for {about.name} decided?",
        tone=Tone.GONE,
        lines=(line, "Thank you to all who answered."),
        fields=_whom(about),
        footer=f"ref {about.ref}",
    )


def tapped(tap: Tap, name: str) -> Card:
    """To whoever tapped, alone."""
    if tap is Tap.PENDING:
        return Card(
            title=f"Still pending at {display(name)}",
            lines=("Nothing of you is counted here. Tap again when it is decided.",),
        )
    return Card(
        title=f"Noted: {words.TAP[tap].lower()} at {display(name)}",
        lines=(
            "Nobody sees who answered, moderators included.",
            "Another tap changes it, “Still pending” takes it back.",
        ),
    )


def _whom(about: About) -> tuple[tuple[str, str], ...]:
    account = (("Account", ", ".join(about.requester.account_keys[:3])),) if about.requester.account_keys else ()
    return (("Platform", about.platform.name if about.platform else "not known"), *account)


def _sentence(n: int) -> str:
    said = words.people(n)
    return f"{said[0].upper()}{said[1:]} answered"
