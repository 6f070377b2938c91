"""Powers, the cube root and the length of a vector.

a**b = e**(b log a), where an error in the logarithm counts b log a times: it is computed in two parts,
to some 65 bits. With m = a / 2**k between sqrt(1/2) and sqrt(2) and s = (m - 1) / (m + 1), as in Sun's fdlibm
(e_pow.c, 1993), log m = 2 s (1 + s**2 (1/3 + s**2 Q)): these factors are pairs, and Q is a polynomial.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.elementary.exponentials import between, exp_of_pair
from autograd.compiler.elementary.parts import (
    LN2_HIGH,
    LN2_LOW,
    SHIFT,
    bits,
    mantissa,
    power_of_two,
    quotient,
    root,
    signed,
    two_product,
    two_sum,
)

_THIRD, _THIRD_REST = 0.3333333333333333, 1.850371707708594e-17
_DOWN, _UP = 2.0**-600, 2.0**600


def log_in_two_parts(x: Any) -> Any:
    """log(x) for a finite x > 0.

    ``chebyfit(lambda z: (atanh(sqrt(z)) / sqrt(z) - 1 - z / 3) / z**2, [0, (sqrt(2) - 1)**4], 7)``
    """
    m, k = mantissa(x)
    below, below_low = two_sum(m, 1.0)
    s, s_low = quotient(m - 1.0, 0.0, below, below_low)
    z, z_low = two_product(s, s)
    z_low = z_low + 2.0 * s * s_low
    p = 0.06456869645564811
    p = p * z + 0.0664297379720748
    p = p * z + 0.07692787546278715
    p = p * z + 0.09090904121740008
    p = p * z + 0.11111111135563621
    p = p * z + 0.14285714285669227
    p = p * z + 0.20000000000000012
    c, c_low = two_sum(_THIRD, z * p)
    c_low = c_low + _THIRD_REST
    t, t_low = two_product(z, c)
    t_low = t_low + (z * c_low + z_low * c)
    more, more_low = two_product(s, t)
    half, half_low = two_sum(s, more)
    half_low = half_low + (s_low + more_low + (s * t_low + s_low * t))
    high, low = two_sum(k * LN2_HIGH, 2.0 * half)
    return two_sum(high, low + (2.0 * half_low + k * LN2_LOW))


def is_whole(x: Any) -> Any:
    """Whether a number has no fraction; infinity has none."""
    a = abs(x)
    return (a >= 4503599627370496.0) | ((a + 4503599627370496.0) - 4503599627370496.0 == a)


def power(a: Any, b: Any) -> Any:
    """a**b, with an error of at most 1.1 ulp.

    >>> float(power(2.0, 0.5))
    1.4142135623730951
    """
    base = abs(a)
    high, low = log_in_two_parts(base)
    b_near = between(b, -1e20, 1e20)  # beyond, a power of any number but 1 is 0 or infinite
    product, error = two_product(b_near, high)
    y = exp_of_pair(product, error + b_near * low)
    y = (np.inf if b < 0.0 else 0.0) if base == 0.0 else y
    y = (0.0 if b < 0.0 else np.inf) if base == np.inf else y
    odd = is_whole(b) & (not is_whole(0.5 * b))
    negative = bits(a) < 0
    y = -y if negative & odd else y
    y = np.nan if (a < 0.0) & (base < np.inf) & (not is_whole(b)) else y
    y = a + b if (a != a) | (b != b) else y
    return 1.0 if (a == 1.0) | (b == 0.0) else y


def cbrt(x: Any) -> Any:
    """The cube root, with an error of at most 0.51 ulp.

    Of m 2**k with k = 3 j + i, i = -1, 0 or 1: a polynomial for the cube root of m 2**i (chebyfit on
    [2**-1.5, 2**1.5], 5 terms), two steps of Halley's method, and one of Newton's in two parts.
    """
    a = abs(x)
    m, k = mantissa(a)
    third = k * _THIRD + SHIFT
    j = third - SHIFT
    m = m * power_of_two(k - 3.0 * j + SHIFT)
    y = -0.013005813537140486
    y = y * m + 0.11160258034411276
    y = y * m - 0.38405886549555635
    y = y * m + 0.824007207614772
    y = y * m + 0.46246168464470355
    cube = y * y * y
    y = y * (cube + 2.0 * m) / (2.0 * cube + m)
    cube = y * y * y
    y = y * (cube + 2.0 * m) / (2.0 * cube + m)
    square, square_low = two_product(y, y)
    cube, cube_low = two_product(square, y)
    y = y - ((cube - m) + (cube_low + square_low * y)) / (3.0 * square)
    y = signed(y * power_of_two(third), x)
    return y if (a > 0.0) & (a < np.inf) else x


def hypot(a: Any, b: Any) -> Any:
    """sqrt(a**2 + b**2), with an error of at most 1 ulp: scaled by a power of two, and in two parts."""
    a, b = abs(a), abs(b)
    most = a if a > b else b
    scale = _DOWN if most > 1e140 else _UP if most < 1e-140 else 1.0
    square, low = two_product(a * scale, a * scale)
    other, other_low = two_product(b * scale, b * scale)
    total, rest = two_sum(square, other)
    high, high_low = root(total, rest + (low + other_low))
    y = (high + high_low) * (_UP if most > 1e140 else _DOWN if most < 1e-140 else 1.0)
    y = 0.0 if most == 0.0 else y
    y = a + b if (a != a) | (b != b) else y
    return np.inf if (a == np.inf) | (b == np.inf) else y
