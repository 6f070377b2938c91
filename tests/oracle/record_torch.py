"""Records what PyTorch answers, for the tests to compare with: run it to renew the npz files beside it.

It needs PyTorch, which the project does not depend on, and numpy; at the root of the repository::

    pip install torch==2.13.0
    python -m tests.oracle.record_torch

The inputs are the tables `tests.autograd.cases` and `tests.optimizers.cases`. The formulas that the
optimizers descend are written here once more, in torch's functions, so that they check ours.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.autograd.case import Case, seed_for
from tests.autograd.cases import CASES as OPERATIONS
from tests.optimizers.case import (
    FED,
    FEED,
    GROUP_STEPS,
    LATE,
    LATE_START,
    STARTS,
    STEPS,
    OptimizerCase,
    Settings,
    groups_of,
)
from tests.optimizers.cases import CASES as OPTIMIZERS

Array = NDArray[np.float64]
Recording = dict[str, Array]

FOLDER = Path(__file__).parent
OPERATIONS_FILE = FOLDER / "operations.npz"
TRAJECTORIES_FILE = FOLDER / "trajectories.npz"


def _axes(x: Any, axis: Any) -> Any:
    """The axes of a reduction, as torch's functions take them."""
    return tuple(range(x.ndim)) if axis is None else axis


def _extreme(full: str, along: str) -> Callable[..., Any]:
    """max and min: torch's functions for all numbers and for some axes share gradients differently."""

    def record(torch: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if axis is None:
            return getattr(torch, full)(x).reshape((1,) * x.ndim if keepdims else ())
        return getattr(torch, along)(x, dim=axis, keepdim=keepdims)

    return record


def _getitem(torch: Any, x: Any, index: Any) -> Any:
    """x[index]; torch slices only forwards."""
    parts = list(index) if isinstance(index, tuple) else [index]
    for axis, part in enumerate(parts):
        if isinstance(part, slice) and part.step == -1:
            x, parts[axis] = x.flip(axis), slice(None)
        elif isinstance(part, np.ndarray | list):
            parts[axis] = torch.tensor(part)
    return x[tuple(parts)]


def _scatter(torch: Any, x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    count = math.prod(shape)
    places = torch.tensor(np.array(np.arange(count).reshape(shape)[index]))
    whole = torch.zeros(count, dtype=torch.float64)
    return whole.index_add(0, places.flatten(), x.flatten()).reshape(shape)


# How torch writes an operation; the others have the same name and settings there.
_TORCHS: dict[str, Callable[..., Any]] = {
    "power": lambda torch, a, b: torch.pow(a, b),
    "cbrt": lambda torch, x: torch.sign(x) * torch.abs(x) ** (1 / 3),
    "rint": lambda torch, x: torch.round(x),
    "sech_squared": lambda torch, x: 1 / torch.cosh(x) ** 2,
    "lorentzian": lambda torch, x: 1 / (1 + x * x),
    "one_minus_square": lambda torch, x: 1 - x * x,
    "times_log": lambda torch, y, a: y * torch.log(a),
    "direction_cosine": lambda torch, a, b: a / torch.hypot(a, b),
    "floor_divide": lambda torch, a, b: torch.div(a, b, rounding_mode="floor"),
    "equal": lambda torch, a, b: torch.eq(a, b),
    "clip": lambda torch, *inputs: torch.clamp(*torch.broadcast_tensors(*inputs)),
    "softplus": lambda torch, x: torch.nn.functional.softplus(x),
    "sum": lambda torch, x, axis=None, keepdims=False: torch.sum(x, axis, keepdims),
    "mean": lambda torch, x, axis=None, keepdims=False: torch.mean(x, axis, keepdims),
    "max": _extreme("max", "amax"),
    "min": _extreme("min", "amin"),
    "logsumexp": lambda torch, x, axis=None, keepdims=False: torch.logsumexp(x, _axes(x, axis), keepdims),
    "norm": lambda torch, x, axis=None, keepdims=False: torch.linalg.vector_norm(
        x, dim=axis, keepdim=keepdims
    ),
    "broadcast_to": lambda torch, x, shape: torch.broadcast_to(x, shape),
    "transpose": lambda torch, x, axes=None: torch.permute(x, axes or tuple(range(x.ndim))[::-1]),
    "along": lambda torch, x, order, axis: torch.gather(x, axis, order),
    "argsort": lambda torch, x, axis: torch.argsort(x, dim=axis, stable=True),
    "argmax": lambda torch, x, axis=None: torch.argmax(x, axis),
    "argmin": lambda torch, x, axis=None: torch.argmin(x, axis),
    "getitem": _getitem,
    "scatter": _scatter,
    "concatenate": lambda torch, *inputs, axis: torch.cat(inputs, dim=axis),
    "stack": lambda torch, *inputs, axis: torch.stack(inputs, dim=axis),
}


def record_operation(torch: Any, case: Case) -> Recording:
    """The value of one call, under "value", and its gradients, under the positions of the inputs."""
    kinds = {"f": torch.float64, "b": torch.bool, "i": torch.int64}
    inputs = [torch.tensor(x, dtype=kinds[np.asarray(x).dtype.kind]) for x in case.inputs]
    found = {i: inputs[i].requires_grad_() for i in case.differentiable}
    if case.rule in _TORCHS:
        value = _TORCHS[case.rule](torch, *inputs, **case.settings)
    else:
        value = getattr(torch, case.rule)(*inputs, **case.settings)
    if found:
        value.backward(torch.tensor(seed_for(tuple(value.shape)), dtype=torch.float64))
    gradients = {str(i): x.grad.numpy() for i, x in found.items()}
    return {"value": value.detach().to(torch.float64).numpy(), **gradients}


def _quadratic(_torch: Any, u: Any, v: Any) -> Any:
    return 0.5 * u * u + 4.5 * v * v + 0.5 * u * v


def _rosenbrock(torch: Any, u: Any, v: Any) -> Any:
    return (torch.square(1 - u) + 100 * torch.square(v - torch.square(u))) / 100


def _funky(torch: Any, u: Any, v: Any) -> Any:
    total = 5 * u * v * (1 - u) * (1 - v) * torch.cos(10 * v) * torch.sin(10 * u * v) * torch.exp(u)
    total = total + torch.exp(-(torch.square(v - 0.4) + torch.square(u - 0.2)) / 0.03)
    total = total + 0.6 * torch.exp(-torch.square(v - 0.4) / 0.03) * torch.sin(25 * u) * torch.square(1 - u)
    bumps = torch.exp(-torch.square(u - 0.7) / 0.02) - torch.exp(-torch.square(u - 0.4) / 0.02)
    return 0.3 * (total + 1.4 * torch.exp(-torch.square(v - 0.6) / 0.02) * bumps)


_FUNCTIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "quadratic": _quadratic,
    "rosenbrock": _rosenbrock,
    "funky": _funky,
}


def record_descent(torch: Any, case: OptimizerCase, settings: Settings, function: str) -> Recording:
    """The positions (steps + 1, 2) of one descent, and the optimizer's state at its end.

    Of an optimizer of the whole vector the state is left out: at rest it holds nothing but roundings.
    """
    point = torch.tensor(case.starts[function], dtype=torch.float64, requires_grad=True)
    optimizer = _twin(torch, case, settings, [point])

    def closure() -> Any:
        optimizer.zero_grad()
        loss = _FUNCTIONS[function](torch, point[0], point[1])
        loss.backward()
        return loss

    positions = [point.detach().numpy().copy()]
    for _ in range(STEPS):
        optimizer.step(closure)
        positions.append(point.detach().numpy().copy())
    terms = {name: term for name, term in optimizer.state[point].items() if torch.is_tensor(term)}
    state = {f"state/{name}": term.numpy() for name, term in terms.items() if case.elementwise}
    return {"positions": np.array(positions), **state}


def record_feed(torch: Any, case: OptimizerCase, settings: Settings) -> Recording:
    """The positions of the numbers that `FEED` is given to, and those of the parameter of `LATE`."""
    fed, late = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (FED, LATE_START))
    optimizer = _twin(torch, case, settings, [fed, late])
    positions = [[x.detach().numpy().copy() for x in (fed, late)]]
    for gradients, others in zip(zip(*FEED.values(), strict=True), LATE, strict=True):
        fed.grad = torch.tensor(gradients, dtype=torch.float64)
        late.grad = None if others is None else torch.tensor(others, dtype=torch.float64)
        optimizer.step()
        positions.append([x.detach().numpy().copy() for x in (fed, late)])
    return {
        name: np.array(way) for name, way in zip(("fed", "late"), zip(*positions, strict=True), strict=True)
    }


def record_groups(torch: Any, case: OptimizerCase) -> Recording:
    """The positions of a descent in which u and v are groups, one of which climbs: see `groups_of`."""
    u, v = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in STARTS["funky"])
    optimizer = _twin(torch, case, {"maximize": True}, groups_of(case, u, v))
    positions = [(u.item(), v.item())]
    for _ in range(GROUP_STEPS):
        optimizer.zero_grad()
        _funky(torch, u, v).backward()
        optimizer.step()
        positions.append((u.item(), v.item()))
    return {"positions": np.array(positions)}


def _twin(torch: Any, case: OptimizerCase, settings: Settings, params: list[Any]) -> Any:
    if case.torch is None:
        raise ValueError(f"{case.name} has no twin in torch.optim")
    torch.set_default_dtype(torch.float64)  # NAdam's product of its momenta has no dtype of its own
    return getattr(torch.optim, case.torch)(params, **(case.twin | settings))


def record_operations(torch: Any) -> Recording:
    """Every case of the table of operations, under ``label/value`` and ``label/0``, ``label/1``."""
    return {
        f"{case.label}/{part}": values
        for case in OPERATIONS
        for part, values in record_operation(torch, case).items()
    }


def record_trajectories(torch: Any) -> Recording:
    """Every descent, under ``optimizer/which settings/function/positions`` and so on, and every feed."""
    recording: Recording = {}
    for case in OPTIMIZERS:
        for i, settings in enumerate(case.settings if case.torch else ()):
            found = {name: record_descent(torch, case, settings, name) for name in case.starts}
            if case.elementwise:
                found["feed"] = record_feed(torch, case, settings)
            for name, parts in found.items():
                recording |= {f"{case.name}/{i}/{name}/{part}": values for part, values in parts.items()}
        if case.torch and case.elementwise:
            parts = record_groups(torch, case)
            recording |= {f"{case.name}/groups/{part}": values for part, values in parts.items()}
    return recording


def pack(recording: Recording) -> Recording:
    """A recording as four arrays, which compress far better than hundreds of small ones."""
    arrays = [np.asarray(values, dtype=np.float64) for values in recording.values()]
    return {
        "keys": np.array(list(recording)),
        "ranks": np.array([array.ndim for array in arrays]),
        "shapes": np.array([length for array in arrays for length in array.shape]),
        "values": np.concatenate([array.ravel() for array in arrays]),
    }


def unpack(path: Path) -> Recording:
    """The recording that `main` packed into `path`."""
    recording: Recording = {}
    with np.load(path, allow_pickle=False) as packed:
        shapes, values = packed["shapes"], packed["values"]
        for key, rank in zip(packed["keys"].tolist(), packed["ranks"].tolist(), strict=True):
            shape, shapes = shapes[:rank], shapes[rank:]
            size = int(np.prod(shape))
            recording[key], values = values[:size].reshape(shape), values[size:]
    return recording


def main() -> None:
    """Record everything anew."""
    torch = importlib.import_module("torch")
    for path, record in ((OPERATIONS_FILE, record_operations), (TRAJECTORIES_FILE, record_trajectories)):
        packed: dict[str, Any] = pack(record(torch))
        np.savez_compressed(path, **packed)


if __name__ == "__main__":
    main()
