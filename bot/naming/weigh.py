"""All that speaks for and against each name that comes near a mention, as numbers that the weights see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.model import Mention, Name
from bot.naming import keys
from bot.naming.context import Context, clues
from bot.naming.find import near
from bot.naming.index import NameIndex
from bot.naming.likeness import Asked, Likeness, Rarity

# Whoever the context points at is looked at too, if his name has this much in common with what was asked (0 to 100).
_LEAST_LIKE = 60
_MOST_POINTED_AT = 300
# What may hold beside a name, most telling first.
PROOF = ("id beside it", "same link", "same title", "in the thread")
SUPPORT = (*PROOF, "same reward", "open incident")
WHOLE_NAME = "whole name"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One name that comes near: its canonical form, how like it is and in which way, and what holds beside it.

    `about`: what is known of the name itself, weighed by the same kind as `like`.
    """

    name: Name
    canon: str
    kind: str
    like: Likeness
    about: Likeness
    beside: tuple[str, ...]

    @property
    def features(self) -> dict[str, float]:
        """All of it, each under the name of its weight."""
        found = dict.fromkeys(self.beside, 1.0)
        found.update({f"{self.kind} {feature}": value for feature, value in (*self.like.items(), *self.about.items())})
        return found


def weigh(asked: str, mention: Mention, index: NameIndex, where: str | None, context: Context) -> list[Weighed]:
    """Everybody near the canonical form `asked`; on the platform `where` (None: not known)."""
    if not asked or not len(index):
        return []
    given = clues(mention.task) | clues(context.task)
    rarity = Rarity(index.rarity)
    name_asked = Asked(asked, rarity, index.words.count)
    likes: dict[str, tuple[str, Likeness]] = {}
    taken = bool(index.named(asked))
    whole = taken and keys.is_whole(asked)
    numbers = dict.fromkeys(near(index, asked, rarity))
    numbers.update(dict.fromkeys(_pointed_at(asked, given, index, context)))
    found = []
    for number in numbers:
        name, canon = index.name(number), index.canon(number)
        if mention.account_key and index.accounts_of(name.owner):
            # An id that nobody has is a new account: whoever is known by another id is not meant, whatever his name.
            continue
        if canon not in likes:
            like = name_asked.beside(canon)
            likes[canon] = _kind(like), like
        kind, like = likes[canon]
        beside = [*_beside(name, where, context, given, index)]
        about = {"bias": 1.0, "activity": index.weight(name), "size": index.size}
        if taken and kind != "exact":
            about["not the name" if whole else "taken"] = 1.0
        elif whole and "other platform" not in beside:
            beside.append(WHOLE_NAME)
        found.append(Weighed(name, canon, kind, like, about, tuple(beside)))
    return found


def _kind(like: Likeness) -> str:
    """What may have been done to the name, in a word or two: each has weights of its own."""
    if "exact" in like or like.get("initials"):
        return "exact" if "exact" in like else "initials"
    if "numbered" in like or like["letters"] == 1.0:
        return "numbered" if "numbered" in like else "near"
    if like["words fewer"]:
        if like["words more"]:
            return "other"
        return "part" if like["asked whole"] else "letters" if like["asked by letters"] else "some"
    if like["words more"]:
        return "more" if like["known whole"] else "longer"
    return "begun" if like.get("cut") else "near"


def _pointed_at(asked: str, given: frozenset[str], index: NameIndex, context: Context) -> Iterator[int]:
    """The names of whom the context points at, where they have something in common with what was asked."""
    owners = {owner for clue in given for owner in index.seen_with(clue)} | context.live | context.thread
    owners |= {owner for key in context.account_keys for owner in index.owners_of(key)}
    for owner in sorted(owners)[:_MOST_POINTED_AT]:
        for number in index.numbers_of(owner):
            if fuzz.partial_ratio(asked, index.canon(number), score_cutoff=_LEAST_LIKE):
                yield number


def _beside(name: Name, where: str | None, context: Context, given: frozenset[str], index: NameIndex) -> Iterator[str]:
    if where is not None and name.platform is not None:
        yield "same platform" if name.platform == where else "other platform"
    if given:
        yield from (f"same {kind}" for kind in sorted({clue.split()[0] for clue in given & index.clues_of(name.owner)}))
    if name.owner in context.live:
        yield "open incident"
    if name.owner in context.thread:
        yield "in the thread"
    if context.account_keys and not index.accounts_of(name.owner).isdisjoint(
        key.upper() for key in context.account_keys
    ):
        yield "id beside it"
