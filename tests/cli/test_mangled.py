"""Mangled files through the command's own entry: a result, or one line and nothing written."""

from __future__ import annotations

import random
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import main
from races import load_spec, run_race

BASE = """
surface = "funky"
start = [0.1, 0.45]
steps = 9
target = -0.32
noise = { scale = 0.2, distribution = "gaussian", seed = 0 }

[film]
length = 35
language = "fr"
inside = ["Adam"]

[[racer]]
optimizer = "sgd"
lr = { schedule = "cosine", start = 0.01, steps = 9 }

[[racer]]
optimizer = "adam"
colour = "sky blue"
betas = [0.9, 0.999]
eps = 1e-8
"""
FORMULA = """
surface = { expression = "sin(3*u)*cos(v) + 0.1*u**2", u_range = [-2, 2], v_range = [-2, 2] }
start = [[1.5, 1.0], [0.5, -1.5]]
steps = 8
record = "state"

[[racer]]
optimizer = "lbfgs"
line_search_fn = "strong_wolfe"

[[racer]]
optimizer = "sgd"
name = "Heavy ball"
lr = 0.02
momentum = 0.9
nesterov = true
"""
NAMED = """
surface = { name = "ravine", condition = 1000, suggested = { rmsprop = 0.1 } }
steps = 7
record = "ends"
engine = "eager"

[[racer]]
optimizer = "newton"

[[racer]]
optimizer = "rmsprop"
alpha = 0.9
"""
VALUES = (
    "nan", "-inf", "inf", "-1", "0", "1e308", "-1e-320", "1.5", "true", '""', '"x"', '"\\u0000"', "[]", "{}",
    "[1, 2, 3]", "[[0.5, 0.5]]", "[nan, nan]", "1979-05-27", "07:32:00", "0x" + "f" * 5000, '"adam"',
    '"setup.py:X"', '"torch.optim.Adam"', "{ schedule = 1 }", '{ expression = "u", u_range = [0, 1] }',
    "'''\n'''",
)  # fmt: skip


def mangled(random_: random.Random) -> bytes:
    """A race's file with one or two things changed: a value, a line, a letter, a byte, its end."""
    text = random_.choice((BASE, FORMULA, NAMED))
    lines = text.splitlines()
    for _ in range(random_.randint(1, 2)):
        i, j = random_.randrange(len(lines)), random_.randrange(len(lines))
        match random_.randrange(6):
            case 0 | 1:
                key, equals, _ = lines[i].partition("=")
                lines[i] = f"{key}{equals} {random_.choice(VALUES)}" if equals else lines[i]
            case 2:
                lines[i] = ""
            case 3:
                lines[i], lines[j] = lines[j], lines[i]
            case 4:
                lines.insert(j, lines[i])
            case _:
                at = random_.randrange(len(lines[i]) + 1)
                letter = random_.choice("\"'[]{}=.,#-+_0e \t\\\u202e\x1bé")
                lines[i] = lines[i][:at] + letter + lines[i][at + random_.randrange(2) :]
    content = "\n".join(lines).encode()
    if random_.random() < 0.1:
        at = random_.randrange(len(content))
        content = content[:at] + bytes([random_.randrange(256)]) + content[at + 1 :]
    return content[: random_.randrange(len(content))] if random_.random() < 0.05 else content


class Command:
    """The command, run inside this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._set, self._capsys = monkeypatch.setattr, capsys

    def __call__(self, *arguments: str) -> bool:
        """Whether it succeeded; what it printed is checked, and so is that it wrote nothing if it did not."""
        output = Path("out.csv")
        output.unlink(missing_ok=True)
        before = set(Path().iterdir())
        self._set(sys, "argv", ["race", *arguments, "-o", str(output)])
        with pytest.raises(SystemExit) as exit_:  # and warnings are errors
            main()
        out, err = self._capsys.readouterr()
        written = set(Path().iterdir()) - before
        assert "Traceback" not in out + err
        assert "\x1b" not in out + err
        if not exit_.value.code:
            assert (written, err) == ({output}, "")
            return True
        assert exit_.value.code == 2
        assert (written, out) == (set(), "")
        assert err.startswith("race: ")
        assert err.count("\n") == 1
        assert len(err) < 1000
        return False


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return Command(monkeypatch, capsys)


@pytest.mark.parametrize("part", range(5))
def test_a_thousand_mangled_races(command: Command, part: int) -> None:
    random_ = random.Random(part)  # noqa: S311
    succeeded = 0
    for _ in range(200):
        content = mangled(random_)
        Path("race.toml").write_bytes(content)
        try:
            succeeded += command("run", "race.toml")
        except BaseException as error:
            error.add_note(content.decode(errors="backslashreplace"))
            raise
    assert 10 < succeeded < 190


def damaged(random_: random.Random, whole: bytes) -> Iterator[bytes]:
    """A trace's file with its bytes or its members changed."""
    with zipfile.ZipFile(Path("whole.npz")) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for k in range(200):
        if k % 2:
            changed = bytearray(whole)
            for _ in range(random_.choice((1, 2, 20))):
                changed[random_.randrange(len(whole))] = random_.randrange(256)
            yield bytes(changed)
            continue
        others = dict(members)
        a, b = random_.choice(list(members)), random_.choice(list(members))
        match random_.randrange(6):
            case 0:
                del others[a]
            case 1:
                others[a], others[b] = others[b], others[a]
            case 2:
                others[a.removesuffix(".npy") + random_.choice(("", ".txt", "\x1b[31m.npy"))] = others.pop(a)
            case 3:
                others[a] = others[a][: random_.randrange(len(others[a]))]
            case 4:
                others[f"state/{random_.choice(('0', '9', chr(27), ''))}/x.npy"] = others[b]
            case _:
                at = random_.randrange(len(others[a]))
                others[a] = others[a][:at] + random_.randbytes(1) + others[a][at + 1 :]
        with zipfile.ZipFile("made.npz", "w") as archive:
            for name, content in others.items():
                archive.writestr(name, content)
        yield Path("made.npz").read_bytes()


def test_two_hundred_damaged_traces(command: Command) -> None:
    Path("race.toml").write_text(FORMULA)
    run_race(load_spec("race.toml")).save("whole.npz")
    refused = 0
    random_ = random.Random(0)  # noqa: S311
    for content in damaged(random_, Path("whole.npz").read_bytes()):
        Path("t.npz").write_bytes(content)
        refused += not command("run", "t.npz")
    assert refused > 120
