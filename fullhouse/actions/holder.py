"""Changing who attends: the holder of a ticket."""

import os
from collections.abc import Callable
from datetime import datetime

from fullhouse.actions import booking
from fullhouse.actions.answer import once
from fullhouse.actions.changing import whole_event
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules import holder as rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Actor, IdempotencyKey, Ticket
from fullhouse.store import booking_change, ticket
from fullhouse.store.db import WriteConn

CODE_BYTES = 16


async def change(
    deps: Deps,
    booking_id: str,
    number: int,
    name: str,
    by: Actor,
    key: IdempotencyKey | None,
    told: Callable[[Ticket], Answered],
) -> Answered:
    """Name the holder of a ticket; another name than before is a transfer, and the ticket gets a new code.

    Raises BookingNotFound, TicketsNotIssued, TicketNotFound, TicketNotValid, EventCancelled, EventOver,
    IdempotencyKeyReused, Busy and OutcomeUnknown. A refusal is not remembered.
    """
    found = await booking.find(deps, booking_id)

    async def work(conn: WriteConn, _: datetime) -> Answered:
        rules.require_issued(await ticket.of_booking(conn, found), number, found.status)
        whole = await whole_event(conn, found.event_id)
        before = await ticket.lock(conn, found, number)
        # Only now: of two that change the same ticket, the second is later.
        now = deps.clock()
        rules.require_to_come(whole, now)
        after = rules.held_by(before, name, os.urandom(CODE_BYTES).hex())
        if after != before:
            await ticket.change_holder(conn, after)
            await booking_change.add(conn, rules.change_of(before, after, new_id(now), now, by))
        return told(after)

    # It changes no count, so it need not wait in the event's line: the ticket's own row is what it and the cancellation
    # of the ticket both lock. It locks nothing else that a batch locks, so neither can wait for the other in a circle.
    return await once(deps, key, work)
