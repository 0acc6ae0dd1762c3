"""Telling buyers: which notices become which mails, and to whom."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from fullhouse.rules.booking import Buyer, Status
from fullhouse.rules.mail import Language, Mail, MailKind, MailSettings
from fullhouse.rules.notice import Notice, NoticeKind

OfBooking: TypeAlias = tuple[str, int]
"""A booking by its event's id and its number."""

MAILS: Mapping[NoticeKind, MailKind] = {
    "booking.held": "booking_held",
    "booking.confirmed": "booking_confirmed",
    "booking.cancelled": "booking_cancelled",
    "tickets.cancelled": "booking_cancelled",
    "refund.paid": "refunded",
}
"""What a buyer is told. A hold that runs out is not worth a mail, nor is what he has just changed himself."""

CHANGES_TOLD = frozenset({"date", "venue"})
"""Of an event's fields those for which somebody may have to change his plans."""


class Addressed(NamedTuple):
    """The buyer of a booking who has an address, and how the booking is by now."""

    status: Status
    buyer: Buyer


class Told(NamedTuple):
    """Something to tell the buyer of one booking."""

    event_id: str
    booking_number: int
    organizer_id: str
    kind: MailKind
    context: dict[str, Any]


def told_by(notices: Iterable[Notice]) -> list[Told]:
    """What notices tell single buyers, in their order."""
    return [
        Told(one.event_id, number, one.organizer_id, MAILS[one.kind], one.details or {})
        for one in notices
        if one.kind in MAILS
        for number in one.booking_numbers
    ]


def is_to_all(one: Notice) -> bool:
    """Tell whether all buyers of the event are to be told.

    They are told of its cancellation too, but each when his booking is cancelled for that.
    """
    return one.kind == "event.changed" and not CHANGES_TOLD.isdisjoint((one.details or {}).get("fields", ()))


def mails_for(
    told: Collection[Told],
    addressed: Mapping[OfBooking, Addressed],
    cancelled_with_event: Collection[OfBooking],
    settings: Mapping[str, MailSettings],
    language: Language,
    ids: Sequence[str],
) -> list[Mail]:
    """The mails to those who have an address; `language` is for organizers who have set none.

    How to pay is told as long as there is something to pay: who has paid meanwhile is told that his booking is good.
    """
    mails: list[Mail] = []
    for one, mail_id in zip(told, ids, strict=True):
        key = one.event_id, one.booking_number
        found = addressed.get(key)
        if found is None or (one.kind == "booking_held" and found.status != "held"):
            continue
        is_whole = one.kind == "booking_cancelled" and "tickets" not in one.context
        kind: MailKind = "event_cancelled" if is_whole and key in cancelled_with_event else one.kind
        mails.append(
            Mail(
                mail_id,
                kind,
                settings[one.organizer_id].language if one.organizer_id in settings else language,
                found.buyer.name,
                found.buyer.email,
                one.context,
                one.organizer_id,
                one.event_id,
                one.booking_number,
            )
        )
    return mails
