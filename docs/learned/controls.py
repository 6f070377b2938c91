"""The controls that the learned optimizer is judged beside: each shows what one part of it is worth.

Race and judge them as optimizers of one's own: ``race judge learned docs/learned/controls.py:AdamRate``.
`searched` says in what each is tuned.
"""

# ruff: noqa: D102, ARG004

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from autograd import value_and_grad
from evolution.functions import FUNCTIONS
from optimizers import Adam, ElementwiseOptimizer, Learned, Momentum
from optimizers.learned_network import LearnedNetwork, load_learned, shipped_network, weights_count
from optimizers.rate import State

HORIZON = 100  # steps, on which the means of rates are taken


class AdamRate(ElementwiseOptimizer):
    """Adam, tuned in its learning rate alone."""

    searched: ClassVar[tuple[str, ...]] = ("lr",)

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 1e-3) -> tuple[Any, State]:
        return Adam.rule(gradient, parameter, state, step, lr=lr)


class AdamDefault(AdamRate):
    """Adam as it comes."""

    searched: ClassVar[tuple[str, ...]] = ()


class AdamCosine(AdamRate):
    """Adam, tuned in its learning rate, with a cosine schedule or without one."""

    searched: ClassVar[tuple[str, ...]] = ("lr", "cosine")


class MomentumRate(ElementwiseOptimizer):
    """Momentum, tuned in its learning rate alone."""

    searched: ClassVar[tuple[str, ...]] = ("lr",)

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 1e-2) -> tuple[Any, State]:
        return Momentum.rule(gradient, parameter, state, step, lr=lr)


class MomentumCosine(MomentumRate):
    """Momentum, tuned in its learning rate, with a cosine schedule or without one."""

    searched: ClassVar[tuple[str, ...]] = ("lr", "cosine")


class SignMomentum(ElementwiseOptimizer):
    """Steps of one size in the direction of momentum's sign, tuned in that size."""

    searched: ClassVar[tuple[str, ...]] = ("lr",)

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 1e-2) -> tuple[Any, State]:
        mean = 0.9 * state.get("mean", 0.0) + 0.1 * gradient
        return parameter - lr * np.sign(mean), {"mean": mean}


def _with(network: Callable[[], LearnedNetwork]) -> Any:
    """The rule of `Learned` with that network, which is read when it is first needed."""

    def rule(
        gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 1.0, horizon: Any = HORIZON
    ) -> tuple[Any, State]:
        return Learned.rule(gradient, parameter, state, step, lr=lr, network=network(), horizon=horizon)

    return staticmethod(rule)


@cache
def _drawn() -> LearnedNetwork:
    weights = np.random.default_rng(0).normal(0, 0.3, weights_count("blind", 8))
    return LearnedNetwork("blind", 8, tuple(weights.tolist()))


class AsBred(ElementwiseOptimizer):
    """The learned optimizer, not tuned at all."""

    searched: ClassVar[tuple[str, ...]] = ()
    rule = _with(lambda: shipped_network("o1"))


class ToldItsShare(AsBred):
    """One that was bred likewise, and is told at each step how much of its horizon has gone."""

    rule = _with(cache(lambda: load_learned(Path(__file__).with_name("told-its-share.npz"))))


class FirstVersion(AsBred):
    """One that was bred likewise, with the first version of the features."""

    rule = _with(lambda: shipped_network("o0"))


class Untrained(AsBred):
    """One whose weights are drawn, not bred; tuned in its learning rate."""

    searched = ("lr",)
    rule = _with(_drawn)


class MeanRate(ElementwiseOptimizer):
    """Its direction, with the mean of its rates instead of each."""

    searched: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 1.0) -> tuple[Any, State]:
        _, terms = Learned.rule(gradient, parameter, state, step, network="o1")
        return parameter - lr * rates().mean() * terms["direction"], terms


class MeanRateOfStep(ElementwiseOptimizer):
    """Its direction, with the mean of its rates at that step: a schedule, the same for all numbers."""

    searched: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def rule(
        gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 1.0, horizon: Any = HORIZON
    ) -> tuple[Any, State]:
        _, terms = Learned.rule(gradient, parameter, state, step, network="o1")
        gone = np.minimum((step - 1) / horizon, 1.0) * HORIZON
        return parameter - lr * np.interp(gone, np.arange(HORIZON), rates()) * terms["direction"], terms


@cache
def rates() -> Any:
    """The geometric mean, over numbers and runs, of the rates that o1 chooses at each step.

    The runs are those of 100 steps from 4 starts of each of 24 instances of each function it was bred on.
    """
    found = []
    for family in FUNCTIONS.values():
        instances = [family.instance("tuning", 0, index) for index in range(24)]
        x = np.concatenate([instance.starts(4) for instance in instances]).T
        values = np.repeat(np.array([instance.drawn.values for instance in instances]), 4, axis=0).T
        slope = value_and_grad(lambda x, family=family, values=values: np.sum(family.loss(x, values)))
        state, outputs = State(), []
        for step in range(1, HORIZON + 1):
            x, state = Learned.rule(slope(x)[1], x, state, step, network="o1")
            outputs.append(state["output"].ravel())
        found.append(outputs)
    return np.exp(np.nanmean(np.concatenate(found, axis=1), axis=1))
