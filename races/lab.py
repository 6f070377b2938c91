"""The lab: five small problems, the same five optimizers on each, a hundred epochs.

They are the exercises of a course on optimizers: two functions of one number, a network of two linear layers,
and two regressions. Each runs on `Tensor` and the optimizer classes, in a loop like anyone's own; docs/lab.md
explains the results.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from optimizers import OPTIMIZERS, Optimizer
from support.whole_files import write_whole

EPOCHS = 100

Array: TypeAlias = NDArray[np.float64]
Settings: TypeAlias = Mapping[str, Any]

# Unlike torch.optim, the lab adds no eps to the root, except for Adam.
_SETTINGS: dict[str, Settings] = {
    "sgd": {"lr": 0.01},
    "rmsprop": {"lr": 0.01, "alpha": 0.9, "eps": 0.0},
    "adagrad": {"lr": 0.01, "eps": 0.0},
    "adam": {"lr": 0.001},
    "adamw": {"lr": 0.001, "weight_decay": 0.01},
}
_REGRESSION_SETTINGS: dict[str, Settings] = {
    "sgd": {"lr": 0.01},
    "rmsprop": {"lr": 0.01, "alpha": 0.8, "eps": 0.0},
    "adagrad": {"lr": 0.5, "eps": 0.0},
    "adam": {"lr": 0.1},
    "adamw": {"lr": 0.1, "weight_decay": 0.01},
}


@dataclass(frozen=True, eq=False)
class Problem:
    """Something to minimize.

    Attributes:
        title: what it is, and where it starts.
        loss: the loss, a function of the parameters in the order of `start`; of numbers or Tensors.
        start: the parameters' values before the first epoch, by name.
        settings: the hyperparameters of each optimizer, by its name in `OPTIMIZERS`.
        minimum: the parameters' values at the minimum; None where the loss is 0 at many places.
    """

    title: str
    loss: Callable[..., Any]
    start: Mapping[str, float]
    settings: Mapping[str, Settings]
    minimum: Mapping[str, float] | None = None

    @property
    def least(self) -> float:
        """The minimum of the loss."""
        return float(self.loss(*self.minimum.values())) if self.minimum else 0.0


@dataclass(frozen=True, eq=False)
class Run:
    """An optimizer's run on a problem. Row 0 is the start, row k is after k epochs.

    Attributes:
        optimizer: its class's name.
        settings: its hyperparameters, as they were given.
        losses: float64 of shape (epochs + 1,).
        parameters: float64 of shape (epochs + 1, parameters), in the order of the problem's start.
    """

    optimizer: str
    settings: Settings
    losses: Array
    parameters: Array


def run_optimizer(problem: Problem, optimizer: type[Optimizer], settings: Settings) -> Run:
    """Take `EPOCHS` steps on a problem, each with the gradient of the whole loss.

    >>> from optimizers import SGD
    >>> run = run_optimizer(PROBLEMS["parabola"], SGD, {"lr": 0.5})
    >>> run.parameters[:3, 0]
    array([100.,   2.,   2.])
    """
    tensors = [Tensor(value) for value in problem.start.values()]
    mover = optimizer(tensors, **settings)
    rows = []
    for epoch in range(EPOCHS + 1):
        mover.zero_grad()
        loss = problem.loss(*tensors)
        rows.append((loss.data, *(tensor.data for tensor in tensors)))
        if epoch < EPOCHS:
            loss.backward()
            mover.step()
    table = np.array(rows)
    return Run(optimizer.__name__, settings, table[:, 0], table[:, 1:])


def run_problem(problem: Problem) -> list[Run]:
    """Run each of the problem's optimizers from its start."""
    return [run_optimizer(problem, OPTIMIZERS[name], given) for name, given in problem.settings.items()]


def save_csv(runs: Mapping[str, Sequence[Run]], path: Path) -> Path:
    """Write a line for each problem of `PROBLEMS`, optimizer and epoch to `path`, whole or not at all.

    Each parameter has a column, which is empty for problems without it.
    """
    names = list(dict.fromkeys(name for problem in runs for name in PROBLEMS[problem].start))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["problem", "optimizer", "epoch", "loss", *names])
    writer.writeheader()
    for problem, several in runs.items():
        for run in several:
            for epoch, (loss, row) in enumerate(
                zip(run.losses.tolist(), run.parameters.tolist(), strict=True)
            ):
                values = dict(zip(PROBLEMS[problem].start, row, strict=True))
                writer.writerow(
                    {"problem": problem, "optimizer": run.optimizer, "epoch": epoch, "loss": loss} | values
                )
    write_whole(path, lambda file: file.write(text.getvalue().encode()))
    return path


def _network(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    """The squared error of two linear layers, one number wide, for the input 1 and the target 10."""
    hidden = w1 * 1.0 + b1
    return (w2 * hidden + b2 - 10.0) ** 2


def _regressions() -> tuple[Problem, Problem]:
    """A line through noisy points of a line, and through noisy points of a parabola.

    The points are those of the course: the same draws from numpy's legacy generator, seed 0, in the same
    order. Weight and bias are initialized as in torch's Linear(1, 1), uniformly in [-1, 1), and every
    optimizer starts from the same values.
    """
    generator = np.random.RandomState(0)
    x = np.linspace(-10, 10, 100)
    line = 3 * x + 5 + generator.normal(0, 2, 100)
    parabola = 0.5 * x**2 - 4 * x + generator.normal(0, 5, 100)
    start = np.random.default_rng(0).uniform(-1, 1, 2).tolist()

    def regression(title: str, y: Array) -> Problem:
        best = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y, rcond=None)[0]
        return Problem(
            title,
            lambda weight, bias: ((weight * x + bias - y) ** 2).mean(),
            start={"weight": start[0], "bias": start[1]},
            settings=_REGRESSION_SETTINGS,
            minimum={"weight": float(best[0]), "bias": float(best[1])},
        )

    return regression("a line through points about 3x + 5", line), regression(
        "a line through points about x^2/2 - 4x", parabola
    )


_LINE, _PARABOLA = _regressions()

PROBLEMS = {
    "parabola": Problem(
        "(x - 2)^2 from x = 100", lambda x: (x - 2) ** 2, {"x": 100.0}, _SETTINGS, minimum={"x": 2.0}
    ),
    "steep-parabola": Problem(
        "3x^2 - 2x from x = 100", lambda x: 3 * x**2 - 2 * x, {"x": 100.0}, _SETTINGS, minimum={"x": 1 / 3}
    ),
    "network": Problem(
        "(W2 (W1 x + b1) + b2 - 10)^2 at x = 1, from ones",
        _network,
        {"W1": 1.0, "b1": 1.0, "W2": 1.0, "b2": 1.0},
        _SETTINGS,
    ),
    "linear-regression": _LINE,
    "quadratic-regression": _PARABOLA,
}
