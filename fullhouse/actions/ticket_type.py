"""Ticket types: what the organizer offers, at which price, when and to whom."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fullhouse.actions import acting
from fullhouse.actions.changing import change_offer
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules import ticket_type as rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.refusals import EventNotFound, TicketTypeNotFound
from fullhouse.rules.ticket_type import TicketTypeEntry
from fullhouse.store import pool
from fullhouse.store import ticket_type as store
from fullhouse.store.db import ReadConn, WriteConn


async def create(
    deps: Deps,
    event_id: str,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[TicketTypeEntry], Answered],
) -> Answered:
    """Offer a ticket type; `given` has all that a TicketTypeEntry has, but ids and currency.

    Raises ValidationFailed, LimitReached, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        rules.require_room(len(await store.everything(conn, event_id)))
        type_id = new_id(now)
        currency = await currency_of(conn, event_id)
        made = TicketTypeEntry(id=type_id, event_id=event_id, currency=currency, **given)
        await store.insert(conn, await _checked(conn, made), now)
        return told(made)

    return await change_offer(deps, event_id, key, work)


async def change(
    deps: Deps,
    event_id: str,
    type_id: str,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[TicketTypeEntry], Answered],
) -> Answered:
    """Change what is given of a ticket type; what was sold of it stays as it was sold.

    Raises TicketTypeNotFound, ValidationFailed, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, _: datetime) -> Answered:
        before = await find(conn, event_id, type_id)
        acting.before(told(before).body)
        changed = before._replace(**given)
        await store.update(conn, await _checked(conn, changed))
        return told(changed)

    return await change_offer(deps, event_id, key, work)


async def delete(deps: Deps, event_id: str, type_id: str, key: IdempotencyKey | None) -> Answered:
    """Delete a ticket type. Raises TicketTypeNotFound, TicketTypeInUse, and what `change_offer` raises."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        acting.before((await find(conn, event_id, type_id))._asdict())
        rules.require_never_sold(is_sold=await store.is_sold(conn, event_id, type_id))
        await store.delete(conn, event_id, type_id)
        return Answered(204, None)

    return await change_offer(deps, event_id, key, work)


async def find(conn: ReadConn, event_id: str, type_id: str) -> TicketTypeEntry:
    """Look a ticket type up. Raises TicketTypeNotFound."""
    for entry in await store.everything(conn, event_id, type_id):
        return entry
    raise TicketTypeNotFound("The event has no such ticket type.")


async def currency_of(conn: ReadConn, event_id: str, *, drafts: bool = True) -> str:
    """The currency of an event's prices. Raises EventNotFound, also for a draft unless `drafts` may be seen."""
    currency = await store.currency(conn, event_id, drafts=drafts)
    if currency is None:
        raise EventNotFound("There is no such event.")
    return currency


async def _checked(conn: WriteConn, entry: TicketTypeEntry) -> TicketTypeEntry:
    return rules.checked(entry, {one.id for one in await pool.everything(conn, entry.event_id)})
