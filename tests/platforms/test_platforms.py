"""The profiles: what they say, that each fact has a source, and that a faulty one stops with file, key and reason."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotFoundError, ProfileError
from bot.platforms import find_links, load, recognise, scores
from bot.platforms.loading import read_profile

PLATFORMS = load()
MTURK, PROLIFIC = PLATFORMS.get("mturk"), PLATFORMS.get("prolific")
BEFORE = datetime(2026, 9, 29, 23, 59, tzinfo=UTC)
AFTER = datetime(2026, 11, 21, tzinfo=UTC)

GOOD = """
key = "acme"
name = "Acme Tasks"
shows_account_id = true
[words]
requester = ["client", "clients"]
task = ["gig", "gigs"]
worker = ["hand", "hands"]
[cues]
acme = 2.0
[sources]
subreddits = ["AcmeTasks"]
hosts = ["forum.example.org"]
[[ids]]
names = "account"
pattern = 'Q[0-9]{4,9}'
case = "upper"
bare = true
may_be = ["requester"]
source = "https://example.org/ids"
[[links]]
name = "client page"
hosts = ["acme.example.org"]
path = '/clients/{account}'
example = "https://acme.example.org/clients/Q12345"
[pages]
requester = "https://acme.example.org/clients/{account}"
[rating]
full_below = 10
gates = [99, 90]
text = "As shown."
source = "https://example.org/rating"
[reversal]
days = 14
counted_from = "submission"
by = "client"
text = "The client can reverse."
source = "https://example.org/reversal"
[review]
min_days = 1
max_days = 7
text = "A week."
source = "https://example.org/review"
[[recourse]]
text = "Ask the client."
source = "https://example.org/help"
"""


# ------------------------------------------------------------------------------------ the packaged ones


def test_the_five_platforms_are_there_and_only_mturk_is_closed():
    assert [platform.key for platform in PLATFORMS] == ["clickworker", "connect", "mturk", "prolific", "toloka"]
    assert len(PLATFORMS) == 5
    assert {p.key: p.closed_on for p in PLATFORMS if p.closed_on} == {"mturk": date(2026, 9, 30)}


def test_every_fact_names_a_public_source():
    told = [
        (platform.key, fact.text, fact.source)
        for platform in PLATFORMS
        for fact in (*platform.recourse, *platform.facts, platform.rating, platform.reversal, platform.review)
        if fact
    ]

    assert len(told) > 30
    assert [row for row in told if "https://" not in row[2]] == []
    assert [row for row in told if not row[1].endswith(".")] == []


def test_every_platform_says_what_to_do_and_no_two_steps_are_alike():
    for platform in PLATFORMS:
        texts = [step.text for step in platform.recourse]
        assert len(texts) >= 2
        assert len(set(texts)) == len(texts)


def test_only_mturk_shows_workers_an_account_id():
    assert [platform.key for platform in PLATFORMS if platform.shows_account_id] == ["mturk"]
    assert [platform.key for platform in PLATFORMS if platform.id_shape("account")] == ["mturk"]


def test_words_are_those_of_the_platform():
    assert MTURK.words.task.counted(1) == "1 HIT"
    assert MTURK.words.task.counted(1_204) == "1,204 HITs"
    assert PROLIFIC.words.requester.one == "researcher"
    assert PROLIFIC.words.task.many == "studies"


def test_windows_are_what_the_sources_say():
    assert MTURK.reversal.open_for == timedelta(days=30)
    assert (MTURK.reversal.counted_from, MTURK.reversal.by) == ("submission", "requester")
    assert PROLIFIC.review.most_for == timedelta(days=21)
    assert PLATFORMS.get("toloka").review.least_for == timedelta(days=1)
    assert PLATFORMS.get("connect").reversal.open_for is None
    assert PLATFORMS.get("clickworker").reversal is None


def test_loading_twice_gives_the_very_same_and_nobody_can_change_it():
    assert load() is PLATFORMS

    with pytest.raises(FrozenInstanceError):
        MTURK.name = "Another"


# ---------------------------------------------------------------------------------------------- lookup


@pytest.mark.parametrize("key", ["mturk", "MTurk", " mturk "])
def test_a_key_is_found_in_any_case(key):
    assert PLATFORMS.find(key) is MTURK
    assert PLATFORMS.known(key)


@pytest.mark.parametrize("key", ["", None, "m", "mturk2", "other"])
def test_find_answers_none_where_get_raises(key):
    assert PLATFORMS.find(key) is None
    assert not PLATFORMS.known(key)


def test_get_names_the_platforms_that_are_known():
    with pytest.raises(NotFoundError, match=r"'fiverr'.*clickworker.*toloka"):
        PLATFORMS.get("fiverr")


# --------------------------------------------------------------------------------------------- closing


def test_mturk_is_closed_from_the_first_instant_of_its_closing_day_anywhere_on_earth():
    tokyo = timezone(timedelta(hours=9))

    assert not MTURK.closed(BEFORE)
    assert MTURK.closed(datetime(2026, 9, 30, tzinfo=UTC))
    assert not MTURK.closed(datetime(2026, 9, 30, 8, tzinfo=tokyo))
    assert MTURK.closed(datetime(2026, 9, 30, 9, tzinfo=tokyo))
    assert not PROLIFIC.closed(AFTER)


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        MTURK.closed(datetime(2026, 1, 1))  # noqa: DTZ001 (the point of the test)


def test_a_closed_platform_gives_no_links_and_no_steps_that_need_it_open():
    open_steps, closed_steps = MTURK.steps(BEFORE), MTURK.steps(AFTER)

    assert MTURK.requester_page("A1EXAMPLE2REQ3", BEFORE).endswith("/requesters/A1EXAMPLE2REQ3/projects")
    assert MTURK.requester_page("A1EXAMPLE2REQ3", AFTER) is None
    assert MTURK.task_page("3EXAMPLE", AFTER) is None
    assert PROLIFIC.task_page("0e1a", AFTER) == "https://app.prolific.com/studies/0e1a"
    assert PROLIFIC.requester_page("x", AFTER) is None
    assert open_steps == MTURK.recourse
    assert set(open_steps) - set(closed_steps) == {step for step in open_steps if step.open_only}
    assert len(closed_steps) < len(open_steps)


def test_a_reversal_is_possible_30_days_from_submission_and_never_after_the_closing():
    early = datetime(2026, 7, 1, tzinfo=UTC)
    late = datetime(2026, 9, 20, tzinfo=UTC)

    assert MTURK.reversible_until(early) == early + timedelta(days=30)
    assert MTURK.reversible_until(late) == MTURK.closed_at
    assert PROLIFIC.reversible_until(late) is None
    assert PLATFORMS.get("toloka").reversible_until(late) is None  # its days are not counted from submission


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A1EXAMPLE2REQ3", "A1EXAMPLE2REQ3"),
        (" [a1example2req3] ", "A1EXAMPLE2REQ3"),
        ("AWXYZEXAMPLEQ", "AWXYZEXAMPLEQ"),  # three in nine hundred hold no digit
        ("administration", None),
        ("A1EXAMPLE2REQ3 and more", None),
        ("A1", None),
        ("A" + "1" * 21, None),
        ("", None),
    ],
)
def test_a_typed_token_is_taken_for_an_account_id_only_if_it_is_one(text, expected):
    assert MTURK.account_key(text) == expected
    assert PROLIFIC.account_key(text) is None


# ------------------------------------------------------------------------------------------ recognising


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("all 40 of my HITs got rejected", None, "mturk"),
        ("mass rejection on mturk again", None, "mturk"),
        ("This Prolific study rejected everybody", None, "prolific"),
        ("the researcher rejected my study", "reddit:ProlificAc", "prolific"),
        ("rejected again", "reddit:r/mturk", "mturk"),
        ("rejected again", "feed:https://www.reddit.com/r/CloudResearchConnect/new/.rss", "connect"),
        ("rejected again", "xenforo:https://www.mturkcrowd.com/forums/4/", "mturk"),
        ("rejected again", "feed:https://notmturkcrowd.com/x", None),
        ("CloudResearch project rejected me", None, "connect"),
        ("has anyone done the study on Connect? rejected all", None, "connect"),
        ("Tolokers: requester declined 300 tasks", None, "toloka"),
        ("clickworker job rejected twice", None, "clickworker"),
        ("moved from mturk to Prolific, both reject", None, None),
        ("On Prolific, Toloka is said to be worse", None, None),
        ("CloudResearch project rejected me", "reddit:mturk", "connect"),
        ("my card was hit by a rejected payment", None, None),
        ("let me connect the dots", None, None),
        ("", None, None),
        ("x", ":::", None),
    ],
)
def test_a_post_is_about_the_platform_of_its_words_and_place(text, source, expected):
    found = recognise(text, PLATFORMS, source)

    assert (found.key if found else None) == expected


def test_a_link_decides_where_words_do_not():
    text = "rejected: https://app.prolific.com/studies/0000000000000000000e1a3b"

    links = find_links(text, PLATFORMS)

    assert recognise("rejected", PLATFORMS, "reddit:mturk", links).key == "prolific"


def test_a_cue_counts_once_however_often_it_is_said():
    assert scores("mturk " * 500, PLATFORMS)["mturk"] == scores("mturk", PLATFORMS)["mturk"] > 0


@given(st.text(max_size=300), st.none() | st.text(max_size=60))
def test_recognising_never_fails(text, source):
    assert set(scores(text, PLATFORMS, source)) == {platform.key for platform in PLATFORMS}

    recognise(text, PLATFORMS, source)


# ----------------------------------------------------------------------------------------- bad profiles


def test_a_new_platform_is_a_new_file_and_nothing_else(tmp_path):
    (tmp_path / "acme.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "README").write_text("not a profile", encoding="utf-8")

    platforms = load(tmp_path)

    acme = platforms.get("acme")
    assert len(platforms) == 1
    assert acme.requester_page("Q12345", AFTER) == "https://acme.example.org/clients/Q12345"
    assert [link.account_key for link in find_links("see acme.example.org/clients/q12345", platforms)] == ["Q12345"]
    assert recognise("x", platforms, "feed:https://forum.example.org/a") is acme


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('key = "acme"', 'key = "acne"', "key", "file's name"),
        ('name = "Acme Tasks"', "", "name", "missing"),
        ('name = "Acme Tasks"', 'name = ""', "name", "one line"),
        ('name = "Acme Tasks"', 'name = "a\\nb"', "name", "one line"),
        ('name = "Acme Tasks"', "name = 7", "name", "kind str, not int"),
        ("shows_account_id = true", "shows_account_id = 1", "shows_account_id", "kind bool"),
        ("shows_account_id = true", "shows_account_id = true\ncolour = 'red'", "colour", "not a key"),
        ('requester = ["client", "clients"]', 'requester = ["client"]', "words.requester", "two words"),
        ('task = ["gig", "gigs"]', 'task = ["gig", "gig"]', "words.task", "none twice"),
        ("acme = 2.0", "acme = -2.0", "cues.acme", "above 0"),
        ("acme = 2.0", "acme = nan", "cues.acme", "above 0"),
        ("acme = 2.0", "acme = 2", "cues.acme", "kind float"),
        ("[[links]]", "[links]", "links", "kind list"),
        ("'Q[0-9]{4,9}'", "'Q[0-9]+'", "ids[1].pattern", "upper bound"),
        ("'Q[0-9]{4,9}'", "'Q[0-9]{4,}'", "ids[1].pattern", "upper bound"),
        ("'Q[0-9]{4,9}'", "'(?:Q[0-9]{1,9}){4,9}'", "ids[1].pattern", "on a group"),
        ("'Q[0-9]{4,9}'", "'Q[0-9{4,9}'", "ids[1].pattern", "not a regular expression"),
        ("'Q[0-9]{4,9}'", "'Q(0'", "ids[1].pattern", "not a regular expression"),
        ('case = "upper"', 'case = "mixed"', "ids[1].case", "one of upper, lower"),
        ('names = "account"', 'names = "name"', "ids[1].names", "one of account, task"),
        ("/clients/{account}'", "/clients/'", "links[1].path", "must hold {account}"),
        ("/clients/{account}'", "/clients/{task}'", "links[1].path", "must hold {account}"),
        ("clients/Q12345", "clients/X12345", "links[1].example", "not an address"),
        ('requester = "https://acme', 'requester = "http://acme', "pages.requester", "https address"),
        ('clients/{account}"', 'clients/"', "pages.requester", "{account} in it once"),
        ("gates = [99, 90]", "gates = [90, 99]", "rating.gates", "falling"),
        ("gates = [99, 90]", "gates = [100]", "rating.gates", "from 99 to 1"),
        ("gates = [99, 90]", "gates = []", "rating.gates", "from 99 to 1"),
        ("gates = [99, 90]", "gates = [true]", "rating.gates", "from 99 to 1"),
        ("full_below = 10", "full_below = -1", "rating.full_below", "from 0"),
        ("full_below = 10", "full_below = 10\ncap = 3", "rating.cap", "not a key"),
        ("days = 14", "days = 99999", "reversal.days", "from 0 to 3650"),
        ('counted_from = "submission"', 'counted_from = "now"', "reversal.counted_from", "one of submission"),
        ("min_days = 1", "min_days = 8", "review.min_days", "max_days"),
        ('[[recourse]]\ntext = "Ask the client."', "[[recourse]]", "recourse[1].text", "missing"),
        ('source = "https://example.org/help"', "", "recourse[1].source", "missing"),
    ],
)
def test_a_fault_is_named_with_file_key_and_reason(old, new, key, reason):
    assert GOOD.count(old) == 1

    with pytest.raises(ProfileError) as fault:
        read_profile(GOOD.replace(old, new), "acme.toml")

    assert str(fault.value).startswith(f"acme.toml: {key}: ")
    assert reason in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_platform_without_recourse_is_refused():
    cut = GOOD[: GOOD.index("[[recourse]]")]

    with pytest.raises(ProfileError, match=r"acme\.toml: recourse: is missing"):
        read_profile(cut, "acme.toml")


def test_a_closing_date_must_be_a_date_with_a_source():
    with pytest.raises(ProfileError, match=r"closed\.on: must be of kind date, not datetime"):
        read_profile(GOOD + "[closed]\non = 2026-01-01T00:00:00Z\nsource = 'https://example.org'", "acme.toml")
    with pytest.raises(ProfileError, match=r"closed\.source: is missing"):
        read_profile(GOOD + "[closed]\non = 2026-01-01", "acme.toml")


def test_a_file_that_is_not_toml_or_not_text_is_named(tmp_path):
    (tmp_path / "bad.toml").write_bytes(b"key = \xff")

    with pytest.raises(ProfileError, match=r"bad\.toml: cannot be read"):
        load(tmp_path)
    with pytest.raises(ProfileError, match=r"acme\.toml: is not TOML"):
        read_profile("key = ", "acme.toml")


def test_a_folder_that_is_empty_or_missing_is_named(tmp_path):
    with pytest.raises(ProfileError, match="no platform profile"):
        load(tmp_path)
    with pytest.raises(ProfileError, match="cannot be read"):
        load(tmp_path / "nowhere")


@given(st.text(max_size=200))
def test_any_text_is_a_profile_or_a_profile_error(text):
    with pytest.raises(ProfileError, match=r"^x\.toml: "):
        read_profile(text, "x.toml")
