"""A training step: PyTorch's numbers, the same eager and compiled, whatever is done between the steps."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, TracingError, value_and_grad
from networks import MLP, Dropout, Linear, Module, TrainingStep, drawn, losses
from optimizers import OPTIMIZERS, SGD, Adam, ElementwiseOptimizer, NAdam
from optimizers.schedules import SCHEDULES, Cosine, ReduceLROnPlateau
from tests.networks.cases import RUNS, batches, initial_weights, samples
from tests.oracle.record_networks import FILE, record_run
from tests.oracle.record_torch import unpack

RECORDED = unpack(FILE)
X, Y = samples()
ELEMENTWISE = [name for name, kind in OPTIMIZERS.items() if kind.elementwise]


def network(**settings: Any) -> MLP:
    model = MLP([4, 8, 3], **settings)
    model.load_state_dict(initial_weights())
    return model


def trained(step: TrainingStep, count: int = 100) -> list[float]:
    return [step(X[batch], Y[batch]) for batch in batches()[:count]]


def same(some: Module, others: Module) -> None:
    for (name, a), (_, b) in zip(some.named_parameters(), others.named_parameters(), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, atol=1e-14, err_msg=name)


def run_of_ours(name: str, engine: Any) -> tuple[dict[str, Any], list[float]]:
    run = RUNS[name]
    model = network(activation=run.activation)
    settings = dict(run.settings)
    if run.schedule:
        kind, more = run.schedule
        build: Any = SCHEDULES[kind]
        settings["lr"] = build(settings["lr"], **more)
    step = TrainingStep(
        model, OPTIMIZERS[run.ours](model.parameters(), **settings), losses.cross_entropy, engine=engine
    )
    found = trained(step)
    return model.state_dict(), found


@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("name", RUNS)
def test_a_run_of_100_steps_ends_at_pytorchs_weights(name: str, engine: Any) -> None:
    weights, found = run_of_ours(name, engine)
    np.testing.assert_allclose(found, RECORDED[f"{name}/losses"], rtol=0, atol=1e-9)
    for key, value in weights.items():
        np.testing.assert_allclose(value, RECORDED[f"{name}/{key}"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_of_100_steps_ends_at_pytorchs_weights_live(name: str) -> None:
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)
    expected, _ = record_run(torch, RUNS[name])
    weights, _ = run_of_ours(name, "compiled")
    for key, value in weights.items():
        np.testing.assert_allclose(value, expected[key], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_compiled_and_eager_agree_to_the_last_digits(name: str) -> None:
    models = [network(activation="tanh"), network(activation="tanh")]
    steps = [
        TrainingStep(
            model,
            OPTIMIZERS[name](model.parameters()),
            losses.cross_entropy,
            engine=engine,  # type: ignore[arg-type]
            l2=0.01,
        )
        for model, engine in zip(models, ("compiled", "eager"), strict=True)
    ]
    one, other = (trained(step, 40) for step in steps)
    np.testing.assert_allclose(one, other, rtol=1e-12)
    same(*models)
    assert steps[0]._codes


@pytest.mark.parametrize("loss", [losses.hinge_loss, losses.binary_cross_entropy_with_logits])
def test_losses_of_two_classes_are_compiled_too(loss: Any) -> None:
    models = [MLP([4, 8, 1], "gelu", rng=0) for _ in range(2)]
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        step = TrainingStep(model, Adam(model.parameters()), loss, engine=engine)  # type: ignore[arg-type]
        for batch in batches()[:20]:
            step(X[batch], Y[batch] > 0)
    same(*models)


def test_each_shape_of_a_batch_has_one_program() -> None:
    model = network()
    step = TrainingStep(model, Adam(model.parameters()), losses.cross_entropy)
    trained(step, 20)
    shapes = [inputs for (inputs, _), _ in step._codes]
    assert sorted(shapes) == [(2, 4), (16, 4)]


@pytest.mark.parametrize("name", ["lbfgs", "newton"])
def test_optimizers_that_evaluate_the_loss_themselves_train(name: str) -> None:
    model = MLP([4, 3], rng=0)
    step = TrainingStep(model, OPTIMIZERS[name](model.parameters()), losses.cross_entropy, l2=0.01)
    found = [step(X, Y) for _ in range(5)]
    assert found[-1] < 0.5 * found[0]


def test_a_learning_rate_that_watches_the_loss_is_told_it() -> None:
    models = [network(), network()]
    rates = []
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        optimizer = SGD(model.parameters(), lr=ReduceLROnPlateau(2.0, factor=0.5, patience=1))
        trained(TrainingStep(model, optimizer, losses.cross_entropy, engine=engine), 40)  # type: ignore[arg-type]
        rates.append(optimizer.rate)
    assert rates[0] == rates[1] < 2.0
    same(*models)


def test_masks_are_drawn_anew_and_as_in_eager_training() -> None:
    found = []
    for engine in ("compiled", "eager"):
        model = MLP([4, 16, 3], rng=0, dropout=0.5)
        step = TrainingStep(model, SGD(model.parameters(), lr=0.0), losses.cross_entropy, engine=engine)
        found.append([step(X, Y) for _ in range(6)])
    assert len({*found[0]}) == 6
    np.testing.assert_allclose(found[0], found[1], rtol=1e-14)


def test_without_training_nothing_is_dropped() -> None:
    model = MLP([4, 16, 3], rng=0, dropout=0.5)
    step = TrainingStep(model, SGD(model.parameters(), lr=0.0), losses.cross_entropy)
    drawn_losses = [step(X, Y) for _ in range(3)]
    model.eval()
    plain = [step(X, Y) for _ in range(3)]
    assert len({*plain}) == 1
    assert plain[0] not in drawn_losses


def test_what_is_set_between_the_steps_counts() -> None:
    models = [network(), network()]
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        optimizer = Adam(model.parameters(), lr=0.01)
        step = TrainingStep(model, optimizer, losses.cross_entropy, engine=engine)  # type: ignore[arg-type]
        trained(step, 4)
        saved = optimizer.state_dict()
        model.layers[0].weight.data = 0.5 * model.layers[0].weight.numpy()  # another array
        trained(step, 2)
        model.layers[1].weight.data *= 0.5  # in place
        trained(step, 2)
        optimizer.hyperparameters.update({"lr": 0.02, "betas": (0.8, 0.99)})
        trained(step, 2)
        optimizer.load_state_dict(saved)
        trained(step, 2)
        optimizer.zero_grad()
        losses.cross_entropy(model(X), Y).backward()
        optimizer.step()
        trained(step, 4)
        model.load_state_dict({name: 0.9 * value for name, value in model.state_dict().items()})
        trained(step, 2)
    same(*models)


def test_the_state_can_be_saved_and_gone_on_with() -> None:
    one, other = network(), network()
    first = NAdam(one.parameters())
    step = TrainingStep(one, first, losses.cross_entropy)
    trained(step, 30)
    other.load_state_dict(one.state_dict())
    second = NAdam(other.parameters())
    second.load_state_dict(first.state_dict())
    assert second.steps == [30] * 4
    again = TrainingStep(other, second, losses.cross_entropy, engine="eager")
    np.testing.assert_allclose(trained(step, 10), trained(again, 10), rtol=1e-12)
    same(one, other)


def test_parameters_that_have_been_moved_more_often_keep_their_own_count() -> None:
    models = [network(), network()]
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        optimizer = Adam(model.parameters(), lr=0.01)
        for _ in range(3):
            optimizer.zero_grad()
            (model.layers[0].weight ** 2).sum().backward()
            optimizer.step()
        step = TrainingStep(model, optimizer, losses.cross_entropy, engine=engine)  # type: ignore[arg-type]
        optimizer.zero_grad()
        losses.cross_entropy(model(X), Y).backward()
        optimizer.step()
        trained(step, 5)
        assert optimizer.steps == [9, 6, 6, 6]
        optimizer.load_state_dict(Adam(model.parameters()).state_dict())
        trained(step, 5)
        assert optimizer.steps == [5, 5, 5, 5]
    same(*models)


def test_hyperparameters_that_are_arrays_are_followed_eagerly() -> None:
    models = [MLP([4, 3], rng=0) for _ in range(2)]
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        optimizer = SGD([model.layers[0].weight], lr=0.1)
        step = TrainingStep(model, optimizer, losses.cross_entropy, engine=engine)  # type: ignore[arg-type]
        trained(step, 3)
        optimizer.hyperparameters["lr"] = np.linspace(0.0, 0.1, 4)
        trained(step, 3)
        optimizer.hyperparameters["lr"] = 0.1
        optimizer.hyperparameters["weight_decay"] = np.linspace(0.0, 0.1, 4)
        trained(step, 3)
    same(*models)


def test_a_graph_keeps_the_weights_that_it_was_computed_with() -> None:
    model = network()
    step = TrainingStep(model, SGD(model.parameters(), lr=0.1), losses.cross_entropy)
    trained(step, 3)
    loss = losses.cross_entropy(model(X), Y)
    before = network()
    before.load_state_dict(model.state_dict())
    trained(step, 3)
    model.zero_grad()
    loss.backward()
    expected = losses.cross_entropy(before(X), Y)
    expected.backward()
    for a, b in zip(model.parameters(), before.parameters(), strict=True):
        np.testing.assert_array_equal(a.grad, b.grad)


def test_parameters_that_the_optimizer_does_not_have_stay() -> None:
    models = [network(), network()]
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        first = model.layers[0].weight.numpy()
        optimizer = SGD(model.layers[1].parameters(), lr=0.1)
        step = TrainingStep(model, optimizer, losses.cross_entropy, engine=engine)  # type: ignore[arg-type]
        trained(step, 5)
        np.testing.assert_array_equal(model.layers[0].weight.data, first)
        model.layers[0].weight.data = 0.5 * first  # is used from now on
        trained(step, 5)
    same(*models)


@pytest.mark.parametrize("kind", [SGD, NAdam, Adam])
def test_groups_have_their_own_hyperparameters_and_may_be_added_later(kind: Any) -> None:
    models = [network(activation="tanh"), network(activation="tanh")]
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        first, second = model.layers
        groups: Any = [
            {"params": [first.weight], "lr": Cosine(0.05, 40), "weight_decay": 0.1},
            {"params": [second.weight, second.bias], "lr": 0.01},
        ]
        optimizer = kind(groups, lr=0.1)
        step = TrainingStep(model, optimizer, losses.cross_entropy, engine=engine)  # type: ignore[arg-type]
        trained(step, 10)
        optimizer.param_groups[1]["lr"] = 0.02
        trained(step, 10)
        optimizer.add_param_group({"params": [first.bias], "maximize": True, "lr": 1e-3})
        trained(step, 10)
        assert optimizer.steps == [30, 30, 30, 10]
    same(*models)


class Line(Module):
    """Parameters that are numbers, and one that is not used."""

    def __init__(self) -> None:
        self.slope, self.intercept, self.unused = Tensor(0.0), Tensor(0.0), Tensor([1.0, 1.0])

    def forward(self, x: Any) -> Any:
        return self.slope * x[:, 0] + self.intercept


def test_numbers_are_parameters_too_and_unused_ones_stay() -> None:
    x = np.linspace(-1.0, 1.0, 9)[:, None]
    models = [Line(), Line()]
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        optimizer = Adam(model.parameters(), lr=0.1, weight_decay=0.001)
        step = TrainingStep(model, optimizer, losses.mse_loss, engine=engine)  # type: ignore[arg-type]
        for _ in range(400):
            step(x, 3 * x[:, 0] + 5)
        assert type(model.slope.data) is float
        assert abs(model.slope.data - 3) < 0.02
        np.testing.assert_array_equal(model.unused.data, [1.0, 1.0])
    same(*models)


def test_memory_stays_flat_over_ten_thousand_steps() -> None:
    model = network()
    step = TrainingStep(model, Adam(model.parameters()), losses.cross_entropy)
    trained(step, 8)
    batch = batches()[0]
    x, y = X[batch], Y[batch].astype(float)
    tracemalloc.start()
    step(x, y)
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(10_000):
        step(x, y)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 10_000


class Counting(ElementwiseOptimizer):
    """Plain descent by a rule that asks whether a value is true, which no program can."""

    @staticmethod
    def rule(
        gradient: Any, parameter: Any, _: Any, step: int, *, lr: Any = 0.1
    ) -> tuple[Any, dict[str, Any]]:
        return parameter - (lr if step < 3 else 0.5 * lr) * gradient, {}


def test_a_rule_that_cannot_be_traced_trains_eagerly() -> None:
    models = [network(), network()]
    for model, engine in zip(models, ("compiled", "eager"), strict=True):
        trained(TrainingStep(model, Counting(model.parameters()), losses.cross_entropy, engine=engine), 6)  # type: ignore[arg-type]
    same(*models)


class Peeking(Module):
    """A model that asks for a value, which no program can."""

    def __init__(self) -> None:
        self.layer = Linear(4, 3, rng=0)

    def forward(self, x: Any) -> Any:
        out = self.layer(x)
        return out if float(np.sum(out * out)) > 0 else -out


def test_a_model_that_cannot_be_traced_is_refused_compiled_and_trains_eagerly() -> None:
    model = Peeking()
    step = TrainingStep(model, SGD(model.parameters()), losses.cross_entropy)
    with pytest.raises(TracingError, match="needs a value as a float"):
        trained(step, 2)
    assert (
        len(trained(TrainingStep(model, SGD(model.parameters()), losses.cross_entropy, engine="eager"), 2))
        == 2
    )


class Noisy(Module):
    """A model that draws random numbers behind the program's back."""

    def __init__(self) -> None:
        self.layer, self.rng = Linear(4, 3, rng=0), np.random.default_rng(0)

    def forward(self, x: Any) -> Any:
        return self.layer(x + self.rng.normal(size=np.shape(x)))


def test_random_numbers_that_would_be_kept_are_refused() -> None:
    model = Noisy()
    step = TrainingStep(model, SGD(model.parameters()), losses.cross_entropy)
    with pytest.raises(TracingError, match=r"networks.drawn draws them for each batch"):
        trained(step, 2)


def test_random_numbers_in_a_compiled_function_are_refused() -> None:
    dropout = Dropout(0.5, rng=0)
    with pytest.raises(TracingError, match="random numbers for each call cannot be compiled: call eval"):
        value_and_grad(lambda x: np.sum(dropout(x)))(np.ones(3))
    assert drawn(np.ones(2), np.ones).tolist() == [1.0, 1.0]


def test_foreign_parameters_and_engines_are_refused() -> None:
    model = network()
    with pytest.raises(ValueError, match="the optimizer's parameter 1 is none of the model's"):
        TrainingStep(model, SGD([model.layers[0].weight, Tensor(1.0)]), losses.cross_entropy)
    with pytest.raises(ValueError, match="engine must be 'compiled' or 'eager', not 'fast'"):
        TrainingStep(model, SGD(model.parameters()), losses.cross_entropy, engine="fast")  # type: ignore[arg-type]
