"""Checks before a race: a surface must have a finite loss at every start, and a gradient."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from autograd import GradientError, check_gradients, value_and_grad
from autograd.compiler.tracing import NeedsFloatError, trace
from support.messages import class_name, shorten
from surfaces import Surface

Array = NDArray[np.float64]


def require_start(surface: Surface, starts: Array) -> None:
    """Raise ValueError unless the loss is finite at every start, (starts, 2), and differentiable.

    The gradient need not be finite there, as at the tip of a cone: the racer then diverges.
    """
    try:
        losses = np.asarray(surface(*starts.T))
        _require_gradient(surface, *starts[0].tolist())
    except ValueError as error:
        raise ValueError(f"surface {surface.name}: {shorten(error, 160)}") from None
    except Exception as error:  # noqa: BLE001  (whatever a user's formula raises)
        raise ValueError(f"surface {surface.name}: {class_name(error)}: {shorten(error, 160)}") from None
    if not np.isfinite(losses).all():
        first = int(np.isfinite(losses).argmin())
        raise ValueError(
            f"start: the loss must be finite there, got {losses[first]} at {starts[first].tolist()}"
        )


@lru_cache(maxsize=64)
def _require_gradient(surface: Surface, u: float, v: float) -> None:
    """Raise ValueError if the formula loses the gradient by converting u or v to plain numbers.

    Errors of the formula itself are raised as they are.
    """
    try:
        trace(surface, ((), ()))
    except NeedsFloatError:
        try:
            check_gradients(surface, u, v)
        except (GradientError, TypeError):
            raise ValueError(
                "its formula takes u or v as a plain number, and so loses the gradient: "
                "use numpy's functions, numpy.sin and not math.sin"
            ) from None
    except Exception:  # noqa: BLE001  (what cannot be compiled may work eagerly)
        value_and_grad(surface, "eager")(u, v)
