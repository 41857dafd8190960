from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import World

from bot.model import Amount, Match, Mention, Name, Result, Task
from bot.naming import Context, NameIndex, canonical, resolve
from bot.naming.keys import bare, is_general, is_whole
from bot.naming.resolve import asked_of

FOUND, AMBIGUOUS, UNKNOWN = Result.FOUND, Result.AMBIGUOUS, Result.UNKNOWN
# The names every test adds his own to: enough of them that common words are common, and none too general.
CROWD = [known for known in World(400, 9, alike=True).names if not is_general(canonical(known.name))]


def name(owner: str, text: str, platform: str | None = None, activity: float = 1.0, key: str | None = None) -> Name:
    return Name(owner=owner, name=text, platform=platform, activity=activity, account_key=key)


KNOWN = [
    name("lab", "Quibbledorn Memory Lab", "mturk", key="A1EXAMPLE2REQ3"),
    name("jane", "Jane Quontrill", "mturk", key="A2EXAMPLE2REQ4"),
    name("firm", "Zephquary Data, LLC", "connect"),
    name("research", "Research", "mturk"),
    name("max", "Max", "mturk"),
    name("bq", "BQ", "mturk"),
    name("twin mturk", "Hexwold Survey", "mturk"),
    name("twin prolific", "Hexwold Survey", "prolific"),
    name("same a", "Plumwick Studies", "prolific"),
    name("same b", "Plumwick Studies", "prolific"),
    name("bold", "**Grumbolt** @everyone", "mturk"),
    name("comma", "Vexley, Oduna", "prolific"),
    name("rtl", "חברת דוגמה בעמ", "prolific"),
]
INDEX = NameIndex([*CROWD, *KNOWN])


def ask(text: str, platform: str | None = None, index: NameIndex = INDEX, **more: object) -> Match:
    return resolve(Mention(text=text, account_key=more.pop("account_key", None)), index, platform, **more)


def owners(match: Match) -> list[str]:
    return [candidate.owner for candidate in match.candidates]


@pytest.mark.parametrize(
    ("text", "owner", "how"),
    [
        ("Quibbledorn Memory Lab", "lab", "exact name"),
        ("QUIBBLEDORN memory lab", "lab", "exact name"),
        ("quibbledorn_memory-lab", "lab", "exact name"),
        ("Quibbledorn Memory Lab, Inc.", "lab", "exact name"),
        ("Zephquary Data", "firm", "exact name"),
        ("Quibblеdоrn Mеmоry Lаb", "lab", "exact name"),
        ("\u202eQuibble\u200bdorn Memory\u3164 Lab", "lab", "exact name"),
        ("Q̸̢̛͓u̷̡͝ì̴̛bbledorn M̶͝emory Lab", "lab", "exact name"),
        ("QuibbledornMemoryLab", "lab", "same name, spaced otherwise"),
        ("Qu1bbl3d0rn Memory Lab", "lab", "same name, digits for letters"),
        ("Memory Lab Quibbledorn", "lab", "same words in another order"),
        ("Quibbledron Memory Lab", "lab", "near name (1 letter differs)"),
        ("Quibbledorm Memory Lab", "lab", "near name (1 letter differs)"),
        ("Quibledorn Memmory Lab", "lab", "near name (2 letters differ)"),
        ("Oduna Vexley", "comma", "exact name"),
        ("grumbolt everyone", "bold", "exact name"),
        ("חברת דוגמה בעמ", "rtl", "exact name"),
        ("A1EXAMPLE2REQ3", "lab", "id"),
        ("a1example2req3", "lab", "id"),
        ("Someone Else [A2EXAMPLE2REQ4]", "jane", "id"),
    ],
)
def test_who_is_meant(text: str, owner: str, how: str) -> None:
    match = ask(text)

    assert (match.result, match.owner, match.how) == (FOUND, owner, how)
    assert owners(match)[0] == owner
    assert match.candidates[0].probability == match.probability


@pytest.mark.parametrize(
    ("text", "first", "how"),
    [
        ("Research", "research", "name too general"),
        ("research!", "research", "name too general"),
        ("Max", "max", "name too general"),
        ("BQ", "bq", "name too general"),
        ("Hexwold Survey", "twin mturk", "several share the name"),
        ("Plumwick Studies", "same a", "several share the name"),
        ("Quibbledorn Mem", "lab", "beginning of the name"),
        ("Quibbledorn Lab", "lab", "similar words"),
        ("J. Quontrill", "jane", "initials"),
    ],
)
def test_when_a_person_has_to_say_who_is_meant(text: str, first: str, how: str) -> None:
    match = ask(text)

    assert (match.result, match.owner, match.how) == (AMBIGUOUS, None, how)
    assert owners(match)[0] == first


@pytest.mark.parametrize(
    "text", ["Wuthermott Xylo", "", "   ", "!!!", "\u200b", "A9EXAMPLE9REQ9", "that survey lab", "qzx"]
)
def test_when_nobody_we_know_is_meant(text: str) -> None:
    match = ask(text)

    assert (match.result, match.owner) == (UNKNOWN, None)


@pytest.mark.parametrize("text", ["Maxx", "Reserach", "BX", "Mx", "Researchh", "Re search"])
def test_a_general_name_is_never_joined_on_a_likeness(text: str) -> None:
    assert ask(text).result is not FOUND


@pytest.mark.parametrize(("platform", "owner"), [("mturk", "twin mturk"), ("prolific", "twin prolific")])
def test_the_platform_decides_between_namesakes(platform: str, owner: str) -> None:
    match = ask("Hexwold Survey", platform)

    assert (match.result, match.owner) == (FOUND, owner)


def test_the_mentions_own_platform_wins_over_the_posts() -> None:
    mention = Mention(text="Hexwold Survey", platform="prolific")

    assert resolve(mention, INDEX, "mturk").owner == "twin prolific"


def test_a_namesake_elsewhere_is_nobody_here_but_is_named() -> None:
    match = ask("Jane Quontrill", "prolific")

    assert match.result is UNKNOWN
    assert owners(match) in ([], ["jane"])


NEIGHBOURS = NameIndex(
    [
        *CROWD,
        name("here", "Tallow Quontrill Panels", "prolific", 1.0),
        name("famous", "Fallow Quontrill Panels", "mturk", 900.0),
    ]
)


@pytest.mark.parametrize(
    ("text", "platform", "owner"),
    [
        ("Tallow Quontrill Panels", None, "here"),
        ("tallow quontrill panels", "prolific", "here"),
        ("Fallow Quontrill Panels", None, "famous"),
        ("Fallow Quontrill Panels", "mturk", "famous"),
    ],
)
def test_the_very_name_is_meant_however_well_known_its_neighbour_is(
    text: str, platform: str | None, owner: str
) -> None:
    match = ask(text, platform, NEIGHBOURS)

    assert (match.result, match.owner, match.how) == (FOUND, owner, "exact name")


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("Tallow Quontrill Panels", "mturk"),
        ("Fallow Quontrill Panels", "prolific"),
        ("Tallow Quontrill Panels", "connect"),
    ],
)
def test_a_neighbour_is_never_found_for_a_name_that_somebody_has_elsewhere(text: str, platform: str) -> None:
    match = ask(text, platform, NEIGHBOURS)

    assert match.result is not FOUND
    assert text.casefold() in [candidate.name.casefold() for candidate in match.candidates]


def test_a_name_that_nobody_has_still_means_its_only_neighbour() -> None:
    index = NameIndex([*CROWD, name("famous", "Fallow Quontrill Panels", "mturk")])

    assert ask("Fallow Quontrell Panels", None, index).owner == "famous"


def test_several_with_the_very_name_stay_ambiguous() -> None:
    index = NameIndex([*CROWD, *(name(who, "Tallow Quontrill Panels", "mturk") for who in ("one", "two"))])

    match = ask("Tallow Quontrill Panels", None, index)

    assert (match.result, match.how) == (AMBIGUOUS, "several share the name")
    assert set(owners(match)) == {"one", "two"}


@pytest.mark.parametrize(
    ("canon", "whole"),
    [
        ("jane quontrill", True),
        ("tallow quontrill panels", True),
        ("quontrill", False),
        ("j quontrill", False),
        ("quontrill lab", False),
        ("survey team 4", False),
        ("", False),
    ],
)
def test_which_names_say_by_themselves_who_it_is(canon: str, whole: bool) -> None:
    assert is_whole(canon) is whole


def test_not_even_the_best_known_namesake_elsewhere_is_meant_here() -> None:
    index = NameIndex([*CROWD, name("star", "Hexwold Memory Lab", "mturk", 1e9)])

    assert ask("Hexwold Memory Lab", "mturk", index).owner == "star"
    assert ask("Hexwold Memory Lab", "prolific", index).result is not FOUND


def test_another_number_is_another_requester() -> None:
    index = NameIndex([*CROWD, name("12", "Hexwold Memory Lab 12")])

    assert ask("Hexwold Memory Lab 13", index=index).result is not FOUND
    assert ask("Hexwold Memory Lob 12", index=index).owner == "12"


def test_the_platform_does_not_decide_between_namesakes_on_it() -> None:
    match = ask("Plumwick Studies", "prolific")

    assert (match.result, match.how) == (AMBIGUOUS, "several share the name")
    assert owners(match)[:2] == ["same a", "same b"]


def test_the_name_that_most_are_called_stands_first_though_another_is_the_likeliest_of_all() -> None:
    many = [name(f"same {n}", "Wrenhold", activity=3) for n in range(4)]
    index = NameIndex([*CROWD, *many, name("one", "Wrenhold Ostrandy", activity=90)])

    match = ask("Wrenhold", index=index)

    assert match.result is AMBIGUOUS
    assert [each.owner for each in match.candidates] == ["same 0", "same 1", "same 2", "same 3", "one"]
    assert match.candidates[4].probability > match.candidates[0].probability == match.probability


@pytest.mark.parametrize("text", ["quont2h83", "quont28q", "quont823", "quont_2j3", "quomt 2833", "2uont283"])
def test_a_slip_may_fall_into_the_number_of_a_name_but_never_makes_found(text: str) -> None:
    index = NameIndex([*CROWD, name("number", "quont283")])

    match = ask(text, index=index)

    assert owners(match)[:1] == ["number"]
    assert match.result is not FOUND


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("WrenholdDataInc.", "wrenholddata"),
        ("wrenhold datallc", "wrenhold data"),
        ("LLC, Wrenhold Data", "wrenhold data"),
        ("Data Inc Wrenhold", "data wrenhold"),
        ("Wrenholdinc", "wrenholdinc"),
        ("Zinc", "zinc"),
        ("Mollinc", "mollinc"),
        ("inc", "inc"),
    ],
)
def test_a_legal_form_is_no_part_of_a_name_wherever_it_stands_unless_nobody_is_called_by_the_rest(
    written: str, asked: str
) -> None:
    index = NameIndex([*CROWD, *(name(text, text) for text in ("Wrenhold Data, LLC", "Z", "Moll"))])

    assert asked_of(written, index) == asked


def test_a_legal_form_that_somebody_has_for_a_word_is_one() -> None:
    index = NameIndex([*CROWD, name("inc", "Inc Wrenhold Studies"), name("other", "Wrenhold Studies")])

    assert ask("inc wrenhold studies", index=index).owner == "inc"


@pytest.mark.parametrize("text", ["OstrandyWrenhold", "Wrenhold, Ostrandy", "0strandy Wrenh0ld"])
def test_the_same_letters_are_as_good_as_the_name(text: str) -> None:
    index = NameIndex([*CROWD, name("one", "Ostrandy Wrenhold")])

    match = ask(text, index=index)

    assert (match.result, match.owner) == (FOUND, "one")


def test_one_that_is_met_far_more_often_is_meant() -> None:
    index = NameIndex(
        [*CROWD, name("rare", "Hexwold Survey", activity=1), name("often", "Hexwold Survey", activity=900)]
    )

    assert ask("Hexwold Survey", index=index).owner == "often"


def test_an_id_wins_over_the_name_beside_it() -> None:
    match = ask("Jane Quontrill", account_key="a1example2req3")

    assert (match.result, match.owner, match.how, match.probability) == (FOUND, "lab", "id", 1.0)


def test_a_new_id_under_a_known_name_is_a_new_account() -> None:
    match = ask("Jane Quontrill", account_key="A9EXAMPLE9REQ9")

    assert (match.result, match.how, owners(match)) == (UNKNOWN, "no such id", [])


def test_a_new_id_fits_a_requester_known_by_name_only() -> None:
    match = ask("Zephquary Data", account_key="A9EXAMPLE9REQ9")

    assert (match.result, match.owner) == (FOUND, "firm")


def test_an_id_that_two_hold_is_ambiguous() -> None:
    index = NameIndex([name("a", "Dovrel", key="A1EXAMPLE"), name("b", "Wuth", key="A1EXAMPLE")])

    match = ask("A1EXAMPLE", index=index)

    assert (match.result, match.how, owners(match)) == (AMBIGUOUS, "several share the id", ["a", "b"])


TASK = Task(title="Rate the mood of 40 doves", reward=Amount(Decimal("1.20"), "GBP"), task_key="3GROUPEXAMPLE")


def with_task(owner: str) -> NameIndex:
    index = NameIndex([*CROWD, *KNOWN])
    index.add_task(owner, TASK)
    return index


@pytest.mark.parametrize(
    ("task", "live", "beside"),
    [
        (Task(title="rate the MOOD of 40 doves!"), (), "same title"),
        (Task(task_key="3GROUPEXAMPLE"), (), "same link"),
        (Task(reward=Amount(Decimal("1.2"), "GBP")), (), "same reward"),
        (None, ("firm",), "open incident"),
    ],
)
def test_where_no_ids_are_shown_a_name_joins_only_with_something_beside_it(
    task: Task | None, live: tuple[str, ...], beside: str
) -> None:
    index, strict = with_task("firm"), frozenset({"connect"})
    context = Context(task=task, live=frozenset(live))

    alone = ask("Zephquary Data", "connect", index, strict_on=strict)
    joined = ask("Zephquary Data", "connect", index, context=context, strict_on=strict)

    assert (alone.result, owners(alone)[0]) == (AMBIGUOUS, "firm")
    assert alone.how == "exact name; a name alone is not enough on this platform"
    assert (joined.result, joined.owner, joined.how) == (FOUND, "firm", f"exact name, {beside}")


def test_where_ids_are_shown_an_exact_name_is_enough() -> None:
    assert ask("Jane Quontrill", "mturk", strict_on=frozenset({"connect"})).owner == "jane"


def test_the_task_decides_between_namesakes_on_one_platform() -> None:
    match = ask("Plumwick Studies", "prolific", with_task("same b"), context=Context(task=TASK))

    assert (match.result, match.owner) == (FOUND, "same b")


def test_the_task_of_the_mention_counts_like_that_of_the_post() -> None:
    mention = Mention(text="Plumwick Studies", task=TASK)

    assert resolve(mention, with_task("same b")).owner == "same b"


def test_an_id_beside_the_mention_decides_between_namesakes() -> None:
    index = NameIndex([*CROWD, name("a", "Hexwold", key="A3EXAMPLE"), name("b", "Hexwold", key="A4EXAMPLE")])

    match = ask("Hexwold", index=index, context=Context(account_keys=frozenset({"a4example"})))

    assert (match.result, match.owner, match.how) == (FOUND, "b", "exact name, id beside it")


def test_a_general_name_needs_the_task_an_open_incident_is_not_enough() -> None:
    index = with_task("research")

    assert ask("Research", index=index, context=Context(live=frozenset({"research"}))).result is AMBIGUOUS
    assert ask("Research", index=index, context=Context(task=TASK)).owner == "research"


def test_a_general_title_says_nothing() -> None:
    index = NameIndex([*CROWD, *KNOWN])
    index.add_task("same b", Task(title="Survey"))

    assert ask("Plumwick Studies", index=index, context=Context(task=Task(title="survey"))).result is AMBIGUOUS


def test_an_alias_finds_its_owner_once() -> None:
    index = NameIndex([*CROWD, name("x", "Hexwold Survey"), name("x", "Hexwold Surveys"), name("x", "Old Plumwick")])

    match = ask("Old Plumwick", index=index)

    assert match.owner == "x"
    assert owners(ask("Hexwold Survey", index=index)).count("x") == 1


def test_shown_names_are_defused() -> None:
    index = NameIndex([name("x", "\u202eHexwold\n" + "y" * 200)])

    shown = ask("Hexwold " + "y" * 110, index=index).candidates[0].name

    assert (shown[:8], len(shown)) == ("Hexwold ", 80)


def test_an_empty_index_knows_nobody() -> None:
    assert ask("Jane Quontrill", index=NameIndex()) == Match(result=UNKNOWN, probability=0.0, how="no such name")


WORLD = World(300, 4)
FAULTY = st.sampled_from([question.text for question in WORLD.questions(300)]) | st.sampled_from(
    [k.name for k in KNOWN]
)


def named_chances(match: Match) -> Iterator[tuple[str, float]]:
    return ((bare(canonical(each.name)), each.probability) for each in match.candidates)


@given(FAULTY | st.text(st.characters(), max_size=120), st.sampled_from([None, "mturk", "connect", "?"]))
def test_every_answer_is_well_formed(text: str, platform: str | None) -> None:
    match = ask(text, platform)
    chances = [candidate.probability for candidate in match.candidates]
    by_name = [(form, [each for _, each in same]) for form, same in groupby(named_chances(match), itemgetter(0))]

    assert all(0.0 <= chance <= 1.0 for chance in [*chances, match.probability])
    assert all(same == sorted(same, reverse=True) for _, same in by_name)
    assert len(dict(by_name)) == len(by_name)
    assert sum(chances) <= 1.0001
    assert len(chances) <= 5
    assert len(set(owners(match))) == len(chances)
    assert match.probability == (chances[0] if chances else 0.0)
    assert match.owner == (owners(match)[0] if match.result is FOUND else None)
    assert match.how


@pytest.mark.long
@given(FAULTY, st.randoms(use_true_random=False))
def test_the_order_of_adding_changes_no_answer(text: str, dice: object) -> None:
    names = [*WORLD.names, *KNOWN]
    straight = MIXED.setdefault("straight", NameIndex(names))
    mixed = MIXED.setdefault("mixed", NameIndex(names[::-1]))

    assert ask(text, index=mixed) == ask(text, index=straight)


MIXED: dict[str, NameIndex] = {}


@given(st.lists(st.text(max_size=30), max_size=5))
def test_adding_names_never_changes_an_answer_by_id(texts: list[str]) -> None:
    index = NameIndex([*KNOWN, *(name(f"new {n}", text, activity=1e9) for n, text in enumerate(texts))])

    assert ask("A1EXAMPLE2REQ3", index=index).owner == "lab"
    assert ask(texts[0] if texts else "", index=index, account_key="A2EXAMPLE2REQ4").owner == "jane"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a b " * 250_000,
        "\u0301" * 100_000,
        "ﷺ" * 100_000,
        "1a" * 500_000,
        "lab survey data " * 9,
        "\ud800" * 9,
    ],
)
def test_no_text_is_too_much(text: str) -> None:
    def cost(asked: str) -> float:
        started = time.perf_counter()
        ask(asked)
        return time.perf_counter() - started

    start, whole = (min(cost(asked) for _ in range(3)) for asked in (text[:2_000], text))

    assert ask(text).result is not FOUND
    assert whole < 10 * start + 0.05  # no more than its beginning; the slack is the timer's


def test_another_first_letter_is_rather_somebody_else_even_while_an_incident_is_open() -> None:
    index = NameIndex([Name(owner="1", name="Tallow Quill Panels", platform="prolific", activity=50.0)])
    live = Context(live=frozenset({"1"}))

    other = resolve(Mention(text="Fallow Quill Panels"), index, "prolific", live)
    slip = resolve(Mention(text="Tallow Qulll Panels"), index, "prolific", live)

    assert (other.result, slip.result, slip.owner) == (Result.AMBIGUOUS, FOUND, "1")


# --- what a careful person would not take for each other, and would


CAREFUL = NameIndex(
    [
        *CROWD,
        name("uni", "University of Velmora", "prolific", 90.0),
        name("maria", "Maria Zelentz", "prolific", 9.0),
        name("comma", "Johnsen, Kerra", "mturk", 9.0),
        name("two", "Anna-Lena Voskuhl", "mturk", 9.0),
        name("jr", "J. R. Halloway", "mturk", 20.0),
        name("brace", "Bracewell Vision Group", "connect", 20.0),
    ]
)


@pytest.mark.parametrize(
    "text", ["University of Belmora", "Marina Zelentz", "Mario Zelentz", "Anna Lena", "J. K. Halloway", "Halloway"]
)
def test_another_word_or_a_given_name_is_never_found_by_itself(text: str) -> None:
    assert ask(text, None, CAREFUL).result is not FOUND


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Univercity of Velmora", "uni"),
        ("Maria Zelents", "maria"),
        ("Kerra Johnsen", "comma"),
        ("Anna Lena Voskuhl", "two"),
        ("JR Halloway", "jr"),
    ],
)
def test_a_slip_inside_a_word_and_a_surname_written_first_are_found(text: str, owner: str) -> None:
    assert ask(text, None, CAREFUL).owner == owner


@pytest.mark.parametrize(
    ("text", "owner", "how"),
    [
        ("K Johnsen", "comma", "initials"),
        ("Kerra J", "comma", "initials"),
        ("A-L Voskuhl", "two", "initials"),
        ("Bracewell", "brace", "beginning of the name"),
        ("Brcwll Vsn Grp", "brace", "similar words"),
    ],
)
def test_whoever_is_meant_by_letters_and_short_forms_stands_first(text: str, owner: str, how: str) -> None:
    match = ask(text, None, CAREFUL)

    assert (match.result is not UNKNOWN, owners(match)[0], match.how) == (True, owner, how)
