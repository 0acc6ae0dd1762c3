"""Mailings: one mail to the buyers of an event, written page by page at a rate. Nobody gets one twice."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Buyer, Status
from fullhouse.rules.mail import BULK, Language, Mail
from fullhouse.rules.promo import buyer_key_of

MailingKind: TypeAlias = Literal["message", "reminder", "event_changed"]

PER_MINUTE_MAX = 60_000
UNHURRIED = 6_000
"""Mails a minute of mailings whose rate nobody has set."""


class Mailing(NamedTuple):
    """One mail to many. `about` is the date that a reminder is of; `looked_to` the last booking that was looked at."""

    event_id: str
    id: str
    organizer_id: str
    kind: MailingKind
    ticket_type_id: str | None
    context: dict[str, Any]
    per_minute: int
    about: datetime | None
    created_at: datetime
    looked_to: int = 0
    done_at: datetime | None = None


class Reached(NamedTuple):
    """A booking as a mailing looks at it; it `has_tickets` when one of those that the mailing is for is valid."""

    number: int
    status: Status
    buyer: Buyer | None
    has_tickets: bool


class Audience(NamedTuple):
    """Whom a message reaches: addresses, of so many bookings; and how many bookings it does not reach, and why."""

    addresses: int
    bookings: int
    without_address: int
    unsubscribed: int


class MailingProgress(NamedTuple):
    """A mailing with how far it has come: mails by their states."""

    mailing: Mailing
    waiting: int
    sent: int
    failed: int
    kept: int


def is_meant(kind: MailingKind, one: Reached) -> bool:
    """Tell whether a mailing is for a booking: a change of the event matters also to who has not paid yet."""
    return one.has_tickets or (kind == "event_changed" and one.status == "held")


def key_of(kind: MailingKind, number: int, buyer: Buyer) -> str:
    """Whom a mailing reaches: a message an address, the others a booking, since they tell of it."""
    return buyer_key_of(buyer.email) if kind == "message" else str(number)


def mails_of(
    mailing: Mailing, page: Iterable[Reached], unsubscribed: Collection[str], language: Language, ids: Sequence[str]
) -> list[Mail]:
    """The mails of a page of bookings. `ids` has one for each booking, then one for the token of each."""
    found: list[Mail] = []
    half = len(ids) // 2
    for one, mail_id, token in zip(page, ids[:half], ids[half:], strict=True):
        if one.buyer is None or not is_meant(mailing.kind, one):
            continue
        is_bulk = mailing.kind in BULK
        if is_bulk and buyer_key_of(one.buyer.email) in unsubscribed:
            continue
        found.append(
            Mail(
                mail_id,
                mailing.kind,
                language,
                one.buyer.name,
                one.buyer.email,
                mailing.context,
                mailing.organizer_id,
                mailing.event_id,
                one.number,
                mailing.id,
                key_of(mailing.kind, one.number, one.buyer),
                token if is_bulk else None,
            )
        )
    return found


def pause_between(per_minute: int) -> timedelta:
    """The time from one mail to the next at this rate."""
    return timedelta(minutes=1) / per_minute
