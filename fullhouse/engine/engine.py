"""The engine of one process: a waiting line and its lanes, from the start to the drained end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from fullhouse.engine import measure
from fullhouse.engine.intake import Intake, Limits
from fullhouse.engine.lane import Lane, Patience, Terms, utc_now
from fullhouse.engine.offers import OfferMemory
from fullhouse.rules.booking import Outcome, Request
from fullhouse.store.db import WriteConn


class EngineSettings(NamedTuple):
    """How the engine of a process is sized."""

    hot_lanes: int
    contended_lanes: int
    limits: Limits
    patience: Patience
    drain_seconds_max: float
    hold_seconds: float
    offers_max: int


class Engine:
    """Everything that changes what is sold passes through here.

    Quiet events share the batches of one lane. An event with many waiting gets batches of its own in a hot lane.
    Neither ever waits for a lock: an event that is found locked elsewhere goes to a contended lane, which does.
    So no event that is free waits for the lock of another.
    """

    def __init__(
        self,
        settings: EngineSettings,
        connect: Callable[[], Awaitable[WriteConn]],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Nothing runs before `start`. Each batch is of the moment that the clock tells at its beginning."""
        self._settings = settings
        self._intake = Intake(settings.limits)
        takes = [
            self._intake.take_shared,
            *[self._intake.take_hot] * settings.hot_lanes,
            *[self._intake.take_contended] * settings.contended_lanes,
        ]
        terms = Terms(timedelta(seconds=settings.hold_seconds), OfferMemory(settings.offers_max))
        self._lanes = [Lane(self._intake, take, connect, settings.patience, terms, clock) for take in takes]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take batches."""
        self._tasks = [asyncio.create_task(lane.run()) for lane in self._lanes]
        self._tasks.append(asyncio.create_task(self._refuse_overdue()))

    @property
    def is_rush(self) -> bool:
        """Whether so many are booking here that what can wait should."""
        return self._intake.is_rush

    def submit(self, request: Request) -> asyncio.Future[Outcome]:
        """Put a request in line; the future gets its outcome after the commit.

        Raises `Busy` at once when the line is full; the future raises `Busy` or `OutcomeUnknown`.
        """
        return self._intake.join(request)

    async def close(self) -> None:
        """Serve who is in line, for a limited time, then refuse the rest and stop."""
        self._intake.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.drain_seconds_max):
                await self._intake.until_idle()
        self._intake.refuse_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _refuse_overdue(self) -> None:
        """Look after those that no lane comes for, as when the database is away."""
        while True:
            await asyncio.sleep(self._settings.limits.wait_seconds_max / 10)
            self._intake.refuse_overdue()
            measure.WAITING.set(self._intake.waiting)
