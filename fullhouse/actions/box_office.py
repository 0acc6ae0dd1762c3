"""Selling at the box office: at the total that was told, and each form once."""

from fullhouse.actions import booking, quote
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import BasketRequest, Booked, Booking, DeskWay, Refused
from fullhouse.rules.price import Price
from fullhouse.store import idempotency


async def sell(deps: Deps, asked: BasketRequest, paid_by: DeskWay, told_minor: int | None) -> Booking | Price:
    """Sell a basket that is paid, if it costs what the buyer was told; else nothing is done, and the price comes back.

    Raises the refusals of a booking.
    """
    if not await _was_sold(deps, asked):
        price = await price_of(deps, asked, paid_by)
        if price.total.gross_minor != told_minor:
            return price
    outcome = await booking.book_basket(deps, asked._replace(paid_by=paid_by))
    if isinstance(outcome, Refused):
        raise outcome.refusal
    if not isinstance(outcome, Booked):
        raise TypeError(f"a sale does not become {outcome!r}")
    return outcome.booking


async def price_of(deps: Deps, asked: BasketRequest, paid_by: DeskWay) -> Price:
    """What a basket costs at the box office, whatever is left. Raises the refusals of a booking."""
    booking.require_tickets_max(deps, asked.lines)
    return await quote.price(deps, asked.event_id, asked.lines, asked.promo_code, paid_by)


async def _was_sold(deps: Deps, asked: BasketRequest) -> bool:
    """Tell whether the request's key was answered before: then it stays sold, whatever it would cost by now."""
    if asked.key is None:
        return False
    async with deps.reading() as conn:
        return await idempotency.is_remembered(conn, asked.key)
