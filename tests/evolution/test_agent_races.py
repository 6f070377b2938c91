"""Races of a population beside a plain loop, agent by agent, start by start, step by step."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from autograd import Tensor
from autograd.compiler import machine_code
from comparison import FAMILIES
from comparison.trials import CEILING, FLOOR
from evolution import BreedingPlan
from evolution.agent_races import race_agents, scores
from evolution.functions import FUNCTIONS
from evolution.problems import Problems, bred_on, validated_on
from optimizers.learned import Learned
from optimizers.learned_features import FEATURES
from optimizers.learned_network import LearnedNetwork, weights_count

PLAN = BreedingPlan(features="seed", hidden=2, population=3, steps=5, instances=2, starts=2)
RACES = 4


def agents(plan: BreedingPlan, count: int = 3) -> Any:
    size = weights_count(plan.features, plan.hidden)
    weights = np.random.default_rng(5).normal(0, 0.5, (count, size))
    weights[:, -1] -= 4.0  # whatever it sees, a network answers so much less: a careful rate
    return weights


def losses_of_a_loop(weights: Any, problems: Problems, place: int, plan: BreedingPlan = PLAN) -> list[float]:
    """The first and the last loss of an agent's race on one instance, with Tensors and the rule itself."""
    network = LearnedNetwork(plan.features, plan.hidden, tuple(weights.tolist()))
    drawn = problems.values[:, place].tolist()
    settings = Learned.defaults() | {"network": network, "horizon": problems.steps}
    x, states, losses = problems.starts[:, place].tolist(), [cast("Any", {})] * len(problems.starts), []
    for step in range(problems.steps + 1):
        at = [Tensor(each) for each in x]
        loss = problems.family.loss(at, drawn)
        loss.backward()
        losses.append(float(loss.data))
        moved = [
            Learned.rule(each.grad, each.data, state, step + 1, **settings)
            for each, state in zip(at, states, strict=True)
        ]
        x, states = [float(each) for each, _ in moved], [state for _, state in moved]
    return [losses[0], losses[-1]]


@pytest.mark.parametrize("features", FEATURES)
def test_races_agree_with_a_plain_loop(features: str) -> None:
    plan = replace(PLAN, features=features)
    weights = agents(plan)
    for problems in bred_on(plan, 0):
        found = race_agents(weights, problems, features, plan.hidden, loops=False)
        expected = [
            [losses_of_a_loop(own, problems, place, plan) for place in range(RACES)] for own in weights
        ]
        np.testing.assert_allclose(found, np.array(expected).transpose(2, 0, 1), rtol=1e-9)


@pytest.mark.skipif(not machine_code.is_there(), reason="numba is not installed")
def test_compiled_loops_agree_with_blocks() -> None:
    plan = BreedingPlan(hidden=1, steps=8, instances=300, functions=("ripples",))
    (problems,) = bred_on(plan, 0)
    problems.values[-1, :2] = 1e7  # angles so large that the loop does these points again
    blocks, loop = (race_agents(agents(plan), problems, plan.features, 1, loops) for loops in (False, True))
    np.testing.assert_allclose(loop[:, :, 2:], blocks[:, :, 2:], rtol=1e-7)
    np.testing.assert_allclose(loop[0], blocks[0], rtol=1e-6)


def test_a_score_is_the_mean_of_what_is_left() -> None:
    weights, problems = agents(PLAN), bred_on(PLAN, 3)
    expected = []
    for own in weights:
        logs = []
        for each in problems:
            for place in range(RACES):
                begin, end = losses_of_a_loop(own, each, place)
                share = (end - each.least[place]) / (begin - each.least[place])
                logs.append(math.log10(min(max(share, FLOOR), CEILING)) if math.isfinite(share) else 1.0)
        expected.append(np.mean(logs))
    found = scores(weights, problems, PLAN.features, PLAN.hidden, loops=False)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_who_diverges_is_punished() -> None:
    weights = agents(PLAN, 2)
    weights[1, -1] = 300.0
    good, bad = scores(weights, bred_on(PLAN, 0), PLAN.features, PLAN.hidden, loops=False)
    assert good < bad == math.log10(CEILING)


def test_scores_do_not_depend_on_who_else_is_scored() -> None:
    weights, problems = agents(PLAN, 7), bred_on(PLAN, 1)
    together = scores(weights, problems, PLAN.features, PLAN.hidden, loops=False)
    apart = [scores(own[None], problems, PLAN.features, PLAN.hidden, loops=False)[0] for own in weights]
    assert together.tolist() == apart


def test_each_generation_draws_its_own_and_validation_none_of_them() -> None:
    first, again, other = bred_on(PLAN, 0), bred_on(BreedingPlan(**vars(PLAN)), 0), bred_on(PLAN, 1)
    for one, same, apart in zip(first, again, other, strict=True):
        assert np.array_equal(one.values, same.values)
        assert np.array_equal(one.starts, same.starts)
        assert not np.isin(one.starts, apart.starts).any()
        assert one.starts.shape == (one.family.size, RACES)
        assert np.array_equal(one.values[:, 0], one.values[:, 1])
        assert not np.array_equal(one.values[:, 1], one.values[:, 2])
    assert [each.family for each in validated_on(PLAN)] == [FAMILIES[name] for name in PLAN.validation]
    assert {each.steps for each in validated_on(PLAN)} == {5}
    assert {each.steps for generation in range(30) for each in bred_on(PLAN, generation)} == {2, 5, 10}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_least_at_its_center(name: str) -> None:
    family = FUNCTIONS[name]
    for index in range(20):
        drawn = family.instance("tuning", 0, index).drawn
        size = family.size
        center = np.array(drawn.values[size * size : size * size + size])
        assert family.loss(center.tolist(), drawn.values) == 0.0
        starts = drawn.starts(np.random.default_rng(0), 200)
        away = np.abs(starts - center).max(axis=0)
        assert (away <= 10**0.5 * 2).all()
        losses = family.loss(list(starts.T), drawn.values)
        assert losses.shape == (200,)
        assert (losses > 0).all()


def test_the_functions_worked_by_hand() -> None:
    half = [0.5, 0.0, 0.0, 0.5, 1.0, -1.0]  # q = (x - c) / 2, c = (1, -1)
    assert FUNCTIONS["rosenbrock"].loss([3.0, 1.0], [*half, 2.0]) == 2 * (100 * (3 - 9) ** 2 + 4)
    ripples = FUNCTIONS["ripples"].loss([3.0, -1.0], [*half, 2.0, 0.1, np.pi])
    assert ripples == pytest.approx(2 * (1 + 0.1 * 2))
    diagonal = [*np.diag([1.0, 2.0, 3.0, 4.0]).ravel(), 0.0, 0.0, 0.0, 1.0]
    assert FUNCTIONS["quadratic"].loss([1.0, 1.0, 1.0, 2.0], [*diagonal, 10.0]) == 10 * (1 + 4 + 9 + 16)
