"""The table of operations to test: which inputs each row of `autograd.rules.RULES` is tried on.

Plain data, without torch and without our autograd: the tests and the recorder of PyTorch's answers
(`tests.oracle.record_torch`) both read it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.autograd import elementwise_cases, shaped_cases

Array = NDArray[np.float64]

# Where central differences are the derivative; where they need not be.
SMOOTH = elementwise_cases.SMOOTH + shaped_cases.SMOOTH
EDGES = elementwise_cases.EDGES + elementwise_cases.OTHERS + shaped_cases.EDGES
CASES = SMOOTH + EDGES
