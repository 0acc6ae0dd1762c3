"""Pools of places, the house among them: what may be made of them, and what of what is taken stands against it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fullhouse.rules.refusals import LimitReached, NameTaken, PoolInUse, PoolNotFound, ValidationFailed

HOUSE_NAME = "House"
POOLS_MAX = 200
"""Pools of an event beside its house."""


class Pool(NamedTuple):
    """Places that share one limit, `capacity`, or are only counted when that is None.

    `held_back` of them are not for sale; `taken` are held or sold. The house is the pool of the event's own id.
    """

    id: str
    event_id: str
    name: str
    capacity: int | None
    held_back: int
    taken: int

    @property
    def is_house(self) -> bool:
        """Tell whether these are all places of the event, which every ticket draws on."""
        return self.id == self.event_id

    @property
    def available(self) -> int | None:
        """What is left to sell; None when there is no limit."""
        return None if self.capacity is None else self.capacity - self.held_back - self.taken


def found(pools: Sequence[Pool], pool_id: str) -> Pool:
    """The pool of that id. Raises PoolNotFound."""
    for pool in pools:
        if pool.id == pool_id:
            return pool
    raise PoolNotFound("The event has no such pool.")


def added(pools: Sequence[Pool], pool: Pool) -> Pool:
    """A new pool beside those that the event has, its house among them.

    Raises ValidationFailed, NameTaken and LimitReached.
    """
    if len(pools) > POOLS_MAX:
        raise LimitReached(f"An event has at most {POOLS_MAX} pools.", limit=POOLS_MAX)
    if pool.capacity is not None and pool.held_back > pool.capacity:
        raise ValidationFailed("held_back: must be at most the capacity.", field="held_back")
    _require_free_name(pools, pool)
    return pool


def changed(pools: Sequence[Pool], pool_id: str, given: Mapping[str, Any]) -> Pool:
    """A pool with new values for some of `name`, `capacity` and `held_back`.

    Raises PoolNotFound, ValidationFailed, NameTaken, and PoolInUse when it would have fewer places than are taken and
    held back.
    """
    before = found(pools, pool_id)
    after = before._replace(**given)
    if after.is_house:
        _require_house(after)
    _require_free_name(pools, after)
    if after.capacity is not None and after.taken + after.held_back > after.capacity:
        raise PoolInUse(
            f"Places taken: {after.taken}, held back: {after.held_back}. "
            f"Together that is more than a capacity of {after.capacity}.",
            taken=after.taken,
            held_back=after.held_back,
            capacity=after.capacity,
        )
    return after


def _require_house(house: Pool) -> None:
    if house.name != HOUSE_NAME:
        raise ValidationFailed("name: the house keeps its name.", field="name")
    if house.capacity is None:
        raise ValidationFailed("capacity: the house has a number of places.", field="capacity")


def _require_free_name(pools: Sequence[Pool], pool: Pool) -> None:
    if any(other.name == pool.name and other.id != pool.id for other in pools):
        raise NameTaken("Another pool of the event has this name.", name=pool.name)


def require_unused(pool: Pool, ticket_types: int) -> None:
    """Raises PoolInUse unless the pool can be deleted; `ticket_types` draw on it."""
    if pool.is_house:
        raise PoolInUse("The house is all places of the event; it can't be deleted.", taken=pool.taken)
    if pool.taken or ticket_types:
        raise PoolInUse(
            f"Places taken: {pool.taken}. Ticket types that draw on the pool: {ticket_types}. "
            "It can be deleted when both are none.",
            taken=pool.taken,
            ticket_types=ticket_types,
        )
