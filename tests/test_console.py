"""The terminal front: any card as a panel, the feed, and the prompt where one asks, picks and takes back."""

from __future__ import annotations

import asyncio
import io
import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot import cards
from bot.commands import Desk
from bot.console import GUILD, MODERATORS, PUBLIC, STYLE, YOU, ConsoleAnnouncer, Prompt, feed_line, panel
from bot.model import Button, Card, Post, Shape, Slot, State, Tone
from bot.outbox import Look, Result, pump
from bot.storage import Store
from tests.making import ACCOUNT, NOW, rules
from tests.storage.build import MINUTE, Clock, add_incident, delivery

FULL = Card(
    title="A title",
    tone=Tone.WARN,
    lines=("First line.", "Second line."),
    fields=(("Platform", "Prolific"), ("About", "one\ntwo")),
    links=(("Their page", "https://example.org/x"),),
    buttons=(Button("confirm", "Confirm"), Button("dismiss", "Dismiss")),
    footer="ref 7K2-Q9F",
)


class Screen(Console):
    """A console on paper, with somebody who types these lines and then goes."""

    def __init__(self, *typed: str, width: int = 100) -> None:
        super().__init__(file=io.StringIO(), width=width, force_terminal=False, color_system=None)
        self.typed = list(typed)

    def input(self, *_prompt: object, **_told: object) -> str:
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)

    @property
    def shown(self) -> str:
        assert isinstance(self.file, io.StringIO)
        return self.file.getvalue()


def shown(card: Card, width: int = 100) -> str:
    screen = Screen(width=width)
    screen.print(panel(card))
    return screen.shown


def words(text: str) -> str:
    """What is written, without the frame and however it is broken into lines."""
    return " ".join(re.sub("[\u2500-\u257f]", " ", text).split())


def test_a_panel_shows_every_part_of_a_card() -> None:
    text = shown(FULL)

    for part in ("A title", "First line.", "Second line.", "Platform", "Prolific", "one", "two", "Their page"):
        assert part in text
    assert "https://example.org/x" in text
    assert "[Confirm]  [Dismiss]" in text
    assert "ref 7K2-Q9F" in text


@pytest.mark.parametrize("width", [30, 40, 80])
def test_however_narrow_the_terminal_no_word_is_cut(width: int) -> None:
    step = "Keep HIT and assignment ids, the instructions, the completion code and screenshots of everything."

    text = shown(Card(title="T", fields=(("If your work was rejected", step), ("Platform", "Prolific"))), width)

    assert f"If your work was rejected {step} Platform Prolific" in words(text)
    assert "\u2026" not in text


def test_a_long_name_of_a_field_is_shown_whole() -> None:
    usage = "!split <ref or requester> = <name, id or #number>"

    text = shown(Card(title="T", fields=((usage, "That incident is somebody else."), ("!help", "This list."))), 80)

    assert words(text) == f"T {usage} That incident is somebody else. !help This list."


@pytest.mark.parametrize("tone", Tone)
def test_every_tone_has_its_colour(tone: Tone) -> None:
    screen = Console(file=io.StringIO(), width=60, force_terminal=True, color_system="standard")

    screen.print(panel(Card(title="T", tone=tone)))

    assert tone in STYLE
    assert "\x1b[" in screen.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "said",
    ["[bold red]no[/]", "[/]", "[link=https://example.org]x[/link]", ":smile:", "[@click=app.bell]b[/]", "\\[x]"],
)
def test_nothing_in_a_card_is_markup(said: str) -> None:
    card = Card(title=said, lines=(said,), fields=((said[:30], said),), links=((said[:30], said),), footer=said)

    assert shown(card).count(said) >= 5


@pytest.mark.parametrize(
    "said", ["a\x1b[31mb", "a\x1b]0;title\x07b", "a\x9b31mb", "a\rb", "a\x08b", "a\u202eb", "a\ud800b"]
)
def test_nothing_in_a_card_speaks_to_the_terminal(said: str) -> None:
    card = Card(title=said, lines=(said,), fields=((said, said),), footer=said, buttons=(Button("x", said),))

    text = shown(card) + words(shown(Card(title="x", links=((said, said),))))

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3), st.integers(20, 120))
def test_any_card_can_be_shown_at_any_width(title: str, lines: list[str], width: int) -> None:
    text = shown(Card(title=title, lines=tuple(lines), fields=tuple((line, title) for line in lines)), width)

    assert text.endswith("\u256f\n")
    text.encode()


def test_the_feed_shows_a_post_in_one_line() -> None:
    post = Post(source="reddit:exampleturkers", key="1", title="Warning", text="all\n40 [bold]gone[/]", posted_at=NOW)

    text = feed_line(post).plain

    assert text == "03 Nov 12:00  reddit:exampleturkers        Warning all 40 [bold]gone[/]"


@pytest.mark.parametrize("text", ["x" * 10_000_000, "\x1b[2J\x1b]0;t\x07", "\ud800", "a\r\nb", ""])
def test_the_feed_stays_one_harmless_line_whatever_is_posted(text: str) -> None:
    line = feed_line(Post(source="\x1b[31m" + "s" * 99, key="1", text=text)).plain

    assert len(line) < 140
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", line)


async def test_the_terminal_is_a_medium_that_prints_each_message_once_and_its_edits(store: Store, clock: Clock) -> None:
    screen = Screen()
    medium = ConsoleAnnouncer(screen)

    def put(tx):
        incident_id = add_incident(tx)
        for slot, channel, shape in (
            (Slot.PUBLIC, PUBLIC, Shape.CARD),
            (Slot.PUBLIC, PUBLIC, Shape.NOTICE),
            (Slot.MODERATORS, MODERATORS, Shape.CARD),
        ):
            payload = cards.to_json(Card(title=f"{slot} {shape}"))
            told = {"slot": slot, "shape": shape, "payload": payload, "nonce": f"{slot}-{shape}"}
            tx.queue(delivery(incident_id, channel, **told))
        return incident_id

    incident_id = await store.write(put)
    await pump(store, medium)
    await store.write(lambda tx: tx.want(incident_id, PUBLIC, cards.to_json(Card(title="newer words"))))
    clock.pass_by(MINUTE)
    await pump(store, medium)
    rows = await store.read(lambda tx: tx.deliveries_of(incident_id))

    assert [row.state for row in rows] == [State.SENT] * 3
    for said in (
        "to members \u00b7 new message",
        "to members \u00b7 short message",
        "to moderators \u00b7 new message",
    ):
        assert screen.shown.count(said) == 1
    assert screen.shown.count("to members \u00b7 edited message") == 1
    assert screen.shown.count("newer words") == 1


async def test_the_terminal_knows_what_it_has_printed(store: Store) -> None:
    medium, row, card = ConsoleAnnouncer(Screen()), delivery(1), Card(title="x")

    before = await medium.find(row)
    done = await medium.announce(row, card)
    after = await medium.find(row)

    assert before.look is Look.ABSENT
    assert (done.result, after.look) == (Result.DONE, Look.FOUND)
    assert after.message_key == done.message_key


async def prompted(store: Store, *typed: str) -> str:
    """What is shown to somebody who types this."""

    def put(tx):
        if not tx.names_since(0):
            tx.save_guild(GUILD)
            tx.add_requester("mturk", "Quillmere Research", "quillmere research", ACCOUNT, "text")
            tx.add_requester("prolific", "Bramblewick Lab", "bramblewick lab", None, "text")
            tx.add_requester("connect", "Bramblewick Lab", "bramblewick lab", None, "text")

    await store.write(put)
    screen = Screen(*typed)
    await Prompt(Desk(store, rules()), screen).run()
    return words(screen.shown)


async def test_the_prompt_answers_until_the_input_ends(store: Store) -> None:
    text = await prompted(store, "!check Quillmere Research", "", "   ", "check nobody of that name")

    assert "Quillmere Research: no reports known to this bot" in text
    assert "nobody of that name: no reports known to this bot; that is not a recommendation" in text


@pytest.mark.parametrize("word", ["quit", "EXIT", " quit ", "!quit"])
async def test_the_prompt_ends_when_told_to(store: Store, word: str) -> None:
    assert "no reports known" not in await prompted(store, word, "!check Quillmere Research")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("!check Bramblewick Lab", "Type the number of the one you mean."),
        ("!report Quillmere Research 40 of 40", "Type undo to take it back."),
        ("!rename Quillmere Research = Quillmere", "Type yes to do it, no to leave it."),
        ("!chekc Quillmere", "I do not know that command."),
    ],
)
async def test_after_an_answer_the_prompt_says_what_can_be_typed_next(store: Store, line: str, hint: str) -> None:
    assert hint in await prompted(store, line)


async def test_a_number_picks_one_of_the_last_choices(store: Store) -> None:
    text = await prompted(store, "!check Bramblewick Lab", "2")
    asked, picked = text.split("do you mean?")[-1].split("no reports known", 1)

    assert "1. Bramblewick Lab" in asked
    assert "2. Bramblewick Lab" in asked
    chosen = re.findall(r"2\. Bramblewick Lab \((\w+)", asked)[0]
    assert f"Platform {chosen}" in picked


@pytest.mark.parametrize("number", ["0", "3", "99", "\u00b2", "1.5"])
async def test_a_number_that_was_not_offered_is_not_picked(store: Store, number: str) -> None:
    text = await prompted(store, "!check Bramblewick Lab", number)

    assert "no reports known" not in text
    assert "I do not know that command" in text


async def test_a_number_without_choices_shows_the_help(store: Store) -> None:
    assert "I do not know that command" in await prompted(store, "1")


async def test_a_report_is_understood_and_can_be_taken_back(store: Store) -> None:
    text = await prompted(store, "!report Quillmere Research 27 of 30", "!undo", "undo")

    assert "Understood: Quillmere Research rejected 27 of 30" in text
    assert "Your report does not count any more." in text
    assert "There is no report of yours to take back any more." in text


async def test_an_undo_without_a_report_is_the_moderators(store: Store) -> None:
    assert "Which one? The ref stands at the foot of the card." in await prompted(store, "!undo")


async def test_in_the_terminal_one_is_a_moderator_too(store: Store) -> None:
    text = await prompted(store, "!help", "!confirm 7K2-Q9F", "!status")

    assert "!confirm <ref> [why]" in text
    assert "There is no incident with the ref 7K2-Q9F." in text
    assert "Outbox empty" in text
    assert YOU.moderator


@pytest.mark.parametrize(
    "typed",
    ["!check", "!report", "!report 27", "!rating 1 2", "!rating 1 2 x", "!confirm", "\ud800", "!check \x1b[2J", "!"],
)
async def test_whatever_is_typed_gets_an_answer_and_no_traceback(store: Store, typed: str) -> None:
    text = await prompted(store, typed, "!recent")

    assert "Nothing open now" in text
    assert "Traceback" not in text
    assert "\x1b" not in text


class Hesitant(Screen):
    """Somebody who never presses Enter."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting, self.never = threading.Event(), threading.Event()

    def input(self, *_prompt: object, **_told: object) -> str:
        self.waiting.set()
        self.never.wait(30)
        raise EOFError


def test_an_interrupted_prompt_does_not_wait_for_the_enter_key() -> None:
    screen = Hesitant()

    async def interrupted() -> None:
        prompting = asyncio.create_task(Prompt(Desk(None, rules()), screen).run())  # type: ignore[arg-type]
        await asyncio.to_thread(screen.waiting.wait, 30)
        prompting.cancel()

    asyncio.run(interrupted())

    assert not screen.never.is_set()
    asking = [thread for thread in threading.enumerate() if thread is not threading.main_thread() and thread.daemon]
    screen.never.set()
    assert asking


async def test_the_largest_numbers_that_can_be_typed_are_answered(store: Store) -> None:
    text = await prompted(store, "!rating 99999999 99999999 99999999", "!rating 999,999,999 999,999,999 999,999,999")

    assert "99,999,999 more rejections make" in text
    assert "three whole numbers" in text
