"""The shapes of members and invitations."""

from datetime import datetime
from typing import Any

from fullhouse.rules.invitation import Invitation
from fullhouse.rules.member import Member
from fullhouse.rules.permission import Role
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.session_shapes import NewPassword, Token
from fullhouse.web.api.shapes import Id, Line, Shape, moment_text


class MemberShape(Shape):
    """A person who works for an organizer."""

    person_id: Id
    name: str
    email: str
    role: Role
    created_at: datetime


class MemberChanges(Shape):
    """Another role for a member."""

    role: Role


class InvitationRequest(Shape):
    """Whom to invite, and to which role."""

    email: MailAddress
    role: Role


class InvitationShape(Shape):
    """An invitation. Its link is in the mail alone. `invited_by` is a name."""

    id: Id
    organizer_id: Id
    email: str
    role: Role
    invited_by: str | None
    created_at: datetime
    expires_at: datetime


class AcceptanceRequest(Shape):
    """The token of an invitation; with name and password of somebody who has no account yet."""

    token: Token
    name: Line | None = None
    password: NewPassword | None = None


def member_fields(member: Member) -> dict[str, Any]:
    """A member as JSON-ready data."""
    return {**member._asdict(), "created_at": moment_text(member.created_at)}


def invitation_fields(invitation: Invitation) -> dict[str, Any]:
    """An invitation as JSON-ready data."""
    return {
        "id": invitation.id,
        "organizer_id": invitation.organizer_id,
        "email": invitation.email,
        "role": invitation.role,
        "invited_by": invitation.invited_by,
        "created_at": moment_text(invitation.created_at),
        "expires_at": moment_text(invitation.expires_at),
    }
