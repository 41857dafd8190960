"""What the sites of an incident are worth together, beside a plain sum over all of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import after, contrary, incident, report, voice
from streams import calls

from bot.incidents.sites import Heads, Sites, kept
from bot.policies import EARLY

CAP = EARLY.unknown_voices * EARLY.unknown_weight * EARLY.report_cap

said = st.tuples(st.integers(0, 4), st.booleans(), st.floats(0, 6), st.integers(0, 200))


def plainly(words, policy):
    """The same, added up from the beginning each time."""
    sums, at = {}, words[-1][3]
    for site, known, points, hours in words:
        left = kept(after(hours=hours), after(hours=at), policy)
        sums[site, known] = sums.get((site, known), 0.0) + points * left
    sites = {}
    for (site, known), value in sums.items():
        sites[site] = sites.get(site, 0.0) + (value if known else min(value, CAP))
    home = max(sites.values())
    return home + policy.further_site * (sum(sites.values()) - home)


@given(st.lists(said, min_size=1, max_size=60))
@settings(max_examples=150)
def test_added_up_as_they_come_they_are_worth_what_a_plain_sum_says(words):
    words = sorted(words, key=lambda each: each[3])
    sites = Sites(EARLY)

    for number, (site, known, points, hours) in enumerate(words):
        sites.let_pass(after(hours=hours))
        sites.add(f"site{site}", points, after(hours=hours), known=known)

        assert sites.together() == pytest.approx(plainly(words[: number + 1], EARLY), abs=1e-9)


def test_a_site_is_capped_while_its_unknown_voices_are_too_many_and_free_when_they_have_faded():
    sites = Sites(EARLY)
    for at in (after(), after(hours=1)):
        sites.let_pass(at)
        sites.add("forum", CAP, at, known=False)
    together = sites.together()

    sites.let_pass(after(days=8))

    assert together == pytest.approx(CAP)
    assert sites.together() == pytest.approx(CAP * (1 + kept(after(), after(hours=1), EARLY)) / 4, rel=0.01)
    assert not sites.n_capped


def many_capped(n):
    """Strangers on so many sites, more than may count on each, who speak in turn."""
    sites = Sites(EARLY)
    for turn in range(4):
        for number in range(n):
            sites.let_pass(after(minutes=turn * n + number))
            sites.add(f"site{number}", CAP, after(minutes=turn * n + number), known=False)
            sites.together()


def test_a_report_costs_the_same_however_many_sites_are_capped():
    assert calls(lambda: many_capped(160)) < 5 * calls(lambda: many_capped(40))


def test_heads_are_counted_by_site_and_enough_on_one_are_more_than_one_person():
    heads = Heads(enough=2)
    for site in ("reddit", "forum", "forum"):
        heads.come(site)
    assert (heads.n_voices, len(heads.by_site), heads.n_shared) == (3, 2, 1)

    heads.leave("forum")
    heads.leave("reddit")

    assert (heads.n_voices, heads.by_site, heads.n_shared) == (1, {"forum": 1}, 0)


def test_who_takes_it_back_leaves_their_site_and_may_return():
    here, there = report("r1", voice=voice("ann")), report("r2", voice=voice("bo", "forum"))
    back = replace(contrary("c1", after(hours=1)), voice=here.voice)
    again = report("r3", after(hours=2), voice=here.voice)

    assert (incident(here, there).n_sites, incident(here, there, back).n_sites) == (2, 1)
    assert incident(here, there, back, again).n_voices == 2


def test_a_later_report_counts_in_the_receipt_only_when_all_is_stronger_than_before():
    first = [report(f"r{n}", after(minutes=n), p=0.95) for n in range(3)]
    faded = report("weak", after(minutes=3) + timedelta(days=10), p=0.5)

    strong, later = incident(*first), incident(*first, faded)

    assert later.why == strong.why
    assert later.n_voices == strong.n_voices + 1
