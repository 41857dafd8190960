"""Sheets as tables for a person and as JSON lines; single errors only where they were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from bot.evaluation.examples import Example
from bot.evaluation.figures import Ratio
from bot.evaluation.sheet import Figure, Sheet, names, passed
from bot.model import Kind, Reading

_NAME, _CELL = 32, 21
_GOOD = 0.95  # themes below it are marked: the target of issue 3
_SHOWN = 200  # characters of a post in the list of errors


def table(out: TextIO, title: str, sheets: Mapping[str, Sheet], kinds: Mapping[Kind, int]) -> None:
    """One set of posts: the figures of every reader side by side, then kinds and themes of the first."""
    count = ", ".join(f"{kinds.get(kind, 0)} {kind.value}" for kind in Kind)
    out.write(f"\n== {title}: {sum(kinds.values())} posts ({count})\n\n")
    out.write(_row("", [f"{name:>{_CELL}}" for name in sheets]))
    ours = next(iter(sheets.values()))
    for name in ours.figures:
        out.write(_row(name, [_cell(sheet.figures.get(name)) for sheet in sheets.values()]))
    out.write("\nkinds (rows expected, columns read)\n")
    out.write(_row("", [f"{kind.value:>9}" for kind in Kind]))
    for kind in Kind:
        out.write(_row(kind.value, [f"{ours.confusion.get((kind, read), 0):>9}" for read in Kind]))
    out.write("\nthemes: passed (mass exactly where it is, nothing reported that should not be)\n")
    for theme, found in ours.themes.items():
        mark = "" if (found.value or 0) >= _GOOD else "  <"
        others = [_cell(sheet.themes[theme]) for sheet in list(sheets.values())[1:]]
        out.write(_row(theme, [_cell(found), *others]).rstrip("\n") + mark + "\n")


def as_json(title: str, sheets: Mapping[str, Sheet], kinds: Mapping[Kind, int]) -> dict[str, Any]:
    """The same as one object."""
    return {
        "set": title,
        "posts": {kind.value: kinds.get(kind, 0) for kind in Kind},
        "readers": {name: _sheet_as_json(sheet) for name, sheet in sheets.items()},
    }


def errors(examples: Sequence[Example], readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """The posts that were read wrongly in kind, in being reportable or in the requester, with both answers."""
    return [
        _error(example, reading)
        for example, reading in zip(examples, readings, strict=True)
        if _wrong(example, reading)
    ]


def error_line(found: Mapping[str, Any]) -> str:
    """One of them for a person."""
    said, meant = (_answer(found[side]) for side in ("read", "expected"))
    return f"{found['where']} {found['key']}: {said}, not {meant}\n    {found['text']}\n"


def _wrong(example: Example, reading: Reading) -> bool:
    expected = example.expected
    named = bool(expected.requesters or expected.account_keys)
    who = names(example, reading) if named else not any(claim.mention for claim in reading.claims)
    return reading.kind is not expected.kind or not passed(example, reading) or not who or _missed(example, reading)


def _missed(example: Example, reading: Reading) -> bool:
    return bool(example.expected.reportable) and not reading.reportable


def _error(example: Example, reading: Reading) -> dict[str, Any]:
    expected, post = example.expected, example.post
    whole = f"{post.title} | {post.text}" if post.title else post.text
    return {
        "where": example.where,
        "key": post.key,
        "expected": _side(expected.kind, expected.reportable, expected.requesters, expected.facts.get("n_rejected")),
        "read": _side(
            reading.kind, reading.reportable, tuple(m.text for m in reading.mentions[:1]), reading.facts.n_rejected
        ),
        "signals": [signal.name for signal in reading.signals],
        "text": " ".join(whole.split())[:_SHOWN],
    }


def _side(kind: Kind, reportable: bool | None, requesters: tuple[str, ...], count: object) -> dict[str, Any]:
    return {"kind": kind.value, "reportable": reportable, "requester": "; ".join(requesters), "n_rejected": count}


def _answer(side: Mapping[str, Any]) -> str:
    report = {True: "reportable", False: "not reportable", None: ""}[side["reportable"]]
    parts = [side["kind"], report, side["requester"] or "nobody", side["n_rejected"]]
    return f"({', '.join(str(part) for part in parts if part not in ('', None))})"


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name[:_NAME]:<{_NAME}}" + "".join(f" {cell}" for cell in cells) + "\n"


def _cell(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return f"{'-':>{_CELL}}"
    if isinstance(figure, Ratio):
        return f"{figure.value:.3f} ({figure.part}/{figure.whole})".rjust(_CELL)
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}".rjust(_CELL)
    return f"{figure.value:.3f} [{figure.low:.2f}-{figure.high:.2f}]".rjust(_CELL)


def _sheet_as_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "figures": {name: _figure_as_json(figure) for name, figure in sheet.figures.items()},
        "confusion": {kind.value: {read.value: sheet.confusion.get((kind, read), 0) for read in Kind} for kind in Kind},
        "themes": {theme: _figure_as_json(found) for theme, found in sheet.themes.items()},
    }


def _figure_as_json(figure: Figure) -> dict[str, Any]:
    if isinstance(figure, Ratio):
        return {"value": figure.value, "part": figure.part, "whole": figure.whole}
    return {"value": figure.value, "low": figure.low, "high": figure.high}
