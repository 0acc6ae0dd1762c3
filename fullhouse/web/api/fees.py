"""Fees: listed, made, shown, changed, deleted; all for management alone."""

from fullhouse.actions import fee
from fullhouse.actions.deps import Deps
from fullhouse.rules import fee as rules
from fullhouse.rules.refusals import FeeNotFound
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.offer import asked_to_change, asked_to_delete, asked_to_make, changed, made
from fullhouse.web.api.offer_shapes import FeeChanges, FeeRequest, fee_fields
from fullhouse.web.call import Call
from fullhouse.web.http import Answer


async def index(deps: Deps, event_id: str) -> Answer:
    """`GET /events/{id}/fees`."""
    event_id = event_id_of(event_id)
    async with deps.reading() as conn:
        fees = await fee.everything(conn, event_id)
    return shown([fee_fields(event_id, one) for one in fees])


async def show(deps: Deps, event_id: str, fee_id: str) -> Answer:
    """`GET /events/{id}/fees/{id}`."""
    event_id = event_id_of(event_id)
    async with deps.reading() as conn:
        fees = await fee.everything(conn, event_id)
    return shown(fee_fields(event_id, rules.found(fees, fee_id.lower())))


async def create(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/fees`."""
    event_id = event_id_of(event_id)
    path = f"/events/{event_id}/fees"
    values, key = asked_to_make(FeeRequest, call, path)
    return told(await fee.create(deps, event_id, values, key, lambda one: made(path, fee_fields(event_id, one))))


async def change(deps: Deps, call: Call, event_id: str, fee_id: str) -> Answer:
    """`PATCH /events/{id}/fees/{id}`."""
    event_id, fee_id = event_id_of(event_id), _id(fee_id)
    given, key = asked_to_change(FeeChanges, call, f"/events/{event_id}/fees/{fee_id}")
    return told(await fee.change(deps, event_id, fee_id, given, key, lambda one: changed(fee_fields(event_id, one))))


async def delete(deps: Deps, call: Call, event_id: str, fee_id: str) -> Answer:
    """`DELETE /events/{id}/fees/{id}`."""
    event_id, fee_id = event_id_of(event_id), _id(fee_id)
    key = asked_to_delete(call, f"/events/{event_id}/fees/{fee_id}")
    return told(await fee.delete(deps, event_id, fee_id, key))


def _id(text: str) -> str:
    return id_of(text, FeeNotFound("The event has no such fee."))
