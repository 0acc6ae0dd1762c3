"""What a buyer sees before he buys: the list of events, and one of them with all that is on sale."""

import asyncio
from typing import NamedTuple

from fullhouse.actions.deps import Deps
from fullhouse.rules.event import EventPosition, ShownState, WholeEvent, state_at
from fullhouse.rules.listing import Listed, ListingFilter
from fullhouse.rules.offer import Offer, Wanted
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.price import price_of
from fullhouse.rules.promo import PromoCode, nothing_refusal, offer_with
from fullhouse.rules.refusals import EventNotFound, Refusal
from fullhouse.rules.shelf import Shelf, shelf_of
from fullhouse.store import event, organizer, pool, promo, shop, ticket_type


class ShopEvent(NamedTuple):
    """An event with its organizer and its shelf. `descriptions` are those of ticket types, by id.

    `code` is the promo code that the shelf was filled by, and `code_refusal` why the one that was asked for was not.
    """

    whole: WholeEvent
    organizer: Organizer
    offer: Offer
    shelf: Shelf
    state: ShownState
    descriptions: dict[str, str]
    address: str
    code: PromoCode | None
    code_refusal: Refusal | None


class ListedEvent(NamedTuple):
    """An event of the list, with what its tickets cost all-in, from and to; None when the public can have none."""

    listed: Listed
    from_minor: int | None
    to_minor: int | None
    is_sold_out: bool


async def find(
    deps: Deps, event_id: str, code_text: str | None, *, drafts: bool, is_box_office: bool = False
) -> ShopEvent:
    """An event as its page, or the box office, shows it, as of now; a draft only for who may see `drafts`.

    Raises EventNotFound and Busy.
    """
    offer = await deps.offers.find(event_id)
    async with deps.reading() as conn:
        whole = await event.find_whole(conn, event_id)
        if offer is None or whole is None or (whole.state == "draft" and not drafts):
            raise EventNotFound("There is no such event.")
        owner = await organizer.find(conn, offer.organizer_id)
        entries = await ticket_type.everything(conn, event_id)
        pools = await pool.everything(conn, event_id)
        code = None if code_text is None else await promo.find(conn, event_id, code_text)
        slug = whole.details.slug
        is_its_own = slug is not None and await shop.event_of_slug(conn, slug) == event_id
    if owner is None:
        raise EventNotFound("There is no such event.")
    now = deps.clock()
    refusal = None if code_text is None else nothing_refusal(code, offer, now)
    good = code if refusal is None else None
    left = {one.id: one.available for one in pools}
    shelf = shelf_of(offer, whole.event.available_seats, left, good, now, is_box_office=is_box_office)
    descriptions = {one.id: one.description for one in entries}
    address = slug if slug is not None and is_its_own else event_id
    return ShopEvent(whole, owner, offer, shelf, state_at(whole, now), descriptions, address, good, refusal)


async def prices(deps: Deps, event_id: str, code_text: str | None) -> tuple[str, dict[str, tuple[str, int]]]:
    """The currency; and by ticket type its name and all-in price of now.

    Raises EventNotFound, Busy, and of a code what a booking with it would be refused with.
    """
    offer = await deps.offers.find(event_id)
    if offer is None:
        raise EventNotFound("There is no such event.")
    if code_text is not None:
        async with deps.reading() as conn:
            code = await promo.find(conn, event_id, code_text)
        refusal = nothing_refusal(code, offer, deps.clock())
        if refusal is not None:
            raise refusal
        offer = offer if code is None else offer_with(code, offer)
    each = price_of(offer, [Wanted(one, 1) for one in offer.ticket_types]).lines
    return offer.currency, {line.ticket_type_id: (line.name, line.each_minor) for line in each}


async def listed(deps: Deps, chosen: ListingFilter, after: EventPosition | None, limit: int) -> list[ListedEvent]:
    """Events of the list with what they cost. Raises Busy."""
    async with deps.reading() as conn:
        found = await shop.listed(conn, chosen, after, limit)
    offers = await asyncio.gather(*(deps.offers.find(one.id) for one in found))
    return [_with_price(one, offer) for one, offer in zip(found, offers, strict=True)]


async def addresses(deps: Deps, chosen: ListingFilter, limit: int) -> list[str]:
    """The addresses of events of the list. Raises Busy."""
    async with deps.reading() as conn:
        return [one.address for one in await shop.listed(conn, chosen, None, limit)]


def _with_price(one: Listed, offer: Offer | None) -> ListedEvent:
    public = [kind for kind in offer.ticket_types.values() if kind.visibility == "public"] if offer else []
    prices = [price_of(offer, [Wanted(kind.id, 1)]).total.gross_minor for kind in public] if offer else []
    return ListedEvent(one, min(prices, default=None), max(prices, default=None), one.places_left <= 0)


async def event_of_slug(deps: Deps, slug: str) -> str:
    """The event that a slug means. Raises EventNotFound and Busy."""
    async with deps.reading() as conn:
        found = await shop.event_of_slug(conn, slug)
    if found is None:
        raise EventNotFound("There is no such event.")
    return found


async def organizer_of_page(deps: Deps, organizer_id: str) -> Organizer | None:
    """An organizer as the public sees it; None for none, and for those for tests. Raises Busy."""
    async with deps.reading() as conn:
        found = await organizer.find(conn, organizer_id)
    return None if found is None or found.test_of is not None else found
