"""Losses of a batch, and the accuracy: torch.nn.functional's names, with the mean over the batch.

Predictions and labels may be Tensors, arrays or, in a compiled step, values that are not known yet. The
gradient flows to the predictions alone. Predictions of shape (samples, 1) fit labels of shape (samples,).
With ``reduction="none"`` the loss of each sample is given instead, or that of each number by `mse_loss`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias

import numpy as np

from autograd import Tensor, relu
from autograd.operators import Operators
from support.messages import unknown

Reduction: TypeAlias = Literal["mean", "none"]


def mse_loss(input: Any, target: Any, reduction: Reduction = "mean") -> Any:  # noqa: A002 (torch's name)
    """The mean squared error, mean((input - target)^2).

    Args:
        input: predictions, of any shape.
        target: what they should be, of the same shape.
        reduction: "mean", or "none" for an array with a loss for each sample.

    Raises:
        ValueError: for shapes that differ, or another reduction.

    >>> print(mse_loss(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
    2.0
    """
    input, target = _matched(input, target)  # noqa: A001
    gap = input - target
    return _reduced(gap * gap, reduction)


def binary_cross_entropy_with_logits(
    input: Any,  # noqa: A002
    target: Any,
    reduction: Reduction = "mean",
) -> Any:
    """The cross-entropy of two classes, mean(-y log(p) - (1 - y) log(1 - p)) with p = sigmoid(input).

    It is computed as (1 - y) x + log(1 + exp(-x)), which no logit overflows.

    Args:
        input: logits x, of any shape.
        target: the classes y, 0 or 1, or probabilities between them; of the same shape.
        reduction: "mean", or "none" for an array with a loss for each sample.

    Raises:
        ValueError: for shapes that differ, or another reduction.

    >>> x = np.array([1000.0, -1000.0])
    >>> print(binary_cross_entropy_with_logits(x, [1, 0]), binary_cross_entropy_with_logits(x, [0, 1]))
    0.0 1000.0
    """
    input, target = _matched(input, target)  # noqa: A001
    return _reduced((1.0 - target) * input + np.logaddexp(0.0, -input), reduction)


def log_softmax(input: Any, axis: int = -1) -> Any:  # noqa: A002
    """The logarithm of softmax, x - log(sum(exp(x))), without overflow.

    Args:
        input: logits x, of any shape.
        axis: the classes' axis, torch's `dim`.

    >>> log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    shifted = _shifted(input, axis)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def cross_entropy(input: Any, target: Any, reduction: Reduction = "mean") -> Any:  # noqa: A002
    """The cross-entropy of several classes, mean(-log_softmax(input)[label]).

    Args:
        input: logits, of shape (samples, classes).
        target: the labels, ints from 0, of shape (samples,).
        reduction: "mean", or "none" for an array with a loss for each sample.

    Raises:
        ValueError: for other shapes or reductions, or, where they are known, labels that are no classes.

    >>> print(cross_entropy(np.array([[0.0, 1000.0], [0.0, 0.0]]), [1, 0]).round(4))
    0.3466
    """
    if np.ndim(input) != 2 or np.shape(target) != np.shape(input)[:1]:
        raise ValueError(
            "cross_entropy takes logits of shape (samples, classes) and labels of shape (samples,), "
            f"not {np.shape(input)} and {np.shape(target)}"
        )
    count, classes = np.shape(input)
    target = _labels(target, classes)
    shifted = _shifted(input, -1)
    chosen = np.where(np.equal(np.reshape(target, (count, 1)), np.arange(classes)), shifted, 0.0)
    totals = np.log(np.sum(np.exp(shifted), axis=-1))
    if reduction == "mean":
        return (np.sum(totals) - np.sum(chosen)) / float(count)
    return _reduced(totals - np.sum(chosen, axis=-1), reduction)


def hinge_loss(input: Any, target: Any, reduction: Reduction = "mean") -> Any:  # noqa: A002
    """The max-margin loss of two classes, mean(max(0, 1 - y input)), with y = 1 or -1: micrograd's.

    Args:
        input: scores, of any shape.
        target: the classes, of the same shape: 1, and 0 or -1.
        reduction: "mean", or "none" for an array with a loss for each sample.

    Raises:
        ValueError: for shapes that differ, or another reduction.

    >>> print(hinge_loss(np.array([2.0, 0.5]), [1, 0]))
    0.75
    """
    input, target = _matched(input, target)  # noqa: A001
    return _reduced(relu(1.0 - np.where(target > 0, 1.0, -1.0) * input), reduction)


def l2_penalty(parameters: Iterable[Any], strength: float = 1.0) -> Any:
    """strength times the sum of all parameters' squares, to be added to a loss.

    Args:
        parameters: Tensors or arrays, such as a model's `parameters()`.
        strength: a number; an optimizer's `weight_decay` of 2 strength does the same with SGD.

    >>> l2_penalty([Tensor([1.0, 2.0]), Tensor(3.0)], 0.5)
    Tensor(7.0)
    """
    return strength * sum((np.sum(parameter * parameter) for parameter in parameters), 0.0)


def accuracy(input: Any, target: Any) -> float:  # noqa: A002
    """The share of samples whose class is predicted.

    Args:
        input: one score for each sample, of which those above 0 predict class 1; or logits of shape (samples,
            classes), of which the greatest predicts its class.
        target: the classes, of shape (samples,): ints from 0; with one score 1, and 0 or -1.

    Raises:
        ValueError: for shapes that do not go together.

    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), [1, 1])
    0.5
    """
    scores, labels = np.asarray(_plain(input)), np.asarray(_plain(target))
    if scores.ndim == 2 and scores.shape[1] == 1:
        scores = scores[:, 0]
    if scores.shape[:1] != labels.shape or scores.ndim not in {1, 2}:
        raise ValueError(f"accuracy takes one label for each sample, not {scores.shape} and {labels.shape}")
    right = (scores > 0) == (labels > 0) if scores.ndim == 1 else np.argmax(scores, axis=1) == labels
    return float(np.mean(right))


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    loss.__name__: loss for loss in (mse_loss, binary_cross_entropy_with_logits, cross_entropy, hinge_loss)
}


def _reduced(losses: Any, reduction: str) -> Any:
    if reduction not in {"mean", "none"}:
        raise ValueError(unknown("reduction", reduction, ["mean", "none"]))
    return np.mean(losses) if reduction == "mean" else losses


def _plain(x: Any) -> Any:
    return x.data if isinstance(x, Tensor) else x


def _matched(predictions: Any, labels: Any) -> tuple[Any, Any]:
    """Both, in one shape."""
    predictions, labels = (x if isinstance(x, Operators) else np.asarray(x) for x in (predictions, labels))
    own, wanted = np.shape(predictions), np.shape(labels)
    if own == (*wanted, 1):
        predictions = np.reshape(predictions, wanted)
    elif own != wanted:
        raise ValueError(f"predictions of shape {own} do not fit labels of shape {wanted}")
    return predictions, labels


def _shifted(x: Any, axis: int) -> Any:
    """Logits less the greatest of each sample, so that exp does not overflow; it is constant to gradients."""
    top = np.max(x, axis=axis, keepdims=True)
    return x - (top.detach() if isinstance(top, Operators) else top)


def _labels(target: Any, classes: int) -> Any:
    """Labels; those that are known are checked."""
    if isinstance(target, Operators) and not isinstance(target, Tensor):
        return target
    labels = np.asarray(_plain(target))
    wrong = labels[~np.isin(labels, np.arange(classes))] if labels.dtype.kind in "fiub" else labels
    if wrong.size:
        raise ValueError(f"labels must be ints from 0 to {classes - 1}, not {wrong.flat[0]}")
    return labels
