"""The whole as somebody meets it: the command line, what it imports, its documents, its image, its sizes."""

import ast
import importlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import sysconfig
import time
from datetime import timedelta
from pathlib import Path

import pytest
import typer

from bot import cli, sweeper
from bot.app import HEARTBEAT
from bot.commands import COMMANDS
from bot.config import Settings
from bot.errors import WatchError

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROGRAM = typer.main.get_command(cli.app)
HEAVY = {
    "aiohttp",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncpg",
    "discord",
    "feedparser",
    "praw",
    "pydantic",
    "pydantic_settings",
    "sqlalchemy",
    "stamina",
    "zstandard",
}
# typer itself imports it to check options, and does not for --help.
TYPERS_OWN = {"pydantic"}
NOT_OURS = {".git", ".venv", "__pycache__", "dist", "build", ".hypothesis"}
CODE = sorted(path for package in ("bot", "cogs") for path in (ROOT / package).rglob("*.py"))


def files():
    """Every file of the checkout that somebody wrote."""
    for folder, below, found in os.walk(ROOT):
        below[:] = [name for name in below if name not in NOT_OURS and not name.endswith("_cache")]
        yield from (Path(folder) / name for name in found)


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def program(*arguments, given="", options=(), **more):
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, *options, "-m", "bot", *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"} | more,
    )


def imported(*arguments, given=""):
    """The top-level packages that a command imports."""
    done = program(*arguments, given=given, options=("-X", "importtime"))
    assert done.returncode == 0, done.stderr[-2000:]
    return {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}


# --- the command line


def test_help_lists_the_commands_that_there_are():
    done = program("--help")

    listed = re.findall(r"^│ ([a-z]+)  ", done.stdout, re.MULTILINE)

    assert done.returncode == 0
    assert listed == list(PROGRAM.commands)


@pytest.mark.parametrize("name", PROGRAM.commands)
def test_every_command_explains_itself(name):
    command = PROGRAM.commands[name]

    assert command.help
    assert command.help.strip().endswith(".")
    assert not [option.name for option in command.params if option.param_type_name == "option" and not option.help]


@pytest.mark.parametrize("name", ["read", "demo"])
def test_help_of_a_command_is_shown(name):
    done = program(name, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert PROGRAM.commands[name].help.split(":")[0].split(".")[0] in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["no-such-command"], 2),
        (["read", "--no-such-option"], 2),
        (["resolve"], 2),
        (["resolve", "--names", "no-such-file.tsv"], 1),
        (["check", "example", "--approved", "900"], 2),
        (["check", "example"], 1),
        (["demo", "--sample", "no-such-folder"], 1),
        (["replay", "no-such-file.jsonl"], 1),
    ],
)
def test_what_is_wrong_is_told_without_a_traceback(arguments, code, tmp_path):
    done = program(*arguments, REJECTION_WATCH_DATA=str(tmp_path / "nothing"))

    assert done.returncode == code
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_help_imports_nothing_heavy():
    found = imported("--help")

    assert "typer" in found
    assert found & HEAVY == set()


def test_reading_imports_nothing_heavy():
    found = imported("read", given='{"key": "1", "source": "reddit:example", "text": "hello"}\n')

    assert "bot" in found
    assert found & HEAVY <= TYPERS_OWN


def test_resolving_imports_nothing_heavy(tmp_path):
    names = tmp_path / "names.tsv"
    names.write_text("A1EXAMPLE2REQ3\tQuillmere Vision Group\n", encoding="utf-8")

    found = imported("resolve", "--names", str(names), given='{"key": "1", "mention": "Quillmere"}\n')

    assert found & HEAVY <= TYPERS_OWN


def test_deciding_imports_nothing_heavy():
    event = {"key": "1", "at": "2026-11-07T12:00:00+00:00", "type": "report", "account_key": "A1EXAMPLE2REQ3"}

    assert imported("decide", given=json.dumps(event) + "\n") & HEAVY <= TYPERS_OWN


# --- Discord


def extensions():
    from bot.client import EXTENSIONS

    return EXTENSIONS


def test_every_extension_can_be_loaded():
    found = [importlib.import_module(name) for name in extensions()]

    assert [module.__name__ for module in found if not callable(getattr(module, "setup", None))] == []


def test_every_cog_with_a_setup_is_an_extension():
    with_setup = {f"cogs.{path.stem}" for path in (ROOT / "cogs").glob("*.py") if "async def setup(" in text_of(path)}

    assert with_setup == set(extensions())


# --- the documents


@pytest.mark.parametrize("name", PROGRAM.commands)
def test_the_readme_names_every_command_of_the_command_line(name):
    assert f"rejection-watch {name}" in text_of(ROOT / "README.md")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_readme_says_how_to_type_every_command_in_chat(command):
    row = f"| `!{command.usage}` | {command.sentence} |"

    assert row in text_of(ROOT / "README.md").replace(r"\|", "|")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_manual_names_every_setting(name):
    assert f"`{name}`" in text_of(ROOT / "docs" / "operating.md")


def without_numbers(line):
    """What stays the same when a figure changes: refs are made anew in each data folder."""
    return " ".join(re.sub(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b|\d[\d,]*", "#", line).split())


def test_the_excerpt_of_the_demo_is_what_the_demo_shows(tmp_path):
    (excerpt,) = re.findall(r"```text\n(.*?)```", text_of(ROOT / "README.md"), re.DOTALL)

    done = program("demo", "--fast", "--no-prompt", COLUMNS="92", TMPDIR=str(tmp_path))

    shown = [without_numbers(line) for line in done.stdout.splitlines()]
    wanted = [without_numbers(line) for line in excerpt.splitlines() if not line.startswith("…")]
    begins = next(number for number, line in enumerate(wanted) if line.startswith("╭"))
    card = wanted[begins:-1]
    assert len(wanted) > 10
    assert [line for line in wanted if line not in shown] == []
    # The card as one piece: a sentence that is left out of it is no excerpt. Whether it is new or edited may change.
    assert any(shown[at : at + len(card)] == card for at in range(len(shown)))


def kinds_of_error(kind=WatchError):
    return {kind, *(deeper for below in kind.__subclasses__() for deeper in kinds_of_error(below))}


@pytest.mark.parametrize(
    "code", sorted({0, cli.INTERRUPTED, cli.BROKEN_PIPE} | {e.exit_code for e in kinds_of_error()})
)
def test_the_manual_says_what_every_exit_code_means(code):
    assert f"\n| {code} | " in text_of(ROOT / "docs" / "operating.md")


def test_the_privacy_page_names_the_hours_and_the_command_that_are_so():
    page = text_of(ROOT / "docs" / "privacy.md")

    for words_for in (sweeper.WORDS_FOR, sweeper.BLIND_WORDS_FOR):
        assert f"{words_for // timedelta(hours=1)} hours" in page
    for line in re.findall(r"^rejection-watch (\w+)", page, re.MULTILINE):
        assert program(line, "--help").returncode == 0


def documents():
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "data").rglob("*.md")])


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text_of(path))

    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/decisions.md"])
def test_files_that_a_document_names_are_there(name):
    named = re.findall(r"`((?:bot|cogs|tests|data|docs|docker)/[\w/.-]+)`", text_of(ROOT / name))

    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def scripts():
    """The blocks of the README that are typed into a shell."""
    return re.findall(r"```sh\n(.*?)```", text_of(ROOT / "README.md"), re.DOTALL)


def program_lines():
    """Every command in them that runs the program, without what is piped into it."""
    lines = "\n".join(scripts()).replace("\\\n", " ").splitlines()
    parts = [part.strip() for line in lines for part in line.split(" | ")]
    return [part for part in parts if part.startswith("rejection-watch ")]


def test_the_readme_shows_commands():
    assert len(program_lines()) >= 10


@pytest.mark.parametrize("line", program_lines())
def test_every_command_in_the_readme_is_one(line):
    _, name, *rest = shlex.split(line.partition(" <")[0], comments=True)

    # Parses the arguments as the command line does, and runs nothing.
    assert name == "--help" or PROGRAM.commands[name].make_context(name, rest)


@pytest.mark.long
@pytest.mark.parametrize("script", [script for script in scripts() if re.search(r"\| rejection-watch|decide", script)])
def test_every_example_on_json_lines_does_what_it_shows(script, tmp_path):
    typed = script.replace("rejection-watch", f"{shlex.quote(sys.executable)} -m bot")

    done = subprocess.run(
        ["/bin/sh", "-ec", typed], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    answers = [json.loads(answer) for answer in done.stdout.splitlines()]
    assert answers
    assert [answer for answer in answers if "error" in answer] == []


# --- the image


def test_the_linter_accepts_the_dockerfile():
    done = subprocess.run(
        [sysconfig.get_path("scripts") + "/hadolint", ROOT / "Dockerfile"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def copied():
    lines = re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


@pytest.mark.parametrize("source", copied())
def test_what_the_dockerfile_copies_is_there_and_reaches_the_builder(source):
    allowed = re.findall(r"^!(.+)$", text_of(ROOT / ".dockerignore"), re.MULTILINE)

    assert (ROOT / source).exists()
    assert source in allowed


def test_nothing_else_reaches_the_builder():
    lines = [line for line in text_of(ROOT / ".dockerignore").splitlines() if line and not line.startswith("#")]

    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied())


def test_the_second_stage_copies_no_sources_and_is_not_root():
    second = DOCKERFILE.split("\nFROM ")[-1]

    assert re.findall(r"^COPY (.*)$", second, re.MULTILINE) == [
        "--from=build /opt/rejection-watch /opt/rejection-watch"
    ]
    assert re.search(r"^USER [1-9][0-9]+:[1-9][0-9]+$", second, re.MULTILINE)


@pytest.mark.parametrize(("age", "code"), [(None, 1), (0, 0), (60, 0), (600, 1)])
def test_the_health_check_looks_at_the_age_of_the_heartbeat(age, code, tmp_path):
    beat = tmp_path / "heartbeat"
    if age is not None:
        beat.touch()
        os.utime(beat, (time.time() - age,) * 2)
    command = json.loads(re.search(r"HEALTHCHECK .*\\\n +CMD (\[.*\])", DOCKERFILE).group(1))

    done = subprocess.run(
        [sys.executable, *command[1:]], env={"REJECTION_WATCH_DATA": str(tmp_path)}, timeout=30, check=False
    )

    assert done.returncode == code


def test_a_running_bot_touches_the_heartbeat_and_ends_when_told(tmp_path):
    beat = tmp_path / HEARTBEAT
    command = [sys.executable, "-m", "bot", "run", "--dry", "--data", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        until = time.monotonic() + 60
        while not beat.exists() and running.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        was_alive = beat.exists()

        running.send_signal(signal.SIGTERM)

        _, said = running.communicate(timeout=30)
    assert was_alive
    assert (running.returncode, "Traceback" in said) == (0, False)
    assert f"'/{HEARTBEAT}'" in DOCKERFILE


# --- habits

# Built from parts, so that this file passes its own test.
REGISTRIES = [".".join(parts) for parts in (
    ("pypi", "org"), ("pythonhosted", "org"), ("pypi", "python", "org"), ("npmjs", "org"), ("npmjs", "com"),
    ("crates", "io"), ("docker", "io"), ("ghcr", "io"), ("quay", "io"), ("proxy", "golang", "org"),
)]  # fmt: skip


def test_no_file_names_the_host_of_a_package_registry():
    found = [(path, host) for path in files() for host in REGISTRIES if host in text_of(path)]

    assert found == []


def test_nothing_is_put_off_in_a_comment():
    word = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK")) + r")\b")

    assert [path for path in files() if word.search(text_of(path))] == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_stay_small_enough_to_be_read(path):
    text = text_of(path)

    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert len(text.splitlines()) <= 400
    # A migration is a list of tables as they once were.
    assert path.parent.name == "versions" or [one.name for one in functions if one.end_lineno - one.lineno >= 60] == []


def test_no_module_is_named_after_nothing():
    vague = {"utils", "helpers", "common", "core", "manager", "handler", "service"}

    assert [path for path in CODE if path.stem in vague] == []


def test_data_holds_no_python():
    assert list((ROOT / "data").rglob("*.py")) == []
