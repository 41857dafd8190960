"""`rejection-watch simulate` as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import UsageError

WORDS = ["simulate", "--structure", "incident", "--years", "1"]


def typed(*words):
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})


def test_help_names_every_option():
    told = typed("simulate", "--help").output

    assert all(name in told for name in ("--seed", "--years", "--world", "--policy", "--json", "--moderators"))


def test_a_worlds_numbers_come_with_their_sources():
    done = typed("simulate", "--describe", "--world", "partials")

    assert done.exit_code == 0
    assert "partials = 1800" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["simulate", "--world", "nowhere"], "nowhere"),
        (["simulate", "--structure", "sideways"], "sideways"),
        (["simulate", "--seed", "1500"], "never reported"),
    ],
)
def test_what_cannot_be_simulated_is_a_sentence(words, said):
    done = typed(*words)

    assert isinstance(done.exception, UsageError)
    assert said in str(done.exception)


def test_a_years_events_are_what_decide_reads():
    events = typed(*WORDS, "--events", "--world", "few-posters").output.splitlines()[:400]

    decided = CliRunner().invoke(app, ["decide"], input="\n".join(events))

    assert decided.exit_code == 0
    assert all("error" not in json.loads(line) for line in decided.output.splitlines())
