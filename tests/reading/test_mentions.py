"""Who is named: as the post writes them, in every place of a post, and nobody where nobody is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Mention, Origin
from bot.platforms import Link, Platforms
from bot.reading.mentions import MOST, Named, Namer, Names, shipped
from bot.reading.mentions.pieces import RARE, Lore
from bot.reading.text import Passage

REQUESTER_ID = "A1EXAMPLE2REQ3"
LINK_MARK, EXPORT_MARK = "\ue0000\ue001", "\ue0001\ue001"


@pytest.fixture
def namer(platforms: Platforms) -> Namer:
    return Namer(platforms, {}, {})


def named(namer: Namer, *texts: str | Passage, parents: tuple[str, ...] = ()) -> Named:
    passages = [text if isinstance(text, Passage) else Passage(text, Origin.TEXT) for text in texts]
    return namer.name(passages, [Mention(text=name) for name in parents])


def first(found: Named) -> str | None:
    return found.mentions[0].text if found.mentions else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Quillmarsh Research rejected all 40 of mine last night.", "Quillmarsh Research"),
        ("Got 12 rejections from Quillmarsh Research, no reason given.", "Quillmarsh Research"),
        ("I did 30 for Dunmoor & Pike and every one came back rejected.", "Dunmoor & Pike"),
        ("All of my Quillmarsh Labs tasks were rejected this morning.", "Quillmarsh Labs"),
        ("Dr. L. Brackwater-Ohn has rejected my whole batch.", "Dr. L. Brackwater-Ohn"),
        ("M. Tarnside-Vell rejected 14 of my 15.", "M. Tarnside-Vell"),
        ("Quillmarsh's batch is all red, 30 of 30.", "Quillmarsh"),
        ("Quillmarsh Audio’s pool was refused, every page of it.", "Quillmarsh Audio"),
        ('The study by "Quillmarsh Attitudes" rejected everybody.', "Quillmarsh Attitudes"),
        ("Requester: Quillmarsh rejected 60 of mine", "Quillmarsh"),
        ("QuillMarsh@Vell turned down my whole set", "QuillMarsh@Vell"),
        ("brack_water_ml rejected my whole pool", "brack_water_ml"),
        ("40 of mine rejected by quillmarsh labs, all of them", "quillmarsh labs"),
        ("JUST GOT 50 REJECTIONS FROM QUILLMARSH LABS THIS IS THEFT", "QUILLMARSH LABS"),
    ],
)
def test_a_requester_is_named_exactly_as_the_post_writes_them(namer: Namer, text: str, name: str):
    found = named(namer, text)

    assert first(found) == name


@pytest.mark.parametrize(
    "text",
    [
        "Is Quillmarsh Labs safe?",
        "Quillmarsh Labs reversed all of mine, thank you for the patience everybody.",
        "Quillmarsh Labs always pays within a day, never a rejection in two years.",
        "Has anybody heard back from Quillmarsh Labs?",
    ],
)
def test_a_requester_is_named_where_nothing_is_claimed(namer: Namer, text: str):
    assert first(named(namer, text)) == "Quillmarsh Labs"


@pytest.mark.parametrize(
    "text",
    [
        "Got 40 rejections last night, no reason given. What can I do?",
        "My card was declined at the bank in Lisbon on Tuesday.",
        "Can a requester reject after 30 days on MTurk?",
        "PayPal rejected my withdrawal again, third time since March.",
        "u/pinewatcher said the same thing, and @ollie too.",
        "Good morning all, happy Thanksgiving from Ohio!",
        "ok so i am done for today, everything came back approved",
        "My friend Maria had hers rejected on Prolific as well.",
        "¿Alguien sabe cuánto tarda la revisión en Toloka?",
        "",
        "   \n \n",
    ],
)
def test_nobody_is_invented(namer: Namer, text: str):
    assert named(namer, text) == Named()


def test_a_bare_id_is_named_only_where_it_is_said_to_be_a_requesters(namer: Namer):
    of_worker = named(namer, f"My worker id is {REQUESTER_ID} and all my work was rejected.")
    of_requester = named(namer, f"Mass rejections from requester {REQUESTER_ID}, 40 of 40.")

    assert of_worker.mentions == ()
    assert [mention.account_key for mention in of_requester.mentions] == [REQUESTER_ID]


def test_an_id_in_brackets_belongs_to_the_name_before_it(namer: Namer):
    found = named(namer, f"Quillmarsh Labs [{REQUESTER_ID}] rejected all 30 of mine")

    assert (found.mentions[0].text, found.mentions[0].account_key) == ("Quillmarsh Labs", REQUESTER_ID)


def test_a_link_names_its_label_or_else_its_id(platforms: Platforms):
    link = Link("mturk", REQUESTER_ID, None, 0, 0, "")
    namer = Namer(platforms, {0: link}, {})

    labelled = named(namer, f"Quillmarsh Labs{LINK_MARK} rejected all of mine").mentions[0]
    bare = named(namer, f"rejected everything: {LINK_MARK}").mentions[0]

    assert (labelled.text, labelled.account_key, labelled.origin) == ("Quillmarsh Labs", REQUESTER_ID, Origin.LINK)
    assert (bare.text, bare.account_key) == (REQUESTER_ID, REQUESTER_ID)


def test_an_export_is_named_with_all_that_it_says(platforms: Platforms):
    shown = Mention(text="Quillmarsh Labs", account_key=REQUESTER_ID, origin=Origin.EXPORT, platform="mturk")
    namer = Namer(platforms, {}, {1: shown})

    found = named(namer, f"{EXPORT_MARK}\nall 60 rejected")

    assert found.mentions == (shown,)


@pytest.mark.parametrize("origin", [Origin.TITLE, Origin.QUOTE])
def test_a_title_or_quote_names_for_the_text_under_it(namer: Namer, origin: Origin):
    above = Passage("Quillmarsh Labs rejected everything", origin)

    found = named(namer, above, "Same for me, all 30 of them gone since this morning.")

    assert [(mention.text, mention.origin) for mention in found.mentions] == [("Quillmarsh Labs", origin)]


class TestParent:
    def test_an_answer_without_a_name_is_about_whom_the_parent_names(self, namer: Namer):
        found = named(namer, "same here, they rejected all 40 of mine", parents=("Quillmarsh Labs",))

        assert [(mention.text, mention.origin) for mention in found.mentions] == [("Quillmarsh Labs", Origin.PARENT)]

    def test_an_answer_that_names_somebody_else_is_about_them(self, namer: Namer):
        found = named(namer, "For me it was Dunmoor & Pike who rejected all 40.", parents=("Quillmarsh Labs",))

        assert first(found) == "Dunmoor & Pike"

    def test_a_name_of_the_parent_is_taken_as_the_answer_writes_it(self, namer: Namer):
        found = named(namer, "quillmarsh labs did the same to me, 40 of 40 rejected", parents=("Quillmarsh Labs",))

        assert (found.mentions[0].text, found.mentions[0].origin) == ("quillmarsh labs", Origin.TEXT)

    def test_an_answer_about_something_else_names_nobody(self, namer: Namer):
        text = "Unrelated: has anybody a recipe for pumpkin soup that freezes well? Asking for Sunday dinner."

        assert named(namer, text, parents=("Quillmarsh Labs",)).mentions == ()


class TestPlaces:
    TEXT = "Quillmarsh Labs rejected 20 of mine. Dunmoor & Pike approved. Quillmarsh Labs is dead to me."

    def test_every_place_of_a_name_is_known(self, namer: Namer):
        found = named(namer, self.TEXT)

        here = [each.start for each in found.within(0, 0, len(self.TEXT)) if each.mention.text == "Quillmarsh Labs"]
        assert here == [0, self.TEXT.rindex("Quillmarsh")]

    def test_only_what_stands_in_the_part_is_given(self, namer: Namer):
        found = named(namer, self.TEXT)

        assert [each.mention.text for each in found.within(0, 0, 30)] == ["Quillmarsh Labs"]
        assert found.within(1, 0, 1000) == []

    def test_who_rejects_is_the_agent(self, namer: Namer):
        by_verb = named(namer, "Quillmarsh Labs rejected 20 of mine").places[0][1]
        by_by = named(namer, "20 of mine rejected by Quillmarsh Labs").places[0][1]
        elsewhere = named(namer, "Is Quillmarsh Labs safe?").places[0][1]

        assert (by_verb.agent, by_by.agent, elsewhere.agent) == (True, True, False)


def test_other_weights_name_otherwise(platforms: Platforms):
    silent = Names({"nobody": 100.0}, shipped().lore)

    assert named(Namer(platforms, {}, {}, silent), "Quillmarsh Labs rejected all 40 of mine").mentions == ()


def test_no_two_names_share_a_place(platforms: Platforms):
    all_alike = Names({"in text": 9.0}, shipped().lore)

    found = named(
        Namer(platforms, {}, {}, all_alike), "Quillmarsh's Panel pays. It was Dunmoor & Pike who rejected all"
    )

    placed = sorted((each.start, each.start + len(each.mention.text)) for _, each in found.places)
    assert len(placed) > 1
    assert [mention.text for mention in found.mentions] == [each.mention.text for _, each in found.places]
    assert all(one[1] <= other[0] for one, other in pairwise(placed))


def test_what_is_weighed_is_bounded(namer: Namer):
    text = " ".join(f"Quill{chr(97 + i % 26)}marsh{chr(97 + i // 26)} Labs rejected mine." for i in range(300))

    entities, _ = namer.weigh([Passage(text, Origin.TEXT)])

    assert len(entities) <= MOST + 3  # the last segment may add some


@given(st.text(alphabet="aB .'’\"[]()@#&-_/0\n\ue000\ue001ç१?!", max_size=200))
def test_any_text_is_read_and_names_only_what_stands_in_it(platforms: Platforms, text: str):
    found = named(Namer(platforms, {}, {}), text)

    assert all(mention.text in text for mention in found.mentions)
    assert all(text[each.start :].startswith(each.mention.text[:1]) for _, each in found.places)


def test_ordinary_words_of_the_corpus_are_known_and_invented_ones_are_rare():
    lore = shipped().lore

    assert lore["rejected"][0] < RARE
    assert lore["garden"][0] < RARE
    assert lore["quillmarsh"][0] == RARE
    assert "quillmarsh" not in lore  # what was looked up is not kept


def test_lore_knows_the_forms_of_words():
    lore = Lore({"paint": 1})

    assert [lore[word][0] for word in ("painted", "painting", "painter", "paint's", "paint-paint")] == [1] * 5
    assert lore["painzzz"][0] == RARE
