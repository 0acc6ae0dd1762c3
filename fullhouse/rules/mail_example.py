"""A believable booking, for organizers who want to see what a mail of theirs looks like."""

from datetime import datetime, timedelta

from fullhouse.rules.booking import Booking, Buyer
from fullhouse.rules.mail import EventSeen, Language, Mail, MailKind, Seen
from fullhouse.rules.price import Amount, Price, PricedLine

EXAMPLE_ID = "01900000-0000-7000-8000-00000000e4a1"
NUMBER = 27
NAME = "Robin Goodfellow"
EMAIL = "robin@example.org"
DAYS_AHEAD = 60


def example_mail(
    mail_id: str, kind: MailKind, language: Language, organizer_id: str, email: str, now: datetime
) -> Mail:
    """A mail of a kind about the example. Its context says that it is one, and as of when."""
    context = {"example": now.isoformat(), "amount_minor": 6000, "currency": "EUR", "fields": ["date", "venue"]}
    return Mail(mail_id, kind, language, NAME, email, context, organizer_id)


def example_of(mail: Mail, organizer_name: str) -> Seen:
    """What an example tells of."""
    now = datetime.fromisoformat(mail.context["example"])
    at = now.replace(hour=18, minute=0) + timedelta(days=DAYS_AHEAD)
    event = EventSeen(
        EXAMPLE_ID,
        "A Midsummer Night's Dream",
        "City Theatre",
        at,
        at - timedelta(minutes=45),
        "Europe/Berlin",
        "The leading lady has lost her voice.",
        organizer_name,
        None,
    )
    booking = Booking(
        EXAMPLE_ID,
        EXAMPLE_ID,
        NUMBER,
        2,
        "held" if mail.kind == "booking_held" else "confirmed",
        now,
        None,
        now + timedelta(days=7),
        Buyer(NAME, EMAIL),
        Price("EUR", (PricedLine(EXAMPLE_ID, "Adult", 2, Amount(5607, 393), (), 3000),), ()),
    )
    instructions = {"holder": organizer_name, "iban": "DE02120300000000202051", "reference": "RF18539007547034"}
    return Seen(event, booking, instructions)
