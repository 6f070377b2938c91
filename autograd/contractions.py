"""numpy's sums of products: einsum, tensordot, dot and their like, all made of products of matrices."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from string import ascii_letters
from typing import Any

import numpy as np

Labels = Sequence[Any]  # a name for each axis; axes of one name run together


def _contracted(operands: Sequence[Any], labels: Sequence[Labels], result: Labels) -> Any:
    """The product of all operands, summed over the names that are not in `result`; axes are in its order.

    The operands are multiplied one by one, as matrices.
    """
    x, names = _reduced(operands[0], labels[0], {*result, *(name for other in labels[1:] for name in other)})
    for i in range(1, len(operands)):
        wanted = {*result, *(name for other in labels[i + 1 :] for name in other)}
        y, others = _reduced(operands[i], labels[i], wanted | {*names})
        x, names = _multiplied(x, names, y, others, wanted)
    x, names = _reduced(x, names, {*result})
    return np.transpose(x, tuple(map(names.index, result)))


def _reduced(x: Any, labels: Labels, wanted: set[Any]) -> tuple[Any, list[Any]]:
    """One operand with its diagonal in place of axes of one name, summed over what nobody else wants."""
    names = list(labels)
    for name in labels:
        while names.count(name) > 1:
            first = names.index(name)
            second = names.index(name, first + 1)
            x = np.diagonal(x, axis1=first, axis2=second)
            del names[second], names[first]
            names.append(name)
    alone = tuple(axis for axis, name in enumerate(names) if name not in wanted)
    return (np.sum(x, axis=alone) if alone else x), [name for name in names if name in wanted]


def _multiplied(
    x: Any, names: list[Any], y: Any, others: list[Any], wanted: set[Any]
) -> tuple[Any, list[Any]]:
    """Two operands as one, summed over the names that both have and nobody wants afterwards."""
    sizes = dict(zip(others, np.shape(y), strict=True)) | dict(zip(names, np.shape(x), strict=True))
    both = [name for name in names if name in others and name in wanted]
    inner = [name for name in names if name in others and name not in wanted]
    left = [name for name in names if name not in others]
    right = [name for name in others if name not in names]

    def arranged(z: Any, own: list[Any], *groups: list[Any]) -> Any:
        """The axes of the groups in order, each group but the first as one axis."""
        turned = np.transpose(z, tuple(own.index(name) for group in groups for name in group))
        lengths = [math.prod(sizes[name] for name in group) for group in groups[1:]]
        return np.reshape(turned, (*(sizes[name] for name in both), *lengths))

    a, b = arranged(x, names, both, left, inner), arranged(y, others, both, inner, right)
    found = both + left + right
    return np.reshape(a @ b if inner else a * b, tuple(sizes[name] for name in found)), found


def _einsum(subscripts: str, *operands: Any, optimize: Any = False) -> Any:  # noqa: ARG001
    """Einstein's sums by their subscripts, as a string; `optimize` changes nothing."""
    if not isinstance(subscripts, str):
        raise TypeError("the subscripts must be a string, such as 'ij,jk->ik'")
    labels, result = _read(subscripts, [np.ndim(x) for x in operands])
    lengths = _lengths(operands, labels)
    fitted = [_fitted(x, letters, lengths) for x, letters in zip(operands, labels, strict=True)]
    return _contracted([x for x, _ in fitted], [letters for _, letters in fitted], result)


def _read(subscripts: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """A letter for each axis of each operand, and of the result; dots are spelt out in letters as well."""
    inputs, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"einsum: {subscripts!r} is for {len(terms)} operands, not {len(ranks)}")
    if not arrow:
        once = (c for c in sorted({*inputs}) if c in ascii_letters and inputs.count(c) == 1)
        result = "".join(["..." if "..." in inputs else "", *once])
    spare = "".join(c for c in ascii_letters if c not in subscripts)
    unnamed = [rank - len(term.replace("...", "")) for rank, term in zip(ranks, terms, strict=True)]
    dotted = [count for count, term in zip(unnamed, terms, strict=True) if "..." in term]
    dots = spare[: max(dotted, default=0)]  # where operands have fewer, the last of them
    labels = [
        term.replace("...", dots[len(dots) - count :] if count > 0 else "")
        for count, term in zip(unnamed, terms, strict=True)
    ]
    for rank, term, letters in zip(ranks, terms, labels, strict=True):
        if len(letters) != rank or not {*letters} <= {*ascii_letters}:
            raise ValueError(f"einsum: {term!r} does not fit an operand of {rank} axes")
    result = result.replace("...", dots)
    if len({*result}) < len(result) or not {*result} <= {*"".join(labels)}:
        raise ValueError(f"einsum: what follows -> in {subscripts!r} must be letters of operands, once each")
    return labels, result


def _lengths(operands: Sequence[Any], labels: Sequence[str]) -> dict[str, int]:
    """The length that each letter stands for."""
    lengths: dict[str, int] = {}
    for x, letters in zip(operands, labels, strict=True):
        for letter, length in zip(letters, np.shape(x), strict=True):
            known = lengths.get(letter, 1)
            if 1 not in {known, length} and known != length:
                raise ValueError(f"einsum: {letter!r} stands for axes of lengths {known} and {length}")
            lengths[letter] = length if known == 1 else known
    return lengths


def _fitted(x: Any, letters: str, lengths: dict[str, int]) -> tuple[Any, str]:
    """An operand without axes of length 1 that are longer elsewhere, to which it broadcasts."""
    shape = np.shape(x)
    kept = [i for i, letter in enumerate(letters) if shape[i] == lengths[letter]]
    if len(kept) == len(letters):
        return x, letters
    return np.reshape(x, tuple(shape[i] for i in kept)), "".join(letters[i] for i in kept)


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    n, m = np.ndim(a), np.ndim(b)
    if isinstance(axes, int | np.integer):
        over = [*range(n - axes, n)], [*range(axes)]
    else:
        first, second = ([operator.index(i) for i in np.atleast_1d(each)] for each in axes)
        over = first, second
    names, others = [*range(n)], [*range(n, n + m)]
    if len(over[0]) != len(over[1]):
        raise ValueError("tensordot: axes must be as many for a as for b")
    for i, j in zip(*over, strict=True):
        if np.shape(a)[i] != np.shape(b)[j]:
            raise ValueError(
                f"tensordot: axes {i} and {j} of {np.shape(a)} and {np.shape(b)} differ in length"
            )
        others[j] = names[i]
    summed = {names[i] for i in over[0]}
    return _contracted([a, b], [names, others], [name for name in names + others if name not in summed])


def _dot(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    return a @ b if np.ndim(b) <= 2 else _tensordot(a, b, (-1, -2))


def _inner(a: Any, b: Any) -> Any:
    return a * b if np.ndim(a) == 0 or np.ndim(b) == 0 else _tensordot(a, b, (-1, -1))


def _outer(a: Any, b: Any) -> Any:
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


def _vdot(a: Any, b: Any) -> Any:
    return np.reshape(a, (-1,)) @ np.reshape(b, (-1,))


def _kron(a: Any, b: Any) -> Any:
    """Every number of `a`, times all of `b`, in its place."""
    ndim = max(np.ndim(a), np.ndim(b))
    first, second = ((1,) * (ndim - np.ndim(x)) + np.shape(x) for x in (a, b))
    a = np.reshape(a, [length for n in first for length in (n, 1)])
    b = np.reshape(b, [length for n in second for length in (1, n)])
    return np.reshape(a * b, [n * m for n, m in zip(first, second, strict=True)])


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.dot: _dot, np.einsum: _einsum, np.inner: _inner, np.outer: _outer, np.tensordot: _tensordot,
    np.kron: _kron, np.trace: _trace, np.vdot: _vdot,
}  # fmt: skip
