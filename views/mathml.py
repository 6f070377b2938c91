"""Equations as MathML, which browsers render without scripts and without the internet."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from html import escape

from optimizers.equations import UpdateLine
from support.formulas import parse
from views.symbols import SYMBOLS

_SIGNS: dict[type[ast.AST], tuple[str, int]] = {  # and how strongly they bind
    ast.Gt: (">", 0), ast.Lt: ("<", 0), ast.Add: ("+", 1), ast.Sub: ("−", 1), ast.Mult: ("", 2),
    ast.Div: ("", 5), ast.Pow: ("", 5),
}  # fmt: skip


def equations_table(lines: Iterable[UpdateLine]) -> str:
    """An HTML table of equations, with the hyperparameters on which they depend.

    >>> line = UpdateLine("g = g + w*p", "penalty", when="weight_decay")
    >>> print(equations_table([line]))  # doctest: +ELLIPSIS
    <table class="equations">
    <tr><td><math ...</math></td><td>if <code>weight_decay</code></td></tr>
    </table>
    """
    rows = (f"<tr><td>{equation(line.text)}</td><td>{_condition(line.when)}</td></tr>" for line in lines)
    return "\n".join(('<table class="equations">', *rows, "</table>"))


def equation(text: str) -> str:
    """An equation.

    >>> equation("b = b1*b")
    '<math displaystyle="true"><mi>b</mi><mo>←</mo><mi>β₁</mi><mspace width="0.17em"/><mi>b</mi></math>'
    """
    name, right = parse(text)
    return f'<math displaystyle="true">{_name(name)}<mo>←</mo>{_set(right)}</math>'


def _condition(when: str) -> str:
    """A condition in words, its hyperparameters as code."""
    words = ("==", ">", "and", "not")
    parts = [
        escape(word) if word in words or word.isdigit() else f"<code>{word}</code>" for word in when.split()
    ]
    return f"if {' '.join(parts)}" if when else ""


def _name(name: str) -> str:
    base = f"<mi>{escape(SYMBOLS.get(plain := name.removesuffix('_hat'), plain))}</mi>"
    return f"<mover>{base}<mo>ˆ</mo></mover>" if name.endswith("_hat") else base


def _set(node: ast.expr, above: int = 0) -> str:
    """An expression, in brackets where it binds less tightly than its surroundings."""
    match node:
        case ast.Constant(value=value):
            shown = f"<mn>{value!r}</mn>"
        case ast.Name(id=name):
            shown = _name(name)
        case ast.UnaryOp(operand=operand):
            shown = _row("<mo>−</mo>", _set(operand, 2), brackets=above > 2)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            shown = f"<mfrac>{_row(_set(left))}{_row(_set(right))}</mfrac>"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            shown = f"<msup>{_row(_set(left, 5))}{_row(_set(right))}</msup>"
        case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
            sign, binds = _SIGNS[type(op)]
            middle = f"<mo>{escape(sign)}</mo>" if sign else '<mspace width="0.17em"/>'
            parts = _set(left, binds), middle, _set(right, binds + (sign == "−"))
            shown = _row(*parts, brackets=True) if above > binds else "".join(parts)
        case ast.Call(func=ast.Name(id=name), args=args):
            shown = _call(name, args)
        case _:
            raise TypeError(f"not in an equation: {ast.dump(node)}")
    return shown


def _call(name: str, args: Sequence[ast.expr]) -> str:
    match name:
        case "sqrt":
            return f"<msqrt>{_set(args[0])}</msqrt>"
        case "abs":
            return _row("<mo>|</mo>", _set(args[0]), "<mo>|</mo>")
        case "inv":
            return f"<msup>{_set(args[0], 5)}<mn>−1</mn></msup>"
        case "dot":
            return '<mspace width="0.17em"/>'.join(_set(arg, 2) for arg in args)
        case "where":
            rows = "".join(f"<mtr>{''.join(map(_cell, row))}</mtr>" for row in _cases(args))
            return _row("<mo>{</mo>", f"<mtable>{rows}</mtable>")
    inner = "<mo>,</mo>".join(map(_set, args))
    return f"<mi>{name}</mi>{_row(inner, brackets=True)}"


def _cases(args: Sequence[ast.expr]) -> list[tuple[str, str]]:
    """The cases of a choice: what holds, and when."""
    condition, chosen, other = args
    first = _set(chosen), f"<mtext>if </mtext>{_set(condition)}"
    match other:
        case ast.Call(func=ast.Name(id="where"), args=more):
            return [first, *_cases(more)]
    return [first, (_set(other), "<mtext>otherwise</mtext>")]


def _cell(inner: str) -> str:
    return f"<mtd>{inner}</mtd>"


def _row(*parts: str, brackets: bool = False) -> str:
    opening, closing = ("<mo>(</mo>", "<mo>)</mo>") if brackets else ("", "")
    return f"<mrow>{opening}{''.join(parts)}{closing}</mrow>"
