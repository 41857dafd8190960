"""Counts in a sentence: what is a number of rejections, and what only looks like one (dates, ratings, pay, gates)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from bot.reading.numbers.nocounts import Figure, no_count
from bot.reading.numbers.roles import FILLERS, TOLD, Role, judged, role_of, said
from bot.reading.words import FRACTION, NUM, STOP, WORD, Word, word_set

__all__ = ["Count", "Role", "counts", "value"]

MOST = 1_000_000  # nobody has more rejections; ids and phone numbers do


@dataclass(frozen=True, slots=True)
class Count:
    """A number with what it counts; `of` is the whole it is part of; `percent`: it is a share in per cent."""

    role: Role
    n: int
    of: int | None
    percent: bool
    word: Word
    all: bool = False
    mine: bool = False


_TIMES = {"dozen": 12, "docenas": 12, "dúzias": 12,
          "hundred": 100, "thousand": 1000, "mil": 1000, "hazaar": 1000, "hazar": 1000, "sau": 100}  # fmt: skip
_AND = frozenset(("and", "y", "e"))
_ROUND = word_set(
    "my the about around these those over some like maybe perhaps probably roughly nearly approximately ~ mis meus his "
    "her our their las los as os"
)
_PARTS_OF = word_set("of out from in de das dos mein me for") | {"out of", "of my", "of mine", "of the"}
_OFS = frozenset(("of", "of my", "of mine", "out of", "of the"))
_MINE = word_set("my mine here mere mis meus minhas") | {
    "my own", "of mine", "of my", "for me", "of ours", "between us",
}  # fmt: skip
_DEFINITE = frozenset(("the", "those", "these", "all", "los", "las", "os", "as"))
_SETS = word_set("sets batches groups rounds lots bundles blocks packs series")
_NOES = frozenset(("no", "not", "nope", "nahi", "não", "not ok", "not okay"))


BUT = word_set("but except bar save besides excepting apart minus menos exceto excepto")  # "all except three"
_PERCENT = frozenset(("percent", "pct", "prozent"))
_CLOSES = frozenset(',)!:"”»')  # behind a name with a number: "Studio 54,"
_LATEST = word_set("last first latest past next")  # "3 out of my last 4"
_SINGLE = word_set("first 1st only single sole one")
_WHICH = word_set("that which who he she they de que ki")  # begins a clause about a number: "the 118 that they refused"
_CLAUSE = 8  # words in which that clause comes to its verb
_SCORE = 10  # "4/5", "9/10" are ratings, unless what they count stands right behind


def value(word: Word) -> int | None:
    """The whole number that a word is ("3k", "300ish", "1,204", "40+", "a couple hundred"); None if it is none."""
    if word.kind != NUM:
        return _in_words(word.tags) if word.tags else None
    digits = word.low.replace(",", "").rstrip("+%ish ")
    thousand = digits.endswith("k")
    digits = digits.rstrip("k")
    whole, dot, part = digits.partition(".")
    if dot and not thousand:  # "61.480" as it is written in Spanish; "99.8" is a rate
        return int(whole + part) if len(part) == 3 and whole != "0" and not word.text.endswith("%") else None
    n = int(float(digits) * (1000 if thousand else 1))
    return n if n <= MOST else None


@cache
def _in_words(tags: frozenset[str]) -> int | None:
    """The number that a word with these meanings is: "=12"."""
    return next((int(tag[1:]) for tag in tags if tag[0] == "="), None)


def counts(words: list[Word]) -> list[Count]:
    """The counts in the words of a sentence, in order."""
    figures = _figures(words)
    if not figures:
        return []
    found, at = list[Count](), 0
    while at < len(figures):
        taken, made = _next(words, figures, at)
        found += made
        at += taken
    return found


def _figures(words: list[Word]) -> list[Figure]:
    """The numbers of a sentence; "two hundred and twelve", "4 thousand" and "1 204" are one each."""
    found, i = list[Figure](), 0
    while i < len(words):
        word = words[i]
        if word.kind == FRACTION:
            found.append(Figure(i, i, -1))
        n = 1 if word.low == "one" and not _each(words, i) else value(word)
        if n is None or _of_name(words, i):
            i += 1
            continue
        last, n = _joined(words, i, n)
        percent = word.text.endswith("%") or words[last].text.endswith("%")
        if last + 1 < len(words) and words[last + 1].low in _PERCENT:
            last, percent = last + 1, True
        found.append(Figure(i, last, n, percent))
        i = last + 1
    return found


def _each(words: list[Word], i: int) -> bool:
    """The "one" of "every Example one"."""
    return any("all" in word.tags for word in takewhile(_no_stop, reversed(words[max(0, i - 4) : i])))


def _no_stop(word: Word) -> bool:
    return word.kind != STOP


def _of_name(words: list[Word], i: int) -> bool:
    """Whether a number is part of a name: "Tres Hermanas", "Lantern 5", "jj-2"; and "both of us" says no number."""
    word, before = words[i], words[i - 1] if i else None
    after = words[i + 1] if i + 1 < len(words) else None
    if word.low == "both of":
        return after is not None and said(after) is None and after.low not in ("my", "mine")
    if word.kind == WORD:
        heads = [w for w in (before, after) if w is not None and w.kind == WORD and w.text[0].isupper() and not w.tags]
        return bool(heads) and word.text[0].isupper() and not word.text.isupper()
    if before is None:
        return False
    if before.text == "-" and before.end == word.start and i > 1 and words[i - 2].end == before.start:
        return words[i - 2].kind == WORD
    named = before.kind == WORD and before.text[0].isupper() and not before.tags and i > 1
    closed = after is None or after.text in _CLOSES or (after.low in ("and", "again", "is", "are"))
    return named and closed and word.kind == NUM


def _joined(words: list[Word], i: int, n: int) -> tuple[int, int]:
    """Where a number that begins at `i` with `n` ends, and what it is."""
    last = i
    while last + 1 < len(words):
        after = words[last + 1]
        if after.low in _SETS and last + 2 < len(words) and words[last + 1 + 1].low == "of" and n < 100:
            size = value(words[last + 3]) if last + 3 < len(words) else None
            return (last + 3, n * size) if size else (last, n)
        if after.low in _TIMES and n < _TIMES[after.low]:
            last, n = last + 1, n * _TIMES[after.low]
            continue
        spaced = after.kind == NUM and words[last].kind == NUM and after.start == words[last].end + 1
        if spaced and 0 < n < 1000 and len(after.text) == 3 and after.text.isdigit() and words[last].text.isdigit():
            return last + 1, n * 1000 + int(after.text)
        step = 2 if after.low in _AND else 1
        more = value(words[last + step]) if last + step < len(words) and words[last].kind == WORD else None
        if more is None or words[last + step].kind == NUM or not _adds(n, more, step):
            break
        last, n = last + step, n + more
    return last, n


def _adds(n: int, more: int, step: int) -> bool:
    """Whether `more` goes on with `n`: "two hundred" "twelve"; "treinta" y "dos"."""
    return (n >= 100 and n % 100 == 0 and more < 100) or (step == 2 and 20 <= n < 100 and n % 10 == 0 and more < 10)


def _next(words: list[Word], figures: list[Figure], at: int) -> tuple[int, list[Count]]:
    """How many of the figures from `at` on were read, and the counts that they are."""
    figure = figures[at]
    word = words[figure.first]
    if word.kind == FRACTION:
        return 1, _slashed(words, figure)
    whole = figures[at + 1] if at + 1 < len(figures) else None
    if whole is not None and _parts(words, figure, whole):
        role = judged(words, whole.last, role_of(words, figure.first, whole.last))
        if role is Role.REJECTED and figure.first and said(words[figure.first - 1]) is Role.REVERSED:
            role = Role.REVERSED  # "reversed 12 of my 40 rejections"
        if _spared(words, figure.first):  # "rejected all but 3 of my 200"
            role = Role.REJECTED if role is Role.APPROVED else Role.APPROVED
        return 2, [Count(role, figure.n, whole.n, figure.percent, word, all=_all_of(words, figure.first))]
    if no_count(words, figure):
        return 1, []
    return _alone(words, figure, whole)


def _alone(words: list[Word], figure: Figure, following: Figure | None) -> tuple[int, list[Count]]:
    """A number with what it counts; with the following one, where that is the whole it is part of."""
    role, word = role_of(words, figure.first, figure.last), words[figure.first]
    if _spared(words, figure.first):
        return 1, [Count(Role.APPROVED, figure.n, None, percent=False, word=word)]
    if _one_in(words, figure.first):
        return 1, [Count(Role.SUBMITTED, figure.n, None, percent=False, word=word)]
    if word.low == "one":
        rejected = role is Role.REJECTED and _one_of_work(words, figure.last + 1)
        return 1, [Count(role, 1, None, percent=False, word=word)] if rejected else []
    if _whole(words, figure.first) and not figure.percent and not _rejections(words, figure):
        return 1, [Count(Role.SUBMITTED, figure.n, None, figure.percent, word)]
    behind = following if following is not None and _behind(words, figure, following, role) else None
    if _is_no(words, figure.last + 1):
        role = Role.REJECTED
    elif _is_yes(words, figure.last + 1):
        role = Role.APPROVED
    of, all_of, mine = behind.n if behind else None, _all_of(words, figure.first), _is_mine(words, figure)
    return (2 if behind else 1), [Count(role, figure.n, of, figure.percent, word, all_of, mine)]


def _spared(words: list[Word], i: int) -> bool:
    """ "All except three", "everything but one": how many were let through."""
    j = i - 2 if i and words[i - 1].low in ("for", "from") else i - 1
    if j >= 0 and words[j].low.endswith(" but"):
        return True
    return j > 0 and words[j].low in BUT and any("all" in word.tags for word in words[max(0, j - 3) : j])


def _one_in(words: list[Word], i: int) -> bool:
    """ "My first red mark in 1,900", "2 rejections in my first 50": among how many the one or the few were."""
    j = i - 1
    while j > 0 and (words[j].low in _LATEST or words[j].low in _ROUND):
        j -= 1
    if j < 0 or words[j].low != "in":
        return False
    if any(word.low in _LATEST for word in words[j + 1 : i]):
        return True
    before = takewhile(_no_stop, reversed(words[max(0, j + 1 - _CLAUSE) : j]))
    return any(word.low in _SINGLE or "one" in word.tags for word in before)


def _one_of_work(words: list[Word], i: int) -> bool:
    """Whether "one" counts work: "one rejected", "one task", "one was refused", and not "one researcher"."""
    after = words[i] if i < len(words) else None
    return after is None or bool(after.tags & {"rej", "verdict", "work", "mine"}) or after.low in FILLERS


def _slashed(words: list[Word], figure: Figure) -> list[Count]:
    """N/M counts only beside what it counts: 11/17 is a date, 4/5 a rating, 24/7 a habit."""
    i = figure.first
    n, of = (int(part) for part in words[i].text.replace(" ", "").split("/"))
    role = role_of(words, i, i)
    near = words[max(0, i - 1) : i + 3]
    if of <= _SCORE and not any(said(w) is Role.REJECTED for w in near):
        return []
    dated = i and words[i - 1].low in ("on", "since", "by", "from", "until", "rated", "rating", "thread", "before")
    return [] if n > of or dated or role not in TOLD else [Count(role, n, of, percent=False, word=words[i])]


def _parts(words: list[Word], part: Figure, whole: Figure) -> bool:
    """Whether two figures are N of M: "N out of my M", "N from M", "N de M"."""
    between = words[part.last + 1 : whole.first]
    if not 0 < len(between) <= 4 or between[0].low.split(" ")[0] not in _PARTS_OF:
        return False
    if between[0].low in ("in", "from", "de", "me") and len(between) > 2:
        return False
    if not all(
        w.low in FILLERS or w.low in _PARTS_OF or w.low in _LATEST or w.tags & {"mine", "work", "all"} for w in between
    ):
        return False
    return (part.n <= whole.n or part.percent) and not whole.percent and not no_count(words, whole)


def _rejections(words: list[Word], figure: Figure) -> bool:
    """ "of the 48 rejections", "of the 48 that they refused": the number is not the whole of something else."""
    ahead = words[figure.last + 1 : figure.last + 2]
    if ahead and said(ahead[0]) in (Role.REJECTED, Role.APPROVED) and "noun" in ahead[0].tags:
        return True
    near = list(takewhile(lambda word: word.kind != STOP, words[figure.last + 1 : figure.last + _CLAUSE]))
    whose = any(word.low in _WHICH or "requester" in word.tags for word in near[:2])
    return whose and any(said(word) is Role.REJECTED and "past" in word.tags for word in near)


def _is_no(words: list[Word], i: int) -> bool:
    """ "898 ok, 2 no": the number's verdict is a bare "no"."""
    near = [w for w in words[i : i + 2] if w.low not in ("were", "are", "is")]
    return bool(near) and near[0].low in _NOES and (len(near) == 1 or near[1].kind == STOP)


def _is_yes(words: list[Word], i: int) -> bool:
    """ "Two was not accepted, eight yes"."""
    return i < len(words) and words[i].low in ("yes", "yep", "ok", "okay") and _ends(words, i + 1)


def _ends(words: list[Word], i: int) -> bool:
    """Whether nothing more is said from word `i` on before a stop."""
    return i >= len(words) or words[i].kind == STOP


def _is_mine(words: list[Word], figure: Figure) -> bool:
    """Whether a number is told as the writer's own, or as known: "my 41", "57 for me", "14 of mine", "the 33"."""
    first, last = figure.first, figure.last
    before = words[first - 1] if first else None
    ahead = [w.low for w in words[last + 1 : last + 3]]
    if any(low in _MINE for low in ahead[:1]) or ahead in (
        ["for", "me"],
        ["of", "those"],
        ["of", "them"],
        ["of", "mine"],
    ):
        return True
    return before is not None and (before.low in _MINE or before.low in _DEFINITE)


def _behind(words: list[Word], figure: Figure, whole: Figure, role: Role) -> bool:
    """Whether the whole of a number stands behind what it counts: "5 rejected of 6", "57 for me, out of 57"."""
    if not 0 < whole.first - figure.last <= 10 or whole.n < figure.n:
        return False
    if role not in TOLD and whole.n != figure.n:
        return False
    return (_whole(words, whole.first) or _from(words, whole.first)) and not no_count(words, whole)


def _from(words: list[Word], i: int) -> bool:
    """ "3 rejected in 615", "2 rejected only from about 60"."""
    j = i - 1
    while j > 0 and words[j].low in _ROUND:
        j -= 1
    return words[j].low in ("in", "from")


def _whole(words: list[Word], i: int) -> bool:
    """Whether "of", "out of my" stands before the number, and no "all" before that."""
    j = i - 1
    while j > 0 and words[j].low in _ROUND:
        j -= 1
    if i + 2 < len(words) and words[i + 1].low in ("mein", "me", "mai") and words[i + 2].low == "se":
        return True  # "50 mein se"
    if j == 0 and words[j].low in ("de", "das", "dos"):
        return True  # "de 50 me aceptaron 2"
    if j >= 0 and words[j].low.endswith(" of") and words[j].tags & {"some", "most"}:
        return True  # "half of my 80"
    if j < 0 or words[j].low not in _OFS:
        return False
    before = words[j - 1] if j else words[j]
    return not ({"all", "most", "work", "noun"} & (before.tags | words[j].tags)) and before.low not in (
        "batch",
        "set",
        "sets",
    )


def _all_of(words: list[Word], i: int) -> bool:
    """ "all 60", "all my 60", and not "thanks all, 60"."""
    near = words[i - 1 : i] if i and words[i - 1].kind == STOP else words[max(0, i - 2) : i]
    return any("all" in word.tags for word in near)
