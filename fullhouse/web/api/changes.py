"""What happened to an organizer's events and bookings, for other systems to follow."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fullhouse.actions import change
from fullhouse.actions.deps import Deps
from fullhouse.actions.organizer import DEFAULT_ID
from fullhouse.rules.change import KINDS, Changes, kinds_of, position_at
from fullhouse.web.api.answers import shown
from fullhouse.web.api.change_shapes import changes_fields
from fullhouse.web.api.parameters import ChangesWanted
from fullhouse.web.call import Call
from fullhouse.web.http import Answer, ClientGoneError, Message


async def index(
    deps: Deps,
    call: Call,
    wanted: ChangesWanted,
    receive: Callable[[], Awaitable[Message]],
) -> Answer:
    """`GET /organizers/{id}/changes`, and `GET /changes` for a caller who works for one organizer.

    Raises ClientGoneError when the client hangs up while it waits; then nobody waits for it any more.
    """
    kinds = KINDS if wanted.types is None else kinds_of(wanted.types)
    after = None if wanted.cursor is None else position_at(wanted.cursor)
    reading = asyncio.ensure_future(
        change.read(
            deps, call.caller.organizer_id or DEFAULT_ID, after, kinds, limit=wanted.limit, wait_seconds=wanted.wait
        )
    )
    if wanted.wait:
        await _until_gone_or_done(receive, reading)
    return shown(changes_fields(await reading))


async def _until_gone_or_done(receive: Callable[[], Awaitable[Message]], reading: asyncio.Future[Changes]) -> None:
    hanging_up = asyncio.ensure_future(_hung_up(receive))
    try:
        waiting: set[asyncio.Future[Any]] = {hanging_up, reading}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise ClientGoneError
    finally:
        hanging_up.cancel()
        if not reading.done():
            reading.cancel()


async def _hung_up(receive: Callable[[], Awaitable[Message]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
