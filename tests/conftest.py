"""Makes the fakes beside this file importable from every folder of tests; no test depends on how fast it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.model import Guild
from bot.rules import Rules
from bot.storage import Store
from tests.harness import warm
from tests.making import NOW, rules
from tests.storage.build import Clock

# The same examples each time: a change is judged by what it changes. `dev.py test --hypothesis-profile=chance` tries
# others, and so does the soak.
settings.register_profile("watch", deadline=None, derandomize=True)
settings.register_profile("chance", deadline=None)
settings.load_profile("watch")

LONG = "long: many runs of what other tests run once; begins first, and coverage, which doubles its time, looks away"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", LONG)
    covering = config.pluginmanager.getplugin("_cov")
    if covering is not None and hasattr(config, "workerinput"):
        # pytest-cov begins to measure a worker of xdist twice, and `no_cover` would only stop the second.
        covering.cov_controller.cov.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is long begins first, so that no process waits at the end for another's last test."""
    if config.pluginmanager.hasplugin("_cov"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker("no_cover")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture
def clock() -> Clock:
    made = Clock()
    made.now = NOW
    return made


@pytest.fixture
def by() -> Rules:
    return rules()


@pytest.fixture
def guilds() -> tuple[Guild, ...]:
    """The communities that the store knows from the start; a file of tests that needs some says which."""
    return ()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock, guilds: tuple[Guild, ...]) -> AsyncIterator[Store]:
    opened = await warm.opened(tmp_path / "watch.sqlite3", clock)
    for one in guilds:
        await opened.write(lambda tx, one=one: tx.save_guild(one))
    yield opened
    await opened.close()
