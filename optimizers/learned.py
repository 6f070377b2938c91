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

    With gradient grad at the parameter p, and learning rate lr::

        {equations}

    The network sees the last five gradients of each number, and brakes or speeds up as they agree or turn.
    What exactly it sees, and how its direction is made, is told by the version of its features: `seed` and
    `carrying` in `optimizers.learned_features`. d is the direction of momentum there, and y what the network
    says.

    **When it fails.** Far from what it was bred on: nothing keeps its rate from being too large there.

    Args:
        params: the parameters to move.
        lr: by which the rate that the network chooses is multiplied, at least 0.
        network: the network: its identifier, a path to its .npz, or a `LearnedNetwork`.
        horizon: how many steps the run will take, greater than 0; in a race it is the race's unless given.
            Only the features "carried" look at it.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range, or the file that cannot be read.

    >>> from autograd import Tensor
    >>> from optimizers import LearnedNetwork
    >>> x = Tensor(1.0)
    >>> learned = Learned([x], lr=0.5, network=LearnedNetwork("seed", 1, (0.0,) * 8 + (4.0,)))
    >>> (x * x / 2).backward()
    >>> learned.step()
    >>> x.data
    0.5
    """

    habit = "presses as hard as it learnt to"
    equations = (
        GRADIENT,
        direction("d = momentum(g)", "learned_direction", term="direction", given=True),
        UpdateLine("y = network(g)", "network", term="output", given=True),
        UpdateLine("r = lr*exp(y)", "pressed", Quantity.SIZE, Unit.PURE),
        step("p = p - r*d", "step_pressed"),
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
        lr: Any = 1.0,
        network: Any = "o1",
        horizon: Any = 100,
    ) -> tuple[Any, State]:
        """The update in the class's docstring.

        `state` holds d as `direction`, y as `output`, the gradients of the last four steps as `gradient_1`,
        the newest, to `gradient_4`, and what the version of the features keeps.
        """
        network = shipped_network(network) if isinstance(network, str) else network
        before = [state[name] for name in GRADIENTS] if state else [np.zeros_like(gradient)] * len(GRADIENTS)
        gradients = (gradient, *before)
        gone = np.minimum((step - 1) / horizon, 1.0)
        direction, output, terms = FEATURES[network.features].choose(
            network.outputs, gradients, state, step, gone
        )
        terms |= {"direction": direction, "output": output} | dict(zip(GRADIENTS, gradients, strict=False))
        return parameter - lr * np.exp(output) * direction, terms
