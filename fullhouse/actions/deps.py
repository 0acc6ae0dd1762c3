"""What actions and pages work with, built once in `main`."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from fullhouse.engine.engine import Engine
from fullhouse.engine.gather import Gather
from fullhouse.rules.booking import Booking
from fullhouse.rules.event import Availability, Event
from fullhouse.store.db import Database


@dataclass(frozen=True, slots=True)
class Deps:
    """The engine that sells, the database, and the gathered reads."""

    engine: Engine
    database: Database
    events: Gather[Event]
    availability: Gather[Availability]
    bookings: Gather[Booking]
    api_keys: Gather[str]
    clock: Callable[[], datetime]
    num_seats_max: int

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open connections and start the engine; at the end, finish what is under way and close all."""
        await self.database.open()
        self.engine.start()
        try:
            yield
        finally:
            await self.engine.close()
            for gather in (self.events, self.availability, self.bookings, self.api_keys):
                await gather.close()
            await self.database.close()
