"""What goes back for tickets, as far as who cancels them may decide it."""

from fullhouse.actions import booking
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Refunding
from fullhouse.rules.ledger import BY_ITSELF
from fullhouse.web.auth import Caller
from fullhouse.web.gate import NO_BOOKING, permitted, require


async def refunding_of(deps: Deps, caller: Caller, booking_id: str, asked: Refunding | None) -> Refunding:
    """How a cancellation refunds, by what is asked for and who asks.

    Buyers get what was agreed. With "sell" all goes back that was paid at the desk, where it can be handed over. To
    send back more than was agreed of what was paid elsewhere, or to keep money, takes "manage". Raises
    ApiKeyRequired, BookingNotFound and NotPermitted.
    """
    if asked == "by_policy":
        return asked
    if asked is not None:
        require(caller, "sell", NO_BOOKING)
    if not caller.may("sell"):
        return "by_policy"
    if caller.may("manage"):
        return asked or "full"
    if asked == "none":
        permitted(caller, "manage")
    if (await booking.find(deps, booking_id)).paid_by not in BY_ITSELF:
        return "full"
    if asked == "full":
        permitted(caller, "manage")
    return "by_policy"
