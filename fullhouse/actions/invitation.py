"""Invitations to work for an organizer: sent by mail, taken back, accepted once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from fullhouse.actions import attempt
from fullhouse.actions import organizer as organizers
from fullhouse.actions.answer import once
from fullhouse.actions.attempt import subject
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.secret import hash_of, new_token
from fullhouse.rules.answer import Answered
from fullhouse.rules.attempt import Patience
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.invitation import Invitation
from fullhouse.rules.mail import Mail
from fullhouse.rules.member import require_room
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.people_refusals import AlreadyMember, InvitationNotFound, OrganizerNotFound
from fullhouse.rules.permission import Role
from fullhouse.store import invitation, mail, member, organizer, person
from fullhouse.store.db import WriteConn

PATH = "/console/invitation"

PATIENCE = Patience(50, timedelta(minutes=15))
"""Invitations at a time; nobody can send mails to the whole world in the name of this installation."""


async def opened(deps: Deps, organizer_id: str) -> Sequence[Invitation]:
    """The invitations that can be accepted, the newest first. Raises OrganizerNotFound."""
    async with deps.reading() as conn:
        await organizers.find(conn, organizer_id)
        return await invitation.opened(conn, organizer_id, deps.clock())


async def send(
    deps: Deps,
    organizer_id: str,
    invited: tuple[str, Role],
    inviter: tuple[str, str] | None,
    key: IdempotencyKey | None,
    told: Callable[[Invitation], Answered],
) -> Answered:
    """Invite a mail address to a role; `inviter` is id and name of the person who does it.

    An earlier invitation of the same address ends. Raises OrganizerNotFound, AlreadyMember, LimitReached,
    TooManyAttempts, IdempotencyKeyReused, Busy and OutcomeUnknown.
    """
    email, role = invited
    inviter_id, inviter_name = inviter or (None, None)

    async def work(conn: WriteConn, now: datetime) -> Answered:
        locked = await _locked(conn, organizer_id)
        await attempt.count(conn, {subject("invitations", inviter_id or organizer_id): PATIENCE}, now)
        await _require_stranger(conn, organizer_id, email)
        require_room(await member.count(conn, organizer_id, now))
        made = Invitation(new_id(now), organizer_id, email, role, inviter_name, now, now + deps.people.invitation_time)
        token = new_token()
        await invitation.add(conn, made, hash_of(token), inviter_id)
        await mail.add(conn, [_mail(deps, locked, made, token)], deps.mail_terms.domain, now)
        return told(made)

    return await once(deps, key, work)


def _mail(deps: Deps, whose: Organizer, made: Invitation, token: str) -> Mail:
    context = {
        "organizer_name": whose.name,
        "role": made.role,
        "inviter_name": made.invited_by,
        # Behind the # it is in no log of a server and no Referer.
        "url": f"{deps.mail_terms.public_url}{PATH}#{token}",
    }
    return Mail(new_id(made.created_at), "invitation", whose.language, "", made.email, context, whose.id)


async def revoke(deps: Deps, organizer_id: str, invitation_id: str, key: IdempotencyKey | None) -> Answered:
    """Take an invitation back. Raises InvitationNotFound, IdempotencyKeyReused, Busy and OutcomeUnknown."""

    async def work(conn: WriteConn, now: datetime) -> Answered:
        if not await invitation.revoke(conn, organizer_id, invitation_id, now):
            raise InvitationNotFound("The organizer has no such invitation that is still open.")
        return Answered(204, None)

    return await once(deps, key, work)


async def _locked(conn: WriteConn, organizer_id: str) -> Organizer:
    found = await organizer.lock(conn, organizer_id)
    if found is None:
        raise OrganizerNotFound("There is no such organizer.")
    return found


async def _require_stranger(conn: WriteConn, organizer_id: str, email: str) -> None:
    account = await person.by_email(conn, email)
    if account and await member.find(conn, organizer_id, account.person.id):
        raise AlreadyMember("Who has this mail address works for the organizer already.")
