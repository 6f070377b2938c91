"""The optimizers of PyTorch and of Optax step for us as they step by themselves, where they are installed."""

from __future__ import annotations

import copy
import re
import sys
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import Adam, Lion, NAdam
from optimizers.external.names import find
from optimizers.lbfgs import LBFGS
from optimizers.schedules import Cosine, ReduceLROnPlateau
from tests.autograd.cases import Array
from tests.optimizers.external.racers import descend, go_on, refusal


def assert_same_descent(a: Array, b: Array, tolerance: float = 1e-10) -> None:
    assert len(np.unique(a, axis=0)) > 10
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=1e-3 * tolerance)


class Flat:
    """A loss that is the same everywhere."""

    evaluations = 0

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        """Nothing, and no slope."""
        return 0.0, np.zeros_like(x)

    def hessian(self, x: Array) -> Array:
        """No curvature."""
        return np.zeros((len(x), len(x)))


@pytest.fixture(params=["torch.optim.AdamW", "optax.adamw"])
def library(request: pytest.FixtureRequest) -> str:
    """An optimizer of a library."""
    return str(request.param)


def test_a_library_that_is_missing_is_named(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "jax", "optax"):
        monkeypatch.setitem(sys.modules, name, None)
    package = library.partition(".")[0]
    # Not AdamW, which another test may have found already.
    message = refusal(find, library.replace("damw", "dam_").replace("damW", "dam_"), None)
    assert message.endswith(f": uv pip install {package}")


# PyTorch


@pytest.fixture
def torch() -> Any:
    """PyTorch, where it is installed."""
    return pytest.importorskip("torch")


@pytest.mark.usefixtures("torch")
class TestTorch:
    """torch.optim's optimizers as ours."""

    @pytest.mark.parametrize("settings", [{}, {"lr": 0.05, "betas": (0.7, 0.9)}, {"lr": Cosine(0.05, 80)}])
    def test_adam_is_our_adam(self, settings: dict[str, Any]) -> None:
        ours, _ = descend(Adam, **settings)
        theirs, _ = descend(find("torch.optim.Adam", None), **settings)
        assert_same_descent(ours, theirs)

    def test_nadam_is_ours_to_the_digits_of_float64(self) -> None:
        # PyTorch keeps the product of its shares in the default dtype: float32, unless it is told otherwise.
        before = self._dtype()
        ours, _ = descend(NAdam, steps=200, lr=0.03)
        theirs, _ = descend(find("torch.optim.NAdam", None), steps=200, lr=0.03)
        assert_same_descent(ours, theirs)
        assert self._dtype() == before

    @staticmethod
    def _dtype() -> Any:
        return pytest.importorskip("torch").get_default_dtype()

    def test_adam_follows_a_plateau(self) -> None:
        plateau = ReduceLROnPlateau(0.2, patience=3, factor=0.5)
        ours, _ = descend(Adam, lr=plateau)
        theirs, optimizer = descend(find("torch.optim.Adam", None), lr=plateau)
        assert optimizer.rate < 0.1
        assert_same_descent(ours, theirs)

    @pytest.mark.parametrize("search", [None, "strong_wolfe"])
    def test_lbfgs_is_our_lbfgs(self, search: str | None) -> None:
        settings = {"lr": 0.01 if search is None else 1.0, "max_iter": 4, "line_search_fn": search}
        ours, one = descend(LBFGS, steps=12, **settings)
        theirs, other = descend(find("torch.optim.LBFGS", None), steps=12, **settings)
        assert_same_descent(ours, theirs)
        assert one.evaluations == other.evaluations > 24  # type: ignore[attr-defined]

    def test_the_terms_have_torchs_names_and_values(self) -> None:
        _, ours = descend(Adam, steps=7)
        _, theirs = descend(find("torch.optim.Adam", None), steps=7)
        (state,) = theirs.state
        assert set(state) == {"torch.optim.Adam", "exp_avg", "exp_avg_sq"}
        for name in ours.state[0]:
            np.testing.assert_allclose(state[name], [term[name] for term in ours.state], rtol=1e-12)

    @pytest.mark.parametrize("name", ["Adam", "NAdam", "LBFGS", "SGD", "Rprop", "ASGD"])
    def test_a_saved_state_goes_on_bit_for_bit(self, name: str) -> None:
        kind = find(f"torch.optim.{name}", None)
        whole, _ = descend(kind, steps=20, lr=1e-3)
        saved = descend(kind, steps=10, lr=1e-3)[1].state_dict()
        copies = []
        for _ in range(2):  # a copy is not moved by what is gone on from
            u, v = (Tensor(x) for x in whole[10])
            optimizer = kind([u, v], lr=1e-3)
            optimizer.load_state_dict(saved)
            go_on(optimizer, u, v, 10)
            copies.append((u.data, v.data))
        assert copies == [tuple(whole[20])] * 2

    def test_anothers_state_is_refused(self) -> None:
        saved = descend(find("torch.optim.Adam", None), steps=3, lr=1e-3)[1].state_dict()
        for name in ("torch.optim.AdamW", "torch.optim.SGD"):
            other = find(name, None)([Tensor(0.0), Tensor(0.0)], lr=1e-3)
            words = f"state[0] must hold the terms of {name.split('.')[-1]} as it is set: {name}"
            with pytest.raises(ValueError, match=re.escape(words)):
                other.load_state_dict(saved)

    def test_each_has_torchs_defaults(self, torch: Any) -> None:
        defaults = find("torch.optim.RMSprop", None).defaults()
        assert (defaults["lr"], defaults["alpha"], "params" in defaults) == (0.01, 0.99, False)
        assert torch.optim.RMSprop([torch.zeros(1)]).defaults["alpha"] == 0.99

    def test_the_dtype_is_left_alone(self, torch: Any) -> None:
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float32)
        descend(find("torch.optim.Adam", None), steps=2)
        assert torch.get_default_dtype() == torch.float32
        torch.set_default_dtype(before)
        assert torch.is_grad_enabled()

    @pytest.mark.parametrize(
        ("name", "settings", "words"),
        [
            ("Adam", {"lr": -1.0}, ("torch.optim.Adam refuses lr = -1.0", "Invalid learning rate")),
            ("Adam", {"betas": (0.9, 1.5)}, ("betas = (0.9, 1.5)", "Invalid beta parameter at index 1")),
            ("Adam", {"lr": "fast"}, ("lr = 'fast'",)),
            ("Adam", {"amsgrad": "yes"}, ("amsgrad must be true or false", "'yes'")),
            ("Adam", {"capturable": True}, ("capturable = True",)),
            ("SGD", {"nesterov": True}, ("nesterov = True", "requires a momentum")),
            ("SGD", {"nesterov": True, "lr": -1.0}, ("torch.optim.SGD: Invalid learning rate",)),
            ("LBFGS", {"line_search_fn": "armijo"}, ("line_search_fn = 'armijo'", "strong_wolfe")),
            ("SparseAdam", {}, ("torch.optim.SparseAdam: ", "dense gradients")),
            ("Muon", {}, ("torch.optim.Muon: ", "2D")),
        ],
    )
    def test_what_torch_refuses_it_says_itself(
        self, name: str, settings: dict[str, Any], words: tuple[str, ...]
    ) -> None:
        message = refusal(find(f"torch.optim.{name}", None), [], **settings)
        assert [word for word in words if word not in message] == [], message

    @pytest.mark.parametrize("name", ["AdamV", "adam", "lr_scheduler.StepLR", "Optimizer", ""])
    def test_an_unknown_name_is_refused(self, name: str) -> None:
        message = refusal(find, f"torch.optim.{name}", None)
        assert f"unknown optimizer of torch.optim {name!r}" in message
        assert ("did you mean 'Adam'?" in message) == name.lower().startswith("adam")


# Optax


@pytest.fixture
def optax() -> Any:
    """Optax, where it is installed."""
    return pytest.importorskip("optax")


@pytest.mark.usefixtures("optax")
class TestOptax:
    """Optax's optimizers as ours."""

    @pytest.mark.parametrize("rate", [0.05, Cosine(0.05, 80)])
    def test_adam_is_our_adam(self, rate: Any) -> None:
        ours, _ = descend(Adam, lr=rate, betas=(0.8, 0.95))
        theirs, _ = descend(find("optax.adam", None), learning_rate=rate, b1=0.8, b2=0.95)
        assert_same_descent(ours, theirs)

    def test_adam_follows_a_plateau(self) -> None:
        plateau = ReduceLROnPlateau(0.2, patience=3, factor=0.5)
        ours, _ = descend(Adam, lr=plateau)
        theirs, optimizer = descend(find("optax.adam", None), learning_rate=plateau)
        assert optimizer.rate < 0.1
        assert_same_descent(ours, theirs)

    def test_lion_is_our_lion(self) -> None:
        ours, _ = descend(Lion, lr=0.01)
        theirs, _ = descend(find("optax.lion", None), learning_rate=0.01, weight_decay=0.0)
        assert_same_descent(ours, theirs)

    def test_lbfgs_evaluates_the_loss_in_its_line_search(self) -> None:
        positions, optimizer = descend(find("optax.lbfgs", None), steps=40)
        np.testing.assert_allclose(positions[-1], 1.0, rtol=1e-6)
        assert optimizer.evaluations > 45  # type: ignore[attr-defined]

    def test_polyaks_step_sees_the_loss(self) -> None:
        positions, _ = descend(find("optax.polyak_sgd", None), steps=1)
        loss, gradient = 24.2, np.array([-215.6, -88.0])  # at (-1.2, 1), by hand
        np.testing.assert_allclose(positions[1], [-1.2, 1.0] - loss / (gradient @ gradient) * gradient)

    def test_random_numbers_are_drawn_anew_in_each_step(self) -> None:
        settings = {"learning_rate": 1.0, "eta": 1.0, "key": 1}
        kind = find("optax.noisy_sgd", None)
        state: dict[str, Any] = {}
        moves = []
        for step in (1, 2):
            moved, state = kind.rule(Flat(), np.zeros(2), state, step, **settings)
            moves.append(moved)
        assert len(np.unique(moves)) == 4

    def test_the_terms_have_optaxs_names_and_values(self) -> None:
        _, ours = descend(Adam, steps=7, lr=0.01)
        _, theirs = descend(find("optax.adam", None), steps=7, learning_rate=0.01)
        (state,) = theirs.state
        assert set(state) == {"optax.adam", "mu", "nu"}
        means = [term["exp_avg"] for term in ours.state]
        np.testing.assert_allclose(state["mu"], means, rtol=1e-12)

    @pytest.mark.parametrize("name", ["adam", "lbfgs", "rprop"])
    def test_a_rule_is_pure(self, name: str) -> None:
        kind = find(f"optax.{name}", None)
        _, optimizer = descend(kind, steps=3, learning_rate=0.01)
        before = copy.deepcopy(optimizer.state[0])
        first, second = (
            kind.rule(Flat(), np.ones(2), optimizer.state[0], 4, **optimizer.hyperparameters)[0]
            for _ in range(2)
        )
        np.testing.assert_array_equal(first, second)
        for key, term in before.items():
            if not key.startswith("optax."):
                np.testing.assert_array_equal(optimizer.state[0][key], term)

    def test_jax_is_left_in_float32(self) -> None:
        jax: Any = pytest.importorskip("jax")
        descend(find("optax.adam", None), steps=2, learning_rate=0.1)
        assert jax.numpy.asarray([1.0]).dtype == np.float32
        assert not jax.config.jax_enable_x64

    @pytest.mark.parametrize(
        ("name", "settings", "words"),
        [
            ("adamw", {}, ("learning_rate is missing", "optax.adamw")),
            ("adamw", {"learning_rate": "fast"}, ("optax.adamw refuses learning_rate = 'fast'",)),
            ("adamw", {"learning_rate": 0.1, "b1": "x"}, ("optax.adamw refuses b1 = 'x'",)),
            ("adamw", {"learning_rate": 0.1, "nesterov": 1}, ("nesterov must be true or false",)),
            ("lbfgs", {"memory_size": 0}, ("memory_size = 0", "must be >= 1")),
        ],
    )
    def test_what_optax_refuses_it_says_itself(
        self, name: str, settings: dict[str, Any], words: tuple[str, ...]
    ) -> None:
        message = refusal(find(f"optax.{name}", None), [], **settings)
        assert [word for word in words if word not in message] == [], message

    @pytest.mark.parametrize("name", ["adamm", "Adam", "scale_by_adam", "chain", "contrib.muon", ""])
    def test_an_unknown_name_is_refused(self, name: str) -> None:
        message = refusal(find, f"optax.{name}", None)
        assert f"unknown optimizer of Optax {name!r}" in message
        assert ("did you mean 'adam'?" in message) == name.lower().startswith("adam")
