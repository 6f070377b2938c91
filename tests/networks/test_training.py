"""Training: its record, how it ends, and the accuracies that it must reach."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, sigmoid
from networks import MLP, TrainingStatus, TrainingStep, batches, losses, predict, train
from networks.datasets import Dataset, binary_iris, digits, iris, linear, moons, quadratic, spirals
from optimizers import OPTIMIZERS, SGD, Adam
from optimizers.schedules import Cosine, ReduceLROnPlateau

SEEDS = range(5)


def trained(data: Dataset, sizes: list[int], optimizer: Any = Adam, seed: int = 0, **settings: Any) -> Any:
    """A model and the record of its training."""
    rates = {key: settings.pop(key) for key in ("lr", "weight_decay") if key in settings}
    model = MLP([data.train.inputs.shape[1], *sizes, data.outputs], rng=seed)
    return model, train(model, data, optimizer(model.parameters(), **rates), seed=seed, **settings)


def test_moons_with_a_max_margin_loss_reaches_every_point() -> None:
    for seed in SEEDS:
        _, record = trained(
            moons(seed=seed, test=0.0), [16, 16], SGD, seed, lr=lambda step: 1.0 - 0.9 * step / 200,
            epochs=200, loss=losses.hinge_loss, l2=1e-4,
        )  # fmt: skip
        assert record.accuracies[-1] == 1.0


def test_logistic_regression_tells_two_irises_apart() -> None:
    for seed in SEEDS:
        _, record = trained(binary_iris(seed=seed), [], SGD, seed, lr=0.5, epochs=50)
        assert record.accuracies[-1] == record.test_accuracies[-1] == 1.0


def test_three_irises_reach_96_percent_on_what_was_not_seen() -> None:
    found = [
        trained(iris(seed=s), [16], seed=s, lr=0.01, epochs=100, batch_size=16)[1].test_accuracies[-1]
        for s in SEEDS
    ]
    assert np.median(found) >= 0.96


def test_digits_reach_96_percent_on_what_was_not_seen() -> None:
    found = [
        trained(digits(seed=s), [32], seed=s, lr=0.01, epochs=20, batch_size=128)[1].test_accuracies[-1]
        for s in SEEDS
    ]
    assert np.median(found) >= 0.96


def test_spirals_are_unwound() -> None:
    _, record = trained(spirals(seed=0), [32, 32], lr=0.01, epochs=200, batch_size=32)
    assert record.test_accuracies[-1] >= 0.96


def test_linear_regression_finds_slope_3_and_intercept_5_within_their_noise() -> None:
    for seed in SEEDS:
        data = linear(seed=seed)
        model, _ = trained(data, [], SGD, seed, lr=0.1, epochs=200)
        slopes, intercept = data.line(*(p.data for p in model.parameters()))
        x = data.train.inputs * data.scale + data.mean
        exact = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), data.train.targets, rcond=None)[0]
        np.testing.assert_allclose([slopes[0], intercept], exact, rtol=1e-9)
        assert abs(slopes[0] - 3) < 4 * 2 / math.sqrt(len(x) * x.var())
        assert abs(intercept - 5) < 4 * 2 / math.sqrt(len(x))


def test_quadratic_regression_finds_the_parabola_within_its_noise() -> None:
    for seed in SEEDS:
        data = quadratic(seed=seed)
        model, _ = trained(data, [], SGD, seed, lr=0.1, epochs=500)
        slopes, intercept = data.line(*(p.data for p in model.parameters()))
        x = data.train.inputs * data.scale + data.mean
        whole = np.column_stack([x, np.ones(len(x))])
        error = 4 * 5 * np.sqrt(np.diag(np.linalg.inv(whole.T @ whole)))
        assert (abs(np.array([*slopes, intercept]) - [-4, 0.5, 0]) < error).all()


def test_the_gradients_of_two_layers_to_the_digits_that_were_printed() -> None:
    """relu, relu and a sigmoid, summed."""
    a = Tensor([[4.0, -2.0], [-1.0, 2.0], [5.0, 2.0]])
    b = Tensor([[3.0, 2.0, 1.0], [1.0, -1.0, 1.0], [-1.0, 0.0, 2.0]])
    z = sigmoid((b @ (a @ np.array([2.0, -3.0])).relu()).relu()).sum()
    z.backward()
    assert repr(z.data) == "2.4999999847700205"
    printed_a = [[3.04599586e-08, -4.56899378e-08], [0.0, 0.0], [3.04599586e-08, -4.56899378e-08]]
    printed_b = [
        [1.47428643e-19, 0.0, 4.21224694e-20],
        [2.13219710e-07, 0.0, 6.09199171e-08],
        [0.0, 0.0, 0.0],
    ]
    np.testing.assert_allclose(a.grad, printed_a, rtol=2e-8, atol=0)
    np.testing.assert_allclose(b.grad, printed_b, rtol=2e-8, atol=0)


def test_the_record_has_a_row_before_and_one_after_each_epoch() -> None:
    data = moons(seed=3)
    model = MLP([2, 8, 1], rng=0)
    fresh = model.state_dict()
    seen: list[int] = []
    record = train(
        model, data, Adam(model.parameters(), lr=0.01), epochs=5, batch_size=32, after_epoch=seen.append
    )
    assert seen == [1, 2, 3, 4, 5]
    assert record.epochs == 5
    for name in ("losses", "test_losses", "accuracies", "test_accuracies", "seconds"):
        assert getattr(record, name).shape == (6,)
    assert record.batch_losses.shape == (5 * 3,)
    assert record.seconds[0] == 0
    assert (np.diff(record.seconds) > 0).all()
    assert (record.data, record.optimizer, record.status) == ("moons", "adam", TrainingStatus.FINISHED)
    last = losses.binary_cross_entropy_with_logits(predict(model, data.test.inputs), data.test.targets)
    assert record.test_losses[-1] == last
    model.load_state_dict(fresh)
    first = losses.binary_cross_entropy_with_logits(predict(model, data.train.inputs), data.train.targets)
    assert record.losses[0] == first


def test_eager_training_gives_the_same_record() -> None:
    found = [
        trained(iris(seed=1), [8], seed=1, lr=0.01, epochs=4, batch_size=50, engine=engine)
        for engine in ("compiled", "eager")
    ]
    (one, record), (other, expected) = found
    np.testing.assert_allclose(record.batch_losses, expected.batch_losses, rtol=1e-12)
    np.testing.assert_allclose(record.losses, expected.losses, rtol=1e-12)
    for name, value in one.state_dict().items():
        np.testing.assert_allclose(value, other.state_dict()[name], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_trains(name: str) -> None:
    data = binary_iris(seed=0)
    _, record = trained(data, [], OPTIMIZERS[name], epochs=3, l2=0.01)
    assert record.optimizer == name
    assert record.losses[-1] < record.losses[0]


@pytest.mark.parametrize("rate", [Cosine(0.05, 100), ReduceLROnPlateau(0.05), lambda step: 0.05 / (1 + step)])
def test_every_kind_of_schedule_is_followed(rate: Any) -> None:
    _, record = trained(iris(seed=0), [8], lr=rate, epochs=10, batch_size=32)
    assert record.losses[-1] < 0.5 * record.losses[0]


def test_a_seed_decides_the_batches_and_all_samples_are_seen_once() -> None:
    one, same, other = (batches(10, 4, seed, 2) for seed in (1, 1, 2))
    assert [len(batch) for batch in one] == [4, 4, 2]
    assert sorted(np.concatenate(one).tolist()) == list(range(10))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert np.concatenate(one).tolist() != np.concatenate(other).tolist()
    assert np.concatenate(one).tolist() != np.concatenate(batches(10, 4, 1, 3)).tolist()
    assert batches(10, None, 1, 1) == batches(10, 10, 1, 1) == [slice(None)]


def test_a_run_that_diverges_says_so_and_keeps_its_record() -> None:
    _, record = trained(linear(seed=0), [], SGD, lr=3.0, epochs=2000)
    assert record.status is TrainingStatus.DIVERGED
    assert record.epochs < 2000
    assert not math.isfinite(record.losses[-1])
    assert np.isfinite(record.losses[:-1]).all()
    assert (np.diff(record.losses[:-1]) > 0).all()
    assert str(record) == f"sgd on linear diverged in epoch {record.epochs}: loss inf"


def test_training_stops_early_where_the_test_loss_no_longer_falls() -> None:
    data = moons(60, noise=0.4, seed=0)
    _, record = trained(data, [32, 32], lr=0.05, epochs=2000, patience=20)
    assert record.status is TrainingStatus.STOPPED_EARLY
    assert int(np.argmin(record.test_losses)) == record.epochs - 20
    assert record.epochs < 2000


def test_regressions_have_no_accuracy_and_without_a_test_there_is_none() -> None:
    _, record = trained(linear(seed=0, test=0.0), [], SGD, lr=0.1, epochs=2)
    assert np.isnan(record.accuracies).all()
    assert np.isnan(record.test_losses).all()
    assert str(record).startswith("sgd on linear finished after 2 epochs: loss ")


def test_dropout_is_on_in_training_and_off_when_measured() -> None:
    data = iris(seed=0)
    model = MLP([4, 16, 3], rng=0, dropout=0.5)
    record = train(model, data, SGD(model.parameters(), lr=0.0), epochs=2)
    assert len({*record.batch_losses.tolist()}) == 2
    assert len({*record.losses.tolist()}) == 1
    np.testing.assert_array_equal(predict(model, data.test.inputs), predict(model, data.test.inputs))
    assert model.training


def test_a_model_may_be_trained_further() -> None:
    data = iris(seed=0)
    model = MLP([4, 8, 3], rng=0)
    optimizer = Adam(model.parameters(), lr=0.01)
    train(model, data, optimizer, epochs=5)
    train(model, data, optimizer, epochs=5)
    once = MLP([4, 8, 3], rng=0)
    train(once, data, Adam(once.parameters(), lr=0.01), epochs=10)
    for a, b in zip(model.parameters(), once.parameters(), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"epochs": 0}, "epochs must be a positive int, not 0"),
        ({"batch_size": 1.5}, "batch_size must be a positive int, not 1.5"),
        ({"patience": -1}, "patience must be a positive int, not -1"),
        ({"engine": "fast"}, "engine must be 'compiled' or 'eager', not 'fast'"),
        ({"loss": losses.mse_loss}, "predictions of shape (120, 3) do not fit labels of shape (120,)"),
    ],
)
def test_bad_arguments_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=r"must|fit") as error:
        trained(iris(), [8], **settings)
    assert words in str(error.value)


def test_a_step_can_be_used_in_a_loop_of_ones_own() -> None:
    data = moons(seed=0)
    model, twin = MLP([2, 8, 1], rng=0), MLP([2, 8, 1], rng=0)
    loss = losses.binary_cross_entropy_with_logits
    step = TrainingStep(model, Adam(model.parameters(), lr=0.01), loss)
    for epoch in (1, 2):
        for batch in batches(len(data.train), 32, 0, epoch):
            step(data.train.inputs[batch], data.train.targets[batch])
    train(twin, data, Adam(twin.parameters(), lr=0.01), epochs=2, batch_size=32)
    for a, b in zip(model.parameters(), twin.parameters(), strict=True):
        np.testing.assert_array_equal(a.data, b.data)
