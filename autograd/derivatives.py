"""`value_and_grad`, `grad` and `hessian`: functions that compute a function's derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, overload

from autograd.compiler.arguments import Argnums
from autograd.compiler.eager import Eager
from autograd.compiler.transforms import Function, Grad, Hessian, ValueAndGrad

GradientEngine: TypeAlias = Literal["compiled", "loops", "eager"]


@overload
def value_and_grad(
    function: Function,
    engine: Literal["compiled", "loops"] = "compiled",
    *,
    argnums: Argnums = None,
    has_aux: bool = False,
) -> ValueAndGrad: ...


@overload
def value_and_grad(
    function: Function, engine: GradientEngine, *, argnums: Argnums = None, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]: ...


def value_and_grad(
    function: Function, engine: GradientEngine = "compiled", *, argnums: Argnums = None, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """A function that computes `function` and its gradient.

    It takes the same arguments, floats or float64 arrays, and returns ``(value, gradient)``: the derivative
    with respect to the argument, or a tuple if there are several. Where the value is an array, it is the
    gradient of its sum; so for an elementwise function and arrays of points, it is each point's own.

    `function` is called once with symbols (for floats, for points, and for each new combination of other
    shapes), and what it does with them is compiled. Its control flow must not depend on their values: write
    ``np.where(condition, a, b)`` instead. Numbers and arrays that it reads from elsewhere are constants of
    the compiled code.

    The results equal those of the graph of Tensors up to rounding; the error of a sine and cosine that are
    computed from one tangent is that of a change in the last place of their argument. Common subexpressions
    are computed once, so where the eager gradient is nan because it multiplies zero by inf, and adds, the
    compiled one may be inf.

    Without `argnums`, all numbers and arrays are differentiated as floats, integers too; None, strings and
    functions are static: passed unchanged, without a gradient. With `argnums`, arguments that it does not
    name have no gradient: floats and arrays of floats may vary from call to call, and everything else is
    static, including integers and arrays of integers, so they may be an index, a label or a count. The
    function is recompiled for each new value of a static argument, compared by content. Arguments are passed
    by position; ``functools.partial`` binds keywords.

    Args:
        function: of one or more arguments, written with operators, numpy's functions and those of `autograd`.
        engine: "eager" builds the graph of Tensors in each call instead, which works for any function.
            "loops" computes arrays of points by machine code, which numba makes at the first call, in some
            seconds; it is kept in the user's folder for caches. A sine, an exponential and the like may then
            differ from numpy's by 2 units in the last place. Without numba, it is "compiled".
        argnums: the positions of the arguments to differentiate with respect to, counted from the end if
            negative: for an int the gradient is that argument's, for a tuple a tuple of them.
        has_aux: the function returns ``(value, aux)``, and the result is ``((value, aux), gradient)``. `aux`
            may be numbers, arrays or anything else, nested in tuples, lists and dicts.

    Raises:
        TracingError: at the first call, where a function cannot be compiled.
        ValueError: for an unknown engine; at a call, for argnums out of range.
        TypeError: at a call, for an argument to be differentiated that does not consist of real numbers, or
            a static one that cannot be hashed.

    The compiled function's ``source`` is the code, and its ``program`` the operations.

    >>> import numpy as np
    >>> slope = value_and_grad(lambda u, v: u * np.exp(v))
    >>> slope(2.0, 0.0)
    (2.0, (1.0, 2.0))
    >>> value, (du, dv) = slope(np.array([2.0, 3.0]), np.array([0.0, 0.0]))
    >>> dv
    array([2., 3.])
    >>> value_and_grad(lambda x, n: x**n, argnums=0)(3.0, 2)
    (9.0, 6.0)
    >>> value_and_grad(lambda x: (x * x, {"twice": 2 * x}), has_aux=True)(3.0)
    ((9.0, {'twice': 6.0}), 6.0)
    """
    if not isinstance(engine, str) or engine not in {"compiled", "loops", "eager"}:
        hint = f"; write argnums={engine!r}" if isinstance(engine, int | tuple) else ""
        raise ValueError(f"engine must be 'compiled', 'loops' or 'eager', got {engine!r}{hint}")
    if engine == "eager":
        return Eager(function, argnums, has_aux)
    return ValueAndGrad(function, argnums, has_aux, loops=engine == "loops")


@overload
def grad(
    function: Function,
    engine: Literal["compiled", "loops"] = "compiled",
    *,
    argnums: Argnums = None,
    has_aux: bool = False,
) -> Grad: ...


@overload
def grad(
    function: Function, engine: GradientEngine, *, argnums: Argnums = None, has_aux: bool = False
) -> Callable[..., Any]: ...


def grad(
    function: Function, engine: GradientEngine = "compiled", *, argnums: Argnums = None, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that computes the gradient of `function`: that of `value_and_grad`, without the value.

    Args:
        function: of one or more arguments, floats or float64 arrays of any shape.
        engine: "compiled", "loops" or "eager".
        argnums: the positions of the arguments to differentiate with respect to; all by default.
        has_aux: the function returns ``(value, aux)``, and the result is ``(gradient, aux)``.

    Raises:
        TracingError, ValueError, TypeError: as in `value_and_grad`, which explains all of this.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    """
    if engine in {"compiled", "loops"}:
        return Grad(function, argnums, has_aux, loops=engine == "loops")
    both = value_and_grad(function, engine, argnums=argnums, has_aux=has_aux)

    def gradient(*arguments: Any, **keywords: Any) -> Any:
        value, slopes = both(*arguments, **keywords)
        return (slopes, value[1]) if has_aux else slopes

    return gradient


def hessian(function: Function, *, argnums: Argnums = None) -> Hessian:
    """A function that computes the matrix of second derivatives of `function`.

    It takes the same arguments. For one float it returns a float; for k floats, an array of shape (k, k); for
    elementwise functions of arrays of n points, one of shape (k, k, n), or (n,) if k is 1. Other functions of
    arrays must have one number as value: for one array of shape s the result has shape s + s, for several it
    is the matrix over all their numbers, one argument after another. Only the arguments that `argnums` names
    count, all by default; the others are treated as in `value_and_grad`.

    The reverse sweep is differentiated by a second one.

    Args:
        function: of one or more arguments, floats or float64 arrays, written as for `value_and_grad`.
        argnums: the positions of the arguments to differentiate with respect to; all by default.

    Raises:
        TracingError: at the first call, where a function cannot be compiled.
        ValueError: at a call, for arrays and a function whose value is not one number.

    >>> hessian(lambda u, v: u**2 * v)(3.0, 5.0)
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return Hessian(function, argnums)
