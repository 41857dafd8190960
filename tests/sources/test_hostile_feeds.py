"""E7: documents made to hurt, and a thousand damaged ones, each in a child as the bot's own: none breaks it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sources.feedparse import answer
from tests.sources.hostile_feeds import ITEM, RSS, documents

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def became() -> dict[str, str]:
    """What became of each document."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.sources.hostile_feeds"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return dict(json.loads(line) for line in ended.stdout.splitlines())


@pytest.mark.long
@pytest.mark.xdist_group("hostile feeds")
def test_each_document_is_parsed_refused_or_killed_and_nothing_else(became: dict[str, str]) -> None:
    odd = {name: end for name, end in became.items() if not end.startswith(("parsed", "refused", "killed"))}

    assert odd == {}
    assert len(became) >= 60
    assert {"parsed", "refused"} <= {end.partition(":")[0] for end in became.values()}


@pytest.mark.long
@pytest.mark.xdist_group("hostile feeds")
def test_a_thousand_damaged_feeds_are_read_or_refused_and_none_takes_long(became: dict[str, str]) -> None:
    damaged = [end for name, end in became.items() if name.startswith("mutated")]

    assert len(damaged) == 10
    assert "killed" not in damaged


def test_what_declares_anything_is_not_even_tried() -> None:
    declaring = [body for name, body in documents() if name.startswith("DOCTYPE") and b"ENTITY" in body]

    assert len(declaring) >= 5
    assert all("entities" in answer(body, "text/xml")["error"] for body in declaring)


@pytest.mark.parametrize(
    "reference", ["&#x110000;", "&#1114112;", "&#XFFFFFFFFFFFFFFFFFFFFFF;", "&#99999999999999999999999"]
)
def test_a_letter_that_there_is_none_of_costs_no_other_post_its_reading(reference: str) -> None:
    broken = ITEM.format(1).replace("All rejected", f"All {reference} rejected & <b>").replace("</b>", "")

    found = answer(RSS.format("", ITEM.format(0) + broken).encode(), "text/xml")

    assert [entry["id"] for entry in found["entries"]] == ["g0", "g1"]


def test_what_the_library_stumbles_over_is_told_in_a_sentence() -> None:
    item = "<item><guid>g</guid><link>https://</item>e.example.org</link>"

    assert "cannot be made sense of" in answer(RSS.format("", item).encode(), "text/xml")["error"]
