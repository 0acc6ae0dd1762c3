"""Events as the organizer describes them and as everybody sees them, and what may be changed of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from fullhouse.rules.image import Image
from fullhouse.rules.offer import EventState, RefundPolicy
from fullhouse.rules.refusals import EventInUse, EventNotChangeable, ValidationFailed

ShownState: TypeAlias = Literal["draft", "published", "cancelled", "over"]


class EventDraft(NamedTuple):
    """What an organizer says of a new event. `starts_at` is in UTC."""

    name: str
    starts_at: datetime
    venue: str
    total_seats: int


class EventDetails(NamedTuple):
    """What an organizer may say beyond that. `description` is Markdown; between the sales dates the event sells.

    The time zone is that of the venue, by its IANA name; the slug is the event's part of a page's address; `image_alt`
    says what its picture shows, for who doesn't see it.
    """

    description: str = ""
    doors_at: datetime | None = None
    ends_at: datetime | None = None
    time_zone: str = "UTC"
    currency: str = "EUR"
    sales_from: datetime | None = None
    sales_until: datetime | None = None
    slug: str | None = None
    image_alt: str = ""
    refund_policy: RefundPolicy | None = None


NO_DETAILS = EventDetails()


class Event(NamedTuple):
    """An event with what is left of it."""

    id: str
    name: str
    starts_at: datetime
    venue: str
    total_seats: int
    available_seats: int
    created_at: datetime


class WholeEvent(NamedTuple):
    """An event with all that is known of it. `version` counts the changes of all that it offers."""

    event: Event
    details: EventDetails
    state: EventState
    series_id: str | None
    version: int
    image: Image | None = None


class EventUse(NamedTuple):
    """Whether places are booked or held now, and whether any ever were."""

    is_taken: bool
    was_taken: bool


class Availability(NamedTuple):
    """What is left of an event."""

    event_id: str
    total_seats: int
    available_seats: int


class EventFilter(NamedTuple):
    """Which events a list shows: dates from `since` (included) to `until` (excluded), and a text in name or venue.

    Without a `state` it shows all, drafts too.
    """

    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    state: EventState | None = "published"


class OwnEvents(NamedTuple):
    """Events that a caller may see as their organizers do: all of these organizers, or only those of `event_ids`.

    Without `organizer_ids` it is all that there are.
    """

    organizer_ids: tuple[str, ...] | None
    event_ids: frozenset[str] | None = None


NOBODYS = OwnEvents(())
EVERYBODYS = OwnEvents(None)


class EventPosition(NamedTuple):
    """A place in the list of events, which is in order of date, then id."""

    starts_at: datetime
    id: str


def state_at(whole: WholeEvent, now: datetime) -> ShownState:
    """The state as it is shown: a published event is over from its end on, or from its date when that is not known."""
    ends_at = whole.details.ends_at or whole.event.starts_at
    return "over" if whole.state == "published" and ends_at <= now else whole.state


def changed(whole: WholeEvent, wanted: Mapping[str, Any], use: EventUse, now: datetime) -> WholeEvent:
    """The event with other values of some of its fields.

    Raises ValidationFailed, EventNotChangeable, and EventInUse for the currency of what was sold.
    """
    check_changeable(whole, now)
    of_details = {name: value for name, value in wanted.items() if name in EventDetails._fields}
    of_event = {name: value for name, value in wanted.items() if name not in of_details}
    after = whole._replace(event=whole.event._replace(**of_event), details=whole.details._replace(**of_details))
    if "starts_at" in wanted:
        check_date(after.event.starts_at, now)
    check_times(after.event.starts_at, after.details)
    if after.details.currency != whole.details.currency and use.was_taken:
        raise EventInUse("The currency can't change any more: something was booked or held in it.")
    return after


def changed_fields(before: WholeEvent, after: WholeEvent) -> list[str]:
    """Which fields have other values, by their names in the API."""
    old, new = (one.event._asdict() | one.details._asdict() for one in (before, after))
    return ["date" if name == "starts_at" else name for name in old if old[name] != new[name]]


def check_changeable(whole: WholeEvent, now: datetime) -> None:
    """Raises EventNotChangeable for what has happened or will not happen."""
    state = state_at(whole, now)
    if state in {"over", "cancelled"}:
        raise EventNotChangeable(f"The event is {state}, so it can't be changed any more.")


def check_date(starts_at: datetime, now: datetime) -> None:
    """Raises ValidationFailed unless the date is still to come."""
    if starts_at <= now:
        raise ValidationFailed("The date must be in the future.", field="date")


def check_times(starts_at: datetime, details: EventDetails) -> None:
    """Raises ValidationFailed when the times of an event contradict each other."""
    doors_at, ends_at = details.doors_at, details.ends_at
    if doors_at is not None and doors_at > starts_at:
        raise ValidationFailed("doors_at: the doors must open by the date at the latest.", field="doors_at")
    if ends_at is not None and ends_at <= starts_at:
        raise ValidationFailed("ends_at: the end must come after the date.", field="ends_at")
    if details.sales_until is None:
        return
    if details.sales_from is not None and details.sales_until <= details.sales_from:
        raise ValidationFailed("sales_until: selling must end after it begins.", field="sales_until")
    if details.sales_until > (ends_at or starts_at):
        raise ValidationFailed("sales_until: selling must end with the event at the latest.", field="sales_until")
