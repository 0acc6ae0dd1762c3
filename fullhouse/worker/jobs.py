"""The jobs of a serving process: each does one small thing every so often, and a fault never ends it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fullhouse.actions import installation
from fullhouse.actions.deps import Deps

log = logging.getLogger(__name__)

FORGET_EVERY_SECONDS = 3_600.0


def start(deps: Deps, *, idempotency_days_kept: int) -> list[asyncio.Task[None]]:
    """Start all jobs; cancel the tasks to end them."""

    async def forget() -> None:
        await installation.forget_old_keys(deps.database, deps.clock(), idempotency_days_kept)

    return [asyncio.create_task(every(FORGET_EVERY_SECONDS, forget))]


async def every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    """Run a job again and again, with a pause of `seconds` after each run."""
    while True:
        try:
            await job()
        except Exception:
            log.warning("job failed", exc_info=True)
        await asyncio.sleep(seconds)
