"""Names are text: whatever a name or a stranger's message says, it is shown as that and does nothing."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from rich.cells import cell_len

from support.messages import message_of, printable, shorten
from tests.cli import test_commands
from tests.cli.test_commands import Race

race, folder = test_commands.race, test_commands.folder

NAMES = ("$$", "$1 vs $2", r"$\frac{1}{", "_Adam", "[b]S[/b]", ":smile:", "{x}", "赤い亀", "عدّاء")


def config(*names: str, more: str = "") -> str:
    """A short race of racers with these names, in TOML's literal strings."""
    racers = "".join(f"[[racer]]\noptimizer = 'sgd'\nlr = 0.1\nname = '{name}'\n{more}" for name in names)
    return f"surface = 'slope'\nsteps = 5\n{racers}"


def test_the_table_shows_names_as_they_are(race: Race, folder: Path) -> None:
    (folder / "race.toml").write_text(config(*NAMES))
    done = race("run", "-o", "x.csv")
    assert (done.status, done.err) == (0, "")
    assert [name for name in NAMES if f"● {name}" not in done.out] == []


def test_a_long_name_is_folded_and_the_table_stays_a_table(
    race: Race, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = ("Descente", "de", "gradient", "à", "pas", "constant")
    for name in (" ".join(words), "AdamW (torch), lr=0.01, cosine schedule", "日本語の名前 $1 vs $2"):
        (folder / "race.toml").write_text(config(name, "Adam"))
        out = race("run", "-o", "x.csv").out
        assert "final loss:" not in out  # as where each row has lines of its own
        assert [word for word in name.split() if word not in out] == []
        assert max(map(cell_len, out.splitlines())) <= 80


# What OWASP's page on CSV injection lists, for commas and for semicolons between cells.
@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|calc!A1", "'=cmd|calc!A1"),
        ("+1+1", "'+1+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),  # noqa: RUF001
        ("a;=1", "a;'=1"),
        ("a = 1, b", "a = 1, b"),
        ('say "hi"', 'say "hi"'),
    ],
)
def test_no_name_is_a_formula_to_a_spreadsheet(race: Race, folder: Path, name: str, cell: str) -> None:
    (folder / "race.toml").write_text(config(name))
    assert race("run", "-o", "x.csv").status == 0
    with (folder / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["racer"] for row in rows} == {cell}
    assert rows[0]["gradient_u"].startswith("0")  # a number stays one


ESCAPES = {
    "colour": ("\x1b[31m", r"\x1b[31m"),
    "title": ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
    "bidi": ("\u202egda", r"\u202egda"),
    "isolate": ("\u2066a\u2069", r"\u2066a\u2069"),
    "C1": ("\x9b31m", r"\x9b31m"),
    "delete": ("a\x08b\x7f", r"a\x08b\x7f"),
}


@pytest.mark.parametrize("kind", ESCAPES)
def test_an_error_in_a_users_file_cannot_steer_the_terminal(race: Race, folder: Path, kind: str) -> None:
    raw, escaped = ESCAPES[kind]
    code = "from optimizers import Optimizer\nclass Mine(Optimizer):\n    pass\n"
    (folder / "mine.py").write_text(f"{code}raise ValueError({raw!r})\n")
    (folder / "race.toml").write_text("surface = 'slope'\n[[racer]]\noptimizer = 'mine.py:Mine'\n")
    done = race("run")
    assert done.status == 2
    assert raw not in done.err
    assert escaped in done.err
    assert done.err.count("\n") == 1
    assert done.err.removesuffix("\n").isprintable()


@pytest.mark.parametrize("kind", ESCAPES)
def test_nor_can_a_trace_a_file_or_an_argument(race: Race, folder: Path, kind: str) -> None:
    raw, _ = ESCAPES[kind]
    text = (folder / "race.toml").read_text(encoding="utf-8")
    (folder / "state.toml").write_text(f'record = "state"\n{text}', encoding="utf-8")
    assert race("run", "state.toml", "--steps", "3", "-o", "x.npz").status == 0
    with zipfile.ZipFile(folder / "x.npz", "a") as archive:
        archive.writestr(f"state/0/{raw}.npy", b"something else")
    damaged = (folder / "x.npz").read_bytes().replace(b"something else", b"something ELSE")
    (folder / "y.npz").write_bytes(damaged)
    for arguments in (
        ("plot", "y.npz"),
        ("plot", f"{raw}.npz"),
        ("run", f"{raw}.toml"),
        ("run", "--surface", raw),
        ("run", f"--{raw}"),
        (raw,),
        ("graph", raw),
        ("run", "-o", f"x.{raw}"),
    ):
        done = race(*arguments)
        assert done.status == 2
        assert done.err.count("\n") == 1
        assert done.err.removesuffix("\n").isprintable(), arguments


def test_messages_escape_once() -> None:
    assert printable("Zoë's 赤い亀 costs $5 \u00a0[red]") == "Zoë's 赤い亀 costs $5 \u00a0[red]"
    assert printable("a\nb\t\ud800") == r"a\nb\t\ud800"
    assert (
        printable(printable("\x1b"))
        == printable("\x1b")
        == shorten("\x1b")
        == message_of(ValueError("\x1b"))
        == r"\x1b"
    )


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_names_are_drawn_as_they_are(race: Race, folder: Path, suffix: str) -> None:
    (folder / "race.toml").write_text(config(*NAMES))
    done = race("plot", "-o", f"x{suffix}")
    assert (done.status, done.err) == (0, "")
