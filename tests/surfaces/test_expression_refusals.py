"""What an expression may not hold: each refusal is one line naming the piece and its column."""

from __future__ import annotations

import builtins
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surfaces import Expression, ExpressionError

# The text, the piece that the message must quote, and its column. What Python's own parser refuses stands in
# BROKEN, since its words and pieces change from one Python to the next.
REFUSED = [
    ("__import__('os').system('true')", "__import__('os').system('true')", 1),
    ("u + __import__('os')", "__import__('os')", 5),
    ("open('x', 'w') + u", "open('x', 'w')", 1),
    ("eval('u')", "eval('u')", 1),
    ("u.real", "u.real", 1),
    ("1 + ().__class__", "().__class__", 5),
    ("u + w", "w", 5),
    ("w + y", "w", 1),
    ("u*U", "U", 3),
    ("u + sin", "sin", 5),
    ("u + __builtins__", "__builtins__", 5),
    ("u + é", "é", 5),
    ("é + u + w", "é", 1),
    ("u + abs(é) + w", "é", 9),
    ("sin(u, v)", "sin(u, v)", 1),
    ("u + sin()", "sin()", 5),
    ("cos(x=u)", "cos(x=u)", 1),
    ("u*cos(u, out=v)", "cos(u, out=v)", 3),
    ("sin(*u)", "*u", 5),
    ("sin(**u)", "sin(**u)", 1),
    ("arcosh(u)", "arcosh(u)", 1),
    ("2*u(v)", "u(v)", 3),
    ("sin(u)(v)", "sin(u)(v)", 1),
    ("3*(2)(u)", "(2)(u)", 3),
    ("u < v", "u < v", 1),
    ("1 + (u == v)", "u == v", 6),
    ("0 < u < 1", "0 < u < 1", 1),
    ("u and v", "u and v", 1),
    ("not u", "not u", 1),
    ("u if v else 0", "u if v else 0", 1),
    ("lambda: u", "lambda: u", 1),
    ("(lambda x: x)(u)", "(lambda x: x)(u)", 1),
    ("(u := 2)", "u := 2", 2),
    ("'u'", "'u'", 1),
    ("u + 'a'", "'a'", 5),
    ("b'u' + u", "b'u'", 1),
    ("f'{u}'", "f'{u}'", 1),
    ("u + f'{v}'", "f'{v}'", 5),
    ("u + True", "True", 5),
    ("None*u", "None", 1),
    ("u + ...", "...", 5),
    ("u*1j", "1j", 3),
    ("u[0]", "u[0]", 1),
    ("u, v", "u, v", 1),
    ("u + [v]", "[v]", 5),
    ("{u}", "{u}", 1),
    ("{u: v}", "{u: v}", 1),
    ("[w for w in u]", "[w for w in u]", 1),
    ("u // v", "u // v", 1),
    ("π*w + u²", "w", 3),
    ("u²·v³ + w", "w", 9),
    ("u^2 + sin(u²−w)", "w", 14),
    ("u @ v", "u @ v", 1),
    ("u + (v & 1)", "v & 1", 6),
    ("u << 2", "u << 2", 1),
    ("~u", "~u", 1),
    ("9**9**9*u", "9**9**9", 1),
    ("u + 10**400", "10**400", 5),
    ("u**(9**9**9**9)", "9**9**9", 8),
    ("u + 1/0", "1/0", 5),
    ("u + log(0)", "log(0)", 5),
    ("u*sqrt(-1)", "sqrt(-1)", 3),
    ("u + (-8)**0.5", "(-8)**0.5", 5),
    ("u + 1e999", "1e999", 5),
    ("3", "3", 1),
    ("sin(pi) + e", "sin(pi) + e", 1),
    # Leading blanks, line breaks and tabs count as columns.
    ("   u + w", "w", 8),
    ("\tu + w", "w", 6),
    ("\n\nu + w", "w", 7),
    ("u +\n w", "w", 6),
    ("   (u\n + v + w)", "w", 14),
]  # fmt: skip

BROKEN = [
    ("sin(u", 4), ("u)", 2), ("sin u", 5), ("u v", 3), ("u = 1", 3), ("u; v", 2), ("import os", 1), ("u?", 2),
    ("  u?", 4), ("u² v²", 4), ("u := 1", 3), ("u +* v", 4), ("u\nv", 3), ("return u", 1), ("u + }", 5),
    ("u $ v", 3),
]  # fmt: skip
ENDLESS = ["u +", "u**", "2*(u+", "sin(", "", "   ", "\n", "-"]
ONE_LINE = re.compile(r".{1,400}")  # of which 200 are the functions that there are


def refusal(text: str) -> str:
    """The message that refuses `text`, which is one short printable line and is all that comes of it."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(ExpressionError) as error:
            Expression(text)
    assert warned == []
    message = str(error.value)
    assert ONE_LINE.fullmatch(message)
    assert message.isprintable()
    return message


@pytest.mark.parametrize(("text", "piece", "column"), REFUSED, ids=[text for text, *_ in REFUSED])
def test_a_refusal_names_the_piece_and_its_column(text: str, piece: str, column: int) -> None:
    assert f"{piece!r} at column {column} " in refusal(text)


@pytest.mark.parametrize(("text", "column"), BROKEN, ids=[text for text, _ in BROKEN])
def test_what_python_cannot_parse_is_refused_at_its_column(text: str, column: int) -> None:
    assert f" at column {column}: " in refusal(text)


@pytest.mark.parametrize("text", ENDLESS)
def test_what_ends_too_early_is_refused(text: str) -> None:
    assert " at column " in refusal(text)


@pytest.mark.parametrize("text", ["u +", "u**", "  u *", "(u) -"])
def test_what_ends_too_early_is_refused_at_its_end(text: str) -> None:
    assert f"'the end' at column {len(text) + 1}" in refusal(text)


@pytest.mark.parametrize(
    ("text", "nearest"), [("sine(u)", "'sin'"), ("U + v", "'u'"), ("sqr(u)", "'sqrt'"), ("u + Pi", "'pi'")]
)
def test_a_near_miss_gets_a_hint(text: str, nearest: str) -> None:
    assert f"did you mean {nearest}?" in refusal(text)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("(" * 10_000 + "u" + ")" * 10_000, 2001),
        ("(" * 60 + "u" + ")" * 60, 51),
        ("sin(" * 51 + "u" + ")" * 51, 204),
        ("u" * 100_000, 2001),
        ("u+" * 50_000 + "u", 2001),
        ("9" * 100_000, 2001),
    ],
)
def test_size_is_bounded_and_the_message_stays_short(text: str, column: int) -> None:
    assert re.search(rf"column {column}\b", refusal(text))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1900, "{" * 1900, "~" * 1990 + "u", "not " * 490 + "u", "u." * 990 + "u", "lambda:" * 280 + "u",
        "u" + "[0]" * 600, "u" + "()" * 900, "u if " * 390 + "u", "sin(" * 400,
        "9" * 1990 + "*u",
    ],
)  # fmt: skip
def test_deep_nesting_of_any_kind_is_refused_in_one_line(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(
    "text", ["u\x00", "\x00", "u + \ud800", "\ufeffu", "u\u200b", "\u202eu", "u\x1b[31m"]
)
def test_odd_characters_are_refused(text: str) -> None:
    assert "too deep" not in refusal(text)


@pytest.mark.parametrize("text", ["1or u", "u if 1else v", "'\\d'"])
def test_what_makes_python_warn_is_refused_without_the_warning(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize("text", ["u # a comment\n + v", "u # + v", "(u #\n)"])
def test_nothing_is_ever_left_out(text: str) -> None:
    # A "#" would hide what follows it, and once line breaks are blanks, all that follows it.
    refusal(text)


def test_nothing_is_ever_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "written"

    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("the text was handed to Python")

    effects = [
        f"open({str(target)!r}, 'w').write('x')",
        f"u + __import__('pathlib').Path({str(target)!r}).touch()",
        f"[c for c in ().__class__.__base__.__subclasses__()] or open({str(target)!r}, 'w')",
        f"sin(exec('open({str(target)!r})'))",
        f"f\"{{open({str(target)!r}, 'w')}}\"",
        f"(lambda: open({str(target)!r}, 'w'))()",
        f"(w := open({str(target)!r}, 'w'))",
    ]
    with monkeypatch.context() as patch:
        for name in ("eval", "exec", "open", "__import__"):
            patch.setattr(builtins, name, forbidden)
        accepted = Expression("sin(u)*cos(v)")
        messages = []
        for text in effects:
            try:
                Expression(text)
            except ExpressionError as error:
                messages.append(str(error))
        value = accepted(0.0, 1.0)
    assert value == 0.0
    assert len(messages) == len(effects)
    assert not target.exists()


ALPHABET = "uvxymdwhf²³⁻−π·√^%&|~! pie0123456789.+-*/()sincoexplgqrtah_,=<>:[]{}'\"#\\\n\t\0é²\U0001d482"


@given(st.one_of(st.text(ALPHABET, max_size=40), st.text(max_size=20)))
def test_any_text_at_all_is_accepted_or_refused_in_one_line(text: str) -> None:
    message = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what makes Python warn has a test of its own
        try:
            Expression(text)
        except ExpressionError as error:
            message = str(error)
    assert "\n" not in message
    assert message == "" or re.search(r"column \d+", message)
