"""The list of events that the shop shows: which of them, and what is said of each."""

from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.image import Image


class Listed(NamedTuple):
    """An event in the list. `address` is its part of the page's address: its slug if that is its alone, or its id."""

    id: str
    address: str
    name: str
    starts_at: datetime
    ends_at: datetime | None
    venue: str
    time_zone: str
    currency: str
    organizer_id: str
    organizer_name: str
    places_left: int
    image: Image | None


class ListingFilter(NamedTuple):
    """Events that are not over at `now`, and begin from `since` (included) to `until` (excluded).

    Each word of `text` has to be in the event's name, its venue or the organizer's name.
    """

    now: datetime
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    organizer_id: str | None = None
