"""Signing in to the console, and out: by password, then by a second factor where the person has one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from fullhouse.actions import second_factor, session, sign_in
from fullhouse.actions.deps import Deps
from fullhouse.actions.second_factor import Proof
from fullhouse.actions.session import Begun
from fullhouse.rules.people_refusals import SignInRequired
from fullhouse.rules.refusals import Refusal
from fullhouse.web import cookies
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.session_shapes import GivenPassword, Token
from fullhouse.web.api.shapes import Line
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, refused, status_of_again
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.paths import CONSOLE, SIGN_IN, own_path
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor
from fullhouse.web.visits import visit_of

TOTP_DIGITS = 6

Next = Annotated[str, Query(max_length=2_000)]


class SignInForm(FormModel):
    """Who signs in, and where he wanted to go."""

    email: MailAddress
    password: GivenPassword
    next: str = CONSOLE


class SecondStepForm(FormModel):
    """The code of an authenticator app, or a recovery code; `half` is the token of the sign-in that waits for it."""

    half: Token
    code: Line
    next: str = CONSOLE


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(SIGN_IN)
    async def show_sign_in(visitor: CurrentVisitor, next: Next = CONSOLE) -> Response:  # noqa: A002 - as in addresses
        if visitor.call.caller.kind in {"member", "playground"}:
            return moved(visitor, own_path(next, CONSOLE))
        return _shown(deps, visitor, empty(next=own_path(next, CONSOLE)))

    @router.post(SIGN_IN)
    async def begin_session(visitor: CurrentVisitor) -> Response:
        return await _begin(deps, visitor)

    @router.post(f"{SIGN_IN}/second-factor")
    async def finish_session(visitor: CurrentVisitor) -> Response:
        return await _finish(deps, visitor)

    @router.post("/console/sign-out")
    async def sign_out(visitor: CurrentVisitor) -> Response:
        caller = visitor.call.caller
        if caller.person_id is not None and caller.session_id is not None:
            await session.end(deps, caller.person_id, caller.session_id)
        return moved(visitor, SIGN_IN, cookies.taken(visitor.call.headers))


async def _begin(deps: Deps, visitor: Visitor) -> Response:
    wanted, form = filled(visitor, SignInForm)
    if wanted is None:
        return _shown(deps, visitor, form)
    try:
        begun = await sign_in.sign_in(deps, wanted.email, wanted.password, visit_of(visitor.call))
    except Refusal as refusal:
        return _shown(deps, visitor, refused(form, refusal, visitor))
    if begun.session.awaits_factor:
        return _second_step(visitor, empty(half=begun.token, next=wanted.next))
    return signed_in(deps, visitor, begun, wanted.next)


async def _finish(deps: Deps, visitor: Visitor) -> Response:
    wanted, form = filled(visitor, SecondStepForm)
    if wanted is None:
        return _second_step(visitor, form)
    try:
        begun = await second_factor.finish(deps, wanted.half, _proof(wanted.code), visit_of(visitor.call))
    except SignInRequired as refusal:
        return _shown(deps, visitor, refused(empty(next=own_path(wanted.next, CONSOLE)), refusal, visitor))
    except Refusal as refusal:
        return _second_step(visitor, refused(form, refusal, visitor))
    return signed_in(deps, visitor, begun, wanted.next)


def signed_in(deps: Deps, visitor: Visitor, begun: Begun, where: str = CONSOLE) -> Response:
    """Go on into the console, with the session's cookie."""
    seconds = int(deps.people.session.life.total_seconds())
    return moved(visitor, own_path(where, CONSOLE), cookies.given(visitor.call.headers, begun.token, seconds))


def _proof(code: str) -> Proof:
    digits = code.replace(" ", "")
    is_totp = len(digits) == TOTP_DIGITS and digits.isdecimal()
    return Proof(totp=digits) if is_totp else Proof(recovery_code=code)


def _with_own_next(form: Form) -> Form:
    """The form, going on to nowhere but to a page of ours: what was sent may say anything."""
    return form._replace(typed={**form.typed, "next": [own_path(next(iter(form.typed.get("next", ())), ""), CONSOLE)]})


def _shown(deps: Deps, visitor: Visitor, form: Form) -> Response:
    status, form = status_of_again(form), _with_own_next(form)
    return page(visitor, "console/sign_in.html", status=status, form=form, has_openid=deps.openid is not None)


def _second_step(visitor: Visitor, form: Form) -> Response:
    status, form = status_of_again(form), _with_own_next(form)
    return page(visitor, "console/second_step.html", status=status, form=form)
