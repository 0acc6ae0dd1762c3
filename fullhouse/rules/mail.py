"""Mails: what one is made of before it is rendered, which kinds there are, and when one is tried again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from fullhouse.rules.booking import Booking

MailKind: TypeAlias = Literal[
    "booking_confirmed",
    "booking_held",
    "booking_cancelled",
    "refunded",
    "reminder",
    "event_changed",
    "event_cancelled",
    "invitation",
    "password_reset",
    "webhook_switched_off",
    "message",
]
Language: TypeAlias = Literal["en", "de"]
MailState: TypeAlias = Literal["waiting", "sent", "failed", "kept"]
"""Kept: there was no mail server to send it by when it was due, so it is only to be read here."""

KINDS: tuple[MailKind, ...] = get_args(MailKind)
LANGUAGES: tuple[Language, ...] = get_args(Language)

BULK: frozenset[MailKind] = frozenset({"reminder", "message"})
"""Kinds that a buyer can unsubscribe from; the others are about a deal that he has made (RFC 8058 is for these)."""

SECRET: frozenset[MailKind] = frozenset({"invitation", "password_reset"})
"""Kinds whose link lets somebody in: the log never shows it, and it is forgotten when it is sent."""

CONTEXTS: Mapping[MailKind, tuple[str, ...]] = {
    "booking_confirmed": (),
    "booking_held": (),
    "booking_cancelled": (),
    "refunded": ("amount_minor", "currency"),
    "reminder": (),
    "event_changed": ("fields",),
    "event_cancelled": (),
    "invitation": ("organizer_name", "role", "url"),
    "password_reset": ("url",),
    "webhook_switched_off": ("url",),
    "message": ("subject", "text"),
}
"""What the context of each kind has to have. What is told of the booking is looked up when the mail is sent."""

FIRST_PAUSE = timedelta(minutes=1)
PAUSE_MAX = timedelta(hours=4)


class Mail(NamedTuple):
    """A mail to be sent. `context` is what its template needs, as data for JSON; `organizer_id` is None for those of
    the installation itself, as a password's reset.

    One of a mailing has its id and a key that no other of the mailing has; `token` opens unsubscribing.
    """

    id: str
    kind: MailKind
    language: Language
    to_name: str
    to_email: str
    context: dict[str, Any]
    organizer_id: str | None = None
    event_id: str | None = None
    booking_number: int | None = None
    mailing_id: str | None = None
    mailing_key: str | None = None
    token: str | None = None


class LoggedMail(NamedTuple):
    """A mail with what has become of it. `next_try_at` is None when nothing more will be tried."""

    mail: Mail
    message_id: str
    state: MailState
    attempts: int
    next_try_at: datetime | None
    error: str | None
    created_at: datetime
    sent_at: datetime | None


class MailSettings(NamedTuple):
    """What an organizer says of all his mails: so many hours before an event its buyers are reminded, or never."""

    language: Language
    reply_to: str | None = None
    reminder_hours: int | None = None


class EventSeen(NamedTuple):
    """An event as mails tell of it, with its organizer and where answers to the mails go."""

    id: str
    name: str
    venue: str
    starts_at: datetime
    doors_at: datetime | None
    time_zone: str
    cancellation_reason: str | None
    organizer_name: str
    reply_to: str | None


class Seen(NamedTuple):
    """What a mail of a booking tells of, as it is when it is sent; `instructions` say how to pay what is open."""

    event: EventSeen
    booking: Booking
    instructions: dict[str, str]


class Letter(NamedTuple):
    """A mail as bytes. One that `needs_utf8` goes only through servers with SMTPUTF8 (RFC 6531)."""

    sender: str
    recipient: str
    content: bytes
    needs_utf8: bool


class MailOutcome(NamedTuple):
    """What has come of trying to send a mail. One that was not tried after all gives its attempt back."""

    mail_id: str
    state: MailState
    next_try_at: datetime | None = None
    error: str | None = None
    attempts_back: int = 0


def message_id_of(mail_id: str, domain: str) -> str:
    """The `Message-ID` of a mail (RFC 5322, section 3.6.4): always the same for the same mail."""
    return f"<{mail_id}@{domain}>"


def after_failure(one: LoggedMail, error: str, now: datetime, time_tried: timedelta) -> MailOutcome:
    """What becomes of a mail that could not be sent this time: the pauses double, and at last it is given up."""
    pause = min(FIRST_PAUSE * 2 ** min(one.attempts - 1, 20), PAUSE_MAX)
    if now + pause > one.created_at + time_tried:
        return MailOutcome(one.mail.id, "failed", None, error)
    return MailOutcome(one.mail.id, "waiting", now + pause, error)
