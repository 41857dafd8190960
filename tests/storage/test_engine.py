"""Addresses: what people write, as what the engine takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.errors import StoreError
from bot.storage import normal_url

FILES = ["/tmp/watch.sqlite3", "/tmp/a b/ü?x=1#%20.db", "/tmp/c:d"]


@pytest.mark.parametrize("path", FILES)
def test_a_path_leads_to_that_file(path: str) -> None:
    url = make_url(normal_url(path))

    assert (url.drivername, url.database) == ("sqlite+aiosqlite", path)
    assert normal_url(normal_url(path)) == normal_url(path)


def test_a_relative_path_is_taken_from_here() -> None:
    here = str(Path("data/watch.sqlite3").absolute())

    for written in ("data/watch.sqlite3", Path("data/watch.sqlite3"), "sqlite:///data/watch.sqlite3"):
        assert make_url(normal_url(written)).database == here


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_a_server_keeps_its_password_and_options(scheme: str) -> None:
    url = make_url(normal_url(f"{scheme}://me:p%40ss@db.example.org:5433/watch?ssl=require"))

    assert url.drivername == "postgresql+asyncpg"
    assert (url.username, url.password, url.host, url.port) == ("me", "p@ss", "db.example.org", 5433)
    assert (url.database, dict(url.query)) == ("watch", {"ssl": "require"})


@pytest.mark.parametrize(
    "wrong", ["sqlite://", "sqlite:///:memory:", ":memory:", "", "mysql://a/b", "://", "redis://x:hunter2@y"]
)
def test_what_would_not_do_is_refused_with_what_would(wrong: str) -> None:
    with pytest.raises(StoreError, match="Give the path of a file") as caught:
        normal_url(wrong)

    assert "hunter2" not in str(caught.value)


def test_an_address_that_cannot_be_parsed_shows_no_password() -> None:
    with pytest.raises(StoreError) as caught:
        normal_url("post gres://me:hunter2@host:port/x")

    assert "hunter2" not in str(caught.value)
