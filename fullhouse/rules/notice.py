"""Notices: what happened to events and bookings, written down in the transaction in which it happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Booking
from fullhouse.rules.cancellation import Cancellation

NoticeKind: TypeAlias = Literal[
    "event.created",
    "event.changed",
    "event.published",
    "event.withdrawn",
    "event.cancelled",
    "booking.held",
    "booking.changed",
    "booking.confirmed",
    "booking.expired",
    "booking.cancelled",
    "tickets.cancelled",
    "ticket.transferred",
    "refund.paid",
]


class Notice(NamedTuple):
    """The same happened to all these bookings of an event; to none, when it happened to the event itself.

    `number` counts the notices of an event from 1, in the order in which things happened. `position` is one order of
    all notices of the installation, which keeps that of each event; it is given after the commit, and None before.
    `details` is data for JSON, and depends on the kind:

    - `event.changed`: the `fields`, by their names in the API.
    - `tickets.cancelled`: the numbers of the `tickets`. Always of one booking, as are the two below.
    - `ticket.transferred`: the number of the `ticket`.
    - `refund.paid`: `amount_minor` and `currency`.
    """

    event_id: str
    number: int
    organizer_id: str
    kind: NoticeKind
    at: datetime
    booking_numbers: tuple[int, ...] = ()
    details: dict[str, Any] | None = None
    position: int | None = None

    @property
    def size(self) -> int:
        """How many positions it takes: one for each booking, and one if there is none."""
        return max(1, len(self.booking_numbers))


class Happened(NamedTuple):
    """What happened to bookings in one batch, in the order in which it may happen to one of them."""

    held: Sequence[Booking]
    changed: Sequence[Booking]
    expired: Sequence[Booking]
    confirmed: Sequence[Booking]
    cancelled: Sequence[Cancellation]


class Counted(NamedTuple):
    """Whose an event is, and how many notices of it were made so far."""

    organizer_id: str
    notices_made: int


def of_batch(happened: Happened, events: Mapping[str, Counted], now: datetime) -> list[Notice]:
    """The notices of a batch, those of an event in their order: one for all bookings to which the same happened.

    Tickets that are cancelled while others of their booking stay have a notice of their own.
    """
    notices: list[Notice] = []
    made: dict[str, int] = {}

    def add(event_id: str, kind: NoticeKind, numbers: Sequence[int], details: dict[str, Any] | None = None) -> None:
        organizer_id, before = events[event_id]
        made[event_id] = number = made.get(event_id, before) + 1
        notices.append(Notice(event_id, number, organizer_id, kind, now, tuple(numbers), details))

    whole = [one.booking for one in happened.cancelled if one.booking.status == "cancelled"]
    together: list[tuple[NoticeKind, Sequence[Booking]]] = [
        ("booking.held", happened.held),
        ("booking.changed", happened.changed),
        ("booking.expired", happened.expired),
        ("booking.confirmed", happened.confirmed),
    ]
    for kind, bookings in together:
        for event_id, numbers in _by_event(bookings).items():
            add(event_id, kind, numbers)
    for booking, tickets, *_ in happened.cancelled:
        if booking.status != "cancelled":
            add(booking.event_id, "tickets.cancelled", [booking.number], {"tickets": tickets})
    for event_id, numbers in _by_event(whole).items():
        add(event_id, "booking.cancelled", numbers)
    return notices


def _by_event(bookings: Sequence[Booking]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for booking in bookings:
        numbers.setdefault(booking.event_id, []).append(booking.number)
    return numbers
