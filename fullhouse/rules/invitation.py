"""Invitations: to work for an organizer, by mail, for a while."""

from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.people_refusals import LinkNotValid
from fullhouse.rules.permission import Role


class Invitation(NamedTuple):
    """An invitation; its token is not kept. `invited_by` is the inviter's name, None for the open playground's."""

    id: str
    organizer_id: str
    email: str
    role: Role
    invited_by: str | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None


def opened(invitation: Invitation | None, now: datetime) -> Invitation:
    """The invitation, as long as it can be accepted. Raises LinkNotValid, which does not say why it can't."""
    if invitation is None or invitation.accepted_at or invitation.revoked_at or now >= invitation.expires_at:
        raise LinkNotValid("This invitation can't be accepted, or not any more. Ask for another one.")
    return invitation
