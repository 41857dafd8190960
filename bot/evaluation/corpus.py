"""Reads the corpus: one file a theme, in the form that data/corpus/README.md describes. Strict, so that it stays so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from bot.errors import InputError
from bot.evaluation.examples import Example, Expected, Fact
from bot.model import Cause, Format, Kind, Post, Reversal, Share
from bot.platforms import load as load_platforms
from bot.reading.wire import instant

NOWHERE = "nowhere:"
_BEGIN = "==="
_TEXT = "---"
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_HEADER = re.compile(r"([a-z_]{1,20}):[ \t]{0,8}(.{1,2000})")
_SOURCE = re.compile(r"[a-z]{1,20}:\S{0,200}")
_FACTS = {"count": "n_rejected", "of": "n_submitted", "share": "share", "reversal": "reversal", "cause": "cause",
          "platform": "platform"}  # fmt: skip
_FOR_ALL = frozenset(("source", "platform", "format", "posted_at", "title"))


def load(folder: Path) -> list[Example]:
    """All posts of one part, theme by theme. Raises InputError with file and line for what has not the form."""
    examples: list[Example] = []
    first: dict[str, str] = {}
    for path in sorted(folder.glob("*.txt")):
        for example in parse(path.stem, _text_of(path), str(path)):
            key = example.post.key
            if key in first:
                raise InputError(f"{example.where}: the key {key!r} is taken: {first[key]} has it.")
            first[key] = example.where
            examples.append(example)
    return examples


def fingerprints(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a part, by its name."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.txt"))}


def parse(theme: str, text: str, name: str = "corpus") -> list[Example]:
    """The posts of one file; `name` is what errors call it. Raises InputError."""
    file = _File(theme, name)
    for number, line in enumerate(text.split("\n"), 1):
        file.number = number
        file.take(line)
    file.close()
    return file.examples


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 (byte {error.start}).") from error


@dataclass(slots=True)
class _File:
    """What has been read of one file; `state` takes the next line."""

    theme: str
    name: str
    number: int = 0
    examples: list[Example] = field(default_factory=list)
    about: bool = False
    common: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    began: int = 0
    lines: list[str] | None = None

    def take(self, line: str) -> None:
        if line.startswith(_BEGIN):
            self._begin(line)
        elif self.lines is not None:
            self.lines.append(line)
        elif self.key is not None and line == _TEXT:
            self.lines = []
        elif self.key is None and line.startswith("#"):
            self.about = True
        elif line.strip():
            self._header(line)

    def close(self) -> None:
        self._end()
        if not self.about:
            self.number = 1
            raise self._wrong("a theme begins with # lines that say what it is and how it was written")
        if not self.examples:
            raise self._wrong("there is no post")

    def _begin(self, line: str) -> None:
        self._end()
        found = re.fullmatch(r"=== +(\S+)", line.rstrip())
        if found is None or _KEY.fullmatch(found[1]) is None:
            raise self._wrong('a post begins with "=== key"; a key has small letters, digits and hyphens')
        self.key, self.began, self.headers, self.lines = found[1], self.number, {}, None

    def _header(self, line: str) -> None:
        found = _HEADER.fullmatch(line.rstrip())
        mine = self.common if self.key is None else self.headers
        if found is None:
            raise self._wrong(f'"name: value" or "{_TEXT}" should stand here, not {line[:40]!r}')
        if found[1] not in (_FOR_ALL if self.key is None else _HEADERS):
            raise self._wrong(f"there is no header {found[1]!r} {'for a file' if self.key is None else 'of a post'}")
        if found[1] in mine:
            raise self._wrong(f"{found[1]!r} is given twice")
        mine[found[1]] = self._checked(found[1], found[2].strip())

    def _checked(self, header: str, value: str) -> str:
        check, form = _HEADERS[header]
        try:
            good = check(value)
        except ValueError:
            good = None
        except InputError as error:
            raise self._wrong(str(error).rstrip(".")) from None
        if good is None or good is False:
            raise self._wrong(f"{header} must be {form}, not {value[:40]!r}")
        if header == "parent" and not any(each.post.key == value for each in self.examples):
            raise self._wrong(f"the parent {value!r} is no earlier post of this file")
        return value

    def _end(self) -> None:
        if self.key is None:
            return
        at = f"{self.name}:{self.began}"
        if self.lines is None:
            raise InputError(f'{at}: the post {self.key!r} has no text: "{_TEXT}" is missing.')
        missing = [header for header in ("kind", "reportable") if header not in self.headers]
        if missing:
            raise InputError(f"{at}: the post {self.key!r} has no {' and no '.join(missing)}.")
        text = "\n".join(self.lines).strip("\n")
        headers = {**self.common, **self.headers}
        if not text.strip() and "title" not in headers:
            raise InputError(f"{at}: the post {self.key!r} has neither text nor title.")
        self.examples.append(_example(self.key, headers, text, self.theme, at))

    def _wrong(self, what: str) -> InputError:
        return InputError(f"{self.name}:{self.number}: {what}.")


def _example(key: str, headers: Mapping[str, str], text: str, theme: str, where: str) -> Example:
    form = headers.get("format")
    # The platform is to be recognised: it is expected, and not handed in with the post.
    post = Post(
        source=headers.get("source", NOWHERE),
        key=key,
        text=text,
        title=headers.get("title"),
        parent_key=headers.get("parent"),
        posted_at=instant(headers.get("posted_at")),
        format=Format(form) if form else None,
    )
    return Example(post=post, expected=_expected(headers), theme=theme, where=where, note=headers.get("note"))


def _expected(headers: Mapping[str, str]) -> Expected:
    facts: dict[str, Fact] = {name: headers.get(header) for header, name in _FACTS.items()}
    for name in ("n_rejected", "n_submitted"):
        facts[name] = int(str(facts[name])) if facts[name] is not None else None
    return Expected(
        kind=Kind(headers["kind"]),
        reportable=headers["reportable"] == "yes",
        requesters=tuple(name.strip() for name in headers.get("requester", "").split("; ") if name.strip()),
        facts=facts,
    )


def _whole_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 7


Check = tuple[Callable[[str], object], str]
_HEADERS: dict[str, Check] = {
    "kind": (Kind, f"one of {', '.join(Kind)}"),
    "reportable": (("yes", "no").__contains__, "yes or no"),
    "requester": (str, "a name"),
    "count": (_whole_number, "a whole number"),
    "of": (_whole_number, "a whole number"),
    "share": (Share, f"one of {', '.join(Share)}"),
    "reversal": (Reversal, f"one of {', '.join(Reversal)}"),
    "cause": (Cause, f"one of {', '.join(Cause)}"),
    "platform": (load_platforms().known, "a platform with a profile"),
    "source": (_SOURCE.fullmatch, "kind:address"),
    "title": (str, "a title"),
    "parent": (str, "the key of an earlier post"),
    "posted_at": (instant, "an ISO 8601 time"),
    "format": (Format, f"one of {', '.join(Format)}"),
    "note": (str, "a sentence"),
}
