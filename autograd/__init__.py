"""A small autograd: reverse-mode automatic differentiation over float64 numbers and arrays.

`Tensor` builds the graph and sweeps it; `autograd.rules` is the table of derivatives.
"""

from autograd.functions import cos_d, exp_d, sin_d
from autograd.tensor import Tensor

__all__ = ["Tensor", "cos_d", "exp_d", "sin_d"]
