"""L-BFGS: Newton's step with a Hessian that the last few gradients suggest, and a line search."""

from __future__ import annotations

import math
from typing import Any, ClassVar, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from optimizers.checks import whole
from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, direction, step
from optimizers.line_search import LinePoint, LossAlongLine, evaluated, strong_wolfe
from optimizers.rate import State
from optimizers.vector_optimizer import VectorOptimizer
from support.messages import shown

Array: TypeAlias = NDArray[np.float64]

_LEAST_CURVATURE = 1e-10  # of y s: pairs with less tell nothing, or no convexity, and are not remembered
_PAIRS = ("old_dirs", "old_stps", "ro")  # the terms that hold something for each pair


def _require_search(name: str, value: Any) -> None:
    if not (isinstance(value, str) and value == "strong_wolfe"):
        raise ValueError(f'{name} must be "strong_wolfe", or left out, got {shown(value)}')


@final
class LBFGS(VectorOptimizer):
    """Steps along -H g, where H, an inverse Hessian, is made of the last moves and changes of the gradient.

    For all parameters' numbers together, with gradient g at x, one iteration is::

        s  = t d,  y = g - (the gradient before)     remembered, with 1 / y s, where y s > 1e-10
        d  = -H g    by the two-loop recursion, from H0 = (y s / y y) I; -g at first
        t  = lr      min(1, 1 / |g|_1) lr at first
        t <- what the line search accepts, where there is one
        x <- x + t d

    A step is up to `max_iter` iterations. It ends sooner where the gradient, a move or the change of the loss
    is within its tolerance, where the direction does not lead downhill, or after `max_eval` evaluations.

    **It evaluates the loss and its gradient more than once a step**: once at the start, and once for each
    trial of the line search, or each iteration but the last where there is none. `step` needs a closure.

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0: the step, or the first that the line search tries.
        max_iter: iterations of a step at most.
        max_eval: evaluations of a step at most, which the line search may exceed by one; left out, a quarter
            more than `max_iter`. With one iteration a step that is a single trial: give it more.
        tolerance_grad: a step ends where no number of the gradient is greater.
        tolerance_change: a step ends where no number moves by more, or the loss changes by less.
        history_size: how many pairs s and y are remembered.
        line_search_fn: "strong_wolfe", or nothing: every step is then `lr`, however the loss rises.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    Source: Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 7.4 and 7.5; Liu and
    Nocedal, "On the limited memory BFGS method for large scale optimization", 1989. Names, defaults and
    numbers are torch.optim.LBFGS's, except at the edge of a loss's domain, as that of log(x) at 0: PyTorch's
    line search accepts a loss of nan; here a trial whose loss or slope is not finite counts as too high and
    the step is shortened, as in SciPy's L-BFGS-B. Where a search finds no point inside, the pairs are
    forgotten and the next direction is -g.

    >>> from autograd import Tensor
    >>> x = Tensor([3.0, -4.0])
    >>> lbfgs = LBFGS([x], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     lbfgs.zero_grad()
    ...     loss = (x**2 * [1.0, 10.0]).sum()
    ...     loss.backward()
    ...     return loss
    >>> lbfgs.step(closure)
    Tensor(169.0)
    >>> bool(abs(x.data).max() < 1e-5), lbfgs.evaluations
    (True, 6)
    """

    habit = "remembers the ground's curve"
    # With more than one iteration a step, B, d and t are the last one's, which was made at another place. The
    # whole step is what was moved.
    equations = (
        GRADIENT,
        UpdateLine("h = grad", "last_slope", term="prev_flat_grad", given=True, when="max_iter > 1"),
        UpdateLine("B = bfgs(s, y)", "remembered", Quantity.MATRIX),
        direction("d = -dot(B, g)", "searched", Unit.WAY, term="d", ahead=True, when="max_iter == 1"),
        UpdateLine("d = -dot(B, h)", "searched_last", unit=Unit.WAY, term="d", when="max_iter > 1"),
        UpdateLine("t = search(d)", "searched_far", term="t", given=True, scalar=True),
        step("p = p + delta", "made", when="max_iter == 1"),
        step("p = p + delta", "made_of_many", when="max_iter > 1"),
    )

    _lists: ClassVar[tuple[str, ...]] = _PAIRS

    _checks: ClassVar = {
        "max_iter": whole(1),
        "max_eval": whole(1),
        "history_size": whole(1),
        "line_search_fn": _require_search,
    }

    @staticmethod
    def rule(
        objective: Any,
        parameter: Any,
        state: State,
        step: int,  # noqa: ARG004
        *,
        lr: Any = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: Any = 1e-7,
        tolerance_change: Any = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> tuple[Any, State]:
        """The update in the class's docstring; `state` holds the terms under torch's names.

        y and s are `old_dirs` and `old_stps`, 1 / y s is `ro`, each a tuple; H0 is `H_diag` times I.
        """
        most = max_iter * 5 // 4 if max_eval is None else max_eval
        here = evaluated(objective, parameter)
        spent, before = 1, state.get("func_evals", 0)
        state = {"n_iter": 0} | state
        flat = _within(here.gradient, tolerance_grad)
        for left in range(max_iter - 1, -1, -1):
            if flat:
                break
            state, slope = _aimed(state, here, lr, history_size)
            direction = state["d"]
            here = LinePoint(0.0, here.loss, here.gradient, slope)
            if here.slope > -tolerance_change:
                break
            if line_search_fn:
                line = LossAlongLine(objective, parameter, direction, here)
                here = strong_wolfe(line, state["t"], most - spent)
                state["t"], spent = here.step, spent + line.evaluations
                if line.left and here.step == 0.0:  # nowhere to go along d: the next is -g
                    state["n_iter"] = 0
            parameter = parameter + state["t"] * direction
            if left and not line_search_fn:
                here = evaluated(objective, parameter)
                spent += 1
            flat = (
                spent >= most
                or _within(here.gradient, tolerance_grad)
                or _within(state["t"] * direction, tolerance_change)
                or abs(here.loss - state["prev_loss"]) < tolerance_change
            )
        return parameter, state | {"func_evals": before + spent}


def _within(vector: Array, limit: float) -> bool:
    """Whether no number is larger than the limit; most often the first one is, which is seen sooner."""
    return vector.size == 0 or bool(abs(vector[0]) <= limit and np.all(np.abs(vector) <= limit))


def _aimed(state: State, here: LinePoint, lr: float, history_size: int) -> tuple[State, float]:
    """The terms with the next direction and its first step, and with what the last move told; the slope."""
    gradient = here.gradient
    terms = {"n_iter": state["n_iter"] + 1, "prev_flat_grad": gradient, "prev_loss": here.loss}
    if state["n_iter"] == 0:
        first = min(1.0, 1.0 / np.sum(np.abs(gradient))) * lr
        history: State = {"old_dirs": (), "old_stps": (), "ro": (), "H_diag": 1.0}
    else:
        first = lr
        history = _remembered(state, gradient, history_size)
    direction = _descent(history, gradient)
    return state | history | terms | {"d": direction, "t": float(first)}, float(gradient @ direction)


def _remembered(state: State, gradient: Array, history_size: int) -> State:
    """The pairs, with the last move's if the slope has risen along it, and without what is too old."""
    history = {name: state[name] for name in (*_PAIRS, "H_diag")}
    s, y = state["t"] * state["d"], gradient - state["prev_flat_grad"]
    curvature, square = float(y @ s), float(y @ y)
    if not curvature > _LEAST_CURVATURE:
        return history
    last = {"old_dirs": y, "old_stps": s, "ro": 1.0 / curvature}
    pairs = {name: (*history[name], term)[-history_size:] for name, term in last.items()}
    return pairs | {"H_diag": curvature / square if square else math.inf}


def _descent(history: State, gradient: Array) -> Array:
    """-H g, by the two-loop recursion, algorithm 7.4."""
    pairs = list(zip(*(history[name] for name in _PAIRS), strict=True))
    direction = -gradient
    shares = []
    for y, s, ro in reversed(pairs):
        share = ro * float(s @ direction)
        direction -= share * y
        shares.append(share)
    direction *= history["H_diag"]
    for (y, s, ro), share in zip(pairs, reversed(shares), strict=True):
        direction += (share - ro * float(y @ direction)) * s
    return direction
