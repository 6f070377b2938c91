"""`Shared`: what a mobject holds but never changes."""

from __future__ import annotations

from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Holds a value that copies of a mobject share.

    Manim copies mobjects for its animations and hashes them for its cache, with all that they hold. This is
    not copied, and having no __dict__ it is not hashed: its holder keeps a digest of what matters.
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self
