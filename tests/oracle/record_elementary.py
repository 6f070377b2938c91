"""Records what the elementary functions are, by mpmath, and measures how far ours are from that.

Run from the repository, with mpmath, which is no dependency:

    uv run --with mpmath python -m tests.oracle.record_elementary
    uv run --with mpmath python -m tests.oracle.record_elementary --measure 200000

The first writes elementary.npz, a sample for the tests; the second prints each function's largest error in
units in the last place (ulp) at so many arguments, as Python computes it and, with numba, as machine code.
Arguments are random by exponent, subnormal ones too, and lie near where a function is hard: near multiples of
pi/2, near overflow and underflow, near 0 and 1. An exact value is stored as a float64 and what that lacks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograd.compiler.chunks import Chunks
from autograd.compiler.elementary import FUNCTIONS
from autograd.compiler.program import POINTS, Program

PATH = Path(__file__).with_name("elementary.npz")
SAMPLE = 160
EXACT = {"fmod", "remainder", "floor_divide"}  # not measured: numpy's own way of dividing


def by_exponent(random: np.random.Generator, least: int, most: int, count: int) -> Any:
    """Numbers of either sign whose exponents are equally frequent."""
    return np.ldexp(random.uniform(0.5, 1, count), random.integers(least, most, count)) * random.choice(
        [-1, 1], count
    )


def arguments(name: str, count: int) -> tuple[Any, ...]:  # noqa: PLR0911
    """The arguments at which a function is measured, in four kinds of a quarter each."""
    random = np.random.default_rng(0)
    n = count // 4
    rest = count - 3 * n
    any_size = by_exponent(random, -1074, 1024, n)
    if name in {"sin", "cos", "tan"}:
        near = random.integers(-600_000, 600_000, n) * (np.pi / 2) + by_exponent(random, -60, -1, n)
        parts = by_exponent(random, -1074, 20, n), near, random.uniform(-10, 10, n)
        return (np.concatenate([*parts, random.uniform(-1e6, 1e6, rest)]),)
    if name in {"exp", "exp2", "expm1", "sinh", "cosh", "tanh", "sigmoid", "softplus", "erf"}:
        ends = np.where(
            random.random(rest) < 0.5, random.uniform(700, 711, rest), random.uniform(-746, -700, rest)
        )
        parts = by_exponent(random, -1074, 11, n), random.uniform(-30, 30, n), random.uniform(-2, 2, n)
        return (np.concatenate([*parts, ends / (np.log(2) if name == "exp2" else 1)]),)
    if name in {"log", "log2", "log10", "cbrt"}:
        parts = any_size, by_exponent(random, -1074, -1000, n), 1 + by_exponent(random, -50, -1, n)
        found = np.concatenate([*parts, by_exponent(random, -3, 3, rest)])
        return (found if name == "cbrt" else np.abs(found),)
    if name == "log1p":
        parts = any_size, by_exponent(random, -60, 0, n), by_exponent(random, -10, 0, n)
        found = np.concatenate([*parts, random.uniform(-0.9999, 3, rest)])
        return (np.where(found > -1, found, -found),)
    if name in {"arcsin", "arccos", "arctanh"}:
        parts = by_exponent(random, -1074, 0, n), random.uniform(-1, 1, n), random.uniform(-0.6, 0.6, n)
        ends = random.choice([-1, 1], rest) * (1 - np.abs(by_exponent(random, -52, -1, rest)))
        return (np.concatenate([*parts, ends]),)
    if name == "arccosh":
        parts = 1 + np.abs(any_size), 1 + np.abs(by_exponent(random, -51, 0, n)), random.uniform(1, 2, n)
        return (np.concatenate([*parts, random.uniform(1, 10, rest)]),)
    if name in {"arcsinh", "arctan"}:
        parts = any_size, by_exponent(random, -30, 30, n), by_exponent(random, -3, 3, n)
        return (np.concatenate([*parts, random.uniform(-4, 4, rest)]),)
    if name in {"arctan2", "hypot"}:
        a, b = (
            np.concatenate([by_exponent(random, -1074, 1023, n), by_exponent(random, -3, 3, count - n)])
            for _ in range(2)
        )
        return a, b
    parts = any_size, by_exponent(random, -3, 3, n), 1 + by_exponent(random, -50, -2, n)
    base = np.concatenate([*np.abs(parts), -np.abs(by_exponent(random, -5, 5, rest))])
    with np.errstate(all="ignore"):  # up to where powers overflow and underflow
        exponent = random.uniform(-745, 710, count) / np.log(np.abs(base))
    exponent = np.where(random.random(count) < 0.3, random.uniform(-5, 5, count), exponent)
    exponent[3 * n :] = np.rint(exponent[3 * n :])
    return base, np.where(np.isfinite(exponent), exponent, 1.5)


def exact(name: str, given: tuple[Any, ...]) -> Any:
    """The exact values, of shape (2, count): float64, and what that lacks."""
    import mpmath as mp  # type: ignore[import-not-found]  # noqa: PLC0415

    functions: dict[str, Callable[..., Any]] = {
        "exp2": lambda x: mp.mpf(2) ** x,
        "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
        "softplus": lambda x: x if x > 20 else mp.log1p(mp.exp(x)),
        "log2": lambda x: mp.log(x) / mp.ln2,
        "log10": lambda x: mp.log(x) / mp.ln10,
        "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        "arctan2": mp.atan2,
    }
    function = functions.get(name) or getattr(mp, name.replace("arc", "a"))
    found = np.empty((2, len(given[0])))
    for i, numbers in enumerate(zip(*(x.tolist() for x in given), strict=True)):
        with mp.workprec(1300 if abs(numbers[0]) < 1e-15 else 140):  # tiny ones vanish beside 1
            value = function(*map(mp.mpf, numbers))
            found[0, i] = float(value)
            found[1, i] = float(value - mp.mpf(found[0, i])) if np.isfinite(found[0, i]) else 0.0
    return found


def errors(found: Any, high: Any, low: Any) -> Any:
    """How far numbers are from exact values, in units in the last place."""
    with np.errstate(all="ignore"):
        unit = np.spacing(np.abs(np.where(np.isfinite(high), high, 1.0)))
        away = np.abs((found - high) - low) / unit
    away = np.where((found == high) & ~np.isfinite(high), 0.0, away)
    return np.where(np.isnan(away), np.inf, away)


def in_python(name: str, given: tuple[Any, ...]) -> Any:
    """The function's values, one by one."""
    with np.errstate(all="ignore"):
        return np.array([FUNCTIONS[name](*numbers) for numbers in zip(*given, strict=True)])


def as_machine_code(name: str, given: tuple[Any, ...]) -> Any:
    """The function's values, by a loop over all of them."""
    program = Program()
    program.outputs = [program.add(name, [program.add_input(POINTS) for _ in given])]
    return Chunks(program).call(*given)[0]


def measure(count: int) -> None:
    """Print the largest errors."""
    for name in FUNCTIONS:
        if name not in EXACT:
            given = arguments(name, count)
            true = exact(name, given)
            plain, fast = (errors(of(name, given), *true).max() for of in (in_python, as_machine_code))
            print(f"{name:9} {plain:.3f} ulp in Python, {fast:.3f} as machine code", flush=True)


def main() -> None:
    """Record, or measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--measure", type=int, metavar="COUNT", help="print errors at so many arguments")
    count = parser.parse_args().measure
    if count:
        measure(count)
        return
    samples: dict[str, Any] = {}
    for name in FUNCTIONS:
        if name not in EXACT:
            given = arguments(name, SAMPLE)
            samples[name] = np.stack([*given, *exact(name, given)])
    np.savez_compressed(PATH, **samples)


if __name__ == "__main__":
    main()
