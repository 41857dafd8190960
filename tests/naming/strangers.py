"""The bench's own requesters and slips: never used to learn or tune on; shares nothing with invented.py.

How a name is miswritten, per hundred questions: nothing 20, case or punctuation 14, one slip of the keyboard 15, two 6,
written by ear 6, initials 6, a word left out 9, words glued 6, l33t 3, turned round 4, cut off 4, a word added 4,
a pet name 2, look-alike or invisible letters 1. One question in five is about somebody who is not there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, islice

from bot.model import Amount, Name, Task
from bot.naming import Context, canonical

_split = str.split
_STEMS = _split("""
    Alde Arv Bael Bran Brisk Cald Corm Dag Dorn Drev Eks Elm Fenn Fjor Gal Garr Gunt Hal Hesk Holm Ilk Ister Jor Jask
    Kel Kars Lund Lysk Mal Marr Mosk Nev Nord Oden Osk Pell Prav Quill Rask Roth Sab Sever Skel Stav Tam Torv Ulf Usk
    Vard Vesp Wain Wolt Yar Yst Zan Zoll Ashk Birk Cress Dell Emb Farr Glenn Hart Ing Jent Kirn Lomb Mund Niel Orm Pint
    Rusk
""")
_GIVEN_ENDS = _split("a ina ette o us ric mund wyn ia elle an in eth ora is ard ella ian ita ine")
_FAMILY_ENDS = _split("""
    son sen berg stein ton ham ley wick worth field ov ova ski ska enko ides ini etti ez ado ault eau mann haus strom
    quist gaard dottir well bridge water shaw croft thorpe by
""")
_MIDDLES = _split("er en el in ar ol un it ak em is and ert ing os av")
_SUBJECTS = _split("Attention Emotion Economics Reasoning Speech Health Trust Nutrition Gaming Morals Sleep Politics")
_HOUSES = ["Lab", "Laboratory", "Research Group", "Dept", "Collaborative", "Experiments", "Research", "Lab Studies"]
_TRADES = _split("Analytics Insights Transcripts Media Vision Labs Systems Digital Tech Data Panels Works")
_FORMS = ["Inc.", "LLC", "Ltd.", "S.A.", "Pty", "AG"]
_VAGUE = ["Survey", "Research", "Academic Study", "Surveys", "Lab", "Tester", "Mike", "JD", "Study Team", "Data Team"]
_WORK = _split("Rate Label Transcribe Compare Describe Judge Sort Watch Read Play")
_THINGS = _split("faces receipts clips headlines stories maps voices tweets rooms recipes sketches invoices adverts")
_WHERES = ["connect", "mturk", "prolific", "toloka"]


@dataclass(frozen=True)
class Asked:
    """What somebody wrote, who was meant (None: nobody in the index), what was done to the name, and around it."""

    text: str
    owner: str | None
    kind: str
    platform: str | None
    context: Context


class Town:
    """`n` requesters in an index and some beside it. `alike`: nobody's activity is known."""

    def __init__(self, n: int, seed: int, *, alike: bool = False) -> None:
        self._dice = random.Random(f"town {n} {seed}")
        people = Pools(self._dice)
        everybody = list(islice(self._everybody(people, alike), n + max(300, n // 25)))
        self.names = everybody[:n]
        there = {canonical(name.name) for name in self.names}
        self.strangers = [name for name in everybody[n:] if canonical(name.name) not in there]
        self._drawn = list(accumulate(name.activity for name in self.names))
        self._drawn_strangers = list(accumulate(name.activity for name in self.strangers))

    @staticmethod
    def only_names(n: int, seed: int) -> Iterator[Name]:
        """The same kind of names one by one, for measuring memory without keeping them."""
        dice = random.Random(f"memory {n} {seed}")
        pools = Pools(dice)
        for number in range(n):
            yield _one(number, pools.name(), dice, alike=False)

    def tasks(self, owner: str) -> list[Task]:
        """The work `owner` posted, the same whenever asked: one to three pieces, some titles also others'."""
        dice = random.Random(f"tasks {owner}")
        return [_task(dice) for _ in range(dice.choice((1, 1, 2, 3)))]

    def questions(self, n: int, absent: float = 0.2) -> list[Asked]:
        """`n` questions about whom the world meets most, a share of them about strangers."""
        asked = []
        for _ in range(n):
            gone = self._dice.random() < absent
            pool, weights = (self.strangers, self._drawn_strangers) if gone else (self.names, self._drawn)
            name = self._dice.choices(pool, cum_weights=weights)[0]
            text, kind = miswritten(name.name, self._dice)
            asked.append(Asked(text, None if gone else name.owner, kind, *self._around(name, gone)))
        return asked

    def _everybody(self, pools: Pools, alike: bool) -> Iterator[Name]:
        known: list[str] = []
        number = 0
        while True:
            fate = self._dice.random()
            if known and fate < 0.008:
                text = self._dice.choice(known)
            elif known and fate < 0.035:
                text = _neighbour(self._dice.choice(known), self._dice)
            else:
                text = pools.name()
            if len(known) < 20_000:
                known.append(text)
            yield _one(number, text, self._dice, alike=alike)
            number += 1

    def _around(self, name: Name, gone: bool) -> tuple[str | None, Context]:
        """What the post and its thread give: often the platform, sometimes the work, sometimes an open incident."""
        dice = self._dice
        platform = name.platform if dice.random() < 0.7 else None
        work = dice.choice(self.tasks(name.owner))
        title = work.title if dice.random() < 0.35 else None
        reward = work.reward if dice.random() < 0.3 else None
        live = {dice.choice(self.names).owner for _ in range(20)}
        if not gone and dice.random() < 0.4:
            live.add(name.owner)
        task = Task(title=title, reward=reward) if title or reward else None
        return platform, Context(task=task, live=frozenset(live))


class Pools:
    """Given and family names, places and firms; a few are common."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._given = self._pool(1_100, _GIVEN_ENDS, 0.15)
        self._family = self._pool(26_000, _FAMILY_ENDS, 0.55)
        self._places = self._pool(3_000, ["", "shire", "ford", "stad", "mere", "ville", "burg", "more"], 0.4)

    def _pool(self, n: int, ends: list[str], middle: float) -> tuple[list[str], list[float]]:
        made: dict[str, None] = {}
        while len(made) < n:
            inner = "".join(self._dice.choice(_MIDDLES) for _ in range(3) if self._dice.random() < middle)
            made[self._dice.choice(_STEMS) + inner + self._dice.choice(ends)] = None
        return list(made), list(accumulate((rank + 4) ** -0.9 for rank in range(n)))

    def _one(self, pool: tuple[list[str], list[float]]) -> str:
        return self._dice.choices(pool[0], cum_weights=pool[1])[0]

    def name(self) -> str:
        """One name of the world: 48 % people, 18 % labs, 16 % firms, 10 % handles, 6 % single words, 2 % vague."""
        kinds = (self._person, self._lab, self._firm, self._handle, self._single, self._vague)
        return self._dice.choices(kinds, (48, 18, 16, 10, 6, 2))[0]()

    def _person(self) -> str:
        dice, given, family = self._dice, self._one(self._given), self._one(self._family)
        fate = dice.random()
        if fate < 0.08:
            return f"{given} {dice.choice('ABCDEHJKLMRSTW')}. {family}"
        if fate < 0.12:
            return f"{given[0]}. {family}"
        if fate < 0.15:
            return f"{given} {self._one(self._given)} {family}"
        if fate < 0.18:
            return f"{given} {family}-{self._one(self._family)}"
        return f"Dr. {given} {family}" if fate < 0.2 else f"{given} {family}"

    def _lab(self) -> str:
        dice = self._dice
        whose = dice.choice((self._one(self._family), self._one(self._places), f"U of {self._one(self._places)}"))
        subject = f" {dice.choice(_SUBJECTS)}" if dice.random() < 0.55 else ""
        return f"{whose}{subject} {dice.choice(_HOUSES)}"

    def _firm(self) -> str:
        dice = self._dice
        name = self._one(self._places) + dice.choice(["", " ", " & "]) + dice.choice(_TRADES)
        return f"{name} {dice.choice(_FORMS)}" if dice.random() < 0.35 else name

    def _handle(self) -> str:
        given, number = self._one(self._given).lower(), self._dice.randrange(1, 2_000)
        return self._dice.choice(
            (f"{given}{number}", f"{given}.{self._one(self._family).lower()}", f"{given}_{number}")
        )

    def _single(self) -> str:
        return self._one(self._dice.choice((self._given, self._family, self._places)))

    def _vague(self) -> str:
        return self._dice.choice(_VAGUE)


def _one(number: int, text: str, dice: random.Random, *, alike: bool) -> Name:
    activity = 1.0 if alike else round(dice.lognormvariate(0.0, 1.9), 3)
    key = f"A{number:08X}EXAMPLE"
    return Name(owner=key, account_key=key, name=text, platform=dice.choice(_WHERES), activity=activity)


def _task(dice: random.Random) -> Task:
    number = dice.choice(("", f" ({dice.randrange(2, 60)} min)", f" no. {dice.randrange(1, 400)}"))
    title = f"{dice.choice(_WORK)} {dice.randrange(2, 50)} {dice.choice(_THINGS)}{number}"
    return Task(title=title, reward=Amount(Decimal(dice.choice((5, 10, 25, 50, 75, 100, 120, 200))) / 100, "USD"))


def _neighbour(name: str, dice: random.Random) -> str:
    """Somebody else whose name hardly differs."""
    fate = dice.randrange(3)
    if fate == 0:
        return f"{name} {dice.randrange(2, 9)}"
    if fate == 1:
        at = dice.randrange(len(name))
        return name[:at] + dice.choice("aeiorstn") + name[at + 1 :]
    return f"{name}s" if not name.endswith("s") else name[:-1]


_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEXT_KEY = {
    key: "".join(row[max(0, at - 1) : at + 2].replace(key, "") for row in [row])
    for row in _KEYBOARD
    for at, key in enumerate(row)
}


def _slip(name: str, dice: random.Random) -> str:
    """A neighbouring key, a letter twice, left out, or two the wrong way round; rarely the first letter."""
    at = dice.randrange(1 if len(name) > 2 and dice.random() < 0.85 else 0, len(name))
    wrong = dice.choice(_NEXT_KEY.get(name[at].lower(), "e"))
    kinds = (
        name[:at] + wrong + name[at + 1 :],
        name[: at + 1] + name[at] + name[at + 1 :],
        name[:at] + name[at + 1 :],
        name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
        name[:at] + wrong + name[at:],
    )
    return dice.choices(kinds, (30, 14, 26, 20, 10))[0]


def _two_slips(name: str, dice: random.Random) -> str:
    return _slip(_slip(name, dice) or name, dice)


def _plain(name: str, dice: random.Random) -> str:
    return name


def _shape(name: str, dice: random.Random) -> str:
    kinds = (name.lower(), name.upper(), name.replace(" ", "-"), name.replace(".", "").replace("-", " "), f"{name}!")
    return dice.choices(kinds, (50, 15, 10, 15, 10))[0]


_EAR = [
    tuple(pair.split("/"))
    for pair in _split(
        "ph/f sk/sc qu/kw ei/ie ow/ou ll/l nn/n ss/s y/i v/w w/v z/s s/z au/o er/ar rr/r d/t i/e o/u th/t k/c c/k ee/i"
    )
]


def _by_ear(name: str, dice: random.Random) -> str:
    text = name.lower()
    for _ in range(dice.choice((1, 1, 2))):
        fits = [pair for pair in _EAR if pair[0] in text]
        if fits:
            text = text.replace(*dice.choice(fits), 1)
    return text if text != name.lower() else _slip(name, dice)


def _letters(name: str, dice: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name.lower()
    if len(words) > 2 and dice.random() < 0.6:
        return "".join(word[0] for word in words if word[0].isalnum()).upper()
    return dice.choice((f"{words[0][0]} {words[-1]}", f"{words[0][0]}. {words[-1]}", f"{words[0]} {words[-1][0]}."))


def _left_out(name: str, dice: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    words.pop(dice.choices(range(len(words)), [1 + (place > 0) for place in range(len(words))])[0])
    return " ".join(words)


def _stuck(name: str, dice: random.Random) -> str:
    text = "".join(name.split())
    return dice.choice((text, text.lower(), f"@{text}"))


def _l33t(name: str, dice: random.Random) -> str:
    swaps = {"a": "4", "e": "3", "i": "1", "l": "1", "o": "0", "s": "5", "t": "7"}
    return "".join(swaps[c] if c in swaps and dice.random() < 0.55 else c for c in name.lower())


def _turned(name: str, dice: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    return f"{words[-1]}, {' '.join(words[:-1])}" if dice.random() < 0.5 else " ".join([words[-1], *words[:-1]])


def _cut_off(name: str, dice: random.Random) -> str:
    return name[: max(4, len(name) - dice.randint(2, max(2, len(name) // 2)))].rstrip()


def _added(name: str, dice: random.Random) -> str:
    return dice.choice(
        (f"the {name}", f"{name} guy", f"{name} study", f"{name} batch", f"requester {name}", f"{name} hits")
    )


def _pet(name: str, dice: random.Random) -> str:
    first, *others = name.split()
    return " ".join([first[: max(3, len(first) // 2)] + dice.choice(("y", "ie", "i", "")), *others])


def _look_alike(name: str, dice: random.Random) -> str:
    text = name.translate(str.maketrans("ceiopxyBHKM", "сеіорхуВНКМ"))
    return text if dice.random() < 0.5 else "\u200d".join(name)


WAYS: dict[str, tuple[int, Callable[[str, random.Random], str]]] = {
    "nothing": (20, _plain),
    "shape": (14, _shape),
    "one slip": (15, _slip),
    "two slips": (6, _two_slips),
    "by ear": (6, _by_ear),
    "initials": (6, _letters),
    "left out": (9, _left_out),
    "glued": (6, _stuck),
    "l33t": (3, _l33t),
    "turned": (4, _turned),
    "cut off": (4, _cut_off),
    "added": (4, _added),
    "pet name": (2, _pet),
    "look-alike": (1, _look_alike),
}
_KINDS = list(WAYS)
_SHARES = [share for share, _ in WAYS.values()]


def miswritten(name: str, dice: random.Random) -> tuple[str, str]:
    """A name as somebody writes it, and what was done to it."""
    kind = dice.choices(_KINDS, _SHARES)[0]
    text = WAYS[kind][1](name, dice)
    return (text, kind) if canonical(text) else (name, "nothing")
