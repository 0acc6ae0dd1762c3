"""What tests of mails do: let somebody book who has an address, and write notices as others do."""

from typing import Any

from fullhouse.actions import mail_reading
from fullhouse.actions import notice as numbering
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booked, Booking, Buyer, Confirmed, ConfirmRequest
from fullhouse.rules.event import Event
from fullhouse.rules.mail import LoggedMail
from fullhouse.rules.notice import NoticeKind
from fullhouse.store import mail, notice
from tests.cast import basket, new_event
from tests.offers import add_ticket_type

ANN = Buyer("Ann Example", "ann@example.org")
BOB = Buyer("Bob Example", "bob@example.org")
ORGANIZER = "00000000-0000-7000-8000-000000000001"


async def new_offer(deps: Deps, conninfo: str, price_minor: int = 0) -> tuple[Event, str]:
    """An event with a ticket type."""
    event = await new_event(deps)
    return event, await add_ticket_type(conninfo, event.id, price_minor)


async def book_for(deps: Deps, event_id: str, type_id: str, buyer: Buyer | None = ANN, quantity: int = 2) -> Booking:
    """A booking of somebody."""
    outcome = await deps.engine.submit(basket(event_id, (type_id, quantity), buyer=buyer))
    assert isinstance(outcome, Booked), outcome
    return outcome.booking


async def confirm(deps: Deps, booking: Booking) -> None:
    """The booking is paid at the desk."""
    outcome = await deps.engine.submit(ConfirmRequest(booking.event_id, booking.id, "cash"))
    assert isinstance(outcome, Confirmed), outcome


async def write_notice(
    deps: Deps, event_id: str, kind: NoticeKind, number: int | None = None, details: dict[str, Any] | None = None
) -> None:
    """A notice of what happens beside the engine."""
    async with deps.database.write() as conn:
        await notice.add(conn, [event_id], kind, deps.clock(), number, details)


async def read_all(deps: Deps) -> int:
    """Let the reader read what is new; returns how many notices that were."""
    await numbering.give_positions(deps)
    return sum([read async for read in mail_reading.read_notices(deps)])


async def logged(deps: Deps) -> list[LoggedMail]:
    """All mails, the first first."""
    async with deps.database.read() as conn:
        found = await mail.page(conn, None, (None, None, None), None, 1000)
    return found[::-1]
