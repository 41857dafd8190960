"""The facts of one claim, out of the sentences it was made in: counts, share, money, cause, reversal, time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from bot.model import Amount, Facts, Reversal, Share
from bot.reading.atoms import Atom
from bot.reading.clauses import Sentence
from bot.reading.facts.causes import cause_of
from bot.reading.facts.records import without_records
from bot.reading.facts.reversals import came_back, reversal_of
from bot.reading.facts.shares import share_of, worded
from bot.reading.facts.tally import tally
from bot.reading.facts.times import When
from bot.reading.numbers import Count
from bot.reading.numbers.roles import Role
from bot.reading.words import MONEY, Word, word_set

_CURRENCIES = {"$": "USD", "£": "GBP", "€": "EUR", "₹": "INR"}
_LOSS = re.compile(
    r"\blost\b|\blose\b|\blosing\b|\bout\b|down the drain|worth of"
    r"|\bcost me\b|\bowed?\b|stole|stolen|in rejected|wasted|\bloss\b"
)
_IN_WORDS = re.compile(r"(?<![\d/.])(\d{1,6}(?:\.\d{1,2})?) ?(bucks|dollars|usd|pounds|gbp|euros?|eur|rupees|inr)\b")
_NAMED = {"bucks": "USD", "dollars": "USD", "usd": "USD", "pounds": "GBP", "gbp": "GBP", "euro": "EUR", "euros": "EUR",
          "eur": "EUR", "rupees": "INR", "inr": "INR"}  # fmt: skip
_MANY = {"mass_words", "all_of_it", "most_of_it", "many", "several_workers", "some_of_it", "none_approved"}
_PLURALS = word_set(
    "rejections rejs rejects hits studies submissions surveys tasks assignments batch batches them these those"
)
_ONE_OF = frozenset(("one of them", "one of mine", "one of those", "just one", "only one"))
_OF_ONE = ("whole", "entire")  # "my whole study"


def facts_of(atoms: list[Atom], around: list[Sentence], when: When | None, posted_at: datetime | None) -> Facts:
    """The facts of the claim that these atoms make. `around`: the sentences in which its numbers may stand."""
    counted = without_records(around)
    found = [count for sentence in counted for count in sentence.counts]
    names = {name for atom in atoms for name in atom.names}
    share = worded(around)
    told = tally(counted, share, mass="mass_words" in names, assent="assent" in names)
    turned = reversal_of(around, told) or _came_back(atoms)
    here = set(map(id, counted))
    now = [atom for atom in atoms if id(atom.sentence) in here] or atoms
    single = not told.stated and "assent" not in names and _one(now, names, share)
    if told.rejected is None and turned in (Reversal.DONE, Reversal.PARTLY):
        told = replace(
            told, rejected=_turned([c for sentence in counted if came_back(sentence) for c in sentence.counts])
        )
    rejected = 1 if single and (told.rejected is None or _says_so(now, names)) else told.rejected
    return Facts(
        n_rejected=rejected,
        n_submitted=told.submitted or max((c.of for c in found if c.of and c.role is Role.REVERSED), default=None),
        n_reversed=told.reversed,
        share=share_of(found, told, rejected, share),
        amount=_amount(around),
        first_hand=_first_hand(atoms, names),
        reversal=turned,
        cause=cause_of(around),
        happened_at=when.at(posted_at) if when else None,
    )


def _came_back(atoms: list[Atom]) -> Reversal | None:
    """What is told as news of all that was rejected before: "Approved the lot."."""
    plain = (atom for atom in atoms if atom.start == "start_reversal" and "approve" in atom.anchor.tags)
    return next((atom.reversal for atom in plain if atom.reversal is not None), None)


def _turned(found: list[Count]) -> int | None:
    """How many were approved after all: "flipped mine to approved, all six", "every one of my 70 is approved again"."""
    return max((c.n for c in found if c.role is Role.APPROVED and (c.all or c.mine) and not c.percent), default=None)


def _one(atoms: list[Atom], names: set[str], share: Share | None) -> bool:
    """Whether one rejection is spoken of: "a rejection", "rejected my HIT", with no word for more."""
    if _says_so(atoms, names):
        return True
    if share is not None or names & _MANY or any(atom.start == "start_reversal" for atom in atoms):
        return False
    sentences = [atom.sentence for atom in atoms if atom.start != "start_contrary"]
    more = (w.low in _PLURALS or ("all" in w.tags and w.low not in _OF_ONE) for s in sentences for w in s.words)
    return bool(sentences) and not any(more)


def _says_so(atoms: list[Atom], names: set[str]) -> bool:
    """Whether the claim speaks of one in so many words, and of no more."""
    return not names & _MANY and any(
        _says_one(atom.sentence.words)
        for atom in atoms
        if atom.start != "start_contrary" and not any(count.role is Role.WORKERS for count in atom.sentence.counts)
    )


def _says_one(words: list[Word]) -> bool:
    """ "one rejection", "my rejection", "one of my Example hits": whatever else is plural, it was one."""
    single = any({"one", "rej"} <= word.tags or word.low in _ONE_OF for word in words)
    return single or any(a.low == "one" and b.low in ("of", "of my", "of mine") for a, b in pairwise(words))


def _first_hand(atoms: list[Atom], names: set[str]) -> bool | None:
    if not any(atom.claims for atom in atoms):
        return None
    if "told_by_others" in names:
        return False
    mine = "mine" in names or any(w.low.endswith((" mine", " my")) for atom in atoms for w in atom.sentence.words)
    return True if mine else None


def _amount(around: list[Sentence]) -> Amount | None:
    """Money lost, as written; pay and bonuses are not."""
    for sentence in around:
        if MONEY not in sentence.kinds and sentence.lows.isdisjoint(_NAMED):
            continue
        low = sentence.text[sentence.words[0].start : sentence.words[-1].end].lower()
        if not _LOSS.search(low):
            continue
        for word in sentence.words:
            if word.kind == MONEY and word.text[0] in _CURRENCIES:
                return _money(word.text[1:], _CURRENCIES[word.text[0]])
        match = _IN_WORDS.search(low)
        if match:
            return Amount(Decimal(match[1]), _NAMED[match[2]])
    return None


def _money(text: str, currency: str) -> Amount:
    digits = text.strip().replace(",", "")
    return Amount(Decimal(digits.rstrip("k")) * (1000 if digits.endswith("k") else 1), currency)
