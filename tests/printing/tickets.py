"""What the tests of printing share: an event, its tickets, and how a PDF is read."""

import io
from datetime import UTC, datetime
from typing import Any

from pypdf import PdfReader

from fullhouse.printing.press import Document, Press
from fullhouse.printing.ticket import document_of
from fullhouse.rules.booking import Ticket
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import PLAIN, Look, Paper, PrintedEvent, PrintedTicket
from fullhouse.rules.ticket_code import SigningKey, key_id_of, public_key_of, signed_code

EVENT_ID = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"
SECRET = bytes(32)
KEY = SigningKey(key_id_of(public_key_of(SECRET)), SECRET)
EVENT = PrintedEvent(
    id=EVENT_ID,
    name="Night of Music",
    venue="Great hall",
    starts_at=datetime(2041, 5, 1, 18, tzinfo=UTC),
    doors_at=datetime(2041, 5, 1, 17, tzinfo=UTC),
    ends_at=None,
    time_zone="Europe/Berlin",
    currency="EUR",
    state="published",
    version=3,
    created_at=datetime(2030, 1, 1, tzinfo=UTC),
    organizer_id=EVENT_ID,
    organizer_name="Market Hall",
    reply_to="box@example.org",
    language="en",
)


def ticket(number: int = 1, holder: str | None = "Zoë Quinn", **changes: Any) -> PrintedTicket:
    """A ticket that cost something."""
    one = Ticket(EVENT_ID, 1, number, EVENT_ID, f"{number:032x}", "valid", holder)
    return PrintedTicket(one, "Adult", 2_838, "EUR", is_comp=False)._replace(**changes)


def said(
    event: PrintedEvent,
    *tickets: PrintedTicket,
    language: Language = "en",
    paper: Paper = "a4",
    look: Look = PLAIN,
) -> dict[str, Any]:
    """What is said of tickets, with their codes."""
    return document_of(event, [(one, signed_code(one.ticket, KEY)) for one in tickets], language, paper, look)


def read(press: Press, document: Document, of: dict[str, Any]) -> PdfReader:
    """A PDF as a reader sees it."""
    return PdfReader(io.BytesIO(press.made(document, of)))


def texts(reader: PdfReader) -> list[str]:
    """The text of each page, with single spaces, and without places where a word may be broken."""
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in reader.pages]
