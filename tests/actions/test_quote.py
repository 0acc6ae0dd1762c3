"""Quotes: a price is what the booking then costs, and a refusal what it then meets."""

from fullhouse.actions import booking, quote
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import BasketRequest, Booked
from fullhouse.rules.offer import Wanted
from fullhouse.rules.refusals import Refusal
from tests.cast import running_deps
from tests.engine.priced import assert_agreed, new_code, new_type, on_sale
from tests.engine.stage import QUICK, refusal


async def quoted(deps: Deps, request: BasketRequest) -> object:
    """The price of a quote, or the refusal instead."""
    try:
        return await quote.price(deps, request.event_id, request.lines, request.promo_code)
    except Refusal as refused:
        return refused


async def test_a_quote_with_a_code_says_what_the_booking_then_costs(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, adult = await on_sale(deps)
        child = await new_type(deps, event_id, price_minor=999)
        hidden = await new_type(deps, event_id, price_minor=4_200, visibility="code")
        await new_code(deps, event_id, "TENTH")
        await new_code(deps, event_id, "THIRD", amount=3_333, ticket_type_ids=(child,))
        await new_code(deps, event_id, "FIVER", kind="fixed", amount=500, ticket_type_ids=(adult, child))
        await new_code(deps, event_id, "GIFT", kind="fixed", amount=5_000)
        await new_code(deps, event_id, "OPEN", kind="unlock", amount=0, ticket_type_ids=(hidden,))
        baskets = [
            BasketRequest(event_id, tuple(Wanted(*line) for line in lines), promo_code=code)
            for lines in (((adult, 1),), ((adult, 2), (child, 3)), ((child, 1), (child, 2)), ((hidden, 1), (adult, 1)))
            for code in (None, "TENTH", "THIRD", "FIVER", "GIFT", "OPEN", "NONE")
        ]
        for request in baskets:
            said = await quoted(deps, request)
            outcome = await booking.book_basket(deps, request)
            assert said == (outcome.booking.price if isinstance(outcome, Booked) else refusal(outcome)), request
    await assert_agreed(conninfo)
