"""All wording: what every card says, and above all what none of them ever says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cards
from bot.cards import telling, words
from bot.model import (
    Alert,
    Ambiguous,
    Amount,
    Batch,
    Button,
    Candidate,
    Card,
    Decision,
    Delivery,
    Facts,
    Found,
    Guild,
    Incident,
    Mode,
    Outcome,
    Reason,
    Share,
    Stage,
    Standing,
    State,
    Task,
    Term,
    Tone,
    Unknown,
    Watch,
)
from bot.platforms.rating import Case
from tests.making import ACCOUNT, DAY, HOUR, MINUTE, NAME, NOW, PLATFORMS, guild, incident, requester
from tests.storage.build import delivery

OPEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""mturk was open then, and closed at NOW."""
AT = datetime(2026, 10, 30, 13, 37, 59, tzinfo=UTC)
REF = "7K2-Q9F"
GUILTY = re.compile(
    r"scam|fraud|thie[fv]|steal|stole|wage.?theft|theft|criminal|crime|fake|illegal|blacklist|liar|cheat|guilty", re.I
)
HOUR_SHOWN = re.compile(r"\d{1,2}:\d{2}")
FEW = "fewer than 5 workers"
KEYS = [None, "unheard-of", *(platform.key for platform in PLATFORMS)]


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    """Any incident, also such as no rule would make: words must be right whatever comes."""
    whole = st.none() | st.integers(0, 10**7)
    moments = st.none() | st.integers(0, 1_000_000).map(lambda minutes: AT - minutes * MINUTE)
    task = Task(title="Label 10 short reviews", reward=Amount(Decimal("0.01"), "USD"), n_tasks=draw(whole))
    return Incident(
        platform=draw(st.sampled_from(KEYS)),
        rules_version=1,
        opened_at=draw(moments) or AT,
        incident_id=1,
        requester_id=1,
        batches=draw(st.sampled_from([(), (Batch(key="batch:1", at=AT, task=task),)])),
        stage=draw(st.sampled_from(Stage)),
        outcome=draw(st.sampled_from(Outcome)),
        disputed=draw(st.booleans()),
        unproven=draw(st.booleans()),
        closed_at=draw(moments),
        last_at=draw(moments),
        n_voices=draw(st.integers(0, 40)),
        n_sites=draw(st.integers(0, 5)),
        n_contrary=draw(st.integers(0, 40)),
        n_rejected=draw(whole),
        n_reversed=draw(whole),
    )


def about(known: Incident, **told) -> cards.About:
    who = requester(platform=known.platform, account_keys=(ACCOUNT,), aliases=("Example Lab Two",), **told)
    return cards.About(requester=who, incident=known, ref=REF, platform=PLATFORMS.find(known.platform))


def alert(known: Incident, reason: Reason, at: datetime = NOW, **told) -> Alert:
    made = {"reason": reason, "stage": known.stage, "outcome": known.outcome, "public": True, "seen": True, "at": at}
    why = tuple(Term(f"term {n}", n - 4.5) for n in range(9))
    return Alert(**{**made, "score": 3.14159, "why": why, "n_voices": known.n_voices, **told})


def found(known: Incident, *older: Incident, **told) -> Found:
    who = about(known).requester
    return Found(Standing(requester=who, incidents=(known, *older), read_at=NOW - HOUR, **told), "name")


def public_cards(known: Incident, reason: Reason, now: datetime = NOW) -> Iterator[Card]:
    """Every card about an incident that members can see."""
    blind = (("discord:123456789", AT), ("reddit:exampleturkers", None))
    yield cards.alert(alert(known, reason, now), about(known))
    yield cards.notice(alert(known, reason, now), about(known))
    yield cards.standing(
        found(known, replace(known, incident_id=2), tasks=((AT, Task()),), blind=blind), PLATFORMS, now
    )
    yield cards.recent([about(known)], now)


def every_card(known: Incident, reason: Reason, now: datetime = NOW) -> Iterator[Card]:
    yield from public_cards(known, reason, now)
    for trial in (True, False):
        for seen in (True, False):
            yield cards.for_moderators(alert(known, reason, now, seen=seen), about(known), trial=trial)
    for decision in Decision:
        yield cards.judged(decision, about(known))


text_of = cards.as_text


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_reason_stage_and_outcome_has_its_cards(reason: Reason, stage: Stage, outcome: Outcome) -> None:
    known = replace(incident(), stage=stage, outcome=outcome)

    for card in every_card(known, reason):
        assert NAME in text_of(card)
        assert card.title.strip() == card.title
        assert all(line.strip() for line in card.lines)
        assert "None" not in text_of(card)
        assert "{" not in text_of(card)


@given(incidents(), st.sampled_from(Reason), st.sampled_from([OPEN, NOW]))
def test_we_never_call_anybody_guilty(known: Incident, reason: Reason, now: datetime) -> None:
    for card in every_card(known, reason, now):
        assert not GUILTY.search(text_of(card)), text_of(card)


@given(incidents(), st.sampled_from(Reason), st.sampled_from([OPEN, NOW]))
def test_nothing_says_that_somebody_is_safe(known: Incident, reason: Reason, now: datetime) -> None:
    for card in every_card(known, reason, now):
        assert not re.search(r"\bsafe\b|\btrustworthy\b|\bgood requester\b|\brecommended\b", text_of(card), re.I)


def test_the_fixed_sentences_call_nobody_guilty_either() -> None:
    said = [*telling.TITLE.values(), *words.STAGE.values(), *words.OUTCOME.values(), words.NOT_A_FINDING]
    said += [step.text for platform in PLATFORMS for step in platform.recourse]
    said += [fact.text for platform in PLATFORMS for fact in platform.facts]

    assert [text for text in said if GUILTY.search(text)] == []
    assert set(telling.TITLE) == set(Reason)


@given(incidents(), st.sampled_from(Reason), st.sampled_from([OPEN, NOW]), st.integers(1, 4), st.integers(0, 4))
def test_in_public_one_to_four_workers_are_fewer_than_five(
    known: Incident, reason: Reason, now: datetime, n: int, contrary: int
) -> None:
    known = replace(known, n_voices=n, n_contrary=contrary)

    for card in public_cards(known, reason, now):
        assert not re.search(r"\b[0-4] workers?\b", text_of(card).replace(FEW, "")), text_of(card)
        assert not re.search(r"\b(one|two|three|four|a single) workers?\b", text_of(card), re.I)


@pytest.mark.parametrize("n", [1, 4])
def test_few_workers_are_few_in_public_and_counted_for_moderators(n: int) -> None:
    known = replace(incident(n), n_voices=n, n_sites=1)
    shown = alert(known, Reason.SUSPECTED)

    assert "Fewer than 5 workers report mass rejections" in text_of(cards.alert(shown, about(known)))
    assert "Fewer than 5 workers report mass rejections" in text_of(cards.notice(shown, about(known)))
    private = text_of(cards.for_moderators(shown, about(known), trial=False))
    assert f"{n} worker{'s' * (n > 1)} report{'s' * (n == 1)} mass rejections" in private


@pytest.mark.parametrize(("n", "said"), [(1, "1 worker says theirs"), (2, "2 workers say theirs")])
def test_whose_work_was_approved_is_said_in_a_right_sentence(n: int, said: str) -> None:
    known = replace(incident(6), n_contrary=n)
    shown = alert(known, Reason.GROWN)

    assert f"{said} was approved." in text_of(cards.for_moderators(shown, about(known), trial=False))
    assert "Fewer than 5 workers say theirs was approved." in text_of(cards.alert(shown, about(known)))


def test_a_sum_with_one_term_too_many_says_so_in_a_right_sentence() -> None:
    known = incident(6)
    why = tuple(Term(f"term {n}", n + 1.0) for n in range(7))

    assert "+1.0 1 smaller term\n" in text_of(
        cards.for_moderators(alert(known, Reason.GROWN, why=why), about(known), trial=False)
    )


@pytest.mark.parametrize(
    ("reason", "outcome", "said"),
    [
        (Reason.REVERSED, Outcome.REVERSED, "Reported as reversed by fewer than 5 workers"),
        (Reason.PARTLY_REVERSED, Outcome.PARTLY_REVERSED, "Some rejections are reported as reversed by"),
        (Reason.COMPENSATED, Outcome.COMPENSATED, "Workers report a payment instead of a reversal"),
    ],
)
def test_a_short_message_says_what_is_new_and_repeats_no_accusation(
    reason: Reason, outcome: Outcome, said: str
) -> None:
    known = replace(incident(6), outcome=outcome, n_reversing=2)

    notice = cards.notice(alert(known, reason), about(known))

    assert notice.lines[0].startswith(said)
    assert "report mass rejections" not in text_of(notice)


def test_from_five_on_the_count_is_shown() -> None:
    known = replace(incident(5), n_voices=5, n_sites=2)

    assert "5 workers on 2 sites report" in text_of(cards.alert(alert(known, Reason.CORROBORATED), about(known)))
    assert "5 workers on 2 sites reported" in text_of(cards.standing(found(known), PLATFORMS, NOW))


@given(incidents(), st.sampled_from(Reason), st.sampled_from([OPEN, NOW]))
def test_public_cards_show_no_hour_and_no_source(known: Incident, reason: Reason, now: datetime) -> None:
    alerted, noticed, standing, recent = public_cards(known, reason, now)

    for card in (alerted, noticed, standing):
        assert not HOUR_SHOWN.search(text_of(card)), text_of(card)
    # The list of what is open says as of when it is; of the incidents it shows the day.
    assert not any(HOUR_SHOWN.search(line) for line in recent.lines)
    for card in (alerted, noticed, standing, recent):
        assert not re.search(r"discord|reddit|exampleturkers|123456789|voice-", text_of(card), re.I)


def test_a_standing_says_how_many_places_cannot_be_read_and_since_which_day() -> None:
    blind = (("discord:1", AT), ("feed:example.org", NOW), ("reddit:example", None))

    card = cards.standing(found(incident(), blind=blind), PLATFORMS, NOW)

    assert card.footer is not None
    assert "Sources last read 1 hour ago. 3 places cannot be read now, the first since 30 Oct 2026." in card.footer


@pytest.mark.parametrize(
    ("since", "said"), [(AT, "1 place cannot be read now since 30 Oct 2026."), (None, "1 place cannot be read now.")]
)
def test_a_standing_says_of_one_place_what_is_known(since: datetime | None, said: str) -> None:
    card = cards.standing(found(incident(), blind=(("discord:1", since),)), PLATFORMS, NOW)

    assert said in (card.footer or "")


@pytest.mark.parametrize(
    ("n_voices", "said"),
    [
        (5, "At least 200 rejections, by the workers' own count."),
        (4, "At least 100 rejections, by the workers' own count, rounded down."),
        (2, "At least 10 rejections, by the workers' own count, rounded down."),
    ],
)
def test_rejections_are_the_workers_own_counts_and_of_few_only_about_how_many(n_voices: int, said: str) -> None:
    known = incident(n_voices)

    assert said in text_of(cards.standing(found(known), PLATFORMS, NOW))
    exact = f"At least {40 * n_voices} rejections, by the workers' own count."
    shown = cards.for_moderators(alert(known, Reason.CORROBORATED), about(known), trial=False)
    assert exact in text_of(shown)


def test_a_handful_of_rejections_of_few_is_not_counted_in_public() -> None:
    known = replace(incident(2), n_rejected=9)

    assert "At least" not in text_of(cards.standing(found(known), PLATFORMS, NOW))


def test_of_few_no_number_of_a_reversal_is_shown_in_public() -> None:
    known = replace(incident(4), stage=Stage.CONFIRMED, outcome=Outcome.REVERSED, n_rejected=40, n_reversed=30)
    told = alert(known, Reason.REVERSED)

    assert "30" not in "".join(cards.alert(told, about(known)).lines)
    assert ": 30 by their own count" in text_of(cards.for_moderators(told, about(known), trial=False))


def test_a_bot_that_has_read_nothing_says_so() -> None:
    never = Found(Standing(requester=requester()), "name")

    assert cards.standing(never, PLATFORMS, NOW).footer == "This bot has not read any source yet."


@given(incidents(), st.sampled_from(Reason))
def test_a_closed_platform_gets_no_link_no_return_and_no_rating(known: Incident, reason: Reason) -> None:
    known = replace(known, platform="mturk")

    for card in public_cards(known, reason, NOW):
        assert card.links == ()
        assert "return" not in text_of(card).lower()
        assert "rejections make" not in text_of(card)
        assert "http" not in text_of(card)
    # It says when, unless nothing is to be done any more.
    standing = cards.standing(found(known), PLATFORMS, NOW)
    assert "closed on 30 Sep 2026" in text_of(standing) or known.stage is Stage.DISMISSED


def test_an_open_platform_gets_link_return_and_rating() -> None:
    known = replace(incident(6), platform="mturk", stage=Stage.CORROBORATED)

    card = cards.standing(found(known), PLATFORMS, OPEN)

    assert card.links
    assert ACCOUNT in card.links[0][1]
    assert "return open HITs" in text_of(card)
    assert "rejections make" in text_of(card)


@pytest.mark.parametrize(
    ("stage", "said", "unsaid"),
    [
        (Stage.SUSPECTED, "Do a few", "Stop working"),
        (Stage.CORROBORATED, "Stop working for them", "Do a few"),
        (Stage.CONFIRMED, "Stop working for them", "Do a few"),
        (Stage.DISMISSED, "do not see a mass rejection", "What to do"),
    ],
)
def test_what_to_do_follows_how_sure_it_is(stage: Stage, said: str, unsaid: str) -> None:
    known = replace(incident(6), stage=stage)

    text = text_of(cards.standing(found(known), PLATFORMS, NOW))

    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize("reason", [Reason.SUSPECTED, Reason.CORROBORATED])
def test_what_no_moderator_looked_at_is_called_unverified(reason: Reason) -> None:
    known = replace(incident(6), stage=Stage(reason.value))
    shown = alert(known, reason)

    for card in (cards.alert(shown, about(known)), cards.notice(shown, about(known))):
        assert "nverified" in card.title
        assert "unverified" in card.lines[0]
    assert "not findings of this bot" in (cards.alert(shown, about(known)).footer or "")


def test_confirmed_says_who_confirmed_also_when_no_report_is_left() -> None:
    known = replace(incident(0), stage=Stage.CONFIRMED, n_voices=0)

    card = cards.alert(alert(known, Reason.CONFIRMED), about(known))

    assert card.lines[0] == f"Mass rejections by {NAME} (confirmed by moderators of this community)."
    assert "0 workers" not in text_of(cards.standing(found(known), PLATFORMS, NOW))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason.WITHDRAWN, "Please treat it as not said"),
        (Reason.DISMISSED, "do not see a mass rejection"),
        (Reason.EXPIRED, "That is not a recommendation"),
        (Reason.MERGED, "belong to another incident"),
    ],
)
def test_what_is_over_is_one_sentence_in_grey_without_buttons(reason: Reason, said: str) -> None:
    known = incident(6)
    shown = alert(known, reason)

    card = cards.alert(shown, about(known))

    assert len(card.lines) == 1
    assert said in card.lines[0]
    assert card.tone is Tone.GONE
    assert cards.for_moderators(shown, about(known), trial=False).buttons == ()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (
            Outcome.PARTLY_REVERSED,
            "Some rejections are reported as reversed by 6 workers: 30 of 40 by their own count.",
        ),
        (Outcome.REVERSED, "Reported as reversed by 6 workers: 30 of 40 by their own count."),
        (Outcome.COMPENSATED, "the rejections stay"),
    ],
)
def test_an_outcome_is_said_with_its_numbers(outcome: Outcome, said: str) -> None:
    counts = {"n_rejected": 240, "n_reversed": 30, "reversed_of": 40, "n_reversing": 6}
    known = replace(incident(6), stage=Stage.CONFIRMED, outcome=outcome, **counts)

    assert said in text_of(cards.alert(alert(known, Reason(outcome.value)), about(known)))
    assert said in text_of(cards.standing(found(known), PLATFORMS, NOW))


def test_a_reversal_of_which_nobody_counts_any_is_said_without_a_number() -> None:
    known = replace(incident(6), outcome=Outcome.PARTLY_REVERSED, n_reversed=0, reversed_of=1150, n_reversing=6)

    said = text_of(cards.alert(alert(known, Reason.PARTLY_REVERSED), about(known)))

    assert "Some rejections are reported as reversed by 6 workers." in said
    assert "of 1,150" not in said


def test_a_payment_is_not_called_a_reversal() -> None:
    known = replace(incident(6), outcome=Outcome.COMPENSATED)

    assert telling.tone(alert(known, Reason.COMPENSATED)) is not Tone.GOOD


def test_moderators_see_the_sum_heaviest_terms_first_and_the_buttons() -> None:
    known = incident(3)

    card = cards.for_moderators(alert(known, Reason.SUSPECTED), about(known), trial=False)
    lines = dict(card.fields)["Why"].split("\n")

    assert lines[0] == "-4.5 term 0"
    assert lines[-2:] == ["+1.5 3 smaller terms", "= 3.1"]
    assert len(lines) == 8
    assert [button.action for button in card.buttons] == ["confirm", "dismiss", "other"]


def test_moderators_see_the_hour_and_whether_members_were_told() -> None:
    known = replace(incident(3), opened_at=AT)

    hidden = cards.for_moderators(alert(known, Reason.SUSPECTED, seen=False), about(known), trial=True)
    told = cards.for_moderators(alert(known, Reason.SUSPECTED), about(known), trial=False)

    assert dict(told.fields)["First report"] == "30 Oct 2026, 13:37 UTC"
    assert hidden.lines[0] == "For moderators only; members have not been told."
    assert not any("TRIAL" in line or "moderators only" in line for line in told.lines)


def test_an_unproven_batch_accuses_nobody() -> None:
    known = replace(incident(0), stage=Stage.WATCHED, unproven=True)

    card = cards.for_moderators(alert(known, Reason.UNPROVEN, seen=False), about(known), trial=False)

    assert "Nobody has reported anything" in card.lines[1]
    assert "reject" not in " ".join((card.title, *card.lines))


def test_the_work_it_is_about_is_named_each_once_newest_first() -> None:
    tasks = [Task(title=title) for title in ("Old work", "New work", "Old work")]
    batches = tuple(Batch(key=f"b{n}", at=AT + n * DAY, task=task) for n, task in enumerate(tasks))
    known = replace(incident(6), batches=batches)

    card = cards.alert(alert(known, Reason.SUSPECTED), about(known))

    assert dict(card.fields)["About"] == "Old work\nNew work"


@pytest.mark.parametrize("stage", [Stage.WATCHED, None])
def test_a_requester_without_a_told_incident_is_not_recommended(stage: Stage | None) -> None:
    known = [replace(incident(1), stage=stage)] if stage else []
    who = about(incident()).requester

    card = cards.standing(Found(Standing(requester=who, incidents=tuple(known), read_at=NOW), "name"), PLATFORMS, NOW)

    assert card.title == NAME
    assert card.tone is Tone.NEUTRAL
    said = "too little to say anything" if known else "no reports known to this bot; that is not a recommendation"
    assert said in card.lines[0]


def test_earlier_incidents_are_listed_without_those_that_came_to_nothing() -> None:
    older = [replace(incident(), stage=stage, opened_at=AT - n * DAY) for n, stage in enumerate(Stage)]

    card = cards.standing(found(incident(), *older), PLATFORMS, NOW)

    assert dict(card.fields)["Before that"].count("\n") == 2
    assert "too little" not in dict(card.fields)["Before that"]


UGLY = [
    "**Bold** _and_ `code` [link](https://example.org)",
    "@everyone @here <@123> <#4>",
    "[bold red]rich[/] [link=https://example.org]x[/link]",
    "right\u202eto\u2066left\u200b\u200f\ufeff",
    "z" + "\u0301" * 50 + "algo" + "\u0332" * 50,
    "two\nlines\r\n\t\x00\x07\x1b[31m",
    "\ud800 lone \udfff",
    "x" * 10_000,
    "{name} {0} %s $HOME \\",
    "\u3164\u200b",
    "",
]
UNSEEN = re.compile(
    "[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


@pytest.mark.parametrize("ugly", UGLY)
def test_names_are_shown_harmless_on_every_card(ugly: str) -> None:
    known = replace(incident(6), batches=(Batch(key="b", at=AT, task=Task(title=ugly)),))
    who = requester(name=ugly, aliases=(ugly,))
    shown = cards.About(requester=who, incident=known, ref=REF, platform=PLATFORMS.find("prolific"))
    candidate = Candidate(owner="1", name=ugly, probability=0.5)
    standing = Standing(requester=who, incidents=(known,), tasks=((AT, Task(title=ugly)),), read_at=NOW)

    made = [
        cards.alert(alert(known, Reason.SUSPECTED), shown),
        cards.for_moderators(alert(known, Reason.SUSPECTED), shown, trial=True),
        cards.notice(alert(known, Reason.SUSPECTED), shown),
        cards.standing(Found(standing, "name"), PLATFORMS, NOW),
        cards.recent([shown], NOW),
        cards.judged(Decision.CONFIRM, shown),
        cards.reported(ugly, Facts(), first=True),
        cards.unknown(Unknown(ugly, (candidate,)), PLATFORMS),
        cards.ambiguous(Ambiguous(ugly, (candidate, candidate)), PLATFORMS),
        cards.guild(guild(name=ugly)),
    ]

    for card in made:
        assert not UNSEEN.search(text_of(card)), repr(text_of(card))
        assert not re.search("[\u0300-\u036f]{3}", text_of(card))
        assert len(card.title) <= 256
        assert "\n" not in card.title
        text_of(card).encode()


@given(incidents(), st.sampled_from(Reason), st.text(max_size=40))
def test_any_card_survives_json(known: Incident, reason: Reason, label: str) -> None:
    for card in every_card(known, reason):
        full = replace(card, links=((label, "https://example.org"),), buttons=(Button("pick:1", label),))

        assert cards.from_json(cards.to_json(full)) == full
        assert cards.to_json(cards.from_json(cards.to_json(full))) == cards.to_json(full)
        assert "\n" not in cards.to_json(full)


def test_json_leaves_no_part_of_a_card_out() -> None:
    full = Card(
        title="t",
        tone=Tone.ALARM,
        lines=("a",),
        fields=(("n", "v"),),
        links=(("l", "u"),),
        buttons=(Button("b", "B"),),
        footer="f",
    )

    assert all(getattr(full, field.name) != getattr(Card(title="x"), field.name) for field in fields(Card))
    assert cards.from_json(cards.to_json(full)) == full
    assert text_of(full) == "t\na\nn: v\nl: u\nf"


def test_unknown_recommends_nobody_and_asks_for_a_report() -> None:
    card = cards.unknown(Unknown("Nobody Heard Of"), PLATFORMS)

    assert card.title == "Nobody Heard Of: no reports known to this bot; that is not a recommendation"
    assert "report" in (card.footer or "")
    assert "safe" not in text_of(card).lower()


@pytest.mark.parametrize(
    "asked",
    [
        "A1EXAMPLEWORK1",
        "my id is A1EXAMPLEWORK1 help",
        "Lab a1examplework1x",
        "5f0c1a2b3c4d5e6f7a8b9c0d",
        "me@example.org",
    ],
)
def test_what_may_be_a_persons_own_id_is_never_said_back(asked: str) -> None:
    candidate = Candidate(owner="1", name="Lab", probability=0.5)
    answers = [
        cards.unknown(Unknown(asked, private=True), PLATFORMS),
        cards.unknown(Unknown(asked), PLATFORMS),
        cards.ambiguous(Ambiguous(asked, (candidate,)), PLATFORMS),
    ]

    for card in answers:
        assert not re.search(r"A1EXAMPLE|5f0c1a2b|me@", text_of(card), re.I), text_of(card)
    assert "delete your message" in text_of(answers[0])


def test_ambiguous_shows_five_at_most_with_what_tells_them_apart() -> None:
    names = [("mturk", ACCOUNT), ("mturk", "A2EXAMPLE2REQ4"), ("prolific", None), (None, None)] * 3
    candidates = tuple(
        Candidate(owner=str(n), name="Research", probability=0.1, platform=platform, account_key=account)
        for n, (platform, account) in enumerate(names)
    )
    seen = replace(candidates[2], seen_at=NOW, task="A study of sleep")
    candidates = (*candidates[:2], seen, *candidates[3:])

    card = cards.ambiguous(Ambiguous("research", candidates), PLATFORMS)

    assert card.lines[:4] == (
        f"1. Research (Amazon Mechanical Turk, {ACCOUNT}) #0",
        "2. Research (Amazon Mechanical Turk, A2EXAMPLE2REQ4) #1",
        "3. Research (Prolific, last seen 3 Nov 2026, “A study of sleep”) #2",
        "4. Research (platform not known) #3",
    )
    assert len(card.lines) == 5
    assert card.buttons[2] == Button("pick:2", "3")
    assert len(card.buttons) == 5


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (found(replace(incident(6), stage=Stage.CONFIRMED)), f"{NAME}: confirmed by moderators"),
        (Ambiguous("lab", ()), "Which “lab” do you mean?"),
        (Unknown("lab"), "lab: no reports known to this bot; that is not a recommendation"),
    ],
)
def test_each_answer_of_a_look_up_has_its_card(answer: Found | Ambiguous | Unknown, title: str) -> None:
    assert cards.answer(answer, PLATFORMS, NOW).title == title


RULE = PLATFORMS.get("mturk").rating


def test_the_example_of_a_rating_says_that_it_is_one_and_counts_right() -> None:
    assert RULE is not None

    line = cards.damage_line(RULE, None)

    assert line == (
        "Example, a worker with 1,000 approved and 5 rejected: 300 more rejections make 99.5 % into 76.6 % "
        "(shown as 76 %), and 29,195 approvals in a row lead back to 99 %; if only 10 a day counted, as workers "
        "petition for, 99.5 % into 98.5 % (shown as 98 %), and 485 approvals in a row lead back to 99 %."
    )


def test_the_workers_own_numbers_replace_the_example() -> None:
    assert RULE is not None

    line = cards.damage_line(RULE, Case(approved=100_000, rejected=10, at_risk=20))

    assert line.startswith(
        "Your rating: 20 more rejections make 99.9 % into 99.9 % (shown as 99 %), and no gate is lost;"
    )


@given(st.builds(Case, *[st.integers(0, 10**8)] * 3))
def test_any_numbers_of_a_worker_give_a_line(case: Case) -> None:
    assert RULE is not None

    line = cards.damage_line(RULE, case)

    assert line.startswith(f"Your rating: {case.at_risk:,} more rejections")
    assert "if only 10 a day counted" in line


@pytest.mark.parametrize(
    ("platform", "now", "title", "said"),
    [
        ("mturk", OPEN, "What rejections do to a rating on Amazon Mechanical Turk", "100 % below 100"),
        ("mturk", NOW, "What rejections do to a rating", "its ratings matter no more"),
        (None, NOW, "What rejections do to a rating", "Your platform may count otherwise"),
    ],
)
def test_the_rating_card_names_its_rule(platform: str | None, now: datetime, title: str, said: str) -> None:
    card = cards.rating(PLATFORMS.find(platform), None, now)

    assert card.title == title
    assert said in text_of(card)
    assert (card.footer or "").startswith("Rule: ")


def test_the_standing_shows_the_workers_own_numbers_where_the_platform_rates() -> None:
    known = replace(incident(6), platform="mturk")
    unrated = [platform.key for platform in PLATFORMS if platform.rating is None]

    mine = text_of(cards.standing(found(known), PLATFORMS, OPEN, Case(500, 0, 40)))
    elsewhere = text_of(cards.standing(found(replace(known, platform=unrated[0])), PLATFORMS, OPEN, Case(500, 0, 40)))

    assert "Your rating: 40 more rejections make 100.0 % into 92.5 %" in mine
    assert "rejections make" not in elsewhere


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (Facts(n_rejected=27, n_submitted=30), "27 of 30"),
        (Facts(n_rejected=40, n_submitted=40, share=Share.ALL), "all 40"),
        (Facts(n_rejected=1200), "1,200"),
        (Facts(share=Share.ALL), "all"),
        (Facts(), "an unknown number"),
    ],
)
def test_a_report_is_repeated_as_it_was_understood_with_an_undo(facts: Facts, said: str) -> None:
    card = cards.reported("Example Lab", facts, first=True)

    assert card.title == f"Understood: Example Lab rejected {said}"
    assert card.buttons == (Button("undo", "Undo"),)
    assert "Nobody sees who reported" in card.lines[0]


def test_only_the_first_reporter_is_told_to_be_the_first() -> None:
    assert len(cards.reported("x", Facts(), first=True).lines) == 2
    assert len(cards.reported("x", Facts(), first=False).lines) == 1


def test_what_is_open_is_listed_shortly_and_says_if_there_is_more() -> None:
    some = [about(replace(incident(6), last_at=AT)) for _ in range(12)]

    nothing, listed, all_listed = cards.recent([], NOW), cards.recent(some, NOW), cards.recent(some[:10], NOW)

    assert nothing.title == "Nothing open now"
    assert len(listed.lines) == 10
    assert listed.footer == "and 2 more"
    assert all_listed.footer == "as of 3 Nov 2026, 12:00 UTC"
    assert listed.lines[0].endswith(f"last on 30 Oct 2026 · ref {REF}")


def test_status_names_sources_what_waits_and_what_may_be_missed() -> None:
    watches = [
        Watch(source="reddit:example", last_success_at=NOW - 3 * MINUTE),
        Watch(source="feed:https://example.org", trouble="it answered 503"),
    ]
    rows = [
        replace(delivery(1), due_at=NOW - 2 * HOUR),
        replace(delivery(2), state=State.PARKED, marker="ABC-DEF", reason="cannot look"),
    ]

    card = cards.status(watches, rows, [("reddit:example", AT, "no overlap")], NOW)
    told = dict(card.fields)

    assert (
        told["Sources"] == "reddit:example: read 3 minutes ago\nfeed:https://example.org: read never; it answered 503"
    )
    assert told["Outbox"] == "1 waiting, oldest 2 hours ago"
    assert told["Parked (1): look whether the message is there"] == "ref ABC-DEF: cannot look"
    assert told["We may have missed posts"] == "reddit:example, 30 Oct 2026, 13:37 UTC: no overlap"


def test_status_of_an_idle_bot_is_short() -> None:
    assert dict(cards.status([], [], [], NOW).fields) == {"Sources": "none configured", "Outbox": "empty"}


def test_status_stays_short_whatever_goes_wrong() -> None:
    rows: list[Delivery] = [replace(delivery(n), state=State.PARKED) for n in range(50)]

    card = cards.status([Watch(source=f"reddit:s{n}") for n in range(50)], rows, [("s", AT, "w")] * 50, NOW)

    assert all(value.count("\n") < 8 for _, value in card.fields)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (guild(mode=Mode.TRIAL), "In trial: moderators see what members would be told."),
        (guild(), "Members are told."),
        (guild(policy="cautious"), "Policy cautious"),
        (guild(platforms=("prolific", "connect")), "prolific, connect"),
        (guild(alert_channel=None), "no channel set"),
        (guild(mode=Mode.TRIAL), "To tell members: /setup public:on"),
        (guild(mode=Mode.TRIAL, alert_channel=None), "To tell members: /setup alerts:#channel public:on"),
        (guild(mode=Mode.TRIAL, moderator_channel=None), "members are told nothing.\nModerators see nothing yet."),
        (guild(moderator_channel=None), "Members are told.\nModerators see nothing yet."),
    ],
)
def test_the_settings_of_a_guild_are_said_in_words(settings: Guild, said: str) -> None:
    assert said in text_of(cards.guild(settings))


def test_a_policy_that_is_gone_does_not_break_the_settings_card() -> None:
    assert "Policy" in text_of(cards.guild(guild(policy="gone with an update")))


def test_what_was_taken_back_is_followed_by_no_call_to_stop_working() -> None:
    known = replace(incident(6), stage=Stage.CONFIRMED, outcome=Outcome.REVERSED, n_reversing=5)

    for card in (
        cards.alert(alert(known, Reason.REVERSED), about(known)),
        cards.standing(found(known), PLATFORMS, NOW),
    ):
        assert "See whether yours were taken back" in text_of(card)
        assert "Stop working" not in text_of(card)


def test_a_word_that_was_taken_back_cannot_be_taken_back_again_and_an_outcome_is_named() -> None:
    shown = about(replace(incident(6), stage=Stage.CONFIRMED, outcome=Outcome.REVERSED))

    undone, reversed_ = (text_of(cards.judged(each, shown)) for each in (Decision.UNDO, Decision.REVERSED))

    assert "takes it back" not in undone
    assert "Now: confirmed by moderators; reported as reversed." in reversed_
    assert "`undo` takes it back" in reversed_


def test_the_small_answers_say_what_to_do() -> None:
    assert "Type: !report <requester>" in text_of(cards.misused("!report <requester>", "Whom?"))
    assert "later" in text_of(cards.not_reported("Try again later."))
    assert "does not count any more" in text_of(cards.undone())
    assert dict(cards.commands([("!check", "What is known.")]).fields) == {"!check": "What is known."}


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (MINUTE, "1 minute ago"),
        (59 * MINUTE, "59 minutes ago"),
        (HOUR, "1 hour ago"),
        (47 * HOUR, "1 day ago"),
        (9 * DAY, "9 days ago"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_unit(passed: timedelta, said: str) -> None:
    assert words.ago(NOW - passed, NOW) == said


def test_a_requester_is_shown_as_named() -> None:
    who = requester(name="  Example \u200bLab ")

    assert cards.About(requester=who, incident=incident(), ref=REF).name == "Example Lab"


# --- what comes after


@pytest.mark.parametrize(
    ("platform", "said"),
    [
        ("connect", "It can be put right. The researcher can reverse a rejection"),
        ("clickworker", "To the "),
        (None, "as reason."),
    ],
)
def test_a_likely_accident_is_said_as_such_with_what_the_requester_can_do(platform: str | None, said: str) -> None:
    known = replace(incident(6), accident=True)
    shown = cards.About(requester=requester(), incident=known, ref="7K2-Q9F", platform=PLATFORMS.find(platform))

    told = text_of(cards.alert(alert(known, Reason.CORROBORATED), shown))

    assert "It may be an accident" in told
    assert said in told


@pytest.mark.parametrize("told", [{"accident": False}, {"accident": True, "outcome": Outcome.REVERSED}])
def test_what_is_no_accident_or_undone_is_not_called_one(told: dict) -> None:
    known = replace(incident(6), **told)

    assert "accident" not in text_of(cards.alert(alert(known, Reason.CORROBORATED), about(known)))


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ((), None),
        ((99,), None),
        ((99, 99), None),
        ((5, 99), None),
        ((99, 5, 5, 9), "99 % (3 Nov 2026), then 5 % (4 Nov 2026), then 9 % (6 Nov 2026)"),
        (
            (99, 98, 97, 96, 95),
            "99 % (3 Nov 2026), then 97 % (5 Nov 2026), then 96 % (6 Nov 2026), then 95 % (7 Nov 2026)",
        ),
    ],
)
def test_the_fall_of_a_shown_rate_is_told_from_dated_readings(rates: tuple[int, ...], said: str | None) -> None:
    seen = [(NOW + n * DAY, Task(approval=rate)) for n, rate in enumerate(rates)]

    assert words.approvals(reversed(seen)) == said
