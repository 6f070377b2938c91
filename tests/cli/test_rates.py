"""What `race run` says of learning rates, and formulas on the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import main
from surfaces import SURFACES

Race = Callable[..., str]
TEXT = """
surface = "funky"
steps = 5
racer = [
    { optimizer = "sgd", lr = 0.125 },
    { optimizer = "adam" },
    { optimizer = "rmsprop", name = "Own", lr = 0.25 },
    { optimizer = "momentum", lr = { schedule = "cosine", start = 0.01, steps = 5 } },
]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Race:
    """The command in a folder that holds race.toml; gives what it prints."""
    (tmp_path / "race.toml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")

    def call(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["race", *arguments])
        with pytest.raises(SystemExit):
            main()
        return "".join(capsys.readouterr())

    return call


def test_the_rates_of_the_file_and_the_surface_are_told_apart(run: Race) -> None:
    out = run("run", "-o", "a.npz")
    assert "learning rates from race.toml: SGD 0.125, Own 0.25, Momentum cosine\n" in out
    assert f"learning rates suggested by funky: Adam {SURFACES['funky'].suggested['adam']:g}\n" in out


def test_what_another_surface_replaces_is_said(run: Race) -> None:
    rates = SURFACES["cliff"].suggested
    out = run("run", "--surface", "cliff", "-o", "a.npz")
    assert f"suggested by cliff, in place of race.toml's: SGD {rates['sgd']:g} (0.125)\n" in out
    assert f"learning rates suggested by cliff: Adam {rates['adam']:g}\n" in out
    assert "learning rates from race.toml: Own 0.25, Momentum cosine\n" in out


def test_a_formula_suggests_nothing(run: Race) -> None:
    out = run("run", "--surface", "u**2 + v**2", "-o", "a.npz")
    assert "u**2 + v**2, 5 steps from [-1.0, -1.0]" in out
    assert "learning rates from race.toml: SGD 0.125, Own 0.25, Momentum cosine\n" in out
    assert "learning rates by default: Adam 0.001\n" in out
    assert "learning rates: SGD 0.125, Adam 0.001, Own 0.25, Momentum cosine\n" in run(
        "run", "a.npz", "-o", "b.csv"
    )


def test_the_files_own_surface_is_no_other(run: Race) -> None:
    assert "from race.toml: SGD 0.125, Own" in run("run", "--surface", "funky", "-o", "a.npz")


@pytest.mark.parametrize(
    ("surface", "words"),
    [
        ("sqrt(x", "'(x' at column 5: '(' was never closed"),
        ("log(u)", "nan at u = -2, v = -2; it must be finite all over u_range = [-2.0, 2.0]"),
        ("himelblau", "unknown surface 'himelblau'; did you mean 'himmelblau'?"),
        ("three-hump-camel", "did you mean 'three_hump_camel'?"),
    ],
)
def test_a_wrong_surface_is_one_line(run: Race, surface: str, words: str) -> None:
    out = run("run", "--surface", surface)
    assert out.startswith("race: --surface: ")
    assert words in out
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(["u**2 + v**2"], "formula"), (["log(x)·y", "--at", "2", "3"], "formula"), (["mine.py:made"], "made")],
)
def test_graphs_of_formulas_and_files(run: Race, arguments: list[str], name: str) -> None:
    Path("mine.py").write_text(
        "from surfaces import Surface\n"
        "made = Surface(name='made', formula=lambda u, v: u * v, u_range=(-1, 1), v_range=(-1, 1),\n"
        "               z_range=(0, 4), start=(0.5, 0.5))\n"
    )
    assert run("graph", *arguments) == f"runs/{name}-graph.svg\n"
    assert Path("runs", f"{name}-graph.svg").read_text().startswith("<?xml")


def test_a_graph_of_what_is_no_surface_is_refused(run: Race) -> None:
    for text, words in (
        ("u + w", "unknown name 'w'"),
        ("fuky", "did you mean 'funky'?"),
        ("a.py:b", "no such file"),
    ):
        out = run("graph", text)
        assert words in out
        assert out.count("\n") == 1
