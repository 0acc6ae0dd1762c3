"""The holder of a ticket, who attends: named once, and changed after that by a transfer, which changes the code too."""

from collections.abc import Sequence
from datetime import datetime

from fullhouse.rules.booking import Actor, Status, Ticket
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.event import WholeEvent, state_at
from fullhouse.rules.refusals import EventCancelled, EventOver, TicketNotFound, TicketNotValid, TicketsNotIssued


def require_issued(tickets: Sequence[Ticket], number: int, status: Status) -> None:
    """Raises TicketsNotIssued when a booking has no tickets, and TicketNotFound when it has none of that number."""
    if not tickets:
        raise TicketsNotIssued("The booking has no tickets, as it is not confirmed.", booking_status=status)
    if all(ticket.number != number for ticket in tickets):
        raise ticket_not_found()


def ticket_not_found() -> TicketNotFound:
    """The refusal for a number that no ticket has."""
    return TicketNotFound("The booking has no such ticket.")


def require_to_come(event: WholeEvent, now: datetime) -> None:
    """Raises EventCancelled, and EventOver from the end of the event on, or from its date when that is not known."""
    state = state_at(event, now)
    if state == "cancelled":
        raise EventCancelled("The event is cancelled, so nobody attends.")
    if state == "over":
        raise EventOver("The event is over, so its tickets change no more.")


def held_by(ticket: Ticket, name: str, fresh_code: str) -> Ticket:
    """The ticket with that holder. Named anew it gets the fresh code, and the old one opens nothing any more.

    The first name leaves the code as it is, because nobody but the buyer has had it. Raises TicketNotValid.
    """
    if ticket.state != "valid":
        raise TicketNotValid("The ticket is cancelled.")
    is_transfer = ticket.holder_name not in {None, name}
    return ticket._replace(holder_name=name, code=fresh_code if is_transfer else ticket.code)


def change_of(before: Ticket, after: Ticket, change_id: str, at: datetime, by: Actor) -> BookingChange:
    """What is written down of a new holder. The codes are not: they open doors."""
    details = {"ticket": after.number, "name_before": before.holder_name, "name_after": after.holder_name}
    return BookingChange(after.event_id, after.booking_number, change_id, at, "holder", by, details)
