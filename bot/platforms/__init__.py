"""Marketplaces as data, one TOML file each: words, ids, links, windows and recourse, each fact with its source."""

from __future__ import annotations

from bot.platforms.links import BareId, Link, find_bare_ids, find_links
from bot.platforms.loading import load
from bot.platforms.masking import mask_ids
from bot.platforms.profile import (
    Cue,
    Fact,
    IdShape,
    LinkShape,
    Noun,
    Pages,
    Platform,
    Platforms,
    RatingRule,
    Reversal,
    Review,
    Step,
    Words,
)
from bot.platforms.recognise import recognise, scores

__all__ = [
    "BareId",
    "Cue",
    "Fact",
    "IdShape",
    "Link",
    "LinkShape",
    "Noun",
    "Pages",
    "Platform",
    "Platforms",
    "RatingRule",
    "Reversal",
    "Review",
    "Step",
    "Words",
    "find_bare_ids",
    "find_links",
    "load",
    "mask_ids",
    "recognise",
    "scores",
]
