"""`Stepper`: all that is compiled for the steps of parameters that share hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizers.compiled_step.rule_program import RuleCode, State, UpdateRule, rule_code


class Stepper:
    """Makes compiled steps by a rule; what it has compiled for other hyperparameters it forgets.

    The learning rate, which the rule calls `rate_name`, is given with each step.
    """

    def __init__(self, rule: UpdateRule, rate_name: str) -> None:
        self._rule, self._rate_name = rule, rate_name
        self._compiled: dict[str, Any] | None = None  # the hyperparameters that the programs are for
        self._codes: dict[bool, RuleCode | None] = {}  # for arrays and for floats
        self._left: dict[int, State] = {}  # the states that compiled steps have left
        self._scratch: dict[Any, Any] = {}

    def is_for(self, hyperparameters: Mapping[str, Any]) -> bool:
        """Whether the hyperparameters are those of the last step; arrays never are."""
        try:
            return hyperparameters == self._compiled
        except ValueError:
            return False

    def begin(self, hyperparameters: Mapping[str, Any]) -> None:
        """Make steps with these hyperparameters from now on; a new learning rate needs no new programs."""
        before, self._compiled = self._compiled, dict(hyperparameters)
        lr = {self._rate_name: hyperparameters.get(self._rate_name)}
        if before is None or not self.is_for(before | lr):
            self._codes.clear()
            self._left.clear()
            self._scratch.clear()

    def move(
        self, i: int, gradient: Any, data: Any, state: State, step: int, rate: tuple[float, ...] | None
    ) -> tuple[Any, State] | None:
        """The new value and state of parameter i; None where the rule cannot be compiled.

        The terms of `state` may be overwritten, `data` is not. `rate` is made by `optimizers.rate.as_input`.
        """
        points = type(data) is not float
        code = None if rate is None else self._code(points)
        if code is not None and state and state is not self._left.get(i):
            fitted = code.fitted(state, data)
            code, state = (None, state) if fitted is None else (code, fitted)
        if code is None or rate is None:
            self._left.pop(i, None)
            return None
        rest = (float(step), *rate)
        moved: tuple[Any, State]
        if points:
            moved = code.move_array(gradient, data, state, rest, self._scratch)
        else:
            moved = code.move_float(gradient, data, state, rest)
        self._left[i] = moved[1]
        return moved

    def _code(self, points: bool) -> RuleCode | None:
        """What computes a step of an array, or of a float."""
        if points not in self._codes:
            self._codes[points] = rule_code(self._rule, self._compiled or {}, points, self._rate_name)
        return self._codes[points]
