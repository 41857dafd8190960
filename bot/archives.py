"""Archives as posts: JSON lines, Reddit listings, Pushshift and Arctic-Shift dumps, also packed; CSV with a header."""

from __future__ import annotations

import csv
import gzip
import heapq
import io
import json
import re
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bot.errors import InputError, why_no_json
from bot.model import Post
from bot.reading.wire import post_from

# The dumps are made with --long=31: a window of 2 GiB (README of the Pushshift dumps).
ZSTD_WINDOW = 2**31
# What is unpacked at once, and lost at most where a dump is damaged.
AT_ONCE = 2**16
# How a packed file begins, whatever it is called (RFC 8878 §3.1.1, RFC 1952 §2.3.1).
ZSTD, GZIP = b"\x28\xb5\x2f\xfd", b"\x1f\x8b"
# No post of any site is longer; a longer line is a broken file, not a post.
LONGEST_LINE = 64 * 2**20
LONGEST_LISTING = 256 * 2**20
# How a listing begins, however it is written; a post has no field of these names.
LISTING = re.compile(rb'\s{0,64}(?:\[|\{\s{0,64}"(?:kind"\s{0,8}:\s{0,8}"Listing"|data"\s{0,8}:))')
BOM = b"\xef\xbb\xbf"
# What lies outside is no date of a post, and arithmetic on it may overflow.
YEARS = range(1990, 2200)
GONE = frozenset({"[deleted]", "[removed]", ""})
FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an archive: a post, or why there is none, and where it stands."""

    path: Path
    number: int
    post: Post | None = None
    bad: str | None = None
    size: int = 0


def lines(paths: Iterable[Path]) -> Iterator[Line]:
    """Every line of the files, oldest post first. Raises InputError for a file that cannot be read at all."""
    streams = [_sorted(path) for path in paths]
    ordered = heapq.merge(*streams, key=lambda pair: pair[0])
    return (line for _, line in ordered)


def check(path: Path) -> None:
    """Raise InputError, with what to do, unless the file is there and can be read."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def size(paths: Iterable[Path]) -> int:
    """All bytes of the files, for a progress bar."""
    return sum(path.stat().st_size for path in paths)


def _sorted(path: Path) -> Iterator[tuple[datetime, Line]]:
    """The file's lines with the moment each belongs to; a line without a time goes with the one before it."""
    check(path)
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(4096)
    if suffix == ".zst" or head.startswith(ZSTD):
        return _dated(_unpacked(path, _zstd))
    if suffix == ".gz" or head.startswith(GZIP):
        return _dated(_unpacked(path, _gzip))
    if suffix == ".csv":
        return _by_time(list(_dated(_table(path))))
    if LISTING.match(head.removeprefix(BOM)) and _is_one_value(path):
        return _by_time(list(_dated(_listing(path))))
    return _plain(path)


def _is_one_value(path: Path) -> bool:
    """Whether what begins like a listing is one, and not lines of which the first is a list by mistake."""
    with path.open("rb") as file:
        first, second = file.readline(LONGEST_LINE), file.readline(LONGEST_LINE)
    try:
        json.loads(first.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return True
    return not second.strip()


def _by_time(pairs: list[tuple[datetime, Line]]) -> Iterator[tuple[datetime, Line]]:
    return iter(sorted(pairs, key=lambda pair: pair[0]))


def _dated(found: Iterator[Line]) -> Iterator[tuple[datetime, Line]]:
    at = FIRST
    for line in found:
        if line.post is not None and line.post.posted_at is not None:
            at = line.post.posted_at
        yield at, line


def _plain(path: Path) -> Iterator[tuple[datetime, Line]]:
    """A file that can be read twice: once for the times, then line by line in their order, whatever its size."""
    times, offsets, at = array("d"), array("Q"), FIRST
    with path.open("rb") as file:
        offset = 0
        for moment, line in _dated(_json_lines(path, file)):
            at = moment
            times.append(at.timestamp() if at > FIRST else float("-inf"))
            offsets.append(offset)
            offset += line.size
    order = sorted(range(len(times)), key=times.__getitem__)
    with path.open("rb") as file:
        for index in order:
            file.seek(offsets[index])
            again = _next(path, index + 1, file)
            moment = FIRST if times[index] == float("-inf") else datetime.fromtimestamp(times[index], UTC)
            if again is not None:
                yield moment, again


def _json_lines(path: Path, file: io.BufferedReader) -> Iterator[Line]:
    number = 1
    while line := _next(path, number, file):
        yield line
        number += 1


def _next(path: Path, number: int, file: io.BufferedReader) -> Line | None:
    """The line at which the file stands, None at its end. One that is too long is passed over, never held whole."""
    raw = file.readline(LONGEST_LINE)
    if len(raw) < LONGEST_LINE or raw.endswith(b"\n"):
        return _line(path, number, raw) if raw else None
    size = len(raw)
    while not raw.endswith(b"\n") and (raw := file.readline(LONGEST_LINE)):
        size += len(raw)
    return Line(path, number, bad=f"longer than {LONGEST_LINE >> 20} MiB", size=size)


def _unpacked(path: Path, unpack: Callable[[io.BufferedReader], io.RawIOBase]) -> Iterator[Line]:
    from zstandard import ZstdError

    with path.open("rb") as file:
        unpacked: io.BufferedReader = io.BufferedReader(unpack(file), AT_ONCE)
        try:
            if not unpacked.peek() and path.stat().st_size:
                raise EOFError("nothing of it can be unpacked")
            yield from _json_lines(path, unpacked)
        except (ZstdError, zlib.error, gzip.BadGzipFile, EOFError) as error:
            yield Line(path, 0, bad=f"the compressed stream breaks off here: {error}")


def _zstd(file: io.BufferedReader) -> io.RawIOBase:
    from zstandard import ZstdDecompressor

    # Some dumps are several frames one after the other.
    whole = ZstdDecompressor(max_window_size=ZSTD_WINDOW).stream_reader(file, read_across_frames=True)
    return cast("io.RawIOBase", whole)


def _gzip(file: io.BufferedReader) -> io.RawIOBase:
    return cast("io.RawIOBase", gzip.GzipFile(fileobj=file))


def _line(path: Path, number: int, raw: bytes) -> Line:
    """One raw line as a post. Whatever is wrong with it is said in the line, never raised."""
    text = raw.strip()
    if not text:
        return Line(path, number, size=len(raw))
    try:
        return Line(path, number, post=_post(json.loads(text.decode("utf-8-sig"))), size=len(raw))
    except (InputError, ValueError, RecursionError) as error:
        return Line(path, number, bad=_why(error), size=len(raw))


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {why_no_json(error)}"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if not isinstance(error, InputError):
        return "not JSON that can be read: nested too deeply, or a number too long"
    return str(error)


def _post(found: Any) -> Post:
    is_reddits = isinstance(found, dict) and "created_utc" in found and "subreddit" in found
    post = reddit_post(found) if is_reddits else post_from(found)
    if post.posted_at is not None and post.posted_at.year not in YEARS:
        raise InputError(f"the year {post.posted_at.year} is no date of a post")
    return post


def reddit_post(thing: dict[str, Any]) -> Post:
    """A submission or comment as Reddit's API and the dumps write it. Raises InputError if it is neither."""
    comment = "body" in thing
    key = thing.get("name") or f"{'t1' if comment else 't3'}_{thing.get('id')}"
    body = thing.get("body") if comment else thing.get("selftext")
    author = thing.get("author")
    try:
        posted_at = datetime.fromtimestamp(float(thing["created_utc"]), UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise InputError("created_utc is not a time in seconds") from error
    if not isinstance(thing.get("id"), str):
        raise InputError("a Reddit post without an id")
    permalink = thing.get("permalink")
    return Post(
        source=f"reddit:{str(thing['subreddit']).lower()}",
        key=str(key),
        text="" if body in GONE or not isinstance(body, str) else body,
        title=None if comment or not isinstance(thing.get("title"), str) else thing["title"],
        author_key=author if isinstance(author, str) and author not in GONE else None,
        posted_at=posted_at,
        parent_key=str(thing["parent_id"]) if comment and thing.get("parent_id") else None,
        url=f"https://www.reddit.com{permalink}" if isinstance(permalink, str) else None,
    )


def _listing(path: Path) -> Iterator[Line]:
    """A listing, or a list of them (a thread: its opener and its comments), or a list of posts."""
    if path.stat().st_size > LONGEST_LISTING:
        raise InputError(f"{path} is one JSON value of more than 256 MiB; split it into JSON lines.")
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        yield Line(path, 1, bad=_why(error))
        return
    for number, thing in enumerate(_things(found), 1):
        try:
            yield Line(path, number, post=_post(thing))
        except (InputError, ValueError) as error:
            yield Line(path, number, bad=_why(error))


def _things(found: Any) -> Iterator[Any]:
    """The posts in a listing, comments with their replies, in the order they stand there; no recursion."""
    waiting = [found]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, list):
            waiting.extend(reversed(thing))
        elif isinstance(thing, dict) and thing.get("kind") == "Listing":
            data = thing.get("data")
            children = data.get("children") if isinstance(data, dict) else None
            waiting.extend(reversed(children) if isinstance(children, list) else ())
        elif isinstance(thing, dict) and thing.get("kind") in ("t1", "t3"):
            data = thing.get("data")
            if isinstance(data, dict) and isinstance(data.get("replies"), dict):
                waiting.append(data["replies"])
            yield data
        elif isinstance(thing, dict) and thing.get("kind") == "more":
            continue
        else:
            yield thing


def _table(path: Path) -> Iterator[Line]:
    """CSV with a header that names the fields of a post."""
    csv.field_size_limit(LONGEST_LINE)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.DictReader(file)
        while True:
            try:
                row = next(rows, None)
                if row is None:
                    return
                # An empty cell says nothing; an empty text is that of a post with a title alone.
                given = {name: value or (None if name != "text" else value) for name, value in row.items() if name}
                yield Line(path, rows.line_num, post=_post(given))
            except (InputError, ValueError, csv.Error) as error:
                yield Line(path, rows.line_num, bad=_why(error))
