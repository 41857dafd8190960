"""The latest courses are kept: the same answers, and what only grew is not gone through again."""

from dataclasses import replace

import pytest
from stories import after, batch, contrary, crowd, incident, report, reversal

from bot.incidents.course import Course, Courses
from bot.policies import CAUTIOUS, EARLY


def same(one, other):
    return (one.rank, one.tally.points, one.receipt(), one.n_rejected, one.back) == (
        other.rank,
        other.tally.points,
        other.receipt(),
        other.n_rejected,
        other.back,
    )


def grown(known, *more):
    return replace(known, reports=(*known.reports, *more))


KNOWN = incident(*crowd(4), contrary("c", after(hours=3)))
CHANGES = {
    "grown": grown(KNOWN, report("n1", after(days=1)), reversal("n2", after(days=2))),
    "grown by what is older": grown(KNOWN, report("n1", after(minutes=5))),
    "grown by somebody known": grown(KNOWN, report("n1", after(days=1), "by-r1", p=0.99)),
    "one taken back": replace(KNOWN, reports=KNOWN.reports[1:]),
    "one amended": replace(KNOWN, reports=(replace(KNOWN.reports[0], probability=0.3), *KNOWN.reports[1:])),
    "other volume": replace(KNOWN, volume=40),
    "work was seen": replace(KNOWN, batches=(batch(),)),
    "the same": KNOWN,
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_kept_course_says_what_a_new_one_says(change):
    courses, after_it = Courses(), CHANGES[change]
    courses.of(KNOWN, EARLY)

    assert same(courses.of(after_it, EARLY), Course.of(after_it, EARLY))


def test_what_only_grew_goes_on_and_each_policy_has_its_own():
    courses = Courses()
    early, cautious = courses.of(KNOWN, EARLY), courses.of(KNOWN, CAUTIOUS)

    assert courses.of(CHANGES["grown"], EARLY) is early
    assert courses.of(CHANGES["grown"], CAUTIOUS) is cautious
    assert courses.of(CHANGES["one taken back"], EARLY) is not early


def test_few_courses_are_kept():
    courses = Courses()

    for number in range(50):
        courses.of(replace(KNOWN, incident_id=number), EARLY)

    assert len(courses.kept) < 10
