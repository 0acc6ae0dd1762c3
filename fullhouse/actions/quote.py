"""Quotes: pricing a basket as a booking would."""

from fullhouse.actions.deps import Deps
from fullhouse.rules import basket
from fullhouse.rules.booking import BasketRequest, DeskWay
from fullhouse.rules.offer import Wanted
from fullhouse.rules.price import Price
from fullhouse.rules.refusals import EventNotFound
from fullhouse.rules.selling import refusal_of
from fullhouse.store import promo


async def price(
    deps: Deps, event_id: str, lines: tuple[Wanted, ...], promo_code: str | None, paid_by: DeskWay | None = None
) -> Price:
    """What these lines would cost now, whatever is left; with `paid_by` at the box office.

    Raises the refusal that a booking would meet otherwise.
    """
    offer = await deps.offers.find(event_id)
    if offer is None:
        raise EventNotFound("There is no such event.")
    code = None
    if promo_code is not None:
        async with deps.database.read() as conn:
            code = await promo.find(conn, event_id, promo_code)
    now = deps.clock()
    request = BasketRequest(event_id, lines, paid_by=paid_by, promo_code=promo_code)
    terms = basket.terms_of(offer, request, code, now)
    refusal = refusal_of(offer, now) or terms.refusal
    if refusal is not None:
        raise refusal
    return terms.price
