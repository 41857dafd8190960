"""An invented example of every shape in which scripts, sites and people show HITs, studies and submissions.

Field names and their order are those that the tools print; every name, id, number and text is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NAME, RID = "Oakpine Research Lab", "A1EXAMPLE2REQ3"
TITLE = "Label ten short reviews (~2 min)"
GID = "3EXAMPLEGROUP1D00000000000SYN0"
PAGE = f"https://worker.mturk.com/projects/{GID}/tasks"
PANDA = f"{PAGE}/accept_random"
WORK = f"https://worker.mturk.com/requesters/{RID}/projects"
CONTACT = (
    "https://worker.mturk.com/contact_requester/hit_type_messages/new?hit_type_message[hit_type_id]=YOURMTURKHIT"
    f"&hit_type_message[requester_id]={RID}"
)
ENCODED = CONTACT.replace("[", "%5B").replace("]", "%5D").replace("&", "&amp;")
OLD = "https://www.mturk.com/mturk"
TV, TO, TO2 = (f"https://{host}{RID}" for host in (
    "turkerview.com/requesters/", "turkopticon.ucsd.edu/", "turkopticon.info/requesters/"))  # fmt: skip
TO_ID = f"https://turkopticon.ucsd.edu/reports?id={RID}"
TV_SAYS = "[Hrly=$12.34] [Pay=Good] [Approval=~ 3 Days] [Comm=Unacceptable] [Rej=3] [Blk=0]"
TO_SAYS = "[Pay=4.10] [Fast=3.95] [Comm=2.00] [Fair=4.50] [Reviews=25] [ToS=0]"
TO2_SAYS = "[Hrly=10.50] [Pen=1.20] [Res=50] [Rec=90] [Rej=2] [ToS=0] [Brk=0]"
QUALS = "HIT approval rate (%) GreaterThanOrEqualTo 98; Location EqualTo US"
ABOUT = "Read the reviews, say which ones our filter rejected, and choose a label."


@dataclass(frozen=True)
class Shape:
    """An export, where it is posted, and what it says."""

    source: str
    text: str
    name: str = NAME
    account: str | None = RID
    task: str | None = GID
    title: str | None = TITLE
    reward: Decimal | None = Decimal("0.50")
    currency: str = "USD"
    count: int | None = 412
    platform: str | None = "mturk"


FORUM, REDDIT, CHAT, PLAIN, FEED = "xenforo:hits", "reddit:mturk", "discord:1", "x:1", "feed:f"

SUITE_SHORT_LINKS = Shape(
    CHAT,
    f"{NAME} https://ns4t.net/aaaa1 • {TITLE} https://ns4t.net/aaaa2 • 0.50 • Accept: https://ns4t.net/aaaa3 • {GID}",
    account=None,
    count=None,
)
SUITE_SHORT = Shape(CHAT, f"{NAME} • {TITLE} • 0.50 • Preview: {PAGE} • Accept: {PANDA}", account=None, count=None)
SUITE_PLAIN = Shape(
    PLAIN,
    f"Title: {TITLE} • {PAGE} • {PANDA}\r\nRequester: {NAME} • {WORK}\r\nTV: {TV_SAYS} • {TV}\nTO {TO_SAYS} • {TO}\n"
    f"TO2 {TO2_SAYS} • {TO2}\r\nReward: 0.50\r\nDuration: 30:00\r\nAvailable: 412\r\nDescription: {ABOUT}\r\n"
    f"Qualifications: {QUALS}",
)
SUITE_MARKDOWN = Shape(
    REDDIT,
    f"> **Title:** [{TITLE}]({PAGE}) | [Accept]({PANDA})  \n"
    f"**Requester:** [{NAME}]({WORK}) [{RID}] [Contact]({CONTACT})  \n**[TV]({TV}):** {TV_SAYS}  \n"
    f"**[TO]({TO}):** No Reviews  \n**[TO2]({TO2}):** No Reviews  \n**Reward:** $0.5  \n**Duration:** 30:00  \n"
    f"**Available:** 412  \n**Description:** {ABOUT}  \n**Qualifications:** None",
)
ROWS = (
    f'[b]Title:[/b] [url="{PAGE}"]{TITLE}[/url] | [url="{PANDA}"]Accept[/url]\n'
    f'[b]Requester:[/b] [url="{WORK}"]{NAME}[/url] [{RID}] [url="{CONTACT}"]Contact[/url]\n'
    f"[b][url={TV}]TV[/url]:[/b] {TV_SAYS}\n[b][url={TO}]TO[/url]:[/b] {TO_SAYS}\n"
    f"[b][url={TO2}]TO2[/url]:[/b] No Reviews\n[b]Reward:[/b] 0.50\n[b]Duration:[/b] 1 day, 1 hour\n"
    f"[b]Available:[/b] 412\n[b]Description:[/b] {ABOUT}\n[b]Qualifications:[/b] {QUALS}"
)
MADE_BY = "HIT exported from [url=http://mturksuite.com/]Mturk Suite[/url] v2.6.13"
SUITE_BBCODE = Shape(FORUM, f"[table][tr][td]{ROWS}[/td][/tr][/table]")
SUITE_DIRECT = Shape(
    FORUM, f"[table][tr][td]{ROWS}[/td][/tr][tr][td][center][size=2]{MADE_BY}[/size][/center][/td][/tr][/table]"
)
SUITE_DIRECT_HTML = Shape(
    FEED,
    f'<table><tr><td><p><b>Title:</b> <a href="{PAGE}">{TITLE}</a> | <a href="{PANDA}">Accept</a></p>\n\n'
    f'<p><b>Requester:</b> <a href="{WORK}">{NAME}</a> [{RID}] <a href="{ENCODED}">Contact</a></p>\n'
    f'<p><b><a href="{TV}">TV</a>:</b> {TV_SAYS}</p>\n<p><b>Reward:</b> 0.50</p>\n<p><b>Duration:</b> 30:00</p>\n'
    f"<p><b>Available:</b> 412</p>\n<p><b>Description:</b> {ABOUT}</p>\n<p><b>Qualifications:</b> {QUALS}</p></td></tr>"
    '<tr><td>HIT exported from <a href="http://mturksuite.com/">Mturk Suite</a> v2.6.13</td></tr></table>',
)
GREEN = "[color=#00cc00]"
SUITE_1 = Shape(
    FORUM,
    f"[table][tr][td][b]Title:[/b] [url={OLD}/preview?groupId={GID}]{TITLE}[/url] | "
    f"[url={OLD}/previewandaccept?groupId={GID}]PANDA[/url]\n"
    f"[b]Worker:[/b] [url={PAGE}]Preview[/url] | [url={PANDA}]Accept[/url] | [url={WORK}]Requester[/url]\n"
    f"[b]Requester:[/b] [url={OLD}/searchbar?requesterId={RID}]{NAME}[/url] [{RID}] "
    f"([url={OLD}/contact?requesterId={RID}]Contact[/url])\n"
    f"[b][url={TO}]TO 1[/url]:[/b] [b][Pay: {GREEN}4.10[/color]][/b] [b][Fast: {GREEN}3.95[/color]][/b] [Reviews: 25] "
    f"[ToS: {GREEN}0[/color]]\n"
    "[b]TO 2:[/b] [Rate: $10.50/hr] [Pen: 1.20 days] [Res: 50% of 2] [Rec: 90% of 10] [Rej: [color=#cc0000]2[/color]]\n"
    f"[b]Description:[/b] {ABOUT}\n[b]Time:[/b] 30 minutes\n[b]HITs Available:[/b] 412\n"
    "[b]Reward:[/b] [color=green][b] $0.50[/b][/color]\n[b]Qualifications:[/b] HIT approval rate > 98[/td][/tr]"
    "[tr][td][center]HIT exported from Mturk Suite v1.21.10[/center][/td][/tr][/table]",
)
SUITE_1_DATABASE = Shape(
    FORUM,
    f"[b]Title:[/b] [url={OLD}/preview?groupId={GID}]{TITLE}[/url] | [url={OLD}/x]PANDA[/url]\n"
    f"[b]Requester:[/b] [url={OLD}/searchbar?requesterId={RID}]{NAME}[/url] [{RID}]\n[b]TO:[/b] Not Available\n"
    "[b]Auto Approval:[/b] 3 days\n[b]Time:[/b] 30 minutes\n[b]HITs Available:[/b] 412\n[b]Reward:[/b] $0.50\n"
    "[b]Qualifications:[/b] None\nHIT Finder Database last saw this HIT on Tue Oct 02 2018 11:20:03 GMT-0700",
)
SUITE_1_IRC = Shape(
    CHAT,
    f"MASTERS • Req: {NAME} https://ns4t.net/b1 • Title: {TITLE} https://ns4t.net/b2 • Time: 30 minutes • Avail: 412 • "
    "Reward: $0.50 • TO 1: Pay=4.10 Fast=3.95 Comm=2.00 Fair=4.50 Reviews=25 TOS=0 https://ns4t.net/b3 • "
    "TO 2: Rate=$10.50/hr Rej=2 TOS=0 https://ns4t.net/b4 • PANDA: https://ns4t.net/b5",
    account=None,
    task=None,
)
SCRAPER_FORUM = Shape(
    FORUM,
    f"[table][tr][td][b]Title:[/b] [URL={PAGE}]{TITLE}[/URL] | [URL={PANDA}]PANDA[/URL]\n"
    f"[b]Requester:[/b] [URL={WORK}]{NAME}[/URL] [{RID}] ([URL={TO_ID}]TO[/URL])\n[b]TO Ratings:[/b]\n"
    "[color=green]★★★★★[/color] 2.00 Communicativity\n★★★★ 4.10 Generosity\n☭☭☭☭☭ 4.50 Fairness\n★★★★ 3.95 Promptness\n"
    f"Number of Reviews: 25 | TOS Flags: 0\n[url=https://turkopticon.ucsd.edu/report?requester[amzn_id]={RID}]"
    f"Submit a new TO review[/url]\n[b]Description:[/b] {ABOUT}\n[b]Time:[/b] 30 minutes\n[b]HITs Available:[/b] 412\n"
    "[b]Reward:[/b] [COLOR=green][b]$0.50[/b][/COLOR]\n[b]Qualifications:[/b] Total approved HITs is greater than 500;"
    "[COLOR=red]Masters[/COLOR][/td][/tr][/table]",
)
SCRAPER_IRC = Shape(
    CHAT,
    f"Requester: {NAME} https://ns4t.net/c1 • HIT: {TITLE} https://ns4t.net/c2 • Pay: $0.50 • Avail: 412 • "
    "Limit: 30 minutes • TO: Pay=4.10 Fair=4.50 Comm=2.00 https://ns4t.net/c3 • PandA: https://ns4t.net/c4",
    account=None,
    task=None,
)
HWTF_IN_TEXT = Shape(
    CHAT,
    f"US - {TITLE} - {NAME} - $0.50/2:10 - (>98%, >1000) [MASTERS]",
    account=None,
    task=None,
    count=None,
)
ENGINE = Shape(
    REDDIT,
    f"**Title:** [{TITLE}]({PANDA})\n"
    f"    **Worker:** [Preview]({PAGE}) | [Accept]({PANDA}) | [Requester]({WORK})\n"
    f"    **Requester:** [{NAME}]({OLD}/searchbar?requesterId={RID})\n"
    f"    **[[TO]({TO}) / [TO2]({TO2})] : [Pay: 4.10] [Fast: 3.95] [Comm: 2.00] [Fair: 4.50] [Reviews: 25] [ToS: 0]**\n"
    f"    **Reward:** $0.50\n    **Duration:** 30 minutes.\n    **Available:** 412\n    **Description:** {ABOUT}\n"
    "    **Requirements:** HIT approval rate (%) is not less than 98",
)
ENGINE_NO_DATA = Shape(
    REDDIT, ENGINE.text.replace(ENGINE.text[ENGINE.text.index("[Pay: 4.10]") :].partition("**")[0], "No Data")
)

# What Panda Crazy reads from forums, besides: fields in other orders, and posts that came out on one line.
TVR = Shape(
    FORUM,
    f"[url={WORK}]{NAME}[/url] [{RID}] [url={PAGE}]{TITLE}[/url] - $0.50 | [url={PANDA}]PANDA[/url]\n"
    f"For [url={TV}]{NAME}[/url]'s full profile check out TurkerView!",
    count=None,
)
DARQ = Shape(
    FORUM,
    f"Title: [url={PAGE}]{TITLE}[/url] | [url={PANDA}]PANDA[/url]\nRequester: [url={WORK}]{NAME}[/url] [{RID}]\n"
    f"TurkerView: [url={TV}][Hrly=$12.34] [Rej=3][/url]\nDescription: {ABOUT}\nDuration: 30:00\nAvailable: 412\n"
    f"Reward: $0.50\nQualifications: {QUALS}",
)
DDRQ = Shape(
    FORUM,
    f"Title: [url={PAGE}]{TITLE}[/url] | [url={PANDA}]PANDA[/url]\nRequester: [url={WORK}]{NAME}[/url] [{RID}] "
    f"[TV: 12.34] [TO: 4.10]\nDescription: {ABOUT}\nDuration: 30:00\nReward: $0.50\nQualifications: None",
    count=None,
)
ARDADQ = Shape(
    FORUM,
    f"Title: [url={PAGE}]{TITLE}[/url] | [url={PANDA}]Accept[/url]\nRequester: [url={WORK}]{NAME}[/url] [{RID}] "
    "(Contact)\n"
    f"Reward: $0.50\nDuration: 30:00\nAvailable: 412\nDescription: {ABOUT}\nRequirements: None",
)
TARQ = Shape(
    FORUM,
    f"Title: [url={PAGE}]{TITLE}[/url] | [url={PANDA}]PANDA[/url]\nRequester: [url={WORK}]{NAME}[/url] [{RID}] (TO)\n"
    f"TO Ratings: TO Unavailable\nDescription: {ABOUT}\nTime: 30 minutes\nHITs Available: 412\nReward: $0.50\n"
    "Qualifications: None",
)
RDADRQ = Shape(
    PLAIN,
    f"Title: {TITLE} • {PAGE} • {PANDA} Requester: {NAME} • {WORK} TV: {TV_SAYS} • {TV} Reward: 0.50 Duration: 30:00 "
    f"Available: 412 Description: {ABOUT} Qualifications: None",
)
RTPG = Shape(
    CHAT,
    f"Requester: {NAME} {WORK} Title: {TITLE} {PAGE} Pay: 0.50 Group ID: {GID} Avg Hourly: $13.10",
    count=None,
)
DISQUAL = Shape(
    CHAT,
    f"Requester: {NAME} {WORK} HIT Title: {TITLE} Panda: {PANDA} Qualification: Reviews 2020 "
    "https://worker.mturk.com/qualifications/3EXAMPLEQUAL000000000000SYN015 Qual Description: Score of 80 or higher.",
    reward=None,
    count=None,
)
QUALATT = Shape(
    PLAIN,
    f"Title: {TITLE} • {PAGE} • qualification attained\nRequester: {NAME} • {WORK}\nTV: {TV_SAYS} • {TV}\n"
    "TO2 No Reviews",
    reward=None,
    count=None,
)
CELLS = Shape(
    FEED,
    f"<table><tr><td>Title:</td><td>{TITLE}</td></tr><tr><td>Requester:</td><td><a href='{WORK}'>{NAME}</a></td></tr>"
    f"<tr><td>Reward:</td><td>$0.50</td></tr><tr><td>Available:</td><td>412</td></tr></table>",
    task=None,
)
COPIED = Shape(
    PLAIN,
    f"Title:\n{TITLE}\nRequester:\n{NAME}\nReward:\n$0.50\nAvailable:\n412\nQualifications:\n{QUALS}",
    account=None,
    task=None,
)
QUOTED_LINES = Shape(REDDIT, "\n".join("> " + line for line in SUITE_MARKDOWN.text.removeprefix("> ").split("\n")))

MTURK = {
    "Suite 2 Short, short links": SUITE_SHORT_LINKS,
    "Suite 2 Short": SUITE_SHORT,
    "Suite 2 Plain": SUITE_PLAIN,
    "Suite 2 Markdown": SUITE_MARKDOWN,
    "Suite 2 BBCode": SUITE_BBCODE,
    "Suite 2 TurkerView Forum": SUITE_DIRECT,
    "Suite 2 MTurk Crowd, as HTML": SUITE_DIRECT_HTML,
    "Suite 1 forum": SUITE_1,
    "Suite 1 database": SUITE_1_DATABASE,
    "Suite 1 IRC": SUITE_1_IRC,
    "Scraper vB": SCRAPER_FORUM,
    "Scraper IRC": SCRAPER_IRC,
    "HWTF in a text": HWTF_IN_TEXT,
    "Engine": ENGINE,
    "Engine without ratings": ENGINE_NO_DATA,
    "TVR": TVR,
    "DARQ": DARQ,
    "DDRQ": DDRQ,
    "ARDADQ": ARDADQ,
    "TARQ": TARQ,
    "RDADRQ": RDADRQ,
    "RTPG": RTPG,
    "DISQUAL": DISQUAL,
    "QUALATT": QUALATT,
    "a cell each": CELLS,
    "copied from cells": COPIED,
}


def _study(source: str, text: str, **more: object) -> Shape:
    given: dict[str, object] = {
        "name": "Fernhill Panel",
        "account": None,
        "task": None,
        "title": "Tea and weather",
        "reward": Decimal("2.10"),
        "currency": "GBP",
        "count": 240,
        "platform": None,
    }
    return Shape(source, text, **(given | more))


STUDIES = {
    "Prolific, lines": _study(
        PLAIN, "Tea and weather\n\nHosted by Fernhill Panel\n\n£2.10 • £8.40/hr\n\n15 mins\n\n240 places"
    ),
    "Prolific, close lines": _study(
        CHAT, "Tea and weather\nHosted by Fernhill Panel\n£2.10 • £8.40/hr\n15 mins\n240 places"
    ),
    "Prolific, by": _study(CHAT, "Tea and weather\nBy Fernhill Panel\n£2.10 · £8.40/hr · 15 mins · 3/240 places"),
    "Prolific, host below": _study(
        CHAT, "Tea and weather\nHosted by\nFernhill Panel\n£2.10 • £8.40/hr\n15 mins\n240 places"
    ),
    "Prolific, labels": _study(
        PLAIN,
        "Study title: Tea and weather\nHosted by: Fernhill Panel\nReward: £2.10\nReward per hour: £8.40\n"
        "Average time: 15 mins\nPlaces: 240",
    ),
    "Prolific, one line": _study(CHAT, "Tea and weather by Fernhill Panel • £2.10 • £8.40/hr • 15 mins • 240 places"),
    "Connect, one line": _study(
        CHAT,
        'New: "Tea and weather" | Fernhill Panel | $1.75 | est. 9 min | 212 spots | requires 95% approval',
        reward=Decimal("1.75"),
        currency="USD",
        count=212,
    ),
    "Connect, lines": _study(
        CHAT,
        "Tea and weather\nFernhill Panel\n$1.75 • $11.67/hr\nest. 9 min\n212 spots left",
        reward=Decimal("1.75"),
        currency="USD",
        count=212,
    ),
    "Connect, labels": _study(
        PLAIN,
        "Project: Tea and weather\nResearcher: Fernhill Panel\nPay: $1.75\nEstimated time: 9 minutes\nSpots: 212",
        reward=Decimal("1.75"),
        currency="USD",
        count=212,
    ),
    "Toloka": _study(
        PLAIN,
        "Tea and weather\nRequester: Fernhill Panel\n$0.05 per task suite\nAccepts 91 %\nRequester rating 4.2\n"
        "Speed of acceptance 3 days\n30 mins",
        reward=Decimal("0.05"),
        currency="USD",
        count=None,
    ),
    "Clickworker": _study(
        PLAIN,
        "Tea and weather\nClient: Fernhill Panel\n0,75 €\n12 minutes\nJob #128767",
        reward=Decimal("0.75"),
        currency="EUR",
        count=None,
    ),
}
ALL = MTURK | STUDIES
