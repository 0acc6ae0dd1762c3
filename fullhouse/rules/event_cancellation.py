"""Cancelling a whole event: what may be cancelled, and how far it has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from fullhouse.rules.event import WholeEvent
from fullhouse.rules.payment import ProviderName, State
from fullhouse.rules.refusals import EventNotChangeable


class EventCancellation(NamedTuple):
    """An event that was cancelled; its bookings up to number `looked_to` have been looked at."""

    event_id: str
    reason: str | None
    created_at: datetime
    looked_to: int
    done_at: datetime | None

    @property
    def state(self) -> Literal["running", "done"]:
        """Whether there may still be bookings to cancel. Refunds may be under way longer."""
        return "running" if self.done_at is None else "done"


class BookingCounts(NamedTuple):
    """How many bookings an event ever had, and how many of them are cancelled, for whatever reason."""

    made: int
    cancelled: int


class PaymentSum(NamedTuple):
    """The payments of an event with one provider in one state: how many, what came in, what went back."""

    provider: ProviderName
    state: State
    payments: int
    received_minor: int
    refunded_minor: int


class Due(NamedTuple):
    """Money that people have to give back: of how many payments, and how much."""

    payments: int
    amount_minor: int


class Owed(NamedTuple):
    """What the ledger owes to the buyers of an event: all in all, and what of it has to be handed over at the desk."""

    amount_minor: int
    to_hand_over: Due


class Progress(NamedTuple):
    """How far a cancellation has come. `owed` has what is under way and what is to be transferred, too."""

    cancellation: EventCancellation
    currency: str
    bookings: BookingCounts
    payments: Sequence[PaymentSum]
    owed: Owed
    to_transfer: Due


def check_cancellable(whole: WholeEvent) -> None:
    """Raises EventNotChangeable for a draft. What has begun or is over may be cancelled: perhaps it did not happen."""
    if whole.state == "draft":
        raise EventNotChangeable(
            "The event is a draft: nobody sees it or can book it, so there is nothing to cancel. Leave it unpublished."
        )
