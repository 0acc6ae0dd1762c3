"""The shapes of mails: their log, the settings and wordings of organizers, and messages to buyers."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from fullhouse.printing.mail import Rendered
from fullhouse.rules.mail import Language, LoggedMail, MailKind, MailSettings, MailState
from fullhouse.rules.mailing import PER_MINUTE_MAX, Audience, MailingProgress
from fullhouse.rules.wording import OPENING_LENGTH_MAX, PLACEHOLDERS, WordedKind, Wording
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.shapes import Id, Line, Shape, moment_text

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
NAMES = ", ".join(f"`{{{{ {name} }}}}`" for name in PLACEHOLDERS)


def _text(value: str) -> str:
    if _NO_TEXT.search(value):
        raise ValueError("must not hold control characters")
    if not value.strip():
        raise ValueError("must not be blank")
    return value


Subject = Annotated[Line, Field(description=f"One line. It may name {NAMES}, and ask `{{% if doors %}}`.")]
Paragraphs = Annotated[
    str,
    StringConstraints(min_length=1, max_length=OPENING_LENGTH_MAX, strict=True),
    AfterValidator(_text),
    Field(
        description="Paragraphs, with an empty line between them. It may name what the subject may name.",
        json_schema_extra={
            "pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f]"
            r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
        },
    ),
]


class MailSettingsShape(Shape):
    """What holds for all mails of an organizer to his buyers."""

    language: Language
    reply_to: MailAddress | None = Field(default=None, description="Where answers go; to the sender if it isn't said.")
    reminder_hours: int | None = Field(
        default=None, strict=True, ge=1, le=720, description="Hours before an event to remind its buyers; null: never."
    )

    def settings(self) -> MailSettings:
        """The same as rules know it."""
        return MailSettings(self.language, self.reply_to, self.reminder_hours)


class MailShape(Shape):
    """A mail in the log. `kept`: there was no mail server, so it can only be read here."""

    id: Id
    kind: MailKind
    language: Language
    to_name: str
    to_email: str
    event_id: Id | None
    message_id: str = Field(description="Its `Message-ID`, the same at every try.")
    state: MailState
    attempts: int
    next_try_at: datetime | None
    error: str | None = Field(description="What the mail server said last, or why it could not be sent.")
    created_at: datetime
    sent_at: datetime | None


class RenderedShape(Shape):
    """A mail as it is read."""

    subject: str
    text: str
    html: str


class ShownMailShape(MailShape):
    """A mail with what it says, as the booking is now; null for what lets somebody in."""

    rendered: RenderedShape | None


class WordingRequest(Shape):
    """An own subject and an own opening; what is null stays as it is by itself."""

    subject: Subject | None = None
    opening: Paragraphs | None = None


class WordingShape(Shape):
    """An organizer's wording of a kind of mail in a language."""

    kind: WordedKind
    language: Language
    subject: str | None
    opening: str | None


class WordingTestRequest(Shape):
    """Whom to send an example to."""

    email: MailAddress


class WordingTestShape(Shape):
    """The mail with the example."""

    mail_id: Id


class MessageRequest(Shape):
    """A message to all buyers with tickets of an event, or of one ticket type."""

    subject: Subject
    text: Paragraphs
    ticket_type_id: Id | None = None
    per_minute: int = Field(
        default=600, strict=True, ge=1, le=PER_MINUTE_MAX, description="How many mails are sent a minute."
    )
    dry_run: bool = Field(default=False, strict=True, description="Only tell whom it would reach, and send nothing.")


class AudienceShape(Shape):
    """Whom a message would reach now, in the end one mail for each address; and how many bookings it would not."""

    addresses: int
    bookings: int
    without_address: int = Field(description="Bookings whose buyer has left no address.")
    unsubscribed: int = Field(description="Bookings whose buyer wants no messages of the organizer.")
    sample: RenderedShape | None = Field(description="What the first of them would read; null if there is nobody.")


class MessageShape(Shape):
    """A message with how far it has come: mails that wait, were sent, were given up, or kept without a mail server."""

    id: Id
    event_id: Id
    subject: str
    text: str
    ticket_type_id: Id | None
    per_minute: int
    created_at: datetime
    written_at: datetime | None = Field(description="When the last of its mails was written; null before.")
    waiting: int
    sent: int
    failed: int
    kept: int


class UnsubscribedShape(Shape):
    """Whose messages and reminders come no more."""

    organizer_name: str


def mail_fields(one: LoggedMail) -> dict[str, Any]:
    """A mail of the log as JSON-ready data."""
    mail = one.mail
    return {
        "id": mail.id,
        "kind": mail.kind,
        "language": mail.language,
        "to_name": mail.to_name,
        "to_email": mail.to_email,
        "event_id": mail.event_id,
        "message_id": one.message_id,
        "state": one.state,
        "attempts": one.attempts,
        "next_try_at": _moment(one.next_try_at),
        "error": one.error,
        "created_at": moment_text(one.created_at),
        "sent_at": _moment(one.sent_at),
    }


def rendered_fields(rendered: Rendered | None) -> dict[str, Any] | None:
    """A mail as it is read, as JSON-ready data."""
    return None if rendered is None else rendered._asdict()


def wording_fields(wording: Wording) -> dict[str, Any]:
    """A wording as JSON-ready data."""
    _, kind, language, subject, opening = wording
    return {"kind": kind, "language": language, "subject": subject, "opening": opening}


def audience_fields(audience: Audience, sample: Rendered | None) -> dict[str, Any]:
    """Whom a message would reach as JSON-ready data."""
    return {**audience._asdict(), "sample": rendered_fields(sample)}


def message_fields(progress: MailingProgress) -> dict[str, Any]:
    """A message as JSON-ready data."""
    mailing, waiting, sent, failed, kept = progress
    return {
        "id": mailing.id,
        "event_id": mailing.event_id,
        "subject": mailing.context["subject"],
        "text": mailing.context["text"],
        "ticket_type_id": mailing.ticket_type_id,
        "per_minute": mailing.per_minute,
        "created_at": moment_text(mailing.created_at),
        "written_at": _moment(mailing.done_at),
        "waiting": waiting,
        "sent": sent,
        "failed": failed,
        "kept": kept,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)
