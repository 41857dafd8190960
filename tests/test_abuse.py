"""The command line in the hands of somebody in a hurry: closed streams, full disks, foreign files, odd lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

SAID = "Quillmere Research rejected all 40 of my HITs this morning"


def program(arguments: str, folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """The command line as a shell starts it, with the shell's own redirections."""
    return subprocess.run(
        f"{sys.executable} -m bot {arguments}",
        shell=True,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "200", "REJECTION_WATCH_DATA": str(folder / "data")},
    )


def lines_of(done: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("read <&-", 2, "Standard input is closed"),
        ("read >&-", 2, "Standard output is closed"),
        ("decide <&-", 2, "Standard input is closed"),
        ("read >/dev/full", 1, "No space left on device"),
        ("demo --fast --no-prompt --data taken", 78, "a folder that can be written"),
        ("replay posts.jsonl --data taken/below", 78, "a folder that can be written"),
        ("migrate --data taken", 78, "a folder that can be written"),
    ],
)
def test_what_the_system_refuses_is_a_sentence(arguments: str, code: int, said: str, tmp_path: Path) -> None:
    taken, posts = tmp_path / "taken", tmp_path / "posts.jsonl"
    for path in (taken, posts):
        path.write_text("{}\n")
    arguments = arguments.replace("taken", str(taken)).replace("posts.jsonl", str(posts))

    done = program(arguments, tmp_path, json.dumps({"key": "1", "source": "a", "text": SAID}))

    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert taken.read_text() == "{}\n"


def test_a_text_alone_can_be_read(tmp_path: Path) -> None:
    done = program("read", tmp_path, json.dumps({"text": SAID}))

    assert done.returncode == 0
    assert [(line["key"], line["kind"]) for line in lines_of(done)] == [(None, "mass")]


def test_a_key_comes_back_as_it_was_given(tmp_path: Path) -> None:
    given = "\n".join(json.dumps({"key": key, "text": SAID}) for key in (7, "7", None, 0))

    assert [line["key"] for line in lines_of(program("read", tmp_path, given))] == [7, "7", None, 0]


@pytest.mark.parametrize("command", ["read", "decide"])
def test_a_key_that_is_none_makes_no_line_that_is_no_json(command: str, tmp_path: Path) -> None:
    done = program(command, tmp_path, '{"key": 1e999, "text": 5}\n')

    assert done.returncode == 1
    assert "Infinity" not in done.stdout
    assert lines_of(done)[0]["key"] is None


def test_a_name_needs_no_quotation_marks(tmp_path: Path) -> None:
    program("migrate", tmp_path)

    done = program("check Quillmere Research --json", tmp_path)

    assert done.returncode == 0
    assert lines_of(done)[0]["asked"] == "Quillmere Research"


def test_a_compressed_file_that_gives_nothing_is_said(tmp_path: Path) -> None:
    whole = zstandard.ZstdCompressor().compress(json.dumps({"key": "1", "source": "a", "text": SAID}).encode() * 99)
    (tmp_path / "half.zst").write_bytes(whole[: len(whole) // 2])

    done = program(f"replay {tmp_path / 'half.zst'}", tmp_path)

    assert "breaks off" in done.stderr
    assert "1 bad" in done.stderr


@pytest.mark.parametrize("odd", ["[" * 100_000, '{"key": ' + "9" * 6_000 + "}"])
def test_what_json_cannot_hold_is_said_in_plain_words(odd: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text("\n" + odd + "\n")

    done = program(f"replay {path}", tmp_path)

    assert "nested too deeply, or a number too long" in done.stderr.replace("\n", " ")
    assert "recursion" not in done.stderr
    assert "sys." not in done.stderr


def test_posts_without_any_time_are_of_today_and_not_of_1970(tmp_path: Path) -> None:
    path = tmp_path / "undated.jsonl"
    posts = [{"key": str(n), "source": "reddit:a", "author_key": f"p{n}", "text": f"{SAID} {n}"} for n in range(6)]
    path.write_text("".join(json.dumps(post) + "\n" for post in posts))

    done = program(f"replay {path} --json", tmp_path)

    told = lines_of(done)
    assert done.returncode == 0
    assert all(alert["at"] > "2020" for alert in told[:-1])
    assert told[-1]["summary"]["new"] == 6
