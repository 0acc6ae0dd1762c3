"""Booking by lines: whether they may be sold together, what of them fits, and the booking that they become."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from fullhouse.rules.booking import Actor, BasketRequest, Booking, Promo
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.offer import Offer, TicketType, Wanted
from fullhouse.rules.price import Price, price_of
from fullhouse.rules.promo import PromoCode, marked, not_valid_refusal, offer_with, use_of
from fullhouse.rules.refusals import (
    BuyerLimitReached,
    BuyerRequired,
    Fact,
    NotEnoughSeats,
    QuantityNotAllowed,
    Refusal,
    TicketTypeNotFound,
)
from fullhouse.rules.selling import Demand, OpenEvent, demand_of, window_refusal


class Terms(NamedTuple):
    """What a basket comes to by the offer alone, whatever is left: the same for all who want the same at one moment."""

    refusal: Refusal | None
    demand: Demand
    code: PromoCode | None
    promo: Promo | None
    price: Price
    is_free: bool


class Fitting(NamedTuple):
    """The lines that can be had, or why none can."""

    lines: tuple[Wanted, ...]
    refusal: Refusal | None = None


class Span(NamedTuple):
    """From when until when what is held now is held."""

    begins_at: datetime
    ends_at: datetime


def terms_of(offer: Offer, request: BasketRequest, code: PromoCode | None, now: datetime) -> Terms:
    """The terms of a request; `code` is what its promo code names. Those of a refused one are empty."""
    refusal = refusal_of(offer, request, code, now)
    if refusal is not None:
        return Terms(refusal, Demand(0, {}), None, None, Price(offer.currency, (), ()), is_free=False)
    promo = None if code is None else Promo(code.id, use_of(code, offer, request.lines))
    price = agreed_price(offer, request, code)
    return Terms(None, demand_of(offer, request.lines), code, promo, price, is_free=not price.total.gross_minor)


def refusal_of(offer: Offer, request: BasketRequest, code: PromoCode | None, now: datetime) -> Refusal | None:
    """Why these lines are not sold, whatever is left; None if they are. `code` is what the request names."""
    if request.promo_code is not None:
        refusal = not_valid_refusal(code, request.lines, now)
        if refusal is not None:
            return refusal
    is_box_office = request.paid_by is not None
    quantities: Counter[str] = Counter()
    for type_id, quantity in request.lines:
        quantities[type_id] += quantity
    for type_id, quantity in quantities.items():
        ticket_type = offer.ticket_types.get(type_id)
        if ticket_type is None or not _is_offered(ticket_type, code, is_box_office=is_box_office):
            return TicketTypeNotFound("The event has no such ticket type.", ticket_type_id=type_id)
        closed = window_refusal(ticket_type.sales_from, ticket_type.sales_until, now)
        if closed is not None:
            closed.facts["ticket_type_id"] = type_id
            return closed
        if not _is_allowed(ticket_type, quantity):
            return _not_allowed(ticket_type)
    return None


def _is_offered(ticket_type: TicketType, code: PromoCode | None, *, is_box_office: bool) -> bool:
    if ticket_type.visibility == "public":
        return True
    if ticket_type.visibility == "code":
        return code is not None and code.opens(ticket_type)
    return ticket_type.visibility == "box_office" and is_box_office


def _is_allowed(ticket_type: TicketType, quantity: int) -> bool:
    most = ticket_type.tickets_max
    return ticket_type.tickets_min <= quantity and (most is None or quantity <= most)


def _not_allowed(ticket_type: TicketType) -> QuantityNotAllowed:
    least, most = ticket_type.tickets_min, ticket_type.tickets_max
    if most is None:
        return QuantityNotAllowed(
            f"{ticket_type.name} is sold from {least} tickets on.", ticket_type_id=ticket_type.id, tickets_min=least
        )
    return QuantityNotAllowed(
        f"{ticket_type.name} is sold in {least} to {most} tickets at once.",
        ticket_type_id=ticket_type.id,
        tickets_min=least,
        tickets_max=most,
    )


def what_fits(event: OpenEvent, request: BasketRequest) -> Fitting:
    """When not all of it does: with `accept_fewer`, as much of each line as the lines before it leave."""
    lines = _fewer(event, request.lines) if request.accept_fewer else ()
    return Fitting(lines) if lines else Fitting((), _not_enough(event, request.lines))


def _fewer(event: OpenEvent, lines: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """As much of each line as the lines before it leave; what is left with fewer than its minimum is left out."""
    kept: list[Wanted] = []
    for type_id, wanted in lines:
        quantity = _most(event, kept, event.offer.ticket_types[type_id], wanted)
        if quantity:
            kept.append(Wanted(type_id, quantity))
    quantities: Counter[str] = Counter()
    for type_id, quantity in kept:
        quantities[type_id] += quantity
    types = event.offer.ticket_types
    return tuple(line for line in kept if quantities[line.ticket_type_id] >= types[line.ticket_type_id].tickets_min)


def _most(event: OpenEvent, kept: Sequence[Wanted], ticket_type: TicketType, wanted: int) -> int:
    """How many tickets of a type fit beside the lines that are kept."""
    if not ticket_type.places:
        return wanted
    before = demand_of(event.offer, kept)
    limits = [event.available - before.places]
    for pool_id in ticket_type.pool_ids:
        left = event.pools[pool_id]
        if left is not None:
            limits.append(left - before.drawn.get(pool_id, 0))
    return min(wanted, max(0, min(limits)) // ticket_type.places)


def _not_enough(event: OpenEvent, lines: Sequence[Wanted]) -> NotEnoughSeats:
    """The refusal that says for each line how many tickets could be had of it alone."""
    possible: list[dict[str, str | int]] = [
        {
            "ticket_type_id": type_id,
            "quantity": quantity,
            "possible": min(quantity, event.tickets_possible(event.offer.ticket_types[type_id])),
        }
        for type_id, quantity in lines
    ]
    some = any(line["possible"] for line in possible)
    detail = "Not all of that is left; the lines say what is." if some else "Sold out."
    return NotEnoughSeats(detail, available_seats=max(0, event.available), lines=possible)


def buyer_refusal(offer: Offer, request: BasketRequest, had: Mapping[str, int]) -> Refusal | None:
    """Why this buyer may not have these tickets beside those that he has, by ticket type; None if he may."""
    if not offer.limits_buyers or request.paid_by is not None:
        return None
    if request.buyer is None:
        return BuyerRequired("This event sells each buyer only so many tickets: say who buys.")
    wanted: Counter[str] = Counter()
    for type_id, quantity in request.lines:
        wanted[type_id] += quantity
    limits = [
        (offer.ticket_types[type_id].buyer_tickets_max, had.get(type_id, 0), quantity, type_id)
        for type_id, quantity in wanted.items()
    ]
    limits.append((offer.buyer_tickets_max, sum(had.values()), sum(wanted.values()), ""))
    for most, before, quantity, type_id in limits:
        if most is not None and before + quantity > most:
            facts: dict[str, Fact] = {"tickets_max": most, "tickets_had": before}
            if type_id:
                facts["ticket_type_id"] = type_id
            return BuyerLimitReached(f"One buyer may have {most} of these tickets, and has {before}.", **facts)
    return None


def booking_of(event: OpenEvent, request: BasketRequest, terms: Terms, booking_id: str, span: Span) -> Booking:
    """The booking on these terms: confirmed when it is free or paid already, held otherwise."""
    is_done = request.paid_by is not None or terms.is_free
    return Booking(
        booking_id,
        event.house.event_id,
        event.bookings_made,
        terms.demand.places,
        "confirmed" if is_done else "held",
        span.begins_at,
        None,
        None if is_done else span.ends_at,
        request.buyer,
        terms.price,
        terms.demand.drawn or None,
        request.paid_by,
        terms.promo,
    )


def with_terms(booking: Booking, terms: Terms) -> Booking:
    """A hold on other terms; confirmed when there is nothing to pay any more."""
    return booking._replace(
        status="confirmed" if terms.is_free else "held",
        places=terms.demand.places,
        price=terms.price,
        drawn=terms.demand.drawn or None,
        promo=terms.promo,
    )


def lines_change(before: Booking, after: Booking, by: Actor, change_id: str, now: datetime) -> BookingChange:
    """What is written down of other lines for the booking's history."""
    details = {"lines_before": _wanted(before), "lines_after": _wanted(after)}
    return BookingChange(before.event_id, before.number, change_id, now, "lines", by, details)


def lines_acted(change: BookingChange) -> tuple[dict[str, Any], dict[str, Any]]:
    """The lines before and after, for the audit log."""
    return {"lines": change.details["lines_before"]}, {"lines": change.details["lines_after"]}


def _wanted(booking: Booking) -> list[dict[str, Any]]:
    lines = booking.price.lines if booking.price else ()
    return [{"ticket_type_id": line.ticket_type_id, "quantity": line.quantity} for line in lines]


def agreed_price(offer: Offer, request: BasketRequest, code: PromoCode | None) -> Price:
    """What a basket costs: with the code, and nothing at all if it is given away."""
    if request.paid_by == "comp":
        given = {type_id: one._replace(price_minor=0) for type_id, one in offer.ticket_types.items()}
        price = price_of(offer._replace(ticket_types=given), request.lines)
    else:
        price = price_of(offer if code is None else offer_with(code, offer), request.lines)
    return price if code is None else marked(code, offer, price)
