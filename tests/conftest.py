"""Makes the fakes beside this file importable from every folder of tests; no test depends on how fast it runs."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("watch", deadline=None)
settings.load_profile("watch")
