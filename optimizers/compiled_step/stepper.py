"""`Stepper`: all that is compiled for the steps of parameters that share hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizers.compiled_step.rule_program import RuleCode, State, UpdateRule, rule_code

_NONE = object()  # what no learning rate is


class Stepper:
    """Makes compiled steps; what it has compiled for other hyperparameters it forgets.

    Args:
        rule: the optimizer's.
        rate_name: what the rule calls its learning rate.

    Attributes:
        held: the learning rate that programs hold; any other is given them with each step.
    """

    def __init__(self, rule: UpdateRule, rate_name: str) -> None:
        self._rule, self._rate_name = rule, rate_name
        self._compiled: dict[str, Any] | None = None  # the hyperparameters that the programs are for
        self.held: Any = None
        self._codes: dict[tuple[bool, bool], RuleCode | None] = {}
        self._left: dict[int, State] = {}  # the states that compiled steps have left
        self._scratch: dict[Any, Any] = {}

    def is_for(self, hyperparameters: Mapping[str, Any]) -> bool:
        """Whether the hyperparameters are those of the last step; arrays never are."""
        try:
            return hyperparameters == self._compiled
        except ValueError:
            return False

    def begin(self, hyperparameters: Mapping[str, Any]) -> None:
        """Make steps with these hyperparameters from now on."""
        before, self._compiled = self._compiled, dict(hyperparameters)
        lr = {self._rate_name: hyperparameters.get(self._rate_name)}
        if before is not None and self.is_for(before | lr):
            self.held = _NONE  # it may change again: no program for each
        else:
            self.held = hyperparameters.get(self._rate_name)
            self._codes.clear()
            self._left.clear()
            self._scratch.clear()

    def move(
        self, i: int, gradient: Any, data: Any, state: State, step: int, lr: Any
    ) -> tuple[Any, State] | None:
        """The new value and state of parameter i; None where the rule cannot be compiled.

        Args:
            i: the parameter's number.
            gradient: of its shape.
            data: its value, a float or an array; the terms of `state` may be overwritten, this is not.
            state: as the last step left it, or as it was loaded.
            step: of the parameter, from 1.
            lr: the step's learning rate; None where programs hold it.
        """
        points = type(data) is not float
        code = None if lr is not None and np.ndim(lr) else self._code(points, lr is not None)
        if code is not None and state and state is not self._left.get(i):
            fitted = code.fitted(state, data)
            code, state = (None, state) if fitted is None else (code, fitted)
        if code is None:
            self._left.pop(i, None)
            return None
        rest = (float(step),) if lr is None else (float(step), float(lr))
        moved: tuple[Any, State]
        if points:
            moved = code.move_array(gradient, data, state, rest, self._scratch)
        else:
            moved = code.move_float(gradient, data, state, rest)
        self._left[i] = moved[1]
        return moved

    def _code(self, points: bool, rated: bool) -> RuleCode | None:
        """What computes a step of an array or of a float, with a learning rate that is given or held."""
        key = points, rated
        if key not in self._codes:
            name = self._rate_name if rated else ""
            self._codes[key] = rule_code(self._rule, self._compiled or {}, points, name)
        return self._codes[key]
