"""Settings for every test: the same examples in every run, and the same last digits of PyTorch's."""

from __future__ import annotations

import os

from hypothesis import settings

# Hypothesis draws the same examples in every run, however slow the machine.
settings.register_profile("race", derandomize=True, deadline=None)
settings.load_profile("race")
# PyTorch's sines have other last digits on other processors; what was recorded has those of this one.
os.environ.setdefault("MKL_ENABLE_INSTRUCTIONS", "AVX2")
