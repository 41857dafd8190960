"""Exports and study cards are read into requester, ids, task, reward and ratings, and say nothing by themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from invented_exports import ALL, MTURK, NAME, PAGE, RID, STUDIES, SUITE_MARKDOWN, SUITE_PLAIN, WORK, Shape

from bot.model import Amount, Format, Kind, Mention, Origin, Post, Reading
from bot.platforms import Platforms
from bot.reading import own_words, read
from bot.reading.exports import Exports, cut, from_headline
from bot.reading.text import take_apart

WORDS_OF_EXPORTS = ("rej", "approv", "quali", "blk", "tos", "unaccept", "hrly", "reward", "[", "filter")


def taken(source: str, text: str, platforms: Platforms, title: str | None = None) -> tuple[list[Mention], list[str]]:
    """What a post shows, and what is left of its passages without marks and spaces."""
    body = take_apart(Post(source=source, key="1", text=text, title=title))
    exports = Exports(body.urls, platforms)
    left = [" ".join(unmarked(cut(passage.text, exports)).split()) for passage in body.passages]
    return exports.shown, [words for words in left if words]


def unmarked(text: str) -> str:
    return "".join(" " if "\ue000" <= c <= "\uf8ff" else c for c in text if not (c.isdigit() and "\ue000" in text))


def as_said(shown: Mention) -> dict[str, object]:
    task = shown.task
    assert task is not None
    return {
        "name": shown.text,
        "account": shown.account_key,
        "task": task.task_key,
        "title": task.title,
        "reward": task.reward.value if task.reward else None,
        "currency": task.reward.currency if task.reward else None,
        "count": task.n_tasks,
        "platform": shown.platform,
    }


def expected(shape: Shape) -> dict[str, object]:
    given = {name: getattr(shape, name) for name in ("name", "account", "task", "title", "reward", "count", "platform")}
    return given | {"currency": shape.currency if shape.reward is not None else None}


def reading_of(source: str, text: str, platforms: Platforms, title: str | None = None) -> Reading:
    return read(Post(source=source, key="1", text=text, title=title), platforms)


# --------------------------------------------------------------------------------------- each shape by itself


@pytest.mark.parametrize("shape", ALL)
def test_a_shape_alone_is_read_whole_and_leaves_no_words(shape: str, platforms: Platforms):
    shown, left = taken(ALL[shape].source, ALL[shape].text, platforms)

    assert [as_said(each) for each in shown] == [expected(ALL[shape])]
    assert shown[0].origin is Origin.EXPORT
    assert left == []


@pytest.mark.parametrize("shape", ALL)
def test_a_shape_alone_reports_nothing(shape: str, platforms: Platforms):
    reading = reading_of(ALL[shape].source, ALL[shape].text, platforms)

    assert not reading.reportable
    assert reading.facts.n_rejected is None
    assert [mention.text for mention in reading.tasks] == [ALL[shape].name]


@pytest.mark.parametrize("comment", ["mass rej", "38 of 40 rejected, no reason given", "bounced, every leaf of it"])
@pytest.mark.parametrize("shape", ALL)
def test_under_a_shape_only_the_comment_is_left(shape: str, comment: str, platforms: Platforms):
    source, text = ALL[shape].source, ALL[shape].text

    shown, left = taken(source, f"{text}\n\n{comment}" if "</" not in text else f"{text}<p>{comment}</p>", platforms)

    assert [as_said(each) for each in shown] == [expected(ALL[shape])]
    assert " ".join(left).split() == [word for word in unmarked("\ue000" + comment).split() if word] or left == [
        comment
    ]


@pytest.mark.parametrize("shape", ALL)
def test_a_claim_under_a_shape_is_about_its_requester(shape: str, platforms: Platforms):
    source, text = ALL[shape].source, ALL[shape].text
    comment = "they rejected 38 of my 40 with no reason given"

    reading = reading_of(source, f"{text}\n\n{comment}" if "</" not in text else f"{text}<p>{comment}</p>", platforms)

    assert [claim.mention.text for claim in reading.claims if claim.mention][:1] == [ALL[shape].name]
    assert reading.facts.n_rejected == 38
    assert reading.reportable


@pytest.mark.parametrize("shape", ALL)
def test_over_a_shape_the_comment_is_left_as_well(shape: str, platforms: Platforms):
    source, text = ALL[shape].source, ALL[shape].text
    before = f"watch out for this one\n\n{text}" if "</" not in text else f"<p>watch out for this one</p>{text}"

    shown, left = taken(source, before, platforms)

    assert [as_said(each) for each in shown] == [expected(ALL[shape])]
    assert left == ["watch out for this one"]


# --------------------------------------------------------------------------------------- quoted


QUOTES = {
    "BBCode": '[quote="somebody, post: 1, member: 2"]{0}[/quote]\n{1}',
    "HTML": "<blockquote><p>{0}</p></blockquote><p>{1}</p>",
    "Markdown": None,
}


def quoted(shape: Shape, comment: str) -> tuple[str, str]:
    if "</" in shape.text:
        return shape.source, QUOTES["HTML"].format(shape.text, comment)
    if shape.source in ("reddit:mturk", "reddit:ProlificAc", "discord:1"):
        lines = shape.text.removeprefix("> ").split("\n")
        return shape.source, "\n".join("> " + line for line in lines) + "\n\n" + comment
    return "xenforo:hits", QUOTES["BBCode"].format(shape.text, comment)


@pytest.mark.parametrize("shape", ALL)
def test_two_words_under_a_quoted_shape_stay_with_its_requester_known(shape: str, platforms: Platforms):
    source, text = quoted(ALL[shape], "mass rej")

    shown, left = taken(source, text, platforms)

    assert [as_said(each) for each in shown] == [expected(ALL[shape])]
    assert left == ["mass rej"]


@pytest.mark.parametrize("shape", ALL)
def test_a_claim_under_a_quoted_shape_is_about_its_requester(shape: str, platforms: Platforms):
    source, text = quoted(ALL[shape], "they rejected 38 of my 40 with no reason given")

    reading = reading_of(source, text, platforms)

    assert [claim.mention.text for claim in reading.claims if claim.mention][:1] == [ALL[shape].name]


# --------------------------------------------------------------------------------------- edited by hand


LINES = SUITE_PLAIN.text.replace("\r", "").split("\n")
KEPT = [i for i, line in enumerate(LINES) if not line.startswith(("Title", "Requester"))]


@pytest.mark.parametrize("missing", KEPT)
def test_a_missing_field_is_missing_and_no_more(missing: int, platforms: Platforms):
    text = "\n".join(line for i, line in enumerate(LINES) if i != missing)

    shown, left = taken("x:1", text + "\n\nmass rej", platforms)

    assert [(each.text, each.account_key) for each in shown] == [(NAME, RID)]
    assert left == ["mass rej"]


@pytest.mark.parametrize("turn", range(1, len(LINES)))
def test_the_order_of_the_fields_does_not_matter(turn: int, platforms: Platforms):
    text = "\n".join(LINES[:1] + LINES[turn:] + LINES[1:turn]) + "\n\nmass rej"

    shown, left = taken("x:1", text, platforms)

    assert [as_said(each) for each in shown] == [expected(SUITE_PLAIN)]
    assert left == ["mass rej"]


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        (
            f"Requester: Oakpine {WORK}\nReward: $0.15\n\nun-rejected as of tonight",
            "Oakpine",
            "un-rejected as of tonight",
        ),
        ("requester - Oakpine\npay - $1.00\ntime - 5 min\n\nall gone", "Oakpine", "all gone"),
        ("| Requester | Oakpine |\n| Reward | $1.00 |\n| Title | Birds |\n\nall gone", "Oakpine", "all gone"),
        ("Requester: Oakpine - rejected all of mine\nTitle: Birds\nPay: $1", "Oakpine", "rejected all of mine"),
        ("Requester: Oakpine\nTitle: Birds\nReward: $1 but they denied it", "Oakpine", "but they denied it"),
        (f"Title: Birds\nReward: 1\nTO: {WORK.replace('Oak', '')}\nno rejections", RID, "no rejections"),
        ("Requester: Oakpine\nReward: $1\nall mine rejected", None, "Requester: Oakpine Reward: $ all mine rejected"),
        ("Requester: Oakpine rejected all of mine", None, "Requester: Oakpine rejected all of mine"),
        ("Time: 5\nReward: 1\nall gone", None, "Time: Reward: all gone"),
        ("Title: Birds\nReward: 1\nall gone", None, "Title: Birds Reward: all gone"),
        ("Title: Birds\nReward: 1\nTime: 5\nQualifications: rejected < 5\nall gone", None, "all gone"),
    ],
)
def test_what_people_make_of_an_export_by_hand(text: str, name: str | None, left: str, platforms: Platforms):
    shown, words = taken("x:1", text, platforms)

    assert [each.text for each in shown] == ([name] if name else [])
    assert "".join(c for c in " ".join(words) if not c.isdigit()).split() == left.split()


def test_two_exports_with_a_comment_each_are_two(platforms: Platforms):
    other = SUITE_PLAIN.text.replace(NAME, "Fernhill Data").replace(RID, "A2EXAMPLE3REQ4")

    shown, left = taken("x:1", f"{SUITE_PLAIN.text}\n\nmass rej\n\n{other}\n\nall mine approved", platforms)

    assert [(each.text, each.account_key) for each in shown] == [(NAME, RID), ("Fernhill Data", "A2EXAMPLE3REQ4")]
    assert left == ["mass rej all mine approved"]


def test_two_exports_that_begin_with_the_requester_are_two(platforms: Platforms):
    one, two = (f"Requester: {name}\nTitle: Birds\nReward: $1" for name in ("Oakpine", "Fernhill"))

    shown, _ = taken("x:1", f"{one}\n\n{two}", platforms)

    assert [each.text for each in shown] == ["Oakpine", "Fernhill"]


# --------------------------------------------------------------------------------------- titles


@pytest.mark.parametrize(
    ("title", "name", "task"),
    [
        ("US - Label reviews - Oakpine Research Lab - $0.50/2:10 - (>98%, >1000)", NAME, "Label reviews"),
        ("ICA - Write - a - poem - Oakpine - $1.00/X:XX - (>95%)", "Oakpine", "Write - a - poem"),
        ("US - Survey - Oakpine - $.75/COMTIME - (None) [MASTERS]", "Oakpine", "Survey"),
        ("[US] - Survey – Oakpine - $0.75/5:00 - (None)", "Oakpine", "Survey"),
        ("UK - Survey - Oakpine - £0.75/5:00 - (None)", "Oakpine", "Survey"),
    ],
)
def test_a_title_of_the_hwtf_shape_is_one_export_with_the_links_under_it(
    title: str, name: str, task: str, platforms: Platforms
):
    body = f"Preview: {PAGE}\n\nReq: {WORK}\n\nPandA: {WORK}\n\nTO: https://turkopticon.net/{RID}"

    reading = reading_of("reddit:HITsWorthTurkingFor", body, platforms, title)

    (shown,) = reading.tasks
    assert (shown.text, shown.task.title, shown.account_key) == (name, task, RID)
    assert not reading.reportable
    assert own_words(Post(source="reddit:h", key="1", text=body, title=title), platforms).split() == [
        word
        for word in own_words(Post(source="reddit:h", key="1", text=body, title=title), platforms).split()
        if "\ue000" in word
    ]


def test_what_is_written_behind_a_headline_stays(platforms: Platforms):
    exports = Exports((), platforms)

    left = from_headline("US - Survey - Oakpine - $0.50/2:10 - (>98%) [MASTERS] mass rejecting, stay away", "", exports)

    assert left.endswith(" mass rejecting, stay away")
    assert exports.shown[0].text == "Oakpine"


@pytest.mark.parametrize("title", ["US - the movie", "They rejected 40 - all mine - $20 gone", "US - a - b", "", "ICA"])
def test_other_titles_stay(title: str, platforms: Platforms):
    exports = Exports((), platforms)

    assert from_headline(title, "", exports) == title
    assert exports.shown == []


def test_thresholds_in_a_title_are_no_counts(platforms: Platforms):
    reading = reading_of("reddit:h", "rejected", platforms, "US - Survey - Oakpine - $0.50/2:10 - (>98%, >1000)")

    assert reading.facts.n_rejected in (None, 1)


# --------------------------------------------------------------------------------------- ratings


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("Suite 2 Plain", {"rej": "2", "hrly": "10.50", "reviews": "25", "fair": "4.50"}),
        ("Suite 1 forum", {"pay": "4.10", "fast": "3.95", "rej": "2"}),
        ("Suite 1 IRC", {"fair": "4.50", "reviews": "25", "tos": "0"}),
        ("Scraper vB", {"comm": "2.00", "pay": "4.10", "fair": "4.50", "fast": "3.95"}),
        ("Engine", {"pay": "4.10", "reviews": "25"}),
    ],
)
def test_ratings_are_kept_beside_the_export(shape: str, said: dict[str, str], platforms: Platforms):
    body = take_apart(Post(source=MTURK[shape].source, key="1", text=MTURK[shape].text))
    exports = Exports(body.urls, platforms)

    cut(body.passages[-1].text, exports)

    assert {name: exports.ratings[0].get(name) for name in said} == said


@pytest.mark.parametrize(
    "text",
    ["that [Rej=3] was there before", "[Approval=~3 Days] and [ToS: 0]", "look: [Rej: 2] [Blk=1]"],
)
def test_a_rating_outside_of_an_export_goes_too(text: str, platforms: Platforms):
    left = cut(text, Exports((), platforms)).lower()

    assert not any(word in left for word in ("rej", "approval", "tos", "blk"))


# --------------------------------------------------------------------------------------- no exports


@pytest.mark.parametrize(
    "text",
    [
        "Oakpine rejected all 40 of mine: no reason given.",
        "Requester: who knows",
        "They pay $5 per hour by the way\nIt took 15 mins",
        "By Monday: all of mine were rejected\n£4.20 gone",
        "[I] did 40 • they took 3 • meh",
        "He said: pay attention: it is fair: title: x",
        "US - we all know - it is bad",
    ],
)
def test_what_is_no_export_stays_as_it_is(text: str, platforms: Platforms):
    exports = Exports((), platforms)

    assert cut(text, exports) == text
    assert exports.shown == []


@pytest.mark.parametrize("format_", Format)
def test_an_export_is_found_whatever_the_format_is_said_to_be(format_: Format, platforms: Platforms):
    reading = read(Post(source="x:1", key="1", text=SUITE_PLAIN.text, format=format_), platforms)

    assert reading.tasks[0].text.startswith("Oakpine")


def test_a_reward_in_pence_is_in_pounds(platforms: Platforms):
    shown, _ = taken("x:1", "Study: Tea\nResearcher: Fernhill\nReward: 75p", platforms)

    assert shown[0].task.reward == Amount(Decimal("0.75"), "GBP")


def test_a_post_that_is_only_an_export_is_of_kind_other(platforms: Platforms):
    reading = reading_of(SUITE_MARKDOWN.source, SUITE_MARKDOWN.text, platforms)

    assert reading.kind is Kind.OTHER
    assert STUDIES


@pytest.mark.parametrize(
    ("line", "approval", "reviews"),
    [
        ("TV: No Reviews", None, 0),
        ("TV: [Rate: No Data] [Reviews: 0]", None, 0),
        ("TV: [Reviews: 12] [Rej=0]", None, 12),
        ("TV: [Hrly=$5.20] [Pay=2.1]", None, 1),
        ("TO: [Pay=3] [Rev=7]", None, 7),
        ("Task approval rate: 5%", 5, None),
        ("Requester approval rate: 99.4 %", 99, None),
        ("Qualifications: HIT approval rate (%) GreaterThan 98", None, None),
        ("Qualifications: Task approval rate 95%+", None, None),
        ("Task approval rate: 999%", None, None),
    ],
)
def test_an_export_shows_the_requesters_rate_and_how_many_reviews(line, approval, reviews, platforms: Platforms):
    text = f"Title: Tag one\nRequester: {NAME}\n{line}\nReward: $0.01\nHITs Available: 70,000\nDuration: 9 minutes"

    (shown,), _ = taken("reddit:h", text, platforms)

    assert shown.task is not None
    assert (shown.task.approval, shown.task.reviews) == (approval, reviews)
