"""Reading what happened to an organizer's events and bookings, and waiting for more of it."""

import asyncio
from collections.abc import Sequence

from fullhouse.actions.deps import Deps
from fullhouse.rules.change import Change, Changes, Ends, require_kept
from fullhouse.rules.notice import NoticeKind
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.store import change, organizer


async def read(
    deps: Deps,
    organizer_id: str,
    after: int | None,
    kinds: Sequence[NoticeKind],
    *,
    limit: int,
    wait_seconds: float,
    event_ids: Sequence[str] | None = None,
) -> Changes:
    """The next changes of these kinds behind a position; with `wait_seconds` it waits so long for the first of them.

    Raises OrganizerNotFound, CursorTooOld, ValidationFailed for a position that there is not, and Busy.
    """
    loop = asyncio.get_running_loop()
    latest = loop.time() + wait_seconds
    while True:
        found, ends = await _page(deps, organizer_id, after, kinds, event_ids, limit)
        looked_to = found[-1].sequence if len(found) == limit else ends.numbered
        left = latest - loop.time()
        if found or left <= 0 or deps.watch.is_ending:
            return Changes(found, looked_to)
        after = looked_to
        await deps.watch.wait(organizer_id, looked_to, left)


async def _page(
    deps: Deps,
    organizer_id: str,
    after: int | None,
    kinds: Sequence[NoticeKind],
    event_ids: Sequence[str] | None,
    limit: int,
) -> tuple[list[Change], Ends]:
    async with deps.reading() as conn:
        found, ends = await change.page(conn, organizer_id, after, kinds, event_ids, limit)
        if not found and not await organizer.exists(conn, organizer_id):
            raise OrganizerNotFound("There is no such organizer.")
    if after is not None:
        require_kept(after, ends)
    return found, ends
