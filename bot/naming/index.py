"""All names, aliases and ids that are known, and which of them come near a mention."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest

from rapidfuzz import fuzz

from bot.model import Name, Task
from bot.naming import keys
from bot.naming.canonical import canonical
from bot.naming.context import clues
from bot.naming.postings import Postings

# How many forms one key, how many one word may bring in, and how many owners one form: the most active first.
_PER_KEY = 30
_PER_WORD = 15
# A word that more forms have than this is no way to find one.
_COMMON_WORD = 3000
# Trigrams are read from the rarest on until this many numbers were read, or this many trigrams.
_TRIGRAM_BUDGET = 6000
_TRIGRAMS = 12
# Forms sharing most of those trigrams; so many of them, by letters, are rated.
_BY_TRIGRAM = 80
_NEAR = 24
# Activities are summed as whole numbers: so no order of adding changes a sum.
_GRAIN = 1 << 20
_MAX_ACTIVITY = 1e12


class NameIndex:
    """Names by canonical form ("form", a number), by their short forms and by trigram; accounts by id."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        self._form: dict[str, int] = {}
        self._canon: list[str] = []
        self._names: list[list[Name]] = []
        self._peak = array("d")
        self._owned: dict[str, tuple[int, ...]] = {}
        self._owners: dict[str, tuple[str, ...]] = {}
        self._accounts: dict[str, frozenset[str]] = {}
        self._clues: dict[str, frozenset[str]] = {}
        self._keys = Postings()
        self._words = Postings()
        self._trigrams = Postings()
        self._n_forms = 0
        self._n_names = 0
        self._activity = 0
        for name in names:
            self.add(name)

    def __len__(self) -> int:
        return self._n_names

    def add(self, name: Name) -> None:
        """Make `name` findable at once. The same name again changes nothing."""
        form = self._form_of(canonical(name.name))
        owned = self._owned.get(name.owner, ())
        if form in owned and name in self._names[form]:
            return
        self._names[form].append(name)
        self._peak[form] = max(self._peak[form], name.activity)
        self._n_names += 1
        self._activity += _grains(name.activity)
        if form not in owned:
            self._owned[name.owner] = (*owned, form)
        if name.account_key:
            self._add_account(name.owner, name.account_key)

    def add_task(self, owner: str, task: Task) -> None:
        """Remember work seen for `owner`: met again, it speaks for him."""
        self._clues[owner] = self._clues.get(owner, frozenset()) | clues(task)

    def remove(self, owner: str) -> None:
        """Forget all names, ids and work of `owner`. An owner that is not there is no error."""
        for form in self._owned.pop(owner, ()):
            gone = [name for name in self._names[form] if name.owner == owner]
            self._names[form] = [name for name in self._names[form] if name.owner != owner]
            self._n_names -= len(gone)
            self._activity -= sum(_grains(name.activity) for name in gone)
            self._peak[form] = max((name.activity for name in self._names[form]), default=0.0)
            if not self._names[form]:
                self._drop_form(form)
        for key in self._accounts.pop(owner, frozenset()):
            left = tuple(other for other in self._owners[key] if other != owner)
            if left:
                self._owners[key] = left
            else:
                del self._owners[key]
        self._clues.pop(owner, None)

    def owners_of(self, account_key: str) -> tuple[str, ...]:
        """Who holds an account id (case does not matter): nearly always one or nobody."""
        return tuple(sorted(self._owners.get(_id_form(account_key), ())))

    def accounts_of(self, owner: str) -> frozenset[str]:
        """The account ids of an owner, in upper case."""
        return self._accounts.get(owner, frozenset())

    def clues_of(self, owner: str) -> frozenset[str]:
        """What is known of the owner's work, as `context.clues` words it."""
        return self._clues.get(owner, frozenset())

    def names_of(self, owner: str) -> tuple[Name, ...]:
        """All names of an owner, in a fixed order."""
        found = (name for form in self._owned.get(owner, ()) for name in self._names[form] if name.owner == owner)
        return tuple(sorted(found, key=_first))

    def named(self, canon: str) -> tuple[Name, ...]:
        """The names with this very canonical form, the most active first, at most thirty."""
        form = self._form.get(canon)
        return () if form is None else self._most_active(self._names[form])

    def near(self, canon: str) -> Iterator[tuple[str, tuple[Name, ...]]]:
        """Canonical forms that may be meant by `canon`, each with its names; itself among them if it is there."""
        for form in self._near_forms(canon):
            yield self._canon[form], self._most_active(self._names[form])

    def rarity(self, word: str) -> float:
        """How much meeting `word` says, in nats: 0 for a word of every name, ln(number of forms) for a unique one."""
        return math.log((self._n_forms + 1) / (self._words.count(word) + 1)) if self._n_forms else 0.0

    def weight(self, name: Name) -> float:
        """The name's activity beside the mean, as a natural logarithm."""
        mean = self._activity / self._n_names
        return math.log((_grains(name.activity) + 0.01 * mean + 1) / (1.01 * mean + 1))

    @property
    def size(self) -> float:
        """The natural logarithm of the number of forms: the more there are, the less a likeness says."""
        return math.log(self._n_forms + 1)

    def _form_of(self, canon: str) -> int:
        form = self._form.get(canon)
        if form is None:
            form = len(self._canon)
            self._form[canon] = form
            self._canon.append(canon)
            self._names.append([])
            self._peak.append(0.0)
            self._n_forms += 1
            self._words.add(set(canon.split()), form)
            self._keys.add(_keys_of(canon), form)
            self._trigrams.add(keys.trigrams(canon), form)
        return form

    def _drop_form(self, form: int) -> None:
        canon = self._canon[form]
        del self._form[canon]
        self._n_forms -= 1
        self._words.remove(set(canon.split()), form)
        self._keys.remove(_keys_of(canon), form)
        self._trigrams.remove(keys.trigrams(canon), form)

    def _add_account(self, owner: str, account_key: str) -> None:
        key = _id_form(account_key)
        if key not in self.accounts_of(owner):
            self._accounts[owner] = self.accounts_of(owner) | {key}
            self._owners[key] = (*self._owners.get(key, ()), owner)

    def _near_forms(self, canon: str) -> set[int]:
        found: set[int] = set()
        if canon in self._form:
            found.add(self._form[canon])
        for key in _asked_keys(canon):
            found.update(self._busiest(self._keys.get(key)))
        for word in canon.split():
            if self._words.count(word) <= _COMMON_WORD:
                found.update(self._busiest(self._words.get(word), _PER_WORD))
        found.update(self._by_trigram(canon))
        return found

    def _busiest(self, forms: Sequence[int], limit: int = _PER_KEY) -> Sequence[int]:
        if len(forms) <= limit:
            return forms
        return nsmallest(limit, forms, key=lambda form: (-self._peak[form], self._canon[form]))

    def _by_trigram(self, canon: str) -> Sequence[int]:
        shared = self._sharing(canon)
        if len(shared) > _BY_TRIGRAM:
            least = sorted(shared.values(), reverse=True)[_BY_TRIGRAM]
            most = [form for form, count in shared.items() if count > least]
            most += self._busiest([form for form, count in shared.items() if count == least], _BY_TRIGRAM - len(most))
        else:
            most = list(shared)
        return nsmallest(_NEAR, most, key=lambda form: (-fuzz.WRatio(canon, self._canon[form]), self._canon[form]))

    def _sharing(self, canon: str) -> Counter[int]:
        """Forms with rare trigrams of `canon`, and how many of those each has."""
        counted = sorted((self._trigrams.count(trigram), trigram) for trigram in keys.trigrams(canon))
        shared: Counter[int] = Counter()
        read = 0
        for count, trigram in [pair for pair in counted if pair[0]][:_TRIGRAMS]:
            read += count
            if read > _TRIGRAM_BUDGET and shared:
                break
            shared.update(self._trigrams.get(trigram))
        return shared

    @staticmethod
    def _most_active(names: list[Name]) -> tuple[Name, ...]:
        return tuple(names if len(names) == 1 else nsmallest(_PER_KEY, names, key=_first))


def _keys_of(canon: str) -> set[str]:
    found = set(keys.shortened(canon))
    found.update((keys.ordered(canon), keys.skeleton(canon)))
    found.discard(canon)
    return found


def _asked_keys(canon: str) -> set[str]:
    return {canon, keys.ordered(canon), keys.skeleton(canon), keys.squashed(canon), keys.initials(canon)} - {""}


def _first(name: Name) -> tuple[float, str, str, str, str]:
    """The order of names: the most active first, then by owner."""
    return (-name.activity, name.owner, name.name, name.platform or "", name.account_key or "")


def _id_form(account_key: str) -> str:
    upper = account_key.strip().upper()
    return account_key if account_key == upper else upper


def _grains(activity: float) -> int:
    return round(min(max(activity, 0.0), _MAX_ACTIVITY) * _GRAIN)
