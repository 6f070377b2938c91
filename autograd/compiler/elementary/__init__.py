"""Elementary functions without a branch or a call, so that a loop of them is vectorised.

numba compiles a loop to machine code that takes four or eight numbers at once, if nothing in it is called and
nothing is skipped: so these functions choose between values that are all computed, and make powers of two of
bits. They are plain Python, and run as such on numpy's float64, one number at a time. Their errors, in units
in the last place (ulp), are measured by ``tests/oracle/record_elementary.py``. Polynomials are those that
``mpmath.chebyfit`` gives, with the call beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.compiler.elementary import angles, exponentials, logarithms, parts, powers, remainders

MODULES = (parts, logarithms, exponentials, angles, powers, remainders)
# By numpy's names, and those of the table of rules.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(module, name)
    for module, names in {
        exponentials: ("exp", "exp2", "expm1", "sinh", "cosh", "tanh", "sigmoid", "softplus", "erf"),
        logarithms: ("log", "log2", "log10", "log1p", "arcsinh", "arccosh", "arctanh"),
        angles: ("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2"),
        powers: ("power", "cbrt", "hypot"),
        remainders: ("fmod", "remainder", "floor_divide"),
    }.items()
    for name in names
}
FAR = angles.FAR  # the largest angle
ANYWHERE = {"sin": angles.sin_anywhere, "cos": angles.cos_anywhere, "tan": angles.tan_anywhere}
OF_TWO = ("arctan2", "power", "hypot", "fmod", "remainder", "floor_divide")
