"""Counts in a sentence: what is a number of rejections, and what only looks like one (dates, ratings, pay, gates)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.reading.words import FRACTION, LINK, NUM, STOP, WORD, Word, word_set

MOST = 1_000_000  # nobody has more rejections; ids and phone numbers do


class Role(StrEnum):
    """What a number counts. `work`: pieces of work, of which nothing more is said; `loose`: not said."""

    REJECTED = "rej"
    APPROVED = "approve"
    REVERSED = "reverse"
    SUBMITTED = "done"
    WORKERS = "others"
    WORK = "work"
    LOOSE = "loose"


@dataclass(frozen=True, slots=True)
class Count:
    """A number with what it counts; `of` is the whole it is part of; `percent`: it is a share in per cent."""

    role: Role
    n: int
    of: int | None
    percent: bool
    word: Word
    all: bool = False


_UNITS = word_set(
    "minute minutes min mins hour hours hr hrs h day days week weeks wk wks month months year years yr "
    "yrs second seconds sec secs s cent cents c ¢ buck bucks dollar dollars usd pound pounds euro euros "
    "eur gbp am pm star stars point points rupees rs inr percent pct x th st nd rd questions question "
    "times% mb gb characters words pm. page hourly reviews"
)
_NUMBERED = word_set(
    "batch part version group round study wave day phase hit # no number page step level v2 question top"
)
_MONTHS = word_set(
    "jan january feb february mar march apr april may jun june jul july aug august sep sept september oct "
    "october nov november dec december"
)
_BEFORE_YEAR = word_set("in since of year until till from by back early late mid during")
_BEFORE_GATE = frozenset(("=", ">", "<", "≥", "≤", "#"))
_ROLES = (Role.REJECTED, Role.REVERSED, Role.APPROVED, Role.SUBMITTED, Role.WORKERS)
_FILLERS = word_set(
    "of the those these their them my mine our hits were was got get have has had been just are all being "
    "other so far in a row total straight more and now me ones been already out from that i he they she "
    "it is it's for an ' of_my still about around like over another at least roughly nearly almost only "
    "with up to approximately some by : a total as close well ~ different separate fully completely"
)
_BETWEEN = frozenset(("mine", "all", "now", "workers"))
_STRANGE = 2  # unknown words among them: a name written small
_NEAR = 6  # words between a number and what it counts


def value(word: Word) -> int | None:
    """The whole number that a word is ("3k", "300ish", "1,204", "40+", "a couple hundred"); None if it is none."""
    for tag in word.tags:
        if tag[0] == "=":
            return int(tag[1:])
    if word.kind != NUM:
        return None
    digits = word.low.replace(",", "").rstrip("+%ish ")
    thousand = digits.endswith("k")
    digits = digits.rstrip("k")
    if "." in digits and not thousand:
        return None
    n = int(float(digits) * (1000 if thousand else 1))
    return n if n <= MOST else None


def counts(words: list[Word]) -> list[Count]:
    """The counts in the words of a sentence, in order."""
    found, i, taken = list[Count](), 0, set[int]()
    while i < len(words):
        pair = _pair(words, i)
        if pair is not None:
            n, of, end = pair
            role = _role(words, i, end)
            if words[i].kind != FRACTION or _is_count(words, i, role):
                found.append(Count(role, n, of, words[i].text.endswith("%"), words[i]))
            i = end + 1
            continue
        n_alone = value(words[i])
        if n_alone is not None and i not in taken and not _other(words, i, n_alone):
            behind = _behind(words, i)
            taken.add(behind)
            found.append(_alone(words, i, n_alone, behind))
        i += 1
    return found


def _behind(words: list[Word], i: int) -> int:
    """Where the whole of the number at `i` stands behind what it counts ("5 rejected of 6"); -1 if nowhere."""
    if _role(words, i, i) not in (Role.REJECTED, Role.REVERSED, Role.APPROVED):
        return -1
    near = range(i + 2, min(i + 6, len(words)))
    return next((j for j in near if value(words[j]) is not None and _whole(words, j)), -1)


def _alone(words: list[Word], i: int, n: int, behind: int) -> Count:
    """One number, with its whole where that stands behind; "rejections out of 800" is a whole itself."""
    role, percent = _role(words, i, i), words[i].text.endswith("%")
    if _whole(words, i) and not percent:
        return Count(Role.SUBMITTED, n, None, percent, words[i])
    of = value(words[behind]) if behind >= 0 else None
    return Count(role, n, of if of and of >= n else None, percent, words[i], _all_of(words, i))


def _whole(words: list[Word], i: int) -> bool:
    """Whether "of", "out of my" stands before the number, and no "all" before that."""
    j = i - 1
    while j > 0 and words[j].low in ("my", "the", "about", "around", "these", "those", "over", "some"):
        j -= 1
    if j >= 0 and words[j].low == "half of":
        return True
    if j < 1 or words[j].low not in ("of", "of my", "of mine"):
        return False
    return not ({"all", "most"} & (words[j - 1].tags | words[j].tags))


def _pair(words: list[Word], i: int) -> tuple[int, int, int] | None:
    """N/M, N of M, N out of my M from `i` on: the two numbers and the index of the last word."""
    word = words[i]
    if word.kind == FRACTION:
        n, of = (int(part) for part in word.text.replace(" ", "").split("/"))
        return (n, of, i) if n <= of else None
    n_first = 1 if word.low == "one" else value(word)
    if n_first is None or i + 2 >= len(words) or words[i + 1].low.split(" ")[0] not in ("of", "out"):
        return None
    for j in range(i + 2, min(i + 6, len(words))):
        of_n = value(words[j])
        if of_n is not None:
            fits = (n_first <= of_n or word.text.endswith("%")) and not _other(words, j, of_n)
            return (n_first, of_n, j) if fits else None
        if words[j].low not in _FILLERS and not words[j].tags & {"mine", "work", "all"}:
            return None
    return None


def _is_count(words: list[Word], i: int, role: Role) -> bool:
    """A fraction counts only beside what it counts: 11/17 is a date, 4/5 a rating, 24/7 a habit."""
    if i and words[i - 1].low in ("on", "since", "by", "from", "until", "rated", "rating", "thread"):
        return False
    return role in _ROLES


def _other(words: list[Word], i: int, n: int) -> bool:
    """Whether the number at `i` is a time, a rating, money, a gate, a year, the name of something."""
    word = words[i]
    before = words[i - 1].low if i else ""
    after = words[i + 1].low if i + 1 < len(words) else ""
    if before in _BEFORE_GATE or before in _MONTHS or after in _UNITS or after in _MONTHS or after == "]":
        return True
    if i + 1 < len(words) and words[i + 1].kind == WORD and words[i + 1].start == word.end and after not in ("rejs",):
        return True  # 2nd, 10x, 1080p
    if (
        1990 <= n <= 2035
        and word.kind == NUM
        and "," not in word.text
        and (before.split(" ")[-1] in _BEFORE_YEAR or not _beside_role(words, i))
    ):
        return True
    if after.startswith(("approval ra", "approval p", "acceptance")):
        return True
    return before in _NUMBERED


def _beside_role(words: list[Word], i: int) -> bool:
    return _role(words, i, i) not in (Role.LOOSE,)


def _all_of(words: list[Word], i: int) -> bool:
    return (i > 0 and "all" in words[i - 1].tags) or (i > 1 and "all" in words[i - 2].tags)


def _role(words: list[Word], first: int, last: int) -> Role:
    """What the number from word `first` to `last` counts, by the nearest word that can say so, right before left."""
    right, steps = _seek(words, last + 1, 1)
    left, back = _seek(words, first - 1, -1)
    if right is Role.REJECTED and _undone(words, last + 1):
        return Role.REVERSED
    if left is Role.REJECTED and (right in (Role.WORK, Role.LOOSE, Role.SUBMITTED) or back < steps):
        return left
    if right in _ROLES:
        return right
    if left in _ROLES:
        return left
    return right if right is Role.WORK else left


def _undone(words: list[Word], i: int) -> bool:
    """Whether the rejections counted from word `i` on are told to have come back: "20 of my 80 rejections reversed"."""
    for word in words[i : i + _NEAR + 4]:
        if word.kind in (STOP, NUM, FRACTION) or word.tags & {"neg", "ask", "hypo", "fear", "split"}:
            return False
        if "reverse" in word.tags:
            return "done" in word.tags
    return False


def _seek(words: list[Word], i: int, step: int) -> tuple[Role, int]:
    """The role that the words from `i` on in one direction give, and how many words away; names may stand between."""
    seen_work, steps, strange = False, 0, _STRANGE
    while 0 <= i < len(words) and steps < _NEAR:
        word = words[i]
        role = next((role for role in _ROLES if role in word.tags and (role is not Role.WORKERS or step > 0)), None)
        if role is not None and "neutral" not in word.tags:
            return role, steps
        if "work" in word.tags:
            seen_work = True
        elif not (word.low in _FILLERS or word.tags & _BETWEEN or word.kind == LINK or _name(word)):
            strange -= 1
            if word.kind != WORD or word.tags or strange < 0:
                break
        i, steps = i + step, steps + 1
    return (Role.WORK if seen_work else Role.LOOSE), steps


def _name(word: Word) -> bool:
    return word.kind == WORD and word.text[0].isupper() and not word.tags
