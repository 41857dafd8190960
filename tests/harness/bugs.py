"""Seeded bugs: each patch of tests/bugs makes one mistake that somebody might make, and names the tests that catch it.

`python -m tests.harness.bugs 0/2` tries the first half of them: patches a copy of the code, runs the named tests in a
fork of a warm process, and prints a JSON line for each patch: its name, and caught, missed or stale.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUGS = Path(__file__).resolve().parents[1] / "bugs"
COPIED = ("bot", "cogs", "tests", "data", "pyproject.toml")
STUMBLED = 99
# What pytest and the tests import of others' packages: once for all forks, not once a fork.
WARM = (
    "_hypothesis_pytestplugin",
    "aiohttp.web",
    "alembic",
    "anyascii",
    "asyncpg",
    "discord.ext.commands",
    "hypothesis.strategies",
    "pytest",
    "pytest_asyncio.plugin",
    "rapidfuzz.fuzz",
    "simcord.pytest_plugin",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.ext.asyncio",
    "xml.etree.ElementTree",
)
HUNK = re.compile(r"^@@ .*$", re.MULTILINE)


class Stale(Exception):
    """The code has changed where the patch would."""


@dataclass(frozen=True)
class Bug:
    """A patch: the file it changes, what it takes for what, and which tests are to notice."""

    name: str
    path: str
    changes: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]

    def made(self, code: str) -> str:
        """The code with the mistake in it. Raises Stale."""
        for before, after in self.changes:
            if code.count(before) != 1:
                raise Stale(f"{self.name}: {self.path} holds the place {code.count(before)} times, not once")
            code = code.replace(before, after)
        return code


def read(path: Path) -> Bug:
    """A patch file: a line `caught by: <pytest arguments>`, then a unified diff of one file."""
    first, _, diff = path.read_text("utf-8").partition("\n")
    head, *hunks = HUNK.split(diff)
    changed = head.split("+++ b/", 1)[1].split()[0]
    return Bug(path.stem, changed, tuple(map(_change, hunks)), tuple(shlex.split(first.removeprefix("caught by: "))))


def _change(hunk: str) -> tuple[str, str]:
    lines = hunk.removeprefix("\n").splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    return before, after


def bugs() -> list[Bug]:
    """All of them, by name."""
    return [read(path) for path in sorted(BUGS.glob("*.patch"))]


def copy(place: Path) -> None:
    """The code and its tests, without what is slow to copy."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", ".git", "*.sqlite3"))
        else:
            shutil.copy2(source, place / name)


def caught(place: Path, tests: tuple[str, ...]) -> int:
    """The exit code of pytest on the copy: 1 is what a test's failure gives."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = STUMBLED
    try:
        os.chdir(place)
        quiet = os.open(place / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        for name in [each for each in sys.modules if each.partition(".")[0] == "tests"]:
            del sys.modules[name]
        sys.path[:] = [str(place), *(each for each in sys.path if Path(each or ".").resolve() != ROOT)]
        import pytest

        code = int(
            pytest.main(
                [*tests, "-q", "-x", "-p", "no:cacheprovider", "--assert=plain", "-p", "no:cov", "--timeout=60"]
            )
        )
    except BaseException as error:
        os.write(2, repr(error).encode())
    finally:
        os._exit(code)


def tried(place: Path, bug: Bug) -> str:
    """What a patch comes to."""
    target = place / bug.path
    code = target.read_text("utf-8")
    try:
        target.write_text(bug.made(code), "utf-8")
    except Stale as stale:
        return f"stale: {stale}"
    try:
        ended = caught(place, bug.tests)
    finally:
        target.write_text(code, "utf-8")
        # A patch of the same length within the same second would leave the wrong bytecode behind.
        for stale in target.parent.glob(f"__pycache__/{target.stem}.*.pyc"):
            stale.unlink()
    output = (place / "output").read_text("utf-8", "replace")
    # A failed test may leave something open that pytest stumbles over when it ends.
    failed = ended == 1 or (ended == STUMBLED and "\nFAILED " in output)
    return "caught" if failed else f"missed: pytest ended with {ended}: {output[-600:]}"


def main(shard: str) -> None:
    """Try every n-th patch."""
    number, of = map(int, shard.split("/"))
    for package in WARM:
        __import__(package)
    place = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        copy(place)
        for bug in bugs()[number::of]:
            print(json.dumps([bug.name, tried(place, bug)]), flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "0/1")
