"""Refusals on people: signing in, passwords, sessions, what people and their keys may do. Their tree stands in
`refusals.py`.
"""

from fullhouse.rules.refusal import Refusal


class SignInRequired(Refusal):
    """The call is for somebody who is signed in."""

    code = "sign_in_required"


class SignInRefused(Refusal):
    """Mail address or password is wrong; which of them is not said."""

    code = "sign_in_refused"


class PasswordNotAllowed(Refusal):
    """The password is too short, or among those that are guessed first."""

    code = "password_not_allowed"


class TooManyAttempts(Refusal):
    """It was tried in vain too often; `retry_after_seconds` says when to come again."""

    code = "too_many_attempts"


class LinkNotValid(Refusal):
    """The token of a link is unknown, used, too old, or was taken back; which of these is not said."""

    code = "link_not_valid"


class OriginForeign(Refusal):
    """A write with the session's cookie came from a web page elsewhere, or does not say from where."""

    code = "origin_foreign"


class FormForeign(Refusal):
    """A form was not given to this browser, or to another session of it."""

    code = "form_foreign"


class SessionNotFound(Refusal):
    """The person has no such session."""

    code = "session_not_found"


class NotPermitted(Refusal):
    """The caller is of the house, but may not do this; `permission` is what it takes."""

    code = "not_permitted"


class OrganizerNotFound(Refusal):
    """No such organizer, or not for this caller."""

    code = "organizer_not_found"


class OrganizerRequired(Refusal):
    """The caller works for several organizers, so the call has to say for which it is."""

    code = "organizer_required"


class KeyNotFound(Refusal):
    """The organizer has no such API key that is live."""

    code = "key_not_found"


class PasswordWrong(Refusal):
    """The old password, which has to be said when it is changed, is another one."""

    code = "password_wrong"


class MemberNotFound(Refusal):
    """The organizer has no such member."""

    code = "member_not_found"


class AlreadyMember(Refusal):
    """The person works for the organizer already."""

    code = "already_member"


class LastOwner(Refusal):
    """Without this owner the organizer would have none."""

    code = "last_owner"


class InvitationNotFound(Refusal):
    """The organizer has no such invitation that is still open."""

    code = "invitation_not_found"
