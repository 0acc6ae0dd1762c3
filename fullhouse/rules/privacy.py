"""Privacy: where the database has something about a person, and what becomes of it when a person is erased.

One table, in which every column of text or JSON stands; a test compares it with the database, so a new column needs a
decision. docs/privacy.md says the same in words.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

PERSONAL: dict[str, str] = {
    "bookings.buyer_name": "removed",
    "bookings.buyer_email": "removed",
    "bookings.buyer_key": "removed; by it the bookings of a person are found",
    "booking_words.word": "removed; by them bookings are searched",
    "tickets.holder_name": "removed",
    "booking_changes.details": "names of holders in it are removed",
    "bank_transfers.payer": "removed from transfers for the person's payments",
    "bank_transfers.remittance": "removed with the payer",
    "mails.to_name": "removed",
    "mails.to_email": "removed",
    "mails.context": "emptied",
    "mails.error": "removed, as servers quote addresses",
    "mails.mailing_key": "made meaningless",
    "idempotency_keys.outcome": "names in answers are removed; all of it is forgotten after some days",
    "webhook_deliveries.body": "removed; all of it is forgotten after some days",
    "delivery_attempts.headers": "removed with the body",
    "delivery_attempts.body": "removed, as receivers may repeat what they are told",
    "unsubscriptions.buyer_key": "kept: that they want no more mails is their own wish, and has to be known",
}
"""Columns about buyers and holders, and what erasing does to them."""

OF_STAFF: dict[str, str] = {
    **dict.fromkeys(
        (
            *("persons.name", "persons.email", "persons.email_key", "persons.language", "persons.password_hash"),
            *("members.role", "invitations.email", "invitations.email_key", "invitations.role"),
            *("person_totp.secret", "person_recovery_codes.hash", "person_passkeys.name"),
            *("person_passkeys.credential_id", "person_passkeys.public_key", "person_passkeys.transports"),
        ),
        "who works for an organizer, and how they sign in",
    ),
    **dict.fromkeys(
        (
            *("sessions.address", "sessions.user_agent", "sessions.token_hash", "sign_in_attempts.subject"),
            *("password_resets.token_hash", "password_resets.used_from", "invitations.token_hash"),
            *("setup_links.token_hash", "openid_sign_ins.state_hash", "openid_sign_ins.nonce"),
            *("openid_sign_ins.code_verifier", "web_authn_challenges.challenge", "web_authn_challenges.purpose"),
        ),
        "signing in, forgotten after some days",
    ),
    **dict.fromkeys(
        (
            *("audit_entries.actor_kind", "audit_entries.actor_id", "audit_entries.actor_name"),
            *("audit_entries.address", "audit_entries.act"),
        ),
        "who did what for an organizer, kept as the proof that it is; of buyers it has no names",
    ),
}
"""Columns about those who work for organizers. Erasing a buyer leaves them as they are."""

NOT_PERSONAL: dict[str, str] = {
    **dict.fromkeys(
        (
            *("bookings.status", "bookings.paid_by", "events.state", "tickets.state", "payments.state"),
            *("refunds.state", "mails.state", "mails.kind", "mails.language", "booking_changes.what"),
            *("booking_changes.by", "ledger_postings.what", "notices.kind", "payments.provider", "promo_codes.kind"),
            *("ticket_types.visibility", "fees.kind", "fees.per", "idempotency_keys.answer"),
            *("ledger_postings.money_account", "payments.reason", "refunds.reason", "organizers.language"),
            *("api_keys.scopes", "mailings.kind", "wordings.kind", "wordings.language", "webhooks.state"),
            *("webhook_deliveries.state", "webhook_deliveries.type", "webhooks.types", "sales.grain"),
            *("images.plain_type", "image_files.name", "image_files.media_type"),
        ),
        "one of a few words",
    ),
    **dict.fromkeys(
        (
            *("bank_transfers.currency", "events.currency", "ledger_postings.currency", "payments.currency"),
            *("bookings.price", "bookings.drawn", "bookings.promo", "events.refund_policy"),
        ),
        "money, numbers and ids",
    ),
    **dict.fromkeys(
        (
            *("events.name", "events.venue", "events.description", "events.slug", "events.time_zone"),
            *("organizers.name", "pools.name", "ticket_types.name", "ticket_types.description", "fees.name"),
            *("promo_codes.code", "event_cancellations.reason", "api_keys.name", "organizers.reply_to"),
            *("mailings.context", "wordings.subject", "wordings.opening", "webhooks.url", "webhooks.description"),
            *("delivery_attempts.url", "events.image_alt", "image_files.content"),
            *("organizers.colour", "organizers.description", "organizers.website", "organizers.embed_origins"),
        ),
        "what the organizer says of itself and of what it sells",
    ),
    "payments.reference": "the number of a payment at its bank or provider, which the ledger's proof needs",
    "payments.instructions": "whereto to pay: the organizer's account, or the provider's secret",
    "refunds.reference": "the number of a refund at its bank or provider, which the ledger's proof needs",
    "notices.details": "numbers of tickets, amounts, names of fields",
    "notice_readers.name": "the name of a reader of the program",
    "sales_counts.time_zone": "whose days an event's sales are counted by",
    "webhook_deliveries.details": "numbers of tickets, amounts, names of fields",
    "webhooks.secret": "what deliveries are signed with",
    "webhooks.previous_secret": "what they were signed with before",
    "ticket_signing_keys.key_id": "a digest of a key",
    "ticket_signing_keys.public_key": "what the codes of tickets are verified with, for everybody",
    "ticket_signing_keys.private_key": "what the codes of tickets are signed with",
    "delivery_attempts.request_headers": "ids, times and signatures",
    "delivery_attempts.error": "why there was no answer, in our own words",
    "audit_entries.before": "how something was, without names of buyers and holders (rules/withheld.py)",
    "audit_entries.after": "how something became, without them",
    "audit_entries.seal": "a digest",
    "audit_chains.seal": "a digest",
    "mails.message_id": "made from the mail's own id",
    "api_keys.hash": "a digest of a key",
    "schema_migrations.name": "the name of a file",
}
"""Columns that have nothing about a person, and why."""

KeptReason: TypeAlias = Literal["event_to_come", "money_under_way"]

RETENTION_DAYS_MIN = 30
"""Later than any idempotency key of the event is kept by default, so none of its answers has a name any more."""


class BookingKey(NamedTuple):
    """What a booking is known by in the database."""

    event_id: str
    number: int


class PersonBooking(NamedTuple):
    """A booking of a person, and why it can't be erased now; None when it can."""

    key: BookingKey
    kept: KeptReason | None


class Erased(NamedTuple):
    """How much was erased, or would be. `left` says that more is there than is done at once."""

    bookings: int
    tickets: int
    changes: int
    transfers: int
    mails: int
    answers: int
    left: bool = False


class EventPreview(NamedTuple):
    """An event whose people are erased next, and how many of its bookings have a name."""

    event_id: str
    name: str
    starts_at: datetime
    bookings: int


def without_texts(part: Any, texts: Collection[str]) -> Any:  # noqa: ANN401 - a part of JSON
    """The same data with None for every text that is one of these."""
    if isinstance(part, dict):
        return {name: without_texts(value, texts) for name, value in part.items()}
    if isinstance(part, list):
        return [without_texts(value, texts) for value in part]
    return None if isinstance(part, str) and part in texts else part
