"""The golden replays: what workers would have heard, to the minute, and what must never change about it."""

from __future__ import annotations

import io
import json

import pytest
from timelines import GOLDEN, PAGE, alerts, events, page, stories

from bot import lines
from bot.model import Reason, Stage
from bot.platforms import load
from bot.policies import CAUTIOUS, EARLY

FILES = [story["file"] for story in stories()]
OPEN = {"prolific", "connect", "toloka", "clickworker"}


def reasons(file: str, policy: str = "early") -> list[Reason]:
    return [alert.reason for alert in alerts(file, policy)]


def test_the_page_says_when_and_why_each_alert_comes_as_the_rules_have_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python tests/timelines.py"


def test_every_file_is_a_story_and_half_of_them_are_on_open_platforms() -> None:
    on = {file: {each["platform"] for each in events(file)} for file in FILES}

    assert {path.stem for path in GOLDEN.glob("*.jsonl")} == set(FILES)
    assert all(load().known(platform) for platforms in on.values() for platform in platforms)
    assert sum(platforms <= OPEN for platforms in on.values()) * 2 >= len(FILES)


@pytest.mark.parametrize("file", FILES)
def test_every_event_says_that_it_is_invented(file: str) -> None:
    for each in events(file):
        assert each["invented"] is True
        assert "EXAMPLE" in each["account_key"] or each["account_key"].startswith("example-")


@pytest.mark.parametrize("file", FILES)
def test_a_file_can_be_piped_into_decide(file: str) -> None:
    out = io.StringIO()

    code = lines.decide(None, io.BytesIO((GOLDEN / f"{file}.jsonl").read_bytes()), out, io.StringIO())

    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert code == 0
    assert [(each["at"], each["reason"]) for each in told] == [
        (alert.at.isoformat(), alert.reason.value) for alert in alerts(file, "early")
    ]


def test_the_published_figures_of_the_first_case_are_in_its_file() -> None:
    told = events("ai-insights")

    reported = {each["reporter"]: each["n_rejected"] for each in told if each.get("n_submitted")}
    back = [(each["n_reversed"], each["n_rejected"]) for each in told if each["type"] == "reversal"]
    batches = [each for each in told if each["type"] == "batch"]
    assert batches[0]["at"].startswith("2022-08-19")
    assert [each["reward"] for each in batches[:2]] == [0.01, 0.01]
    assert sum(each["n_tasks"] for each in batches[:2]) > 70_000
    assert [rate for each, rate in zip(batches[1:], (99, 5, 9), strict=True) if each["approval_rate"] != rate] == []
    assert (len(reported), sum(reported.values())) == (35, 3_639)
    assert (len(back), sum(n for n, _ in back), sum(of for _, of in back)) == (4, 121, 152)
    assert min(each["at"] for each in told if each["type"] == "reversal") > "2022-09-28"


def test_the_first_case_is_told_at_or_before_the_third_credible_voice() -> None:
    said = sorted(each["at"] for each in events("ai-insights") if each.get("n_submitted"))

    first = next(alert for alert in alerts("ai-insights", "early") if alert.public)

    assert first.at.isoformat() <= said[2]
    assert first.n_voices <= 3


def test_before_its_first_rejection_moderators_hear_that_it_is_unproven() -> None:
    first = alerts("ai-insights", "early")[0]

    assert (first.reason, first.public, first.stage) == (Reason.UNPROVEN, False, Stage.WATCHED)


@pytest.mark.parametrize("policy", [EARLY.name, CAUTIOUS.name])
@pytest.mark.parametrize("file", ["justified", "brigade"])
def test_members_hear_nothing_of_an_honest_requester(file: str, policy: str) -> None:
    assert [alert for alert in alerts(file, policy) if alert.public or alert.seen] == []


@pytest.mark.parametrize("file", ["ai-insights", "vanished-tasks", "accident", "paid-not-reversed"])
def test_members_hear_of_a_mass_rejection_under_both_policies_and_not_later_under_early(file: str) -> None:
    early, cautious = (
        next(alert.at for alert in alerts(file, policy) if alert.public) for policy in (EARLY.name, CAUTIOUS.name)
    )

    assert early <= cautious


@pytest.mark.parametrize(
    ("file", "ends"),
    [
        ("ai-insights", Reason.PARTLY_REVERSED),
        ("vanished-tasks", Reason.PARTLY_REVERSED),
        ("accident", Reason.REVERSED),
        ("brigade", Reason.DISMISSED),
        ("paid-not-reversed", Reason.COMPENSATED),
    ],
)
def test_the_end_of_each_story_is_told(file: str, ends: Reason) -> None:
    assert reasons(file)[-1] is ends
