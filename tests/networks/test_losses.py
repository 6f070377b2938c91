"""Losses: their values and gradients are PyTorch's, and closed forms'."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_gradients, value_and_grad
from networks import losses
from tests.networks.cases import LOSSES
from tests.oracle.record_networks import FILE
from tests.oracle.record_torch import unpack

RECORDED = unpack(FILE)


@pytest.mark.parametrize("name", LOSSES)
def test_value_and_gradient_are_torchs(name: str) -> None:
    case = LOSSES[name]
    x = Tensor(case.input)
    loss = getattr(losses, case.loss)(x, case.target)
    loss.backward()
    np.testing.assert_allclose(loss.data, RECORDED[f"{name}/loss"], rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(x.grad, RECORDED[f"{name}/gradient"], rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("name", LOSSES)
def test_compiled_with_labels_as_argument_is_eager(name: str) -> None:
    case = LOSSES[name]
    loss = getattr(losses, case.loss)
    x = Tensor(case.input)
    eager = loss(x, case.target)
    eager.backward()
    compiled = value_and_grad(loss, argnums=0)
    value, slope = compiled(case.input, 1.0 * case.target)
    np.testing.assert_allclose(value, eager.data, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(slope, x.grad, rtol=1e-12, atol=1e-16)


def test_hinge_is_the_closed_form_for_both_ways_to_write_classes() -> None:
    scores = np.array([2.0, 0.5, -0.5, -2.0])
    for labels in ([1, 1, 0, 1], [1, 1, -1, 1]):
        x = Tensor(scores)
        loss = losses.hinge_loss(x, labels)
        loss.backward()
        assert loss.data == (0 + 0.5 + 0.5 + 3) / 4
        np.testing.assert_array_equal(x.grad, [0, -0.25, 0.25, -0.25])


def test_log_softmax_is_the_closed_form_and_its_gradient_is_checked() -> None:
    x = np.array([[0.0, np.log(3.0)], [1000.0, -1000.0]])
    np.testing.assert_allclose(
        losses.log_softmax(x), [[-np.log(4), np.log(3 / 4)], [0.0, -2000.0]], rtol=1e-15
    )
    check_gradients(lambda z: (losses.log_softmax(z) * np.arange(6.0).reshape(2, 3)).sum(), np.ones((2, 3)))


def test_l2_penalty_and_its_gradient() -> None:
    weights, shift = Tensor([[1.0, -2.0]]), Tensor(3.0)
    penalty = losses.l2_penalty([weights, shift], 0.1)
    penalty.backward()
    np.testing.assert_allclose(penalty.data, 1.4)
    np.testing.assert_allclose(weights.grad, [[0.2, -0.4]])
    np.testing.assert_allclose(shift.grad, 0.6)


def test_a_column_of_predictions_fits_a_row_of_labels() -> None:
    column, labels = np.array([[0.3], [-0.7]]), np.array([1, 0])
    for loss in (losses.mse_loss, losses.binary_cross_entropy_with_logits, losses.hinge_loss):
        assert loss(column, labels) == loss(column[:, 0], labels)
    assert losses.accuracy(column, labels) == 1.0


@pytest.mark.parametrize(
    ("loss", "x", "labels", "words"),
    [
        ("mse_loss", np.ones(3), np.ones(2), "predictions of shape (3,) do not fit labels of shape (2,)"),
        ("hinge_loss", np.ones((3, 2)), np.ones(3), "predictions of shape (3, 2) do not fit"),
        ("cross_entropy", np.ones((3, 2)), np.ones((3, 2)), "labels of shape (samples,)"),
        ("cross_entropy", np.ones(3), np.ones(3), "logits of shape (samples, classes)"),
        ("cross_entropy", np.ones((2, 2)), [0, 2], "labels must be ints from 0 to 1, not 2"),
        ("cross_entropy", np.ones((2, 2)), [0, 0.5], "labels must be ints from 0 to 1, not 0.5"),
        ("cross_entropy", np.ones((2, 2)), [-1, 0], "labels must be ints from 0 to 1, not -1"),
        ("accuracy", np.ones((2, 2)), [0, 1, 1], "one label for each sample"),
    ],
)
def test_what_does_not_fit_is_refused(loss: str, x: Any, labels: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r"shape|labels|label") as error:
        getattr(losses, loss)(x, labels)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
