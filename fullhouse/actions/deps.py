"""What actions and pages work with, built once in `main`."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fullhouse.actions.hashing import PasswordHashes
from fullhouse.actions.key_use import KeyUse
from fullhouse.actions.picturing import Pictures
from fullhouse.actions.shares import Shares
from fullhouse.engine.engine import Engine
from fullhouse.engine.event_memory import EventMemory
from fullhouse.engine.gather import Gather
from fullhouse.engine.live import Live
from fullhouse.engine.watch import Watch
from fullhouse.outside.breached import BreachedPasswords
from fullhouse.outside.hooks import Hooks
from fullhouse.outside.mail import Mailer
from fullhouse.outside.openid import OpenidProvider
from fullhouse.outside.payments.provider import Providers
from fullhouse.printing.apple_pass import PassSigner
from fullhouse.printing.google_wallet import GoogleIssuer
from fullhouse.printing.press import Press
from fullhouse.rules.attempt import Patience
from fullhouse.rules.booking import Booking
from fullhouse.rules.event import Availability, Event, WholeEvent
from fullhouse.rules.image import ImageFile
from fullhouse.rules.mail import Language
from fullhouse.rules.offer import Offer
from fullhouse.rules.refusals import busy
from fullhouse.rules.session import Known, SessionTerms
from fullhouse.store.db import TRANSIENT, Database, ReadConn
from fullhouse.store.key import LiveKey


class PaymentTerms(NamedTuple):
    """How long a payment may be open: so long from its beginning, and never beyond so long from the booking.

    A bank transfer takes days, counted from the booking too.
    """

    open_time: timedelta
    hold_time_max: timedelta
    transfer_time: timedelta


class Wallets(NamedTuple):
    """What tickets are signed with for the wallets of phones; None for a wallet that is not offered."""

    apple: PassSigner | None
    google: GoogleIssuer | None


class WebhookTerms(NamedTuple):
    """How events and bookings are shown as JSON, and how long it is remembered what was delivered."""

    event_shown: Callable[[WholeEvent, datetime], str]
    booking_shown: Callable[[Booking], str]
    kept_time: timedelta


class Crowds(NamedTuple):
    """What one address, or one booking, may have at once of what there is little of."""

    streams_of_address: Shares
    documents_of_address: Shares
    documents_of_booking: Shares


class PeopleTerms(NamedTuple):
    """How people sign in: how long sessions and links last, and how many attempts there are."""

    session: SessionTerms
    account_patience: Patience
    address_patience: Patience
    invitation_time: timedelta
    reset_time: timedelta


class MailTerms(NamedTuple):
    """Whom mails are from, in which language if the organizer has not said, and for how long each is tried.

    `domain` is that of their `Message-ID`s; links in them begin with `public_url`, which has no slash at its end.
    """

    sender: str
    domain: str
    language: Language
    public_url: str
    time_tried: timedelta


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
    event_organizers: Gather[str]
    organizer_memory: EventMemory
    api_keys: Gather[LiveKey]
    key_use: KeyUse
    offers: Gather[Offer]
    watch: Watch
    live: Live
    clock: Callable[[], datetime]
    num_seats_max: int
    providers: Providers
    payment_terms: PaymentTerms
    hooks: Hooks
    webhook_terms: WebhookTerms
    sessions: Gather[Known]
    passwords: PasswordHashes
    breached: BreachedPasswords
    people: PeopleTerms
    mailer: Mailer | None
    mail_terms: MailTerms
    export_seconds_max: float
    openid: OpenidProvider | None
    pictures: Pictures
    image_files: Gather[ImageFile]
    press: Press
    crowds: Crowds
    wallets: Wallets

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open connections and start the engine; at the end, finish what is under way and close all."""
        await self.database.open()
        self.engine.start()
        try:
            yield
        finally:
            await self.watch.close()
            await self.live.close()
            await self.engine.close()
            for gather in self._gathers():
                await gather.close()
            for provider in self.providers.values():
                await provider.close()
            await self.hooks.close()
            await self.breached.close()
            if self.openid is not None:
                await self.openid.close()
            self.passwords.close()
            self.pictures.close()
            self.press.close()
            await self.key_use.close()
            if self.mailer is not None:
                await self.mailer.close()
            await self.database.close()

    def end_waiting(self) -> None:
        """Let go of those who wait for changes or watch what is left: the program ends, and these would keep it up."""
        self.watch.end()
        self.live.end()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadConn]:
        """A connection that can't write. Raises Busy when the database can't be reached."""
        try:
            async with self.database.read() as conn:
                yield conn
        except TRANSIENT as error:
            raise busy("The database can't be reached at the moment. Try again.") from error

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[ReadConn]:
        """A connection that sees one moment throughout, for what takes long. Raises Busy as `reading` does.

        Also when as many as there may be at once are under way.
        """
        try:
            async with self.database.snapshot() as conn:
                yield conn
        except TRANSIENT as error:
            raise busy("The database can't be reached, or too many exports are under way. Try again.") from error

    def _gathers(self) -> list[Gather[Any]]:
        return [getattr(self, one.name) for one in fields(self) if isinstance(getattr(self, one.name), Gather)]
