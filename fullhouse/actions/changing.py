"""How an event is changed, or what it offers: in one transaction that locks its house, and once for a key."""

from datetime import datetime

from fullhouse.actions import acting, answer
from fullhouse.actions.answer import Work
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.event import WholeEvent
from fullhouse.rules.refusals import EventNotFound
from fullhouse.store import event, offer
from fullhouse.store.db import ReadConn, WriteConn


async def change_offer(deps: Deps, event_id: str, key: IdempotencyKey | None, work: Work) -> Answered:
    """Do `work` while nothing else changes or sells what the event offers, or answer as the key was answered before.

    The event has its next version in it. Raises EventNotFound, and as `answer.once` does.
    """

    async def locked(conn: WriteConn, now: datetime) -> Answered:
        if not await offer.lock_to_change(conn, event_id):
            raise EventNotFound("There is no such event.")
        acting.about(event_id)
        return await work(conn, now)

    return await answer.once(deps, key, locked)


async def unchanged(conn: WriteConn, whole: WholeEvent) -> WholeEvent:
    """Give an event its version back, because the work has turned out to change nothing."""
    await offer.keep_version(conn, whole.event.id)
    return whole._replace(version=whole.version - 1)


async def whole_event(conn: ReadConn, event_id: str) -> WholeEvent:
    """All that is known of an event. Raises EventNotFound."""
    found = await event.find_whole(conn, event_id)
    if found is None:
        raise EventNotFound("There is no such event.")
    return found
