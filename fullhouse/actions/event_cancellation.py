"""Cancelling a whole event: selling stops at once, then page by page every booking is cancelled and refunded.

A page may be done by two at once, or twice, or be left at any point: cancelling again changes nothing, what goes back
is written down before anybody is asked for it, and the cursor moves on when all of the page is done.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from fullhouse.actions import acting, booking, payment, refund
from fullhouse.actions.changing import change_offer, unchanged, whole_event
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import CancelRequest, IdempotencyKey
from fullhouse.rules.event_cancellation import Progress, check_cancellable
from fullhouse.rules.ledger import BY_ITSELF
from fullhouse.rules.payment import Payment
from fullhouse.rules.refusals import EventNotCancelled, Refusal
from fullhouse.store import event, notice
from fullhouse.store import event_cancellation as store
from fullhouse.store import payment as payments
from fullhouse.store.db import TRANSIENT, ReadConn, WriteConn
from fullhouse.store.event_cancellation import Numbered

log = logging.getLogger(__name__)

PAGE = 100
"""Bookings that are looked at together: they fit into one batch of the engine."""

LEFT_AFTER = timedelta(seconds=20)
"""A page that was taken so long ago was left by who took it."""

ASKED_AT_ONCE = 8
"""Refunds that are under way with providers at the same time."""

LIVE = ("held", "confirmed")


async def begin(
    deps: Deps, event_id: str, reason: str | None, key: IdempotencyKey | None, told: Callable[[Progress], Answered]
) -> Answered:
    """Cancel an event: from the commit on it sells nothing, and the worker cancels its bookings. Again: the progress.

    Raises EventNotChangeable for a draft, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        whole = await whole_event(conn, event_id)
        check_cancellable(whole)
        acting.before({"state": whole.state})
        if await store.find(conn, event_id) is not None:
            await unchanged(conn, whole)
        else:
            await event.change(conn, whole._replace(state="cancelled"))
            await store.add(conn, event_id, reason, now)
            await notice.add(conn, [event_id], "event.cancelled", now)
        return told(await progress(conn, event_id))

    return await change_offer(deps, event_id, key, work)


async def progress(conn: ReadConn, event_id: str) -> Progress:
    """How far the cancellation of an event has come. Raises EventNotFound and EventNotCancelled."""
    whole = await whole_event(conn, event_id)
    begun = await store.find(conn, event_id)
    if begun is None:
        raise EventNotCancelled("The event is not cancelled. POST to this path cancels it.")
    return Progress(
        begun,
        whole.details.currency,
        await store.bookings(conn, event_id),
        await store.payments(conn, event_id),
        await store.owed(conn, event_id),
        await store.to_transfer(conn, event_id),
    )


async def carry_on(deps: Deps) -> AsyncIterator[str]:
    """Work through what was begun, a page at a time, the oldest first; yields the event of each page.

    It ends when nothing is left that nobody else is at. A page that can't be done now is taken again later.
    """
    while True:
        now = deps.clock()
        async with deps.database.write() as conn:
            begun = await store.take(conn, now, now - LEFT_AFTER)
        if begun is None:
            return
        try:
            await _do_page(deps, begun.event_id, begun.looked_to)
        except Refusal as error:
            log.warning("bookings of a cancelled event wait", extra={"event_id": begun.event_id, "reason": str(error)})
            return
        yield begun.event_id


async def _do_page(deps: Deps, event_id: str, after: int) -> None:
    """Cancel and refund the bookings behind a number, then move on. Raises Busy and OutcomeUnknown."""
    async with deps.database.read() as reader:
        page = await store.page(reader, event_id, after, PAGE)
    await _cancel(deps, event_id, [one for one in page if one.status in LIVE])
    if page:
        await _send_back(deps, event_id, page[0].number, page[-1].number)
    async with deps.database.write() as conn:
        if page:
            await store.move_on(conn, event_id, page[-1].number)
        # The state changed under the lock of the house, so no booking comes behind the last one.
        if len(page) < PAGE and not await store.finish(conn, event_id, deps.clock()):
            log.error("a cancelled event has bookings still", extra={"event_id": event_id})


async def _cancel(deps: Deps, event_id: str, live: Sequence[Numbered]) -> None:
    who = acting.staff()
    asked = (CancelRequest(event_id, one.id, by="event_cancellation", who=who) for one in live)
    await asyncio.gather(*map(deps.engine.submit, asked))


async def _send_back(deps: Deps, event_id: str, first: int, last: int) -> None:
    """Send back what was paid for bookings with these numbers, and let nobody pay for them any more."""
    async with deps.database.read() as reader:
        found = await payments.of_bookings(reader, event_id, first, last)
    at_once = asyncio.Semaphore(ASKED_AT_ONCE)
    down: set[str] = set()

    async def settle(one: Payment) -> None:
        async with at_once:
            await _settle(deps, one, down)

    async with asyncio.TaskGroup() as group:
        for one in found:
            if one.provider in BY_ITSELF and one.state in {"open", "received", "paid"}:
                group.create_task(settle(one))


async def _settle(deps: Deps, one: Payment, down: set[str]) -> None:
    """Bring one payment to its end; when its provider is `down`, the worker does that when it is back."""
    try:
        if one.state != "open":
            await refund.write_down(deps, await booking.find(deps, one.booking_id), one.number)
    except TRANSIENT:
        raise
    except Exception:
        # A defect in one must not keep the others from their money; reconciling tells of it.
        log.exception("payment not settled", extra={"payment_id": one.id})
    if one.provider not in down and not await payment.take_up(deps, one):
        down.add(one.provider)
