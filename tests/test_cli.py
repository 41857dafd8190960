"""The command line: exit codes, sentences instead of tracebacks, and databases that are not ours."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from bot import __version__, cli
from bot.config import DATABASE
from bot.model import Post
from bot.naming.canonical import canonical
from bot.storage import Transaction, open_store
from bot.storage.sqlite import lock
from tests.making import hear, report, rules

NAME = "Quillmere Vision Group"
PROGRAM = typer.main.get_command(cli.app)
OPENING = ("check", "replay", "doctor", "migrate", "backup")


@dataclass
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return " ".join(f"{self.out} {self.err}".split())


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own; no setting of the machine reaches it."""
    for name in [name for name in os.environ if name.startswith("REJECTION_WATCH_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv("REJECTION_WATCH_DATA", str(folder))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def watch(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command line in this process, as `main` does."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["rejection-watch", *map(str, arguments)])
        capsys.readouterr()
        mask = os.umask(0o022)
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os.umask(mask)
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    return run


def filled(data: Path, work: Callable[[Transaction], object]) -> None:
    """A database as a bot left it."""

    async def fill() -> None:
        store = await open_store(str(data / DATABASE), clock=lambda: datetime.now(UTC))
        await store.write(work)
        await store.close()

    asyncio.run(fill())


def known(*platforms: str) -> Callable[[Transaction], object]:
    def work(tx: Transaction) -> None:
        for platform in platforms:
            theirs = tx.add_requester(platform, NAME, canonical(NAME), None, "text")
            for number in range(1, 8):
                hear(tx, rules(), report(number, tx.now), theirs)

    return work


# --- usage


@pytest.mark.parametrize("name", [None, *PROGRAM.commands])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_shown_for_everything(watch, name: str | None, option: str) -> None:
    done = watch(*([name] if name else []), option)

    assert (done.code, done.err) == (0, "")
    assert "Usage:" in done.said
    assert name is None or name in done.said


def test_without_a_command_the_help_is_shown(watch) -> None:
    assert "Usage:" in watch().said


def test_the_version_is_told(watch) -> None:
    done = watch("--version")

    assert (done.code, done.out) == (0, f"rejection-watch {__version__}\n")


@pytest.mark.parametrize("name", PROGRAM.commands)
def test_an_unknown_option_is_wrong_usage(watch, name: str) -> None:
    done = watch(name, "--no-such-option")

    assert done.code == 2
    assert "--no-such-option" in done.said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "nonsense"),
        (["check"], "name"),
        (["replay"], "files"),
        (["resolve"], "--names"),
        (["check", "x", "--approved", "900"], "--approved N --rejected N --at-risk N"),
        (["check", "x", "--approved", "900", "--rejected", "5"], "--approved N --rejected N --at-risk N"),
        (["check", "x", "--approved", "-1", "--rejected", "5", "--at-risk", "1"], "--approved"),
        (["check", "x", "--approved", "many", "--rejected", "5", "--at-risk", "1"], "--approved"),
        (["check", "x", "--approved", "999999999999", "--rejected", "5", "--at-risk", "1"], "--approved"),
        (["check", ""], "Whom should I look up?"),
        (["check", "   "], "Whom should I look up?"),
        (["check", "x", "--pick", "0"], "--pick"),
        (["check", "x", "--pick", "6"], "--pick"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(watch, arguments: list[str], words: str) -> None:
    done = watch(*arguments)

    assert done.code == 2
    assert words in done.said


# --- check


def test_without_a_database_check_says_what_makes_one_and_makes_none(watch, data: Path) -> None:
    done = watch("check", NAME)

    assert done.code == 1
    assert f"There is no database at {data / DATABASE} yet" in done.err
    assert "'rejection-watch run' or 'replay' makes one" in done.err
    assert not (data / DATABASE).exists()


def test_check_answers_and_changes_nothing(watch, data: Path) -> None:
    filled(data, known("prolific"))
    before = (data / DATABASE).read_bytes()

    done = watch("check", NAME.lower())

    assert (done.code, done.err) == (0, "")
    assert NAME in done.said
    assert "What to do now" in done.said
    assert (data / DATABASE).read_bytes() == before


def test_check_works_beside_a_running_bot(watch, data: Path) -> None:
    filled(data, known("prolific"))

    async def beside() -> Done:
        store = await open_store(str(data / DATABASE), clock=lambda: datetime.now(UTC))
        try:
            return await asyncio.to_thread(watch, "check", NAME)
        finally:
            await store.close()

    assert asyncio.run(beside()).code == 0


@pytest.mark.parametrize("platform", ["mturk", "connect"])
def test_where_a_platform_is_closed_or_has_no_rating_rule_ones_numbers_say_nothing(watch, data, platform: str) -> None:
    filled(data, known(platform))

    with_numbers = watch("check", NAME, "--approved", 990, "--rejected", 10, "--at-risk", 45)

    assert (with_numbers.code, with_numbers.out) == (0, watch("check", NAME).out)


def test_one_of_several_can_be_picked(watch, data: Path) -> None:
    filled(data, known("prolific", "connect"))

    asked, first, second, more = (
        watch("check", NAME, "--json", *pick) for pick in ((), *(("--pick", n) for n in (1, 2, 3)))
    )

    results = [json.loads(done.out)["result"] for done in (asked, first, second, more)]
    assert results == ["ambiguous", "found", "found", "ambiguous"]
    assert first.out != second.out


@pytest.mark.parametrize("name", ["nobody at all", "\x00", "x" * 100_000, "[bold]x[/]", "💥\u202e"])
def test_whatever_is_asked_gets_an_answer_as_a_card_and_as_json(watch, data: Path, name: str) -> None:
    filled(data, known("prolific"))

    card, line = watch("check", name), watch("check", name, "--json")

    assert (card.code, line.code) == (0, 0)
    assert json.loads(line.out)["result"] == "unknown"
    assert "Traceback" not in card.said


# --- migrate


def test_migrate_makes_a_database_and_twice_does_no_harm(watch, data: Path) -> None:
    first, second = watch("migrate"), watch("migrate")

    assert (first.code, second.code) == (0, 0)
    assert "is up to date" in second.err
    assert watch("check", "nobody").code == 0


# --- backup and restore


def test_the_drill_a_lost_database_comes_back_and_answers_as_before(watch, data: Path) -> None:
    filled(data, known("prolific"))
    before = watch("check", NAME, "--json").out
    made = watch("backup")
    (data / DATABASE).unlink()

    back = watch("restore", made.out.strip())

    assert (made.code, back.code) == (0, 0)
    assert "Restored from" in back.err
    assert watch("check", NAME, "--json").out == before


def test_before_the_first_start_with_a_restored_file_the_missing_key_is_told(watch, data: Path, tmp_path: Path) -> None:
    filled(data, known("prolific"))

    watch("backup", "--to", tmp_path / "copy")

    assert "secret.key" in watch("restore", tmp_path / "copy").err
    (data / "secret.key").write_text("00" * 32)
    assert "secret.key" not in watch("restore", tmp_path / "copy").err


def test_a_backup_works_beside_a_running_bot_and_a_restore_does_not(watch, data: Path, tmp_path: Path) -> None:
    filled(data, known("prolific"))
    release = lock(data / DATABASE)

    made, back = watch("backup", "--to", tmp_path / "copy"), watch("restore", tmp_path / "copy")
    release()

    assert (made.code, back.code) == (0, 75)
    assert "Stop it first" in back.err


def test_somebody_is_forgotten_once_and_then_there_is_nothing(watch, data: Path) -> None:
    filled(data, known("prolific"))
    (data / "secret.key").write_text("5e" * 32)
    mine = rules(bytes.fromhex("5e" * 32)).voice_key("reddit", "Invented_Heron_77")
    filled(data, lambda tx: tx.add_posts([(Post(source="reddit:a", key="1", text="my words"), mine, None)]))

    first, second = (watch("forget", "--source", "reddit", "--author", "Invented_Heron_77") for _ in range(2))

    assert (first.code, second.code) == (0, 0)
    assert "Forgotten: 1 entries" in first.err
    assert "nothing of them" in second.err
    assert mine.encode() not in (data / DATABASE).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--source", "reddit", "--author", "x"], 78, "secret.key"),
        (["--source", "reddit"], 2, "--author"),
        (["--author", "x"], 2, "--source"),
    ],
)
def test_without_a_key_or_a_name_nobody_can_be_forgotten(watch, data: Path, arguments, code: int, words: str) -> None:
    filled(data, known("prolific"))

    done = watch("forget", *arguments)

    assert done.code == code
    assert words in done.said


# --- databases that are not ours, or not whole


def text(path: Path) -> None:
    path.write_text("Dear diary, today nothing was rejected.\n" * 50)


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE posts (id INTEGER)")


def newer(path: Path) -> None:
    filled(path.parent, lambda tx: tx.add_source("reddit:a"))
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE watch_schema SET version_num = '9999'")


def half(path: Path) -> None:
    posts = [(Post(source="a:b", key=str(n), text="x" * 500), "v", None) for n in range(300)]
    filled(path.parent, lambda tx: tx.add_posts(posts))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def garbled(path: Path) -> None:
    posts = [(Post(source="a:b", key=str(n), text="x" * 500), "v", None) for n in range(300)]
    filled(path.parent, lambda tx: tx.add_posts(posts))
    whole = bytearray(path.read_bytes())
    whole[4096:] = bytes(byte ^ 0x5A for byte in whole[4096:])
    path.write_bytes(whole)


def a_folder(path: Path) -> None:
    path.mkdir()


BAD = (text, of_another_program, newer, half, garbled, a_folder)


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def arguments_of(command: str, folder: Path) -> list[str]:
    (folder / "posts.jsonl").write_text('{"key": "1", "source": "reddit:a", "text": "hello"}\n')
    return {"check": ["check", NAME], "replay": ["replay", str(folder / "posts.jsonl")]}.get(command, [command])


@pytest.mark.parametrize("command", OPENING)
@pytest.mark.parametrize("bad", BAD, ids=lambda made: made.__name__)
def test_a_bad_database_is_one_sentence_and_stays_as_it_is(watch, data: Path, tmp_path: Path, bad, command) -> None:
    data.mkdir()
    bad(data / DATABASE)
    before = content(data / DATABASE)

    done = watch(*arguments_of(command, tmp_path))

    sentence = next(line for line in done.said.split("  ") if DATABASE in line)
    assert done.code == (78 if command == "doctor" else 1)
    assert str(data) in sentence
    assert "Traceback" not in done.said
    assert "sqlalchemy" not in done.said.lower()
    assert content(data / DATABASE) == before


@pytest.mark.parametrize("bad", BAD, ids=lambda made: made.__name__)
def test_the_bot_does_not_start_on_a_bad_database(data: Path, bad) -> None:
    data.mkdir()
    bad(data / DATABASE)
    before = content(data / DATABASE)

    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env={**os.environ, "REJECTION_WATCH_DISCORD_TOKEN": "never.used.here"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert [line.startswith("rejection-watch: ") for line in done.stderr.splitlines()] == [True]
    assert DATABASE in done.stderr
    assert content(data / DATABASE) == before


@pytest.mark.parametrize("command", ["check", "replay", "migrate"])
def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(watch, data: Path, tmp_path: Path, command: str) -> None:
    data.write_text("a file where the folder should be")

    done = watch(*arguments_of(command, tmp_path))

    assert done.code in (1, 78)
    assert str(data) in done.said
    assert "Traceback" not in done.said


@pytest.mark.parametrize("command", [*OPENING, "run"])
def test_wrong_settings_end_with_78(watch, data: Path, tmp_path: Path, command: str) -> None:
    data.mkdir()
    (data / "config.toml").write_text("log_level = [")

    done = watch(*arguments_of(command, tmp_path))

    assert done.code == 78
    assert "config.toml" in done.said


# --- replay


def test_replay_takes_in_what_it_can_and_its_exit_code_says_that_lines_were_bad(watch, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('{"key": "1", "source": "reddit:a", "text": "hi"}\n{oops\n')

    done = watch("replay", tmp_path / "p.jsonl", "--json")

    assert done.code == 1
    assert json.loads(done.out.splitlines()[-1])["summary"] == {
        "read": 2,
        "new": 1,
        "seen": 0,
        "bad": 1,
        "reports": 0,
        "alerts": 0,
    }
    assert "p.jsonl:2" in done.said


@pytest.mark.parametrize("path", ["no-such-file.jsonl", "."])
def test_a_file_that_cannot_be_read_is_told(watch, data: Path, path: str) -> None:
    done = watch("replay", path)

    assert done.code == 1
    assert path in done.err
    assert not (data / DATABASE).exists()


# --- ends


def test_an_interrupt_ends_with_the_shells_number_and_without_a_word(data: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "read"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Who runs the tests in a shell's background hands on that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no thread holds a lock here
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b'{"key": "1", "source": "reddit:a", "text": "hello"}\n')
        running.stdin.flush()
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)

    assert (running.returncode, said) == (130, b"")


def test_a_pipe_that_is_closed_early_is_no_error(data: Path) -> None:
    posts = '{"key": "1", "source": "reddit:a", "text": "hello"}\n' * 20_000
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "read"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(posts[: len(posts) // 1_000])
        running.stdin.flush()
        first = running.stdout.readline()
        running.stdout.close()
        try:
            running.stdin.write(posts)
            running.stdin.close()
        except BrokenPipeError:
            pass
        said = running.stderr.read() if running.stderr else ""
        code = running.wait(timeout=60)

    assert json.loads(first)["key"] == "1"
    assert (code, said) == (141, "")


def test_help_into_a_pipe_that_is_closed_ends_as_any_other_output_does() -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run([sys.executable, "-m", "bot", "--help"], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)

    assert (done.returncode, done.stderr) == (141, b"")
