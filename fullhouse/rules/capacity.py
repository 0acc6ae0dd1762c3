"""Pools: places that share one limit, and what can still be had of them."""

from typing import NamedTuple


class Pool(NamedTuple):
    """Places of an event that share one limit. `taken` counts what is held or sold."""

    id: str
    capacity: int
    taken: int

    @property
    def available(self) -> int:
        """Places that can still be had."""
        return self.capacity - self.taken


class Demand(NamedTuple):
    """Places wanted from one pool."""

    pool_id: str
    places: int


class Stock:
    """What is left in some pools while a batch is decided: takes all of a demand or nothing of it."""

    def __init__(self, pools: list[Pool]) -> None:
        """Begin with what the pools have."""
        self.available = {pool.id: pool.available for pool in pools}
        self.change: dict[str, int] = {}

    def take(self, demands: tuple[Demand, ...]) -> bool:
        """Take every demand, or none of them when one does not fit."""
        available = self.available
        for done, (pool_id, places) in enumerate(demands):
            if available[pool_id] < places:
                # Two demands may draw on one pool, so each is taken as it is checked, and put back here.
                self.put_back(demands[:done])
                return False
            available[pool_id] -= places
            self.change[pool_id] = self.change.get(pool_id, 0) + places
        return True

    def put_back(self, demands: tuple[Demand, ...]) -> None:
        """Give places back."""
        for pool_id, places in demands:
            self.available[pool_id] += places
            self.change[pool_id] = self.change.get(pool_id, 0) - places
