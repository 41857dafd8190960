"""Invented posts with what they mean, and readers that say what a test wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.evaluation.examples import Example, Expected, Reader
from bot.model import Claim, Facts, Kind, Mention, Post, Reading

CORPUS_FILE = """# Workers of an invented forum, one line each.
# Written by hand for these tests.
source: forum:example
platform: prolific

=== one
kind: mass
reportable: yes
requester: Larkspur Panels
count: 12
of: 14
---
Larkspur Panels rejected 12 of my 14 submissions today.

=== two
kind: mass
reportable: yes
requester: Larkspur Panels
parent: one
platform: connect
title: Same!
---
Same here, all 11 rejected.
---
Thanks for the warning.

=== three
kind: other
reportable: no
---
Lovely weather for tea.
"""


def example(
    key: str = "k",
    kind: Kind = Kind.TALK,
    *,
    text: str = "Some words.",
    parent: str | None = None,
    theme: str = "theme",
    **expected: Any,
) -> Example:
    """A post of this kind; `expected` are fields of Expected."""
    post = Post(source="forum:example", key=key, text=text, parent_key=parent)
    return Example(post=post, expected=Expected(kind=kind, **expected), theme=theme, where=f"{theme}.txt:{key}")


def reading(
    kind: Kind = Kind.OTHER, p: float = 1.0, *, who: tuple[str, ...] = (), reportable: bool = False, **facts: Any
) -> Reading:
    """A reading that is so sure of the kind, and names these in claims."""
    rest = (1 - p) / (len(Kind) - 1)
    probability = {each: p if each is kind else rest for each in Kind}
    mentions = tuple(Mention(text=name) for name in who)
    given = Facts(**facts)
    claims = tuple(Claim(mention=each, kind=kind, probability=probability, facts=given) for each in mentions)
    return Reading(
        kind=kind, probability=probability, reportable=reportable, facts=given, mentions=mentions, claims=claims
    )


def says(kinds: Mapping[str, Kind]) -> Reader:
    """A reader that knows the kind of each key."""
    return lambda post, _parent: reading(kinds[post.key])
