"""Telling a buyer how to pay, when he has chosen to transfer the money: he needs it in writing."""

from datetime import datetime

from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules.booking import Booking
from fullhouse.rules.mail import Mail
from fullhouse.rules.payment import Payment
from fullhouse.store import mail, mail_settings, mail_subject
from fullhouse.store.db import WriteConn


async def tell_how_to_pay(deps: Deps, conn: WriteConn, found: Booking, begun: Payment, now: datetime) -> None:
    """Write the mail in the transaction that writes the instructions down, so that it is written once."""
    if begun.provider != "bank_transfer" or found.buyer is None:
        return
    organizer_id = (await mail_subject.organizers_of(conn, [found.event_id]))[found.event_id]
    settings = await mail_settings.find(conn, [organizer_id])
    language = settings[organizer_id].language if organizer_id in settings else deps.mail_terms.language
    name, email = found.buyer
    told = Mail(new_id(now), "booking_held", language, name, email, {}, organizer_id, found.event_id, found.number)
    await mail.add(conn, [told], deps.mail_terms.domain, now)
