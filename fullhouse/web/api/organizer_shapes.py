"""The shapes of organizers and of their API keys."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from fullhouse.actions.key import KeyTerms
from fullhouse.rules.colour import Accent, accents
from fullhouse.rules.embedding import ORIGIN_PATTERN, ORIGINS_MAX
from fullhouse.rules.organizer import Language, Organizer
from fullhouse.rules.permission import Scope
from fullhouse.store.key import ApiKey
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.event_shapes import Description
from fullhouse.web.api.image_shapes import ImageShape, image_fields, image_url
from fullhouse.web.api.offer_shapes import UNCHANGED, once_each
from fullhouse.web.api.shapes import Id, Line, Moment, Shape, moment_text
from fullhouse.web.markdown import html_of

EVENTS_MAX = 100

ReplyTo = Annotated[MailAddress | None, Field(description="Where answers to the organizer's mails go.")]
Colour = Annotated[
    str,
    StringConstraints(pattern="^#[0-9a-fA-F]{6}$", to_lower=True, strict=True),
    Field(description="Of what can be clicked on the organizer's pages.", examples=["#8a1c3b"]),
]
EmbedOrigins = Annotated[
    list[Annotated[str, StringConstraints(pattern=ORIGIN_PATTERN, max_length=270, strict=True)]],
    Field(
        max_length=ORIGINS_MAX,
        description="The sites that may show the organizer's events in a frame; null is any, an empty list is none.",
        examples=[["https://example.org"]],
    ),
    AfterValidator(once_each),
]
Website = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][!-~]*)?$", max_length=500, strict=True),
    Field(description="A domain with other than Latin letters in its ASCII form.", examples=["https://example.org/"]),
]


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
    colour: Colour | None = UNCHANGED
    description: Description = UNCHANGED
    website: Website | None = UNCHANGED
    embed_origins: EmbedOrigins | None = UNCHANGED


class OrganizerShape(Shape):
    """Who puts on events. `test_of` is whose tests this organizer is for."""

    id: Id
    name: str
    language: Language
    reply_to: str | None
    test_of: Id | None
    created_at: datetime
    colour: str | None
    description: str
    description_html: str = Field(description="The description rendered, and safe on any page.")
    website: str | None
    embed_origins: list[str] | None
    logo_url: str | None
    logo: ImageShape | None


class AccentShape(Shape):
    """A colour to write and to fill with, and the one to write upon it."""

    colour: str
    on_colour: str


class AccentsShape(Shape):
    """The organizer's colour as it can be read on light pages and on dark ones: at a contrast of 4.5 : 1 and more."""

    light: AccentShape
    dark: AccentShape


class ProfileShape(Shape):
    """What an organizer shows of itself to everybody."""

    id: Id
    name: str
    colour: str | None
    accents: AccentsShape | None
    description: str
    description_html: str
    website: str | None
    logo_url: str | None
    logo: ImageShape | None


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
    return {
        "id": one.id,
        "name": one.name,
        "language": one.language,
        "reply_to": one.reply_to,
        "test_of": one.test_of,
        "created_at": moment_text(one.created_at),
        "embed_origins": None if one.embed_origins is None else list(one.embed_origins),
        **_look(one),
    }


def profile_fields(one: Organizer) -> dict[str, Any]:
    """What is public of an organizer as JSON-ready data."""
    found = None
    if one.colour is not None:
        light, dark = accents(one.colour.removeprefix("#"))
        found = {"light": _accent_fields(light), "dark": _accent_fields(dark)}
    return {"id": one.id, "name": one.name, "accents": found, **_look(one)}


def _look(one: Organizer) -> dict[str, Any]:
    return {
        "colour": one.colour,
        "description": one.description,
        "description_html": html_of(one.description),
        "website": one.website,
        "logo_url": one.logo and image_url(one.logo),
        "logo": image_fields(one.logo),
    }


def _accent_fields(accent: Accent) -> dict[str, str]:
    return {"colour": f"#{accent.colour}", "on_colour": f"#{accent.on_colour}"}


def key_fields(one: ApiKey) -> dict[str, Any]:
    """A key as JSON-ready data."""
    moments = ("created_at", "expires_at", "last_used_at", "revoked_at")
    return {
        name: moment_text(value) if name in moments and value is not None else value
        for name, value in one._asdict().items()
    }
