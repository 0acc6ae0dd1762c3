"""Members: who works for an organizer, and as what."""

from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.people_refusals import LastOwner
from fullhouse.rules.permission import Role
from fullhouse.rules.refusals import LimitReached


class Membership(NamedTuple):
    """What a person is for an organizer."""

    organizer_id: str
    organizer_name: str
    role: Role
    created_at: datetime


class Member(NamedTuple):
    """A person who works for an organizer."""

    person_id: str
    name: str
    email: str
    role: Role
    created_at: datetime


MEMBERS_MAX = 500
"""Of an organizer, with those who are invited."""


def require_owner_left(before: Role, owners: int) -> None:
    """Raises LastOwner when a change of somebody who was an owner has left none."""
    if before == "owner" and owners == 0:
        raise LastOwner("An organizer needs an owner. Make somebody else one first.")


def require_room(members: int) -> None:
    """Raises LimitReached when an organizer has as many members and invitations as it may have."""
    if members >= MEMBERS_MAX:
        raise LimitReached(f"An organizer has at most {MEMBERS_MAX} members and invitations.", limit=MEMBERS_MAX)
