"""Rule: which requester a mention means; found, ambiguous or unknown, how, and how surely."""

from __future__ import annotations

import math
import re

from bot.model import Candidate, Match, Mention, Name, Result
from bot.naming import keys
from bot.naming.canonical import called, display
from bot.naming.context import NO_CONTEXT, Context
from bot.naming.index import NameIndex
from bot.naming.likeness import EXPLAINED, alike
from bot.naming.nicknames import are_two_people, is_given, other_names
from bot.naming.scorer import chances, log_odds
from bot.naming.weigh import PROOF, SUPPORT, WHOLE_NAME, Weighed, weigh

# "found" is said from here on: where its precision on names and slips kept for validation is 0.99 or better, with and
# without known activity. For the name to the letter, spaced otherwise, its words in another order, digits instead of
# letters, and where something else agrees:
FOUND_AT = 0.97
# for two telling words or more as one requester alone is called, however well known a neighbour is, and for the whole
# words that a name begins with, five letters or more, if nobody else here has the rarest of them:
FOUND_ALONE_AT = 0.9
# for words of a name left out, or some added, if the others are written whole;
FOUND_WHOLE_WORDS_AT = 0.98
# for one letter that differs, and a name cut off; and for two letters that differ.
FOUND_NEAR_AT = 0.993
FOUND_FAR_AT = 0.996
# Whoever is less likely than this is not worth naming; below the second nobody at all is meant.
LISTED_AT = 0.005
UNKNOWN_BELOW = 0.48
MAX_CANDIDATES = 5
# An id may stand inside what was written ("Some Lab [A1EXAMPLE2REQ3]"): a word this long with a digit in it.
_MIN_ID = 9
_SAME_LETTERS = ("digits", "glued", "taken apart", "reordered")
# What is left of a name is at least so long; a first word that more names have is nobody's alone.
_MIN_BEGUN = 5
_MOST_NAMES = 8
_LOOKED_THROUGH = 200
_POSSESSIVE = re.compile(r"['’´`]s\b", re.IGNORECASE)
_BEFORE_A_NAME = frozenset(("that", "this", "those", "these", "my", "by", "dr", "prof", "professor", "mr", "mrs", "ms"))
# What workers say of whoever it is, before a name or after it.
_ANYBODY = frozenset(("requester", "researcher", "hit", "hits", "guy", "guys", "people", "folks", "again"))
# Legal forms that are no part of a word: canonical() takes them from the end of a name where they stand alone.
_FORMS = ("inc", "llc", "ltd", "gmbh", "corp")


def resolve(
    mention: Mention,
    index: NameIndex,
    platform: str | None = None,
    context: Context | None = None,
    strict_on: frozenset[str] = frozenset(),
) -> Match:
    """Say who is meant. An id decides whatever the name says.

    `platform` is used where the mention itself has none. On the platforms of `strict_on` a name alone never makes
    "found": the task, its reward, an id beside it or an open incident has to agree (for joining reports on platforms
    that show no ids; leave it empty to look somebody up).
    Candidates stand by name, the likeliest name first: of many who are called so each may be less likely than somebody
    who stands after them. The match's probability is that of its first candidate, 0 where nobody comes near.
    """
    by_id = _by_id(mention, index)
    if by_id is not None:
        return by_id
    where = mention.platform or platform
    asked = asked_of(mention.text, index)
    rated = _rated(asked, mention, index, where, context or NO_CONTEXT)
    each = zip((one for _, one in rated), chances(odds for odds, _ in rated), strict=True)
    near = [(one, chance) for one, chance in _by_name(list(each)) if chance >= LISTED_AT or "exact" in one.like]
    if not near:
        return Match(
            result=Result.UNKNOWN, probability=0.0, how="no such id" if mention.account_key else "no such name"
        )
    if mention.account_key and near[0][0].like.get("cut"):  # an id that nobody has speaks of somebody new
        return _match(Result.AMBIGUOUS if near[0][1] >= UNKNOWN_BELOW else Result.UNKNOWN, _how(near[0][0]), near)
    alone = _begins_alone(asked, near[0][0], index, where)
    result, how = _decide(asked, near, strict=where in strict_on, alone=alone)
    return _match(result, how, near)


def asked_of(text: str, index: NameIndex) -> str:
    """The canonical form that was asked for. Unless somebody is called so: without what talk puts around a name.

    "that fennmoor lab" is "fennmoor lab", "Dr Wren's" is "wren", "requester Wren" too, "LLC, Wren Data" is "wren data",
    and "WrenDataLLC" "wrendata".
    """
    asked = keys.bare(called(text))
    if index.named(asked):
        return asked
    words = keys.bare(called(_POSSESSIVE.sub("", text[:_LOOKED_THROUGH]))).split()
    while len(words) > 1 and words[0] in _BEFORE_A_NAME | _ANYBODY:
        del words[0]
    while len(words) > 1 and words[-1] in _ANYBODY:
        del words[-1]
    return _without_form([word for word in words if word not in _FORMS] or words, index) or asked


def _without_form(words: list[str], index: NameIndex) -> str:
    """The words as one text; without a legal form at their end, if somebody is called by the rest."""
    text = " ".join(words)
    form = next((form for form in _FORMS if text.endswith(form)), "")
    rest = text.removesuffix(form)
    letters = keys.skeleton(rest)
    return rest if form and len(letters) >= _MIN_BEGUN and index.keys.get(keys.whole_key(letters)) else text


def _by_id(mention: Mention, index: NameIndex) -> Match | None:
    written = mention.text.strip()[:200]
    asked = [mention.account_key] if mention.account_key else [written, *_ids_in(written)]
    for account_key in asked:
        owners = index.owners_of(account_key)
        if owners:
            return _of_id(owners, index)
    return None


def _ids_in(text: str) -> list[str]:
    words = "".join(char if char.isalnum() or char in "_-" else " " for char in text).split()
    return [word for word in words if len(word) >= _MIN_ID and any(char.isdigit() for char in word)]


def _of_id(owners: tuple[str, ...], index: NameIndex) -> Match:
    share = 1.0 / len(owners)
    names = [index.names_of(owner)[0] for owner in owners[:MAX_CANDIDATES]]
    candidates = tuple(_candidate(name, share) for name in names)
    if len(owners) == 1:
        return Match(result=Result.FOUND, probability=1.0, how="id", owner=owners[0], candidates=candidates)
    return Match(result=Result.AMBIGUOUS, probability=share, how="several share the id", candidates=candidates)


def _rated(
    asked: str, mention: Mention, index: NameIndex, where: str | None, context: Context
) -> list[tuple[float, Weighed]]:
    """Everybody near with their log-odds, each by the name that fits best, the likeliest first."""
    best: dict[str, tuple[float, Weighed]] = {}
    for one in weigh(asked, mention, index, where, context):
        rated = (log_odds(one.kind, (one.like, one.about), one.beside), one)
        other = best.get(one.name.owner)
        if other is None or _order(rated) < _order(other):
            best[one.name.owner] = rated
    return sorted(best.values(), key=_order)


def _order(rated: tuple[float, Weighed]) -> tuple[float, str, str, str]:
    odds, one = rated
    return (-odds, one.canon, one.name.owner, one.name.name)


def _by_name(rated: list[tuple[Weighed, float]]) -> list[tuple[Weighed, float]]:
    """The likeliest name first, whoever has it, and of those who share it the likeliest."""
    of_name: dict[str, float] = {}
    for one, chance in rated:
        of_name[one.canon] = of_name.get(one.canon, 0.0) + chance
    return sorted(rated, key=lambda each: (-of_name[each[0].canon], each[0].canon))


def _begins_alone(asked: str, one: Weighed, index: NameIndex, where: str | None) -> bool:
    """Whether this name begins with the very words that were written, and nobody else here has the rarest of them."""
    if not (one.like.get("asked whole") and one.like.get("cut")) or len(keys.squashed(asked)) < _MIN_BEGUN:
        return False
    rarest = max(keys.spelt(asked), key=index.rarity)
    numbers = [number for word in (rarest, *other_names(rarest)) for number in index.words.names(word)]
    if len(numbers) > _MOST_NAMES:
        return False
    names = map(index.name, numbers)
    return all(other.owner == one.name.owner or where not in (None, other.platform or where) for other in names)


def _decide(asked: str, near: list[tuple[Weighed, float]], *, strict: bool, alone: bool) -> tuple[Result, str]:
    first, chance = near[0]
    how = _how(first)
    proof = [word for word in PROOF if word in first.beside]
    support = [word for word in SUPPORT if word in first.beside]
    twins = [one for one, _ in near if one.canon == first.canon and "other platform" not in one.beside]
    known = _same(first) or sum(each for one, each in near if "other platform" not in one.beside) >= UNKNOWN_BELOW
    if (keys.is_general(asked) or keys.is_general(first.canon)) and not proof:
        return (Result.AMBIGUOUS if known else Result.UNKNOWN), "name too general"
    given_alone = how.startswith(("beginning", "similar")) and all(map(is_given, asked.split()))
    another = (given_alone or _is_headless(asked, first) or _is_another(asked, first)) and not proof
    if WHOLE_NAME in first.beside:  # whoever is called otherwise is no rival of the very name, however well known
        chance += sum(each for one, each in near if _is_another(asked, one))
    if not another and chance >= _bar(first, support, near, alone=alone):
        if strict and not support:
            return Result.AMBIGUOUS, f"{how}; a name alone is not enough on this platform"
        return Result.FOUND, ", ".join((how, *support))
    if not known:
        return Result.UNKNOWN, "no such name"
    return Result.AMBIGUOUS, "several share the name" if len(twins) > 1 else how


def _is_headless(asked: str, one: Weighed) -> bool:
    """Whether the word that a name begins with is left out: "Vision Group" may be anybody's."""
    head = next((word for word in keys.telling(keys.spelt(one.canon)) if not keys.is_common(word)), None)
    if head is None or not one.like.get("words fewer"):
        return False
    return max(alike(head, word) for word in keys.spelt(asked)) < EXPLAINED


def _is_another(asked: str, one: Weighed) -> bool:
    """Whether what differs by a letter or two is rather another word, and so somebody else.

    People slip inside a word, hardly ever at its first letter, and "Mario" is no slip of "Maria".
    """
    if not _how(one).startswith("near name"):
        return False
    words, others = asked.split(), one.canon.split()
    pairs = zip(words, others, strict=True) if len(words) == len(others) else [(asked, one.canon)]
    return any(word[0] != other[0] or are_two_people(word, other) for word, other in pairs)


def _bar(one: Weighed, support: list[str], near: list[tuple[Weighed, float]], *, alone: bool) -> float:
    """From which probability on "found" may be said.

    Never for a name by itself that is only near: initials, words that are only similar, one with another number, one
    beside which somebody else has the very name that was written, on whichever platform.
    """
    taken = "exact" not in one.like and any("exact" in other.like for other, _ in near)
    doubtful = one.like.get("initials") or one.like.get("numbers") or taken
    if "other platform" in one.beside or (doubtful and not support):
        return math.inf
    if alone or (WHOLE_NAME in one.beside and sum("exact" in other.like for other, _ in near) == 1):
        return FOUND_ALONE_AT
    if _same(one) or support or any(one.like.get(feature) for feature in _SAME_LETTERS):
        return FOUND_AT
    how = _how(one)
    if how.startswith(("beginning", "similar")) and (one.like.get("asked whole") or one.like.get("known whole")):
        return FOUND_WHOLE_WORDS_AT
    if how.startswith("similar"):
        return math.inf
    return FOUND_FAR_AT if one.like.get("two letters") else FOUND_NEAR_AT


def _same(one: Weighed) -> bool:
    return "exact" in one.like and "other platform" not in one.beside


def _how(one: Weighed) -> str:
    """The likeness in a few words."""
    like = one.like
    slipped = like.get("words more") == like.get("words fewer")
    for feature, words in (
        ("exact", "exact name"),
        ("glued", "same name, spaced otherwise"),
        ("taken apart", "same name, spaced otherwise"),
        ("digits", "same name, digits for letters"),
        ("in order", "same words"),
        ("reordered", "same words in another order"),
        ("one letter", "near name (1 letter differs)"),
        ("initials", "initials"),
        ("two letters", "near name (2 letters differ)"),
        ("cut", "beginning of the name"),
    ):
        if like.get(feature) and (slipped or not words.startswith("near name")):
            return words
    return "similar words" if like.get("words more", 0.0) == 0.0 else "similar letters"


def _match(result: Result, how: str, near: list[tuple[Weighed, float]]) -> Match:
    return Match(
        result=result,
        probability=round(near[0][1], 6),
        how=how,
        owner=near[0][0].name.owner if result is Result.FOUND else None,
        candidates=tuple(_candidate(one.name, chance) for one, chance in near[:MAX_CANDIDATES]),
    )


def _candidate(name: Name, chance: float) -> Candidate:
    return Candidate(
        owner=name.owner,
        name=display(name.name),
        probability=round(chance, 6),
        platform=name.platform,
        account_key=name.account_key,
    )
