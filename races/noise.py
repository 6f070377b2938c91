"""Gradient noise: seeded, and the same for every racer.

Each step from a start gets one draw, for all racers and for all gradients evaluated within the step, as if
they saw the same mini-batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from races.toml_types import FrozenTable, Number

Array: TypeAlias = NDArray[np.float64]

_GROUP = 64  # starts that share a random stream
_CHUNK = 1024  # steps of one start drawn at once


class NoiseSpec(FrozenTable):
    """The noise added to dz/du and dz/dv at each step, independently.

    Attributes:
        distribution: "gaussian", or "student_t", which has heavy tails, as found by Simsekli, Sagun and
            Gurbuzbalaban, "A tail-index analysis of stochastic gradient noise in deep neural networks", 2019.
        scale: the standard deviation of the Gaussian, or the factor applied to Student's t.
        degrees: degrees of freedom, for Student's t only; the variance is infinite up to 2, the mean
            undefined up to 1.
        seed: of the random number generator.
    """

    distribution: Literal["gaussian", "student_t"] = "gaussian"
    scale: Annotated[Number, Field(ge=0)]
    degrees: Annotated[Number, Field(gt=0)] = 2.0
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="after")
    def _has_degrees(self, info: ValidationInfo) -> NoiseSpec:
        recorded = (info.context or {}).get("recorded", False)
        if self.distribution == "gaussian" and "degrees" in self.model_fields_set and not recorded:
            raise ValueError(f"degrees needs distribution = 'student_t', got {self.degrees:g} for 'gaussian'")
        return self

    @model_serializer(mode="wrap")
    def _without_degrees(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = plain(self)
        return {k: x for k, x in values.items() if k != "degrees" or self.distribution != "gaussian"}

    def of_starts(self, part: slice) -> Iterator[Array]:
        """The draws of some starts, step by step; each of shape (2, starts).

        Each group of starts has its own stream, so a start's draws depend neither on how many others there
        are nor on how a race is split into blocks.
        """
        first, last = part.start // _GROUP, -(-part.stop // _GROUP)
        streams = [self._stream(group) for group in range(first, last)]
        offset = part.start - first * _GROUP
        while True:
            drawn = np.concatenate([self._draw(stream, 1) for stream in streams], axis=1)[0]
            yield drawn[offset : offset + part.stop - part.start].T

    def of_start(self, start: int) -> Iterator[tuple[float, float]]:
        """The draws of one start, step by step: the same as `of_starts` yields for it."""
        stream = self._stream(start // _GROUP)
        while True:
            yield from self._draw(stream, _CHUNK)[:, start % _GROUP].tolist()

    def _stream(self, group: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=[self.seed, group]))

    def _draw(self, stream: np.random.Generator, steps: int) -> Array:
        shape = (steps, _GROUP, 2)
        gaussian = self.distribution == "gaussian"
        drawn = stream.standard_normal(shape) if gaussian else stream.standard_t(self.degrees, shape)
        with np.errstate(over="ignore"):  # a draw of inf ends the run
            return np.asarray(self.scale * drawn)
