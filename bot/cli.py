"""The command line. Nothing heavy is imported before a command needs it: `--help` answers at once."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO

import typer
from typer.core import TyperGroup

from bot import __version__
from bot.errors import UsageError, WatchError


class _Program(TyperGroup):
    """The commands. Who reads our output may go away: typer would call that a failure."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer's own context is not public
        try:
            try:
                return super().invoke(ctx)
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()
        except BrokenPipeError:
            _write_no_more()
            sys.exit(BROKEN_PIPE)


app = typer.Typer(
    name="rejection-watch",
    cls=_Program,
    help="Warns crowd workers of mass rejections.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[Path | None, typer.Option("--data", help="Folder for all that is written [REJECTION_WATCH_DATA].")]
Json = Annotated[bool, typer.Option("--json", help="JSON lines on stdout, everything else on stderr.")]
Always = Annotated[bool, typer.Option("--json", help="JSON lines are what it writes anyway.", show_default=False)]
Number = Annotated[int | None, typer.Option(min=0, max=10**8, help="Your own numbers, all three, for the rating line.")]
# The shell's own numbers: ended by Ctrl-C, and by a reader that went away.
INTERRUPTED = 130
BROKEN_PIPE = 141


class Part(StrEnum):
    """The parts of the corpus of posts that the reader is measured on."""

    BLIND = "blind"
    TRAINING = "training"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rejection-watch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Warns crowd workers of mass rejections."""


@app.command()
def demo(
    fast: Annotated[bool, typer.Option("--fast", help="Do not wait between posts.")] = False,
    prompt: Annotated[bool, typer.Option(" /--no-prompt", help="End after the replay.", show_default=False)] = True,
    sample: Annotated[Path | None, typer.Option("--sample", help="Folder with .jsonl files of posts.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show the whole at work on an invented community, then answer your commands. No account needed."""
    from bot.demo import run

    _finish(run(sample=sample, data=data, fast=fast, prompt=prompt, as_json=json))


@app.command()
def run(
    dry: Annotated[bool, typer.Option("--dry", help="Poll for real, print cards instead of sending them.")] = False,
    data: Data = None,
) -> None:
    """Run the bot until it is told to stop."""
    from rich.console import Console

    from bot import app as whole
    from bot import config, logs
    from bot.console import ConsoleAnnouncer

    settings = config.load(data)
    logs.set_up(settings.log_level, config.secrets_of(settings))
    if dry:
        typer.echo(_dry(settings.sources), err=True)
    _finish(whole.run(settings, dry=ConsoleAnnouncer(Console()) if dry else None))


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="JSON lines, Reddit listings, dumps; also .zst and .gz; CSV.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Take archives in as history: it counts in `check`, and no channel is told.

    Lines that cannot be used are counted, and the first of them named on stderr; all others count. Then the exit code
    is 1.
    """
    from bot.history import run

    _finish(run(files, data=data, as_json=json))


@app.command()
def check(
    name: Annotated[list[str], typer.Argument(help="Name, id, link, title of a study, or a pasted export.")],
    approved: Number = None,
    rejected: Number = None,
    at_risk: Number = None,
    pick: Annotated[int | None, typer.Option(min=1, max=5, help="Which of several that were listed.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Say where a requester stands."""
    from bot.asking import check as ask

    numbers = (approved, rejected, at_risk)
    if any(number is not None for number in numbers) and any(number is None for number in numbers):
        raise UsageError("The three numbers go together: --approved N --rejected N --at-risk N.")
    case = None if approved is None or rejected is None or at_risk is None else (approved, rejected, at_risk)
    _finish(ask(" ".join(name), data=data, case=case, choice=pick, as_json=json))


@app.command()
def read(
    explain: Annotated[bool, typer.Option("--explain", help="Also say why, on stderr, for a person.")] = False,
    _json: Always = True,
) -> None:
    """Read posts: JSON lines on stdin, one reading a line on stdout."""
    from bot import lines

    raise typer.Exit(lines.read(*_streams(), sys.stderr if explain else None))


@app.command()
def resolve(
    names: Annotated[
        Path, typer.Option("--names", help="Lines of account_key, name, platform, activity; tabs between.")
    ],
    _json: Always = True,
) -> None:
    """Resolve mentions: JSON lines on stdin, one match a line on stdout."""
    from bot import lines

    raise typer.Exit(lines.resolve(names, *_streams()))


@app.command()
def decide(
    policy: Annotated[Path | None, typer.Option("--policy", help="TOML with numbers that differ from `early`.")] = None,
    _json: Always = True,
) -> None:
    """Decide on events: JSON lines on stdin, ordered by time; one line an alert on stdout.

    An event has key, at, type (report, contrary, reversal, verdict, batch) and account_key; the rest may be left out if
    it is not known (docs/events.md). Give every post about rejections: the unlikely ones are the ordinary volume.

    A line that cannot be used is told on stderr with its number, and on stdout with its key; all others count. Then the
    exit code is 1.
    """
    from bot import lines

    raise typer.Exit(lines.decide(policy, *_streams(), sys.stderr))


@app.command()
def evaluate(
    posts: Annotated[list[Path] | None, typer.Option("--posts", help="Judged posts: JSON lines with `kind`.")] = None,
    corpus: Annotated[Path | None, typer.Option("--corpus", help="Folder of the corpus; the checkout's.")] = None,
    part: Annotated[list[Part] | None, typer.Option("--part", help="Only this part of the corpus.")] = None,
    errors: Annotated[bool, typer.Option("--errors", help="Also single errors; the blind part's by its name.")] = False,
    hashes: Annotated[bool, typer.Option("--hashes", help="Only print the sums of the blind part's files.")] = False,
    json: Json = False,
) -> None:
    """Measure the reader beside baselines: on the corpus, and on posts that somebody judged."""
    from bot import evaluation

    out = _streams()[1]
    if hashes:
        evaluation.print_hashes(out, corpus)
        return
    wanted = evaluation.Wanted(posts=tuple(posts or ()), parts=tuple(part or ()), errors=errors, as_json=json)
    raise typer.Exit(evaluation.run(wanted, out, lambda text: typer.echo(f"rejection-watch: {text}", err=True), corpus))


@app.command()
def simulate(  # noqa: PLR0913, PLR0917 - each is an option
    world: Annotated[list[str], typer.Option("--world", help="Which worlds; several times, or `all`.")] = ["base"],  # noqa: B006
    structure: Annotated[str, typer.Option(help="Who posts and how errors fall: incident, person or both.")] = "both",
    years: Annotated[int, typer.Option(min=1, max=500, help="Simulated years.")] = 2,
    seed: Annotated[int, typer.Option(min=0, max=10**9, help="The first year's seed; the next ones follow.")] = 5_000,
    policy: Annotated[Path | None, typer.Option("--policy", help="TOML with numbers that differ from `early`.")] = None,
    moderators: Annotated[bool, typer.Option("--moderators", help="With moderators who answer within 2 h.")] = False,
    asking: Annotated[bool, typer.Option("--asking", help="With workers who answer what the bot asks.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Only write one year's events, as `decide` reads.")] = False,
    describe: Annotated[bool, typer.Option("--describe", help="Only list the world's numbers and sources.")] = False,
    json: Json = False,
) -> None:
    """Simulate a community of workers and measure the rules on it: false alerts, work saved, delay."""
    from bot.policies import EARLY, load
    from bot.simulation import command

    task = command.Task(
        world=world[0],
        structure="incident" if structure == "both" else structure,
        seed=seed,
        years=years,
        policy=load(policy) if policy else EARLY,
        moderators=moderators,
        asking=asking,
    )
    if describe:
        raise typer.Exit(command.describe(task.world, task.structure, sys.stdout))
    if events:
        raise typer.Exit(command.write_events(task, sys.stdout))
    raise typer.Exit(command.simulate(command.tasks(world, [structure], task), sys.stdout, as_json=json))


@app.command()
def doctor(data: Data = None) -> None:
    """List everything that is missing or wrong in the settings, the database and the permissions."""
    from bot.doctor import examine

    raise typer.Exit(asyncio.run(examine(data)))


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the database up to this version's tables."""
    from bot.asking import migrate as bring_up

    _finish(bring_up(data))


@app.command()
def backup(
    to: Annotated[Path | None, typer.Option("--to", help="A file that is not there yet [<data>/backups/…].")] = None,
    data: Data = None,
) -> None:
    """Copy the database to a file, also of a running bot. `secret.key` is never in it."""
    from bot.keeping import backup as copy

    _finish(copy(to, data=data))


@app.command()
def restore(
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` made.")],
    data: Data = None,
) -> None:
    """Put a copy in the database's place, with the bot stopped. What was there is kept beside it."""
    from bot.keeping import put_back

    _finish(put_back(copy, data=data))


@app.command()
def forget(
    source: Annotated[str, typer.Option("--source", help="reddit, discord, or feed:<address>.")],
    author: Annotated[str, typer.Option("--author", help="Their name or id, exactly as that site writes it.")],
    data: Data = None,
) -> None:
    """Forget somebody who asks for it: their words, their reports, and who they are. With the bot stopped."""
    from bot.keeping import forget_voice

    _finish(forget_voice(source, author, data=data))


def _dry(sources: Sequence[str]) -> str:
    """What a dry run is, before its first card: it may be silent for days."""
    where = f"{len(sources)} source{'s' * (len(sources) != 1)}" if sources else "no source (set the key sources)"
    return f"Dry run: reads {where}, prints the cards here and tells nobody anything. Ctrl-C ends it."


def _streams() -> tuple[BinaryIO, TextIO]:
    """Where lines come from and go to. Whoever starts a program may close them, and then Python has none."""
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output")):
        if stream is None:
            raise UsageError(f"Standard {name} is closed: lines come from the one and go to the other.")
    return sys.stdin.buffer, sys.stdout


def _finish(work: Coroutine[Any, Any, int | None]) -> None:
    """Run it to its end; a number it returns is the exit code."""
    code = asyncio.run(work)
    if code:
        raise typer.Exit(code)


def main() -> None:
    """The command rejection-watch. Whatever goes wrong on purpose ends in a sentence and an exit code."""
    # What is written is nobody's business but ours: posts, hashes and the key stand in these files.
    os.umask(0o077)
    try:
        app()
    except WatchError as error:
        typer.echo(f"rejection-watch: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        # rich (the screens, and typer's help) makes a failure of a reader that went away.
        if isinstance(end.__context__, BrokenPipeError):
            sys.exit(BROKEN_PIPE)
        raise
    except OSError as error:
        _say_no_more(error)
        sys.exit(WatchError.exit_code)


def _say_no_more(error: OSError) -> None:
    """A full disk, a folder without rights: what the system refused, and nothing of what is still to be written."""
    where = f"{error.filename}: " if error.filename else ""
    typer.echo(f"rejection-watch: {where}{error.strerror or error}. Check the path, its rights and the room.", err=True)
    _write_no_more()


def _write_no_more() -> None:
    """Python writes out at its end what is left over, and would complain again."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
