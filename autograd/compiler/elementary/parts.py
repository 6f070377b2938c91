"""Numbers in two parts, and numbers made of bits: what the elementary functions are built from.

A float64 carries 53 bits. Where a function needs more on the way, it works with a pair ``high + low`` whose
second part holds what the first one rounded away. The two exact transformations behind that are Knuth's (The
Art of Computer Programming, volume 2, 4.2.2) and Dekker's ("A floating-point technique for extending the
available precision", 1971).
"""

from __future__ import annotations

from typing import Any

import numpy as np

# A number below 2**51, added to 1.5 * 2**52, is rounded to a whole one, which then stands in the last bits.
SHIFT = 6755399441055744.0
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # times a whole k < 2**21, the first is exact
SIGN = -(2**63)  # the bit of the sign
_FRACTION = 0xFFFFFFFFFFFFF  # the 52 bits of the fraction
_HALF_ROOT = 0x95F619980C433  # from the bits of sqrt(1/2) up to those of 1
_ONE = 0x3FF0000000000000  # the bits of 1
_BIG = 0x4330000000000000  # the bits of 2**52


def bits(x: Any) -> Any:
    """The bits of a float64, as an integer."""
    return np.float64(x).view(np.int64)


def number(integer: Any) -> Any:
    """The float64 with these bits."""
    return np.int64(integer).view(np.float64)


def signed(x: Any, like: Any) -> Any:
    """x >= 0 with the sign of another number."""
    return number(bits(x) | (bits(like) & SIGN))


def power_of_two(shifted: Any) -> Any:
    """2**k for a whole k from -1022 to 1023, given as k + SHIFT."""
    return number((bits(shifted) + 1023) << 52)


def two_sum(a: Any, b: Any) -> Any:
    """a + b in two parts, exactly."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def two_product(a: Any, b: Any) -> Any:
    """a * b in two parts, exactly, for factors below 2**996 whose product is above 2**-960."""
    product = a * b
    a_high, b_high = _leading(a), _leading(b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _leading(a: Any) -> Any:
    """The first 26 bits of a number: products of such halves are exact."""
    scaled = 134217729.0 * a
    return scaled - (scaled - a)


def quotient(a: Any, a_low: Any, b: Any, b_low: Any) -> Any:
    """(a + a_low) / (b + b_low) in two parts: the quotient, and the remainder over the divisor."""
    high = a / b
    product, error = two_product(high, b)
    return high, (((a - product) - error) + a_low - high * b_low) / b


def root(a: Any, a_low: Any) -> Any:
    """The square root of a + a_low > 0 in two parts, the second by a step of Newton's method."""
    high = np.sqrt(a)
    square, error = two_product(high, high)
    return high, (((a - square) - error) + a_low) / (2.0 * high)


def mantissa(x: Any) -> Any:
    """x > 0 as m * 2**k with m between sqrt(1/2) and sqrt(2); also where x is subnormal."""
    small = x < 2.2250738585072014e-308
    moved = bits(x * 18014398509481984.0 if small else x) + _HALF_ROOT
    m = number((moved & _FRACTION) + (_ONE - _HALF_ROOT))
    # The exponent, set as the last bits of 2**52, becomes a float without a conversion.
    k = number(((moved >> 52) & 0x7FF) | _BIG) - (4503599627370496.0 + 1023.0)
    return m, k - 54.0 if small else k
