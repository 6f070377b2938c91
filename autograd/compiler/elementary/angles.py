"""Sine, cosine, tangent, and their inverses.

An angle is first reduced: x = n pi/2 + r with a whole n and abs(r) <= pi/4. As Cody and Waite do, n pi/2 is
subtracted in parts: three of 33 bits, whose products with n < 2**20 are exact, and a fourth; r is a pair.
Beyond `FAR` these are too few: there, the functions that end in ``_anywhere`` take numpy's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.elementary.parts import (
    SHIFT,
    bits,
    number,
    quotient,
    root,
    signed,
    two_sum,
)

FAR = 1e6
_QUARTERS = 0.6366197723675814  # in a unit of angle: 2 / pi
_FIRST, _SECOND, _THIRD = 1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21
_FOURTH = 8.4784276603689e-32
_PI_HALF, _PI_HALF_REST = 1.5707963267948966, 6.123233995736766e-17
_DOWN, _UP = 2.0**-300, 2.0**600


def reduced_angle(x: Any) -> Any:
    """n, in the last bits of an integer, and x - n pi/2 in two parts."""
    shifted = x * _QUARTERS + SHIFT
    n = shifted - SHIFT
    r, low = two_sum(x - n * _FIRST, -(n * _SECOND))
    r, more = two_sum(r, -(n * _THIRD))
    low = low + more - n * _FOURTH
    high = r + low
    return bits(shifted), high, (r - high) + low


def sine_near_0(r: Any, low: Any) -> Any:
    """What sin(r + low) has beyond r, for abs(r) <= pi/4.

    ``chebyfit(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, [0, (pi / 4)**2], 6)``
    """
    z = r * r
    p = 1.591810123027412e-10
    p = p * z - 2.5051131455427946e-08
    p = p * z + 2.755731610068303e-06
    p = p * z - 0.0001984126983675497
    p = p * z + 0.008333333333330946
    p = p * z - 0.16666666666666666
    return r * z * p + low * (1.0 - 0.5 * z)


def cosine_near_0(r: Any, low: Any) -> Any:
    """cos(r + low) in two parts, for abs(r) <= pi/4: 1 - r**2 / 2, and the rest.

    ``chebyfit(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, [0, (pi / 4)**2], 6)``
    """
    z = r * r
    p = -1.1382614868556325e-11
    p = p * z + 2.0876146024689747e-09
    p = p * z - 2.7557317270560326e-07
    p = p * z + 2.4801587298763433e-05
    p = p * z - 0.0013888888888887395
    p = p * z + 0.041666666666666664
    half = 0.5 * z
    high = 1.0 - half
    return high, ((1.0 - high) - half) + (z * z * p - r * low)


def sin(x: Any) -> Any:
    """The sine, with an error of at most 0.78 ulp, for abs(x) <= `FAR`.

    >>> float(sin(1.0))
    0.8414709848078965
    """
    n, r, low = reduced_angle(x)
    cosine, rest = cosine_near_0(r, low)
    y = cosine + rest if n & 1 else r + sine_near_0(r, low)
    y = number(bits(y) ^ ((n & 2) << 62))  # two quarters turn the sign
    return x if x == 0.0 else y


def cos(x: Any) -> Any:
    """The cosine, with an error of at most 0.83 ulp, for abs(x) <= `FAR`."""
    n, r, low = reduced_angle(x)
    cosine, rest = cosine_near_0(r, low)
    y = r + sine_near_0(r, low) if n & 1 else cosine + rest
    return number(bits(y) ^ (((n + 1) & 2) << 62))


def tan(x: Any) -> Any:
    """The tangent, with an error of at most 0.99 ulp, for abs(x) <= `FAR`: a quotient of pairs."""
    n, r, low = reduced_angle(x)
    s, s_low = two_sum(r, sine_near_0(r, low))
    c, c_low = two_sum(*cosine_near_0(r, low))
    above, above_low, below, below_low = (-c, -c_low, s, s_low) if n & 1 else (s, s_low, c, c_low)
    high, rest = quotient(above, above_low, below, below_low)
    return x if x == 0.0 else high + rest


def arctan_of_ratio(y: Any, x: Any) -> Any:
    """arctan(y / x) in two parts, for y, x >= 0 that are finite and not both 0.

    By the angle between the two and 0, pi/4 or pi/2: tan(a - pi/4) = (y - x) / (y + x). The polynomial is
    ``chebyfit(lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, [0, (sqrt(2) - 1)**2], 11)``.
    """
    low, high = y < 0.41421356237309503 * x, y > 2.414213562373095 * x
    difference, difference_low = two_sum(y, -x)
    total, total_low = two_sum(y, x)
    above = y if low else -x if high else difference
    below = x if low else y if high else total
    outside = low | high
    t, t_low = quotient(above, 0.0 if outside else difference_low, below, 0.0 if outside else total_low)
    z = t * t
    p = -0.01917392228554793
    p = p * z + 0.03922923713835943
    p = p * z - 0.05085365922344248
    p = p * z + 0.05858132894427922
    p = p * z - 0.06664509603255386
    p = p * z + 0.07692183059894114
    p = p * z - 0.09090904572487347
    p = p * z + 0.11111111015117626
    p = p * z - 0.1428571428466482
    p = p * z + 0.19999999999995513
    p = p * z - 0.3333333333333333
    share = 0.0 if low else 1.0 if high else 0.5
    a, rest = two_sum(share * _PI_HALF, t)
    return a, rest + (t * z * p + (t_low + share * _PI_HALF_REST))


def arctan(x: Any) -> Any:
    """The inverse tangent, with an error of at most 0.73 ulp: between -pi/2 and pi/2."""
    a = abs(x)
    far = a > 1e17
    high, low = arctan_of_ratio(1.0 if far else a, 0.0 if far else 1.0)
    y = high + low
    return x if a < 1e-8 else signed(y, x)


def arctan2(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), with an error of at most 0.72 ulp: between -pi and pi.

    Only the ratio counts: both are scaled by a power of two where they are very large or very small, an
    infinite one stands for 1 beside 0, or beside 1 where both are, and the point 0 for (1, 0).
    """
    a, b = abs(y), abs(x)
    most = a if a > b else b
    scale = _DOWN if most > 1e200 else _UP if most < 1e50 else 1.0
    endless = most == np.inf
    above = (1.0 if a == np.inf else 0.0) if endless else a * scale
    below = (1.0 if b == np.inf else 0.0) if endless else b * scale
    high, low = arctan_of_ratio(above, 1.0 if most == 0.0 else below)
    total, rest = two_sum(2.0 * _PI_HALF, -high)
    angle = total + (rest + (2.0 * _PI_HALF_REST - low)) if bits(x) < 0 else high + low
    angle = a + b if (a != a) | (b != b) else angle
    return signed(angle, y)


def arcsine_tail(z: Any) -> Any:
    """(arcsin(x) - x) / x for z = x**2 <= 1/4.

    ``chebyfit(lambda z: (asin(sqrt(z)) / sqrt(z) - 1) / z, [0, 1/4], 12)``
    """
    p = 0.028187667142318098
    p = p * z - 0.010773195325585556
    p = p * z + 0.01604912458494932
    p = p * z + 0.0077986264075622334
    p = p * z + 0.011876344296279416
    p = p * z + 0.013929545950485803
    p = p * z + 0.01735526856395352
    p = p * z + 0.022372047201808885
    p = p * z + 0.030381947379559158
    p = p * z + 0.04464285710323956
    p = p * z + 0.07500000000020869
    p = p * z + 0.1666666666666665
    return z * p


def arccosine_over_2(x: Any) -> Any:
    """arcsin(sqrt((1 - x) / 2)) for 1/2 <= x <= 1, half of arccos(x), in two parts."""
    z = 0.5 * (1.0 - x)
    s, s_low = root(z, 0.0)
    return s, s * arcsine_tail(z) + (s_low if z > 0.0 else z)


def arcsin(x: Any) -> Any:
    """The inverse sine, with an error of at most 1.1 ulp; above 1/2, pi/2 less the inverse cosine."""
    a = abs(x)
    s, s_low = arccosine_over_2(a)
    total, rest = two_sum(_PI_HALF, -2.0 * s)
    far = total + (rest + (_PI_HALF_REST - 2.0 * s_low))
    near = a + a * arcsine_tail(a * a)
    return signed(near if a < 0.5 else far, x)


def arccos(x: Any) -> Any:
    """The inverse cosine, with an error of at most 0.99 ulp: pi/2 - arcsin(x) about 0, else by half of it."""
    a = abs(x)
    s, s_low = arccosine_over_2(a)
    total, rest = two_sum(2.0 * _PI_HALF, -2.0 * s)
    left = total + (rest + (2.0 * _PI_HALF_REST - 2.0 * s_low))
    total, rest = two_sum(_PI_HALF, -x)
    near = total + (rest + (_PI_HALF_REST - x * arcsine_tail(a * a)))
    return near if a < 0.5 else left if x < 0.0 else 2.0 * (s + s_low)


def sin_anywhere(x: Any) -> Any:
    """The sine, also beyond `FAR`, where numpy computes it: a loop with this is not vectorised."""
    return np.sin(x) if abs(x) > FAR else sin(x)


def cos_anywhere(x: Any) -> Any:
    """The cosine, also beyond `FAR`."""
    return np.cos(x) if abs(x) > FAR else cos(x)


def tan_anywhere(x: Any) -> Any:
    """The tangent, also beyond `FAR`."""
    return np.tan(x) if abs(x) > FAR else tan(x)
