"""The reader of notices that writes mails: in the transaction that moves it on, so none is lost and none is twofold."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Literal

from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id, new_ids
from fullhouse.rules.mailing import UNHURRIED, Mailing
from fullhouse.rules.notice import Notice
from fullhouse.rules.telling import Told, is_to_all, mails_for, told_by
from fullhouse.store import mail, mail_settings, mail_subject, mailing, notice
from fullhouse.store.db import WriteConn

READER = "mail"
PAGE = 1_000
"""Bookings that are told of together, give or take those of one batch."""


async def read_notices(deps: Deps) -> AsyncIterator[int]:
    """Write the mails of all notices that are new, page by page; yields how many notices each had.

    It ends when there are none, or another process is reading.
    """
    while read := await _read_page(deps):
        yield read


async def _read_page(deps: Deps) -> int:
    async with deps.database.write() as conn:
        position = await notice.lock_reader(conn, READER)
        found = [] if position is None else await notice.after(conn, position, PAGE)
        if not found:
            return 0
        now = deps.clock()
        await _write_mails(deps, conn, told_by(found), now)
        await mailing.add(conn, [_mailing(one, now) for one in found if is_to_all(one)])
        await notice.move_reader(conn, READER, found[-1].position or 0)
    return len(found)


async def _write_mails(deps: Deps, conn: WriteConn, told: Collection[Told], now: datetime) -> None:
    keys = {(one.event_id, one.booking_number) for one in told}
    if not keys:
        return
    addressed = await mail_subject.addressed(conn, keys)
    ended = {(one.event_id, one.booking_number) for one in told if one.kind == "booking_cancelled"}
    with_event = await mail_subject.cancelled_with_event(conn, ended) if ended else set()
    settings = await mail_settings.find(conn, {one.organizer_id for one in told})
    ids = new_ids(now, len(told))
    mails = mails_for(told, addressed, with_event, settings, deps.mail_terms.language, ids)
    if mails:
        # What would only be marked as kept is written as that: there may be very many of them.
        state: Literal["waiting", "kept"] = "kept" if deps.mailer is None else "waiting"
        await mail.add(conn, mails, deps.mail_terms.domain, now, state=state)


def _mailing(one: Notice, now: datetime) -> Mailing:
    """What tells all buyers of an event of its change."""
    return Mailing(
        one.event_id,
        new_id(now),
        one.organizer_id,
        "event_changed",
        None,
        {"fields": (one.details or {})["fields"]},
        UNHURRIED,
        None,
        now,
    )
