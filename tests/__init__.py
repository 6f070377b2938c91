"""Tests, and the scripts that record what other libraries compute."""

import os

# PyTorch's sines have other last digits on other processors: all are to have those that were recorded.
os.environ.setdefault("MKL_ENABLE_INSTRUCTIONS", "AVX2")
