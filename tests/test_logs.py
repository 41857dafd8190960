"""One line an event on stderr, and never a secret in it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import HIDDEN, hidden

# The shape of a Discord token, and of no token that is one.
TOKEN = "MTExMjIyMzMzNDQ0NTU1NjY2.GexamP.le-of-a-token-that-is-none-0123456789abc"
WEBHOOK = "https://discord.example/api/webhooks/123456789012345678/abcDEF_-0123456789"
SECRET = "sesame open 42"

RUN = """
import logging, structlog, sys
from bot import logs
logs.set_up({level!r}, [{secret!r}, ""])
log = structlog.stdlib.get_logger("bot.example")
plain = logging.getLogger("some.library")
TOKEN, WEBHOOK, SECRET = {token!r}, {webhook!r}, {secret!r}
{code}
"""


def logged(code: str, level: str = "INFO") -> list[str]:
    """The lines that a process of its own leaves on stderr; nothing goes to stdout."""
    run = RUN.format(code=code, level=level, token=TOKEN, webhook=WEBHOOK, secret=SECRET)
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize(
    "said",
    [
        f"token {TOKEN} here",
        f"Bot {TOKEN}",
        f"'{TOKEN}'",
        WEBHOOK,
        f"{WEBHOOK}?wait=true",
        f"password={SECRET}&x",
        f"{SECRET}{SECRET}",
    ],
)
def test_tokens_webhooks_and_known_secrets_are_hidden_wherever_they_stand(said: str) -> None:
    shown = hidden(said, (SECRET,))

    assert HIDDEN in shown
    for secret in (TOKEN, "abcDEF_-0123456789", SECRET):
        assert secret not in shown


@pytest.mark.parametrize("said", ["", "plain words", "1.2.3", "https://discord.example/api/channels/1/messages"])
def test_everything_else_is_left_as_it_is(said: str) -> None:
    assert hidden(said, (SECRET,)) == said


@given(st.text(max_size=50), st.text(min_size=1, max_size=20), st.text(max_size=50))
def test_no_secret_survives(before: str, secret: str, after: str) -> None:
    shown = hidden(f"{before}{secret}{after}", (secret,))

    assert secret not in shown.replace(HIDDEN, "\0" * 99) or secret in "\0" * 99


def test_an_event_is_one_line_with_time_level_name_and_values() -> None:
    (line,) = logged('log.info("took a page", source="reddit:example", posts=3, dry=None)')

    assert line.startswith("timestamp=20")
    assert 'level=info logger=bot.example event="took a page"' in line
    assert "source=reddit:example" in line
    assert "posts=3" in line


def test_line_ends_in_a_text_do_not_make_two_events() -> None:
    lines = logged(
        'log.info("one\\ntimestamp=forged level=error", why="a\\r\\nb\\u2028c"); plain.warning("x\\ny\\x1b[2J")'
    )

    assert len(lines) == 2
    assert "\x1b" not in lines[1]


def test_secrets_are_hidden_in_words_values_and_whatever_becomes_text() -> None:
    code = """
log.info(f"started with {TOKEN}", url=WEBHOOK, password=SECRET)
log.error("failed", error=ValueError(f"bad {TOKEN}"), many=[SECRET], deep={"a": WEBHOOK})
plain.warning("login %s at %s", SECRET, TOKEN)
"""
    text = "\n".join(logged(code))

    for secret in (TOKEN, "abcDEF_-0123456789", SECRET):
        assert secret not in text
    assert text.count(HIDDEN) >= 6


@pytest.mark.parametrize("logger", ["log", "plain"])
def test_an_exception_keeps_its_text_in_one_line_but_not_its_secrets(logger: str) -> None:
    code = f"""
try:
    raise ValueError(f"the thing broke at {{WEBHOOK}} with {{SECRET}}")
except ValueError:
    {logger}.exception("it went wrong")
"""
    (line,) = logged(code)

    assert "the thing broke" in line
    assert "ValueError" in line
    assert "Traceback" in line
    assert SECRET not in line
    assert "abcDEF_-0123456789" not in line


def test_less_than_the_level_is_not_said() -> None:
    assert len(logged('log.debug("a"); log.info("b"); log.warning("c")', "WARNING")) == 1


def test_libraries_that_print_payloads_are_held_back_even_at_debug() -> None:
    code = """
for name in ("discord.http", "discord.gateway", "discord.client", "apscheduler", "prawcore", "aiosqlite"):
    logging.getLogger(name).debug("payload")
    logging.getLogger(name).info("payload")
logging.getLogger("discord.http").warning("rate limited")
"""
    lines = logged(code, "DEBUG")

    assert len(lines) == 1
    assert "rate limited" in lines[0]


def test_any_value_can_be_logged() -> None:
    values = {"a": True, "b": 1.5, "c": None, "d": "\ud800 lone", "e": 'quote " and = and \\'}

    lines = logged(f"log.info('x', **{values!r})")

    assert len(lines) == 1
    assert json.dumps(lines[0])
