"""The jobs of a worker: each does one small thing every so often, and a fault never ends it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from fullhouse.actions import (
    acting,
    attempt,
    audit_log,
    booking,
    booking_index,
    event_cancellation,
    image,
    installation,
    notice,
    payment,
    privacy,
    sales,
    webhook_delivery,
)
from fullhouse.actions.deps import Deps
from fullhouse.rules.actor import Who
from fullhouse.worker import mails
from fullhouse.worker.pace import work_through

log = logging.getLogger(__name__)

Job: TypeAlias = Callable[[], Awaitable[None]]

FORGET_EVERY_SECONDS = 3_600.0
HAND_OVER_EVERY_SECONDS = 1.0
RELEASE_EVERY_SECONDS = 1.0
SETTLE_EVERY_SECONDS = 5.0
CANCEL_EVERY_SECONDS = 1.0
DELIVER_EVERY_SECONDS = 0.2
SEAL_EVERY_SECONDS = 1.0
NUMBER_EVERY_SECONDS = 0.2
ERASE_EVERY_SECONDS = 3_600.0
INDEX_EVERY_SECONDS = 1.0
COUNT_SALES_EVERY_SECONDS = 2.0
RELEASE_PAUSE_SECONDS = 0.02
"""A breath for those who book, between one round of releasing holds and the next, or of cancelling bookings."""


def start(deps: Deps, *, idempotency_days_kept: int, notice_days_kept: int) -> list[asyncio.Task[None]]:
    """Start all jobs; cancel the tasks to end them."""

    async def forget() -> None:
        await installation.forget_old_keys(deps.database, deps.clock(), idempotency_days_kept)
        await attempt.forget_old(deps)
        await notice.forget_old(deps, notice_days_kept)

    async def delete_images() -> None:
        await image.delete_unused(deps)

    found = [
        (FORGET_EVERY_SECONDS, forget),
        (FORGET_EVERY_SECONDS, delete_images),
        *_of_bookings(deps),
        *_for_staff(deps),
        *_of_notices(deps),
        *mails.jobs(deps),
    ]
    return [asyncio.create_task(every(seconds, job)) for seconds, job in found]


def _of_bookings(deps: Deps) -> list[tuple[float, Job]]:
    async def release() -> None:
        async for _ in booking.release_due(deps):
            await asyncio.sleep(RELEASE_PAUSE_SECONDS)

    async def cancel() -> None:
        async for _ in event_cancellation.carry_on(deps):
            await asyncio.sleep(RELEASE_PAUSE_SECONDS)

    async def settle() -> None:
        await payment.sweep(deps)

    async def erase() -> None:
        await work_through(privacy.erase_old(deps), deps.engine)

    return [
        (RELEASE_EVERY_SECONDS, release),
        (CANCEL_EVERY_SECONDS, cancel),
        (SETTLE_EVERY_SECONDS, settle),
        (ERASE_EVERY_SECONDS, erase),
    ]


def _for_staff(deps: Deps) -> list[tuple[float, Job]]:
    async def index() -> None:
        await work_through(booking_index.keep_up(deps), deps.engine)

    async def tally() -> None:
        await work_through(sales.keep_up(deps), deps.engine)

    return [(INDEX_EVERY_SECONDS, index), (COUNT_SALES_EVERY_SECONDS, tally)]


def _of_notices(deps: Deps) -> list[tuple[float, Job]]:
    async def number() -> None:
        await notice.give_positions(deps)

    async def seal() -> None:
        await audit_log.seal_all(deps.database)

    async def read() -> None:
        await work_through(webhook_delivery.read_notices(deps), deps.engine)

    async def deliver() -> None:
        await webhook_delivery.deliver(deps)

    async def forget_delivered() -> None:
        await webhook_delivery.forget_old(deps)

    return [
        (NUMBER_EVERY_SECONDS, number),
        (SEAL_EVERY_SECONDS, seal),
        (DELIVER_EVERY_SECONDS, read),
        (DELIVER_EVERY_SECONDS, deliver),
        (FORGET_EVERY_SECONDS, forget_delivered),
    ]


def count(hand_over: Callable[[], None]) -> asyncio.Task[None]:
    """Start the one job of every serving process, its worker's or not: its counts go to Prometheus."""

    async def run() -> None:
        hand_over()

    return asyncio.create_task(every(HAND_OVER_EVERY_SECONDS, run))


async def every(seconds: float, job: Job) -> None:
    """Run a job again and again, with a pause of `seconds` after each run. The audit log knows it by its name."""
    who = Who("job", None, getattr(job, "__name__", "job"), None)
    while True:
        try:
            with acting.acting_as(who, f"job.{who.name}"):
                await job()
        except Exception:
            log.warning("job failed", exc_info=True)
        await asyncio.sleep(seconds)
