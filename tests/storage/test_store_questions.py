"""What the store knows of questions to members and of answers, the same on both engines."""

from __future__ import annotations

from typing import Any

from bot.model import Alert, Outcome, Reason, Shape, Slot, Stage, Stance
from bot.storage import Store
from tests.storage.build import DAY, HOUR, NOW, add_incident, delivery, incident, report, voice


def alert(incident_id: int, **told: Any) -> Alert:
    made = {"reason": Reason.ASKED, "stage": Stage.WATCHED, "outcome": Outcome.OPEN, "public": False, "seen": False}
    given = {"at": NOW, "score": 0.5, "why": (), "n_voices": 1, "incident_id": incident_id, "guild_key": "discord:1"}
    return Alert(**{**made, **given, **told})


async def test_when_members_were_last_asked_is_known_by_requester_and_community(store: Store) -> None:
    def work(tx: Any) -> None:
        one, two = add_incident(tx), add_incident(tx, "Other Labs")
        again = tx.save_incident(incident(1)).incident_id
        for told in (
            alert(one, at=NOW - 9 * DAY),
            alert(again, at=NOW - 2 * DAY),
            alert(again, at=NOW, reason=Reason.SUSPECTED),
            alert(two, at=NOW),
            alert(one, at=NOW, guild_key="discord:2"),
        ):
            tx.add_alert(told, "words")

    await store.write(work)

    asked = await store.read(lambda tx: [tx.asked_at(1, guild) for guild in ("discord:1", "discord:2", "discord:3")])
    assert asked == [NOW - 2 * DAY, NOW, None]


async def test_questions_to_members_are_told_from_those_to_moderators_and_from_cards(store: Store) -> None:
    def work(tx: Any) -> None:
        one = add_incident(tx)
        for n, told in enumerate(
            (
                {"shape": Shape.QUESTION},
                {"shape": Shape.QUESTION, "slot": Slot.MODERATORS, "generation": 1, "channel": "discord:101"},
                {"shape": Shape.CARD},
                {"shape": Shape.QUESTION, "generation": 2, "due_at": NOW - 3 * DAY},
            )
        ):
            assert tx.queue(delivery(one, **{"nonce": f"N{n}", **told})) is not None

    await store.write(work)

    def look(tx: Any) -> tuple[Any, ...]:
        ours = [row.nonce for row in tx.questions_to_members(1)]
        theirs = [row.nonce for row in tx.questions_about(1)]
        return ours, theirs, tx.asked_in("discord:1", NOW - DAY), tx.asked_in("discord:1", NOW + DAY)

    assert await store.read(look) == (["N0", "N3"], ["N1"], (1,), ())


async def test_what_a_voice_answered_is_found_by_kind_and_time(store: Store) -> None:
    def work(tx: Any) -> list[str]:
        one = add_incident(tx)
        keys = [
            tx.add_report(report(NOW - age, source=source, **told), requester_id=1, incident_id=one)
            for age, source, told in (
                (9 * DAY, "question:discord", {}),
                (HOUR, "question:discord", {}),
                (HOUR, "questions:discord", {}),
                (HOUR, "question:discord", {"voice": voice("voice-2")}),
                (0 * DAY, "question:discord", {"stance": Stance.CONTRARY}),
            )
        ]
        tx.remove_report(keys[1])
        return keys

    keys = await store.write(work)

    found = await store.read(lambda tx: tx.said_by("voice-1", 1, "question", NOW - 2 * DAY))
    assert [each.key for each in found] == [keys[4]]


async def test_an_incident_is_woken_earlier_and_never_later(store: Store) -> None:
    def work(tx: Any) -> list[Any]:
        one = add_incident(tx)
        seen = []
        for hours in (5, 9, 2):
            tx.wake(one, NOW + hours * HOUR)
            seen.append(tx.get_incident(one).next_at)
        return seen

    assert await store.write(work) == [NOW + 5 * HOUR, NOW + 5 * HOUR, NOW + 2 * HOUR]
