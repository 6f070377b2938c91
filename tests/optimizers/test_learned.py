"""The learned optimizer: its features and steps against a plain loop, its engines, its networks' files."""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from autograd.compiler.compiled import Points
from autograd.compiler.program import POINTS
from autograd.compiler.tracing import as_number, trace
from comparison.search_space import SearchSpace
from networks import MLP, train
from networks.datasets import moons
from optimizers import OPTIMIZERS, LearnedNetwork, load_learned, save_learned
from optimizers.learned_features import FEATURES, signed_softmax
from optimizers.learned_network import MOST_HIDDEN, about_learned, shipped, weights_count
from optimizers.rate import State
from races import RaceSpec, Trace, load_spec, run_race

VERSIONS = pytest.mark.parametrize("features", FEATURES)
HUGE, TINY = 1e300, 1e-300
FEEDS = {
    "usual": (0.5, -1.0, 2.0, 0.25, -0.125, 3.0, 1.0, 1.0),
    "zero": (0.0,) * 8,
    "zero at first": (0.0, 0.0, 1.0, 2.0, 0.0, -1.0, 0.0, 0.0),
    "tiny": (TINY, -TINY, 2 * TINY, TINY, 0.0, TINY, -TINY, TINY),
    "huge": (HUGE, -2 * HUGE, HUGE, HUGE, 1.0, -HUGE, HUGE, HUGE),
    "alternating": (1.0, -1.0) * 4,
    "of all sizes": (1e-200, 1e200, -1e-8, 3.0, 1e9, -1e9, 0.0, 1e-3),
}


def bred(features: str, hidden: int = 3, seed: int = 0, spread: float = 0.5) -> LearnedNetwork:
    """A network whose weights are drawn: nothing tested here depends on those of a shipped one."""
    count = weights_count(features, hidden)
    return LearnedNetwork(features, hidden, tuple(np.random.default_rng(seed).normal(0, spread, count)))


def answers(network: LearnedNetwork, inputs: list[float]) -> list[float]:
    """The network, weight by weight."""
    w, n, h = network.weights, len(inputs), network.hidden
    units = [math.tanh(w[n * h + j] + sum(w[n * j + i] * inputs[i] for i in range(n))) for j in range(h)]
    begin = (n + 1) * h
    count = FEATURES[network.features].outputs
    return [
        w[begin + count * h + k] + sum(w[begin + h * k + j] * units[j] for j in range(h))
        for k in range(count)
    ]


def softmax_by_a_loop(values: list[float]) -> list[float]:
    powers = [math.exp(abs(value)) for value in values]
    return [
        math.copysign(power, value) / sum(powers) if value else 0.0
        for value, power in zip(values, powers, strict=True)
    ]


def plain_seed(network: LearnedNetwork, gradients: Sequence[float], lr: float, horizon: int) -> list[float]:  # noqa: ARG001
    x, momentum, seen, found = 0.0, 0.0, [0.0] * 5, []
    for g in gradients:
        seen = [g, *seen[:4]]
        momentum = 0.9 * momentum + g
        sizes = sum(abs(each) for each in seen)
        middle = sum(seen) / 5
        variance = sum((each - middle) ** 2 for each in seen) / 5
        (y,) = answers(network, [*softmax_by_a_loop(seen), variance / sizes if sizes else 0.0])
        x -= lr * math.exp(y - 4) * momentum
        found.append(x)
    return found


def plain_carried(
    network: LearnedNetwork, gradients: Sequence[float], lr: float, horizon: float
) -> list[float]:
    x, mean, square, agreement, c, found = 0.0, 0.0, 0.0, 0.0, 0.0, []
    for n, g in enumerate(gradients):
        seen = gradients[max(0, n - 4) : n + 1][::-1]
        agreement = 0.9 * agreement + 0.1 * float(np.sign(g) * np.sign(mean))
        mean, square = 0.7 * mean + 0.3 * g, 0.6 * square + 0.4 * g**2
        m, root = mean / (1 - 0.7 ** (n + 1)), math.sqrt(square / (1 - 0.6 ** (n + 1)))
        size = sum(map(abs, seen)) / len(seen)
        q = [math.copysign(1.0, mean) * each / size for each in seen]
        recent = math.sqrt(sum(each**2 for each in seen) / len(seen))
        middle = sum(q) / len(q)
        variance = sum((each - middle) ** 2 for each in q) / len(q)
        inputs = [*softmax_by_a_loop([*q, *[0.0] * (5 - len(q))]), variance, n / horizon, abs(m) / recent]
        y, z = answers(network, [*inputs, (recent - root) / (recent + root), agreement, c / 2])
        c += math.tanh(z) / 5
        x -= lr * math.exp(min(max(c + 2 * y - 3, -18.0), 4.0)) * m / root
        found.append(x)
    return found


def plain_blind(network: LearnedNetwork, gradients: Sequence[float], lr: float, horizon: int) -> list[float]:  # noqa: ARG001
    return plain_carried(network, gradients, lr, math.inf)


BY_A_LOOP = {"seed": plain_seed, "carried": plain_carried, "blind": plain_blind}


def stepped(
    network: LearnedNetwork, gradients: Sequence[float], lr: float = 0.1, horizon: int = 20
) -> list[float]:
    """Where a parameter is after each step."""
    x, found = Tensor(0.0), []
    learned = OPTIMIZERS["learned"]([x], lr=lr, network=network, horizon=horizon)
    for gradient in gradients:
        x.grad = gradient
        learned.step()
        found.append(float(x.data))
    return found


def test_every_version_has_a_loop() -> None:
    assert set(BY_A_LOOP) == set(FEATURES)


@VERSIONS
@pytest.mark.parametrize("seed", range(4))
def test_steps_are_those_of_a_plain_loop(features: str, seed: int) -> None:
    gradients = np.random.default_rng(seed).standard_normal(30) * 10.0 ** np.linspace(1, -3, 30)
    network, pull = bred(features, seed=seed), gradients.tolist()
    expected = BY_A_LOOP[features](network, pull, 0.1, 30)
    np.testing.assert_allclose(stepped(network, pull, 0.1, 30), expected, rtol=1e-12)
    x = Tensor([0.0, 0.0])
    learned = OPTIMIZERS["learned"]([x], lr=0.1, network=network, horizon=30)
    for gradient, place in zip(pull, expected, strict=True):
        x.grad = [gradient, -gradient]
        learned.step()
        np.testing.assert_allclose(np.asarray(x.data)[0], place, rtol=1e-12)


def test_the_softmax_worked_by_hand() -> None:
    # exp|g| = 1, 2, 4, 1, 2 of 10 in all.
    ln2 = math.log(2)
    inputs = signed_softmax([0.0, ln2, -2 * ln2, 0.0, ln2])
    np.testing.assert_allclose(inputs, [0.0, 0.2, -0.4, 0.0, 0.2], rtol=1e-14)


@VERSIONS
@pytest.mark.parametrize("feed", FEEDS)
def test_what_the_network_sees_is_finite_whatever_the_gradients(features: str, feed: str) -> None:
    network, state, seen = bred(features), State(), []

    def ask(inputs: Sequence[Any]) -> list[Any]:
        seen.append(inputs)
        return network.outputs(inputs)

    pull = FEEDS[feed]
    for n in range(len(pull)):
        gradients = [*(np.float64(g) for g in pull[max(0, n - 4) : n + 1][::-1]), *[np.float64(0.0)] * 4][:5]
        with np.errstate(over="ignore"):  # a square that is infinite
            direction, output, state = FEATURES[features].choose(ask, gradients, state, n + 1, n / 8)
        assert len(seen[-1]) == FEATURES[features].inputs
        assert np.isfinite([*seen[-1], direction, output]).all()


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=10), st.sampled_from([1e-60, 1e-3, 1e5, 1e60]))
def test_carried_features_do_not_see_the_scale_of_the_loss(gradients: list[float], scale: float) -> None:
    gradients = [g if abs(g) > 1e-3 else 1e-3 for g in gradients]
    one, other = (stepped(bred("carried"), [g * k for g in gradients]) for k in (1.0, scale))
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_carried_features_do_not_see_the_sign_of_the_axis() -> None:
    gradients = np.random.default_rng(1).standard_normal(20).tolist()
    back = stepped(bred("carried"), [-g for g in gradients])
    assert stepped(bred("carried"), gradients) == [-x for x in back]


@VERSIONS
def test_a_gradient_that_is_no_number_ends_the_run_and_no_other(features: str) -> None:
    x = Tensor([1.0, 1.0])
    learned = OPTIMIZERS["learned"]([x], network=bred(features))
    for gradient in (1.0, math.nan, 1.0):
        x.grad = [1.0, gradient]
        learned.step()
    assert np.isfinite(x.data).tolist() == [True, False]


RACERS = [
    {"optimizer": "learned", "lr": 0.004, "network": bred(features, seed=k)}
    for features in FEATURES
    for k in range(2)
]


@pytest.mark.parametrize("starts", [1, 20])
def test_engines_agree(starts: int) -> None:
    points = np.random.default_rng(0).uniform(-3, 3, (starts, 2)).tolist()
    traces = [
        run_race(
            RaceSpec.model_validate(
                {"surface": "himmelblau", "start": points, "steps": 40, "engine": engine, "record": "state",
                 "racer": [racer | {"name": str(i)} for i, racer in enumerate(RACERS)]}
            )
        )
        for engine in ("eager", "compiled", "loops")
    ]  # fmt: skip
    for other in traces[1:]:
        np.testing.assert_allclose(other.positions, traces[0].positions, rtol=1e-12, atol=1e-12)
        assert other.states is not None
        assert traces[0].states is not None
        for found, expected in zip(other.states, traces[0].states, strict=True):
            assert list(found) == list(expected)
    assert np.isfinite(traces[0].losses).all()


@VERSIONS
def test_a_population_is_a_loop_over_its_networks(features: str) -> None:
    each = [bred(features, seed=k) for k in range(4)]
    together = LearnedNetwork(features, 3, tuple(np.array([network.weights for network in each]).T))
    rule = OPTIMIZERS["learned"].rule

    def run(network: LearnedNetwork, x: Any) -> Any:
        state: dict[str, Any] = {}
        for step in range(1, 12):
            x, state = rule(np.cos(3 * x), x, state, step, network=network, lr=0.1, horizon=8)
        return x

    alone = [run(network, np.full(1, 0.3)) for network in each]
    np.testing.assert_allclose(run(together, np.full(4, 0.3)), np.concatenate(alone), rtol=1e-13)
    assert len(np.unique(alone)) == 4


@VERSIONS
def test_weights_may_be_traced(features: str) -> None:
    network, count = bred(features), weights_count(features, 3)
    rule = OPTIMIZERS["learned"].rule
    program, (gradient, x, *weights), _ = trace(lambda *_: None, (POINTS,) * (count + 2))
    moved, _ = rule(gradient, x, {}, 1, network=LearnedNetwork(features, 3, tuple(weights)))
    program.outputs = [as_number(program, moved)]
    slopes, places = np.array([0.5, -2.0]), np.array([1.0, 3.0])
    expected, _ = rule(slopes, places, {}, 1, network=network)
    (found,) = Points(program).call(slopes, places, *(np.full(2, weight) for weight in network.weights))
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_a_network_of_samples_is_trained() -> None:
    model, data = MLP([2, 8, 1], rng=0), moons(seed=0)
    learned = OPTIMIZERS["learned"](model.parameters(), lr=0.05, horizon=150)
    record = train(model, data, learned, epochs=30, batch_size=20)
    assert record.losses[-1] < 0.7 * record.losses[0]


def test_a_race_tells_its_steps_as_the_horizon_unless_it_is_given() -> None:
    racers = [{"optimizer": "learned"}, {"optimizer": "learned", "horizon": 7}, {"optimizer": "sgd"}]
    spec = RaceSpec.model_validate({"surface": "slope", "steps": 33, "racer": racers})
    horizons = [dict(racer.hyperparameters).get("horizon") for racer in spec.racers]
    assert horizons == [33, 7, None]


def test_a_comparison_tells_its_gradients_as_the_horizon() -> None:
    space = SearchSpace(OPTIMIZERS["learned"])
    assert [dimension.label for dimension in space.dimensions] == ["lr", "cosine"]
    assert space.of_runs(50).settings(space.defaults.tolist()) == OPTIMIZERS["learned"].defaults() | {
        "horizon": 50
    }
    assert SearchSpace(OPTIMIZERS["learned"], (("horizon", 7),)).of_runs(50).settings([1, 0])["horizon"] == 7
    assert SearchSpace(OPTIMIZERS["adam"]).of_runs(50).fixed == ()


def test_a_file_beside_race_toml_is_raced_and_kept_by_the_trace(tmp_path: Path) -> None:
    network = bred("seed")
    save_learned(network, tmp_path / "models" / "mine.npz", {})
    race = tmp_path / "race.toml"
    race.write_text(
        'surface = "slope"\nsteps = 5\n[[racer]]\noptimizer = "learned"\nnetwork = "models/mine.npz"\n'
    )
    trace = run_race(load_spec(race))
    assert dict(trace.spec.racers[0].hyperparameters)["network"] == network
    (tmp_path / "models" / "mine.npz").unlink()
    again = Trace.load(trace.save(tmp_path / "race.npz"))
    np.testing.assert_array_equal(run_race(again.spec).positions, trace.positions)
    with pytest.raises(ValueError, match=r"network: .*models/mine.npz: no such file or directory") as error:
        load_spec(race)
    assert "\n" not in str(error.value)


def test_what_ships_is_sound_and_says_how_it_was_made() -> None:
    assert "o1" in shipped()
    for identifier in shipped():
        network = load_learned(identifier)
        assert about_learned(identifier)
        for feed in FEEDS.values():
            assert np.isfinite(stepped(network, feed)).all()


def file_of(weights: Any, **text: Any) -> bytes:
    """A network's file, with some of it changed."""
    about = {"format": 1, "features": "seed", "hidden": 1, "about": {}} | text
    packed = BytesIO()
    np.savez(packed, weights=weights, text=np.array(json.dumps(about)))
    return packed.getvalue()


def packed_small(content: bytes) -> bytes:
    """The same archive, compressed."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return packed.getvalue()


NINE = np.arange(9.0)
DAMAGED = {
    "empty": (b"", "no learned network, or a damaged one"),
    "cut off": (file_of(NINE)[:-30], "no learned network, or a damaged one"),
    "a byte changed": (
        file_of(NINE).replace("seed".encode("utf-32-le"), "sead".encode("utf-32-le")),
        "no learned network, or a damaged one",
    ),
    "compressed": (packed_small(file_of(NINE)), "it is compressed"),
    "too large": (file_of(np.zeros(2**17)), "it has more than 262,144 bytes"),
    "another format": (file_of(NINE, format=2), "its format is not 1"),
    "too few": (file_of(NINE[:5]), "weights must be 9, for features 'seed' and hidden 1, got 5"),
    "none": (file_of(NINE[:0]), "weights must be 9"),
    "another shape": (file_of(NINE.reshape(3, 3)), r"its weights are float64 of the shape (3, 3)"),
    "another type": (file_of(NINE.astype(int)), "its weights are int64"),
    "objects": (file_of(np.array([None] * 9)), "no learned network, or a damaged one"),
    "not a number": (file_of(NINE * math.nan), "weights must be finite numbers, got nan"),
    "infinite": (file_of(np.full(9, math.inf)), "must be finite numbers, got inf"),
    "unknown features": (file_of(NINE, features="sede"), "unknown features 'sede'; did you mean 'seed'?"),
    "too many units": (file_of(NINE, hidden=MOST_HIDDEN + 1), "hidden must be a whole number from 1 to 64"),
    "no number of units": (
        file_of(NINE, hidden=True),
        "hidden must be a whole number from 1 to 64, got True",
    ),
    "no story": (file_of(NINE, about=[]), "its format is not 1"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_is_refused_in_one_line(what: str, tmp_path: Path) -> None:
    content, reason = DAMAGED[what]
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(reason)) as error:
        load_learned(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


def test_a_file_is_written_whole_and_read_again(tmp_path: Path) -> None:
    network = bred("seed", hidden=MOST_HIDDEN)
    about = {"command": "race evolve", "seed": 3, "scores": [0.5, 0.25]}
    path = save_learned(network, tmp_path / "new" / "mine.npz", about)
    assert load_learned(path) == network
    assert load_learned("new/mine.npz", tmp_path) == network
    assert about_learned(path) == about
    with pytest.raises(ValueError, match=r"mine.txt: the file of a network must end in .npz"):
        save_learned(network, tmp_path / "mine.txt", {})
    with pytest.raises(ValueError, match="more than 262,144 bytes"):
        save_learned(network, path, {"note": "x" * 2**17})
    assert about_learned(path) == about


def test_a_population_is_not_saved(tmp_path: Path) -> None:
    population = LearnedNetwork("seed", 1, (np.zeros(2),) * 9)
    with pytest.raises(ValueError, match="weights must be numbers, not of a population"):
        save_learned(population, tmp_path / "x.npz", {})


def test_a_network_that_nobody_knows_is_refused_with_the_nearest() -> None:
    for name in ("o11", "O1"):
        with pytest.raises(ValueError, match=f"unknown network '{name}'; did you mean 'o1'"):
            load_learned(name)
