"""Promo codes: what the organizer takes off prices or opens, for whom knows the code, and how often."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from psycopg import errors

from fullhouse.actions import acting
from fullhouse.actions.changing import change_offer
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules import promo_code as rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.promo import PromoCode
from fullhouse.store import promo_code as store
from fullhouse.store import ticket_type
from fullhouse.store.db import ReadConn, WriteConn

SPELLING_CONSTRAINT = "promo_codes_code_check"


async def create(
    deps: Deps,
    event_id: str,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[PromoCode], Answered],
) -> Answered:
    """Make a promo code; `given` has all that a PromoCode has, but its id and what is used.

    Raises ValidationFailed, NameTaken, LimitReached, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        rules.require_room(await store.count(conn, event_id))
        code_id = new_id(now)
        made = rules.made(code_id, given, await _type_ids(conn, event_id, given))
        rules.require_free_name(made, await store.id_spelt(conn, event_id, made.code))
        async with _in_capitals():
            await store.insert(conn, event_id, made, now)
        return told(made)

    return await change_offer(deps, event_id, key, work)


async def change(
    deps: Deps,
    event_id: str,
    code_id: str,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[PromoCode], Answered],
) -> Answered:
    """Change what is given of a promo code; what was sold keeps the price that it was sold at.

    Raises PromoCodeNotFound, ValidationFailed, NameTaken, PromoCodeInUse, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, _: datetime) -> Answered:
        before = await find(conn, event_id, code_id)
        acting.before(told(before).body)
        changed = rules.changed(before, given, await _type_ids(conn, event_id, given))
        rules.require_free_name(changed, await store.id_spelt(conn, event_id, changed.code))
        async with _in_capitals():
            await store.update(conn, event_id, changed)
        return told(changed)

    return await change_offer(deps, event_id, key, work)


async def delete(deps: Deps, event_id: str, code_id: str, key: IdempotencyKey | None) -> Answered:
    """Delete a promo code. Raises PromoCodeNotFound, PromoCodeInUse, and what `change_offer` raises."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        gone = await find(conn, event_id, code_id)
        rules.require_unused(gone)
        acting.before(gone._asdict())
        await store.delete(conn, event_id, code_id)
        return Answered(204, None)

    return await change_offer(deps, event_id, key, work)


async def find(conn: ReadConn, event_id: str, code_id: str) -> PromoCode:
    """Look a promo code up. Raises PromoCodeNotFound."""
    return rules.require_found(await store.find(conn, event_id, code_id))


async def _type_ids(conn: ReadConn, event_id: str, given: Mapping[str, Any]) -> set[str]:
    """The ticket types of the event, if any are named."""
    if not given.get("ticket_type_ids"):
        return set()
    return {one.id for one in await ticket_type.everything(conn, event_id)}


@asynccontextmanager
async def _in_capitals() -> AsyncIterator[None]:
    """Where PostgreSQL's locale knows a capital letter that Python doesn't, its own word counts."""
    try:
        yield
    except errors.CheckViolation as error:
        if error.diag.constraint_name != SPELLING_CONSTRAINT:
            raise
        raise rules.not_spelt_so() from error
