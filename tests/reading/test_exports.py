"""Exports are read into requester, ids, task and reward, and say nothing by themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.model import Amount, Kind, Origin, Post, Reading
from bot.platforms import Platforms
from bot.reading import read

GROUP = "3EXAMPLEGROUP1D00000000000SYN0"
PAGE = f"https://worker.mturk.com/projects/{GROUP}/tasks"
REQUESTER = "https://worker.mturk.com/requesters/A1EXAMPLE2REQ3/projects"
CONTACT = (
    "https://worker.mturk.com/contact_requester/hit_type_messages/new?hit_type_message[hit_type_id]=YOURMTURKHIT"
    "&hit_type_message[requester_id]=A1EXAMPLE2REQ3"
)
TO = "https://turkopticon.ucsd.edu/A1EXAMPLE2REQ3"
TO_BY_ID = "https://turkopticon.ucsd.edu/reports?id=A1EXAMPLE2REQ3"
TITLE = "Label ten short reviews (~2 min)"
RATED = "[Pay=4.10] [Fast=3.95] [Fair=4.50] [Reviews=25] [ToS=0]"
RATINGS = "[Hrly=$12.34] [Pay=Good] [Approval=~ 3 Days] [Comm=Unacceptable] [Rej=3] [Blk=0]"

MARKDOWN = f"""> **Title:** [Label ten short reviews (~2 min)]({PAGE}) | [Accept]({PAGE}/accept_random)  
**Requester:** [Oakpine Research Lab]({REQUESTER}) [A1EXAMPLE2REQ3] [Contact]({CONTACT})  
**[TV](https://turkerview.com/requesters/A1EXAMPLE2REQ3):** {RATINGS}  
**[TO](https://turkopticon.ucsd.edu/A1EXAMPLE2REQ3):** No Reviews  
**[TO2](https://turkopticon.info/requesters/A1EXAMPLE2REQ3):** No Reviews  
**Reward:** $0.5  
**Duration:** 30:00  
**Available:** 412  
**Description:** Read the reviews and choose a label.  
**Qualifications:** None"""  # noqa: W291 - the export ends its lines so

BBCODE = f"""[table][tr][td][b]Title:[/b] [url="{PAGE}"]{TITLE}[/url] | [url="{PAGE}/accept"]Accept[/url]
[b]Requester:[/b] [url="{REQUESTER}"]Oakpine Research Lab[/url] [A1EXAMPLE2REQ3] [url="{CONTACT}"]Contact[/url]
[b][url=https://turkerview.com/requesters/A1EXAMPLE2REQ3]TV[/url]:[/b] {RATINGS}
[b][url={TO}]TO[/url]:[/b] {RATED}
[b]Reward:[/b] 0.50
[b]Duration:[/b] 30:00
[b]Available:[/b] 412
[b]Description:[/b] Read the reviews and choose a label.
[b]Qualifications:[/b] HIT approval rate (%) GreaterThanOrEqualTo 98[/td][/tr][/table]"""

PLAIN = f"""Title: Label ten short reviews (~2 min) • {PAGE} • {PAGE}/accept_random\r
Requester: Oakpine Research Lab • {REQUESTER}\r
TV: {RATINGS} • https://turkerview.com/requesters/A1EXAMPLE2REQ3
TO [Pay=4.10] [Fast=3.95] [Comm=2.00] [Fair=4.50] [Reviews=25] [ToS=0] • https://turkopticon.ucsd.edu/A1EXAMPLE2REQ3
Reward: 0.50\r
Duration: 30:00\r
Available: 412\r
Description: Read the reviews and choose a label.\r
Qualifications: Location EqualTo US"""

ENGINE = """**Title:** [Label ten short reviews (~2 min)](https://worker.mturk.com/projects/3EXAMPLEGROUP1D00000000000SYN0/tasks)
    **Worker:** [Preview] | [Accept] | [Requester]
    **Requester:** [Oakpine Research Lab](https://www.mturk.com/mturk/searchbar?requesterId=A1EXAMPLE2REQ3)
    **[[TO](https://turkopticon.net/A1EXAMPLE2REQ3)] : [Pay: 4.10] [Fast: 3.95] [Fair: 4.50] [Reviews: 25] [ToS: 0]**
    **Reward:** $0.50
    **Duration:** 30 minutes.
    **Available:** 412
    **Description:** Read the reviews and choose a label."""

SCRAPER = f"""[table][tr][td][b]Title:[/b] [URL={PAGE}]Label ten short reviews (~2 min)[/URL] | [URL={PAGE}]PANDA[/URL]
[b]Requester:[/b] [URL={REQUESTER}]Oakpine Research Lab[/URL] [A1EXAMPLE2REQ3] ([URL={TO_BY_ID}]TO[/URL])
[b]TO Ratings:[/b]
4.10 Generosity
4.50 Fairness
3.95 Promptness
2.00 Communicativity
[b]Number of Reviews:[/b] 25 | [b]TOS Flags:[/b] 0
[b]Description:[/b] Read the reviews and choose a label.
[b]Time:[/b] 30 minutes
[b]HITs Available:[/b] 412
[b]Reward:[/b] [COLOR=green][b]$0.50[/b][/COLOR]
[b]Qualifications:[/b] None[/td][/tr][/table]"""

SHORT = (
    "Oakpine Research Lab https://ns4t.net/aaaa1 • Label ten short reviews (~2 min) https://ns4t.net/aaaa2 • 0.50 • "
    f"Accept: https://ns4t.net/aaaa3 • {GROUP}"
)
IRC = (
    "Requester: Oakpine Research Lab https://ns4t.net/aaaa1 • HIT: Label ten short reviews (~2 min) "
    "https://ns4t.net/aaaa2 • Pay: $0.50 • Avail: 412 • Limit: 30 minutes • TO: Pay=4.10 Fair=4.50 Comm=2.00 "
    "https://ns4t.net/aaaa4 • PandA: https://ns4t.net/aaaa3"
)
WITH_ID = {
    "Markdown": ("reddit:mturk", MARKDOWN),
    "BBCode": ("xenforo:f", BBCODE),
    "Plain": ("x:1", PLAIN),
    "Engine": ("reddit:mturk", ENGINE),
    "Scraper": ("xenforo:f", SCRAPER),
}
WITHOUT_ID = {"Short": ("discord:1", SHORT), "IRC": ("discord:1", IRC)}
ALL = WITH_ID | WITHOUT_ID


def reading_of(source: str, text: str, platforms: Platforms, title: str | None = None) -> Reading:
    return read(Post(source=source, key="1", text=text, title=title), platforms)


@pytest.mark.parametrize("shape", ALL)
def test_an_export_gives_the_requester_the_task_and_the_reward(shape: str, platforms: Platforms):
    reading = reading_of(*ALL[shape], platforms)

    (shown,) = reading.tasks
    assert (shown.text, shown.origin, shown.platform) == ("Oakpine Research Lab", Origin.EXPORT, "mturk")
    assert shown.task is not None
    assert shown.task.title == "Label ten short reviews (~2 min)"
    assert shown.task.reward == Amount(Decimal(shown.task.reward.value), "USD")
    assert shown.task.reward.value == Decimal("0.5")


@pytest.mark.parametrize("shape", WITH_ID)
def test_an_export_with_links_gives_the_ids_and_how_many_there_are(shape: str, platforms: Platforms):
    reading = reading_of(*WITH_ID[shape], platforms)

    (shown,) = reading.tasks
    assert shown.account_key == "A1EXAMPLE2REQ3"
    assert shown.task.task_key == GROUP
    assert shown.task.n_tasks == 412


@pytest.mark.parametrize("shape", ALL)
def test_an_export_alone_reports_nothing(shape: str, platforms: Platforms):
    reading = reading_of(*ALL[shape], platforms)

    assert reading.kind is Kind.OTHER
    assert not reading.reportable


@pytest.mark.parametrize("shape", ALL)
@pytest.mark.parametrize("comment", ["mass rej", "38 of 40 rejected, no reason given"])
def test_a_claim_under_an_export_is_about_its_requester(shape: str, comment: str, platforms: Platforms):
    source, text = ALL[shape]

    reading = reading_of(source, f"{text}\n\n{comment}", platforms)

    assert reading.reportable
    assert reading.mentions[0].text == "Oakpine Research Lab"
    assert reading.claims[0].mention == reading.mentions[0] or reading.claims[0].mention.platform == "mturk"


@pytest.mark.parametrize("shape", ["BBCode", "Scraper"])
def test_a_claim_under_a_quoted_export_is_about_its_requester(shape: str, platforms: Platforms):
    source, text = ALL[shape]

    reading = reading_of(source, f'[quote="somebody, post: 1"]{text}[/quote]\nmass rej', platforms)

    assert reading.reportable
    assert reading.mentions[0].account_key == "A1EXAMPLE2REQ3"


def test_two_exports_with_a_comment_each_are_two_claims(platforms: Platforms):
    other = PLAIN.replace("Oakpine Research Lab", "Fernhill Data").replace("A1EXAMPLE2REQ3", "A2EXAMPLE3REQ4")

    reading = reading_of("x:1", f"{PLAIN}\n\nmass rej, all 40 gone\n\n{other}\n\nall mine approved", platforms)

    by_name = {claim.mention.text: claim for claim in reading.claims}
    assert by_name["Oakpine Research Lab"].kind is Kind.MASS
    assert by_name["Fernhill Data"].contrary


@pytest.mark.parametrize(
    ("title", "name", "task"),
    [
        (
            "US - Label reviews - Oakpine Research Lab - $0.50/2:10 - (>98%, >1000)",
            "Oakpine Research Lab",
            "Label reviews",
        ),
        ("ICA - Write - a - poem - Oakpine - $1.00/X:XX - (>95%)", "Oakpine", "Write - a - poem"),
        ("US - Survey - Oakpine - $.75/COMTIME - (None) [MASTERS]", "Oakpine", "Survey"),
    ],
)
def test_a_title_of_the_hwtf_shape_is_an_export(title: str, name: str, task: str, platforms: Platforms):
    reading = reading_of("reddit:HITsWorthTurkingFor", f"Req: {REQUESTER}", platforms, title)

    (shown,) = reading.tasks
    assert (shown.text, shown.task.title, shown.account_key) == (name, task, "A1EXAMPLE2REQ3")
    assert reading.kind is Kind.OTHER


def test_thresholds_in_a_title_are_no_counts(platforms: Platforms):
    reading = reading_of("reddit:h", "rejected", platforms, "US - Survey - Oakpine - $0.50/2:10 - (>98%, >1000)")

    assert reading.facts.n_rejected in (None, 1)
    assert not reading.reportable
