"""What a scanned code is worth at the door of an event, by the database."""

from typing import NamedTuple

from fullhouse.actions.deps import Deps
from fullhouse.actions.ticket_key import believed
from fullhouse.rules.booking import Ticket
from fullhouse.rules.ticket_code import SaidTicket, Standing, standing_of, verified
from fullhouse.store import ticket
from fullhouse.store.db import ReadConn


class ScannedCode(NamedTuple):
    """How a code stands. The ticket is there when the code is, or was, that of a ticket of this event."""

    standing: Standing
    ticket: Ticket | None = None


async def look(deps: Deps, event_id: str, text: str) -> ScannedCode:
    """Tell how a code stands at an event that there is. Raises Busy."""
    async with deps.reading() as conn:
        said = verified(text, {one.key_id: one.public_key for one in await believed(conn)})
        found = await _ticket(conn, event_id, said)
    return ScannedCode(standing_of(said, event_id, found), found)


async def _ticket(conn: ReadConn, event_id: str, said: SaidTicket | None) -> Ticket | None:
    """The ticket that there is of the numbers that a code of this event says."""
    if said is None or said.event_id != event_id:
        return None
    return await ticket.find(conn, event_id, said.booking_number, said.number)
