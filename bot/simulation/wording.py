"""What posts of each sort state: counts, shares, causes, as far as the reader finds them."""

from __future__ import annotations

from random import Random

from bot.model import Cause, Facts, Share
from bot.simulation.world import World

_FIRST_HAND = 0.7  # of those it happened to, so many say so in words that are read
_GARBLED = 0.2  # of the counts that are read, so many are another number of the post
_NO_REASON, _QUALITY, _CHECK = 0.3, 0.25, 0.15


def _count(rng: Random, n: int, world: World) -> int | None:
    if rng.random() >= world.stated:
        return None
    return max(1, round(n * rng.uniform(0.3, 2.0))) if rng.random() < _GARBLED else n


def _first_hand(rng: Random) -> bool | None:
    return True if rng.random() < _FIRST_HAND else None


def mass(rng: Random, n: int, world: World, *, accident: bool = False) -> Facts:
    """A worker tells that all or most of theirs was rejected. Who lies says the same."""
    share = (Share.ALL if rng.random() < 0.6 else Share.MOST) if rng.random() < world.stated else None
    luck = rng.random()
    cause = Cause.NO_REASON if luck < _NO_REASON else Cause.QUALITY if luck < _NO_REASON + 0.05 else None
    if accident:
        cause = Cause.IDENTICAL_FEEDBACK if luck < 0.3 else Cause.TECHNICAL if luck < 0.4 else None
    return Facts(n_rejected=_count(rng, n, world), share=share, cause=cause, first_hand=_first_hand(rng))


def partial(rng: Random, n: int, of: int, world: World) -> Facts:
    """A worker of an honest batch tells that some was rejected, often with the reason that was given."""
    share = (
        (Share.SOME if 2 * n <= of else Share.MOST if n < of else Share.ALL) if rng.random() < world.stated else None
    )
    luck = rng.random()
    cause = Cause.QUALITY if luck < _QUALITY else Cause.ATTENTION_CHECK if luck < _QUALITY + _CHECK else None
    return Facts(n_rejected=_count(rng, n, world), share=share, cause=cause, first_hand=_first_hand(rng))


def single(rng: Random, world: World) -> Facts:
    """One rejection, or a few."""
    n = 1 if rng.random() < 0.6 else rng.randint(2, 4)
    luck = rng.random()
    cause = Cause.QUALITY if luck < 0.15 else Cause.ATTENTION_CHECK if luck < 0.25 else None
    return Facts(n_rejected=_count(rng, n, world), cause=cause, first_hand=_first_hand(rng))


def hearsay(rng: Random) -> Facts:
    """Somebody passes on what others say."""
    return Facts(first_hand=False if rng.random() < 0.6 else None)
