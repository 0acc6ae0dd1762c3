"""Publishing events, and taking them back while nobody has booked."""

from collections.abc import Callable
from datetime import datetime

from fullhouse.actions import acting
from fullhouse.actions.changing import change_offer, unchanged, whole_event
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.event import WholeEvent, check_changeable
from fullhouse.rules.refusals import EventInUse, EventNotChangeable
from fullhouse.store import event, notice
from fullhouse.store.db import WriteConn


async def publish(
    deps: Deps, event_id: str, key: IdempotencyKey | None, told: Callable[[WholeEvent, bool], Answered]
) -> Answered:
    """Let everybody see an event, and book it; `told` is given whether it was a draft before, too.

    Raises EventNotChangeable, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        whole = await whole_event(conn, event_id)
        check_changeable(whole, now)
        acting.before(told(whole, False).body)
        if whole.state == "published":
            return told(await unchanged(conn, whole), False)
        if whole.event.starts_at <= now:
            raise EventNotChangeable("The event's date has passed. Change it before you publish the event.")
        published = whole._replace(state="published")
        await event.change(conn, published)
        await notice.add(conn, [event_id], "event.published", now)
        return told(published, True)

    return await change_offer(deps, event_id, key, work)


async def withdraw(
    deps: Deps, event_id: str, key: IdempotencyKey | None, told: Callable[[WholeEvent], Answered]
) -> Answered:
    """Make an event a draft again; a draft stays one.

    Raises EventNotChangeable, EventInUse when anything of it is booked or held, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        whole = await whole_event(conn, event_id)
        check_changeable(whole, now)
        acting.before(told(whole).body)
        if whole.state == "draft":
            return told(await unchanged(conn, whole))
        if (await event.use(conn, event_id)).is_taken:
            raise EventInUse("Places of the event are booked or held, so it can't become a draft again.")
        withdrawn = whole._replace(state="draft")
        await event.change(conn, withdrawn)
        await notice.add(conn, [event_id], "event.withdrawn", now)
        return told(withdrawn)

    return await change_offer(deps, event_id, key, work)
