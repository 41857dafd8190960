"""Pasted submissions become the sentence they say: how many of how many, of whom, with what reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.model import Mention, Post
from bot.platforms import Platforms
from bot.reading import read
from bot.reading.exports import Exports, cut

HEADER = (
    "WorkerId,AssignmentStatus,AcceptTime,SubmitTime,RejectionTime,RequesterFeedback,LifetimeApprovalRate,"
    "Approve,Reject"
)
LIST = "HITId,Title,Reward,AssignmentStatus,RequesterFeedback"
TIMES = "Tue Oct 02 11:20:03 PDT 2018,Tue Oct 02 11:24:41 PDT 2018"


def batch(*statuses: str, workers: int = 1, feedback: str = "") -> str:
    rows = [
        f"A{i % workers}EXAMPLE0WRK1,{status},{TIMES},Wed Oct 03 04:31:10 PDT 2018,{feedback},95% (10213/10750),,"
        for i, status in enumerate(statuses)
    ]
    return "\n".join([HEADER, *rows])


def item(status: str, name: str = "Oakpine Lab", key: str = "A1EXAMPLE2REQ3", feedback: str = "null") -> str:
    return (
        f'{{"assignment_id":"3EXAMPLEASSIGN0000000000000001","requester_id":"{key}","requester_name":"{name}",'
        f'"title":"Tag birds","reward":{{"amount_in_dollars":0.25}},"state":"{status}",'
        f'"requester_feedback":{feedback}}}'
    )


def said(text: str, platforms: Platforms) -> tuple[list[str], list[Mention]]:
    """The lines that are left, with a star for a mark, and the requesters shown."""
    exports = Exports((), platforms)
    left = cut(text, exports)
    for i in range(len(exports.shown)):
        left = left.replace(f"\ue000{i}\ue001", "*")
    return [" ".join(line.split()) for line in left.split("\n") if line.strip()], exports.shown


TABLES = {
    "a batch's results": (batch("Rejected", "Rejected", "Approved"), ["2 of my 3 rejected, no reason given."], []),
    "of several workers": (
        batch("Rejected", "Rejected", "Approved", workers=2),
        ["2 of 3 rejected, no reason given."],
        [],
    ),
    "with one feedback": (
        batch("Rejected", "Rejected", feedback="bad"),
        ["2 of my 2 rejected, all with the same feedback."],
        [],
    ),
    "with commas in quotes": (
        f'{LIST}\n3EX,"Birds, big ones",0.25,Rejected,"no, sorry"\n3EX,"Birds, small",0.25,Approved,\n'
        "3EX,Bats,1,Submitted,",
        ["1 of my 2 rejected."],
        [],
    ),
    "with tabs": (
        f"{LIST}\n3EX,Birds,1,Rejected,no\n3EX,Bats,1,Rejected,so".replace(",", "\t"),
        ["2 of my 2 rejected."],
        [],
    ),
    "rows of a batch without its header": (
        "\n".join(batch("Rejected", "Rejected").split("\n")[1:]),
        ["2 of my 2 rejected."],
        [],
    ),
    "one row of a batch": (batch("Rejected").split("\n")[1], ["rejected."], []),
    "a worker's own list": (
        "Date,Requester,Requester ID,Title,Reward,Status,Feedback\n"
        "2018-10-02,Oakpine Lab,A1EXAMPLE2REQ3,Tag birds,$0.25,Rejected,\n"
        "2018-10-02,Oakpine Lab,A1EXAMPLE2REQ3,Tag birds,$0.25,Rejected,\n"
        "2018-10-02,Fernhill,A2EXAMPLE3REQ4,Tea,$1.00,Approved,",
        ["* 2 of my 2 rejected, no reason given.", "*"],
        ["Oakpine Lab", "Fernhill"],
    ),
    "a list without a header": (
        "Oakpine Lab – Diary day 1 – £1.20 – REJECTED\nOakpine Lab – Diary day 2 – £1.20 – REJECTED\n"
        "Oakpine Lab – Diary day 3 – £1.20 – APPROVED\nOakpine Lab – Diary day 4 – £1.20 – AWAITING REVIEW",
        ["* 2 of my 3 rejected."],
        ["Oakpine Lab"],
    ),
    "waves of one study": (
        "Faraday Moods wave 1 – APPROVED\nFaraday Moods wave 2 – REJECTED",
        ["* 1 of my 2 rejected."],
        ["Faraday Moods"],
    ),
    "studies of nobody": (
        "Sleep – £3.00 – REJECTED\nGroceries – £0.75 – APPROVED",
        ["1 of my 2 rejected."],
        [],
    ),
    "a table with bars": (
        "| Project | Researcher | Status |\n|---|---|---|\n| Socks A | Eider & Sons | Not approved |\n"
        "| Socks B | Eider & Sons | Not approved |",
        ["* 2 of my 2 rejected."],
        ["Eider & Sons"],
    ),
    "of two researchers": (
        "Project | Researcher | Status\nSocks A | Eider | Rejected\nSocks B | Eider | Rejected\n"
        "Tea | Fernhill | Approved",
        ["* 2 of my 2 rejected.", "*"],
        ["Eider", "Fernhill"],
    ),
    "that goes on": (
        "Project | Researcher | Status\nSocks A | Eider | Rejected\nSocks B | Eider | Rejected\n(and so on)",
        ["* all of mine rejected.", "(and so on)"],
        ["Eider"],
    ),
    "without rejections": (
        "Project | Researcher | Status\nSocks A | Eider | Pending\npls no rejection",
        ["*", "pls no rejection"],
        ["Eider"],
    ),
    "sums": (
        "Basalt Audio | pool 2 | accepted 3 | rejected 37 | blocked money 0.00",
        ["* 37 of my 40 rejected."],
        ["Basalt Audio"],
    ),
    "the site's JSON": (item("Rejected"), ["* rejected."], ["Oakpine Lab"]),
    "a list of the site's JSON": (
        f'{{"results":[{item("Rejected")},{item("Rejected")},{item("Approved")}],"num_results":3}}',
        ["* 2 of my 3 rejected, no reason given."],
        ["Oakpine Lab"],
    ),
    "the site's JSON on many lines": (
        "look:\n" + item("Rejected").replace(",", ",\n  ").replace("{", "{\n  ") + "\nthat is all",
        ["look:", "* rejected.", "that is all"],
        ["Oakpine Lab"],
    ),
    "the site's JSON, cut off": (
        f'[{item("Rejected")},{{"requester_id":"A1EXAMPLE2REQ3","state":"Rejected",… and so on',
        ["[ ,", "* 2 of my 2 rejected.", ",… and so on"],
        ["Oakpine Lab"],
    ),
    "a dashboard": (
        'mine: {"hits_overview":{"approved":31877,"approval_rate":99.86,"pending":3,"rejected":44}} hm',
        ["mine: hm"],
        [],
    ),
}


@pytest.mark.parametrize("shape", TABLES)
def test_a_table_becomes_what_it_says(shape: str, platforms: Platforms):
    text, left, names = TABLES[shape]

    lines, shown = said(text, platforms)

    assert lines == left
    assert [mention.text for mention in shown] == names


@pytest.mark.parametrize("shape", TABLES)
def test_what_stands_around_a_table_stays(shape: str, platforms: Platforms):
    text, left, _ = TABLES[shape]

    lines, _ = said(f"copied from my page\n\n{text}\n\nfive for five", platforms)

    assert lines[0] == "copied from my page"
    assert lines[-1] == "five for five"
    assert lines[1:-1] == left


@pytest.mark.parametrize("shape", TABLES)
def test_a_table_cut_twice_is_cut_once(shape: str, platforms: Platforms):
    exports = Exports((), platforms)
    once = cut(TABLES[shape][0], exports)

    assert cut(once, exports) == once


def test_a_row_gives_the_id_the_task_and_its_reward(platforms: Platforms):
    _, (shown,) = said(item("Rejected"), platforms)

    assert (shown.account_key, shown.platform) == ("A1EXAMPLE2REQ3", "mturk")
    assert shown.task.title == "Tag birds"
    assert shown.task.reward.value == Decimal("0.25")


@pytest.mark.parametrize(
    ("text", "rejected", "submitted", "name"),
    [
        ("Oakpine Lab | Birds | £1 | Rejected\n" * 12, 12, 12, "Oakpine Lab"),
        ("Basalt Audio | pool 2 | accepted 3 | rejected 37 | blocked money 0.00", 37, 40, "Basalt Audio"),
        (f"[{','.join([item('Rejected')] * 11)},{item('Approved')}]", 11, 12, "Oakpine Lab"),
    ],
)
def test_pasted_rejections_are_facts(text: str, rejected: int, submitted: int, name: str, platforms: Platforms):
    reading = read(Post(source="forum:x", key="1", text=text), platforms)

    assert (reading.facts.n_rejected, reading.facts.n_submitted) == (rejected, submitted)
    assert reading.claims[0].mention.text == name


DASHBOARD = "Date | Submitted | Approved | Rejected | Pending\nFeb 8 | 91 | 14 | {} | 0\nFeb 9 | 33 | 33 | 0 | 0"


def test_of_a_dashboard_the_days_with_rejections_are_told(platforms: Platforms):
    lines, _ = said(f"Good morning to me.\n{DASHBOARD.format(77)}\nAll of it Oakpine Lab.", platforms)

    assert lines == ["Good morning to me.", "77 of my 91 rejected.", "All of it Oakpine Lab."]


def test_of_a_dashboard_without_rejections_nothing_is_told(platforms: Platforms):
    lines, _ = said(f"My board.\n{DASHBOARD.format(0)}\nOn to day 42.", platforms)

    assert lines == ["My board.", "On to day 42."]


def test_nobody_s_worker_id_is_left_of_a_batch(platforms: Platforms):
    lines, _ = said(batch("Rejected", "Approved", workers=2), platforms)

    assert "EXAMPLE0WRK" not in " ".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        "They rejected me - no reason - so sad\nwell",
        "status: rejected\nreason: none",
        "Sleep – £3.00 – RETURNED\nFaces – £1.00 – APPROVED\nnothing rejected",
        "Rejected, rejected, rejected, all of it\nI quit",
        'look for "state":"Rejected" in the page\nrequester_feedback tells why',
        "REJECTED = not paid. RETURNED = you gave it back.\nAPPROVED = paid.",
        "Study | Reward | Status\nnothing here, all rejected",
        "| rejected |\nx",
        'I never had a bad one, and yet I see it, "rejected: 500", like an exam dream\nhow do you cope?',
    ],
)
def test_what_is_no_table_stays_as_it_is(text: str, platforms: Platforms):
    lines, shown = said(text, platforms)

    assert lines == text.split("\n")
    assert shown == []
