"""Fees: what the organizer adds to the face value."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fullhouse.actions import acting
from fullhouse.actions.changing import change_offer
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules import fee as rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.offer import Fee
from fullhouse.rules.refusals import EventNotFound
from fullhouse.store import fee as store
from fullhouse.store import offer
from fullhouse.store.db import ReadConn, WriteConn


async def create(
    deps: Deps, event_id: str, given: Mapping[str, Any], key: IdempotencyKey | None, told: Callable[[Fee], Answered]
) -> Answered:
    """Add a fee; `given` has all that a Fee has, but its id.

    Raises ValidationFailed, LimitReached, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        rules.require_room(len(await everything(conn, event_id)))
        fee_id = new_id(now)
        made = rules.checked(Fee(id=fee_id, **given))
        await store.insert(conn, event_id, made, now)
        return told(made)

    return await change_offer(deps, event_id, key, work)


async def change(
    deps: Deps,
    event_id: str,
    fee_id: str,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[Fee], Answered],
) -> Answered:
    """Change what is given of a fee; what was sold keeps the fee that it was sold with.

    Raises FeeNotFound, ValidationFailed, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, _: datetime) -> Answered:
        before = rules.found(await everything(conn, event_id), fee_id)
        acting.before(told(before).body)
        changed = rules.checked(before._replace(**given))
        await store.update(conn, event_id, changed)
        return told(changed)

    return await change_offer(deps, event_id, key, work)


async def delete(deps: Deps, event_id: str, fee_id: str, key: IdempotencyKey | None) -> Answered:
    """Delete a fee. Raises FeeNotFound, and what `change_offer` raises."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        acting.before(rules.found(await everything(conn, event_id), fee_id)._asdict())
        await store.delete(conn, event_id, fee_id)
        return Answered(204, None)

    return await change_offer(deps, event_id, key, work)


async def everything(conn: ReadConn, event_id: str) -> tuple[Fee, ...]:
    """All fees of an event, the oldest first. Raises EventNotFound."""
    offers = await offer.find(conn, [event_id])
    if event_id not in offers:
        raise EventNotFound("There is no such event.")
    return offers[event_id].fees
