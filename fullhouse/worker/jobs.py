"""The jobs of a serving process: each does one small thing every so often, and a fault never ends it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fullhouse.actions import booking, event_cancellation, installation, payment
from fullhouse.actions.deps import Deps

log = logging.getLogger(__name__)

FORGET_EVERY_SECONDS = 3_600.0
HAND_OVER_EVERY_SECONDS = 1.0
RELEASE_EVERY_SECONDS = 1.0
SETTLE_EVERY_SECONDS = 5.0
CANCEL_EVERY_SECONDS = 1.0
RELEASE_PAUSE_SECONDS = 0.02
"""A breath for those who book, between one round of releasing holds and the next, or of cancelling bookings."""


def start(deps: Deps, *, idempotency_days_kept: int, hand_over: Callable[[], None]) -> list[asyncio.Task[None]]:
    """Start all jobs; cancel the tasks to end them. `hand_over` gives the web's counts to Prometheus."""

    async def forget() -> None:
        await installation.forget_old_keys(deps.database, deps.clock(), idempotency_days_kept)

    async def release() -> None:
        async for _ in booking.release_due(deps):
            await asyncio.sleep(RELEASE_PAUSE_SECONDS)

    async def cancel() -> None:
        async for _ in event_cancellation.carry_on(deps):
            await asyncio.sleep(RELEASE_PAUSE_SECONDS)

    async def settle() -> None:
        await payment.sweep(deps)

    async def count() -> None:
        hand_over()

    return [
        asyncio.create_task(every(FORGET_EVERY_SECONDS, forget)),
        asyncio.create_task(every(RELEASE_EVERY_SECONDS, release)),
        asyncio.create_task(every(CANCEL_EVERY_SECONDS, cancel)),
        asyncio.create_task(every(SETTLE_EVERY_SECONDS, settle)),
        asyncio.create_task(every(HAND_OVER_EVERY_SECONDS, count)),
    ]


async def every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    """Run a job again and again, with a pause of `seconds` after each run."""
    while True:
        try:
            await job()
        except Exception:
            log.warning("job failed", exc_info=True)
        await asyncio.sleep(seconds)
