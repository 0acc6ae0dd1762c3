"""Wordings: an organizer's own subject and opening for a kind of mail, and what they may name."""

from typing import Literal, NamedTuple, TypeAlias, get_args

from fullhouse.rules.mail import Language, MailKind

WordedKind: TypeAlias = Literal[
    "booking_confirmed",
    "booking_held",
    "booking_cancelled",
    "refunded",
    "reminder",
    "event_changed",
    "event_cancelled",
]
"""Kinds that organizers may word: those to their buyers."""
WORDED: tuple[WordedKind, ...] = get_args(WordedKind)

SUBJECT_LENGTH_MAX = 200
OPENING_LENGTH_MAX = 5_000

PLACEHOLDERS = (
    "amount",
    "booking_url",
    "buyer_name",
    "changes",
    "date",
    "deadline",
    "doors",
    "event_name",
    "organizer_name",
    "reason",
    "reference",
    "tickets",
    "total",
    "venue",
)
"""What a wording may name, each a text; it is empty where there is nothing to tell."""


class Wording(NamedTuple):
    """An own subject and an own opening, in the language of templates; None leaves what there is."""

    organizer_id: str
    kind: MailKind
    language: Language
    subject: str | None
    opening: str | None
