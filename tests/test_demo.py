"""The demo as somebody starts it: a process of its own, on the sample and on one where every name is another."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
SHIFT = timedelta(days=-100, hours=-5)
# Whoever the sample's alerts are about, and who they are in the copy: as many words, other letters.
RENAMED = {
    "Quillmere": "Fernhollow",
    "Brightlane": "Copperfield",
    "Lumen Oak": "Marsh Elm",
    "Nettlebrook": "Windlestraw",
    "Farrowick": "Gorsedown",
    "A1EXAMPLE2REQ3": "A7EXAMPLE4REQ9",
}
REF = re.compile(r"ref ([2-9A-Z]{3}-[2-9A-Z]{3})")
Told = list[dict[str, Any]]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "COLUMNS": "160", "TERM": "dumb", "NO_COLOR": "1", "TMPDIR": str(folder)}


def demo(*arguments: str | Path, given: str = "", folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it with a temporary folder of the test's own."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--fast", *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env=environment(folder),
        cwd=folder,
    )


def lines(done: subprocess.CompletedProcess[str]) -> Told:
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What the demo prints with --json."""
    done = demo("--no-prompt", "--json", folder=tmp_path_factory.mktemp("demo"), given="!check nobody\n")
    return lines(done)


def renamed(text: str) -> str:
    """The text with every requester's name changed, in whatever letters it is written."""
    for old, new in RENAMED.items():
        for form in (str, str.lower, str.upper):
            text = text.replace(form(old), form(new))
    return text


def later(found: re.Match[str]) -> str:
    return (datetime.fromisoformat(found[0]) + SHIFT).isoformat()


def copied(post: dict[str, Any]) -> dict[str, Any]:
    """The post by somebody else, at another time, in another place, about other requesters."""
    made = {name: renamed(value) if isinstance(value, str) else value for name, value in post.items()}
    made["posted_at"] = later(re.match(r".*", post["posted_at"]))  # type: ignore[arg-type]
    made["author_key"] = "u" + post["author_key"][::-1]
    for name in ("key", "parent_key"):
        if name in post:
            made[name] = "k" + post[name][::-1]
    kind, _, address = post["source"].partition(":")
    made["source"] = f"{kind}:{address.replace('example', 'invented')}"
    return made


def copy_of_the_sample(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]] = copied) -> Path:
    folder.mkdir()
    for path in SAMPLE.glob("*.jsonl"):
        posts = [change(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        text = "".join(json.dumps(post, ensure_ascii=False) + "\n" for post in posts)
        (folder / f"other-{path.name}").write_text(text, encoding="utf-8")
    return folder


# --- the alerts


def test_the_sample_tells_its_story(told: Told) -> None:
    *alerts, last = told

    assert last.keys() == {"summary"}
    assert last["summary"]["alerts"] == len(alerts)
    assert last["summary"]["read"] == last["summary"]["new"] >= 200
    assert (last["summary"]["bad"], last["summary"]["seen"]) == (0, 0)
    assert {"suspected", "corroborated", "grown", "partly_reversed"} <= {alert["reason"] for alert in alerts}
    assert [alert["at"] for alert in alerts] == sorted(alert["at"] for alert in alerts)
    assert {"at", "account_key", "reason", "stage", "public", "score", "why", "incident", "requester", "text"} == set(
        alerts[0]
    )


def test_every_requester_of_the_alerts_is_renamed_in_the_copy(told: Told) -> None:
    for alert in told[:-1]:
        assert renamed(alert["requester"]) != alert["requester"]


@pytest.mark.long
def test_other_names_authors_keys_and_dates_give_the_corresponding_alerts(told: Told, tmp_path: Path) -> None:
    other = lines(
        demo("--no-prompt", "--json", "--sample", copy_of_the_sample(tmp_path / "copy"), folder=tmp_path),
    )

    def seen(alert: dict[str, Any]) -> tuple[Any, ...]:
        return alert["at"], alert["reason"], alert["stage"], alert["public"], alert["requester"], alert["account_key"]

    expected = [
        (
            (datetime.fromisoformat(alert["at"]) + SHIFT).isoformat(),
            *(alert[name] for name in ("reason", "stage", "public")),
            *(alert[name] and renamed(alert[name]) for name in ("requester", "account_key")),
        )
        for alert in told[:-1]
    ]
    assert [seen(alert) for alert in other[:-1]] == expected
    assert other[-1] == told[-1]


def test_twice_on_one_folder_nothing_is_new(tmp_path: Path) -> None:
    few = copy_of_the_sample(tmp_path / "copy")
    for path in sorted(few.iterdir())[1:]:
        path.unlink()
    run = ("--no-prompt", "--json", "--sample", few, "--data", tmp_path / "kept")

    first, second = (lines(demo(*run, folder=tmp_path)) for _ in range(2))

    assert (tmp_path / "kept" / "rejection-watch.sqlite3").exists()
    assert first[-1]["summary"]["new"] == first[-1]["summary"]["read"]
    assert [one["summary"]["new"] for one in second] == [0]


@pytest.mark.parametrize("folder", ["bot", "cogs"])
def test_nothing_in_the_program_knows_the_sample(folder: str) -> None:
    posts = [json.loads(line) for path in SAMPLE.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    # The id has the shape that examples of ids have everywhere.
    known = {word for name in RENAMED if name.isalpha() for word in (name, name.lower())}
    known |= {post["key"] for post in posts} | {post["source"] for post in posts}
    known |= {post["author_key"] for post in posts if len(post["author_key"]) >= 7}
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".toml"))

    met = [word for word in sorted(known) if word in code]
    assert [word for word in met if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", code)] == []


def test_a_sample_of_ones_own_is_counted_and_its_story_told_to_the_end(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    posts = [
        {
            "key": str(number),
            "source": "reddit:invented",
            "text": f"Tallowmere Panels rejected all {number + 30} of mine, {words}",
            "author_key": f"worker{number}",
            "posted_at": f"2026-11-08T01:0{number}:00Z",
            "platform": "prolific",
        }
        for number, words in enumerate(("no reason given at all.", "what did you people do?", "lovely way to wake up"))
    ]
    lines_of_it = [*map(json.dumps, posts), "{oops", '{"key": "x", "source": "a:b", "text": "no time"}']
    (tmp_path / "own" / "p.jsonl").write_text("\n".join(lines_of_it))

    *alerts, last = lines(demo("--no-prompt", "--json", "--sample", tmp_path / "own", folder=tmp_path))

    # The first public word waits some minutes, longer than the posts last.
    assert [(alert["reason"], alert["public"]) for alert in alerts] == [("suspected", False), ("suspected", True)]
    assert alerts[1]["at"] == "2026-11-08T01:10:00+00:00"
    assert last["summary"] == {"read": 5, "new": 3, "seen": 0, "bad": 2, "reports": 3, "alerts": 2}


# --- what one sees


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the sample only what speaks of two requesters: the prompt is what is tested here."""
    folder = copy_of_the_sample(tmp_path_factory.mktemp("few") / "sample", change=lambda post: post)
    for path in folder.iterdir():
        kept = [line for line in path.read_text("utf-8").splitlines() if re.search("quillmere|brightlane", line, re.I)]
        path.write_text("\n".join(kept) + "\n", "utf-8")
    return folder


def typed(sample: Path, folder: Path, *lines: str) -> str:
    """What is shown to somebody who types these lines after the story was told, without the frames."""
    done = demo("--sample", sample, folder=folder, given="".join(f"{line}\n" for line in lines))
    assert (done.returncode, done.stderr) == (0, "")
    return " ".join(re.sub("[\u2500-\u257f]", " ", done.stdout).split())


@pytest.fixture(scope="module")
def session(few: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A visitor tries everything once."""
    return typed(
        few,
        tmp_path_factory.mktemp("session"),
        "!help",
        "!check Brightlane Labelling",
        "!check quillmere",
        "!check nobody at all of that name",
        "!report Windlestraw Panels 27 of 30",
        "!undo",
        "!undo",
        "!recent",
        "!rating 990 10 40",
        "!confirm 222-222",
        "!dismiss",
        "gibberish",
        "1",
        "",
        "!status",
    )


def test_posts_go_by_and_alerts_are_shown_as_cards(session: str) -> None:
    story = session.partition("Type !check")[0]

    assert "posts; everything is written to" in story
    assert "reddit:exampleturkers" in story
    assert "to members · new message" in story
    assert "to moderators · new message" in story
    assert "edited message" in story
    assert re.search(r"\d+ read, \d+ new", story)


@pytest.mark.parametrize(
    "words",
    [
        "!report <requester>",
        "!confirm <ref>",
        "What to do now",
        "Brightlane Labelling",
        "no reports known to this bot; that is not a recommendation",
        "Understood: Windlestraw Panels rejected 27 of 30",
        "Your report does not count any more.",
        "There is no report of yours to take back any more.",
        "Open now",
        "There is no incident with the ref 222-222.",
        "Which one? The ref stands at the foot of the card.",
        "Outbox",
    ],
)
def test_each_command_is_answered(session: str, words: str) -> None:
    assert words in session


def test_ones_own_numbers_are_reckoned(session: str) -> None:
    assert "40 more rejections make" in session


def test_a_number_picks_one_of_several(few: Path, tmp_path: Path) -> None:
    twins = "".join(
        json.dumps(
            {
                "key": f"twin{number}",
                "source": "reddit:exampleturkers",
                "text": f"Tallowmere Panels rejected all {number + 30} of mine on {platform} today, no reason.",
                "author_key": f"twin{number}",
                "posted_at": f"2026-11-08T0{number}:00:00+00:00",
                "platform": platform,
            }
        )
        + "\n"
        for number, platform in enumerate(("prolific", "connect"))
    )
    (few / "twins.jsonl").write_text(twins)

    shown = typed(few, tmp_path, "!check Tallowmere Panels", "2", "9", "1")

    offered = re.findall(r"([12])\. Tallowmere Panels \(([^,)]+)", shown)
    answers = shown.rpartition("do you mean?")[2]
    assert [number for number, _ in offered] == ["1", "2"]
    assert answers.index("I do not know that command") > 0
    assert f"Platform {offered[1][1]}" in answers.partition("I do not know")[0]
    (few / "twins.jsonl").unlink()


def test_a_moderators_word_changes_what_is_shown(few: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--fast", "--sample", str(few)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write("!recent\n")
        running.stdin.flush()
        lines = iter(running.stdout.readline, "")
        ref = next(found[1] for line in lines if "Open now" in line for line in lines if (found := REF.search(line)))
        shown, _ = running.communicate(
            f"!confirm {ref.lower()}\n!check {ref}\n!dismiss {ref} no\n!recent\n", timeout=60
        )

    assert running.returncode == 0
    assert "confirmed by moderators" in shown.lower()
    assert "dismissed" in shown.lower()


@pytest.mark.parametrize("word", ["quit", "!quit", "EXIT"])
def test_it_ends_when_told_to(few: Path, tmp_path: Path, word: str) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.jsonl").write_text(next(few.glob("*.jsonl")).read_text("utf-8").splitlines()[0], "utf-8")

    assert "I warn of mass rejections" not in typed(tmp_path / "one", tmp_path, word, "!help")


# --- what is wrong


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (None, "There are no .jsonl files in"),
        ("", "is a post with a time"),
        ("{oops\n", "is a post with a time"),
        ('{"key": "1", "source": "a:b", "text": "no time"}\n', "is a post with a time"),
    ],
)
def test_a_folder_without_posts_is_told_in_a_sentence(tmp_path: Path, made: str | None, said: str) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    if made is not None:
        (folder / "posts.jsonl").write_text(made)

    done = demo("--no-prompt", "--sample", folder, folder=tmp_path)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
