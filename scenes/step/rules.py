"""What each optimizer does in a step: the equations of its rule, line by line, and how each line is shown.

To show another optimizer in `InsideTheStep`, add its lines here. They must give what its rule gives: a test
computes them beside the trace of a race.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from scenes.step.line import Line, Shape, Unit
from scenes.text.equations import FUNCTIONS, OWN

Settings: TypeAlias = Mapping[str, Any]


def _arrow(equation: str, words: str, unit: Unit = Unit.SLOPE, **more: Any) -> Line:
    return Line(equation, words, Shape.ARROW, unit, **more)


def _square(equation: str, words: str, term: str = "", unit: Unit = Unit.SLOPE, **more: Any) -> Line:
    return Line(equation, words, Shape.SQUARE, unit, term, **more)


def _step(equation: str, words: str = "step") -> Line:
    return Line(equation, words, Shape.STEP, Unit.WAY)


def _gradient(settings: Settings, decoupled: bool = False) -> list[Line]:
    """The gradient, and what weight decay makes of it, or of the position."""
    lines = [_arrow("g = grad", "gradient")]
    if settings.get("weight_decay"):
        decay = (
            Line("p = p - lr*w*p", "decay", unit=Unit.WAY) if decoupled else _arrow("g = g + w*p", "penalty")
        )
        lines.append(decay)
    return lines


def _divided(equation: str, over: str, under: str) -> Line:
    return _arrow(equation, "divide", Unit.PURE, over=(over, under))


def _sgd(settings: Settings, nesterov: bool = False) -> list[Line]:
    lines = _gradient(settings)
    if not settings["momentum"]:
        return [*lines, _step("p = p - lr*g")]
    if settings.get("dampening"):
        lines.append(_arrow("b = where(t > 1, mu*b + (1 - tau)*g, g)", "momentum", term="momentum_buffer"))
    else:
        lines.append(_arrow("b = mu*b + g", "momentum", term="momentum_buffer"))
    if nesterov or settings.get("nesterov"):
        return [*lines, _arrow("d = g + mu*b", "ahead"), _step("p = p - lr*d")]
    return [*lines, _step("p = p - lr*b")]


def _adagrad(settings: Settings) -> list[Line]:
    lines = [
        *_gradient(settings),
        _square("s = s + g**2", "sum", "sum", first="start"),
        _divided("d = g/(sqrt(s) + eps)", "g", "s"),
    ]
    if not settings["lr_decay"]:
        return [*lines, _step("p = p - lr*d")]
    return [*lines, Line("r = lr/(1 + (t - 1)*decay)", "rate", scalar=True), _step("p = p - r*d")]


def _adadelta(settings: Settings) -> list[Line]:
    return [
        *_gradient(settings),
        _square("s = rho*s + (1 - rho)*g**2", "square", "square_avg"),
        _arrow("d = sqrt(a + eps)/sqrt(s + eps)*g", "pace", Unit.WAY),
        _square("a = rho*a + (1 - rho)*d**2", "ways", "acc_delta", Unit.WAY),
        _step("p = p - lr*d"),
    ]


def _rmsprop(settings: Settings) -> list[Line]:
    under = "x" if settings["centered"] else "s"
    lines = [*_gradient(settings), _square("s = alpha*s + (1 - alpha)*g**2", "square", "square_avg")]
    if settings["centered"]:
        lines.append(_arrow("c = alpha*c + (1 - alpha)*g", "mean", term="grad_avg"))
        lines.append(_square("x = s - c**2", "centred"))
    lines.append(_divided(f"d = g/(sqrt({under}) + eps)", "g", under))
    if not settings["momentum"]:
        return [*lines, _step("p = p - lr*d")]
    momentum = _arrow("b = mu*b + d", "momentum", Unit.PURE, term="momentum_buffer")
    return [*lines, momentum, _step("p = p - lr*b")]


def _rprop(_: Settings) -> list[Line]:
    return [
        _arrow("g = grad", "gradient"),
        Line("f = where(g*h > 0, e2, where(g*h < 0, e1, 1))", "factor"),
        Line("s = clip(f*s, low, high)", "sizes", Shape.BAR, Unit.WAY, "step_size", "lr"),
        _arrow("h = where(g*h < 0, 0, g)", "turned", term="prev"),
        _step("p = p - s*sign(h)", "sign_step"),
    ]


def _moments(settings: Settings, decoupled: bool = False) -> list[Line]:
    """Adam's two means; the second, v in the paper, is s, as in RMSProp: v is an axis."""
    return [
        *_gradient(settings, decoupled),
        _arrow("m = b1*m + (1 - b1)*g", "mean", term="exp_avg"),
        _square("s = b2*s + (1 - b2)*g**2", "square", "exp_avg_sq"),
    ]


_M_HAT = _arrow("m_hat = m/(1 - b1**t)", "unbias")


def _adam(settings: Settings, decoupled: bool = False) -> list[Line]:
    lines, under = _moments(settings, decoupled), "s"
    if settings["amsgrad"]:
        lines.append(_square("x = max(x, s)", "largest", "max_exp_avg_sq"))
        under = "x"
    return [
        *lines,
        _M_HAT,
        _square(f"s_hat = {under}/(1 - b2**t)", "unbias_square"),
        _divided("d = m_hat/(sqrt(s_hat) + eps)", "m_hat", "s_hat"),
        _step("p = p - lr*d"),
    ]


def _adamax(settings: Settings) -> list[Line]:
    return [
        *_gradient(settings),
        _arrow("m = b1*m + (1 - b1)*g", "mean", term="exp_avg"),
        Line("n = max(b2*n, abs(g) + eps)", "widest", Shape.BAR, Unit.SLOPE, "exp_inf"),
        _M_HAT,
        _arrow("d = m_hat/n", "divide_widest", Unit.PURE, over=("m_hat", "n")),
        _step("p = p - lr*d"),
    ]


def _nadam(settings: Settings) -> list[Line]:
    first, *moments = _moments(settings, bool(settings["decoupled_weight_decay"]))
    return [
        first,
        Line("c = b1*(1 - 0.96**(t*psi)/2)", "share", scalar=True),
        Line("next = b1*(1 - 0.96**((t + 1)*psi)/2)", "share_next", scalar=True),
        Line("k = k*c", "shares", term="mu_product", first="1", scalar=True),
        *moments,
        _arrow("x = (1 - c)/(1 - k)*g + next/(1 - k*next)*m", "ahead"),
        _square("s_hat = s/(1 - b2**t)", "unbias_square"),
        _divided("d = x/(sqrt(s_hat) + eps)", "x", "s_hat"),
        _step("p = p - lr*d"),
    ]


def _radam(settings: Settings) -> list[Line]:
    return [
        *_moments(settings, bool(settings["decoupled_weight_decay"])),
        _M_HAT,
        Line("n = (sqrt(s) + eps)/sqrt(1 - b2**t)", "unbias_side", unit=Unit.SLOPE),
        Line("r = R - 2*t*b2**t/(1 - b2**t)", "trust", scalar=True),
        Line("q = sqrt(K*(r - 4)*(r - 2)/r)", "rectifier", scalar=True),
        _arrow("d = where(r > 5, q*m_hat/n, m_hat)", "rectified", Unit.PURE),
        _step("p = p - lr*d"),
    ]


def _lion(settings: Settings) -> list[Line]:
    sign = "sign(c) + w*p" if settings["weight_decay"] else "sign(c)"
    return [
        _arrow("g = grad", "gradient"),
        _arrow("c = b1*m + (1 - b1)*g", "mixed"),
        _arrow(f"d = {sign}", "sign", Unit.PURE),
        _arrow("m = b2*m + (1 - b2)*g", "memory", term="exp_avg"),
        _step("p = p - lr*d"),
    ]


def _newton(_: Settings) -> list[Line]:
    return [
        _arrow("g = grad", "gradient"),
        Line("A = abs(H) + c*I", "curvature", matrix=True),
        _arrow("d = -dot(inv(A), g)", "newton", Unit.WAY, term="direction", ahead=True),
        _step("p = p + lr*d"),
    ]


def _lbfgs(settings: Settings) -> list[Line]:
    gradient, remembered = _arrow("g = grad", "gradient"), Line("B = bfgs(s, y)", "remembered", matrix=True)
    far = Line("t = search(d)", "searched_far", term="t", given=True, scalar=True)
    if settings["max_iter"] == 1:
        searched = _arrow("d = -dot(B, g)", "searched", Unit.WAY, term="d", ahead=True)
        return [gradient, remembered, searched, far, _step("p = p + delta", "made")]
    # With more than one iteration a step, B, d and t are the last one's, which was made at another place:
    # no arrows. The whole step is what was moved.
    return [
        gradient,
        Line("h = grad", "last_slope", term="prev_flat_grad", given=True),
        remembered,
        Line("d = -dot(B, h)", "searched_last", unit=Unit.WAY, term="d"),
        far,
        _step("p = p + delta", "made_of_many"),
    ]


RULES: dict[str, Callable[[Settings], list[Line]]] = {
    "sgd": _sgd,
    "momentum": _sgd,
    "nesterov": lambda settings: _sgd(settings, nesterov=True),
    "adagrad": _adagrad,
    "adadelta": _adadelta,
    "rmsprop": _rmsprop,
    "rprop": _rprop,
    "adam": _adam,
    "adamw": lambda settings: _adam(settings, decoupled=True),
    "adamax": _adamax,
    "nadam": _nadam,
    "radam": _radam,
    "lion": _lion,
    "newton": _newton,
    "lbfgs": _lbfgs,
}

# Hyperparameters by their names in equations; the learning rate is each step's own.
_LETTERS: dict[str, str] = {
    "eps": "eps", "rho": "rho", "alpha": "alpha", "momentum": "mu", "dampening": "tau", "weight_decay": "w",
    "initial_accumulator_value": "start", "momentum_decay": "psi", "lr_decay": "decay", "damping": "c",
}  # fmt: skip
_PAIRS = {"betas": ("b1", "b2"), "etas": ("e1", "e2"), "step_sizes": ("low", "high")}


def lines_of(optimizer: str, settings: Settings, terms: list[str]) -> list[Line]:
    """The lines of an optimizer's step.

    Args:
        optimizer: its name in race.toml.
        settings: its hyperparameters.
        terms: the names of what a trace has of its state: all that is known of an optimizer that has no lines
            here.
    """
    if optimizer in RULES:
        return RULES[optimizer](settings)
    return [
        _arrow("g = grad", "gradient"),
        *(
            Line(f"{OWN}{term} = {_rule(optimizer)}(g, {OWN}{term})", "own", term=term, given=True)
            for term in _own(terms)
        ),
        _step("p = p + delta", "made"),
    ]


def with_noise(lines: Sequence[Line]) -> list[Line]:
    """The lines of a step whose gradient has noise, "xi"."""
    first, *others = lines
    return [replace(first, equation="g = grad + xi", words="noisy"), *others]


def _own(terms: list[str]) -> list[str]:
    """Names of an optimizer's own terms that an equation may hold, the first few of them."""
    return [term for term in terms if f"{OWN}{term}".isidentifier()][:7]


def _rule(optimizer: str) -> str:
    """What the rule of an optimizer without lines here is called: as its class, of all that is known of it.

    >>> _rule("mine.py:Heavy"), _rule("mine.py:sqrt")
    ('Heavy', 'rule')
    """
    name = optimizer.rpartition(":")[2]
    allowed = name.isidentifier() and not keyword.iskeyword(name) and name not in FUNCTIONS
    return name if allowed else "rule"


def constants(settings: Settings) -> dict[str, float]:
    """The hyperparameters under their names in equations, but for the learning rate."""
    values = {letter: settings[name] for name, letter in _LETTERS.items() if settings.get(name) is not None}
    for name, letters in _PAIRS.items():
        values |= dict(zip(letters, settings.get(name) or (), strict=False))
    if "b2" in values and values["b2"] < 1:
        longest = 2 / (1 - values["b2"]) - 1  # RAdam's
        values["R"], longest = longest, max(longest, 5.0)
        values["K"] = longest / ((longest - 4) * (longest - 2))
    return {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
