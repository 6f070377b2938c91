"""The table of operations to test: which inputs each row of `autograd.rules.RULES` is tried on.

Plain data, without torch and without our autograd: the tests and the recorder of PyTorch's answers
(`tests.oracle.record_torch`) both read it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tests.autograd import elementwise_cases, shaped_cases
from tests.autograd.case import Case

Array = NDArray[np.float64]

# Where central differences are the derivative; where they need not be.
SMOOTH = elementwise_cases.SMOOTH + shaped_cases.SMOOTH
EDGES = elementwise_cases.EDGES + elementwise_cases.OTHERS + shaped_cases.EDGES
CASES = SMOOTH + EDGES


def by_rule(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """The differentiable cases of each rule: a test for each rule takes less time than one for each case."""
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.differentiable:
            found[case.rule].append(case)
    return dict(found)
