"""The three rules on JSON lines, through the functions and through the real command line."""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import lines
from bot.errors import InputError, SettingsError

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SAID = "Example Research Lab mass rejected all 40 of my HITs this morning, no reason given."
ACCOUNT = "A1EXAMPLE2REQ3"


def stream(*records: Any) -> io.BytesIO:
    told = (each if isinstance(each, bytes) else json.dumps(each).encode() for each in records)
    return io.BytesIO(b"".join(each + b"\n" for each in told))


def answers(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def read(*records: Any) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    code = lines.read(stream(*records), out, None)
    return code, answers(out)


def post(key: str = "p1", text: str = SAID, **told: Any) -> dict[str, Any]:
    return {"key": key, "source": "reddit:exampleturkers", "text": text, **told}


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.tsv"
    path.write_text(f"{ACCOUNT}\tQuillmere Research\tmturk\t12\nA2EXAMPLE3REQ4\tBramblewick Studies\n", "utf-8")
    return path


def resolve(path: Path, *records: Any) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    code = lines.resolve(path, stream(*records), out)
    return code, answers(out)


def event(n: int, **told: Any) -> dict[str, Any]:
    made = {"key": f"e{n}", "at": (START + timedelta(minutes=n)).isoformat(), "type": "report", "account_key": ACCOUNT}
    voice = {"reporter": f"reddit:worker-{n}", "reporter_age_days": 900, "reporter_posts": 500, "source": "reddit:x"}
    return {**made, **voice, "probability": 0.95, "share": "all", "n_rejected": 150, "first_hand": True, **told}


def decide(*records: Any, policy: Path | None = None) -> tuple[int, list[dict[str, Any]]]:
    code, found, _ = decide_aloud(*records, policy=policy)
    return code, found


def decide_aloud(*records: Any, policy: Path | None = None) -> tuple[int, list[dict[str, Any]], list[str]]:
    """What it answers, and what it says to a person."""
    out, err = io.StringIO(), io.StringIO()
    code = lines.decide(policy, stream(*records), out, err)
    return code, answers(out), err.getvalue().splitlines()


BROKEN: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{oops", "not JSON"),
    "blank": (b"", "not JSON"),
    "spaces": (b"   ", "not JSON"),
    "a list": (b"[1, 2]", "not an object"),
    "text": (b'"words"', "not an object"),
    "null": (b"null", "not an object"),
    "NUL": (b"\0", "not JSON"),
    "no UTF-8": (b'{"key": "caf\xe9"}', "not UTF-8"),
    "halves as bytes": (b'{"key": "\xed\xa0\x80"}', "not UTF-8"),
    "deep": (b"[" * 200_000, "not JSON"),
    "many digits": (b'{"key": ' + b"9" * 5_000 + b"}", "not JSON"),
}


@pytest.mark.parametrize(("raw", "why"), BROKEN.values(), ids=BROKEN)
def test_a_line_that_is_no_object_is_refused_in_a_sentence(raw: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        lines.parse(raw)


@pytest.mark.parametrize(
    ("raw", "why"),
    [(b'{"key": "a"\n', "delimiter at column 12$"), (b'{"key": "a\x00"}', "Invalid control character at column 11$")],
)
def test_the_column_of_what_is_no_json_is_one_of_the_line(raw: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        lines.parse(raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(raw: bytes) -> None:
    try:
        found = lines.parse(raw)
    except InputError as error:
        found = {"error": str(error)}

    assert isinstance(found, dict)
    assert "\n" not in str(found.get("error"))


def test_a_byte_order_mark_is_no_part_of_the_line() -> None:
    assert lines.parse(b'\xef\xbb\xbf{"key": 1}') == {"key": 1}


@given(st.dictionaries(st.text(), st.text() | st.none() | st.integers() | st.lists(st.text())))
def test_whatever_is_written_is_one_line_of_utf8(line: dict[str, Any]) -> None:
    out = io.StringIO()

    lines.write(out, line)

    assert out.getvalue().count("\n") == 1
    assert json.loads(out.getvalue().encode()) == line


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_what_a_terminal_cannot_say_is_escaped(encoding: str) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)

    lines.write(out, {"text": "caf\u00e9 \u6f22 \ud800"})

    assert json.loads(raw.getvalue()) == {"text": "caf\u00e9 \u6f22 \ud800"}


def test_words_are_written_as_they_are_where_they_can_be_said() -> None:
    out = io.StringIO()

    lines.write(out, {"text": "caf\u00e9"})

    assert out.getvalue() == '{"text": "caf\u00e9"}\n'


def test_read_answers_one_line_a_line_in_order_with_errors_in_their_place() -> None:
    broken = [raw for raw, _ in BROKEN.values()]
    code, found = read(post("a"), *broken, {"key": "b"}, post("c", text=5), post("d"))

    assert code == 1
    assert len(found) == len(broken) + 4
    assert [line["key"] for line in (found[0], found[-3], found[-2], found[-1])] == ["a", "b", "c", "d"]
    assert all(set(line) == {"key", "error"} for line in found[1:-1])
    assert all(line["key"] is None for line in found[1:-3])


def test_read_of_good_lines_is_done_well() -> None:
    code, (found,) = read(post(title="Rejected", label="mass", expect=None))

    assert code == 0
    assert list(found) == [
        *("key", "kind", "probability", "reportable", "facts"),
        *("platform", "mentions", "claims", "signals"),
    ]
    assert found["kind"] == "mass"
    assert found["reportable"] is True
    assert found["facts"]["n_rejected"] == 40
    assert found["mentions"][0]["text"] == "Example Research Lab"
    assert set(found["probability"]) == {"mass", "single", "reversal", "talk", "other"}
    assert sum(found["probability"].values()) == pytest.approx(1, abs=1e-4)


def test_read_of_nothing_is_nothing() -> None:
    assert read() == (0, [])


UGLY = [
    "",
    "\x00",
    "\ud800",
    "\u202e" * 50,
    "z" + "\u0301" * 500,
    "rejected " * 50_000,
    "[quote]" * 5_000,
    "<b>" * 5_000,
]


@pytest.mark.parametrize("text", UGLY, ids=range(len(UGLY)))
@pytest.mark.parametrize("source", ["reddit:x", "discord:1", "klingon:", "no colon at all", "feed:https://example.org"])
def test_read_takes_any_text_of_any_source(text: str, source: str) -> None:
    code, (found,) = read(post(text=text, source=source))

    assert code == 0
    assert found["key"] == "p1"


@settings(max_examples=50)
@given(st.text(max_size=200), st.text(max_size=50) | st.none(), st.sampled_from([None, "markdown", "bbcode", "html"]))
def test_read_never_fails_on_a_well_formed_post(text: str, title: str | None, form: str | None) -> None:
    code, (found,) = read(post(text=text, title=title, format=form))

    assert code == 0
    assert min(found["probability"].values()) >= 0


def test_read_explains_itself_to_a_person_heaviest_reason_first() -> None:
    explained = io.StringIO()

    lines.read(stream(post("p1"), post("p2", text="\ud800 nothing")), io.StringIO(), explained)
    told = explained.getvalue().splitlines()
    weights = [abs(float(line.split()[0])) for line in told[1:] if line.startswith("  ")]

    assert told[0].startswith("p1: mass (")
    assert "reportable; Example Research Lab" in told[0]
    assert len(weights) >= 2
    assert explained.getvalue().encode()


def test_an_explanation_names_nobody_where_nobody_is_named() -> None:
    reading = {
        "kind": "talk",
        "probability": {"talk": 0.5},
        "reportable": False,
        "mentions": [],
        "signals": [
            {"name": "small", "quote": "a  b\nc", "weight": 0.5},
            {"name": "very_large", "quote": "", "weight": -3},
            {"name": "~<rej>", "quote": "declined", "weight": 0.1},
        ],
    }

    told = lines.explanation("k", reading).splitlines()

    assert told[0] == "k: talk (0.50), not reportable; nobody named"
    assert [line.split(maxsplit=1) for line in told[1:]] == [
        ["-3.0", "very large"],
        ["+0.5", "small  \u201ca b c\u201d"],
        ["+0.1", "the words \u201cdeclined\u201d"],
    ]


def test_resolve_answers_one_line_a_line_in_order(names: Path) -> None:
    asked = [("1", "Quillmere Research"), (2, "BRAMBLEWICK studies"), ("3", "Nobody Of That Name"), ("4", ACCOUNT)]

    code, found = resolve(names, *({"key": key, "mention": mention, "extra": 1} for key, mention in asked))

    assert code == 0
    assert [line["key"] for line in found] == ["1", 2, "3", "4"]
    assert [line["account_key"] for line in found] == [ACCOUNT, "A2EXAMPLE3REQ4", None, ACCOUNT]
    assert [line["result"] for line in found] == ["found", "found", "unknown", "found"]
    assert list(found[0]) == ["key", "result", "account_key", "probability", "how", "candidates"]


def test_resolve_says_what_is_wrong_with_a_line_and_goes_on(names: Path) -> None:
    code, found = resolve(names, {"key": "1"}, {"mention": "x"}, b"oops", {"key": "4", "mention": "Quillmere Research"})

    assert code == 1
    assert [line.get("error") is None for line in found] == [False, False, False, True]
    assert [line["key"] for line in found] == ["1", None, None, "4"]
    assert [line["error"].startswith(f"line {n}: ") for n, line in enumerate(found[:3], 1)] == [False, True, True]


def test_names_may_begin_with_a_mark_and_end_their_lines_as_windows_does(tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{ACCOUNT}\tQuillmere Research\r\n\r\n".encode())

    _, (found,) = resolve(path, {"key": "1", "mention": "Quillmere Research"})

    assert found["account_key"] == ACCOUNT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"A1\tx\ncaf\xe9\tx\n", "line 2 of the names: not UTF-8"),
        (b"one column\n", "line 1 of the names"),
    ],
)
def test_names_that_cannot_be_used_are_said_with_file_and_line(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "names.tsv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(InputError, match=rf"names\.tsv.* {said}"):
        resolve(path, {"key": "1", "mention": "x"})


def test_decide_gives_a_line_an_alert() -> None:
    code, found = decide(event(0), event(1), event(2))

    assert code == 0
    assert (found[0]["reason"], found[0]["public"], found[0]["account_key"]) == ("suspected", True, ACCOUNT)
    assert list(found[0]) == ["at", "account_key", "reason", "stage", "public", "score", "why"]
    assert sum(term["points"] for term in found[0]["why"]) == pytest.approx(found[0]["score"])


def test_decide_says_what_is_wrong_with_an_event_and_goes_on() -> None:
    code, found = decide(event(0), b"oops", event(1, type="rumour"), b"", event(2), event(3))
    errors = [line for line in found if "error" in line]

    assert code == 1
    assert [line["key"] for line in errors] == [None, "e1", None]
    assert [line["error"].partition(":")[0] for line in errors if line["key"] is None] == ["line 2", "line 4"]
    assert any(line.get("reason") == "suspected" for line in found)


def test_decide_tells_a_person_which_line_failed_and_why() -> None:
    code, found, told = decide_aloud(event(0), b"oops", event(1, type="rumour"), event(2, at="x" * 500), event(3))

    assert code == 1
    assert [line.partition(":")[0] for line in told] == ["line 2", "line 3", "line 4"]
    assert "type is 'rumour'; it must be report" in told[1]
    assert len(told[2]) < 200
    assert any(line.get("reason") == "suspected" for line in found)


def test_decide_says_once_that_a_date_ahead_makes_all_that_follows_late() -> None:
    ahead = event(1, at=(START + timedelta(days=9_000)).isoformat(), account_key="A9EXAMPLE9REQ9")

    code, found, told = decide_aloud(event(0), ahead, event(2), event(3))
    _, _, nothing = decide_aloud(event(2), event(0), event(1))

    assert (code, found) == (0, [])
    assert [line.partition(":")[0] for line in told] == ["line 3"]
    assert "of line 2" in told[0]
    assert nothing == []


@pytest.mark.parametrize("at", ["2026-03-01t12:20:00z", "2026-03-01T13:20:00+01:00", "2026-03-01 12:20:00.0Z"])
def test_decide_takes_a_time_in_any_form_of_the_standard(at: str) -> None:
    code, (told, *_) = decide(event(0), event(1, at=at))

    assert (code, datetime.fromisoformat(told["at"])) == (0, START + timedelta(minutes=20))


def test_decide_takes_numbers_of_ones_own(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("suspected_voices = 3\npublic_voices = 3\ncorroborated_voices = 9\n")

    _, two = decide(event(0), event(1), policy=policy)
    _, three = decide(event(0), event(1), event(2), policy=policy)

    assert two == []
    assert three[0]["reason"] == "suspected"


def test_a_wrong_policy_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the policy cannot be read"):
        decide(event(0), policy=tmp_path / "missing.toml")


# The same through the real command line.


def command(*arguments: str, given: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
    call = [sys.executable, "-m", "bot", *arguments]
    env = {**os.environ, **environ}
    return subprocess.run(call, input=given, capture_output=True, timeout=60, env=env, check=False)


def test_the_command_read_answers_in_order_and_ends_with_one() -> None:
    given = stream(post("a"), b"oops", post("b", text="x\ud800\x00")).getvalue()

    done = command("read", given=given)
    found = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert [line["key"] for line in found] == ["a", None, "b"]
    assert done.stderr == b""


def test_the_command_speaks_utf8_whatever_the_terminal_speaks() -> None:
    given = stream(post("caf\u00e9", text="Caf\u00e9 \u6f22 Lab rejected all 40 of my HITs")).getvalue()

    done = command("read", given=given, PYTHONIOENCODING="ascii")

    assert done.returncode == 0
    assert json.loads(done.stdout)["key"] == "caf\u00e9"


def test_the_explanation_of_read_stays_out_of_its_output() -> None:
    done = command("read", "--explain", given=stream(post("p1")).getvalue())

    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.decode().startswith("p1: mass (")


def test_the_command_resolve_answers_and_ends_with_nought(names: Path) -> None:
    given = stream({"key": "1", "mention": "Quillmere Research"}).getvalue()

    done = command("resolve", "--names", str(names), given=given)

    assert (done.returncode, json.loads(done.stdout)["account_key"]) == (0, ACCOUNT)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["read"], 0),
        (["decide"], 0),
        (["resolve", "--names", "no-such-file"], 1),
        (["resolve"], 2),
        (["read", "--loud"], 2),
        (["decide", "--policy", "no-such-file"], 78),
    ],
)
def test_exit_codes_tell_how_it_went(arguments: list[str], code: int) -> None:
    done = command(*arguments)

    assert done.returncode == code
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
    assert bool(done.stderr) is bool(code)


@pytest.fixture
def running(names: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [sys.executable, "-m", "bot", *(part.format(names=names) for part in request.param)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield process
    process.kill()
    process.wait(60)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def heard(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The next line that the process says while its input is still open."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 60)
    assert ready
    return json.loads(process.stdout.readline())


def say(process: subprocess.Popen[bytes], *records: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(stream(*records).getvalue())
    process.stdin.flush()


@pytest.mark.parametrize("running", [["read"]], indirect=True)
def test_read_answers_before_the_input_ends(running: subprocess.Popen[bytes]) -> None:
    for key in ("a", "b"):
        say(running, post(key))
        assert heard(running)["key"] == key


@pytest.mark.parametrize("running", [["resolve", "--names", "{names}"]], indirect=True)
def test_resolve_answers_before_the_input_ends(running: subprocess.Popen[bytes]) -> None:
    for key in ("a", "b"):
        say(running, {"key": key, "mention": "Quillmere Research"})
        assert heard(running)["key"] == key


@pytest.mark.parametrize("running", [["decide"]], indirect=True)
def test_decide_tells_an_alert_as_soon_as_it_is_due(running: subprocess.Popen[bytes]) -> None:
    say(running, event(0), event(1))

    assert heard(running)["reason"] == "suspected"


@pytest.mark.parametrize("running", [["read"]], indirect=True)
def test_a_reader_that_has_heard_enough_is_no_error_in_sight(running: subprocess.Popen[bytes]) -> None:
    assert running.stdin is not None
    assert running.stdout is not None
    say(running, post("a"))
    heard(running)

    running.stdout.close()
    say(running, post("b"))
    running.stdin.close()

    assert running.wait(60) not in (0, -11)


def test_a_line_without_end_is_an_error_and_the_next_one_is_answered() -> None:
    class Endless:
        """Says what `bounded` asked for: a first piece that is too long, its rest, and an ordinary line."""

        pieces: ClassVar[list[bytes]] = [b"x" * lines.LONGEST_LINE, b"x\n", b'{"key":"a","text":"hello"}\n', b""]

        def readline(self, _most: int) -> bytes:
            return self.pieces.pop(0)

    out = io.StringIO()

    code = lines.read(cast("BinaryIO", Endless()), out, None)

    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert (code, first["error"], second["key"]) == (1, "line 1: the line is longer than 64 MiB", "a")
