"""`value_and_grad`, `grad` and `hessian`: functions that compute a function's derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, overload

from autograd.compiler.arguments import Argnums
from autograd.compiler.transforms import Eager, Function, Grad, Hessian, ValueAndGrad

Engine: TypeAlias = Literal["compiled", "eager"]


@overload
def value_and_grad(
    function: Function,
    engine: Literal["compiled"] = "compiled",
    *,
    argnums: Argnums = None,
    has_aux: bool = False,
) -> ValueAndGrad: ...


@overload
def value_and_grad(
    function: Function, engine: Engine, *, argnums: Argnums = None, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]: ...


def value_and_grad(
    function: Function, engine: Engine = "compiled", *, argnums: Argnums = None, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """A function that computes `function` and its gradient.

    It takes the same arguments, floats or float64 arrays, and gives ``(value, gradient)``: the derivative
    with respect to the argument, or a tuple of them if there are several. Where the value is an array, that
    is the gradient of its sum; so for an elementwise function and arrays of points, it is each point's own.

    It is called once with symbols (for floats, for points, and for each new combination of other shapes), and
    what it does with them is compiled. It must not change what it does with their values: what depends on a
    value is written ``np.where(condition, a, b)``. What it has from elsewhere, numbers and arrays, is taken
    as it is at that call.

    The numbers are those of the graph of Tensors up to rounding: a sine and a cosine that are taken from one
    tangent are as far off as a change of their argument in its last place would make them. What is written
    twice is computed once: so where eager's gradient is nan because it multiplies zero by inf, and adds, the
    compiled one may be inf.

    Without `argnums`, all numbers and arrays are differentiated as floats, integers too; None, strings and
    functions are static: passed on as they are, without a gradient. With `argnums`, arguments that it does
    not name have no gradient: floats and arrays of floats vary from call to call, and all else is static,
    integers and arrays of integers too, so that they may be an index, a label or a count. The function is
    compiled anew for each new value of a static argument, compared by content. Arguments are given by
    position; ``functools.partial`` binds keywords.

    Args:
        function: of one or more arguments, written with operators, numpy's functions and those of `autograd`.
        engine: "eager" builds the graph of Tensors in each call instead, and so takes any function.
        argnums: the positions of the arguments to differentiate with respect to, counted from the end if
            negative: for an int the gradient is that argument's, for a tuple a tuple of them.
        has_aux: the function returns ``(value, aux)``, and the result is ``((value, aux), gradient)``. In aux
            may be numbers, arrays and anything else, nested in tuples, lists and dicts.

    Raises:
        TracingError: at the first call, where a function cannot be compiled.
        ValueError: for an engine that there is not; at a call, for argnums that the arguments do not have.
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
    if not isinstance(engine, str) or engine not in {"compiled", "eager"}:
        hint = f"; write argnums={engine!r}" if isinstance(engine, int | tuple) else ""
        raise ValueError(f"engine must be 'compiled' or 'eager', got {engine!r}{hint}")
    return (ValueAndGrad if engine == "compiled" else Eager)(function, argnums, has_aux)


@overload
def grad(
    function: Function,
    engine: Literal["compiled"] = "compiled",
    *,
    argnums: Argnums = None,
    has_aux: bool = False,
) -> Grad: ...


@overload
def grad(
    function: Function, engine: Engine, *, argnums: Argnums = None, has_aux: bool = False
) -> Callable[..., Any]: ...


def grad(
    function: Function, engine: Engine = "compiled", *, argnums: Argnums = None, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that computes the gradient of `function`: what `value_and_grad` gives beside the value.

    Args:
        function: of one or more arguments, floats or float64 arrays of any shape.
        engine: "compiled" or "eager".
        argnums: the positions of the arguments to differentiate with respect to; all by default.
        has_aux: the function returns ``(value, aux)``, and the result is ``(gradient, aux)``.

    Raises:
        TracingError, ValueError, TypeError: as `value_and_grad`, which says more of all these.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    """
    if engine == "compiled":
        return Grad(function, argnums, has_aux)
    both = value_and_grad(function, engine, argnums=argnums, has_aux=has_aux)

    def gradient(*arguments: Any, **keywords: Any) -> Any:
        value, slopes = both(*arguments, **keywords)
        return (slopes, value[1]) if has_aux else slopes

    return gradient


def hessian(function: Function, *, argnums: Argnums = None) -> Hessian:
    """A function that computes the matrix of second derivatives of `function`.

    It takes the same arguments. For one float it gives a float; for k floats an array of shape (k, k); for
    elementwise functions of arrays of n points one of shape (k, k, n), or (n,) if k is 1. For other functions
    of arrays, which must have one number as value: for one array of shape s an array of shape s + s, for
    several the matrix over all their numbers, one argument after the other. Those counted here are the
    arguments that `argnums` names, all by default; the others are taken as `value_and_grad` takes them.

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
