"""Exports: which columns each has, and what stands in their cells, for tables that people open in a spreadsheet.

The id of a booking and the code of a ticket are in none of them: whoever has these may act as the buyer.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from fullhouse.rules.minor_units import decimal_of
from fullhouse.rules.reference import reference_of
from fullhouse.rules.time_zone import on_clocks

ExportKind: TypeAlias = Literal["bookings", "tickets", "holders", "money"]
Cell: TypeAlias = str | int | Decimal | datetime | None
ColumnKind: TypeAlias = Literal["text", "number", "money", "moment", "reference"]

KINDS: tuple[ExportKind, ...] = get_args(ExportKind)


class Column(NamedTuple):
    """A column: its heading, and what it is made of: minor units for `money`, a booking's number for `reference`."""

    name: str
    kind: ColumnKind = "text"


class EventRow(NamedTuple):
    """What every row of an event's export says of it, and how its moments and amounts are written."""

    id: str
    name: str
    starts_at: datetime
    zone: tzinfo
    zone_name: str
    currency: str
    bookings_made: int


EVENT_COLUMNS = (Column("event"), Column("event_date", "moment"), Column("time_zone"))

OWN_COLUMNS: dict[ExportKind, tuple[Column, ...]] = {
    "bookings": (
        Column("reference", "reference"),
        Column("status"),
        Column("made_at", "moment"),
        Column("confirmed_at", "moment"),
        Column("cancelled_at", "moment"),
        Column("buyer_name"),
        Column("buyer_email"),
        Column("places", "number"),
        Column("cancelled_tickets", "number"),
        Column("currency"),
        Column("net", "money"),
        Column("tax", "money"),
        Column("total", "money"),
        Column("paid_by"),
        Column("promo_code"),
    ),
    "tickets": (
        Column("reference", "reference"),
        Column("ticket", "number"),
        Column("ticket_type"),
        Column("state"),
        Column("holder_name"),
        Column("buyer_name"),
        Column("buyer_email"),
        Column("booking_status"),
        Column("made_at", "moment"),
    ),
    "holders": (
        Column("attendee"),
        Column("ticket_type"),
        Column("reference", "reference"),
        Column("ticket", "number"),
        Column("buyer_name"),
        Column("buyer_email"),
    ),
    "money": (
        Column("reference", "reference"),
        Column("at", "moment"),
        Column("what"),
        Column("number", "number"),
        Column("account"),
        Column("currency"),
        Column("buyer", "money"),
        Column("sales", "money"),
        Column("fees", "money"),
        Column("tax", "money"),
        Column("refunds", "money"),
        Column("money", "money"),
        Column("buyer_name"),
    ),
}
"""What rows have behind what they say of their event, in the order in which `store/export.py` reads it."""


def columns_of(kind: ExportKind) -> tuple[Column, ...]:
    """All columns of an export."""
    return EVENT_COLUMNS + OWN_COLUMNS[kind]


def cells_of(kind: ExportKind, event: EventRow, row: Sequence[Any]) -> list[Cell]:
    """A row of an export, from what was read of it."""
    own = (cell_of(column.kind, value, event) for column, value in zip(OWN_COLUMNS[kind], row, strict=True))
    return [event.name, on_clocks(event.starts_at, event.zone), event.zone_name, *own]


def cell_of(kind: ColumnKind, value: Any, event: EventRow) -> Cell:  # noqa: ANN401 - what the database has there
    """A cell: moments in the event's time zone, money as a decimal in its currency."""
    if value is None:
        return None
    if kind == "moment":
        return on_clocks(value, event.zone)
    if kind == "money":
        return decimal_of(value, event.currency)
    if kind == "reference":
        return reference_of(event.id, value)
    cell: Cell = value
    return cell
