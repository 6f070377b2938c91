"""PyTorch: float64, eager autograd, torch.optim, threads as it sets them."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

torch: Any = importlib.import_module("torch")
torch.set_default_dtype(torch.float64)  # in which optimizers keep numbers of their own

# What our optimizers are called there, and the settings that give it our defaults.
TWINS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "adadelta": ("Adadelta", {}),
    "rmsprop": ("RMSprop", {}),
    "rprop": ("Rprop", {}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
    "adamax": ("Adamax", {}),
    "nadam": ("NAdam", {}),
    "radam": ("RAdam", {}),
    "lbfgs": ("LBFGS", {}),
}


def optimizer_of(name: str, parameters: list[Any], settings: dict[str, Any]) -> Any:
    """The twin of the optimizer that we call so."""
    twin, defaults = TWINS[name]
    return getattr(torch.optim, twin)(parameters, **(defaults | settings))


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
        settings = {key: value for key, value in racer.items() if key != "optimizer"}
        optimizer = optimizer_of(racer["optimizer"], [u, v], settings)
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


def ways(_: Any, request: Any) -> Any:
    """The ways in which an optimizer's twin can be had: settings, by what they are called."""
    found: dict[str, dict[str, bool]] = {}
    if request["optimizer"] in TWINS:
        twin, _ = TWINS[request["optimizer"]]
        named = inspect.signature(getattr(torch.optim, twin)).parameters
        found = {"default": {}} | {way: {way: True} for way in ("foreach", "fused") if way in named}
        for way, settings in list(found.items()):
            try:
                parameter = torch.ones(2, dtype=torch.float64, requires_grad=True)
                optimizer_of(request["optimizer"], [parameter], settings)
            except RuntimeError:  # not on this machine
                del found[way]
    return lambda: found, dict


def step(formula: Any, request: Any) -> Any:
    """A step of an optimizer with given gradients; the first numbers after some that are not timed."""
    start, gradient = map(torch.from_numpy, formula["vectors"](request["count"]))
    parameter = start.clone().requires_grad_()  # in memory that PyTorch has laid out for itself
    parameter.grad = gradient.clone()
    optimizer = optimizer_of(request["optimizer"], [parameter], request["settings"])
    for _ in range(request["ahead"]):
        optimizer.step()
        parameter.grad.copy_(gradient)  # Nesterov's, with foreach, changes it
    found = parameter.detach()[: request["shown"]].tolist()
    return optimizer.step, lambda _: found


def whole_step(formula: Any, request: Any) -> Any:
    """The first step of an optimizer that evaluates the loss itself, of a quadratic; the first numbers."""
    start, weights = map(torch.from_numpy, formula["quadratic"](request["count"]))

    def run() -> Any:
        parameter = start.clone().requires_grad_()
        optimizer = optimizer_of(request["optimizer"], [parameter], request["settings"])

        def closure() -> Any:
            optimizer.zero_grad()
            loss = (weights * parameter * parameter).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        return parameter

    return run, lambda parameter: parameter.detach()[: request["shown"]].tolist()


def train_step(formula: Any, request: Any) -> Any:
    """A training step with the same batch; the losses of the first steps."""
    layers, inputs, labels = formula["network"](request["network"])
    modules: list[Any] = []
    for weight, bias in layers:
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
        linear.load_state_dict({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)})
        modules += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    moons = request["network"] == "moons"
    inputs, labels = torch.from_numpy(inputs), torch.from_numpy(2.0 * labels - 1.0 if moons else labels)

    def run() -> Any:
        optimizer.zero_grad()
        out = model(inputs)
        if moons:
            loss = (1 - labels * out[:, 0]).relu().mean()
        else:
            loss = torch.nn.functional.cross_entropy(out, labels)
        loss.backward()
        optimizer.step()
        return loss

    first = [run().item() for _ in range(request["ahead"])]
    return run, lambda _: first


def landscape(formula: Any, request: Any) -> Any:
    """The losses on a grid of a plane in the space of weights, one point after the other.

    On one thread, which is faster for networks as small as this one.
    """
    torch.set_num_threads(1)
    layers, inputs, labels = formula["network"]("moons")
    directions, along = formula["plane"](request["side"], layers)
    linears = [torch.nn.Linear(weight.shape[1], weight.shape[0]) for weight, _ in layers]
    model = torch.nn.Sequential(linears[0], torch.nn.ReLU(), linears[1], torch.nn.ReLU(), linears[2])
    first, second = directions[: len(layers)], directions[len(layers) :]
    rows = [
        (parameter, *map(torch.from_numpy, arrays))
        for linear, *layer in zip(linears, layers, first, second, strict=True)
        for parameter, *arrays in zip((linear.weight, linear.bias), *layer, strict=True)
    ]
    inputs, labels = torch.from_numpy(inputs), torch.from_numpy(2.0 * labels - 1.0)

    @torch.no_grad()  # type: ignore[untyped-decorator, unused-ignore]
    def run() -> Any:
        losses = torch.empty(request["side"], request["side"])
        for i, v in enumerate(along.tolist()):
            for j, u in enumerate(along.tolist()):
                for parameter, origin, one, other in rows:
                    parameter.copy_(origin + u * one + v * other)
                losses[i, j] = (1 - labels * model(inputs)[:, 0]).relu().mean()
        return losses

    return run, lambda losses: losses.flatten()[:: request["every"]].tolist()


JOBS = {
    "one": one,
    "many": many,
    "race": race,
    "ways": ways,
    "step": step,
    "whole step": whole_step,
    "train step": train_step,
    "landscape": landscape,
}
