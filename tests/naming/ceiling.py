"""How often the best guess from letters and activity alone is right: Bayes with the bench's own slips, by Monte Carlo.

Slightly generous: the true name is always among those weighed, and a question that no draw reproduces counts as right.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.naming import canonical
from tests.naming.strangers import WAYS, Asked, Town

CANDIDATES = 25
FIRST_DRAWS = 60
DRAWS = 4_000
# A way of miswriting whose first draws all stay so far from the question is not drawn further.
FAR = 4
FEW = 12


def ceiling(town: Town, questions: Sequence[Asked], seed: int = 5) -> float:
    """The share of the known among `questions` whose name has the highest posterior."""
    dice = random.Random(seed)
    activity: Counter[str] = Counter()
    written: dict[str, str] = {}
    for name in town.names:
        form = canonical(name.name)
        activity[form] += name.activity
        written.setdefault(form, name.name)
    # Of equally likely looking ones the most active are weighed.
    forms = sorted(activity, key=lambda form: -activity[form])
    owners = {name.owner: canonical(name.name) for name in town.names}
    known = [asked for asked in questions if asked.owner is not None]
    right = 0
    for asked in known:
        text, true = canonical(asked.text), owners[asked.owner]
        near = near_by(text, forms) | {true}
        chances = {form: activity[form] * chance(written[form], text, dice) for form in sorted(near)}
        right += chances[true] >= max(chances.values())
    return right / len(known)


def near_by(text: str, forms: Sequence[str]) -> set[str]:
    """Whoever may come out as `text`: by all letters, by the words in common, by the longest word."""
    longest = max(text.split(), key=len)
    ways = ((text, fuzz.ratio), (text, fuzz.token_set_ratio), (longest, fuzz.token_set_ratio))
    return {form for asked, way in ways for form, *_ in process.extract(asked, forms, scorer=way, limit=CANDIDATES)}


def chance(name: str, asked: str, dice: random.Random) -> float:
    """How often `name` is written as `asked`: each way of miswriting drawn by itself, as often as its outcomes vary."""
    total = sum(share for share, _ in WAYS.values())
    found = 0.0
    for share, way in WAYS.values():
        drawn = [canonical(way(name, dice)) for _ in range(FIRST_DRAWS)]
        if len(set(drawn)) > FEW:
            if min(OSA.distance(asked, text, score_cutoff=FAR) for text in drawn) > FAR:
                continue
            drawn += [canonical(way(name, dice)) for _ in range(DRAWS)]
        found += share / total * drawn.count(asked) / len(drawn)
    return found
