"""`Stepper`: all that is compiled for the steps of parameters that share hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizers.compiled_step.rule_program import RuleCode, State, UpdateRule, rule_code


class Stepper:
    """Makes compiled steps; what it has compiled for other hyperparameters it forgets.

    Args:
        rule: the optimizer's.
        rate_name: what the rule calls its learning rate.
    """

    def __init__(self, rule: UpdateRule, rate_name: str) -> None:
        self._rule, self._rate_name = rule, rate_name
        self._compiled: dict[str, Any] | None = None  # the hyperparameters that the programs are for
        self._rated = False  # whether the learning rate has been changed by hand
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
            self._rated = True  # it may change again: no program for each
        else:
            self._codes.clear()
            self._left.clear()
            self._scratch.clear()

    def input(self, lr: Any) -> Any:
        """A step's learning rate as programs are given it; None where they hold it."""
        held = not self._rated and self._compiled is not None and lr is self._compiled.get(self._rate_name)
        return None if held else lr

    def move(
        self, i: int, gradient: Any, data: Any, state: State, step: int, lr: Any
    ) -> tuple[Any, State] | None:
        """The new value and state of parameter i; None where the rule cannot be compiled.

        Args:
            i: the parameter's number.
            gradient: of its shape.
            data: its value; the terms of `state` may be overwritten, this is not.
            state: as the last step left it, or as it was loaded.
            step: of the parameter, from 1.
            lr: what `input` gave.
        """
        code = self._code(data, lr)
        if code is not None and state and state is not self._left.get(i):
            fitted = code.fitted(state, data)
            code, state = (None, state) if fitted is None else (code, fitted)
        if code is None:
            self._left.pop(i, None)
            return None
        rest = (float(step),) if lr is None else (float(step), float(lr))
        moved: tuple[Any, State]
        if type(data) is float:
            moved = code.move_float(gradient, data, state, rest)
        else:
            moved = code.move_array(gradient, data, state, rest, self._scratch)
        self._left[i] = moved[1]
        return moved

    def _code(self, data: Any, lr: Any) -> RuleCode | None:
        """What computes a step of such a parameter; None where the rule itself has to."""
        points = type(data) is not float
        if points and not (isinstance(data, np.ndarray) and data.ndim):
            return None
        if lr is not None and np.ndim(lr):
            return None
        key = points, lr is not None
        if key not in self._codes:
            rated = "" if lr is None else self._rate_name
            self._codes[key] = rule_code(self._rule, self._compiled or {}, points, rated)
        return self._codes[key]
