"""Keeping up what bookings are found by. What this has not come to yet is found all the same, only slower."""

import logging
from collections.abc import AsyncIterator, Sequence

from fullhouse.actions.deps import Deps
from fullhouse.rules.booking_search import words_of
from fullhouse.store import booking_index
from fullhouse.store.booking_index import Indexed, Named, Worded
from fullhouse.store.db import WriteConn

log = logging.getLogger(__name__)

PAGE = 2_000
"""Bookings of an event that are looked through in one transaction."""
EVENTS = 200


async def keep_up(deps: Deps) -> AsyncIterator[str]:
    """Look through all bookings that are new, page by page; yields the event of each page."""
    done = True
    while done:
        done = False
        async for event_id in _behind(deps):
            try:
                async with deps.database.write() as conn:
                    done |= await _look_through(conn, event_id) > 0
            except Exception:
                # A defect in one must not keep the others from being found.
                log.exception("bookings not looked through", extra={"event_id": event_id})
            yield event_id


async def _behind(deps: Deps) -> AsyncIterator[str]:
    """Events with something new, once each, so that none waits for ever behind some that can't be looked through."""
    event_ids = [booking_index.BEFORE_ALL]
    while event_ids:
        async with deps.database.read() as reader:
            event_ids = await booking_index.behind(reader, event_ids[-1], EVENTS)
        if event_ids:
            async with deps.database.write() as conn:
                await booking_index.add_tallies(conn, event_ids)
        for event_id in event_ids:
            yield event_id


async def rewrite(conn: WriteConn, event_id: str, number: int) -> None:
    """Write the words of one booking anew, as somebody in it has another name now. The event's tally is held."""
    await booking_index.forget_words(conn, [(event_id, number)])
    one = await booking_index.lock(conn, event_id)
    if one is not None:
        await booking_index.add_words(conn, one, _worded(await booking_index.named(conn, event_id, number, number)))


async def _look_through(conn: WriteConn, event_id: str) -> int:
    """The next page of an event; returns how many bookings it had."""
    one: Indexed | None = await booking_index.lock(conn, event_id)
    if one is None or one.bookings_made <= one.bookings_indexed:
        return 0
    last = min(one.bookings_made, one.bookings_indexed + PAGE)
    await booking_index.add_runs(conn, one, last)
    found = await booking_index.named(conn, event_id, one.bookings_indexed + 1, last)
    await booking_index.add_words(conn, one, _worded(found))
    await booking_index.move_on(conn, event_id, last)
    return last - one.bookings_indexed


def _worded(found: Sequence[Named]) -> list[Worded]:
    return [
        Worded(one.number, one.made_at, words_of([one.name, *one.holders], [one.email, one.buyer_key])) for one in found
    ]
