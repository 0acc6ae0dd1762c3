"""Pools: what the organizer makes of the places of an event."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fullhouse.actions import acting
from fullhouse.actions.changing import change_offer
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules import pool as rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.pool import Pool
from fullhouse.store import pool as store
from fullhouse.store.db import WriteConn


async def create(
    deps: Deps, event_id: str, given: Mapping[str, Any], key: IdempotencyKey | None, told: Callable[[Pool], Answered]
) -> Answered:
    """Make a pool of `name`, `capacity` and `held_back`.

    Raises ValidationFailed, NameTaken, LimitReached, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        pool_id = new_id(now)
        made = rules.added(
            await store.everything(conn, event_id), Pool(id=pool_id, event_id=event_id, taken=0, **given)
        )
        await store.insert(conn, made, now)
        return told(made)

    return await change_offer(deps, event_id, key, work)


async def change(
    deps: Deps,
    event_id: str,
    pool_id: str,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[Pool], Answered],
) -> Answered:
    """Change what is given of a pool, or of the house.

    Raises PoolNotFound, ValidationFailed, NameTaken, PoolInUse, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, _: datetime) -> Answered:
        pools = await store.everything(conn, event_id)
        acting.before(told(rules.found(pools, pool_id)).body)
        changed = rules.changed(pools, pool_id, given)
        await (store.update_house(conn, changed) if changed.is_house else store.update(conn, changed))
        return told(changed)

    return await change_offer(deps, event_id, key, work)


async def delete(deps: Deps, event_id: str, pool_id: str, key: IdempotencyKey | None) -> Answered:
    """Delete a pool. Raises PoolNotFound, PoolInUse, and what `change_offer` raises."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        gone = rules.found(await store.everything(conn, event_id), pool_id)
        rules.require_unused(gone, await store.ticket_types_drawing(conn, event_id, pool_id))
        await store.delete(conn, gone)
        acting.before(gone._asdict())
        return Answered(204, None)

    return await change_offer(deps, event_id, key, work)
