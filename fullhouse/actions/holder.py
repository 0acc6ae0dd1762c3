"""Changing who attends: the holder of a ticket."""

import os
from collections.abc import Callable
from datetime import datetime

from fullhouse.actions import acting, booking, booking_index
from fullhouse.actions.answer import once
from fullhouse.actions.changing import whole_event
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules import holder as rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Actor, IdempotencyKey, Ticket
from fullhouse.store import booking_change, house, notice, ticket
from fullhouse.store import booking_index as index
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
        # A transfer is counted as a notice of the event, so its house comes first, as in a batch.
        await house.hold(conn, found.event_id)
        await index.hold(conn, [found.event_id])
        before = await ticket.lock(conn, found, number)
        # Only now: of two that change the same ticket, the second is later.
        now = deps.clock()
        rules.require_to_come(whole, now)
        acting.about(found.event_id, found.number)
        acting.before(told(before).body)
        after = rules.held_by(before, name, os.urandom(CODE_BYTES).hex())
        if after != before:
            await ticket.change_holder(conn, after)
            await booking_index.rewrite(conn, found.event_id, found.number)
            await booking_change.add(conn, rules.change_of(before, after, new_id(now), now, by))
        if after.code != before.code:
            details = {"ticket": number}
            await notice.add(conn, [found.event_id], "ticket.transferred", now, found.number, details)
        return told(after)

    # It changes no count of places, so it need not wait in the event's line. Like a batch it locks the house and then
    # the ticket's row, so neither can wait for the other in a circle.
    return await once(deps, key, work)
