"""Find the learning rates that surfaces suggest and write surfaces/rates.py.

    uv run python script/suggest_rates.py [NAME ...]

It takes half a minute and covers every surface and every optimizer that takes a learning rate, except where
the surface's record gives one by hand; with names of surfaces or optimizers, those alone and what is missing.

Each rate of a grid is raced from the surface's start for 150 steps, without noise. Chosen is the smallest
rate with which the loss stays, from step 100 on, within 1 % of the drop from the start to the lowest loss
that any rate of the grid ends at: the optimizer arrives, without jumps. If no rate does that, it is the
one that ends lowest. L-BFGS and Newton, whose steps have a natural length, try 1 first and then less.
"""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import value_and_grad
from optimizers import OPTIMIZERS
from optimizers.hyperparameters import HORIZON
from races import RaceSpec, run_race
from surfaces import SURFACES, Surface
from surfaces.rates import RATES

STEPS, ARRIVED, CLOSE = 150, 100, 0.01
GRID = [float(f"{digit}e{power}") for power in range(-4, 2) for digit in (1, 2, 5)]
OF_WHOLE_VECTORS = [1.0, 0.5, 0.2, 0.1]
PATH = Path(__file__).parents[1] / "surfaces" / "rates.py"
HEAD = '''"""Learning rates that surfaces suggest, as script/suggest_rates.py found and wrote them.

Those that a surface's record gives by hand are not here.
"""

RATES: dict[str, dict[str, float]] = {
'''

Array = NDArray[np.float64]


def main(names: list[str]) -> None:
    """Find those of some surfaces or optimizers, or all, and write them."""
    lines = []
    for name, surface in SURFACES.items():
        known = RATES.get(name, {})
        by_hand = set(surface.suggested) - set(known)
        found = {
            optimizer: known[optimizer]
            if names and optimizer in known and not {name, optimizer} & {*names}
            else suggested(surface, optimizer)
            for optimizer in OPTIMIZERS
            if optimizer not in by_hand
        }
        print(name, found)
        pairs = ", ".join(
            f'"{optimizer}":\N{NO-BREAK SPACE}{rate}' for optimizer, rate in found.items() if rate
        )
        indented = fill(pairs, 100, initial_indent=" " * 8, subsequent_indent=" " * 8)
        lines.append(f'    "{name}": {{\n{indented},\n    }},\n'.replace("\N{NO-BREAK SPACE}", " "))
    PATH.write_text(HEAD + "".join(lines) + "}  # fmt: skip\n", encoding="utf-8")


def suggested(surface: Surface, name: str) -> float | None:
    """The rate for an optimizer on a surface; None if it takes none."""
    kind = OPTIMIZERS[name]
    if kind.rate_name not in kind.defaults():
        return None
    rates = GRID if kind.elementwise else OF_WHOLE_VECTORS
    losses = raced(surface, name, rates) if kind.elementwise else raced_alone(surface, name, rates)
    ends = losses[-STEPS // 10 :].mean(axis=0)
    lowest, start = ends.min(), losses[0, 0]
    arrived = losses[ARRIVED:].max(axis=0) <= lowest + CLOSE * (start - lowest)
    return rates[int(arrived.argmax() if arrived.any() else ends.argmin())]


def raced(surface: Surface, name: str, rates: list[float]) -> Array:
    """The losses of an optimizer with each of some rates, of shape (steps + 1, rates)."""
    kind = OPTIMIZERS[name]
    slope = value_and_grad(surface)
    settings: dict[str, Any] = kind.defaults() | {kind.rate_name: np.array(rates)}
    settings |= {HORIZON: STEPS} if HORIZON in settings else {}
    points = [np.full(len(rates), x) for x in surface.start]
    states: list[dict[str, Any]] = [{}, {}]
    kept = []
    with np.errstate(all="ignore"):
        for step in range(1, STEPS + 2):
            loss, slopes = slope(*points)
            kept.append((loss, *points))
            moved = [
                kind.rule(gradient, x, state, step, **settings)
                for gradient, x, state in zip(slopes, points, states, strict=True)
            ]
            points, states = [x for x, _ in moved], [state for _, state in moved]
    return judged(surface, *np.moveaxis(np.array(kept), 1, 0))


def raced_alone(surface: Surface, name: str, rates: list[float]) -> Array:
    """The same of an optimizer that moves u and v together."""
    racers = [{"optimizer": name, "lr": rate} for rate in rates]
    spec = {"surface": surface.name, "steps": STEPS, "noise": {"scale": 0.0}, "racer": racers}
    trace = run_race(RaceSpec.model_validate(spec))
    return judged(surface, trace.losses[..., 0].T, *trace.positions[:, :, 0].T)


def judged(surface: Surface, losses: Array, u: Array, v: Array) -> Array:
    """Losses of shape (steps + 1, rates), where racers are in the domain.

    A racer that leaves it, or diverges, is from then on infinitely high, if a minimum lies in the domain. If
    none does, to leave it is no fault, and the racer is as low as it was at the edge.
    """
    inside = np.logical_and.accumulate(surface.contains(u, v) & np.isfinite(losses))
    last = np.maximum(inside.sum(axis=0) - 1, 0)
    outside = losses[last, np.arange(len(last))]
    if any(surface.contains(*minimum) for minimum in surface.minima):
        outside = np.full(len(last), np.inf)
    return np.where(inside, losses, outside)


if __name__ == "__main__":
    main(sys.argv[1:])
