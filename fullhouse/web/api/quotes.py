"""Quotes: what a basket would cost, without taking anything."""

from fullhouse.actions import quote
from fullhouse.actions.deps import Deps
from fullhouse.web.api.basket_shapes import QuoteRequest, price_json
from fullhouse.web.call import Call
from fullhouse.web.http import JSON, Answer, parse


async def create(deps: Deps, call: Call) -> Answer:
    """`POST /quotes`."""
    request = parse(QuoteRequest, call.headers, call.body)
    price = await quote.price(deps, request.event_id, request.wanted(), request.promo_code)
    return Answer(200, [JSON], price_json(price))
