"""The shapes of events in the JSON API: as they are put on sale, changed, copied and shown."""

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from fullhouse.rules.currency import is_currency
from fullhouse.rules.event import EventDetails, EventDraft, ShownState, WholeEvent, state_at
from fullhouse.rules.offer import RefundPolicy, RefundStep
from fullhouse.rules.time_zone import is_time_zone
from fullhouse.web.api.image_shapes import ImageAlt, ImageShape, image_fields, image_url
from fullhouse.web.api.shapes import (
    EventShape,
    Id,
    Line,
    Moment,
    Shape,
    event_fields,
    has_control_characters,
    moment_text,
)
from fullhouse.web.markdown import html_of

DESCRIPTION_LENGTH_MAX = 20_000
RULE_LENGTH_MAX = 500
_LAYOUT = str.maketrans("", "", "\t\n\r")


def _text(value: str) -> str:
    if has_control_characters(value.translate(_LAYOUT)):
        raise ValueError("must not hold control characters other than tabs and line breaks")
    return value


def _time_zone(value: str) -> str:
    if not is_time_zone(value):
        raise ValueError("must be the name of a time zone, Europe/Berlin for instance")
    return value


def _currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError("must be the code of a currency in use (ISO 4217), EUR for instance")
    return value


Description = Annotated[
    str,
    StringConstraints(max_length=DESCRIPTION_LENGTH_MAX, strict=True),
    AfterValidator(_text),
    Field(description="Markdown.", json_schema_extra={"pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"}),
]
TimeZone = Annotated[
    str,
    StringConstraints(max_length=100, strict=True),
    AfterValidator(_time_zone),
    Field(description="The venue's time zone, by its IANA name.", examples=["Europe/Berlin"]),
]
Currency = Annotated[
    str,
    StringConstraints(pattern="^[A-Z]{3}$", strict=True),
    AfterValidator(_currency),
    Field(description="ISO 4217.", examples=["EUR"]),
]
Slug = Annotated[
    str,
    StringConstraints(pattern="^[a-z0-9-]{1,80}$", strict=True),
    Field(description="The event's part of a page's address; no two events of an organizer share one."),
]
Rule = Annotated[
    str,
    StringConstraints(min_length=1, max_length=RULE_LENGTH_MAX, strict=True),
    Field(
        description="RFC 5545, with COUNT or UNTIL, daily or less often; at most 200 dates.",
        examples=["FREQ=WEEKLY;COUNT=8"],
    ),
]
ListedState = Literal["draft", "published", "cancelled", "all"]
Doors = Annotated[Moment | None, Field(description="When admission begins; not after the date.")]
End = Annotated[Moment | None, Field(description="After the date.")]
SalesFrom = Annotated[Moment | None, Field(description="When selling begins; at once if it isn't said.")]
SalesUntil = Annotated[Moment | None, Field(description="When selling ends; by the event's end at the latest.")]


class RefundStepShape(Shape):
    """Until so many hours before the event, so many percent of a ticket's price go back."""

    hours_before: int = Field(strict=True, ge=0, le=100_000)
    percent: int = Field(strict=True, ge=1, le=100)


class RefundPolicyShape(Shape):
    """On which terms buyers may give tickets back by themselves. Each booking keeps those it was made on."""

    steps: list[RefundStepShape] = Field(
        min_length=1, max_length=20, description="Fewer hours before the event, no more percent."
    )
    with_fees: bool = Field(default=False, strict=True, description="Whether fees go back like the price.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ordered = sorted(self.steps, key=lambda step: -step.hours_before)
        for earlier, later in pairwise(ordered):
            if earlier.hours_before == later.hours_before:
                raise ValueError("must have one step for each number of hours")
            if earlier.percent < later.percent:
                raise ValueError("must not give back more when the event is nearer")
        self.steps = ordered
        return self

    def policy(self) -> RefundPolicy:
        """The same, for the program."""
        return RefundPolicy(tuple(RefundStep(one.hours_before, one.percent) for one in self.steps), self.with_fees)


Refunds = Annotated[
    RefundPolicyShape | None, Field(description="Null: buyers can't give tickets back that they have paid for.")
]


class EventRequest(Shape):
    """A new event."""

    name: Line
    date: Moment = Field(description="RFC 3339 with an offset, in the future.")
    venue: Line
    total_seats: int = Field(strict=True, ge=1, le=1_000_000)
    description: Description = ""
    doors_at: Doors = None
    ends_at: End = None
    time_zone: TimeZone = "UTC"
    currency: Currency = "EUR"
    sales_from: SalesFrom = None
    sales_until: SalesUntil = None
    slug: Slug | None = None
    image_alt: ImageAlt = ""
    refund_policy: Refunds = None
    state: Literal["draft", "published"] = "published"

    def draft(self) -> EventDraft:
        """What an event can't be without, for the program."""
        return EventDraft(self.name, self.date, self.venue, self.total_seats)

    def details(self) -> EventDetails:
        """The rest, for the program."""
        said = {name: getattr(self, name) for name in EventDetails._fields}
        return EventDetails(**said | {"refund_policy": self.refund_policy and self.refund_policy.policy()})

    def asked(self) -> str:
        """One canonical text, in which a field that says what is understood anyway is the same as none."""
        return self.model_dump_json(exclude_defaults=True)


_UNSAID: Any = None
"""Stands for a field that wasn't sent; nobody reads it."""


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class EventPatch(Shape):
    """Changes of an event: fields that are not sent stay as they are; null clears, where it is allowed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_defaults)

    name: Line = _UNSAID
    date: Moment = Field(default=_UNSAID, description="RFC 3339 with an offset, in the future.")
    venue: Line = _UNSAID
    description: Description = _UNSAID
    doors_at: Doors = None
    ends_at: End = None
    time_zone: TimeZone = _UNSAID
    currency: Currency = _UNSAID
    sales_from: SalesFrom = None
    sales_until: SalesUntil = None
    slug: Slug | None = None
    image_alt: ImageAlt = _UNSAID
    refund_policy: Refunds = None

    def wanted(self) -> dict[str, Any]:
        """What was sent, by the names that the program has for it."""
        said = {"starts_at" if name == "date" else name: getattr(self, name) for name in self.model_fields_set}
        if self.refund_policy is not None:
            said["refund_policy"] = self.refund_policy.policy()
        return said


class CopyRequest(Shape):
    """A copy of an event."""

    date: Moment = Field(description="RFC 3339 with an offset, in the future. All other times move with it.")
    name: Line | None = Field(default=None, description="The event's own if it isn't said.")


class SeriesRequest(Shape):
    """A series that begins with an event."""

    rule: Rule


class DetailsShape(EventShape):
    """All that is known of an event. `version` counts the changes of what it offers."""

    state: ShownState
    description: str
    description_html: str = Field(description="The description rendered, and safe on any page.")
    doors_at: datetime | None
    ends_at: datetime | None
    time_zone: str
    currency: str
    sales_from: datetime | None
    sales_until: datetime | None
    slug: str | None
    image_url: str | None
    image_alt: str
    image: ImageShape | None
    refund_policy: RefundPolicyShape | None
    series_id: Id | None
    version: int


def details_fields(whole: WholeEvent, now: datetime) -> dict[str, Any]:
    """All that is known of an event as JSON-ready data."""
    details = whole.details
    return {
        **event_fields(whole.event),
        "state": state_at(whole, now),
        "description": details.description,
        "description_html": html_of(details.description),
        "doors_at": _moment_or_none(details.doors_at),
        "ends_at": _moment_or_none(details.ends_at),
        "time_zone": details.time_zone,
        "currency": details.currency,
        "sales_from": _moment_or_none(details.sales_from),
        "sales_until": _moment_or_none(details.sales_until),
        "slug": details.slug,
        "image_url": whole.image and image_url(whole.image),
        "image_alt": details.image_alt,
        "image": image_fields(whole.image),
        "refund_policy": details.refund_policy and policy_fields(details.refund_policy),
        "series_id": whole.series_id,
        "version": whole.version,
    }


def policy_fields(policy: RefundPolicy) -> dict[str, Any]:
    """A refund policy as JSON-ready data."""
    return {"steps": [step._asdict() for step in policy.steps], "with_fees": policy.with_fees}


def _moment_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)
