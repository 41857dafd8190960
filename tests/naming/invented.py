"""Invented requesters and how people misspell them: deterministic, heavy-tailed, nothing real in it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from bot.model import Amount, Name, Task
from bot.naming import Context, canonical

_SYLLABLES = (
    "b br c ch d dr f fl g gr h j k kl l m n p pr qu r s sh sk st t th tr v w z",
    "a e i o u ai ea ee ie oo ou",
    "l m n nd r rk s sh st t th x ck",
)
_ONSETS, _VOWELS, _CODAS = (text.split() for text in _SYLLABLES)
_CODAS = [*_CODAS, ""]
_FIELDS = ["Behavior", "Cognition", "Perception", "Memory", "Decision", "Language", "Vision", "Social", "Policy"]
_PLACES_OF_WORK = ["Lab", "Group", "Research", "Institute", "Research Lab", "Studies", "Survey Team", "Center"]
_GENERAL = ["Research", "Survey", "Study", "Max", "Data", "Test", "Research Lab", "Survey Team", "AB", "Requester"]
_LEGAL = ["Inc", "LLC", "Ltd", "GmbH", "Corp."]
_TALKED_OF = ["Surveys", "Survey", "Team", "Support", "Account", "Tasks", "Project"]
_PLATFORMS = ["mturk", "prolific", "connect"]
_VERBS = ["Answer", "Check", "Find", "Write about", "Tag", "Summarise", "Review"]
_OBJECTS = ["dreams", "street signs", "job adverts", "birds", "short films", "menus", "opinions", "dialogues", "games"]


@dataclass(frozen=True)
class Question:
    """What somebody wrote, who was meant (None: nobody in the index), and what was done to the name."""

    text: str
    owner: str | None
    kind: str
    platform: str | None = None
    context: Context | None = None


class World:
    """`n` names in an index and some held out of it, with the words they are made of. `alike`: activity is unknown."""

    def __init__(self, n: int, seed: int, *, alike: bool = False) -> None:
        self.random = random.Random(f"{n} {seed}")
        self._firsts = _Words(self.random, 700, 2)
        # Most family names are borne by few: of those in the census of 2000 of the United States two in three by one.
        self._lasts = _Words(self.random, min(14_000 + n, 60_000), 3)
        self._places = _Words(self.random, min(2_500 + n, 6_000), 3)
        everybody: list[Name] = []
        for number in range(n + max(200, n // 20)):
            like = self._well_known(everybody) if everybody and self.random.random() < 0.05 else None
            everybody.append(self._name(number, alike, like))
        self.names, out = everybody[:n], everybody[n:]
        there = {canonical(name.name) for name in self.names}
        self.held_out = [name for name in out if canonical(name.name) not in there]

    def questions(self, n: int, nil: float = 0.25) -> list[Question]:
        """`n` questions, by activity; a share `nil` of them about names that are not there, each as often as any."""
        n_nil = round(n * nil)
        asked = [(name, name.owner) for name in self._drawn(self.names, n - n_nil)]
        asked += [(name, None) for name in self.random.choices(self.held_out, k=n_nil)]
        return [self._question(name.name, owner) for name, owner in asked]

    def questions_in_context(self, n: int, nil: float = 0.25) -> list[Question]:
        """The same with what stands around a mention: the platform, the work, open incidents, the thread."""
        by_owner = {name.owner: name for name in (*self.names, *self.held_out)}
        return [self._in_context(one, by_owner[one.owner] if one.owner else None) for one in self.questions(n, nil)]

    def _well_known(self, everybody: Sequence[Name]) -> str:
        """A name that others come near to: mostly one that is met often."""
        return max(
            self.random.choices(everybody, k=self.random.choice((1, 4, 40))), key=lambda name: name.activity
        ).name

    def work(self, owner: str) -> Task:
        """What `owner` posts: some titles are also others', most rewards are."""
        dice = random.Random(owner)
        title = f"{dice.choice(_VERBS)} {dice.choice(_OBJECTS)} {dice.randrange(1, 90)}"
        reward = Amount(Decimal(dice.choice((1, 2, 4, 5, 10, 15, 20, 50, 80))) / 20, "GBP")
        return Task(title=title, reward=reward, task_key=f"3{owner}GROUP")

    def _in_context(self, one: Question, name: Name | None) -> Question:
        dice = self.random
        name = name or dice.choice(self.held_out)
        work = self.work(name.owner)
        task = Task(
            title=work.title if dice.random() < 0.3 else None,
            reward=work.reward if dice.random() < 0.4 else None,
            task_key=work.task_key if dice.random() < 0.08 else None,
        )
        live = {other.owner for other in dice.sample(self.names, 12)}
        thread = set()
        if one.owner is not None:
            live |= {one.owner} if dice.random() < 0.3 else set()
            thread |= {one.owner} if dice.random() < 0.12 else set()
        if dice.random() < 0.005:
            thread = {dice.choice(self.names).owner}
        platform = name.platform if dice.random() < 0.6 else None
        beside = {name.account_key or ""} if dice.random() < 0.08 else set()
        if dice.random() < 0.001:
            beside = {dice.choice(self.names).account_key or ""}
        context = Context(
            task=task, live=frozenset(live), thread=frozenset(thread), account_keys=frozenset(beside - {""})
        )
        return Question(one.text, one.owner, one.kind, platform, context)

    def _drawn(self, names: Sequence[Name], n: int) -> list[Name]:
        return self.random.choices(names, cum_weights=list(accumulate(name.activity for name in names)), k=n)

    def _question(self, name: str, owner: str | None) -> Question:
        kinds = list(_KINDS)
        kind = self.random.choices(kinds, weights=[_KINDS[kind][0] for kind in kinds])[0]
        text = _KINDS[kind][1](name, self.random)
        return Question(text, owner, kind) if canonical(text) else Question(name, owner, "as is")

    def _name(self, number: int, alike: bool, like: str | None) -> Name:
        activity = 1.0 if alike else round(min(self.random.paretovariate(0.9), 20_000.0), 2)
        owner = f"A{number:07d}EXAMPLE"
        platform = self.random.choice(_PLATFORMS)
        return Name(
            owner=owner,
            account_key=owner,
            name=_beside(like, self.random) if like else self._text(),
            platform=platform,
            activity=activity,
        )

    def _text(self) -> str:
        make = self.random.choices(
            (self._person, self._lab, self._company, self._nick, self._word, self._general), (44, 21, 15, 12, 6, 2)
        )[0]
        return make()

    def _person(self) -> str:
        first, last = self._firsts.one(), self._lasts.one()
        forms = (f"{first} {last}", f"{first} {self.random.choice('ABCDEFGHJKLMPRST')}. {last}", f"{last}, {first}")
        return self.random.choices((*forms, f"{first[0]}. {last}"), (80, 10, 4, 6))[0]

    def _lab(self) -> str:
        whose = self.random.choice((self._lasts, self._places)).one()
        field = f" {self.random.choice(_FIELDS)}" if self.random.random() < 0.6 else ""
        start = "University of " if self.random.random() < 0.1 else ""
        return f"{start}{whose}{field} {self.random.choice(_PLACES_OF_WORK)}"

    def _company(self) -> str:
        name = self._places.one() + self.random.choice(["", " ", ""]) + self._firsts.one()
        name += f" {self.random.choice(_PLACES_OF_WORK)}" * (self.random.random() < 0.2)
        return f"{name} {self.random.choice(_LEGAL)}" if self.random.random() < 0.4 else name

    def _nick(self) -> str:
        return f"{self._firsts.one().lower()}{self.random.choice(['', '_'])}{self.random.randrange(1, 999)}"

    def _word(self) -> str:
        return self.random.choice((self._firsts, self._lasts, self._places)).one()

    def _general(self) -> str:
        return self.random.choice(_GENERAL)


class _Words:
    """Invented words, a few of them common and most of them rare."""

    def __init__(self, dice: random.Random, n: int, syllables: int) -> None:
        made = {self._made(dice, dice.randint(1, syllables)): None for _ in range(n)}
        self._words = list(made)
        self._weights = list(accumulate(1.0 / (rank + 8) ** 0.85 for rank in range(len(made))))
        self._dice = dice

    def one(self) -> str:
        return self._dice.choices(self._words, cum_weights=self._weights)[0]

    @staticmethod
    def _made(dice: random.Random, syllables: int) -> str:
        word = "".join(dice.choice(_ONSETS) + dice.choice(_VOWELS) for _ in range(syllables)) + dice.choice(_CODAS)
        return word.capitalize()


def _beside(name: str, dice: random.Random) -> str:
    """A name so near to another that it is easily taken for it, or the very same."""
    typo = _typo(name, dice) or name
    return dice.choice((name, f"{name} {dice.randrange(2, 30)}", f"{name} Lab", typo, name + "a", name + "s"))


def _typo(name: str, dice: random.Random) -> str:
    # Hardly anybody slips at the first letter.
    at = dice.randrange(len(name) > 1 and dice.random() < 0.85, len(name))
    other = dice.choice("abcdefghijklmnopqrstuvwxyz")
    return dice.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + other + name[at:],
            name[:at] + other + name[at + 1 :],
            name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
        )
    )


def _as_is(name: str, dice: random.Random) -> str:
    return name


def _case(name: str, dice: random.Random) -> str:
    return dice.choice((name.lower(), name.upper()))


def _two_typos(name: str, dice: random.Random) -> str:
    return _typo(_typo(name, dice) or name, dice)


def _initials(name: str, dice: random.Random) -> str:
    words = name.split()
    return "".join(word[0] for word in words) if len(words) > 2 else _short_first(name, dice)


def _short_first(name: str, dice: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name.lower()
    short = dice.choice((f"{words[0][0]}. {words[-1]}", f"{words[0]} {words[-1][0]}"))
    return short.replace(". ", "").lower() if dice.random() < 0.15 else short


def _dropped(name: str, dice: random.Random) -> str:
    words = name.split()
    if len(words) > 1:
        words.pop(dice.choice((0, -1, -1, len(words) // 2)))
    return " ".join(words)


def _first_words(name: str, dice: random.Random) -> str:
    """What it is called for short: its first word, or two."""
    return " ".join(name.split()[: dice.choice((1, 1, 2))])


def _roughly(name: str, dice: random.Random) -> str:
    """Its first word and what it is: "that brindle lab"."""
    return f"{dice.choice(('', '', 'that '))}{name.split(maxsplit=1)[0]} {dice.choice(_PLACES_OF_WORK)}"


def _glued(name: str, dice: random.Random) -> str:
    return dice.choice(("", "_", "-")).join(name.split())


def _partly_glued(name: str, dice: random.Random) -> str:
    """Two of several words written as one, and often the others left out."""
    words = name.split()
    if len(words) < 3:
        return _glued(name, dice)
    at = dice.randrange(len(words) - 1)
    glued = "".join(words[at : at + 2])
    return glued if dice.random() < 0.5 else " ".join([*words[:at], glued, *words[at + 2 :]])


def _university(name: str, dice: random.Random) -> str:
    """A university otherwise than it calls itself."""
    if not name.startswith("University of "):
        return _abbreviated(name, dice)
    whose, _, others = name.removeprefix("University of ").partition(" ")
    forms = (f"{whose} University", f"{whose} Uni", f"Uni {whose}", f"U of {whose}", f"Univ. of {whose}", whose)
    return f"{dice.choice(forms)} {others if dice.random() < 0.7 else ''}".strip()


def _leet(name: str, dice: random.Random) -> str:
    return "".join(dict(zip("aeiost", "431057", strict=True)).get(c, c) if dice.random() < 0.7 else c for c in name)


def _called(name: str, dice: random.Random) -> str:
    """A first name shortened, as friends do."""
    first, *others = name.split()
    short = first[: dice.randint(3, 6)]
    return " ".join([short + dice.choice(("", "", "", "y", "o", "s", f"{short[-1]}ie")), *others])


def _no_vowels(name: str, dice: random.Random) -> str:
    text = name[:1] + "".join(char for char in name[1:] if char not in "aeiou" or dice.random() < 0.4)
    return text if len(text) > 3 else name


def _sound(name: str, dice: random.Random) -> str:
    pairs = [("ck", "k"), ("ee", "ea"), ("ea", "ee"), ("c", "k"), ("k", "c"), ("ou", "oo"), ("th", "t"), ("x", "ks")]
    here = [pair for pair in pairs if pair[0] in name]
    return name.replace(*dice.choice(here), 1) if here else _typo(name, dice)


def _moved(name: str, dice: random.Random) -> str:
    words = name.split()
    return " ".join(words[1:] + words[:1]) if len(words) > 1 else name


def _cut(name: str, dice: random.Random) -> str:
    return name[: max(4, round(len(name) * dice.uniform(0.5, 0.85)))].strip()


def _longer(name: str, dice: random.Random) -> str:
    end = dice.choice((*_PLACES_OF_WORK, *_LEGAL, *_LEGAL, *_TALKED_OF))
    return f"The {name}" if dice.random() < 0.3 else f"{name} {end}"


def _apart(name: str, dice: random.Random) -> str:
    """Two words written as one, as their owner does, written as two."""
    capitals = [at for at in range(3, len(name) - 2) if name[at].isupper() and name[at - 1].islower()]
    if not capitals:
        return name
    text = f"{name[: capitals[0]]} {name[capitals[0] :]}"
    text = " ".join(text.split()[:2]) if dice.random() < 0.3 else text
    return (_typo(text, dice) or text) if dice.random() < 0.3 else text


def _abbreviated(name: str, dice: random.Random) -> str:
    """One of several words shortened: to its beginning, to its consonants."""
    words = name.split()
    at = dice.choice((0, *range(1, len(words)), *range(1, len(words))))
    if len(words) > 1 and len(words[at]) > 4:
        bones = words[at][:1] + "".join(char for char in words[at][1:] if char not in "aeiou")
        words[at] = dice.choice((words[at][: dice.randint(3, 5)], words[at][: dice.randint(3, 5)] + ".", bones))
    return " ".join(words)


def _plural(name: str, dice: random.Random) -> str:
    """An s too many or too few, at the end of a word."""
    words = name.split()
    at = dice.choice((-1, dice.randrange(len(words))))
    if not words[at].isalpha():
        return name
    words[at] = words[at].removesuffix("s") if words[at].endswith("s") else words[at] + dice.choice(("s", "s", "'s"))
    return " ".join(words)


def _last_letters(name: str, dice: random.Random) -> str:
    """All words but the first by their letters: "Brindle CL"."""
    words = name.split()
    if len(words) < 3:
        return _short_first(name, dice)
    return f"{words[0]} {''.join(word[0] for word in words[1:])}"


def _first_letters(name: str, dice: random.Random) -> str:
    """All words but the last by their letters: "AL Brindle"."""
    words = name.split()
    if len(words) < 3:
        return _short_first(name, dice)
    return f"{dice.choice(('', '-', '. ')).join(word[0] for word in words[:-1])} {words[-1]}"


def _two_shortened(name: str, dice: random.Random) -> str:
    """One or two words of many, one of them shortened: "Brindle cog" for "University of Brindle Cognition Lab"."""
    words = [word for word in name.split() if len(word) > 2 and word != "University"]
    if len(words) < 3:
        return _abbreviated(name, dice)
    at = dice.randrange(len(words) - 1)
    return _abbreviated(" ".join(words[at : at + 2]), dice)


def _no_number(name: str, dice: random.Random) -> str:
    """Without the number it ends in."""
    text = name.rstrip("0123456789").rstrip("_ ")
    return text if len(text) > 3 else name


def _look_alike(name: str, dice: random.Random) -> str:
    return name.translate(str.maketrans("aeopc", "аеорс")) + dice.choice(("\u200b", "\u202e", ""))


# How often, and what is done to the name.
_KINDS: dict[str, tuple[int, Callable[[str, random.Random], str]]] = {
    "as is": (22, _as_is),
    "case": (9, _case),
    "typo": (16, _typo),
    "two typos": (6, _two_typos),
    "initials": (4, _initials),
    "short first": (5, _short_first),
    "dropped": (9, _dropped),
    "first words": (4, _first_words),
    "glued": (7, _glued),
    "partly glued": (2, _partly_glued),
    "university": (1, _university),
    "leet": (3, _leet),
    "sound": (5, _sound),
    "moved": (4, _moved),
    "cut": (5, _cut),
    "longer": (4, _longer),
    "called": (2, _called),
    "no vowels": (1, _no_vowels),
    "look-alike": (1, _look_alike),
    "roughly": (1, _roughly),
    "apart": (2, _apart),
    "abbreviated": (3, _abbreviated),
    "plural": (2, _plural),
    "last letters": (1, _last_letters),
    "first letters": (1, _first_letters),
    "two, shortened": (2, _two_shortened),
    "no number": (2, _no_number),
}
