"""The house: all places of an event, and what is left of them while a batch is decided."""

from datetime import datetime
from typing import NamedTuple


class House(NamedTuple):
    """What is left of an event. `taken` counts what is held or sold; from `closes_at` on nothing more is sold."""

    event_id: str
    closes_at: datetime
    bookings_made: int
    capacity: int
    taken: int


class HouseChange(NamedTuple):
    """What a batch changes of a house: how many bookings were ever made, and how many more places are taken."""

    bookings_made: int
    places: int


class OpenHouse:
    """A house while a batch is decided."""

    __slots__ = ("available", "bookings_made", "closes_at", "house")

    def __init__(self, house: House) -> None:
        """Begin with what the house has."""
        self.house = house
        self.closes_at = house.closes_at
        self.bookings_made = house.bookings_made
        self.available = house.capacity - house.taken

    @property
    def change(self) -> HouseChange | None:
        """What has to be written, if anything."""
        house = self.house
        places = house.capacity - house.taken - self.available
        if not places and self.bookings_made == house.bookings_made:
            return None
        return HouseChange(self.bookings_made, places)
