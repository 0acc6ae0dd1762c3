"""Publishing events, and taking them back while nobody has booked."""

from fullhouse.actions.deps import Deps
from fullhouse.actions.event_change import changing
from fullhouse.rules.event import WholeEvent, check_changeable
from fullhouse.rules.refusals import EventInUse, EventNotChangeable
from fullhouse.store import event


async def publish(deps: Deps, event_id: str) -> tuple[WholeEvent, bool]:
    """Let everybody see an event, and book it; returns it, and whether it was a draft before.

    Raises EventNotFound, EventNotChangeable, Busy, and OutcomeUnknown.
    """
    now = deps.clock()
    async with changing(deps, event_id) as change:
        check_changeable(change.event, now)
        if change.event.state == "published":
            return change.drop(), False
        published = change.event._replace(state="published")
        if published.event.starts_at <= now:
            raise EventNotChangeable("The event's date has passed. Change it before you publish the event.")
        await event.change(change.conn, published)
        return published, True


async def withdraw(deps: Deps, event_id: str) -> WholeEvent:
    """Make an event a draft again; a draft stays one.

    Raises EventNotFound, EventNotChangeable, EventInUse when anything of it is booked or held, Busy, OutcomeUnknown.
    """
    now = deps.clock()
    async with changing(deps, event_id) as change:
        check_changeable(change.event, now)
        if change.event.state == "draft":
            return change.drop()
        if (await event.use(change.conn, event_id)).is_taken:
            raise EventInUse("Places of the event are booked or held, so it can't become a draft again.")
        withdrawn = change.event._replace(state="draft")
        await event.change(change.conn, withdrawn)
        return withdrawn
