"""The team of an organizer: its members and their roles, and who is invited."""

from fastapi import APIRouter, Response

from fullhouse.actions import invitation, member
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.invitation import Invitation
from fullhouse.rules.member import Member
from fullhouse.rules.permission import Role
from fullhouse.rules.refusals import Refusal
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.invitations import NO_INVITATION
from fullhouse.web.api.member_shapes import invitation_fields, member_fields
from fullhouse.web.api.members import NO_MEMBER
from fullhouse.web.console.house import house_page, key_of_button
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved
from fullhouse.web.pages.paths import CONSOLE
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

TEAM = "/console/organizers/{organizer_id}/team"


class InvitationForm(FormModel):
    """Whom to invite, and to which role."""

    email: MailAddress
    role: Role


class RoleForm(FormModel):
    """Another role for a member."""

    role: Role


def add(router: APIRouter, deps: Deps) -> None:
    """Add the page and its forms."""

    @router.get(TEAM)
    async def show_team(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _shown(deps, visitor, organizer_id_of(organizer_id), _new_invitation())

    @router.post(TEAM)
    async def invite(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _invite(deps, visitor, organizer_id_of(organizer_id))

    @router.post(f"{TEAM}/members/{{person_id}}/role")
    async def change_role(organizer_id: str, person_id: str, visitor: CurrentVisitor) -> Response:
        return await _change_role(deps, visitor, organizer_id_of(organizer_id), id_of(person_id, NO_MEMBER))

    @router.post(f"{TEAM}/members/{{person_id}}/removal")
    async def remove_member(organizer_id: str, person_id: str, visitor: CurrentVisitor) -> Response:
        return await _remove(deps, visitor, organizer_id_of(organizer_id), id_of(person_id, NO_MEMBER))

    @router.post(f"{TEAM}/invitations/{{invitation_id}}/withdrawal")
    async def withdraw(organizer_id: str, invitation_id: str, visitor: CurrentVisitor) -> Response:
        return await _withdraw(deps, visitor, organizer_id_of(organizer_id), id_of(invitation_id, NO_INVITATION))


async def _shown(deps: Deps, visitor: Visitor, organizer_id: str, form: Form) -> Response:
    return await house_page(
        *(deps, visitor, organizer_id, "console/team.html"),
        status=status_of_again(form),
        form=form,
        members=await member.of_organizer(deps, organizer_id),
        invitations=await invitation.opened(deps, organizer_id),
        path=TEAM.format(organizer_id=organizer_id),
    )


async def _invite(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, InvitationForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, form)
    caller = visitor.call.caller
    inviter = None if caller.person_id is None else (caller.person_id, caller.name)
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    try:
        await invitation.send(deps, organizer_id, (wanted.email, wanted.role), inviter, key, _sent)
    except Refusal as refusal:
        return await _shown(deps, visitor, organizer_id, refused(form, refusal, visitor))
    return _back(visitor, organizer_id)


async def _change_role(deps: Deps, visitor: Visitor, organizer_id: str, person_id: str) -> Response:
    wanted, form = filled(visitor, RoleForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, form)
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    try:
        await member.change_role(deps, organizer_id, person_id, wanted.role, key, _changed)
    except Refusal as refusal:
        return await _shown(deps, visitor, organizer_id, refused(_new_invitation(), refusal, visitor))
    return _back(visitor, organizer_id)


async def _remove(deps: Deps, visitor: Visitor, organizer_id: str, person_id: str) -> Response:
    try:
        await member.remove(deps, organizer_id, person_id, key_of_button(visitor))
    except Refusal as refusal:
        return await _shown(deps, visitor, organizer_id, refused(_new_invitation(), refusal, visitor))
    if person_id == visitor.call.caller.person_id:
        return moved(visitor, CONSOLE)
    return _back(visitor, organizer_id)


async def _withdraw(deps: Deps, visitor: Visitor, organizer_id: str, invitation_id: str) -> Response:
    try:
        await invitation.revoke(deps, organizer_id, invitation_id, key_of_button(visitor))
    except Refusal as refusal:
        return await _shown(deps, visitor, organizer_id, refused(_new_invitation(), refusal, visitor))
    return _back(visitor, organizer_id)


def _back(visitor: Visitor, organizer_id: str) -> Response:
    return moved(visitor, TEAM.format(organizer_id=organizer_id))


def _new_invitation() -> Form:
    return empty(email="", role="box_office")


def _sent(sent: Invitation) -> Answered:
    return Answered(201, invitation_fields(sent))


def _changed(changed: Member) -> Answered:
    return Answered(200, member_fields(changed))
