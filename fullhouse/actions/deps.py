"""What actions and pages work with, built once in `main`."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fullhouse.engine.engine import Engine
from fullhouse.engine.event_memory import EventMemory
from fullhouse.engine.gather import Gather
from fullhouse.outside.payments.provider import Providers
from fullhouse.rules.booking import Booking
from fullhouse.rules.event import Availability, Event
from fullhouse.rules.offer import Offer
from fullhouse.rules.refusals import busy
from fullhouse.store.db import TRANSIENT, Database, ReadConn


class PaymentTerms(NamedTuple):
    """How long a payment may be open: so long from its beginning, and never beyond so long from the booking.

    A bank transfer takes days, counted from the booking too.
    """

    open_time: timedelta
    hold_time_max: timedelta
    transfer_time: timedelta


@dataclass(frozen=True, slots=True)
class Deps:
    """The engine that sells, the database, and the gathered reads."""

    engine: Engine
    database: Database
    events: Gather[Event]
    availability: Gather[Availability]
    bookings: Gather[Booking]
    booking_events: Gather[str]
    event_memory: EventMemory
    api_keys: Gather[str]
    offers: Gather[Offer]
    clock: Callable[[], datetime]
    num_seats_max: int
    providers: Providers
    payment_terms: PaymentTerms

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open connections and start the engine; at the end, finish what is under way and close all."""
        await self.database.open()
        self.engine.start()
        try:
            yield
        finally:
            await self.engine.close()
            for gather in self._gathers():
                await gather.close()
            for provider in self.providers.values():
                await provider.close()
            await self.database.close()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadConn]:
        """A connection that can't write. Raises Busy when the database can't be reached."""
        try:
            async with self.database.read() as conn:
                yield conn
        except TRANSIENT as error:
            raise busy("The database can't be reached at the moment. Try again.") from error

    def _gathers(self) -> list[Gather[Any]]:
        return [getattr(self, one.name) for one in fields(self) if isinstance(getattr(self, one.name), Gather)]
