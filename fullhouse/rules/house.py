"""The house: all places of an event, and what is known of it and its pools under its lock."""

from datetime import datetime
from typing import NamedTuple


class House(NamedTuple):
    """The house of an event. `taken` counts what is held or sold, `held_back` what the organizer keeps.

    No hold runs out before `next_expiry_at`; None when there is none.
    """

    event_id: str
    offer_version: int
    next_expiry_at: datetime | None
    bookings_made: int
    notices_made: int
    capacity: int
    held_back: int
    taken: int

    @property
    def available(self) -> int:
        """Places that can still be had."""
        return self.capacity - self.held_back - self.taken


class HouseChange(NamedTuple):
    """What a batch changes of a house: how many bookings were ever made, and how many more places are taken."""

    bookings_made: int
    places: int
