"""A data set of the user's own, from a CSV file with a header."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from networks.datasets.dataset import Dataset, dataset
from support.messages import shorten, shown, unknown

_LARGEST = 1e100  # its square, and a sum of many such, are finite
_MISSING = {"", "?", "na", "n/a", "nan", "null", "none", "-"}


class DatasetError(ValueError):
    """A data set was refused; the message is one line that says what is wrong where."""


def csv_dataset(
    path: str | Path,
    label: str,
    task: Literal["classification", "regression"] | None = None,
    *,
    seed: int = 0,
    **split: Any,
) -> Dataset:
    """The samples of a CSV file: one column is the label, all others are features, which are numbers.

    Labels of text or whole numbers are classes, in the order of their names; other labels are a regression's.

    Args:
        path: of the file: UTF-8, columns separated by commas, their names in the first line.
        label: the name of the column to predict.
        task: "classification" or "regression", where the labels alone would say something else.
        seed: of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    Raises:
        DatasetError: if the file cannot be read, has no header, rows of another length, values that are
            missing or no numbers, no such label, or only one class.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "points.csv"
    >>> _ = path.write_text("x,y,kind\\n0,1,a\\n1,0,b\\n0,2,a\\n2,0,b\\n")
    >>> csv_dataset(path, label="kind").classes
    ('a', 'b')
    """
    if task not in {None, "classification", "regression"}:
        raise DatasetError(f"task must be 'classification' or 'regression', not {shown(task)}")
    header, rows = _read(path)
    if label not in header:
        _require_names(path, header, any)
        raise DatasetError(f"{path}: {unknown('label column', label, header)}")
    place = header.index(label)
    features = tuple(name for name in header if name != label)
    if not features:
        raise DatasetError(f"{path}: there is no column beside the label {label!r}")
    inputs = [
        [_number(path, line, name, cell) for name, cell in zip(header, row, strict=True) if name != label]
        for line, row in rows
    ]
    labels = [_present(path, line, label, row[place]) for line, row in rows]
    classes: tuple[str, ...] = ()
    if task == "regression" or (task is None and not _are_classes(labels)):
        targets: Any = [
            _number(path, line, label, cell) for (line, _), cell in zip(rows, labels, strict=True)
        ]
    else:
        classes = _classes(labels)
        if len(classes) == 1:
            raise DatasetError(
                f"{path}: column {label!r} has only one class, {shorten(classes[0])!r}; two are needed"
            )
        targets = [classes.index(_class(cell)) for cell in labels]
    return dataset(Path(path).stem, np.array(inputs), targets, features, classes, seed=seed, **split)


def _read(path: str | Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The names of the columns, and all rows that are not empty with the numbers of their lines."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, skipinitialspace=True)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except OSError as error:
        raise DatasetError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: no CSV file in UTF-8: {shorten(error, 80)}") from None
    if not rows:
        raise DatasetError(f"{path}: the file is empty: a header and rows of numbers are needed")
    (_, header), *rows = rows
    _require_names(path, header, all)
    for name in header:
        if not name or header.count(name) > 1:
            what = "twice" if name else "without a name"
            raise DatasetError(f"{path}: line 1 has a column {what}: {shorten(name)!r}; names must differ")
    for line, row in rows:
        if len(row) != len(header):
            raise DatasetError(f"{path}: line {line} has {len(row)} columns, {len(header)} are needed")
    if len(rows) < 2:
        raise DatasetError(f"{path}: there is only {len(rows)} row below the header, two or more are needed")
    return header, rows


def _require_names(path: str | Path, header: list[str], which: Callable[[Iterable[bool]], bool]) -> None:
    """Refuse a first line of which all cells, or any, are numbers: it is no header."""
    if which(_is_number(cell) for cell in header):
        number = next(cell for cell in header if _is_number(cell))
        raise DatasetError(
            f"{path}: line 1 is no header: {shorten(number)!r} is a number, the columns' names are needed"
        )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _present(path: str | Path, line: int, column: str, cell: str) -> str:
    if cell.lower() in _MISSING:
        raise DatasetError(
            f"{path}: line {line}, column {column!r}: {cell!r} is missing; give a value, or leave out the row"
        )
    return cell


def _number(path: str | Path, line: int, column: str, cell: str) -> float:
    _present(path, line, column, cell)
    if not _is_number(cell):
        raise DatasetError(
            f"{path}: line {line}, column {column!r}: {shorten(cell)!r} is text, only numbers are allowed"
        )
    value = float(cell)
    if not math.isfinite(value):
        raise DatasetError(
            f"{path}: line {line}, column {column!r}: {shorten(cell)!r} is no finite number, as is needed"
        )
    if abs(value) > _LARGEST:
        raise DatasetError(
            f"{path}: line {line}, column {column!r}: {shorten(cell)!r} is too large, "
            "at most 1e100 is allowed"
        )
    return value


def _are_classes(labels: list[str]) -> bool:
    """Whether labels are text or whole numbers."""
    numbers = [float(label) for label in labels if _is_number(label)]
    return len(numbers) < len(labels) or all(number.is_integer() for number in numbers)


def _class(label: str) -> str:
    """A class's name: 1.0 and 1 are one class."""
    if _is_number(label) and float(label).is_integer():
        return str(int(float(label)))
    return label


def _classes(labels: list[str]) -> tuple[str, ...]:
    """The classes in the order of their names, or of their numbers."""
    found = {_class(label) for label in labels}
    return tuple(sorted(found, key=lambda name: (0, float(name), "") if _is_number(name) else (1, 0.0, name)))
