"""Print the part of a lock that some roots need, hashes and all: python3 pins.py requirements.lock ROOT...

The lock holds run-time and development packages together, so that one file is resolved and reviewed; the image takes
what the program needs and nothing else. `uv pip compile` writes under each package who asked for it ("# via"), and
that is followed from the roots. `program` is what pyproject.toml itself depends on, its extras included.
Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^([a-z0-9._-]+)==[^\n]*(?:\n {4}[^\n]*)*", re.MULTILINE)
PROGRAM = "rejection-watch (pyproject.toml)"


def asked_by(block: str) -> set[str]:
    """Who asked for a package, as its block says."""
    said = block.partition("# via")[2].replace("\n    #", "\n")
    return {line.strip() for line in said.splitlines() if line.strip()}


def pins(lock: str, roots: list[str]) -> str:
    """The blocks of the roots and of everything that they need, in the lock's order. SystemExit for an unknown root."""
    blocks = {found.group(1): found.group(0) for found in BLOCK.finditer(lock)}
    wanted = {PROGRAM if root == "program" else root for root in roots}
    if unknown := wanted - {PROGRAM} - set(blocks):
        raise SystemExit(f"pins.py: the lock does not pin {', '.join(sorted(unknown))}.")
    while more := {name for name, block in blocks.items() if asked_by(block) & wanted} - wanted:
        wanted |= more
    return "".join(block + "\n" for name, block in blocks.items() if name in wanted)


if __name__ == "__main__":
    sys.stdout.write(pins(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2:]))
