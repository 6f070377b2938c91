"""`Panel`: the equations of an optimizer's step, their values, and the line at hand in words and numbers."""

from __future__ import annotations

import ast
import itertools
from typing import Self

import numpy as np
from manim import LEFT, RIGHT, Group

from optimizers.equations import Quantity, UpdateLine
from races import Trace
from races.status import Status
from scenes.depth.mobjects import Ball
from scenes.depth.sprite import Corners, Label, fitted, line_width
from scenes.depth.uncopied import Shared
from scenes.step.equation_fit import GAP, cell, cells, equations, height
from scenes.step.look import Look, wrapped
from scenes.step.squares import Field, Patch
from scenes.step.steps import Steps
from scenes.text.equations import branch
from scenes.text.math_boxes import Setting, row, word
from scenes.text.typesetting import PITCH, Equation
from scenes.theme import EM, HEADING, SMALL
from support.formulas import parse
from support.numbers import Numbers, change_digits
from views.theme import FAINT, INK

Room = tuple[float, float, float]

_ENGLISH = Numbers()
HEAD = 0.5  # the height of the name's line
_LINE = 0.43  # from line to line of the words
_WORDS, _SUMS = (
    0.97,
    (0.49, 0.04),
)  # the base lines of the last words, and of the numbers below, from the bottom
_LONGEST = 6.0  # the width from which two lines of words are enough
_DIM, _DONE = 0.35, 0.85  # the opacity of lines that are to come, and of those that are done


def lines_of_words(width: float) -> int:
    """How many lines of words there may be below the equations, in so wide a card."""
    return 2 if width >= _LONGEST else 4


def card_height(width: float) -> float:
    """The height of the words and numbers below the equations."""
    return _WORDS + lines_of_words(width) * _LINE - 0.07


class Panel(Group):
    """Name, equations, values, words; to be fixed in the frame.

    Args:
        trace: the race.
        racer: the racer's index.
        steps: the racer's.
        look: colours and words.
        rooms: of the equations; of the words below them, left, right and bottom; of the name's line, left,
            right and base line.
        size: of equations, at most.

    Attributes:
        live: the part of it that changes.
    """

    def __init__(
        self,
        trace: Trace,
        racer: int,
        steps: Steps,
        look: Look,
        rooms: tuple[Corners, Room, Room],
        size: float,
    ) -> None:
        self._steps, self._look = Shared(steps), look
        self._total = trace.spec.steps
        self._ended = Status(trace.status[racer, 0])
        self._said: dict[tuple[int, int], tuple[list[str], list[Setting]]] = {}
        corners, card, head = rooms
        axes = self._set_rows(corners, size)
        self._set_card(card)
        self._pace = Label("0", SMALL, FAINT).stand(head[1], head[2], RIGHT)
        self.live = Group(self._mark, *self._rows, *self._words, *self._sums, self._pace, *self._values)
        super().__init__(*self._set_head(head), *axes, self.live)

    def _set_rows(self, corners: Corners, size: float) -> list[Label]:
        """The equations, their values, and the names of the axes over these."""
        (left, bottom, right, top), steps, look = corners, self._steps.value, self._look
        self._left, self._right = left, right
        shown, size = equations(steps, look, right - left, top - bottom, size)
        spare = (top - bottom - height(shown, size)) / max(len(shown), 1)
        gap = GAP + float(np.clip(spare, 0.0, 0.5))
        self._rows, self._values, self._levels = Group(), Group(), []
        ends, y = (right - cell() - 0.1, right - 0.1), top
        for line, one in zip(steps.lines, shown, strict=True):
            base, below = y - gap / 2 - one.up * size * EM, y - (one.up + one.down) * size * EM - gap
            self._rows.add(Equation(one, size).stand(left + 0.1, base))
            colour = look.colours.get(parse(line.text)[0], INK)
            count = cells(line, look)
            self._values.add(*(Label("0", SMALL, colour).stand(x, base, RIGHT) for x in ends[2 - count :]))
            self._levels.append((below, y))
            y = below
        self._mark = Field(Patch(INK, 0.1)).cover((left, y, right, y + 0.1))
        axes = zip("uv", ends, strict=True) if look.columns else ()
        return [Label(axis, SMALL, FAINT).stand(x, top + 0.1, RIGHT) for axis, x in axes]

    def _set_card(self, card: Room) -> None:
        """The words on the line at hand, and its sums."""
        left, right, bottom = card
        self._width = right - left
        self._lines = lines_of_words(self._width)
        levels = [bottom + _WORDS + _LINE * i for i in reversed(range(self._lines))]
        self._words = Group(*(Label("-", SMALL, INK).stand(left + 0.1, y, LEFT) for y in levels))
        self._sums = Group(*(Equation(word("0"), SMALL).stand(left + 0.1, bottom + y) for y in _SUMS))

    def _set_head(self, head: Room) -> list[Ball | Label]:
        """The racer's ball and name, as much of it as there is room for beside the count of steps."""
        (left, right, base), racer, common = head, self._steps.value.racer, self._look.common
        total = common.count(self._total)
        pace = common.pace.format(step=total, steps=total)
        room = right - left - line_width(pace, SMALL) - 0.9
        big = HEADING * 0.8
        while big > SMALL and line_width(racer.name, big, bold=True) > room:
            big -= 1  # rather than shortened
        name = fitted(racer.name, room, big, bold=True)
        return [
            Ball((left + 0.16, base + 0.12, 0.0), racer.colour, radius=0.14),
            Label(name, big, racer.colour, bold=True).stand(left + 0.45, base, LEFT),
        ]

    def at(self, step: int, line: int | None, progress: float, over: bool) -> Self:
        """Show a step.

        Args:
            step: which one.
            line: the line at hand; None for all of them.
            progress: how much of that line is done.
            over: whether there are no more steps.
        """
        steps, count = self._steps.value, self._look.common.count
        self._pace.write(self._look.common.pace.format(step=count(step + 1), steps=count(self._total)), RIGHT)
        labels, numbers = iter(self._values), self._look.common.numbers
        moments = steps.values(step)
        for i, shown in enumerate(steps.lines):
            done = line is None or i < line
            self._rows[i].set_opacity(1.0 if i == line else _DONE if done else _DIM)
            name, _ = parse(shown.text)
            for axis in range(cells(shown, self._look)):
                label = next(labels)
                value = _part(moments[i + 1][name], axis)
                before = _part(moments[i]["p"], axis)
                label.write(_seen(before, value, numbers) if name == "p" else numbers.short(value))
                label.set_opacity(
                    1.0 if done else float(np.clip(3 * progress - 1, 0, 1)) if i == line else 0.0
                )
        self._move_mark(line, progress)
        self._say(step, line, over)
        return self

    def _move_mark(self, line: int | None, progress: float) -> None:
        self._mark.set_opacity(float(line is not None))
        if line is not None:
            glide = min(1.0, 5 * progress)
            (low, high), (below, above) = self._levels[max(line - 1, 0)], self._levels[line]
            if line == 0:
                low, high = below, above
            self._mark.cover(
                (
                    self._left,
                    low + glide * (below - low),
                    self._right,
                    high + glide * (above - high),
                )
            )

    def _say(self, step: int, line: int | None, over: bool) -> None:
        """The words of the card, and the sums."""
        words, sums = self._card(step, line, over)
        for label, told in zip(self._words, [*words, *[""] * self._lines], strict=False):
            label.set_opacity(float(bool(told)))
            if told:
                label.write(told, LEFT)
        for equation, shown in zip(self._sums, [*sums, None, None], strict=False):
            equation.set_opacity(float(shown is not None))
            if shown is not None:
                equation.write(shown)

    def _card(self, step: int, line: int | None, over: bool) -> tuple[list[str], list[Setting]]:
        steps, words = self._steps.value, self._look.words
        width = self._width - 0.2
        loss = self._look.common.numbers.loss(float(steps.losses[min(step + 1, steps.count)]))
        loss = loss.replace("inf", "∞")
        if over:
            status = self._look.common.statuses[self._ended]
            end = words.ended.format(status=status, steps=self._look.common.count(steps.count), loss=loss)
            return wrapped(end[:1].upper() + end[1:], width, SMALL, self._lines), []
        if line is None:
            said = wrapped(words.quick, width, SMALL, self._lines - 1)
            return [*said, f"{self._look.common.loss} {loss}"], [] if self._look.columns else self._brief(
                step
            )
        if (step, line) not in self._said:
            shown = steps.lines[line]
            self._said[step, line] = (
                wrapped(self._look.said(shown, steps), width, SMALL, self._lines),
                self._filled(step, line, shown),
            )
        return self._said[step, line]

    def _brief(self, step: int) -> list[Setting]:
        """Gradient and new position."""
        numbers = self._look.common.numbers
        first, *_, values = self._steps.value.values(step)
        setter = self._look.setter()
        return [
            row(
                word(f"{letter}:", FAINT),
                *(
                    part
                    for name, digits in (
                        ("g", 3),
                        ("p", change_digits(first["p"][axis], values["p"][axis])),
                    )
                    for part in (
                        setter.name(name),
                        word("=", FAINT),
                        word(
                            numbers.short(_part(values[name], axis), digits),
                            self._look.colours.get(name, INK),
                        ),
                    )
                ),
                gap=0.3,
            )
            for axis, letter in enumerate(("u", "v"))
        ]

    def _filled(self, step: int, place: int, line: UpdateLine) -> list[Setting]:
        """A line with its numbers, for u and for v; where they do not fit, with less of them."""
        if line.quantity is Quantity.MATRIX or "dot" in line.text:
            return self._whole(step, place, line)
        lines = self._steps.value.lines
        scalars = {parse(other.text)[0] for other in lines if other.scalar} | {"t"}
        others = {parse(other.text)[0] for other in lines if other.quantity is not Quantity.DIRECTION}
        folds: tuple[set[str], ...] = set(), scalars, scalars | others
        for brief, folded, digits in itertools.product((False, True), folds, (3, 2)):
            shown = self._with_numbers(step, place, line, digits, folded, brief)
            if all(one.width * SMALL * EM <= self._width - 0.2 for one in shown):
                return shown
        return self._results(step, place, line)

    def _results(self, step: int, place: int, line: UpdateLine) -> list[Setting]:
        """What a line makes, without what it makes it of."""
        name, _ = parse(line.text)
        value, numbers = self._steps.value.values(step)[place + 1][name], self._look.common.numbers
        setter = self._look.setter()
        shown = []
        for axis, letter in enumerate(("u", "v")[: 2 - line.scalar]):
            begin = [] if line.scalar else [word(f"{letter}:", FAINT)]
            result = word(numbers.short(_part(value, axis)), self._look.colours.get(name, INK))
            shown.append(row(*begin, setter.name(name), word("=", FAINT), result, gap=0.25))
        return shown

    def _whole(self, step: int, place: int, line: UpdateLine) -> list[Setting]:
        """A line of matrices and vectors with its numbers: as high as both lines of others."""
        colours, moments = self._look.colours, self._steps.value.values(step)
        name, right = parse(line.text)
        for digits in (3, 2, 1):
            setter = self._look.setter(moments[place], stacked=False, digits=digits)
            shown = self._look.setter().name(name) if line.quantity is Quantity.MATRIX else setter.set(right)
            result = setter.array(moments[place + 1][name], colours.get(name, INK))
            shown = row(shown, word("=", FAINT), result, gap=0.25).moved(0.0, -PITCH / 2)
            if shown.width * SMALL * EM <= self._width - 0.2:
                break
        return [shown]

    def _with_numbers(
        self, step: int, place: int, line: UpdateLine, digits: int, folded: set[str], brief: bool
    ) -> list[Setting]:
        """A line with its numbers, of so many digits; what is made of the names in `folded` is one number."""
        steps, colours = self._steps.value, self._look.colours
        moments = steps.values(step)
        name, right = parse(line.text)
        shown = []
        for axis, letter in enumerate(("u", "v")[: 2 - line.scalar]):
            values = {k: _part(value, axis) for k, value in moments[place].items() if np.ndim(value) < 2}
            value = _part(moments[place + 1][name], axis)
            finer = {"p": change_digits(values["p"], value, digits)} if name == "p" else {}
            fixed = steps.settings | folded
            setter = self._look.setter(
                values, stacked=False, settings=fixed, digits=digits, finer=finer, brief=brief
            )
            result = word(
                self._look.common.numbers.short(value, finer.get(name, digits)), colours.get(name, INK)
            )
            when, chosen = branch(right, values)
            inner = [] if when is None else [row(setter.set(when), word(":", FAINT))]
            plain = line.given or isinstance(chosen, ast.Name | ast.Constant)
            inner.append(self._look.setter().name(name) if plain else setter.set(chosen))
            begin = [] if line.scalar else [word(f"{letter}:", FAINT)]
            shown.append(row(*begin, *inner, word("=", FAINT), result, gap=0.25))
        return shown


def _seen(before: float, after: float, numbers: Numbers = _ENGLISH) -> str:
    """A new position, with the digits that show how it has changed, so far as a cell has room for them."""
    digits = change_digits(before, after)
    while digits > 3 and line_width(numbers.short(after, digits), SMALL) > cell() - 0.16:
        digits -= 1
    return numbers.short(after, digits)


def _part(value: object, axis: int) -> float:
    numbers = np.asarray(value, dtype=np.float64)
    return float(numbers[axis]) if numbers.ndim else float(numbers)
