"""Coverage-guided fuzzing of everything that reads strangers' bytes (E2): what it drives is tests/harness/fuzzed.py.

python3 dev.py fuzz [--minutes M]   ends when the time is up (10 minutes) or, not with 0, at the first thing that is
                                    wrong; that belongs into FOUND in tests/test_fuzz.py, which every run tries again
python3 dev.py fuzz --runs N        so many inputs, the same ones each time: what the suite does

atheris, which does the searching, has wheels for Linux on x86-64 only, so it is installed only there.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 700  # bytes of an input: long ones cost time and reach nothing that two short ones do not
SLOWEST = 10  # seconds that one input may take


def search(minutes: float, runs: int | None = None) -> int:
    """Search for so long, or so many inputs, in a process of its own; gives its exit code, prints what was found."""
    from tests.harness import fuzzed

    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        begin, grown = place / "seeds", place / "grown"
        begin.mkdir()
        grown.mkdir()
        for number, seed in enumerate(fuzzed.seeds()):
            (begin / f"{number:05}").write_bytes(seed)
        quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in fuzzed.words())
        (place / "words").write_text("".join(f'"{word}"\n' for word in quoted), "ascii")
        until = [f"-max_total_time={60 * minutes:.0f}"] if runs is None else [f"-runs={runs}", "-seed=1"]
        limits = [*until, f"-max_len={LONGEST}", f"-timeout={SLOWEST}", "-rss_limit_mb=1024"]
        told = ["-print_final_stats=1", f"-dict={place / 'words'}"]
        command = [sys.executable, "-m", "tests.fuzz", "--in", *limits, *told, f"-artifact_prefix={place}/found-"]
        ended = subprocess.run([*command, str(grown), str(begin)], cwd=ROOT, check=False)
        for path in sorted(place.glob("found-*")):
            print(f"FOUND: {path.read_bytes()!r}")
    return ended.returncode


def drive(arguments: list[str]) -> None:
    """Be that process: libFuzzer takes over, and ends it."""
    import atheris

    with atheris.instrument_imports(include=["bot", "cogs"]):
        from tests.harness import fuzzed
    atheris.Setup([sys.argv[0], *arguments], fuzzed.one)
    atheris.Fuzz()


def main() -> int:
    if sys.argv[1:2] == ["--in"]:
        drive(sys.argv[2:])
        return 0
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=10.0)
    asked.add_argument("--runs", type=int)
    given = asked.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: it has wheels for Linux on x86-64 only.", file=sys.stderr)
        return 2
    return search(given.minutes, given.runs)


if __name__ == "__main__":
    sys.exit(main())
