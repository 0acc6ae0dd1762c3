"""Events as the organizer describes them and as everybody sees them."""

from datetime import datetime
from typing import NamedTuple


class EventDraft(NamedTuple):
    """What an organizer says of a new event. `starts_at` is in UTC."""

    name: str
    starts_at: datetime
    venue: str
    total_seats: int


class Event(NamedTuple):
    """An event with what is left of it."""

    id: str
    name: str
    starts_at: datetime
    venue: str
    total_seats: int
    available_seats: int
    created_at: datetime


class Availability(NamedTuple):
    """What is left of an event."""

    event_id: str
    total_seats: int
    available_seats: int


class EventFilter(NamedTuple):
    """Which events a list shows: dates from `since` (included) to `until` (excluded), and a text in name or venue."""

    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


class EventPosition(NamedTuple):
    """A place in the list of events, which is in order of date, then id."""

    starts_at: datetime
    id: str
