"""The properties of deciding, at any seed: whatever is said, these hold of what is made of it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from stories import after, batch, incident, report, voice

from bot import incidents
from bot.incidents.course import Course
from bot.incidents.stages import RANK
from bot.model import Cause, Facts, Incident, Report, Share, Stage, Stance
from bot.policies import EARLY

NOW = after(days=14)
MOST_COLLUDERS = 4
NEAR = 1e-9


def some_report(rng, key, n_people=8):
    """Anything anybody may say of a requester within a fortnight."""
    name = rng.randrange(n_people)
    age = rng.choice([None, 3.0, 60.0, 900.0, 900.0])
    return report(
        key,
        after(hours=rng.randrange(24 * 13)),
        voice=voice(f"v{name}", f"site{name % 3}", age, None if age is None else 400),
        stance=rng.choice([Stance.REPORT] * 5 + [Stance.CONTRARY, Stance.REVERSAL]),
        p=rng.choice([0.05, 0.3, 0.6, 0.9, 0.99]),
        facts=Facts(
            n_rejected=rng.choice([None, 1, 12, 300]),
            share=rng.choice([None, None, *Share]),
            cause=rng.choice([None, None, *Cause]),
            first_hand=rng.choice([None, True, False]),
        ),
        same_text_as=rng.choice([None, None, None, None, "r0"]) if key != "r0" else None,
    )


def some_evidence(rng, most=12):
    return [some_report(rng, f"r{n}") for n in range(rng.randrange(1, most))]


def standing(rng):
    """What was known of the requester before."""
    return {"volume": rng.choice([0, 0, 2, 30]), "praise": rng.choice([0, 0, 5, 60]), "again": rng.random() < 0.1}


def wrong(seed: int, cases: int) -> Iterator[str]:
    """Each property that does not hold, with the case in which it does not."""
    rng = random.Random(f"deciding {seed}" if seed != 1 else 1)
    for case in range(cases):
        said, before = some_evidence(rng), standing(rng)
        batches = [batch()] * (rng.random() < 0.1)
        known = incident(*said, batches=batches, now=NOW, **before)
        other = incident(*rng.sample(said, len(said)), batches=batches, now=NOW, **before)
        gone = rng.choice([each for each in said if each.stance is Stance.REPORT] or [report("none")])
        less = incidents.remove_report(known, gone.key, EARLY, NOW)
        found = [*_of_one(known), *_of_two(known, other, less)]
        # These take longest and find the same in fewer cases.
        found += _carried_on(said, before) if case % 4 == 0 else ()
        found += _lied(rng, before) if case % 10 == 0 else ()
        yield from (f"seed {seed}, case {case}: {what}" for what in found)


def _of_one(known: Incident) -> Iterator[str]:
    if abs(math.fsum(term.points for term in known.why) - known.score) > NEAR:
        yield "the terms do not sum up to the score"
    if len({term.term for term in known.why}) != len(known.why):
        yield "a term stands twice"


def _of_two(known: Incident, other: Incident, less: Incident) -> Iterator[str]:
    if replace(known, reports=()) != replace(other, reports=()):
        yield "the order matters"
    if RANK[less.stage] > RANK[known.stage] or less.score > known.score + NEAR:
        yield "less evidence is more"
    if less.public_after is not None and known.public_after is None:
        yield "less evidence makes it public"


def _carried_on(said: list[Report], before: dict[str, Any]) -> Iterator[str]:
    known = incident(**before)
    course = Course.of(known, EARLY)
    for each in said:
        known = incidents.with_report(known, each)
        if course.goes_on_with(each):
            course.carry_on(each)
        else:
            course = Course.of(known, EARLY)
    if incidents.assess(known, EARLY, NOW, course=course) != incidents.assess(known, EARLY, NOW):
        yield "carried on it is another than made anew"


def _lied(rng: random.Random, before: dict[str, Any]) -> Iterator[str]:
    """Fresh accounts, however many, make nothing; few aged ones, however much they write, corroborate nothing."""
    aged, facts = [voice(f"liar{n}") for n in range(MOST_COLLUDERS)], Facts(share=Share.ALL, n_rejected=90)
    fresh = [
        voice(f"fresh{n}", age=rng.uniform(0, 29.9), posts=rng.randrange(500)) for n in range(rng.randrange(1, 20))
    ]
    for liars, most in ((fresh, Stage.WATCHED), (aged, Stage.SUSPECTED)):
        tales = [
            report(f"t{n}", after(hours=rng.random() * 200), voice=rng.choice(liars), p=0.99, facts=facts)
            for n in range(rng.randrange(1, 20))
        ]
        if RANK[incident(*tales, now=NOW, **before).stage] > RANK[most]:
            yield f"{len(liars)} liars are more than {most}"
