"""Tables as CSV and XLSX: nothing in a cell is ever run, and every cell is what it was."""

import csv as reading
import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl  # type: ignore[import-untyped] # the library has no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.printing import csv, xlsx
from fullhouse.rules.export import Cell, Column

COLUMNS = (Column("name"), Column("at", "moment"), Column("tickets", "number"), Column("total", "money"))
BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2031, 7, 1, 20, 15, 30, 123456, tzinfo=BERLIN)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("http://x","y")']


def written(path: Path, rows: list[list[Cell]], rows_max: int = xlsx.SHEET_ROWS_MAX) -> openpyxl.Workbook:
    book = xlsx.Workbook(path, COLUMNS, rows_max)
    book.add(rows)
    book.close()
    return openpyxl.load_workbook(path)


def test_csv_begins_with_a_mark_and_its_headings_and_ends_lines_as_the_rfc_says() -> None:
    assert csv.head(COLUMNS) == b'\xef\xbb\xbf"name","at","tickets","total"\r\n'
    row: list[Cell] = ['Zoë "Z", Quinn', AT, 2, Decimal("-25.00")]
    expected = '"Zoë ""Z"", Quinn","2031-07-01T20:15:30+02:00",2,-25.00\r\n'
    assert csv.lines([row, [None, None, None, None]]).decode() == expected + '"","","",""\r\n'


@pytest.mark.parametrize("text", DANGEROUS)
def test_csv_lets_no_text_be_a_formula(text: str) -> None:
    ((cell,),) = reading.reader(io.StringIO(csv.lines([[text]]).decode(), newline=""))
    assert cell == "'" + text


def test_a_separator_in_a_text_begins_no_cell_of_its_own() -> None:
    """A program that cuts at semicolons must not find a formula behind one."""
    assert csv.lines([["Ann;=1+1"]]) == b'"Ann;=1+1"\r\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_csv_gives_every_text_back(texts: list[str]) -> None:
    (row,) = reading.reader(io.StringIO(csv.lines([texts]).decode(), newline=""))
    assert row == ["'" + text if text.startswith(csv.FORMULA_STARTS) else text for text in texts]


def test_xlsx_has_texts_as_texts_numbers_as_numbers_and_dates_as_dates(tmp_path: Path) -> None:
    texts = [*DANGEROUS[:5], "007", "http://example.org", "Zoë", "{=1}"]
    rows: list[list[Cell]] = [[text, AT, 2, Decimal("25.10")] for text in texts]
    sheet = written(tmp_path / "t.xlsx", [*rows, [None, None, None, Decimal(1_000)]]).active
    assert [cell.value for cell in sheet[1]] == ["name", "at", "tickets", "total"]
    for number, text in enumerate(texts, 2):
        name, at, tickets, total = sheet[number]
        assert (name.data_type, name.hyperlink) in {("s", None), ("inlineStr", None)}, text
        assert name.value == text
        assert (at.is_date, at.value) == (True, datetime(2031, 7, 1, 20, 15, 30, 123000))  # noqa: DTZ001 - a cell has no zone
        assert (tickets.data_type, tickets.value, total.value, total.number_format) == ("n", 2, 25.1, "0.00")
    last = sheet[len(texts) + 2]
    assert [cell.value for cell in last] == [None, None, None, 1_000]
    assert last[3].number_format == "0"


def test_what_lies_before_the_dates_of_excel_is_a_text(tmp_path: Path) -> None:
    sheet = written(tmp_path / "t.xlsx", [["x", AT.replace(year=year), None, None] for year in (1899, 1900)]).active
    assert sheet["B2"].value == "1899-07-01T20:15:30+01:00"
    assert sheet["B3"].is_date


def test_xlsx_goes_on_on_further_sheets(tmp_path: Path) -> None:
    book = written(tmp_path / "t.xlsx", [["x", None, number, None] for number in range(5)], rows_max=2)
    found = [[row[2].value for row in sheet.iter_rows()] for sheet in book.worksheets]
    assert found == [["tickets", 0, 1], ["tickets", 2, 3], ["tickets", 4]]
    assert xlsx.SHEET_ROWS_MAX + 1 == 1_048_576
