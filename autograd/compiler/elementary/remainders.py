"""What is left of a division, as numpy has it. fmod is exact, but a call: no loop of it is vectorised."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.elementary.parts import signed


def fmod(a: Any, b: Any) -> Any:
    """What is left of a over b, with the sign of a."""
    return np.fmod(a, b)


def remainder(a: Any, b: Any) -> Any:
    """What is left of a over b, with the sign of b."""
    left = np.fmod(a, b)
    left = left + b if (left != 0.0) & ((b < 0.0) != (left < 0.0)) else left
    return signed(0.0, b) if left == 0.0 else left


def floor_divide(a: Any, b: Any) -> Any:
    """The whole number at or below a over b."""
    left = np.fmod(a, b)
    y = (a - left) / b
    y = y - 1.0 if (left != 0.0) & ((b < 0.0) != (left < 0.0)) else y
    whole = np.floor(y)
    whole = whole + 1.0 if y - whole > 0.5 else whole
    whole = signed(0.0, a / b) if y == 0.0 else whole
    return a / b if b == 0.0 else whole
