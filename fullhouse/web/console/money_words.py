"""What people call the states of payments and refunds, and why money goes back. Translated where it is shown."""

from collections.abc import Mapping

from fullhouse.rules.payment import RefundState, State
from fullhouse.web.pages.language import N_

PAYMENT_STATES: Mapping[State, tuple[str, str]] = {
    "open": (N_("Waits for the money"), "warn"),
    "received": (N_("Received"), "note"),
    "paid": (N_("Paid"), "good"),
    "failed": (N_("Failed"), "danger"),
    "cancelled": (N_("Broken off"), ""),
    "refunding": (N_("Goes back"), "warn"),
    "refunded": (N_("Went back"), "note"),
    "refund_failed": (N_("Could not go back"), "danger"),
}
"""Each with the kind of its badge."""
REFUND_STATES: Mapping[RefundState, tuple[str, str]] = {
    "asked": (N_("On its way"), "warn"),
    "done": (N_("Went back"), "good"),
    "failed": (N_("Failed"), "danger"),
}
REASONS: Mapping[str, str] = {
    "asked_by_staff": N_("Staff have asked for it"),
    "tickets_cancelled": N_("Tickets were cancelled"),
    "booking_cancelled": N_("The booking was cancelled"),
    "event_cancelled": N_("The event was cancelled"),
    "hold_expired": N_("It came after the time to pay"),
    "paid_twice": N_("It was paid twice"),
}
