"""Search spaces by one rule, and tuning in them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from comparison import FAMILIES, ComparisonError, SearchSpace, tune
from comparison.search_space import AWAY, RATES
from comparison.tuning import sobol
from optimizers import OPTIMIZERS, SGD, Adam, ElementwiseOptimizer, Rprop


def test_one_rule_for_all() -> None:
    labels = {name: [d.label for d in SearchSpace(kind).dimensions] for name, kind in OPTIMIZERS.items()}
    assert labels["sgd"] == ["lr", "momentum", "cosine"]
    assert labels["adamw"] == labels["nadam"] == ["lr", "betas[0]", "betas[1]", "cosine"]
    assert labels["rmsprop"] == ["lr", "alpha", "momentum", "cosine"]
    assert labels["lbfgs"] == labels["rprop"] == labels["adagrad"] == ["lr", "cosine"]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_ends_of_the_space_are_settings_that_the_optimizer_takes(name: str) -> None:
    space = SearchSpace(OPTIMIZERS[name])
    count = len(space.dimensions)
    for row in space.scaled(np.array([[0.0] * count, [1.0] * count, [0.5] * count])):
        space.kind([], **space.settings(row.tolist()))
    assert space.settings(space.defaults.tolist()) == space.kind.defaults()


def test_log_uniform() -> None:
    points = sobol(4, 1024, 0)
    settings = SearchSpace(Adam).scaled(points)
    for column, (low, high) in ((settings[:, 0], RATES), (1 - settings[:, 1], AWAY)):
        logs = np.log(column / low) / np.log(high / low)
        assert 0 <= logs.min() < logs.max() <= 1
        np.testing.assert_allclose(np.sort(logs), (np.arange(1024) + 0.5) / 1024, atol=2e-3)
    assert settings[:, 3].mean() == pytest.approx(0.5, abs=0.01)


def test_tuning_finds_the_rate_that_is_best() -> None:
    problems = [FAMILIES["sphere"].instance("tuning", 0, i) for i in range(3)]
    tuned = tune(SGD, problems, trials=32, starts=2, evaluations=60)
    defaults = tune(SGD, problems, trials=1, starts=2, evaluations=60)
    assert tuned.scores.shape == (32, 3)
    assert tuned.scores.mean(axis=1).min() == tuned.scores[tuned.best()].mean() < -5
    assert tuned.best(1) == 0 == defaults.best()
    assert np.array_equal(defaults.points, tuned.points[:1])


def test_edges_are_told() -> None:
    problems = [FAMILIES["easom"].instance("scoring", 0, 0)]
    with pytest.raises(ComparisonError, match="easom is for scoring"):
        tune(Adam, problems, trials=2)
    space = SearchSpace(SGD)
    assert space.edges([0.01, 0.99, 0.0]) == ["lr at its lower end", "momentum at its lower end"]
    assert space.edges([0.5, 0.01, 0.0]) == ["momentum at its upper end"]
    assert space.edges([0.5, 0.5, 1.0]) == []


@pytest.mark.parametrize("trials", [0, -1, 1.5, 10**6])
def test_refused_trials(trials: object) -> None:
    problems = [FAMILIES["sphere"].instance("tuning", 0, 0)]
    with pytest.raises(ComparisonError, match="trials must be a whole number from 1 to 10,000, got"):
        tune(Rprop, problems, trials=trials)  # type: ignore[arg-type]


def test_no_problems() -> None:
    with pytest.raises(ComparisonError, match="1 problem or more"):
        tune(Rprop, [])


class Picky(ElementwiseOptimizer):
    """An optimizer that names what it is tuned in."""

    searched: ClassVar[tuple[str, ...]] = ("lr",)

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: Any, step: int, *, lr: Any = 0.1, beta: Any = 0.9) -> Any:
        return Adam.rule(gradient, parameter, state, step, lr=lr, betas=(beta, 0.999))


class Untuned(Picky):
    """One that is not tuned."""

    searched = ()


def test_an_optimizer_of_ones_own_says_what_it_is_tuned_in() -> None:
    problems = [FAMILIES["booth"].instance("tuning", 0, 0)]
    assert [*tune(Picky, problems, trials=3, starts=2, evaluations=20).hyperparameters] == ["lr"]
    untuned = tune(Untuned, problems, trials=3, starts=2, evaluations=20)
    assert untuned.hyperparameters == {}
    assert untuned.scores.shape == (3, 1)
    assert len(np.unique(untuned.scores)) == 1
