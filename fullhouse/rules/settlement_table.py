"""Settlements as a table: a row for each event, and one for each of its ways of paying and ticket types."""

from collections.abc import Iterator
from datetime import datetime

from fullhouse.rules.export import EVENT_COLUMNS, Cell, Column
from fullhouse.rules.minor_units import decimal_of
from fullhouse.rules.settlement import WAYS, Earned, Moved, Settlement, Tickets
from fullhouse.rules.time_zone import on_clocks

COLUMNS = (
    *EVENT_COLUMNS,
    Column("as_of", "moment"),
    Column("part"),
    Column("name"),
    Column("tickets_sold", "number"),
    Column("tickets_comp", "number"),
    Column("tickets_cancelled", "number"),
    Column("currency"),
    *(Column(name, "money") for name in ("sold_net", "sold_fees", "sold_tax", "sold_gross")),
    *(Column(name, "money") for name in ("back_net", "back_fees", "back_tax", "back_gross")),
    *(Column(name, "money") for name in ("received", "paid_back", "given_beyond", "owed_to_buyers", "owed_by_buyers")),
)


def rows_of(one: Settlement, as_of: datetime) -> list[list[Cell]]:
    """The rows of one event; what does not belong to a row is empty there."""
    event, sums = one.event, one.sums
    before: list[Cell] = [
        *(event.name, on_clocks(event.starts_at, event.zone), event.zone_name),
        on_clocks(as_of, event.zone),
    ]

    def row(part: str, name: str | None, tickets: Tickets | None, amounts: list[int | None]) -> list[Cell]:
        counts: list[Cell] = [None, None, None] if tickets is None else list(tickets)
        money = [None if minor is None else decimal_of(minor, event.currency) for minor in amounts]
        return [*before, part, name, *counts, event.currency, *money]

    received = sum(each.received_minor for each in one.moved)
    paid_back = sum(each.paid_back_minor for each in one.moved)
    owed = [sums.given_beyond_minor, sums.owed_to_buyers_minor, sums.owed_by_buyers_minor]
    return [
        row("total", None, one.tickets, [*_four(sums.sold), *_four(sums.taken_back), received, paid_back, *owed]),
        *(row("way of payment", WAYS[each.account], None, list(_of_way(each))) for each in one.moved),
        *(
            row("ticket type", each.name, each.tickets, [*_four(each.sold), *_four(each.taken_back), *[None] * 5])
            for each in one.by_type
        ),
    ]


def _four(earned: Earned) -> Iterator[int]:
    yield from (*earned, earned.gross_minor)


def _of_way(moved: Moved) -> Iterator[int | None]:
    yield from (*[None] * 8, moved.received_minor, moved.paid_back_minor, None, None, None)
