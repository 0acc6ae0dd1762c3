"""The shapes of signing in, of sessions, and of who is signed in."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from fullhouse.actions.session import Begun
from fullhouse.rules.mail import Language
from fullhouse.rules.member import Membership
from fullhouse.rules.password import LENGTH_MAX, LENGTH_MIN
from fullhouse.rules.permission import Role
from fullhouse.rules.person import Person
from fullhouse.rules.session import Factor, Session
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.shapes import TEXT_PATTERN, Id, Line, Shape, has_control_characters, moment_text


def _without_control(value: str) -> str:
    if has_control_characters(value):
        raise ValueError("must not hold control characters")
    return value


GivenPassword = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LENGTH_MAX, strict=True),
    AfterValidator(_without_control),
    Field(json_schema_extra={"pattern": f"^{TEXT_PATTERN}*$"}),
]
NewPassword = Annotated[
    str,
    StringConstraints(min_length=LENGTH_MIN, max_length=LENGTH_MAX, strict=True),
    AfterValidator(_without_control),
    Field(json_schema_extra={"pattern": f"^{TEXT_PATTERN}*$"}),
]


class SignInRequest(Shape):
    """Who wants to sign in."""

    email: MailAddress
    password: GivenPassword


Token = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strict=True),
    AfterValidator(_without_control),
    Field(json_schema_extra={"pattern": f"^{TEXT_PATTERN}*$"}),
]


class SetupRequest(Shape):
    """Who owns this from now on. The token is from the link that the first start printed."""

    token: Token
    name: Line
    email: MailAddress
    password: NewPassword
    organizer_name: Line


class PasswordChange(Shape):
    """The password that somebody has, and the one that he wants."""

    old_password: GivenPassword
    new_password: NewPassword


class ResetRequest(Shape):
    """Who has lost his password."""

    email: MailAddress


class ResetCompletion(Shape):
    """A new password, with the token from the mail."""

    token: Token
    password: NewPassword


class BegunShape(Shape):
    """A session with its token, which is shown this once: send it as `Authorization: Bearer TOKEN`.

    When a second factor is required, the token is good for nothing but to show one of `factors`, within five minutes.
    """

    state: Literal["signed_in", "second_factor_required"]
    token: str
    session_id: Id
    expires_at: datetime
    factors: list[Factor]


class MembershipShape(Shape):
    """What somebody is for an organizer."""

    organizer_id: Id
    organizer_name: str
    role: Role
    created_at: datetime


class MeShape(Shape):
    """Who is signed in."""

    id: Id
    email: str
    name: str
    language: Language
    memberships: list[MembershipShape]
    session_id: Id


class SessionShape(Shape):
    """A session: since when, until when, and where it was begun."""

    id: Id
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    is_current: bool


def begun_fields(begun: Begun) -> dict[str, Any]:
    """A new session as JSON-ready data."""
    return {
        "state": "second_factor_required" if begun.session.awaits_factor else "signed_in",
        "token": begun.token,
        "session_id": begun.session.id,
        "expires_at": moment_text(begun.session.expires_at),
        "factors": list(begun.factors),
    }


def me_fields(person: Person, memberships: list[Membership], session_id: str | None) -> dict[str, Any]:
    """Who is signed in as JSON-ready data."""
    listed = [{**one._asdict(), "created_at": moment_text(one.created_at)} for one in memberships]
    return {**person._asdict(), "memberships": listed, "session_id": session_id}


def session_fields(session: Session, current_id: str | None) -> dict[str, Any]:
    """A session as JSON-ready data."""
    return {
        "id": session.id,
        "created_at": moment_text(session.created_at),
        "last_seen_at": moment_text(session.last_seen_at),
        "expires_at": moment_text(session.expires_at),
        "address": session.address,
        "user_agent": session.user_agent,
        "is_current": session.id == current_id,
    }
