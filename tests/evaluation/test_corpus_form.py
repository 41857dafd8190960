"""The strict parser of the corpus: what the form gives, and what each slip is called."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making_examples import CORPUS_FILE

from bot.errors import InputError
from bot.evaluation import corpus
from bot.model import Format, Kind

HEAD = "# About.\n"


def one(headers: str = "kind: talk\nreportable: no\n", text: str = "Words.\n", head: str = HEAD) -> str:
    return f"{head}=== key\n{headers}---\n{text}"


def test_posts_come_in_order_with_their_theme_and_place() -> None:
    found = corpus.parse("lines", CORPUS_FILE, "lines.txt")

    assert [each.post.key for each in found] == ["one", "two", "three"]
    assert {each.theme for each in found} == {"lines"}
    assert [each.where for each in found] == ["lines.txt:6", "lines.txt:15", "lines.txt:27"]


def test_a_post_has_what_its_headers_say() -> None:
    first = corpus.parse("lines", CORPUS_FILE)[0]

    assert first.expected.kind is Kind.MASS
    assert first.expected.reportable is True
    assert first.expected.requesters == ("Larkspur Panels",)
    assert first.expected.facts["n_rejected"] == 12
    assert first.expected.facts["n_submitted"] == 14


def test_what_is_not_said_is_expected_as_not_said() -> None:
    last = corpus.parse("lines", CORPUS_FILE)[-1]

    assert last.expected.requesters == ()
    assert {name for name, value in last.expected.facts.items() if value is None} == {
        "n_rejected", "n_submitted", "share", "reversal", "cause"
    }  # fmt: skip


def test_headers_of_the_file_hold_for_every_post_that_has_not_its_own() -> None:
    found = corpus.parse("lines", CORPUS_FILE)

    assert {each.post.source for each in found} == {"forum:example"}
    assert [each.expected.facts["platform"] for each in found] == ["prolific", "connect", "prolific"]


def test_the_platform_is_expected_and_not_handed_in() -> None:
    assert {each.post.platform for each in corpus.parse("lines", CORPUS_FILE)} == {None}


def test_the_text_is_all_between_the_line_and_the_next_post() -> None:
    found = corpus.parse("lines", CORPUS_FILE)

    assert found[1].post.text == "Same here, all 11 rejected.\n---\nThanks for the warning."
    assert found[1].post.title == "Same!"
    assert found[1].post.parent_key == "one"


def test_all_headers_of_a_post_are_understood() -> None:
    headers = (
        "kind: reversal\nreportable: no\nrequester: A & B; Cee; Co\nshare: most\nreversal: partly\ncause: wrong_code\n"
        "posted_at: 2026-11-01T10:00:00+01:00\nformat: bbcode\nsource: xenforo:example\nnote: close\n"
    )

    (found,) = corpus.parse("t", one(headers))

    assert found.expected.requesters == ("A & B", "Cee", "Co")
    assert [found.expected.facts[name] for name in ("share", "reversal", "cause")] == ["most", "partly", "wrong_code"]
    assert found.post.posted_at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert found.post.format is Format.BBCODE
    assert found.note == "close"


def test_a_post_without_a_source_is_from_nowhere() -> None:
    (found,) = corpus.parse("t", one())

    assert found.post.source == "nowhere:"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (one(head=""), 1, "begins with # lines"),
        ("# About.\n", 2, "no post"),
        (one("kind: mess\nreportable: no\n"), 3, "kind must be one of mass, single, reversal, talk, other, not 'mess'"),
        (one("kind: talk\nreportable: maybe\n"), 4, "reportable must be yes or no"),
        (one("reportable: no\n"), 2, "has no kind"),
        (one("kind: talk\n"), 2, "has no reportable"),
        (one("kind: talk\nkind: mass\nreportable: no\n"), 4, "'kind' is given twice"),
        (one("kind: talk\nreportable: no\ncount: many\n"), 5, "count must be a whole number"),
        (one("kind: talk\nreportable: no\ncount: ٣\n"), 5, "count must be a whole number"),
        (one("kind: talk\nreportable: no\nof: -3\n"), 5, "of must be a whole number"),
        (one("kind: talk\nreportable: no\nshare: half\n"), 5, "share must be one of all, most, some"),
        (one("kind: talk\nreportable: no\nreversal: soon\n"), 5, "reversal must be one of"),
        (one("kind: talk\nreportable: no\ncause: bad luck\n"), 5, "cause must be one of"),
        (one("kind: talk\nreportable: no\nplatform: nowhere\n"), 5, "a platform with a profile"),
        (one("kind: talk\nreportable: no\nsource: reddit\n"), 5, "source must be kind:address"),
        (one("kind: talk\nreportable: no\nposted_at: yesterday\n"), 5, "ISO 8601"),
        (one("kind: talk\nreportable: no\nposted_at: 2026-11-01\n"), 5, "ISO 8601"),
        (one("kind: talk\nreportable: no\nformat: word\n"), 5, "format must be one of"),
        (one("kind: talk\nreportable: no\nparent: nobody\n"), 5, "no earlier post of this file"),
        (one("kind: talk\nreportable: no\nparent: key\n"), 5, "no earlier post of this file"),
        (one("kind: talk\nreportable: no\nmood: bad\n"), 5, "there is no header 'mood' of a post"),
        (one("kind: talk\nreportable: no\nJust words\n"), 5, '"name: value" or "---"'),
        (one(head=HEAD + "kind: talk\n"), 2, "there is no header 'kind' for a file"),
        (one(text="Words.\n===== a ruler\n"), 7, 'a post begins with "=== key"'),
        (HEAD + "---\nWords.\n" + one(), 2, '"name: value" or "---"'),
        (HEAD + "=== Key One\n", 2, "small letters, digits and hyphens"),
        (HEAD + "=== key\nkind: talk\nreportable: no\n", 2, "has no text"),
        (one(text="\n  \n"), 2, "neither text nor title"),
    ],
)
def test_a_slip_is_named_with_file_and_line(text: str, line: int, said: str) -> None:
    with pytest.raises(InputError) as error:
        corpus.parse("t", text, "t.txt")

    assert str(error.value).startswith(f"t.txt:{line}: ")
    assert said in str(error.value)


def test_a_title_is_enough_where_the_text_is_empty() -> None:
    (found,) = corpus.parse("t", one("kind: talk\nreportable: no\ntitle: Anyone?\n", ""))

    assert (found.post.title, found.post.text) == ("Anyone?", "")


def test_a_part_is_all_its_files(folder: Path) -> None:
    (folder / "training" / "more.txt").write_text(one(), encoding="utf-8")

    found = corpus.load(folder / "training")

    assert [each.theme for each in found] == ["lines", "lines", "lines", "more"]


def test_a_part_that_is_not_there_has_no_posts(tmp_path: Path) -> None:
    assert corpus.load(tmp_path / "nowhere") == []


def test_a_key_may_be_used_once_in_a_part(folder: Path) -> None:
    (folder / "training" / "more.txt").write_text(one().replace("key", "two"), encoding="utf-8")

    with pytest.raises(InputError, match=r"more.txt:2: the key 'two' is taken: .*lines.txt:15 has it"):
        corpus.load(folder / "training")


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    (folder / "training" / "bad.txt").write_bytes(b"# caf\xe9\n")

    with pytest.raises(InputError, match=r"bad.txt is not UTF-8 \(byte 5\)"):
        corpus.load(folder / "training")


def test_line_ends_of_other_systems_change_nothing(folder: Path) -> None:
    before = [each.post for each in corpus.load(folder / "training")]

    path = folder / "training" / "lines.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert [each.post for each in corpus.load(folder / "training")] == before


def test_a_changed_letter_changes_the_sum(folder: Path) -> None:
    before = corpus.fingerprints(folder / "blind")

    path = folder / "blind" / "blind-lines.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("today", "todaY"), encoding="utf-8")

    assert before.keys() == {"blind-lines.txt"}
    assert corpus.fingerprints(folder / "blind") != before


@given(st.text(alphabet="=-#:\n abckindreportable", max_size=200))
def test_any_text_is_a_corpus_or_one_sentence(text: str) -> None:
    try:
        said = str(corpus.parse("t", HEAD + text, "t.txt")[0].where)
    except InputError as error:
        said = str(error)

    assert re.match(r"t\.txt:\d+", said)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=40), max_size=8))
def test_a_text_comes_out_as_it_went_in(lines: list[str]) -> None:
    text = "\n".join(["First.", *(line for line in lines if not line.startswith("===")), "Last."])

    (found,) = corpus.parse("t", one(text=text))

    assert found.post.text == text
