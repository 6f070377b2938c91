"""PyTorch: float64, eager autograd, torch.optim, threads as it sets them."""

from __future__ import annotations

import importlib
from typing import Any

torch: Any = importlib.import_module("torch")

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": torch.optim.SGD,
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
}


def one(formula: Any, request: Any) -> Any:
    """Value and gradient at one point."""

    def run() -> Any:
        u = torch.tensor(request["u"], dtype=torch.float64, requires_grad=True)
        v = torch.tensor(request["v"], dtype=torch.float64, requires_grad=True)
        loss = formula["funky"](torch, u, v)
        loss.backward()
        return loss, u.grad, v.grad

    return run, lambda result: [number.item() for number in result]


def leaves(formula: Any, request: Any) -> Any:
    """The points, as tensors that gather gradients."""
    return [torch.from_numpy(array).requires_grad_() for array in formula["points"](request["count"])]


def many(formula: Any, request: Any) -> Any:
    """Values and gradients at many points."""
    u, v = leaves(formula, request)

    def run() -> Any:
        u.grad = v.grad = None
        loss = formula["funky"](torch, u, v)
        loss.sum().backward()
        return loss, u.grad, v.grad

    return run, lambda result: [array.tolist() for array in result]


def race(formula: Any, request: Any) -> Any:
    """A race; its last positions, by racer and start."""

    def run_racer(racer: dict[str, Any]) -> Any:
        u, v = leaves(formula, request)
        settings = {"momentum": 0.9} if racer["optimizer"] == "momentum" else {}
        settings |= {key: value for key, value in racer.items() if key != "optimizer"}
        optimizer = OPTIMIZERS[racer["optimizer"]]([u, v], **settings)
        recorded = []
        for _ in range(request["steps"]):
            optimizer.zero_grad()
            loss = formula["funky"](torch, u, v)
            loss.sum().backward()
            if request["record"] == "all":
                recorded.append(torch.stack([u.detach(), v.detach(), loss.detach()]))
            optimizer.step()
        with torch.no_grad():
            recorded.append(torch.stack([u, v, formula["funky"](torch, u, v)]))
        return torch.stack(recorded)

    def run() -> Any:
        return [run_racer(racer) for racer in request["racers"]]

    return run, lambda result: [racer[-1, :2].T.tolist() for racer in result]


JOBS = {"one": one, "many": many, "race": race}
