"""Calls of numpy's functions that have no row of their own, and how PyTorch writes them.

Plain data, without torch and without our autograd: the tests and the recorder of PyTorch's answers
(`tests.oracle.record_numpy`) both read it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.autograd.case import spread

Function = Callable[..., Any]
ANY: Any = np  # numpy's types do not say that its functions take Tensors


@dataclass(frozen=True, eq=False)
class NumpyCase:
    """One call.

    Attributes:
        name: of the function, and what is special.
        ours: the call, of numpy's function, on the inputs.
        torchs: the same of torch's: it is given torch first.
        inputs: numbers and arrays.
    """

    name: str
    ours: Function
    torchs: Function
    inputs: tuple[Any, ...]


V, W, M, N, S, X = (
    spread(-2, 3, *shape) for shape in ((5,), (5,), (3, 4), (4, 2), (3, 3), (2, 3, 4))
)  # fmt: skip
W = W[::-1] * 0.7
K = np.array([2.0, 0.0, -1.5, 0.5])  # with a zero
Z = np.array([0.0, 3.0, 0.0, 2.0])  # with two
TIES = np.array([1.0, -2.0, 1.0, 3.0, -2.0])
HOLES = np.array([[1.0, math.nan], [2.0, 3.0]])

_TABLE: tuple[tuple[str, Function, Function, tuple[Any, ...]], ...] = (
    ("var", np.var, lambda t, x: t.var(x, correction=0), (X,)),
    (
        "var of axes",
        lambda x: np.var(x, axis=(0, -1), ddof=1, keepdims=True),
        lambda t, x: t.var(x, (0, 2), correction=1, keepdim=True),
        (X,),
    ),
    ("var of equals", np.var, lambda t, x: t.var(x, correction=0), (np.ones(4),)),
    ("std", np.std, lambda t, x: t.std(x, correction=0), (X,)),
    ("std of an axis", lambda x: np.std(x, 1, ddof=1), lambda t, x: t.std(x, 1, correction=1), (X,)),
    ("std of equals", np.std, lambda t, x: t.std(x, correction=0), (np.full(4, 2.0),)),
    ("dot", np.dot, lambda t, a, b: t.dot(a, b), (V, W)),
    ("dot of matrices", np.dot, lambda t, a, b: t.mm(a, b), (M, N)),
    ("dot with a number", np.dot, lambda t, a, b: a * b, (2.5, M)),
    (
        "dot of many axes",
        np.dot,
        lambda t, a, b: t.einsum("abc,dce->abde", a, b),
        (X, spread(-1, 2, 2, 4, 3)),
    ),
    ("inner", np.inner, lambda t, a, b: t.inner(a, b), (X, spread(-1, 2, 5, 4))),
    ("outer", np.outer, lambda t, a, b: t.outer(a, b), (V, W)),
    ("vdot", np.vdot, lambda t, a, b: t.vdot(a.ravel(), b.ravel()), (M, M[::-1] * 2)),
    ("kron", np.kron, lambda t, a, b: t.kron(a, b), (N, S)),
    ("kron of fewer axes", np.kron, lambda t, a, b: t.kron(a, b), (V, N)),
    ("trapezoid", lambda y: np.trapezoid(y, dx=2, axis=1), lambda t, y: t.trapezoid(y, dx=2, dim=1), (X,)),
    ("trapezoid over x", np.trapezoid, lambda t, y, x: t.trapezoid(y, x), (V, W)),
    ("matrix_transpose", ANY.matrix_transpose, lambda t, x: x.mT, (X,)),
    (
        "broadcast_arrays",
        lambda a, b: np.stack(np.broadcast_arrays(a, b)),
        lambda t, a, b: t.stack(t.broadcast_tensors(a, b)),
        (M, K),
    ),
    ("trace", np.trace, lambda t, x: t.trace(x), (M,)),
    ("cross", ANY.cross, lambda t, a, b: t.linalg.cross(a, b), (S, S.T * 2)),
    *(
        (
            f"einsum {subscripts}",
            lambda *x, s=subscripts: np.einsum(s, *x),
            lambda t, *x, s=subscripts: t.einsum(s, *x),
            inputs,
        )
        for subscripts, inputs in (
            ("ij,jk->ik", (M, N)), ("ij,jk", (M, N)), ("ij->ji", (M,)), ("ij->", (M,)), ("ii->i", (S,)),
            ("ii", (S,)), ("i,i->", (V, W)), ("i,j->ij", (V, W)), ("i,i->i", (V, W)),
            ("ij,ij,ij->j", (M, M, M)),
            ("aij,jk->aik", (X, N)), ("...ij,...jk->...ik", (X, N)), ("ij,jk,kl->il", (M, N, N.T)),
            ("bij,bkj->bik", (X, X[:, ::-1])), ("ijk,ilm->jm", (X, X[:, :2, :3])), ("i...,i...->...", (X, X)),
        )
    ),
    ("tensordot", np.tensordot, lambda t, a, b: t.tensordot(a, b), (X, spread(-1, 2, 3, 4, 2))),
    ("tensordot of one", lambda a, b: np.tensordot(a, b, 1), lambda t, a, b: t.tensordot(a, b, 1), (M, N)),
    (
        "tensordot of axes",
        lambda a, b: np.tensordot(a, b, axes=([0, 2], [1, 0])),
        lambda t, a, b: t.tensordot(a, b, dims=([0, 2], [1, 0])),
        (X, spread(-1, 2, 4, 2, 2)),
    ),
    ("prod", np.prod, lambda t, x: t.prod(x), (V,)),
    ("prod with a zero", np.prod, lambda t, x: t.prod(x), (K,)),
    ("prod with two zeros", np.prod, lambda t, x: t.prod(x), (Z,)),
    ("prod of an axis", lambda x: np.prod(x, axis=1), lambda t, x: t.prod(x, 1), (X,)),
    ("prod of a number", np.prod, lambda t, x: t.prod(x), (2.5,)),
    ("cumsum", lambda x: np.cumsum(x, axis=1), lambda t, x: t.cumsum(x, 1), (X,)),
    ("cumsum of all", np.cumsum, lambda t, x: t.cumsum(x.ravel(), 0), (M,)),
    ("cumprod", lambda x: np.cumprod(x, axis=-1), lambda t, x: t.cumprod(x, -1), (X,)),
    ("cumprod with zeros", np.cumprod, lambda t, x: t.cumprod(x, 0), (Z + 1.0 * (Z > 2),)),
    ("diff", lambda x: np.diff(x, n=2, axis=1), lambda t, x: t.diff(x, 2, 1), (X,)),
    (
        "pad",
        lambda x: np.pad(x, ((1, 2), (0, 1))),
        lambda t, x: t.nn.functional.pad(x, (0, 1, 1, 2)),
        (M,),
    ),
    (
        "pad with a number",
        lambda x: np.pad(x, 1, constant_values=3.0),
        lambda t, x: t.nn.functional.pad(x, (1, 1, 1, 1), value=3.0),
        (M,),
    ),
    *(
        (
            f"pad {ours}",
            lambda x, mode=ours: np.pad(x, ((0, 0), (1, 2)), mode=mode),
            lambda t, x, mode=torchs: t.nn.functional.pad(x, (1, 2), mode=mode),
            (M,),
        )
        for ours, torchs in (("edge", "replicate"), ("reflect", "reflect"), ("wrap", "circular"))
    ),
    ("squeeze", np.squeeze, lambda t, x: t.squeeze(x), (spread(-1, 2, 1, 3, 1),)),
    ("squeeze an axis", lambda x: np.squeeze(x, 0), lambda t, x: t.squeeze(x, 0), (spread(-1, 2, 1, 3, 1),)),
    ("expand_dims", lambda x: np.expand_dims(x, 1), lambda t, x: t.unsqueeze(x, 1), (M,)),
    ("ravel", np.ravel, lambda t, x: t.ravel(x), (X,)),
    ("swapaxes", lambda x: np.swapaxes(x, 0, -1), lambda t, x: t.swapaxes(x, 0, -1), (X,)),
    (
        "moveaxis",
        lambda x: np.moveaxis(x, [0, 1], [-1, 0]),
        lambda t, x: t.moveaxis(x, (0, 1), (-1, 0)),
        (X,),
    ),
    ("split", lambda x: np.split(x, 2, axis=2)[1], lambda t, x: t.tensor_split(x, 2, 2)[1], (X,)),
    ("split at", lambda x: np.split(x, [1, 3])[1], lambda t, x: t.tensor_split(x, (1, 3))[1], (V,)),
    ("array_split", lambda x: np.array_split(x, 3)[0], lambda t, x: t.tensor_split(x, 3)[0], (V,)),
    ("vstack", lambda a, b: np.vstack([a, b]), lambda t, a, b: t.vstack([a, b]), (V, W)),
    ("hstack", lambda a, b: np.hstack((a, b)), lambda t, a, b: t.hstack((a, b)), (M, S)),
    ("hstack of vectors", lambda a, b: np.hstack([a, b]), lambda t, a, b: t.hstack([a, b]), (V, K)),
    ("dstack", lambda a, b: np.dstack([a, b]), lambda t, a, b: t.dstack([a, b]), (M, M[::-1])),
    ("column_stack", lambda a, b: np.column_stack([a, b]), lambda t, a, b: t.column_stack([a, b]), (V, W)),
    ("tile", lambda x: np.tile(x, (2, 1, 2)), lambda t, x: t.tile(x, (2, 1, 2)), (M,)),
    ("repeat", lambda x: np.repeat(x, 2), lambda t, x: t.repeat_interleave(x, 2), (M,)),
    (
        "repeat an axis",
        lambda x: np.repeat(x, [1, 0, 2], axis=0),
        lambda t, x: t.repeat_interleave(x, t.tensor([1, 0, 2]), dim=0),
        (M,),
    ),
    ("roll", lambda x: np.roll(x, 2, axis=1), lambda t, x: t.roll(x, 2, 1), (X,)),
    ("roll all", lambda x: np.roll(x, -1), lambda t, x: t.roll(x, -1), (M,)),
    ("flip", np.flip, lambda t, x: t.flip(x, (0, 1, 2)), (X,)),
    ("flip an axis", lambda x: np.flip(x, axis=1), lambda t, x: t.flip(x, (1,)), (X,)),
    ("rot90", np.rot90, lambda t, x: t.rot90(x), (M,)),
    ("tril", np.tril, lambda t, x: t.tril(x), (X,)),
    ("triu", lambda x: np.triu(x, 1), lambda t, x: t.triu(x, 1), (M,)),
    ("diag", np.diag, lambda t, x: t.diag(x), (V,)),
    ("diag below", lambda x: np.diag(x, -1), lambda t, x: t.diag(x, -1), (V,)),
    ("diag of a matrix", lambda x: np.diag(x, 1), lambda t, x: t.diag(x, 1), (M,)),
    ("diagonal", lambda x: np.diagonal(x, 0, 1, 2), lambda t, x: t.diagonal(x, 0, 1, 2), (X,)),
    ("take", lambda x: np.take(x, [0, 2, 0], axis=1), lambda t, x: x[:, [0, 2, 0]], (M,)),
    ("sort", np.sort, lambda t, x: t.sort(x)[0], (X,)),
    ("sort an axis", lambda x: np.sort(x, axis=0), lambda t, x: t.sort(x, 0)[0], (X,)),
    ("sort all", lambda x: np.sort(x, axis=None), lambda t, x: t.sort(x.ravel())[0], (M,)),
    ("sort ties", np.sort, lambda t, x: t.sort(x, stable=True)[0], (TIES,)),
    ("zeros_like", lambda x: x + np.zeros_like(x), lambda t, x: x + t.zeros_like(x), (M,)),
    ("ones_like", lambda x: x * np.ones_like(x, dtype=float), lambda t, x: x * t.ones_like(x), (M,)),
    ("full_like", lambda x: x * np.full_like(x, 2.5), lambda t, x: x * t.full_like(x, 2.5), (M,)),
    ("isnan", lambda x: np.where(np.isnan(x), 0, x), lambda t, x: t.where(x.isnan(), 0, x), (TIES,)),
    ("nansum", lambda x: np.nansum(x, axis=0), lambda t, x: t.nansum(x, 0), (HOLES,)),
    ("nanmean", np.nanmean, lambda t, x: t.nanmean(x), (HOLES,)),
    ("nan_to_num", np.nan_to_num, lambda t, x: t.nan_to_num(x), (TIES,)),
    ("round", lambda x: x * np.round(x, 1), lambda t, x: x * t.round(x, decimals=1), (M,)),
    ("reciprocal", np.reciprocal, lambda t, x: t.reciprocal(x), (V,)),
    ("degrees", np.degrees, lambda t, x: t.rad2deg(x), (V,)),
    ("radians", np.radians, lambda t, x: t.deg2rad(x), (V,)),
    ("logaddexp2", np.logaddexp2, lambda t, a, b: t.logaddexp2(a, b), (V, W)),
    ("float_power", lambda x: np.float_power(x * x, 1.5), lambda t, x: t.float_power(x * x, 1.5), (V,)),
    ("sum as float", lambda x: np.sum(x, axis=0, dtype=float), lambda t, x: t.sum(x, 0), (M,)),
    ("add as float64", lambda a, b: np.add(a, b, dtype=np.float64), lambda t, a, b: t.add(a, b), (V, W)),
    ("ptp", lambda x: np.ptp(x, axis=0), lambda t, x: t.amax(x, 0) - t.amin(x, 0), (TIES,)),
    (
        "average",
        lambda x, w: np.average(x, axis=1, weights=w),
        lambda t, x, w: t.einsum("ijk,j->ik", x, w) / t.sum(w),
        (X, np.array([1.0, 2.0, 0.5])),
    ),
    (
        "linspace",
        lambda a, b: np.linspace(a, b, 5),
        lambda t, a, b: t.stack([a + (b - a) * i / 4 for i in range(5)]),
        (2.0, -1.5),
    ),
    (
        "meshgrid",
        lambda a, b: np.stack(np.meshgrid(a, b)),
        lambda t, a, b: t.stack(t.meshgrid(a, b, indexing="xy")),
        (V, K),
    ),
    (
        "select",
        lambda x: np.select([x < 0, x < 1], [x * x, x], 3 * x),
        lambda t, x: t.where(x < 0, x * x, t.where(x < 1, x, 3 * x)),
        (M,),
    ),
)  # fmt: skip

CASES = tuple(NumpyCase(*row) for row in _TABLE)
