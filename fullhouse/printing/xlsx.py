"""Tables as an Excel workbook, written row by row to a file, so that no size of table needs more memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped] # the library has no types

from fullhouse.rules.export import Cell, Column

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_ROWS_MAX = 1_048_575
"""Rows that a sheet has beside its heading (Excel's limit is 1,048,576); what is more goes to further sheets."""

_WIDTH = 20
_YEAR_MIN = 1900
"""Earlier dates are none to Excel."""


class Workbook:
    """A workbook under way. Nothing of a text is ever taken for a formula, a link or a number."""

    def __init__(self, path: Path, columns: Sequence[Column], sheet_rows_max: int = SHEET_ROWS_MAX) -> None:
        """Begin a file at `path`; temporary parts of it stand beside it until it is closed."""
        self._book = xlsxwriter.Workbook(
            path,
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "use_zip64": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._columns = columns
        self._sheet_rows_max = sheet_rows_max
        self._bold = self._book.add_format({"bold": True})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._amounts: dict[int, Any] = {}
        self._begin_sheet()

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write further rows."""
        for row in rows:
            if self._rows == self._sheet_rows_max:
                self._begin_sheet()
            self._rows += 1
            for column, cell in enumerate(row):
                if cell is not None:
                    self._write(column, cell)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def let_go(self) -> None:
        """Close what is open of a file that may never be finished; of a finished one nothing is."""
        for sheet in self._book.worksheets():
            if sheet.row_data_fh is not None:
                sheet.row_data_fh.close()

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._rows = 0
        self._sheet.set_column(0, len(self._columns) - 1, _WIDTH)
        self._sheet.freeze_panes(1, 0)
        for column, one in enumerate(self._columns):
            self._sheet.write_string(0, column, one.name, self._bold)

    def _write(self, column: int, cell: Cell) -> None:
        if isinstance(cell, str):
            self._sheet.write_string(self._rows, column, cell)
        elif isinstance(cell, datetime) and cell.year < _YEAR_MIN:
            self._sheet.write_string(self._rows, column, cell.isoformat(timespec="seconds"))
        elif isinstance(cell, datetime):
            # A cell has no time zone: it shows the time on the clock there.
            self._sheet.write_datetime(self._rows, column, cell.replace(tzinfo=None), self._moment)
        elif isinstance(cell, Decimal):
            self._sheet.write_number(self._rows, column, float(cell), self._amount(cell))
        else:
            self._sheet.write_number(self._rows, column, cell)

    def _amount(self, cell: Decimal) -> Any:  # noqa: ANN401 - a format of the library, which has no types
        digits = -int(cell.as_tuple().exponent)
        if digits not in self._amounts:
            self._amounts[digits] = self._book.add_format({"num_format": "0." + "0" * digits if digits else "0"})
        return self._amounts[digits]
