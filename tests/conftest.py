"""Settings for every test: hypothesis draws the same examples in every run, however slow the machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("race", derandomize=True, deadline=None)
settings.load_profile("race")
