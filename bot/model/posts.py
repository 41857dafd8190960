"""Post and Page: what is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Format(StrEnum):
    """How the text of a post is marked up."""

    MARKDOWN = "markdown"
    BBCODE = "bbcode"
    HTML = "html"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What somebody wrote. `author_key` is the site's name or id of the author and is hashed before storage."""

    source: str
    key: str
    text: str
    title: str | None = None
    author_key: str | None = None
    posted_at: datetime | None = None
    parent_key: str | None = None
    url: str | None = None
    platform: str | None = None
    format: Format | None = None

    @property
    def kind(self) -> str:
        """The source's kind: what stands before the first colon."""
        return self.source.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Posts read in one go. `cursor` and `validators` are opaque to everybody but the source that made them.

    `gap` says in words what may have been missed between the last page and this one, None if nothing was.
    """

    source: str
    posts: tuple[Post, ...]
    cursor: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    gap: str | None = None
