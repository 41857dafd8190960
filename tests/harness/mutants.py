"""G4: mutants of the code that must not fail; how many of them the tests that are meant for it notice.

`python -m tests.harness.mutants SEED COUNT` tries that seed's share of all mutants on a copy of the code, each in a
fork of a warm process, and prints a JSON line for each: the file, the line, what was changed, killed or not.
"""

from __future__ import annotations

import ast
import copy
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.harness import bugs

# What is mutated, and the tests that are to notice it.
TARGETS: dict[str, tuple[str, ...]] = {
    "bot/outbox.py": ("tests/test_outbox.py", "tests/chat/test_announce.py"),
    "bot/storage/outbox.py": ("tests/storage/test_store_outbox.py", "tests/test_outbox.py"),
    "bot/telling.py": ("tests/test_telling.py", "tests/test_flow.py"),
    "bot/watcher.py": ("tests/test_watcher.py",),
    "bot/intake.py": ("tests/test_intake.py", "tests/test_poison.py"),
    "bot/sources/listing.py": ("tests/sources/test_listing.py", "tests/sources/test_reddit.py"),
    "bot/trust.py": ("tests/test_trust.py", "tests/test_deciding.py"),
    "bot/review.py": ("tests/test_review.py", "tests/test_gone_bad.py"),
    "cogs/guards.py": ("tests/chat/test_guards.py", "tests/chat/test_front.py"),
    "cogs/buttons.py": ("tests/chat/test_front.py", "tests/chat/test_who_is_who.py"),
    "cogs/escape.py": ("tests/chat/test_escape.py",),
    "cogs/embeds.py": ("tests/chat/test_embeds.py",),
    "bot/naming/canonical.py": ("tests/naming/test_canonical.py",),
}
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
}


@dataclass(frozen=True)
class Mutant:
    """One change of one file: where, what, and the whole code with it."""

    path: str
    line: int
    what: str
    code: str


def mutants(path: str, code: str) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of its code."""
    tree = ast.parse(code)
    for number, node in enumerate(ast.walk(tree)):
        for what in _changes(node):
            changed = copy.deepcopy(tree)
            _change(next(each for n, each in enumerate(ast.walk(changed)) if n == number), what)
            yield Mutant(path, getattr(node, "lineno", 0), what, ast.unparse(ast.fix_missing_locations(changed)))


def _changes(node: ast.AST) -> Iterator[str]:
    """What can be changed about a node, in words."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield f"{type(node.ops[0]).__name__} is {SWAPPED[type(node.ops[0])].__name__}"
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPPED:
        yield f"{type(node.op).__name__} is {SWAPPED[type(node.op)].__name__}"
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
        yield f"{node.value} is another"
    elif isinstance(node, ast.If | ast.IfExp):
        yield "if is if not"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await):
        yield "a call is left out"
    elif isinstance(node, ast.Return) and node.value is not None:
        yield "returns None"


def _change(node: ast.AST, what: str) -> None:
    if isinstance(node, ast.Compare):
        node.ops[0] = SWAPPED[type(node.ops[0])]()  # type: ignore[assignment]
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = SWAPPED[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    elif isinstance(node, ast.If | ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    else:
        node.value = ast.Constant(None)  # type: ignore[attr-defined]


def share(seed: int, count: int) -> list[Mutant]:
    """The mutants of a seed: the next seed has others, and so on until all had their turn."""
    every = [mutant for path in TARGETS for mutant in mutants(path, (bugs.ROOT / path).read_text("utf-8"))]
    random.Random("mutants").shuffle(every)
    first = (seed - 1) * count % len(every)
    return (every * 2)[first : first + count]


def killed(place: Path, mutant: Mutant) -> bool:
    """Whether a test fails, or the code cannot even be loaded."""
    target = place / mutant.path
    code = target.read_text("utf-8")
    target.write_text(mutant.code, "utf-8")
    try:
        return bugs.caught(place, TARGETS[mutant.path]) != 0
    finally:
        target.write_text(code, "utf-8")
        shutil.rmtree(target.parent / "__pycache__", ignore_errors=True)


def main(seed: int, count: int) -> None:
    """Try one seed's share."""
    for heavy in ("aiohttp.web", "alembic", "asyncpg", "discord.ext.commands", "pytest", "sqlalchemy"):
        __import__(heavy)
    place = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        bugs.copy(place)
        for mutant in share(seed, count):
            print(json.dumps([mutant.path, mutant.line, mutant.what, killed(place, mutant)]), flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
