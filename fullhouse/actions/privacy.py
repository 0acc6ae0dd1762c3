"""Privacy: telling a person what is known of them, erasing them, and erasing the people of old events."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, NamedTuple

from fullhouse.actions import acting
from fullhouse.actions.answer import once
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.rules.privacy import Erased, EventPreview, PersonBooking
from fullhouse.rules.promo import buyer_key_of
from fullhouse.store import disclosure, erasure, organizer, retention
from fullhouse.store.db import ReadConn, WriteConn

BOOKINGS_MAX = 1_000
"""Bookings of a person that one call tells or erases; few have as many, but the box office may book by one address."""

EVENTS_MAX = 200
PAGE = 500
"""Bookings of an old event that one step erases."""


class Known(NamedTuple):
    """All that is known of a person; `is_all` is false when there are more bookings than are told."""

    bookings: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    is_all: bool


class Erasure(NamedTuple):
    """What was erased, or would be, and which bookings have to stay for now."""

    erased: Erased
    kept: list[PersonBooking]


async def about(deps: Deps, organizer_id: str, email: str) -> Known:
    """What is known of the person who has this mailbox, as of one moment. Raises OrganizerNotFound and Busy."""
    buyer_key = buyer_key_of(email)
    async with deps.snapshot() as conn:
        await require_organizer(conn, organizer_id)
        found = await erasure.bookings_of(conn, organizer_id, buyer_key, deps.clock(), BOOKINGS_MAX + 1)
        bookings = await disclosure.about(conn, [one.key for one in found[:BOOKINGS_MAX]])
        mails = await disclosure.mails(conn, organizer_id, email, buyer_key, BOOKINGS_MAX)
    return Known(bookings, mails, is_all=len(found) <= BOOKINGS_MAX)


async def preview_erasure(deps: Deps, organizer_id: str, email: str) -> Erasure:
    """What erasing a person would do. Raises OrganizerNotFound and Busy."""
    buyer_key = buyer_key_of(email)
    async with deps.snapshot() as conn:
        await require_organizer(conn, organizer_id)
        found = await erasure.bookings_of(conn, organizer_id, buyer_key, deps.clock(), BOOKINGS_MAX + 1)
        chosen = [one.key for one in found[:BOOKINGS_MAX] if one.kept is None]
        counted = await erasure.count(conn, chosen, organizer_id, email, buyer_key)
    return Erasure(counted._replace(left=len(found) > BOOKINGS_MAX), [one for one in found if one.kept])


async def erase(
    deps: Deps, organizer_id: str, email: str, key: IdempotencyKey | None, told: Callable[[Erasure], Answered]
) -> Answered:
    """Erase a person, but for bookings that have to stay for now. Raises OrganizerNotFound, and as `once` does."""
    buyer_key = buyer_key_of(email)

    async def work(conn: WriteConn, now: datetime) -> Answered:
        await require_organizer(conn, organizer_id)
        found = await erasure.bookings_of(conn, organizer_id, buyer_key, now, BOOKINGS_MAX + 1)
        chosen = [one.key for one in found[:BOOKINGS_MAX] if one.kept is None]
        # Before it is gone: what answers may repeat.
        texts = await erasure.texts_of(conn, chosen)
        done = await erasure.erase(conn, chosen)
        erased = done._replace(
            mails=done.mails + await erasure.erase_mails(conn, organizer_id, email, buyer_key),
            answers=await erasure.erase_answers(conn, texts),
            left=len(found) > BOOKINGS_MAX,
        )
        return told(Erasure(erased, [one for one in found if one.kept]))

    return await once(deps, key, work)


async def days_kept(deps: Deps, organizer_id: str) -> int | None:
    """How long an organizer keeps names. Raises OrganizerNotFound and Busy."""
    async with deps.reading() as conn:
        await require_organizer(conn, organizer_id)
        return await retention.days_of(conn, organizer_id)


async def keep_for(
    deps: Deps, organizer_id: str, days: int | None, key: IdempotencyKey | None, told: Callable[[int | None], Answered]
) -> Answered:
    """Let an organizer keep names for so many days after an event. Raises OrganizerNotFound, and as `once` does."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        await require_organizer(conn, organizer_id)
        await retention.keep_for(conn, organizer_id, days)
        return told(days)

    return await once(deps, key, work)


async def preview_retention(deps: Deps, organizer_id: str, days: int | None) -> list[EventPreview]:
    """Whose names would go, by so many days or by those that are set. Raises OrganizerNotFound and Busy."""
    async with deps.snapshot() as conn:
        await require_organizer(conn, organizer_id)
        return await retention.preview(conn, organizer_id, days, deps.clock(), EVENTS_MAX)


async def erase_old(deps: Deps) -> AsyncIterator[int]:
    """Erase the people of old events, page by page, each in its transaction; gives how many bookings had names.

    Any number of processes may do it at once: a page is locked by one of them. What is done stays done.
    """
    async with deps.database.write() as conn:
        await retention.begin(conn, deps.clock())
    while True:
        now = deps.clock()
        async with deps.database.write() as conn:
            page = await retention.take(conn, now, PAGE)
            if page is None:
                return
            done = await erasure.erase(conn, page.keys)
            await retention.move_on(conn, page, now)
            if done.bookings:
                told = {"bookings": done.bookings}
                await acting.record(conn, "privacy.retention", now, after=told, of=(page.event_id, []))
        yield done.bookings


async def require_organizer(conn: ReadConn, organizer_id: str) -> None:
    """Raises OrganizerNotFound."""
    if not await organizer.exists(conn, organizer_id):
        raise OrganizerNotFound("There is no such organizer.")
