"""Classes are abstract or final: no optimizer overrides a concrete method of another."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import pytest

from optimizers import OPTIMIZERS, ElementwiseOptimizer, Optimizer, VectorOptimizer
from optimizers.hyperparameters import Configured

KINDS = [Configured, Optimizer, ElementwiseOptimizer, VectorOptimizer, *OPTIMIZERS.values()]


def overridden(kind: type) -> list[str]:
    """The methods of a class that one of its bases has too, and not as an abstract one."""
    found = []
    for name, member in vars(kind).items():
        if callable(member) or isinstance(member, staticmethod | classmethod | property):
            others = [vars(base)[name] for base in kind.__mro__[1:-1] if name in vars(base)]
            if name != "__init_subclass__" and any(not is_abstract(other) for other in others):
                found.append(name)
    return found


def is_abstract(member: Any) -> bool:
    return bool(getattr(member, "__isabstractmethod__", False))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_concrete_method_is_overridden(kind: type) -> None:
    assert overridden(kind) == []


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_optimizer_of_the_registry_is_final_and_its_bases_are_not_made(kind: type[Optimizer]) -> None:
    assert getattr(kind, "__final__", False)
    assert all(base.__abstractmethods__ for base in kind.__mro__[1:] if base in KINDS[1:])  # type: ignore[attr-defined]


class Base:
    """Has a method that is concrete, and one that is not."""

    def concrete(self) -> None:
        """Does nothing."""

    @abstractmethod
    def abstract(self) -> None:
        """Does nothing."""


class Heir(Base):
    """Overrides both, and one of its own."""

    def concrete(self) -> None:
        """Does nothing."""

    def abstract(self) -> None:
        """Does nothing."""

    def own(self) -> None:
        """Does nothing."""


def test_a_planted_override_is_caught() -> None:
    assert overridden(Heir) == ["concrete"]


def test_a_class_with_nothing_but_a_rule_is_elementwise() -> None:
    class Helpers(Optimizer):
        """Has no rule itself."""

    class Own(Helpers):
        @staticmethod
        def rule(gradient: Any, parameter: Any, state: Any, step: int, *, lr: float = 1.0) -> Any:  # noqa: ARG004
            return parameter - lr * gradient, {}

    assert issubclass(Own, ElementwiseOptimizer)
    assert Own([]).hyperparameters == {"lr": 1.0}  # type: ignore[abstract]
    assert Optimizer.__subclasses__() == [ElementwiseOptimizer, VectorOptimizer]
