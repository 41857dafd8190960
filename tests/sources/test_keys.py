"""What tells entries apart: rules that hold for any feed, however badly made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Format
from bot.sources.keys import Entry, give_keys, recall, remember, short


def entry(guid: str | None, link: str | None, title: str | None, text: str = "") -> Entry:
    return Entry(guid=guid, link=link, title=title, author=None, text=text, format=Format.HTML, posted_at=None)


WORDS = st.sampled_from([None, "a", "b", "c"])
ENTRIES = st.lists(st.builds(entry, WORDS, WORDS, WORDS, st.sampled_from(["", "x", "y"])), max_size=8)


@given(ENTRIES, st.dictionaries(st.text(max_size=3), st.sampled_from("abc")))
def test_no_two_entries_ever_share_a_key(entries: list[Entry], known: dict[str, str]):
    keys = [key for key, _ in give_keys(entries, known)]

    assert len(keys) == len(set(keys))
    assert all(keys)


@given(ENTRIES)
def test_an_entry_with_a_guid_of_its_own_is_never_dropped(entries: list[Entry]):
    keyed = give_keys(entries, {})
    guids = [entry.guid for entry in entries]

    assert {guid for guid in guids if guid and guids.count(guid) == 1} <= {entry.guid for _, entry in keyed}


@given(ENTRIES)
def test_reading_the_same_entries_again_gives_no_new_key(entries: list[Entry]):
    first = give_keys(entries, {})
    known = recall(remember(first, {}))

    assert {key for key, _ in give_keys(entries, known)} <= {key for key, _ in first}


@given(ENTRIES, ENTRIES)
def test_an_entry_with_a_new_guid_and_a_new_look_is_new(before: list[Entry], after: list[Entry]):
    first = give_keys(before, {})
    known = recall(remember(first, {}))
    looks = {entry.look for entry in before}
    guids = [entry.guid for entry in after]
    new = {e.guid for e in after if e.guid and guids.count(e.guid) == 1 and e.look not in looks}

    assert new <= {key for key, _ in give_keys(after, known)}


def test_a_guid_that_is_too_long_for_a_key_is_shortened_and_stays_the_same():
    long = "https://forum.example.org/" + "a" * 400

    assert short(long) == short(long) != short(long + "a")
    assert len(short(long) or "") <= 200
    assert (short("guid-1"), short(None)) == ("guid-1", None)


def test_what_the_older_reads_showed_is_forgotten_last():
    old = {f"look-{n}": f"key-{n}" for n in range(300)}

    kept = recall(remember([("new", entry("new", None, "a"))], old))

    assert list(kept.values()) == ["new", *(f"key-{n}" for n in range(199))]
