"""Posts with what a careful person says they mean, and readers that are tried on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.model import Kind, Post, Reading
from bot.reading import Parent

Reader = Callable[[Post, Parent | None], Reading]
Fact = int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a post means. `facts` has None for what it does not say, and no entry for what nobody judged.

    Its names are those of `bot.model.Facts` (n_rejected, n_submitted, share, reversal, cause) and `platform`.
    """

    kind: Kind
    reportable: bool | None = None
    requesters: tuple[str, ...] = ()
    account_keys: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A post, what it means, the theme it was written for and the `file:line` where it stands.

    It shows itself without its text: whoever prints one, in a failing test say, has not looked at a blind post.
    """

    post: Post = field(repr=False)
    expected: Expected = field(repr=False)
    theme: str
    where: str
    note: str | None = None


def threads(examples: Iterable[Example]) -> list[list[int]]:
    """The places of the posts, those of one thread together: a post with all that answer it."""
    begun: dict[tuple[str, str], list[int]] = {}
    found = []
    for place, example in enumerate(examples):
        post = example.post
        thread = begun.get((post.source, post.parent_key)) if post.parent_key else None
        if thread is None:
            thread = []
            found.append(thread)
        thread.append(place)
        begun[post.source, post.key] = thread
    return found


def parents(examples: Sequence[Example], readings: Sequence[Reading]) -> list[Parent | None]:
    """For every post the one it answers, as it was read; a parent stands before its answers."""
    read = {(each.post.source, each.post.key): place for place, each in enumerate(examples)}
    above = [read.get((each.post.source, each.post.parent_key or "")) for each in examples]
    return [None if place is None else Parent.of(examples[place].post, readings[place]) for place in above]


def read_all(reader: Reader, examples: Sequence[Example]) -> list[Reading]:
    """What a reader makes of the posts, each with its parent's reading beside it, as in life."""
    known: dict[tuple[str, str], Parent] = {}
    readings = []
    for example in examples:
        post = example.post
        reading = reader(post, known.get((post.source, post.parent_key or "")))
        known[post.source, post.key] = Parent.of(post, reading)
        readings.append(reading)
    return readings
