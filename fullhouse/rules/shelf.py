"""The shelf: what of an event's offer the shop shows to a buyer, at which price, and why the rest does not sell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.offer import Offer, TicketType, Wanted
from fullhouse.rules.price import PricedFee, PricedLine, price_of
from fullhouse.rules.promo import PromoCode, offer_with
from fullhouse.rules.selling import TICKETS_MAX, refusal_of

ShelfState: TypeAlias = Literal["on_sale", "sold_out", "not_yet", "ended"]
EventSale: TypeAlias = Literal["on_sale", "sold_out", "not_yet", "ended", "begun", "cancelled", "draft"]

FEW = 10
"""So many tickets or fewer are said to be few."""


class Shelved(NamedTuple):
    """A ticket type as a buyer sees it; `line` is one ticket of it, all-in, and `was_minor` what it is without a code.

    `tickets_left` is what is left of it, None for no limit; `tickets_possible` what one booking may have of it now.
    """

    ticket_type: TicketType
    line: PricedLine
    was_minor: int | None
    state: ShelfState
    tickets_left: int | None
    tickets_possible: int

    @property
    def is_few(self) -> bool:
        """Whether so few are left that a buyer should know."""
        return self.state == "on_sale" and self.tickets_left is not None and self.tickets_left <= FEW


class Shelf(NamedTuple):
    """All that is shown of an offer; `fees` are added once to a booking that costs something."""

    sale: EventSale
    rows: tuple[Shelved, ...]
    fees: tuple[PricedFee, ...]


def shelf_of(
    offer: Offer,
    places_left: int,
    pools_left: Mapping[str, int | None],
    code: PromoCode | None,
    now: datetime,
    *,
    is_box_office: bool = False,
) -> Shelf:
    """The shelf at a moment, with what only the box office sells if it is that one's.

    `code` opens ticket types and lowers prices; whether it is valid is decided elsewhere.
    """
    priced = offer if code is None else offer_with(code, offer)
    shown = [one for one in offer.ticket_types.values() if _is_shown(one, code, is_box_office=is_box_office)]
    rows = tuple(_shelved(offer, priced, one, places_left, pools_left, now) for one in shown)
    return Shelf(_sale(offer, rows, now), rows, _booking_fees(priced, rows))


def _is_shown(one: TicketType, code: PromoCode | None, *, is_box_office: bool) -> bool:
    if one.visibility == "box_office":
        return is_box_office
    return one.visibility == "public" or (code is not None and code.opens(one))


def _shelved(
    offer: Offer,
    priced: Offer,
    one: TicketType,
    places_left: int,
    pools_left: Mapping[str, int | None],
    now: datetime,
) -> Shelved:
    (line,) = price_of(priced, [Wanted(one.id, 1)]).lines
    (without,) = price_of(offer, [Wanted(one.id, 1)]).lines
    left = _tickets_left(one, places_left, pools_left)
    possible = min(one.tickets_max or TICKETS_MAX, TICKETS_MAX if left is None else left)
    state = _state(one, possible, now)
    was_minor = without.each_minor if without.each_minor != line.each_minor else None
    return Shelved(one, line, was_minor, state, left, possible if state == "on_sale" else 0)


def _tickets_left(one: TicketType, places_left: int, pools_left: Mapping[str, int | None]) -> int | None:
    if not one.places:
        return None
    limits = [places_left, *(pools_left.get(pool_id) for pool_id in one.pool_ids)]
    return max(0, min(limit for limit in limits if limit is not None)) // one.places


def _state(one: TicketType, possible: int, now: datetime) -> ShelfState:
    if one.sales_from is not None and now < one.sales_from:
        return "not_yet"
    if one.sales_until is not None and now >= one.sales_until:
        return "ended"
    return "on_sale" if possible >= one.tickets_min else "sold_out"


def _sale(offer: Offer, rows: tuple[Shelved, ...], now: datetime) -> EventSale:
    refusal = refusal_of(offer, now)
    if refusal is not None:
        if refusal.code == "not_on_sale":
            return "not_yet" if "sales_from" in refusal.facts else "ended"
        by_code: dict[str, EventSale] = {"event_not_found": "draft", "event_cancelled": "cancelled"}
        return by_code.get(refusal.code, "begun")
    states = {row.state for row in rows}
    order: tuple[ShelfState, ...] = ("on_sale", "not_yet", "sold_out", "ended")
    return next((state for state in order if state in states), "ended")


def _booking_fees(priced: Offer, rows: tuple[Shelved, ...]) -> tuple[PricedFee, ...]:
    """Fees per booking that are the same whatever is bought; those in percent show once something is chosen."""
    fixed = {fee.id for fee in priced.fees if fee.per == "booking" and fee.kind == "fixed"}
    for row in rows:
        if row.line.face.gross_minor:
            fees = price_of(priced, [Wanted(row.ticket_type.id, 1)]).fees
            return tuple(fee for fee in fees if fee.fee_id in fixed)
    return ()
