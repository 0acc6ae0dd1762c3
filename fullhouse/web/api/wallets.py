"""Tickets for the wallets of phones."""

from fullhouse.actions import wallet
from fullhouse.actions.deps import Deps
from fullhouse.printing.apple_pass import MEDIA_TYPE
from fullhouse.rules.mail import Language
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.holders import number_of
from fullhouse.web.api.printed_tickets import file
from fullhouse.web.http import Answer


async def apple(deps: Deps, booking_id: str, number: str, language: Language | None) -> Answer:
    """`GET /bookings/{id}/tickets/{number}/apple.pkpass`."""
    n = number_of(number)
    return file(await wallet.apple_pass(deps, id_of(booking_id), n, language), MEDIA_TYPE, f"ticket-{n}.pkpass")


async def google(deps: Deps, booking_id: str, number: str, language: Language | None) -> Answer:
    """`GET /bookings/{id}/tickets/{number}/google-wallet`: sends the browser there."""
    url = await wallet.google_link(deps, id_of(booking_id), number_of(number), language)
    return Answer(303, [(b"location", url.encode()), (b"cache-control", b"private, no-store")], b"")
