"""A small file cannot exhaust the machine: what is too much is refused in one line that says the bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from races import SpecError, load_spec
from races.toml_file import MOST_BYTES, MOST_PARTS
from tests.races.helpers import RACER, top, written

HUGE = "0x" + "f" * 20_000  # an integer that Python does not convert to decimal digits


def refusal(path: Path) -> str:
    """The line that refuses a file."""
    with pytest.raises(SpecError) as error:
        load_spec(path)
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


@pytest.mark.parametrize(
    "line",
    [
        "a" + ".a" * 40_000 + " = 1",
        "'a'" + ' . "a"' * 40_000 + " = 1",
        "[a" + ".a" * 40_000 + "]",
        "[[a" + ".a" * 40_000 + "]]",
        "surface = { a" + ".a" * 40_000 + " = 1 }",
        "a" + ".b" * MOST_PARTS + " = 1",
    ],
    ids=["bare", "quoted", "table", "array", "inline", "one too many"],
)
def test_a_key_of_very_many_parts_is_refused(tmp_path: Path, line: str) -> None:
    assert f"must have at most {MOST_PARTS} parts" in refusal(written(tmp_path / "r.toml", line))


def test_what_only_looks_like_a_long_key_is_read(tmp_path: Path) -> None:
    lines = "# 1.2.3.4.5.6.7\n# " + ". " * 100 + "\ntarget = 0.125\nstart = [[0.5, 0.5], [0.25, 0.25]]\n"
    assert load_spec(written(tmp_path / "r.toml", top(lines))).target == 0.125
    assert "unknown key" in refusal(written(tmp_path / "r.toml", "a" + ".b" * (MOST_PARTS - 1) + " = 1"))


def test_a_file_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    fill = top("").encode()
    load_spec(written(tmp_path / "r.toml", fill + b"\n" * (MOST_BYTES - len(fill))))
    assert "must have at most 4,000,000 bytes" in refusal(
        written(tmp_path / "r.toml", fill + b"\n" * (MOST_BYTES + 1 - len(fill)))
    )
    assert "must have at most 4,000,000 bytes" in refusal(Path("/dev/zero"))


@pytest.mark.parametrize("racer", [RACER, "[[racer]]\n", '[[racer]]\noptimizer = "none.py:Mine"\n'])
def test_too_many_racers_are_refused(tmp_path: Path, racer: str) -> None:
    line = refusal(written(tmp_path / "r.toml", 'surface = "slope"\n' + racer * 1001))
    assert line.endswith("racer: must be at most 1,000 tables [[racer]], got 1,001")


def test_a_thousand_racers_get_names_of_their_own(tmp_path: Path) -> None:
    taken = 'name = "SGD 3"\n'
    spec = load_spec(
        written(tmp_path / "r.toml", 'surface = "slope"\n' + RACER + RACER + taken + RACER * 998)
    )
    names = [racer.name for racer in spec.racers]
    assert names[:4] == ["SGD", "SGD 3", "SGD 2", "SGD 4"]
    assert len(set(names)) == 1000


@pytest.mark.parametrize(
    "text",
    [
        f"surface = {HUGE}\n{RACER}",
        top(f"steps = {HUGE}"),
        top(f"start = [{HUGE}, 1]"),
        top(f"target = {HUGE}"),
        top(f"noise = {{ scale = {HUGE} }}"),
        top(f"[film]\nlength = {HUGE}"),
        top("") + f"lr = {HUGE}\n",
        top("") + f'lr = {{ schedule = "cosine", start = 0.1, steps = {HUGE} }}\n',
        top("") + f"[[racer]]\noptimizer = {HUGE}\n",
        top("") + f"name = {HUGE}\n",
    ],
)
def test_an_integer_of_very_many_digits_is_refused(tmp_path: Path, text: str) -> None:
    assert "an integer of 80,000 bits" in refusal(written(tmp_path / "r.toml", text))
