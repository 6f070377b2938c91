"""The logarithm, and the functions that are made of it.

x = 2**k m with m between sqrt(1/2) and sqrt(2), so log x = k ln 2 + log m. With f = m - 1 and
s = f / (2 + f), log m = log((1 + s) / (1 - s)) = 2 s + s R, R = 2/3 s**2 + 2/5 s**4 + ... It is written as in
Sun's fdlibm (e_log.c, 1993), as f - (f**2 / 2 - s (f**2 / 2 + R)): f is exact, and the rest small beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.elementary.parts import (
    LN2_HIGH,
    LN2_LOW,
    mantissa,
    quotient,
    root,
    signed,
    two_product,
    two_sum,
)

_LOG10_E, _LOG10_E_REST = 0.4342944819032518, 1.098319650216765e-17
_LOG2_E, _LOG2_E_REST = 1.4426950408889634, 2.0355273740931033e-17
_LOG10_2, _LOG10_2_REST = 0.3010299955494702, 1.1451100898021838e-10  # times k, the first is exact


def tail(f: Any) -> Any:
    """s (f**2 / 2 + R), so that log(1 + f) = f - f**2 / 2 + tail(f).

    R / s**2 is ``chebyfit(lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z, [0, (sqrt(2) - 1)**4], 7)``.
    """
    s = f / (2.0 + f)
    z = s * s
    p = 0.14616721179861816
    p = p * z + 0.15331699633543858
    p = p * z + 0.18182889786191042
    p = p * z + 0.2222221112572281
    p = p * z + 0.28571428626031065
    p = p * z + 0.3999999999989938
    p = p * z + 0.666666666666667
    return s * (0.5 * f * f + z * p)


def at_the_ends(y: Any, x: Any) -> Any:
    """A logarithm y of x, put right where x is infinite, 0, negative or nan."""
    y = x if x == np.inf else y
    y = -np.inf if x == 0.0 else y
    return y if x >= 0.0 else np.nan


def log_of_sum(x: Any, rest: Any, doublings: Any) -> Any:
    """log((x + rest) * 2**doublings) for x > 0 and a rest that is tiny beside it."""
    m, k = mantissa(x)
    f = m - 1.0
    half = 0.5 * f * f
    ratio = rest / x  # m of it: that is what f lacks, over 1 + f
    k = k + doublings
    return k * LN2_HIGH - ((half - (tail(f) + (ratio + k * LN2_LOW))) - f)


def log(x: Any) -> Any:
    """The natural logarithm, with an error of at most 0.77 ulp.

    >>> float(log(10.0))
    2.302585092994046
    """
    m, k = mantissa(x)
    f = m - 1.0
    return at_the_ends(k * LN2_HIGH - ((0.5 * f * f - (tail(f) + k * LN2_LOW)) - f), x)


def in_another_base(x: Any, factor: Any, factor_rest: Any, of_two: Any, of_two_rest: Any) -> Any:
    """The logarithm of m, as a pair, times the factor, and k times the new base's logarithm of 2."""
    m, k = mantissa(x)
    f = m - 1.0
    square, square_low = two_product(f, f)
    high, low = two_sum(f, -0.5 * square)
    low = low + (tail(f) - 0.5 * square_low)
    product, error = two_product(high, factor)
    total, rest = two_sum(k * of_two, product)
    return at_the_ends(total + (rest + (error + (high * factor_rest + low * factor) + k * of_two_rest)), x)


def log2(x: Any) -> Any:
    """The logarithm to the base 2, with an error of at most 0.65 ulp."""
    return in_another_base(x, _LOG2_E, _LOG2_E_REST, 1.0, 0.0)


def log10(x: Any) -> Any:
    """The logarithm to the base 10, with an error of at most 0.58 ulp."""
    return in_another_base(x, _LOG10_E, _LOG10_E_REST, _LOG10_2, _LOG10_2_REST)


def log1p(x: Any) -> Any:
    """log(1 + x), with an error of at most 0.8 ulp: 1 + x is a sum in two parts."""
    total, rest = two_sum(1.0, x)
    y = at_the_ends(log_of_sum(total, rest if x < np.inf else 0.0, 0.0), total)
    return x if abs(x) < 1e-16 else y


def arcsinh(x: Any) -> Any:
    """log(x + sqrt(x**2 + 1)), with an error of at most 0.78 ulp: all in two parts, and log(2 x) far out."""
    a = abs(x)
    far = a > 1e9
    near = 0.0 if far else a
    square, low = two_product(near, near)
    total, rest = two_sum(1.0, square)
    high, high_low = root(total, rest + low)
    total, rest = two_sum(high, near)
    y = log_of_sum(a if far else total, 0.0 if far else rest + high_low, 1.0 if far else 0.0)
    y = a if a == np.inf else y
    return x if a < 1e-8 else signed(y, x)


def arccosh(x: Any) -> Any:
    """log(x + sqrt(x**2 - 1)), with an error of at most 0.81 ulp: as arcsinh."""
    far = x > 1e9
    near = 2.0 if far else x
    square, low = two_product(near, near)
    total, rest = two_sum(square, -1.0)
    high, high_low = root(total, rest + low)
    total, rest = two_sum(near, high)
    y = log_of_sum(x if far else total, 0.0 if far else rest + high_low, 1.0 if far else 0.0)
    y = 0.0 if x == 1.0 else y
    y = x if x == np.inf else y
    return y if x >= 1.0 else np.nan


def arctanh(x: Any) -> Any:
    """log((1 + x) / (1 - x)) / 2, with an error of at most 0.8 ulp: sums and quotient in two parts."""
    a = abs(x)
    above, above_low = two_sum(1.0, a)
    below, below_low = two_sum(1.0, -a)
    high, low = quotient(above, above_low, below, below_low)
    y = 0.5 * log_of_sum(high, low, 0.0)
    y = np.inf if a == 1.0 else y
    y = y if a <= 1.0 else np.nan
    return x if a < 1e-8 else signed(y, x)
