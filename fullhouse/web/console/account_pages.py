"""Pages that links lead to: becoming the first owner, accepting an invitation, a new password for who has lost his.

What opens them stands behind the # of the link, so that it is in no log; a script puts it into the form, and without
one people copy it there.
"""

from fastapi import APIRouter, Response

from fullhouse.actions import acceptance, invitation, password_reset, setup
from fullhouse.actions.acceptance import Accepting
from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import Refusal
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.session_shapes import NewPassword, Token
from fullhouse.web.api.shapes import Line
from fullhouse.web.console.sign_in_pages import signed_in
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, refused, status_of_again
from fullhouse.web.pages.page import page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor
from fullhouse.web.visits import visit_of

ASK_PATH = "/console/password-reset"


class SetupForm(FormModel):
    """Who owns this from now on."""

    token: Token
    name: Line
    email: MailAddress
    password: NewPassword
    organizer_name: Line


class InvitationForm(FormModel):
    """Who accepts; name and password are those of somebody who has no account yet."""

    token: Token
    name: Line | None = None
    password: NewPassword | None = None


class AskForm(FormModel):
    """Who has lost his password."""

    email: MailAddress


class PasswordForm(FormModel):
    """A new password, with the token from the mail."""

    token: Token
    password: NewPassword


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""
    _add_beginnings(router, deps)
    _add_resets(router, deps)


def _add_beginnings(router: APIRouter, deps: Deps) -> None:
    @router.get(setup.PATH)
    async def show_setup(visitor: CurrentVisitor) -> Response:
        return _shown(visitor, "console/setup.html", empty())

    @router.post(setup.PATH)
    async def set_up(visitor: CurrentVisitor) -> Response:
        wanted, form = filled(visitor, SetupForm)
        if wanted is None:
            return _shown(visitor, "console/setup.html", form)
        who, visit = (wanted.email, wanted.name), visit_of(visitor.call)
        try:
            begun = await setup.complete(deps, wanted.token, who, wanted.password, wanted.organizer_name, visit)
        except Refusal as refusal:
            return _shown(visitor, "console/setup.html", refused(form, refusal, visitor))
        return signed_in(deps, visitor, begun)

    @router.get(invitation.PATH)
    async def show_invitation(visitor: CurrentVisitor) -> Response:
        return _shown(visitor, "console/invitation.html", empty())

    @router.post(invitation.PATH)
    async def accept_invitation(visitor: CurrentVisitor) -> Response:
        wanted, form = filled(visitor, InvitationForm)
        if wanted is None:
            return _shown(visitor, "console/invitation.html", form)
        caller = visitor.call.caller
        known = (caller.person_id, caller.session_id) if caller.person_id and caller.session_id else None
        who = Accepting(known, wanted.name, wanted.password)
        try:
            begun = await acceptance.accept(deps, wanted.token, who, visit_of(visitor.call))
        except Refusal as refusal:
            return _shown(visitor, "console/invitation.html", refused(form, refusal, visitor))
        return signed_in(deps, visitor, begun)


def _add_resets(router: APIRouter, deps: Deps) -> None:
    @router.get(ASK_PATH)
    async def show_reset(visitor: CurrentVisitor) -> Response:
        return _shown(visitor, "console/password_reset.html", empty())

    @router.post(ASK_PATH)
    async def ask_for_reset(visitor: CurrentVisitor) -> Response:
        wanted, form = filled(visitor, AskForm)
        if wanted is not None:
            try:
                await password_reset.request(deps, wanted.email, visit_of(visitor.call))
            except Refusal as refusal:
                form = refused(form, refusal, visitor)
        return _shown(visitor, "console/password_reset.html", form, is_asked=not form.faults)

    @router.get(password_reset.PATH)
    async def show_new_password(visitor: CurrentVisitor) -> Response:
        return _shown(visitor, "console/new_password.html", empty())

    @router.post(password_reset.PATH)
    async def set_new_password(visitor: CurrentVisitor) -> Response:
        wanted, form = filled(visitor, PasswordForm)
        if wanted is not None:
            try:
                await password_reset.complete(deps, wanted.token, wanted.password, visit_of(visitor.call))
            except Refusal as refusal:
                form = refused(form, refusal, visitor)
        return _shown(visitor, "console/new_password.html", form, is_done=not form.faults)


def _shown(visitor: Visitor, template: str, form: Form, *, is_asked: bool = False, is_done: bool = False) -> Response:
    status = status_of_again(form)
    return page(visitor, template, status=status, form=form, is_asked=is_asked, is_done=is_done)
