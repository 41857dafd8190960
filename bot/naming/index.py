"""All names, aliases and ids that are known, in little memory, and who holds them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence, Set
from heapq import nlargest

from bot.model import Name, Task
from bot.naming import keys
from bot.naming.canonical import called
from bot.naming.context import clues
from bot.naming.postings import Postings, key_of
from bot.naming.shelf import Shelf
from bot.naming.words import Words

# Activities are summed as whole numbers: so no order of adding changes a sum.
_GRAIN = 1 << 20
_MAX_ACTIVITY = 1e12
# Names met as often are put in an order that has nothing to do with when they were added.
_STEPS = 1_000
_LOWEST = 20
_LEAST = 2**-_LOWEST
IMAGINED = 1_000
_A_STEP = math.log(2) / _STEPS


class NameIndex:
    """Names by number, by their keys and words; owners by account id. Who comes near is asked of `find`."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        self._written = Shelf()
        self._canon = Shelf()
        self._owner: list[str] = []
        self._activity = array("d")
        self._rank = array("Q")
        self._owned: dict[str, int | tuple[int, ...]] = {}
        self._clues: dict[str, frozenset[str]] = {}
        self._seen_with: dict[str, set[str]] = {}
        self.keys = Postings()
        self.words = Words()
        # Names with digits in them, each as one word: a slip may fall between letters and number.
        self.handles = Words()
        self._n_names = 0
        self._all_activity = 0
        for name in names:
            self.add(name)
        self.keys.settle()

    def __len__(self) -> int:
        return self._n_names

    def add(self, name: Name) -> None:
        """Make `name` findable at once. The same name again changes nothing."""
        owned = self.numbers_of(name.owner)
        if owned and name in [self.name(number) for number in owned]:
            return
        canon = keys.bare(called(name.name))
        number = self._kept(name, canon)
        self._owned[name.owner] = (*owned, number) if owned else number
        words = keys.spelt(canon)
        self.keys.add(_keys_of(name, words), number)
        self.words.add(dict.fromkeys(words), number)
        if handle := keys.handle(canon):
            self.handles.add((handle,), number)
        self._n_names += 1
        self._all_activity += _grains(name.activity)

    def settle(self) -> None:
        """Get ready for all questions, at once instead of at the first of each kind: after many names were added."""
        self.keys.settle()
        self.words.settle()
        self.handles.settle()

    def add_task(self, owner: str, task: Task) -> None:
        """Remember work seen for `owner`: met again, it speaks for him."""
        seen = clues(task)
        self._clues[owner] = self._clues.get(owner, frozenset()) | seen
        for clue in seen:
            if not clue.startswith("reward "):
                self._seen_with.setdefault(clue, set()).add(owner)

    def remove(self, owner: str) -> None:
        """Forget all names, ids and work of `owner`. An owner that is not there is no error."""
        for number in self.numbers_of(owner):
            name = self.name(number)
            words = keys.spelt(self._canon[number])
            self.keys.remove(_keys_of(name, words), number)
            self.words.remove(dict.fromkeys(words), number)
            if handle := keys.handle(self._canon[number]):
                self.handles.remove((handle,), number)
            self._n_names -= 1
            self._all_activity -= _grains(name.activity)
        self._owned.pop(owner, None)
        for clue in self._clues.pop(owner, frozenset()):
            self._seen_with.get(clue, set()).discard(owner)

    def owners_of(self, account_key: str) -> tuple[str, ...]:
        """Who holds an account id (case does not matter): nearly always one or nobody."""
        wanted = _id_form(account_key)
        names = map(self.name, [*self.numbers_of(wanted), *self.keys.get(_id_key(account_key))])
        return tuple(
            sorted({name.owner for name in names if name.account_key and _id_form(name.account_key) == wanted})
        )

    def accounts_of(self, owner: str) -> frozenset[str]:
        """The account ids of an owner, in upper case."""
        names = map(self.name, self.numbers_of(owner))
        return frozenset(_id_form(name.account_key) for name in names if name.account_key)

    def clues_of(self, owner: str) -> frozenset[str]:
        """What is known of the owner's work, as `context.clues` words it."""
        return self._clues.get(owner, frozenset())

    def seen_with(self, clue: str) -> Set[str]:
        """The owners for whom a title or link was seen."""
        return self._seen_with.get(clue, frozenset())

    def numbers_of(self, owner: str) -> tuple[int, ...]:
        """The numbers of all names of an owner."""
        owned = self._owned.get(owner, ())
        return (owned,) if isinstance(owned, int) else owned

    def names_of(self, owner: str) -> tuple[Name, ...]:
        """All names of an owner, in a fixed order."""
        return tuple(sorted(map(self.name, self.numbers_of(owner)), key=_first))

    def name(self, number: int) -> Name:
        """The name of that number."""
        account_key, platform, text = self._written[number].split("\0", 2)
        owner = self._owner[number]
        return Name(
            owner=owner,
            name=text,
            platform=platform or None,
            account_key=owner if account_key == "=" else account_key or None,
            activity=self._activity[number],
        )

    def canon(self, number: int) -> str:
        """The canonical form of the name of that number, without an article."""
        return self._canon[number]

    def named(self, canon: str) -> list[int]:
        """The numbers of the names with this very canonical form."""
        canon = keys.bare(canon)
        found = self.keys.get(keys.whole_key(keys.skeleton(canon)))
        return [number for number in found if self._canon[number] == canon]

    def rank(self, number: int) -> int:
        """A number that is larger for a name that is met more often; it differs between different names."""
        return self._rank[number]

    def busy(self, number: int) -> float:
        """About the natural logarithm of a name's activity, cheaply."""
        return (self._rank[number] >> 32) * _A_STEP

    def busiest(self, numbers: Sequence[int], limit: int) -> Sequence[int]:
        """The numbers of those met most often, at most `limit`."""
        return numbers if len(numbers) <= limit else nlargest(limit, numbers, key=self._rank.__getitem__)

    def rarity(self, word: str) -> float:
        """How much meeting a spelt `word` says, in nats: 0 for a word of every name.

        Few names know little of how rare a word is: so a thousand more are imagined, with the words of any language.
        """
        there = self.words.count(word) + 1 + IMAGINED * keys.commonness(word)
        return math.log((self._n_names + 1 + IMAGINED) / there)

    def weight(self, name: Name) -> float:
        """The name's activity beside the mean, as a natural logarithm."""
        mean = self._all_activity / self._n_names
        return math.log((_grains(name.activity) + 0.01 * mean + 1) / (1.01 * mean + 1))

    @property
    def size(self) -> float:
        """The natural logarithm of the number of names: the more there are, the less a likeness says."""
        return math.log(self._n_names + 1)

    def _kept(self, name: Name, canon: str) -> int:
        account_key = "=" if name.account_key == name.owner else name.account_key or ""
        number = self._written.add(f"{account_key}\0{name.platform or ''}\0{name.name}")
        self._canon.add(canon)
        self._owner.append(name.owner)
        self._activity.append(name.activity)
        self._rank.append(_met(name.activity) << 32 | key_of(f"{canon}|{name.owner}"))
        return number


def _keys_of(name: Name, words: list[str]) -> set[int]:
    found = keys.keys_of(words) if words else set()
    # An owner that is called by the id itself is found without.
    if name.account_key and name.account_key != _id_form(name.owner):
        found.add(_id_key(name.account_key))
    return found


def _first(name: Name) -> tuple[float, str, str, str, str]:
    """The order of names: the most active first, then by owner."""
    return (-name.activity, name.owner, name.name, name.platform or "", name.account_key or "")


def _id_form(account_key: str) -> str:
    upper = account_key.strip().upper()
    return account_key if account_key == upper else upper


def _id_key(account_key: str) -> int:
    return key_of("#" + _id_form(account_key))


def _met(activity: float) -> int:
    return int(_STEPS * (math.log2(min(max(activity, 0.0), _MAX_ACTIVITY) + _LEAST) + _LOWEST))


def _grains(activity: float) -> int:
    return round(min(max(activity, 0.0), _MAX_ACTIVITY) * _GRAIN)
