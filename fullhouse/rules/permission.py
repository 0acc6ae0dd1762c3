"""Permissions: what members and API keys may do, by role and by scope. Which call needs which stands with the calls."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

Permission: TypeAlias = Literal["read", "sell", "scan", "manage", "own"]
"""Look everything of the organizer up; sell, confirm and cancel as staff; admit at the door; change events, bookings
and money; have the say over members, keys and settings."""

Role: TypeAlias = Literal["owner", "manager", "box_office", "door"]
Scope: TypeAlias = Literal["read", "sell", "manage", "door"]

OF_ROLE: dict[Role, frozenset[Permission]] = {
    "owner": frozenset({"read", "sell", "scan", "manage", "own"}),
    "manager": frozenset({"read", "sell", "scan", "manage"}),
    "box_office": frozenset({"read", "sell"}),
    "door": frozenset({"scan"}),
}

OF_SCOPE: dict[Scope, frozenset[Permission]] = {
    "read": frozenset({"read"}),
    "sell": frozenset({"read", "sell"}),
    "manage": frozenset({"read", "sell", "manage"}),
    "door": frozenset({"scan"}),
}


def of_scopes(scopes: Iterable[Scope]) -> frozenset[Permission]:
    """All that a key with these scopes may do. Members and keys stay with those who own, whatever a key may do."""
    return frozenset[Permission]().union(*(OF_SCOPE[scope] for scope in scopes))
