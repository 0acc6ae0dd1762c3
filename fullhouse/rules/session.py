"""Sessions: what is known of a signed-in person, and until when that counts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.permission import OF_ROLE, Permission, Role
from fullhouse.rules.person import Person

HALF_TIME = timedelta(minutes=5)
"""How long a session may wait for the second factor."""

SEEN_EVERY = timedelta(minutes=1)
"""That a session is used is written down no more often."""

Factor: TypeAlias = Literal["totp", "passkey", "recovery_code"]
"""A second way to show who one is."""


class Session(NamedTuple):
    """A session as its person may see it; its token is not kept. `awaits_factor`: only the password is done."""

    id: str
    person_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    awaits_factor: bool


class SessionTerms(NamedTuple):
    """How long a session lasts: at most `life`, and no longer than `idle` after it was used last."""

    idle: timedelta
    life: timedelta


class Known(NamedTuple):
    """A session that was not revoked, with its person and the roles that he has now, by organizer."""

    session: Session
    person: Person
    roles: Mapping[str, Role]

    @property
    def standings(self) -> dict[str, frozenset[Permission]]:
        """What the person may do, by organizer."""
        return {organizer_id: OF_ROLE[role] for organizer_id, role in self.roles.items()}


class Visit(NamedTuple):
    """Where somebody calls from: address, program, and the hash of the session's token that he brought along, if any,
    whether it is good or not.
    """

    address: str
    user_agent: str
    token_hash: bytes | None


def is_live(session: Session, terms: SessionTerms, now: datetime) -> bool:
    """Tell whether a session that was not revoked still counts."""
    return now < session.expires_at and now < session.last_seen_at + terms.idle
