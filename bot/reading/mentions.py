"""Requesters as a sentence names them: the places in which a name can stand, and how sure each place is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.model import Mention, Origin
from bot.platforms import Link, Platforms
from bot.reading.clauses import Sentence
from bot.reading.words import FRACTION, LINK, NUM, STOP, WORD, Word, word_set

SURE = 3.0  # a candidate below this is not named as a requester

_JOINING = word_set("of and & de the for at - .")
_NOUNS = word_set(
    "lab labs research insights studio studios team inc llc ltd group center centre institute data surveys ai"
)
_AUXILIARY = word_set(
    "just has have had is are was's now also really straight up fucking again totally went and been "
    "started began keeps kept decided to on completely literally only actually never always did must "
    "probably apparently a is basically suddenly ever"
)
_PASSIVE = frozenset(("was", "were", "got", "get", "getting", "being", "gets"))
_FROM = word_set("from for with at @ de da do con com por para")
_ABOUT = word_set(
    "about against re regarding by named called to sobre contra via contacted emailed messaged contacting emailing"
)
_BY = frozenset(("by", "por", "pelo", "pela"))
_CALLS = word_set(
    "requester requestor req researcher customer client named called investigador pesquisador solicitante"
)
_SAYS = word_set(
    "said wrote replied responded emailed answered promised claims claimed says told sent agreed is was are has pays "
    "paid rejects approved approves"
)
_TOPICS = ("rej", "reverse", "promise", "contrary")
_WARNS = frozenset(("avoid", "watch out", "beware", "stay away", "steer clear", "heads up", "warning", "psa", "block",
                    "careful",
                    "don't work for", "dont work for", "do not work for", "be careful"))  # fmt: skip
_TELLS = frozenset(("rej", "reverse", "promise"))
_LONGEST = 7  # words of a name
_HARMLESS = frozenset(("work", "quality", "code", "own", "split", "one"))  # meanings that a word of a name may have
_CLAIMS = word_set("rej reverse approve neutral contrary warn all most some mine workers neg ask now")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may name a requester, with how surely they do and where they stand in the passage."""

    mention: Mention
    score: float
    start: int
    agent: bool = False


@cache
def common() -> tuple[frozenset[str], frozenset[str]]:
    """Words that are never part of a name, and words that are no name alone (common.txt)."""
    text = files("bot.reading").joinpath("common.txt").read_text("utf-8")
    never, _, alone = "\n".join(line for line in text.splitlines() if line[:1] != "#").partition("---")
    return frozenset(never.split()), frozenset(alone.split())


@cache
def _no_names(platform_words: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Words that are never part of a name, and those that are no name alone, with those of the platforms."""
    never, alone = common()
    never |= frozenset(platform_words)
    return never, never | alone


class Namer:
    """Finds the requesters in the sentences of one post. `linked` says what the marks in its text stand for."""

    def __init__(self, platforms: Platforms, linked: dict[int, Link], shown: dict[int, Mention]) -> None:
        self.platforms, self.linked, self.shown = platforms, linked, shown
        self.never, self.no_names = _no_names(
            tuple(word for p in platforms for word in (p.key, *p.name.lower().split()))
        )

    def find(self, sentence: Sentence) -> list[Candidate]:
        """The requesters that a sentence names, in order; only those that are sure enough."""
        words, found, i = sentence.words, list[Candidate](), 0
        while i < len(words):
            if words[i].kind == LINK:
                found += self._marked(words, i, sentence, found)
                i += 1
                continue
            if not words[i].text[:1].isupper():
                i += 1
                continue
            cased = sentence.cased or _before(words, i) in _CALLS
            end = self._span(words, i, cased)
            if end == i:
                i += 1
                continue
            key = self._bracketed(words, end)
            candidate = self._candidate(sentence, i, end, key)
            if candidate and candidate.score >= SURE:
                found.append(candidate)
            i = end + 3 if key else end
        return found

    def _marked(self, words: list[Word], i: int, sentence: Sentence, before: list[Candidate]) -> list[Candidate]:
        """What a mark stands for: an export, or a link to a requester, whose label may be the name."""
        number = int(words[i].text[1:-1])
        if number in self.shown:
            return [Candidate(self.shown[number], 5.0, words[i].start)]
        link = self.linked.get(number)
        if link is None or link.account_key is None:
            return []
        if (
            before
            and before[-1].mention.account_key in (None, link.account_key)
            and i
            and before[-1].start + len(before[-1].mention.text) >= words[i].start - 2
        ):
            known = before.pop()
            text = known.mention.text
        else:
            start = i
            while (
                start
                and words[start - 1].kind == WORD
                and words[start - 1].text[:1].isupper()
                and words[start - 1].low not in self.no_names
                and i - start < _LONGEST
            ):
                start -= 1
            text = sentence.text[words[start].start : words[i - 1].end] if start < i else link.account_key
        return [
            Candidate(
                Mention(text=text, account_key=link.account_key, origin=Origin.LINK, platform=link.platform),
                6.0,
                words[i].start,
            )
        ]

    def _compound(self, words: list[Word], i: int) -> int:
        """Where a name of ordinary words with capitals ends, "Example Research Lab"; `i` if none begins there."""
        j = i
        if words[i].low in _CALLS:
            return i  # "Researcher Jane Example": what she is, and not her name
        while j < len(words) and j - i < _LONGEST and self._capital(words[j]):
            j += 1
        named = j - i > 1 and any(self._proper(w) or w.low in _NOUNS for w in words[i + 1 : j])
        return j if named else i

    def _capital(self, word: Word) -> bool:
        if " " in word.low:
            return False
        bare = word.low.removesuffix("'s")
        return word.kind == WORD and word.text[:1].isupper() and bare not in self.never and not word.tags & _CLAIMS

    def _span(self, words: list[Word], i: int, cased: bool) -> int:
        """Where a capitalised name that begins at `i` ends; `i` if none begins there."""
        if not self._proper(words[i]):
            return self._compound(words, i) if cased else i
        end = j = i + 1
        while j < len(words) and j - i < _LONGEST and not words[j - 1].low.endswith("'s"):
            if self._names(words[j]) or (cased and self._belongs(words[j])):
                j = end = j + 1
            elif self._joins(words, j):
                j += 1
            else:
                break
        return end

    def _belongs(self, word: Word) -> bool:
        """Whether an ordinary word is part of the name before it, by its capital: "Example Survey Works"."""
        return self._capital(word) and not word.tags - _HARMLESS

    def _names(self, word: Word) -> bool:
        return self._proper(word) or (word.text[:1].isupper() and word.low in _NOUNS)

    def _joins(self, words: list[Word], j: int) -> bool:
        """Whether words[j] is an "of", "&" or hyphen inside a name."""
        if words[j].low not in _JOINING or j + 1 >= len(words):
            return False
        apart = words[j].kind == STOP and words[j].start != words[j - 1].end and words[j].text != "&"
        return not apart and (self._names(words[j + 1]) or words[j + 1].low in _JOINING)

    def _proper(self, word: Word) -> bool:
        if word.kind != WORD or not word.text[:1].isupper() or " " in word.low or word.tags - _HARMLESS:
            return False
        bare = word.low.removesuffix("'s")
        return bare not in self.no_names

    def _candidate(self, sentence: Sentence, i: int, end: int, key: str | None) -> Candidate | None:
        """What words[i:end] name, if anybody; `key` is the id in brackets behind them."""
        words = sentence.words
        text = sentence.text[words[i].start : words[end - 1].end]
        possessive = text.endswith(("'s", "’s")) and end < len(words)
        text = text[:-2] if possessive else text
        score, agent = self._place(sentence, i, end, end + 3 if key else end, possessive=possessive)
        account = next((k for p in self.platforms if (k := p.account_key(text)) and any(c.isdigit() for c in k)), None)
        if account and score < 4.0:
            return None  # a bare id may be a worker's own
        mention = Mention(text=text, account_key=account or key, origin=sentence.origin)
        return Candidate(mention, score + (2.0 if key else 0.0), words[i].start, agent)

    def _bracketed(self, words: list[Word], at: int) -> str | None:
        if at + 2 < len(words) and words[at].text in ("[", "(") and words[at + 2].text in ("]", ")"):
            return next((key for p in self.platforms if (key := p.account_key(words[at + 1].text))), None)
        return None

    def _place(self, sentence: Sentence, i: int, end: int, on: int, *, possessive: bool) -> tuple[float, bool]:
        """How surely the place of words[i:end] is a requester's, and whether it is the one who rejects.

        `on` is where the sentence goes on, behind an id in brackets.
        """
        words = sentence.words
        before = _before(words, i)
        after = words[on] if on < len(words) else None
        if _agent(words, i, on, before):
            return 5.0, True
        if before in _CALLS:
            return 5.0, False
        if (
            before in _FROM
            or _warned(words, i, before)
            or (possessive and after and (after.text[:1].isupper() or "work" in after.tags))
        ):
            return 4.0, False
        if after is not None and ("work" in after.tags or after.low == "ones" or _heads(sentence, i, after)):
            return 3.5, False
        if before in _ABOUT and end - i + sentence.cased > 1:
            return 3.5, False
        return _bare_score(sentence, i, end), False


def _agent(words: list[Word], i: int, end: int, before: str) -> bool:
    """Whether words[i:end] is who rejects, or took it back."""
    after = words[end] if end < len(words) else None
    if (before in _BY and _any(words[:i], "rej", "reverse", "approve")) or _acts(words, end):
        return True
    return after is not None and (after.low == "ne" or (after.low in _SAYS and _any(words, *_TOPICS)))


def _warned(words: list[Word], i: int, before: str) -> bool:
    return before in _WARNS or (before in ("of", "on", "for") and i > 1 and words[i - 2].low in _WARNS)


def _heads(sentence: Sentence, i: int, after: Word) -> bool:
    """Whether the name stands first, before a colon or a dash: "Example Labs - all rejected"."""
    return i == _first(sentence.words) and after.kind == STOP and after.text in "-:–—|" and sentence.words[0].start < 80


def _bare_score(sentence: Sentence, i: int, end: int) -> float:
    """Capitals alone: more for several words, in a title, in quotation marks, beside a rejection or a requester."""
    several = end - i > 1
    beside = sentence.has("rej") or sentence.has("requester") or sentence.origin is Origin.QUOTE
    title = sentence.origin is Origin.TITLE and sentence.cased
    quoted = _quoted(sentence.words, i, end)
    words = sentence.words
    if i == _first(words) and end == len(words) and several:
        return SURE  # a sentence that is a name: "Example Insight Panel. All ten rejected."
    if i == _first(words) and not several:
        return 0.0
    told = any({"rej", "past"} <= word.tags for word in words)
    called = told and i > 0 and words[i - 1].text == "," and end == len(words)  # "rejected again, Example"
    return (2.5 if several else 1.0) + beside + title + 1.5 * (quoted and not _titled(words, i)) + called


def _titled(words: list[Word], i: int) -> bool:
    """Whether what stands in quotation marks is a title of work: my "Sound pairs", the study "Sound pairs"."""
    return i > 1 and (
        "mine" in words[i - 2].tags or "work" in words[i - 2].tags or words[i - 2].low in ("the", "their", "this")
    )


def lower_case(sentence: Sentence, namer: Namer) -> Candidate | None:
    """A name written small, in a place without doubt: "mass rejected by acme labs", "acme labs mass rejected"."""
    words = sentence.words
    anchor = next((i for i, word in enumerate(words) if word.tags & _TELLS), None)
    if anchor is None:
        return None
    for i in range(1, min(len(words), anchor + 8)):
        if _introduces(words, i, anchor):
            found = _small(sentence, namer, i, min(len(words), i + 3))
            if found is not None:
                return found
    return _subject(sentence, namer, anchor)


def _introduces(words: list[Word], i: int, anchor: int) -> bool:
    """Whether the word before `i` announces a name: "by" behind the rejection, "from" and "requester" anywhere."""
    before = words[i - 1].low
    source = words[i - 2] if i > 1 else None
    rejected = source is not None and (source.kind in (NUM, FRACTION) or source.tags & {"rej", "work", "mine"})
    doing = words[i].low.endswith("ing") and source is not None and "mine" in source.tags  # "keeps me from voting"
    return (before in _BY and i > anchor) or before in _CALLS or (before == "from" and bool(rejected) and not doing)


def _subject(sentence: Sentence, namer: Namer, anchor: int) -> Candidate | None:
    words, start = sentence.words, anchor
    while start and (words[start - 1].low in _AUXILIARY or words[start - 1].low == "ne"):
        start -= 1
    if not start or words[start - 1].low in _PASSIVE:
        return None
    first = start
    while first and start - first < 3 and _small_word(words[first - 1], namer, first - 1 > 0):
        first -= 1
    if first == start:
        return None
    before = words[first - 1] if first else None
    free = before is None or before.kind in (STOP, NUM) or "split" in before.tags or before.low in _CALLS | _WARNS
    return _small(sentence, namer, first, start) if free else None


def _small(sentence: Sentence, namer: Namer, first: int, stop: int) -> Candidate | None:
    words, end = sentence.words, first
    while end < stop and _small_word(words[end], namer, end > first):
        end += 1
    if end == first:
        return None
    text = sentence.text[words[first].start : words[end - 1].end]
    if text.islower() and len(text) < 3:
        return None
    return Candidate(Mention(text=text, origin=sentence.origin), 4.0, words[first].start, agent=True)


def _small_word(word: Word, namer: Namer, inside: bool) -> bool:
    if word.kind != WORD or (word.tags and not (inside and word.low in _NOUNS)):
        return False
    return word.low not in namer.no_names or (inside and word.low in _NOUNS)


def _before(words: list[Word], i: int) -> str:
    """The word before, behind quotation marks, articles, titles and colons."""
    i -= 1
    while i >= 0 and (
        words[i].text in "\"'“”:*[("
        or words[i].low in ("the", "is", "a", "dr", "professor", "prof", ".", "mr", "req", "o", "el", "a")
    ):
        if words[i].low in _CALLS:
            return words[i].low
        i -= 1
    return words[i].low if i >= 0 else ""


def _acts(words: list[Word], at: int) -> bool:
    """Whether the words behind a name say that it rejects: "Acme just rejected", not "Acme was rejected"."""
    i = at
    while i < len(words) and i - at < 5:
        word = words[i]
        if word.tags & {"rej", "reverse", "contrary", "strikes"}:
            return not any(w.low in _PASSIVE for w in words[at:i])
        passes = (
            word.low in _AUXILIARY or word.low in _PASSIVE or word.text in '-"”]' or word.tags & {"now", "fear", "neg"}
        )
        if not passes:
            return False
        i += 1
    return False


def _first(words: list[Word]) -> int:
    return next((i for i, word in enumerate(words) if word.kind in (WORD, NUM)), 0)


def _quoted(words: list[Word], i: int, end: int) -> bool:
    return i > 0 and end < len(words) and words[i - 1].text in "\"“'" and words[end].text in "\"”'"


def _any(words: list[Word], *tags: str) -> bool:
    return any(tag in word.tags for word in words for tag in tags)
