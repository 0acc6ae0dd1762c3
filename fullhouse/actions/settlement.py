"""Settling: an event, or all of an organizer, as everything was at one moment."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import NamedTuple

from fullhouse.actions.deps import Deps
from fullhouse.actions.export import Format, Rows, Scope, require, written
from fullhouse.rules.settlement import Period, Settlement, Sums, settle
from fullhouse.rules.settlement_table import COLUMNS, rows_of
from fullhouse.store import export
from fullhouse.store import settlement as stored
from fullhouse.store.db import ReadConn

log = logging.getLogger(__name__)


class Settled(NamedTuple):
    """Events with anything to settle, in order of date, as of a moment."""

    as_of: datetime
    period: Period
    events: list[Settlement]


async def run(deps: Deps, scope: Scope, period: Period) -> Settled:
    """Settle. Raises EventNotFound, OrganizerNotFound and Busy."""
    async with deps.snapshot() as conn:
        return await _settled(deps, conn, scope, period)


async def table(deps: Deps, scope: Scope, period: Period, file_format: Format) -> AsyncGenerator[bytes, None]:
    """The same as a file, as exports are made."""
    settled = await run(deps, scope, period)
    async with aclosing(written(file_format, COLUMNS, _rows(settled))) as parts:
        async for part in parts:
            yield part


async def _rows(settled: Settled) -> Rows:
    for one in settled.events:
        yield rows_of(one, settled.as_of)


async def _settled(deps: Deps, conn: ReadConn, scope: Scope, period: Period) -> Settled:
    await require(conn, scope)
    events = await export.events(conn, *scope)
    # The snapshot is as of its first statement, so the moment is not before anything that it sees.
    as_of = deps.clock()
    sums = await stored.sums(conn, events, period)
    moved = await stored.moved(conn, events, period)
    tickets = await stored.tickets(conn, events, period)
    sold = await stored.sold(conn, events, period)
    taken_back = await stored.taken_back(conn, events, period)
    found = [
        settle(
            event,
            sums.get(event.id, Sums()),
            moved.get(event.id, []),
            tickets.get(event.id, {}),
            sold.get(event.id, []),
            taken_back.get(event.id, []),
        )
        for event in events
        if scope.event_id is not None or event.id in sums or event.id in tickets
    ]
    for one in found:
        for difference in one.differences:
            log.error("a settlement does not agree with the ledger: event %s: %s", one.event.id, difference)
    return Settled(as_of, period, found)
