"""What kinds and states of mails are called on pages, and how their paragraphs come from a form."""

from typing import Annotated

from pydantic import BeforeValidator

from fullhouse.rules.mail import Language, MailKind, MailState
from fullhouse.web.api.mail_shapes import Paragraphs
from fullhouse.web.pages.language import N_


def _with_plain_ends(value: str) -> str:
    """Browsers end lines with two signs (HTML, form submission); paragraphs are told apart by one."""
    return value.replace("\r\n", "\n")


TypedParagraphs = Annotated[Paragraphs, BeforeValidator(_with_plain_ends)]

KIND_NAMES: dict[MailKind, str] = {
    "booking_confirmed": N_("Booking confirmed"),
    "booking_held": N_("Booking waits for payment"),
    "booking_cancelled": N_("Booking cancelled"),
    "refunded": N_("Money goes back"),
    "reminder": N_("Reminder"),
    "event_changed": N_("Event changed"),
    "event_cancelled": N_("Event cancelled"),
    "message": N_("Message"),
    "invitation": N_("Invitation"),
    "password_reset": N_("New password"),
    "webhook_switched_off": N_("Webhook switched off"),
}
STATE_NAMES: dict[MailState, str] = {
    "waiting": N_("waiting"),
    "sent": N_("sent"),
    "failed": N_("failed"),
    "kept": N_("kept: there is no mail server"),
}
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "de": "Deutsch"}
