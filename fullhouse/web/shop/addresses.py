"""Addresses of the shop's pages, and what pages of an organizer have in common."""

from fullhouse.actions import shop
from fullhouse.actions.deps import Deps
from fullhouse.rules.organizer import Organizer
from fullhouse.web.api.shapes import has_control_characters, uuid_or_none


def booking_path(booking_id: str) -> str:
    """The page of a booking: its buyer's private link."""
    return f"/shop/bookings/{booking_id}"


def event_path(address: str) -> str:
    """The page of an event, by its slug or its id."""
    return f"/shop/events/{address}"


async def event_id_of(deps: Deps, address: str) -> str:
    """The id of the event that an address means, its id or its slug. Raises EventNotFound."""
    canonical = uuid_or_none(address)
    if canonical is not None:
        return canonical
    # What PostgreSQL can't hold is the slug of nothing.
    return await shop.event_of_slug(deps, "" if has_control_characters(address) else address)


def colour_of(organizer: Organizer) -> str | None:
    """An organizer's colour as the address of a style sheet has it."""
    return organizer.colour.removeprefix("#").lower() if organizer.colour else None
