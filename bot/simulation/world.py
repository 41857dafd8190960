"""World: every number of the simulated community, each with a sentence and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, get_type_hints

# Where numbers come from. Where nothing public was found, a judgement is called one.
DIFALLAH = "Difallah, Filatova, Ipeirotis, WSDM 2018: over 100,000 workers, above 2,000 at any moment, heavy-tailed"
NIELSEN = "Nielsen 2006, participation inequality: 90 % read, 9 % write a little, 1 % write nearly everything"
CLOUDRESEARCH = "CloudResearch: nine in ten researchers reject under 1 %, four in a hundred ever over 5 %"
AI_INSIGHTS = (
    "Turkopticon's blog on AI Insights, 2022: two batches, rejected shortly after submission, 104 HITs a worker"
)
EARLIER = "an earlier prototype of ours, whose figures the targets of this work are taken from"
READER = "our reader on posts that somebody else wrote (docs/benchmarks.md, docs/decisions.md), rounded"
JUDGEMENT = "judgement; nothing public was found"
ANCHORED = "set so that half of the incidents are written about and a third of all work can be saved, as in " + EARLIER

HOURS_A_YEAR = 365 * 24


@dataclass(frozen=True, slots=True)
class Given:
    """What a number means and where it comes from."""

    says: str
    source: str


@dataclass(frozen=True, slots=True)
class Law:
    """How sure the reader is that a post of one sort is a mass-rejection claim: log-odds, normally distributed."""

    mean: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A community for a year. Times are hours; `_spread` is the sigma of a log-normal, the other number its median."""

    name: str = "base"

    # The two structures in which nothing public decides; every figure is given for both.
    by_person: Annotated[
        bool, Given("Each worker has a tendency to post of their own; else each incident has.", NIELSEN)
    ]
    correlated: Annotated[
        bool, Given("Errors about one requester go together; else each post is misread on its own.", JUDGEMENT)
    ]

    # Workers and where they talk.
    workers: Annotated[int, Given("Workers whose communities we read.", f"{DIFALLAH}; a part of them: judgement")] = (
        20_000
    )
    chat: Annotated[
        float, Given("Share at home in chat, where an account's age is known, its posts not.", JUDGEMENT)
    ] = 0.3
    forum: Annotated[float, Given("Share at home in a forum whose feed tells no account's age.", JUDGEMENT)] = 0.2
    fresh: Annotated[float, Given("Share of workers whose account is under 30 days old.", EARLIER)] = 0.08
    young: Annotated[float, Given("Share whose account is under 180 days old, but not fresh.", DIFALLAH)] = 0.17
    tendency_spread: Annotated[float, Given("How unequal workers are in posting.", NIELSEN)] = 1.3
    affair_spread: Annotated[float, Given("How unequal incidents are in being posted about.", ANCHORED)] = 0.6

    # Requesters.
    requesters: Annotated[int, Given("Requesters with work in a year.", EARLIER)] = 20_000
    popularity: Annotated[float, Given("Exponent of the power law of who is talked about.", DIFALLAH)] = 1.0

    # Mass rejections.
    incidents: Annotated[float, Given("Mass rejections a year.", EARLIER)] = 100
    new_offenders: Annotated[float, Given("Share by a requester nobody knew.", f"{EARLIER}; AI Insights was new")] = 0.6
    victims: Annotated[float, Given("Workers hit, median.", EARLIER)] = 20
    victims_spread: Annotated[float, Given("Its spread: up to all of the workers.", EARLIER)] = 1.6
    work: Annotated[float, Given("Tasks a victim does, median.", AI_INSIGHTS)] = 10
    work_spread: Annotated[float, Given("Its spread: the mean is twice the median, some do hundreds.", AI_INSIGHTS)] = (
        1.2
    )
    batch_hours: Annotated[float, Given("How long the work is up, median.", ANCHORED)] = 84
    batch_spread: Annotated[float, Given("Its spread.", JUDGEMENT)] = 0.8
    rolling: Annotated[float, Given("Share rejected as the work comes in.", EARLIER)] = 0.35
    wave: Annotated[
        float, Given("Share rejected in a wave, and rolling from then on; the rest all at the end.", EARLIER)
    ] = 0.25
    reject_after: Annotated[float, Given("From submission to rejection where it is rolling, median.", AI_INSIGHTS)] = 4
    reject_spread: Annotated[float, Given("Its spread.", JUDGEMENT)] = 1.0
    end_after: Annotated[float, Given("From the end of the work to its rejection, median.", JUDGEMENT)] = 12
    accidents: Annotated[
        float, Given("Share that is an accident: all within minutes, one text, soon reversed.", JUDGEMENT)
    ] = 0.10
    reversed: Annotated[float, Given("Share of the others that is reversed.", EARLIER)] = 0.30
    reversed_after: Annotated[float, Given("From rejection to reversal, median.", JUDGEMENT)] = 120
    reversed_said: Annotated[float, Given("Share of the victims who say so.", JUDGEMENT)] = 0.03

    # From rejection to post.
    notice: Annotated[float, Given("From rejection to noticing, median.", EARLIER)] = 3
    notice_spread: Annotated[float, Given("Its spread.", EARLIER)] = 1.2
    write: Annotated[float, Given("From noticing to posting, median.", JUDGEMENT)] = 0.3
    posting: Annotated[float, Given("Share of the victims who post, mean.", EARLIER)] = 0.03
    joining: Annotated[float, Given("How many times likelier once somebody has posted.", EARLIER)] = 2
    cross_posts: Annotated[float, Given("Share of posts that their author repeats on a second site.", EARLIER)] = 0.15
    own_words: Annotated[float, Given("Share of those in words so different that nobody can tell.", JUDGEMENT)] = 0.1
    echoes: Annotated[float, Given("Posts by others that pass one on, for each.", EARLIER)] = 0.35
    quoted: Annotated[float, Given("Share of those that quote it, and are known as a copy.", JUDGEMENT)] = 0.7
    retold: Annotated[float, Given("Retellings weeks later, for each post.", EARLIER)] = 0.15
    shills: Annotated[float, Given("Share of incidents whose requester has friends who praise.", JUDGEMENT)] = 0.2
    shills_fresh: Annotated[float, Given("Share of the friends' accounts that are fresh.", JUDGEMENT)] = 0.5

    # What goes on anyway.
    singles: Annotated[float, Given("Posts a day about a single rejection or a few.", EARLIER)] = 25
    questions: Annotated[
        float, Given("Questions, fears and jokes a day about rejections by somebody named.", EARLIER)
    ] = 25
    approvals: Annotated[
        float, Given("Posts a day that all was approved, read as such.", f"{EARLIER}: 150 a day; {JUDGEMENT}")
    ] = 60
    old_stories: Annotated[float, Given("Old stories a day.", EARLIER)] = 6
    trolls: Annotated[float, Given("Invented claims a day by somebody alone.", EARLIER)] = 1
    partials: Annotated[
        float, Given("Honest batches a year with rejections for cause that people talk of.", EARLIER)
    ] = 600
    partials_new: Annotated[float, Given("Share of them by a requester nobody knew.", JUDGEMENT)] = 0.15
    partial_workers: Annotated[float, Given("Workers in such a batch, median.", EARLIER)] = 80
    partial_spread: Annotated[float, Given("Its spread.", JUDGEMENT)] = 1.2
    partial_least: Annotated[float, Given("Least share of the workers who have something rejected.", EARLIER)] = 0.05
    partial_most: Annotated[
        float, Given("Largest share (honest requesters rarely pass 5 % of the work).", CLOUDRESEARCH)
    ] = 0.20
    partial_angry: Annotated[float, Given("Share of posts about it that sound like a mass rejection.", JUDGEMENT)] = (
        0.12
    )
    content: Annotated[float, Given("Share of the approved who say so in such a batch.", EARLIER)] = 0.015

    # Brigades: accounts that lie together about an honest requester.
    brigades: Annotated[float, Given("Brigades a year.", EARLIER)] = 30
    brigade_least: Annotated[int, Given("Accounts in a brigade, least.", EARLIER)] = 3
    brigade_most: Annotated[int, Given("Accounts in a brigade, most.", EARLIER)] = 8
    brigade_targets: Annotated[
        int, Given("They aim at so many best-known requesters: whom few know, few hate together.", JUDGEMENT)
    ] = 300
    brigade_hours: Annotated[float, Given("Within how long they post, median.", JUDGEMENT)] = 4
    brigade_spread: Annotated[float, Given("Its spread: from a burst to two days.", JUDGEMENT)] = 1.0
    brigade_fresh: Annotated[float, Given("Share of fresh accounts among them.", EARLIER)] = 0.15
    brigade_copied: Annotated[
        float, Given("Share of their posts that copy one another, and are known as a copy.", JUDGEMENT)
    ] = 0.2
    brigade_attacks: Annotated[
        float, Given("How often a group of accounts is used in a year, where people are people.", JUDGEMENT)
    ] = 3

    # The reader (log-odds of what it says) and the resolver.
    mass: Annotated[Law, Given("A worker's own mass rejection.", READER)] = Law(2.0, 1.8)
    hearsay: Annotated[Law, Given("A mass rejection passed on.", READER)] = Law(0.8, 1.8)
    single: Annotated[Law, Given("A single rejection, or a few.", READER)] = Law(-2.5, 1.6)
    talk: Annotated[Law, Given("Questions, fears, jokes.", READER)] = Law(-4.0, 1.6)
    old: Annotated[Law, Given("Told of the past.", READER)] = Law(-2.0, 1.8)
    together: Annotated[
        float, Given("Share of the reader's variance that posts on one thing share, if correlated.", JUDGEMENT)
    ] = 0.4
    stated: Annotated[float, Given("Share of posts from which a count or a share is read.", READER)] = 0.5
    resolved: Annotated[float, Given("Share of posts whose requester is found.", EARLIER)] = 0.88
    misresolved: Annotated[float, Given("Share that is laid to somebody else.", EARLIER)] = 0.03
    neighbour: Annotated[
        float, Given("Share of those that go to one and the same neighbour, if correlated.", JUDGEMENT)
    ] = 0.5

    # Moderators and asking, where they are switched on.
    answer: Annotated[float, Given("From an alert to a moderator's verdict, median.", EARLIER)] = 1.0
    answer_most: Annotated[
        float, Given("From an alert to a moderator's verdict, longest.", "issue: within two hours")
    ] = 2.0
    right: Annotated[float, Given("Share of verdicts that are right.", EARLIER)] = 0.95
    tapping: Annotated[float, Given("Share of workers with such work who answer a question by one tap.", JUDGEMENT)] = (
        0.03
    )
    tap_after: Annotated[float, Given("From question to tap, median.", JUDGEMENT)] = 2.0
    tap_least: Annotated[int, Given("Workers with ordinary work at an honest requester, least.", JUDGEMENT)] = 5
    tap_workers: Annotated[float, Given("The others of them, median.", JUDGEMENT)] = 40
    tap_some: Annotated[
        float, Given("Share of those, outside of honest batches with rejections, who had some rejected.", CLOUDRESEARCH)
    ] = 0.05
    tap_slip: Annotated[float, Given("Share of taps on any other button than was meant.", JUDGEMENT)] = 0.02


def givens() -> Mapping[str, Given]:
    """Every number's sentence and source, by name, in order."""
    hints = get_type_hints(World, include_extras=True)
    return {each.name: hints[each.name].__metadata__[0] for each in fields(World) if each.name != "name"}
