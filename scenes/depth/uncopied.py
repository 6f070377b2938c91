"""`Shared`: a value that copies of a mobject share."""

from __future__ import annotations

from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Holds an immutable value that copies of a mobject share.

    Manim copies mobjects for its animations and hashes them for its cache, with everything they hold. This is
    not copied and, as it has no __dict__, not hashed: its holder keeps a digest of what matters.
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self
