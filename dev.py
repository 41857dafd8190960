#!/usr/bin/env python3
"""The developer's one command: set up, run, test. Standard library only, so that a bare machine can start it.

python3 dev.py demo              the main job on the embedded default, no account needed
python3 dev.py test [ARGS]       every gate; ARGS go to pytest and then only pytest runs
python3 dev.py run ARGS          rejection-watch ARGS, with stdin, stdout and exit code passed through
python3 dev.py bench [ARGS]      benchmarks with their baselines; figures for docs/benchmarks.md;
                                 `bench naming [SIZE…]` says who is meant at 1k, 100k, 1M names,
                                 `bench reading` how fast the reader is and how much memory it takes,
                                 `bench levels` the service levels that no test measures
python3 dev.py learn naming      learn the weights of naming again and write bot/naming/weights.toml
python3 dev.py soak --seeds A:B [--minutes M]  simulated days and real deaths for these seeds; figures for
                                 docs/reliability-report.md; `soak --hour` runs the real program for an hour
python3 dev.py fuzz [--minutes M]  coverage-guided fuzzing of all that reads strangers' bytes (Linux on x86-64)
python3 dev.py format            ruff, writing
python3 dev.py lock              resolve requirements.lock again from pyproject.toml
python3 dev.py setup             make .venv and nothing else
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "rejection-watch.stamp"
OLDEST, NEWEST = (3, 11), (3, 13)

GATES: list[tuple[str, list[str]]] = [
    ("ruff format", ["ruff", "format", "--check", "."]),
    ("ruff lint", ["ruff", "check", "."]),
    ("mypy", ["mypy"]),
    ("import-linter", ["lint-imports", "--no-cache"]),
]


def say(text: str) -> None:
    """Tell the person; stdout stays clean for what `run` pipes through."""
    print(text, file=sys.stderr, flush=True)


def fail(text: str) -> None:
    """End with one sentence that says what to do."""
    say(f"dev.py: {text}")
    raise SystemExit(1)


def fingerprint() -> str:
    """What the environment was made from and where: a moved or changed checkout is set up anew."""
    parts = [str(ROOT), sys.version.split()[0]]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in (LOCK, PROJECT)]
    return "\n".join(parts)


def step(text: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run one step of the set-up quietly; show what it printed if it failed."""
    say(f"  {text} …")
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        say(done.stdout[-4000:] + done.stderr[-4000:])
        fail(f"'{text}' failed (exit {done.returncode}); what it printed is above. Mend that and start again.")


def locked(name: str) -> str:
    """The lines of requirements.lock that pin one package with its hashes."""
    found = re.search(rf"^{re.escape(name)}==.*(?:\n    --hash.*)*", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        fail(f"requirements.lock does not pin {name}; run 'python3 dev.py lock' where .venv still works.")
        raise AssertionError
    return found.group(0) + "\n"


def set_up() -> None:
    """Make .venv from requirements.lock unless it is there and made from the same lock."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        have = ".".join(map(str, sys.version_info[:3]))
        fail(f"needs Python 3.11, 3.12 or 3.13, and this is {have} ({sys.executable}).")
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted and PYTHON.exists():
        return
    began = time.monotonic()
    say("Setting up .venv from requirements.lock (once; about half a minute):")
    shutil.rmtree(VENV, ignore_errors=True)
    # A bare Debian has no ensurepip and refuses a pip install outside of an environment: hence these two options.
    step("making the environment", [sys.executable, "-m", "venv", "--without-pip", str(VENV)])
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "uv.txt"
        pinned.write_text(locked("uv"), encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet"]
        step("installing the installer", [*pip, "--require-hashes", "--no-deps", "-r", str(pinned)])
    uv = [str(BIN / "uv"), "pip"]
    # Never a Python that uv would fetch by itself; never a package whose hash the lock does not name.
    calm = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV)}
    python = ["--python", str(PYTHON)]
    step("installing what the lock names", [*uv, "sync", *python, "--require-hashes", str(LOCK)], calm)
    install = [*uv, "install", *python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    step("installing the project", install, calm)
    STAMP.write_text(wanted, encoding="utf-8")
    say(f"  done in {time.monotonic() - began:.0f} s.")


def become(command: list[str]) -> None:
    """Replace this process, so that streams, signals and the exit code are the program's own."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)


def run_gates() -> None:
    """Everything that has to hold before pytest is worth its time; each gate speaks for itself."""
    failed = []
    for name, command in GATES:
        say(f"== {name}")
        if subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        fail(f"failed: {', '.join(failed)}.")


def test(arguments: list[str]) -> None:
    """All gates and then pytest with branch coverage; with arguments only pytest with these."""
    os.chdir(ROOT)
    pytest = [str(PYTHON), "-m", "pytest"]
    if arguments:
        become([*pytest, *arguments])
    run_gates()
    say("== pytest")
    become([*pytest, "-n", "2", "--dist", "loadgroup", "--cov", "--cov-report", "term:skip-covered"])


def lock(arguments: list[str]) -> None:
    """Resolve again. No registry's address gets into the file."""
    options = ["--quiet", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-header"]
    command = [str(BIN / "uv"), "pip", "compile", *options, "--group", "dev", "--all-extras", "pyproject.toml"]
    os.chdir(ROOT)
    become([*command, "-o", "requirements.lock", *arguments])


def learn(arguments: list[str]) -> None:
    """Learn shipped weights again, from invented material; the same file every time."""
    if arguments != ["naming"]:
        fail("say what to learn; there is 'learn naming'.")
    os.chdir(ROOT)
    become([str(PYTHON), "-m", "tests.naming.learn"])


def main(arguments: list[str]) -> None:
    """Take the first word as the command; everything after it belongs to the command."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if name in ("help", "-h", "--help"):
        print(__doc__)
        return
    commands = ("demo", "run", "test", "bench", "learn", "soak", "fuzz", "format", "lock", "setup")
    if name not in commands:
        fail(f"there is no command '{name}'; there are {', '.join(commands)}.")
    set_up()
    program = str(BIN / "rejection-watch")
    if name == "demo":
        become([program, "demo", *rest])
    elif name == "run":
        become([program, *rest])
    elif name == "test":
        test(rest)
    elif name == "lock":
        lock(rest)
    elif name == "format":
        subprocess.run([str(BIN / "ruff"), "check", "--fix", "--quiet", str(ROOT)], check=False)
        become([str(BIN / "ruff"), "format", str(ROOT)])
    elif name == "learn":
        learn(rest)
    elif name in ("bench", "soak", "fuzz"):
        os.chdir(ROOT)
        hour = name != "soak" or "--hour" in rest
        module = f"tests.{name}" if hour else "tests.harness.soak"
        become([str(PYTHON), "-m", module, *(word for word in rest if word != "--hour")])


if __name__ == "__main__":
    main(sys.argv[1:])
