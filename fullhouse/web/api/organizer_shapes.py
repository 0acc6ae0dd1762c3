"""The shapes of organizers and of their API keys."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from fullhouse.actions.key import KeyTerms
from fullhouse.rules.organizer import Language, Organizer
from fullhouse.rules.permission import Scope
from fullhouse.store.key import ApiKey
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.offer_shapes import UNCHANGED, once_each
from fullhouse.web.api.shapes import Id, Line, Moment, Shape, moment_text

EVENTS_MAX = 100

ReplyTo = Annotated[MailAddress | None, Field(description="Where answers to the organizer's mails go.")]


class OrganizerRequest(Shape):
    """A new organizer. Its language is that of its mails."""

    name: Line
    language: Language = "en"
    reply_to: ReplyTo = None


class OrganizerChanges(Shape):
    """What is to be changed of an organizer."""

    name: Line = UNCHANGED
    language: Language = UNCHANGED
    reply_to: ReplyTo = UNCHANGED


class OrganizerShape(Shape):
    """Who puts on events. `test_of` is whose tests this organizer is for."""

    id: Id
    name: str
    language: Language
    reply_to: str | None
    test_of: Id | None
    created_at: datetime


class KeyRequest(Shape):
    """A new API key. `test` makes it act for the organizer for tests, which has events and bookings of its own."""

    name: Line
    scopes: Annotated[
        list[Scope],
        Field(min_length=1, max_length=4, json_schema_extra={"uniqueItems": True}),
        AfterValidator(once_each),
    ]
    event_ids: Annotated[
        list[Id] | None,
        Field(min_length=1, max_length=EVENTS_MAX, description="The only events it is good for; null is all."),
    ] = None
    expires_at: Annotated[Moment | None, Field(description="Until when it is good; null is for good.")] = None
    test: Annotated[bool, Field(strict=True)] = False

    def terms(self) -> KeyTerms:
        """What the key is to be good for, for the program."""
        event_ids = None if self.event_ids is None else tuple(once_each(self.event_ids))
        return KeyTerms(tuple(self.scopes), event_ids, self.expires_at, self.test)


class KeyShape(Shape):
    """An API key, as it may be shown. `last_used_at` is right to a minute."""

    id: Id
    organizer_id: Id
    name: str
    scopes: list[Scope]
    event_ids: list[Id] | None
    is_test: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeKeyShape(KeyShape):
    """A new API key. `key` is shown this once: told again under the same Idempotency-Key, the answer is without it."""

    key: str | None = None


class WipedShape(Shape):
    """How far the data of tests is deleted: call again until `is_done`."""

    rows_deleted: int
    is_done: bool


def organizer_fields(one: Organizer) -> dict[str, Any]:
    """An organizer as JSON-ready data."""
    return {**one._asdict(), "created_at": moment_text(one.created_at)}


def key_fields(one: ApiKey) -> dict[str, Any]:
    """A key as JSON-ready data."""
    moments = ("created_at", "expires_at", "last_used_at", "revoked_at")
    return {
        name: moment_text(value) if name in moments and value is not None else value
        for name, value in one._asdict().items()
    }
