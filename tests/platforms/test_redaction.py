"""F1: ids of workers and assignments, mails, phones and addresses are hidden in whatever spelling; words are not."""

from __future__ import annotations

import random
import string

import pytest

from bot.platforms.masking import mask_ids

EACH = 5_000
RECALL, OVER = 0.999, 0.01
LETTERS = string.ascii_uppercase + string.digits
WIDE = {ord(c): ord(c) - 0x21 + 0xFF01 for c in LETTERS}
TWINS = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")


def of(dice: random.Random, n: int) -> str:
    """So many letters and digits, some of each, as ids have them."""
    made = [dice.choice(LETTERS) for _ in range(n - 3)] + list(dice.choice(string.digits) + dice.choice("BCDEF") + "2")
    dice.shuffle(made)
    return "".join(made)


def worker(dice: random.Random) -> str:
    return "A" + of(dice, 13)


def assignment(dice: random.Random) -> str:
    return "3" + of(dice, 29)


def spread(text: str, by: str, every: int) -> str:
    return by.join(text[start : start + every] for start in range(0, len(text), every))


FORMS = {
    "worker": worker,
    "worker, lower": lambda dice: worker(dice).lower(),
    "worker, full width": lambda dice: worker(dice).translate(WIDE),
    "worker, zero width": lambda dice: spread(worker(dice), "\u200b", 5),
    "worker, joiners": lambda dice: spread(worker(dice), "\u2060", 3),
    "worker, Cyrillic": lambda dice: worker(dice).translate(TWINS),
    "worker, dashed": lambda dice: spread(worker(dice), "-", 4),
    "worker, dotted": lambda dice: spread(worker(dice), ".", 5),
    "worker, underscores": lambda dice: spread(worker(dice), "_", 4),
    "assignment": assignment,
    "assignment, lower": lambda dice: assignment(dice).lower(),
    "assignment, full width": lambda dice: assignment(dice).translate(WIDE),
    "assignment, zero width": lambda dice: spread(assignment(dice), "\u200d", 7),
    "hex id": lambda dice: "".join(dice.choice("0123456789abcdef") for _ in range(24)),
    "uuid": lambda dice: spread8("".join(dice.choice("0123456789abcdef") for _ in range(32))),
    "mail": lambda dice: f"{of(dice, 8).lower()}@mail.example.org",
    "mail, spelt": lambda dice: f"{of(dice, 8).lower()} (at) example (dot) org",
    "phone": lambda dice: f"{dice.randint(200, 999)}-{dice.randint(200, 999)}-{dice.randint(1000, 9999)}",
    "phone, abroad": lambda dice: f"+49 30 {dice.randint(1000, 9999)} {dice.randint(1000, 9999)}",
    "address": lambda dice: f"https://example.com/x?workerId={worker(dice)}&assignmentId={assignment(dice)}",
}
PLAIN = """
they rejected all of my work this morning and gave no reason at all so be careful with anything they post today
I did 40 of them for 1,204 cents each and 27/30 came back on 2026-10-31 at 14:30 which is 99.8 percent gone
ADMINISTRATION and ACCOUNTABILITY Anthropology101 COVID-19 batch AAA-1 went from 99.8 to 97.1 in one hour
"""


def spread8(text: str) -> str:
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@pytest.mark.parametrize("form", FORMS)
def test_nearly_every_one_is_hidden_in_whatever_spelling(form: str) -> None:
    dice, missed = random.Random(form), []

    for _ in range(EACH):
        private = FORMS[form](dice)
        shown = mask_ids(f"it was {private}, they said")
        inner = private.split("workerId=")[-1].split("&")[0]
        missed += [private] if inner in shown or inner[2:9] in shown else []

    assert len(missed) <= (1 - RECALL) * EACH, missed[:5]


def test_hardly_a_word_that_is_none_is_hidden() -> None:
    dice, words, hidden = random.Random(1), 0, 0

    for _ in range(400):
        text = " ".join(dice.choices(PLAIN.split(), k=25))
        words += 25
        hidden += mask_ids(text).count("hidden]")

    assert hidden <= OVER * words
