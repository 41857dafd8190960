"""Any card becomes an embed that Discord takes, in which nothing can be smuggled."""

from __future__ import annotations

import discord
from fakediscord.checks import embed_faults, message_faults
from hypothesis import given, settings
from hypothesis import strategies as st
from marks import live

from bot.model import Card, Tone
from cogs.embeds import FIELDS, FOOTER, TOTAL, embed, ends_with
from cogs.escape import units

TAG = "0a1b2c3d"
ANY = st.text(max_size=60) | st.text(alphabet="@<>[]()*_`|#:/\\ ehrtyvo.é😀\n", max_size=6000)
CARDS = st.builds(
    Card,
    title=ANY,
    tone=st.sampled_from(Tone),
    lines=st.lists(ANY, max_size=6).map(tuple),
    fields=st.lists(st.tuples(ANY, ANY), max_size=40).map(tuple),
    links=st.lists(st.tuples(ANY, ANY | st.just("https://example.org/a?b=c")), max_size=5).map(tuple),
    footer=st.none() | ANY,
)


def parsed(shown: discord.Embed) -> list[str]:
    """The texts in which Discord reads markdown."""
    told = [shown.title or "", shown.description or ""]
    return told + [text for one in shown.fields for text in (one.name or "", one.value or "")]


@settings(max_examples=150)
@given(CARDS)
def test_any_card_is_an_embed_that_discord_takes(card: Card) -> None:
    shown = embed(card, TAG)

    assert embed_faults(shown.to_dict()) == []
    assert message_faults({"embeds": [shown.to_dict()]}) == []
    words = [*parsed(shown), shown.footer.text or ""]
    assert sum(map(units, words)) <= TOTAL
    assert len(shown.fields) <= FIELDS


@settings(max_examples=60)
@given(CARDS)
def test_no_card_mentions_anybody_or_hides_a_link(card: Card) -> None:
    texts = parsed(embed(card, TAG))

    assert [(text, live(text)) for text in texts if live(text) and text != "https://example.org/a?b=c"] == []


@settings(max_examples=60)
@given(CARDS)
def test_the_tag_survives_whatever_the_footer_says(card: Card) -> None:
    shown = embed(card, TAG)

    assert ends_with(shown.footer.text, TAG)
    assert units(shown.footer.text or "") <= FOOTER
    assert not ends_with(embed(card).footer.text, TAG)


def test_a_footer_that_speaks_of_a_tag_is_not_one() -> None:
    said = embed(Card(title="x", footer=f"ref 7K2Q-9F · {TAG} · not a finding"), "ffffffff")

    assert not ends_with(said.footer.text, TAG)


def test_every_tone_has_a_colour_of_its_own() -> None:
    colours = {embed(Card(title="x", tone=tone)).colour for tone in Tone}

    assert len(colours) == len(Tone)


def test_fields_and_a_footer_stay_when_the_sentences_are_endless() -> None:
    shown = embed(Card(title="x", lines=("*" * 9000,), fields=(("Platform", "Prolific"),), footer="ref 7K2Q-9F"), TAG)

    assert [(one.name, one.value) for one in shown.fields] == [("Platform", "Prolific")]
    assert shown.footer.text == f"ref 7K2Q-9F · {TAG}"
    assert (shown.description or "").endswith("…")


def test_a_card_that_is_too_long_everywhere_keeps_its_tag_and_a_field() -> None:
    fields = tuple((f"name {n}", "v" * 1000) for n in range(30))

    shown = embed(Card(title="t" * 300, lines=("l" * 5000,), fields=fields, footer="f" * 3000), TAG)

    assert embed_faults(shown.to_dict()) == []
    assert ends_with(shown.footer.text, TAG)
    assert len(shown.fields) == 1
    assert sum(map(units, [*parsed(shown), shown.footer.text or ""])) <= TOTAL


def test_links_stand_in_fields_as_they_are_and_strange_ones_are_left_out() -> None:
    links = (("Page", "https://example.org/r/A1EXAMPLE2REQ3"), ("Bad", "javascript:alert(1)"), ("Two", "https://a b"))

    shown = embed(Card(title="x", links=links))

    assert [(one.name, one.value) for one in shown.fields] == [("Page", "https://example.org/r/A1EXAMPLE2REQ3")]


def test_an_empty_card_is_still_something_to_see() -> None:
    shown = embed(Card(title=""))

    assert shown.title
