"""What is asked of the engine and what it answers: bookings and tickets, and the requests that make and end them."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.actor import Who
from fullhouse.rules.offer import Wanted
from fullhouse.rules.price import Price
from fullhouse.rules.refusals import Refusal

Status: TypeAlias = Literal["held", "confirmed", "expired", "cancelled"]
DeskWay: TypeAlias = Literal["cash", "card_terminal", "comp"]
PaymentWay: TypeAlias = DeskWay | Literal["bank_transfer", "stripe"]


Refunding: TypeAlias = Literal["by_policy", "full", "none"]
"""How much goes back for cancelled tickets: as was agreed with the buyer, all, or nothing."""

Actor: TypeAlias = Literal["buyer", "staff", "event_cancellation"]
"""Who changes a booking."""


class Buyer(NamedTuple):
    """Who pays."""

    name: str
    email: str


class PromoUse(NamedTuple):
    """What counts against a promo code: tickets, bookings, and what was taken off in minor units."""

    tickets: int
    bookings: int
    money_minor: int

    def plus(self, other: "PromoUse", sign: int = 1) -> "PromoUse":
        """Both together, or with the sign -1 this one without the other."""
        return PromoUse(*(mine + sign * its for mine, its in zip(self, other, strict=True)))


class Promo(NamedTuple):
    """The promo code of a booking, and what the booking counts against it."""

    code_id: str
    use: PromoUse


class Booking(NamedTuple):
    """A deal for `places` of an event. `number` counts the event's bookings from 1.

    One that was made by lines has a buyer, if he was named, and a price with all its parts, also when it is free.
    `drawn` has its places by pool id, as the ticket types drew on them when it was made. When some of its tickets are
    cancelled, by their numbers, it has the places of the others.
    """

    id: str
    event_id: str
    number: int
    places: int
    status: Status
    created_at: datetime
    cancelled_at: datetime | None
    expires_at: datetime | None = None
    buyer: Buyer | None = None
    price: Price | None = None
    drawn: dict[str, int] | None = None
    paid_by: PaymentWay | None = None
    promo: Promo | None = None
    cancelled_tickets: tuple[int, ...] = ()


def status_at(booking: Booking, moment: datetime) -> Status:
    """The status as it counts at a moment: a hold that has run out is expired, released or not."""
    has_run_out = booking.expires_at is not None and booking.expires_at <= moment
    return "expired" if booking.status == "held" and has_run_out else booking.status


def to_pay_minor(booking: Booking) -> int:
    """What a held booking costs; 0 when there is nothing to pay for."""
    return booking.price.total.gross_minor if booking.price is not None and booking.status != "cancelled" else 0


class Ticket(NamedTuple):
    """The right to enter. `number` counts the tickets of a booking from 1; `code` can't be guessed."""

    event_id: str
    booking_number: int
    number: int
    ticket_type_id: str
    code: str
    state: Literal["valid", "cancelled"] = "valid"
    holder_name: str | None = None


class IdempotencyKey(NamedTuple):
    """A caller's key for one request: `id` stands for caller, path and key; `fingerprint` for what was asked."""

    id: str
    fingerprint: str


class BookRequest(NamedTuple):
    """Book `places` of an event that offers one free ticket type."""

    event_id: str
    places: int
    key: IdempotencyKey | None = None


class BasketRequest(NamedTuple):
    """Book tickets by lines: free ones are confirmed, others held until they are paid.

    With `accept_fewer`, what is left is taken when not all is. `paid_by` is for sales of the box office.
    `promo_code` is in its normal form. `who` sells at the box office, for the audit log.
    """

    event_id: str
    lines: tuple[Wanted, ...]
    buyer: Buyer | None = None
    accept_fewer: bool = False
    paid_by: PaymentWay | None = None
    key: IdempotencyKey | None = None
    promo_code: str | None = None
    who: Who | None = None


class ConfirmRequest(NamedTuple):
    """Confirm a hold that was paid: with `paid_minor`, if that is said, and at the desk with what it costs."""

    event_id: str
    booking_id: str
    paid_by: PaymentWay
    key: IdempotencyKey | None = None
    paid_minor: int | None = None
    who: Who | None = None


class CancelRequest(NamedTuple):
    """Cancel a booking, or only some of its `tickets` by their numbers, and give the places back.

    `expected_minor` is what the buyer was told that he gets back; if it would be something else, nothing is done.
    """

    event_id: str
    booking_id: str
    key: IdempotencyKey | None = None
    tickets: tuple[int, ...] | None = None
    refunding: Refunding = "full"
    expected_minor: int | None = None
    by: Actor = "staff"
    who: Who | None = None


class ChangeRequest(NamedTuple):
    """Let a held booking have other lines, at the prices of now; it runs out when it would have."""

    event_id: str
    booking_id: str
    lines: tuple[Wanted, ...]
    promo_code: str | None = None
    key: IdempotencyKey | None = None
    by: Actor = "buyer"
    who: Who | None = None


class ExtendRequest(NamedTuple):
    """Let a hold last until a moment, because it is being paid; one that lasts longer anyway stays as it is."""

    event_id: str
    booking_id: str
    until: datetime
    key: None = None


class ExpireRequest(NamedTuple):
    """Release the holds of an event that have run out. Every batch does that anyway; this one wants nothing else."""

    event_id: str
    key: None = None


OfBooking: TypeAlias = ConfirmRequest | CancelRequest | ChangeRequest | ExtendRequest
"""What is asked of a booking that there is."""

Request: TypeAlias = BookRequest | BasketRequest | OfBooking | ExpireRequest


class Booked(NamedTuple):
    """The yes to a booking, held or confirmed; `replayed` when it was given before under the same idempotency key."""

    booking: Booking
    replayed: bool = False


class Confirmed(NamedTuple):
    """The yes to a confirmation."""

    booking: Booking
    replayed: bool = False


class Cancelled(NamedTuple):
    """The yes to a cancellation."""

    booking: Booking
    replayed: bool = False


class Changed(NamedTuple):
    """The yes to other lines."""

    booking: Booking
    replayed: bool = False


class Extended(NamedTuple):
    """The yes to a longer hold."""

    booking: Booking
    replayed: bool = False


class Released(NamedTuple):
    """So many holds have been released; `is_more` says that more have run out."""

    holds: int
    is_more: bool
    replayed: bool = False


class Refused(NamedTuple):
    """The no to a request."""

    refusal: Refusal
    replayed: bool = False


Outcome: TypeAlias = Booked | Confirmed | Cancelled | Changed | Extended | Released | Refused
