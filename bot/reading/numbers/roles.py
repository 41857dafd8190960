"""What a number counts: the nearest word on either side that can say so (rejected, approved, done, people)."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise, takewhile

from bot.reading.words import DATE, FRACTION, LINK, MONEY, NUM, STOP, TIME, WORD, Word, word_set


class Role(StrEnum):
    """What a number counts. `work`: pieces of work, of which nothing more is said; `loose`: not said."""

    REJECTED = "rej"
    APPROVED = "approve"
    REVERSED = "reverse"
    SUBMITTED = "done"
    WORKERS = "others"
    WORK = "work"
    LOOSE = "loose"


TOLD = frozenset((Role.REJECTED, Role.REVERSED, Role.APPROVED, Role.SUBMITTED, Role.WORKERS))
FILLERS = word_set(
    "of the those these their them my mine our hits were was got get have has had been just are all being "
    "other so far in a row total straight more now me ones been already out from that i he they she "
    "it is it's for an ' of_my still about around like over another at least roughly nearly almost only "
    "with up to approximately some by : a total as close well ~ different separate fully completely "
    "or odd ish something his her its this each every as both even exactly precisely too were're de mis meus minhas "
    "los las os as me que el la o se nos foi foram fueron están estão ko ke ka ki se mein hai the hain came come "
    "comes coming back went gone sat show shows showing marked set put turned here there today not"
)
_PASSED = frozenset(("mine", "all", "now", "workers", "work", "requester"))
_NO_PLURALS = word_set(
    "thanks this his was is has yes its plus less us as thus vs does always perhaps across besides sans los las mis "
    "nos unos unas dos os das mais meus minhas menos pues puis jas days"
)
_NOW_SO = frozenset(
    ("now", "set", "changed", "put back", "switched", "turned", "after all", "finally", "back", "ahora", "agora")
)
_PUT_BACK = frozenset(("put", "changed", "set", "turned", "switched", "flipped", "ahora", "agora"))
_CLAUSE = frozenset(("and", "y", "e"))
_SUBJECTS = word_set("they he she we i")
_COLON = frozenset(":")
_DID_NOT = word_set("didn't didnt don't dont doesn't doesnt") | {"did not", "do not", "does not", "refused to"}
_TOOK = word_set("took take takes taking taken")
_OF_YOU = (["of", "you"], ["of", "us"])
_NEW = 6  # what "and they", "and we" part
_AHEAD = 4  # how much more a new subject or a colon parts a number from what stands behind it
_NEAR = 9  # what may stand between a number and the word that says what it counts; each word weighs
_HEAD = 5  # words behind a number among which is what it counts, by name
_STOPS = {",": 3, "(": 3, ")": 3, ":": 2, "-": 2, "–": 2, "—": 2, "/": 4} | dict.fromkeys("\"'“”*_~", 1)


def role_of(words: list[Word], first: int, last: int) -> Role:
    """What the number from word `first` to `last` counts, by the nearest word that can say so, right before left."""
    right, ahead = _seek(words, last + 1, 1)
    left, back = _seek(words, first - 1, -1)
    if right is not None and left is not None and ahead == back and _labels_first(words, first, last):
        right = None
    if [word.low for word in words[last + 1 : last + 3]] in _OF_YOU:
        return Role.WORKERS
    if right is Role.REJECTED and _undone(words, last + 1):
        return Role.REVERSED
    if right is None or (left is not None and back < ahead):
        right = left or (Role.WORK if works(words, last + 1) else Role.LOOSE)
    if right is not Role.APPROVED or not _anew(words, first, last):
        return right
    taken = any(word.low in _TOOK for word in words[max(0, first - 3) : first])
    return Role.REJECTED if taken else Role.REVERSED  # "took 64 of my 70 back"


def judged(words: list[Word], last: int, role: Role) -> Role:
    """What became of a part that was done: "2 of the 3 I did came back rejected" counts rejections."""
    if role is not Role.SUBMITTED:
        return role
    done = next((i for i in range(last + 1, len(words)) if said(words[i]) is Role.SUBMITTED), None)
    for word in words[done + 1 : done + 1 + _NEAR] if done is not None else ():
        if "split" in word.tags or (word.kind == STOP and word.text != ","):
            break
        if (verdict := said(word)) not in (None, Role.SUBMITTED, Role.WORKERS):
            return verdict or role
    return role


def said(word: Word) -> Role | None:
    """What a word makes of a number beside it."""
    tags = word.tags
    if not tags or "neutral" in tags or "one" in tags:
        return None
    if "contrary" in tags:
        return None if "rej" in word.low else Role.APPROVED
    if "reverse" in tags:
        return Role.REVERSED if "done" in tags else None
    if "rej" in tags or "verdict" in tags:
        return Role.REJECTED
    if "approve" in tags or "taken" in tags:
        return Role.APPROVED
    return Role.SUBMITTED if "done" in tags else Role.WORKERS if "others" in tags else None


def works(words: list[Word], i: int) -> bool:
    """Whether the words from `i` on name pieces of work: "hits", "of mine", or any plural ("24 entries")."""
    for word in words[i : i + _HEAD]:
        if "work" in word.tags or word.low in ("of mine", "of my", "mine", "of ours"):
            return True
        if _plural(word):
            return True
        if word.kind in (STOP, NUM, FRACTION, MONEY, DATE, TIME) or "split" in word.tags or said(word):
            return False
    return False


def _plural(word: Word) -> bool:
    low = word.low
    return word.kind == WORD and len(low) > 3 and low[-1] == "s" and low[-2] not in "s'" and low not in _NO_PLURALS


def _labels_first(words: list[Word], first: int, last: int) -> bool:
    """Whether the number stands in a table with its heads before the numbers: "approved 0 rejected 41"."""
    heads_next = last + 2 < len(words) and words[last + 2].kind == NUM
    return heads_next and not (first > 1 and words[first - 2].kind == NUM)


def _undone(words: list[Word], i: int) -> bool:
    """Whether the rejections counted from word `i` on are told to have come back: "20 of my 80 rejections reversed"."""
    for word in words[i : i + 10]:
        if word.kind in (STOP, NUM, FRACTION) or word.tags & {"neg", "ask", "hypo", "fear", "split"}:
            return False
        if "reverse" in word.tags:
            return "done" in word.tags
    return False


def _anew(words: list[Word], first: int, last: int) -> bool:
    """ "All 26 are approved now", "60 have been set to approved": what is approved had been rejected."""
    near = list(takewhile(lambda word: word.kind != STOP and "split" not in word.tags, words[last + 1 : last + 7]))
    behind = (word for before, word in pairwise([words[last], *near]) if before.low not in ("by", "for"))
    if any(word.low in _NOW_SO for word in behind) or (first and words[first - 1].low == "now"):
        return True
    return any(word.low in _PUT_BACK for word in words[max(0, first - 3) : first])


def _seek(words: list[Word], i: int, step: int) -> tuple[Role | None, int]:
    """The role that the words from `i` on in one direction give, and how far off that is; names may stand between."""
    far = 0
    while 0 <= i < len(words):
        word = words[i]
        if step < 0 and far == 0 and word.low == "0 rejected":
            return Role.REJECTED, 0  # a table: "accepted 0 rejected 85"
        role = said(word)
        if role is not None and (role is not Role.WORKERS or step > 0):
            return (Role.REJECTED if role is Role.APPROVED and _refused(words, i) else role), far
        far += _weight(word) + (_AHEAD if step > 0 and word.low in _SUBJECTS | _COLON else 0)
        if far > _NEAR:
            break
        i += step
    return None, far


def _refused(words: list[Word], i: int) -> bool:
    """Whether the approval told of did not come: "didn't accept 1 of 36", and not "haven't approved them yet"."""
    before = words[i - 1].low if i else ""
    return before in _DID_NOT and not any(word.low in ("yet", "still") for word in words[i + 1 : i + 7])


def _weight(word: Word) -> int:
    """How much a word parts a number from what it counts."""
    if word.kind == STOP:
        return _STOPS.get(word.text, _NEAR + 1)
    if word.kind in (NUM, FRACTION) or word.low == "one" or any(tag[0] == "=" or tag == "one" for tag in word.tags):
        return _NEAR + 1
    if word.low in _CLAUSE or "split" in word.tags:
        return _NEW if " " in word.low else 3
    if word.low in FILLERS or word.tags & _PASSED or word.kind == LINK or _name(word):
        return 1
    return 3 if word.tags else 2


def _name(word: Word) -> bool:
    return word.kind == WORD and word.text[0].isupper() and not word.tags
