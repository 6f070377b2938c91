"""A learned optimizer's step on a family, compiled for races that each have a network and an instance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from comparison import Family
from optimizers.learned import Learned
from optimizers.learned_network import LearnedNetwork, weights_count
from races.step_program import Step, StepCode


@lru_cache(maxsize=64)
def agent_code(family: Family, features: str, hidden: int) -> StepCode:
    """The steps of agents whose networks have these features and so many hidden neurons.

    Each run has its own weights and horizon, and what its instance has drawn.
    """
    count = weights_count(features, hidden)
    values = len(family.instance("tuning", 0, 0).drawn.values)

    def settings(own: Sequence[Any], _: Any) -> dict[str, Any]:
        *weights, horizon = own
        network = LearnedNetwork(features, hidden, tuple(weights))
        return Learned.defaults() | {"network": network, "horizon": horizon}

    code = Step(family.size, family.loss, Learned.rule, settings, own=count + 1, drawn=values).code(
        points=True
    )
    if code is None:
        raise TypeError(f"the features {features} cannot be traced")
    return code
