"""A booking as its buyer sees it on its page: with its event, its tickets, what was paid, and what could go back."""

from datetime import timedelta
from typing import NamedTuple

from fullhouse.actions import attempt, booking, cancellation, event, mail_log, organizer, payment
from fullhouse.actions.answer import transaction
from fullhouse.actions.attempt import subject
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.attempt import Patience
from fullhouse.rules.booking import Booking, IdempotencyKey, Status, Ticket, status_at
from fullhouse.rules.event import ShownState, WholeEvent, state_at
from fullhouse.rules.ledger import AT_THE_DESK
from fullhouse.rules.mail import LoggedMail, MailKind
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.payment import Payment, ProviderName, Refund
from fullhouse.rules.refund_quote import RefundQuote
from fullhouse.rules.refusals import EventNotFound, Refusal
from fullhouse.store import mail

PATIENCE = Patience(3, timedelta(hours=1))
"""Mails of a booking that its buyer may ask for at a time."""


class BuyersBooking(NamedTuple):
    """All that the page shows. `status` is as of now; `quote` what goes back for all tickets, if any can be cancelled.

    `ways` are those to pay that a buyer has here.
    """

    booking: Booking
    status: Status
    whole: WholeEvent
    event_state: ShownState
    organizer: Organizer
    tickets: list[Ticket]
    payments: list[Payment]
    refunds: list[Refund]
    quote: RefundQuote | None
    ways: tuple[ProviderName, ...]

    @property
    def open_payment(self) -> Payment | None:
        """The payment that can be made now."""
        return next((one for one in self.payments if one.state == "open"), None)


async def find(deps: Deps, booking_id: str) -> BuyersBooking:
    """Look a booking up with all that belongs to it. Raises BookingNotFound and Busy."""
    found = await booking.find(deps, booking_id)
    now = deps.clock()
    # A draft may have bookings of the box office.
    whole = await event.details(deps, found.event_id, drafts=True)
    organizer_id = await organizer.of_event(deps, found.event_id)
    if organizer_id is None:
        raise EventNotFound("There is no such event.")
    async with deps.reading() as conn:
        owner = await organizer.find(conn, organizer_id)
    payments, refunds = await payment.of_booking(deps, booking_id)
    status, state = status_at(found, now), state_at(whole, now)
    quote = await _quote(deps, found) if status == "confirmed" and state == "published" else None
    ways = tuple(name for name in deps.providers if name not in AT_THE_DESK)
    tickets = await booking.tickets(deps, booking_id)
    return BuyersBooking(found, status, whole, state, owner, tickets, payments, refunds, quote, ways)


async def _quote(deps: Deps, found: Booking) -> RefundQuote | None:
    try:
        return await cancellation.quote(deps, found.id, None)
    except Refusal:
        return None


async def send_mail_again(deps: Deps, booking_id: str, key: IdempotencyKey | None) -> None:
    """Send the buyer once more what he was sent of his booking: its tickets, or how to pay.

    Raises MailNotFound, MailNotRepeatable, TooManyAttempts, and what `once` raises.
    """
    found = await booking.find(deps, booking_id)
    organizer_id = await organizer.of_event(deps, found.event_id)
    kind: MailKind = "booking_held" if found.status == "held" else "booking_confirmed"
    async with deps.reading() as conn:
        sent = await mail.page(conn, organizer_id, (None, kind, booking_id), None, 1)
    if not sent or organizer_id is None:
        raise MailNotFound("There is no mail of this booking that could be sent again.")
    async with transaction(deps.database) as conn:
        await attempt.count(conn, {subject("mail again", booking_id): PATIENCE}, deps.clock())
    await mail_log.repeat(deps, organizer_id, sent[0].mail.id, key, _repeated)


def _repeated(one: LoggedMail) -> Answered:
    return Answered(201, {"id": one.mail.id})
