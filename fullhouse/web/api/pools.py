"""Pools: listed, made, shown, changed, deleted; all for management alone. The house is the first of them."""

from fullhouse.actions import pool
from fullhouse.actions.deps import Deps
from fullhouse.rules import pool as rules
from fullhouse.rules.pool import Pool
from fullhouse.rules.refusals import EventNotFound, PoolNotFound
from fullhouse.store import pool as stored
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.offer import asked_to_change, asked_to_delete, asked_to_make, changed, made
from fullhouse.web.api.offer_shapes import PoolChanges, PoolRequest, pool_fields
from fullhouse.web.call import Call
from fullhouse.web.http import Answer


async def index(deps: Deps, event_id: str) -> Answer:
    """`GET /events/{id}/pools`."""
    return shown([pool_fields(one) for one in await _everything(deps, event_id_of(event_id))])


async def show(deps: Deps, event_id: str, pool_id: str) -> Answer:
    """`GET /events/{id}/pools/{id}`."""
    pools = await _everything(deps, event_id_of(event_id))
    return shown(pool_fields(rules.found(pools, pool_id.lower())))


async def create(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/pools`."""
    event_id = event_id_of(event_id)
    path = f"/events/{event_id}/pools"
    values, key = asked_to_make(PoolRequest, call, path)
    return told(await pool.create(deps, event_id, values, key, lambda one: made(path, pool_fields(one))))


async def change(deps: Deps, call: Call, event_id: str, pool_id: str) -> Answer:
    """`PATCH /events/{id}/pools/{id}`."""
    event_id, pool_id = event_id_of(event_id), _id(pool_id)
    given, key = asked_to_change(PoolChanges, call, f"/events/{event_id}/pools/{pool_id}")
    return told(await pool.change(deps, event_id, pool_id, given, key, lambda one: changed(pool_fields(one))))


async def delete(deps: Deps, call: Call, event_id: str, pool_id: str) -> Answer:
    """`DELETE /events/{id}/pools/{id}`."""
    event_id, pool_id = event_id_of(event_id), _id(pool_id)
    key = asked_to_delete(call, f"/events/{event_id}/pools/{pool_id}")
    return told(await pool.delete(deps, event_id, pool_id, key))


async def _everything(deps: Deps, event_id: str) -> list[Pool]:
    async with deps.reading() as conn:
        pools = await stored.everything(conn, event_id)
    if not pools:
        raise EventNotFound("There is no such event.")
    return pools


def _id(text: str) -> str:
    return id_of(text, PoolNotFound("The event has no such pool."))
