"""e**x, and the functions that are made of it.

All begin as Cody and Waite do (Software Manual for the Elementary Functions, 1980): x = k ln 2 + r with a
whole k and abs(r) <= ln 2 / 2, so that e**x = 2**k e**r. The product k ln 2 is subtracted in two parts, and
e**r - 1 is a polynomial in r, in two parts as well.
"""

from __future__ import annotations

from typing import Any

from autograd.compiler.elementary.logarithms import log1p
from autograd.compiler.elementary.parts import (
    LN2_HIGH,
    LN2_LOW,
    SHIFT,
    power_of_two,
    quotient,
    signed,
    two_product,
    two_sum,
)

_LOG2_E = 1.4426950408889634
_LN2, _LN2_REST = 0.6931471805599453, 2.3190468138462996e-17


def between(x: Any, low: Any, high: Any) -> Any:
    """x, or the bound that it exceeds; nan stays nan."""
    x = low if x < low else x
    return high if x > high else x


def expm1_near_0(r: Any, rest: Any) -> Any:
    """e**(r + rest) - 1 in two parts, for abs(r) <= ln 2 / 2 and a rest that is tiny beside it.

    ``chebyfit(lambda r: (exp(r) - 1 - r) / r**2, [-log(2) / 2, log(2) / 2], 11)``
    """
    p = 2.0914686968086876e-09
    p = p * r + 2.5105217004720745e-08
    p = p * r + 2.75572736431103e-07
    p = p * r + 2.7557255400206422e-06
    p = p * r + 2.4801587325547743e-05
    p = p * r + 0.00019841269874820627
    p = p * r + 0.0013888888888883748
    p = p * r + 0.008333333333326136
    p = p * r + 0.04166666666666667
    p = p * r + 0.1666666666666667
    p = p * r + 0.5
    p = r * r * p + (rest + rest * r)
    high = r + p
    return high, (r - high) + p


def reduced(x: Any, rest: Any) -> Any:
    """k + SHIFT, k, and e**r - 1 in two parts, where x + rest = k ln 2 + r."""
    shifted = x * _LOG2_E + SHIFT
    k = shifted - SHIFT
    high = x - k * LN2_HIGH
    r, low = two_sum(high, rest - k * LN2_LOW)
    q, q_low = expm1_near_0(r, low)
    return shifted, k, q, q_low


def scaled(y: Any, k: Any) -> Any:
    """y * 2**k, in two steps, since 2**k itself may be no number of float64."""
    half = k * 0.5 + SHIFT
    return y * power_of_two(half) * power_of_two(k - (half - SHIFT) + SHIFT)


def exp_of_pair(x: Any, rest: Any) -> Any:
    """e**(x + rest)."""
    near = between(x, -746.0, 710.0)
    _, k, q, q_low = reduced(near, 0.0 if abs(x) > 746.0 else rest)
    total, low = two_sum(1.0, q)
    return scaled(total + (low + q_low), k)


def exp(x: Any) -> Any:
    """e**x, with an error of at most 1 ulp: 2**k (1 + (e**r - 1)).

    >>> float(exp(1.0))
    2.718281828459045
    """
    return exp_of_pair(x, 0.0)


def exp2(x: Any) -> Any:
    """2**x, with an error of at most 1 ulp: k is the whole part, and the rest, times ln 2, is a pair."""
    x = between(x, -1080.0, 1025.0)
    k = (x + SHIFT) - SHIFT
    r, low = two_product(x - k, _LN2)
    q, q_low = expm1_near_0(r, low + (x - k) * _LN2_REST)
    total, low = two_sum(1.0, q)
    return scaled(total + (low + q_low), k)


def expm1(x: Any) -> Any:
    """e**x - 1, with an error of at most 0.84 ulp: 2**k ((1 - 2**-k) + (e**r - 1)), added in two parts."""
    y = between(x, -40.0, 710.0)
    _, k, q, q_low = reduced(y, 0.0)
    total, low = two_sum(1.0 - power_of_two(SHIFT - between(k, -60.0, 60.0)), q)
    y = scaled(total + (low + q_low), k)
    return x if abs(x) < 1e-16 else y


def sinh(x: Any) -> Any:
    """(e**x - e**-x) / 2, with an error of at most 1.1 ulp.

    With q = e**r - 1, e**-r is 1 - q / (1 + q): so the sum is of three terms, the first of which is exact,
    and does not cancel near 0. Of all, an eighth is computed: 2**k itself may overflow.
    """
    y = between(abs(x), 0.0, 711.0)
    shifted, k, q, q_low = reduced(y, 0.0)
    below, below_low = two_sum(1.0, q + q_low)
    d, d_low = quotient(q, q_low, below, below_low)
    a, b = power_of_two(shifted - 4.0), power_of_two(SHIFT - between(k, 0.0, 99.0) - 4.0)
    total, low = two_sum(a - b, a * q)
    total, more = two_sum(total, b * d)
    y = 8.0 * (total + (low + more + (a * q_low + b * d_low)))
    return x if abs(x) < 1e-8 else signed(y, x)


def cosh(x: Any) -> Any:
    """(e**x + e**-x) / 2, with an error of at most 0.87 ulp: an eighth of each is added."""
    y = between(abs(x), 0.0, 711.0)
    shifted, k, q, q_low = reduced(y, 0.0)
    a, b = power_of_two(shifted - 4.0), power_of_two(SHIFT - between(k, 0.0, 99.0) - 4.0)
    total, low = two_sum(a, b / (1.0 + (q + q_low)))
    return 8.0 * (total + (a * q + (low + a * q_low)))


def tanh(x: Any) -> Any:
    """(e**2x - 1) / (e**2x + 1), with an error of at most 0.7 ulp of pairs."""
    y = between(2.0 * abs(x), 0.0, 44.0)
    shifted, _, q, q_low = reduced(y, 0.0)
    power = power_of_two(shifted)
    e, e_low = two_sum(power, power * q)
    e_low = e_low + power * q_low
    above, above_low = two_sum(e, -1.0)
    below, below_low = two_sum(e, 1.0)
    high, low = quotient(above, above_low + e_low, below, below_low + e_low)
    return x if abs(x) < 1e-8 else signed(high + low, x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + e**-x), and e**x / (1 + e**x) for x < 0, with an error of at most 1 ulp: by pairs."""
    y = between(-abs(x), -746.0, 0.0)
    _, k, q, q_low = reduced(y, 0.0)
    e, e_low = two_sum(1.0, q)
    e_low = e_low + q_low
    power = power_of_two(between(k, -99.0, 0.0) + SHIFT)
    below, below_low = two_sum(1.0, power * e)
    high, low = quotient(e if x < 0.0 else 1.0, e_low if x < 0.0 else 0.0, below, below_low + power * e_low)
    return scaled(high + low, k if x < 0.0 else 0.0)


def softplus(x: Any) -> Any:
    """log(1 + e**x), and x above 20, as PyTorch; with an error of at most 1.5 ulp of that."""
    small = log1p(exp(20.0 if x > 20.0 else x))
    return x if x > 20.0 else small


def erf(x: Any) -> Any:
    """The error function, with an error of at most 1.6 ulp.

    Up to 1, x + x (2 / sqrt(pi) - 1 + x**2 p) with a polynomial in z = x**2,
    ``chebyfit(lambda z: (erf(sqrt(z)) / sqrt(z) - 2 / sqrt(pi)) / z, [0, 1], 13)``. Beyond, 1 - e**-x**2 g
    with one in t = (x - 2) / (x + 2) for e**x**2 erfc(x) on [1, 6], of 18 terms.
    """
    a = between(abs(x), 0.0, 6.0)
    z = a * a
    p = -4.374436095532027e-12
    p = p * z + 8.800573434095057e-11
    p = p * z - 1.219032943920267e-09
    p = p * z + 1.4796615040241327e-08
    p = p * z - 1.6365085240670198e-07
    p = p * z + 1.646207677365387e-06
    p = p * z - 1.492564908152009e-05
    p = p * z + 0.00012055332952678288
    p = p * z - 0.0008548327023024329
    p = p * z + 0.005223977625438465
    p = p * z - 0.026866170645131082
    p = p * z + 0.11283791670955125
    p = p * z - 0.37612638903183754
    near = a + a * (z * p + 0.12837916709551256)
    t = (a - 2.0) / (a + 2.0)
    g = -4.21031333338652e-07
    g = g * t - 5.327349333633912e-07
    g = g * t + 1.1778928930723442e-06
    g = g * t + 3.7894807010157168e-06
    g = g * t + 1.3926311488643295e-06
    g = g * t - 1.3968132168712104e-05
    g = g * t - 2.7579860781783344e-05
    g = g * t + 2.7525487348057893e-05
    g = g * t + 0.00017436116475875657
    g = g * t + 4.355560174108403e-05
    g = g * t - 0.000981977026521442
    g = g * t - 0.0008471432509041124
    g = g * t + 0.006997461739199043
    g = g * t + 0.003732892404327471
    g = g * t - 0.0789785810157321
    g = g * t + 0.24165819424246646
    g = g * t - 0.4271858474139584
    g = g * t + 0.25539567631050575
    far = 1.0 - exp(-z) * g
    return signed(near if a < 1.0 else far, x)
