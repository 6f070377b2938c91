"""micrograd: one number at a time; sin, cos and exp are added as its own operations are written."""

from __future__ import annotations

import importlib
import math
from typing import Any

Value: Any = importlib.import_module("micrograd.engine").Value


class Functions:
    """What micrograd's Value lacks for the formula."""

    @staticmethod
    def sin(x: Any) -> Any:
        """The sine."""
        out = Value(math.sin(x.data), (x,), "sin")

        def _backward() -> None:
            x.grad += math.cos(x.data) * out.grad

        out._backward = _backward
        return out

    @staticmethod
    def cos(x: Any) -> Any:
        """The cosine."""
        out = Value(math.cos(x.data), (x,), "cos")

        def _backward() -> None:
            x.grad -= math.sin(x.data) * out.grad

        out._backward = _backward
        return out

    @staticmethod
    def exp(x: Any) -> Any:
        """The exponential function."""
        out = Value(math.exp(x.data), (x,), "exp")

        def _backward() -> None:
            x.grad += out.data * out.grad

        out._backward = _backward
        return out


def one(formula: Any, request: Any) -> Any:
    """Value and gradient at one point."""

    def run() -> Any:
        u, v = Value(request["u"]), Value(request["v"])
        loss = formula["funky"](Functions, u, v)
        loss.backward()
        return loss.data, u.grad, v.grad

    return run, list


JOBS = {"one": one}
