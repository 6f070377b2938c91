"""A small autograd: reverse-mode automatic differentiation over float64 numbers and arrays.

`Tensor` builds the graph and sweeps it; `RULES` is the table of derivatives.
"""

from autograd.checking import GradientError, check_gradients
from autograd.compiler.tracing import TracingError
from autograd.derivatives import grad, hessian, value_and_grad
from autograd.drawing import draw_dot, draw_graph
from autograd.float_operators import install
from autograd.functions import cos_d, erf, exp_d, logsumexp, norm, relu, sigmoid, sin_d, softmax, softplus
from autograd.graph_hessian import hessian_of
from autograd.rules import RULES
from autograd.tensor import Tensor

install()

__all__ = [
    "RULES",
    "GradientError",
    "Tensor",
    "TracingError",
    "check_gradients",
    "cos_d",
    "draw_dot",
    "draw_graph",
    "erf",
    "exp_d",
    "grad",
    "hessian",
    "hessian_of",
    "logsumexp",
    "norm",
    "relu",
    "sigmoid",
    "sin_d",
    "softmax",
    "softplus",
    "value_and_grad",
]
