"""What the reader has to beat: a keyword, and a rule of patterns as a diligent moderator would write it."""

from __future__ import annotations

import re

from bot.model import Claim, Facts, Kind, Mention, Post, Reading, Reversal, Share
from bot.reading import Parent
from bot.reading.words import folded

KEYWORD = re.compile(r"mass[ -]?rej")
_WORD = r"(?:reject(?:ed|s|ing|ions?)?|rejs?|denied|refused|bounced)"
_MASS = re.compile(
    rf"mass[ -]?(?:rej|den)|{_WORD} (?:all|every|everything|most|half|my entire|the entire|the whole|dozens|hundreds)\b"
    rf"|\b(?:all|every one|everything|the whole batch|most|half|hundreds|dozens)\b[^.!?\n]{{0,40}}\b{_WORD}\b"
    rf"|\b{_WORD} (?:\w{{1,12}} ){{0,2}}\d{{2,5}}\b|\b\d{{2,5}} (?:\w{{1,12}} ){{0,4}}{_WORD}\b|\b0 approved"
)
_DOUBT = re.compile(
    r"\b(?:if|would|could|might|afraid|worried|hope|never|has any(?:one|body)|ever been|what happens)\b"
)
_BACK = re.compile(r"\b(?:un-?reject|revers(?:ed|ing)|overturn|rescind|approved (?:them )?after all)")
_ANY = re.compile(rf"\b{_WORD}\b")
_MINE = re.compile(r"\b(?:i|me|my|mine|got|was)\b")
_COUNT = re.compile(rf"\b{_WORD} (?:\w{{1,12}} ){{0,2}}(\d{{1,5}})\b|\b(\d{{1,5}}) (?:\w{{1,12}} ){{0,4}}{_WORD}\b")
_NAME = r"([A-Z][\w&'-]{0,20}(?: [A-Z][\w&'-]{0,20}){0,3})"
_WHO = re.compile(
    rf"{_NAME} (?:just |has |have |is )?(?:mass )?(?:[Rr]eject|[Rr]efus|[Dd]enied)"
    rf"|\b(?:by|from|[Rr]equester|[Rr]esearcher) {_NAME}"
)
_SHARE = ((Share.ALL, "all "), (Share.ALL, "every"), (Share.ALL, "entire"), (Share.MOST, "most"), (Share.SOME, "some"))


def keyword(post: Post, _parent: Parent | None = None) -> Reading:
    """ "mass reject" anywhere is 'mass', any "reject" talk: what a keyword alarm gives."""
    low = folded(_whole(post))
    found = KEYWORD.search(low) is not None
    return _reading(Kind.MASS if found else Kind.TALK if "reject" in low else Kind.OTHER, reportable=found)


def rule(post: Post, _parent: Parent | None = None) -> Reading:
    """Patterns for how much, whose, doubt and reversal over the whole post; the first name beside a rejection."""
    text = _whole(post)
    low = folded(text)
    kind = _kind(low)
    claims = kind in (Kind.MASS, Kind.SINGLE)
    count = _COUNT.search(low) if claims else None
    who = _WHO.search(text) if kind is not Kind.OTHER else None
    facts = Facts(
        n_rejected=int(count[1] or count[2]) if count else None,
        share=next((share for share, word in _SHARE if claims and word in low), None),
        reversal=Reversal.DONE if kind is Kind.REVERSAL else None,
    )
    mention = Mention(text=(who[1] or who[2]).strip()) if who else None
    return _reading(kind, reportable=kind is Kind.MASS and mention is not None, facts=facts, mention=mention)


def _whole(post: Post) -> str:
    return f"{post.title}\n{post.text}" if post.title else post.text


def _kind(low: str) -> Kind:
    if _ANY.search(low) is None:
        return Kind.REVERSAL if _BACK.search(low) else Kind.OTHER
    if _BACK.search(low):
        return Kind.REVERSAL
    if _DOUBT.search(low):
        return Kind.TALK
    if _MASS.search(low):
        return Kind.MASS
    return Kind.SINGLE if _MINE.search(low) else Kind.TALK


def _reading(kind: Kind, *, reportable: bool, facts: Facts | None = None, mention: Mention | None = None) -> Reading:
    probability = {each: float(each is kind) for each in Kind}
    facts = facts or Facts()
    claim = Claim(mention=mention, kind=kind, probability=probability, facts=facts)
    return Reading(
        kind=kind,
        probability=probability,
        reportable=reportable,
        facts=facts,
        mentions=(mention,) if mention else (),
        claims=(claim,) if mention else (),
    )
