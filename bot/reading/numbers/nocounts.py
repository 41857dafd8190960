"""Numbers that count no work: times, dates, pay, ratings, gates, years, parts of a series, ages."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import NamedTuple

from bot.reading.numbers.roles import FILLERS, TOLD, Role, role_of, said, works
from bot.reading.words import DATE, MONEY, NUM, STOP, TIME, WORD, Word, word_set

_UNITS = word_set(
    "minute minutes min mins hour hours hr hrs h day days week weeks wk wks month months year years yr "
    "yrs second seconds sec secs s cent cents c ¢ buck bucks dollar dollars usd pound pounds euro euros quid pence p "
    "eur gbp am pm star stars point points rupees rs inr percent pct x th st nd rd question questions a.m p.m noon "
    "times mb gb characters words word pm. page hourly reviews review o'clock kids children kilometres km miles "
    "messages message emails email mails tickets ticket sentences lines screenshots upvotes years' days' weeks' "
    "nights evenings afternoons mornings night attempts tries reasons checks check typos browsers devices phones "
    "places slots spots seats journals companies accounts labs requesters researchers clients threads comments "
    "minutos minuto horas hora días dias día dia semanas semana meses mes mês años año anos ano euros reais centavos "
    "pesos € £ ₹ ghante ghanta din hafte mahine saal rupaye paise decimals digits lifetime overall px pixels"
)
_NUMBERED = word_set(
    "batch part version group round study wave day phase hit # no number page step level v2 question top session set "
    "task pool project stage module chapter room session sessions parts waves option item question pt lote parte día "
    "dia rule age aged channel block series trial survey n nr º no. edit check trial clip "
    "slide screen frame grid row line column section game level q"
)
_MONTHS = word_set(
    "jan january feb february mar march apr april may jun june jul july aug august sep sept september oct "
    "october nov november dec december enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre janeiro fevereiro março maio junho julho setembro outubro novembro dezembro"
)
_BEFORE_YEAR = word_set(
    "both in since of year until till from by back early late mid during en em desde spring summer autumn fall winter"
)
_BEFORE_GATE = frozenset(("=", ">", "<", "≥", "≤", "#", "under", "below", "above", "past", "beyond", "÷", "+"))
_RATE = 80  # a worker's rate is hardly lower
_DECIMAL = re.compile(r"\d{2}[.,]\d{1,2}")
_MAY_BE_WORK = word_set("sentences lines pages questions screenshots reviews")  # if they are many
_MUCH_WORK = 50
_CLOCK = 12
_DAYS = 31
_RATED = word_set("rate rating approval score skill acceptance percentage percent reputation accuracy rates stats "
                  "quals at fell fall dropped drop drops went down sits sitting sank slid tasa taxa nota")  # fmt: skip
_I_AM = word_set("i'm im i am he's she's turned turning")
_TIMES = word_set("times x veces vezes baar")  # "rejected 12 times" counts, "read it 12 times" does not
_LASTING = word_set(
    "minutes mins hours hrs days weeks months years seconds cents bucks dollars pounds euros points questions "
    "characters words pages nights evenings afternoons mornings attempts times"
)
_KINDS = word_set("more different other long short full whole")  # may stand before a unit: "20 more minutes"
_ABOUT = word_set("ish odd some something")
_STILL = frozenset(("rejs", "ish", "k"))  # may be written without a space behind a number


class Figure(NamedTuple):
    """A number as it stands in a sentence: from word `first` to word `last`."""

    first: int
    last: int
    n: int
    percent: bool = False


def no_count(words: list[Word], figure: Figure) -> bool:
    """Whether a number is a time, a rating, money, a gate, a year, the name of something."""
    first, last, n = figure.first, figure.last, figure.n
    word = words[first]
    before = words[first - 1] if first else None
    after = words[last + 1] if last + 1 < len(words) else None
    return (
        (before is not None and _before(words, first, before, figure))
        or (after is not None and _after(words, last, after, n))
        or _since(words, figure)
        or (1990 <= n <= 2035 and word.kind == NUM and "," not in word.text and _year(words, figure, before))
    )


def _before(words: list[Word], first: int, before: Word, figure: Figure) -> bool:
    low = before.low
    if low in _BEFORE_GATE or low in _MONTHS or (low in _NUMBERED and (low == "number" or words[first].kind == NUM)):
        return True
    joined = before.end == words[first].start
    if joined and before.text in ",.:'’" and first > 1 and words[first - 2].kind in (NUM, MONEY):
        return True  # 0,30
    if figure.percent:
        return False
    if low in _I_AM or (low == "am" and first > 1 and words[first - 2].low == "i"):
        return not _beside(words, figure)
    if 40 <= figure.n <= 100 and (low in _RATED or "rate" in before.tags or "neutral" in before.tags):
        return not _beside(words, figure)
    fell = _RATE <= figure.n <= 100 and low in ("now", "is", "to", "at") and _was(words, first)
    return (fell or (low in ("from", "to") and _ranged(words, first, low))) and not _beside(words, figure)


def _was(words: list[Word], first: int) -> bool:
    """Whether a rate of so many point something stands before: "was 99.8 and is now 97", "went from 99.6 to 96"."""
    return any(_DECIMAL.fullmatch(word.text.rstrip("%")) for word in words[max(0, first - 6) : first])


def _since(words: list[Word], figure: Figure) -> bool:
    """Whether a number says when: "after 1,412 approved", "since around 4"; not "after 3 rejections"."""
    after = figure.first > 0 and words[figure.first - 1].low == "after"
    if after or (figure.n <= _CLOCK and _by_the_clock(words, figure.first)):
        return not any("rej" in word.tags for word in words[figure.last + 1 : figure.last + 3])
    return _first_of_dates(words, figure)


def _first_of_dates(words: list[Word], figure: Figure) -> bool:
    """ "On 14 and 15 November", "between 8 and 8:05": the first of two days or hours."""
    joint, other, behind = (words[i] if i < len(words) else None for i in range(figure.last + 1, figure.last + 4))
    if joint is None or other is None or joint.low not in ("and", "to", "or", "-", "–", "y", "e"):
        return False
    if other.kind in (TIME, DATE):
        return figure.n <= _CLOCK
    return figure.n <= _DAYS and other.kind == NUM and behind is not None and behind.low in _MONTHS


def _by_the_clock(words: list[Word], first: int) -> bool:
    """ "Since around 4", "at 5": a time of day."""
    i = first - 1
    while i > 0 and words[i].low in ("around", "about"):
        i -= 1
    return i >= 0 and words[i].low in ("since", "at", "until", "till") and not works(words, first + 1)


def _ranged(words: list[Word], first: int, low: str) -> bool:
    """ "from 96 to 41", "99 to 98": what a rate did."""
    i = first + 2 if low == "from" else first - 2
    near = words[i] if 0 <= i < len(words) else None
    return near is not None and (near.kind in (NUM, DATE) or near.low in _RATED)


def _beside(words: list[Word], figure: Figure) -> bool:
    """Whether right behind the number stands what it counts."""
    ahead = takewhile(_goes_on, words[figure.last + 1 : figure.last + 3])
    return works(words, figure.last + 1) or any(said(word) in TOLD for word in ahead)


def _goes_on(word: Word) -> bool:
    return word.kind != STOP and "split" not in word.tags


def _after(words: list[Word], last: int, after: Word, n: int) -> bool:
    low = after.low
    if low in _MAY_BE_WORK and n >= _MUCH_WORK:
        return False
    if low in _TIMES:
        return not any(said(w) in TOLD for w in words[max(0, last - 4) : last + 4])
    if (
        "attention" in after.tags
        or low in _UNITS
        or low in _MONTHS
        or low == "]"
        or low.startswith(("approval ra", "approval p", "acceptance"))
    ):
        return True
    second = words[last + 2] if last + 2 < len(words) else None
    if after.start == words[last].end:
        return _glued(after, second)
    plain = low in _KINDS or (after.kind == WORD and not after.tags and low not in FILLERS)  # "eight working days"
    return plain and second is not None and second.low in _LASTING


def _glued(after: Word, second: Word | None) -> bool:
    """Whether what is written without a space behind a number makes something else of it: 2nd, 1080p, 0,30, 3-part."""
    if after.kind == WORD:
        return after.low not in _STILL
    if second is None or second.start != after.end:
        return False
    if after.text == ",":
        return second.kind == NUM
    return after.text == "-" and second.low not in _ABOUT and said(second) is None


def _year(words: list[Word], figure: Figure, before: Word | None) -> bool:
    known = before is not None and before.low.split(" ")[-1] in _BEFORE_YEAR
    return known or (role_of(words, figure.first, figure.last) is Role.LOOSE and not works(words, figure.last + 1))
