"""The terminal front: cards as panels, a feed of posts, and the prompt where one is worker and moderator."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot import commands
from bot.errors import WatchError
from bot.model import Card, Delivery, Guild, Mode, Post, Shape, Slot, Tone
from bot.naming.letters import visible
from bot.outbox import Attempt, Look, Result, Sight

STYLE = {
    Tone.NEUTRAL: "cyan",
    Tone.WATCH: "bright_black",
    Tone.WARN: "yellow",
    Tone.ALARM: "red",
    Tone.GOOD: "green",
    Tone.GONE: "bright_black",
}
PUBLIC = "terminal:alerts"
MODERATORS = "terminal:moderators"
GUILD = Guild(
    guild_key="terminal",
    name="Your terminal",
    mode=Mode.ON,
    policy="early",
    alert_channel=PUBLIC,
    moderator_channel=MODERATORS,
)
YOU = commands.Person(key="you", site="terminal", guild=GUILD, moderator=True)
KIND = {Shape.NOTICE: "short message", Shape.QUESTION: "question"}
POST_WIDTH = 90
LOOKED_AT = 1_000


def panel(card: Card, *, subtitle: str | None = None) -> Panel:
    """A card as a bordered panel in the colour of its tone. Everything in it is plain text, never markup."""
    parts: list[Text | _Fields] = [plain(line) for line in card.lines]
    if card.fields or card.links:
        parts.append(_Fields((*card.fields, *card.links)))
    if card.buttons:
        parts.append(plain("  ".join(f"[{button.label}]" for button in card.buttons), style="bold"))
    if card.footer:
        parts.append(plain(card.footer, style="dim"))
    style = STYLE[card.tone]
    title = plain(card.title, style=f"bold {style}")
    return Panel(Group(*parts), title=title, title_align="left", subtitle=subtitle, border_style=style, box=box.ROUNDED)


@dataclass(frozen=True, slots=True)
class _Fields:
    """Names and what they say: side by side, or one below the other where a name would take half of the line."""

    rows: Sequence[tuple[str, str]]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        if max(cell_len(name) for name, _ in self.rows) * 2 > options.max_width:
            for name, value in self.rows:
                yield plain(name, style="bold")
                yield Padding(plain(value), (0, 0, 0, 2))
            return
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in self.rows:
            grid.add_row(plain(name), plain(value))
        yield grid


def plain(text: str, style: str = "") -> Text:
    """Words as they are: no markup, and nothing by which a text from outside could speak to the terminal itself."""
    return Text("\n".join(visible(line) for line in text.split("\n")), style=style)


def feed_line(post: Post) -> Text:
    """A post in one line of the feed: when, where, and how it begins."""
    when = f"{post.posted_at:%d %b %H:%M}" if post.posted_at else "·"
    words = " ".join(visible(f"{post.title or ''} {post.text[:LOOKED_AT]}").split())
    shown = words if len(words) <= POST_WIDTH else words[: POST_WIDTH - 1] + "…"
    source = visible(post.source[:LOOKED_AT])
    return Text.assemble((f"{when}  ", "dim"), (f"{source:<28.28}", "blue"), " ", (shown, "dim"))


@dataclass(slots=True)
class ConsoleAnnouncer:
    """The outbox's medium in a terminal: a new message and an edit are both printed, each once."""

    console: Console
    printed: dict[str, str] = field(default_factory=dict)

    async def announce(self, delivery: Delivery, card: Card) -> Attempt:
        """Print the card. The nonce is the message's key."""
        self.printed[delivery.nonce] = delivery.marker
        self._show(delivery, card, "new")
        return Attempt(Result.DONE, message_key=delivery.nonce)

    async def edit(self, delivery: Delivery, card: Card) -> Attempt:
        """Print how the message looks now."""
        self._show(delivery, card, "edited")
        return Attempt(Result.DONE)

    async def find(self, delivery: Delivery) -> Sight:
        """What this process has printed is there; what another printed cannot be known and may be printed again."""
        if delivery.nonce in self.printed:
            return Sight(Look.FOUND, delivery.nonce)
        return Sight(Look.ABSENT)

    def _show(self, delivery: Delivery, card: Card, what: str) -> None:
        where = "to moderators" if delivery.slot is Slot.MODERATORS else "to members"
        kind = KIND.get(delivery.shape) or f"{what} message"
        self.console.print(panel(card, subtitle=f"{where} · {kind}"))


@dataclass(slots=True)
class Prompt:
    """Reads commands until the end of input and shows the answers.

    A number picks one of the last choices; `yes` and `no` answer the last preview.
    """

    desk: commands.Desk
    console: Console
    person: commands.Person = YOU
    last: commands.Answer | None = None
    report_key: str | None = None

    async def run(self) -> None:
        """Ask, answer, show, until `quit` or the end of input."""
        self.console.print("Type [bold]!check <requester>[/], [bold]!help[/] for the list, [bold]quit[/] to end.")
        while (line := await self._line()) is not None:
            if line.strip().lower() in ("quit", "exit", "!quit"):
                return
            if line.strip():
                await self.answer(line)

    async def _line(self) -> str | None:
        """The next line, None at the end. Waited for on a daemon thread: with one of a pool Ctrl-C waits for Enter."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | None] = loop.create_future()

        def give(line: str | None) -> None:
            if not answer.done():
                answer.set_result(line)

        def ask() -> None:
            line = self._read()
            # Who asked may have gone, and the loop with them.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(give, line)

        threading.Thread(target=ask, daemon=True).start()
        return await answer

    def _read(self) -> str | None:
        try:
            return self.console.input("[bold]> [/]")
        except (EOFError, OSError, ValueError):
            return None

    async def answer(self, line: str) -> None:
        """Answer one line and show the card."""
        try:
            self.last = await self._answer(line.strip())
        except WatchError as error:
            self.console.print(plain(str(error), style="red"))
            return
        self.report_key = self.last.report_key or self.report_key
        self.console.print(panel(self.last.card))
        if self.last.plan is not None:
            self.console.print("Type [bold]yes[/] to do it, [bold]no[/] to leave it.")
        elif self.last.choices:
            self.console.print("Type the number of the one you mean.")
        elif self.last.report_key is not None:
            self.console.print("Type [bold]undo[/] to take it back.")

    async def _answer(self, line: str) -> commands.Answer:
        choices = self.last.choices if self.last else ()
        if line.isdecimal() and len(line) <= 2 and 1 <= int(line) <= len(choices):
            return await self.desk.pick(self.person, choices[int(line) - 1].owner)
        plan = self.last.plan if self.last else None
        if plan is not None and line.lower() in ("yes", "no"):
            registry = self.desk.registry
            return await (registry.do if line.lower() == "yes" else registry.leave)(self.person, plan)
        if line in ("!undo", "undo") and self.report_key:
            return await self.desk.undo(self.person, self.report_key)
        return await commands.answer(self.desk, self.person, line)
