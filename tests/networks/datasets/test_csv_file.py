"""A CSV file of the user's own: what is read, and what is refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from networks.datasets import DatasetError, csv_dataset

PLAIN: dict[str, Any] = {"test": 0.0, "standardise": False}


def read(folder: Path, text: str | bytes, label: str = "kind", **settings: Any) -> Any:
    path = folder / "own.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return csv_dataset(path, label, **settings)


def rows(data: Any) -> list[list[float]]:
    return sorted(
        [*x, y] for x, y in zip(data.train.inputs.tolist(), data.train.targets.tolist(), strict=True)
    )


def test_classes_of_text_are_numbered_by_their_names(tmp_path: Path) -> None:
    data = read(tmp_path, 'x, kind, "y, in cm"\n1, pear, 2\n\n3, apple, -4e0\n5, pear, 6\n', **PLAIN)
    assert (data.name, data.features, data.classes) == ("own", ("x", "y, in cm"), ("apple", "pear"))
    assert rows(data) == [[1, 2, 1], [3, -4, 0], [5, 6, 1]]


def test_whole_numbers_are_classes_in_their_order(tmp_path: Path) -> None:
    data = read(tmp_path, "x,kind\n0,10\n1,9\n2,9.0\n3,10\n", **PLAIN)
    assert data.classes == ("9", "10")
    assert rows(data) == [[0, 1], [1, 0], [2, 0], [3, 1]]


def test_other_numbers_are_a_regression(tmp_path: Path) -> None:
    data = read(tmp_path, "x,kind\n0,1.5\n1,2\n", **PLAIN)
    assert data.classes == ()
    assert rows(data) == [[0, 1.5], [1, 2.0]]


def test_the_task_can_be_given(tmp_path: Path) -> None:
    whole = "x,kind\n0,1\n1,2\n"
    assert read(tmp_path, whole, task="regression", **PLAIN).classes == ()
    assert read(tmp_path, "x,kind\n0,1.5\n1,2\n", task="classification", **PLAIN).classes == ("1.5", "2")


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    data = read(tmp_path, b"\xef\xbb\xbfx,kind\r\n1,a\r\n2,b\r\n", **PLAIN)
    assert data.features == ("x",)


def test_it_is_standardised_and_split(tmp_path: Path) -> None:
    lines = [f"{i},{'ab'[i % 2]}" for i in range(50)]
    data = read(tmp_path, "\n".join(["x,kind", *lines]))
    assert (len(data.train), len(data.test)) == (40, 10)
    np.testing.assert_allclose(data.train.inputs.std(), 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,kind\n1,a\n,b\n", "line 3, column 'x': '' is missing; give a value, or leave out the row"),
        ("x,kind\n1,a\nNaN,b\n", "line 3, column 'x': 'NaN' is missing"),
        ("x,kind\n1,a\n2,?\n", "line 3, column 'kind': '?' is missing"),
        (
            "x,city,kind\n1,Rome,a\n2,Bonn,b\n",
            "line 2, column 'city': 'Rome' is text, only numbers are allowed",
        ),
        ("x,kind\n1,a\ninf,b\n", "line 3, column 'x': 'inf' is no finite number"),
        ("x,kind\n1,a\n2,a\n", "column 'kind' has only one class, 'a'; two are needed"),
        ("1,2\n3,4\n", "line 1 is no header: '1' is a number, the columns' names are needed"),
        ("5.1,3.5,setosa\n4.9,3,setosa\n7,3,virginica\n", "line 1 is no header: '5.1' is a number"),
        ("x,knid\n1,a\n2,b\n", "unknown label column 'kind'; did you mean 'knid'? Allowed: x, knid"),
        ("x,x,kind\n1,1,a\n2,2,b\n", "line 1 has a column twice: 'x'; names must differ"),
        ("x,,kind\n1,1,a\n2,2,b\n", "line 1 has a column without a name: ''"),
        ("kind\na\nb\n", "there is no column beside the label 'kind'"),
        ("x,kind\n1,a\n2\n", "line 3 has 1 columns, 2 are needed"),
        ("x,kind\n1,a\n", "there is only 1 row below the header, two or more are needed"),
        ("", "the file is empty: a header and rows of numbers are needed"),
        (b"x,kind\n\xff,a\n", "no CSV file in UTF-8"),
    ],
)
def test_a_file_is_refused_in_one_line(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(DatasetError) as error:
        read(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / 'own.csv'}: {words}")
    assert "\n" not in str(error.value)


def test_a_regression_needs_numbers(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="line 2, column 'kind': 'a' is text, only numbers are allowed"):
        read(tmp_path, "x,kind\n1,a\n2,b\n", task="regression")


def test_a_missing_file_and_an_unknown_task_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"none.csv: no such file or directory"):
        csv_dataset(tmp_path / "none.csv", "kind")
    with pytest.raises(DatasetError, match="task must be 'classification' or 'regression', not 'ranking'"):
        csv_dataset(tmp_path / "none.csv", "kind", task="ranking")  # type: ignore[arg-type]
