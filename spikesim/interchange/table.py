"""Read text tables of numbers, with automatic detection of delimiter and header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from spikesim.errors import ValidationError
from spikesim.files import reason


@dataclass(frozen=True)
class Table:
    """Contents of a text file.

    Attributes
    ----------
    path : Path
        The file.
    comments : list of str
        Lines that begin with ``#`` before the first number, without the ``#``.
    header : list of str or None
        Names of the columns, if there are any.
    first : list of str
        Fields of the first row of numbers, as text.
    data : ndarray, shape (rows, columns)
        Numbers.
    skipped : int
        Number of lines before the first row of numbers.
    """

    path: Path
    comments: list[str]
    header: list[str] | None
    first: list[str]
    data: np.ndarray
    skipped: int

    def error(self, message: str, row: int) -> ValidationError:
        """ValidationError about a row of `data`, with its line number."""
        rows = (number for number, _ in _rows(self.path, self.skipped))
        return ValidationError(message, obj=f"{self.path}, line {next(islice(rows, row, None))}")


def read_table(path: Path) -> Table:
    """Read a text file of numbers in columns.

    Raises
    ------
    ValidationError
        If the file is not text, or a field is not a number, or rows differ in length.
    """
    try:
        return _read(path)
    except UnicodeDecodeError:
        raise ValidationError("is not a text file (UTF-8)", obj=str(path)) from None
    except OSError as error:
        raise ValidationError(f"cannot be read: {reason(error)}", obj=str(path)) from error


def _read(path: Path) -> Table:
    comments, header, skipped = [], None, 0
    with open(path, encoding="utf-8-sig") as file:
        for line in file:
            text = line.strip()
            if text.startswith("#"):
                comments.append(text[1:].strip())
            elif text:
                fields = _fields(text, _delimiter(text))
                if any(map(_is_number, fields)) or header is not None:
                    data = _numbers(path, skipped, _delimiter(text), len(header or fields))
                    return Table(path, comments, header, fields, data, skipped)
                header = names(text)
            skipped += 1
    return Table(path, comments, header, [], np.empty((0, len(header) if header else 2)), skipped)


def names(line: str) -> list[str]:
    """Column names in a header line; names separated by tabs may contain spaces."""
    return _fields(line, "\t" if "\t" in line else _delimiter(line))


def _numbers(path: Path, skipped: int, delimiter: str | None, columns: int) -> np.ndarray:
    try:
        data = np.loadtxt(
            path, skiprows=skipped, delimiter=delimiter, ndmin=2, quotechar='"',
            encoding="utf-8-sig",
        )  # fmt: skip
        if data.shape[1] == columns:
            return data
        reason = f"{columns} columns expected"
    except UnicodeDecodeError:
        raise
    except ValueError as error:
        reason = str(error)
    for number, text in _rows(path, skipped):
        fields = _fields(text, delimiter)
        wrong = [field for field in fields if not _is_number(field)]
        if wrong or len(fields) != columns:
            said = f"not a number: {wrong[0]!r}" if wrong else f"{len(fields)} columns"
            raise ValidationError(
                f"expected {columns} numbers separated by {_spoken(delimiter)}, got {said}",
                obj=f"{path}, line {number}",
            )
    raise ValidationError(f"cannot be read as numbers: {reason}", obj=str(path))


def _rows(path: Path, skipped: int) -> Iterator[tuple[int, str]]:
    """Line number (from 1) and text of the rows of numbers."""
    with open(path, encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            text = line.split("#", 1)[0].strip()
            if number > skipped and text:
                yield number, text


def _delimiter(line: str) -> str | None:
    """Delimiter of numbers; None for any whitespace."""
    return next((mark for mark in (";", ",") if mark in line), None)


def _spoken(delimiter: str | None) -> str:
    return {";": "semicolons", ",": "commas", None: "blanks"}[delimiter]


def _fields(line: str, delimiter: str | None) -> list[str]:
    return [field.strip().strip('"').strip() for field in line.split(delimiter)]


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
