"""Telling webhooks what happened: one delivery for each change and webhook, in order, until it arrives or is given up.

Two jobs, each of which may be killed anywhere: the reader of notices writes the deliveries in the transaction that
moves it on, and those that are due are claimed with a lease before they are sent. So none is lost, and what is sent
twice has the same id.
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id, new_ids
from fullhouse.rules import webhook as rules
from fullhouse.rules.mail import Mail
from fullhouse.rules.webhook import Answer, Delivery, Webhook
from fullhouse.store import booking, event, mail, notice, webhook, webhook_delivery
from fullhouse.store.db import TRANSIENT, ReadConn, WriteConn
from fullhouse.store.webhook_delivery import Room

log = logging.getLogger(__name__)

READER = "webhooks"
TOLD_AT_ONCE = 1_000
"""Bookings that deliveries are made of together, give or take those of one batch."""
UNDER_WAY_EACH = 20
UNDER_WAY_FAILING = 1
"""Requests at the same time to one webhook; to one that failed last, a single one."""
UNDER_WAY_MAX = 400
UNDER_WAY_FAILING_MAX = 200
"""Requests at the same time of one process, and those of them to webhooks that failed last: these wait the longest, and
leave room for the others."""
LOOK_AGAIN_SECONDS = 0.25
GATHER_SECONDS = 0.005
"""What is answered within so short a time is written down together."""
LEASE_SECONDS = 15.0
"""Beyond the time limit of a request, for writing down what came of it."""
FORGET_AT_ONCE = 1_000


class Sending(NamedTuple):
    """An attempt that is about to be made."""

    delivery: Delivery
    webhook: Webhook
    body: str


async def read_notices(deps: Deps) -> AsyncIterator[int]:
    """Make deliveries of the notices that are new, some at a time; yields how many notices that were."""
    while True:
        # Most of the time there is nothing to do, and then nothing is locked or written.
        async with deps.database.read() as reader:
            if not await webhook_delivery.is_anything_to_read(reader):
                return
        async with deps.database.write() as conn:
            position = await notice.lock_reader(conn, READER)
            found = [] if position is None else await notice.after(conn, position, TOLD_AT_ONCE)
            if not found:
                return
            webhooks = await webhook.subscribed(conn, {one.organizer_id for one in found})
            now = deps.clock()
            told = rules.deliveries_of(found, webhooks, now)
            if told:
                ids = new_ids(now, len(told))
                await webhook_delivery.add(conn, [one._replace(id=new) for one, new in zip(told, ids, strict=True)])
            await notice.move_reader(conn, READER, found[-1].position or 0)
        yield len(found)


async def deliver(deps: Deps) -> None:
    """Send all that is due, until nothing is under way any more. Cancelled, it leaves what it sends to the next."""
    sending: dict[asyncio.Task[Answer], Sending] = {}
    answered: list[tuple[Delivery, Answer]] = []
    try:
        while True:
            try:
                async with deps.database.write() as conn:
                    await _settle(deps, conn, answered)
                    claimed = await _claim(deps, conn, sending.values())
            except TRANSIENT:
                # What was answered is kept until it can be written.
                log.warning("what webhooks answered can't be written at the moment", exc_info=True)
                claimed = []
            else:
                answered = []
            for one in claimed:
                sending[asyncio.create_task(_send(deps, one))] = one
            if not sending and not answered:
                return
            answered += await _finished(sending)
    finally:
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)


async def forget_old(deps: Deps) -> None:
    """Forget deliveries that were made long ago, and what was answered to them."""
    before = deps.clock() - deps.webhook_terms.kept_time
    while True:
        async with deps.database.write() as conn:
            if await webhook_delivery.forget(conn, before, FORGET_AT_ONCE) < FORGET_AT_ONCE:
                return


async def _finished(sending: dict[asyncio.Task[Answer], Sending]) -> list[tuple[Delivery, Answer]]:
    """Take out what is answered. It waits for the first, and looks up after a while even if there is none."""
    if not sending:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return []
    done, others = await asyncio.wait(sending, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if done and others:
        more, _ = await asyncio.wait(others, timeout=GATHER_SECONDS)
        done |= more
    return [(sending.pop(task).delivery, task.result()) for task in done]


async def _send(deps: Deps, one: Sending) -> Answer:
    now = deps.clock()
    try:
        return await deps.hooks.send(one.webhook.url, one.delivery.id, one.body, one.webhook.secret.signing(now), now)
    except Exception:
        # A defect with one must not end all the others.
        log.exception("defect in a delivery", extra={"webhook_id": one.webhook.id})
        return Answer(now, 0, one.webhook.url, {}, error="something is broken on our side")


async def _claim(deps: Deps, conn: WriteConn, sending: Iterable[Sending]) -> list[Sending]:
    """Take what is due: first of webhooks that work, then of those that fail."""
    now = deps.clock()
    until = now + timedelta(seconds=deps.hooks.seconds_max + LEASE_SECONDS)
    under_way = Counter(one.webhook.id for one in sending)
    failing = sum(one.webhook.failing_since is not None for one in sending)
    total = UNDER_WAY_MAX - under_way.total()
    room = Room(UNDER_WAY_EACH, total, under_way)
    claimed = await webhook_delivery.claim(conn, room, now, until, failing=False)
    room = Room(UNDER_WAY_FAILING, min(total - len(claimed), UNDER_WAY_FAILING_MAX - failing), under_way)
    claimed += await webhook_delivery.claim(conn, room, now, until, failing=True)
    if not claimed:
        return []
    webhooks = await webhook.find_many(conn, {one.webhook_id for one in claimed})
    bodies = await _bodies(deps, conn, claimed)
    return [Sending(one, webhooks[one.webhook_id], bodies[one.webhook_id, one.id]) for one in claimed]


async def _bodies(deps: Deps, conn: WriteConn, claimed: list[Delivery]) -> dict[tuple[str, str], str]:
    """What each says, by webhook and id; what is said for the first time is kept for all later attempts."""
    bodies = {(one.webhook_id, one.id): one.body for one in claimed if one.body is not None}
    new = [one for one in claimed if one.body is None]
    if new:
        shown = await _shown(deps, conn, new)
        said = {
            (one.webhook_id, one.id): rules.body_of(one, shown.get((one.event_id, one.booking_number), "null"))
            for one in new
        }
        await webhook_delivery.keep_bodies(conn, said)
        bodies |= said
    return bodies


async def _shown(deps: Deps, conn: ReadConn, new: list[Delivery]) -> dict[tuple[str | None, int], str]:
    """Events (with the number 0) and bookings as the API shows them, as JSON."""
    keys = sorted({(one.event_id, one.booking_number) for one in new if one.event_id is not None})
    event_ids = [event_id for event_id, number in keys if not number]
    numbered = [(event_id, number) for event_id, number in keys if number]
    shown: dict[tuple[str | None, int], str] = {}
    if event_ids:
        for whole in await event.find_many_whole(conn, event_ids):
            shown[whole.event.id, 0] = deps.webhook_terms.event_shown(whole, deps.clock())
    if numbered:
        for one in await booking.find_numbered(conn, numbered):
            shown[one.event_id, one.number] = deps.webhook_terms.booking_shown(one)
    return shown


async def _settle(deps: Deps, conn: WriteConn, answered: list[tuple[Delivery, Answer]]) -> None:
    """Write what was answered, and switch webhooks off that fail for good. Locks webhooks before their deliveries."""
    if not answered:
        return
    now = deps.clock()
    settled = [rules.settled(one, answer, now, secrets.randbelow(1_000) / 1_000) for one, answer in answered]
    well = {one.webhook_id for one in settled if one.state == "delivered"}
    await webhook.clear_failing(conn, well)
    failed = {one.webhook_id: answer.at for one, answer in reversed(answered) if one.webhook_id not in well}
    since = await webhook.mark_failing(conn, failed) if failed else {}
    gone = {one.webhook_id for one, answer in answered if rules.is_gone(answer)}
    for webhook_id in sorted(gone | {one for one, moment in since.items() if rules.has_failed_for_long(moment, now)}):
        off = await webhook.switch_off(conn, webhook_id)
        if off is not None:
            log.warning("webhook switched off", extra={"webhook_id": webhook_id})
            await mail.add(conn, await _mails(conn, off, now), deps.mail_terms.domain, now)
    await webhook_delivery.finish(conn, settled)
    await webhook_delivery.add_attempts(conn, answered)


async def _mails(conn: ReadConn, off: Webhook, now: datetime) -> list[Mail]:
    """What its organizer's owners are told."""
    context = {"url": off.url, "description": off.description, "webhook_id": off.id}
    return [
        Mail(
            id=new_id(now),
            kind="webhook_switched_off",
            language=owner.language,
            to_name=owner.name,
            to_email=owner.email,
            context=context,
            organizer_id=off.organizer_id,
        )
        for owner in await webhook.owners(conn, off.organizer_id)
    ]
