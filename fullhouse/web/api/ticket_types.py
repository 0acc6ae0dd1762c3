"""Ticket types: listed and shown to everybody as far as they are public; made, changed and deleted by management."""

from fullhouse.actions import ticket_type
from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import TicketTypeNotFound
from fullhouse.rules.ticket_type import TicketTypeEntry
from fullhouse.store import ticket_type as stored
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.offer import asked_to_change, asked_to_delete, asked_to_make, changed, made
from fullhouse.web.api.offer_shapes import (
    TicketTypeChanges,
    TicketTypeRequest,
    ticket_type_fields,
)
from fullhouse.web.auth import Caller
from fullhouse.web.call import Call
from fullhouse.web.http import Answer


async def index(deps: Deps, call: Call, event_id: str) -> Answer:
    """`GET /events/{id}/ticket-types`."""
    event_id = event_id_of(event_id)
    async with deps.reading() as conn:
        await ticket_type.currency_of(conn, event_id, drafts=call.caller.may("read"))
        entries = await stored.everything(conn, event_id)
    return shown([ticket_type_fields(one) for one in entries if _may_see(call.caller, one)])


async def show(deps: Deps, call: Call, event_id: str, type_id: str) -> Answer:
    """`GET /events/{id}/ticket-types/{id}`."""
    event_id, type_id = event_id_of(event_id), _id(type_id)
    async with deps.reading() as conn:
        await ticket_type.currency_of(conn, event_id, drafts=call.caller.may("read"))
        entry = await ticket_type.find(conn, event_id, type_id)
    if not _may_see(call.caller, entry):
        raise _not_found()
    return shown(ticket_type_fields(entry))


async def create(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/ticket-types`."""
    event_id = event_id_of(event_id)
    path = f"/events/{event_id}/ticket-types"
    values, key = asked_to_make(TicketTypeRequest, call, path)
    return told(await ticket_type.create(deps, event_id, values, key, lambda one: made(path, ticket_type_fields(one))))


async def change(deps: Deps, call: Call, event_id: str, type_id: str) -> Answer:
    """`PATCH /events/{id}/ticket-types/{id}`."""
    event_id, type_id = event_id_of(event_id), _id(type_id)
    given, key = asked_to_change(TicketTypeChanges, call, f"/events/{event_id}/ticket-types/{type_id}")
    return told(
        await ticket_type.change(deps, event_id, type_id, given, key, lambda one: changed(ticket_type_fields(one)))
    )


async def delete(deps: Deps, call: Call, event_id: str, type_id: str) -> Answer:
    """`DELETE /events/{id}/ticket-types/{id}`."""
    event_id, type_id = event_id_of(event_id), _id(type_id)
    key = asked_to_delete(call, f"/events/{event_id}/ticket-types/{type_id}")
    return told(await ticket_type.delete(deps, event_id, type_id, key))


def _may_see(caller: Caller, entry: TicketTypeEntry) -> bool:
    return caller.may("read") or entry.visibility == "public"


def _id(text: str) -> str:
    return id_of(text, _not_found())


def _not_found() -> TicketTypeNotFound:
    return TicketTypeNotFound("The event has no such ticket type.")
