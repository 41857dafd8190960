"""The three rules on JSON lines: read, resolve, decide. No database, no network, no settings; they stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from bot.errors import InputError, WatchError, why_no_json

FAILED = 1
# No post, name or event is longer; a longer line is a broken file.
LONGEST_LINE = 64 * 2**20
NOWHERE = "nowhere:"


def parse(raw: bytes) -> Any:
    """One line of input. Raises InputError, with the reason, if it is not a JSON object in UTF-8."""
    if len(raw) >= LONGEST_LINE:
        raise InputError(f"the line is longer than {LONGEST_LINE >> 20} MiB")
    try:
        found = json.loads(raw.decode("utf-8-sig").strip())
    except UnicodeDecodeError as error:
        raise InputError("the line is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise InputError(f"the line is not JSON: {why_no_json(error)}") from error
    except (RecursionError, ValueError) as error:
        raise InputError("the line is not JSON that can be read") from error
    if not isinstance(found, dict):
        raise InputError("the line is JSON, but not an object")
    return found


def _key(found: dict[str, Any]) -> str | int | None:
    """The key of a line as it was given; what is neither text nor a whole number is none."""
    key = found.get("key")
    return key if isinstance(key, str | int) else None


def write(out: TextIO, line: Any) -> None:
    """Write one object as one line, at once. What cannot be said (lone surrogates) is escaped."""
    text = json.dumps(line, ensure_ascii=False)
    try:
        # Also what the stream itself cannot say, where the terminal speaks another encoding.
        text.encode(out.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(line)
    out.write(text + "\n")
    out.flush()


def bounded(source: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long only the beginning, so that no input can fill the memory."""
    while raw := source.readline(LONGEST_LINE):
        yield raw
        while not raw.endswith(b"\n") and (raw := source.readline(LONGEST_LINE)):
            pass


def each(source: BinaryIO, out: TextIO, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Answer every line with exactly one; a line that fails gets its key and the error. Returns the exit code."""
    code = 0
    for number, raw in enumerate(bounded(source), 1):
        key: Any = None
        try:
            found = parse(raw)
            key = _key(found)
            line = answer(found)
        except WatchError as error:
            line, code = _refused(key, number, error), FAILED
        write(out, line)
    return code


def _refused(key: Any, number: int, error: WatchError) -> dict[str, Any]:
    """The answer to a line that failed; where it has no key, its number says which it is."""
    return {"key": key, "error": str(error) if key is not None else f"line {number}: {error}"}


def read(source: BinaryIO, out: TextIO, explained: TextIO | None) -> int:
    """Posts in, readings out. With `explained` the reasons are also written there for a person."""
    from bot.platforms import load
    from bot.reading import read as reading_of
    from bot.reading.wire import post_from, reading_to

    platforms = load()

    def answer(found: dict[str, Any]) -> dict[str, Any]:
        # Who has a text and nothing more may ask too: where it stood and what it is called change little.
        key, source = _key(found), found.get("source")
        post = post_from({**found, "key": str(key) if key else NOWHERE, "source": source or NOWHERE})
        reading = reading_to(key, reading_of(post, platforms))
        if explained is not None:
            explained.write(explanation(str(key), reading))
        return reading

    return each(source, out, answer)


def explanation(key: str, reading: dict[str, Any]) -> str:
    """The reading in words: what it is, and each signal with the words that gave it, heaviest first.

    The number before it is how much it speaks for a mass rejection, in log-odds; below zero, against one.
    """
    probability = reading["probability"][reading["kind"]]
    who = ", ".join(mention["text"] for mention in reading["mentions"]) or "nobody named"
    word = "reportable" if reading["reportable"] else "not reportable"
    rows = [f"{key}: {reading['kind']} ({probability:.2f}), {word}; {who}"]
    heaviest = sorted(reading["signals"], key=lambda signal: -abs(signal["weight"]))
    rows += [f"  {each['weight']:+5.1f}  {_reason(each['name'], ' '.join(each['quote'].split()))}" for each in heaviest]
    return "\n".join(rows).encode("utf-8", "replace").decode() + "\n"


def _reason(name: str, quote: str) -> str:
    """A signal in words; a gram is the words themselves."""
    words = f"“{quote}”" if quote else ""
    return f"the words {words}" if name.startswith("~") else f"{name.replace('_', ' ')}  {words}".rstrip()


def resolve(names: Path, source: BinaryIO, out: TextIO) -> int:
    """Mentions in, matches out, against the names in a file of tab-separated lines."""
    from bot.naming.index import NameIndex
    from bot.naming.resolve import resolve as match_of
    from bot.naming.wire import match_to, mention_from, names_from_tsv

    index = NameIndex()
    try:
        with names.open("rb") as file:
            for name in names_from_tsv(file):
                index.add(name)
    except OSError as error:
        raise InputError(f"{names} cannot be read: {error.strerror}.") from error
    except InputError as error:
        raise InputError(f"{names}: {error}. Nobody is resolved against half a table: mend that line.") from error

    def answer(found: dict[str, Any]) -> dict[str, Any]:
        key, mention, platform = mention_from(found)
        return match_to(key, match_of(mention, index, platform))

    return each(source, out, answer)


def decide(policy_file: Path | None, source: BinaryIO, out: TextIO, err: TextIO) -> int:
    """Events in, ordered by time; alerts out, each when it falls due. A line that fails is also told on `err`.

    Returns the exit code: 0, or 1 if a line failed; all others count as if it had not been there.
    """
    from bot.alerts.stream import decide as decide_on
    from bot.alerts.wire import Event, alert_to, event_from
    from bot.policies import EARLY, load

    policy = load(policy_file) if policy_file else EARLY
    failed: list[int] = []

    def events() -> Iterator[Event]:
        order = _Order(err)
        for number, raw in enumerate(bounded(source), 1):
            key: Any = None
            try:
                found = parse(raw)
                key = _key(found)
                event = event_from(found)
            except WatchError as error:
                failed.append(number)
                write(out, _refused(key, number, error))
                _say(err, f"line {number}: {error}")
                continue
            order.look(number, event.at, policy.fresh_for)
            yield event

    for alert, account_key in decide_on(events(), policy):
        write(out, alert_to(alert, account_key))
    return FAILED if failed else 0


class _Order:
    """Notes, once, where events do not come in the order of time: one wrong date ahead makes all that follows late."""

    def __init__(self, err: TextIO) -> None:
        self._err, self._newest, self._line, self._said = err, datetime.min.replace(tzinfo=UTC), 0, False

    def look(self, number: int, at: datetime, most: timedelta) -> None:
        """One more event; `most` is how late it may be and still be news."""
        if at >= self._newest:
            self._newest, self._line = at, number
        elif self._newest - at > most and not self._said:
            self._said = True
            _say(
                self._err,
                f"line {number}: {at.isoformat()} is long before {self._newest.isoformat()} of line {self._line}. "
                "Events are expected in the order of time; what comes so late is history and told to nobody. (Once.)",
            )


def _say(err: TextIO, sentence: str) -> None:
    """One plain line for a person, whatever their terminal can show."""
    err.write(sentence.encode("ascii", "backslashreplace").decode() + "\n")
    err.flush()
