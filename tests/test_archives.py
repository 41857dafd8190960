"""Archives of every kind give posts in the order of time; what is broken in them is named and stops nothing."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from bot import archives
from bot.archives import Line, lines
from bot.errors import InputError
from bot.model import Post

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def record(n: int = 0, **told: Any) -> dict[str, Any]:
    """A post of ours as a JSON object, `n` minutes after the start."""
    at = (START + timedelta(minutes=n)).isoformat()
    return {"key": f"p{n}", "source": "forum:example.org", "text": f"words {n}", "posted_at": at, **told}


def submission(n: int = 0, **told: Any) -> dict[str, Any]:
    made = {"id": f"s{n}", "subreddit": "ExampleTurkers", "author": "invented_name", "title": f"Title {n}"}
    place = f"/r/ExampleTurkers/comments/s{n}/title/"
    return {**made, "selftext": f"words {n}", "created_utc": START.timestamp() + 60 * n, "permalink": place, **told}


def comment(n: int = 0, **told: Any) -> dict[str, Any]:
    made = {"id": f"c{n}", "subreddit": "ExampleTurkers", "author": "invented_name", "parent_id": "t3_s0"}
    return {**made, "body": f"words {n}", "created_utc": START.timestamp() + 60 * n, **told}


def listing(*children: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": None, "children": list(children)}}


def t1(n: int, replies: Any = "", **told: Any) -> dict[str, Any]:
    return {"kind": "t1", "data": comment(n, replies=replies, **told)}


def t3(n: int, **told: Any) -> dict[str, Any]:
    return {"kind": "t3", "data": submission(n, **told)}


def written(path: Path, *records: Any, end: str = "\n") -> Path:
    text = "".join((each if isinstance(each, str) else json.dumps(each)) + end for each in records)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def posts(*paths: Path) -> list[Post]:
    return [line.post for line in lines(paths) if line.post is not None]


def keys(*paths: Path) -> list[str]:
    return [post.key for post in posts(*paths)]


def bad(*paths: Path) -> list[Line]:
    return [line for line in lines(paths) if line.bad is not None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "posts.jsonl"


def test_json_lines_give_posts_with_every_field(file: Path) -> None:
    told = {"title": "T", "author_key": "a", "parent_key": "q", "url": "https://example.org/1", "platform": "prolific"}
    written(file, record(**told, format="bbcode", label="mass", expect={"kind": "mass"}))

    (post,) = posts(file)

    assert {name: getattr(post, name) for name in told} == told
    assert (post.key, post.source, post.text, post.posted_at) == ("p0", "forum:example.org", "words 0", START)
    assert post.format == "bbcode"


def test_an_unsorted_file_comes_out_in_order_of_time(file: Path) -> None:
    order = list(range(50))
    random.Random(7).shuffle(order)
    written(file, *(record(n) for n in order))

    assert keys(file) == [f"p{n}" for n in range(50)]


def test_several_files_of_several_kinds_are_one_stream_in_order_of_time(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", record(5), record(1))
    written(tmp_path / "b.jsonl", submission(4), submission(0))
    written(tmp_path / "c.json", listing(t3(3)))
    (tmp_path / "d.zst").write_bytes(zstandard.compress(json.dumps(comment(2)).encode()))

    found = keys(*(tmp_path / name for name in ("a.jsonl", "b.jsonl", "c.json", "d.zst")))

    assert found == ["t3_s0", "p1", "t1_c2", "t3_s3", "t3_s4", "p5"]


def test_times_are_compared_as_moments_whatever_their_offset(file: Path) -> None:
    written(
        file,
        record(0, key="later", posted_at="2026-03-01T10:00:00-05:00"),
        record(0, key="earlier", posted_at="2026-03-01T14:00:00+05:00"),
    )

    assert keys(file) == ["earlier", "later"]


def test_a_post_without_a_time_stays_with_the_one_before_it(file: Path) -> None:
    written(file, record(9), record(0, key="none-after-9", posted_at=None), record(2), record(3))

    assert keys(file) == ["p2", "p3", "p9", "none-after-9"]


def test_a_file_without_any_time_keeps_its_order(file: Path) -> None:
    written(file, *(record(n, posted_at=None) for n in (3, 1, 2)))

    assert keys(file) == ["p3", "p1", "p2"]


def test_blank_lines_are_no_posts_and_not_bad(file: Path) -> None:
    written(file, "", record(0), "   ", "\t", record(1), "")

    assert keys(file) == ["p0", "p1"]
    assert bad(file) == []


def test_an_empty_file_has_nothing(file: Path) -> None:
    file.write_bytes(b"")

    assert list(lines([file])) == []


DEEP = "[" * 100_000
BROKEN = {
    "no JSON": "{oops",
    "cut off": '{"key": "p1", "source": "forum:exam',
    "no object": "[1, 2]x",
    "a number": "42",
    "null": "null",
    "no key": json.dumps({"source": "a:b", "text": "x"}),
    "no text": json.dumps({"key": "1", "source": "a:b"}),
    "text is a number": json.dumps(record(text=5)),
    "no time": json.dumps(record(posted_at="yesterday")),
    "no offset": json.dumps(record(posted_at="2026-03-01T12:00:00")),
    "before all posts": json.dumps(record(posted_at="0001-01-01T00:00:00+14:00")),
    "after all posts": json.dumps(record(posted_at="9999-12-31T23:59:59-14:00")),
    "unknown format": json.dumps(record(format="klingon")),
    "deep": '{"key": ' + DEEP,
    "NUL": "\x00\x00\x00",
    "many digits": '{"key": ' + "9" * 5_000 + "}",
    "Reddit without id": json.dumps({k: v for k, v in submission().items() if k != "id"}),
    "Reddit without time": json.dumps(submission(created_utc="soon")),
    "Reddit at infinity": '{"subreddit": "x", "id": "y", "created_utc": Infinity}',
    "Reddit before Reddit": json.dumps(submission(created_utc=0)),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_and_the_rest_is_read(file: Path, broken: str) -> None:
    written(file, record(0), broken, record(2))

    (named,) = bad(file)

    assert keys(file) == ["p0", "p2"]
    assert (named.path, named.number) == (file, 2)
    assert named.bad
    assert "\n" not in named.bad
    assert len(named.bad) < 300


def test_bytes_that_are_no_utf8_are_bad_and_the_rest_is_read(file: Path) -> None:
    good = json.dumps(record(0)).encode()
    latin = json.dumps(record(1, text="caf\u00e9"), ensure_ascii=False).encode("latin-1")
    surrogate = b'{"key": "p2", "source": "a:b", "text": "\xed\xa0\x80"}'
    file.write_bytes(b"\n".join([good, latin, surrogate, good.replace(b"p0", b"p3")]))

    assert keys(file) == ["p0", "p3"]
    assert [(line.number, line.bad) for line in bad(file)] == [(2, "not UTF-8"), (3, "not UTF-8")]


def test_escaped_lone_surrogates_and_nuls_are_text(file: Path) -> None:
    written(file, '{"key": "p1", "source": "a:b", "text": "x\\ud800y\\u0000z"}')

    assert posts(file)[0].text == "x\ud800y\x00z"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(file: Path, end: str) -> None:
    written(file, record(1), record(0), end=end)
    file.write_bytes(archives.BOM + file.read_bytes())

    assert keys(file) == ["p0", "p1"]
    assert bad(file) == []


def test_the_last_line_needs_no_end(file: Path) -> None:
    file.write_text(json.dumps(record(0)) + "\n" + json.dumps(record(1)))

    assert keys(file) == ["p0", "p1"]


def test_a_line_of_ten_megabytes_is_a_post(file: Path) -> None:
    written(file, record(1), record(0, text="x" * 10_000_000))

    assert [len(post.text) for post in posts(file)] == [10_000_000, 7]


def test_a_line_beyond_all_measure_is_passed_over_and_the_rest_is_read(file: Path) -> None:
    with file.open("wb") as made:
        made.write(json.dumps(record(0)).encode() + b"\n")
        made.seek(archives.LONGEST_LINE + 5_000_000, io.SEEK_CUR)  # a hole, read as zeros
        made.write(b"\n" + json.dumps(record(1)).encode())

    assert [(line.number, line.bad) for line in bad(file)] == [(2, "longer than 64 MiB")]
    assert keys(file) == ["p0", "p1"]


def test_sizes_of_the_lines_add_up_to_the_file(file: Path) -> None:
    written(file, record(3), "", "oops", record(1))

    assert sum(line.size for line in lines([file])) == archives.size([file]) == file.stat().st_size


def test_a_submission_of_a_dump_is_a_post(file: Path) -> None:
    written(file, submission(3, name="t3_s3", score=7))

    (post,) = posts(file)

    assert (post.source, post.key, post.title, post.text) == ("reddit:exampleturkers", "t3_s3", "Title 3", "words 3")
    assert post.author_key == "invented_name"
    assert post.posted_at == START + timedelta(minutes=3)
    assert post.url == "https://www.reddit.com/r/ExampleTurkers/comments/s3/title/"
    assert post.parent_key is None


def test_a_comment_of_a_dump_belongs_to_its_parent(file: Path) -> None:
    written(file, comment(1))

    (post,) = posts(file)

    assert (post.key, post.parent_key, post.title, post.text) == ("t1_c1", "t3_s0", None, "words 1")


@pytest.mark.parametrize("gone", ["[deleted]", "[removed]"])
def test_what_was_deleted_has_no_text_and_no_author(file: Path, gone: str) -> None:
    written(file, submission(0, selftext=gone, author="[deleted]"), comment(1, body=gone, author="[deleted]"))

    assert [(post.text, post.author_key) for post in posts(file)] == [("", None), ("", None)]


@pytest.mark.parametrize("created", ["1772366400", 1772366400, 1772366400.0])
def test_old_dumps_write_the_time_as_text(file: Path, created: object) -> None:
    written(file, submission(0, created_utc=created))

    assert posts(file)[0].posted_at == START


def test_a_listing_as_the_api_returns_it(file: Path) -> None:
    written(file, listing(t3(1), t3(0), {"kind": "more", "data": {"count": 3, "children": ["x"]}}))

    assert keys(file) == ["t3_s0", "t3_s1"]
    assert bad(file) == []


def test_a_thread_is_its_opener_and_all_replies(file: Path) -> None:
    replies = listing(t1(2, replies=listing(t1(3))), {"kind": "more", "data": {}})
    written(file, json.dumps([listing(t3(0)), listing(t1(1, replies=replies), t1(4))]))

    assert keys(file) == ["t3_s0", "t1_c1", "t1_c2", "t1_c3", "t1_c4"]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("sort_keys", [True, False])
@pytest.mark.parametrize("mark", [b"", archives.BOM, b"\n\n"])
def test_a_listing_is_known_however_it_is_written(file: Path, indent: int | None, sort_keys: bool, mark: bytes) -> None:
    file.write_bytes(mark + json.dumps(listing(t3(0), t3(1)), indent=indent, sort_keys=sort_keys).encode())

    assert keys(file) == ["t3_s0", "t3_s1"]


def test_a_list_of_posts_is_read_too(file: Path) -> None:
    written(file, json.dumps([record(2), submission(1), 5, None, record(0)], indent=1))

    assert keys(file) == ["p0", "t3_s1", "p2"]
    assert [line.number for line in bad(file)] == [3, 4]


def test_a_post_about_a_listing_is_no_listing(file: Path) -> None:
    written(file, record(0, title="Listing", text='"kind": "Listing"'), record(1))

    assert keys(file) == ["p0", "p1"]


@pytest.mark.parametrize(
    "odd",
    [
        {"kind": "Listing"},
        {"kind": "Listing", "data": None},
        {"kind": "Listing", "data": {"children": 5}},
        {"kind": "Listing", "data": {"children": [{"kind": "t1"}, {"kind": "t3", "data": []}, 7, "x"]}},
    ],
)
def test_an_odd_listing_gives_bad_lines_at_most(file: Path, odd: object) -> None:
    written(file, json.dumps(odd))

    assert keys(file) == []


@pytest.mark.parametrize("broken", ['{"kind": "Listing", "data": {"chil', "[" * 100_000])
def test_a_broken_listing_is_one_bad_line(file: Path, broken: str) -> None:
    file.write_text(broken)

    (named,) = lines([file])

    assert named.bad


@pytest.mark.parametrize("first", [[1, 2], [record(1)], {"kind": "Listing", "data": {"children": []}}])
def test_a_first_line_that_is_a_list_does_not_stop_the_lines_after_it(file: Path, first: object) -> None:
    written(file, json.dumps(first), record(2), record(3))

    assert keys(file) == ["p2", "p3"]
    assert [line.number for line in bad(file)] == [1]


def test_a_listing_beyond_all_measure_is_refused_with_advice(file: Path) -> None:
    with file.open("wb") as made:
        made.write(b"[")
        made.truncate(archives.LONGEST_LISTING + 1)

    with pytest.raises(InputError, match="split it into JSON lines"):
        list(lines([file]))


def compressed(*records: dict[str, Any], **how: Any) -> bytes:
    text = "".join(json.dumps(each) + "\n" for each in records).encode()
    return zstandard.ZstdCompressor(**how).compress(text)


def test_a_compressed_dump_is_read_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "RC_2026-03.zst"
    path.write_bytes(compressed(comment(0), comment(1)))

    assert keys(path) == ["t1_c0", "t1_c1"]


def test_a_window_of_two_to_the_31_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "RS.zst"
    long = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=True, compression_level=1)
    compressor = zstandard.ZstdCompressor(compression_params=long).compressobj()
    path.write_bytes(compressor.compress(json.dumps(submission(0)).encode()) + compressor.flush())

    # Without the option this is what it says; so the file is really such a one.
    with pytest.raises(zstandard.ZstdError):
        zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
    assert keys(path) == ["t3_s0"]


def test_a_dump_of_several_frames_is_read_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "RS.zst"
    path.write_bytes(compressed(submission(0)) + compressed(submission(1)) + compressed(submission(2)))

    assert keys(path) == ["t3_s0", "t3_s1", "t3_s2"]


def test_a_truncated_dump_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "RS.zst"
    noise = random.Random(1)
    many = [submission(n, selftext=noise.randbytes(400).hex()) for n in range(2_000)]
    whole = compressed(*many)
    path.write_bytes(whole[: len(whole) // 2])

    found = keys(path)

    assert 500 < len(found) < 1_500
    assert found == [f"t3_s{n}" for n in range(len(found))]
    assert len(bad(path)) == 1


def test_a_damaged_dump_keeps_what_came_before_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "RS.zst"
    many = [submission(n, selftext="x" * 1_000) for n in range(500)]
    path.write_bytes(compressed(*many) + b"this is not zstd at all")

    found = keys(path)

    # All but what was unpacked together with the damage: 64 KiB of more than 1 KiB each.
    assert len(found) >= 500 - 64
    assert found == [f"t3_s{n}" for n in range(len(found))]
    assert "breaks off" in (bad(path)[-1].bad or "")


@pytest.mark.parametrize("name", ["posts.jsonl.gz", "posts.jsonl"])
def test_what_gzip_packed_is_read_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"".join(gzip.compress(json.dumps(record(n)).encode() + b"\n") for n in range(3)))

    assert keys(path) == ["p0", "p1", "p2"]
    assert bad(path) == []


def test_a_dump_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "RC_2026-03"
    path.write_bytes(compressed(comment(0), comment(1)))

    assert keys(path) == ["t1_c0", "t1_c1"]


def test_a_torn_gzip_keeps_what_came_before_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "posts.gz"
    noise = random.Random(1)
    many = "".join(json.dumps(record(n, text=noise.randbytes(400).hex())) + "\n" for n in range(2_000)).encode()
    whole = gzip.compress(many)
    path.write_bytes(whole[: len(whole) // 2])

    found = keys(path)

    assert 500 < len(found) < 1_500
    assert found == [f"p{n}" for n in range(len(found))]
    assert "breaks off" in (bad(path)[-1].bad or "")


def table(path: Path, *rows: dict[str, Any], **how: Any) -> Path:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, **how)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8", "surrogatepass"))
    return path


@pytest.mark.parametrize("name", ["posts.csv", "POSTS.CSV"])
def test_a_table_with_a_header_gives_posts_in_order_of_time(tmp_path: Path, name: str) -> None:
    rows = [record(1, text='two\nlines, "quoted"', extra="x"), record(0, author_key="", extra="")]

    found = posts(table(tmp_path / name, *rows))

    assert [post.key for post in found] == ["p0", "p1"]
    assert found[1].text == 'two\nlines, "quoted"'
    assert found[0].author_key is None


def test_a_row_with_a_title_alone_is_a_post(tmp_path: Path) -> None:
    (post,) = posts(table(tmp_path / "posts.csv", record(0, title="All rejected", text="")))

    assert (post.title, post.text) == ("All rejected", "")


def test_a_bad_row_is_named_by_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    rows = [record(0, text="two\nlines"), record(1, source=""), record(2)]
    path = table(tmp_path / "posts.csv", *rows, lineterminator="\n")

    (named,) = bad(path)

    assert named.number == 4
    assert '"source"' in (named.bad or "")
    assert keys(path) == ["p0", "p2"]


def test_a_table_of_a_reddit_dump_is_read_as_one(tmp_path: Path) -> None:
    path = table(tmp_path / "dump.csv", submission(1), submission(0))

    assert keys(path) == ["t3_s0", "t3_s1"]


@pytest.mark.parametrize(
    "broken", [b"", b"key,source,text", b"\x00\x00", b"key,source,text\nonly one\n", b"\xff\xfe\n1\n"]
)
def test_a_broken_table_raises_nothing(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "posts.csv"
    path.write_bytes(broken)

    assert keys(path) == []


def test_a_table_with_marks_windows_line_ends_and_foreign_bytes(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_bytes(archives.BOM + b"key,source,text\r\n1,a:b,caf\xe9\r\n2,a:b,x\r\n")

    assert [post.text for post in posts(path)] == ["caf\ufffd", "x"]


@pytest.mark.parametrize("name", ["missing.jsonl", "missing.zst", "missing.csv", "."])
def test_what_cannot_be_opened_is_said_with_its_path(tmp_path: Path, name: str) -> None:
    path = tmp_path / name

    with pytest.raises(InputError, match=f"{path} cannot be read: "):
        archives.check(path)
    with pytest.raises(InputError, match=f"{path} cannot be read: "):
        list(lines([path]))


@given(st.binary(max_size=300), st.sampled_from(["a.jsonl", "a.json", "a.zst", "a.gz", "a.csv"]))
def test_whatever_stands_in_a_file_gives_lines_and_no_error(tmp_path_factory, content: bytes, name: str) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(content)

    found = list(lines([path]))

    assert all((line.post is None) or (line.bad is None) for line in found)


def nested(depth: int) -> Iterator[str]:
    yield from ["["] * depth
    yield from ["]"] * depth


def test_deep_nesting_within_a_good_line_is_bad_and_not_the_end(file: Path) -> None:
    deep = "".join(nested(50_000))
    written(file, f'{{"key": "p1", "source": "a:b", "text": "x", "other": {deep}}}', record(2))

    assert keys(file) == ["p2"]
