"""Exports: every kind has its columns, and cells are as their event writes them."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from fullhouse.rules.booking_filter import ALL, BookingFilter, number_meant
from fullhouse.rules.export import KINDS, OWN_COLUMNS, EventRow, cell_of, cells_of, columns_of
from fullhouse.rules.minor_units import decimal_of, digits_of
from fullhouse.rules.reference import reference_of

AT = datetime(2031, 7, 1, 18, 0, tzinfo=UTC)
TOKYO = EventRow("0196a1b2-c3d4-7e5f-8a6b-000000000001", "Live", AT, ZoneInfo("Asia/Tokyo"), "Asia/Tokyo", "JPY", 9)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(2_500, "EUR", "25.00"), (-5, "EUR", "-0.05"), (2_500, "JPY", "2500"), (1, "KWD", "0.001"), (0, "EUR", "0.00")],
)
def test_money_is_a_decimal_with_the_digits_of_its_currency(minor: int, currency: str, text: str) -> None:
    assert str(decimal_of(minor, currency)) == text
    assert digits_of(currency) == len(text.partition(".")[2])


def test_cells_are_in_the_time_and_money_of_their_event() -> None:
    assert str(cell_of("moment", AT, TOKYO)) == "2031-07-02 03:00:00+09:00"
    assert cell_of("money", 2_500, TOKYO) == Decimal(2_500)
    assert cell_of("reference", 7, TOKYO) == reference_of(TOKYO.id, 7)
    assert [cell_of("text", value, TOKYO) for value in ("x", None)] == ["x", None]


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_has_a_cell_for_every_column(kind: str) -> None:
    (known,) = [one for one in KINDS if one == kind]
    row = cells_of(known, TOKYO, [None] * len(OWN_COLUMNS[known]))
    assert len(row) == len(columns_of(known))
    assert row[:3] == ["Live", AT, "Asia/Tokyo"]


def test_a_text_means_a_booking_only_when_it_is_the_reference_of_one() -> None:
    reference = reference_of(TOKYO.id, 5)
    assert number_meant(BookingFilter(text=f" {reference.lower()} "), TOKYO.id, 9) == 5
    assert number_meant(BookingFilter(text=reference), TOKYO.id, 4) is None
    assert number_meant(BookingFilter(text="Ann Lee"), TOKYO.id, 9) is None
    assert number_meant(ALL, TOKYO.id, 9) is None
