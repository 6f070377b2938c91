"""Learned: momentum, with a learning rate that a small network chooses for each number at each step."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from optimizers.checks import require_positive
from optimizers.elementwise_optimizer import ElementwiseOptimizer
from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, direction, step
from optimizers.learned_features import FEATURES, SEEN
from optimizers.learned_network import read_network, require_network, shipped_network
from optimizers.rate import State

GRADIENTS = tuple(f"gradient_{k}" for k in range(1, SEEN))  # those before, the newest first


@final
class Learned(ElementwiseOptimizer):
    """Momentum's direction; how hard to press the accelerator is, at each step, a small network's choice.

    With gradient grad at the parameter p, learning rate lr and momentum mu::

        {equations}

    The network sees the last five gradients of each number, and brakes or speeds up as they agree or turn.
    With these, g1 the newest, its inputs are, in the version "seed"::

        sign(gi) exp|gi| / (exp|g1| + ... + exp|g5|)    five: the softmax of their sizes, with their signs
        var(g1, ..., g5) / (|g1| + ... + |g5|)          one: 0 where all are 0

    each in the parameter's shape; before the fifth step the missing gradients are 0.

    **When it fails.** On what it was not bred for: nothing keeps its rate from being too large there.

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0, by which the network's choice is multiplied.
        network: the network: its identifier, a path to its .npz, or a `LearnedNetwork`.
        horizon: how many steps the run will take, greater than 0; in a race it is the race's unless given.
            The features "seed" do not look at it.
        momentum: mu, at least 0.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range, or the file that cannot be read.

    >>> from autograd import Tensor
    >>> from optimizers import LearnedNetwork
    >>> x = Tensor(1.0)
    >>> learned = Learned([x], lr=0.5, network=LearnedNetwork("seed", 1, (0.0,) * 9))
    >>> (x * x / 2).backward()
    >>> learned.step()
    >>> x.data
    0.5
    """

    habit = "presses as hard as it learnt to"
    equations = (
        GRADIENT,
        direction("b = mu*b + g", "momentum", term="momentum_buffer"),
        UpdateLine("y = network(g)", "network", term="output", given=True),
        UpdateLine("r = lr*exp(y)", "pressed", Quantity.SIZE, Unit.PURE),
        step("p = p - r*b", "step_pressed"),
    )

    _checks: ClassVar = {"network": require_network, "horizon": require_positive}
    reads: ClassVar = {"network": read_network}

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: State,
        step: int,
        *,
        lr: Any = 1e-2,
        network: Any = "o1",
        horizon: Any = 100,
        momentum: Any = 0.9,
    ) -> tuple[Any, State]:
        """The update in the class's docstring.

        `state` holds b as `momentum_buffer`, y as `output`, and the gradients of the last four steps as
        `gradient_1`, the newest, to `gradient_4`.
        """
        network = shipped_network(network) if isinstance(network, str) else network
        before = [state[name] for name in GRADIENTS] if state else [np.zeros_like(gradient)] * len(GRADIENTS)
        gradients = (gradient, *before)
        buffer = momentum * state.get("momentum_buffer", 0.0) + gradient
        gone = np.minimum((step - 1) / horizon, 1.0)
        inputs, direction = FEATURES[network.features].look(gradients, buffer, gone)
        output = network.output(inputs)
        terms = {"momentum_buffer": buffer, "output": output} | dict(zip(GRADIENTS, gradients, strict=False))
        return parameter - lr * np.exp(output) * direction, terms
