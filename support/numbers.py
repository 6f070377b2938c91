"""How numbers are written wherever someone reads them: in films, in figures and in drawings of graphs.

The functions choose a number's digits; `Numbers` puts them in a language, with its decimal point or comma.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from support.words import words

MINUS = "\N{MINUS SIGN}"
SUPERSCRIPTS = str.maketrans("-0123456789" + MINUS, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
DECIMALS = (5, 4, 3)  # of losses: where there is no room for the first number, the next


@dataclass(frozen=True)
class Numbers:
    """How a language writes numbers.

    Attributes:
        point: what stands before decimals.
        thousands: what stands between thousands.
        grouped_from: how many digits a whole number has at least where its thousands are separated.
        between: what separates the numbers of a list.
        percent_sign: what stands behind a number of percent.
    """

    point: str = "."
    thousands: str = ","
    grouped_from: int = 4
    between: str = ","
    percent_sign: str = "%"

    def written(self, text: str) -> str:
        """A text or a formula with numbers, such as Python writes them.

        >>> Numbers(",", between=";").written("(0.5, -1.25)")
        '(0,5; −1,25)'
        """
        text = re.sub(r"-(?=[\d.]|inf)", MINUS, text)
        return text.replace(", ", f"{self.between} ").replace(".", self.point)

    def count(self, number: int) -> str:
        """A whole number, its thousands separated.

        >>> Numbers().count(10_000), Numbers(grouped_from=5).count(9999)
        ('10,000', '9999')
        """
        least: int = 10 ** (self.grouped_from - 1)
        return f"{number:,}".replace(",", self.thousands if abs(number) >= least else "")

    def loss(self, loss: float, decimals: int = 5) -> str:
        """A loss: see `loss_digits`."""
        return self.written(loss_digits(loss, decimals))

    def end(self, value: float, other: float = 0.0) -> str:
        """The number at an axis's end; 0 if it is negligible beside the other end."""
        return self.written(f"{0.0 if abs(value) < 1e-4 * abs(other) else value:.3g}")

    def place(self, value: float) -> str:
        """A coordinate as it was given, up to six digits."""
        return self.written(f"{value:g}")

    def rounded(self, value: float) -> str:
        """A number of at most four digits.

        >>> Numbers(",").rounded(-0.25)
        '−0,25'
        """
        return self.written(f"{value:.4g}")

    def short(self, value: float, digits: int = 3) -> str:
        """A number with a power of ten: see `with_power`."""
        return self.written(with_power(value, digits))

    def setting(self, value: float) -> str:
        """A hyperparameter: see `setting`."""
        return self.written(setting(value))

    def percent(self, share: float) -> str:
        """A share in percent.

        >>> Numbers(",").percent(1 - 0.999)
        '0,1%'
        """
        return self.written(f"{100 * share:.3g}") + self.percent_sign


def numbers(language: str) -> Numbers:
    """The numbers of a language."""
    return Numbers(**words(language)["numbers"])


def loss_digits(loss: float, decimals: int = 5) -> str:
    """A loss in at most nine characters, or fewer where there are fewer decimals.

    >>> loss_digits(-0.3289210), loss_digits(123456.7), loss_digits(1e-8)
    ('-0.32892', '1.23e+05', '1.00e-08')
    >>> loss_digits(-0.3289210, 3), loss_digits(123456.7, 3), loss_digits(1e-8, 3)
    ('-0.329', '1.2e5', '1.0e-8')
    """
    if 1e-3 <= abs(loss) < 999.99 or loss == 0:
        return f"{loss + 0.0:.{decimals}f}"  # never -0.00000
    digits = f"{loss:.{max(decimals - 3, 1)}e}" if 1e-99 < abs(loss) < 1e99 else f"{loss:.1e}"
    return digits if decimals > DECIMALS[-1] else re.sub(r"e\+?(-?)0*", r"e\1", digits)


def with_power(value: float, digits: int = 3) -> str:
    """A number in significant digits; a very small or large one is a multiple of a power of ten.

    Args:
        value: the number.
        digits: how many are shown; a whole number below 10,000 has all of its own.

    >>> [with_power(x) for x in (0.0, -0.98765, 123.4, 1.5e-7, float("inf"))]
    ['0', '−0.988', '123', '1.50·10⁻⁷', '–']
    """
    if not np.isfinite(value):
        return "–"
    exponent = int(f"{abs(value):.2e}".partition("e")[2])
    if value == 0:
        shown = "0"
    elif -2 <= exponent <= 3:
        shown = f"{abs(value):.{max(0, digits - 1 - exponent)}f}"
    else:
        mantissa, _, power = f"{abs(value):.{digits - 1}e}".partition("e")
        shown = f"{mantissa}·10{str(int(power)).translate(SUPERSCRIPTS)}"
    return f"{MINUS}{shown}" if value < 0 else shown


def with_exponent(value: float, zeros: bool = False) -> str:
    """A number in at most four significant digits, with an exponent of no more digits than it needs.

    Args:
        value: the number.
        zeros: whether it has all four, even if they are zeros.

    >>> [with_exponent(x) for x in (2.0, -0.25, 123456.0, 1e-7)]
    ['2', '−0.25', '1.235e5', '1e−7']
    >>> with_exponent(2.0, zeros=True), with_exponent(1234.5, zeros=True)
    ('2.000', '1234')
    """
    mantissa, _, exponent = format(value + 0.0, "#.4g" if zeros else ".4g").partition("e")
    return (mantissa.rstrip(".") + (f"e{int(exponent)}" if exponent else "")).replace("-", MINUS)


def change_digits(before: float, after: float, digits: int = 3) -> int:
    """How many digits a number needs to show how it has changed; at most 7.

    Args:
        before: the number before.
        after: the number now.
        digits: how many it has at least; one fewer of the change itself are shown.

    >>> change_digits(3.5, 3.49684), change_digits(3.5, 1.0), change_digits(0.0, 0.01)
    (5, 3, 3)
    """
    change, size = abs(after - before), max(abs(before), abs(after))
    # Only where `with_power` shows both without a power of ten, for which there would be no room.
    if not (np.isfinite(change) and change > 0 and min(abs(before), abs(after)) >= 0.009995 and size < 9995):
        return digits
    return int(np.clip(np.floor(np.log10(size)) - np.floor(np.log10(change)) + digits - 1, digits, 7))


def setting(value: float) -> str:
    """A hyperparameter as it was given, or nearly.

    >>> [setting(x) for x in (0.9, 1 - 0.999, 1e-8, 120.0)]
    ['0.9', '0.001', '10⁻⁸', '120']
    """
    if not np.isfinite(value):
        return "–"
    digits, _, power = f"{abs(value):.3e}".partition("e")
    if value == 0 or -4 <= int(power) <= 4:
        return f"{value:.4g}".replace("-", MINUS)
    digits = "" if float(digits) == 1 else f"{float(digits):g}·"
    return f"{MINUS * bool(value < 0)}{digits}10{str(int(power)).translate(SUPERSCRIPTS)}"
