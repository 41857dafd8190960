"""How much of it: the share that the words or the numbers of a claim give, all, most or some."""

from __future__ import annotations

from bot.model import Share
from bot.reading.clauses import Sentence
from bot.reading.facts.tally import Tally
from bot.reading.numbers import BUT, Count, value
from bot.reading.numbers.roles import Role
from bot.reading.words import WORD, Word, word_set

_TELLING = frozenset(("rej", "verdict", "reverse", "promise", "askrev", "rate", "assent"))
_MEASURES = frozenset(("all", "most", "some", "many", "workers", "verdict", "mass", "neg"))  # may say how much of it
_GOOD = frozenset(("approve", "taken", "contrary"))
_NEARLY = word_set("almost nearly practically basically virtually mostly casi quase prácticamente praticamente lagbhag")
_REST = word_set(
    "else other others remaining rest time times day days morning week month year years night hour evening now"
)
_MANNERS = ("in ", "at ", "one fell", "all at once", "as a", "en bloc", "wholesale")  # how, not how much
_NEGATIVE = ("no", "ni", "ne", "ek bhi", "koi bhi")  # how a word for none of it begins
_NONE = word_set("nothing none nobody noone neither zero ninguna ningún ninguno nenhuma nenhum nada") | {
    "not one", "not a single", "not a single one", "no one", "none of", "none of it", "none of them", "ni una",
    "ni uno",
    "nem uma", "nem um", "ek bhi", "ek bhi nahi", "koi bhi nahi",
}  # fmt: skip
_CROWDS = ("every", "all", "whole", "entire", "each", "the whole", "todo", "todos", "sab")  # of all the workers
_NOTHING = ("nothing", "none", "not one", "no surviv", "nada", "ni una")  # how a verdict on all of it begins
_WHOLLY = word_set(
    "todo todos todas tudo sab sabka sabko sara saara sare saare poora pura everything whole entire lot all"
)
_TOOK = word_set("took takes taken take")  # of all of it, rather away than on
_ONE = word_set("hit study submission task assignment survey job tarea estudio")  # "my whole study" is one
_GREETED = word_set("thanks thank hi hey hello morning evening welcome sorry")
_FAR = 40  # words within which a verdict decides what "all" is of
_NEAR = 14  # words between "nothing" and the "accepted" that it denies


def share_of(found: list[Count], told: Tally, rejected: int | None, worded: Share | None) -> Share | None:
    """The share that a claim gives: by its numbers, else by its words (`worded`), if those tell of more than one."""
    counted = _counted(found, rejected, told.submitted)
    return counted if counted is not None or rejected == 1 else worded


def together(around: list[Sentence]) -> frozenset[int]:
    """The wholes that are said in one breath with how many of them were rejected or approved: "2 of my 300"."""
    counts = (count for sentence in around for count in sentence.counts)
    return frozenset(c.of for c in counts if c.of and c.role in (Role.REJECTED, Role.APPROVED))


def part(n: int, whole: int) -> Share:
    """What `n` of `whole` are: all, most (more than half) or some."""
    return Share.ALL if n >= whole else Share.MOST if 2 * n > whole else Share.SOME


def _counted(found: list[Count], rejected: int | None, submitted: int | None) -> Share | None:
    """ "27 of 30", "15 done and 15 rejected", "0 approved, 41 rejected", "40 % of my 50"."""
    rates = [c.n for c in found if c.role is Role.REJECTED and c.percent and c.n <= 100]
    if rejected is None:
        return part(max(rates), 100) if rates else None
    pair = next((c for c in found if c.of and c.n == rejected and not c.percent), None)
    whole = pair.of if pair is not None else submitted
    if whole is not None and whole >= rejected:
        return part(rejected, whole)
    done = [c.n for c in found if c.role in (Role.WORK, Role.LOOSE, Role.SUBMITTED) and not c.percent and c.n > 1]
    approved = [c.n for c in found if c.role is Role.APPROVED and not c.percent]
    if done.count(rejected) > all(c.n != rejected or c.role is not Role.REJECTED for c in found) or (
        approved and not any(approved)
    ):
        return Share.ALL
    return Share.MOST if approved and max(approved) < rejected else None  # more: a lifetime's, most often


def worded(around: list[Sentence]) -> Share | None:
    """The share that the words in or beside what tells of rejections give."""
    telling = [bool(sentence.meanings & _TELLING) for sentence in around]
    near, far = set[Share | None](), set[Share | None]()
    for i, sentence in enumerate(around):
        if sentence.meanings.isdisjoint(_MEASURES) and sentence.lows.isdisjoint(_NONE):
            continue
        beside = any(telling[max(0, i - 1) : i + 2]) or sentence.meanings & {"approve", "taken"}
        (near if beside else far).add(_in_words(sentence.words, telling=telling[i]))
    return _foremost(near) or _foremost(far - {Share.SOME})


def _foremost(shares: set[Share | None]) -> Share | None:
    return next((share for share in (Share.MOST, Share.ALL, Share.SOME) if share in shares), None)


def _in_words(words: list[Word], *, telling: bool) -> Share | None:
    """The share that a sentence gives; "most" before "all" before "some"."""
    return _foremost({_of_word(words, i, word, telling=telling) for i, word in enumerate(words) if word.tags})


def _of_word(words: list[Word], i: int, word: Word, *, telling: bool) -> Share | None:
    tags = word.tags
    if "neutral" in tags:
        return None
    if _wholly(word) or (word.low.startswith(_NEGATIVE) and (word.low in _NONE or "all" in tags) and _denied(words, i)):
        return Share.ALL
    if "most" in tags and "workers" not in tags:
        return Share.MOST
    every = "all" in tags or (telling and "workers" in tags and word.low.startswith(_CROWDS))
    if every and not word.low.startswith(_MANNERS):
        return _every(words, i, word)
    return Share.SOME if tags & {"some", "many"} and telling and not _of_rest(words, i) and _bad(words, i) else None


def _wholly(word: Word) -> bool:
    """A verdict that says itself that it is on all: "nothing accepted", "rechazaron todo", "failed the lot"."""
    if "verdict" in word.tags and word.low.startswith(_NOTHING):
        return True
    return ("mass" in word.tags or "verdict" in word.tags) and not _WHOLLY.isdisjoint(word.low.split())


def _every(words: list[Word], i: int, word: Word) -> Share | None:
    """What "all" says: nothing of one study, of thanks, of the rest or of what was approved; "nearly all" is most."""
    of_one = word.low in ("whole", "entire") and i + 1 < len(words) and words[i + 1].low in _ONE
    greeted = i > 0 and words[i - 1].low in _GREETED
    if of_one or greeted or _of_rest(words, i) or not _bad(words, i):
        return None
    nearly = any(w.low in _NEARLY for w in words[max(0, i - 2) : i])
    spared = any(w.low in BUT for w in words[i + 1 : i + 4]) and any(_counts(w) for w in words[i + 2 : i + 6])
    return Share.MOST if nearly or spared else Share.ALL


def _counts(word: Word) -> bool:
    return word.low == "one" or value(word) is not None


def _of_rest(words: list[Word], i: int) -> bool:
    """ "everything else", "all other", "every day", "all requesters": not all of the work."""
    after = words[i + 1] if i + 1 < len(words) else None
    return after is not None and (
        after.low in _REST or (bool(after.tags & {"requester", "generic"}) and not after.tags & {"rej", "work"})
    )


def _bad(words: list[Word], i: int) -> bool:
    """Whether the nearest word that judges, if one is there, does not say that it was accepted."""
    for step in range(1, _FAR):
        for j in (i + step, i - step):
            if 0 <= j < len(words):
                tags = words[j].tags
                if tags & _TELLING:
                    return True
                if tags & _GOOD and "neutral" not in tags and words[j].low not in _TOOK:
                    return any(w.tags & _TELLING or "neg" in w.tags for w in words[max(0, j - 4) : j])
    return True


def _denied(words: list[Word], i: int) -> bool:
    """ "nothing accepted", "accepted nothing", "not one survived"."""
    near = words[max(0, i - 3) : i + _NEAR]
    return any(w.kind == WORD and w.tags & {"approve", "taken"} and "neutral" not in w.tags for w in near)
