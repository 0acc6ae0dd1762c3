"""Pictures: put in place of an event's or an organizer's last one, taken away, looked up, and deleted when unused."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fullhouse.actions import acting, answer, organizer
from fullhouse.actions.changing import change_offer, unchanged, whole_event
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.event import WholeEvent, check_changeable
from fullhouse.rules.image import Encoded, ImageFile, found, image_of
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.refusals import EventNotFound
from fullhouse.store import image, notice
from fullhouse.store.db import WriteConn

UNUSED_TIME = timedelta(days=1)
"""So long a picture stays that nothing shows any more: pages and mails that are open have its address."""


async def put_at_event(
    deps: Deps, event_id: str, sent: bytes, key: IdempotencyKey | None, told: Callable[[WholeEvent], Answered]
) -> Answered:
    """Let an event show this picture. The same picture again changes nothing.

    Raises ImageNotValid, EventNotChangeable, and what `change_offer` raises.
    """
    before = await answer.before(deps, key)
    if before is not None:
        return before
    organizer_id = await organizer.of_event(deps, event_id)
    if organizer_id is None:
        raise EventNotFound("There is no such event.")
    encoded = await deps.pictures.encoded(sent, "event")
    return await _show_at_event(deps, event_id, (organizer_id, encoded), key, told)


async def remove_from_event(
    deps: Deps, event_id: str, key: IdempotencyKey | None, told: Callable[[WholeEvent], Answered]
) -> Answered:
    """Let an event show no picture, also one that is over or cancelled. Raises what `change_offer` raises."""
    return await _show_at_event(deps, event_id, None, key, told)


async def _show_at_event(
    deps: Deps,
    event_id: str,
    wanted: tuple[str, Encoded] | None,
    key: IdempotencyKey | None,
    told: Callable[[WholeEvent], Answered],
) -> Answered:
    shown = None if wanted is None else image_of(*wanted)

    async def work(conn: WriteConn, now: datetime) -> Answered:
        before = await whole_event(conn, event_id)
        acting.before(told(before).body)
        if wanted is not None:
            check_changeable(before, now)
        if before.image == shown:
            return told(await unchanged(conn, before))
        if wanted is not None and shown is not None:
            await image.keep(conn, wanted[0], shown, wanted[1].files, now)
        await image.show_at_event(conn, event_id, None if shown is None else shown.id)
        await notice.add(conn, [event_id], "event.changed", now, details={"fields": ["image"]})
        return told(before._replace(image=shown))

    return await change_offer(deps, event_id, key, work)


async def put_logo(
    deps: Deps, organizer_id: str, sent: bytes, key: IdempotencyKey | None, told: Callable[[Organizer], Answered]
) -> Answered:
    """Let an organizer show this picture as its logo. Raises OrganizerNotFound, ImageNotValid, and as `once` does."""
    before = await answer.before(deps, key)
    if before is not None:
        return before
    async with deps.reading() as conn:
        await organizer.find(conn, organizer_id)
    encoded = await deps.pictures.encoded(sent, "logo")
    return await _show_as_logo(deps, organizer_id, encoded, key, told)


async def remove_logo(
    deps: Deps, organizer_id: str, key: IdempotencyKey | None, told: Callable[[Organizer], Answered]
) -> Answered:
    """Let an organizer show no logo. Raises OrganizerNotFound, and what `answer.once` raises."""
    return await _show_as_logo(deps, organizer_id, None, key, told)


async def _show_as_logo(
    deps: Deps,
    organizer_id: str,
    encoded: Encoded | None,
    key: IdempotencyKey | None,
    told: Callable[[Organizer], Answered],
) -> Answered:
    async def work(conn: WriteConn, now: datetime) -> Answered:
        before = await organizer.locked(conn, organizer_id)
        acting.before(told(before).body)
        shown = None
        if encoded is not None:
            shown = image_of(organizer_id, encoded)
            await image.keep(conn, organizer_id, shown, encoded.files, now)
        await image.show_as_logo(conn, organizer_id, None if shown is None else shown.id)
        return told(before._replace(logo=shown))

    return await answer.once(deps, key, work)


async def find(deps: Deps, image_id: str, name: str) -> ImageFile:
    """Look one size of a picture up. Raises ImageNotFound and Busy."""
    return found(await deps.image_files.find((image_id, name)))


async def delete_unused(deps: Deps) -> int:
    """Delete the pictures that nothing has shown for a day; returns how many."""
    now = deps.clock()
    async with deps.database.write() as conn:
        await image.mark_unused(conn, now)
        return await image.delete_unused(conn, now - UNUSED_TIME)
