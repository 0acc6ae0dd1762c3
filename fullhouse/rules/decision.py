"""What a decision is made from and what it comes to: all that the database said, and all that has to be written."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from fullhouse.rules.audit_log import Entry
from fullhouse.rules.booking import Booking, Outcome, PromoUse, Ticket
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.cancellation import Cancellation
from fullhouse.rules.house import House, HouseChange
from fullhouse.rules.notice import Notice
from fullhouse.rules.offer import Offer
from fullhouse.rules.promo import PromoCode
from fullhouse.rules.selling import Due

EMPTY: Mapping[Any, Any] = MappingProxyType({})


class Remembered(NamedTuple):
    """What was answered under an idempotency key, and to what."""

    fingerprint: str
    outcome: Outcome


class Known(NamedTuple):
    """All that the database said before a batch is decided, by id. `pools` has what is available of each by event.

    `codes` are by event id and the code itself; `buyers` say what a buyer has of each ticket type, by event id and the
    buyer's key.
    """

    houses: Mapping[str, House]
    offers: Mapping[str, Offer]
    pools: Mapping[str, Mapping[str, int | None]]
    due: Mapping[str, Due]
    bookings: Mapping[str, Booking]
    keys: Mapping[str, Remembered]
    codes: Mapping[tuple[str, str], PromoCode] = EMPTY
    buyers: Mapping[tuple[str, str], Mapping[str, int]] = EMPTY


class Given(NamedTuple):
    """What comes from outside into a decision: the moment, fresh ids, and a secret that ticket codes are made of."""

    now: datetime
    ids: Sequence[str]
    secret: bytes
    hold_time: timedelta


class Deferred(NamedTuple):
    """No outcome yet: holds that have run out have to be released first, more than fit in one batch.

    Who is behind somebody deferred, for the same event, is deferred as well, so that nobody overtakes.
    """

    replayed: bool = False


class Decision(NamedTuple):
    """One outcome for each request, in their order, and what has to be written for that.

    `booked` has those that only count seats, `reserved` those with a buyer, price or pools. `changes` and `expiries`
    are by event id, `drawn` by event id and pool id, `promo_uses` (what changes) by event id and the code's id.
    `acts` are what staff did, for the audit log.
    """

    outcomes: list[Outcome | Deferred]
    booked: list[Booking]
    reserved: list[Booking]
    extended: list[Booking]
    confirmed: list[Booking]
    expired: list[Booking]
    changed: list[Booking]
    cancelled: list[Cancellation]
    history: list[BookingChange]
    tickets: list[Ticket]
    notices: list[Notice]
    keys: dict[str, Remembered]
    changes: dict[str, HouseChange]
    drawn: dict[tuple[str, str], int]
    expiries: dict[str, datetime | None]
    promo_uses: dict[tuple[str, str], PromoUse]
    acts: list[Entry]
