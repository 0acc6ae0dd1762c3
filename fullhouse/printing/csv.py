"""Tables as comma-separated values (RFC 4180), in a form that spreadsheets open as they are meant."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from fullhouse.rules.export import Cell, Column

MEDIA_TYPE = "text/csv; charset=utf-8"
BOM = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for a formula (OWASP, CSV injection), also in full width."""


def head(columns: Sequence[Column]) -> bytes:
    """The beginning of the file: the names of the columns."""
    return (BOM + _lines([[column.name for column in columns]])).encode()


def lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows of the file. Texts are in quotes, also where there is no comma, since some programs cut at other signs."""
    return _lines([[_shown(cell) for cell in row] for row in rows]).encode()


def _lines(rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return written.getvalue()


def _shown(cell: Cell) -> object:
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(FORMULA_STARTS) else cell
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return cell
