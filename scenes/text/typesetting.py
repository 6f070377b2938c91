"""Typesetting: equations in the film's font, with fractions, roots, powers and cases, each as one sprite."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self

import numpy as np
from manim import ImageMobject
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from scenes.depth.sprite import Drawing, Sprite
from scenes.text.equations import OWN, Values, evaluate, names
from scenes.text.math_boxes import (
    UP,
    GlyphRun,
    Setting,
    advance,
    brackets,
    cases,
    font,
    fraction,
    root,
    row,
    table,
    word,
)
from scenes.theme import EM, theme
from support.formulas import parse
from support.numbers import Numbers
from views.symbols import SYMBOLS
from views.theme import FAINT, INK, Theme, rgb

Picture = NDArray[np.uint8]

_TAKEN = {"u", "v", "g", "p"}  # what stands for something else in every film
_SIGNS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Add: ("+", 1), ast.Sub: ("−", 1), ast.Mult: ("·", 2), ast.Div: ("/", 2), ast.Pow: ("", 4),
    ast.Gt: (">", 0), ast.Lt: ("<", 0),
}  # fmt: skip
_SMALL = 0.72  # the size of powers
PITCH = 1.3  # ems from line to line of a matrix
_ENGLISH = Numbers()
_FINE = 4  # how many times finer strokes are drawn, to be smoothed


def symbol(name: str) -> str:
    """What a name looks like; an optimizer's own as it is written, but told from the axes.

    >>> symbol("b1"), symbol("own_b1"), symbol("own_v")
    ('β₁', 'b1', "v'")
    """
    if not name.startswith(OWN):
        return SYMBOLS.get(name, name)
    own = name.removeprefix(OWN)
    return f"{own}'" if own in _TAKEN else own


@dataclass(frozen=True)
class Typesetter:
    """Sets equations.

    Attributes:
        colours: of names.
        stacked: whether fractions are set one part over the other.
        values: with them, numbers are set in place of names, each in its name's colour.
        settings: names of hyperparameters: what is made of them alone is one number then.
        conditions: the words before a condition, and for all other cases.
        digits: of numbers; what is made of hyperparameters alone has more.
        finer: how many digits there are of names that need others.
        brief: whether what a whole expression joins is one number each.
        narrow: whether a condition stands below what it is of, not beside it.
        numbers: how numbers are written.
    """

    colours: Mapping[str, str]
    stacked: bool = True
    values: Values | None = None
    settings: frozenset[str] = frozenset()
    conditions: tuple[str, str] = ("if", "otherwise")
    digits: int = 3
    finer: Mapping[str, int] = field(default_factory=dict)
    brief: bool = False
    narrow: bool = False
    numbers: Numbers = _ENGLISH

    def equation(self, equation: str) -> Setting:
        """A whole equation, in symbols."""
        name, node = parse(equation)
        return row(self.name(name), word("←", FAINT), self.set(node), gap=0.22)

    def name(self, name: str) -> Setting:
        """A name."""
        colour = self.colours.get(name, INK)
        base = word(symbol(name.removesuffix("_hat")), colour)
        if not name.endswith("_hat"):
            return base
        hat = advance("ˆ")
        x = (base.width - hat) / 2
        return base | Setting(0.0, UP, 0.0, (GlyphRun("ˆ", x, 0.02, 1.0, colour),))

    def set(self, node: ast.expr, above: int = 0, right: bool = False) -> Setting:
        """An expression, in brackets where it binds less than what is around it.

        Args:
            node: what to set.
            above: how strongly it must bind: 1 as a sum, 2 as a product, 4 as a power's base.
            right: whether a sign stands before it, after which there is no minus without brackets.
        """
        if (short := self._number(node, above, right)) is not None:
            return short
        match node:
            case ast.Constant(value=value):
                shown = word(self.numbers.setting(float(str(value))), FAINT)
            case ast.Name(id=name):
                shown = self.name(name)
            case ast.UnaryOp(operand=operand):
                shown = self._bracketed(row(word("−", FAINT), self.set(operand, 2)), right or above > 2)
            case ast.BinOp(left=left, op=op, right=other):
                shown = self._operation(left, type(op), other, above, right)
            case ast.Compare(left=left, ops=[op], comparators=[other]):
                sign, _ = _SIGNS[type(op)]
                shown = row(self.set(left), word(sign, FAINT), self.set(other), gap=0.2)
            case ast.Call(func=ast.Name(id=name), args=args):
                shown = self._call(name, args)
            case _:
                raise TypeError(f"not in an equation: {ast.dump(node)}")
        return shown

    def _operation(
        self, left: ast.expr, kind: type[ast.operator], other: ast.expr, above: int, right: bool
    ) -> Setting:
        if kind is ast.Pow:
            return row(self.set(left, 4), self.set(other).moved(0.03, 0.42, _SMALL))
        if kind is ast.Div and self.stacked:
            return fraction(self.set(left), self.set(other))
        sign, binds = _SIGNS[kind]
        parts = self.set(left, binds, right), self.set(other, binds + (sign in "−/"), right=True)
        return self._bracketed(self._joined(sign, *parts), above > binds)

    def _joined(self, sign: str, left: Setting, right: Setting) -> Setting:
        if sign == "·" and self.values is None:
            return row(left, right, gap=0.2 if left.strokes else 0.14)
        return row(left, word(sign, FAINT), right, gap=0.2)

    def _number(self, node: ast.expr, above: int, right: bool) -> Setting | None:
        """The number that stands for a name, or for what is made of hyperparameters alone."""
        if self.values is None:
            return None
        found = names(node)
        if isinstance(node, ast.Name) and np.ndim(self.values[node.id]):
            return self.array(self.values[node.id], self.colours.get(node.id, INK))
        if isinstance(node, ast.Name):
            value, colour = float(self.values[node.id]), self.colours.get(node.id, INK)
            fixed = node.id in self.settings or node.id == "t"
        elif found and set(found) <= self.settings:
            value, colour, fixed = float(evaluate(node, self.values)), FAINT, True
        elif self.brief and above:
            value, colour, fixed = float(evaluate(node, self.values)), INK, False
        else:
            return None
        finer = self.finer.get(node.id, self.digits) if isinstance(node, ast.Name) else self.digits
        words = self.numbers.short(value, finer)
        if fixed and (
            self.digits >= 3 or len(self.numbers.setting(value)) <= max(5, len(words))
        ):  # 0.999 is not 1.00
            words = self.numbers.setting(value)
        shown = word(words, FAINT if fixed else colour)
        scientific = above == 4 and "·" in shown.runs[0].words
        return self._bracketed(shown, (value < 0 and (right or above > 2)) or scientific)

    def array(self, values: Any, colour: str) -> Setting:
        """A vector, as a column, or a matrix."""
        rows = np.reshape(np.asarray(values, dtype=np.float64), (len(values), -1)).tolist()
        cells = [[word(self.numbers.short(value, self.digits), colour) for value in row] for row in rows]
        return table(cells, PITCH)

    def _bracketed(self, inner: Setting, needed: bool) -> Setting:
        return brackets(inner, "()") if needed else inner

    def _call(self, name: str, args: Sequence[ast.expr]) -> Setting:
        if name == "sqrt":
            return root(self.set(args[0]))
        if name in {"dot", "inv"}:
            factors = [self.set(arg, 3) for arg in args]
            power = word("−1").moved(0.03, max(0.42, factors[0].up - 0.3), _SMALL)
            return row(*factors, gap=0.14) if name == "dot" else row(*factors, power)
        if name == "abs":
            return brackets(self.set(args[0]), "||")
        if name == "where":
            if self.values is not None:
                chosen = args[1] if bool(evaluate(args[0], self.values)) else args[2]
                return self.set(chosen)
            return cases(self._branches(args), self.narrow)
        inner = [
            part
            for arg in args
            for part in (word(self.numbers.between, FAINT), self.set(arg, int(self.brief)))
        ][1:]
        inner = [row(*inner[i : i + 2]) for i in range(0, len(inner), 2)]
        return row(word(name, FAINT), brackets(row(*inner, gap=0.16), "()"), gap=0.04)

    def _branches(self, args: Sequence[ast.expr]) -> list[tuple[Setting, Setting]]:
        """The cases of a condition: what holds, and when."""
        condition, chosen, other = args
        if_, otherwise = self.conditions
        first = self.set(chosen), row(word(if_, FAINT), self.set(condition), gap=0.25)
        if isinstance(other, ast.Call) and isinstance(other.func, ast.Name) and other.func.id == "where":
            return [first, *self._branches(other.args)]
        return [first, (self.set(other), word(otherwise, FAINT))]


class Typeset(Drawing):
    """A setting, its origin at the left end of its base line.

    Attributes:
        size: in points.
    """

    __slots__ = ("_setting", "_theme", "size")

    def __init__(self, shown: Setting, size: float, theme: Theme) -> None:
        self._setting, self._theme, self.size = shown, theme, size
        em = size * EM
        box = (0.0, -shown.down * em, max(shown.width, 0.01) * em, shown.up * em)
        super().__init__(box, repr((theme.name, shown.runs, shown.strokes, size)), em)

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Draw it with Pillow."""
        em = self.size * EM * unit
        colours = {run.colour for run in self._setting.runs} | {line.colour for line in self._setting.strokes}
        picture = np.zeros((size[1], size[0], 4))
        for colour in sorted(colours):
            letters = Image.new("L", size)
            pen = ImageDraw.Draw(letters)
            for run in self._setting.runs:
                if run.colour == colour:
                    at = run.x * em - left, round(top - run.y * em)
                    pen.text(at, run.words, font=font(round(run.scale * em, 2)), anchor="ls", fill=255)
            if any(stroke.colour == colour for stroke in self._setting.strokes):
                letters = ImageChops.lighter(self._strokes(colour, em, size, left, top), letters)
            ink = np.array([*rgb(self._theme.colour(colour)), 1.0])
            picture += np.asarray(letters)[..., None] * ink
        return np.asarray(np.rint(np.minimum(picture, 255)), dtype=np.uint8)

    def _strokes(self, colour: str, em: float, size: tuple[int, int], left: int, top: int) -> Image.Image:
        """The strokes of a colour, drawn finer and smoothed."""
        fine = Image.new("L", (_FINE * size[0], _FINE * size[1]))
        pen = ImageDraw.Draw(fine)
        width = max(round(_FINE * max(0.06 * em, 1.0)), 1)
        for stroke in self._setting.strokes:
            if stroke.colour == colour:
                points = [(_FINE * (x * em - left), _FINE * (top - y * em)) for x, y in stroke.points]
                pen.line(points, fill=255, width=width, joint="curve")
        return fine.resize(size, Image.Resampling.BOX)

    def plain(self) -> ImageMobject:
        """The picture as an image of Manim's."""
        picture, x, y = self.picture(100)
        image = ImageMobject(picture)
        height, width = np.array(picture.shape[:2]) / 100
        image.stretch_to_fit_width(width).stretch_to_fit_height(height)
        return image.move_to(np.array([x / 100 + width / 2, y / 100 - height / 2, 0.0]))


class Equation(Sprite):
    """A line of mathematics that stands still or says something else.

    Args:
        shown: what it says.
        size: in points.
    """

    def __init__(self, shown: Setting, size: float) -> None:
        self._size = size
        super().__init__(_typeset(shown, size, theme()))

    def stand(self, x: float, y: float) -> Self:
        """Put the left end of its base line there."""
        origin, _, _ = self.place()
        return self.shift(np.array([x, y, 0.0]) - origin)

    def write(self, shown: Setting, size: float | None = None) -> Self:
        """Say something else, from the same place on."""
        drawing = _typeset(shown, size or self._size, theme())
        if drawing is not self.drawing:
            origin, _, _ = self.place()
            left, bottom, right, top = drawing.box
            self.points = np.array([[left, bottom, 0.0], [right, bottom, 0.0], [left, top, 0.0]]) + origin
            self.drawing, self.digest = drawing, drawing.digest
        return self


@lru_cache(maxsize=4096)
def _typeset(shown: Setting, size: float, theme: Theme) -> Typeset:
    return Typeset(shown, size, theme)
